// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/compat/compat.h"

/* Declared here under a type of no consequence: only the address counts, and
 * not every kernel's headers name them for C.
 */
#ifdef HAVE_EXPORT___X86_INDIRECT_THUNK_RCX
extern char compat_thunk_rcx[] __asm__("__x86_indirect_thunk_rcx");
#endif
#ifdef HAVE_EXPORT___X86_RETURN_THUNK
extern char compat_thunk_ret[] __asm__("__x86_return_thunk");
#endif

u64 ebpf_compat_indirect_thunk_rcx(void)
{
#ifdef HAVE_EXPORT___X86_INDIRECT_THUNK_RCX
	return (unsigned long)compat_thunk_rcx;
#else
	return 0;
#endif
}

u64 ebpf_compat_return_thunk(void)
{
#ifdef HAVE_EXPORT___X86_RETURN_THUNK
	return (unsigned long)compat_thunk_ret;
#else
	return 0;
#endif
}
