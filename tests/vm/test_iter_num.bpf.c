// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loops over the numbers of an iterator, as bpf_for() makes them: run by test_iter_num.c.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* Headers of libraries that know it have it; those of the machine may not. */
struct bpf_iter_num___own {
	__u64 opaque[1];
} __attribute__((aligned(8)));

extern int bpf_iter_num_new(struct bpf_iter_num___own *it, int start, int end) __ksym __weak;
extern void bpf_no_such_kfunc(struct bpf_iter_num___own *it) __ksym __weak;
extern int *bpf_iter_num_next(struct bpf_iter_num___own *it) __ksym;
extern void bpf_iter_num_destroy(struct bpf_iter_num___own *it) __ksym;

char _license[] SEC("license") = "GPL";

SEC("raw_tracepoint")
int sum(__u64 *args)
{
	struct bpf_iter_num___own it;
	int *n, sum = 0;

	bpf_iter_num_new(&it, args[0], args[1]);
	while ((n = bpf_iter_num_next(&it)))
		sum += *n;
	bpf_iter_num_destroy(&it);
	return sum;
}

SEC("raw_tracepoint")
int nested(__u64 *args)
{
	struct bpf_iter_num___own it, inner;
	int *n, count = 0;

	bpf_iter_num_new(&it, 0, args[0]);
	while ((n = bpf_iter_num_next(&it))) {
		bpf_iter_num_new(&inner, 0, *n);
		while (bpf_iter_num_next(&inner))
			count++;
		bpf_iter_num_destroy(&inner);
	}
	bpf_iter_num_destroy(&it);
	return count;
}

SEC("raw_tracepoint")
int error(__u64 *args)
{
	struct bpf_iter_num___own it;
	int err;

	err = bpf_iter_num_new(&it, args[0], args[1]);
	bpf_iter_num_destroy(&it);
	return -err;
}

/* bpf_ksym_exists() of newer headers. */
SEC("raw_tracepoint")
int exists(__u64 *args)
{
	struct bpf_iter_num___own it;
	int found = 0;

	if (bpf_iter_num_new) {
		found = 1;
		bpf_iter_num_new(&it, 0, 1);
		bpf_iter_num_destroy(&it);
	}
	if (bpf_no_such_kfunc)
		found += 2;
	return found;
}
