// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions on strings of the kernel, beside the C library's on random strings, and what they
 * answer of strings that cannot be read to their end. The kernel is a piece of this program's
 * memory: what lies around it is not there.
 */
#define _GNU_SOURCE
#include <ebpf/kfunc.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "kmod/prog/nofault.h"
#include "tap.h"

#define MAX		65536
#define MEM_SIZE	(3 * MAX)

static u8 mem[MEM_SIZE] __attribute__((aligned(4096)));
static u64 reads;

/* In place of kmod/prog/nofault.c. */
long ebpf_read_kernel(void *dst, u64 src, u32 size)
{
	u64 from = src - (u64)(unsigned long)mem;

	reads++;
	if (src < 4096)
		return -ERANGE;
	if (!size)
		return 0;
	if (from >= MEM_SIZE || size > MEM_SIZE - from)
		return -EFAULT;
	memcpy(dst, (const void *)(unsigned long)src, size);
	return 0;
}

static u64 at(const void *p)
{
	return (u64)(unsigned long)p;
}

#define CALL1(fn, a)		((s32)ebpf_kfunc_##fn(a, 0, 0, 0, 0))
#define CALL2(fn, a, b)		((s32)ebpf_kfunc_##fn(a, b, 0, 0, 0))
#define CALL3(fn, a, b, c)	((s32)ebpf_kfunc_##fn(a, b, c, 0, 0))

static int where(const char *found, const char *in)
{
	return found ? found - in : -ENOENT;
}

/* As in the module: of Latin 1, too. */
static int low(int c)
{
	return (c >= 0xc0 && c <= 0xde && c != 0xd7) ? c + 32 : c < 128 ? tolower(c) : c;
}

static void lower_copy(char *to, const char *from)
{
	while ((*to++ = low((u8)*from++)))
		;
}

/* The sign of the first difference, characters having one. */
static int signed_compare(const char *a, const char *b, size_t len)
{
	for (; len; len--, a++, b++) {
		if (*a != *b)
			return (s8)*a < (s8)*b ? -1 : 1;
		if (!*a)
			break;
	}
	return 0;
}

static bool same(const char *what, int got, int want, const char *a, const char *b)
{
	if (got == want)
		return true;
	printf("# %s(\"%s\", \"%s\"): %d, want %d\n", what, a, b, got, want);
	return false;
}

#define SAME(got, want)	(ok &= same(#got, got, want, a, b))

/* Some letters, of both cases, and two beyond ASCII: chance finds what is to be found. */
static void some_string(char *to, u32 max)
{
	static const char letters[] = "aaabbABc\xc1\xe1";
	u32 len = rand() % max;

	while (len--)
		*to++ = letters[rand() % (sizeof(letters) - 1)];
	*to = '\0';
}

static bool one_pair(char *a, char *b)
{
	char la[64], lb[64];
	u64 pa = at(a), pb = at(b), len = rand() % 40;
	char c = rand() % 8 ? "abAB\xc1"[rand() % 5] : '\0';
	char *part;
	bool ok = true;

	lower_copy(la, a);
	lower_copy(lb, b);
	SAME(CALL2(strcmp, pa, pb), signed_compare(a, b, MAX));
	SAME(CALL2(strcasecmp, pa, pb), signed_compare(la, lb, MAX));
	SAME(CALL3(strncasecmp, pa, pb, len), signed_compare(la, lb, len));
	SAME(CALL2(strchr, pa, (u8)c), where(strchr(a, c), a));
	SAME(CALL2(strchrnul, pa, (u8)c), where(strchrnul(a, c), a));
	SAME(CALL3(strnchr, pa, len, (u8)c), where(memchr(a, c, len < strlen(a) + 1 ? len : strlen(a) + 1), a));
	SAME(CALL2(strrchr, pa, (u64)(s64)c), where(strrchr(a, c), a));
	SAME(CALL1(strlen, pa), (int)strlen(a));
	SAME(CALL2(strnlen, pa, len), (int)strnlen(a, len));
	SAME(CALL2(strspn, pa, pb), (int)strspn(a, b));
	SAME(CALL2(strcspn, pa, pb), (int)strcspn(a, b));
	SAME(CALL2(strstr, pa, pb), where(strstr(a, b), a));
	SAME(CALL2(strcasestr, pa, pb), where(strstr(la, lb), la));
	part = memmem(a, strnlen(a, len), b, strlen(b));
	SAME(CALL3(strnstr, pa, pb, len), where(part, a));
	part = memmem(la, strnlen(la, len), lb, strlen(lb));
	SAME(CALL3(strncasestr, pa, pb, len), where(part, la));
	return ok;
}

static void test_random(void)
{
	bool ok = true;
	u32 i;

	for (i = 0; ok && i < 20000; i++) {
		/* At any distance from the next window. */
		char *a = (char *)mem + rand() % 64, *b = (char *)mem + 256 + rand() % 64;

		some_string(a, 40);
		some_string(b, rand() % 3 ? 4 : 40);
		ok = one_pair(a, b);
	}
	tap_ok(ok, "random strings, as the C library has it");
}

/* Everything that @bad, one of two strings, makes of the functions. */
static void each_answers(u64 bad, int want, const char *what)
{
	u64 good = at(mem), other = at(mem) + MEM_SIZE / 2;
	int answers[] = {
		CALL2(strcmp, bad, good), CALL2(strcmp, good, bad), CALL2(strcasecmp, bad, good),
		CALL3(strncasecmp, good, bad, MAX), CALL2(strchr, bad, 'x'), CALL2(strchrnul, bad, 'x'),
		CALL3(strnchr, bad, MAX, 'x'), CALL2(strrchr, bad, 'a'), CALL1(strlen, bad), CALL2(strnlen, bad, MAX),
		CALL2(strspn, bad, good), CALL2(strspn, other, bad), CALL2(strcspn, bad, other),
		CALL2(strcspn, other, bad), CALL2(strstr, good, bad), CALL2(strcasestr, good, bad),
		CALL3(strnstr, good, bad, MAX), CALL3(strncasestr, good, bad, MAX), CALL2(strstr, bad, good),
	};
	u32 i;
	bool ok = true;

	for (i = 0; i < ARRAY_SIZE(answers); i++)
		if (answers[i] != want) {
			printf("# %u: %d\n", i, answers[i]);
			ok = false;
		}
	tap_ok(ok, "%s: %d", what, want);
}

static void test_bad(void)
{
	/* "aaa", and the same without an end. */
	strcpy((char *)mem, "aaa");
	strcpy((char *)mem + MEM_SIZE / 2, "x");
	memset(mem + MEM_SIZE - 2, 'a', 2);
	each_answers(0, -ERANGE, "no string");
	each_answers(1, -ERANGE, "a user's string");
	each_answers(at(mem) + MEM_SIZE - 2, -EFAULT, "a string that cannot be read to its end");
	each_answers(-1ULL, -EFAULT, "a string at the last address");
	tap_eq(CALL2(strnlen, at(mem) + MEM_SIZE - 2, 2), 2, "no more is read than counts");
	tap_eq(CALL2(strchr, at(mem) + MEM_SIZE - 2, 'a'), 0, "nor more than decides");
	tap_eq(CALL2(strspn, at(mem) + MEM_SIZE / 2, at(mem) + MEM_SIZE - 1), -EFAULT, "of a set, too, up to its end");
	mem[0] = 'a';
	mem[1] = '\0';
	tap_eq(CALL2(strcspn, at(mem), at(mem) + MEM_SIZE - 1), 0, "but not beyond what is in it");
	tap_eq(CALL2(strspn, at(mem), at(mem) + MEM_SIZE - 1), 1, "when no more is asked");
}

static void test_long(void)
{
	char *str = (char *)mem, *set = (char *)mem + MAX + 64;

	memset(mem, 'a', sizeof(mem));
	mem[MEM_SIZE - 1] = '\0';
	tap_eq(CALL1(strlen, at(str)), -E2BIG, "a string that is too long");
	tap_eq(CALL2(strcmp, at(str), at(set)), -E2BIG, "two, compared");
	tap_eq(CALL2(strrchr, at(str), 'a'), -E2BIG, "its last letter");
	tap_eq(CALL2(strchr, at(str), 'b'), -E2BIG, "a letter that it does not have");
	tap_eq(CALL3(strnchr, at(str), MAX - 1, 'b'), -ENOENT, "in what counts of it");
	strcpy(set, "b");
	tap_eq(CALL2(strstr, at(str), at(set)), -E2BIG, "a string that it does not have");
	tap_eq(CALL2(strspn, at(set), at(str)), -E2BIG, "a set that is too long");
	str[MAX - 1] = '\0';
	tap_eq(CALL1(strlen, at(str)), MAX - 1, "the longest string");
	memset(set, 'a', MAX / 2);
	strcpy(set + MAX / 2, "b");
	reads = 0;
	tap_eq(CALL2(strstr, at(str), at(set)), -E2BIG, "what takes too many comparisons is left");
	tap_ok(reads < 100000, "after some: %llu reads", reads);
	reads = 0;
	tap_eq(CALL2(strspn, at(str), at(set)), MAX - 1, "a long string and a long set");
	tap_ok(reads < 4000, "are read once: %llu reads", reads);
}

int main(void)
{
	srand(1);
	test_random();
	test_bad();
	test_long();
	return tap_end();
}
