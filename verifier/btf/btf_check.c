// SPDX-License-Identifier: GPL-2.0-only
/*
 * First phase: one type after the other, each by itself.
 */
#include "verifier/btf/btf_internal.h"

#define INFO_MASK	0x9f00ffffU	/* kflag, kind, vlen */

static int add_type(struct btf_env *env, u32 off)
{
	struct ebpf_btf *btf = env->btf;
	u32 room;
	u32 *offs;

	if (btf->start_id + btf->nr > EBPF_BTF_MAX_TYPE) {
		btf_log(env, "Too many BTF types");
		return -E2BIG;
	}
	if (btf->nr == btf->room) {
		room = btf->room ? btf->room + btf->room / 2 : 64;
		offs = ebpf_realloc(btf->offs, btf->room * sizeof(*offs), room * sizeof(*offs));
		if (!offs)
			return -ENOMEM;
		btf->offs = offs;
		btf->room = room;
	}
	btf->offs[btf->nr++] = off;
	return 0;
}

/* Bytes of the type at @t, of which @left are in the section. */
static s32 check_type(struct btf_env *env, const struct ebpf_btf_type *t, u32 left)
{
	s32 more;

	if (left < sizeof(*t)) {
		btf_log(env, "[%u] meta_left:%u meta_needed:%u", env->id, left, (u32)sizeof(*t));
		return -EINVAL;
	}
	if (t->info & ~INFO_MASK) {
		btf_log(env, "[%u] Invalid btf_info:%x", env->id, t->info);
		return -EINVAL;
	}
	if (ebpf_btf_kind(t) > EBPF_BTF_KIND_MAX || ebpf_btf_kind(t) == EBPF_BTF_KIND_UNKN) {
		btf_log(env, "[%u] Invalid kind:%u", env->id, ebpf_btf_kind(t));
		return -EINVAL;
	}
	if (!ebpf_btf_name_off_valid(env->btf, t->name_off)) {
		btf_log(env, "[%u] Invalid name_offset:%u", env->id, t->name_off);
		return -EINVAL;
	}
	more = ebpf_btf_check_kind(env, t, left - sizeof(*t));
	return more < 0 ? more : (s32)sizeof(*t) + more;
}

int ebpf_btf_check_types(struct btf_env *env)
{
	const struct ebpf_btf *btf = env->btf;
	u32 off = 0, len = btf->hdr.type_len;
	s32 size;
	int err;

	env->phase = BTF_CHECK_META;
	for (env->id = btf->start_id; off < len; env->id++, off += size) {
		size = check_type(env, (const struct ebpf_btf_type *)(btf->types + off), len - off);
		if (size < 0)
			return size;
		err = add_type(env, off);
		if (err)
			return err;
		if (!(env->id % BTF_YIELD_TYPES) && ebpf_yield())
			return -EAGAIN;
	}
	return 0;
}
