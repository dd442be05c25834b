/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Iterators in the stack.
 */
#ifndef _VERIFIER_ITER_H
#define _VERIFIER_ITER_H

#include <ebpf/kfunc.h>
#include "verifier/env.h"

/**
 * struct iter_arg - where the iterator is that a call is about
 * @slot:  the slot at the lowest address; the others follow it downwards
 * @slots: how many it has
 */
struct iter_arg {
	u32 frameno;
	u32 slot;
	u32 slots;
};

/* ---- iter.c ---- */
/* R@regno is the iterator of a call of @kfunc. */
int ebpf_check_iter_arg(struct vf_env *env, u32 regno, const struct ebpf_kfunc *kfunc,
			struct iter_arg *iter);
/* The call, with R0 to R5 lost: does it, and R0 is what NEXT returns. */
int ebpf_do_iter(struct vf_env *env, const struct ebpf_kfunc *kfunc, const struct iter_arg *iter);
/* The iterator that slot @slot of @func is part of is none any more: something else is written
 * there.
 */
void ebpf_end_iter(struct vf_env *env, struct func_state *func, u32 slot);
/* Of a path that was at @old and came back to its instruction as @cur: are the iterators of @old
 * nearer to their end, all together?
 */
bool ebpf_iters_advanced(const struct vf_state *old, const struct vf_state *cur);
/* Are the iterators of @old, which another path came through, those of @cur, and none of them
 * farther from its end?
 */
bool ebpf_iters_no_farther(const struct vf_state *old, const struct vf_state *cur);

/* ---- kfunc.c ---- */
int ebpf_expand_kfunc(const struct vf_env *env, u32 idx, struct ebpf_insn *buf);

#endif /* _VERIFIER_ITER_H */
