// SPDX-License-Identifier: GPL-2.0-only
/*
 * MAP_CREATE.
 */
#include "kmod/syscall.h"
#include "kmod/btf.h"
#include "kmod/ids.h"
#include "kmod/map_internal.h"

int ebpf_map_set_name(struct ebpf_map *map, const union ebpf_attr *attr)
{
	int len = ebpf_name_copy(map->name, attr->map_name, sizeof(map->name));

	return len < 0 ? len : 0;
}

/* Offset of the member of type @name in the struct @value_id, -ENOENT without. */
static int find_special_field(const struct ebpf_btf *btf, u32 value_id, const char *name,
			      u32 size, u32 align)
{
	const struct ebpf_btf_type *t = ebpf_btf_skip_modifiers(btf, value_id, NULL);
	const struct ebpf_btf_member *member;
	const struct ebpf_btf_type *mt;
	int off = -ENOENT;
	const char *mname;
	u32 i, bit;

	if (!t || EBPF_BTF_INFO_KIND(t->info) != EBPF_BTF_KIND_STRUCT)
		return -ENOENT;
	member = (const struct ebpf_btf_member *)(t + 1);
	for (i = 0; i < EBPF_BTF_INFO_VLEN(t->info); i++, member++) {
		mt = ebpf_btf_type_by_id(btf, member->type);
		if (!mt || EBPF_BTF_INFO_KIND(mt->info) != EBPF_BTF_KIND_STRUCT || mt->size != size)
			continue;
		mname = ebpf_btf_name(btf, mt->name_off);
		if (!mname || strcmp(mname, name))
			continue;
		if (off >= 0)
			return -E2BIG;	/* one at most */
		bit = EBPF_BTF_INFO_KFLAG(t->info) ?
			EBPF_BTF_MEMBER_BIT_OFFSET(member->offset) : member->offset;
		if (bit % 8 || (bit / 8) % align)
			return -EINVAL;
		off = bit / 8;
	}
	return off;
}

/* Pointers into the kernel: members whose type is tagged "kptr" or "kptr_ref". */
static bool has_kptr(const struct ebpf_btf *btf, u32 type_id)
{
	const struct ebpf_btf_type *t = ebpf_btf_type_by_id(btf, type_id), *mt;
	const struct ebpf_btf_member *member;
	const char *tag;
	u32 i;

	if (!t || EBPF_BTF_INFO_KIND(t->info) != EBPF_BTF_KIND_STRUCT)
		return false;
	member = (const struct ebpf_btf_member *)(t + 1);
	for (i = 0; i < EBPF_BTF_INFO_VLEN(t->info); i++, member++) {
		mt = ebpf_btf_type_by_id(btf, member->type);
		if (!mt || EBPF_BTF_INFO_KIND(mt->info) != EBPF_BTF_KIND_PTR)
			continue;
		mt = ebpf_btf_type_by_id(btf, mt->type);
		if (!mt || EBPF_BTF_INFO_KIND(mt->info) != EBPF_BTF_KIND_TYPE_TAG)
			continue;
		tag = ebpf_btf_name(btf, mt->name_off);
		if (tag && (!strcmp(tag, "kptr") || !strcmp(tag, "kptr_ref")))
			return true;
	}
	return false;
}

static int check_special_fields(struct ebpf_map *map, const struct ebpf_btf *btf, u32 value_id)
{
	map->spin_lock_off = find_special_field(btf, value_id, "bpf_spin_lock", 4, 4);
	if (map->spin_lock_off >= 0) {
		if (map->map_flags & EBPF_F_RDONLY_PROG)
			return -EACCES;
		if (map->map_type != EBPF_MAP_TYPE_HASH && map->map_type != EBPF_MAP_TYPE_ARRAY)
			return -ENOTSUPP;
	}
	map->timer_off = find_special_field(btf, value_id, "bpf_timer", 16, 8);
	if (map->timer_off >= 0 || has_kptr(btf, value_id))
		return -EOPNOTSUPP;
	return 0;
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
	err = check_special_fields(map, btf, value_id);
	if (err)
		return err;
	return map->ops->check_btf ? map->ops->check_btf(map, btf, key_id, value_id) : 0;
}

int ebpf_map_set_btf(struct ebpf_map *map, const union ebpf_attr *attr)
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
	if (attr->map_type != EBPF_MAP_TYPE_BLOOM_FILTER && attr->map_extra)
		return -EINVAL;
	if (attr->map_ifindex)		/* offload to a device */
		return -EINVAL;
	if (node != NUMA_NO_NODE && ((u32)node >= nr_node_ids || !node_online(node)))
		return -EINVAL;
	return 0;
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
	map = ebpf_map_create(attr);
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
