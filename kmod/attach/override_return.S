/* SPDX-License-Identifier: GPL-2.0-only */
#include "kmod/compat/asm.h"

/*
 * In place of a whole function: its caller gets what is in rax.
 */
	.text
	.balign 16
	.globl ebpf_override_return
	.type ebpf_override_return, @function
ebpf_override_return:
	COMPAT_NO_ENDBR
	COMPAT_RET
	.size ebpf_override_return, . - ebpf_override_return
	.section .note.GNU-stack, "", @progbits
