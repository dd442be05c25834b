/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between kfunc.c, kfunc_obj.c, iter.c and section.c. Errors are -EACCES and -EINVAL, after a message, and -ENOMEM.
 */
#ifndef _VERIFIER_KFUNC_H
#define _VERIFIER_KFUNC_H

#include <ebpf/kfunc.h>
#include "verifier/env.h"

/* May programs of this type, where this one is attached, call it? */
int ebpf_kfunc_allowed(struct vf_env *env, const struct ebpf_kfunc *kfunc);
/* Argument @i is an object of the kernel. */
int ebpf_check_kfunc_obj(struct vf_env *env, const struct ebpf_kfunc *kfunc, u32 i);
/* R@regno is memory, and its size is in the register behind it. */
int ebpf_check_kfunc_mem(struct vf_env *env, u32 regno);
/* What the call gives back is not used any more. Before R1 is lost. */
int ebpf_release_kfunc_obj(struct vf_env *env, const struct ebpf_kfunc *kfunc);
/* @reg points to an object of the kernel. */
int ebpf_set_kernel_obj(struct vf_env *env, struct reg_state *reg, enum ebpf_kfunc_type type, enum trust trust);
/* R0 is what the call returns, an object of the kernel. */
int ebpf_set_kfunc_obj(struct vf_env *env, const struct ebpf_kfunc *kfunc);


/* ---- section.c ---- */
/* What the call does to sections of the program. */
int ebpf_do_section(struct vf_env *env, const struct ebpf_kfunc *kfunc);
/* One that is open, where nothing may sleep; NULL. */
const char *ebpf_section_name(const struct vf_env *env);
/* None is open that this program or callback opened, which @what would leave. */
int ebpf_check_sections(struct vf_env *env, const char *what);

#endif /* _VERIFIER_KFUNC_H */
