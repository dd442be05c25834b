// SPDX-License-Identifier: GPL-2.0-only
/* synchronize_rcu() waits for regions with preemption off as well, and the functions for
 * these alone are gone, since 5.1.
 */
/* asks: synchronize_sched */
#include <linux/rcupdate.h>

#ifdef PROBE
void synchronize_sched(int no, long such, char function);
#endif
