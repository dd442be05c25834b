// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/load_stub.h"
#include "kmod/compat/compat.h"

#include <asm/asm.h>
#include <linux/linkage.h>

#ifndef ASM_RET
#define ASM_RET "ret\n\t"
#endif

/* User addresses are refused before the load: with SMAP a kernel oopses on them
 * without a look at the exception table, without SMAP it would read user memory.
 * The vsyscall page lies among kernel addresses but counts as the user's.
 */
#define LOAD_STUB(size, insn)						\
	asm(".pushsection .text\n\t"					\
	    ".balign 16\n\t"						\
	    ".globl ebpf_load_stub_" #size "\n\t"			\
	    ".type ebpf_load_stub_" #size ", @function\n"		\
	    "ebpf_load_stub_" #size ":\n\t"				\
	    "movq %rdi, %rax\n\t"					\
	    "sarq $12, %rax\n\t"					\
	    "jns 2f\n\t"						\
	    "cmpq $-0xa00, %rax\n\t"	/* 0xffffffffff600000 >> 12 */	\
	    "je 2f\n"							\
	    "1:\t" insn "\n\t"						\
	    ASM_RET							\
	    "2:\txorl %eax, %eax\n\t"					\
	    ASM_RET							\
	    _ASM_EXTABLE(1b, 2b)					\
	    ".size ebpf_load_stub_" #size ", . - ebpf_load_stub_" #size "\n\t" \
	    ".popsection")

LOAD_STUB(1, "movzbl (%rdi), %eax");
LOAD_STUB(2, "movzwl (%rdi), %eax");
LOAD_STUB(4, "movl (%rdi), %eax");
LOAD_STUB(8, "movq (%rdi), %rax");
