// SPDX-License-Identifier: GPL-2.0-only
/*
 * TASK_STORAGE: a value for each task, from the program that first asks for it until
 * the task goes. Kernels keep such values in the task itself; here they are in a hash
 * by the task's address. Tracepoints tell when a task goes, and, since a program may
 * still hold the address and make another value after that, when one comes: a new
 * task must not find the values of one that had its address before.
 *
 * SK_STORAGE: there are no sockets here that could have values (programs with packets
 * find none), so the map is only a name that programs are loaded with.
 */
#include "kmod/maps/local_storage.h"
#include "kmod/maps/maps.h"
#include "kmod/compat/task.h"
#include "kmod/compat/tracepoint.h"

#include <ebpf/btf.h>
#include <linux/rculist.h>

#define STORAGE_FLAGS	(EBPF_F_NO_PREALLOC | EBPF_F_CLONE)
/* A task each; what is not used takes 8 bytes. */
#define STORAGE_MAX_TASKS	(64U << 10)

struct task_storage {
	struct ebpf_map map;
	struct ebpf_map *hash;	/* u64 address of the task -> value */
	void *zero;		/* a value of zeros */
	struct list_head node;	/* in storages */
};

static struct task_storage *storage_of(const struct ebpf_map *map)
{
	return container_of(map, struct task_storage, map);
}

/*
 * Both types
 */
static int storage_alloc_check(const union ebpf_attr *attr)
{
	if (attr->map_flags & ~STORAGE_FLAGS || !(attr->map_flags & EBPF_F_NO_PREALLOC) ||
	    attr->max_entries || attr->key_size != sizeof(int) || !attr->value_size ||
	    !attr->btf_key_type_id || !attr->btf_value_type_id)
		return -EINVAL;
	return attr->value_size > EBPF_STORAGE_VALUE_MAX ? -E2BIG : 0;
}

static int storage_check_btf(const struct ebpf_map *map, const struct ebpf_btf *btf,
			     u32 key_type_id, u32 value_type_id)
{
	const struct ebpf_btf_type *t = ebpf_btf_skip_modifiers(btf, key_type_id, NULL);
	u32 data;

	if (!t || ebpf_btf_kind(t) != EBPF_BTF_KIND_INT)
		return -EINVAL;
	data = ebpf_btf_int_data(t);
	return EBPF_BTF_INT_BITS(data) == 32 && !EBPF_BTF_INT_OFFSET(data) ? 0 : -EINVAL;
}

static int storage_get_next_key(struct ebpf_map *map, void *key, void *next_key)
{
	return -ENOTSUPP;
}

/*
 * Tasks that come and go
 */
static DEFINE_MUTEX(storages_lock);	/* changes of the list, and the probes */
static LIST_HEAD(storages);		/* read in RCU-sched sections */

static struct compat_tracepoint tp_free, tp_new;

/* In the middle of what the kernel does: any context but NMI, preemption off. No
 * program comes between while a lock of the map is held.
 */
static void forget_task(struct task_struct *task)
{
	u64 key = (unsigned long)task;
	struct task_storage *storage;
	bool alone = ebpf_run_enter(NULL);

	list_for_each_entry_rcu(storage, &storages, node)
		storage->hash->ops->delete_elem(storage->hash, &key);
	if (alone)
		ebpf_run_exit();
}

static void on_task_free(void *data, struct task_struct *task)
{
	preempt_disable();
	forget_task(task);
	preempt_enable();
}

static void on_task_new(void *data, struct task_struct *task, unsigned long clone_flags)
{
	preempt_disable();
	forget_task(task);
	preempt_enable();
}

static int watch_tasks(void)
{
	int err = ebpf_compat_tracepoint_find("sched_process_free", &tp_free);

	if (err)
		return err;
	err = ebpf_compat_tracepoint_find("task_newtask", &tp_new);
	if (err)
		goto put_free;
	err = ebpf_compat_tracepoint_register(&tp_free, on_task_free, NULL);
	if (err)
		goto put_new;
	err = ebpf_compat_tracepoint_register(&tp_new, on_task_new, NULL);
	if (!err)
		return 0;
	ebpf_compat_tracepoint_unregister(&tp_free, on_task_free, NULL);
	tracepoint_synchronize_unregister();
put_new:
	ebpf_compat_tracepoint_put(&tp_new);
put_free:
	ebpf_compat_tracepoint_put(&tp_free);
	return err;
}

static void unwatch_tasks(void)
{
	ebpf_compat_tracepoint_unregister(&tp_new, on_task_new, NULL);
	ebpf_compat_tracepoint_unregister(&tp_free, on_task_free, NULL);
	ebpf_compat_tracepoint_put(&tp_new);
	ebpf_compat_tracepoint_put(&tp_free);
}

static int storage_publish(struct task_storage *storage)
{
	int err = 0;

	mutex_lock(&storages_lock);
	if (list_empty(&storages))
		err = watch_tasks();
	if (!err)
		list_add_rcu(&storage->node, &storages);
	mutex_unlock(&storages_lock);
	return err;
}

static void storage_hide(struct task_storage *storage)
{
	mutex_lock(&storages_lock);
	list_del_rcu(&storage->node);
	if (list_empty(&storages))
		unwatch_tasks();
	mutex_unlock(&storages_lock);
	/* Nobody walks over it any more, nor is in a probe. */
	tracepoint_synchronize_unregister();
}

/*
 * TASK_STORAGE
 */
static struct ebpf_map *hash_alloc(u32 value_size)
{
	union ebpf_attr attr;
	struct ebpf_map *hash;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = EBPF_MAP_TYPE_HASH;
	attr.key_size = sizeof(u64);
	attr.value_size = value_size;
	attr.max_entries = STORAGE_MAX_TASKS;
	attr.map_flags = EBPF_F_NO_PREALLOC;
	hash = ebpf_htab_map_ops.alloc(&attr);
	if (!IS_ERR(hash))
		hash->ops = &ebpf_htab_map_ops;
	return hash;
}

static struct ebpf_map *task_storage_alloc(const union ebpf_attr *attr)
{
	struct task_storage *storage = ebpf_map_area_alloc(sizeof(*storage), NUMA_NO_NODE);
	int err = -ENOMEM;

	if (!storage)
		return ERR_PTR(-ENOMEM);
	ebpf_map_init_from_attr(&storage->map, attr);
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

static void task_storage_free(struct ebpf_map *map)
{
	struct task_storage *storage = storage_of(map);

	storage_hide(storage);
	storage->hash->ops->free(storage->hash);
	ebpf_map_area_free(storage->zero);
	ebpf_map_area_free(storage);
}

void *ebpf_task_storage_get(struct ebpf_map *map, struct task_struct *task, const void *value,
			    u64 flags)
{
	struct task_storage *storage = storage_of(map);
	struct ebpf_map *hash = storage->hash;
	u64 key = (unsigned long)task;
	void *elem;

	if (flags & ~(u64)EBPF_LOCAL_STORAGE_GET_F_CREATE || !task)
		return NULL;
	elem = hash->ops->lookup_elem(hash, &key);
	if (elem || !flags || !compat_task_exists(task))
		return elem;
	hash->ops->update_elem(hash, &key, value ? value : storage->zero, EBPF_NOEXIST);
	/* Ours, or that of whoever was faster. */
	return hash->ops->lookup_elem(hash, &key);
}

long ebpf_task_storage_delete(struct ebpf_map *map, struct task_struct *task)
{
	struct ebpf_map *hash = storage_of(map)->hash;
	u64 key = (unsigned long)task;

	return task ? hash->ops->delete_elem(hash, &key) : -EINVAL;
}

static u64 task_storage_mem_usage(const struct ebpf_map *map)
{
	const struct ebpf_map *hash = storage_of(map)->hash;

	return sizeof(struct task_storage) + map->value_size + hash->ops->mem_usage(hash);
}

const struct ebpf_map_ops ebpf_task_storage_map_ops = {
	.alloc_check = storage_alloc_check,
	.alloc = task_storage_alloc,
	.free = task_storage_free,
	.get_next_key = storage_get_next_key,
	.meta_equal = ebpf_map_meta_equal,
	.check_btf = storage_check_btf,
	.mem_usage = task_storage_mem_usage,
};

/*
 * SK_STORAGE
 */
static struct ebpf_map *sk_storage_alloc(const union ebpf_attr *attr)
{
	struct ebpf_map *map = ebpf_map_area_alloc(sizeof(*map), NUMA_NO_NODE);

	return map ? map : ERR_PTR(-ENOMEM);
}

static void sk_storage_free(struct ebpf_map *map)
{
	ebpf_map_area_free(map);
}

static u64 sk_storage_mem_usage(const struct ebpf_map *map)
{
	return sizeof(*map);
}

const struct ebpf_map_ops ebpf_sk_storage_map_ops = {
	.alloc_check = storage_alloc_check,
	.alloc = sk_storage_alloc,
	.free = sk_storage_free,
	.get_next_key = storage_get_next_key,
	.meta_equal = ebpf_map_meta_equal,
	.check_btf = storage_check_btf,
	.mem_usage = sk_storage_mem_usage,
};
