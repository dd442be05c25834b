// SPDX-License-Identifier: GPL-2.0-only
/* totalram_pages is a variable up to 4.20, a function since 5.0. */
#include <linux/mm.h>
#include "probe.h"

PROBE_TYPE(var, totalram_pages, unsigned long);
