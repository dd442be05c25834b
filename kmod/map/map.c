// SPDX-License-Identifier: GPL-2.0-only
/*
 * Map objects: references, file operations.
 */
#include "kmod/map/map_fields.h"
#include "kmod/map/map_internal.h"
#include "kmod/map/map_view.h"
#include "kmod/btf/btf.h"
#include "kmod/compat/vma.h"
#include "kmod/fd.h"
#include "kmod/ids.h"
#include "kmod/reaper.h"
#include "kmod/prog/sleep.h"

#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/mutex.h>
#include <linux/poll.h>

static struct ebpf_reaper map_reaper;
static atomic_t map_count = ATOMIC_INIT(0);

/* Keeps "is frozen" and "gets a writable mapping" apart, for all maps: neither is
 * frequent. Nests inside mmap_lock.
 */
static DEFINE_MUTEX(freeze_lock);

u64 ebpf_map_count(void)
{
	return atomic_read(&map_count);
}

/*
 * References
 */
void ebpf_map_inc(struct ebpf_map *map)
{
	atomic64_inc(&map->refcnt);
}

void ebpf_map_inc_with_uref(struct ebpf_map *map)
{
	atomic64_inc(&map->refcnt);
	atomic64_inc(&map->usercnt);
}

struct ebpf_map *ebpf_map_inc_not_zero(struct ebpf_map *map)
{
	return atomic64_inc_not_zero(&map->refcnt) ? map : NULL;
}

static void *map_id_get(void *obj)
{
	struct ebpf_map *map = ebpf_map_inc_not_zero(obj);

	if (map)
		atomic64_inc(&map->usercnt);
	return map;
}

struct ebpf_ids ebpf_map_ids = { .get = map_id_get };

static void map_free(struct list_head *node)
{
	struct ebpf_map *map = list_entry(node, struct ebpf_map, free_node);
	struct ebpf_btf_obj *btf_obj = map->btf_obj;
	struct ebpf_map_fields *fields = map->fields;

	ebpf_map_view_free(map);
	map->ops->free(map);
	kfree(fields);
	ebpf_btf_obj_put(btf_obj);
	atomic_dec(&map_count);
}

static void map_slept(struct rcu_head *head)
{
	ebpf_reaper_queue(&map_reaper, &container_of(head, struct ebpf_map, rcu)->free_node);
}

/* What programs find in a map of maps they hold no reference on. Other maps that a
 * sleeping program has in hand are its own.
 */
void ebpf_map_put(struct ebpf_map *map)
{
	if (!atomic64_dec_and_test(&map->refcnt))
		return;
	ebpf_ids_free(&ebpf_map_ids, map->id);
	if (ebpf_sleep_inner_used())
		ebpf_sleep_call(&map->rcu, map_slept);
	else
		ebpf_reaper_queue(&map_reaper, &map->free_node);
}

void ebpf_map_put_with_uref(struct ebpf_map *map)
{
	if (atomic64_dec_and_test(&map->usercnt) && map->ops->release_uref)
		map->ops->release_uref(map);
	ebpf_map_put(map);
}

/* Undoes an allocation that nobody has seen. */
void ebpf_map_drop(struct ebpf_map *map)
{
	map_free(&map->free_node);
}

/*
 * Freezing
 */
void ebpf_map_write_get(struct ebpf_map *map)
{
	atomic64_inc(&map->writecnt);
}

void ebpf_map_write_put(struct ebpf_map *map)
{
	atomic64_dec(&map->writecnt);
}

int ebpf_map_freeze(struct ebpf_map *map)
{
	int err = 0;

	if (map->map_type == EBPF_MAP_TYPE_STRUCT_OPS || ebpf_map_has_live_fields(map))
		return -ENOTSUPP;
	mutex_lock(&freeze_lock);
	if (atomic64_read(&map->writecnt) || map->frozen)
		err = -EBUSY;
	else if (!compat_bpf_capable())	/* it is for good, and for all who hold the map */
		err = -EPERM;
	else
		WRITE_ONCE(map->frozen, true);
	mutex_unlock(&freeze_lock);
	return err;
}

/* A writer raises writecnt before it looks at frozen, so one of the two sees the
 * other.
 */
bool ebpf_map_is_rdonly(const struct ebpf_map *map)
{
	return (map->map_flags & EBPF_F_RDONLY_PROG) && READ_ONCE(map->frozen) &&
	       !atomic64_read(&map->writecnt);
}

/*
 * Creation
 */
void ebpf_map_init_from_attr(struct ebpf_map *map, const union ebpf_attr *attr)
{
	map->map_type = attr->map_type;
	map->key_size = attr->key_size;
	map->value_size = attr->value_size;
	map->max_entries = attr->max_entries;
	/* Access of the fd, not of the map. */
	map->map_flags = attr->map_flags & ~(EBPF_F_RDONLY | EBPF_F_WRONLY);
	map->map_extra = attr->map_extra;
	map->numa_node = ebpf_map_numa_node(attr);
}

struct ebpf_map *ebpf_map_alloc(const union ebpf_attr *attr)
{
	const struct ebpf_map_ops *ops = ebpf_map_ops_of(attr->map_type);
	struct ebpf_map *map;
	int err;

	if (!ops)
		return ERR_PTR(-EINVAL);
	if (ops->alloc_check) {
		err = ops->alloc_check(attr);
		if (err)
			return ERR_PTR(err);
	}
	map = ops->alloc(attr);
	if (IS_ERR(map))
		return map;
	ebpf_map_init_from_attr(map, attr);
	map->map_flags |= ops->always_flags;
	map->ops = ops;
	map->spin_lock_off = -EINVAL;
	map->timer_off = -EINVAL;
	map->kptr_err = 0;
	map->fields = NULL;
	map->view = NULL;
	atomic64_set(&map->refcnt, 1);
	atomic64_set(&map->usercnt, 1);
	atomic64_set(&map->writecnt, 0);
	atomic_inc(&map_count);
	return map;
}

u64 ebpf_map_value_size_user(const struct ebpf_map *map)
{
	switch (map->map_type) {
	case EBPF_MAP_TYPE_PERCPU_HASH:
	case EBPF_MAP_TYPE_LRU_PERCPU_HASH:
	case EBPF_MAP_TYPE_PERCPU_ARRAY:
	case EBPF_MAP_TYPE_PERCPU_CGROUP_STORAGE:
		return (u64)round_up(map->value_size, 8) * num_possible_cpus();
	case EBPF_MAP_TYPE_PROG_ARRAY:
	case EBPF_MAP_TYPE_PERF_EVENT_ARRAY:
	case EBPF_MAP_TYPE_CGROUP_ARRAY:
	case EBPF_MAP_TYPE_ARRAY_OF_MAPS:
	case EBPF_MAP_TYPE_HASH_OF_MAPS:
		return sizeof(u32);
	default:
		return map->value_size;
	}
}

/*
 * Files
 */
static int map_release(struct inode *inode, struct file *file)
{
	struct ebpf_map *map = file->private_data;

	if (map->ops->release_file)
		map->ops->release_file(map, file);
	ebpf_map_put_with_uref(map);
	return 0;
}

static compat_fdinfo_t map_show_fdinfo(struct seq_file *m, struct file *file)
{
	const struct ebpf_map *map = file->private_data;
	u64 memlock = map->ops->mem_usage ? map->ops->mem_usage(map) : 0;

	seq_printf(m, "map_type:\t%u\nkey_size:\t%u\nvalue_size:\t%u\nmax_entries:\t%u\n",
		   map->map_type, map->key_size, map->value_size, map->max_entries);
	seq_printf(m, "map_flags:\t%#x\nmap_extra:\t%#llx\nmemlock:\t%llu\nmap_id:\t%u\nfrozen:\t%u\n",
		   map->map_flags, map->map_extra, memlock, map->id, READ_ONCE(map->frozen));
	if (map->owner_set)
		seq_printf(m, "owner_prog_type:\t%u\nowner_jited:\t%u\n", map->owner_type,
			   map->owner_jited);
	return COMPAT_FDINFO_DONE;
}

static compat_poll_t map_poll(struct file *file, struct poll_table_struct *pts)
{
	struct ebpf_map *map = file->private_data;

	if (map->ops->poll)
		return (__force compat_poll_t)map->ops->poll(map, file, pts);
	return (__force compat_poll_t)POLLERR;
}

void ebpf_map_vma_open(struct vm_area_struct *vma)
{
	if (vma->vm_flags & VM_MAYWRITE)
		ebpf_map_write_get(vma->vm_private_data);
}

void ebpf_map_vma_close(struct vm_area_struct *vma)
{
	if (vma->vm_flags & VM_MAYWRITE)
		ebpf_map_write_put(vma->vm_private_data);
}

/* The mapping holds the file, the file holds the map. */
static const struct vm_operations_struct map_vm_ops = {
	.open = ebpf_map_vma_open,
	.close = ebpf_map_vma_close,
};

static int map_may_write(const struct ebpf_map *map)
{
	if (map->frozen)
		return -EPERM;
	/* Constant for programs; user space fills it by command before freezing. */
	if (map->map_flags & EBPF_F_RDONLY_PROG)
		return -EACCES;
	return 0;
}

static int map_mmap_locked(struct ebpf_map *map, struct vm_area_struct *vma)
{
	int err;

	if (vma->vm_flags & VM_WRITE) {
		err = map_may_write(map);
		if (err)
			return err;
	}
	vma->vm_ops = &map_vm_ops;
	vma->vm_private_data = map;
	compat_vm_flags_clear(vma, VM_MAYEXEC);
	if (!(vma->vm_flags & VM_WRITE))
		/* mprotect() must not make it writable behind a freeze. */
		compat_vm_flags_clear(vma, VM_MAYWRITE);
	err = map->ops->mmap(map, vma);
	if (!err && (vma->vm_flags & VM_MAYWRITE))
		ebpf_map_write_get(map);
	return err;
}

static int map_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct ebpf_map *map = file->private_data;
	int err;

	if (!map->ops->mmap || map->fields)
		return -ENOTSUPP;
	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	mutex_lock(&freeze_lock);
	err = map_mmap_locked(map, vma);
	mutex_unlock(&freeze_lock);
	return err;
}

static unsigned long map_get_unmapped_area(struct file *file, unsigned long addr, unsigned long len,
					   unsigned long pgoff, unsigned long flags)
{
	struct ebpf_map *map = file->private_data;

	if (map->ops->get_unmapped_area)
		return map->ops->get_unmapped_area(map, file, addr, len, pgoff, flags);
	return compat_get_unmapped_area(file, addr, len, pgoff, flags);
}

const struct file_operations ebpf_map_fops = {
	.owner = THIS_MODULE,
	.release = map_release,
	.show_fdinfo = map_show_fdinfo,
	.read = ebpf_fd_no_read,
	.write = ebpf_fd_no_write,
	.mmap = map_mmap,
	.get_unmapped_area = map_get_unmapped_area,
	.poll = map_poll,
	.llseek = noop_llseek,
};

int ebpf_map_new_fd(struct ebpf_map *map, int flags)
{
	struct file *file;
	int fd;

	if (!map->ops->bind_file)
		return ebpf_fd_new("bpf-map", &ebpf_map_fops, map, flags | O_CLOEXEC);
	fd = get_unused_fd_flags(flags | O_CLOEXEC);
	if (fd < 0)
		return fd;
	file = anon_inode_getfile("bpf-map", &ebpf_map_fops, map, flags | O_CLOEXEC);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		return PTR_ERR(file);
	}
	map->ops->bind_file(map, file);
	fd_install(fd, file);
	return fd;
}

static struct ebpf_map *map_get(int fd, bool uref)
{
	struct file *file = ebpf_fd_get(fd, &ebpf_map_fops);
	struct ebpf_map *map;

	if (IS_ERR(file))
		return ERR_CAST(file);
	map = file->private_data;
	ebpf_map_inc(map);
	if (uref)
		atomic64_inc(&map->usercnt);
	fput(file);
	return map;
}

struct ebpf_map *ebpf_map_get(int fd)
{
	return map_get(fd, false);
}

struct ebpf_map *ebpf_map_get_with_uref(int fd)
{
	return map_get(fd, true);
}

void ebpf_long_memcpy(void *dst, const void *src, size_t size)
{
	const u64 *s = src;
	u64 *d = dst;

	if (((unsigned long)dst | (unsigned long)src | size) & 7) {
		memcpy(dst, src, size);
		return;
	}
	for (; size; size -= 8)
		WRITE_ONCE(*d++, READ_ONCE(*s++));
}

int ebpf_map_init_module(void)
{
	ebpf_ids_init(&ebpf_map_ids);
	ebpf_reaper_init(&map_reaper, map_free);
	ebpf_fd_array_init_module();
	return 0;
}

void ebpf_map_flush(void)
{
	ebpf_sleep_barrier();
	ebpf_reaper_flush(&map_reaper);
	ebpf_fd_array_flush();
}

void ebpf_map_exit_module(void)
{
	ebpf_ids_exit(&ebpf_map_ids);
}
