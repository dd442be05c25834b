// SPDX-License-Identifier: GPL-2.0-only
/* __poll_t and a .poll that returns it: since 4.16. Before: unsigned int. */
/* asks: __poll_t */
#include <linux/types.h>

#ifdef PROBE
__poll_t probe;
#endif
