// SPDX-License-Identifier: GPL-2.0-only
/*
 * PROG_TEST_RUN of TRACING programs: as in Linux, the kernel's functions that are there to be
 * traced are called, whatever the program is attached to. Kernels without a bpf(2) of their own
 * have none.
 */
#include "kmod/compat/cfi.h"
#include "kmod/compat/ftrace.h"
#include "kmod/prog/test_run.h"

/* All of them take their arguments in registers and return no more than a word. */
typedef unsigned long (*test_fn)(u64 a, u64 b, u64 c, u64 d, u64 e, u64 f);

struct test_call {
	const char *name;
	u64 args[6];
	u32 result;
};

static const struct test_call calls[] = {
	{ "bpf_fentry_test1", { 1 }, 2 },
	{ "bpf_fentry_test2", { 2, 3 }, 5 },
	{ "bpf_fentry_test3", { 4, 5, 6 }, 15 },
	{ "bpf_fentry_test4", { 7, 8, 9, 10 }, 34 },
	{ "bpf_fentry_test5", { 11, 12, 13, 14, 15 }, 65 },
	{ "bpf_fentry_test6", { 16, 17, 18, 19, 20, 21 }, 111 },
	{ "bpf_fentry_test7", { 0 }, 0 },
	/* 8 and 9 take a pointer to zeros. */
	{ "bpf_fentry_test8", { 0 }, 0 },
	{ "bpf_fentry_test9", { 0 }, 0 },
	{ "bpf_fentry_test10", { 0 }, 0 },
};

static test_fn find(const char *name)
{
	return (test_fn)ebpf_compat_func_addr(name);
}

static bool takes_pointer(u32 i)
{
	return i == 7 || i == 8;
}

/* Younger kernels have more of them. */
static int call_all(void)
{
	u64 zeros[4] = { 0 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		const u64 *a = calls[i].args;
		test_fn fn = find(calls[i].name);
		u64 first = takes_pointer(i) ? (unsigned long)zeros : a[0];

		if (!fn)
			return i ? 0 : -ENOTSUPP;
		if ((u32)fn(first, a[1], a[2], a[3], a[4], a[5]) != calls[i].result)
			return -EFAULT;
	}
	return 0;
}

/* In the upper half of the result: did the function itself run? */
static int call_modified(u32 *retval)
{
	test_fn fn = find("bpf_modify_return_test");
	int b = 2;
	u16 ret;

	if (!fn)
		return -ENOTSUPP;
	ret = fn(1, (unsigned long)&b, 0, 0, 0, 0);
	*retval = (u32)(b != 2) << 16 | ret;
	return 0;
}

long ebpf_test_run_tracing(struct ebpf_prog *prog, const union ebpf_attr *attr,
			   union ebpf_attr __user *uattr)
{
	u32 retval = 0;
	int err = -EFAULT;

	if (attr->test.flags || attr->test.cpu || attr->test.batch_size)
		return -EINVAL;
	if (compat_calls_are_checked())
		return -ENOTSUPP;
	switch (prog->expected_attach_type) {
	case EBPF_TRACE_FENTRY:
	case EBPF_TRACE_FEXIT:
		err = call_all();
		break;
	case EBPF_MODIFY_RETURN:
		err = call_modified(&retval);
		break;
	}
	if (!err && put_user(retval, &uattr->test.retval))
		err = -EFAULT;
	return err;
}
