// SPDX-License-Identifier: GPL-2.0-only
/*
 * The same thing in another type: members by their names, wherever they are; types by what can be
 * read as one of them.
 */
#include "verifier/core.h"

/* Pointers and arrays on the way to what counts. */
#define MAX_DEPTH	32

static bool is_struct(u32 kind)
{
	return kind == EBPF_BTF_KIND_STRUCT || kind == EBPF_BTF_KIND_UNION;
}

static bool same_kind(u32 a, u32 b)
{
	return a == b || (core_kind_is_enum(a) && core_kind_is_enum(b));
}

/* Whole bytes, as all ints of today. */
static bool is_plain_int(const struct ebpf_btf_type *t)
{
	return !EBPF_BTF_INT_OFFSET(ebpf_btf_int_data(t));
}

/* Enums and forward declarations: the same name, or one has none. */
static bool names_fit(const struct core_spec *local, const struct ebpf_btf_type *lt,
		      const struct core_spec *targ, const struct ebpf_btf_type *tt)
{
	const char *a = ebpf_btf_name(local->btf, lt->name_off);
	const char *b = ebpf_btf_name(targ->btf, tt->name_off);

	return a && b && (!*a || !*b || ebpf_core_same_name(a, b));
}

/* Can a member of type @local_id be read where there is one of @targ_id? */
static bool members_fit(const struct core_spec *local, u32 local_id, const struct core_spec *targ,
			u32 targ_id)
{
	const struct ebpf_btf_type *lt, *tt;
	u32 depth, kind;

	for (depth = 0; depth < MAX_DEPTH; depth++) {
		lt = ebpf_btf_skip_modifiers(local->btf, local_id, NULL);
		tt = ebpf_btf_skip_modifiers(targ->btf, targ_id, NULL);
		if (!lt || !tt)
			return false;
		kind = ebpf_btf_kind(lt);
		if (is_struct(kind) && is_struct(ebpf_btf_kind(tt)))
			return true;
		if (!same_kind(kind, ebpf_btf_kind(tt)))
			return false;
		switch (kind) {
		case EBPF_BTF_KIND_PTR:
		case EBPF_BTF_KIND_FLOAT:
			return true;
		case EBPF_BTF_KIND_FWD:
		case EBPF_BTF_KIND_ENUM:
		case EBPF_BTF_KIND_ENUM64:
			return names_fit(local, lt, targ, tt);
		case EBPF_BTF_KIND_INT:
			return is_plain_int(lt) && is_plain_int(tt);
		case EBPF_BTF_KIND_ARRAY:
			local_id = ebpf_btf_array(lt)->type;
			targ_id = ebpf_btf_array(tt)->type;
			break;
		default:
			return false;
		}
	}
	return false;
}

/* One level of a type and what it leads to: 1, 0, or -EAGAIN: *@local_id and *@targ_id decide. */
static int type_step(const struct core_spec *local, u32 *local_id, const struct core_spec *targ,
		     u32 *targ_id)
{
	const struct ebpf_btf_type *lt, *tt;

	lt = ebpf_btf_skip_modifiers(local->btf, *local_id, NULL);
	tt = ebpf_btf_skip_modifiers(targ->btf, *targ_id, NULL);
	if (!lt || !tt || !same_kind(ebpf_btf_kind(lt), ebpf_btf_kind(tt)))
		return 0;
	switch (ebpf_btf_kind(lt)) {
	case EBPF_BTF_KIND_UNKN:
	case EBPF_BTF_KIND_STRUCT:
	case EBPF_BTF_KIND_UNION:
	case EBPF_BTF_KIND_ENUM:
	case EBPF_BTF_KIND_ENUM64:
	case EBPF_BTF_KIND_FWD:
	/* Of functions in arguments of functions no more is asked. */
	case EBPF_BTF_KIND_FUNC_PROTO:
		return 1;
	case EBPF_BTF_KIND_INT:
		return is_plain_int(lt) && is_plain_int(tt);
	case EBPF_BTF_KIND_PTR:
		*local_id = lt->type;
		*targ_id = tt->type;
		return -EAGAIN;
	case EBPF_BTF_KIND_ARRAY:
		*local_id = ebpf_btf_array(lt)->type;
		*targ_id = ebpf_btf_array(tt)->type;
		return -EAGAIN;
	default:
		return 0;
	}
}

static bool simple_types_fit(const struct core_spec *local, u32 local_id,
			     const struct core_spec *targ, u32 targ_id)
{
	int depth, ret = -EAGAIN;

	for (depth = 0; depth < MAX_DEPTH && ret == -EAGAIN; depth++)
		ret = type_step(local, &local_id, targ, &targ_id);
	return ret == 1;
}

static bool protos_fit(const struct core_spec *local, const struct ebpf_btf_type *lt,
		       const struct core_spec *targ, const struct ebpf_btf_type *tt)
{
	u32 i;

	if (ebpf_btf_vlen(lt) != ebpf_btf_vlen(tt))
		return false;
	for (i = 0; i < ebpf_btf_vlen(lt); i++)
		if (!simple_types_fit(local, ebpf_btf_params(lt)[i].type, targ,
				      ebpf_btf_params(tt)[i].type))
			return false;
	return simple_types_fit(local, lt->type, targ, tt->type);
}

/* Their names are the same. */
static bool types_fit(const struct core_spec *local, const struct core_spec *targ)
{
	const struct ebpf_btf_type *lt = ebpf_btf_func_proto(local->btf, local->root_id);
	const struct ebpf_btf_type *tt = ebpf_btf_func_proto(targ->btf, targ->root_id);

	if (lt && tt)
		return protos_fit(local, lt, targ, tt);
	return !lt == !tt && simple_types_fit(local, local->root_id, targ, targ->root_id);
}

static int match_enumval(const struct core_spec *local, struct core_spec *targ)
{
	const struct ebpf_btf_type *t = ebpf_btf_skip_modifiers(targ->btf, targ->root_id, NULL);
	u32 i, name_off;

	if (!t || !core_kind_is_enum(ebpf_btf_kind(t)))
		return 0;
	for (i = 0; i < ebpf_btf_vlen(t); i++) {
		targ->value = ebpf_core_enum_value(t, i, &name_off);
		targ->name = ebpf_btf_name(targ->btf, name_off);
		if (targ->name && ebpf_core_same_name(local->name, targ->name))
			return 1;
	}
	return 0;
}

static int match_member(const struct core_spec *local, const struct core_step *step,
			struct core_spec *targ, u32 *id)
{
	const char *name = ebpf_btf_name(local->btf, step->member->name_off);
	const struct ebpf_btf_member *member;
	const struct ebpf_btf_type *owner;
	u32 bits;
	int err;

	member = ebpf_btf_find_member_in(targ->btf, *id, name, &bits, &owner);
	if (!member || !members_fit(local, step->member->type, targ, member->type))
		return 0;
	err = ebpf_core_add_member(targ, owner, member, bits);
	*id = member->type;
	return err ? err : 1;
}

static int match_element(const struct core_step *step, bool first, struct core_spec *targ, u32 *id)
{
	const struct ebpf_btf_type *t = ebpf_btf_skip_modifiers(targ->btf, *id, id);
	int err;

	if (!t)
		return -EINVAL;
	/* The first is of what the pointer points to already. */
	if (!first) {
		if (ebpf_btf_kind(t) != EBPF_BTF_KIND_ARRAY ||
		    !ebpf_core_in_array(targ, t, step->idx))
			return 0;
		if (!ebpf_btf_skip_modifiers(targ->btf, ebpf_btf_array(t)->type, id))
			return -EINVAL;
	}
	err = ebpf_core_add_element(targ, *id, step->idx);
	return err ? err : 1;
}

int ebpf_core_match(const struct core_spec *local, struct core_spec *targ,
		    const struct ebpf_btf *btf, u32 id)
{
	int ret = 1;
	u32 i;

	memset(targ, 0, sizeof(*targ));
	targ->btf = btf;
	targ->root_id = id;
	targ->kind = local->kind;
	if (local->kind == EBPF_CORE_TYPE_MATCHES)
		return ebpf_core_types_match(local, targ);
	if (core_is_type(local->kind))
		return types_fit(local, targ);
	if (core_is_enumval(local->kind))
		return match_enumval(local, targ);
	for (i = 0; i < local->len && ret > 0; i++) {
		const struct core_step *step = &local->steps[i];

		if (step->member)
			ret = match_member(local, step, targ, &id);
		else
			ret = match_element(step, !i, targ, &id);
	}
	return ret;
}
