// SPDX-License-Identifier: GPL-2.0-only
/* What a tracepoint calls before its first probe returns nothing up to 4.9; an error since 4.10. */
/* asks: regfunc */
#include <linux/tracepoint.h>
#include "probe.h"

#ifdef PROBE
PROBE_TYPE(ret, ((struct tracepoint *)0)->regfunc(), void);
#endif
