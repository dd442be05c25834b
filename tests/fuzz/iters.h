/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Iterators of small programs: how they are generated, and what they do when such a program runs.
 */
#ifndef _TESTS_FUZZ_ITERS_H
#define _TESTS_FUZZ_ITERS_H

#include "gen.h"

enum iter_op { ITER_OP_NEW, ITER_OP_NEXT, ITER_OP_DESTROY, ITER_OPS };

/* --- iter_gen.c --- */

/* Calls have the number of their operation until gen_link_iters() puts in those of BTF. */
void gen_iter(struct gen *g);
void gen_link_iters(struct gen *g, const u32 id[ITER_OPS]);

/* --- iter_world.c --- */

struct iters {
	u32 id[ITER_OPS];	/* BTF numbers of the functions */
	int err;		/* of the first call by compiled code that failed */
};

extern struct iters iters;

/* None is there; before each run. */
void iters_reset(void);
/* Which operation the call is of, as loaded or as rewritten; ITER_OPS: none. */
enum iter_op iters_op(const struct ebpf_insn *insn, bool rewritten);
/* 0, -ELOOP when there are too many, or -EFAULT with the reason in *@why. */
int iters_call(enum iter_op op, const u64 *regs, u64 *ret, const char **why);
/* A number that was taken from an iterator, while that is there. */
bool iters_readable(u64 addr, u64 size);
bool iters_held(void);

#endif /* _TESTS_FUZZ_ITERS_H */
