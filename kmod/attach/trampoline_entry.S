/* SPDX-License-Identifier: GPL-2.0-only */
#include "kmod/compat/asm.h"
#include "kmod/attach/trampoline.h"

/*
 * Entered with the stack and the registers of the entry of the traced function, but
 * for rax: struct ebpf_trampoline. Its frame is like that of any function, so that
 * unwinders pass through it.
 *
 * The call is counted before anything may sleep, and until programs ran for its
 * end. The few instructions before and after that are covered by who frees: see
 * tracing_site.c.
 */
	.text
	.balign 16
	.globl ebpf_trampoline
	.type ebpf_trampoline, @function
ebpf_trampoline:
	COMPAT_NO_ENDBR
	push %rbp
	mov %rsp, %rbp
	sub $TRAMPOLINE_FRAME, %rsp
	mov %rax, (%rsp)
	mov %rdi, TRAMPOLINE_ARGS + 0(%rsp)
	mov %rsi, TRAMPOLINE_ARGS + 8(%rsp)
	mov %rdx, TRAMPOLINE_ARGS + 16(%rsp)
	mov %rcx, TRAMPOLINE_ARGS + 24(%rsp)
	mov %r8, TRAMPOLINE_ARGS + 32(%rsp)
	mov %r9, TRAMPOLINE_ARGS + 40(%rsp)
	mov TRAMPOLINE_CALLS(%rax), %r10
	mov TRAMPOLINE_BODY(%rax), %r11
	incq COMPAT_PERCPU((%r10))
	cmpq $0, TRAMPOLINE_MODIFY(%rax)
	jne .Lmodify
.Lbody:
	COMPAT_CALL_R11
.Ldone:
	mov (%rsp), %r10
	cmpq $0, TRAMPOLINE_EXIT(%r10)
	jne .Lexit
.Lcounted:
	mov TRAMPOLINE_CALLS(%r10), %r10
	decq COMPAT_PERCPU((%r10))
	leave
	COMPAT_RET

.Lmodify:
	mov %rsp, %rdi
	call ebpf_trampoline_enter
	test %rax, %rax
	jne .Ldone
	mov (%rsp), %rax
	mov TRAMPOLINE_BODY(%rax), %r11
	mov TRAMPOLINE_ARGS + 0(%rsp), %rdi
	mov TRAMPOLINE_ARGS + 8(%rsp), %rsi
	mov TRAMPOLINE_ARGS + 16(%rsp), %rdx
	mov TRAMPOLINE_ARGS + 24(%rsp), %rcx
	mov TRAMPOLINE_ARGS + 32(%rsp), %r8
	mov TRAMPOLINE_ARGS + 40(%rsp), %r9
	jmp .Lbody

.Lexit:
	mov %rsp, %rdi
	mov %rax, %rsi
	call ebpf_trampoline_exit
	mov (%rsp), %r10
	jmp .Lcounted
	.size ebpf_trampoline, . - ebpf_trampoline
	.section .note.GNU-stack, "", @progbits
