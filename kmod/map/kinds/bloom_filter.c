// SPDX-License-Identifier: GPL-2.0-only
/*
 * BLOOM_FILTER: a set of values that may say yes to one that is not in it, never no to
 * one that is. Bits are only ever set, so that no lock is needed.
 */
#include "kmod/map/kinds/maps.h"
#include "kmod/map/kinds/hash_key.h"

#include <linux/bitops.h>
#include <linux/log2.h>
#include <linux/random.h>

#define BLOOM_FLAGS		(EBPF_F_NUMA_NODE | EBPF_F_ZERO_SEED | EBPF_F_ACCESS_MASK)
#define BLOOM_MAX_HASHES	15
#define BLOOM_DEFAULT_HASHES	5

struct ebpf_bloom {
	struct ebpf_map map;
	u64 seed;
	u32 mask;		/* number of bits - 1 */
	u32 nr_hashes;
	unsigned long bits[];
};

static struct ebpf_bloom *bloom_of(const struct ebpf_map *map)
{
	return container_of(map, struct ebpf_bloom, map);
}

static u32 bloom_bit(const struct ebpf_bloom *bloom, const void *value, u32 i)
{
	return hash_key(value, bloom->map.value_size, bloom->seed + i * HASH_K1) & bloom->mask;
}

static long bloom_push_elem(struct ebpf_map *map, const void *value, u64 flags)
{
	struct ebpf_bloom *bloom = bloom_of(map);
	u32 i;

	if (flags != EBPF_ANY)
		return -EINVAL;
	for (i = 0; i < bloom->nr_hashes; i++)
		set_bit(bloom_bit(bloom, value, i), bloom->bits);
	return 0;
}

/* Asks for @value, which stays as it is. */
static long bloom_peek_elem(struct ebpf_map *map, void *value)
{
	struct ebpf_bloom *bloom = bloom_of(map);
	u32 i;

	for (i = 0; i < bloom->nr_hashes; i++)
		if (!test_bit(bloom_bit(bloom, value, i), bloom->bits))
			return -ENOENT;
	return 0;
}

static int bloom_no_delete(struct ebpf_map *map, void *key)
{
	return -EOPNOTSUPP;
}

static int bloom_no_next_key(struct ebpf_map *map, void *key, void *next_key)
{
	return -EOPNOTSUPP;
}

static int bloom_check_btf(const struct ebpf_map *map, const struct ebpf_btf *btf,
			   u32 key_type_id, u32 value_type_id)
{
	return key_type_id ? -EINVAL : 0;
}

static int bloom_alloc_check(const union ebpf_attr *attr)
{
	if (attr->key_size || !attr->value_size || !attr->max_entries ||
	    !ebpf_map_flags_ok(attr, BLOOM_FLAGS) || attr->map_extra & ~(u64)BLOOM_MAX_HASHES)
		return -EINVAL;
	/* Linux has values on the heap, too. */
	return attr->value_size > EBPF_ELEM_MAX ? -E2BIG : 0;
}

static u32 nr_hashes_of(const union ebpf_attr *attr)
{
	return attr->map_extra ? attr->map_extra : BLOOM_DEFAULT_HASHES;
}

/* Bits for the fewest false answers with max_entries values: hashes * entries / ln 2. */
static u64 nr_bits_of(const union ebpf_attr *attr)
{
	u64 nr = div_u64((u64)attr->max_entries * nr_hashes_of(attr), 5) * 7;

	if (nr > 1ULL << 31)
		return 1ULL << 32;
	return roundup_pow_of_two(max_t(u64, nr, BITS_PER_LONG));
}

static u64 bloom_size(u64 nr_bits)
{
	return sizeof(struct ebpf_bloom) + nr_bits / 8;
}

static struct ebpf_map *bloom_alloc(const union ebpf_attr *attr)
{
	u64 nr_bits = nr_bits_of(attr);
	struct ebpf_bloom *bloom = ebpf_map_area_alloc(bloom_size(nr_bits),
						       ebpf_map_numa_node(attr));

	if (!bloom)
		return ERR_PTR(-ENOMEM);
	ebpf_map_init_from_attr(&bloom->map, attr);
	bloom->mask = nr_bits - 1;
	bloom->nr_hashes = nr_hashes_of(attr);
	bloom->seed = HASH_K2;
	if (!(attr->map_flags & EBPF_F_ZERO_SEED))
		get_random_bytes(&bloom->seed, sizeof(bloom->seed));
	return &bloom->map;
}

static void bloom_free(struct ebpf_map *map)
{
	ebpf_map_area_free(bloom_of(map));
}

static u64 bloom_mem_usage(const struct ebpf_map *map)
{
	return bloom_size((u64)bloom_of(map)->mask + 1);
}

const struct ebpf_map_ops ebpf_bloom_filter_map_ops = {
	.alloc_check = bloom_alloc_check,
	.alloc = bloom_alloc,
	.free = bloom_free,
	.push_elem = bloom_push_elem,
	.peek_elem = bloom_peek_elem,
	.sys_delete = bloom_no_delete,
	.get_next_key = bloom_no_next_key,
	.check_btf = bloom_check_btf,
	.meta_equal = ebpf_map_meta_equal,
	.mem_usage = bloom_mem_usage,
};
