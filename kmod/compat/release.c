// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernels with versioned symbols take modules that were built for another release, and
 * distributions' weak-modules hands them on to each new kernel. The versions vouch for
 * the exported functions alone: this module also reads inside of structures that it
 * finds by their names only, and those differ between point releases.
 */
#include "kmod/compat/compat.h"
#include "kmod/compat/release.h"

#include <generated/utsrelease.h>
#include <linux/string.h>
#include <linux/utsname.h>

int ebpf_compat_check_release(void)
{
	const char *running = init_utsname()->release, *built_for = UTS_RELEASE;

	/* Compilers would take it apart; tests change it in the file. */
	__asm__("" : "+r" (built_for));
	if (!strcmp(running, built_for))
		return 0;
	pr_err("ebpfdrv: built for kernel %s, but %s is running, whose structures may differ: build it for that one (make, or dkms install)\n",
	       built_for, running);
	return -ENOEXEC;
}
