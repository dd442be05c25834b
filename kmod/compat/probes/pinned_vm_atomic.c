// SPDX-License-Identifier: GPL-2.0-only
/* mm_struct.pinned_vm is an atomic64_t since 5.1. */
/* asks: pinned_vm */
#include <linux/mm_types.h>
#include "probe.h"

#ifdef PROBE
PROBE_TYPE(pinned, ((struct mm_struct *)0)->pinned_vm, atomic64_t);
#endif
