// SPDX-License-Identifier: GPL-2.0-only
/*
 * harness: timeout=300
 *
 * The iterator over the bits of words, through libbpf and the shim: one word, as many as can be,
 * words that cannot be read, and more rounds than there are buffers.
 */
#include <linux/bpf.h>
#include <pthread.h>

#include "client.h"

#define WORDS_MAX	511
#define ROUNDS		2000

static __u32 run(const char *name, __u64 a, __u64 b)
{
	__u64 args[12] = { a, b };
	__u32 retval;

	if (!run_raw_tp(name, args, sizeof(args), &retval))
		die(name);
	return retval;
}

/* Bit 0 of the first word and the last bit of the last one, and one between them. */
static void set_words(__u32 nr)
{
	__u64 words[WORDS_MAX] = { 0 };
	__u32 zero = 0;

	words[0] |= 1;
	words[nr / 2] |= 1 << 5;
	words[nr - 1] |= 1ULL << 63;
	if (bpf_map_update_elem(bpf_object__find_map_fd_by_name(obj, ".bss"), &zero, words, BPF_ANY))
		die("the words");
}

static void test_sums(void)
{
	static const __u32 sizes[] = { 1, 2, 3, 64, WORDS_MAX };
	__u32 i, nr;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		nr = sizes[i];
		set_words(nr);
		tap_eq(run("sum", nr, 0), nr / 2 * 64 + 5 + nr * 64 - 1, "the bits of %u words", nr);
		tap_eq(run("pairs", nr, 0), 9, "all with one another");
	}
	tap_eq(run("sum", WORDS_MAX / 2 + 1, 0), WORDS_MAX / 2 * 64 + 5, "of fewer words than there are");
}

static void test_errors(void)
{
	tap_eq(run("error", WORDS_MAX, 0), 0, "as many words as can be");
	tap_eq(run("error", WORDS_MAX + 1, 0), E2BIG, "more are an error");
	tap_eq(run("error", 0, 0), EINVAL, "none is one");
	tap_eq(run("error_at", 0, 1), EINVAL, "so is NULL");
	tap_eq(run("error_at", 8, 1), EFAULT, "and a word that cannot be read");
	tap_eq(run("error_at", 8, 2), ERANGE, "and more of them, in the words of reading");
	tap_eq(run("sum", 0, 0), 0, "nothing comes from what could not be made");
}

static void *make_rounds(void *wrong)
{
	int i;

	for (i = 0; i < ROUNDS; i++)
		if (run("pairs", WORDS_MAX, 0) != 9 || run("error_at", 8, 2) != ERANGE)
			*(int *)wrong = 1;
	return NULL;
}

/* A buffer that is not given back is missed soon. */
static void test_rounds(void)
{
	pthread_t threads[4];
	int wrong = 0, i;

	set_words(WORDS_MAX);
	for (i = 0; i < 4; i++)
		if (pthread_create(&threads[i], NULL, make_rounds, &wrong))
			die("a thread");
	for (i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	tap_ok(!wrong, "%d rounds of 4 threads", ROUNDS);
}

int main(int argc, char **argv)
{
	client_preload(argv);
	client_load("test_iter_bits");
	test_sums();
	test_errors();
	test_rounds();
	bpf_object__close(obj);
	return tap_end();
}
