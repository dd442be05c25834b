// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/map/kinds/fd_array.h"
#include "kmod/reaper.h"

static struct ebpf_reaper entry_reaper;

static void entry_free(struct list_head *node)
{
	struct ebpf_fd_entry *entry = container_of(node, struct ebpf_fd_entry, node);

	entry->put(entry->obj);
	kfree(entry);
}

void ebpf_fd_array_init_module(void)
{
	ebpf_reaper_init(&entry_reaper, entry_free);
}

void ebpf_fd_array_flush(void)
{
	ebpf_reaper_flush(&entry_reaper);
}

void *ebpf_fd_entry_new(void *obj, void (*put)(void *obj), struct file *map_file)
{
	struct ebpf_fd_entry *entry = kzalloc(sizeof(*entry), GFP_KERNEL);

	if (!entry) {
		put(obj);
		return ERR_PTR(-ENOMEM);
	}
	entry->obj = obj;
	entry->put = put;
	entry->map_file = map_file;
	return entry;
}

void ebpf_fd_entry_put(void *ptr)
{
	struct ebpf_fd_entry *entry = ptr;

	ebpf_reaper_queue(&entry_reaper, &entry->node);
}

/* A file that is being closed is not in use by an update, so no entry of its own
 * comes in meanwhile.
 */
void ebpf_fd_array_release_file(struct ebpf_map *map, struct file *map_file)
{
	struct ebpf_fd_array *array = ebpf_fd_array_of(map);
	struct ebpf_fd_entry *entry;
	bool ours;
	u32 i;

	for (i = 0; i < map->max_entries; i++) {
		/* Preemption off: the entry stays for the comparison. */
		preempt_disable();
		entry = READ_ONCE(array->ptrs[i]);
		ours = entry && entry->map_file == map_file &&
		       cmpxchg(&array->ptrs[i], (void *)entry, NULL) == entry;
		preempt_enable();
		if (ours)
			ebpf_fd_entry_put(entry);
		if (!(i % 4096))
			cond_resched();
	}
}

int ebpf_fd_array_alloc_check(const union ebpf_attr *attr)
{
	if (attr->value_size != sizeof(u32))
		return -EINVAL;
	/* Programs do not read or write the entries as such. */
	if (attr->map_flags & (EBPF_F_RDONLY_PROG | EBPF_F_WRONLY_PROG))
		return -EINVAL;
	return ebpf_array_alloc_check(attr);
}

u64 ebpf_fd_array_mem_usage(const struct ebpf_map *map)
{
	return sizeof(struct ebpf_fd_array) + (u64)map->max_entries * sizeof(void *);
}

struct ebpf_map *ebpf_fd_array_alloc(const union ebpf_attr *attr)
{
	u64 size = sizeof(struct ebpf_fd_array) + (u64)attr->max_entries * sizeof(void *);
	struct ebpf_fd_array *array = ebpf_map_area_alloc(size, ebpf_map_numa_node(attr));

	if (!array)
		return ERR_PTR(-ENOMEM);
	ebpf_map_init_from_attr(&array->map, attr);
	return &array->map;
}

static bool fd_array_drop(struct ebpf_map *map, u32 index)
{
	void *old = xchg(&ebpf_fd_array_of(map)->ptrs[index], NULL);

	if (old)
		map->ops->fd_put_ptr(old);
	return old;
}

void ebpf_fd_array_clear(struct ebpf_map *map)
{
	u32 i;

	for (i = 0; i < map->max_entries; i++) {
		fd_array_drop(map, i);
		if (!(i % 4096))
			cond_resched();
	}
}

void ebpf_fd_array_free(struct ebpf_map *map)
{
	ebpf_fd_array_clear(map);
	ebpf_map_area_free(ebpf_fd_array_of(map));
}

int ebpf_fd_array_sys_lookup(struct ebpf_map *map, void *key, void *value, u64 flags)
{
	u32 index = *(u32 *)key;
	int err = -ENOENT;
	void *ptr;

	if (!map->ops->fd_sys_lookup_elem)
		return -ENOTSUPP;
	if (index >= map->max_entries)
		return -ENOENT;
	preempt_disable();
	ptr = READ_ONCE(ebpf_fd_array_of(map)->ptrs[index]);
	if (ptr) {
		*(u32 *)value = map->ops->fd_sys_lookup_elem(ptr);
		err = 0;
	}
	preempt_enable();
	return err;
}

int ebpf_fd_array_update(struct ebpf_map *map, struct file *map_file, void *key, void *value,
			 u64 flags)
{
	u32 index = *(u32 *)key;
	void *ptr, *old;

	if (flags != EBPF_ANY)
		return -EINVAL;
	if (index >= map->max_entries)
		return -E2BIG;
	ptr = map->ops->fd_get_ptr(map, map_file, *(int *)value);
	if (IS_ERR(ptr))
		return PTR_ERR(ptr);
	old = xchg(&ebpf_fd_array_of(map)->ptrs[index], ptr);
	if (old)
		map->ops->fd_put_ptr(old);
	return 0;
}

int ebpf_fd_array_sys_delete(struct ebpf_map *map, void *key)
{
	u32 index = *(u32 *)key;

	if (index >= map->max_entries)
		return -E2BIG;
	return fd_array_drop(map, index) ? 0 : -ENOENT;
}
