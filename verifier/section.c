// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sections of a program that it opens and closes itself: of RCU, without preemption. Programs run without
 * preemption but in helpers that sleep, and those cannot be called there: so nothing is to be done when
 * the program runs. Wording is Linux's.
 */
#include "verifier/call.h"
#include "verifier/kfunc.h"
#include "verifier/log.h"

/* What the innermost callback found open, if one is under way: it is not the one to close that. */
static struct sections found(struct vf_env *env)
{
	static const struct sections none;
	u32 f = ebpf_callback_frameno(env);

	return f ? env->cur->frame[f]->found : none;
}

static bool is_rcu_iter(const struct stack_slot *slot)
{
	return slot_is_iter(slot) && ebpf_iter_types[slot->spilled.iter_kind].rcu;
}

/* What was there for the time of the section may be gone. */
static void forget(struct reg_state *reg)
{
	if (base_type(reg->type) != PTR_TO_BTF_ID || reg->trust != TRUST_RCU)
		return;
	reg->trust = TRUST_NONE;
	reg->type &= ~(u32)EBPF_PTR_MAYBE_NULL;
	reg->type |= EBPF_PTR_UNTRUSTED;
}

static void forget_rcu(struct vf_env *env)
{
	struct func_state *func;
	u32 f, i;

	for (f = 0; f <= env->cur->curframe; f++) {
		func = env->cur->frame[f];
		for (i = 0; i < NR_REGS; i++)
			forget(&func->regs[i]);
		for (i = 0; i < func->nr_slots; i++) {
			if (slot_is_spill(&func->stack[i]))
				forget(&func->stack[i].spilled);
			if (is_rcu_iter(&func->stack[i]))
				func->stack[i].spilled.iter_lost = 1;
		}
	}
	scratch_all(env);
}

static int open(struct vf_env *env, u16 *nr)
{
	if (*nr == U16_MAX)
		return -E2BIG;
	++*nr;
	return 0;
}

int ebpf_do_section(struct vf_env *env, const struct ebpf_kfunc *kfunc)
{
	struct sections *open_now = &env->cur->sections, outer = found(env);

	switch (kfunc->section) {
	case EBPF_KFUNC_RCU_LOCK:
		return open(env, &open_now->rcu);
	case EBPF_KFUNC_PREEMPT_DISABLE:
		return open(env, &open_now->preempt);
	case EBPF_KFUNC_RCU_UNLOCK:
		if (open_now->rcu == outer.rcu) {
			vlog(env, "unmatched rcu read unlock (kernel function %s)\n", kfunc->name);
			return -EINVAL;
		}
		if (!--open_now->rcu)
			forget_rcu(env);
		return 0;
	case EBPF_KFUNC_PREEMPT_ENABLE:
		if (open_now->preempt == outer.preempt) {
			vlog(env, "unmatched attempt to enable preemption (kernel function %s)\n", kfunc->name);
			return -EINVAL;
		}
		open_now->preempt--;
		return 0;
	default:
		return 0;
	}
}

const char *ebpf_section_name(const struct vf_env *env)
{
	if (env->cur->sections.rcu)
		return "rcu_read_lock region";
	if (env->cur->sections.preempt)
		return "non-preemptible region";
	return NULL;
}

int ebpf_check_sections(struct vf_env *env, const char *what)
{
	struct sections outer = found(env);

	if (env->cur->sections.rcu != outer.rcu) {
		vlog(env, "%s cannot be used inside bpf_rcu_read_lock-ed region\n", what);
		return -EINVAL;
	}
	if (env->cur->sections.preempt != outer.preempt) {
		vlog(env, "%s cannot be used inside bpf_preempt_disable-ed region\n", what);
		return -EINVAL;
	}
	return 0;
}
