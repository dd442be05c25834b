// SPDX-License-Identifier: GPL-2.0-only
/*
 * What each kind of type has to look like by itself.
 */
#include "verifier/btf/btf_internal.h"

#define INT_DATA_MASK	0x0fffffffU
#define INT_BITS_MAX	128

static bool id_valid(u32 id)
{
	return id <= EBPF_BTF_MAX_TYPE;
}

s32 ebpf_btf_need(struct btf_env *env, const struct ebpf_btf_type *t, u32 left, u32 need)
{
	if (left < need)
		return ebpf_btf_log_basic(env, t, "meta_left:%u meta_needed:%u", left, need);
	return need;
}

static int no_vlen(struct btf_env *env, const struct ebpf_btf_type *t)
{
	return ebpf_btf_vlen(t) ? ebpf_btf_log_type(env, t, "vlen != 0") : 0;
}

static int no_kflag(struct btf_env *env, const struct ebpf_btf_type *t)
{
	return ebpf_btf_kflag(t) ? ebpf_btf_log_type(env, t, "Invalid btf_info kind_flag") : 0;
}

/* Later kernels set the flag for attributes. */
static int no_tag_kflag(struct btf_env *env, const struct ebpf_btf_type *t)
{
	return env->trusted ? 0 : no_kflag(env, t);
}

static int bad_name(struct btf_env *env, const struct ebpf_btf_type *t)
{
	return ebpf_btf_log_type(env, t, "Invalid name");
}

static bool has_name(const struct btf_env *env, const struct ebpf_btf_type *t)
{
	return t->name_off && ebpf_btf_identifier_valid(env->btf, t->name_off);
}

/* Tags carry any text but the empty one. */
static bool has_text(const struct btf_env *env, const struct ebpf_btf_type *t)
{
	return ebpf_btf_name(env->btf, t->name_off)[0];
}

/* The last word on a type that is in order: a line in the log. */
static s32 accept(struct btf_env *env, const struct ebpf_btf_type *t, s32 need)
{
	ebpf_btf_log_type(env, t, NULL);
	return need;
}

static s32 check_int(struct btf_env *env, const struct ebpf_btf_type *t, u32 left)
{
	s32 need = ebpf_btf_need(env, t, left, sizeof(u32));
	u32 data, bits, encoding;

	if (need < 0 || no_vlen(env, t) || no_kflag(env, t))
		return -EINVAL;
	data = ebpf_btf_int_data(t);
	if (data & ~INT_DATA_MASK)
		return ebpf_btf_log_basic(env, t, "Invalid int_data:%x", data);
	bits = EBPF_BTF_INT_BITS(data) + EBPF_BTF_INT_OFFSET(data);
	if (bits > INT_BITS_MAX)
		return ebpf_btf_log_type(env, t, "nr_bits exceeds %u", INT_BITS_MAX);
	if ((bits + 7) / 8 > t->size)
		return ebpf_btf_log_type(env, t, "nr_bits exceeds type_size");
	encoding = EBPF_BTF_INT_ENCODING(data);
	if (encoding & (encoding - 1) || encoding > EBPF_BTF_INT_BOOL) {
		ebpf_btf_log_type(env, t, "Unsupported encoding");
		return -ENOTSUPP;
	}
	return accept(env, t, need);
}

/* pointers, modifiers, typedefs */
static s32 check_ref(struct btf_env *env, const struct ebpf_btf_type *t)
{
	u32 kind = ebpf_btf_kind(t);
	bool ok;

	if (no_vlen(env, t) ||
	    (kind == EBPF_BTF_KIND_TYPE_TAG ? no_tag_kflag(env, t) : no_kflag(env, t)))
		return -EINVAL;
	if (!id_valid(t->type))
		return ebpf_btf_log_type(env, t, "Invalid type_id");
	if (kind == EBPF_BTF_KIND_TYPEDEF)
		ok = has_name(env, t);
	else if (kind == EBPF_BTF_KIND_TYPE_TAG)
		ok = has_text(env, t);
	else
		ok = !t->name_off;
	return ok ? accept(env, t, 0) : bad_name(env, t);
}

static s32 check_fwd(struct btf_env *env, const struct ebpf_btf_type *t)
{
	if (no_vlen(env, t))
		return -EINVAL;
	if (t->type)
		return ebpf_btf_log_type(env, t, "type != 0");
	return has_name(env, t) ? accept(env, t, 0) : bad_name(env, t);
}

static s32 check_array(struct btf_env *env, const struct ebpf_btf_type *t, u32 left)
{
	s32 need = ebpf_btf_need(env, t, left, sizeof(struct ebpf_btf_array));
	const struct ebpf_btf_array *array = ebpf_btf_array(t);

	if (need < 0)
		return need;
	if (t->name_off)
		return bad_name(env, t);
	if (no_vlen(env, t) || no_kflag(env, t))
		return -EINVAL;
	if (t->size)
		return ebpf_btf_log_type(env, t, "size != 0");
	if (!array->type || !id_valid(array->type))
		return ebpf_btf_log_type(env, t, "Invalid elem");
	if (!array->index_type || !id_valid(array->index_type))
		return ebpf_btf_log_type(env, t, "Invalid index");
	return accept(env, t, need);
}

static s32 check_func(struct btf_env *env, const struct ebpf_btf_type *t)
{
	if (!has_name(env, t))
		return bad_name(env, t);
	if (ebpf_btf_vlen(t) > EBPF_BTF_FUNC_GLOBAL)
		return ebpf_btf_log_type(env, t, "Invalid func linkage");
	return no_kflag(env, t) ? -EINVAL : accept(env, t, 0);
}

static s32 check_func_proto(struct btf_env *env, const struct ebpf_btf_type *t, u32 left)
{
	s32 need = ebpf_btf_need(env, t, left, ebpf_btf_vlen(t) * sizeof(struct ebpf_btf_param));

	if (need < 0)
		return need;
	if (t->name_off)
		return bad_name(env, t);
	return no_kflag(env, t) ? -EINVAL : accept(env, t, need);
}

static s32 check_var(struct btf_env *env, const struct ebpf_btf_type *t, u32 left)
{
	s32 need = ebpf_btf_need(env, t, left, sizeof(struct ebpf_btf_var));
	const struct ebpf_btf_var *var = (const struct ebpf_btf_var *)(t + 1);

	if (need < 0 || no_vlen(env, t) || no_kflag(env, t))
		return -EINVAL;
	if (!has_name(env, t))
		return bad_name(env, t);
	if (!t->type || !id_valid(t->type))
		return ebpf_btf_log_type(env, t, "Invalid type_id");
	if (var->linkage != EBPF_BTF_VAR_STATIC && var->linkage != EBPF_BTF_VAR_GLOBAL_ALLOCATED)
		return ebpf_btf_log_type(env, t, "Linkage not supported");
	return accept(env, t, need);
}

static s32 check_float(struct btf_env *env, const struct ebpf_btf_type *t)
{
	if (no_vlen(env, t) || no_kflag(env, t))
		return -EINVAL;
	if (t->size != 2 && t->size != 4 && t->size != 8 && t->size != 12 && t->size != 16)
		return ebpf_btf_log_type(env, t, "Invalid type_size");
	return accept(env, t, 0);
}

static s32 check_decl_tag(struct btf_env *env, const struct ebpf_btf_type *t, u32 left)
{
	s32 need = ebpf_btf_need(env, t, left, sizeof(struct ebpf_btf_decl_tag));

	if (need < 0)
		return need;
	if (!has_text(env, t))
		return ebpf_btf_log_type(env, t, "Invalid value");
	if (no_vlen(env, t) || no_tag_kflag(env, t))
		return -EINVAL;
	if (((const struct ebpf_btf_decl_tag *)(t + 1))->component_idx < -1)
		return ebpf_btf_log_type(env, t, "Invalid component_idx");
	return accept(env, t, need);
}

s32 ebpf_btf_check_kind(struct btf_env *env, const struct ebpf_btf_type *t, u32 left)
{
	switch (ebpf_btf_kind(t)) {
	case EBPF_BTF_KIND_INT:
		return check_int(env, t, left);
	case EBPF_BTF_KIND_ARRAY:
		return check_array(env, t, left);
	case EBPF_BTF_KIND_STRUCT:
	case EBPF_BTF_KIND_UNION:
		return ebpf_btf_check_struct(env, t, left);
	case EBPF_BTF_KIND_ENUM:
	case EBPF_BTF_KIND_ENUM64:
		return ebpf_btf_check_enum(env, t, left);
	case EBPF_BTF_KIND_FWD:
		return check_fwd(env, t);
	case EBPF_BTF_KIND_FUNC:
		return check_func(env, t);
	case EBPF_BTF_KIND_FUNC_PROTO:
		return check_func_proto(env, t, left);
	case EBPF_BTF_KIND_VAR:
		return check_var(env, t, left);
	case EBPF_BTF_KIND_DATASEC:
		return ebpf_btf_check_datasec(env, t, left);
	case EBPF_BTF_KIND_FLOAT:
		return check_float(env, t);
	case EBPF_BTF_KIND_DECL_TAG:
		return check_decl_tag(env, t, left);
	default:
		return check_ref(env, t);
	}
}
