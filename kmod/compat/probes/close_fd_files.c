// SPDX-License-Identifier: GPL-2.0-only
/* __close_fd() is exported from 4.17 to 5.10, where sys_close() is not. */
/* asks: ksys_close */
#include <linux/fdtable.h>
#include <linux/syscalls.h>
#include "probe.h"

#ifdef PROBE
PROBE_TYPE(fn, ksys_close, int (unsigned int));
#endif
