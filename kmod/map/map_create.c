// SPDX-License-Identifier: GPL-2.0-only
/*
 * MAP_CREATE.
 */
#include "kmod/syscall.h"
#include "kmod/btf/btf.h"
#include "kmod/ids.h"
#include "kmod/map/map_fields.h"
#include "kmod/map/map_internal.h"
#include "kmod/map/map_view.h"

static int map_set_name(struct ebpf_map *map, const union ebpf_attr *attr)
{
	int len = ebpf_name_copy(map->name, attr->map_name, sizeof(map->name));

	return len < 0 ? len : 0;
}

static const struct ebpf_btf *kernel_btf(void)
{
	const struct ebpf_btf_obj *obj = ebpf_btf_vmlinux();

	return obj ? obj->btf : NULL;
}

static const struct ebpf_kptr_env kptr_env = {
	.kernel_btf = kernel_btf,
	.dtor_of = ebpf_kptr_dtor_of,
	.own_dtor = ebpf_kptr_own_dtor,
};

static int check_spin_lock(const struct ebpf_map *map)
{
	if (map->map_flags & EBPF_F_RDONLY_PROG)
		return -EACCES;
	switch (map->map_type) {
	case EBPF_MAP_TYPE_HASH:
	case EBPF_MAP_TYPE_ARRAY:
	case EBPF_MAP_TYPE_CGROUP_STORAGE:
	case EBPF_MAP_TYPE_SK_STORAGE:
	case EBPF_MAP_TYPE_TASK_STORAGE:
		return 0;
	default:
		return -ENOTSUPP;
	}
}

static int check_timer(const struct ebpf_map *map)
{
	if (map->map_flags & EBPF_F_RDONLY_PROG)
		return -EACCES;
	switch (map->map_type) {
	case EBPF_MAP_TYPE_HASH:
	case EBPF_MAP_TYPE_LRU_HASH:
	case EBPF_MAP_TYPE_ARRAY:
		return 0;
	default:
		return -EOPNOTSUPP;
	}
}

static int check_kptrs(const struct ebpf_map *map)
{
	if (map->map_flags & (EBPF_F_RDONLY_PROG | EBPF_F_WRONLY_PROG))
		return -EACCES;
	switch (map->map_type) {
	case EBPF_MAP_TYPE_HASH:
	case EBPF_MAP_TYPE_LRU_HASH:
	case EBPF_MAP_TYPE_ARRAY:
	case EBPF_MAP_TYPE_PERCPU_ARRAY:
		return 0;
	default:
		return -EOPNOTSUPP;
	}
}

static int check_fields(const struct ebpf_map *map, const struct ebpf_map_fields *tab)
{
	int err = 0;

	if (tab->spin_lock_off >= 0)
		err = check_spin_lock(map);
	if (!err && tab->timer_off >= 0)
		err = check_timer(map);
	if (!err && tab->nr_kptrs)
		err = check_kptrs(map);
	return err;
}

static int find_fields(struct ebpf_map *map, const struct ebpf_btf *btf, u32 value_id)
{
	struct ebpf_map_fields *tab = kmalloc(sizeof(*tab), GFP_KERNEL);
	int err;

	if (!tab)
		return -ENOMEM;
	err = ebpf_map_fields_find(btf, value_id, map->value_size, &kptr_env, tab);
	if (!err)
		err = check_fields(map, tab);
	if (err)
		goto free_tab;
	map->spin_lock_off = tab->spin_lock_off;
	map->timer_off = tab->timer_off;
	map->kptr_err = tab->kptr_err;
	if (!tab->nr)
		goto free_tab;
	map->fields = tab;	/* freed with the map */
	return 0;

free_tab:
	kfree(tab);
	return err;
}

static int check_btf(struct ebpf_map *map, const struct ebpf_btf *btf, u32 key_id, u32 value_id)
{
	u32 size;
	int err;

	if (key_id) {
		if (!ebpf_btf_type_size(btf, key_id, &size) || size != map->key_size)
			return -EINVAL;
	} else if (!map->ops->check_btf) {
		return -EINVAL;		/* only some types have no key to speak of */
	}
	if (!ebpf_btf_type_size(btf, value_id, &size) || size != map->value_size)
		return -EINVAL;
	err = find_fields(map, btf, value_id);
	if (err)
		return err;
	return map->ops->check_btf ? map->ops->check_btf(map, btf, key_id, value_id) : 0;
}

static int map_set_btf(struct ebpf_map *map, const union ebpf_attr *attr)
{
	struct ebpf_btf_obj *obj;
	int err;

	if (!attr->btf_key_type_id && !attr->btf_value_type_id)
		return 0;
	obj = ebpf_btf_obj_get(attr->btf_fd);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	err = -EACCES;
	if (obj->kernel)
		goto put;
	err = -EINVAL;
	if (!attr->btf_value_type_id)
		goto put;
	err = check_btf(map, obj->btf, attr->btf_key_type_id, attr->btf_value_type_id);
	if (err)
		goto put;
	map->btf_obj = obj;
	map->btf = obj->btf;
	map->btf_key_type_id = attr->btf_key_type_id;
	map->btf_value_type_id = attr->btf_value_type_id;
	return 0;

put:
	ebpf_btf_obj_put(obj);
	return err;
}

/* open(2) flags of the fd that map_flags ask for, or -EINVAL. */
static int file_flags(u32 map_flags)
{
	switch (map_flags & (EBPF_F_RDONLY | EBPF_F_WRONLY)) {
	case 0:
		return O_RDWR;
	case EBPF_F_RDONLY:
		return O_RDONLY;
	case EBPF_F_WRONLY:
		return O_WRONLY;
	default:
		return -EINVAL;
	}
}

static int check_attr(const union ebpf_attr *attr)
{
	int node = ebpf_map_numa_node(attr);

	/* Types of vmlinux are for struct_ops maps. */
	if (attr->btf_vmlinux_value_type_id)
		return -EINVAL;
	if (attr->btf_key_type_id && !attr->btf_value_type_id)
		return -EINVAL;
	if (attr->map_type != EBPF_MAP_TYPE_BLOOM_FILTER && attr->map_type != EBPF_MAP_TYPE_ARENA &&
	    attr->map_extra)
		return -EINVAL;
	if (attr->map_ifindex)		/* offload to a device */
		return -EINVAL;
	if (node != NUMA_NO_NODE && ((u32)node >= nr_node_ids || !node_online(node)))
		return -EINVAL;
	return 0;
}

static struct ebpf_map *map_create(const union ebpf_attr *attr)
{
	struct ebpf_map *map = ebpf_map_alloc(attr);
	int err;

	if (IS_ERR(map))
		return map;
	err = map_set_name(map, attr);
	if (err)
		goto drop;
	err = map_set_btf(map, attr);
	if (err)
		goto drop;
	err = ebpf_ids_alloc(&ebpf_map_ids, NULL);
	if (err < 0)
		goto drop;
	map->id = err;
	ebpf_ids_publish(&ebpf_map_ids, map->id, map);
	err = ebpf_map_view_new(map);
	if (!err)
		return map;
	ebpf_map_put_with_uref(map);
	return ERR_PTR(err);

drop:
	ebpf_map_drop(map);
	return ERR_PTR(err);
}

long ebpf_cmd_map_create(const union ebpf_attr *attr, union ebpf_attr __user *uattr)
{
	struct ebpf_map *map;
	int flags, err;

	err = check_attr(attr);
	if (err)
		return err;
	flags = file_flags(attr->map_flags);
	if (flags < 0)
		return flags;
	map = map_create(attr);
	if (IS_ERR(map))
		return PTR_ERR(map);
	err = ebpf_map_new_fd(map, flags);
	if (err < 0)
		ebpf_map_put_with_uref(map);
	return err;
}

long ebpf_cmd_map_get_fd_by_id(const union ebpf_attr *attr, union ebpf_attr __user *uattr)
{
	struct ebpf_map *map;
	int flags, fd;

	if (attr->open_flags & ~(EBPF_F_RDONLY | EBPF_F_WRONLY))
		return -EINVAL;
	flags = file_flags(attr->open_flags);
	if (flags < 0)
		return flags;
	map = ebpf_ids_find(&ebpf_map_ids, attr->map_id);
	if (!map)
		return -ENOENT;
	fd = ebpf_map_new_fd(map, flags);
	if (fd < 0)
		ebpf_map_put_with_uref(map);
	return fd;
}
