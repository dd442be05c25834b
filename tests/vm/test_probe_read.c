// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading and writing what may not be there: what counts as the kernel's, what as the
 * user's, also in a task that the kernel lets pass its own buffers for the user's.
 *
 * harness: timeout=120 sources=attach_lib.c
 */
#define _GNU_SOURCE
#include "attach_lib.h"
#include "faults.h"
#include "kernel_age.h"
/* The name stands for something else here. */
#define refused	prog_refused
#include "maps_prog.h"
#undef refused

#include <sys/mman.h>

#define PAGE		4096
#define VSYSCALL	0xffffffffff600000ULL
#define KERNEL_TEXT	0xffffffff80000000ULL
#define REGS_SI		104	/* in struct pt_regs */

/* r0 = helper(16 bytes of stack, argument 1, argument 0) */
static int prog_read(int helper)
{
	return PROG(LDX(EBPF_DW, 3, 1, 0), LDX(EBPF_DW, 2, 1, 8),
		    ST(EBPF_DW, 10, -16, 0), ST(EBPF_DW, 10, -8, 0), MOV(1, 10), ADDI(1, -16),
		    INSN(EBPF_ALU64 | EBPF_AND | EBPF_K, 2, 0, 0, 15),
		    INSN(EBPF_JMP | EBPF_CALL, 0, 0, 0, helper), EXIT());
}

static const struct {
	const char *what;
	u64 addr;
	u32 size;
	int error;
} no_kernel[] = {
	{ "address 0", 0, 8, -ERANGE },
	{ "a low address", 64, 8, -ERANGE },
	{ "the last user page", 0x7fffffffe000ULL, 8, -ERANGE },
	{ "the page behind user memory", 0x7ffffffff000ULL, 8, -ERANGE },
	{ "what is no address", 0x800000000000ULL, 8, -ERANGE },
	{ "what is none, above", 0xf000000000000000ULL, 8, -ERANGE },
	{ "a range from the lower into the upper half", 0x7ffffffffffffffcULL, 8, -ERANGE },
	{ "the vsyscall page", VSYSCALL, 8, -ERANGE },
	{ "its last byte", VSYSCALL + PAGE - 1, 1, -ERANGE },
	{ "a range that ends in it", VSYSCALL - 3, 8, -EFAULT },
	{ "a range that ends in its first byte", VSYSCALL - 7, 8, -EFAULT },
	{ "a range over the end of the address space", -4ULL, 8, -EFAULT },
};

static void test_no_kernel(int helper, const char *name)
{
	int prog = prog_read(helper);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(no_kernel); i++)
		tap_eq(run(prog, no_kernel[i].addr, no_kernel[i].size, 0), no_kernel[i].error,
		       "%s: %s is not readable", name, no_kernel[i].what);
	close(prog);
}

/* The older pair takes the kernel's for everything that is not the user's. */
static void test_old(void)
{
	int read = prog_read(EBPF_FUNC_probe_read), str = prog_read(EBPF_FUNC_probe_read_str);

	tap_eq(run(read, 0, 8, 0), -EFAULT, "probe_read: NULL is the user's");
	tap_eq(run(str, 0, 8, 0), -EFAULT, "probe_read_str: NULL is the user's");
	/* With four levels of pages as with five. */
	tap_eq(run(read, 1ULL << 56, 8, 0), -ERANGE, "probe_read: what is no address is not");
	tap_eq(run(str, 1ULL << 56, 8, 0), -ERANGE, "nor for probe_read_str");
	tap_eq(run(prog_read(EBPF_FUNC_probe_read_kernel), 0, 0, 0), -ERANGE,
	       "nothing of NULL is ERANGE, too");
	close(read);
	close(str);
}

/* A user's page that cannot be had is the program's error, not the call's. */
static void test_user(void)
{
	int read = prog_read(EBPF_FUNC_probe_read_user);
	int old = prog_read(EBPF_FUNC_probe_read);
	int str = prog_read(EBPF_FUNC_probe_read_user_str);
	static const char text[16] = "four";
	u64 here = (uintptr_t)text;

	faults_hold(true);
	tap_eq(run(read, here, 8, 0), 0, "probe_read_user: what is there");
	tap_eq(run(old, here, 8, 0), 0, "probe_read: what is there");
	tap_eq(run(str, here, 8, 0), 5, "probe_read_user_str: what is there");
	faults_hold(false);
	tap_eq(run(read, KERNEL_TEXT, 8, 0), -EFAULT, "probe_read_user: nothing of the kernel");
	tap_eq(run(str, KERNEL_TEXT, 8, 0), -EFAULT, "probe_read_user_str: nothing of the kernel");
	tap_eq(run(read, 0x7ffffffff000ULL - 4, 8, 0), -EFAULT,
	       "probe_read_user: nothing over the end of user memory");
	tap_eq(run(read, -4ULL, 8, 0), -EFAULT, "probe_read_user: nothing that wraps around");
	close(read);
	close(old);
	close(str);
}

/* Entry @n of @map, counted up. */
#define COUNT(map, n)	ST(EBPF_W, 10, -4, n), MOV(2, 10), ADDI(2, -4), LDMAP(1, map),	\
			CALL(map_lookup_elem),						\
			INSN(EBPF_JMP | EBPF_JEQ | EBPF_K, 0, 0, 2, 0),		\
			MOVI(1, 1), XADD(0, 0, 1)
#define NR_COUNT	9

enum { SEEN, READ, READ_STR, WRITTEN, NR_COUNTS };

/* On a function whose second argument is a buffer: when that is the kernel's, is it read
 * or written as if it were the user's? What is written is what was there.
 */
static int prog_buffer(int map)
{
	const struct ebpf_insn insns[] = {
		LDX(EBPF_DW, 6, 1, REGS_SI),
		INSN(EBPF_JMP | EBPF_JSLT | EBPF_K, 6, 0, 2, 0),
		MOVI(0, 0), EXIT(),
		COUNT(map, SEEN),

		MOV(1, 10), ADDI(1, -16), MOVI(2, 8), MOV(3, 6), CALL(probe_read_user),
		JNEI(0, 0, NR_COUNT), COUNT(map, READ),

		MOV(1, 10), ADDI(1, -16), MOVI(2, 8), MOV(3, 6), CALL(probe_read_user_str),
		INSN(EBPF_JMP | EBPF_JSLT | EBPF_K, 0, 0, NR_COUNT, 0), COUNT(map, READ_STR),

		MOV(1, 10), ADDI(1, -16), MOVI(2, 8), MOV(3, 6), CALL(probe_read_kernel),
		JNEI(0, 0, NR_COUNT + 6),
		MOV(1, 6), MOV(2, 10), ADDI(2, -16), MOVI(3, 8), CALL(probe_write_user),
		JNEI(0, 0, NR_COUNT), COUNT(map, WRITTEN),
		MOVI(0, 0), EXIT(),
	};

	return load(insns, ARRAY_SIZE(insns), EBPF_PROG_TYPE_KPROBE);
}

static u64 count_of(int map, u32 i)
{
	u64 value = 0;

	map_lookup(map, &i, &value);
	return value;
}

static void test_kernel_buffer(void)
{
	int map = must(T(ARRAY), 4, 8, NR_COUNTS, 0), prog = prog_buffer(map), ev, i;

	ev = open_kprobe("vfs_read", 0, false);
	if (!tap_ok(ev >= 0 && !event_set_prog(ev, prog), "a program on vfs_read()"))
		return;
	for (i = 0; i < 5; i++)
		run_true();
	close(ev);
	/* Up to 5.9 execve() reads the start of a program like that. */
	if (!kernel_is_since(5, 10))
		tap_ok(count_of(map, SEEN), "it is called with buffers of the kernel");
	tap_eq(count_of(map, READ), 0, "which probe_read_user does not read");
	tap_eq(count_of(map, READ_STR), 0, "nor probe_read_user_str");
	tap_eq(count_of(map, WRITTEN), 0, "nor does probe_write_user write to them");
	close(prog);
	close(map);
}

int main(void)
{
	drv_open();
	maps_open();
	test_no_kernel(EBPF_FUNC_probe_read_kernel, "probe_read_kernel");
	test_no_kernel(EBPF_FUNC_probe_read_kernel_str, "probe_read_kernel_str");
	test_user();
	test_old();
	test_kernel_buffer();
	return tap_end();
}
