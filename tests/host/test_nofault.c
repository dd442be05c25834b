// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which addresses the module's loads and copies of kernel memory try at all. In user
 * space each try of one ends in a signal, which is told from a refusal.
 */
#define _GNU_SOURCE
#include <ebpf/types.h>

#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include "tap.h"

/* In place of kmod/compat/compat.h and asm.h */
#define _KMOD_COMPAT_H
#define _COMPAT_ASM_H
#define COMPAT_NO_ENDBR	""
#define __user

static volatile int faults_off, faults_off_at_fault;

static void pagefault_disable(void)
{
	faults_off++;
}

static void pagefault_enable(void)
{
	faults_off--;
}

static long compat_copy_from_user_nofault(void *dst, const void *src, size_t n)
{
	return -EFAULT;
}

static bool compat_user_access_ok(const void *addr, size_t size)
{
	return false;
}

static long strncpy_from_user(char *dst, const char *src, long count)
{
	return -EFAULT;
}

static unsigned long __copy_to_user_inatomic(void *to, const void *from, size_t n)
{
	return n;
}

#include "../../kmod/prog/load_stub.c"
#include "../../kmod/prog/nofault.c"

#define VSYSCALL	0xffffffffff600000ULL
#define HALF		0x8000000000000000ULL
#define LOWEST		0xffff800000000000ULL

/*
 * Faults
 */
struct fixup {
	s32 from, to;
};

extern const struct fixup __start_fixups[], __stop_fixups[];

static volatile int tries;

static void on_fault(int sig, siginfo_t *info, void *context)
{
	greg_t *rip = &((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
	const struct fixup *f;

	for (f = __start_fixups; f < __stop_fixups; f++) {
		if ((greg_t)&f->from + f->from != *rip)
			continue;
		*rip = (greg_t)&f->to + f->to;
		faults_off_at_fault = faults_off;
		tries++;
		return;
	}
	_exit(3);
}

static void faults_init(void)
{
	struct sigaction sa;

	memset(&sa, 0, sizeof(sa));
	sa.sa_sigaction = on_fault;
	sa.sa_flags = SA_SIGINFO | SA_NODEFER;
	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
}

/*
 * What is asked
 */
static bool tries_load(u32 size, u64 addr)
{
	u64 (*load)(u64 addr) = (void *)(size == 1 ? ebpf_load_stub_1 : size == 2 ?
		ebpf_load_stub_2 : size == 4 ? ebpf_load_stub_4 : ebpf_load_stub_8);
	u64 got;

	tries = 0;
	got = load(addr);
	if (got)
		tap_ok(false, "what cannot be loaded is 0");
	return tries;
}

static u8 buf[16384];

/* Where nothing of the kernel can be is told from what cannot be read. */
static long error_at(u64 addr)
{
	return addr < LOWEST || addr - VSYSCALL < 4096 ? -ERANGE : -EFAULT;
}

static bool tries_copy(u32 size, u64 addr)
{
	tries = 0;
	if (ebpf_read_kernel(buf, addr, size) != error_at(addr))
		tap_ok(false, "what cannot be copied is EFAULT, or ERANGE");
	return tries;
}

static bool tries_string(u32 size, u64 addr)
{
	tries = 0;
	if (ebpf_read_kernel_str((char *)buf, addr, size) != error_at(addr))
		tap_ok(false, "a string that cannot be copied is EFAULT, or ERANGE");
	return tries;
}

/* Is each of the @n addresses from @first on tried, or none? */
static bool all_are(bool (*fn)(u32 size, u64 addr), u32 size, u64 first, u32 n, bool want)
{
	u64 addr;

	for (addr = first; addr != first + n; addr++)
		if (fn(size, addr) != want) {
			tap_diag("  %u bytes at %#llx", size, addr);
			return false;
		}
	return true;
}

/* @whole: all bytes count, not only the first. */
static void test_edges(const char *what, bool (*fn)(u32 size, u64 addr), u32 size, bool whole)
{
	u32 more = whole ? size - 1 : 0;

	tap_ok(all_are(fn, size, 0, 64, false), "%s of %u: not the first page", what, size);
	tap_ok(all_are(fn, size, 0x7fffffffe000ULL, 64, false) &&
	       all_are(fn, size, 0x800000000000ULL - 64, 128, false),
	       "%s of %u: not the last user page, nor what is behind", what, size);
	tap_ok(all_are(fn, size, HALF - 64, 64, false),
	       "%s of %u: nothing that begins in the lower half", what, size);
	tap_ok(all_are(fn, size, LOWEST, 16, true) &&
	       all_are(fn, size, 0xffffffff81000000ULL, 16, true),
	       "%s of %u: addresses of the kernel", what, size);
	tap_ok(all_are(fn, size, VSYSCALL - more - 16, 16, true),
	       "%s of %u: up to the vsyscall page", what, size);
	tap_ok(all_are(fn, size, VSYSCALL - more, more + 4096, false),
	       "%s of %u: no byte of the vsyscall page", what, size);
	tap_ok(all_are(fn, size, VSYSCALL + 4096, 16, true),
	       "%s of %u: behind the vsyscall page", what, size);
	tap_ok(all_are(fn, size, -(u64)size - 16 + !whole, 17, true),
	       "%s of %u: up to the end of the address space", what, size);
	if (more)
		tap_ok(all_are(fn, size, -(u64)more, more, false),
		       "%s of %u: nothing that runs over it", what, size);
}

static void test_left(void)
{
	tap_eq(ebpf_kernel_range_left(VSYSCALL - 5), 5, "a string may go on up to the vsyscall page");
	tap_eq(ebpf_kernel_range_left(VSYSCALL), 0, "and not in it");
	tap_eq(ebpf_kernel_range_left(VSYSCALL + 4095), 0, "nor at its end");
	tap_eq(ebpf_kernel_range_left(VSYSCALL + 4096), 0x9ff000, "and from behind it to the end");
	tap_eq(ebpf_kernel_range_left(-1ULL), 1, "the last byte is one");
	tap_eq(ebpf_kernel_range_left(HALF - 1), 0, "none in the lower half");
	tap_ok(!ebpf_is_kernel_range(LOWEST, 1ULL << 47 | 1), "no range is larger than the half");
	tap_ok(!ebpf_is_kernel_range(LOWEST, U64_MAX), "nor one that wraps around");
	tap_ok(!ebpf_is_kernel_range(VSYSCALL - 8192, 16384), "nor one around the vsyscall page");
}

int main(void)
{
	static const u32 sizes[] = { 1, 2, 3, 7, 8, 13, 4096, 9000 };
	u32 i;

	faults_init();
	boot_cpu_data.x86_virt_bits = 48;
	for (i = 1; i <= 8; i *= 2)
		test_edges("a load", tries_load, i, true);
	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		test_edges("a copy", tries_copy, sizes[i], true);
	test_edges("a string", tries_string, 100, false);
	tap_eq(ebpf_read_kernel(buf, LOWEST, 0), 0, "a copy of nothing is one");
	tap_eq(ebpf_read_kernel(buf, 0, 0), -ERANGE, "but not where the kernel is not");
	tap_eq(ebpf_read_kernel_str((char *)buf, 0, 0), 0, "a string without room is one, wherever");
	tap_ok(all_are(tries_copy, 8, HALF, 64, false) &&
	       all_are(tries_string, 8, LOWEST - 64, 64, false),
	       "nothing between the halves is tried");
	boot_cpu_data.x86_virt_bits = 57;
	tries = 0;
	tap_ok(ebpf_read_kernel(buf, 0xff10000000000000ULL, 8) == -EFAULT && tries,
	       "with five levels of pages more of it is the kernel's");
	boot_cpu_data.x86_virt_bits = 48;
	tries_copy(8, LOWEST);
	tap_eq(faults_off_at_fault, 1, "page faults are off during a copy");
	tries_string(8, LOWEST);
	tap_eq(faults_off_at_fault, 1, "and during that of a string");
	tap_eq(faults_off, 0, "and on again behind it");
	test_left();
	return tap_end();
}
