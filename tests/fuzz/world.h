/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What random programs run in: a context, a packet, map values, a stack, and
 * helpers that read and write the memory they are given.
 */
#ifndef _TESTS_FUZZ_WORLD_H
#define _TESTS_FUZZ_WORLD_H

#include <ebpf/prog.h>
#include <interp.h>
#include "gen.h"

/* Makes the maps; false: no memory. */
bool world_init(struct gen *g);
/* Random contents with a liking for the constants of @g. */
void world_fill(const struct gen *g);

/**
 * world_run() - runs a program from the contents of the last world_fill()
 * @loaded: the program is as it was loaded: helpers have their ids. Else it is
 *          the rewritten form of what was run last.
 * @claims: compare with what was recorded at its load
 * @result: what it returned
 *
 * Returns 0 or what interp_run() says: -EFAULT for an access outside of every
 * object, also by a helper, -EDOM for a claim that does not hold.
 */
int world_run(const struct interp_prog *prog, bool loaded, bool claims, u64 *result);
/* From now on each load from the context yields something else; NULL: no longer. */
void world_change(const struct gen *g);
/* Where the last run ended. */
u32 world_pc(void);
/* Map values and packet as the last run left them. */
u64 world_digest(void);

#endif /* _TESTS_FUZZ_WORLD_H */
