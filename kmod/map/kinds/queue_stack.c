// SPDX-License-Identifier: GPL-2.0-only
/*
 * QUEUE and STACK: values without keys, in a circle of max_entries places.
 */
#include "kmod/map/kinds/elem_lock.h"
#include "kmod/map/kinds/maps.h"

#define QUEUE_FLAGS	(EBPF_F_NUMA_NODE | EBPF_F_ACCESS_MASK)

struct ebpf_queue {
	struct ebpf_map map;
	raw_spinlock_t lock;
	u32 first;		/* place of the oldest value */
	u32 nr;
	u8 values[] __aligned(8);
};

static struct ebpf_queue *queue_of(const struct ebpf_map *map)
{
	return container_of(map, struct ebpf_queue, map);
}

/* The value @i places behind the oldest. */
static void *queue_value(struct ebpf_queue *queue, u32 i)
{
	u64 place = (u64)queue->first + i;

	if (place >= queue->map.max_entries)
		place -= queue->map.max_entries;
	return queue->values + place * queue->map.value_size;
}

static void queue_drop_oldest(struct ebpf_queue *queue)
{
	if (++queue->first == queue->map.max_entries)
		queue->first = 0;
	queue->nr--;
}

static long queue_push_elem(struct ebpf_map *map, const void *value, u64 flags)
{
	struct ebpf_queue *queue = queue_of(map);
	unsigned long irq;
	int err;

	if (flags != EBPF_ANY && flags != EBPF_EXIST)
		return -EINVAL;
	err = ebpf_elem_lock(&queue->lock, &irq);
	if (err)
		return err;
	if (queue->nr == map->max_entries) {
		err = -E2BIG;
		if (flags != EBPF_EXIST)
			goto unlock;
		queue_drop_oldest(queue);
	}
	err = 0;
	memcpy(queue_value(queue, queue->nr), value, map->value_size);
	queue->nr++;
unlock:
	ebpf_elem_unlock(&queue->lock, irq);
	return err;
}

static long queue_get(struct ebpf_map *map, void *value, bool newest, bool delete)
{
	struct ebpf_queue *queue = queue_of(map);
	unsigned long irq;
	int err;

	err = ebpf_elem_lock(&queue->lock, &irq);
	/* The verifier takes the value for filled, whatever comes of it. */
	if (err) {
		memset(value, 0, map->value_size);
		return err;
	}
	if (!queue->nr) {
		memset(value, 0, map->value_size);
		err = -ENOENT;
		goto unlock;
	}
	memcpy(value, queue_value(queue, newest ? queue->nr - 1 : 0), map->value_size);
	if (delete && newest)
		queue->nr--;
	else if (delete)
		queue_drop_oldest(queue);
unlock:
	ebpf_elem_unlock(&queue->lock, irq);
	return err;
}

static long queue_pop_elem(struct ebpf_map *map, void *value)
{
	return queue_get(map, value, false, true);
}

static long queue_peek_elem(struct ebpf_map *map, void *value)
{
	return queue_get(map, value, false, false);
}

static long stack_pop_elem(struct ebpf_map *map, void *value)
{
	return queue_get(map, value, true, true);
}

static long stack_peek_elem(struct ebpf_map *map, void *value)
{
	return queue_get(map, value, true, false);
}

static int queue_no_delete(struct ebpf_map *map, void *key)
{
	return -EINVAL;
}

static int queue_no_next_key(struct ebpf_map *map, void *key, void *next_key)
{
	return -EINVAL;
}

static int queue_alloc_check(const union ebpf_attr *attr)
{
	if (!attr->max_entries || attr->key_size || !attr->value_size ||
	    !ebpf_map_flags_ok(attr, QUEUE_FLAGS))
		return -EINVAL;
	return attr->value_size > EBPF_ELEM_MAX ? -E2BIG : 0;
}

static struct ebpf_map *queue_alloc(const union ebpf_attr *attr)
{
	u64 size = sizeof(struct ebpf_queue) + (u64)attr->max_entries * attr->value_size;
	struct ebpf_queue *queue = ebpf_map_area_alloc(size, ebpf_map_numa_node(attr));

	if (!queue)
		return ERR_PTR(-ENOMEM);
	raw_spin_lock_init(&queue->lock);
	ebpf_map_init_from_attr(&queue->map, attr);
	return &queue->map;
}

static void queue_free(struct ebpf_map *map)
{
	ebpf_map_area_free(queue_of(map));
}

static u64 queue_mem_usage(const struct ebpf_map *map)
{
	return sizeof(struct ebpf_queue) + (u64)map->max_entries * map->value_size;
}

const struct ebpf_map_ops ebpf_queue_map_ops = {
	.alloc_check = queue_alloc_check,
	.alloc = queue_alloc,
	.free = queue_free,
	.push_elem = queue_push_elem,
	.pop_elem = queue_pop_elem,
	.peek_elem = queue_peek_elem,
	.sys_delete = queue_no_delete,
	.get_next_key = queue_no_next_key,
	.meta_equal = ebpf_map_meta_equal,
	.mem_usage = queue_mem_usage,
};

const struct ebpf_map_ops ebpf_stack_map_ops = {
	.alloc_check = queue_alloc_check,
	.alloc = queue_alloc,
	.free = queue_free,
	.push_elem = queue_push_elem,
	.pop_elem = stack_pop_elem,
	.peek_elem = stack_peek_elem,
	.sys_delete = queue_no_delete,
	.get_next_key = queue_no_next_key,
	.meta_equal = ebpf_map_meta_equal,
	.mem_usage = queue_mem_usage,
};
