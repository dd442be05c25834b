// SPDX-License-Identifier: GPL-2.0-only
/*
 * bpf_strcmp() and its kin: what programs are answered, of strings and of what is none.
 */
#include <linux/bpf.h>
#include <sys/prctl.h>

#include "client.h"

#define VSYSCALL	0xffffffffff600000ULL

static const int want[] = { 0, -1, 0, 4, 11, -ENOENT, 7, 11, 3, 4, 4, 6, 6, -ENOENT, 6 };

static int run(const char *name, __u64 arg)
{
	__u64 args[12] = { arg };
	__u32 retval;

	if (!run_raw_tp(name, args, sizeof(args), &retval))
		die(name);
	return (int)retval;
}

static void test_all(void)
{
	char value[4096];
	const int *got;
	__u32 key = 0, i;
	struct bpf_map *map;
	__u32 size = 0;

	run("all", 0);
	/* hello has a value that is not 0, and got has none. */
	map = bpf_object__find_map_by_name(obj, ".bss");
	if (map)
		size = bpf_map__value_size(map);
	if (!map || size > sizeof(value) || bpf_map_lookup_elem(bpf_map__fd(map), &key, value))
		die(".bss");
	got = (const int *)value;
	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		tap_eq(got[i], want[i], "function %u", i);
}

static void test_memory(void)
{
	static const char here[] = "a user's";

	prctl(PR_SET_NAME, "comm_of_test");
	tap_eq(run("comm", 0), 0, "a string on the stack");
	prctl(PR_SET_NAME, "another");
	tap_eq(run("comm", 0), -1, "and another");
	tap_eq(run("anywhere", 0), -ERANGE, "nothing is no string");
	tap_eq(run("anywhere", (__u64)(unsigned long)here), -ERANGE, "nor is a user's");
	tap_eq(run("anywhere", VSYSCALL), -ERANGE, "nor what the kernel lets users call");
	tap_eq(run("anywhere", 1ULL << 63), -ERANGE, "nor what is no address");
	tap_eq(run("anywhere", -1ULL), -EFAULT, "nor the last one");
}

int main(int argc, char **argv)
{
	client_preload(argv);
	client_load("test_strings");
	test_all();
	test_memory();
	bpf_object__close(obj);
	return tap_end();
}
