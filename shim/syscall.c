// SPDX-License-Identifier: GPL-2.0-only
/*
 * libc's syscall(). Written in assembly because the way through must be exactly that of the
 * next one, libc's or another preloaded library's: no stack frame (a clone() child on a new
 * stack returns through it), all registers and the stack as they came (al too, which
 * counts the arguments in vector registers), and only three comparisons and a jump more.
 */
#include "shim.h"
#include "sys.h"

/* syscall(nr, ...): the variadic longs arrive as ordinary arguments. */
__asm__(
"	.pushsection .text\n"
"	.globl syscall\n"
"	.type syscall, @function\n"
"	.p2align 4\n"
"syscall:\n"
"	.cfi_startproc\n"
"	.byte 0xf3, 0x0f, 0x1e, 0xfa\n"	/* endbr64, which old assemblers lack */
"	cmpq $321, %rdi\n"
"	je shim_bpf\n"
"	cmpq $298, %rdi\n"
"	je shim_perf_event_open\n"
"	cmpq $319, %rdi\n"
"	je shim_memfd_create\n"
"	movq shim_next_syscall(%rip), %r11\n"
"	testq %r11, %r11\n"
"	jz 2f\n"
"	jmp *%r11\n"
	/* Called before there is a next one: by the constructor of a library. */
"2:	movq %rdi, %rax\n"
"	movq %rsi, %rdi\n"
"	movq %rdx, %rsi\n"
"	movq %rcx, %rdx\n"
"	movq %r8, %r10\n"
"	movq %r9, %r8\n"
"	movq 8(%rsp), %r9\n"
"	syscall\n"
"	cmpq $-4095, %rax\n"
"	jae 1f\n"
"	ret\n"
"1:	movq %rax, %rdi\n"
"	jmp shim_result\n"
"	.cfi_endproc\n"
"	.size syscall, .-syscall\n"
"	.popsection\n"
);

struct shim_next shim_next_syscall = { NULL, "syscall" };

/* The assembly reads the first member. */
_Static_assert(!offsetof(struct shim_next, function), "place of the function");

long shim_pass_on(long nr, long a, long b, long c, long d, long e, long f)
{
	long (*next)(long, ...) = shim_find_next(&shim_next_syscall);

	if (next)
		return next(nr, a, b, c, d, e, f);
	return shim_result(sys6(nr, a, b, c, d, e, f));
}

/* The numbers above, which the assembler cannot take from the headers. */
_Static_assert(SYS_bpf == 321, "number of bpf(2)");
_Static_assert(SYS_perf_event_open == 298, "number of perf_event_open(2)");
_Static_assert(SYS_memfd_create == 319, "number of memfd_create(2)");
