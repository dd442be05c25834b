// SPDX-License-Identifier: GPL-2.0-only
/*
 * LSM programs: what decides at a hook of the kernel's security modules. In BTF a hook is the
 * function bpf_lsm_NAME, which Linux calls for it; here programs run at security_NAME, from where
 * all modules' hooks are called and which every kernel has. Wording of refusals is Linux's where
 * Linux refuses.
 */
#include "verifier/log.h"
#include "verifier/lsm.h"
#include "verifier/walk.h"
#include "verifier/btf/btf_internal.h"

#define FUNC_PREFIX	"security_"
#define SUFFIX		"_security"

static bool is_in(const char *name, const char * const *list, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++)
		if (!strcmp(name, list[i]))
			return true;
	return false;
}

#define IS_IN(name, list)	is_in(name, list, ARRAY_SIZE(list))

/* Hooks that return something else than an error, or write what they were asked for. */
static const char * const disabled[] = {
	"vm_enough_memory", "inode_need_killpriv", "inode_getsecurity", "inode_listsecurity",
	"inode_copy_up_xattr", "getselfattr", "getprocattr", "setprocattr", "key_getsecurity",
	"audit_rule_match", "xfrm_decode_session", "ismaclabel",
};

/* Where 0 is not what means that a module has nothing to say: from a hook itself the caller goes on
 * to the next module's, but the result of the function is everyone's.
 */
static const char * const other_default[] = {
	"task_prctl", "inode_init_security", "dentry_init_security", "inode_setsecurity",
	"fs_context_parse_param", "xfrm_state_pol_flow_match", "setselfattr", "secid_to_secctx",
	"lsmprop_to_secctx", "inode_getsecctx", "socket_getpeersec_stream", "socket_getpeersec_dgram",
};

static const char * const returns_bool[] = {
	"audit_rule_known", "inode_xattr_skipcap",
};

/* What they are about is being freed. */
static const char * const untrusted[] = {
	"bpf_map_free", "bpf_prog_free", "file_free_security", "sk_free_security", "task_free",
	"bdev_free_security",
};

/* Those of Linux's whose functions are called without a lock on all kernels since 3.10. */
static const char * const sleepable[] = {
	"bprm_check_security", "bprm_creds_for_exec", "file_open", "sb_mount", "sb_umount",
	"socket_accept", "socket_bind", "socket_connect", "socket_create", "socket_listen",
};

/* The function makes what modules then fill in. Who refuses in its place leaves it unmade, and not
 * all callers look at what they have then.
 */
static bool makes_room(const char *hook)
{
	static const char suffix[] = "_alloc_security";
	u32 len = strlen(hook), n = sizeof(suffix) - 1;

	return len > n && !strcmp(hook + len - n, suffix);
}

/* "security_" and the hook's name, or as much of it as the kernel has a function of: alloc for
 * alloc_security.
 */
s32 ebpf_lsm_func(const struct ebpf_btf *kernel, const char *hook, char name[LSM_NAME_ROOM])
{
	u32 prefix = sizeof(FUNC_PREFIX) - 1, suffix = sizeof(SUFFIX) - 1, len = strlen(hook);
	s32 id;

	if (prefix + len >= LSM_NAME_ROOM)
		return -ENOENT;
	memcpy(name, FUNC_PREFIX, prefix);
	memcpy(name + prefix, hook, len + 1);
	id = ebpf_btf_find(kernel, name, EBPF_BTF_KIND_FUNC);
	if (id >= 0 || len <= suffix || strcmp(hook + len - suffix, SUFFIX))
		return id;
	name[prefix + len - suffix] = '\0';
	return ebpf_btf_find(kernel, name, EBPF_BTF_KIND_FUNC);
}

/* Types of one kernel are there once each: what is the same has the same number. */
bool ebpf_lsm_takes_the_same(const struct ebpf_btf *kernel, const struct ebpf_btf_type *hook,
			     s32 func)
{
	const struct ebpf_btf_type *proto = ebpf_btf_type_by_id(kernel, func);
	const struct ebpf_btf_param *a, *b;
	u32 nr = ebpf_btf_vlen(hook), i;

	proto = ebpf_btf_type_by_id(kernel, proto->type);
	if (!proto || !btf_is(proto, BTF_KIND_BIT(FUNC_PROTO)) ||
	    !btf_is(hook, BTF_KIND_BIT(FUNC_PROTO)))
		return false;
	if (hook->type != proto->type || ebpf_btf_vlen(proto) < nr)
		return false;
	a = ebpf_btf_params(hook);
	b = ebpf_btf_params(proto);
	for (i = 0; i < nr; i++)
		if (a[i].type != b[i].type)
			return false;
	return true;
}

static int check_name(struct vf_env *env, const char *hook)
{
	if (IS_IN(hook, disabled)) {
		vlog(env, "attach_btf_id %u points to disabled hook %s%s\n", env->target.btf_id,
		     LSM_HOOK_PREFIX, hook);
		return -EINVAL;
	}
	if (IS_IN(hook, other_default)) {
		vlog(env, "%s%s: programs at this hook are not supported, 0 is not what lets others decide there\n",
		     LSM_HOOK_PREFIX, hook);
		return -EINVAL;
	}
	if (makes_room(hook)) {
		vlog(env, "%s%s: programs at this hook are not supported, its function makes what modules use\n",
		     LSM_HOOK_PREFIX, hook);
		return -EINVAL;
	}
	if (is_sleepable(env) && !IS_IN(hook, sleepable)) {
		vlog(env, "%s is not sleepable\n", env->target.name);
		return -EINVAL;
	}
	return 0;
}

int ebpf_lsm_target(struct vf_env *env, const struct ebpf_btf_type *hook,
		    const struct ebpf_btf_type **proto)
{
	const struct ebpf_btf *btf = env->load->attach_btf, *kernel = ebpf_kernel_btf(env);
	struct ebpf_attach_target *target = &env->target;
	const struct ebpf_btf_type *takes;
	const char *name = target->name;
	char func_name[LSM_NAME_ROOM];
	s32 func;
	int err;

	if (!btf_is(hook, BTF_KIND_BIT(FUNC)) ||
	    strncmp(name, LSM_HOOK_PREFIX, sizeof(LSM_HOOK_PREFIX) - 1)) {
		vlog(env, "attach_btf_id %u points to wrong type name %s\n", target->btf_id, name);
		return -EINVAL;
	}
	name += sizeof(LSM_HOOK_PREFIX) - 1;
	err = check_name(env, name);
	if (err)
		return err;
	func = kernel ? ebpf_lsm_func(kernel, name, func_name) : -ENOENT;
	if (func < 0) {
		vlog(env, "%s: this kernel has no function " FUNC_PREFIX "%s that programs could run at\n",
		     target->name, name);
		return -EINVAL;
	}
	takes = ebpf_btf_type_by_id(btf, hook->type);
	if (!takes || !ebpf_lsm_takes_the_same(kernel, takes, func)) {
		vlog(env, "%s: this kernel's %s() takes other arguments\n", target->name, func_name);
		return -EINVAL;
	}
	hook = ebpf_btf_type_by_id(kernel, func);
	*proto = ebpf_btf_type_by_id(kernel, hook->type);
	target->name = ebpf_btf_name(kernel, hook->name_off);
	target->lsm_bool = IS_IN(name, returns_bool);
	target->untrusted = IS_IN(name, untrusted);
	target->may_sleep = IS_IN(name, sleepable);
	return 0;
}

bool ebpf_lsm_result_range(const struct vf_env *env, s32 *min, s32 *max)
{
	*min = env->target.lsm_bool ? 0 : -4095;
	*max = env->target.lsm_bool ? 1 : 0;
	return env->target.ret_size;
}
