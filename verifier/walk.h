/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The walk over all paths: what comes before it, its steps, and where it need not go on.
 */
#ifndef _VERIFIER_WALK_H
#define _VERIFIER_WALK_H

#include <ebpf/kfunc.h>
#include "verifier/env.h"
#include "verifier/insn.h"

/* ---- cfg.c ---- */
int ebpf_find_subprogs(struct vf_env *env);
int ebpf_check_subprogs(struct vf_env *env);
int ebpf_check_cfg(struct vf_env *env);
int ebpf_find_subprog(const struct vf_env *env, s32 insn_idx);

/* ---- info.c ---- */
int ebpf_check_func_info(struct vf_env *env);
int ebpf_check_line_info(struct vf_env *env);

/* ---- load.c, ksym.c ---- */
int ebpf_resolve_ld_imm64(struct vf_env *env);
int ebpf_resolve_ksym(struct vf_env *env, const struct ebpf_insn *insn, struct insn_aux *aux);
void ebpf_load_ksym(struct reg_state *dst, const struct ksym *ksym);
int ebpf_check_ld_imm(struct vf_env *env, const struct ebpf_insn *insn);

/* ---- tracing.c ---- */
/* Fills env->target for TRACING programs, which need one. */
int ebpf_check_attach_target(struct vf_env *env);

/* BTF of the running kernel, or NULL. */
const struct ebpf_btf *ebpf_kernel_btf(struct vf_env *env);
/* A struct of the running kernel by name; -EINVAL after a message. */
int ebpf_kernel_struct(struct vf_env *env, const char *name, const struct ebpf_btf **btf, u32 *id);

/* ---- ctx.c ---- */
bool ebpf_prog_type_known(u32 prog_type);

/* What R0 may be when the main program ends; false: anything. */
bool ebpf_exit_range(const struct ebpf_load *load, struct tnum *range);

/* ---- step.c ---- */
/* Walks every path from the start of subprogram @subprog. */
int ebpf_walk(struct vf_env *env, u32 subprog);

/* ---- alu.c ---- */
int ebpf_check_alu(struct vf_env *env, const struct ebpf_insn *insn);

/* ---- branch.c ---- */
/* Moves @insn_idx to where the walk continues. */
int ebpf_check_cond_jmp(struct vf_env *env, const struct ebpf_insn *insn, u32 *insn_idx);

/* ---- kfunc.c ---- */
/* Which kernel functions the program's calls are of. What is none is refused when it is reached;
 * -EFAULT or -ENOMEM: they could not be looked up.
 */
int ebpf_find_kfuncs(struct vf_env *env);
/* Its number in the table, or -EACCES. */
s32 ebpf_find_kfunc(const char *name);
/* NULL: unknown. */
const struct ebpf_kfunc *ebpf_kfunc_of(const struct vf_env *env, u32 idx);
int ebpf_check_kfunc_call(struct vf_env *env, const struct ebpf_insn *insn);

/* Does instruction @idx move an iterator on? */
static inline bool ebpf_is_iter_next(const struct vf_env *env, u32 idx)
{
	return env->aux[idx].kfunc && ebpf_kfunc_of(env, idx)->iter == EBPF_KFUNC_ITER_NEXT;
}

/* ---- converge.c ---- */
/* Does the loop at instruction @idx end by itself? States are kept there. */
static inline bool ebpf_is_converging(const struct vf_env *env, u32 idx)
{
	return is_may_goto(&env->insns[idx]) || ebpf_is_iter_next(env, idx);
}

/* The way into another round of the loop at instruction @idx, where a state was just kept; NULL
 * on failure.
 */
struct vf_state *ebpf_push_round(struct vf_env *env, u32 idx);
int ebpf_check_may_goto(struct vf_env *env, const struct ebpf_insn *insn, u32 *insn_idx);
/* Came the path, which was at @old, back with fewer rounds left? */
bool ebpf_round_begun(const struct vf_env *env, const struct vf_state *old);
/* A path below @st ended in a state that is not finished, or open. */
void ebpf_mark_open(struct vf_state *st);

/* ---- packet.c ---- */
/* The way of a comparison that one before has decided: 1 taken, 0 not, -1 open. */
int ebpf_packet_branch(const struct reg_state *dst, const struct reg_state *src, u8 op);
/* A comparison of packet pointers; @taken is the state of the way taken. */
void ebpf_match_packet_ptrs(struct vf_env *env, const struct ebpf_insn *insn,
			    struct vf_state *taken);

/* ---- ld_abs.c ---- */
int ebpf_check_ld_abs(struct vf_env *env, const struct ebpf_insn *insn);

/* ---- precision.c ---- */
int ebpf_mark_precise(struct vf_env *env, int regno);
int ebpf_mark_slot_precise(struct vf_env *env, u32 frame, u32 slot);
/* Of what a pruned path's continuation needs: marks of @old onto the path here. */
int ebpf_propagate_precision(struct vf_env *env, const struct vf_state *old);

/* ---- prune.c ---- */
/* 1: already known safe; 0: go on; negative: error. */
int ebpf_is_state_visited(struct vf_env *env, u32 insn_idx);

#endif /* _VERIFIER_WALK_H */
