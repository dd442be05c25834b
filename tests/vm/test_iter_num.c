// SPDX-License-Identifier: GPL-2.0-only
/*
 * harness: timeout=300
 *
 * Kernel functions that programs call: the BTF they are found in, and the iterator over numbers,
 * through libbpf and the shim.
 */
#include <linux/bpf.h>

#include "client.h"

static __u32 run(const char *name, __u64 a, __u64 b)
{
	__u64 args[12] = { a, b };
	__u32 retval;

	if (!run_raw_tp(name, args, sizeof(args), &retval))
		die(name);
	return retval;
}

static void test_numbers(void)
{
	tap_eq(run("sum", 3, 7), 3 + 4 + 5 + 6, "the sum of some numbers");
	tap_eq(run("sum", 7, 7), 0, "of none");
	tap_eq(run("sum", 7, 3), 0, "of what is no range");
	tap_eq(run("sum", -3, 3), (__u32)-3, "over zero");
	tap_eq(run("sum", 0, 1 << 16), 0x7fff8000, "of many");
	tap_eq(run("nested", 10, 0), 45, "a loop in a loop");
	tap_eq(run("error", 0, 8 << 20), 0, "as many as can be");
	tap_eq(run("error", 0, (8 << 20) + 1), E2BIG, "more are an error");
	tap_eq(run("error", 3, 2), EINVAL, "a range backwards is one");
	tap_eq(run("exists", 0, 0), 1, "whether a function exists can be asked");
}

/* A module's, by the name of this one. */
static void test_btf(void)
{
	struct bpf_btf_info info;
	__u32 id = 0, len = sizeof(info), found = 0;
	char name[64];
	int fd;

	while (!bpf_btf_get_next_id(id, &id)) {
		fd = bpf_btf_get_fd_by_id(id);
		if (fd < 0)
			continue;
		memset(&info, 0, sizeof(info));
		info.name = (unsigned long)name;
		info.name_len = sizeof(name);
		if (!bpf_obj_get_info_by_fd(fd, &info, &len) && info.kernel_btf &&
		    !strcmp(name, "ebpfdrv"))
			found++;
		close(fd);
	}
	tap_eq(found, 1, "BTF of the functions is told of as a module's");
}

int main(int argc, char **argv)
{
	client_preload(argv);
	client_load("test_iter_num");
	test_numbers();
	test_btf();
	bpf_object__close(obj);
	return tap_end();
}
