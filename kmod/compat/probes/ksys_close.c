// SPDX-License-Identifier: GPL-2.0-only
/* From 4.17 to 5.10 modules close descriptors by it (__close_fd() inline), as sys_close() is not exported. */
/* asks: ksys_close */
#include <linux/fdtable.h>
#include <linux/syscalls.h>
#include "probe.h"

#ifdef PROBE
PROBE_TYPE(fn, ksys_close, int (unsigned int));
#endif
