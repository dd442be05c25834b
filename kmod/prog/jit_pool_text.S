/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The code pool's own area: 512 KiB of int3, whole pages of their own. It holds
 * about fifty programs of tools; see jit_pool.c for what happens when it is full.
 */
#include "kmod/compat/asm.h"

	.text
	.balign 4096
	.globl ebpf_jit_pool_text
	.globl ebpf_jit_pool_text_end
ebpf_jit_pool_text:
	COMPAT_NO_ENDBR
	.fill 512 * 1024, 1, 0xcc
ebpf_jit_pool_text_end:
	.section .note.GNU-stack, "", @progbits
