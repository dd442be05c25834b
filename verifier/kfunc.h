/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between kfunc.c and kfunc_obj.c. Errors are -EACCES and -EINVAL, after a message, and -ENOMEM.
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
/* R0 is what the call returns, an object of the kernel. */
int ebpf_set_kfunc_obj(struct vf_env *env, const struct ebpf_kfunc *kfunc);

#endif /* _VERIFIER_KFUNC_H */
