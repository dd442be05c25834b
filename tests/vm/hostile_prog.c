// SPDX-License-Identifier: GPL-2.0-only
/*
 * PROG_LOAD: small programs that reach many helpers, whole or with a few instructions
 * changed, and instructions at random.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "hostile.h"
#include "ioctl_lib.h"

#define PROG_MAX	64

struct prog {
	struct ebpf_insn insns[PROG_MAX];
	unsigned int cnt;
};

static void put(struct prog *p, struct ebpf_insn insn)
{
	if (p->cnt < PROG_MAX)
		p->insns[p->cnt++] = insn;
}

static void put_map(struct prog *p, int reg, int fd)
{
	put(p, INSN(EBPF_LD | EBPF_IMM | EBPF_DW, reg, EBPF_PSEUDO_MAP_FD, 0, fd));
	put(p, INSN(0, 0, 0, 0, 0));
}

/* reg = r10 + off */
static void put_stack(struct prog *p, int reg, int off)
{
	put(p, MOV64_REG(reg, EBPF_REG_10));
	put(p, ALU64_IMM(EBPF_ADD, reg, off));
}

static void put_start(struct prog *p, struct input *in)
{
	unsigned int i;

	put(p, MOV64_REG(EBPF_REG_6, EBPF_REG_1));
	for (i = 1; i <= 4; i++)
		put(p, ST(EBPF_DW, EBPF_REG_10, -8 * (int)i, in_u8(in) % 70));
}

static void put_end(struct prog *p)
{
	put(p, MOV64_IMM(EBPF_REG_0, 0));
	put(p, EXIT());
}

/* r0 = lookup(map, key), and something done to the value */
static void t_lookup(struct prog *p, struct input *in)
{
	put_map(p, EBPF_REG_1, some_fd(in));
	put_stack(p, EBPF_REG_2, -8);
	put(p, CALL(EBPF_FUNC_map_lookup_elem));
	put(p, JMP_IMM(EBPF_JEQ, EBPF_REG_0, 0, 3));
	put(p, MOV64_IMM(EBPF_REG_1, 1));
	put(p, INSN(EBPF_STX | EBPF_ATOMIC | EBPF_DW, EBPF_REG_0, EBPF_REG_1, in_or(in, 0),
		    in_once_in(in, 2) ? EBPF_ADD : EBPF_XCHG));
	put(p, MOV64_REG(EBPF_REG_7, EBPF_REG_1));
}

static void t_change(struct prog *p, struct input *in)
{
	static const uint8_t calls[] = {
		EBPF_FUNC_map_update_elem, EBPF_FUNC_map_delete_elem, EBPF_FUNC_map_push_elem,
		EBPF_FUNC_map_pop_elem, EBPF_FUNC_map_peek_elem,
	};

	put_map(p, EBPF_REG_1, some_fd(in));
	put_stack(p, EBPF_REG_2, -8);
	put_stack(p, EBPF_REG_3, -32);
	put(p, MOV64_IMM(EBPF_REG_4, in_u8(in) % 3));
	put(p, CALL(calls[in_below(in, sizeof(calls))]));
}

static void t_tail_call(struct prog *p, struct input *in)
{
	put(p, MOV64_REG(EBPF_REG_1, EBPF_REG_6));
	put_map(p, EBPF_REG_2, some_fd(in));
	put(p, MOV64_IMM(EBPF_REG_3, in_edge(in)));
	put(p, CALL(EBPF_FUNC_tail_call));
}

static void t_ring(struct prog *p, struct input *in)
{
	put_map(p, EBPF_REG_1, some_fd(in));
	if (in_once_in(in, 2)) {
		put_stack(p, EBPF_REG_2, -32);
		put(p, MOV64_IMM(EBPF_REG_3, in_or(in, 24)));
		put(p, MOV64_IMM(EBPF_REG_4, in_u8(in) % 4));
		put(p, CALL(EBPF_FUNC_ringbuf_output));
		return;
	}
	put(p, MOV64_IMM(EBPF_REG_2, in_or(in, 40)));
	put(p, MOV64_IMM(EBPF_REG_3, 0));
	put(p, CALL(EBPF_FUNC_ringbuf_reserve));
	put(p, JMP_IMM(EBPF_JEQ, EBPF_REG_0, 0, 4));
	put(p, ST(EBPF_DW, EBPF_REG_0, in_or(in, 8), 1));
	put(p, MOV64_REG(EBPF_REG_1, EBPF_REG_0));
	put(p, MOV64_IMM(EBPF_REG_2, in_u8(in) % 4));
	put(p, CALL(in_once_in(in, 2) ? EBPF_FUNC_ringbuf_submit : EBPF_FUNC_ringbuf_discard));
}

static void t_output(struct prog *p, struct input *in)
{
	put(p, MOV64_REG(EBPF_REG_1, EBPF_REG_6));
	put_map(p, EBPF_REG_2, some_fd(in));
	put(p, INSN(EBPF_ALU | EBPF_MOV | EBPF_K, EBPF_REG_3, 0, 0, in_or(in, 0xffffffff)));
	put_stack(p, EBPF_REG_4, -32);
	put(p, MOV64_IMM(EBPF_REG_5, in_or(in, 32)));
	put(p, CALL(EBPF_FUNC_perf_event_output));
}

static void t_stack(struct prog *p, struct input *in)
{
	put(p, MOV64_REG(EBPF_REG_1, EBPF_REG_6));
	if (in_once_in(in, 2)) {
		put_map(p, EBPF_REG_2, some_fd(in));
		put(p, MOV64_IMM(EBPF_REG_3, in_u16(in) & 0xfff));
		put(p, CALL(EBPF_FUNC_get_stackid));
		return;
	}
	put_stack(p, EBPF_REG_2, -32);
	put(p, MOV64_IMM(EBPF_REG_3, in_or(in, 32)));
	put(p, MOV64_IMM(EBPF_REG_4, in_u16(in) & 0xfff));
	put(p, CALL(EBPF_FUNC_get_stack));
}

static void t_read(struct prog *p, struct input *in)
{
	static const uint8_t calls[] = {
		EBPF_FUNC_probe_read, EBPF_FUNC_probe_read_user, EBPF_FUNC_probe_read_kernel,
		EBPF_FUNC_probe_read_str, EBPF_FUNC_probe_read_user_str, EBPF_FUNC_probe_read_kernel_str,
	};
	uint64_t at = in_once_in(in, 2) ? in_edge(in) : some_memory(in, 64);

	put_stack(p, EBPF_REG_1, -32);
	put(p, MOV64_IMM(EBPF_REG_2, in_or(in, 32)));
	put(p, INSN(EBPF_LD | EBPF_IMM | EBPF_DW, EBPF_REG_3, 0, 0, (uint32_t)at));
	put(p, INSN(0, 0, 0, 0, (uint32_t)(at >> 32)));
	put(p, CALL(calls[in_below(in, sizeof(calls))]));
}

/* for_each_map_elem, loop, user_ringbuf_drain: with the function behind the end */
static void t_callback(struct prog *p, struct input *in)
{
	unsigned int kind = in_below(in, 3), at;

	if (kind)
		put_map(p, EBPF_REG_1, some_fd(in));
	else
		put(p, MOV64_IMM(EBPF_REG_1, in_or(in, 8)));
	at = p->cnt;
	put(p, INSN(EBPF_LD | EBPF_IMM | EBPF_DW, EBPF_REG_2, EBPF_PSEUDO_FUNC, 0, 0));
	put(p, INSN(0, 0, 0, 0, 0));
	put_stack(p, EBPF_REG_3, -32);
	put(p, MOV64_IMM(EBPF_REG_4, 0));
	put(p, CALL(kind == 0 ? EBPF_FUNC_loop :
		    kind == 1 ? EBPF_FUNC_for_each_map_elem : EBPF_FUNC_user_ringbuf_drain));
	put_end(p);
	p->insns[at].imm = p->cnt - at - 1;
	put(p, MOV64_REG(EBPF_REG_6, EBPF_REG_1));
	put(p, LDX(EBPF_DW, EBPF_REG_1, EBPF_REG_2, in_or(in, 0)));
	put(p, MOV64_IMM(EBPF_REG_0, in_u8(in) % 2));
	put(p, EXIT());
}

static void t_inner(struct prog *p, struct input *in)
{
	put_map(p, EBPF_REG_1, some_fd(in));
	put_stack(p, EBPF_REG_2, -8);
	put(p, CALL(EBPF_FUNC_map_lookup_elem));
	put(p, JMP_IMM(EBPF_JEQ, EBPF_REG_0, 0, 4));
	put(p, MOV64_REG(EBPF_REG_1, EBPF_REG_0));
	put_stack(p, EBPF_REG_2, -8);
	put(p, CALL(EBPF_FUNC_map_lookup_elem));
}

static void t_value(struct prog *p, struct input *in)
{
	put(p, INSN(EBPF_LD | EBPF_IMM | EBPF_DW, EBPF_REG_7, EBPF_PSEUDO_MAP_VALUE, 0, some_fd(in)));
	put(p, INSN(0, 0, 0, 0, in_or(in, 0)));
	put(p, LDX(EBPF_DW, EBPF_REG_1, EBPF_REG_7, in_or(in, 0)));
	put(p, STX(EBPF_DW, EBPF_REG_7, EBPF_REG_1, 0));
}

static void t_context(struct prog *p, struct input *in)
{
	put(p, LDX((in_u8(in) & 3) << 3, EBPF_REG_7, EBPF_REG_6, in_u8(in)));
	if (in_once_in(in, 4))
		put(p, STX((in_u8(in) & 3) << 3, EBPF_REG_6, EBPF_REG_7, in_u8(in)));
}

/* A packet's bytes: offsets of data and data_end are those of skb, or of XDP. */
static void t_packet(struct prog *p, struct input *in)
{
	bool xdp = in_once_in(in, 2);

	put(p, LDX(EBPF_W, EBPF_REG_2, EBPF_REG_6, xdp ? 0 : 76));
	put(p, LDX(EBPF_W, EBPF_REG_3, EBPF_REG_6, xdp ? 4 : 80));
	put(p, MOV64_REG(EBPF_REG_4, EBPF_REG_2));
	put(p, ALU64_IMM(EBPF_ADD, EBPF_REG_4, in_or(in, 14)));
	put(p, INSN(EBPF_JMP | EBPF_JGT | EBPF_X, EBPF_REG_4, EBPF_REG_3, 2, 0));
	put(p, LDX(EBPF_H, EBPF_REG_5, EBPF_REG_2, in_or(in, 12)));
	put(p, STX(EBPF_H, EBPF_REG_2, EBPF_REG_5, in_or(in, 0)));
}

static void t_dynptr(struct prog *p, struct input *in)
{
	put_map(p, EBPF_REG_1, some_fd(in));
	put(p, MOV64_IMM(EBPF_REG_2, in_or(in, 64)));
	put(p, MOV64_IMM(EBPF_REG_3, 0));
	put_stack(p, EBPF_REG_4, -16);
	put(p, CALL(EBPF_FUNC_ringbuf_reserve_dynptr));
	put_stack(p, EBPF_REG_1, -16);
	put(p, MOV64_IMM(EBPF_REG_2, in_or(in, 8)));
	put_stack(p, EBPF_REG_3, -32);
	put(p, MOV64_IMM(EBPF_REG_4, in_or(in, 8)));
	put(p, MOV64_IMM(EBPF_REG_5, 0));
	put(p, CALL(EBPF_FUNC_dynptr_write));
	put_stack(p, EBPF_REG_1, -16);
	put(p, MOV64_IMM(EBPF_REG_2, 0));
	put(p, CALL(in_once_in(in, 2) ? EBPF_FUNC_ringbuf_submit_dynptr :
		    EBPF_FUNC_ringbuf_discard_dynptr));
}

/* Any helper, with the context, a map, the stack and numbers as arguments */
static void t_any(struct prog *p, struct input *in)
{
	unsigned int i;

	for (i = EBPF_REG_1; i <= EBPF_REG_5; i++) {
		switch (in_below(in, 4)) {
		case 0:
			put(p, MOV64_REG(i, EBPF_REG_6));
			break;
		case 1:
			put_map(p, i, some_fd(in));
			break;
		case 2:
			put_stack(p, i, -32 + 8 * (int)(in_u8(in) % 4));
			break;
		default:
			put(p, MOV64_IMM(i, in_edge(in)));
		}
	}
	put(p, CALL(in_u8(in) % 216));
}

static void t_random(struct prog *p, struct input *in)
{
	unsigned int n = 1 + in_u8(in) % 8;

	for (; n; n--)
		put(p, INSN(in_u8(in), in_u8(in) % 11, in_u8(in) % 11, (int8_t)in_u8(in), in_edge(in)));
}

static void change(struct prog *p, struct input *in)
{
	unsigned int n;

	for (n = in_once_in(in, 2) ? in_u8(in) % 4 : 0; n; n--) {
		struct ebpf_insn *insn = &p->insns[in_u8(in) % p->cnt];

		switch (in_below(in, 5)) {
		case 0:
			insn->code ^= 1 << in_u8(in) % 8;
			break;
		case 1:
			insn->dst_reg = in_u8(in);
			break;
		case 2:
			insn->src_reg = in_u8(in);
			break;
		case 3:
			insn->off = in_edge(in);
			break;
		default:
			insn->imm = in_edge(in);
		}
	}
}

/* What is meant to hurt: others' memory, others' signals, results of the kernel's functions */
static void tame(struct prog *p)
{
	unsigned int i;

	for (i = 0; i < p->cnt; i++) {
		struct ebpf_insn *insn = &p->insns[i];

		if (insn->code != (EBPF_JMP | EBPF_CALL) || insn->src_reg)
			continue;
		switch (insn->imm) {
		case EBPF_FUNC_probe_write_user:
		case EBPF_FUNC_override_return:
		case EBPF_FUNC_send_signal:
		case EBPF_FUNC_send_signal_thread:
		case EBPF_FUNC_trace_printk:
		case EBPF_FUNC_trace_vprintk:
			insn->imm = EBPF_FUNC_get_smp_processor_id;
		}
	}
}

static void make(struct prog *p, struct input *in)
{
	static void (*const parts[])(struct prog *p, struct input *in) = {
		t_lookup, t_change, t_tail_call, t_ring, t_output, t_stack, t_read, t_inner, t_value,
		t_context, t_packet, t_dynptr, t_any, t_any, t_random,
	};
	unsigned int n = in_u8(in) % 3;

	p->cnt = 0;
	put_start(p, in);
	for (; n; n--)
		parts[in_below(in, ARRAY_LEN(parts))](p, in);
	if (in_once_in(in, 6))
		t_callback(p, in);
	else
		put_end(p);
	change(p, in);
	tame(p);
}

uint32_t hostile_btf_ids[8];

static void for_function(union ebpf_attr *attr, struct input *in)
{
	static const uint8_t types[] = {
		EBPF_TRACE_FENTRY, EBPF_TRACE_FEXIT, EBPF_TRACE_ITER, EBPF_TRACE_RAW_TP,
	};

	attr->expected_attach_type = in_or(in, types[in_below(in, sizeof(types))]);
	/* A result of its own is not for functions that everything needs. */
	if (attr->expected_attach_type == EBPF_MODIFY_RETURN)
		attr->expected_attach_type = EBPF_TRACE_FENTRY;
	attr->attach_btf_id = in_or(in, hostile_btf_ids[in_below(in, ARRAY_LEN(hostile_btf_ids))]);
	if (in_once_in(in, 16))
		attr->attach_btf_obj_fd = some_fd(in);
	if (in_once_in(in, 8))
		attr->prog_flags |= EBPF_F_SLEEPABLE;
}

static const uint8_t types[] = {
	EBPF_PROG_TYPE_KPROBE, EBPF_PROG_TYPE_KPROBE, EBPF_PROG_TYPE_TRACEPOINT,
	EBPF_PROG_TYPE_RAW_TRACEPOINT, EBPF_PROG_TYPE_RAW_TRACEPOINT, EBPF_PROG_TYPE_PERF_EVENT,
	EBPF_PROG_TYPE_TRACING, EBPF_PROG_TYPE_TRACING, EBPF_PROG_TYPE_SOCKET_FILTER,
	EBPF_PROG_TYPE_SCHED_CLS, EBPF_PROG_TYPE_XDP, EBPF_PROG_TYPE_LWT_XMIT,
	EBPF_PROG_TYPE_CGROUP_SKB, EBPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE,
};

/* What a worker begins with, but for slots */
static struct kept {
	uint32_t attach_type;
	int fd;
} kept_progs[sizeof(types)];
static int kept_link = -1;

/* High, where calls do not guess. */
static int keep(int fd)
{
	return fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 950);
}

int some_prog(struct input *in, uint32_t attach_type)
{
	unsigned int i;

	if (in_once_in(in, 2))
		for (i = 0; i < ARRAY_LEN(kept_progs); i++)
			if (kept_progs[i].attach_type == attach_type && kept_progs[i].fd >= 0)
				return kept_progs[i].fd;
	return some_fd(in);
}

int some_link(struct input *in)
{
	return kept_link >= 0 && in_once_in(in, 2) ? kept_link : some_fd(in);
}

/* An iterator's, which can be made, changed and read without an event */
static void start_link(int prog)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.link_create.prog_fd = prog;
	attr.link_create.attach_type = EBPF_TRACE_ITER;
	slots[SLOTS - 1 - ARRAY_LEN(types)] = hostile_bpf_call(EBPF_LINK_CREATE, (uintptr_t)&attr,
							       sizeof(attr));
	kept_link = keep(slots[SLOTS - 1 - ARRAY_LEN(types)]);
}

/* How the @i-th program is loaded; none but these two types ask. */
static uint32_t start_attach_type(unsigned int i)
{
	if (types[i] == EBPF_PROG_TYPE_TRACING)
		return i && types[i - 1] == types[i] ? EBPF_TRACE_ITER : EBPF_TRACE_FENTRY;
	return i == 0 ? EBPF_TRACE_KPROBE_MULTI : 0;
}

static void start_prog(unsigned int i)
{
	struct ebpf_insn insns[] = { MOV64_IMM(EBPF_REG_0, 0), EXIT() };
	union ebpf_attr attr;
	uint32_t attach_type = start_attach_type(i);
	int fd;

	prog_attr(&attr, types[i], insns, ARRAY_LEN(insns));
	attr.expected_attach_type = attach_type;
	if (types[i] == EBPF_PROG_TYPE_TRACING)
		attr.attach_btf_id = hostile_btf_ids[attach_type == EBPF_TRACE_ITER ? 3 : 0];
	fd = hostile_bpf_call(EBPF_PROG_LOAD, (uintptr_t)&attr, sizeof(attr));
	slots[SLOTS - 1 - i] = fd;
	if (attach_type == EBPF_TRACE_ITER)
		start_link(fd);
	if (types[i] == EBPF_PROG_TYPE_KPROBE && !attach_type)
		attach_type = EBPF_PERF_EVENT;
	if (types[i] == EBPF_PROG_TYPE_RAW_TRACEPOINT)
		attach_type = EBPF_TRACE_RAW_TP;
	kept_progs[i].attach_type = attach_type;
	kept_progs[i].fd = keep(fd);
}

/* At the slots' end: maps are at their start. */
void hostile_prog_start(void)
{
	unsigned int i;

	for (i = 0; i < sizeof(types); i++)
		start_prog(i);
}

void hostile_prog(struct input *in)
{
	static const char gpl[] = "GPL";
	struct ebpf_func_info funcs[2];
	union ebpf_attr attr;
	struct prog p;
	uint64_t at;
	size_t size;
	long ret;

	make(&p, in);
	memset(&attr, 0, sizeof(attr));
	attr.prog_type = in_or(in, types[in_below(in, sizeof(types))]);
	size = p.cnt * sizeof(p.insns[0]);
	at = some_memory(in, size);
	if (at >= (uintptr_t)arena && at <= (uintptr_t)arena + ARENA_SIZE - size)
		memcpy((void *)(uintptr_t)at, p.insns, size);
	attr.insns = at;
	attr.insn_cnt = in_once_in(in, 32) ? in_edge(in) : p.cnt;
	attr.license = (uintptr_t)gpl;
	if (in_once_in(in, 3)) {
		attr.log_level = in_or(in, 1 + in_u8(in) % 7);
		attr.log_buf = some_memory(in, 8192);
		attr.log_size = in_or(in, 8192);
	}
	if (in_once_in(in, 8))
		attr.prog_flags = 1U << in_below(in, 8);
	if (attr.prog_type == EBPF_PROG_TYPE_TRACING || in_once_in(in, 16))
		for_function(&attr, in);
	if (attr.prog_type == EBPF_PROG_TYPE_KPROBE && in_once_in(in, 4))
		attr.expected_attach_type = EBPF_TRACE_KPROBE_MULTI;
	if (in_once_in(in, 8)) {
		memset(funcs, 0, sizeof(funcs));
		funcs[0].type_id = in_or(in, 3);
		funcs[1].insn_off = in_edge(in);
		funcs[1].type_id = in_or(in, 3);
		attr.prog_btf_fd = some_fd(in);
		attr.func_info = some_memory(in, sizeof(funcs));
		if (attr.func_info >= (uintptr_t)arena &&
		    attr.func_info <= (uintptr_t)arena + ARENA_SIZE - sizeof(funcs))
			memcpy((void *)(uintptr_t)attr.func_info, funcs, sizeof(funcs));
		attr.func_info_cnt = in_or(in, 1);
		attr.func_info_rec_size = in_or(in, sizeof(funcs[0]));
		if (in_once_in(in, 4)) {
			attr.line_info = some_memory(in, 256);
			attr.line_info_cnt = in_edge(in);
			attr.line_info_rec_size = in_or(in, sizeof(struct ebpf_line_info));
		}
	}
	if (in_once_in(in, 16))
		attr.fd_array = some_memory(in, 64);
	ret = hostile_bpf_call(EBPF_PROG_LOAD, (uintptr_t)&attr, sizeof(attr));
	took(in, HK_PROG_LOAD, ret, true);
}
