// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pointers to sockets: what helpers of packet programs hand out. They lead to
 * memory laid out like struct bpf_sock, bpf_tcp_sock and bpf_xdp_sock, so that
 * loads are not converted; nothing stores through them.
 */
#include "verifier/ctx.h"
#include "verifier/log.h"
#include "verifier/mem.h"

#define FIELD(name)	offsetof(struct ebpf_sock, name)
#define FIELD_END(name)	(FIELD(name) + sizeof(((struct ebpf_sock *)0)->name))

static bool within(s32 off, u32 start, u32 end)
{
	return off >= (s32)start && off < (s32)end;
}

/* Fields of a full socket; parts of the later ones can be loaded, too. */
bool ebpf_sock_field_valid(s32 off, int size)
{
	if (off >= (s32)sizeof(struct ebpf_sock))
		return false;
	if (off == FIELD(state) || off == FIELD(family) || off == FIELD(type) ||
	    off == FIELD(protocol) || off == FIELD(src_port) || off == FIELD(rx_queue_mapping) ||
	    within(off, FIELD(src_ip4), FIELD(src_port)) ||
	    within(off, FIELD(dst_ip4), FIELD(state)))
		return size <= (int)sizeof(u32);
	if (within(off, FIELD(dst_port), FIELD_END(dst_port)))
		return size == sizeof(u32) || size <= (int)sizeof(u16);
	/* The padding behind the port. */
	if (within(off, FIELD_END(dst_port), FIELD(dst_ip4)))
		return false;
	return size == sizeof(u32);
}

/* What requests and sockets in TIME_WAIT have as well. */
static bool sock_common_valid(s32 off, int size)
{
	return !within(off, FIELD(type), FIELD(src_ip4)) && ebpf_sock_field_valid(off, size);
}

static bool tcp_sock_valid(s32 off, int size)
{
	if (off >= (s32)sizeof(struct ebpf_tcp_sock))
		return false;
	if (off == offsetof(struct ebpf_tcp_sock, bytes_received) ||
	    off == offsetof(struct ebpf_tcp_sock, bytes_acked))
		return size == sizeof(u64);
	return size == sizeof(u32);
}

static bool load_valid(u32 type, s32 off, int size)
{
	if (off < 0 || off % size)
		return false;
	switch (type) {
	case PTR_TO_SOCK_COMMON:
		return sock_common_valid(off, size);
	case PTR_TO_SOCKET:
		return ebpf_sock_field_valid(off, size);
	case PTR_TO_TCP_SOCK:
		return tcp_sock_valid(off, size);
	case PTR_TO_XDP_SOCK:
		return !off && size == sizeof(u32);
	default:
		return false;
	}
}

int ebpf_check_sock_access(struct vf_env *env, u32 regno, s32 off, int size, int acc,
			   int value_regno)
{
	struct reg_state *reg = &cur_regs(env)[regno];

	if (acc == ACC_WRITE) {
		vlog(env, "R%d cannot write into %s\n", regno, ebpf_reg_type_str(env, reg->type));
		return -EACCES;
	}
	if (reg->n.smin < 0) {
		vlog(env, "R%d min value is negative, either use unsigned index or do a if (index >=0) check.\n",
		     regno);
		return -EACCES;
	}
	/* No arithmetic is allowed on them; do not rely on it. */
	if (!ebpf_tnum_equals_const(reg->n.var_off, 0) || !load_valid(reg->type, off, size)) {
		vlog(env, "R%d invalid %s access off=%d size=%d\n", regno,
		     ebpf_reg_type_str(env, reg->type), off, size);
		return -EACCES;
	}
	if (value_regno >= 0)
		ebpf_mark_unknown(env, cur_regs(env), value_regno);
	return 0;
}
