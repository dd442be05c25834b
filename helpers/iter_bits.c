// SPDX-License-Identifier: GPL-2.0-only
/*
 * An iterator over the bits that are set in some words of memory, in 16 bytes of a program's
 * stack: bpf_iter_bits_new() and its friends. The words are copied first, one into the
 * iterator itself, more into a buffer. Any context, NMI included.
 */
#include <ebpf/kfunc.h>
#include "helpers/words.h"
#include "kmod/prog/nofault.h"

#define WORD_BITS	64U

/**
 * struct iter_bits - what struct bpf_iter_bits holds
 * @word:    the only word
 * @words:   or where there are more
 * @nr_bits: of all of them; 0: it was not made
 * @bit:     the one that came last, which is returned by its address
 */
struct iter_bits {
	union {
		u64 word;
		u64 *words;
	};
	u32 nr_bits;
	s32 bit;
};

static struct iter_bits *iter_at(u64 it)
{
	return (struct iter_bits *)(unsigned long)it;
}

static long copy_words(struct iter_bits *bits, u64 from, u32 nr)
{
	long err;

	if (nr == 1)
		return ebpf_read_kernel(&bits->word, from, sizeof(u64)) ? -EFAULT : 0;
	bits->words = ebpf_words_get();
	if (!bits->words)
		return -ENOMEM;
	err = ebpf_read_kernel(bits->words, from, nr * sizeof(u64));
	if (err)
		ebpf_words_put(bits->words);
	return err;
}

u64 ebpf_kfunc_iter_bits_new(u64 it, u64 words, u64 nr_words, u64 r4, u64 r5)
{
	struct iter_bits *bits = iter_at(it);
	u32 nr = nr_words;
	long err;

	bits->word = 0;
	bits->nr_bits = 0;
	bits->bit = -1;
	if (!words || !nr)
		return -EINVAL;
	if (nr > EBPF_WORDS_MAX)
		return -E2BIG;
	err = copy_words(bits, words, nr);
	if (!err)
		bits->nr_bits = nr * WORD_BITS;
	return err;
}

/* The first bit from @bit on, or where they end. */
static u32 find_bit(const u64 *words, u32 nr_bits, u32 bit)
{
	u64 word;

	while (bit < nr_bits) {
		word = words[bit / WORD_BITS] >> bit % WORD_BITS;
		if (word)
			return bit + __builtin_ctzll(word);
		bit = round_down(bit, WORD_BITS) + WORD_BITS;
	}
	return nr_bits;
}

u64 ebpf_kfunc_iter_bits_next(u64 it, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct iter_bits *bits = iter_at(it);
	const u64 *words = bits->nr_bits == WORD_BITS ? &bits->word : bits->words;

	/* Past its end it stays there. */
	if (bits->bit >= (s32)bits->nr_bits)
		return 0;
	bits->bit = find_bit(words, bits->nr_bits, bits->bit + 1);
	return bits->bit < (s32)bits->nr_bits ? (unsigned long)&bits->bit : 0;
}

u64 ebpf_kfunc_iter_bits_destroy(u64 it, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct iter_bits *bits = iter_at(it);

	if (bits->nr_bits > WORD_BITS)
		ebpf_words_put(bits->words);
	bits->nr_bits = 0;
	return 0;
}
