/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What tests in user space hang into the walk; the module has none of this.
 */
#ifndef _VERIFIER_WATCH_H
#define _VERIFIER_WATCH_H

#include "verifier/env.h"

#ifndef __KERNEL__
/**
 * struct vf_watch
 * @insn:     called with the state before each instruction that is walked;
 *            1 ends the path, a negative errno the load
 * @no_prune: every path is walked to its end
 * @link_copies: each copy of a number is tied to it, in a slot or a register, of 64 bits or
 *            less, whether it has an id already or not, however many there are; only
 *            with @no_prune, since those beyond the list are not backtracked to
 * @mild_math: a pointer that arithmetic took too far is some number, not an error
 * @mild_fill: a helper that fills slots of a dynptr ends it, as a store does
 * @mild_stack: that, and a store that leaves half a pointer, and what loads or reads slots of
 *            a dynptr, are of data
 * @mild_frozen: callbacks may write data over pointers in their callers' slots, which are data to
 *            all of their rounds then
 * @var_stores: counts stores to the stack whose place is not known
 * @no_links: to tell where a difference comes from: neither pruning nor precision asks
 *            which numbers are equal, and EBPF_F_TEST_STATE_FREQ is not for loops
 * @insn_limit: instructions to walk at most; 0: as in the module
 * @rounds:   that a frame's may_goto have until the clock is asked; 0: as in the module
 */
struct vf_watch {
	int (*insn)(const struct vf_env *env);
	bool no_prune;
	bool link_copies;
	bool mild_math;
	bool mild_fill;
	bool mild_stack;
	bool mild_frozen;
	u32 var_stores;
	bool no_links;
	u32 insn_limit;
	u32 rounds;
};

extern struct vf_watch ebpf_watch;
#define watch_insn(env)		(ebpf_watch.insn ? ebpf_watch.insn(env) : 0)
#define watch_no_prune()	(ebpf_watch.no_prune)
#define watch_link_copies()	(ebpf_watch.link_copies)
#define watch_mild_math()	(ebpf_watch.mild_math)
#define watch_mild_fill()	(ebpf_watch.mild_fill)
#define watch_mild_stack()	(ebpf_watch.mild_stack)
#define watch_mild_frozen()	(ebpf_watch.mild_frozen)
#define watch_var_store()	(ebpf_watch.var_stores++)
#define watch_no_links()	(ebpf_watch.no_links)
#define watch_insn_limit()	(ebpf_watch.insn_limit ? ebpf_watch.insn_limit : \
							EBPF_COMPLEXITY_LIMIT)
#define watch_rounds()		(ebpf_watch.rounds ? ebpf_watch.rounds : EBPF_ROUNDS)
#else
#define watch_insn(env)		0
#define watch_no_prune()	false
#define watch_link_copies()	false
#define watch_mild_math()	false
#define watch_mild_fill()	false
#define watch_mild_stack()	false
#define watch_mild_frozen()	false
#define watch_var_store()	((void)0)
#define watch_no_links()	false
#define watch_insn_limit()	EBPF_COMPLEXITY_LIMIT
#define watch_rounds()		EBPF_ROUNDS
#endif

#endif /* _VERIFIER_WATCH_H */
