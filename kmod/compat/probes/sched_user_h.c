// SPDX-License-Identifier: GPL-2.0-only
/* struct user_struct has a header of its own since 4.11. */
/* asks: sched/user.h */

#ifdef PROBE
#include <linux/sched/user.h>
#endif
