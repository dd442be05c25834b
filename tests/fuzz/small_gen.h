/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the generators of small programs share. R10 is FP; R6 the context, R7 a number; main has
 * a second number in R8 and a value of 48 bytes in R9, functions a value in R8 and their caller's
 * FP - 64 in R9.
 */
#ifndef _TESTS_FUZZ_SMALL_GEN_H
#define _TESTS_FUZZ_SMALL_GEN_H

#include "emit.h"

#define FP	10
#define LEAVE	(-1)	/* off of a jump to the function's end */
#define FOREIGN	(-64)	/* where R9 points to in the caller's frame */

/* Has the function a pointer to its caller's stack in R9? */
bool small_has_foreign(const struct gen *g);
s32 small_number(void);
/* A register with a number, to read; R0 is scratch. */
u8 small_reader(const struct gen *g);
/* One to write. */
u8 small_target(const struct gen *g);
/* Gives R1 to R5, which a call spoiled, numbers. */
void small_refill(struct gen *g);
/* A conditional jump, whose target is for land_here(). Returns where it is. */
u32 small_branch(struct gen *g);
/* Computes with one of the numbers. */
void small_number_op(struct gen *g);
/* One item of any kind. */
void small_item(struct gen *g);

#endif /* _TESTS_FUZZ_SMALL_GEN_H */
