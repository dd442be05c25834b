// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/compat/sock.h"
#include "kmod/compat/compat.h"
#include "kmod/prog/nofault.h"
#include "helpers/scratch.h"

#include <linux/net.h>
#include <linux/sock_diag.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#define STATE_TIME_WAIT		6
#define STATE_NEW_SYN_RECV	12	/* requests, since 4.1 */

#define MAX_NAME	32

#define read_field(to, from, field) \
	(!ebpf_read_kernel(&(to), (u64)(unsigned long)&(from)->field, sizeof(to)))

/* Whole bytes of struct sock that have no address in C on kernels before 5.6, where
 * they are bit fields.
 */
struct place {
	u32 off;
	u32 size;
};

static struct place protocol_at, type_at;

/* Of what is not zero in @sk. */
static struct place find_place(const struct sock *sk)
{
	const u8 *p = (const u8 *)sk;
	struct place place = { 0, 0 };
	u32 i;

	for (i = 0; i < sizeof(*sk); i++) {
		if (!p[i])
			continue;
		if (!place.size)
			place.off = i;
		place.size++;
	}
	return place;
}

int ebpf_compat_sock_init(void)
{
	struct sock *sk = kzalloc(sizeof(*sk), GFP_KERNEL);
	u32 ones = ~0U;

	if (!sk)
		return -ENOMEM;
	sk->sk_protocol = ones;
	protocol_at = find_place(sk);
	sk->sk_protocol = 0;
	sk->sk_type = ones;
	type_at = find_place(sk);
	kfree(sk);
	return 0;
}

static bool read_place(const struct sock *sk, struct place at, u32 *to)
{
	*to = 0;
	if (!at.size || at.size > sizeof(*to))
		return false;
	return !ebpf_read_kernel(to, (u64)(unsigned long)sk + at.off, at.size);
}

bool ebpf_compat_sock_read(const struct sock *sk, struct compat_sock *out)
{
	u16 family;
	u8 state;

	BUILD_BUG_ON(sizeof(sk->__sk_common.skc_state) != sizeof(state));
	BUILD_BUG_ON(sizeof(sk->__sk_common.skc_family) != sizeof(family));
	if (!sk || !read_field(family, sk, __sk_common.skc_family) ||
	    !read_field(state, sk, __sk_common.skc_state))
		return false;
	out->family = family;
	out->state = state;
	out->full = state != STATE_TIME_WAIT && state != STATE_NEW_SYN_RECV;
	if (out->full)
		return read_place(sk, type_at, &out->type) &&
		       read_place(sk, protocol_at, &out->protocol);
	out->type = 0;
	out->protocol = 0;
	return true;
}

bool ebpf_compat_sock_is_tcp(const struct sock *sk)
{
	struct proto *prot;
	char name[MAX_NAME];

	BUILD_BUG_ON(sizeof(prot->name) != sizeof(name));
	if (!sk || !read_field(prot, sk, __sk_common.skc_prot) || !read_field(name, prot, name))
		return false;
	return !strcmp(name, "TCP") || !strcmp(name, "TCPv6");
}

#ifdef CONFIG_NET_NS
static bool has_net(const struct sock *sk)
{
	struct net *net, *its;
	bool found = false;

	BUILD_BUG_ON(sizeof(sk->__sk_common.skc_net) != sizeof(its));
	if (ebpf_read_kernel(&its, (u64)(unsigned long)&sk->__sk_common.skc_net, sizeof(its)))
		return false;
	rcu_read_lock();
	for_each_net_rcu(net)
		if (net == its)
			found = true;
	rcu_read_unlock();
	return found;
}
#else
static bool has_net(const struct sock *sk)
{
	return true;
}
#endif

bool ebpf_compat_sock_alive(const struct sock *sk)
{
	int count;

	BUILD_BUG_ON(sizeof(sk->__sk_common.skc_refcnt) != sizeof(count));
	if (!sk || ebpf_read_kernel(&count, (u64)(unsigned long)&sk->__sk_common.skc_refcnt,
				    sizeof(count)))
		return false;
	return count > 0 && has_net(sk);
}

u64 ebpf_compat_sock_cookie(struct sock *sk)
{
	u32 half[2];
#ifdef sk_cookie
	u64 cookie;

	BUILD_BUG_ON(sizeof(sk->sk_cookie) != sizeof(cookie));
	if (!sk || !read_field(cookie, sk, sk_cookie))
		return 0;
	if (cookie)
		return cookie;
#endif
	/* It gets one, which is written to it. */
	if (!ebpf_compat_sock_alive(sk))
		return 0;
	sock_diag_save_cookie(sk, half);
	return half[0] | (u64)half[1] << 32;
}

/* The kernel's function tells sockets by two fields: it gets a file that is nothing but
 * these.
 */
struct socket *ebpf_compat_sock_from_file(const struct file *file)
{
	struct file *copy = ebpf_scratch_get();
	struct socket *sock = NULL;
	int err = 0;

	BUILD_BUG_ON(sizeof(*copy) > EBPF_SCRATCH_SIZE);
	if (!copy)
		return NULL;
	if (file && read_field(copy->f_op, file, f_op) &&
	    read_field(copy->private_data, file, private_data)) {
#ifdef HAVE_SOCK_FROM_FILE_1_ARG
		sock = sock_from_file(copy);
		(void)err;
#else
		sock = sock_from_file(copy, &err);
#endif
	}
	ebpf_scratch_put();
	return sock;
}
