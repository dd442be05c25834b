// SPDX-License-Identifier: GPL-2.0-only
/*
 * harness: timeout=300
 *
 * What a program takes a register for: casts to kernel types and tagged parameters, with addresses
 * at which there is nothing; the context of SYSCALL programs at any place.
 */
#include <linux/bpf.h>
#include <unistd.h>

#include "client.h"

#define VSYSCALL	0xffffffffff600000ULL

static __u32 run(const char *name, __u64 a, __u64 b)
{
	__u64 args[12] = { a, b };
	__u32 retval;

	if (!run_raw_tp(name, args, sizeof(args), &retval))
		die(name);
	return retval;
}

static void test_casts(void)
{
	/* Right below the vsyscall page some kernels have a page of their own. */
	static const __u64 nowhere[] = { 0, 8, 1ULL << 46, 1ULL << 63, VSYSCALL, VSYSCALL + 4092, -4ULL };
	static __u32 here = 4711;
	__u32 i, sum = 0;

	tap_eq(run("current_tgid", 0, 0), (__u32)getpid(), "a field of a task, by way of a pointer in it");
	for (i = 0; i < sizeof(nowhere) / sizeof(nowhere[0]); i++)
		sum |= run("tgid_at", nowhere[i], 0) | run("memory_at", nowhere[i], 0) |
		       run("memory_at", nowhere[i], 255) | run("by_untrusted", nowhere[i], 0);
	tap_eq(sum, 0, "where nothing can be read: 0");
	tap_eq(run("memory_at", (unsigned long)&here, 0) | run("by_untrusted", (unsigned long)&here, 0), 0,
	       "nor is a process's memory");
}

static void test_tags(void)
{
	tap_eq(run("by_trusted", 0, 0), (__u32)getpid(), "a task passed to a function");
	tap_eq(run("by_ctx", 1, 77), 77, "the context passed to a function");
}

/* Of the function's file offset. */
static unsigned long offset_of(void *func)
{
	unsigned long addr = (unsigned long)func, start, end, off, at = 0;
	char line[512];
	FILE *f = fopen("/proc/self/maps", "r");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%lx-%lx %*s %lx", &start, &end, &off) == 3 && addr >= start && addr < end)
			at = addr - start + off;
	if (f)
		fclose(f);
	return at;
}

__attribute__((noinline)) int probed(unsigned long arg)
{
	asm volatile("" : "+r"(arg));
	return arg;
}

static void test_context(void)
{
	struct bpf_link *link = bpf_program__attach_uprobe(prog_named("regs"), false, 0, "/proc/self/exe",
							   offset_of(probed));
	struct bpf_map *bss = bpf_object__find_map_by_name(obj, "test_cas.bss");
	__u64 seen = 0;
	__u32 zero = 0;

	if (libbpf_get_error(link) || !bss)
		die("uprobe");
	probed(0x123456789);
	if (bpf_map__lookup_elem(bss, &zero, sizeof(zero), &seen, sizeof(seen), 0))
		die("test_cas.bss");
	tap_eq(seen, 0x123456789, "registers of a uprobe's context");
	bpf_link__destroy(link);
}

static int run_somewhere(__u32 *ctx, __u32 size)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = ctx, .ctx_size_in = size);

	return bpf_prog_test_run_opts(bpf_program__fd(prog_named("somewhere")), &opts) ? -errno : 0;
}

static void test_syscall(void)
{
	/* The last may be reached, and the two bytes behind it that the helper writes end with it. */
	__u32 ctx[64] = { 63 };

	ctx[63] = 0xffff0005;
	tap_eq(run_somewhere(ctx, sizeof(ctx)), 0, "a context that is long enough");
	tap_eq(ctx[63] & 0xffff, 6, "what was written somewhere in it");
	tap_eq(ctx[63] >> 16, 0x6789, "what a helper wrote there");
	tap_eq(run_somewhere(ctx, sizeof(ctx) - 1), -EINVAL, "one that is shorter");
}

int main(int argc, char **argv)
{
	client_preload(argv);
	client_load("test_cast");
	test_casts();
	test_tags();
	test_context();
	test_syscall();
	bpf_object__close(obj);
	return tap_end();
}
