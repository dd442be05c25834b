// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which kernel pointers point to objects that are there, as far as Linux says so: kernel functions that
 * take references want them. Functions on tasks look again whether the task is there, since what callers of
 * hooks hold differs between kernels, and what is loaded is no better than the pointer it is loaded by. Functions on
 * files cannot: what they take must be the hook's own, a part of it, or held.
 */
#include "verifier/mem.h"
#include "verifier/btf/btf_internal.h"

/* Members that are as trusted as their structs, or for as long as an RCU section lasts, and never NULL. */
static const struct {
	const char *of;
	const char *member;
	enum trust trust;
} members[] = {
	{ "task_struct", "cgroups", TRUST_RCU },
	{ "task_struct", "real_parent", TRUST_RCU },
	{ "task_struct", "group_leader", TRUST_RCU },
	{ "css_set", "dfl_cgrp", TRUST_RCU },
	{ "cgroup_subsys_state", "cgroup", TRUST_RCU },
	{ "bpf_iter_meta", "seq", TRUST_FULL },
	{ "linux_binprm", "file", TRUST_FULL },
	{ "file", "f_inode", TRUST_FULL },
};

bool ebpf_in_rcu(const struct vf_env *env)
{
	return !is_sleepable(env) || env->cur->sections.rcu;
}

/* What functions were called with may be anything, as in Linux; so may arguments of hooks that free. */
enum trust ebpf_ctx_trust(const struct vf_env *env, u32 type)
{
	const struct ebpf_load *load = env->load;

	if (type & (EBPF_PTR_UNTRUSTED | EBPF_MEM_USER | EBPF_MEM_PERCPU))
		return TRUST_NONE;
	switch (load->prog_type) {
	case EBPF_PROG_TYPE_TRACING:
		return load->expected_attach_type == EBPF_TRACE_RAW_TP ||
		       load->expected_attach_type == EBPF_TRACE_ITER ? TRUST_FULL : TRUST_NONE;
	case EBPF_PROG_TYPE_LSM:
	case EBPF_PROG_TYPE_NETFILTER:
		return TRUST_FULL;
	default:
		return TRUST_NONE;
	}
}

bool ebpf_is_trusted(const struct reg_state *reg, bool rcu)
{
	return reg->ref_obj_id || reg->trust == TRUST_FULL || (rcu && reg->trust == TRUST_RCU);
}

/* Is that the member of @t, and nothing before it? */
static bool member_is_at(const struct ebpf_btf *btf, const struct ebpf_btf_type *t, const char *name, u32 off)
{
	const struct ebpf_btf_member *m = ebpf_btf_members(t);
	const char *s;
	u32 i;

	for (i = 0; i < ebpf_btf_vlen(t); i++, m++) {
		if (ebpf_btf_member_bits(t, m) != (u64)off * 8)
			continue;
		s = ebpf_btf_name(btf, m->name_off);
		if (s && !strcmp(s, name))
			return true;
	}
	return false;
}

enum trust ebpf_load_trust(struct vf_env *env, const struct reg_state *reg, u32 off)
{
	const struct ebpf_btf_type *t;
	const char *name;
	u32 i;

	if (!ebpf_is_trusted(reg, true) || (reg->type & EBPF_PTR_UNTRUSTED))
		return TRUST_NONE;
	t = ebpf_btf_type_by_id(reg->btf, reg->btf_id);
	name = t && btf_is(t, BTF_KIND_BIT(STRUCT)) ? ebpf_btf_name(reg->btf, t->name_off) : NULL;
	for (i = 0; name && i < ARRAY_SIZE(members); i++) {
		if (strcmp(members[i].of, name) || !member_is_at(reg->btf, t, members[i].member, off))
			continue;
		if (members[i].trust == TRUST_RCU)
			return ebpf_in_rcu(env) ? TRUST_RCU : TRUST_NONE;
		return ebpf_is_trusted(reg, false) ? TRUST_FULL : TRUST_RCU;
	}
	return TRUST_NONE;
}
