// SPDX-License-Identifier: GPL-2.0-only
/* Sets of names. */
#include "ebpfdrv-btf.h"

#include <stdlib.h>
#include <string.h>

static __u32 hash(const char *name)
{
	__u32 hash = 2166136261u;

	while (*name)
		hash = (hash ^ (unsigned char)*name++) * 16777619u;
	return hash;
}

static const char *pool_name(const struct pool *pool, __u32 number)
{
	return (const char *)pool->text.data + pool->starts[number];
}

static __u32 *slot_of(const struct pool *pool, const char *name)
{
	__u32 at = hash(name) & (pool->slot_count - 1);

	while (pool->slots[at] && strcmp(pool_name(pool, pool->slots[at] - 1), name))
		at = (at + 1) & (pool->slot_count - 1);
	return &pool->slots[at];
}

static void grow(struct pool *pool)
{
	__u32 i;

	if (pool->count < pool->slot_count / 2)
		return;
	pool->slot_count = pool->slot_count ? pool->slot_count * 2 : 1024;
	free(pool->slots);
	pool->slots = check_alloc(calloc(pool->slot_count, sizeof(*pool->slots)));
	pool->starts = check_alloc(realloc(pool->starts, pool->slot_count * sizeof(*pool->starts)));
	for (i = 0; i < pool->count; i++)
		*slot_of(pool, pool_name(pool, i)) = i + 1;
}

__u32 pool_add(struct pool *pool, const char *name)
{
	__u32 *slot;

	grow(pool);
	slot = slot_of(pool, name);
	if (!*slot) {
		pool->starts[pool->count] = append(&pool->text, name, strlen(name) + 1);
		*slot = ++pool->count;
	}
	return *slot - 1;
}

__u32 pool_offset(struct pool *pool, const char *name)
{
	/* Adding may move what it looks into. */
	__u32 number = pool_add(pool, name);

	return pool->starts[number];
}

void free_pool(struct pool *pool)
{
	free(pool->text.data);
	free(pool->starts);
	free(pool->slots);
}

void tidy_names(struct btf *btf)
{
	struct pool pool = { .count = 0 };
	__u32 i, n, *name;

	pool_add(&pool, "");
	for (i = 0; i < btf->count; i++)
		for (n = 0; (name = name_in(type_at(btf, i), n)); n++)
			*name = pool_offset(&pool, name_of(btf, *name));
	free(btf->strings.data);
	btf->strings = pool.text;
	pool.text.data = NULL;
	free_pool(&pool);
}
