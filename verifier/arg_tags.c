// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a program's BTF says of a global function's parameters besides their types: tags of
 * declarations, "arg:NAME", which sources have as __arg_NAME.
 */
#include "verifier/core.h"
#include "verifier/global.h"
#include "verifier/log.h"
#include "verifier/walk.h"
#include "verifier/btf/btf_internal.h"

#define TAG_PREFIX	"arg:"
#define ITER_PREFIX	"bpf_iter__"

static const struct {
	const char *name;
	u8 bit;
} tags[] = {
	{ "ctx", ARG_TAG_CTX },
	{ "nonnull", ARG_TAG_NONNULL },
	{ "nullable", ARG_TAG_NULLABLE },
	{ "trusted", ARG_TAG_TRUSTED },
	{ "untrusted", ARG_TAG_UNTRUSTED },
	{ "arena", ARG_TAG_ARENA },
};

static u8 tag_bit(const char *name)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(tags); i++)
		if (!strcmp(name, tags[i].name))
			return tags[i].bit;
	return ARG_TAG_OTHER;
}

static void note_tag(struct vf_env *env, const struct ebpf_btf_type *t)
{
	const char *name = ebpf_btf_name(env->load->btf, t->name_off);
	s32 arg = ((const struct ebpf_btf_decl_tag *)(t + 1))->component_idx;
	u32 i;

	if (!name || strncmp(name, TAG_PREFIX, sizeof(TAG_PREFIX) - 1) || arg < 0 ||
	    arg >= EBPF_MAX_FUNC_REG_ARGS)
		return;
	for (i = 0; i < env->subprog_cnt; i++)
		if (env->subprogs[i].is_global && env->subprogs[i].btf_type_id == t->type)
			env->subprogs[i].arg_tags[arg] |= tag_bit(name + sizeof(TAG_PREFIX) - 1);
}

int ebpf_find_arg_tags(struct vf_env *env)
{
	const struct ebpf_btf *btf = env->load->btf;
	const struct ebpf_btf_type *t;
	u32 i, nr;

	if (!btf)
		return 0;
	nr = ebpf_btf_nr_types(btf);
	for (i = 1; i < nr; i++) {
		t = ebpf_btf_type_by_id(btf, i);
		if (t && btf_is(t, BTF_KIND_BIT(DECL_TAG)))
			note_tag(env, t);
		if (!(i % 4096) && ebpf_yield())
			return -EAGAIN;
	}
	return 0;
}

/* Types that have no struct of their own for what is an array of numbers. */
static bool takes_array(const struct ebpf_load *load)
{
	switch (load->prog_type) {
	case EBPF_PROG_TYPE_RAW_TRACEPOINT:
	case EBPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE:
	case EBPF_PROG_TYPE_LSM:
		return true;
	case EBPF_PROG_TYPE_TRACING:
		return load->expected_attach_type != EBPF_TRACE_ITER;
	default:
		return false;
	}
}

static bool is_typedef_of_regs(const struct ebpf_btf *btf, u32 id)
{
	const struct ebpf_btf_type *t = ebpf_btf_type_by_id(btf, id);
	u32 hops = 0;

	while (t && btf_is(t, BTF_MODIFIERS & ~BTF_KIND_BIT(TYPEDEF)) && hops++ < 64)
		t = ebpf_btf_type_by_id(btf, t->type);
	if (!t || !btf_is(t, BTF_KIND_BIT(TYPEDEF)))
		return false;
	return !strcmp(ebpf_btf_name(btf, t->name_off) ? : "", "bpf_user_pt_regs_t");
}

static bool is_named(const struct ebpf_btf_type *t, const char *name, const char *want)
{
	return btf_is(t, BTF_STRUCTS) && !strcmp(name, want);
}

/* Names that stand for the context beside the type's own. */
static bool named_so(const struct ebpf_load *load, const struct ebpf_btf_type *t, const char *name)
{
	switch (load->prog_type) {
	case EBPF_PROG_TYPE_KPROBE:
	case EBPF_PROG_TYPE_PERF_EVENT:
		return is_named(t, name, "pt_regs");
	case EBPF_PROG_TYPE_TRACING:
		if (load->expected_attach_type == EBPF_TRACE_RAW_TP)
			return is_named(t, name, "bpf_raw_tracepoint_args");
		return load->expected_attach_type == EBPF_TRACE_ITER && btf_is(t, BTF_STRUCTS) &&
		       !strncmp(name, ITER_PREFIX, sizeof(ITER_PREFIX) - 1);
	default:
		return false;
	}
}

int ebpf_check_ctx_tag(struct vf_env *env, u32 arg, const struct ebpf_btf_type *ptr, const char *own)
{
	const struct ebpf_load *load = env->load;
	const struct ebpf_btf_type *t = ebpf_btf_skip_modifiers(load->btf, ptr->type, NULL);
	const char *name;

	if (EBPF_BUG_ON(!t))
		return -EFAULT;
	if (!ptr->type || btf_is_void(t) || load->prog_type == EBPF_PROG_TYPE_TRACEPOINT ||
	    load->prog_type == EBPF_PROG_TYPE_SYSCALL)
		return 0;
	if ((load->prog_type == EBPF_PROG_TYPE_KPROBE ||
	     load->prog_type == EBPF_PROG_TYPE_PERF_EVENT) &&
	    is_typedef_of_regs(load->btf, ptr->type))
		return 0;
	name = ebpf_btf_name(load->btf, t->name_off);
	if (!name || !name[0]) {
		vlog(env, "arg#%d type doesn't have a name\n", arg);
		return -EINVAL;
	}
	if (named_so(load, t, name) || (own && is_named(t, name, own)) ||
	    (takes_array(load) && btf_is(t, BTF_KIND_BIT(INT)) && t->size == sizeof(u64)))
		return 0;
	if (own)
		vlog(env, "arg#%d should be `struct %s *`\n", arg, own);
	else
		vlog(env, "arg#%d should be void pointer\n", arg);
	return -EINVAL;
}

bool ebpf_points_to_arena(const struct ebpf_btf *btf, const struct ebpf_btf_type *ptr)
{
	const struct ebpf_btf_type *t = ebpf_btf_type_by_id(btf, ptr->type);
	const char *name;

	while (t && btf_is(t, BTF_KIND_BIT(TYPE_TAG))) {
		name = ebpf_btf_name(btf, t->name_off);
		if (name && !strcmp(name, "arena"))
			return true;
		t = ebpf_btf_type_by_id(btf, t->type);
	}
	return false;
}

int ebpf_find_arg_struct(struct vf_env *env, u32 arg, const struct ebpf_btf_type *target,
			 const struct ebpf_btf **btf, u32 *id)
{
	const char *name = ebpf_btf_name(env->load->btf, target->name_off);
	u32 kind = ebpf_btf_kind(target);
	char essential[CORE_NAME_MAX];
	s32 found = -ENOENT;

	*btf = ebpf_kernel_btf(env);
	if (*btf && btf_is(target, BTF_STRUCTS) && name && name[0] &&
	    ebpf_core_trim(essential, name))
		found = ebpf_btf_find(*btf, essential, kind);
	if (found < 0) {
		vlog(env, "arg#%d reference type('%s %s') has no matches\n", arg,
		     ebpf_btf_kind_name(target), name ? name : "");
		return -ENOENT;
	}
	if (ebpf_btf_find_next(*btf, essential, kind, found) > 0) {
		vlog(env, "arg#%d reference type('%s %s') is ambiguous\n", arg,
		     ebpf_btf_kind_name(target), name);
		return -ESRCH;
	}
	*id = found;
	return 0;
}
