// SPDX-License-Identifier: GPL-2.0-only
/*
 * The BTF checker's log, in Linux's form.
 */
#include "verifier/btf/btf_internal.h"

#define WHY_MAX	128	/* bytes of the reason at the end of a line */
/* A name as far as a line of Linux's reaches: what is behind it is not even counted. */
#define NAME	"%.1023s"

static const char * const kind_names[NR_EBPF_BTF_KINDS] = {
	[EBPF_BTF_KIND_UNKN] = "UNKNOWN",
	[EBPF_BTF_KIND_INT] = "INT",
	[EBPF_BTF_KIND_PTR] = "PTR",
	[EBPF_BTF_KIND_ARRAY] = "ARRAY",
	[EBPF_BTF_KIND_STRUCT] = "STRUCT",
	[EBPF_BTF_KIND_UNION] = "UNION",
	[EBPF_BTF_KIND_ENUM] = "ENUM",
	[EBPF_BTF_KIND_FWD] = "FWD",
	[EBPF_BTF_KIND_TYPEDEF] = "TYPEDEF",
	[EBPF_BTF_KIND_VOLATILE] = "VOLATILE",
	[EBPF_BTF_KIND_CONST] = "CONST",
	[EBPF_BTF_KIND_RESTRICT] = "RESTRICT",
	[EBPF_BTF_KIND_FUNC] = "FUNC",
	[EBPF_BTF_KIND_FUNC_PROTO] = "FUNC_PROTO",
	[EBPF_BTF_KIND_VAR] = "VAR",
	[EBPF_BTF_KIND_DATASEC] = "DATASEC",
	[EBPF_BTF_KIND_FLOAT] = "FLOAT",
	[EBPF_BTF_KIND_DECL_TAG] = "DECL_TAG",
	[EBPF_BTF_KIND_TYPE_TAG] = "TYPE_TAG",
	[EBPF_BTF_KIND_ENUM64] = "ENUM64",
};

const char *ebpf_btf_kind_name(const struct ebpf_btf_type *t)
{
	return kind_names[ebpf_btf_kind(t) < NR_EBPF_BTF_KINDS ? ebpf_btf_kind(t) : 0];
}

const char *ebpf_btf_log_name(const struct ebpf_btf *btf, u32 name_off)
{
	const char *name;

	if (!name_off)
		return "(anon)";
	name = ebpf_btf_name(btf, name_off);
	return name ? name : "(invalid-name-offset)";
}

static const char *encoding_name(u32 encoding)
{
	switch (encoding) {
	case 0:
		return "(none)";
	case EBPF_BTF_INT_SIGNED:
		return "SIGNED";
	case EBPF_BTF_INT_CHAR:
		return "CHAR";
	case EBPF_BTF_INT_BOOL:
		return "BOOL";
	default:
		return "UNKN";
	}
}

static void log_int(struct btf_env *env, const struct ebpf_btf_type *t)
{
	u32 data = ebpf_btf_int_data(t);

	btf_log(env, "size=%u bits_offset=%u nr_bits=%u encoding=%s", t->size,
		EBPF_BTF_INT_OFFSET(data), EBPF_BTF_INT_BITS(data),
		encoding_name(EBPF_BTF_INT_ENCODING(data)));
}

static void log_func_proto(struct btf_env *env, const struct ebpf_btf_type *t)
{
	const struct ebpf_btf_param *args = ebpf_btf_params(t);
	u32 i, nr = ebpf_btf_vlen(t);

	btf_log(env, "return=%u args=(", t->type);
	if (!nr)
		btf_log(env, "void");
	for (i = 0; i < nr; i++) {
		const char *sep = i ? ", " : "";

		if (i == nr - 1 && !args[i].type)
			btf_log(env, "%svararg", sep);
		else
			btf_log(env, "%s%u " NAME, sep, args[i].type,
				ebpf_btf_log_name(env->btf, args[i].name_off));
	}
	btf_log(env, ")");
}

static void log_details(struct btf_env *env, const struct ebpf_btf_type *t)
{
	switch (ebpf_btf_kind(t)) {
	case EBPF_BTF_KIND_INT:
		return log_int(env, t);
	case EBPF_BTF_KIND_FUNC_PROTO:
		return log_func_proto(env, t);
	case EBPF_BTF_KIND_ARRAY:
		btf_log(env, "type_id=%u index_type_id=%u nr_elems=%u", ebpf_btf_array(t)->type,
			ebpf_btf_array(t)->index_type, ebpf_btf_array(t)->nelems);
		break;
	case EBPF_BTF_KIND_STRUCT:
	case EBPF_BTF_KIND_UNION:
	case EBPF_BTF_KIND_ENUM:
	case EBPF_BTF_KIND_ENUM64:
	case EBPF_BTF_KIND_DATASEC:
		btf_log(env, "size=%u vlen=%u", t->size, ebpf_btf_vlen(t));
		break;
	case EBPF_BTF_KIND_FWD:
		btf_log(env, "%s", ebpf_btf_kflag(t) ? "union" : "struct");
		break;
	case EBPF_BTF_KIND_VAR:
		btf_log(env, "type_id=%u linkage=%u", t->type,
			((const struct ebpf_btf_var *)(t + 1))->linkage);
		break;
	case EBPF_BTF_KIND_FLOAT:
		btf_log(env, "size=%u", t->size);
		break;
	case EBPF_BTF_KIND_DECL_TAG:
		btf_log(env, "type=%u component_idx=%d", t->type,
			((const struct ebpf_btf_decl_tag *)(t + 1))->component_idx);
		break;
	default:
		btf_log(env, "type_id=%u", t->type);
	}
}

__attribute__((format(printf, 2, 0)))
static void log_why(struct btf_env *env, const char *why, va_list args)
{
	char text[WHY_MAX];

	if (why) {
		ebpf_vscnprintf(text, sizeof(text), why, args);
		btf_log(env, " %s\n", text);
	} else {
		btf_log(env, "\n");
	}
}

static void log_head(struct btf_env *env, const struct ebpf_btf_type *t, const char *sep)
{
	btf_log(env, "[%u] %s " NAME "%s", env->id, kind_names[ebpf_btf_kind(t)],
		ebpf_btf_log_name(env->btf, t->name_off), sep);
}

int ebpf_btf_log_type(struct btf_env *env, const struct ebpf_btf_type *t, const char *why, ...)
{
	va_list args;

	if (!btf_logs(env))
		return -EINVAL;
	log_head(env, t, " ");
	log_details(env, t);
	va_start(args, why);
	log_why(env, why, args);
	va_end(args);
	return -EINVAL;
}

int ebpf_btf_log_basic(struct btf_env *env, const struct ebpf_btf_type *t, const char *why, ...)
{
	va_list args;

	if (!btf_logs(env))
		return -EINVAL;
	log_head(env, t, "");
	va_start(args, why);
	log_why(env, why, args);
	va_end(args);
	return -EINVAL;
}

/* In the second phase the type was logged long before: name it once more. */
static void log_owner(struct btf_env *env, const struct ebpf_btf_type *t)
{
	if (env->phase != BTF_CHECK_META)
		ebpf_btf_log_type(env, t, NULL);
}

int ebpf_btf_log_member(struct btf_env *env, const struct ebpf_btf_type *t,
			const struct ebpf_btf_member *member, const char *why, ...)
{
	const char *name;
	va_list args;

	if (!btf_logs(env))
		return -EINVAL;
	log_owner(env, t);
	name = ebpf_btf_log_name(env->btf, member->name_off);
	if (ebpf_btf_kflag(t))
		btf_log(env, "\t%s type_id=%u bitfield_size=%u bits_offset=%u", name, member->type,
			EBPF_BTF_MEMBER_BITFIELD_SIZE(member->offset),
			EBPF_BTF_MEMBER_BIT_OFFSET(member->offset));
	else
		btf_log(env, "\t%s type_id=%u bits_offset=%u", name, member->type, member->offset);
	va_start(args, why);
	log_why(env, why, args);
	va_end(args);
	return -EINVAL;
}

int ebpf_btf_log_secinfo(struct btf_env *env, const struct ebpf_btf_type *t,
			 const struct ebpf_btf_var_secinfo *vsi, const char *why, ...)
{
	va_list args;

	if (!btf_logs(env))
		return -EINVAL;
	log_owner(env, t);
	btf_log(env, "\t type_id=%u offset=%u size=%u", vsi->type, vsi->offset, vsi->size);
	va_start(args, why);
	log_why(env, why, args);
	va_end(args);
	return -EINVAL;
}
