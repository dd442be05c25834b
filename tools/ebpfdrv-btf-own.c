// SPDX-License-Identifier: GPL-2.0-only
/*
 * Types of the events that the module defines on kernels without them (kmod/events/):
 * struct trace_event_raw_CLASS for their records, named by the classes that Linux has, and
 * btf_trace_EVENT for programs that take their arguments typed. And functions of later kernels that
 * older ones never call, which programs can be attached to all the same (kmod/compat/func_names.c).
 */
#define _GNU_SOURCE
#include "ebpfdrv-btf.h"

#include <stdio.h>
#include <string.h>

#define FIELDS_MAX	20
#define ARGS_MAX	3

/* A field of a record. @kind: p a pointer to void, i an int, q, w, h and b unsigned numbers of 8,
 * 4, 2 bytes and one; @len: of an array, else 0.
 */
struct field {
	const char *name;
	char kind;
	__u32 len, offset;
};

#define PORTS(at)	{ "sport", 'h', 0, at }, { "dport", 'h', 0, (at) + 2 }
#define ADDRS(at)	{ "saddr", 'b', 4, at }, { "daddr", 'b', 4, (at) + 4 },	\
			{ "saddr_v6", 'b', 16, (at) + 8 }, { "daddr_v6", 'b', 16, (at) + 24 }

static const struct record {
	const char *class;
	__u32 size;
	struct field fields[FIELDS_MAX];
} records[] = {
	{ "tcp_event_sk", 72, {
		{ "skaddr", 'p', 0, 8 }, PORTS(16), { "family", 'h', 0, 20 }, ADDRS(22),
		{ "sock_cookie", 'q', 0, 64 } } },
	{ "tcp_event_sk_skb", 80, {
		{ "skbaddr", 'p', 0, 8 }, { "skaddr", 'p', 0, 16 }, { "state", 'i', 0, 24 },
		PORTS(28), { "family", 'h', 0, 32 }, ADDRS(34) } },
	{ "tcp_retransmit_synack", 72, {
		{ "skaddr", 'p', 0, 8 }, { "req", 'p', 0, 16 }, PORTS(24),
		{ "family", 'h', 0, 28 }, ADDRS(30) } },
	{ "tcp_probe", 120, {
		{ "saddr", 'b', 28, 8 }, { "daddr", 'b', 28, 36 }, PORTS(64),
		{ "family", 'h', 0, 68 }, { "mark", 'w', 0, 72 }, { "data_len", 'h', 0, 76 },
		{ "snd_nxt", 'w', 0, 80 }, { "snd_una", 'w', 0, 84 }, { "snd_cwnd", 'w', 0, 88 },
		{ "ssthresh", 'w', 0, 92 }, { "snd_wnd", 'w', 0, 96 }, { "srtt", 'w', 0, 100 },
		{ "rcv_wnd", 'w', 0, 104 }, { "sock_cookie", 'q', 0, 112 } } },
	{ "inet_sock_set_state", 72, {
		{ "skaddr", 'p', 0, 8 }, { "oldstate", 'i', 0, 16 }, { "newstate", 'i', 0, 20 },
		PORTS(24), { "family", 'h', 0, 28 }, { "protocol", 'h', 0, 30 }, ADDRS(32) } },
};

/* An argument: a pointer to a struct, to a constant one, or an int (no struct). */
struct arg {
	const char *to;
	bool constant;
};

static const struct probe {
	const char *event;
	struct arg args[ARGS_MAX];
	__u32 nr_args;
} probes[] = {
	{ "tcp_probe", { { "sock", false }, { "sk_buff", false } }, 2 },
	{ "tcp_rcv_space_adjust", { { "sock", false } }, 1 },
	{ "tcp_receive_reset", { { "sock", false } }, 1 },
	{ "tcp_destroy_sock", { { "sock", false } }, 1 },
	{ "tcp_retransmit_skb", { { "sock", true }, { "sk_buff", true } }, 2 },
	{ "tcp_send_reset", { { "sock", true }, { "sk_buff", true } }, 2 },
	{ "tcp_retransmit_synack", { { "sock", true }, { "request_sock", true } }, 2 },
	{ "inet_sock_set_state", { { "sock", true }, { NULL, true }, { NULL, true } }, 3 },
	{ "block_io_start", { { "request", false } }, 1 },
	{ "block_io_done", { { "request", false } }, 1 },
};

/*
 * Records
 */

static __u32 add_reference(struct btf *btf, __u32 info, __u32 to)
{
	struct ebpf_btf_type type = { .info = info, .type = to };

	return add_type(btf, &type, sizeof(type));
}

static __u32 array_of(struct btf *btf, __u32 type, __u32 len)
{
	struct {
		struct ebpf_btf_type type;
		struct ebpf_btf_array array;
	} new = { .type.info = TYPE_INFO(ARRAY, 0) };

	new.array.type = type;
	new.array.index_type = int_type(btf, "unsigned int", 4, 0);
	new.array.nelems = len;
	return add_type(btf, &new, sizeof(new));
}

static __u32 type_of(struct btf *btf, const struct field *field)
{
	__u32 type;

	switch (field->kind) {
	case 'p':
		type = add_reference(btf, TYPE_INFO(CONST, 0), 0);
		return add_reference(btf, TYPE_INFO(PTR, 0), type);
	case 'i':
		return int_type(btf, "int", 4, EBPF_BTF_INT_SIGNED);
	case 'q':
		return int_type(btf, "long long unsigned int", 8, 0);
	case 'w':
		return int_type(btf, "unsigned int", 4, 0);
	case 'h':
		return int_type(btf, "short unsigned int", 2, 0);
	default:
		type = int_type(btf, "unsigned char", 1, 0);
		return array_of(btf, type, field->len);
	}
}

static bool add_record(struct btf *btf, const struct record *record)
{
	struct {
		struct ebpf_btf_type type;
		struct ebpf_btf_member members[FIELDS_MAX + 1];
	} new = { .type = { .info = TYPE_INFO(STRUCT, 0), .size = record->size } };
	const struct field *field = record->fields;
	__u32 entry = find_type(btf, EBPF_BTF_KIND_STRUCT, "trace_entry");
	char name[64];

	snprintf(name, sizeof(name), "trace_event_raw_%s", record->class);
	if (!entry || find_type(btf, EBPF_BTF_KIND_STRUCT, name))
		return false;
	new.members[0].name_off = add_name(btf, "ent");
	new.members[0].type = entry;
	for (new.type.info++; field->name; field++, new.type.info++) {
		struct ebpf_btf_member *member = &new.members[EBPF_BTF_INFO_VLEN(new.type.info)];

		member->name_off = add_name(btf, field->name);
		member->type = type_of(btf, field);
		member->offset = field->offset * 8;
	}
	new.type.name_off = add_name(btf, name);
	add_type(btf, &new, type_size(&new.type));
	return true;
}

/*
 * Probes
 */

/* 0: the kernel has no such struct. */
static __u32 type_of_arg(struct btf *btf, const struct arg *arg)
{
	__u32 type;

	if (arg->to)
		type = find_type(btf, EBPF_BTF_KIND_STRUCT, arg->to);
	else
		type = int_type(btf, "int", 4, EBPF_BTF_INT_SIGNED);
	if (type && arg->constant)
		type = add_reference(btf, TYPE_INFO(CONST, 0), type);
	return type && arg->to ? add_reference(btf, TYPE_INFO(PTR, 0), type) : type;
}

static bool has_arg(const struct btf *btf, const struct arg *arg)
{
	return !arg->to || find_type(btf, EBPF_BTF_KIND_STRUCT, arg->to);
}

static bool add_probe(struct btf *btf, const struct probe *probe)
{
	struct {
		struct ebpf_btf_type type;
		struct ebpf_btf_param params[ARGS_MAX + 1];
	} proto = { .type.info = TYPE_INFO(FUNC_PROTO, probe->nr_args + 1) };
	struct ebpf_btf_type name_type = { .info = TYPE_INFO(TYPEDEF, 0) };
	char name[64];
	__u32 i;

	snprintf(name, sizeof(name), "btf_trace_%s", probe->event);
	if (find_type(btf, EBPF_BTF_KIND_TYPEDEF, name))
		return false;
	/* Nothing is added for a probe that cannot be: a second run would add it again. */
	for (i = 0; i < probe->nr_args; i++)
		if (!has_arg(btf, &probe->args[i]))
			return false;
	/* What is handed to the probe comes first. */
	proto.params[0].type = add_reference(btf, TYPE_INFO(PTR, 0), 0);
	for (i = 0; i < probe->nr_args; i++)
		proto.params[i + 1].type = type_of_arg(btf, &probe->args[i]);
	name_type.type = add_type(btf, &proto, type_size(&proto.type));
	name_type.type = add_reference(btf, TYPE_INFO(PTR, 0), name_type.type);
	name_type.name_off = add_name(btf, name);
	add_type(btf, &name_type, sizeof(name_type));
	return true;
}

/*
 * Functions
 */

static const struct func {
	const char *name;
	const char *arg, *to;	/* its only argument, and the struct that it points to */
	bool result;		/* an int, else nothing */
} funcs[] = {
	{ "blk_account_io_merge_bio", "req", "request", false },
	{ "down_read_interruptible", "sem", "rw_semaphore", true },
	{ "down_read_killable", "sem", "rw_semaphore", true },
	{ "down_write_killable", "sem", "rw_semaphore", true },
	{ "mutex_lock_io", "lock", "mutex", false },
};

static bool add_func(struct btf *btf, const struct func *func)
{
	struct {
		struct ebpf_btf_type type;
		struct ebpf_btf_param param;
	} proto = { .type.info = TYPE_INFO(FUNC_PROTO, 1) };
	struct ebpf_btf_type type = { .info = TYPE_INFO(FUNC, EBPF_BTF_FUNC_STATIC) };
	const struct arg arg = { func->to, false };

	if (find_type(btf, EBPF_BTF_KIND_FUNC, func->name))
		return false;
	proto.param.type = type_of_arg(btf, &arg);
	if (!proto.param.type)
		return false;
	proto.param.name_off = add_name(btf, func->arg);
	if (func->result)
		proto.type.type = int_type(btf, "int", 4, EBPF_BTF_INT_SIGNED);
	type.type = add_type(btf, &proto, type_size(&proto.type));
	type.name_off = add_name(btf, func->name);
	add_type(btf, &type, sizeof(type));
	return true;
}

unsigned int add_own_events(struct btf *btf)
{
	unsigned int i, added = 0;

	for (i = 0; i < sizeof(records) / sizeof(records[0]); i++)
		added += add_record(btf, &records[i]);
	for (i = 0; i < sizeof(probes) / sizeof(probes[0]); i++)
		added += add_probe(btf, &probes[i]);
	for (i = 0; i < sizeof(funcs) / sizeof(funcs[0]); i++)
		added += add_func(btf, &funcs[i]);
	return added;
}
