/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pointers into arenas: arena.c. Errors are negative errnos, after a message.
 */
#ifndef _VERIFIER_ARENA_H
#define _VERIFIER_ARENA_H

#include <ebpf/arena.h>
#include "verifier/env.h"

/* The program refers to @map: if that is an arena, it is the program's only one. */
int ebpf_use_arena(struct vf_env *env, struct ebpf_map *map);
/* @reg points into it, or so the program says. */
void ebpf_set_arena_ptr(struct reg_state *reg);
/* A move that casts. */
int ebpf_check_cast(struct vf_env *env, const struct ebpf_insn *insn);
/* Arithmetic of which one operand is such a pointer: its result is one. False: none is. */
bool ebpf_arena_alu(struct vf_env *env, const struct ebpf_insn *insn);

/* One instruction instead of a cast, of a load or store through such a pointer. */
int ebpf_expand_cast(const struct vf_env *env, const struct ebpf_insn *insn, struct ebpf_insn *buf);
int ebpf_expand_arena(const struct ebpf_insn *insn, struct ebpf_insn *buf);

#endif /* _VERIFIER_ARENA_H */
