// SPDX-License-Identifier: GPL-2.0-only
/*
 * Structs, unions, enums and sections by themselves.
 */
#include "verifier/btf/btf_internal.h"

/* @end: bits at which the members before begin, at most */
static int check_member(struct btf_env *env, const struct ebpf_btf_type *t,
			const struct ebpf_btf_member *member, u32 end)
{
	u32 bits = ebpf_btf_member_bits(t, member);

	if (!ebpf_btf_name_off_valid(env->btf, member->name_off))
		return ebpf_btf_log_member(env, t, member, "Invalid member name_offset:%u",
					   member->name_off);
	if (member->name_off && !ebpf_btf_identifier_valid(env->btf, member->name_off))
		return ebpf_btf_log_member(env, t, member, "Invalid name");
	if (!member->type || member->type > EBPF_BTF_MAX_TYPE)
		return ebpf_btf_log_member(env, t, member, "Invalid type_id");
	if (ebpf_btf_kind(t) == EBPF_BTF_KIND_UNION && bits)
		return ebpf_btf_log_member(env, t, member, "Invalid member bits_offset");
	/* Several may begin at the same bit: the one before can be empty. */
	if (end > bits)
		return ebpf_btf_log_member(env, t, member, "Invalid member bits_offset");
	if (bits / 8 + !!(bits % 8) > t->size)
		return ebpf_btf_log_member(env, t, member,
					   "Member bits_offset exceeds its struct size");
	ebpf_btf_log_member(env, t, member, NULL);
	return 0;
}

s32 ebpf_btf_check_struct(struct btf_env *env, const struct ebpf_btf_type *t, u32 left)
{
	const struct ebpf_btf_member *members = ebpf_btf_members(t);
	u32 i, end = 0, nr = ebpf_btf_vlen(t);
	s32 need = ebpf_btf_need(env, t, left, nr * sizeof(*members));

	if (need < 0)
		return need;
	if (t->name_off && !ebpf_btf_identifier_valid(env->btf, t->name_off))
		return ebpf_btf_log_type(env, t, "Invalid name");
	ebpf_btf_log_type(env, t, NULL);
	for (i = 0; i < nr; i++) {
		if (check_member(env, t, &members[i], end))
			return -EINVAL;
		end = ebpf_btf_member_bits(t, &members[i]);
	}
	return need;
}

/* Both kinds of enumerators start with the offset of the name. */
static int check_enumerator(struct btf_env *env, const struct ebpf_btf_type *t, const void *p)
{
	u32 name_off = *(const u32 *)p;

	if (!ebpf_btf_name_off_valid(env->btf, name_off)) {
		btf_log(env, "\tInvalid name_offset:%u", name_off);
		return -EINVAL;
	}
	if (!name_off || !ebpf_btf_identifier_valid(env->btf, name_off))
		return ebpf_btf_log_type(env, t, "Invalid name");
	return 0;
}

static void log_enumerator(struct btf_env *env, const struct ebpf_btf_type *t, const void *p)
{
	const char *name = ebpf_btf_log_name(env->btf, *(const u32 *)p);
	const struct ebpf_btf_enum64 *e = p;
	u64 val;

	if (ebpf_btf_kind(t) == EBPF_BTF_KIND_ENUM) {
		btf_log(env, ebpf_btf_kflag(t) ? "\t%s val=%d\n" : "\t%s val=%u\n", name,
			((const struct ebpf_btf_enum *)p)->val);
		return;
	}
	val = (u64)e->val_hi32 << 32 | e->val_lo32;
	btf_log(env, ebpf_btf_kflag(t) ? "\t%s val=%lld\n" : "\t%s val=%llu\n", name, val);
}

s32 ebpf_btf_check_enum(struct btf_env *env, const struct ebpf_btf_type *t, u32 left)
{
	bool small = ebpf_btf_kind(t) == EBPF_BTF_KIND_ENUM;
	u32 size = small ? sizeof(struct ebpf_btf_enum) : sizeof(struct ebpf_btf_enum64);
	const u8 *p = (const u8 *)(t + 1);
	u32 i, nr = ebpf_btf_vlen(t);
	s32 need = ebpf_btf_need(env, t, left, nr * size);

	if (need < 0)
		return need;
	if (!t->size || t->size > 8 || t->size & (t->size - 1))
		return ebpf_btf_log_type(env, t, "Unexpected size");
	if (t->name_off && !ebpf_btf_identifier_valid(env->btf, t->name_off))
		return ebpf_btf_log_type(env, t, "Invalid name");
	ebpf_btf_log_type(env, t, NULL);
	for (i = 0; i < nr; i++, p += size) {
		if (check_enumerator(env, t, p))
			return -EINVAL;
		log_enumerator(env, t, p);
	}
	return need;
}

static int check_secinfo(struct btf_env *env, const struct ebpf_btf_type *t,
			 const struct ebpf_btf_var_secinfo *vsi, u32 end)
{
	if (!vsi->type || vsi->type > EBPF_BTF_MAX_TYPE)
		return ebpf_btf_log_secinfo(env, t, vsi, "Invalid type_id");
	if (vsi->offset < end || vsi->offset >= t->size)
		return ebpf_btf_log_secinfo(env, t, vsi, "Invalid offset");
	if (!vsi->size || vsi->size > t->size)
		return ebpf_btf_log_secinfo(env, t, vsi, "Invalid size");
	if ((u64)vsi->offset + vsi->size > t->size)
		return ebpf_btf_log_secinfo(env, t, vsi, "Invalid offset+size");
	ebpf_btf_log_secinfo(env, t, vsi, NULL);
	return 0;
}

s32 ebpf_btf_check_datasec(struct btf_env *env, const struct ebpf_btf_type *t, u32 left)
{
	const struct ebpf_btf_var_secinfo *vsi = ebpf_btf_secinfos(t);
	u32 i, end = 0, nr = ebpf_btf_vlen(t);
	s32 need = ebpf_btf_need(env, t, left, nr * sizeof(*vsi));

	if (need < 0)
		return need;
	if (!t->size)
		return ebpf_btf_log_type(env, t, "size == 0");
	if (ebpf_btf_kflag(t))
		return ebpf_btf_log_type(env, t, "Invalid btf_info kind_flag");
	if (!t->name_off || !ebpf_btf_section_valid(env->btf, t->name_off))
		return ebpf_btf_log_type(env, t, "Invalid name");
	ebpf_btf_log_type(env, t, NULL);
	for (i = 0; i < nr; i++, vsi++) {
		if (check_secinfo(env, t, vsi, end))
			return -EINVAL;
		end = vsi->offset + vsi->size;
	}
	return need;
}
