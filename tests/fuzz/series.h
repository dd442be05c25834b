/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A test program that makes one program after the other, each from its seed, and what it says
 * of all at the end.
 *
 *	VERIFIER_NAME_PROGRAMS=N  how many
 *	VERIFIER_NAME_SECONDS=N   stop after so long instead
 *	VERIFIER_NAME_SEED=N      where to start (default 1)
 *	VERIFIER_NAME_VERBOSE=1   show what only pruning accepts
 */
#ifndef _TESTS_FUZZ_SERIES_H
#define _TESTS_FUZZ_SERIES_H

#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <tap.h>
#include <tests/fuzz/suspects.h>
#include "services.h"

#define SERIES_MAX_BAD	5

static struct {
	const char *name;
	u64 seconds;
	u64 programs;
	u64 first;
	volatile u64 seed;	/* of the program under way */
	bool verbose;
} series;

/* VERIFIER_NAME_@what */
static inline u64 series_number(const char *what, u64 otherwise)
{
	char name[64];
	const char *text;

	snprintf(name, sizeof(name), "VERIFIER_%s_%s", series.name, what);
	text = getenv(name);
	return text && *text ? strtoull(text, NULL, 0) : otherwise;
}

/* Which program it was, should the verifier itself crash. */
static inline void series_crashed(int sig)
{
	char text[64];
	int len = snprintf(text, sizeof(text), "# signal %d at seed %llu\n", sig, series.seed);

	len = write(STDOUT_FILENO, text, len);
	signal(sig, SIG_DFL);
	raise(sig);
}

/* @programs: how many where the environment does not say. */
static inline void series_begin(const char *name, u64 programs)
{
	series.name = name;
	series.seconds = series_number("SECONDS", 0);
	series.programs = series_number("PROGRAMS", series.seconds ? U64_MAX : programs);
	series.first = series_number("SEED", 1);
	series.verbose = series_number("VERBOSE", 0);
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGSEGV, series_crashed);
	signal(SIGTERM, series_crashed);
}

/* Calls @try, which says false when it found a fault, for one seed after the other. */
static inline void series_run(bool (*try)(u64 seed))
{
	time_t end = time(NULL) + series.seconds;
	u32 bad = 0;
	u64 i;

	for (i = 0; i < series.programs && bad < SERIES_MAX_BAD; i++) {
		if (series.seconds && time(NULL) >= end)
			break;
		series.seed = series.first + i;
		bad += !try(series.seed);
	}
}

/* What every such test says at its end. */
static inline void series_end(void)
{
	suspects_say();
	tap_ok(!suspects_unexplained(), "pruning hides nothing that walking all paths finds");
	tap_eq(test_bugs(), 0, "no rule of the verifier's own was broken");
}

#endif /* _TESTS_FUZZ_SERIES_H */
