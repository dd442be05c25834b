// SPDX-License-Identifier: GPL-2.0-only
/*
 * A value for each object of a kind, from the program that first asks for it until the
 * object goes. Kernels keep such values in the object itself; here they are in a hash by
 * the object's address, and somebody tells when one goes. The address is only compared:
 * a wrong one finds nothing, or makes a value that nobody else finds.
 */
#include "kmod/map/kinds/local_storage_internal.h"
#include "kmod/map/kinds/maps.h"
#include "kmod/prog/run.h"

#include <ebpf/btf.h>
#include <linux/rculist.h>

#define STORAGE_FLAGS	(EBPF_F_NO_PREALLOC | EBPF_F_CLONE)
/* An object each; what is not used takes 8 bytes. */
#define STORAGE_MAX_OBJECTS	(64U << 10)

int ebpf_storage_alloc_check(const union ebpf_attr *attr)
{
	if (attr->map_flags & ~STORAGE_FLAGS || !(attr->map_flags & EBPF_F_NO_PREALLOC) ||
	    attr->max_entries || attr->key_size != sizeof(int) || !attr->value_size ||
	    !attr->btf_key_type_id || !attr->btf_value_type_id)
		return -EINVAL;
	return attr->value_size > EBPF_STORAGE_VALUE_MAX ? -E2BIG : 0;
}

int ebpf_storage_check_btf(const struct ebpf_map *map, const struct ebpf_btf *btf,
			   u32 key_type_id, u32 value_type_id)
{
	const struct ebpf_btf_type *t = ebpf_btf_skip_modifiers(btf, key_type_id, NULL);
	u32 data;

	if (!t || ebpf_btf_kind(t) != EBPF_BTF_KIND_INT)
		return -EINVAL;
	data = ebpf_btf_int_data(t);
	return EBPF_BTF_INT_BITS(data) == 32 && !EBPF_BTF_INT_OFFSET(data) ? 0 : -EINVAL;
}

int ebpf_storage_get_next_key(struct ebpf_map *map, void *key, void *next_key)
{
	return -ENOTSUPP;
}

/*
 * Life
 */
static int storage_publish(struct storage *storage)
{
	struct storage_owner *owner = storage->owner;
	int err = 0;

	mutex_lock(&owner->lock);
	if (list_empty(&owner->maps))
		err = owner->watch();
	if (!err)
		list_add_rcu(&storage->node, &owner->maps);
	mutex_unlock(&owner->lock);
	return err;
}

static void storage_hide(struct storage *storage)
{
	struct storage_owner *owner = storage->owner;

	mutex_lock(&owner->lock);
	list_del_rcu(&storage->node);
	if (list_empty(&owner->maps))
		owner->unwatch();
	mutex_unlock(&owner->lock);
	/* Nobody walks over it any more. */
	compat_synchronize_rcu_sched();
}

void ebpf_storage_forget(struct storage_owner *owner, const void *addr)
{
	u64 key = (unsigned long)addr;
	struct storage *storage;
	bool alone = ebpf_run_enter(NULL);

	list_for_each_entry_rcu(storage, &owner->maps, node)
		storage->hash->ops->delete_elem(storage->hash, &key);
	if (alone)
		ebpf_run_exit();
}

static struct ebpf_map *hash_alloc(u32 value_size)
{
	union ebpf_attr attr;
	struct ebpf_map *hash;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = EBPF_MAP_TYPE_HASH;
	attr.key_size = sizeof(u64);
	attr.value_size = value_size;
	attr.max_entries = STORAGE_MAX_OBJECTS;
	attr.map_flags = EBPF_F_NO_PREALLOC;
	hash = ebpf_htab_map_ops.alloc(&attr);
	if (!IS_ERR(hash))
		hash->ops = &ebpf_htab_map_ops;
	return hash;
}

struct ebpf_map *ebpf_storage_alloc(const union ebpf_attr *attr, struct storage_owner *owner)
{
	struct storage *storage = ebpf_map_area_alloc(sizeof(*storage), NUMA_NO_NODE);
	int err = -ENOMEM;

	if (!storage)
		return ERR_PTR(-ENOMEM);
	ebpf_map_init_from_attr(&storage->map, attr);
	storage->owner = owner;
	storage->zero = ebpf_map_area_alloc(attr->value_size, NUMA_NO_NODE);
	if (!storage->zero)
		goto free_storage;
	storage->hash = hash_alloc(attr->value_size);
	if (IS_ERR(storage->hash)) {
		err = PTR_ERR(storage->hash);
		goto free_zero;
	}
	err = storage_publish(storage);
	if (!err)
		return &storage->map;
	storage->hash->ops->free(storage->hash);
free_zero:
	ebpf_map_area_free(storage->zero);
free_storage:
	ebpf_map_area_free(storage);
	return ERR_PTR(err);
}

void ebpf_storage_free(struct ebpf_map *map)
{
	struct storage *storage = storage_of(map);

	storage_hide(storage);
	storage->hash->ops->free(storage->hash);
	ebpf_map_area_free(storage->zero);
	ebpf_map_area_free(storage);
}

u64 ebpf_storage_mem_usage(const struct ebpf_map *map)
{
	const struct ebpf_map *hash = storage_of(map)->hash;

	return sizeof(struct storage) + map->value_size + hash->ops->mem_usage(hash);
}

/*
 * Programs
 */
void *ebpf_storage_get(struct ebpf_map *map, void *addr, const void *value, u64 flags,
		       bool (*alive)(const void *addr))
{
	struct storage *storage = storage_of(map);
	struct ebpf_map *hash = storage->hash;
	u64 key = (unsigned long)addr;
	void *elem;

	if (flags & ~(u64)EBPF_LOCAL_STORAGE_GET_F_CREATE || !addr)
		return NULL;
	elem = hash->ops->lookup_elem(hash, &key);
	if (elem || !flags || !alive(addr))
		return elem;
	hash->ops->update_elem(hash, &key, value ? value : storage->zero, EBPF_NOEXIST);
	/* It went meanwhile, before there was a value to forget. */
	if (!alive(addr)) {
		hash->ops->delete_elem(hash, &key);
		return NULL;
	}
	/* Ours, or that of whoever was faster. */
	return hash->ops->lookup_elem(hash, &key);
}

long ebpf_storage_delete(struct ebpf_map *map, void *addr)
{
	struct ebpf_map *hash = storage_of(map)->hash;
	u64 key = (unsigned long)addr;

	return addr ? hash->ops->delete_elem(hash, &key) : -EINVAL;
}
