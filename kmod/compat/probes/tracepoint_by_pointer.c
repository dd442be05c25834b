// SPDX-License-Identifier: GPL-2.0-only
/* tracepoint_probe_register(tracepoint, probe, data) since 3.15. */
/* asks: tracepoint_probe_register */
#include <linux/tracepoint.h>
#include "probe.h"

#ifdef PROBE
PROBE_TYPE(fn, tracepoint_probe_register, int (struct tracepoint *, void *, void *));
#endif
