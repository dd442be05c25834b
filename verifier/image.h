/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The final program: instructions as the JIT takes them.
 */
#ifndef _VERIFIER_IMAGE_H
#define _VERIFIER_IMAGE_H

#include "verifier/env.h"

/* ---- fixup.c ---- */
#define EXPAND_MAX	32

/* Instruction @idx (and its second half) as the JIT takes it: up to EXPAND_MAX
 * instructions in @buf, none of which jumps out of them unless it is the jump
 * @idx itself, whose offset stays in terms of the loaded program. A count, 0
 * when it is dropped, or a negative errno.
 */
int ebpf_expand_insn(struct vf_env *env, u32 idx, struct ebpf_insn *buf);

/* ---- rewrite.c ---- */
/* The final program of everything that was walked. */
int ebpf_build_image(struct vf_env *env, struct ebpf_prog_image *img);

/* ---- ctx.c ---- */
/* Must loads of this program type be rewritten? */
bool ebpf_ctx_needs_conv(u32 prog_type);
/* Writes the instructions for one access into @buf (at most 8) and the size of
 * the field; a count or a negative errno.
 */
int ebpf_ctx_conv(struct vf_env *env, const struct ebpf_insn *insn, struct ebpf_insn *buf,
		  u32 *field_size);

/* ---- ld_abs.c ---- */
int ebpf_expand_ld_abs(const struct ebpf_insn *insn, struct ebpf_insn *buf);

/* ---- map_ptr.c ---- */
/* A load through the address of a map, which was found good. */
int ebpf_expand_map_ptr(const struct ebpf_insn *insn, struct ebpf_insn *buf);

/* A call of @target, by its distance. */
int ebpf_expand_target(const void *target, struct ebpf_insn *buf);

/* ---- converge.c ---- */
void ebpf_place_rounds(struct vf_env *env);
int ebpf_expand_entry(const struct subprog_info *sub, struct ebpf_insn *buf);
int ebpf_expand_may_goto(const struct insn_aux *aux, struct ebpf_insn *buf);

/* ---- callback.c ---- */
void ebpf_place_loops(struct vf_env *env);
int ebpf_expand_loop(const struct insn_aux *aux, struct ebpf_insn *buf);

#endif /* _VERIFIER_IMAGE_H */
