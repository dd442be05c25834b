// SPDX-License-Identifier: GPL-2.0-only
/* sched_switch(preempt, prev, next, state) since 5.18. */
/* asks: trace_sched_switch */
#include <trace/events/sched.h>

#ifdef PROBE
void probe(struct task_struct *prev, struct task_struct *next)
{
	trace_sched_switch(true, prev, next, 0);
}
#endif
