/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TAP for test programs in C: one header, no library.
 *
 *	tap_ok(fd >= 0, "map of type %d is made", type);	-> ok 1 - map of ...
 *	tap_skip("uprobes are not built in");			-> ok 2 # SKIP ...
 *	return tap_end();					-> N passed, N failed, N skipped
 *
 * Names say what must hold. Each test program ends in tap_end(), whose value is
 * its exit status; a program that dies before is counted as failed.
 */
#ifndef _TESTS_TAP_H
#define _TESTS_TAP_H

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int tap_passed, tap_failed, tap_skipped;

static inline int tap_count(void)
{
	return tap_passed + tap_failed + tap_skipped;
}

/* A line for the reader that counts for nothing. */
__attribute__((format(printf, 1, 2), unused))
static void tap_diag(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fputs("# ", stdout);
	vprintf(fmt, args);
	putchar('\n');
	va_end(args);
	fflush(stdout);
}

__attribute__((format(printf, 4, 5), unused))
static int tap_result(int ok, const char *file, int line, const char *fmt, ...)
{
	int err = errno;
	va_list args;

	if (ok)
		tap_passed++;
	else
		tap_failed++;
	printf("%sok %d - ", ok ? "" : "not ", tap_count());
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
	if (!ok)
		printf("#   at %s:%d, errno %d (%s)\n", file, line, err, strerror(err));
	fflush(stdout);
	errno = err;
	return ok;
}

/* tap_ok(condition, format, ...): the condition's truth is its value. */
#define tap_ok(cond, ...) tap_result(!!(cond), __FILE__, __LINE__, __VA_ARGS__)

/* tap_eq(got, want, format, ...): shows both numbers when they differ. */
#define tap_eq(got, want, ...)						\
	({								\
		long long __got = (long long)(got);			\
		long long __want = (long long)(want);			\
		if (!tap_result(__got == __want, __FILE__, __LINE__, __VA_ARGS__)) \
			tap_diag("  got %lld (0x%llx), want %lld (0x%llx)", __got,	\
				 __got, __want, __want);		\
		__got == __want;					\
	})

__attribute__((format(printf, 1, 2), unused))
static void tap_skip(const char *fmt, ...)
{
	va_list args;

	tap_skipped++;
	printf("ok %d # SKIP ", tap_count());
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
}

__attribute__((unused))
static int tap_end(void)
{
	printf("1..%d\n", tap_count());
	printf("%d passed, %d failed, %d skipped\n", tap_passed, tap_failed, tap_skipped);
	fflush(stdout);
	return tap_failed ? 1 : 0;
}

#endif /* _TESTS_TAP_H */
