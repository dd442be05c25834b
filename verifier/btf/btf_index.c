// SPDX-License-Identifier: GPL-2.0-only
/*
 * Types by name and kind. Small BTF is searched from end to end; large BTF gets
 * a hash table when it is parsed.
 */
#include "verifier/btf/btf_internal.h"

#define INDEX_MIN	256	/* types */
/* Names of numbers and tags can be as long as all strings together, for each type. */
#define HASH_CHARS	BTF_NAME_MAX

static u32 hash_of(const char *name, u32 kind)
{
	u32 h = 2166136261U ^ kind, i;	/* FNV-1a */

	for (i = 0; i < HASH_CHARS && name[i]; i++)
		h = (h ^ (u8)name[i]) * 16777619U;
	return h ^ h >> 15;
}

static const struct ebpf_btf_type *own_type(const struct ebpf_btf *btf, u32 i)
{
	return (const struct ebpf_btf_type *)(btf->types + btf->offs[i]);
}

int ebpf_btf_index(struct ebpf_btf *btf)
{
	u32 i, slots = INDEX_MIN;

	if (btf->nr < INDEX_MIN)
		return 0;
	while (slots < btf->nr / 2)
		slots *= 2;
	btf->hash_mask = slots - 1;
	btf->hash = ebpf_calloc(slots, sizeof(*btf->hash));
	btf->next = ebpf_calloc(btf->nr, sizeof(*btf->next));
	if (!btf->hash || !btf->next)
		return -ENOMEM;
	/* From the end, so that chains begin with the lowest id. */
	for (i = btf->nr; i--; ) {
		const struct ebpf_btf_type *t = own_type(btf, i);
		u32 *head;

		if (!t->name_off)
			continue;
		head = &btf->hash[hash_of(ebpf_btf_name(btf, t->name_off), ebpf_btf_kind(t)) &
				  btf->hash_mask];
		btf->next[i] = *head;
		*head = i + 1;
		if (!(i % BTF_YIELD_TYPES) && ebpf_yield())
			return -EAGAIN;
	}
	return 0;
}

static bool is_called(const struct ebpf_btf *btf, u32 i, const char *name, u32 kind)
{
	const struct ebpf_btf_type *t = own_type(btf, i);

	return ebpf_btf_kind(t) == kind && t->name_off &&
	       !strcmp(ebpf_btf_name(btf, t->name_off), name);
}

static s32 find_own(const struct ebpf_btf *btf, const char *name, u32 kind, u32 after)
{
	u32 i;

	if (!btf->hash) {
		for (i = after < btf->start_id ? 0 : after - btf->start_id + 1; i < btf->nr; i++)
			if (is_called(btf, i, name, kind))
				return btf->start_id + i;
		return -ENOENT;
	}
	for (i = btf->hash[hash_of(name, kind) & btf->hash_mask]; i; i = btf->next[i - 1])
		if (btf->start_id + i - 1 > after && is_called(btf, i - 1, name, kind))
			return btf->start_id + i - 1;
	return -ENOENT;
}

/* The base's types have the lower ids; it is one level deep at most in practice,
 * so that asking each level from the top and keeping the last answer is cheap.
 */
s32 ebpf_btf_find_next(const struct ebpf_btf *btf, const char *name, u32 kind, u32 after)
{
	s32 found = -ENOENT, id;

	for (; btf; btf = btf->base) {
		id = find_own(btf, name, kind, after);
		if (id > 0)
			found = id;
	}
	return found;
}

s32 ebpf_btf_find(const struct ebpf_btf *btf, const char *name, u32 kind)
{
	return ebpf_btf_find_next(btf, name, kind, 0);
}
