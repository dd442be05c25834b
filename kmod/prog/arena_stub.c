// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/prog/arena_stub.h"
#include "kmod/compat/asm.h"
#include "kmod/compat/compat.h"

#include <ebpf/arena.h>

#ifndef ASM_RET
#define ASM_RET "ret\n\t"
#endif

#define PAGE_BYTES	4096U

/*
 * What lies in two pages
 */
u64 ebpf_arena_load_apart(const struct ebpf_arena *arena, u64 off, u64 size);
void ebpf_arena_store_apart(const struct ebpf_arena *arena, u64 off, u64 size, u64 val);

static u8 *page_of(const struct ebpf_arena *arena, u64 off)
{
	u64 nr = off / PAGE_BYTES;

	return nr < arena->nr ? READ_ONCE(arena->pages[nr]) : NULL;
}

static bool both_pages(const struct ebpf_arena *arena, u64 off, u64 size, u8 **first, u8 **last)
{
	*first = page_of(arena, off);
	*last = page_of(arena, off + size - 1);
	return *first && *last;
}

static u8 *byte_at(u8 *first, u8 *last, u64 off, u64 i)
{
	u64 at = off % PAGE_BYTES + i;

	return at < PAGE_BYTES ? first + at : last + at - PAGE_BYTES;
}

u64 ebpf_arena_load_apart(const struct ebpf_arena *arena, u64 off, u64 size)
{
	u8 *first, *last;
	u64 val = 0, i;

	if (!both_pages(arena, off, size, &first, &last))
		return 0;
	for (i = 0; i < size; i++)
		val |= (u64)READ_ONCE(*byte_at(first, last, off, i)) << (8 * i);
	return val;
}

void ebpf_arena_store_apart(const struct ebpf_arena *arena, u64 off, u64 size, u64 val)
{
	u8 *first, *last;
	u64 i;

	if (!both_pages(arena, off, size, &first, &last))
		return;
	for (i = 0; i < size; i++)
		WRITE_ONCE(*byte_at(first, last, off, i), val >> (8 * i));
}

/*
 * What lies in one
 */
#define BEGIN(name)							\
	".pushsection .text\n\t"					\
	".balign 16\n\t"						\
	".globl " name "\n\t"						\
	".type " name ", @function\n"					\
	name ":\n\t"							\
	COMPAT_NO_ENDBR "\n\t"

#define END(name)							\
	".size " name ", . - " name "\n\t"				\
	".popsection"

/* @at becomes how far into its page an access of @size bytes is; 2: it is in two. */
#define IN_PAGE(at, size)						\
	"movl %r10d, " at "\n\t"					\
	"andl $4095, " at "\n\t"					\
	"cmpl $4096 - " size ", " at "\n\t"				\
	"ja 2f\n\t"

/* r11 becomes its page; 1: there is none. */
#define FIND_PAGE							\
	"shrq $12, %r10\n\t"						\
	"cmpq (%r11), %r10\n\t"						\
	"jae 1f\n\t"							\
	"movq 8(%r11), %r11\n\t"					\
	"movq (%r11, %r10, 8), %r11\n\t"				\
	"testq %r11, %r11\n\t"						\
	"je 1f\n\t"

/* A function of C that takes what r10 and r11 are, the size, and what r9 is. */
#define CALL_APART(func, size)						\
	"pushq %rbp\n\t"						\
	"movq %rsp, %rbp\n\t"						\
	"pushq %rax\n\t"						\
	"pushq %rcx\n\t"						\
	"pushq %rdx\n\t"						\
	"pushq %rsi\n\t"						\
	"pushq %rdi\n\t"						\
	"pushq %r8\n\t"							\
	"movq %r11, %rdi\n\t"						\
	"movq %r10, %rsi\n\t"						\
	"movl $" size ", %edx\n\t"					\
	"movq %r9, %rcx\n\t"						\
	"call " func "\n\t"						\
	"movq %rax, %r10\n\t"						\
	"popq %r8\n\t"							\
	"popq %rdi\n\t"							\
	"popq %rsi\n\t"							\
	"popq %rdx\n\t"							\
	"popq %rcx\n\t"							\
	"popq %rax\n\t"							\
	"popq %rbp\n\t"

#define LOAD(size, insn)						\
	asm(BEGIN("ebpf_arena_load_" size)				\
	    IN_PAGE("%r9d", size)					\
	    FIND_PAGE							\
	    insn "\n\t"							\
	    ASM_RET							\
	    "1:\txorl %r10d, %r10d\n\t"					\
	    ASM_RET							\
	    "2:\t" CALL_APART("ebpf_arena_load_apart", size)		\
	    ASM_RET							\
	    END("ebpf_arena_load_" size))

#define STORE(size, insn)						\
	asm(BEGIN("ebpf_arena_store_" size)				\
	    "pushq %rax\n\t"						\
	    IN_PAGE("%eax", size)					\
	    FIND_PAGE							\
	    insn "\n"							\
	    "1:\tpopq %rax\n\t"						\
	    ASM_RET							\
	    "2:\tpopq %rax\n\t"						\
	    CALL_APART("ebpf_arena_store_apart", size)			\
	    ASM_RET							\
	    END("ebpf_arena_store_" size))

#define ADDR(size)							\
	asm(BEGIN("ebpf_arena_addr_" size)				\
	    IN_PAGE("%r9d", size)					\
	    FIND_PAGE							\
	    "leaq (%r11, %r9), %r10\n\t"				\
	    ASM_RET							\
	    "1:\n"							\
	    "2:\txorl %r10d, %r10d\n\t"					\
	    ASM_RET							\
	    END("ebpf_arena_addr_" size))

LOAD("1", "movzbl (%r11, %r9), %r10d");
LOAD("2", "movzwl (%r11, %r9), %r10d");
LOAD("4", "movl (%r11, %r9), %r10d");
LOAD("8", "movq (%r11, %r9), %r10");
STORE("1", "movb %r9b, (%r11, %rax)");
STORE("2", "movw %r9w, (%r11, %rax)");
STORE("4", "movl %r9d, (%r11, %rax)");
STORE("8", "movq %r9, (%r11, %rax)");
ADDR("1");
ADDR("2");
ADDR("4");
ADDR("8");
