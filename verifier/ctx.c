// SPDX-License-Identifier: GPL-2.0-only
/*
 * Contexts: which fields a program of each type may touch, and the conversion
 * of those accesses to the layouts of <ebpf/ctx.h>.
 *
 * One table entry per program type; a type without one cannot be loaded.
 */
#include <ebpf/ctx.h>
#include "internal.h"

#define PERF_EVENT_SAMPLE_PERIOD	EBPF_PT_REGS_SIZE
#define PERF_EVENT_ADDR			(EBPF_PT_REGS_SIZE + 8)
#define PERF_EVENT_SIZE			(EBPF_PT_REGS_SIZE + 16)

/* What a permitted access is. */
struct ctx_access {
	u32 reg_type;		/* of the value loaded */
	u32 field_size;		/* of the field a narrower load is cut from, or 0 */
};

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

/* Fields of struct __sk_buff that are a u32 in struct ebpf_skb_kern. */
struct skb_field {
	u16 uapi;
	u16 kern;
};

#define SKB_FIELD(name) \
	{ offsetof(struct ebpf_sk_buff, name), offsetof(struct ebpf_skb_kern, name) }

static const struct skb_field skb_fields[] = {
	SKB_FIELD(len),
	SKB_FIELD(pkt_type),
	SKB_FIELD(mark),
	SKB_FIELD(queue_mapping),
	SKB_FIELD(protocol),
	SKB_FIELD(vlan_present),
	SKB_FIELD(vlan_tci),
	SKB_FIELD(vlan_proto),
	SKB_FIELD(priority),
	SKB_FIELD(ingress_ifindex),
	SKB_FIELD(ifindex),
	SKB_FIELD(tc_index),
	SKB_FIELD(hash),
	SKB_FIELD(napi_id),
	SKB_FIELD(gso_segs),
	SKB_FIELD(gso_size),
};

#define SKB_CB_START	((s32)offsetof(struct ebpf_sk_buff, cb))
#define SKB_CB_END	(SKB_CB_START + 5 * (s32)sizeof(u32))

static const struct skb_field *find_skb_field(s32 off)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(skb_fields); i++)
		if (off >= skb_fields[i].uapi && off < skb_fields[i].uapi + (s32)sizeof(u32))
			return &skb_fields[i];
	return NULL;
}

static bool socket_filter_valid(s32 off, int size, int acc, struct ctx_access *info)
{
	if (off < 0 || off % size)
		return false;
	if (off >= SKB_CB_START && off < SKB_CB_END)
		return off + size <= SKB_CB_END;
	if (acc != ACC_READ || !find_skb_field(off) || size > (int)sizeof(u32))
		return false;
	info->field_size = sizeof(u32);
	return true;
}

static int skb_convert(const struct ebpf_insn *insn, struct ebpf_insn *buf, u32 *field_size)
{
	const struct skb_field *field;

	*buf = *insn;
	if (insn->off >= SKB_CB_START && insn->off < SKB_CB_END) {
		buf->off = offsetof(struct ebpf_skb_kern, cb) + insn->off - SKB_CB_START;
		return 1;
	}
	field = find_skb_field(insn->off);
	if (EBPF_BUG_ON(!field))
		return -EFAULT;
	*field_size = sizeof(u32);
	buf->off = field->kern;
	return 1;
}

static const struct ctx_type ctx_types[] = {
	{ EBPF_PROG_TYPE_KPROBE, kprobe_valid, NULL },
	{ EBPF_PROG_TYPE_TRACEPOINT, tracepoint_valid, NULL },
	{ EBPF_PROG_TYPE_RAW_TRACEPOINT, raw_tp_valid, NULL },
	{ EBPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE, raw_tp_writable_valid, NULL },
	{ EBPF_PROG_TYPE_PERF_EVENT, perf_event_valid, perf_event_convert },
	{ EBPF_PROG_TYPE_SOCKET_FILTER, socket_filter_valid, skb_convert },
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

int ebpf_check_ctx_access(struct vf_env *env, int insn_idx, s32 off, int size, int acc,
			  u32 *reg_type)
{
	const struct ctx_type *type = find_type(env->load->prog_type);
	struct ctx_access info = { SCALAR_VALUE, 0 };

	if (!type || !type->valid(off, size, acc, &info)) {
		vlog(env, "invalid bpf_context access off=%d size=%d\n", off, size);
		return -EACCES;
	}
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
