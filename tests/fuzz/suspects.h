/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs that only pruning accepts, and which of them are explained: those of a class in
 * tests/fuzz/suspects.known.
 */
#ifndef _TESTS_FUZZ_SUSPECTS_H
#define _TESTS_FUZZ_SUSPECTS_H

#include <stdbool.h>
#include <ebpf/types.h>

enum suspect_class {
	SUSPECT_LINKED_COPIES,
	SUSPECT_MILD_MATH,
	SUSPECT_FILLED_DYNPTR,
	SUSPECT_SEVERAL,
	SUSPECT_MILD_STACK,
	SUSPECT_TRIED,
	SUSPECT_FROZEN,
	SUSPECT_UNEXPLAINED,
	SUSPECT_CLASSES,
};

/* Reads the file; false: it cannot be read. */
bool suspects_init(void);
/* One more of @class; false: that is none that the file explains. */
bool suspects_add(enum suspect_class class);
/* Unexplained so far. */
u64 suspects_unexplained(void);
/* How many of each, for the log. */
void suspects_say(void);

#endif /* _TESTS_FUZZ_SUSPECTS_H */
