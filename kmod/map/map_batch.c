// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many elements by one command.
 *
 * Where a walk continues is passed through the caller's in_batch and out_batch,
 * opaque to him and 4 bytes wide for hashes whatever their keys: there it is how
 * many elements were passed, for arrays and tries the last key. A hash that changes
 * meanwhile may show an element twice or not at all, as in Linux.
 */
#include "kmod/syscall.h"
#include "kmod/map/map_internal.h"

struct batch {
	struct ebpf_map *map;
	struct file *file;
	const union ebpf_attr *attr;
	union ebpf_attr __user *uattr;
	void *key, *next_key, *value;
	u64 value_size;
	u32 done;
};

/* What batches know. Not every command is for each. */
enum { HASHES = 1, ARRAYS = 2, TRIES = 4 };

static u32 kind_of(const struct ebpf_map *map)
{
	switch (map->map_type) {
	case EBPF_MAP_TYPE_HASH:
	case EBPF_MAP_TYPE_PERCPU_HASH:
	case EBPF_MAP_TYPE_LRU_HASH:
	case EBPF_MAP_TYPE_LRU_PERCPU_HASH:
	case EBPF_MAP_TYPE_HASH_OF_MAPS:
		return HASHES;
	case EBPF_MAP_TYPE_ARRAY:
	case EBPF_MAP_TYPE_PERCPU_ARRAY:
	case EBPF_MAP_TYPE_ARRAY_OF_MAPS:
		return ARRAYS;
	case EBPF_MAP_TYPE_LPM_TRIE:
		return TRIES;
	default:
		return 0;
	}
}

/* Where a walk continues is the last key passed; else how many elements to skip. */
static bool walks_by_key(const struct ebpf_map *map)
{
	return kind_of(map) != HASHES;
}

static void __user *user_key(const struct batch *b)
{
	return ebpf_user_ptr(b->attr->batch.keys + (u64)b->done * b->map->key_size);
}

static void __user *user_value(const struct batch *b)
{
	return ebpf_user_ptr(b->attr->batch.values + (u64)b->done * b->value_size);
}

static int batch_alloc(struct batch *b)
{
	b->value_size = ebpf_map_value_size_user(b->map);
	b->key = compat_kvzalloc(b->map->key_size);
	b->next_key = compat_kvzalloc(b->map->key_size);
	b->value = compat_kvzalloc(b->value_size);
	return b->key && b->next_key && b->value ? 0 : -ENOMEM;
}

static void batch_free(struct batch *b)
{
	compat_kvfree(b->key);
	compat_kvfree(b->next_key);
	compat_kvfree(b->value);
}

static int batch_yield(void)
{
	cond_resched();
	return fatal_signal_pending(current) ? -EINTR : 0;
}

/*
 * Walking
 */

/* Puts the walk where the last batch stopped: b->key is the last element passed.
 * Returns 1 when there is such an element, 0 for the start.
 */
static int walk_resume(struct batch *b, u32 token)
{
	u32 i;
	int err;

	if (walks_by_key(b->map))
		return copy_from_user(b->key, ebpf_user_ptr(b->attr->batch.in_batch),
				      b->map->key_size) ? -EFAULT : 1;
	for (i = 0; i < token; i++) {
		err = ebpf_map_next_key(b->map, i ? b->key : NULL, b->next_key);
		if (err)
			return err;
		swap(b->key, b->next_key);
		if (!(i % 1024)) {
			err = batch_yield();
			if (err)
				return err;
		}
	}
	return token ? 1 : 0;
}

static int element_to_user(struct batch *b, void *key, bool delete)
{
	u64 flags = b->attr->batch.elem_flags;
	int err;

	if (delete)
		err = ebpf_map_lookup_and_delete_one(b->map, key, b->value, flags);
	else
		err = ebpf_map_lookup_one(b->map, key, b->value, flags);
	if (err)
		return err;
	if (copy_to_user(user_key(b), key, b->map->key_size) ||
	    copy_to_user(user_value(b), b->value, b->value_size))
		return -EFAULT;
	b->done++;
	return 0;
}

/* Of hashes, which may be asked for just as many as there are, that is said at once; of the
 * others only when none is left to give, as in Linux.
 */
static int walk_end(const struct batch *b, void *last)
{
	return kind_of(b->map) == HASHES ? ebpf_map_next_key(b->map, last, b->next_key) : 0;
}

/* -ENOENT after the last element. */
static int walk(struct batch *b, bool resumed)
{
	bool have_key = resumed;
	int err = 0;

	while (b->done < b->attr->batch.count) {
		err = ebpf_map_next_key(b->map, have_key ? b->key : NULL, b->next_key);
		if (err)
			return err;
		err = element_to_user(b, b->next_key, false);
		if (err && err != -ENOENT)	/* gone since: step over */
			return err;
		swap(b->key, b->next_key);
		have_key = true;
		err = batch_yield();
		if (err)
			return err;
	}
	return walk_end(b, b->key);
}

/* What was deleted is no place to continue from, and from the start it would be a way past
 * all that is empty by now: the next is looked up before.
 */
static int walk_deleting(struct batch *b)
{
	int err = ebpf_map_next_key(b->map, NULL, b->key), last;

	while (!err && b->done < b->attr->batch.count) {
		last = ebpf_map_next_key(b->map, b->key, b->next_key);
		err = element_to_user(b, b->key, true);
		if (err && err != -ENOENT)
			return err;
		err = batch_yield();
		if (err)
			return err;
		/* If others deleted it meanwhile this is the start again. */
		err = last;
		swap(b->key, b->next_key);
	}
	return err;
}

static int lookup(struct batch *b, bool delete)
{
	u32 __user *in = ebpf_user_ptr(b->attr->batch.in_batch);
	u32 __user *out = ebpf_user_ptr(b->attr->batch.out_batch);
	u32 token = 0;
	int resumed = 0, err;

	if (in && !walks_by_key(b->map) && get_user(token, in))
		return -EFAULT;
	if (in && !delete) {
		resumed = walk_resume(b, token);
		if (resumed < 0)
			return resumed;
	}
	err = delete ? walk_deleting(b) : walk(b, resumed);
	if (err && err != -ENOENT)
		return err;
	if (!b->done)
		return err;
	if (walks_by_key(b->map))
		return copy_to_user(out, b->key, b->map->key_size) ? -EFAULT : err;
	token = delete ? 0 : token + b->done;
	return put_user(token, out) ? -EFAULT : err;
}

static int update(struct batch *b, bool unused)
{
	int err = 0;

	while (!err && b->done < b->attr->batch.count) {
		if (copy_from_user(b->key, user_key(b), b->map->key_size) ||
		    copy_from_user(b->value, user_value(b), b->value_size))
			return -EFAULT;
		err = ebpf_map_update_one(b->map, b->file, b->key, b->value,
					  b->attr->batch.elem_flags);
		if (err)
			break;
		b->done++;
		err = batch_yield();
	}
	return err;
}

static int delete(struct batch *b, bool unused)
{
	int err = 0;

	while (!err && b->done < b->attr->batch.count) {
		if (copy_from_user(b->key, user_key(b), b->map->key_size))
			return -EFAULT;
		err = ebpf_map_delete_one(b->map, b->key);
		if (err)
			break;
		b->done++;
		err = batch_yield();
	}
	return err;
}

/*
 * Commands
 */
/* Of flags that mean nothing yet, Linux looks only at those of look-ups in hashes. */
static int check_flags(const struct batch *b, bool lookup_in_hash)
{
	u64 flags = b->attr->batch.elem_flags;

	if (lookup_in_hash && b->attr->batch.flags)
		return -EINVAL;
	if (flags & ~(u64)EBPF_F_LOCK)
		return -EINVAL;
	if ((flags & EBPF_F_LOCK) && !ebpf_map_has_spin_lock(b->map))
		return -EINVAL;
	return 0;
}

static long batch_run(struct batch *b, int (*fn)(struct batch *b, bool arg), bool arg)
{
	long err = check_flags(b, fn == lookup && kind_of(b->map) == HASHES);

	if (err || !b->attr->batch.count)
		return err;
	if (put_user(0, &b->uattr->batch.count))
		return -EFAULT;
	err = batch_alloc(b);
	if (!err)
		err = fn(b, arg);
	if (err != -EFAULT && put_user(b->done, &b->uattr->batch.count))
		err = -EFAULT;
	batch_free(b);
	return err;
}

static long batch_cmd(const union ebpf_attr *attr, union ebpf_attr __user *uattr, fmode_t mode,
		      u32 kinds, int (*fn)(struct batch *b, bool arg), bool arg)
{
	struct batch b = { .attr = attr, .uattr = uattr };
	struct fd_map fm;
	long err;

	err = ebpf_fd_map_get(&fm, attr->batch.map_fd, mode);
	if (err)
		return err;
	b.map = fm.map;
	b.file = fm.file;
	if (kind_of(fm.map) & kinds)
		err = batch_run(&b, fn, arg);
	else
		err = -ENOTSUPP;
	ebpf_fd_map_put(&fm, mode);
	return err;
}

long ebpf_cmd_map_lookup_batch(const union ebpf_attr *attr, union ebpf_attr __user *uattr)
{
	return batch_cmd(attr, uattr, FMODE_READ, HASHES | ARRAYS | TRIES, lookup, false);
}

long ebpf_cmd_map_lookup_and_delete_batch(const union ebpf_attr *attr,
					  union ebpf_attr __user *uattr)
{
	return batch_cmd(attr, uattr, FMODE_READ | FMODE_WRITE, HASHES, lookup, true);
}

long ebpf_cmd_map_update_batch(const union ebpf_attr *attr, union ebpf_attr __user *uattr)
{
	return batch_cmd(attr, uattr, FMODE_WRITE, HASHES | ARRAYS | TRIES, update, false);
}

long ebpf_cmd_map_delete_batch(const union ebpf_attr *attr, union ebpf_attr __user *uattr)
{
	return batch_cmd(attr, uattr, FMODE_WRITE, HASHES | TRIES, delete, false);
}
