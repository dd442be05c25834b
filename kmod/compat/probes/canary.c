// SPDX-License-Identifier: GPL-2.0-only
/* Compiles on every kernel. */
#include <linux/module.h>
#include <linux/fs.h>
#include <linux/uaccess.h>
#include "probe.h"

PROBE_TYPE(canary, ((struct file *)0)->private_data, void *);
