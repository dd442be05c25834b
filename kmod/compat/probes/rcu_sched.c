// SPDX-License-Identifier: GPL-2.0-only
/* RCU-sched is a flavour of its own up to 4.20 (on kernels without PREEMPT_RCU
 * the same thing under another name); since 5.0 synchronize_rcu() waits for
 * regions with preemption off as well.
 */
/* asks: call_rcu_sched synchronize_sched rcu_barrier_sched */
#include <linux/rcupdate.h>

#ifdef PROBE
void probe(struct rcu_head *head, void (*fn)(struct rcu_head *))
{
	call_rcu_sched(head, fn);
	synchronize_sched();
	rcu_barrier_sched();
}
#endif
