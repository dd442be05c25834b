// SPDX-License-Identifier: GPL-2.0-only
/*
 * An iterator over numbers, in 8 bytes of a program's stack: bpf_iter_num_new() and its
 * friends, which bpf_for() and bpf_repeat() are made of. Plain arithmetic, in any context.
 */
#include <ebpf/kfunc.h>

/**
 * struct iter_num - what struct bpf_iter_num holds
 * @cur: the number before the next one, which is returned by its address
 * @end: the first that is none of them
 */
struct iter_num {
	s32 cur;
	s32 end;
};

static struct iter_num *iter_at(u64 it)
{
	return (struct iter_num *)(unsigned long)it;
}

u64 ebpf_kfunc_iter_num_new(u64 it, u64 start, u64 end, u64 r4, u64 r5)
{
	struct iter_num *num = iter_at(it);
	s64 left = (s64)(s32)end - (s32)start;

	num->cur = 0;
	num->end = 0;
	if (left < 0)
		return -EINVAL;
	if (left > EBPF_MAX_LOOPS)
		return -E2BIG;
	/* Before the smallest number comes the largest. */
	num->cur = (s32)((u32)start - 1);
	num->end = (s32)end;
	return 0;
}

u64 ebpf_kfunc_iter_num_next(u64 it, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct iter_num *num = iter_at(it);
	s32 next = (s32)((u32)num->cur + 1);

	if (next < num->end) {
		num->cur = next;
		return (unsigned long)&num->cur;
	}
	num->cur = 0;
	num->end = 0;
	return 0;
}

u64 ebpf_kfunc_iter_num_destroy(u64 it, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct iter_num *num = iter_at(it);

	num->cur = 0;
	num->end = 0;
	return 0;
}
