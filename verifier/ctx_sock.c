// SPDX-License-Identifier: GPL-2.0-only
/*
 * Contexts of sockets' and control groups' hooks. Programs get these structs as they
 * are, so that nothing is converted; pointers in them are 8 bytes.
 */
#include "verifier/ctx.h"
#include "verifier/mem.h"

/* What a field is for. */
enum { NUMBER, NARROW, POINTER, LONG };

/**
 * struct field - one field, or several alike
 * @start: bytes
 * @end:   bytes
 * @kind:  NUMBER: read whole; NARROW: parts can be read, too; LONG: 8 bytes
 * @type:  POINTER: what a load yields
 */
struct field {
	u16 start;
	u16 end;
	u8 kind;
	u32 type;
};

#define AT(ctx, name)		offsetof(struct ctx, name)
#define END(ctx, name)		(AT(ctx, name) + sizeof(((struct ctx *)0)->name))
#define F(ctx, name, kind)	{ AT(ctx, name), END(ctx, name), kind, 0 }
#define RANGE(ctx, from, to, kind) { AT(ctx, from), END(ctx, to), kind, 0 }
#define PTR(ctx, name, type)	{ AT(ctx, name), END(ctx, name), POINTER, type }

static const struct field *find(const struct field *fields, u32 nr, s32 off)
{
	u32 i;

	for (i = 0; i < nr; i++)
		if (off >= fields[i].start && off < fields[i].end)
			return &fields[i];
	return NULL;
}

static bool load_ok(const struct field *f, int size, struct ctx_access *info)
{
	switch (f->kind) {
	case NUMBER:
		return size == sizeof(u32);
	case NARROW:
		return size <= (int)sizeof(u32);
	case POINTER:
		info->reg_type = f->type;
		return size == sizeof(u64);
	default:
		return size == sizeof(u64);
	}
}

/* A load of one of @fields. */
static bool can_load(const struct field *fields, u32 nr, s32 off, int size,
		     struct ctx_access *info)
{
	const struct field *f;

	if (off < 0 || off % size)
		return false;
	f = find(fields, nr, off);
	return f && off + size <= f->end && load_ok(f, size, info);
}

#define LOAD(fields, off, size, info) can_load(fields, ARRAY_SIZE(fields), off, size, info)

static bool is_word(s32 off, int size, s32 field)
{
	return off == field && size == sizeof(u32);
}

static bool within(s32 off, s32 start, s32 end)
{
	return off >= start && off < end;
}

/*
 * CGROUP_SOCK: the socket itself
 */
bool ebpf_ctx_cgroup_sock(s32 off, int size, int acc, struct ctx_access *info)
{
	u32 at = info->attach_type;

	if (off < 0 || off % size || !ebpf_sock_field_valid(off, size))
		return false;
	if (off == AT(ebpf_sock, bound_dev_if) || off == AT(ebpf_sock, mark) ||
	    off == AT(ebpf_sock, priority))
		return at == EBPF_CGROUP_INET_SOCK_CREATE || at == EBPF_CGROUP_INET_SOCK_RELEASE;
	if (acc != ACC_READ)
		return false;
	if (within(off, AT(ebpf_sock, src_ip4), END(ebpf_sock, src_ip4)))
		return at == EBPF_CGROUP_INET4_POST_BIND;
	if (within(off, AT(ebpf_sock, src_ip6), END(ebpf_sock, src_ip6)))
		return at == EBPF_CGROUP_INET6_POST_BIND;
	if (within(off, AT(ebpf_sock, src_port), END(ebpf_sock, src_port)))
		return at == EBPF_CGROUP_INET4_POST_BIND || at == EBPF_CGROUP_INET6_POST_BIND;
	return true;
}

/*
 * CGROUP_SOCK_ADDR
 */
static bool addr_is_v4(u32 at)
{
	switch (at) {
	case EBPF_CGROUP_INET4_BIND:
	case EBPF_CGROUP_INET4_CONNECT:
	case EBPF_CGROUP_INET4_GETPEERNAME:
	case EBPF_CGROUP_INET4_GETSOCKNAME:
	case EBPF_CGROUP_UDP4_SENDMSG:
	case EBPF_CGROUP_UDP4_RECVMSG:
		return true;
	default:
		return false;
	}
}

static bool addr_is_v6(u32 at)
{
	switch (at) {
	case EBPF_CGROUP_INET6_BIND:
	case EBPF_CGROUP_INET6_CONNECT:
	case EBPF_CGROUP_INET6_GETPEERNAME:
	case EBPF_CGROUP_INET6_GETSOCKNAME:
	case EBPF_CGROUP_UDP6_SENDMSG:
	case EBPF_CGROUP_UDP6_RECVMSG:
		return true;
	default:
		return false;
	}
}

/* An address is there for its own family and hook only. A UNIX socket's is in no field. */
static bool addr_is_there(s32 off, u32 at)
{
	if (within(off, AT(ebpf_sock_addr, user_ip4), END(ebpf_sock_addr, user_ip4)))
		return addr_is_v4(at);
	if (within(off, AT(ebpf_sock_addr, user_ip6), END(ebpf_sock_addr, user_ip6)))
		return addr_is_v6(at);
	if (within(off, AT(ebpf_sock_addr, msg_src_ip4), END(ebpf_sock_addr, msg_src_ip4)))
		return at == EBPF_CGROUP_UDP4_SENDMSG;
	if (within(off, AT(ebpf_sock_addr, msg_src_ip6), END(ebpf_sock_addr, msg_src_ip6)))
		return at == EBPF_CGROUP_UDP6_SENDMSG;
	return true;
}

/* 8 bytes of an IPv6 address. */
static bool addr_wide(s32 off, int size, s32 start)
{
	return size == sizeof(u64) && off % (s32)sizeof(u64) == 0 && off >= start &&
	       off + size <= start + 4 * (s32)sizeof(u32);
}

bool ebpf_ctx_sock_addr(s32 off, int size, int acc, struct ctx_access *info)
{
	static const struct field fields[] = {
		F(ebpf_sock_addr, user_family, NUMBER),
		F(ebpf_sock_addr, user_ip4, NARROW),
		F(ebpf_sock_addr, user_ip6, NARROW),
		F(ebpf_sock_addr, user_port, NARROW),
		F(ebpf_sock_addr, family, NUMBER),
		F(ebpf_sock_addr, type, NUMBER),
		F(ebpf_sock_addr, protocol, NUMBER),
		F(ebpf_sock_addr, msg_src_ip4, NARROW),
		F(ebpf_sock_addr, msg_src_ip6, NARROW),
		PTR(ebpf_sock_addr, sk, PTR_TO_SOCKET),
	};
	const struct field *f;

	if (off < 0 || off % size || !addr_is_there(off, info->attach_type))
		return false;
	if (addr_wide(off, size, AT(ebpf_sock_addr, user_ip6)) ||
	    addr_wide(off, size, AT(ebpf_sock_addr, msg_src_ip6)))
		return true;
	if (acc == ACC_READ)
		return LOAD(fields, off, size, info);
	f = find(fields, ARRAY_SIZE(fields), off);
	return f && f->kind == NARROW && size == sizeof(u32);
}

/*
 * SOCK_OPS
 */
bool ebpf_ctx_sock_ops(s32 off, int size, int acc, struct ctx_access *info)
{
	static const struct field fields[] = {
		RANGE(ebpf_sock_ops, op, sk_txhash, NUMBER),
		RANGE(ebpf_sock_ops, bytes_received, bytes_acked, LONG),
		PTR(ebpf_sock_ops, sk, PTR_TO_SOCKET | EBPF_PTR_MAYBE_NULL),
		PTR(ebpf_sock_ops, skb_data, PTR_TO_PACKET),
		PTR(ebpf_sock_ops, skb_data_end, PTR_TO_PACKET_END),
		F(ebpf_sock_ops, skb_len, NUMBER),
		F(ebpf_sock_ops, skb_tcp_flags, NARROW),
	};

	if (acc == ACC_READ)
		return LOAD(fields, off, size, info);
	return is_word(off, size, AT(ebpf_sock_ops, reply)) ||
	       is_word(off, size, AT(ebpf_sock_ops, sk_txhash));
}

/*
 * SK_MSG
 */
bool ebpf_ctx_sk_msg(s32 off, int size, int acc, struct ctx_access *info)
{
	static const struct field fields[] = {
		PTR(ebpf_sk_msg_md, data, PTR_TO_PACKET),
		PTR(ebpf_sk_msg_md, data_end, PTR_TO_PACKET_END),
		RANGE(ebpf_sk_msg_md, family, size, NUMBER),
		PTR(ebpf_sk_msg_md, sk, PTR_TO_SOCKET),
	};

	return acc == ACC_READ && LOAD(fields, off, size, info);
}

/*
 * SK_LOOKUP
 */
bool ebpf_ctx_sk_lookup(s32 off, int size, int acc, struct ctx_access *info)
{
	static const struct field fields[] = {
		PTR(ebpf_sk_lookup, sk, PTR_TO_SOCKET | EBPF_PTR_MAYBE_NULL),
		RANGE(ebpf_sk_lookup, family, remote_ip6, NARROW),
		RANGE(ebpf_sk_lookup, local_ip4, ingress_ifindex, NARROW),
	};
	s32 port = AT(ebpf_sk_lookup, remote_port);

	if (acc != ACC_READ || off < 0 || off % size)
		return false;
	/* With the zeros behind it, as it was when it had 4 bytes. */
	if (within(off, port, AT(ebpf_sk_lookup, local_ip4)))
		return size <= (int)sizeof(u16) || is_word(off, size, port);
	return LOAD(fields, off, size, info);
}

/*
 * SK_REUSEPORT
 */
bool ebpf_ctx_sk_reuseport(s32 off, int size, int acc, struct ctx_access *info)
{
	static const struct field fields[] = {
		PTR(ebpf_sk_reuseport_md, data, PTR_TO_PACKET),
		PTR(ebpf_sk_reuseport_md, data_end, PTR_TO_PACKET_END),
		F(ebpf_sk_reuseport_md, len, NARROW),
		F(ebpf_sk_reuseport_md, eth_protocol, NARROW),
		RANGE(ebpf_sk_reuseport_md, ip_protocol, bind_inany, NARROW),
		F(ebpf_sk_reuseport_md, hash, NUMBER),
		PTR(ebpf_sk_reuseport_md, sk, PTR_TO_SOCKET),
		PTR(ebpf_sk_reuseport_md, migrating_sk, PTR_TO_SOCK_COMMON | EBPF_PTR_MAYBE_NULL),
	};

	/* Two bytes wide in the packet's description. */
	if (size < (int)sizeof(u16) && within(off, AT(ebpf_sk_reuseport_md, eth_protocol),
					      END(ebpf_sk_reuseport_md, eth_protocol)))
		return false;
	return acc == ACC_READ && LOAD(fields, off, size, info);
}

/*
 * Control groups
 */
bool ebpf_ctx_cgroup_device(s32 off, int size, int acc, struct ctx_access *info)
{
	static const struct field fields[] = {
		F(ebpf_cgroup_dev_ctx, access_type, NARROW),
		F(ebpf_cgroup_dev_ctx, major, NUMBER),
		F(ebpf_cgroup_dev_ctx, minor, NUMBER),
	};

	return acc == ACC_READ && LOAD(fields, off, size, info);
}

bool ebpf_ctx_sysctl(s32 off, int size, int acc, struct ctx_access *info)
{
	static const struct field fields[] = {
		RANGE(ebpf_sysctl, write, file_pos, NARROW),
	};

	if (acc == ACC_READ)
		return LOAD(fields, off, size, info);
	return is_word(off, size, AT(ebpf_sysctl, file_pos));
}

bool ebpf_ctx_sockopt(s32 off, int size, int acc, struct ctx_access *info)
{
	static const struct field fields[] = {
		PTR(ebpf_sockopt, sk, PTR_TO_SOCKET),
		PTR(ebpf_sockopt, optval, PTR_TO_PACKET),
		PTR(ebpf_sockopt, optval_end, PTR_TO_PACKET_END),
		RANGE(ebpf_sockopt, level, retval, NUMBER),
	};
	bool get = info->attach_type == EBPF_CGROUP_GETSOCKOPT;

	if (within(off, AT(ebpf_sockopt, retval), END(ebpf_sockopt, retval)) && !get)
		return false;
	if (acc == ACC_READ)
		return LOAD(fields, off, size, info);
	if (is_word(off, size, AT(ebpf_sockopt, level)) ||
	    is_word(off, size, AT(ebpf_sockopt, optname)))
		return !get;
	return is_word(off, size, AT(ebpf_sockopt, optlen)) ||
	       is_word(off, size, AT(ebpf_sockopt, retval));
}

static struct tnum sock_addr_range(u32 at)
{
	switch (at) {
	case EBPF_CGROUP_UDP4_RECVMSG:
	case EBPF_CGROUP_UDP6_RECVMSG:
	case EBPF_CGROUP_UNIX_RECVMSG:
	case EBPF_CGROUP_INET4_GETPEERNAME:
	case EBPF_CGROUP_INET6_GETPEERNAME:
	case EBPF_CGROUP_UNIX_GETPEERNAME:
	case EBPF_CGROUP_INET4_GETSOCKNAME:
	case EBPF_CGROUP_INET6_GETSOCKNAME:
	case EBPF_CGROUP_UNIX_GETSOCKNAME:
		return ebpf_tnum_const(1);
	case EBPF_CGROUP_INET4_BIND:
	case EBPF_CGROUP_INET6_BIND:
		return ebpf_tnum_range(0, 3);
	default:
		return ebpf_tnum_range(0, 1);
	}
}

bool ebpf_ctx_sock_exit_range(const struct ebpf_load *load, struct tnum *range)
{
	switch (load->prog_type) {
	case EBPF_PROG_TYPE_CGROUP_SOCK_ADDR:
		*range = sock_addr_range(load->expected_attach_type);
		return true;
	case EBPF_PROG_TYPE_CGROUP_SOCK:
	case EBPF_PROG_TYPE_SOCK_OPS:
	case EBPF_PROG_TYPE_CGROUP_DEVICE:
	case EBPF_PROG_TYPE_CGROUP_SYSCTL:
	case EBPF_PROG_TYPE_CGROUP_SOCKOPT:
	case EBPF_PROG_TYPE_SK_LOOKUP:
		*range = ebpf_tnum_range(0, 1);
		return true;
	default:
		return false;
	}
}
