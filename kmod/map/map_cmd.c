// SPDX-License-Identifier: GPL-2.0-only
/*
 * Map elements by command.
 *
 * A type's sys_* operations may sleep and are called as they are. Those meant for
 * programs run with preemption off and inside the run guard: a program that a
 * probe starts meanwhile on this CPU could otherwise wait for a lock we hold.
 */
#include "kmod/syscall.h"
#include "kmod/caller.h"
#include "kmod/fd.h"
#include "kmod/map/map_fields.h"
#include "kmod/map/map_internal.h"
#include "kmod/prog/run.h"

#include <linux/file.h>

static void ops_begin(void)
{
	preempt_disable();
	ebpf_run_enter(NULL);
}

static void ops_end(void)
{
	ebpf_run_exit();
	preempt_enable();
}

/*
 * The map of a command
 */
int ebpf_fd_map_get(struct fd_map *fm, int fd, fmode_t mode)
{
	fmode_t may;

	fm->file = ebpf_fd_get(fd, &ebpf_map_fops);
	if (IS_ERR(fm->file))
		return PTR_ERR(fm->file);
	fm->map = fm->file->private_data;
	if (mode & FMODE_WRITE)
		ebpf_map_write_get(fm->map);
	may = fm->file->f_mode;
	if (READ_ONCE(fm->map->frozen))
		may &= ~FMODE_WRITE;
	if ((may & mode) == mode)
		return 0;
	ebpf_fd_map_put(fm, mode);
	return -EPERM;
}

void ebpf_fd_map_put(struct fd_map *fm, fmode_t mode)
{
	if (mode & FMODE_WRITE)
		ebpf_map_write_put(fm->map);
	fput(fm->file);
}

static void *buf_from_user(u64 uaddr, u64 size)
{
	void *buf = compat_kvzalloc(size);

	if (!buf)
		return ERR_PTR(-ENOMEM);
	if (ebpf_copy_in(buf, uaddr, size)) {
		compat_kvfree(buf);
		return ERR_PTR(-EFAULT);
	}
	return buf;
}

void *ebpf_map_key_from_user(const struct ebpf_map *map, u64 ukey)
{
	if (map->key_size)
		return buf_from_user(ukey, map->key_size);
	return ukey ? ERR_PTR(-EINVAL) : NULL;
}

void *ebpf_map_value_from_user(const struct ebpf_map *map, u64 uvalue)
{
	return buf_from_user(uvalue, ebpf_map_value_size_user(map));
}

static bool lock_flag_ok(const struct ebpf_map *map, u64 flags)
{
	return !(flags & EBPF_F_LOCK) || ebpf_map_has_spin_lock(map);
}

/*
 * One element
 */
static int lookup_by_ops(struct ebpf_map *map, void *key, void *value, u64 flags)
{
	void *elem;
	int err = 0;

	if (!map->ops->lookup_elem)
		return -ENOTSUPP;
	ops_begin();
	elem = map->ops->lookup_elem(map, key);
	if (IS_ERR(elem))
		err = PTR_ERR(elem);
	else if (!elem)
		err = -ENOENT;
	else if (flags & EBPF_F_LOCK)
		err = ebpf_map_copy_value_locked(map, value, elem, elem);
	else
		ebpf_long_memcpy(value, elem, map->value_size);
	ops_end();
	return err;
}

static int peek_by_ops(struct ebpf_map *map, void *value)
{
	int err;

	ops_begin();
	err = map->ops->peek_elem(map, value);
	ops_end();
	return err;
}

int ebpf_map_lookup_one(struct ebpf_map *map, void *key, void *value, u64 flags)
{
	int err;

	if (map->ops->peek_elem && !map->ops->sys_lookup)
		return peek_by_ops(map, value);
	if (map->ops->sys_lookup)
		err = map->ops->sys_lookup(map, key, value, flags);
	else
		err = lookup_by_ops(map, key, value, flags);
	if (!err)
		ebpf_map_hide_fields(map, value);
	return err;
}

/* Values that are fds: takes the object's reference, the map keeps it. */
int ebpf_map_update_one(struct ebpf_map *map, struct file *file, void *key, void *value, u64 flags)
{
	int err = -ENOTSUPP;

	if (map->ops->sys_update)
		return map->ops->sys_update(map, key, value, flags);
	if (map->ops->fd_get_ptr)
		return ebpf_fd_array_update(map, file, key, value, flags);
	if (!map->ops->push_elem && !map->ops->update_elem)
		return err;
	ops_begin();
	if (map->ops->push_elem)
		err = map->ops->push_elem(map, value, flags);
	else
		err = map->ops->update_elem(map, key, value, flags);
	ops_end();
	return err;
}

int ebpf_map_delete_one(struct ebpf_map *map, void *key)
{
	int err;

	if (map->ops->sys_delete)
		return map->ops->sys_delete(map, key);
	if (!map->ops->delete_elem)
		return -ENOTSUPP;
	ops_begin();
	err = map->ops->delete_elem(map, key);
	ops_end();
	return err;
}

int ebpf_map_next_key(struct ebpf_map *map, void *key, void *next_key)
{
	int err;

	if (!map->ops->get_next_key)
		return -ENOTSUPP;
	ops_begin();
	err = map->ops->get_next_key(map, key, next_key);
	ops_end();
	return err;
}

int ebpf_map_lookup_and_delete_one(struct ebpf_map *map, void *key, void *value, u64 flags)
{
	int err = map->ops->sys_lookup_and_delete(map, key, value, flags);

	if (!err)
		ebpf_map_hide_fields(map, value);
	return err;
}

static int lookup_and_delete_one(struct ebpf_map *map, void *key, void *value, u64 flags)
{
	int err;

	/* Linux has this for batches only. */
	if (map->map_type == EBPF_MAP_TYPE_HASH_OF_MAPS)
		return -ENOTSUPP;
	if (map->ops->sys_lookup_and_delete)
		return ebpf_map_lookup_and_delete_one(map, key, value, flags);
	if (!map->ops->pop_elem)
		return -ENOTSUPP;
	ops_begin();
	err = map->ops->pop_elem(map, value);
	ops_end();
	return err;
}

/*
 * Commands
 */
static long value_to_user(struct ebpf_map *map, const union ebpf_attr *attr,
			  int (*get)(struct ebpf_map *map, void *key, void *value, u64 flags))
{
	u64 size = ebpf_map_value_size_user(map);
	void *key, *value;
	long err;

	key = ebpf_map_key_from_user(map, attr->key);
	if (IS_ERR(key))
		return PTR_ERR(key);
	/* A bloom filter is asked about the value. */
	if (map->map_type == EBPF_MAP_TYPE_BLOOM_FILTER)
		value = buf_from_user(attr->value, size);
	else
		value = compat_kvzalloc(size);
	err = value ? PTR_ERR(value) : -ENOMEM;
	if (IS_ERR_OR_NULL(value))
		goto free_key;
	err = get(map, key, value, attr->flags);
	if (!err && copy_to_user(ebpf_user_ptr(attr->value), value, size))
		err = -EFAULT;
	compat_kvfree(value);
free_key:
	compat_kvfree(key);
	return err;
}

long ebpf_cmd_map_lookup_elem(const union ebpf_attr *attr, union ebpf_attr __user *uattr)
{
	struct fd_map fm;
	long err;

	if (attr->flags & ~(u64)EBPF_F_LOCK)
		return -EINVAL;
	err = ebpf_fd_map_get(&fm, attr->map_fd, FMODE_READ);
	if (err)
		return err;
	if (lock_flag_ok(fm.map, attr->flags))
		err = value_to_user(fm.map, attr, ebpf_map_lookup_one);
	else
		err = -EINVAL;
	ebpf_fd_map_put(&fm, FMODE_READ);
	return err;
}

static bool is_queue(const struct ebpf_map *map)
{
	return map->map_type == EBPF_MAP_TYPE_QUEUE || map->map_type == EBPF_MAP_TYPE_STACK;
}

long ebpf_cmd_map_lookup_and_delete_elem(const union ebpf_attr *attr,
					 union ebpf_attr __user *uattr)
{
	struct fd_map fm;
	long err;

	if (attr->flags & ~(u64)EBPF_F_LOCK)
		return -EINVAL;
	err = ebpf_fd_map_get(&fm, attr->map_fd, FMODE_READ | FMODE_WRITE);
	if (err)
		return err;
	if (!lock_flag_ok(fm.map, attr->flags) || (attr->flags && is_queue(fm.map)))
		err = -EINVAL;
	else
		err = value_to_user(fm.map, attr, lookup_and_delete_one);
	ebpf_fd_map_put(&fm, FMODE_READ | FMODE_WRITE);
	return err;
}

static long update_from_user(struct fd_map *fm, const union ebpf_attr *attr)
{
	void *key, *value;
	long err;

	key = ebpf_map_key_from_user(fm->map, attr->key);
	if (IS_ERR(key))
		return PTR_ERR(key);
	value = ebpf_map_value_from_user(fm->map, attr->value);
	err = PTR_ERR(value);
	if (!IS_ERR(value)) {
		err = ebpf_map_update_one(fm->map, fm->file, key, value, attr->flags);
		compat_kvfree(value);
	}
	compat_kvfree(key);
	return err;
}

long ebpf_cmd_map_update_elem(const union ebpf_attr *attr, union ebpf_attr __user *uattr)
{
	struct fd_map fm;
	long err = ebpf_fd_map_get(&fm, attr->map_fd, FMODE_WRITE);

	if (err)
		return err;
	if (lock_flag_ok(fm.map, attr->flags))
		err = update_from_user(&fm, attr);
	else
		err = -EINVAL;
	ebpf_fd_map_put(&fm, FMODE_WRITE);
	return err;
}

long ebpf_cmd_map_delete_elem(const union ebpf_attr *attr, union ebpf_attr __user *uattr)
{
	struct fd_map fm;
	void *key;
	long err = ebpf_fd_map_get(&fm, attr->map_fd, FMODE_WRITE);

	if (err)
		return err;
	key = ebpf_map_key_from_user(fm.map, attr->key);
	err = PTR_ERR(key);
	if (!IS_ERR(key)) {
		err = ebpf_map_delete_one(fm.map, key);
		compat_kvfree(key);
	}
	ebpf_fd_map_put(&fm, FMODE_WRITE);
	return err;
}

static long next_key_to_user(struct ebpf_map *map, const union ebpf_attr *attr)
{
	void *key = NULL, *next;
	long err;

	if (attr->key) {
		key = ebpf_map_key_from_user(map, attr->key);
		if (IS_ERR(key))
			return PTR_ERR(key);
	}
	err = -ENOMEM;
	next = compat_kvzalloc(map->key_size ? map->key_size : 1);
	if (!next)
		goto free_key;
	err = ebpf_map_next_key(map, key, next);
	if (!err && copy_to_user(ebpf_user_ptr(attr->next_key), next, map->key_size))
		err = -EFAULT;
	compat_kvfree(next);
free_key:
	compat_kvfree(key);
	return err;
}

long ebpf_cmd_map_get_next_key(const union ebpf_attr *attr, union ebpf_attr __user *uattr)
{
	struct fd_map fm;
	long err = ebpf_fd_map_get(&fm, attr->map_fd, FMODE_READ);

	if (err)
		return err;
	err = next_key_to_user(fm.map, attr);
	ebpf_fd_map_put(&fm, FMODE_READ);
	return err;
}

long ebpf_cmd_map_freeze(const union ebpf_attr *attr, union ebpf_attr __user *uattr)
{
	struct ebpf_map *map = ebpf_map_get(attr->map_fd);
	long err;

	if (IS_ERR(map))
		return PTR_ERR(map);
	err = ebpf_map_freeze(map);
	ebpf_map_put(map);
	return err;
}
