/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Are indirect calls checked, here and now?
 */
#ifndef _COMPAT_CFI_H
#define _COMPAT_CFI_H

#include "kmod/compat/compat.h"

#include <asm/cpufeature.h>

/* A kernel that checks indirect calls has taken the marks off functions whose address it never
 * takes itself: they must not be called by address, nor may any function be entered elsewhere
 * than at its beginning. That the kernel is compiled for it says nothing: the processor must
 * do it, too, and the command line not have switched it off.
 */
static inline bool compat_calls_are_checked(void)
{
#if defined(CONFIG_CFI_CLANG) || defined(CONFIG_CFI)
	return true;
#elif defined(CONFIG_X86_KERNEL_IBT)
	return boot_cpu_has(X86_FEATURE_IBT);
#else
	return false;
#endif
}

#endif /* _COMPAT_CFI_H */
