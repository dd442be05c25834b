// SPDX-License-Identifier: GPL-2.0-only
/*
 * SK_STORAGE: a value for each socket. Programs with packets find no socket; those on
 * the kernel's functions come by them, and commands name them by their descriptors. The
 * function that frees sockets tells when one goes.
 */
#include "kmod/map/kinds/local_storage.h"
#include "kmod/map/kinds/local_storage_internal.h"
#include "kmod/map/kinds/maps.h"
#include "kmod/map/map_internal.h"
#include "kmod/compat/sock.h"
#include "kmod/compat/sock_end.h"

#include <linux/file.h>
#include <linux/hardirq.h>
#include <linux/net.h>

static int watch_socks(void);

STORAGE_OWNER_DEFINE(socks, watch_socks, ebpf_compat_sock_unwatch);

static void on_sock_end(const struct sock *sk)
{
	ebpf_storage_forget(&socks, sk);
}

static int watch_socks(void)
{
	return ebpf_compat_sock_watch(on_sock_end);
}

static struct ebpf_map *sk_storage_alloc(const union ebpf_attr *attr)
{
	return ebpf_storage_alloc(attr, &socks);
}

/*
 * Programs
 */
static bool sock_alive(const void *addr)
{
	return ebpf_compat_sock_alive(addr);
}

static bool is_full_sock(const struct sock *sk)
{
	struct compat_sock view;

	return ebpf_compat_sock_read(sk, &view) && view.full;
}

void *ebpf_sk_storage_get(struct ebpf_map *map, struct sock *sk, const void *value, u64 flags)
{
	if (compat_in_hardirq() || in_nmi() || !is_full_sock(sk))
		return NULL;
	return ebpf_storage_get(map, sk, value, flags, sock_alive);
}

long ebpf_sk_storage_delete(struct ebpf_map *map, struct sock *sk)
{
	if (compat_in_hardirq() || in_nmi())
		return -EPERM;
	if (!is_full_sock(sk))
		return -EINVAL;
	return ebpf_storage_delete(map, sk);
}

/*
 * Commands: the key is a descriptor of the socket
 */
enum storage_cmd { STORAGE_LOOKUP, STORAGE_UPDATE, STORAGE_DELETE };

static int sk_storage_cmd(struct ebpf_map *map, enum storage_cmd cmd, const void *key,
			  void *value, u64 flags)
{
	struct ebpf_map *hash = storage_of(map)->hash;
	struct socket *sock;
	int err = -EBADF;
	u64 addr;

	sock = sockfd_lookup(*(const int *)key, &err);
	if (!sock)
		return err;
	addr = (unsigned long)sock->sk;
	switch (cmd) {
	case STORAGE_LOOKUP:
		err = ebpf_map_lookup_one(hash, &addr, value, 0);
		break;
	case STORAGE_UPDATE:
		/* Values are copied under the lock of their bucket anyway. */
		err = ebpf_map_update_one(hash, NULL, &addr, value, flags & ~(u64)EBPF_F_LOCK);
		break;
	case STORAGE_DELETE:
		err = ebpf_map_delete_one(hash, &addr);
		break;
	}
	sockfd_put(sock);
	return err;
}

static int sk_storage_lookup(struct ebpf_map *map, void *key, void *value, u64 flags)
{
	return sk_storage_cmd(map, STORAGE_LOOKUP, key, value, flags);
}

static int sk_storage_update(struct ebpf_map *map, void *key, void *value, u64 flags)
{
	return sk_storage_cmd(map, STORAGE_UPDATE, key, value, flags);
}

static int sk_storage_delete(struct ebpf_map *map, void *key)
{
	return sk_storage_cmd(map, STORAGE_DELETE, key, NULL, 0);
}

const struct ebpf_map_ops ebpf_sk_storage_map_ops = {
	.alloc_check = ebpf_storage_alloc_check,
	.alloc = sk_storage_alloc,
	.free = ebpf_storage_free,
	.sys_lookup = sk_storage_lookup,
	.sys_update = sk_storage_update,
	.sys_delete = sk_storage_delete,
	.get_next_key = ebpf_storage_get_next_key,
	.meta_equal = ebpf_map_meta_equal,
	.check_btf = ebpf_storage_check_btf,
	.mem_usage = ebpf_storage_mem_usage,
};
