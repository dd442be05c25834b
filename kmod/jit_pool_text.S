/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The code pool: 2 MiB of int3, whole pages of their own.
 */
	.text
	.balign 4096
	.globl ebpf_jit_pool_text
	.globl ebpf_jit_pool_text_end
ebpf_jit_pool_text:
	.fill 2 * 1024 * 1024, 1, 0xcc
ebpf_jit_pool_text_end:
	.section .note.GNU-stack, "", @progbits
