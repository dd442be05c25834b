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
/* Status 1 and nothing printed where FILE, a vmlinux or notes alone, has no build-id. */
int print_build_id(const struct blob *file, const char *path);
/* Where in a bzImage the compressed vmlinux lies; die()s where @file is none. */
struct blob find_payload(const struct blob *file, const char *path);

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
/* To be filled: types first, then index_types() finds where each is, and strings, then
 * check_types() as read_btf() does. @path is what messages name.
 */
struct btf empty_btf(void);
void index_types(struct btf *btf, const char *path);
void check_types(struct btf *btf, const char *path);
void free_btf(struct btf *btf);
/* Return: where in @blob it begins. */
__u32 append(struct blob *blob, const void *data, size_t size);

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

/* The place of the @n-th name in @type, its own and those of members and the like, or NULL. */
__u32 *name_in(struct ebpf_btf_type *type, __u32 n);

/* The id of the first type of that kind and name, or 0. */
__u32 find_type(const struct btf *btf, __u32 kind, const char *name);
/* When a type has gone, or got another name: ids are others then. */
void forget_names(struct btf *btf);

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

/* --- names (ebpfdrv-btf-names.c) --- */

/* Names by numbers: the first that is added has number 0. */
struct pool {
	struct blob text;	/* each with its NUL */
	__u32 *starts;		/* of name N in @text */
	__u32 count;
	__u32 *slots;		/* numbers + 1, 0: free */
	__u32 slot_count;	/* a power of two, or 0 */
};

/* Return: its number; the one that it has already, if so. */
__u32 pool_add(struct pool *pool, const char *name);
/* The same, but where in its text. */
__u32 pool_offset(struct pool *pool, const char *name);
void free_pool(struct pool *pool);

/* Each name once, in the order of the types, and none that nobody has. */
void tidy_names(struct btf *btf);

/* --- packs (ebpfdrv-btf-pack.c) --- */

/*
 * Writes a pack of the files that @list names, a line for each kernel: release, build-id or -,
 * SHA-256 of the file, path. It is not compressed yet.
 */
void write_pack(FILE *list, FILE *out);

/*
 * Reads a pack to its end; die()s where it is none or malformed anywhere. Prints a line for each
 * kernel to @report, if not NULL, and writes the BTF of the @number-th (from 1; 0: none) to @path.
 */
void read_pack(FILE *in, const char *said, FILE *report, unsigned long number, const char *path);

/* --- names and shapes (ebpfdrv-btf-modern.c) --- */

/* The member of that name, directly in the type of @id, or NULL. */
struct ebpf_btf_member *find_member(const struct btf *btf, __u32 id, const char *name);

/* Gives @btf what modern programs look for, and says so in a line to @report, or NULL. */
void modernize(struct btf *btf, FILE *report);

#endif /* _EBPFDRV_BTF_H */
