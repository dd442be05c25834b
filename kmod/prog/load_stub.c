// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/prog/load_stub.h"
#include "kmod/prog/kernel_range.h"
#include "kmod/compat/asm.h"
#include "kmod/compat/compat.h"

#include <asm/asm.h>
#include <linux/linkage.h>

#ifndef ASM_RET
#define ASM_RET "ret\n\t"
#endif

#define STRING_(x)	#x
#define STRING(x)	STRING_(x)

/* What is no kernel memory is refused before the load (kernel_range.h): with SMAP a
 * kernel oopses on user addresses without a look at the exception table, without SMAP it
 * would read user memory. That is ebpf_is_kernel_range() in instructions: rax is the
 * address of the last byte, then how far it is behind the vsyscall page's start.
 */
#define LOAD_STUB(size, insn)						\
	asm(".pushsection .text\n\t"					\
	    ".balign 16\n\t"						\
	    ".globl ebpf_load_stub_" #size "\n\t"			\
	    ".type ebpf_load_stub_" #size ", @function\n"		\
	    "ebpf_load_stub_" #size ":\n\t"				\
	    COMPAT_NO_ENDBR "\n\t"					\
	    "leaq " #size " - 1(%rdi), %rax\n\t"			\
	    "testq %rdi, %rax\n\t"					\
	    "jns 2f\n\t"						\
	    "subq $" STRING(EBPF_VSYSCALL_ADDR) ", %rax\n\t"		\
	    "cmpq $" STRING(EBPF_VSYSCALL_SIZE) " + " #size " - 1, %rax\n\t" \
	    "jb 2f\n"							\
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
