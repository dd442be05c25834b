/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of ebpfdrv-btf-edit share. All functions end the program with a
 * message when something cannot be done.
 */
#ifndef _EBPFDRV_BTF_H
#define _EBPFDRV_BTF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <ebpfdrv/btf.h>

/*
 * RHEL wraps fields it has replaced in members named by this and __COUNTER__,
 * so that one structure has another name in each file that includes it, and
 * no two copies of a type look alike.
 */
#define RH_PREFIX	"__UNIQUE_ID_rh_kabi_"

struct blob {
	unsigned char *data;
	size_t size;
};

/* --- files (ebpfdrv-btf-edit.c) --- */

void die(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));
void *check_alloc(void *p);
/* What messages call the file at @path: ebpfdrv-btf works on copies. */
const char *said_as(const char *path);
/* The whole file, mapped; with @in_place what is written goes into it. */
struct blob map_file(const char *path, bool in_place);
void write_file(const char *path, const struct blob *parts, int count);

static inline bool in_blob(const struct blob *blob, size_t start, size_t len)
{
	return start <= blob->size && len <= blob->size - start;
}

/* --- ELF (ebpfdrv-btf-elf.c) --- */

bool has_section(const struct blob *file, const char *path, const char *name);
/* The bytes of a section, empty when there is none or it is compressed. */
struct blob find_section(const struct blob *file, const char *path, const char *name);
/* Calls @fn with each symbol of data; none where the symbols were stripped. */
void each_object(const struct blob *file, const char *path,
		 void (*fn)(void *context, const char *name, __u64 address), void *context);
/* The 8 bytes at an address of the kernel's, 0 when the file has nothing there.
 * For files that each_object() has taken.
 */
__u64 word_at(const struct blob *file, __u64 address);
/*
 * Cut the numbers off the names in a .debug_str section, if @change.
 * Return: how many names have one.
 */
unsigned long equalize(struct blob strings, bool change);

/* --- BTF (ebpfdrv-btf-types.c) --- */

#define TYPE_INFO(kind, vlen)	((__u32)EBPF_BTF_KIND_##kind << 24 | (vlen))

struct name_index;

struct btf {
	struct ebpf_btf_header header;
	struct blob types, strings;	/* heap, both may grow */
	__u32 *offsets;			/* of type id - 1 in @types */
	__u32 count;
	struct name_index *names;	/* of find_type() */
};

/* All that the other functions rely on has been checked then. */
struct btf read_btf(const char *path);
void write_btf(struct btf *btf, const char *path);

/* Valid until the next type is added. */
struct ebpf_btf_type *type_at(const struct btf *btf, __u32 index);
/* Bytes of a type and what follows it; 0 for a kind that is not known. */
size_t type_size(const struct ebpf_btf_type *type);
__u32 kind_at(const struct btf *btf, __u32 index);
/* Valid until the next name is added. */
const char *name_of(const struct btf *btf, __u32 offset);
/* The members of a struct or union; their names have been checked. */
struct ebpf_btf_member *members_of(struct ebpf_btf_type *type);

/* The place of the @n-th id of another type in @type, or NULL after the last. */
__u32 *id_in(struct ebpf_btf_type *type, __u32 n);

/* The id of the first type of that kind and name, or 0. */
__u32 find_type(const struct btf *btf, __u32 kind, const char *name);
/* When a type has gone, or got another name: ids are others then. */
void forget_names(struct btf *btf);
void free_names(struct btf *btf);

__u32 add_name(struct btf *btf, const char *name);
/* Return: the id of the new type. */
__u32 add_type(struct btf *btf, const void *type, size_t size);

/* The number type of that name, @size bytes; added when there is none. @encoding:
 * EBPF_BTF_INT_*.
 */
__u32 int_type(struct btf *btf, const char *name, __u32 size, __u32 encoding);

/* --- copies (ebpfdrv-btf-merge.c) --- */

/* Makes one type of those that are the same. Return: how many types went away. */
unsigned int merge_copies(struct btf *btf);

/*
 * Whoever refers to another type of @kind and @name refers to @new then, and those are gone:
 * later types have lower ids.
 */
void replace_types(struct btf *btf, __u32 kind, const char *name, __u32 new);

/* --- tracepoints (ebpfdrv-btf-events.c) --- */

/* Adds the types btf_trace_*. Return: how many. */
unsigned int add_probe_types(struct btf *btf, const char *vmlinux);

/* --- events that the module defines (ebpfdrv-btf-own.c) --- */

/* Adds types of their records and probes, and of functions that the kernel never calls, where it
 * has none. Return: how many.
 */
unsigned int add_own_events(struct btf *btf);

/* --- the eBPF interface (ebpfdrv-btf-uapi.c) --- */

/*
 * Adds the types of uapi/ebpfdrv/bpf.h under Linux's names, in place of those that the
 * kernel has and that differ. Return: how many.
 */
unsigned int add_interface(struct btf *btf);

/* --- names and shapes (ebpfdrv-btf-modern.c) --- */

/* The member of that name, directly in the type of @id, or NULL. */
struct ebpf_btf_member *find_member(const struct btf *btf, __u32 id, const char *name);

/* Gives @btf what modern programs look for, and says so in a line to @report, or NULL. */
void modernize(struct btf *btf, FILE *report);

#endif /* _EBPFDRV_BTF_H */
