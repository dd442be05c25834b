// SPDX-License-Identifier: GPL-2.0-only
/*
 * What stands for the maps inside a map of maps.
 */
#include "kmod/map/kinds/map_in_map.h"
#include "kmod/btf/btf.h"
#include "kmod/map/map_fields.h"

bool ebpf_map_meta_equal(const struct ebpf_map *meta, const struct ebpf_map *map)
{
	return meta->map_type == map->map_type && meta->key_size == map->key_size &&
	       meta->value_size == map->value_size && meta->map_flags == map->map_flags &&
	       ebpf_map_fields_equal(meta->fields, map->fields);
}

static int meta_check(const struct ebpf_map *map)
{
	/* One level is enough. */
	if (map->inner_map_meta)
		return -EINVAL;
	if (!map->ops->meta_equal || map->spin_lock_off >= 0)
		return -ENOTSUPP;
	return 0;
}

static struct ebpf_map *meta_of(const struct ebpf_map *map)
{
	struct ebpf_map *meta = kzalloc(sizeof(*meta), GFP_KERNEL);

	if (!meta)
		return ERR_PTR(-ENOMEM);
	meta->fields = ebpf_map_fields_dup(map->fields);
	if (IS_ERR(meta->fields)) {
		kfree(meta);
		return ERR_PTR(-ENOMEM);
	}
	meta->ops = map->ops;
	meta->is_meta = true;
	meta->map_type = map->map_type;
	meta->key_size = map->key_size;
	meta->value_size = map->value_size;
	meta->max_entries = map->max_entries;
	meta->map_flags = map->map_flags;
	meta->map_extra = map->map_extra;
	meta->numa_node = map->numa_node;
	meta->spin_lock_off = map->spin_lock_off;
	meta->timer_off = map->timer_off;
	meta->kptr_err = map->kptr_err;
	if (map->btf_obj) {
		ebpf_btf_obj_inc(map->btf_obj);
		meta->btf_obj = map->btf_obj;
		meta->btf = map->btf;
	}
	return meta;
}

struct ebpf_map *ebpf_map_meta_alloc(int fd)
{
	struct ebpf_map *map = ebpf_map_get(fd), *meta;
	int err;

	if (IS_ERR(map))
		return map;
	err = meta_check(map);
	meta = err ? ERR_PTR(err) : meta_of(map);
	ebpf_map_put(map);
	return meta;
}

void ebpf_map_meta_free(struct ebpf_map *meta)
{
	ebpf_btf_obj_put(meta->btf_obj);
	kfree(meta->fields);
	kfree(meta);
}
