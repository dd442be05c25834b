/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small programs of one kind each, whose every run can be tried: what they do not know
 * is one of a few values in two words of the context, or one of a few answers of a
 * helper, and all combinations are run.
 */
#ifndef _TESTS_FUZZ_SMALL_H
#define _TESTS_FUZZ_SMALL_H

#include <ebpf/verifier.h>
#include <interp.h>
#include "gen.h"

enum small_kind {
	SMALL_STACK,		/* slots by copies of R10, in callers' frames, atomics */
	SMALL_CALLBACK,		/* bpf_loop, bpf_for_each_map_elem */
	SMALL_PACKET,
	SMALL_INNER,		/* maps of maps */
	SMALL_CONTEXT,
	SMALL_DYNPTR,
	SMALL_REF,		/* sockets, records of ring buffers */
	SMALL_TAIL,		/* tail calls, out of functions as well */
	SMALL_LOCK,
	SMALL_TIMER,
	SMALL_GLOBAL,		/* global functions */
	SMALL_BTF,		/* kernel pointers: tasks, kptrs of both kinds */
	SMALL_ROUNDS,		/* loops that end by themselves: may_goto */
	SMALL_ITER,		/* and those of iterators */
	SMALL_NESTED,		/* callbacks of callbacks, on stacks further up: small_nested.c */
	SMALL_ENDS,		/* dead ends of functions, tail calls below callbacks: small_ends.c */
	SMALL_KINDS,
};

#define SMALL_WORDS	2	/* of the context that are not known */
#define SMALL_VALUES	GEN_VALUES	/* that each may have */

/* What a program is made of and finds: small_init() makes it once. */
struct small_world {
	int value_fd;		/* array of one value of 48 bytes, by address */
	int hash_fd[2];		/* key 8, value 16 */
	int outer_fd;		/* array of maps like inner_fd[] */
	int inner_fd[2];	/* hash, key 8, value 24 */
	int ring_fd;
	int progs_fd;
	int lock_fd;		/* hash, value 32 with a lock at 4 */
	int timer_fd;		/* hash, value 32 with a timer at 8 */
	int kptr_fd;		/* hash, value 32 with a kptr at 8, a referenced one at 16 */
	const struct ebpf_btf *kernel;
	const struct ebpf_btf *kfuncs;	/* that, and the functions of iterators */
	struct ebpf_btf *types;	/* of functions */
};

extern struct small_world small;
extern const char *const small_names[SMALL_KINDS];

/* The ids of small.types. */
enum { SMALL_T_INT = 1, SMALL_T_MAIN = 3, SMALL_T_GLOBAL = 7, SMALL_T_GLOBAL_CTX = 11 };
#define SMALL_PASSED	16	/* bytes that SMALL_T_GLOBAL is passed; SMALL_T_GLOBAL_CTX: an XDP context */

bool small_init(void);

/* A new program of the kind @kind; its type is g->type, and what its unknown words may
 * be is in g->values.
 */
void small_program(struct gen *g, u32 kind);

/* --- small_world.c --- */

/* Compiles what the verifier made of @g for SMALL_COMPILED: 0, -EOPNOTSUPP for programs with
 * helpers that call back and tail calls, or what the JIT answers. After 0,
 * small_uncompile() comes next.
 */
int small_compile(const struct gen *g, const struct ebpf_prog_image *img);
void small_uncompile(void);

/* How a run is made. */
enum small_form {
	SMALL_LOADED,		/* interpreted as loaded; accesses are checked */
	SMALL_CLAIMS,		/* the same, and what was recorded at its load */
	SMALL_REWRITTEN,	/* what the verifier made of it, interpreted and checked */
	SMALL_COMPILED,		/* that, by the JIT */
};

struct small_result {
	u64 ret;
	u64 digest;		/* of all memory but the stack */
	u32 choices;
};

/* Goes back to the first of all combinations. */
void small_first(void);
/* The next one; false: that was the last. */
bool small_next(void);
/**
 * small_run() - one run with the combination at hand
 * @prog: SMALL_COMPILED: not needed
 *
 * 0, or -EFAULT for an access outside of everything (also by a helper, and with what no
 * longer is the program's), -EDOM for a claim that does not hold, -EBUSY when something
 * is still held in the end, -ETIME when it does not end, -ELOOP when too much was asked for.
 */
int small_run(const struct gen *g, enum small_form form, const struct interp_prog *prog,
	      struct small_result *res);
/* Are these bytes of a program's frames? */
bool small_on_stack(u64 addr, u64 size);
/* Where and why the last run failed. */
const char *small_why(void);

#endif /* _TESTS_FUZZ_SMALL_H */
