/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Relocations by type information (CO-RE) that come with a program: places in types as its
 * compiler saw them are looked up in the kernel's, and instructions changed accordingly.
 * core_spec.c says what a relocation is about, core_match.c finds it in another type,
 * core_relo.c does the rest.
 */
#ifndef _VERIFIER_CORE_H
#define _VERIFIER_CORE_H

#include <ebpf/btf.h>
#include <ebpf/verifier.h>

#define CORE_MAX_STEPS	64
#define CORE_NAME_MAX	128	/* with the NUL: no type of a kernel has a longer one */

/**
 * struct core_step - one step from a type to what is in it
 * @member:  the member of @owner, or NULL: an element of an array (the first step: of what
 *           a pointer points to)
 * @type_id: of elements: their type, no modifier
 * @idx:     which of them
 */
struct core_step {
	const struct ebpf_btf_member *member;
	const struct ebpf_btf_type *owner;
	u32 type_id;
	u32 idx;
};

/* What a relocation is about, in one BTF. */
struct core_spec {
	const struct ebpf_btf *btf;
	u32 root_id;
	u32 kind;		/* enum ebpf_core_relo_kind */
	u32 len;
	u32 bits;		/* of what the last step leads to, from the start */
	u64 value;		/* of enumerators */
	const char *name;	/* of enumerators */
	struct core_step steps[CORE_MAX_STEPS];
};

static inline bool core_is_type(u32 kind)
{
	return kind == EBPF_CORE_TYPE_ID_LOCAL || kind == EBPF_CORE_TYPE_ID_TARGET ||
	       kind == EBPF_CORE_TYPE_EXISTS || kind == EBPF_CORE_TYPE_SIZE ||
	       kind == EBPF_CORE_TYPE_MATCHES;
}

static inline bool core_is_enumval(u32 kind)
{
	return kind == EBPF_CORE_ENUMVAL_EXISTS || kind == EBPF_CORE_ENUMVAL_VALUE;
}

static inline bool core_is_field(u32 kind)
{
	return kind <= EBPF_CORE_FIELD_RSHIFT_U64;
}

/* Of a BTF_KIND_*, not of a relocation's. */
static inline bool core_kind_is_enum(u32 kind)
{
	return kind == EBPF_BTF_KIND_ENUM || kind == EBPF_BTF_KIND_ENUM64;
}

/* Characters of @name before a flavor ("___old") of it. */
u32 ebpf_core_name_len(const char *name);
/* @name without its flavor, in @buf of CORE_NAME_MAX. False: too long for any kernel's type. */
bool ebpf_core_trim(char *buf, const char *name);
bool ebpf_core_same_name(const char *a, const char *b);

/* core_spec.c: from "0:1:2", of @relo. -EINVAL, -E2BIG. */
int ebpf_core_parse(struct core_spec *spec, const struct ebpf_btf *btf,
		    const struct ebpf_core_relo *relo);
int ebpf_core_add_element(struct core_spec *spec, u32 type_id, u32 idx);
/* May element @idx of array @t be one beyond its end, as of a struct's last member? */
bool ebpf_core_in_array(const struct core_spec *spec, const struct ebpf_btf_type *t, u32 idx);
int ebpf_core_add_member(struct core_spec *spec, const struct ebpf_btf_type *owner,
			 const struct ebpf_btf_member *member, u32 bits);
u64 ebpf_core_enum_value(const struct ebpf_btf_type *t, u32 idx, u32 *name_off);

/* core_match.c: @targ, of @btf and its type @id, is what @local is about. 1, 0: there is no
 * such thing in it; -EINVAL, -E2BIG.
 */
int ebpf_core_match(const struct core_spec *local, struct core_spec *targ,
		    const struct ebpf_btf *btf, u32 id);

/* core_types.c, for EBPF_CORE_TYPE_MATCHES: 1, 0, -EINVAL for too deep nesting, -ENOMEM. */
int ebpf_core_types_match(const struct core_spec *local, const struct core_spec *targ);

#endif /* _VERIFIER_CORE_H */
