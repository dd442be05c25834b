/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hooks of LSM programs, and the functions of the kernel that they run at. BTF here is the
 * kernel's own, which lives as long as the module; process context.
 */
#ifndef _VERIFIER_LSM_H
#define _VERIFIER_LSM_H

#include "verifier/env.h"

#define LSM_HOOK_PREFIX		"bpf_lsm_"
#define LSM_NAME_ROOM		64

/* The function from which hook @hook of all modules is called, as a number in @kernel, and its
 * name. -ENOENT: there is none, it may be inline.
 */
s32 ebpf_lsm_func(const struct ebpf_btf *kernel, const char *hook, char name[LSM_NAME_ROOM]);
/* Has it the arguments of @hook, a FUNC_PROTO, as its first ones, and its result? */
bool ebpf_lsm_takes_the_same(const struct ebpf_btf *kernel, const struct ebpf_btf_type *hook,
			     s32 func);

/* Of LSM programs: @hook, which load->attach_btf_id is, becomes the function of the kernel that
 * they run at, in env->target; *@proto is how that is called. -EINVAL, with a line in the log.
 */
int ebpf_lsm_target(struct vf_env *env, const struct ebpf_btf_type *hook,
		    const struct ebpf_btf_type **proto);
/* What the program may return. False: anything, which nobody looks at. */
bool ebpf_lsm_result_range(const struct vf_env *env, s32 *min, s32 *max);

#endif /* _VERIFIER_LSM_H */
