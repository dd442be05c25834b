/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Jumps to where a register says, and the maps that say where that may be: gotox.c. Errors are
 * negative errnos, after a message.
 */
#ifndef _VERIFIER_GOTOX_H
#define _VERIFIER_GOTOX_H

#include "verifier/env.h"

/* The map is this program's from here on, if it is of that type. */
int ebpf_claim_jumps(struct vf_env *env, u32 map_index);
/* All maps are free for another one. */
void ebpf_release_jumps(struct vf_env *env);
/* For the gotox at @at: aux.jump_target of where those of its function, *@of, may go. */
int ebpf_find_jumps(struct vf_env *env, u32 at, struct subprog_info **of);
/* Does it: env->insn_idx is where this way goes on. */
int ebpf_check_gotox(struct vf_env *env, const struct ebpf_insn *insn);

/* No more instructions than that come from the one at @idx. */
u32 ebpf_gotox_room(struct vf_env *env, u32 idx);
/* Their number; the first of them is instruction @at of the final program. */
int ebpf_expand_gotox(struct vf_env *env, u32 idx, u32 at, struct ebpf_insn *buf);
/* Of a tree at [@from, @to): its leaves go to where instructions are now, @new_idx. */
void ebpf_fix_tree(struct ebpf_insn *insns, u32 from, u32 to, const u32 *new_idx);
/* The maps are told of that. */
void ebpf_place_jumps(struct vf_env *env, const u32 *new_idx);

#endif /* _VERIFIER_GOTOX_H */
