// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loops over the bits of the kernel's words, as bpf_for_each(bits, ...) makes them: run by
 * test_iter_bits.c.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define WORDS_MAX	511

/* Headers of libraries that know it have it; those of the machine may not. */
struct bpf_iter_bits___own {
	__u64 opaque[2];
} __attribute__((aligned(8)));

extern int bpf_iter_bits_new(struct bpf_iter_bits___own *it, const __u64 *unsafe_ptr__ign,
			     __u32 nr_words) __ksym;
extern int *bpf_iter_bits_next(struct bpf_iter_bits___own *it) __ksym;
extern void bpf_iter_bits_destroy(struct bpf_iter_bits___own *it) __ksym;

char _license[] SEC("license") = "GPL";

__u64 words[WORDS_MAX];

static __always_inline int error_of(const void *from, __u32 nr)
{
	struct bpf_iter_bits___own it;
	int err = bpf_iter_bits_new(&it, from, nr);

	bpf_iter_bits_destroy(&it);
	return -err;
}

/* The sum of the numbers of the bits of so many words. */
SEC("raw_tracepoint")
int sum(__u64 *args)
{
	struct bpf_iter_bits___own it;
	int *bit, sum = 0;

	bpf_iter_bits_new(&it, words, args[0]);
	while ((bit = bpf_iter_bits_next(&it)))
		sum += *bit;
	bpf_iter_bits_destroy(&it);
	return sum;
}

/* Each bit of one round is with all of another: more buffers are held at a time. */
SEC("raw_tracepoint")
int pairs(__u64 *args)
{
	struct bpf_iter_bits___own it, inner;
	int pairs = 0;

	bpf_iter_bits_new(&it, words, args[0]);
	while (bpf_iter_bits_next(&it)) {
		bpf_iter_bits_new(&inner, words, args[0]);
		while (bpf_iter_bits_next(&inner))
			pairs++;
		bpf_iter_bits_destroy(&inner);
	}
	bpf_iter_bits_destroy(&it);
	return pairs;
}

SEC("raw_tracepoint")
int error(__u64 *args)
{
	return error_of(words, args[0]);
}

/* Of words anywhere. */
SEC("raw_tracepoint")
int error_at(__u64 *args)
{
	return error_of((void *)args[0], args[1]);
}
