// SPDX-License-Identifier: GPL-2.0-only
/* module_kallsyms_on_each_symbol() of all modules, telling which: up to 6.2. */
/* asks: module_kallsyms_on_each_symbol */
#include <linux/module.h>
#include "probe.h"

#ifdef PROBE
typedef int (*symbol_fn)(void *, const char *, struct module *, unsigned long);

PROBE_TYPE(fn, module_kallsyms_on_each_symbol, int (symbol_fn, void *));
#endif
