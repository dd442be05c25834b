// SPDX-License-Identifier: GPL-2.0-only
/*
 * Contexts: which fields a program of each type may touch, and the conversion
 * of those accesses to the layouts of <ebpf/ctx.h>.
 *
 * One table entry per program type; a type without one cannot be loaded.
 */
#include <ebpf/ctx.h>
#include "verifier/ctx.h"
#include "verifier/image.h"
#include "verifier/log.h"
#include "verifier/mem.h"
#include "verifier/walk.h"

#define PERF_EVENT_SAMPLE_PERIOD	EBPF_PT_REGS_SIZE
#define PERF_EVENT_ADDR			(EBPF_PT_REGS_SIZE + 8)
#define PERF_EVENT_SIZE			(EBPF_PT_REGS_SIZE + 16)

struct ctx_type {
	u32 prog_type;
	bool (*valid)(s32 off, int size, int acc, struct ctx_access *info);
	/* NULL: the program sees the context as it is. */
	int (*convert)(const struct ebpf_insn *insn, struct ebpf_insn *buf, u32 *field_size);
};

static bool plain_read(s32 off, int size, int acc, s32 from, s32 to)
{
	return acc == ACC_READ && off >= from && off + size <= to && off % size == 0;
}

static bool kprobe_valid(s32 off, int size, int acc, struct ctx_access *info)
{
	(void)info;
	return plain_read(off, size, acc, 0, EBPF_PT_REGS_SIZE);
}

static bool tracepoint_valid(s32 off, int size, int acc, struct ctx_access *info)
{
	(void)info;
	return plain_read(off, size, acc, sizeof(u64), EBPF_TP_CTX_MAX);
}

static bool raw_tp_valid(s32 off, int size, int acc, struct ctx_access *info)
{
	(void)info;
	return plain_read(off, size, acc, 0, sizeof(struct ebpf_raw_tp_kern));
}

static bool raw_tp_writable_valid(s32 off, int size, int acc, struct ctx_access *info)
{
	if (off == 0) {
		if (size != sizeof(u64) || acc != ACC_READ)
			return false;
		info->reg_type = PTR_TO_TP_BUFFER;
	}
	return raw_tp_valid(off, size, acc, info);
}

static bool perf_event_valid(s32 off, int size, int acc, struct ctx_access *info)
{
	if (!plain_read(off, size, acc, 0, PERF_EVENT_SIZE))
		return false;
	if (off < PERF_EVENT_SAMPLE_PERIOD)
		return size == sizeof(u64);
	info->field_size = sizeof(u64);
	return true;
}

static void load_insn(struct ebpf_insn *buf, u8 size, u8 dst, u8 src, s16 off)
{
	memset(buf, 0, sizeof(*buf));
	buf->code = EBPF_LDX | EBPF_MEM | size;
	buf->dst_reg = dst;
	buf->src_reg = src;
	buf->off = off;
}

static int perf_event_convert(const struct ebpf_insn *insn, struct ebpf_insn *buf,
			      u32 *field_size)
{
	u8 dst = insn->dst_reg, src = insn->src_reg;

	if (insn->off >= PERF_EVENT_ADDR) {
		*field_size = sizeof(u64);
		load_insn(buf, EBPF_DW, dst, src, offsetof(struct ebpf_perf_event_kern, addr));
		return 1;
	}
	if (insn->off >= PERF_EVENT_SAMPLE_PERIOD) {
		*field_size = sizeof(u64);
		load_insn(buf, EBPF_DW, dst, src,
			  offsetof(struct ebpf_perf_event_kern, sample_period));
		return 1;
	}
	load_insn(&buf[0], EBPF_DW, dst, src, offsetof(struct ebpf_perf_event_kern, regs));
	load_insn(&buf[1], EBPF_DW, dst, dst, insn->off);
	return 2;
}

/* Which program types may do what with a field of struct __sk_buff. */
#define SOCK_R		0x01	/* SOCKET_FILTER */
#define TC_R		0x02	/* SCHED_CLS, SCHED_ACT */
#define TC_W		0x04
#define CG_R		0x08	/* CGROUP_SKB */
#define CG_W		0x10
#define LWT_R		0x20	/* LWT_IN, LWT_OUT, LWT_XMIT */
#define LWT_W		0x40
#define SK_R		0x80	/* SK_SKB */
#define SK_W		0x100
#define ALL_R		(SOCK_R | TC_R | CG_R | LWT_R | SK_R)

/*
 * struct skb_field - one field
 * @uapi:     offset in struct __sk_buff
 * @kern:     offset in struct ebpf_skb_kern
 * @rights:   SOCK_R ...
 * @size:     bytes in the former
 * @reg_type: not SCALAR_VALUE: the pointer that a load yields
 */
struct skb_field {
	u16 uapi;
	u16 kern;
	u16 rights;
	u8 size;
	u16 reg_type;
};

#define SKB_FIELD(name, size, rights) \
	{ offsetof(struct ebpf_sk_buff, name), offsetof(struct ebpf_skb_kern, name), rights, size, \
	  SCALAR_VALUE }
#define SKB_PTR(name, rights, type) \
	{ offsetof(struct ebpf_sk_buff, name), offsetof(struct ebpf_skb_kern, name), rights, 4, \
	  type }

static const struct skb_field skb_fields[] = {
	SKB_FIELD(len, 4, ALL_R),
	SKB_FIELD(pkt_type, 4, ALL_R),
	SKB_FIELD(mark, 4, (ALL_R & ~SK_R) | TC_W | CG_W | LWT_W),
	SKB_FIELD(queue_mapping, 4, ALL_R | TC_W),
	SKB_FIELD(protocol, 4, ALL_R),
	SKB_FIELD(vlan_present, 4, ALL_R),
	SKB_FIELD(vlan_tci, 4, ALL_R),
	SKB_FIELD(vlan_proto, 4, ALL_R),
	SKB_FIELD(priority, 4, ALL_R | TC_W | CG_W | LWT_W | SK_W),
	SKB_FIELD(ingress_ifindex, 4, ALL_R),
	SKB_FIELD(ifindex, 4, ALL_R),
	SKB_FIELD(tc_index, 4, ALL_R | TC_W | SK_W),
	SKB_FIELD(hash, 4, ALL_R),
	SKB_FIELD(tc_classid, 4, TC_R | TC_W),
	SKB_PTR(data, ALL_R & ~SOCK_R, PTR_TO_PACKET),
	SKB_PTR(data_end, ALL_R & ~SOCK_R, PTR_TO_PACKET_END),
	SKB_PTR(data_meta, TC_R, PTR_TO_PACKET_META),
	SKB_FIELD(napi_id, 4, ALL_R),
	SKB_FIELD(tstamp, 8, TC_R | TC_W | CG_R | CG_W),
	SKB_FIELD(gso_segs, 4, ALL_R),
	SKB_FIELD(gso_size, 4, ALL_R),
	SKB_FIELD(wire_len, 4, TC_R),
	SKB_FIELD(hwtstamp, 8, TC_R | CG_R),
	{ offsetof(struct ebpf_sk_buff, sk), offsetof(struct ebpf_skb_kern, sk), ALL_R, 8,
	  PTR_TO_SOCK_COMMON | EBPF_PTR_MAYBE_NULL },
};

/* Of the packet's socket; a packet without one has zeros there. */
#define SKB_PEER_START	((s32)offsetof(struct ebpf_sk_buff, family))
#define SKB_PEER_END	((s32)offsetof(struct ebpf_sk_buff, data_meta))

#define SKB_CB_START	((s32)offsetof(struct ebpf_sk_buff, cb))
#define SKB_CB_END	(SKB_CB_START + 5 * (s32)sizeof(u32))

static const struct skb_field *find_skb_field(s32 off)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(skb_fields); i++)
		if (off >= skb_fields[i].uapi && off < skb_fields[i].uapi + skb_fields[i].size)
			return &skb_fields[i];
	return NULL;
}

static bool skb_valid(s32 off, int size, int acc, struct ctx_access *info, u16 read, u16 write)
{
	const struct skb_field *field;

	if (off < 0 || off % size)
		return false;
	if (off >= SKB_CB_START && off < SKB_CB_END)
		return off + size <= SKB_CB_END && (acc == ACC_READ || !(write & SK_W));
	if (off >= SKB_PEER_START && off < SKB_PEER_END) {
		info->field_size = sizeof(u32);
		return acc == ACC_READ && (read & (CG_R | SK_R)) && size <= (int)sizeof(u32);
	}
	field = find_skb_field(off);
	if (!field || !(field->rights & (acc == ACC_READ ? read : write)))
		return false;
	info->reg_type = field->reg_type;
	/* Parts of a field: loads of plain 32-bit numbers only. */
	if (acc == ACC_WRITE || field->size == sizeof(u64) || field->reg_type != SCALAR_VALUE)
		return size == field->size && off == field->uapi;
	info->field_size = field->size;
	return size <= field->size;
}

static bool socket_filter_valid(s32 off, int size, int acc, struct ctx_access *info)
{
	return skb_valid(off, size, acc, info, SOCK_R, 0);
}

static bool tc_valid(s32 off, int size, int acc, struct ctx_access *info)
{
	return skb_valid(off, size, acc, info, TC_R, TC_W);
}

static bool cgroup_skb_valid(s32 off, int size, int acc, struct ctx_access *info)
{
	return skb_valid(off, size, acc, info, CG_R, CG_W);
}

static bool lwt_valid(s32 off, int size, int acc, struct ctx_access *info)
{
	return skb_valid(off, size, acc, info, LWT_R, LWT_W);
}

static bool sk_skb_valid(s32 off, int size, int acc, struct ctx_access *info)
{
	return skb_valid(off, size, acc, info, SK_R, SK_W);
}

static int skb_convert(const struct ebpf_insn *insn, struct ebpf_insn *buf, u32 *field_size)
{
	const struct skb_field *field;

	*buf = *insn;
	if (insn->off >= SKB_CB_START && insn->off < SKB_CB_END) {
		buf->off = offsetof(struct ebpf_skb_kern, cb) + insn->off - SKB_CB_START;
		return 1;
	}
	if (insn->off >= SKB_PEER_START && insn->off < SKB_PEER_END) {
		memset(buf, 0, sizeof(*buf));
		buf->code = EBPF_ALU | EBPF_MOV | EBPF_K;
		buf->dst_reg = insn->dst_reg;
		*field_size = sizeof(u32);
		return 1;
	}
	field = find_skb_field(insn->off);
	if (EBPF_BUG_ON(!field))
		return -EFAULT;
	*field_size = field->size;
	buf->off = field->kern;
	if (field->reg_type != SCALAR_VALUE)
		buf->code = EBPF_LDX | EBPF_MEM | EBPF_DW;
	return 1;
}

/* struct xdp_md: the three pointers, then plain numbers. */
static const u8 xdp_kern_offs[] = {
	offsetof(struct ebpf_xdp_kern, data),
	offsetof(struct ebpf_xdp_kern, data_end),
	offsetof(struct ebpf_xdp_kern, data_meta),
	offsetof(struct ebpf_xdp_kern, ingress_ifindex),
	offsetof(struct ebpf_xdp_kern, rx_queue_index),
};

static bool xdp_valid(s32 off, int size, int acc, struct ctx_access *info)
{
	static const u8 types[] = { PTR_TO_PACKET, PTR_TO_PACKET_END, PTR_TO_PACKET_META };
	u32 n = (u32)off / sizeof(u32);

	if (!plain_read(off, size, acc, 0, sizeof(xdp_kern_offs) * sizeof(u32)) ||
	    size != sizeof(u32))
		return false;
	if (n < ARRAY_SIZE(types))
		info->reg_type = types[n];
	return true;
}

static int xdp_convert(const struct ebpf_insn *insn, struct ebpf_insn *buf, u32 *field_size)
{
	u32 n = (u32)insn->off / sizeof(u32);

	if (EBPF_BUG_ON(n >= ARRAY_SIZE(xdp_kern_offs)))
		return -EFAULT;
	*field_size = sizeof(u32);
	load_insn(buf, n < 3 ? EBPF_DW : EBPF_W, insn->dst_reg, insn->src_reg, xdp_kern_offs[n]);
	return 1;
}

/* What the caller of the test run gave it, to read and to write. */
static bool syscall_valid(s32 off, int size, int acc, struct ctx_access *info)
{
	(void)acc;
	(void)info;
	return off >= 0 && off + size <= EBPF_SYSCALL_CTX_MAX;
}

static const struct ctx_type ctx_types[] = {
	{ EBPF_PROG_TYPE_KPROBE, kprobe_valid, NULL },
	{ EBPF_PROG_TYPE_TRACEPOINT, tracepoint_valid, NULL },
	{ EBPF_PROG_TYPE_RAW_TRACEPOINT, raw_tp_valid, NULL },
	{ EBPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE, raw_tp_writable_valid, NULL },
	{ EBPF_PROG_TYPE_PERF_EVENT, perf_event_valid, perf_event_convert },
	{ EBPF_PROG_TYPE_SOCKET_FILTER, socket_filter_valid, skb_convert },
	{ EBPF_PROG_TYPE_TRACING, NULL, NULL },		/* by BTF: tracing.c */
	{ EBPF_PROG_TYPE_LSM, NULL, NULL },
	{ EBPF_PROG_TYPE_SCHED_CLS, tc_valid, skb_convert },
	{ EBPF_PROG_TYPE_SCHED_ACT, tc_valid, skb_convert },
	{ EBPF_PROG_TYPE_CGROUP_SKB, cgroup_skb_valid, skb_convert },
	{ EBPF_PROG_TYPE_XDP, xdp_valid, xdp_convert },
	{ EBPF_PROG_TYPE_LWT_IN, lwt_valid, skb_convert },
	{ EBPF_PROG_TYPE_LWT_OUT, lwt_valid, skb_convert },
	{ EBPF_PROG_TYPE_LWT_XMIT, lwt_valid, skb_convert },
	{ EBPF_PROG_TYPE_SK_SKB, sk_skb_valid, skb_convert },
	{ EBPF_PROG_TYPE_CGROUP_SOCK, ebpf_ctx_cgroup_sock, NULL },
	{ EBPF_PROG_TYPE_CGROUP_SOCK_ADDR, ebpf_ctx_sock_addr, NULL },
	{ EBPF_PROG_TYPE_SOCK_OPS, ebpf_ctx_sock_ops, NULL },
	{ EBPF_PROG_TYPE_SK_MSG, ebpf_ctx_sk_msg, NULL },
	{ EBPF_PROG_TYPE_SK_LOOKUP, ebpf_ctx_sk_lookup, NULL },
	{ EBPF_PROG_TYPE_SK_REUSEPORT, ebpf_ctx_sk_reuseport, NULL },
	{ EBPF_PROG_TYPE_CGROUP_DEVICE, ebpf_ctx_cgroup_device, NULL },
	{ EBPF_PROG_TYPE_CGROUP_SYSCTL, ebpf_ctx_sysctl, NULL },
	{ EBPF_PROG_TYPE_CGROUP_SOCKOPT, ebpf_ctx_sockopt, NULL },
	{ EBPF_PROG_TYPE_SYSCALL, syscall_valid, NULL },
	{ EBPF_PROG_TYPE_NETFILTER, NULL, NULL },	/* by BTF: netfilter.c */
};

static const struct ctx_type *find_type(u32 prog_type)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(ctx_types); i++)
		if (ctx_types[i].prog_type == prog_type)
			return &ctx_types[i];
	return NULL;
}

bool ebpf_prog_type_known(u32 prog_type)
{
	return find_type(prog_type) != NULL;
}

bool ebpf_ctx_needs_conv(u32 prog_type)
{
	const struct ctx_type *type = find_type(prog_type);

	return type && type->convert;
}

bool ebpf_may_write_packet(u32 prog_type)
{
	switch (prog_type) {
	case EBPF_PROG_TYPE_SCHED_CLS:
	case EBPF_PROG_TYPE_SCHED_ACT:
	case EBPF_PROG_TYPE_XDP:
	case EBPF_PROG_TYPE_LWT_XMIT:
	case EBPF_PROG_TYPE_SK_SKB:
	case EBPF_PROG_TYPE_SK_MSG:
	case EBPF_PROG_TYPE_CGROUP_SOCKOPT:
		return true;
	default:
		return false;
	}
}

bool ebpf_exit_range(const struct ebpf_load *load, struct tnum *range)
{
	if (load->prog_type == EBPF_PROG_TYPE_TRACING) {
		if (load->expected_attach_type == EBPF_TRACE_ITER)
			*range = ebpf_tnum_range(0, 1);
		else
			*range = ebpf_tnum_const(0);
		return load->expected_attach_type != EBPF_TRACE_RAW_TP &&
		       load->expected_attach_type != EBPF_MODIFY_RETURN;
	}
	if (load->prog_type == EBPF_PROG_TYPE_NETFILTER) {
		*range = ebpf_tnum_range(0, 1);		/* NF_DROP, NF_ACCEPT */
		return true;
	}
	if (load->prog_type != EBPF_PROG_TYPE_CGROUP_SKB)
		return ebpf_ctx_sock_exit_range(load, range);
	*range = ebpf_tnum_range(0, load->expected_attach_type == EBPF_CGROUP_INET_EGRESS ? 3 : 1);
	return true;
}

/* Of types whose contexts are known by the kernel's BTF. */
static bool btf_ctx_valid(struct vf_env *env, s32 off, int size, int acc, u32 *reg_type)
{
	if (env->load->prog_type == EBPF_PROG_TYPE_NETFILTER)
		return ebpf_netfilter_ctx_valid(env, off, size, acc, reg_type);
	return ebpf_tracing_ctx_valid(env, off, size, acc, reg_type);
}

int ebpf_check_ctx_access(struct vf_env *env, int insn_idx, s32 off, int size, int acc,
			  u32 *reg_type)
{
	const struct ctx_type *type = find_type(env->load->prog_type);
	struct ctx_access info = { SCALAR_VALUE, 0, env->load->expected_attach_type };

	if (!type || !(type->valid ? type->valid(off, size, acc, &info) :
		       btf_ctx_valid(env, off, size, acc, &info.reg_type))) {
		vlog(env, "invalid bpf_context access off=%d size=%d\n", off, size);
		return -EACCES;
	}
	/* Nothing makes a pointer of a part of one. */
	if (EBPF_BUG_ON(info.reg_type != SCALAR_VALUE && !type->convert && size != REG_SIZE))
		return -EFAULT;
	env->aux[insn_idx].ctx_field_size = info.field_size;
	if (env->max_ctx_offset < (u32)off + size)
		env->max_ctx_offset = off + size;
	*reg_type = info.reg_type;
	return 0;
}

int ebpf_ctx_conv(struct vf_env *env, const struct ebpf_insn *insn, struct ebpf_insn *buf,
		  u32 *field_size)
{
	const struct ctx_type *type = find_type(env->load->prog_type);

	if (EBPF_BUG_ON(!type || !type->convert))
		return -EFAULT;
	return type->convert(insn, buf, field_size);
}
