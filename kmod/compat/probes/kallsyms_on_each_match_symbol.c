// SPDX-License-Identifier: GPL-2.0-only
/* kallsyms_on_each_match_symbol() without modules: 6.1.60, 6.3 and up. Kernels that have it refuse
 * kprobes on names that several functions bear.
 */
/* asks: kallsyms_on_each_match_symbol */
#include <linux/kallsyms.h>
#include "probe.h"

#ifdef PROBE
typedef int (*address_fn)(void *, unsigned long);

PROBE_TYPE(fn, kallsyms_on_each_match_symbol, int (address_fn, const char *, void *));
#endif
