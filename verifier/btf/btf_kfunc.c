// SPDX-License-Identifier: GPL-2.0-only
/*
 * BTF of the kernel functions that are this module's own: programs name them by their types'
 * numbers, which no kernel's BTF has for them. It stands on the kernel's BTF, as a module's
 * does, but uses none of its types: any kernel's will do. All of it is of kinds that the
 * oldest libraries know.
 */
#include <ebpf/kfunc.h>
#include "verifier/btf/btf_internal.h"

#define OWN_TYPES	2048	/* bytes, at most */
#define OWN_STRINGS	1024

/* Own types in their order; functions follow. */
enum {
	TYPE_INT, TYPE_PTR_INT, TYPE_U64, TYPE_ARRAY, TYPE_ITER_NUM, TYPE_PTR_ITER_NUM, TYPE_PTR_VOID,
	TYPE_CHAR, TYPE_CONST_CHAR, TYPE_PTR_CHAR, TYPE_SIZE, NR_TYPES
};

/**
 * struct writer - BTF in the making
 * @first_id:  number of the first own type
 * @first_str: offset of the first own name
 * @nr:        types so far
 * @types_len: bytes of @types so far
 * @strings_len: bytes of @strings so far
 * @full:      something did not fit
 * @types:     what comes after the header
 * @strings:   what comes after that
 */
struct writer {
	u32 first_id;
	u32 first_str;
	u32 nr;
	u32 types_len;
	u32 strings_len;
	bool full;
	u8 types[OWN_TYPES] __attribute__((aligned(4)));
	char strings[OWN_STRINGS];
};

static u32 add_name(struct writer *w, const char *name)
{
	u32 len = strlen(name) + 1, at = w->strings_len;

	if (len > OWN_STRINGS - at) {
		w->full = true;
		return 0;
	}
	memcpy(w->strings + at, name, len);
	w->strings_len += len;
	return w->first_str + at;
}

static void add_bytes(struct writer *w, const void *data, u32 len)
{
	if (len > OWN_TYPES - w->types_len) {
		w->full = true;
		return;
	}
	memcpy(w->types + w->types_len, data, len);
	w->types_len += len;
}

/* The common part of the next type, which has @vlen parts; @last is its size, or the number
 * of another type.
 */
static u32 add_type(struct writer *w, const char *name, u32 kind, u32 vlen, u32 last)
{
	struct ebpf_btf_type t;

	t.name_off = name ? add_name(w, name) : 0;
	t.info = kind << 24 | vlen;
	t.size = last;
	add_bytes(w, &t, sizeof(t));
	return w->first_id + w->nr++;
}

static void add_int(struct writer *w, const char *name, u32 size, u32 encoding)
{
	u32 data = encoding << 24 | size * 8;

	add_type(w, name, EBPF_BTF_KIND_INT, 0, size);
	add_bytes(w, &data, sizeof(data));
}

static void add_iter_num(struct writer *w)
{
	struct ebpf_btf_array array;
	struct ebpf_btf_member member;

	array.type = w->first_id + TYPE_U64;
	array.index_type = w->first_id + TYPE_INT;
	array.nelems = 1;
	add_type(w, NULL, EBPF_BTF_KIND_ARRAY, 0, 0);
	add_bytes(w, &array, sizeof(array));
	add_type(w, "bpf_iter_num", EBPF_BTF_KIND_STRUCT, 1, sizeof(u64));
	member.name_off = add_name(w, "__opaque");
	member.type = w->first_id + TYPE_ARRAY;
	member.offset = 0;
	add_bytes(w, &member, sizeof(member));
}

static u32 type_id(const struct writer *w, enum ebpf_kfunc_type type)
{
	switch (type) {
	case EBPF_KFUNC_INT:
	case EBPF_KFUNC_CONST:
		return w->first_id + TYPE_INT;
	case EBPF_KFUNC_PTR_TO_INT:
		return w->first_id + TYPE_PTR_INT;
	case EBPF_KFUNC_PTR_TO_ITER_NUM:
		return w->first_id + TYPE_PTR_ITER_NUM;
	case EBPF_KFUNC_CTX:
	case EBPF_KFUNC_ANY:
	case EBPF_KFUNC_PTR:
		return w->first_id + TYPE_PTR_VOID;
	case EBPF_KFUNC_STRING:
		return w->first_id + TYPE_PTR_CHAR;
	case EBPF_KFUNC_CHAR:
		return w->first_id + TYPE_CHAR;
	case EBPF_KFUNC_SIZE:
		return w->first_id + TYPE_SIZE;
	default:
		return 0;
	}
}

static void add_func(struct writer *w, const struct ebpf_kfunc *kfunc)
{
	struct ebpf_btf_param param;
	u32 cnt = 0, proto, i;

	while (cnt < EBPF_MAX_FUNC_REG_ARGS && kfunc->arg[cnt] != EBPF_KFUNC_NONE)
		cnt++;
	proto = add_type(w, NULL, EBPF_BTF_KIND_FUNC_PROTO, cnt, type_id(w, kfunc->ret));
	for (i = 0; i < cnt; i++) {
		param.name_off = add_name(w, kfunc->arg_name[i]);
		param.type = type_id(w, kfunc->arg[i]);
		add_bytes(w, &param, sizeof(param));
	}
	add_type(w, kfunc->name, EBPF_BTF_KIND_FUNC, 0, proto);
}

static void add_all(struct writer *w)
{
	u32 i;

	/* An empty name comes first, as in all such sections. */
	add_name(w, "");
	add_int(w, "int", 4, EBPF_BTF_INT_SIGNED);
	add_type(w, NULL, EBPF_BTF_KIND_PTR, 0, w->first_id + TYPE_INT);
	add_int(w, "unsigned long long", 8, 0);
	add_iter_num(w);
	add_type(w, NULL, EBPF_BTF_KIND_PTR, 0, w->first_id + TYPE_ITER_NUM);
	add_type(w, NULL, EBPF_BTF_KIND_PTR, 0, 0);
	add_int(w, "char", 1, EBPF_BTF_INT_SIGNED);
	add_type(w, NULL, EBPF_BTF_KIND_CONST, 0, w->first_id + TYPE_CHAR);
	add_type(w, NULL, EBPF_BTF_KIND_PTR, 0, w->first_id + TYPE_CONST_CHAR);
	add_int(w, "unsigned long", 8, 0);
	if (EBPF_BUG_ON(w->nr != NR_TYPES))
		w->full = true;
	for (i = 0; ebpf_kfunc_at(i); i++)
		add_func(w, ebpf_kfunc_at(i));
}

static void *put_together(const struct writer *w, u32 *size)
{
	struct ebpf_btf_header hdr;
	u8 *raw;

	memset(&hdr, 0, sizeof(hdr));
	hdr.magic = EBPF_BTF_MAGIC;
	hdr.version = EBPF_BTF_VERSION;
	hdr.hdr_len = sizeof(hdr);
	hdr.type_len = w->types_len;
	hdr.str_off = w->types_len;
	hdr.str_len = w->strings_len;
	*size = sizeof(hdr) + hdr.type_len + hdr.str_len;
	raw = ebpf_alloc(*size);
	if (!raw)
		return NULL;
	memcpy(raw, &hdr, sizeof(hdr));
	memcpy(raw + sizeof(hdr), w->types, w->types_len);
	memcpy(raw + sizeof(hdr) + w->types_len, w->strings, w->strings_len);
	return raw;
}

void *ebpf_kfunc_btf(const struct ebpf_btf *vmlinux, u32 *size)
{
	struct writer *w = ebpf_alloc(sizeof(*w));
	void *raw = NULL;

	if (!w)
		return NULL;
	w->first_id = ebpf_btf_nr_types(vmlinux);
	w->first_str = vmlinux->start_str + vmlinux->hdr.str_len;
	add_all(w);
	if (!EBPF_BUG_ON(w->full))
		raw = put_together(w, size);
	ebpf_free(w);
	return raw;
}
