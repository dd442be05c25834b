// SPDX-License-Identifier: GPL-2.0-only
/* References on tasks are a refcount_t since 5.0. */
/* asks: refcount_t refcount probe_usage */
#include <linux/sched.h>
#ifdef PROBE
#include <linux/refcount.h>
#include "probe.h"

PROBE_TYPE(usage, ((struct task_struct *)0)->usage, refcount_t);
#endif
