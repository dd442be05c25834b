// SPDX-License-Identifier: GPL-2.0-only
/* __poll_t and a .poll that returns it: since 4.16. Before: unsigned int. */
#include <linux/types.h>

__poll_t probe;
