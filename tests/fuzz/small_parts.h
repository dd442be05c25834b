/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What programs of all small kinds are made of: numbers, stack slots, branches, functions.
 *
 * R1 to R4 and R7 hold numbers at the end of each part, in the main program R8 as well; R0 and R5
 * are scratch. A value of 48 bytes is in R9 (main) or R8. Where g->foreign is set, R9 is the FP of
 * a function further up, less SHARED_AT. Parts may be refused; most are not.
 */
#ifndef _TESTS_FUZZ_SMALL_PARTS_H
#define _TESTS_FUZZ_SMALL_PARTS_H

#include "gen.h"

#define CTX		6	/* main: the context */
#define FP		10
#define LEAVE		(-1)	/* off of a jump to the function's end */
#define SHARED_AT	64

/* A number, one that accesses may take or not. */
s32 gen_num(void);
/* A register with a number to read, and one to write. */
u8 gen_reader(const struct gen *g);
u8 gen_target(const struct gen *g);
/* The register with the value. */
u8 gen_value_reg(const struct gen *g);
/* The numbers that a call spoiled. */
void gen_refill(struct gen *g);
/* From FP, of one of four slots */
s16 gen_slot(void);

/* To and from such a slot, of this function or of the one further up. */
void gen_store(struct gen *g);
void gen_load(struct gen *g);
void gen_atomic(struct gen *g);
/* A slot at an offset that varies. */
void gen_varying(struct gen *g);

void gen_number_op(struct gen *g);
/* A conditional jump, for land_here(): where it is */
u32 emit_branch(struct gen *g);
/* One number or the other. */
void gen_either(struct gen *g);
/* @reg is 0 to 7 afterwards, most often. */
void gen_bound(struct gen *g, u8 reg);
/* An access to the value at an offset. */
void gen_use_number(struct gen *g, u8 reg);
void gen_use(struct gen *g);
/* One number on one way and another on the other, by way of a slot, to an access. */
void gen_story(struct gen *g);

/* Any of these, or what the kind is about: small.c. */
void gen_any_item(struct gen *g);

/* R1 = 0 to 3, perhaps as it was on the way. */
void gen_rounds(struct gen *g);

/* The registers, but for R1 to R5, as a main program has them. */
void gen_begin_main(struct gen *g);

enum gen_result {
	GEN_ANY,
	GEN_BIT,	/* 0 or 1, as callbacks return */
	GEN_ZERO,
};

/* Ends the function that began at @start; jumps whose off is LEAVE go there. The main program
 * returns 0.
 */
void gen_end_function(struct gen *g, u32 start, enum gen_result result);
/**
 * gen_functions() - the main program and the functions that it needs
 * @last: functions have the numbers 1 to @last; imm of a call, or of a load of an address, is the
 *        number until all are there.
 * @all:  make all of them, else those that main and the ones before them name
 * @make: makes the function g->func; may set g->foreign, and g->btf_type[] of the newest
 */
void gen_functions(struct gen *g, u32 last, bool all, void (*make)(struct gen *g));

/* Kinds in files of their own; g->type and g->values are the caller's. */
void small_nested(struct gen *g);
void small_ends(struct gen *g);

#endif /* _TESTS_FUZZ_SMALL_PARTS_H */
