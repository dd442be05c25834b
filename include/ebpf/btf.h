/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * BTF engine: parses and checks type information, answers questions about it.
 * Pure C, part of the verifier library (verifier/btf*.c).
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
 * NULL; the caller keeps it alive. Returns ERR_PTR(-EINVAL, -E2BIG, ...).
 * The result is constant and can be read in any context. May sleep.
 */
struct ebpf_btf *ebpf_btf_parse(const void *data, u32 size, const struct ebpf_btf *base,
				struct ebpf_log *log);
void ebpf_btf_destroy(struct ebpf_btf *btf);

const void *ebpf_btf_raw(const struct ebpf_btf *btf, u32 *size);
/* Number of types including void (id 0) and the base's. */
u32 ebpf_btf_nr_types(const struct ebpf_btf *btf);
/* NULL for an id out of range. id 0 is void. */
const struct ebpf_btf_type *ebpf_btf_type_by_id(const struct ebpf_btf *btf, u32 id);
/* "" for offset 0, NULL out of range. */
const char *ebpf_btf_name(const struct ebpf_btf *btf, u32 name_off);
/* First type of that kind and name, or -ENOENT. */
s32 ebpf_btf_find(const struct ebpf_btf *btf, const char *name, u32 kind);
/* Follows modifiers and typedefs. */
const struct ebpf_btf_type *ebpf_btf_skip_modifiers(const struct ebpf_btf *btf, u32 id, u32 *res_id);
/* Bytes of a value of type @id and the type it ends in, or NULL. */
const struct ebpf_btf_type *ebpf_btf_type_size(const struct ebpf_btf *btf, u32 id, u32 *size);

#endif /* _EBPF_BTF_H */
