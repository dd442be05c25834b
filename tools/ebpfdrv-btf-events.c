// SPDX-License-Identifier: GPL-2.0-only
/*
 * btf_trace_NAME: the type of a tracepoint's probe, by which programs that take
 * its arguments typed (tp_btf) find it. Kernels before 5.5 have none, but the
 * functions that record the event for perf and ftrace are such probes. They are
 * shared by the events of a class; which class an event is of stands in the
 * kernel's data.
 */
#define _GNU_SOURCE
#include "ebpfdrv-btf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVENT_PREFIX	"event_"
#define CLASS_PREFIX	"event_class_"
#define TYPE_PREFIX	"btf_trace_"

/* A name of the kernel's and an address or a type. */
struct entry {
	const char *name;
	__u64 value;
};

struct list {
	struct entry *entries;
	size_t count;
};

struct found {
	struct list events, classes;
};

static void add_entry(struct list *list, const char *name, __u64 value)
{
	/* in steps of a power of two */
	if (!(list->count & (list->count - 1)))
		list->entries = check_alloc(realloc(list->entries, (list->count ? list->count : 1) *
						    2 * sizeof(*list->entries)));
	list->entries[list->count].name = name;
	list->entries[list->count++].value = value;
}

static void sort_symbol(void *context, const char *name, __u64 address)
{
	struct found *found = context;

	if (!strncmp(name, CLASS_PREFIX, strlen(CLASS_PREFIX)))
		add_entry(&found->classes, name + strlen(CLASS_PREFIX), address);
	else if (!strncmp(name, EVENT_PREFIX, strlen(EVENT_PREFIX)))
		add_entry(&found->events, name + strlen(EVENT_PREFIX), address);
}

static const char *name_at_address(const struct list *list, __u64 address)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (list->entries[i].value == address)
			return list->entries[i].name;
	return NULL;
}

/* The probes that BTF has: names of classes with the ids of their prototypes. */
static struct list find_probes(const struct btf *btf)
{
	static const char *const prefixes[] = {
		"perf_trace_", "ftrace_raw_event_", "trace_event_raw_event_",
	};
	struct list probes = { NULL, 0 };
	struct ebpf_btf_type *type;
	const char *name;
	size_t p;
	__u32 i;

	for (i = 0; i < btf->count; i++) {
		if (kind_at(btf, i) != EBPF_BTF_KIND_FUNC)
			continue;
		type = type_at(btf, i);
		name = name_of(btf, type->name_off);
		for (p = 0; p < sizeof(prefixes) / sizeof(prefixes[0]); p++)
			if (!strncmp(name, prefixes[p], strlen(prefixes[p])))
				/* Names move when more are added. */
				add_entry(&probes, check_alloc(strdup(name + strlen(prefixes[p]))),
					  type->type);
	}
	return probes;
}

static __u32 probe_of_class(const struct list *probes, const char *class)
{
	size_t i;

	for (i = 0; i < probes->count; i++)
		if (!strcmp(probes->entries[i].name, class))
			return probes->entries[i].value;
	return 0;
}

/*
 * sched_switch got a first argument, "bool preempt", in 4.4, which programs count
 * on; the module passes false where the kernel has none. Its type must say so, too:
 * void pointer, tasks -> void pointer, bool, tasks.
 */
static __u32 with_preempt(struct btf *btf, __u32 proto)
{
	struct {
		struct ebpf_btf_type type;
		struct ebpf_btf_param params[4];
	} new;
	const struct ebpf_btf_type *old = type_at(btf, proto - 1);
	const struct ebpf_btf_param *params = (const struct ebpf_btf_param *)(old + 1);
	__u32 flag = find_type(btf, EBPF_BTF_KIND_INT, "_Bool");

	/* What is handed to the probe and the two tasks. */
	if ((old->info & 0xffff) != 3 || !flag)
		return proto;
	new.type = *old;
	new.type.info++;
	new.params[0] = params[0];
	new.params[2] = params[1];
	new.params[3] = params[2];
	new.params[1].type = flag;
	new.params[1].name_off = add_name(btf, "preempt");
	return add_type(btf, &new, sizeof(new));
}

static bool add_probe_type(struct btf *btf, const char *event, __u32 proto)
{
	struct ebpf_btf_type type = { .info = (__u32)EBPF_BTF_KIND_PTR << 24, .type = proto };
	char name[256];

	if (snprintf(name, sizeof(name), TYPE_PREFIX "%s", event) >= (int)sizeof(name) ||
	    find_type(btf, EBPF_BTF_KIND_TYPEDEF, name))
		return false;
	type.type = add_type(btf, &type, sizeof(type));
	type.info = (__u32)EBPF_BTF_KIND_TYPEDEF << 24;
	type.name_off = add_name(btf, name);
	add_type(btf, &type, sizeof(type));
	return true;
}

/* Where in an event its class is, in bytes; 0 when BTF does not say. */
static __u32 class_offset(const struct btf *btf)
{
	__u32 id = find_type(btf, EBPF_BTF_KIND_STRUCT, "trace_event_call");
	const struct ebpf_btf_member *member;

	if (!id)
		id = find_type(btf, EBPF_BTF_KIND_STRUCT, "ftrace_event_call");
	member = id ? find_member(btf, id, "class") : NULL;
	return member ? EBPF_BTF_MEMBER_BIT_OFFSET(member->offset) / 8 : 0;
}

unsigned int add_probe_types(struct btf *btf, const char *path)
{
	struct blob vmlinux = map_file(path, false);
	struct found found = { { NULL, 0 }, { NULL, 0 } };
	struct list probes = find_probes(btf);
	__u32 proto, offset = class_offset(btf);
	unsigned int added = 0;
	const char *class;
	size_t i;

	each_object(&vmlinux, path, sort_symbol, &found);
	for (i = 0; offset && i < found.events.count; i++) {
		class = name_at_address(&found.classes,
					word_at(&vmlinux, found.events.entries[i].value + offset));
		proto = class ? probe_of_class(&probes, class) : 0;
		if (proto && !strcmp(found.events.entries[i].name, "sched_switch"))
			proto = with_preempt(btf, proto);
		if (proto)
			added += add_probe_type(btf, found.events.entries[i].name, proto);
	}
	return added;
}
