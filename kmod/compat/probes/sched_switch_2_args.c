// SPDX-License-Identifier: GPL-2.0-only
/* sched_switch(prev, next) up to 4.3 and in el7; (preempt, prev, next) since 4.4. */
/* asks: trace_sched_switch */
#include <trace/events/sched.h>

#ifdef PROBE
void probe(struct task_struct *prev, struct task_struct *next)
{
	trace_sched_switch(prev, next);
}
#endif
