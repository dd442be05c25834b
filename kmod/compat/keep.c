// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/compat/compat.h"
#include "kmod/compat/keep.h"

void ebpf_compat_keep(const char *what, unsigned long place, int err)
{
	__module_get(THIS_MODULE);
	pr_err("ebpfdrv: the kernel keeps %s at %pS (error %d): it does nothing any more, but the module cannot be unloaded before the next boot\n",
	       what, (void *)place, err);
}
