/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * BTF engine: parses and checks type information, answers questions about it.
 * Pure C, part of the verifier library (verifier/btf*.c).
 *
 * A parsed BTF is constant and can be read in any context. Parsing and
 * destroying need process context and may sleep. No function here trusts an id
 * or an offset: what is out of range gives NULL or an error.
 */
#ifndef _EBPF_BTF_H
#define _EBPF_BTF_H

#include <ebpf/types.h>
#include <ebpfdrv/btf.h>

struct ebpf_btf;
struct ebpf_log;

#define EBPF_BTF_MAX_SIZE	(16 * 1024 * 1024)

/* Copies and checks @size bytes of raw BTF the way Linux's BTF_LOAD does, with
 * Linux's log text in @log (may be NULL). @base: split BTF on top of it, or
 * NULL; the caller keeps it alive. Returns ERR_PTR(-EINVAL, -E2BIG, -ENOTSUPP,
 * -ENOSPC for a full log, -ENOMEM, ...).
 */
struct ebpf_btf *ebpf_btf_parse(const void *data, u32 size, const struct ebpf_btf *base,
				struct ebpf_log *log);

/* BTF of the kernel, from a trusted source: every type is checked by itself, so
 * that all reading stays inside the blob, but types are not followed through
 * each other, and nothing is copied: the caller keeps @data, 4-byte aligned and
 * unchanged, until ebpf_btf_destroy(). Fast enough for 150,000 types.
 */
struct ebpf_btf *ebpf_btf_parse_vmlinux(const void *data, u32 size, struct ebpf_log *log);

/* The same for BTF of a module, on top of the kernel's, which the caller keeps, too. */
struct ebpf_btf *ebpf_btf_parse_module(const void *data, u32 size, const struct ebpf_btf *vmlinux,
				       struct ebpf_log *log);

/* NULL and ERR_PTR are allowed. */
void ebpf_btf_destroy(struct ebpf_btf *btf);

const void *ebpf_btf_raw(const struct ebpf_btf *btf, u32 *size);
/* Number of types including void (id 0) and the base's. */
u32 ebpf_btf_nr_types(const struct ebpf_btf *btf);
/* @btf, or the base that type @id is of: types of the base are the same in all BTF
 * on top of it.
 */
const struct ebpf_btf *ebpf_btf_owner(const struct ebpf_btf *btf, u32 id);
/* NULL for an id out of range. id 0 is void. */
const struct ebpf_btf_type *ebpf_btf_type_by_id(const struct ebpf_btf *btf, u32 id);
/* "" for offset 0, NULL out of range. */
const char *ebpf_btf_name(const struct ebpf_btf *btf, u32 name_off);
/* First type of that kind and name, or -ENOENT. */
s32 ebpf_btf_find(const struct ebpf_btf *btf, const char *name, u32 kind);
/* The same of those with a higher number than @after. */
s32 ebpf_btf_find_next(const struct ebpf_btf *btf, const char *name, u32 kind, u32 after);
/* Follows modifiers and typedefs; @res_id may be NULL. NULL for a bad id or a
 * loop (unchecked BTF only).
 */
const struct ebpf_btf_type *ebpf_btf_skip_modifiers(const struct ebpf_btf *btf, u32 id, u32 *res_id);
/* Bytes of a value of type @id and the type it ends in (an array stays one), or
 * NULL for what has no size: void, functions, forward declarations.
 */
const struct ebpf_btf_type *ebpf_btf_type_size(const struct ebpf_btf *btf, u32 id, u32 *size);

/* What follows a type in memory. Only for types of that kind. */
static inline u32 ebpf_btf_kind(const struct ebpf_btf_type *t)
{
	return EBPF_BTF_INFO_KIND(t->info);
}

static inline u32 ebpf_btf_vlen(const struct ebpf_btf_type *t)
{
	return EBPF_BTF_INFO_VLEN(t->info);
}

static inline bool ebpf_btf_kflag(const struct ebpf_btf_type *t)
{
	return EBPF_BTF_INFO_KFLAG(t->info);
}

static inline const struct ebpf_btf_member *ebpf_btf_members(const struct ebpf_btf_type *t)
{
	return (const struct ebpf_btf_member *)(t + 1);
}

static inline const struct ebpf_btf_param *ebpf_btf_params(const struct ebpf_btf_type *t)
{
	return (const struct ebpf_btf_param *)(t + 1);
}

static inline const struct ebpf_btf_array *ebpf_btf_array(const struct ebpf_btf_type *t)
{
	return (const struct ebpf_btf_array *)(t + 1);
}

static inline const struct ebpf_btf_var_secinfo *ebpf_btf_secinfos(const struct ebpf_btf_type *t)
{
	return (const struct ebpf_btf_var_secinfo *)(t + 1);
}

static inline u32 ebpf_btf_int_data(const struct ebpf_btf_type *t)
{
	return *(const u32 *)(t + 1);
}

/* Bits from the start of struct or union @t to @member. */
static inline u32 ebpf_btf_member_bits(const struct ebpf_btf_type *t,
				       const struct ebpf_btf_member *member)
{
	return ebpf_btf_kflag(t) ? EBPF_BTF_MEMBER_BIT_OFFSET(member->offset) : member->offset;
}

/* The member @name of struct or union @id, also through members without a name,
 * with the bits it is off the outermost; NULL without. Looks through at most 16
 * levels.
 */
const struct ebpf_btf_member *ebpf_btf_find_member(const struct ebpf_btf *btf, u32 id,
						   const char *name, u32 *bits);
/* The same, with the struct or union that it is in. */
const struct ebpf_btf_member *ebpf_btf_find_member_in(const struct ebpf_btf *btf, u32 id,
						      const char *name, u32 *bits,
						      const struct ebpf_btf_type **owner);
/**
 * struct ebpf_btf_show - where and how a value is printed
 * @write:  takes @len bytes of text
 * @read:   copies @size bytes of the value from @src: 0, or an errno that ends it all
 * @ptr:    formats a pointer as the caller's kernel shows them to users, at most
 *          @size bytes with the NUL; NULL: raw
 * @cookie: for @write
 * @flags:  EBPF_BTF_F_*
 * @mem:    EBPF_BTF_SHOW_MEM bytes to work in, 8-aligned
 */
#define EBPF_BTF_SHOW_MEM	1024
struct ebpf_btf_show {
	void (*write)(void *cookie, const char *text, u32 len);
	int (*read)(void *dst, u64 src, u32 size);
	void (*ptr)(char *buf, u32 size, u64 value);
	void *cookie;
	u64 flags;
	void *mem;
};

/* Prints the value of type @id at @addr in the form of Linux's snprintf_btf. 0, what
 * @read returned, -EINVAL for a type without values, -E2BIG for more than can be
 * printed. Any context that @read and @write allow; little stack, no allocation.
 */
int ebpf_btf_show(const struct ebpf_btf *btf, u32 id, u64 addr, const struct ebpf_btf_show *show);

/* The FUNC_PROTO of FUNC @id, or of a pointer to a function or a typedef of one,
 * as tracepoints have them ("btf_trace_sched_switch"); NULL for others.
 */
const struct ebpf_btf_type *ebpf_btf_func_proto(const struct ebpf_btf *btf, u32 id);

#endif /* _EBPF_BTF_H */
