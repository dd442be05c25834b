// SPDX-License-Identifier: GPL-2.0-only
/* <linux/sched/signal.h>: split off <linux/sched.h> in 4.11; el7 has some of them. */
/* asks: sched/signal.h */

#ifdef PROBE
#include <linux/sched/signal.h>
#endif
