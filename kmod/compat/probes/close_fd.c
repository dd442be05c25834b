// SPDX-License-Identifier: GPL-2.0-only
/* close_fd() came with 5.11. */
/* asks: close_fd */
#include <linux/fdtable.h>
#include "probe.h"

#ifdef PROBE
PROBE_TYPE(fn, close_fd, int (unsigned int));
#endif
