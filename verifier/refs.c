// SPDX-License-Identifier: GPL-2.0-only
/*
 * Acquired references: what a helper handed out must be given back on every
 * path, once, and not used afterwards.
 */
#include "verifier/call.h"
#include "verifier/log.h"

/* A new reference id, or a negative errno. */
int ebpf_acquire_ref(struct vf_env *env, int insn_idx)
{
	struct func_state *func = cur_func(env);
	struct ref_state *refs;
	u32 cap;

	if (func->nr_refs == func->cap_refs) {
		cap = func->cap_refs ? 2 * func->cap_refs : 4;
		refs = ebpf_realloc(func->refs, func->cap_refs * sizeof(*refs),
				    cap * sizeof(*refs));
		if (!refs)
			return -ENOMEM;
		func->refs = refs;
		func->cap_refs = cap;
	}
	func->refs[func->nr_refs].id = ++env->id_gen;
	func->refs[func->nr_refs].insn_idx = insn_idx;
	func->refs[func->nr_refs].callback = ebpf_callback_frameno(env);
	func->nr_refs++;
	return env->id_gen;
}

int ebpf_release_ref_state(struct func_state *func, u32 ref_obj_id)
{
	u32 i;

	for (i = 0; i < func->nr_refs; i++) {
		if (func->refs[i].id != ref_obj_id)
			continue;
		func->refs[i] = func->refs[--func->nr_refs];
		return 0;
	}
	return -EINVAL;
}

/* Every copy of the reference in @func's registers and stack becomes invalid. */
static void forget_ref(struct func_state *func, u32 ref_obj_id)
{
	u32 i;

	for (i = 0; i < NR_REGS; i++)
		if (func->regs[i].ref_obj_id == ref_obj_id)
			ebpf_reg_set_unknown(&func->regs[i]);
	for (i = 0; i < func->nr_slots; i++) {
		if (!slot_is_spill(&func->stack[i]))
			continue;
		if (func->stack[i].spilled.ref_obj_id == ref_obj_id)
			ebpf_reg_set_unknown(&func->stack[i].spilled);
	}
}

/* Every repetition of a callback would release what it did not acquire. */
static bool is_callers(struct vf_env *env, u32 ref_obj_id)
{
	const struct func_state *func = cur_func(env);
	u32 i;

	for (i = 0; i < func->nr_refs; i++)
		if (func->refs[i].id == ref_obj_id)
			return func->refs[i].callback != ebpf_callback_frameno(env);
	return false;
}

int ebpf_release_ref(struct vf_env *env, u32 ref_obj_id)
{
	u32 i;
	int err;

	if (is_callers(env, ref_obj_id))
		return -EINVAL;
	err = ebpf_release_ref_state(cur_func(env), ref_obj_id);
	if (err)
		return err;
	for (i = 0; i <= env->cur->curframe; i++)
		forget_ref(env->cur->frame[i], ref_obj_id);
	return 0;
}

int ebpf_check_ref_leak(struct vf_env *env)
{
	struct func_state *func = cur_func(env);
	u32 leaks = 0, i;

	/* A static subprogram hands its references back to its caller. */
	if (func->frameno && !func->in_callback)
		return 0;
	for (i = 0; i < func->nr_refs; i++) {
		if (func->in_callback && func->refs[i].callback != func->frameno)
			continue;
		vlog(env, "Unreleased reference id=%d alloc_insn=%d\n", func->refs[i].id,
		     func->refs[i].insn_idx);
		leaks++;
	}
	return leaks ? -EINVAL : 0;
}
