// SPDX-License-Identifier: GPL-2.0-only
/*
 * TRACING programs: what they are attached to is named when they are loaded,
 * since its BTF says what their context holds. Wording of refusals is Linux's.
 */
#include <ebpf/ctx.h>
#include "verifier/call.h"
#include "verifier/log.h"
#include "verifier/lsm.h"
#include "verifier/mem.h"
#include "verifier/walk.h"
#include "verifier/btf/btf_internal.h"

#define TP_PREFIX	"btf_trace_"
#define HOOK_PREFIX	"security_"
#define TEST_FUNC	"bpf_modify_return_test"
#define ITER_PREFIX	"bpf_iter_"
#define MAX_ARG_SIZE	16	/* bytes of a struct passed by value */
#define SLOT_SIZE	8

/* Run by programs' own entry and exit: a program there would call itself. */
static const char * const denied[] = {
	"migrate_disable",
	"migrate_enable",
	"rcu_read_unlock_strict",
	"__rcu_read_lock",
	"__rcu_read_unlock",
	"preempt_count_add",
	"preempt_count_sub",
};

static bool is_denied(const char *name)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(denied); i++)
		if (!strcmp(denied[i], name))
			return true;
	return false;
}

/* Bytes of a value that can be passed; 0 for void; -1. @t: its type or NULL. */
static int passed_size(const struct ebpf_btf *btf, u32 id, const struct ebpf_btf_type **t)
{
	*t = ebpf_btf_skip_modifiers(btf, id, NULL);
	if (!*t)
		return -1;
	if (btf_is(*t, BTF_KIND_BIT(UNKN)))
		return 0;
	if (btf_is(*t, BTF_KIND_BIT(PTR)))
		return SLOT_SIZE;
	if (btf_is(*t, BTF_KIND_BIT(INT) | BTF_KIND_BIT(ENUM) | BTF_KIND_BIT(ENUM64) | BTF_STRUCTS))
		return (*t)->size;
	return -1;
}

static int check_arg_type(struct vf_env *env, const char *name, u32 i, int size,
			  const struct ebpf_btf_type *t)
{
	if (size < 0 || size > MAX_ARG_SIZE) {
		vlog(env, "The function %s arg%d type %s is unsupported.\n", name, i,
		     t ? ebpf_btf_kind_name(t) : "UNKNOWN");
		return -EINVAL;
	}
	if (!size) {
		vlog(env, "The function %s has malformed void argument.\n", name);
		return -EINVAL;
	}
	return 0;
}

/* How arguments and result are passed; @first: parameters to skip. */
static int describe_proto(struct vf_env *env, const struct ebpf_btf_type *proto, u32 first)
{
	struct ebpf_attach_target *target = &env->target;
	const struct ebpf_btf *btf = env->load->attach_btf;
	const struct ebpf_btf_param *args = ebpf_btf_params(proto) + first;
	u32 nr = ebpf_btf_vlen(proto) - first, i;
	const struct ebpf_btf_type *t;
	int size, err;

	if (nr > EBPF_TRACING_MAX_ARGS) {
		vlog(env, "The function %s has %d arguments. Too many.\n", target->name, nr);
		return -EINVAL;
	}
	size = passed_size(btf, proto->type, &t);
	if (size < 0 || size > MAX_ARG_SIZE || btf_is(t, BTF_STRUCTS)) {
		vlog(env, "The function %s return type %s is unsupported.\n", target->name,
		     t ? ebpf_btf_kind_name(t) : "UNKNOWN");
		return -EINVAL;
	}
	target->ret_size = size;
	for (i = 0; i < nr; i++) {
		if (i == nr - 1 && !args[i].type) {
			vlog(env, "The function %s with variable args is unsupported.\n",
			     target->name);
			return -EINVAL;
		}
		size = passed_size(btf, args[i].type, &t);
		err = check_arg_type(env, target->name, i, size, t);
		if (err)
			return err;
		target->arg_size[i] = size;
		target->arg_slot[i] = target->nr_slots;
		target->nr_slots += (size + SLOT_SIZE - 1) / SLOT_SIZE;
	}
	target->nr_args = nr;
	env->target_args = args;
	env->target_ret = proto->type;
	return 0;
}

static const struct ebpf_btf_type *proto_behind(const struct ebpf_btf *btf,
						const struct ebpf_btf_type *t)
{
	t = ebpf_btf_type_by_id(btf, t->type);
	return t && btf_is(t, BTF_KIND_BIT(FUNC_PROTO)) ? t : NULL;
}

static int target_tracepoint(struct vf_env *env, const struct ebpf_btf_type *t)
{
	const struct ebpf_btf *btf = env->load->attach_btf;
	struct ebpf_attach_target *target = &env->target;

	if (!btf_is(t, BTF_KIND_BIT(TYPEDEF))) {
		vlog(env, "attach_btf_id %u is not a typedef\n", target->btf_id);
		return -EINVAL;
	}
	if (strncmp(target->name, TP_PREFIX, sizeof(TP_PREFIX) - 1)) {
		vlog(env, "attach_btf_id %u points to wrong type name %s\n", target->btf_id,
		     target->name);
		return -EINVAL;
	}
	target->name += sizeof(TP_PREFIX) - 1;
	t = ebpf_btf_type_by_id(btf, t->type);
	if (!t || !btf_is(t, BTF_KIND_BIT(PTR)))
		return -EINVAL;
	t = proto_behind(btf, t);
	/* The first parameter is the registration's, not the tracepoint's. */
	if (!t || !ebpf_btf_vlen(t))
		return -EINVAL;
	return describe_proto(env, t, 1);
}

static int target_function(struct vf_env *env, const struct ebpf_btf_type *t)
{
	struct ebpf_attach_target *target = &env->target;

	if (!btf_is(t, BTF_KIND_BIT(FUNC))) {
		vlog(env, "attach_btf_id %u is not a function\n", target->btf_id);
		return -EINVAL;
	}
	t = proto_behind(env->load->attach_btf, t);
	if (!t)
		return -EINVAL;
	if (is_denied(target->name)) {
		vlog(env, "%s() cannot be traced\n", target->name);
		return -EINVAL;
	}
	return describe_proto(env, t, 0);
}

/* System calls, by the names that kernels give their functions; what else begins with
 * sys_ returns no plain long.
 */
static bool is_syscall(const struct vf_env *env, const struct ebpf_btf_type *func)
{
	static const char * const prefixes[] = { "__x64_sys_", "__ia32_sys_", "SyS_", "sys_" };
	const struct ebpf_btf *btf = env->load->attach_btf;
	const struct ebpf_btf_type *ret;
	u32 i;

	ret = ebpf_btf_type_by_id(btf, proto_behind(btf, func)->type);
	if (!ret || !btf_is(ret, BTF_KIND_BIT(INT)) || ret->size != SLOT_SIZE)
		return false;
	for (i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (!strncmp(env->target.name, prefixes[i], strlen(prefixes[i])))
			return true;
	return false;
}

/* Linux has a list of functions where programs may sleep, too: those marked for error
 * injection, but for three. Old kernels have none, new ones show it to no module; system
 * calls are on it.
 */
static int target_traceable(struct vf_env *env, const struct ebpf_btf_type *func)
{
	int err = target_function(env, func);

	if (err || !is_sleepable(env) || is_syscall(env, func))
		return err;
	vlog(env, "%s is not sleepable\n", env->target.name);
	return -EINVAL;
}

/* Functions whose callers take any result: system calls, the hooks of security modules, and
 * the one for test runs. Linux has a list of others that are marked so, which old kernels do
 * not have and new ones show no module.
 */
static int target_modifiable(struct vf_env *env, const struct ebpf_btf_type *func)
{
	int err = target_traceable(env, func);

	if (err || is_sleepable(env))
		return err;
	if (!strncmp(env->target.name, HOOK_PREFIX, sizeof(HOOK_PREFIX) - 1) ||
	    !strcmp(env->target.name, TEST_FUNC) || is_syscall(env, func))
		return 0;
	vlog(env, "%s() is not modifiable\n", env->target.name);
	return -EINVAL;
}

/**
 * struct iter_target - what iterators go over
 * @func:     name of the function that stands for it in the kernel's BTF
 * @slots:    of its context
 * @nullable: by bit: arguments that are NULL when everything was visited
 * @locked:   with a lock that faults take, so that no program may sleep
 */
struct iter_target {
	const char *func;
	u8 slots;
	u16 nullable;
	bool locked;
};

static const struct iter_target iter_targets[] = {
	{ ITER_PREFIX "task", 2, 1 << 1, false },
	{ ITER_PREFIX "task_file", 4, 1 << 1 | 1 << 3, false },
	{ ITER_PREFIX "task_vma", 3, 1 << 1 | 1 << 2, true },
};

static int target_iter(struct vf_env *env, const struct ebpf_btf_type *func)
{
	const struct iter_target *iter = iter_targets;
	u32 i;
	int err;

	if (!btf_is(func, BTF_KIND_BIT(FUNC))) {
		vlog(env, "attach_btf_id %u is not a function\n", env->target.btf_id);
		return -EINVAL;
	}
	for (i = 0; i < ARRAY_SIZE(iter_targets); i++, iter++)
		if (!strcmp(env->target.name, iter->func))
			break;
	if (i == ARRAY_SIZE(iter_targets)) {
		vlog(env, "%s() is not an iterator of this module\n", env->target.name);
		return -EINVAL;
	}
	if (is_sleepable(env) && iter->locked) {
		vlog(env, "%s is not sleepable\n", env->target.name);
		return -EINVAL;
	}
	err = target_function(env, func);
	if (err)
		return err;
	/* What runs the program knows them. */
	if (env->target.nr_slots != iter->slots || env->target.nr_args != iter->slots)
		return -EINVAL;
	env->target.nullable = iter->nullable;
	return 0;
}

static int target_hook(struct vf_env *env, const struct ebpf_btf_type *hook)
{
	const struct ebpf_btf_type *proto;
	int err;

	if (env->load->expected_attach_type != EBPF_LSM_MAC)
		return -EINVAL;
	err = ebpf_lsm_target(env, hook, &proto);
	return err ? err : describe_proto(env, proto, 0);
}

static int target_by_attach_type(struct vf_env *env, const struct ebpf_btf_type *t)
{
	if (env->load->prog_type == EBPF_PROG_TYPE_LSM)
		return target_hook(env, t);
	switch (env->load->expected_attach_type) {
	case EBPF_TRACE_RAW_TP:
		return target_tracepoint(env, t);
	case EBPF_TRACE_FENTRY:
	case EBPF_TRACE_FEXIT:
		return target_traceable(env, t);
	case EBPF_MODIFY_RETURN:
		return target_modifiable(env, t);
	case EBPF_TRACE_ITER:
		return target_iter(env, t);
	default:
		return -EINVAL;
	}
}

/* Types of programs that sleep on some target, as far as there are such here. */
static bool may_sleep(const struct ebpf_load *load)
{
	if (load->prog_type == EBPF_PROG_TYPE_SYSCALL)
		return true;
	if (load->prog_type == EBPF_PROG_TYPE_LSM)
		return true;	/* at some hooks */
	if (load->prog_type == EBPF_PROG_TYPE_KPROBE)
		return true;	/* on uprobes, which is seen when it is attached */
	if (load->prog_type != EBPF_PROG_TYPE_TRACING)
		return false;
	switch (load->expected_attach_type) {
	case EBPF_TRACE_FENTRY:
	case EBPF_TRACE_FEXIT:
	case EBPF_MODIFY_RETURN:
	case EBPF_TRACE_ITER:
		return true;
	default:
		return false;
	}
}

int ebpf_check_attach_target(struct vf_env *env)
{
	const struct ebpf_load *load = env->load;
	struct ebpf_attach_target *target = &env->target;
	const struct ebpf_btf_type *t;

	if (load->prog_type == EBPF_PROG_TYPE_SYSCALL && !is_sleepable(env)) {
		vlog(env, "Syscall programs can only be sleepable\n");
		return -EINVAL;
	}
	if (is_sleepable(env) && !may_sleep(load)) {
		vlog(env, "Only fentry/fexit/fmod_ret, lsm, and kprobe/uprobe programs can be sleepable\n");
		return -EINVAL;
	}
	if (!ebpf_prog_type_has_target(load->prog_type))
		return 0;
	if (!load->attach_btf_id) {
		vlog(env, "Tracing programs must provide btf_id\n");
		return -EINVAL;
	}
	if (!load->attach_btf) {
		vlog(env, "Tracing programs need BTF of the running kernel, which was not found\n");
		return -EINVAL;
	}
	target->btf_id = load->attach_btf_id;
	t = ebpf_btf_type_by_id(load->attach_btf, load->attach_btf_id);
	if (!t) {
		vlog(env, "attach_btf_id %u is invalid\n", load->attach_btf_id);
		return -EINVAL;
	}
	target->name = ebpf_btf_name(load->attach_btf, t->name_off);
	if (!target->name) {
		vlog(env, "attach_btf_id %u doesn't have a name\n", load->attach_btf_id);
		return -EINVAL;
	}
	return target_by_attach_type(env, t);
}

/* Which argument is at @off: nr_args for the result, more for none. */
static u32 arg_at(const struct vf_env *env, s32 off)
{
	const struct ebpf_attach_target *target = &env->target;
	u32 slot = off / SLOT_SIZE, i;

	/* A result of no size is behind the end, but tracepoints' counts as one. */
	if (slot >= target->nr_slots)
		return target->nr_args + (slot > target->nr_slots ||
			(!target->ret_size &&
			 env->load->expected_attach_type != EBPF_TRACE_RAW_TP));
	for (i = target->nr_args - 1; slot < target->arg_slot[i]; i--)
		;
	return i;
}

static bool points_to_int(const struct ebpf_btf *btf, const struct ebpf_btf_type *ptr)
{
	const struct ebpf_btf_type *t = ebpf_btf_skip_modifiers(btf, ptr->type, NULL);

	return t && btf_is(t, BTF_KIND_BIT(INT));
}

static bool pointer_arg(struct vf_env *env, u32 arg, const struct ebpf_btf_type *ptr, int size,
			u32 *reg_type)
{
	const struct ebpf_btf *btf = env->load->attach_btf;
	const char *name = env->target.name;
	const struct ebpf_btf_type *t;
	u32 id = 0;

	/* To the verifier a number like any other. */
	if (!ptr->type || points_to_int(btf, ptr))
		return true;
	t = ebpf_btf_skip_modifiers(btf, ptr->type, &id);
	if (!t || !btf_is(t, BTF_STRUCTS)) {
		vlog(env, "func '%s' arg%d type %s is not a struct\n", name, arg,
		     t ? ebpf_btf_kind_name(t) : "UNKNOWN");
		return false;
	}
	/* A part is no pointer, and with its sign extended leads anywhere in the kernel. */
	if (size != SLOT_SIZE) {
		vlog(env, "func '%s' size %d must be 8\n", name, size);
		return false;
	}
	*reg_type = PTR_TO_BTF_ID | ebpf_btf_ptr_flags(btf, ptr);
	if (env->target.untrusted)
		*reg_type |= EBPF_PTR_UNTRUSTED;
	env->ctx_btf = btf;
	env->ctx_btf_id = id;
	if (arg < env->target.nr_args && env->target.nullable & (1U << arg)) {
		*reg_type |= EBPF_PTR_MAYBE_NULL;
		return true;
	}
	vlog(env, "func '%s' arg%d has btf_id %d type %s '%s'\n", name, arg, id,
	     ebpf_btf_kind_name(t), ebpf_kernel_type_name(btf, id));
	return true;
}

static bool typed_arg(struct vf_env *env, u32 arg, u32 id, int size, u32 *reg_type)
{
	const struct ebpf_btf *btf = env->load->attach_btf;
	const struct ebpf_btf_type *t = ebpf_btf_skip_modifiers(btf, id, NULL);

	if (!t)
		return false;
	if (btf_is(t, BTF_KIND_BIT(ENUM) | BTF_KIND_BIT(ENUM64) | BTF_STRUCTS))
		return true;
	if (btf_is(t, BTF_KIND_BIT(INT)) && t->size <= SLOT_SIZE)
		return true;
	if (btf_is(t, BTF_KIND_BIT(PTR)))
		return pointer_arg(env, arg, t, size, reg_type);
	vlog(env, "func '%s' arg%d '%s' has type %s. Only pointer access is allowed\n",
	     env->target.name, arg, ebpf_btf_name(btf, t->name_off), ebpf_btf_kind_name(t));
	return false;
}

/* Which programs find one in their context; fmod_ret and LSM what programs before them made. */
static bool result_valid(struct vf_env *env, int size, u32 *reg_type)
{
	const struct ebpf_btf_type *t;

	if (env->load->expected_attach_type == EBPF_MODIFY_RETURN) {
		t = ebpf_btf_skip_modifiers(env->load->attach_btf, env->target_ret, NULL);
		if (!t || !btf_is(t, BTF_KIND_BIT(INT)) || t->size > SLOT_SIZE) {
			vlog(env, "ret type %s not allowed for fmod_ret\n",
			     t ? ebpf_btf_kind_name(t) : "UNKNOWN");
			return false;
		}
	}
	return typed_arg(env, env->target.nr_args, env->target_ret, size, reg_type);
}

static bool has_result(const struct vf_env *env)
{
	return env->load->expected_attach_type == EBPF_TRACE_FEXIT ||
	       env->load->expected_attach_type == EBPF_MODIFY_RETURN ||
	       env->load->expected_attach_type == EBPF_LSM_MAC;
}

bool ebpf_tracing_ctx_valid(struct vf_env *env, s32 off, int size, int acc, u32 *reg_type)
{
	const struct ebpf_attach_target *target = &env->target;
	u32 arg;

	if (off < 0 || off >= SLOT_SIZE * EBPF_TRACING_MAX_ARGS || acc != ACC_READ || off % size)
		return false;
	if (off % SLOT_SIZE) {
		vlog(env, "func '%s' offset %d is not multiple of 8\n", target->name, off);
		return false;
	}
	arg = arg_at(env, off);
	if (arg < target->nr_args)
		return typed_arg(env, arg, env->target_args[arg].type, size, reg_type);
	if (arg > target->nr_args || !has_result(env)) {
		vlog(env, "func '%s' doesn't have %d-th argument\n", target->name, arg + 1);
		return false;
	}
	return result_valid(env, size, reg_type);
}

/* Functions that may sleep, so that no lock is held that names of paths need. */
static const char * const path_funcs[] = {
	"security_file_permission",
	"security_inode_getattr",
	"security_file_open",
	"security_path_truncate",
	"vfs_truncate",
	"vfs_fallocate",
	"dentry_open",
	"vfs_getattr",
	"filp_close",
};

static bool may_name_paths(const struct vf_env *env)
{
	u32 type = env->load->expected_attach_type, i;

	if (type == EBPF_TRACE_ITER)
		return true;
	if (type == EBPF_LSM_MAC)
		return env->target.may_sleep;
	if (type != EBPF_TRACE_FENTRY && type != EBPF_TRACE_FEXIT)
		return false;
	for (i = 0; i < ARRAY_SIZE(path_funcs); i++)
		if (!strcmp(path_funcs[i], env->target.name))
			break;
	/* At its end the file that was closed may be gone. */
	return i < ARRAY_SIZE(path_funcs) &&
	       (type == EBPF_TRACE_FENTRY || strcmp(env->target.name, "filp_close"));
}

/* Write into the file that an iterator is read through. */
static bool is_seq_func(u32 func_id)
{
	return func_id == EBPF_FUNC_seq_printf || func_id == EBPF_FUNC_seq_write ||
	       func_id == EBPF_FUNC_seq_printf_btf;
}

static int unknown_func(struct vf_env *env, u32 func_id)
{
	vlog(env, "unknown func bpf_%s#%d\n", ebpf_func_id_name(func_id), func_id);
	return -EINVAL;
}

/* Not where it could be run by itself; fmod_ret as in Linux. */
static bool may_use_sk_storage(const struct vf_env *env)
{
	switch (env->load->expected_attach_type) {
	case EBPF_TRACE_ITER:
	case EBPF_TRACE_RAW_TP:
	case EBPF_LSM_MAC:
		return true;
	case EBPF_TRACE_FENTRY:
	case EBPF_TRACE_FEXIT:
		return !!strncmp(env->target.name, "bpf_sk_storage", 14);
	default:
		return false;
	}
}

/* Helpers that read what only a probe on a function puts around the context. */
int ebpf_check_tracing_func(struct vf_env *env, u32 func_id)
{
	u32 type;

	if (func_id == EBPF_FUNC_d_path && !may_name_paths(env)) {
		vlog(env, "helper call is not allowed in probe\n");
		return -EINVAL;
	}
	if (func_id == EBPF_FUNC_get_func_ip && env->load->prog_type != EBPF_PROG_TYPE_KPROBE &&
	    !ebpf_prog_type_has_target(env->load->prog_type)) {
		vlog(env, "func bpf_%s#%d not supported for program type %d\n",
		     ebpf_func_id_name(func_id), func_id, env->load->prog_type);
		return -ENOTSUPP;
	}
	if (!ebpf_prog_type_has_target(env->load->prog_type))
		return 0;
	if ((func_id == EBPF_FUNC_sk_storage_get || func_id == EBPF_FUNC_sk_storage_delete) &&
	    !may_use_sk_storage(env)) {
		vlog(env, "helper call is not allowed in probe\n");
		return -EINVAL;
	}
	type = env->load->expected_attach_type;
	if (is_seq_func(func_id) && type != EBPF_TRACE_ITER)
		return unknown_func(env, func_id);
	if (type != EBPF_TRACE_RAW_TP && type != EBPF_TRACE_ITER)
		return 0;
	switch (func_id) {
	case EBPF_FUNC_get_func_arg:
	case EBPF_FUNC_get_func_ret:
	case EBPF_FUNC_get_func_arg_cnt:
	case EBPF_FUNC_get_attach_cookie:
		return unknown_func(env, func_id);
	case EBPF_FUNC_get_func_ip:
		vlog(env, "func bpf_%s#%d supported only for fentry/fexit/fmod_ret programs\n",
		     ebpf_func_id_name(func_id), func_id);
		return -ENOTSUPP;
	}
	return 0;
}

const struct ebpf_btf *ebpf_kernel_btf(struct vf_env *env)
{
	const struct ebpf_load *load = env->load;

	if (load->vmlinux_btf || !load->ops->vmlinux_btf)
		return load->vmlinux_btf;
	return load->ops->vmlinux_btf(load->cookie);
}

int ebpf_kernel_struct(struct vf_env *env, const char *name, const struct ebpf_btf **btf, u32 *id)
{
	s32 found;

	*btf = ebpf_kernel_btf(env);
	if (!*btf) {
		vlog(env, "BTF of the running kernel is needed for struct %s, and was not found\n",
		     name);
		return -EINVAL;
	}
	found = ebpf_btf_find(*btf, name, EBPF_BTF_KIND_STRUCT);
	if (found < 0) {
		vlog(env, "BTF of the running kernel has no struct %s\n", name);
		return -EINVAL;
	}
	*id = found;
	return 0;
}
