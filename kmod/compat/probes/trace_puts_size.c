// SPDX-License-Identifier: GPL-2.0-only
/* __trace_puts() wants the length of the text, too, in 6.12. */
/* asks: __trace_puts */
#include <linux/kernel.h>
#include "probe.h"

#ifdef PROBE
PROBE_TYPE(fn, __trace_puts, int (unsigned long, const char *, int));
#endif
