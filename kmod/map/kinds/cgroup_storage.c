// SPDX-License-Identifier: GPL-2.0-only
/*
 * CGROUP_STORAGE and PERCPU_CGROUP_STORAGE: what programs attached to a control group
 * keep for it. None can be attached, so a map has no elements for commands; it has one
 * value, for programs that are run by PROG_TEST_RUN, zero when such a run starts.
 */
#include "kmod/map/kinds/cgroup_storage.h"
#include "kmod/map/kinds/maps.h"

#include <ebpf/btf.h>

#define STORAGE_FLAGS	(EBPF_F_NUMA_NODE | EBPF_F_ACCESS_MASK)

struct cgroup_storage {
	struct ebpf_map map;
	void **areas;		/* of the CPUs, or of one for all */
};

static struct cgroup_storage *storage_of(const struct ebpf_map *map)
{
	return container_of(map, struct cgroup_storage, map);
}

static bool is_percpu(u32 map_type)
{
	return map_type == EBPF_MAP_TYPE_PERCPU_CGROUP_STORAGE;
}

static int storage_alloc_check(const union ebpf_attr *attr)
{
	u32 max = is_percpu(attr->map_type) ? EBPF_PERCPU_VALUE_MAX : EBPF_STORAGE_VALUE_MAX;

	if (attr->key_size != sizeof(struct ebpf_cgroup_storage_key) &&
	    attr->key_size != sizeof(u64))
		return -EINVAL;
	if (!attr->value_size)
		return -EINVAL;
	if (attr->value_size > max)
		return -E2BIG;
	return !ebpf_map_flags_ok(attr, STORAGE_FLAGS) || attr->max_entries ? -EINVAL : 0;
}

static void storage_free(struct ebpf_map *map)
{
	struct cgroup_storage *storage = storage_of(map);

	if (is_percpu(map->map_type)) {
		ebpf_percpu_areas_free(storage->areas);
	} else if (storage->areas) {
		ebpf_map_area_free(storage->areas[0]);
		kfree(storage->areas);
	}
	ebpf_map_area_free(storage);
}

static int storage_alloc_values(struct cgroup_storage *storage, const union ebpf_attr *attr)
{
	u32 size = round_up(attr->value_size, 8);

	if (is_percpu(attr->map_type)) {
		storage->areas = ebpf_percpu_areas_alloc(size);
		return storage->areas ? 0 : -ENOMEM;
	}
	storage->areas = kzalloc(sizeof(*storage->areas), GFP_KERNEL);
	if (!storage->areas)
		return -ENOMEM;
	storage->areas[0] = ebpf_map_area_alloc(size, ebpf_map_numa_node(attr));
	return storage->areas[0] ? 0 : -ENOMEM;
}

static struct ebpf_map *storage_alloc(const union ebpf_attr *attr)
{
	struct cgroup_storage *storage = ebpf_map_area_alloc(sizeof(*storage), NUMA_NO_NODE);
	int err;

	if (!storage)
		return ERR_PTR(-ENOMEM);
	ebpf_map_init_from_attr(&storage->map, attr);
	err = storage_alloc_values(storage, attr);
	if (err) {
		storage_free(&storage->map);
		return ERR_PTR(err);
	}
	return &storage->map;
}

void *ebpf_cgroup_storage_value(const struct ebpf_map *map)
{
	return storage_of(map)->areas[is_percpu(map->map_type) ? raw_smp_processor_id() : 0];
}

void ebpf_cgroup_storage_reset(const struct ebpf_map *map)
{
	int cpu;

	if (map->map_type != EBPF_MAP_TYPE_CGROUP_STORAGE && !is_percpu(map->map_type))
		return;
	if (!is_percpu(map->map_type)) {
		memset(storage_of(map)->areas[0], 0, map->value_size);
		return;
	}
	for_each_possible_cpu(cpu)
		memset(storage_of(map)->areas[cpu], 0, map->value_size);
}

static int storage_sys_lookup(struct ebpf_map *map, void *key, void *value, u64 flags)
{
	return -ENOENT;
}

static int storage_sys_update(struct ebpf_map *map, void *key, void *value, u64 flags)
{
	u64 known = EBPF_EXIST | (is_percpu(map->map_type) ? 0 : EBPF_F_LOCK);

	return flags & ~known ? -EINVAL : -ENOENT;
}

static int storage_sys_delete(struct ebpf_map *map, void *key)
{
	return -EINVAL;
}

static int storage_get_next_key(struct ebpf_map *map, void *key, void *next_key)
{
	return -ENOENT;
}

static bool is_uint(const struct ebpf_btf *btf, u32 id, u32 bits)
{
	const struct ebpf_btf_type *t = ebpf_btf_skip_modifiers(btf, id, NULL);
	u32 data;

	if (!t || ebpf_btf_kind(t) != EBPF_BTF_KIND_INT)
		return false;
	data = ebpf_btf_int_data(t);
	return EBPF_BTF_INT_BITS(data) == bits && !EBPF_BTF_INT_OFFSET(data);
}

/* The cgroup's id alone, or with the attach type behind it. */
static int storage_check_btf(const struct ebpf_map *map, const struct ebpf_btf *btf,
			     u32 key_type_id, u32 value_type_id)
{
	const struct ebpf_btf_type *t = ebpf_btf_skip_modifiers(btf, key_type_id, NULL);
	const struct ebpf_btf_member *m;

	if (map->key_size == sizeof(u64))
		return is_uint(btf, key_type_id, 64) ? 0 : -EINVAL;
	if (!t || ebpf_btf_kind(t) != EBPF_BTF_KIND_STRUCT || ebpf_btf_vlen(t) != 2)
		return -EINVAL;
	m = ebpf_btf_members(t);
	return is_uint(btf, m[0].type, 64) && !ebpf_btf_member_bits(t, &m[0]) &&
	       is_uint(btf, m[1].type, 32) && ebpf_btf_member_bits(t, &m[1]) == 64 ? 0 : -EINVAL;
}

static u64 storage_mem_usage(const struct ebpf_map *map)
{
	u64 size = round_up(map->value_size, 8);

	if (is_percpu(map->map_type))
		size *= num_possible_cpus();
	return sizeof(struct cgroup_storage) + size;
}

const struct ebpf_map_ops ebpf_cgroup_storage_map_ops = {
	.alloc_check = storage_alloc_check,
	.alloc = storage_alloc,
	.free = storage_free,
	.sys_lookup = storage_sys_lookup,
	.sys_update = storage_sys_update,
	.sys_delete = storage_sys_delete,
	.get_next_key = storage_get_next_key,
	.check_btf = storage_check_btf,
	.mem_usage = storage_mem_usage,
};
