// SPDX-License-Identifier: GPL-2.0-only
/*
 * Objects of the kernel as arguments of kernel functions, and as what they return: is the object there,
 * who gives it back. Wording is Linux's.
 */
#include "verifier/call.h"
#include "verifier/kfunc.h"
#include "verifier/log.h"
#include "verifier/mem.h"
#include "verifier/walk.h"

#define UNSAFE	(EBPF_PTR_UNTRUSTED | EBPF_MEM_USER | EBPF_MEM_PERCPU)

/* Types of programs that may call what has EBPF_KF_GENERIC. */
static bool is_generic(u32 prog_type)
{
	switch (prog_type) {
	case EBPF_PROG_TYPE_TRACING:
	case EBPF_PROG_TYPE_TRACEPOINT:
	case EBPF_PROG_TYPE_RAW_TRACEPOINT:
	case EBPF_PROG_TYPE_PERF_EVENT:
	case EBPF_PROG_TYPE_LSM:
	case EBPF_PROG_TYPE_SCHED_CLS:
	case EBPF_PROG_TYPE_XDP:
	case EBPF_PROG_TYPE_SYSCALL:
	case EBPF_PROG_TYPE_CGROUP_SKB:
	case EBPF_PROG_TYPE_CGROUP_SOCK:
	case EBPF_PROG_TYPE_CGROUP_DEVICE:
	case EBPF_PROG_TYPE_CGROUP_SOCK_ADDR:
	case EBPF_PROG_TYPE_CGROUP_SOCKOPT:
	case EBPF_PROG_TYPE_CGROUP_SYSCTL:
	case EBPF_PROG_TYPE_SOCK_OPS:
		return true;
	default:
		return false;
	}
}

int ebpf_kfunc_allowed(struct vf_env *env, const struct ebpf_kfunc *kfunc)
{
	u32 type = env->load->prog_type;

	if ((!(kfunc->flags & EBPF_KF_LSM) || type == EBPF_PROG_TYPE_LSM) &&
	    (!(kfunc->flags & EBPF_KF_GENERIC) || is_generic(type)) &&
	    (!(kfunc->flags & EBPF_KF_UNLOCKED) || env->target.may_sleep))
		return 0;
	vlog(env, "calling kernel function %s is not allowed\n", kfunc->name);
	return -EACCES;
}

static int check_held(struct vf_env *env, const struct ebpf_kfunc *kfunc, u32 regno)
{
	const struct reg_state *reg = &cur_regs(env)[regno];

	if (is_null_reg(reg) || may_be_null(reg->type)) {
		vlog(env, "Possibly NULL pointer passed to trusted R%d\n", regno);
		return -EACCES;
	}
	if ((kfunc->flags & EBPF_KF_RELEASE) && !reg->ref_obj_id) {
		vlog(env, "release kfunc %s expects referenced PTR_TO_BTF_ID passed to R%d\n", kfunc->name,
		     regno);
		return -EINVAL;
	}
	return 0;
}

static int check_trust(struct vf_env *env, const struct ebpf_kfunc *kfunc, u32 regno)
{
	const struct reg_state *reg = &cur_regs(env)[regno];
	bool rcu = kfunc->flags & EBPF_KF_RCU;

	if (!(reg->type & UNSAFE) && ebpf_is_trusted(reg, rcu))
		return 0;
	vlog(env, rcu ? "R%d must be a rcu pointer\n" : "R%d must be referenced or trusted\n", regno);
	return -EINVAL;
}

static int check_struct(struct vf_env *env, const struct ebpf_kfunc *kfunc, u32 regno, const char *name)
{
	const struct reg_state *reg = &cur_regs(env)[regno];
	const struct ebpf_btf *btf;
	u32 id;
	int err;

	err = ebpf_kernel_struct(env, name, &btf, &id);
	if (err)
		return err;
	if (reg->btf == ebpf_btf_owner(btf, id) && reg->off >= 0) {
		/* The reference is on the object, not on a part of it. */
		if (kfunc->flags & EBPF_KF_RELEASE ? !reg->off && reg->btf_id == id :
		    ebpf_btf_struct_ids_match(env, reg->btf, reg->btf_id, reg->off, id))
			return 0;
	}
	vlog(env, "kernel function %s R%d expected pointer to STRUCT %s but R%d has a pointer to STRUCT %s\n",
	     kfunc->name, regno, name, regno, ebpf_kernel_type_name(reg->btf, reg->btf_id));
	return -EINVAL;
}

static int check_off(struct vf_env *env, const struct ebpf_kfunc *kfunc, u32 regno)
{
	const struct reg_state *reg = &cur_regs(env)[regno];

	if ((kfunc->flags & EBPF_KF_RELEASE) && reg->off) {
		vlog(env, "R%d must have zero offset when passed to release func or trusted arg to kfunc\n",
		     regno);
		return -EINVAL;
	}
	return ebpf_check_ptr_off(env, reg, regno, true);
}

int ebpf_check_kfunc_obj(struct vf_env *env, const struct ebpf_kfunc *kfunc, u32 i)
{
	const char *name = ebpf_kfunc_struct(kfunc->arg[i]);
	u32 regno = EBPF_REG_1 + i;
	int err = ebpf_check_reg_arg(env, regno, SRC_OP);

	if (err)
		return err;
	if (kfunc->arg[i] == EBPF_KFUNC_TASK_OR_NULL && is_null_reg(&cur_regs(env)[regno]))
		return ebpf_mark_precise(env, regno);
	err = check_held(env, kfunc, regno);
	if (err)
		return err;
	if (base_type(cur_regs(env)[regno].type) != PTR_TO_BTF_ID) {
		vlog(env, "R%d pointer type STRUCT %s must point to scalar, or struct with scalar\n", regno,
		     name);
		return -EINVAL;
	}
	err = check_trust(env, kfunc, regno);
	if (!err)
		err = check_off(env, kfunc, regno);
	return err ? err : check_struct(env, kfunc, regno, name);
}

int ebpf_check_kfunc_mem(struct vf_env *env, u32 regno)
{
	struct call_meta meta;
	int err;

	err = ebpf_check_reg_arg(env, regno, SRC_OP);
	if (!err)
		err = ebpf_check_reg_arg(env, regno + 1, SRC_OP);
	if (err)
		return err;
	if (is_null_reg(&cur_regs(env)[regno]) || may_be_null(cur_regs(env)[regno].type)) {
		vlog(env, "Possibly NULL pointer passed to trusted R%d\n", regno);
		return -EACCES;
	}
	if (cur_regs(env)[regno + 1].type != SCALAR_VALUE) {
		vlog(env, "R%d is not a scalar\n", regno + 1);
		return -EINVAL;
	}
	memset(&meta, 0, sizeof(meta));
	meta.writes = true;
	err = ebpf_check_mem_size(env, regno + 1, true, &meta);
	if (err)
		vlog(env, "R%d and R%d memory, len pair leads to invalid memory access\n", regno, regno + 1);
	return err;
}

int ebpf_release_kfunc_obj(struct vf_env *env, const struct ebpf_kfunc *kfunc)
{
	int err;

	if (!(kfunc->flags & EBPF_KF_RELEASE))
		return 0;
	err = ebpf_release_ref(env, cur_regs(env)[EBPF_REG_1].ref_obj_id);
	if (err)
		vlog(env, "kfunc %s reference has not been acquired before\n", kfunc->name);
	return err;
}

int ebpf_set_kernel_obj(struct vf_env *env, struct reg_state *reg, enum ebpf_kfunc_type type, enum trust trust)
{
	const struct ebpf_btf *btf;
	u32 id;
	int err;

	err = ebpf_kernel_struct(env, ebpf_kfunc_struct(type), &btf, &id);
	if (err)
		return err;
	ebpf_reg_set_btf(reg, btf, id, 0);
	reg->trust = trust;
	return 0;
}

int ebpf_set_kfunc_obj(struct vf_env *env, const struct ebpf_kfunc *kfunc)
{
	struct reg_state *r0 = &cur_regs(env)[EBPF_REG_0];
	int err, ref;

	err = ebpf_set_kernel_obj(env, r0, kfunc->ret, TRUST_FULL);
	if (err)
		return err;
	if (kfunc->flags & EBPF_KF_RET_NULL) {
		r0->type |= EBPF_PTR_MAYBE_NULL;
		r0->id = ++env->id_gen;
	}
	if (!(kfunc->flags & EBPF_KF_ACQUIRE))
		return 0;
	ref = ebpf_acquire_ref(env, env->insn_idx);
	if (ref < 0)
		return ref;
	r0->id = ref;
	r0->ref_obj_id = ref;
	return 0;
}
