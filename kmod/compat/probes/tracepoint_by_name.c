// SPDX-License-Identifier: GPL-2.0-only
/* tracepoint_probe_register() takes a name up to 3.14 and in all of el7; a
 * struct tracepoint since 3.15.
 */
/* asks: tracepoint_probe_register */
#include <linux/tracepoint.h>
#include "probe.h"

#ifdef PROBE
PROBE_TYPE(fn, tracepoint_probe_register, int (const char *, void *, void *));
#endif
