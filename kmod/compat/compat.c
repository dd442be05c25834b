// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the running kernel does against speculation at returns and indirect jumps.
 *
 * Thunks that are exported are not always those to jump to: the one for returns is a
 * placeholder on newer kernels, which only code that was not patched goes through, and
 * what stands for an indirect jump is one of several by processor and command line.
 * The kernel patches modules as itself, so what is asked are two places of ours.
 */
#include "kmod/compat/compat.h"

#include <linux/string.h>

#define JMP_REL32	0xe9
#define RET_NEAR	0xc3
#define CS_PREFIX	0x2e

/* Where a pointer comes from is not the compiler's to know: it would make addresses behind the
 * labels of its own, which nothing marks as no targets of calls.
 */
#define HIDE(p)		__asm__("" : "+r" (p))

extern const u8 ebpf_return_sample[], ebpf_jump_sample[];

/* Declared here under a type of no consequence: only the address counts, and
 * not every kernel's headers name them for C.
 */
#ifdef HAVE_EXPORT___X86_INDIRECT_THUNK_RCX
extern char compat_thunk_rcx[] __asm__("__x86_indirect_thunk_rcx");
#define THUNK_RCX	((unsigned long)compat_thunk_rcx)
#else
#define THUNK_RCX	0
#endif
#ifdef HAVE_EXPORT___X86_RETURN_THUNK
extern char compat_thunk_ret[] __asm__("__x86_return_thunk");
#define THUNK_RET	((unsigned long)compat_thunk_ret)
#else
#define THUNK_RET	0
#endif

static u64 jump_target(const u8 *at)
{
	s32 rel;

	memcpy(&rel, at + 1, sizeof(rel));
	return (unsigned long)at + 5 + rel;
}

u64 ebpf_compat_return_thunk(void)
{
	const u8 *at = ebpf_return_sample;

	HIDE(at);
	if (at[0] == JMP_REL32)
		return jump_target(at);
	return at[0] == RET_NEAR ? 0 : THUNK_RET;
}

enum compat_jump ebpf_compat_jump_rcx(u64 *thunk)
{
	static const u8 lfence_jmp[] = { 0x0f, 0xae, 0xe8, 0xff, 0xe1 };
	static const u8 jmp[] = { 0xff, 0xe1 };
	const u8 *at = ebpf_jump_sample;

	HIDE(at);
	*thunk = 0;
	if (!memcmp(at, jmp, sizeof(jmp)))
		return COMPAT_JUMP_PLAIN;
	if (!memcmp(at, lfence_jmp, sizeof(lfence_jmp)))
		return COMPAT_JUMP_LFENCE;
	if (at[0] == CS_PREFIX)
		at++;
	*thunk = at[0] == JMP_REL32 ? jump_target(at) : THUNK_RCX;
	return *thunk ? COMPAT_JUMP_THUNK : COMPAT_JUMP_PLAIN;
}
