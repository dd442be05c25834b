// SPDX-License-Identifier: GPL-2.0-only
/*
 * The engines' services in user space: libc does the work. Tests may make the
 * n-th allocation from now fail, to walk the error paths.
 */
#include "services.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <ebpf/services.h>
#include "helpers/words.h"
#include "kmod/prog/nofault.h"

#define ALLOC_MAX	(1UL << 30)

static long allocs_until_failure = -1;
static unsigned long bugs;
static int yield_result;
static unsigned long yields;

void test_fail_alloc(long n)
{
	allocs_until_failure = n;
}

unsigned long test_bugs(void)
{
	return bugs;
}

void test_set_yield(int result)
{
	yield_result = result;
}

unsigned long test_yields(void)
{
	return yields;
}

static bool alloc_fails(void)
{
	if (allocs_until_failure < 0)
		return false;
	return allocs_until_failure-- == 0;
}

void *ebpf_alloc(size_t size)
{
	if (size > ALLOC_MAX || alloc_fails())
		return NULL;
	return calloc(1, size ? size : 1);
}

/* Filled with what nobody expects. */
void *ebpf_alloc_dirty(size_t size)
{
	void *p;

	if (size > ALLOC_MAX || alloc_fails())
		return NULL;
	p = malloc(size ? size : 1);
	if (p)
		memset(p, 0xa5, size);
	return p;
}

void *ebpf_calloc(size_t n, size_t size)
{
	if (size && n > ALLOC_MAX / size)
		return NULL;
	return ebpf_alloc(n * size);
}

void *ebpf_realloc(void *p, size_t old, size_t new)
{
	char *q;

	if (new > ALLOC_MAX || alloc_fails())
		return NULL;
	q = realloc(p, new ? new : 1);
	if (q && new > old)
		memset(q + old, 0, new - old);
	return q;
}

void ebpf_free(void *p)
{
	free(p);
}

u64 ebpf_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

int ebpf_yield(void)
{
	yields++;
	return yield_result;
}

int ebpf_vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	int n;

	if (!size)
		return 0;
	n = vsnprintf(buf, size, fmt, args);
	return (size_t)n < size ? n : (int)size - 1;
}

int ebpf_scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = ebpf_vscnprintf(buf, size, fmt, args);
	va_end(args);
	return n;
}

void ebpf_report_bug(const char *where, int line)
{
	bugs++;
	fprintf(stderr, "BUG: %s:%d\n", where, line);
}

/* There is no kernel to read from; tests that read bring their own. */
__attribute__((weak)) long ebpf_read_kernel(void *dst, u64 src, u32 size)
{
	return -EFAULT;
}

/* The buffers of helpers/words.c. */
static u64 words[4][EBPF_WORDS_MAX];
static bool taken[ARRAY_SIZE(words)];

static int words_err;

void test_set_words(int result)
{
	words_err = result;
}

u32 test_words_taken(void)
{
	u32 i, n = 0;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		n += taken[i];
	return n;
}

int ebpf_words_prepare(void)
{
	return words_err;
}

u64 *ebpf_words_get(void)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(words) && taken[i]; i++)
		;
	if (i == ARRAY_SIZE(words))
		return NULL;
	taken[i] = true;
	return words[i];
}

void ebpf_words_put(u64 *buf)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (words[i] == buf && taken[i]) {
			taken[i] = false;
			return;
		}
	ebpf_report_bug("ebpf_words_put", 0);
}
