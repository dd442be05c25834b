/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Assembler of the module: what kernels want of calls and returns.
 */
#ifndef _COMPAT_ASM_H
#define _COMPAT_ASM_H

#include "kmod/compat/features.h"

#include <linux/linkage.h>
#ifdef HAVE_OBJTOOL_H
#include <linux/objtool.h>
#endif

/* Kernels with return thunks or int3 behind returns (5.17) bring a macro for it. */
#ifdef RET
#define COMPAT_RET	RET
#else
#define COMPAT_RET	ret
#endif

/* Calls through r11 do not speculate where the kernel's own do not. */
#ifdef HAVE_EXPORT___X86_INDIRECT_THUNK_R11
#define COMPAT_CALL_R11	call __x86_indirect_thunk_r11
#else
#define COMPAT_CALL_R11	call *%r11
#endif

#ifdef HAVE_EXPORT___X86_INDIRECT_THUNK_RCX
#define COMPAT_JMP_RCX	jmp __x86_indirect_thunk_rcx
#else
#define COMPAT_JMP_RCX	jmp *%rcx
#endif

/* Behind a label whose address is taken although no indirect branch leads to it: kernels that
 * track these look for those that lack endbr64.
 */
#ifdef CONFIG_X86_KERNEL_IBT
#define COMPAT_NO_ENDBR	ANNOTATE_NOENDBR
#elif defined(__ASSEMBLY__) || defined(__ASSEMBLER__)
#define COMPAT_NO_ENDBR
#else
#define COMPAT_NO_ENDBR	""
#endif

/* Per-CPU variables on this CPU, by the address that stands for all. */
#ifdef CONFIG_SMP
#define COMPAT_PERCPU(addr)	%gs:addr
#else
#define COMPAT_PERCPU(addr)	addr
#endif

#endif /* _COMPAT_ASM_H */
