// SPDX-License-Identifier: GPL-2.0-only
/* sched_switch(preempt, prev, next) from 4.4 to 5.17. */
/* asks: trace_sched_switch */
#include <trace/events/sched.h>

#ifdef PROBE
void probe(struct task_struct *prev, struct task_struct *next)
{
	trace_sched_switch(true, prev, next);
}
#endif
