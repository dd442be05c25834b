// SPDX-License-Identifier: GPL-2.0-only
/*
 * Questions about parsed BTF.
 */
#include "verifier/btf/btf_internal.h"

/* How far one looks in BTF that nobody has followed before. */
#define MAX_HOPS	64
#define MAX_LEVELS	16	/* of structs without a name in each other */
#define POINTER_SIZE	8

const void *ebpf_btf_raw(const struct ebpf_btf *btf, u32 *size)
{
	*size = btf->size;
	return btf->data;
}

u32 ebpf_btf_nr_types(const struct ebpf_btf *btf)
{
	return btf->start_id + btf->nr;
}

const struct ebpf_btf *ebpf_btf_owner(const struct ebpf_btf *btf, u32 id)
{
	while (id < btf->start_id && btf->base)
		btf = btf->base;
	return btf;
}

const struct ebpf_btf_type *ebpf_btf_type_by_id(const struct ebpf_btf *btf, u32 id)
{
	static const struct ebpf_btf_type void_type;

	if (!id)
		return &void_type;
	btf = ebpf_btf_owner(btf, id);
	if (id - btf->start_id >= btf->nr)
		return NULL;
	return (const struct ebpf_btf_type *)(btf->types + btf->offs[id - btf->start_id]);
}

const struct ebpf_btf_type *ebpf_btf_skip_modifiers(const struct ebpf_btf *btf, u32 id, u32 *res_id)
{
	const struct ebpf_btf_type *t = ebpf_btf_type_by_id(btf, id);
	u32 hops = 0;

	while (t && btf_is(t, BTF_MODIFIERS)) {
		if (hops++ == MAX_HOPS)
			return NULL;
		id = t->type;
		t = ebpf_btf_type_by_id(btf, id);
	}
	if (t && res_id)
		*res_id = id;
	return t;
}

/* By following every step. The result is the first that is no modifier. */
static const struct ebpf_btf_type *walk_size(const struct ebpf_btf *btf, u32 *id, u32 *size)
{
	const struct ebpf_btf_type *t, *res = NULL;
	u32 next = *id, hops;
	u64 factor = 1;

	for (hops = 0; hops < MAX_HOPS && factor <= U32_MAX; hops++) {
		t = ebpf_btf_type_by_id(btf, next);
		if (!t || btf_is(t, BTF_SIZELESS))
			return NULL;
		if (btf_is(t, BTF_MODIFIERS | BTF_KIND_BIT(VAR))) {
			next = t->type;
			continue;
		}
		if (!res) {
			res = t;
			*id = next;
		}
		if (btf_is(t, BTF_KIND_BIT(ARRAY))) {
			factor *= ebpf_btf_array(t)->nelems;
			next = ebpf_btf_array(t)->type;
			continue;
		}
		factor *= btf_is(t, BTF_SIZED) ? t->size : POINTER_SIZE;
		*size = (u32)factor;
		return factor <= U32_MAX ? res : NULL;
	}
	return NULL;
}

const struct ebpf_btf_type *ebpf_btf_type_id_size(const struct ebpf_btf *btf, u32 *id, u32 *size)
{
	const struct ebpf_btf *owner = ebpf_btf_owner(btf, *id);
	const struct ebpf_btf_type *t = ebpf_btf_type_by_id(btf, *id);
	u32 next = *id;

	if (!t || btf_is(t, BTF_SIZELESS))
		return NULL;
	if (owner->res_ids && btf_is(t, BTF_MODIFIERS | BTF_KIND_BIT(VAR))) {
		next = owner->res_ids[next - owner->start_id];
		owner = ebpf_btf_owner(btf, next);
		t = ebpf_btf_type_by_id(btf, next);
		if (!t || btf_is(t, BTF_SIZELESS))
			return NULL;
	}
	if (!owner->res_ids) {
		*id = next;
		return walk_size(btf, id, size);
	}
	if (btf_is(t, BTF_SIZED))
		*size = t->size;
	else if (btf_is(t, BTF_KIND_BIT(ARRAY)))
		*size = owner->res_sizes[next - owner->start_id];
	else if (btf_is(t, BTF_KIND_BIT(PTR)))
		*size = POINTER_SIZE;
	else
		return NULL;
	*id = next;
	return t;
}

const struct ebpf_btf_type *ebpf_btf_type_size(const struct ebpf_btf *btf, u32 id, u32 *size)
{
	u32 unused;

	return ebpf_btf_type_id_size(btf, &id, size ? size : &unused);
}

/* Structs and unions on the way down, with how far they are off the outermost. */
struct level {
	const struct ebpf_btf_type *t;
	u32 next;		/* member to look at */
	u32 bits;
};

static const struct ebpf_btf_type *struct_of(const struct ebpf_btf *btf, u32 id)
{
	const struct ebpf_btf_type *t = ebpf_btf_skip_modifiers(btf, id, NULL);

	return t && btf_is(t, BTF_STRUCTS) ? t : NULL;
}

const struct ebpf_btf_member *ebpf_btf_find_member_in(const struct ebpf_btf *btf, u32 id,
						      const char *name, u32 *bits,
						      const struct ebpf_btf_type **owner)
{
	struct level levels[MAX_LEVELS];
	const struct ebpf_btf_member *member;
	const struct ebpf_btf_type *inner;
	const char *mname;
	u32 depth = 1;

	levels[0].t = struct_of(btf, id);
	levels[0].next = 0;
	levels[0].bits = 0;
	while (depth && levels[0].t) {
		struct level *l = &levels[depth - 1];

		if (l->next == ebpf_btf_vlen(l->t)) {
			depth--;
			continue;
		}
		member = &ebpf_btf_members(l->t)[l->next++];
		mname = ebpf_btf_name(btf, member->name_off);
		if (mname && mname[0] && !strcmp(mname, name)) {
			*bits = l->bits + ebpf_btf_member_bits(l->t, member);
			*owner = l->t;
			return member;
		}
		if (!mname || mname[0] || depth == MAX_LEVELS)
			continue;
		inner = struct_of(btf, member->type);
		if (!inner)
			continue;
		levels[depth].t = inner;
		levels[depth].next = 0;
		levels[depth].bits = l->bits + ebpf_btf_member_bits(l->t, member);
		depth++;
	}
	return NULL;
}

const struct ebpf_btf_member *ebpf_btf_find_member(const struct ebpf_btf *btf, u32 id,
						   const char *name, u32 *bits)
{
	const struct ebpf_btf_type *owner;

	return ebpf_btf_find_member_in(btf, id, name, bits, &owner);
}

const struct ebpf_btf_type *ebpf_btf_func_proto(const struct ebpf_btf *btf, u32 id)
{
	const struct ebpf_btf_type *t = ebpf_btf_skip_modifiers(btf, id, NULL);

	if (t && btf_is(t, BTF_KIND_BIT(FUNC) | BTF_KIND_BIT(PTR)))
		t = ebpf_btf_skip_modifiers(btf, t->type, NULL);
	return t && btf_is(t, BTF_KIND_BIT(FUNC_PROTO)) ? t : NULL;
}
