// SPDX-License-Identifier: GPL-2.0-only
/* What a relocation is about, step by step from a type that the program was compiled with. */
#include "verifier/core.h"

u32 ebpf_core_name_len(const char *name)
{
	u32 len = strlen(name), i;

	/* The last "x___y". */
	for (i = len; i-- > 4; )
		if (!memcmp(name + i - 3, "___", 3) && name[i - 4] != '_' && name[i] != '_')
			return i - 3;
	return len;
}

bool ebpf_core_trim(char *buf, const char *name)
{
	u32 len = ebpf_core_name_len(name);

	if (len >= CORE_NAME_MAX)
		return false;
	memcpy(buf, name, len);
	buf[len] = '\0';
	return true;
}

bool ebpf_core_same_name(const char *a, const char *b)
{
	u32 len = ebpf_core_name_len(a);

	return len == ebpf_core_name_len(b) && !memcmp(a, b, len);
}

int ebpf_core_add_element(struct core_spec *spec, u32 type_id, u32 idx)
{
	struct core_step *step = &spec->steps[spec->len];
	u64 bits;
	u32 size;

	if (spec->len == CORE_MAX_STEPS)
		return -E2BIG;
	if (!ebpf_btf_type_size(spec->btf, type_id, &size))
		return -EINVAL;
	bits = spec->bits + (u64)idx * size * 8;
	if (bits > U32_MAX)
		return -EINVAL;
	memset(step, 0, sizeof(*step));
	step->type_id = type_id;
	step->idx = idx;
	spec->bits = bits;
	spec->len++;
	return 0;
}

int ebpf_core_add_member(struct core_spec *spec, const struct ebpf_btf_type *owner,
			 const struct ebpf_btf_member *member, u32 bits)
{
	struct core_step *step = &spec->steps[spec->len];

	if (spec->len == CORE_MAX_STEPS)
		return -E2BIG;
	if (bits > U32_MAX - spec->bits)
		return -EINVAL;
	memset(step, 0, sizeof(*step));
	step->owner = owner;
	step->member = member;
	spec->bits += bits;
	spec->len++;
	return 0;
}

bool ebpf_core_in_array(const struct core_spec *spec, const struct ebpf_btf_type *t, u32 idx)
{
	const struct core_step *last = spec->len ? &spec->steps[spec->len - 1] : NULL;
	u32 nelems = ebpf_btf_array(t)->nelems;

	if (idx < nelems)
		return true;
	/* Without a size, at the end of a struct. */
	return !nelems && last && last->member &&
	       last->member == &ebpf_btf_members(last->owner)[ebpf_btf_vlen(last->owner) - 1];
}

u64 ebpf_core_enum_value(const struct ebpf_btf_type *t, u32 idx, u32 *name_off)
{
	if (ebpf_btf_kind(t) == EBPF_BTF_KIND_ENUM) {
		const struct ebpf_btf_enum *e = (const struct ebpf_btf_enum *)(t + 1) + idx;

		*name_off = e->name_off;
		return (u64)(s64)e->val;
	} else {
		const struct ebpf_btf_enum64 *e = (const struct ebpf_btf_enum64 *)(t + 1) + idx;

		*name_off = e->name_off;
		return (u64)e->val_hi32 << 32 | e->val_lo32;
	}
}

/* The number at *@text, and the ':' behind it. */
static int next_number(const char **text, u32 *number)
{
	const char *p = *text;
	u64 n = 0;

	if (*p < '0' || *p > '9')
		return -EINVAL;
	for (; *p >= '0' && *p <= '9'; p++) {
		n = n * 10 + (*p - '0');
		if (n > S32_MAX)
			return -EINVAL;
	}
	if (*p == ':')
		p++;
	else if (*p)
		return -EINVAL;
	*text = p;
	*number = n;
	return 0;
}

static int parse_enumval(struct core_spec *spec, const char *text)
{
	const struct ebpf_btf_type *t = ebpf_btf_skip_modifiers(spec->btf, spec->root_id, NULL);
	u32 kind = t ? ebpf_btf_kind(t) : 0, idx, name_off;

	if (!core_kind_is_enum(kind) ||
	    next_number(&text, &idx) || *text || idx >= ebpf_btf_vlen(t))
		return -EINVAL;
	spec->value = ebpf_core_enum_value(t, idx, &name_off);
	spec->name = ebpf_btf_name(spec->btf, name_off);
	return spec->name ? 0 : -EINVAL;
}

/* One step into *@id, which becomes the type of what is there. */
static int parse_step(struct core_spec *spec, u32 idx, u32 *id)
{
	const struct ebpf_btf_type *t = ebpf_btf_skip_modifiers(spec->btf, *id, NULL);
	const struct ebpf_btf_member *member;
	u32 kind = t ? ebpf_btf_kind(t) : 0, bits;

	if (kind == EBPF_BTF_KIND_ARRAY) {
		if (!ebpf_core_in_array(spec, t, idx) ||
		    !ebpf_btf_skip_modifiers(spec->btf, ebpf_btf_array(t)->type, id))
			return -EINVAL;
		return ebpf_core_add_element(spec, *id, idx);
	}
	if ((kind != EBPF_BTF_KIND_STRUCT && kind != EBPF_BTF_KIND_UNION) ||
	    idx >= ebpf_btf_vlen(t))
		return -EINVAL;
	member = &ebpf_btf_members(t)[idx];
	*id = member->type;
	bits = ebpf_btf_member_bits(t, member);
	if (member->name_off)
		return ebpf_core_add_member(spec, t, member, bits);
	/* A struct without a name is looked through. */
	if (bits > U32_MAX - spec->bits)
		return -EINVAL;
	spec->bits += bits;
	return 0;
}

static int parse_field(struct core_spec *spec, const char *text)
{
	u32 id = spec->root_id, idx, n;
	int err;

	if (!ebpf_btf_skip_modifiers(spec->btf, id, &id))
		return -EINVAL;
	err = next_number(&text, &idx);
	if (!err)
		err = ebpf_core_add_element(spec, id, idx);
	for (n = 1; !err && *text; n++) {
		if (n == CORE_MAX_STEPS)
			return -E2BIG;
		err = next_number(&text, &idx);
		if (!err)
			err = parse_step(spec, idx, &id);
	}
	return err;
}

int ebpf_core_parse(struct core_spec *spec, const struct ebpf_btf *btf,
		    const struct ebpf_core_relo *relo)
{
	const char *text = ebpf_btf_name(btf, relo->access_str_off);

	memset(spec, 0, sizeof(*spec));
	spec->btf = btf;
	spec->root_id = relo->type_id;
	spec->kind = relo->kind;
	if (!text || !*text)
		return -EINVAL;
	if (core_is_type(relo->kind))
		return strcmp(text, "0") ? -EINVAL : 0;
	if (core_is_enumval(relo->kind))
		return parse_enumval(spec, text);
	if (!core_is_field(relo->kind))
		return -EINVAL;
	return parse_field(spec, text);
}
