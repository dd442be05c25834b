// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls of kernel functions, which a program names by their numbers in BTF: the kernel's, or
 * that of a module whose descriptor is in fd_array. What can be called is found in a table of
 * this module's own, by name, whichever BTF the name is from. Wording is Linux's.
 */
#include "verifier/call.h"
#include "verifier/image.h"
#include "verifier/iter.h"
#include "verifier/kfunc.h"
#include "verifier/log.h"
#include "verifier/mem.h"
#include "verifier/walk.h"
#include "verifier/btf/btf_internal.h"

#define SAY(env, say, ...)			\
	do {					\
		if (say)			\
			vlog(env, __VA_ARGS__);	\
	} while (0)

/* BTF that the call's number is of, or ERR_PTR; with @say, the log tells why. */
static const struct ebpf_btf *btf_of(struct vf_env *env, const struct ebpf_insn *insn, bool say)
{
	const struct ebpf_load *load = env->load;
	const struct ebpf_btf *btf;
	int fd, err;

	if (!insn->off) {
		btf = ebpf_kernel_btf(env);
		if (btf)
			return btf;
		SAY(env, say, "calling kernel function is not supported without CONFIG_DEBUG_INFO_BTF\n");
		return ERR_PTR(-ENOTSUPP);
	}
	if (insn->off < 0) {
		SAY(env, say, "negative offset disallowed for kernel module function call\n");
		return ERR_PTR(-EINVAL);
	}
	if (!load->ops->fd_array_get || !load->ops->kfunc_btf) {
		SAY(env, say, "kfunc offset > 0 without fd_array is invalid\n");
		return ERR_PTR(-EPROTO);
	}
	err = load->ops->fd_array_get(load->cookie, insn->off, &fd);
	if (err)
		return ERR_PTR(err);
	btf = load->ops->kfunc_btf(load->cookie, fd);
	if (!btf) {
		SAY(env, say, "functions of other modules cannot be called\n");
		return ERR_PTR(-EACCES);
	}
	if (IS_ERR(btf))
		SAY(env, say, "%s\n", PTR_ERR(btf) == -EINVAL ?
		    "BTF fd for kfunc is not a module BTF" : "invalid module BTF fd specified");
	return btf;
}

s32 ebpf_find_kfunc(const char *name)
{
	u32 i;

	for (i = 0; ebpf_kfunc_at(i); i++)
		if (!strcmp(ebpf_kfunc_at(i)->name, name))
			return i;
	return -EACCES;
}

/* The number of the function that is called, or an errno. */
static s32 find_kfunc(struct vf_env *env, const struct ebpf_insn *insn, bool say)
{
	const struct ebpf_btf *btf;
	const struct ebpf_btf_type *t;
	const char *name;
	s32 nr;

	/* What a weak declaration became when the library found no such function. */
	if (!insn->imm && !insn->off) {
		SAY(env, say, "invalid kernel function call not eliminated in verifier pass\n");
		return -EINVAL;
	}
	btf = btf_of(env, insn, say);
	if (IS_ERR(btf))
		return PTR_ERR(btf);
	t = ebpf_btf_type_by_id(btf, insn->imm);
	name = t && insn->imm && btf_is(t, BTF_KIND_BIT(FUNC)) ? ebpf_btf_name(btf, t->name_off) :
								   NULL;
	if (!name) {
		SAY(env, say, "kernel btf_id %d is not a function\n", insn->imm);
		return -EINVAL;
	}
	nr = ebpf_find_kfunc(name);
	if (nr < 0)
		SAY(env, say, "calling kernel function %s is not allowed\n", name);
	return nr;
}

/* It says nothing of the program that the list could not be read, or that memory is short. */
static bool of_the_moment(s32 err)
{
	return err == -EFAULT || err == -ENOMEM;
}

int ebpf_find_kfuncs(struct vf_env *env)
{
	u32 i;
	s32 nr;

	env->only_iters = true;
	for (i = 0; i < env->insn_cnt; i++) {
		if (is_may_goto(&env->insns[i]))
			env->only_iters = false;
		if (!is_kfunc_call(&env->insns[i]))
			continue;
		nr = find_kfunc(env, &env->insns[i], false);
		if (of_the_moment(nr))
			return nr;
		if (nr >= 0)
			env->aux[i].kfunc = nr + 1;
	}
	return 0;
}

const struct ebpf_kfunc *ebpf_kfunc_of(const struct vf_env *env, u32 idx)
{
	return env->aux[idx].kfunc ? ebpf_kfunc_at(env->aux[idx].kfunc - 1) : NULL;
}

static int check_number(struct vf_env *env, u32 regno)
{
	int err = ebpf_check_reg_arg(env, regno, SRC_OP);

	if (err || cur_regs(env)[regno].type == SCALAR_VALUE)
		return err;
	vlog(env, "R%d is not a scalar\n", regno);
	return -EINVAL;
}

static int check_const(struct vf_env *env, u32 regno, u64 *value)
{
	int err = check_number(env, regno);

	if (err)
		return err;
	if (!ebpf_tnum_is_const(cur_regs(env)[regno].n.var_off)) {
		vlog(env, "R%d must be a known constant\n", regno);
		return -EINVAL;
	}
	*value = cur_regs(env)[regno].n.var_off.value;
	return ebpf_mark_precise(env, regno);
}

static int check_ctx(struct vf_env *env, u32 regno)
{
	const struct reg_state *reg = &cur_regs(env)[regno];
	int err = ebpf_check_reg_arg(env, regno, SRC_OP);

	if (err)
		return err;
	if (reg->type == PTR_TO_CTX)
		return ebpf_check_ptr_off(env, reg, regno, false);
	vlog(env, "R%d expected pointer to ctx, but got %s\n", regno,
	     ebpf_reg_type_str(env, reg->type));
	return -EINVAL;
}

static int check_map(struct vf_env *env, u32 regno)
{
	int err = ebpf_check_reg_arg(env, regno, SRC_OP);

	if (err || cur_regs(env)[regno].type == CONST_PTR_TO_MAP)
		return err;
	vlog(env, "pointer in R%d isn't map pointer\n", regno);
	return -EINVAL;
}

/* What the check of the arguments finds out for the call. */
struct kfunc_meta {
	struct iter_arg iter;
	u64 constant;
};

static int check_arg(struct vf_env *env, const struct ebpf_kfunc *kfunc, u32 i,
		     struct kfunc_meta *meta)
{
	switch (kfunc->arg[i]) {
	case EBPF_KFUNC_INT:
	case EBPF_KFUNC_CHAR:
	case EBPF_KFUNC_SIZE:
	case EBPF_KFUNC_U32:
	case EBPF_KFUNC_U64:
		return check_number(env, i + 1);
	case EBPF_KFUNC_PTR_TO_ITER:
		return ebpf_check_iter_arg(env, i + 1, kfunc, &meta->iter);
	case EBPF_KFUNC_CTX:
		return check_ctx(env, i + 1);
	case EBPF_KFUNC_ANY:
	case EBPF_KFUNC_STRING:
	case EBPF_KFUNC_WORDS:
		return ebpf_check_reg_arg(env, i + 1, SRC_OP);
	case EBPF_KFUNC_MAP:
		return check_map(env, i + 1);
	case EBPF_KFUNC_CONST:
		return check_const(env, i + 1, &meta->constant);
	case EBPF_KFUNC_MEM:
		return ebpf_check_kfunc_mem(env, i + 1);
	case EBPF_KFUNC_MEM_SIZE:
		return 0;	/* with the memory before it */
	case EBPF_KFUNC_TASK:
	case EBPF_KFUNC_TASK_OR_NULL:
	case EBPF_KFUNC_FILE:
	case EBPF_KFUNC_PATH:
		return ebpf_check_kfunc_obj(env, kfunc, i);
	default:
		return EBPF_BUG_ON(true) ? -EFAULT : 0;
	}
}

static int check_args(struct vf_env *env, const struct ebpf_kfunc *kfunc, struct kfunc_meta *meta)
{
	u32 i;
	int err = 0;

	for (i = 0; !err && i < EBPF_MAX_FUNC_REG_ARGS && kfunc->arg[i] != EBPF_KFUNC_NONE; i++)
		err = check_arg(env, kfunc, i, meta);
	return err;
}

/* What other programs' contexts stand for in Linux is made by this module, or no struct. */
static int cast_to_kern_ctx(struct vf_env *env, struct reg_state *r0)
{
	const struct ebpf_btf *btf;
	u32 id;
	int err;

	if (env->load->prog_type != EBPF_PROG_TYPE_KPROBE) {
		vlog(env, "kern ctx of programs of type %d is not a struct\n",
		     env->load->prog_type);
		return -EINVAL;
	}
	err = ebpf_kernel_struct(env, "pt_regs", &btf, &id);
	if (!err)
		ebpf_reg_set_btf(r0, btf, id, 0);
	return err;
}

/* Whatever it points to: loads from it yield 0 where nothing can be read. */
static int rdonly_cast(struct vf_env *env, struct reg_state *r0, u64 id)
{
	const struct ebpf_btf *btf = ebpf_kernel_btf(env);
	const struct ebpf_btf_type *t;

	if (!btf) {
		vlog(env, "BTF of the running kernel is needed for bpf_rdonly_cast, and was not found\n");
		return -EINVAL;
	}
	if (!id) {
		ebpf_reg_set_ptr(r0, PTR_TO_MEM | EBPF_MEM_RDONLY | EBPF_PTR_UNTRUSTED);
		return 0;
	}
	t = id <= EBPF_BTF_MAX_TYPE ? ebpf_btf_type_by_id(btf, id) : NULL;
	if (!t) {
		vlog(env, "Unknown type ID %lld passed to kfunc bpf_rdonly_cast\n", (long long)id);
		return -EINVAL;
	}
	if (!btf_is(t, BTF_STRUCTS)) {
		vlog(env, "kfunc bpf_rdonly_cast type ID argument must be of a struct or void\n");
		return -EINVAL;
	}
	ebpf_reg_set_btf(r0, btf, id, EBPF_PTR_UNTRUSTED);
	return 0;
}

static int do_cast(struct vf_env *env, enum ebpf_kfunc_cast cast, u64 id)
{
	struct reg_state *r0 = &cur_regs(env)[EBPF_REG_0];

	return cast == EBPF_KFUNC_CAST_KERN_CTX ? cast_to_kern_ctx(env, r0) :
						  rdonly_cast(env, r0, id);
}

static int may_call(struct vf_env *env, const struct ebpf_insn *insn)
{
	s32 nr;

	if (!env->aux[env->insn_idx].kfunc) {
		nr = find_kfunc(env, insn, true);
		return nr < 0 ? nr : -EINVAL;
	}
	if (env->load->gpl_compatible)
		return 0;
	vlog(env, "cannot call kernel function from non-GPL compatible program\n");
	return -EINVAL;
}

/* Of global functions nobody knows who calls them. */
static bool may_sleep_here(const struct vf_env *env)
{
	return is_sleepable(env) && !env->cur->frame[0]->subprogno && !ebpf_section_name(env) &&
	       !ebpf_callback_holds(env);
}

int ebpf_check_kfunc_call(struct vf_env *env, const struct ebpf_insn *insn)
{
	const struct ebpf_kfunc *kfunc = ebpf_kfunc_of(env, env->insn_idx);
	struct kfunc_meta meta;
	int err;

	err = may_call(env, insn);
	if (!err)
		err = ebpf_kfunc_allowed(env, kfunc);
	if (!err)
		err = check_args(env, kfunc, &meta);
	if (!err)
		err = ebpf_do_section(env, kfunc);
	if (!err)
		err = ebpf_release_kfunc_obj(env, kfunc);
	if (err)
		return err;
	if (kfunc->sleepable && !may_sleep_here(env))
		env->aux[env->insn_idx].no_sleep = true;
	ebpf_clear_caller_saved(env, cur_func(env));
	if (kfunc->ret == EBPF_KFUNC_INT || kfunc->ret == EBPF_KFUNC_PTR)
		ebpf_reg_set_unknown(&cur_regs(env)[EBPF_REG_0]);
	if (kfunc->cast)
		err = do_cast(env, kfunc->cast, meta.constant);
	else if (kfunc->iter)
		err = ebpf_do_iter(env, kfunc, &meta.iter);
	else if (ebpf_kfunc_struct(kfunc->ret))
		err = ebpf_set_kfunc_obj(env, kfunc);
	if (!err && kfunc->prepare)
		err = kfunc->prepare();
	if (!err)
		env->insn_idx++;
	return err;
}

int ebpf_expand_kfunc(const struct vf_env *env, u32 idx, struct ebpf_insn *buf)
{
	const struct ebpf_kfunc *kfunc = ebpf_kfunc_of(env, idx);
	ebpf_func_t func;

	if (EBPF_BUG_ON(!kfunc))
		return -EFAULT;
	func = kfunc->sleepable && !env->aux[idx].no_sleep ? kfunc->sleepable : kfunc->func;
	if (kfunc->cast) {
		*buf = mk(EBPF_ALU64 | EBPF_MOV | EBPF_X, EBPF_REG_0, EBPF_REG_1, 0, 0);
		return 1;
	}
	if (kfunc->section) {
		*buf = mk(EBPF_ALU64 | EBPF_MOV | EBPF_K, EBPF_REG_0, 0, 0, 0);
		return 1;
	}
	return ebpf_expand_target((const void *)(unsigned long)func, buf);
}
