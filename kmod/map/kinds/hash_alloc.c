// SPDX-License-Identifier: GPL-2.0-only
/*
 * Making and freeing of hash maps. Process context.
 */
#include "kmod/map/kinds/htab.h"
#include "kmod/map/timer.h"
#include "kmod/map/map_fields.h"

#include <linux/log2.h>
#include <linux/random.h>

#define HTAB_FLAGS	(EBPF_F_NO_PREALLOC | EBPF_F_NO_COMMON_LRU | EBPF_F_NUMA_NODE | \
			 EBPF_F_ACCESS_MASK | EBPF_F_ZERO_SEED)
#define HTAB_MAX_BUCKETS	(1U << 27)

static bool type_is_lru(const union ebpf_attr *attr)
{
	return attr->map_type == EBPF_MAP_TYPE_LRU_HASH ||
	       attr->map_type == EBPF_MAP_TYPE_LRU_PERCPU_HASH;
}

static bool type_is_percpu(const union ebpf_attr *attr)
{
	return attr->map_type == EBPF_MAP_TYPE_PERCPU_HASH ||
	       attr->map_type == EBPF_MAP_TYPE_LRU_PERCPU_HASH;
}

int ebpf_htab_alloc_check(const union ebpf_attr *attr)
{
	bool own_lru = attr->map_flags & EBPF_F_NO_COMMON_LRU;

	/* Who knows the seed can make all elements fall together. */
	if (attr->map_flags & EBPF_F_ZERO_SEED && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (!ebpf_map_flags_ok(attr, HTAB_FLAGS))
		return -EINVAL;
	if (own_lru && !type_is_lru(attr))
		return -EINVAL;
	if (type_is_lru(attr) && attr->map_flags & EBPF_F_NO_PREALLOC)
		return -ENOTSUPP;
	if ((type_is_percpu(attr) || own_lru) && ebpf_map_numa_node(attr) != NUMA_NO_NODE)
		return -EINVAL;
	if (!attr->max_entries || !attr->key_size || !attr->value_size)
		return -EINVAL;
	if ((u64)attr->key_size + attr->value_size >= EBPF_ELEM_MAX - sizeof(struct htab_elem))
		return -E2BIG;
	if (type_is_percpu(attr) && attr->value_size > EBPF_PERCPU_VALUE_MAX)
		return -E2BIG;
	/* Checked before rounding up, which would wrap around to 0. */
	if (attr->max_entries > HTAB_MAX_BUCKETS)
		return -E2BIG;
	return 0;
}

static int htab_alloc_buckets(struct ebpf_htab *htab, int node)
{
	u32 i, nr = roundup_pow_of_two(htab->map.max_entries);

	htab->buckets = ebpf_map_area_alloc((u64)nr * sizeof(*htab->buckets), node);
	if (!htab->buckets)
		return -ENOMEM;
	htab->mask = nr - 1;
	for (i = 0; i < nr; i++) {
		raw_spin_lock_init(&htab->buckets[i].lock);
		if (!(i % 4096))
			cond_resched();
	}
	return 0;
}

static void htab_layout(struct ebpf_htab *htab, bool percpu)
{
	u32 value_size = percpu ? sizeof(u64) : round_up(htab->map.value_size, 8);

	htab->value_off = offsetof(struct htab_elem, key) + round_up(htab->map.key_size, 8);
	if (htab->lru)
		htab->value_off += 8;	/* mark and slot */
	htab->elem_size = htab->value_off + value_size;
	if (htab->grows)
		htab->elem_size += 8;	/* the name */
	htab->copy_size = htab->map.value_size;
	htab->percpu_size = percpu ? round_up(htab->map.value_size, 8) : 0;
	htab->nr_elems = htab->map.max_entries + (percpu ? 0 : num_possible_cpus());
}

static int htab_alloc_percpu_values(struct ebpf_htab *htab)
{
	u32 i;

	htab->percpu_areas = ebpf_percpu_areas_alloc((u64)htab->nr_elems * htab->percpu_size);
	if (!htab->percpu_areas)
		return -ENOMEM;
	for (i = 0; i < htab->nr_elems; i++) {
		*(u64 *)elem_value(htab, htab_elem_at(htab, i)) = (u64)i * htab->percpu_size;
		if (!(i % 4096))
			cond_resched();
	}
	return 0;
}

/* The last elements of the area are the CPUs' spares. */
static int htab_alloc_spares(struct ebpf_htab *htab)
{
	u32 i = htab->map.max_entries;
	int cpu;

	htab->spare = alloc_percpu(struct htab_elem *);
	if (!htab->spare)
		return -ENOMEM;
	for_each_possible_cpu(cpu)
		*per_cpu_ptr(htab->spare, cpu) = htab_elem_at(htab, i++);
	return 0;
}

static int htab_pool_spares(struct ebpf_htab *htab)
{
	struct htab_elem *elem;
	int cpu;

	htab->spare = alloc_percpu(struct htab_elem *);
	if (!htab->spare)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		preempt_disable();
		elem = ebpf_pool_pop(&htab->pool);
		preempt_enable();
		if (!elem)
			return -ENOMEM;
		*per_cpu_ptr(htab->spare, cpu) = elem;
	}
	return 0;
}

static int htab_pool_percpu(struct ebpf_htab *htab)
{
	int cpu;

	htab->percpu_areas = kcalloc(nr_cpu_ids, sizeof(*htab->percpu_areas), GFP_KERNEL);
	if (!htab->percpu_areas)
		return -ENOMEM;
	for_each_possible_cpu(cpu)
		htab->percpu_areas[cpu] = (void *)(unsigned long)(cpu * htab->pool.percpu_stride);
	return 0;
}

static int htab_alloc_pool(struct ebpf_htab *htab)
{
	struct ebpf_pool *pool = &htab->pool;
	int err;

	pool->list.stride = htab->elem_size;
	pool->list.link_off = offsetof(struct htab_elem, link);
	pool->list.name_off = htab->elem_size - 8;
	pool->percpu_size = htab->percpu_size;
	pool->percpu_off = htab->value_off;
	pool->max = htab->nr_elems;
	err = ebpf_pool_init(pool, htab->nr_elems - htab->map.max_entries);
	if (err)
		return err;
	return is_percpu(htab) ? htab_pool_percpu(htab) : htab_pool_spares(htab);
}

static int htab_alloc_elems(struct ebpf_htab *htab, int node)
{
	u64 size = (u64)htab->nr_elems * htab->elem_size;
	int err;

	if (htab->grows)
		return htab_alloc_pool(htab);
	if (size >= EBPF_FREELIST_AREA_MAX)
		return -ENOMEM;
	htab->elems = ebpf_map_area_alloc(size, node);
	if (!htab->elems)
		return -ENOMEM;
	err = ebpf_freelist_init(&htab->free, htab->elems, htab->elem_size,
				 offsetof(struct htab_elem, link), htab->map.max_entries);
	if (err)
		return err;
	err = is_percpu(htab) ? htab_alloc_percpu_values(htab) : htab_alloc_spares(htab);
	return !err && htab->lru ? ebpf_lru_init(htab) : err;
}

static void end_timer(struct ebpf_map *map, void *value)
{
	ebpf_timer_end(value + map->timer_off);
}

/* Of all elements, used or not. */
static void htab_end_all(struct ebpf_htab *htab, void (*end)(struct ebpf_map *map, void *value))
{
	u32 nr = htab->grows ? htab->pool.nr : htab->nr_elems, i;
	void *elem;

	for (i = 0; i < nr; i++) {
		elem = htab->grows ? ebpf_pool_at(&htab->pool, i) : htab_elem_at(htab, i);
		end(&htab->map, elem_value(htab, elem));
		cond_resched();
	}
}

/* Timers keep programs, and those the map: it would never go. */
void ebpf_htab_release_uref(struct ebpf_map *map)
{
	if (map->timer_off >= 0)
		htab_end_all(htab_of(map), end_timer);
}

/* Also frees what an incomplete map has. */
void ebpf_htab_free(struct ebpf_map *map)
{
	struct ebpf_htab *htab = htab_of(map);

	if (map->fields)
		htab_end_all(htab, ebpf_map_end_fields_slow);
	ebpf_lru_destroy(htab);
	if (htab->grows)
		kfree(htab->percpu_areas);
	else
		ebpf_percpu_areas_free(htab->percpu_areas);
	ebpf_pool_destroy(&htab->pool);
	free_percpu(htab->spare);
	ebpf_freelist_destroy(&htab->free);
	ebpf_map_area_free(htab->elems);
	free_percpu(htab->locked);
	ebpf_map_area_free(htab->buckets);
	ebpf_map_area_free(htab);
}

struct ebpf_map *ebpf_htab_alloc(const union ebpf_attr *attr)
{
	int node = ebpf_map_numa_node(attr);
	struct ebpf_htab *htab;

	htab = ebpf_map_area_alloc(sizeof(*htab), node);
	if (!htab)
		return ERR_PTR(-ENOMEM);
	ebpf_map_init_from_attr(&htab->map, attr);
	htab->lru = type_is_lru(attr);
	if (attr->map_flags & EBPF_F_NO_COMMON_LRU)
		htab->map.max_entries = ebpf_lru_round(attr->max_entries);
	htab->grows = attr->map_flags & EBPF_F_NO_PREALLOC;
	htab_layout(htab, type_is_percpu(attr));
	htab->seed = HASH_K2;
	if (!(attr->map_flags & EBPF_F_ZERO_SEED))
		get_random_bytes(&htab->seed, sizeof(htab->seed));
	htab->locked = alloc_percpu(int);
	if (!htab->locked || htab_alloc_buckets(htab, node) || htab_alloc_elems(htab, node)) {
		ebpf_htab_free(&htab->map);
		return ERR_PTR(-ENOMEM);
	}
	return &htab->map;
}

u64 ebpf_htab_mem_usage(const struct ebpf_map *map)
{
	const struct ebpf_htab *htab = htab_of(map);
	u64 size = sizeof(*htab) + ((u64)htab->mask + 1) * sizeof(*htab->buckets);

	if (htab->grows)
		return size + ebpf_pool_mem(&htab->pool);
	if (htab->slots)
		size += (u64)htab->map.max_entries * sizeof(*htab->slots);
	return size + (u64)htab->nr_elems * htab->elem_size +
	       (u64)htab->nr_elems * htab->percpu_size * num_possible_cpus();
}

