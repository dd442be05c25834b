/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sockets of the kernel, as programs come by them: the pointer may be NULL, stale or
 * not one to a socket at all. Only reads that may fail go through it.
 */
#ifndef _COMPAT_SOCK_H
#define _COMPAT_SOCK_H

#include <ebpf/types.h>

struct file;
struct sock;
struct socket;

/* What tells one kind of sockets from another. */
struct compat_sock {
	u32 family;
	u32 state;
	bool full;	/* no request, not in TIME_WAIT: the rest is there */
	u32 type;
	u32 protocol;
};

/* False where that cannot be read. Any context, as all but init. */
bool ebpf_compat_sock_read(const struct sock *sk, struct compat_sock *out);
/* The protocol's name is "TCP" or "TCPv6". */
bool ebpf_compat_sock_is_tcp(const struct sock *sk);
/* Is it a socket that somebody holds, as far as one can tell? */
bool ebpf_compat_sock_alive(const struct sock *sk);
/* What the kernel tells user space apart from other sockets; 0 where there is none. On
 * kernels before 4.1 it is the address.
 */
u64 ebpf_compat_sock_cookie(struct sock *sk);
/* Of a file that is one; NULL for others. */
struct socket *ebpf_compat_sock_from_file(const struct file *file);

/* Process context; 0 or -ENOMEM. */
int ebpf_compat_sock_init(void);

#endif /* _COMPAT_SOCK_H */
