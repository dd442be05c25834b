// SPDX-License-Identifier: GPL-2.0-only
/*
 * Copies of one type made into one.
 *
 * On old kernels perf and ftrace each define a struct ring_buffer of their own.
 * Files that see the one and files that see the other therefore disagree about
 * everything from where it can be reached, and pahole keeps two task_struct,
 * two sk_buff and so on. Here structures are the same when their members are,
 * and members when they name the same structure, whatever that contains.
 */
#include "ebpfdrv-btf.h"

#include <stdlib.h>
#include <string.h>

/* Types without a name nest; those with one end the comparison. */
#define MAX_DEPTH	32

/*
 * No kernel comes near these: they end what a malformed file could make endless. What was not
 * compared then stays twice, which is no error.
 */
#define PAIR_STEPS	100000		/* types looked at for two structures */
#define ALL_STEPS	300000000
#define MAX_VARIANTS	64		/* structures of one name, size and number of members */
#define MAX_ROUNDS	100

static unsigned long pair_steps, all_steps;

/* --- which structures are the same ------------------------------------------------ */

static bool is_record(__u32 kind)
{
	return kind == EBPF_BTF_KIND_STRUCT || kind == EBPF_BTF_KIND_UNION;
}

/* A structure that is only declared is the one that is defined elsewhere. */
static __u32 declared_kind(const struct ebpf_btf_type *type)
{
	__u32 kind = EBPF_BTF_INFO_KIND(type->info);

	if (kind != EBPF_BTF_KIND_FWD)
		return kind;
	return EBPF_BTF_INFO_KFLAG(type->info) ? EBPF_BTF_KIND_UNION : EBPF_BTF_KIND_STRUCT;
}

static bool same_type(const struct btf *btf, __u32 a, __u32 b, int depth);

static bool same_members(const struct btf *btf, struct ebpf_btf_type *a, struct ebpf_btf_type *b,
			 int depth)
{
	const struct ebpf_btf_member *x = members_of(a), *y = members_of(b);
	__u32 i;

	if (a->info != b->info || a->size != b->size)
		return false;
	for (i = 0; i < EBPF_BTF_INFO_VLEN(a->info); i++)
		if (x[i].offset != y[i].offset ||
		    strcmp(name_of(btf, x[i].name_off), name_of(btf, y[i].name_off)) ||
		    !same_type(btf, x[i].type, y[i].type, depth))
			return false;
	return true;
}

static bool same_params(const struct btf *btf, const struct ebpf_btf_type *a,
			const struct ebpf_btf_type *b, int depth)
{
	const struct ebpf_btf_param *x = (const void *)(a + 1), *y = (const void *)(b + 1);
	__u32 i;

	for (i = 0; i < EBPF_BTF_INFO_VLEN(a->info); i++)
		if (!same_type(btf, x[i].type, y[i].type, depth))
			return false;
	return same_type(btf, a->type, b->type, depth);
}

/* As named in a declaration: a structure with a name is not looked into. */
static bool same_type(const struct btf *btf, __u32 a, __u32 b, int depth)
{
	const struct ebpf_btf_array *x, *y;
	struct ebpf_btf_type *s, *t;

	if (pair_steps++ > PAIR_STEPS)
		return false;
	if (a == b)
		return true;
	if (!a || !b || depth > MAX_DEPTH)
		return false;
	s = type_at(btf, a - 1);
	t = type_at(btf, b - 1);
	if (declared_kind(s) != declared_kind(t) ||
	    strcmp(name_of(btf, s->name_off), name_of(btf, t->name_off)))
		return false;
	if (is_record(declared_kind(s)))
		return *name_of(btf, s->name_off) || same_members(btf, s, t, depth + 1);
	if (s->info != t->info)
		return false;
	switch (EBPF_BTF_INFO_KIND(s->info)) {
	case EBPF_BTF_KIND_PTR:
	case EBPF_BTF_KIND_CONST:
	case EBPF_BTF_KIND_VOLATILE:
	case EBPF_BTF_KIND_RESTRICT:
	case EBPF_BTF_KIND_TYPEDEF:
		return same_type(btf, s->type, t->type, depth + 1);
	case EBPF_BTF_KIND_ARRAY:
		x = (const void *)(s + 1);
		y = (const void *)(t + 1);
		return x->nelems == y->nelems && same_type(btf, x->type, y->type, depth + 1);
	case EBPF_BTF_KIND_FUNC_PROTO:
		return same_params(btf, s, t, depth + 1);
	default:
		/* pahole has merged those that are equal. */
		return false;
	}
}

struct named {
	const char *name;
	__u32 info, size, id;
};

static int by_number(__u32 a, __u32 b)
{
	return (a > b) - (a < b);
}

static int by_kind(const struct named *x, const struct named *y)
{
	int order = x->name == y->name ? 0 : strcmp(x->name, y->name);

	if (!order)
		order = by_number(x->info, y->info);
	return order ? order : by_number(x->size, y->size);
}

static int by_name(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int order = by_kind(x, y);

	return order ? order : by_number(x->id, y->id);
}

/* Point @all[i] at the first of those before it that is the same. */
static void find_original(const struct btf *btf, __u32 *canon, const struct named *all, __u32 i)
{
	unsigned int variants = 0;
	__u32 j;

	for (j = i; j > 0 && variants < MAX_VARIANTS && all_steps < ALL_STEPS &&
	     !by_kind(&all[j - 1], &all[i]); j--) {
		if (canon[all[j - 1].id] != all[j - 1].id)
			continue;
		variants++;
		pair_steps = 0;
		if (same_members(btf, type_at(btf, all[j - 1].id - 1), type_at(btf, all[i].id - 1), 0))
			canon[all[i].id] = all[j - 1].id;
		all_steps += pair_steps + 1;
	}
}

/* Point copies of structures at the first of them in @canon (by id). */
static void find_copies(const struct btf *btf, __u32 *canon)
{
	struct named *all = check_alloc(calloc(btf->count + 1, sizeof(*all)));
	__u32 i, count = 0;

	for (i = 0; i < btf->count; i++) {
		all[count].name = name_of(btf, type_at(btf, i)->name_off);
		all[count].info = type_at(btf, i)->info;
		all[count].size = type_at(btf, i)->size;
		all[count].id = i + 1;
		count += is_record(kind_at(btf, i)) && *all[count].name;
	}
	qsort(all, count, sizeof(*all), by_name);
	for (i = 0; i < count; i++)
		find_original(btf, canon, all, i);
	free(all);
}

/* --- what follows from that ------------------------------------------------------------ */

/* Replace every id in @type by its entry in @map. */
static void map_ids(struct ebpf_btf_type *type, const __u32 *map)
{
	__u32 i, *id;

	for (i = 0; (id = id_in(type, i)); i++)
		*id = map[*id];
}

/* Equal bytes are equal types, but each function and variable is its own. */
static bool is_mergeable(__u32 kind)
{
	return kind != EBPF_BTF_KIND_FUNC && kind != EBPF_BTF_KIND_VAR &&
	       kind != EBPF_BTF_KIND_DATASEC && kind != EBPF_BTF_KIND_DECL_TAG;
}

static __u32 hash_bytes(const unsigned char *data, size_t size)
{
	__u32 hash = 2166136261u;

	while (size--)
		hash = (hash ^ *data++) * 16777619u;
	return hash;
}

/* One round over all types. Return: how many more copies it found. */
static unsigned int merge_equal(const struct btf *btf, __u32 *canon, __u32 *table, __u32 slots)
{
	struct ebpf_btf_type *type;
	unsigned int found = 0;
	__u32 i, slot;
	size_t size;

	memset(table, 0, slots * sizeof(*table));
	for (i = 0; i < btf->count; i++) {
		type = type_at(btf, i);
		map_ids(type, canon);
		if (canon[i + 1] != i + 1 || !is_mergeable(kind_at(btf, i)))
			continue;
		size = type_size(type);
		slot = hash_bytes((void *)type, size) % slots;
		while (table[slot] && (type_size(type_at(btf, table[slot] - 1)) != size ||
				       memcmp(type_at(btf, table[slot] - 1), type, size)))
			slot = (slot + 1) % slots;
		if (!table[slot]) {
			table[slot] = i + 1;
			continue;
		}
		canon[i + 1] = table[slot];
		found++;
	}
	return found;
}

/* Drop what is another's copy, and number the rest anew. */
static void drop_copies(struct btf *btf, __u32 *canon)
{
	__u32 *ids = check_alloc(calloc(btf->count + 1, sizeof(*ids)));
	__u32 i, kept = 0;
	size_t at = 0, size;

	for (i = 0; i < btf->count; i++)
		if (canon[i + 1] == i + 1)
			ids[i + 1] = ++kept;
	/* The original of a copy may have become one later. */
	for (i = 0; i <= btf->count; i++) {
		while (canon[canon[i]] != canon[i])
			canon[i] = canon[canon[i]];
		ids[i] = ids[canon[i]];
	}
	for (i = 0, kept = 0; i < btf->count; i++) {
		if (canon[i + 1] != i + 1)
			continue;
		map_ids(type_at(btf, i), ids);
		size = type_size(type_at(btf, i));
		memmove(btf->types.data + at, type_at(btf, i), size);
		btf->offsets[kept++] = at;
		at += size;
	}
	btf->types.size = at;
	btf->count = kept;
	forget_names(btf);
	free(ids);
}

static __u32 *identity(const struct btf *btf)
{
	__u32 *map = check_alloc(calloc(btf->count + 1, sizeof(*map))), i;

	for (i = 0; i <= btf->count; i++)
		map[i] = i;
	return map;
}

void replace_types(struct btf *btf, __u32 kind, const char *name, __u32 new)
{
	__u32 *canon = identity(btf), i;

	for (i = 0; i < btf->count; i++)
		if (kind_at(btf, i) == kind && !strcmp(name_of(btf, type_at(btf, i)->name_off), name))
			canon[i + 1] = new;
	drop_copies(btf, canon);
	free(canon);
}

unsigned int merge_copies(struct btf *btf)
{
	__u32 slots = btf->count * 2 + 1, before = btf->count, i;
	__u32 *canon = identity(btf);
	__u32 *table = check_alloc(calloc(slots, sizeof(*table)));
	unsigned int rounds = 0;
	bool copies = false;

	all_steps = 0;
	find_copies(btf, canon);
	for (i = 0; i <= btf->count; i++)
		copies |= canon[i] != i;
	if (copies) {
		while (merge_equal(btf, canon, table, slots) && ++rounds < MAX_ROUNDS)
			;
		drop_copies(btf, canon);
	}
	free(table);
	free(canon);
	return before - btf->count;
}
