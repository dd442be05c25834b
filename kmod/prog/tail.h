/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What programs demand of the place they run at, tail calls included.
 *
 * An attachment checks its program: a place has so many bytes that may be written to,
 * records call chains or does not. A tail call hands the same place on to a program that
 * nobody has checked against it, nor could: prog arrays are filled before and after. So a
 * program is held to what all demand that it may reach: itself, what is in its prog
 * arrays, what is in theirs. (A map of maps holds no prog array, and no program but by
 * command changes one.)
 *
 * Demands come in three kinds:
 *
 *   - What must be alike along a tail call: the program type, what it was loaded for
 *     (expected_attach_type, and for TRACING the function), and so the layout of the
 *     context, the results that may be returned, the helpers that may be called. The first
 *     program of a prog array decides. Programs that sleep or override results take no part
 *     at all. kmod/map/kinds/prog_array.c
 *   - What every place has room for: contexts. Where a program with a tail call runs, as
 *     much of the context as the type may read is readable memory (raw_tp.c, tp_record.h,
 *     test_run.c), so that one prog array can serve tracepoints of several sizes, as on
 *     Linux.
 *   - The rest, struct ebpf_demand: compared with what the place allows.
 *
 * Who makes an attachment that does not allow everything asks ebpf_place_claim(). It looks
 * at what the program reaches now, and is remembered until it ends: a later update of a
 * prog array that would make more reachable is refused. One mutex is held for
 * each of the two, the change of the array included, so that neither misses the other.
 * Nothing is remembered of places that allow everything, nor of programs without tail
 * calls; deleting from a prog array only makes less reachable. The walk keeps its marks in
 * the programs and maps, under the same mutex, and does not recurse.
 *
 * All in process context; may sleep.
 */
#ifndef _KMOD_TAIL_H
#define _KMOD_TAIL_H

#include "kmod/prog/prog.h"

struct ebpf_map;

/**
 * struct ebpf_demand - what programs ask for, or a place allows
 * @tp_access: bytes written to or read of a writable raw tracepoint's buffer
 * @callchain: stacks, by get_stack or get_stackid
 */
struct ebpf_demand {
	u32 tp_access;
	bool callchain;
};

/**
 * struct ebpf_place - an attachment, as long as it is claimed
 * @prog: borrowed: whoever claims holds a reference
 */
struct ebpf_place {
	struct list_head node;		/* empty: nothing to remember */
	struct ebpf_prog *prog;
	struct ebpf_demand allows;
};

/* @place: uninitialised. -EINVAL: @prog, or what it may reach, demands more than @allows;
 * On success until ebpf_place_release(), before @prog is put.
 */
int ebpf_place_claim(struct ebpf_place *place, struct ebpf_prog *prog,
		     const struct ebpf_demand *allows);
/* For a place that was claimed, or is all zeros. */
void ebpf_place_release(struct ebpf_place *place);

/* Around a change of a prog array that adds @prog. */
void ebpf_tail_lock(void);
void ebpf_tail_unlock(void);
/* May @prog be put into @map, for all that reach the map? Between those. */
bool ebpf_tail_allowed(struct ebpf_map *map, struct ebpf_prog *prog);

#endif /* _KMOD_TAIL_H */
