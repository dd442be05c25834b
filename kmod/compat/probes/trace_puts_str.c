// SPDX-License-Identifier: GPL-2.0-only
/* __trace_puts(address, text) in 7.2. */
/* asks: __trace_puts */
#include <linux/kernel.h>
#include "probe.h"

#ifdef PROBE
PROBE_TYPE(fn, __trace_puts, int (unsigned long, const char *));
#endif
