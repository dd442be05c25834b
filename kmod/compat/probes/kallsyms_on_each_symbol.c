// SPDX-License-Identifier: GPL-2.0-only
/* kallsyms_on_each_symbol() tells of each symbol's module up to 6.3. */
/* asks: kallsyms_on_each_symbol */
#include <linux/kallsyms.h>
#include "probe.h"

#ifdef PROBE
typedef int (*symbol_fn)(void *, const char *, struct module *, unsigned long);

PROBE_TYPE(fn, kallsyms_on_each_symbol, int (symbol_fn, void *));
#endif
