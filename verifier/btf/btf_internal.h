/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the BTF engine's files share.
 *
 * Checking goes in two phases, as in Linux: each type by itself (btf_check.c),
 * which makes it safe to read; then types through each other (btf_resolve.c),
 * which makes following them end and gives them sizes.
 */
#ifndef _VERIFIER_BTF_INTERNAL_H
#define _VERIFIER_BTF_INTERNAL_H

#include <ebpf/btf.h>
#include <ebpf/services.h>
#include <ebpf/verifier.h>

#define BTF_NAME_MAX	512	/* characters of an identifier */
#define BTF_YIELD_TYPES	4096

/**
 * struct ebpf_btf - parsed type information
 * @copy:      the blob, if it is ours to free
 * @data:      the blob
 * @types:     start of its type section
 * @strings:   start of its string section
 * @offs:      offset in the type section of each own type
 * @nr:        own types
 * @start_id:  id of the first own type: 1, or where the base ends
 * @start_str: offset of the first own string: 0, or where the base's end
 * @res_ids:   of modifiers, pointers, variables: the type they end in; NULL in
 *             BTF that was not resolved
 * @res_sizes: of arrays: bytes
 * @hash:      heads of the chains of @next, by name and kind; NULL without
 * @next:      own index + 1 of the next type in the chain
 */
struct ebpf_btf {
	void *copy;
	const u8 *data;
	u32 size;
	struct ebpf_btf_header hdr;
	const u8 *types;
	const char *strings;
	const struct ebpf_btf *base;
	u32 *offs;
	u32 nr, room;
	u32 start_id;
	u32 start_str;
	u32 *res_ids;
	u32 *res_sizes;
	u32 *hash;
	u32 *next;
	u32 hash_mask;
};

enum btf_phase { BTF_CHECK_META, BTF_CHECK_TYPE };

/**
 * struct btf_env - one check
 * @log:    NULL or silent: nothing is written
 * @id:     the type being looked at, for the log
 * @trusted: the kernel's own: tags may be of kinds that came after Linux 6.1
 */
struct btf_env {
	struct ebpf_btf *btf;
	struct ebpf_log *log;
	enum btf_phase phase;
	u32 id;
	bool trusted;
};

static inline bool btf_logs(const struct btf_env *env)
{
	return env->log && env->log->level && !env->log->failed;
}

#define btf_log(env, ...)						\
	do {								\
		if (btf_logs(env))					\
			ebpf_log_printf((env)->log, __VA_ARGS__);	\
	} while (0)

/* btf_log.c: a line about a type, a member, a variable of a section; @why may be
 * NULL. All return -EINVAL, which most callers have to return.
 */
int ebpf_btf_log_type(struct btf_env *env, const struct ebpf_btf_type *t, const char *why, ...)
	__attribute__((format(printf, 3, 4)));
/* Without what the kind adds, for a type that is cut short. */
int ebpf_btf_log_basic(struct btf_env *env, const struct ebpf_btf_type *t, const char *why, ...)
	__attribute__((format(printf, 3, 4)));
int ebpf_btf_log_member(struct btf_env *env, const struct ebpf_btf_type *t,
			const struct ebpf_btf_member *member, const char *why, ...)
	__attribute__((format(printf, 4, 5)));
int ebpf_btf_log_secinfo(struct btf_env *env, const struct ebpf_btf_type *t,
			 const struct ebpf_btf_var_secinfo *vsi, const char *why, ...)
	__attribute__((format(printf, 4, 5)));
const char *ebpf_btf_log_name(const struct ebpf_btf *btf, u32 name_off);
/* "STRUCT", "PTR", ... */
const char *ebpf_btf_kind_name(const struct ebpf_btf_type *t);

/* btf_names.c. An offset is valid when it lies in a string section. */
bool ebpf_btf_name_off_valid(const struct ebpf_btf *btf, u32 name_off);
bool ebpf_btf_identifier_valid(const struct ebpf_btf *btf, u32 name_off);
bool ebpf_btf_section_valid(const struct ebpf_btf *btf, u32 name_off);

/* btf_check.c: checks and numbers every type of the type section. */
int ebpf_btf_check_types(struct btf_env *env);
/* btf_kinds.c: one type by itself, @left bytes after its common part; returns
 * how many of them it takes.
 */
s32 ebpf_btf_check_kind(struct btf_env *env, const struct ebpf_btf_type *t, u32 left);
/* btf_layout.c: kinds with members or variables, the same way. */
s32 ebpf_btf_check_struct(struct btf_env *env, const struct ebpf_btf_type *t, u32 left);
s32 ebpf_btf_check_enum(struct btf_env *env, const struct ebpf_btf_type *t, u32 left);
s32 ebpf_btf_check_datasec(struct btf_env *env, const struct ebpf_btf_type *t, u32 left);
/* What the parts of one type cost, or -EINVAL when they do not fit in @left. */
s32 ebpf_btf_need(struct btf_env *env, const struct ebpf_btf_type *t, u32 left, u32 need);

/* btf_resolve.c: types through each other. */
int ebpf_btf_resolve_types(struct btf_env *env);
/* btf_member.c: does a member of type @mtype fit where it is put? */
int ebpf_btf_check_member(struct btf_env *env, const struct ebpf_btf_type *t,
			  const struct ebpf_btf_member *member, const struct ebpf_btf_type *mtype);
bool ebpf_btf_int_is_regular(const struct ebpf_btf_type *t);

/* btf_index.c: makes finding by name fast. -ENOMEM or 0. */
int ebpf_btf_index(struct ebpf_btf *btf);

/* btf_query.c: ebpf_btf_type_size() that tells the id, too. */
const struct ebpf_btf_type *ebpf_btf_type_id_size(const struct ebpf_btf *btf, u32 *id, u32 *size);

#define BTF_KIND_BIT(kind)	(1U << (EBPF_BTF_KIND_##kind))
/* Whether @t is of one of the kinds in @mask. Void is UNKN. */
static inline bool btf_is(const struct ebpf_btf_type *t, u32 mask)
{
	return mask >> ebpf_btf_kind(t) & 1;
}

/* In BTF that was checked, nothing else is of that kind. */
static inline bool btf_is_void(const struct ebpf_btf_type *t)
{
	return ebpf_btf_kind(t) == EBPF_BTF_KIND_UNKN;
}

#define BTF_MODIFIERS	(BTF_KIND_BIT(TYPEDEF) | BTF_KIND_BIT(VOLATILE) | BTF_KIND_BIT(CONST) | \
			 BTF_KIND_BIT(RESTRICT) | BTF_KIND_BIT(TYPE_TAG))
#define BTF_STRUCTS	(BTF_KIND_BIT(STRUCT) | BTF_KIND_BIT(UNION))
#define BTF_NEED_RESOLVE (BTF_MODIFIERS | BTF_STRUCTS | BTF_KIND_BIT(PTR) | BTF_KIND_BIT(ARRAY) | \
			 BTF_KIND_BIT(VAR) | BTF_KIND_BIT(FUNC) | BTF_KIND_BIT(DECL_TAG) | \
			 BTF_KIND_BIT(DATASEC))
/* Have no size, whatever one follows. */
#define BTF_SIZELESS	(BTF_KIND_BIT(UNKN) | BTF_KIND_BIT(FWD) | BTF_KIND_BIT(FUNC) | \
			 BTF_KIND_BIT(FUNC_PROTO) | BTF_KIND_BIT(DECL_TAG))
/* Carry their size. */
#define BTF_SIZED	(BTF_KIND_BIT(INT) | BTF_STRUCTS | BTF_KIND_BIT(ENUM) | \
			 BTF_KIND_BIT(DATASEC) | BTF_KIND_BIT(FLOAT) | BTF_KIND_BIT(ENUM64))
/* Nothing may refer to them but sections and tags. */
#define BTF_SOURCES	(BTF_KIND_BIT(VAR) | BTF_KIND_BIT(DECL_TAG) | BTF_KIND_BIT(DATASEC))

#endif /* _VERIFIER_BTF_INTERNAL_H */
