// SPDX-License-Identifier: GPL-2.0-only
/*
 * What modern programs look for in a kernel's types and old kernels have under
 * another name or in another shape, where it means the same bytes. What means
 * something else (task_struct.start_time is a timespec on 3.10) stays as it is.
 *
 * Types are changed in place or added at the end; where one takes another's place, the
 * ids behind that change.
 */
#define _GNU_SOURCE
#include "ebpfdrv-btf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OLD_PREFIX	"ftrace_raw_"
#define NEW_PREFIX	"trace_event_raw_"

#define MEMBERS_MAX	20

/* A struct or union. */
struct new_type {
	struct ebpf_btf_type type;
	struct ebpf_btf_member members[MEMBERS_MAX];
};

static void new_member(struct btf *btf, struct new_type *new, const char *name, __u32 type,
		       __u32 bytes)
{
	__u32 n = EBPF_BTF_INFO_VLEN(new->type.info++);
	struct ebpf_btf_member *member = &new->members[n];

	if (n >= MEMBERS_MAX)
		die("a struct of more than %d members", MEMBERS_MAX);
	member->name_off = *name ? add_name(btf, name) : 0;
	member->type = type;
	member->offset = bytes * 8;
}

static __u32 add_new_type(struct btf *btf, struct new_type *new, const char *name, __u32 size)
{
	new->type.name_off = *name ? add_name(btf, name) : 0;
	new->type.size = size;
	return add_type(btf, new, type_size(&new->type));
}

static __u32 find_struct(const struct btf *btf, const char *name)
{
	return find_type(btf, EBPF_BTF_KIND_STRUCT, name);
}

struct ebpf_btf_member *find_member(const struct btf *btf, __u32 id, const char *name)
{
	struct ebpf_btf_type *type = type_at(btf, id - 1);
	struct ebpf_btf_member *members = members_of(type);
	__u32 i;

	for (i = 0; i < EBPF_BTF_INFO_VLEN(type->info); i++)
		if (!strcmp(name_of(btf, members[i].name_off), name))
			return &members[i];
	return NULL;
}

/* --- records of events --------------------------------------------------------- */

/*
 * Up to Linux 4.1 the record of an event is struct ftrace_raw_NAME, later
 * struct trace_event_raw_NAME. Programs find it by its name, so it gets both.
 */
static bool add_modern_name(struct btf *btf, __u32 index)
{
	const char *old = name_of(btf, type_at(btf, index)->name_off);
	struct ebpf_btf_type *copy;
	char name[256];
	size_t size;

	if (strncmp(old, OLD_PREFIX, strlen(OLD_PREFIX)) ||
	    snprintf(name, sizeof(name), NEW_PREFIX "%s", old + strlen(OLD_PREFIX)) >=
	    (int)sizeof(name) || find_struct(btf, name))
		return false;
	size = type_size(type_at(btf, index));
	copy = check_alloc(malloc(size));
	memcpy(copy, type_at(btf, index), size);
	copy->name_off = add_name(btf, name);
	add_type(btf, copy, size);
	free(copy);
	return true;
}

static unsigned int add_modern_names(struct btf *btf)
{
	__u32 i, originals = btf->count;
	unsigned int added = 0;

	for (i = 0; i < originals; i++)
		added += kind_at(btf, i) == EBPF_BTF_KIND_STRUCT && add_modern_name(btf, i);
	return added;
}

/* --- RHEL's replaced members ----------------------------------------------------- */

static bool is_cut_name(const char *name)
{
	return !strncmp(name, RH_PREFIX, strlen(RH_PREFIX)) &&
	       !strchr("0123456789", name[strlen(name) - 1]);
}

/*
 * The names that equalize() cut must differ again inside one structure, for
 * the sake of programs compiled against a C dump of the types.
 */
static unsigned int number_hidden(struct btf *btf)
{
	struct ebpf_btf_member *members;
	unsigned int number = 0;
	__u32 i, j, kind;
	char name[256];

	for (i = 0; i < btf->count; i++) {
		kind = kind_at(btf, i);
		if (kind != EBPF_BTF_KIND_STRUCT && kind != EBPF_BTF_KIND_UNION)
			continue;
		members = members_of(type_at(btf, i));
		for (j = 0; j < EBPF_BTF_INFO_VLEN(type_at(btf, i)->info); j++) {
			if (!is_cut_name(name_of(btf, members[j].name_off)))
				continue;
			snprintf(name, sizeof(name), "%s%u", name_of(btf, members[j].name_off),
				 ++number);
			members[j].name_off = add_name(btf, name);
		}
	}
	return number;
}

/* --- structures without a size --------------------------------------------------- */

static __u32 bit_offset(const struct ebpf_btf_type *type, const struct ebpf_btf_member *member)
{
	return EBPF_BTF_INFO_KFLAG(type->info) ? EBPF_BTF_MEMBER_BIT_OFFSET(member->offset) :
						 member->offset;
}

/*
 * A structure that holds an array of variable length (struct syscall_tp_t, local
 * to a function of RHEL's) has no size in DWARF; whoever checks BTF wants one
 * that its members lie in.
 */
static unsigned int size_variable_structs(struct btf *btf)
{
	struct ebpf_btf_type *type;
	unsigned int sized = 0;
	__u32 i, vlen, end;

	for (i = 0; i < btf->count; i++) {
		type = type_at(btf, i);
		vlen = EBPF_BTF_INFO_VLEN(type->info);
		if (kind_at(btf, i) != EBPF_BTF_KIND_STRUCT || !vlen)
			continue;
		end = bit_offset(type, &members_of(type)[vlen - 1]) / 8;
		if (type->size >= end)
			continue;
		type->size = end;
		sized++;
	}
	return sized;
}

/* --- types that ebpfdrv has, whatever the kernel ----------------------------------- */

/* Programs ask "does the kernel have ring buffers?" by looking for this type. */
static bool add_ringbuf(struct btf *btf)
{
	struct new_type new = { .type = { .info = TYPE_INFO(STRUCT, 0) } };
	__u32 word;

	if (find_struct(btf, "bpf_ringbuf"))
		return false;
	word = int_type(btf, "long unsigned int", 8, 0);
	new_member(btf, &new, "mask", word, 0);
	new_member(btf, &new, "consumer_pos", word, 8);
	new_member(btf, &new, "producer_pos", word, 16);
	add_new_type(btf, &new, "bpf_ringbuf", 24);
	return true;
}

/*
 * The context of perf event programs, of which kernels without bpf(2) have none and
 * those up to 4.16 one without the address.
 */
static bool add_perf_event_data(struct btf *btf)
{
	struct new_type new = { .type = { .info = TYPE_INFO(STRUCT, 0) } };
	__u32 regs = find_struct(btf, "pt_regs"), old = find_struct(btf, "bpf_perf_event_data");
	__u32 word, size;

	if (!regs || (old && find_member(btf, old, "addr")))
		return false;
	size = type_at(btf, regs - 1)->size;
	word = int_type(btf, "long long unsigned int", 8, 0);
	new_member(btf, &new, "regs", regs, 0);
	new_member(btf, &new, "sample_period", word, size);
	new_member(btf, &new, "addr", word, size + 8);
	word = add_new_type(btf, &new, "bpf_perf_event_data", size + 16);
	if (old)
		replace_types(btf, EBPF_BTF_KIND_STRUCT, "bpf_perf_event_data", word);
	return true;
}

/* What programs that are written for several architectures call pt_regs. */
static void add_user_regs(struct btf *btf)
{
	struct ebpf_btf_type new = { .info = TYPE_INFO(TYPEDEF, 0) };

	new.type = find_struct(btf, "pt_regs");
	if (!new.type || find_type(btf, EBPF_BTF_KIND_TYPEDEF, "bpf_user_pt_regs_t"))
		return;
	new.name_off = add_name(btf, "bpf_user_pt_regs_t");
	add_type(btf, &new, sizeof(new));
}

static __u32 add_ptr(struct btf *btf, __u32 to)
{
	struct ebpf_btf_type ptr = { .info = TYPE_INFO(PTR, 0), .type = to };

	return add_type(btf, &ptr, sizeof(ptr));
}

/* An argument of iterators' programs. */
struct iter_arg {
	const char *name;
	__u32 type;
};

#define ITER_ARGS	4

/* The function that stands for an iterator: int bpf_iter_NAME(args). */
static void add_iter_func(struct btf *btf, const char *func_name, const struct iter_arg *args,
			  unsigned int cnt)
{
	struct {
		struct ebpf_btf_type type;
		struct ebpf_btf_param args[ITER_ARGS];
	} proto = { .type = { .info = TYPE_INFO(FUNC_PROTO, cnt) } };
	struct ebpf_btf_type func = { .info = TYPE_INFO(FUNC, EBPF_BTF_FUNC_GLOBAL) };
	unsigned int i;

	proto.type.type = int_type(btf, "int", 4, EBPF_BTF_INT_SIGNED);
	for (i = 0; i < cnt; i++) {
		proto.args[i].name_off = add_name(btf, args[i].name);
		proto.args[i].type = args[i].type;
	}
	func.name_off = add_name(btf, func_name);
	func.type = add_type(btf, &proto, sizeof(proto.type) + cnt * sizeof(proto.args[0]));
	add_type(btf, &func, sizeof(func));
}

/* That, and the struct that its programs are written against. */
static void add_iter(struct btf *btf, const char *func_name, const char *struct_name,
		     const struct iter_arg *args, unsigned int cnt)
{
	struct new_type ctx = { .type = { .info = TYPE_INFO(STRUCT, 0) } };
	unsigned int i;

	for (i = 0; i < cnt; i++)
		new_member(btf, &ctx, args[i].name, args[i].type, 8 * i);
	add_new_type(btf, &ctx, struct_name, 8 * cnt);
	add_iter_func(btf, func_name, args, cnt);
}

/* What programs that iterate over tasks, their files and memory areas are given. */
static bool add_task_iters(struct btf *btf)
{
	struct new_type meta = { .type = { .info = TYPE_INFO(STRUCT, 0) } };
	__u32 seq = find_struct(btf, "seq_file"), task = find_struct(btf, "task_struct");
	__u32 file = find_struct(btf, "file"), vma = find_struct(btf, "vm_area_struct");
	struct iter_arg args[ITER_ARGS] = { { "meta", 0 }, { "task", 0 } };
	__u32 word;

	if (!seq || !task || !file || !vma ||
	    find_type(btf, EBPF_BTF_KIND_FUNC, "bpf_iter_task") ||
	    find_struct(btf, "bpf_iter_meta") || find_struct(btf, "bpf_iter__task"))
		return false;
	word = int_type(btf, "long long unsigned int", 8, 0);
	new_member(btf, &meta, "seq", add_ptr(btf, seq), 0);
	new_member(btf, &meta, "session_id", word, 8);
	new_member(btf, &meta, "seq_num", word, 16);
	args[0].type = add_ptr(btf, add_new_type(btf, &meta, "bpf_iter_meta", 24));
	args[1].type = add_ptr(btf, task);
	add_iter(btf, "bpf_iter_task", "bpf_iter__task", args, 2);
	args[2] = (struct iter_arg){ "vma", add_ptr(btf, vma) };
	add_iter(btf, "bpf_iter_task_vma", "bpf_iter__task_vma", args, 3);
	args[2] = (struct iter_arg){ "fd", int_type(btf, "unsigned int", 4, 0) };
	args[3] = (struct iter_arg){ "file", add_ptr(btf, file) };
	add_iter(btf, "bpf_iter_task_file", "bpf_iter__task_file", args, 4);
	return true;
}

static __u32 name_array(struct btf *btf)
{
	struct {
		struct ebpf_btf_type type;
		struct ebpf_btf_array array;
	} new = { .type.info = TYPE_INFO(ARRAY, 0) };

	new.array.type = int_type(btf, "char", 1, EBPF_BTF_INT_SIGNED);
	new.array.index_type = int_type(btf, "unsigned int", 4, 0);
	new.array.nelems = 16;
	return add_type(btf, &new, sizeof(new));
}

/* A pointer to a struct that nothing else is known of. */
static __u32 opaque_ptr(struct btf *btf, const char *name)
{
	struct ebpf_btf_type fwd = { .info = TYPE_INFO(FWD, 0) };

	fwd.name_off = add_name(btf, name);
	return add_ptr(btf, add_type(btf, &fwd, sizeof(fwd)));
}

/* struct { long long counter; }, as references are counted since Linux 5.6. */
static __u32 counter_type(struct btf *btf)
{
	struct new_type new = { .type.info = TYPE_INFO(STRUCT, 0) };
	__u32 id = find_type(btf, EBPF_BTF_KIND_TYPEDEF, "atomic64_t");

	if (id)
		return id;
	new_member(btf, &new, "counter", int_type(btf, "long long int", 8, EBPF_BTF_INT_SIGNED), 0);
	return add_new_type(btf, &new, "", 8);
}

/* What programs see that look into a map: Linux 6.1's members, where ebpfdrv has them. */
static bool add_map(struct btf *btf)
{
	static const char *const words[] = {
		"key_size", "value_size", "max_entries", "map_flags", "id", "btf_key_type_id",
		"btf_value_type_id",
	};
	struct new_type new = { .type.info = TYPE_INFO(STRUCT, 0) };
	__u32 word, number, i, at = 24;

	if (find_struct(btf, "bpf_map"))
		return false;
	word = int_type(btf, "unsigned int", 4, 0);
	number = int_type(btf, "int", 4, EBPF_BTF_INT_SIGNED);
	new_member(btf, &new, "ops", opaque_ptr(btf, "bpf_map_ops"), 0);
	/* The struct itself comes after its pointer. */
	new_member(btf, &new, "inner_map_meta", 0, 8);
	new_member(btf, &new, "map_extra", int_type(btf, "long long unsigned int", 8, 0), 16);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++, at += 4)
		new_member(btf, &new, words[i], word, at);
	new_member(btf, &new, "map_type", find_type(btf, EBPF_BTF_KIND_ENUM, "bpf_map_type"), 52);
	new_member(btf, &new, "numa_node", number, 56);
	new_member(btf, &new, "spin_lock_off", number, 60);
	new_member(btf, &new, "name", name_array(btf), 64);
	word = counter_type(btf);
	new_member(btf, &new, "refcnt", word, 80);
	new_member(btf, &new, "usercnt", word, 88);
	new_member(btf, &new, "writecnt", word, 96);
	new_member(btf, &new, "timer_off", number, 104);
	new_member(btf, &new, "frozen", int_type(btf, "_Bool", 1, EBPF_BTF_INT_BOOL), 108);
	new.members[1].type = add_ptr(btf, btf->count + 2);
	add_new_type(btf, &new, "bpf_map", 112);
	return true;
}

/* --- members in another shape ------------------------------------------------------ */

/*
 * Up to Linux 3.18 a namespace's number is its member proc_inum, later ns.inum.
 * The old member becomes an anonymous union of both.
 */
static unsigned int wrap_namespace_numbers(struct btf *btf)
{
	static const char *const names[] = {
		"mnt_namespace", "pid_namespace", "uts_namespace", "ipc_namespace",
		"user_namespace", "net",
	};
	struct new_type common = { .type = { .info = TYPE_INFO(STRUCT, 0) } };
	struct new_type both = { .type = { .info = TYPE_INFO(UNION, 0) } };
	__u32 i, originals = btf->count, id = 0;
	struct ebpf_btf_member *member;
	unsigned int wrapped = 0;
	size_t j;

	if (find_struct(btf, "ns_common"))
		return 0;
	/* All of a name: there may be copies that pahole could not merge. */
	for (i = 0; i < originals; i++) {
		if (kind_at(btf, i) != EBPF_BTF_KIND_STRUCT)
			continue;
		for (j = 0; j < sizeof(names) / sizeof(names[0]); j++)
			if (!strcmp(name_of(btf, type_at(btf, i)->name_off), names[j]))
				break;
		if (j == sizeof(names) / sizeof(names[0]) || !find_member(btf, i + 1, "proc_inum"))
			continue;
		if (!id) {
			id = int_type(btf, "unsigned int", 4, 0);
			new_member(btf, &common, "inum", id, 0);
			new_member(btf, &both, "proc_inum", id, 0);
			new_member(btf, &both, "ns", add_new_type(btf, &common, "ns_common", 4), 0);
			id = add_new_type(btf, &both, "", 4);
		}
		member = find_member(btf, i + 1, "proc_inum");
		member->name_off = 0;
		member->type = id;
		wrapped++;
	}
	return wrapped;
}

/*
 * Up to Linux 4.0 sock_common.skc_net is a pointer, later a structure around
 * one.
 */
static unsigned int wrap_socket_net(struct btf *btf)
{
	struct new_type net = { .type = { .info = TYPE_INFO(STRUCT, 0) } };
	__u32 i, originals = btf->count, id = 0;
	struct ebpf_btf_member *member;
	unsigned int wrapped = 0;

	for (i = 0; i < originals; i++) {
		if (kind_at(btf, i) != EBPF_BTF_KIND_STRUCT ||
		    strcmp(name_of(btf, type_at(btf, i)->name_off), "sock_common"))
			continue;
		member = find_member(btf, i + 1, "skc_net");
		if (!member || !member->type ||
		    kind_at(btf, member->type - 1) != EBPF_BTF_KIND_PTR)
			continue;
		if (!id) {
			new_member(btf, &net, "net", member->type, 0);
			id = add_new_type(btf, &net, "", 8);
			member = find_member(btf, i + 1, "skc_net");
		}
		member->type = id;
		wrapped++;
	}
	return wrapped;
}

void modernize(struct btf *btf, FILE *report)
{
	unsigned int hidden = number_hidden(btf), sized = size_variable_structs(btf);
	unsigned int events = add_modern_names(btf);
	unsigned int own = add_own_events(btf);
	unsigned int interface = add_interface(btf);
	bool ringbuf = add_ringbuf(btf);
	bool sample = add_perf_event_data(btf);
	bool iter = add_task_iters(btf);
	bool map = add_map(btf);
	unsigned int members = wrap_namespace_numbers(btf) + wrap_socket_net(btf);

	add_user_regs(btf);
	if (!report)
		return;
	fprintf(report, "%u types, %zu bytes; %u event records also as " NEW_PREFIX "*%s%s%s%s", btf->count,
		sizeof(btf->header) + btf->types.size + btf->strings.size, events,
		ringbuf ? "; struct bpf_ringbuf added" : "",
		sample ? "; struct bpf_perf_event_data added" : "",
		iter ? "; bpf_iter_task* added" : "", map ? "; struct bpf_map added" : "");
	if (own)
		fprintf(report, "; %u types of later kernels' events and functions", own);
	if (interface)
		fprintf(report, "; %u types of the eBPF interface", interface);
	if (members)
		fprintf(report, "; %u members in today's shape", members);
	if (sized)
		fprintf(report, "; %u structs given a size", sized);
	if (hidden)
		fprintf(report, "; %u rh_kabi members numbered", hidden);
	fputc('\n', report);
}
