// SPDX-License-Identifier: GPL-2.0-only
/* totalram_pages is a variable up to 4.20, a function since 5.0. */
/* asks: totalram_pages */
#include <linux/mm.h>
#include "probe.h"

#ifdef PROBE
PROBE_TYPE(var, totalram_pages, unsigned long);
#endif
