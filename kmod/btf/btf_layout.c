// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether BTF tells of the kernel that this module was compiled for. Where the kernel has no
 * MODVERSIONS only its release is compared when a module is loaded, and a file with BTF has
 * not even that: one of a kernel with the same name and other options would send programs,
 * or the module, to the wrong places.
 */
#include "kmod/btf/btf.h"

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/mm_types.h>
#include <linux/module.h>
#include <linux/perf_event.h>
#include <linux/sched.h>
#include <linux/skbuff.h>
#include <net/sock.h>

/* Those that grow and shrink with options, and that the module or programs look into. */
static const struct layout {
	const char *name;
	u32 size;
} layouts[] = {
	{ "task_struct", sizeof(struct task_struct) },
	{ "mm_struct", sizeof(struct mm_struct) },
	{ "vm_area_struct", sizeof(struct vm_area_struct) },
	{ "file", sizeof(struct file) },
	{ "dentry", sizeof(struct dentry) },
	{ "inode", sizeof(struct inode) },
	{ "module", sizeof(struct module) },
	{ "perf_event", sizeof(struct perf_event) },
	{ "sk_buff", sizeof(struct sk_buff) },
	{ "sock", sizeof(struct sock) },
};

/* A kernel may have several structures of one name, each file its own. */
static bool has_struct(const struct ebpf_btf *btf, const struct layout *l)
{
	const struct ebpf_btf_type *t;
	const char *name;
	u32 id;

	for (id = 1; id < ebpf_btf_nr_types(btf); id++) {
		t = ebpf_btf_type_by_id(btf, id);
		if (ebpf_btf_kind(t) != EBPF_BTF_KIND_STRUCT || t->size != l->size)
			continue;
		name = ebpf_btf_name(btf, t->name_off);
		if (name && !strcmp(name, l->name))
			return true;
	}
	return false;
}

const char *ebpf_btf_other_layout(const struct ebpf_btf *btf, u32 *there, u32 *here)
{
	const struct layout *l;
	s32 id;

	for (l = layouts; l < layouts + ARRAY_SIZE(layouts); l++) {
		id = ebpf_btf_find(btf, l->name, EBPF_BTF_KIND_STRUCT);
		if (id < 0)
			continue;
		*there = ebpf_btf_type_by_id(btf, id)->size;
		*here = l->size;
		if (*there != *here && !has_struct(btf, l))
			return l->name;
	}
	return NULL;
}
