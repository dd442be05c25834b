// SPDX-License-Identifier: GPL-2.0-only
/*
 * SOCKMAP, SOCKHASH, XSKMAP, REUSEPORT_SOCKARRAY: maps of sockets. What they do with
 * sockets are the kernel's protocols' own affairs, which modules cannot take part in, so
 * no socket can be put into them. Programs load with them and find them empty.
 */
#include "kmod/map/map.h"
#include "kmod/map/kinds/maps.h"
#include "kmod/map/kinds/map_in_map.h"

#include <linux/file.h>
#include <linux/net.h>

#define FLAGS		(EBPF_F_NUMA_NODE | EBPF_F_RDONLY | EBPF_F_WRONLY)
#define SHTAB_ELEM	40U	/* bytes of an element of Linux's before its key */

static bool value_is_fd(const union ebpf_attr *attr)
{
	return attr->value_size == sizeof(u32) || attr->value_size == sizeof(u64);
}

static int sockmap_alloc_check(const union ebpf_attr *attr)
{
	if (!capable(CAP_NET_ADMIN))
		return -EPERM;
	return attr->max_entries && attr->key_size == sizeof(u32) && value_is_fd(attr) &&
	       !(attr->map_flags & ~FLAGS) ? 0 : -EINVAL;
}

static int sockhash_alloc_check(const union ebpf_attr *attr)
{
	u64 elem = SHTAB_ELEM + round_up((u64)attr->key_size, 8);

	if (!capable(CAP_NET_ADMIN))
		return -EPERM;
	if (!attr->max_entries || !attr->key_size || !value_is_fd(attr) ||
	    attr->map_flags & ~FLAGS)
		return -EINVAL;
	if (attr->key_size > EBPF_MAX_STACK)
		return -E2BIG;
	/* So many that Linux's count of buckets, or of bytes, would not fit. */
	if (attr->max_entries > 1U << 28 || attr->max_entries > U32_MAX / elem)
		return -EINVAL;
	return 0;
}

static int xskmap_alloc_check(const union ebpf_attr *attr)
{
	if (!capable(CAP_NET_ADMIN))
		return -EPERM;
	return attr->max_entries && attr->key_size == sizeof(u32) &&
	       attr->value_size == sizeof(u32) && !(attr->map_flags & ~FLAGS) ? 0 : -EINVAL;
}

static int reuseport_alloc_check(const union ebpf_attr *attr)
{
	u32 access = attr->map_flags & (EBPF_F_RDONLY_PROG | EBPF_F_WRONLY_PROG);

	if (!value_is_fd(attr) || !attr->max_entries || attr->key_size != sizeof(u32) ||
	    attr->map_flags & ~(FLAGS | EBPF_F_RDONLY_PROG | EBPF_F_WRONLY_PROG) ||
	    access == (EBPF_F_RDONLY_PROG | EBPF_F_WRONLY_PROG))
		return -EINVAL;
	return 0;
}

static struct ebpf_map *sockets_alloc(const union ebpf_attr *attr)
{
	struct ebpf_map *map = ebpf_map_area_alloc(sizeof(*map), ebpf_map_numa_node(attr));

	return map ? map : ERR_PTR(-ENOMEM);
}

static void sockets_free(struct ebpf_map *map)
{
	ebpf_map_area_free(map);
}

static u64 sockets_mem_usage(const struct ebpf_map *map)
{
	return sizeof(*map);
}

/*
 * By programs
 */
static void *no_socket(struct ebpf_map *map, const void *key)
{
	return NULL;
}

/* @value is a socket: nowhere to be had. */
static long prog_update(struct ebpf_map *map, const void *key, const void *value, u64 flags)
{
	return -EOPNOTSUPP;
}

static long sockmap_delete(struct ebpf_map *map, const void *key)
{
	return -EINVAL;
}

static long sockhash_delete(struct ebpf_map *map, const void *key)
{
	return -ENOENT;
}

/*
 * By command
 */
static bool beyond(const struct ebpf_map *map, const void *key)
{
	return *(const u32 *)key >= map->max_entries;
}

/* Values of 4 bytes have no room for what a socket is known by. */
static int lookup_cookie(struct ebpf_map *map, void *key, void *value, u64 flags)
{
	return map->value_size == sizeof(u64) ? -ENOENT : -ENOSPC;
}

static int xskmap_sys_lookup(struct ebpf_map *map, void *key, void *value, u64 flags)
{
	return -EOPNOTSUPP;
}

static u64 fd_of(const struct ebpf_map *map, const void *value)
{
	return map->value_size == sizeof(u64) ? *(const u64 *)value : *(const u32 *)value;
}

static int refuse_socket(const struct ebpf_map *map, u64 fd)
{
	struct socket *sock;
	int err;

	sock = sockfd_lookup((int)fd, &err);
	if (!sock)
		return err;
	sockfd_put(sock);
	pr_info_ratelimited("ebpfdrv: %s[%d]: sockets cannot be put into maps of type %u\n",
			    current->comm, task_pid_nr(current), map->map_type);
	return -EOPNOTSUPP;
}

static int sockmap_sys_update(struct ebpf_map *map, void *key, void *value, u64 flags)
{
	u64 fd = fd_of(map, value);

	return fd > S32_MAX ? -EINVAL : refuse_socket(map, fd);
}

static int array_sys_update(struct ebpf_map *map, void *key, void *value, u64 flags)
{
	u64 fd = fd_of(map, value);

	if (flags > EBPF_EXIST)
		return -EINVAL;
	if (beyond(map, key))
		return -E2BIG;
	if (map->value_size == sizeof(u64) && fd > S32_MAX)
		return -EINVAL;
	return refuse_socket(map, fd);
}

static int sockmap_sys_delete(struct ebpf_map *map, void *key)
{
	return -EINVAL;
}

static int sockhash_sys_delete(struct ebpf_map *map, void *key)
{
	return -ENOENT;
}

static int xskmap_sys_delete(struct ebpf_map *map, void *key)
{
	return beyond(map, key) ? -EINVAL : 0;
}

static int reuseport_sys_delete(struct ebpf_map *map, void *key)
{
	return beyond(map, key) ? -E2BIG : -ENOENT;
}

static int sockhash_get_next_key(struct ebpf_map *map, void *key, void *next_key)
{
	return -ENOENT;
}

const struct ebpf_map_ops ebpf_sockmap_map_ops = {
	.alloc_check = sockmap_alloc_check,
	.alloc = sockets_alloc,
	.free = sockets_free,
	.lookup_elem = no_socket,
	.update_elem = prog_update,
	.delete_elem = sockmap_delete,
	.sys_lookup = lookup_cookie,
	.sys_update = sockmap_sys_update,
	.sys_delete = sockmap_sys_delete,
	.get_next_key = ebpf_array_get_next_key,
	.meta_equal = ebpf_map_meta_equal,
	.mem_usage = sockets_mem_usage,
};

const struct ebpf_map_ops ebpf_sockhash_map_ops = {
	.alloc_check = sockhash_alloc_check,
	.alloc = sockets_alloc,
	.free = sockets_free,
	.lookup_elem = no_socket,
	.update_elem = prog_update,
	.delete_elem = sockhash_delete,
	.sys_lookup = lookup_cookie,
	.sys_update = sockmap_sys_update,
	.sys_delete = sockhash_sys_delete,
	.get_next_key = sockhash_get_next_key,
	.meta_equal = ebpf_map_meta_equal,
	.mem_usage = sockets_mem_usage,
};

const struct ebpf_map_ops ebpf_xskmap_map_ops = {
	.alloc_check = xskmap_alloc_check,
	.alloc = sockets_alloc,
	.free = sockets_free,
	.lookup_elem = no_socket,
	.sys_lookup = xskmap_sys_lookup,
	.sys_update = array_sys_update,
	.sys_delete = xskmap_sys_delete,
	.get_next_key = ebpf_array_get_next_key,
	.meta_equal = ebpf_map_meta_equal,
	.mem_usage = sockets_mem_usage,
};

const struct ebpf_map_ops ebpf_reuseport_map_ops = {
	.alloc_check = reuseport_alloc_check,
	.alloc = sockets_alloc,
	.free = sockets_free,
	.lookup_elem = no_socket,
	.sys_lookup = lookup_cookie,
	.sys_update = array_sys_update,
	.sys_delete = reuseport_sys_delete,
	.get_next_key = ebpf_array_get_next_key,
	.meta_equal = ebpf_map_meta_equal,
	.mem_usage = sockets_mem_usage,
};
