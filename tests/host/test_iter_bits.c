// SPDX-License-Identifier: GPL-2.0-only
/*
 * The iterator over bits, beside a plain walk of random words, and what it answers where it
 * cannot be made. The kernel is a piece of this program's memory.
 */
#include <ebpf/kfunc.h>

#include <stdlib.h>
#include <string.h>

#include "helpers/words.h"
#include "kmod/prog/nofault.h"
#include "services.h"
#include "tap.h"

static u64 mem[EBPF_WORDS_MAX + 1];
static u64 it[2];

/* In place of kmod/prog/nofault.c. */
long ebpf_read_kernel(void *dst, u64 src, u32 size)
{
	u64 from = src - (u64)(unsigned long)mem;

	if (src < 4096)
		return -ERANGE;
	if (from >= sizeof(mem) || size > sizeof(mem) - from)
		return -EFAULT;
	memcpy(dst, (const void *)(unsigned long)src, size);
	return 0;
}

static u64 at(const void *p)
{
	return (u64)(unsigned long)p;
}

static int new(u64 words, u64 nr)
{
	/* Of any content, as a program's stack. */
	memset(it, 0x5a, sizeof(it));
	return (int)ebpf_kfunc_iter_bits_new(at(it), words, nr, 0, 0);
}

/* -1: none left */
static int next(void)
{
	u64 bit = ebpf_kfunc_iter_bits_next(at(it), 0, 0, 0, 0);

	return bit ? *(int *)(unsigned long)bit : -1;
}

static void destroy(void)
{
	ebpf_kfunc_iter_bits_destroy(at(it), 0, 0, 0, 0);
}

static bool walk(const u64 *words, u32 nr)
{
	u32 i;

	if (new(at(words), nr))
		return false;
	for (i = 0; i < nr * 64; i++)
		if (words[i / 64] >> i % 64 & 1 && next() != (int)i)
			return false;
	if (next() != -1 || next() != -1)
		return false;
	destroy();
	return true;
}

static void test_random(void)
{
	bool ok = true;
	u32 i, j, nr, few;

	for (i = 0; ok && i < 3000; i++) {
		nr = rand() % 3 ? 1 + rand() % 4 : 1 + rand() % EBPF_WORDS_MAX;
		few = rand() % 8;
		for (j = 0; j < nr; j++)
			mem[j] = few < 2 ? 0 : few == 2 ? U64_MAX :
				 (u64)rand() << 33 ^ (u64)rand() << 11 ^ rand();
		mem[rand() % nr] |= 1ULL << rand() % 64;
		/* What lies behind is none of them. */
		mem[nr] = U64_MAX;
		ok = walk(mem, nr);
	}
	tap_ok(ok, "all bits of random words, in their order, and no others");
}

/* An iterator that was not made is at its end, and can be ended. */
static void fails(u64 words, u64 nr, int want, const char *what)
{
	int err = new(words, nr), bit = next();

	destroy();
	tap_ok(err == want && bit == -1, "%s: %d", what, err);
}

static void test_errors(void)
{
	u64 gone = at(mem) + sizeof(mem);

	fails(0, 1, -EINVAL, "no memory");
	fails(0, 512, -EINVAL, "and too much of it");
	fails(at(mem), 0, -EINVAL, "no words");
	fails(at(mem), EBPF_WORDS_MAX + 1, -E2BIG, "too many words");
	fails(at(mem), 67108865, -E2BIG, "so many that their bits are few in 32 bits");
	fails(at(mem), 1ULL << 32, -EINVAL, "a number of words has 32 bits");
	fails(gone, 1, -EFAULT, "a word that cannot be read");
	fails(gone - 8, 2, -EFAULT, "one that can and one that cannot");
	fails(8, 1, -EFAULT, "a word that is not the kernel's");
	fails(8, 2, -ERANGE, "two such");
	tap_eq(test_words_taken(), 0, "no buffer is left over");
}

static void test_buffers(void)
{
	u64 *taken[16];
	u32 n = 0;

	while (n < ARRAY_SIZE(taken) && (taken[n] = ebpf_words_get()))
		n++;
	fails(at(mem), 2, -ENOMEM, "all buffers in use");
	mem[0] = 1;
	tap_eq(new(at(mem), 1), 0, "one word needs none");
	tap_eq(next(), 0, "and is walked");
	destroy();
	while (n)
		ebpf_words_put(taken[--n]);
	mem[1] = 2;
	tap_eq(new(at(mem), 2), 0, "a buffer again");
	/* Whoever changes the words now changes no copy. */
	mem[0] = 0;
	tap_ok(next() == 0 && next() == 65, "what is walked is a copy");
	destroy();
	tap_eq(test_words_taken(), 0, "which is given back");
}

int main(void)
{
	test_random();
	test_errors();
	test_buffers();
	tap_eq(test_bugs(), 0, "each buffer was given back once");
	return tap_end();
}
