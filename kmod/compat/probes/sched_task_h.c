// SPDX-License-Identifier: GPL-2.0-only
/* <linux/sched/task.h>: split off <linux/sched.h> in 4.11; el7 has some of them. */
/* asks: sched/task.h */

#ifdef PROBE
#include <linux/sched/task.h>
#endif
