/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the verifier claims along every path, and whether a run bears it out.
 *
 * Loading with claims_record() turns pruning off, so that each path a program
 * can take was walked, and keeps the state before each step in a tree. A run of
 * the program then follows one path down that tree: at each step every register
 * and stack slot must be what the state on that path says.
 */
#ifndef _TESTS_FUZZ_CLAIMS_H
#define _TESTS_FUZZ_CLAIMS_H

#include <interp.h>

/* Where the objects of a run are. */
struct claims_map {
	const struct ebpf_map *map;
	u64 start;
	u32 size;
};

#define CLAIMS_SLICES	64

struct claims_objects {
	u64 ctx;
	u32 ctx_size;
	u64 packet;
	u64 packet_end;
	struct claims_map maps[8];
	u32 nr_maps;
	struct {
		u64 start;
		u32 size;
	} slices[CLAIMS_SLICES];	/* given out by helpers so far */
	u32 nr_slices;
	u64 key;		/* of the element that a callback is given, 8 bytes */
	const struct ebpf_map *inner_meta;	/* stands for several maps, or NULL */
	bool strangers;		/* accesses to objects that are not here are somebody else's care */
};

#define CLAIMS_CANDIDATES	16

/* Where the run is in the record. */
struct claims_place {
	u32 candidates[CLAIMS_CANDIDATES];
	u32 nr;
};

struct claims_stat {
	u64 steps;		/* instructions whose claims were checked */
	u64 regs;		/* claims of registers and slots with something to say */
	u64 accesses;
};

/* From now on loads are recorded and not pruned (true), or neither. The load ends
 * in -ENOSPC when there are too many states to keep.
 */
void claims_record(bool on);
void claims_reset(void);
u32 claims_states(void);
/* Begins a run. */
void claims_start(const struct claims_objects *objects);
/* For interp_ops.step. -EDOM: something is not as claimed, claims_why() says what. */
int claims_step(struct interp *it, const struct ebpf_insn *insn);
const char *claims_why(void);
/* A function that a helper calls back is recorded once: each round begins where the
 * helper was called.
 */
void claims_save(struct claims_place *place);
void claims_restore(const struct claims_place *place);
extern struct claims_stat claims_stat;

#endif /* _TESTS_FUZZ_CLAIMS_H */
