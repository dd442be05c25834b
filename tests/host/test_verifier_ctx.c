// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every place of every context, by every size, read, read with its sign extended and
 * written: what yields a pointer is a load of a whole pointer and nothing else, and none is
 * written over.
 */
#include <stddef.h>
#include <tap.h>
#include "services.h"
#include "verif_run.h"
#include "btf_tracing.h"

#define CTX_END		264	/* bytes; no context but records is longer, and those hold numbers */

static struct ebpf_btf *btf;
static struct verif_result res;

/**
 * struct ctx - a kind of program
 * @expect: how many places of pointers it has
 * @small:  offsets of those that it is shown as 4 bytes, ended by -1
 */
struct ctx {
	const char *name;
	u32 type;
	u32 attach;
	u32 id;
	u32 expect;
	s32 small[4];
};

#define P(name)		EBPF_PROG_TYPE_##name
#define SKB(name)	((s32)offsetof(struct ebpf_sk_buff, name))
#define SKB_PTRS	{ SKB(data), SKB(data_end), -1 }
#define NONE		{ -1 }

static const struct ctx ctxs[] = {
	{ "kprobe", P(KPROBE), 0, 0, 0, NONE },
	{ "tracepoint", P(TRACEPOINT), 0, 0, 0, NONE },
	{ "raw tracepoint", P(RAW_TRACEPOINT), 0, 0, 0, NONE },
	{ "writable raw tracepoint", P(RAW_TRACEPOINT_WRITABLE), 0, 0, 1, NONE },
	{ "perf event", P(PERF_EVENT), 0, 0, 0, NONE },
	{ "socket filter", P(SOCKET_FILTER), 0, 0, 1, NONE },
	{ "classifier", P(SCHED_CLS), 0, 0, 4, { SKB(data), SKB(data_end), SKB(data_meta), -1 } },
	{ "action", P(SCHED_ACT), 0, 0, 4, { SKB(data), SKB(data_end), SKB(data_meta), -1 } },
	{ "cgroup_skb in", P(CGROUP_SKB), EBPF_CGROUP_INET_INGRESS, 0, 3, SKB_PTRS },
	{ "cgroup_skb out", P(CGROUP_SKB), EBPF_CGROUP_INET_EGRESS, 0, 3, SKB_PTRS },
	{ "lwt_in", P(LWT_IN), 0, 0, 3, SKB_PTRS },
	{ "lwt_out", P(LWT_OUT), 0, 0, 3, SKB_PTRS },
	{ "lwt_xmit", P(LWT_XMIT), 0, 0, 3, SKB_PTRS },
	{ "sk_skb", P(SK_SKB), 0, 0, 3, SKB_PTRS },
	{ "xdp", P(XDP), 0, 0, 3, { 0, 4, 8, -1 } },
	{ "cgroup_sock", P(CGROUP_SOCK), EBPF_CGROUP_INET_SOCK_CREATE, 0, 0, NONE },
	{ "connect4", P(CGROUP_SOCK_ADDR), EBPF_CGROUP_INET4_CONNECT, 0, 1, NONE },
	{ "sendmsg6", P(CGROUP_SOCK_ADDR), EBPF_CGROUP_UDP6_SENDMSG, 0, 1, NONE },
	{ "connect_unix", P(CGROUP_SOCK_ADDR), EBPF_CGROUP_UNIX_CONNECT, 0, 1, NONE },
	{ "sock_ops", P(SOCK_OPS), 0, 0, 3, NONE },
	{ "sk_msg", P(SK_MSG), 0, 0, 3, NONE },
	{ "sk_lookup", P(SK_LOOKUP), EBPF_SK_LOOKUP, 0, 1, NONE },
	{ "sk_reuseport", P(SK_REUSEPORT), EBPF_SK_REUSEPORT_SELECT, 0, 4, NONE },
	{ "cgroup_device", P(CGROUP_DEVICE), 0, 0, 0, NONE },
	{ "cgroup_sysctl", P(CGROUP_SYSCTL), 0, 0, 0, NONE },
	{ "getsockopt", P(CGROUP_SOCKOPT), EBPF_CGROUP_GETSOCKOPT, 0, 3, NONE },
	{ "setsockopt", P(CGROUP_SOCKOPT), EBPF_CGROUP_SETSOCKOPT, 0, 3, NONE },
	{ "netfilter", P(NETFILTER), EBPF_NETFILTER, 0, 2, NONE },
	{ "fentry", P(TRACING), EBPF_TRACE_FENTRY, T_TRACED, 3, NONE },
	{ "fexit", P(TRACING), EBPF_TRACE_FEXIT, T_PP, 1, NONE },
	{ "tp_btf", P(TRACING), EBPF_TRACE_RAW_TP, T_TP, 1, NONE },
	{ "iterator", P(TRACING), EBPF_TRACE_ITER, T_ITER, 2, NONE },
	{ "iterator of files", P(TRACING), EBPF_TRACE_ITER, T_ITER_FILE, 3, NONE },
};

static bool accepted(const struct ctx *c, const struct ebpf_insn *insns, u32 cnt)
{
	struct ebpf_load load = {
		.prog_type = c->type, .expected_attach_type = c->attach, .gpl_compatible = true,
		.attach_btf_id = c->id, .attach_btf = c->id ? btf : NULL, .vmlinux_btf = btf,
		.insns = insns, .insn_cnt = cnt,
	};

	verif_load(&res, &load, EBPF_LOG_LEVEL1);
	return !res.err;
}

static u32 result_of(const struct ctx *c)
{
	return c->type == EBPF_PROG_TYPE_TRACING ? 0 : 1;
}

static bool can_load(const struct ctx *c, s32 off, u8 mode, u8 size)
{
	struct ebpf_insn insns[] = {
		INSN(EBPF_LDX | mode | size, 2, 1, off, 0), MOV_K(0, result_of(c)), EXIT,
	};

	return accepted(c, insns, ARRAY_SIZE(insns));
}

static bool can_store(const struct ctx *c, s32 off, u8 size)
{
	struct ebpf_insn insns[] = {
		MOV_K(2, 0), INSN(EBPF_STX | EBPF_MEM | size, 1, 2, off, 0),
		MOV_K(0, result_of(c)), EXIT,
	};

	return accepted(c, insns, ARRAY_SIZE(insns));
}

/* Of what can be loaded: a load from there is refused for what a number is not. */
static bool is_pointer(const struct ctx *c, s32 off, u8 mode, u8 size)
{
	struct ebpf_insn insns[] = {
		INSN(EBPF_LDX | mode | size, 2, 1, off, 0), LDX(B, 3, 2, 0),
		MOV_K(0, result_of(c)), EXIT,
	};

	return accepted(c, insns, ARRAY_SIZE(insns)) ||
	       !strstr(res.log, "R2 invalid mem access 'scalar'");
}

static bool is_whole(const struct ctx *c, s32 off, u8 mode, u8 size)
{
	u32 i;

	if (mode != EBPF_MEM)
		return false;
	for (i = 0; i < ARRAY_SIZE(c->small) && c->small[i] >= 0; i++)
		if (c->small[i] == off)
			return size == EBPF_W;
	return size == EBPF_DW;
}

struct tally {
	u32 loads;
	u32 pointers;
	u32 parts;	/* pointers made of less than a whole one */
	u32 stores;
	u32 spoilt;	/* pointers, or parts of such, written */
	bool pointer[CTX_END + 8];
};

static void look(const struct ctx *c, s32 off, u8 mode, u8 size, u32 bytes, struct tally *t)
{
	if (!can_load(c, off, mode, size))
		return;
	t->loads++;
	if (!is_pointer(c, off, mode, size))
		return;
	t->pointers++;
	memset(&t->pointer[off], 1, bytes);
	if (is_whole(c, off, mode, size))
		return;
	t->parts++;
	tap_diag("%s: off %d, mode 0x%x, %u bytes", c->name, off, mode, bytes);
}

static void test_ctx(const struct ctx *c)
{
	static const u8 sizes[] = { EBPF_B, EBPF_H, EBPF_W, EBPF_DW };
	struct tally t = { 0 };
	u32 i, b;
	s32 off;

	for (off = 0; off < CTX_END; off++) {
		for (i = 0; i < ARRAY_SIZE(sizes); i++) {
			look(c, off, EBPF_MEM, sizes[i], 1 << i, &t);
			if (sizes[i] != EBPF_DW)
				look(c, off, EBPF_MEMSX, sizes[i], 1 << i, &t);
		}
	}
	for (off = 0; off < CTX_END; off++) {
		for (i = 0; i < ARRAY_SIZE(sizes); i++) {
			if (!can_store(c, off, sizes[i]))
				continue;
			t.stores++;
			for (b = 0; b < 1u << i; b++)
				t.spoilt += t.pointer[off + b];
		}
	}
	tap_diag("%s: %u loads, %u stores", c->name, t.loads, t.stores);
	tap_eq(t.pointers, c->expect, "%s: pointers in the context", c->name);
	tap_eq(t.parts, 0, "%s: none from a part of one", c->name);
	tap_eq(t.spoilt, 0, "%s: none written", c->name);
}

int main(void)
{
	u32 i;

	verif_maps();
	btf = tracing_btf();
	if (!btf) {
		tap_ok(false, "BTF for the tests");
		return tap_end();
	}
	for (i = 0; i < ARRAY_SIZE(ctxs); i++)
		test_ctx(&ctxs[i]);
	ebpf_prog_image_free(&res.img);
	words_destroy(btf);
	return tap_end();
}
