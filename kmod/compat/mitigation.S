/* SPDX-License-Identifier: GPL-2.0-only */
#include "kmod/compat/asm.h"

/*
 * A return and an indirect jump as the kernel's own are compiled. Kernels that choose
 * what to do against speculation at boot make these into it as well, when they load
 * the module; compat.c reads what became of them. Nobody runs them.
 *
 * Both begin a cache line: against indirect target selection only what is in the first
 * half of one is changed, and programs are anywhere.
 */
	.text
	.balign 64
	.globl ebpf_return_sample
	.type ebpf_return_sample, @function
ebpf_return_sample:
	COMPAT_NO_ENDBR
	COMPAT_RET
	.size ebpf_return_sample, . - ebpf_return_sample

	.balign 64
	.globl ebpf_jump_sample
	.type ebpf_jump_sample, @function
ebpf_jump_sample:
	COMPAT_NO_ENDBR
	COMPAT_JMP_RCX
	.size ebpf_jump_sample, . - ebpf_jump_sample
	/* Whoever looks at a few bytes finds some. */
	.balign 16, 0xcc
	.section .note.GNU-stack, "", @progbits
