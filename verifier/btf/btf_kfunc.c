// SPDX-License-Identifier: GPL-2.0-only
/*
 * BTF of the kernel functions that are this module's own: programs name them by their types'
 * numbers, which no kernel's BTF has for them. It stands on the kernel's BTF, as a module's
 * does, and uses structs of it: a function that takes one which this kernel does not have is left
 * out. Then hooks of LSM that
 * programs can run at, where the kernel has none of its own for programs (lsm.c), and the struct of
 * arenas. All of it is of kinds that the oldest libraries know.
 */
#include <ebpf/kfunc.h>
#include <ebpf/verifier.h>
#include "verifier/lsm.h"
#include "verifier/btf/btf_internal.h"

/* Own types in their order; functions follow. */
enum {
	TYPE_INT, TYPE_PTR_INT, TYPE_U64, TYPE_PTR_VOID, TYPE_CHAR, TYPE_CONST_CHAR, TYPE_PTR_CHAR,
	TYPE_SIZE, TYPE_U32, TYPE_CONST_U64, TYPE_PTR_U64, TYPE_ITERS,
	NR_TYPES = TYPE_ITERS + 3 * EBPF_NR_ITER_KINDS
};

/* Of each kind of iterators: what is in it, the struct, and a pointer to that. */
enum { ITER_ARRAY, ITER_STRUCT, ITER_PTR };
#define TYPE_ITER(kind, part)	(TYPE_ITERS + 3 * (kind) + (part))

/**
 * struct writer - BTF in the making, first to see how long it becomes
 * @first_id:  number of the first own type
 * @first_str: offset of the first own name
 * @nr:        types so far
 * @types_len: bytes of @types so far
 * @strings_len: bytes of @strings so far
 * @types:     what comes after the header; NULL: nothing is written
 * @strings:   what comes after that
 */
struct writer {
	u32 first_id;
	u32 first_str;
	u32 nr;
	u32 types_len;
	u32 strings_len;
	u8 *types;
	u8 *strings;
};

static u32 add_name(struct writer *w, const char *name)
{
	u32 len = strlen(name) + 1, at = w->strings_len;

	if (w->strings)
		memcpy(w->strings + at, name, len);
	w->strings_len += len;
	return w->first_str + at;
}

static void add_bytes(struct writer *w, const void *data, u32 len)
{
	if (w->types)
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

static void add_iter(struct writer *w, enum ebpf_iter_kind kind)
{
	const struct ebpf_iter_type *iter = &ebpf_iter_types[kind];
	struct ebpf_btf_array array;
	struct ebpf_btf_member member;
	char name[32];

	array.type = w->first_id + TYPE_U64;
	array.index_type = w->first_id + TYPE_INT;
	array.nelems = iter->slots;
	add_type(w, NULL, EBPF_BTF_KIND_ARRAY, 0, 0);
	add_bytes(w, &array, sizeof(array));
	ebpf_scnprintf(name, sizeof(name), "bpf_%s", iter->name);
	add_type(w, name, EBPF_BTF_KIND_STRUCT, 1, iter->slots * sizeof(u64));
	member.name_off = add_name(w, "__opaque");
	member.type = w->first_id + TYPE_ITER(kind, ITER_ARRAY);
	member.offset = 0;
	add_bytes(w, &member, sizeof(member));
	add_type(w, NULL, EBPF_BTF_KIND_PTR, 0, w->first_id + TYPE_ITER(kind, ITER_STRUCT));
}

static u32 type_id(const struct writer *w, const struct ebpf_kfunc *kfunc,
		   enum ebpf_kfunc_type type)
{
	switch (type) {
	case EBPF_KFUNC_INT:
	case EBPF_KFUNC_CONST:
		return w->first_id + TYPE_INT;
	case EBPF_KFUNC_PTR_TO_INT:
		return w->first_id + TYPE_PTR_INT;
	case EBPF_KFUNC_PTR_TO_ITER:
		return w->first_id + TYPE_ITER(kfunc->iter_kind, ITER_PTR);
	case EBPF_KFUNC_CTX:
	case EBPF_KFUNC_ANY:
	case EBPF_KFUNC_MAP:
	case EBPF_KFUNC_PTR:
		return w->first_id + TYPE_PTR_VOID;
	case EBPF_KFUNC_STRING:
	case EBPF_KFUNC_MEM:
		return w->first_id + TYPE_PTR_CHAR;
	case EBPF_KFUNC_CHAR:
		return w->first_id + TYPE_CHAR;
	case EBPF_KFUNC_SIZE:
	case EBPF_KFUNC_MEM_SIZE:
		return w->first_id + TYPE_SIZE;
	case EBPF_KFUNC_U32:
		return w->first_id + TYPE_U32;
	case EBPF_KFUNC_U64:
		return w->first_id + TYPE_U64;
	case EBPF_KFUNC_WORDS:
		return w->first_id + TYPE_PTR_U64;
	default:
		return 0;
	}
}

/* A pointer to a struct of the kernel's is added here; 0: there is no such struct. */
static u32 param_id(struct writer *w, const struct ebpf_btf *vmlinux, const struct ebpf_kfunc *kfunc,
		    enum ebpf_kfunc_type type)
{
	const char *name = ebpf_kfunc_struct(type);
	s32 id;

	if (!name)
		return type_id(w, kfunc, type);
	id = ebpf_btf_find(vmlinux, name, EBPF_BTF_KIND_STRUCT);
	return id < 0 ? 0 : add_type(w, NULL, EBPF_BTF_KIND_PTR, 0, id);
}

static void add_func(struct writer *w, const struct ebpf_btf *vmlinux, const struct ebpf_kfunc *kfunc)
{
	u32 ids[EBPF_MAX_FUNC_REG_ARGS], cnt, ret, proto, i;
	struct ebpf_btf_param param;

	ret = param_id(w, vmlinux, kfunc, kfunc->ret);
	if (!ret && kfunc->ret != EBPF_KFUNC_NONE)
		return;
	for (cnt = 0; cnt < EBPF_MAX_FUNC_REG_ARGS && kfunc->arg[cnt] != EBPF_KFUNC_NONE; cnt++) {
		ids[cnt] = param_id(w, vmlinux, kfunc, kfunc->arg[cnt]);
		if (!ids[cnt])
			return;
	}
	proto = add_type(w, NULL, EBPF_BTF_KIND_FUNC_PROTO, cnt, ret);
	for (i = 0; i < cnt; i++) {
		param.name_off = add_name(w, kfunc->arg_name[i]);
		param.type = ids[i];
		add_bytes(w, &param, sizeof(param));
	}
	add_type(w, kfunc->name, EBPF_BTF_KIND_FUNC, 0, proto);
}

/* bpf_lsm_@name, of which @proto is what a module's function takes there, unless the kernel's own
 * BTF has it.
 */
static void add_hook(struct writer *w, const struct ebpf_btf *vmlinux, const char *name,
		     const struct ebpf_btf_type *proto)
{
	char hook[LSM_NAME_ROOM];
	s32 func;

	if (!name || strlen(name) >= sizeof(hook) - strlen(LSM_HOOK_PREFIX))
		return;
	func = ebpf_lsm_func(vmlinux, name, hook);
	if (func < 0 || !ebpf_lsm_takes_the_same(vmlinux, proto, func))
		return;
	ebpf_scnprintf(hook, sizeof(hook), LSM_HOOK_PREFIX "%s", name);
	if (ebpf_btf_find(vmlinux, hook, EBPF_BTF_KIND_FUNC) < 0)
		add_type(w, hook, EBPF_BTF_KIND_FUNC, 0, ebpf_btf_type_by_id(vmlinux, func)->type);
}

/* What modules fill in has a pointer to a function for each hook: before 4.2 the first of these,
 * then the other.
 */
static const struct ebpf_btf_type *hooks_of(const struct ebpf_btf *vmlinux)
{
	s32 id = ebpf_btf_find(vmlinux, "security_operations", EBPF_BTF_KIND_STRUCT);

	if (id < 0)
		id = ebpf_btf_find(vmlinux, "security_list_options", EBPF_BTF_KIND_UNION);
	return id < 0 ? NULL : ebpf_btf_type_by_id(vmlinux, id);
}

static void add_hooks(struct writer *w, const struct ebpf_btf *vmlinux)
{
	const struct ebpf_btf_type *hooks = hooks_of(vmlinux), *t;
	const struct ebpf_btf_member *member;
	u32 i;

	if (!hooks)
		return;
	member = ebpf_btf_members(hooks);
	for (i = 0; i < ebpf_btf_vlen(hooks); i++, member++) {
		t = ebpf_btf_skip_modifiers(vmlinux, member->type, NULL);
		if (!t || !btf_is(t, BTF_KIND_BIT(PTR)))
			continue;
		t = ebpf_btf_type_by_id(vmlinux, t->type);
		if (t && btf_is(t, BTF_KIND_BIT(FUNC_PROTO)))
			add_hook(w, vmlinux, ebpf_btf_name(vmlinux, member->name_off), t);
	}
}

static void add_member(struct writer *w, const char *name, u32 type, u32 off)
{
	struct ebpf_btf_member member;

	member.name_off = add_name(w, name);
	member.type = type;
	member.offset = off * 8;
	add_bytes(w, &member, sizeof(member));
}

/* What programs look for behind the address of an arena, where the kernel has none. */
static void add_arena(struct writer *w, const struct ebpf_btf *vmlinux)
{
	s32 map = ebpf_btf_find(vmlinux, "bpf_map", EBPF_BTF_KIND_STRUCT);
	u32 size;

	if (map < 0 || ebpf_btf_find(vmlinux, "bpf_arena", EBPF_BTF_KIND_STRUCT) >= 0)
		return;
	size = ebpf_own_arena_off(vmlinux, map);
	add_type(w, "bpf_arena", EBPF_BTF_KIND_STRUCT, 3, size + EBPF_OWN_ARENA_SIZE);
	add_member(w, "map", map, 0);
	add_member(w, "user_vm_start", w->first_id + TYPE_U64, size);
	add_member(w, "user_vm_end", w->first_id + TYPE_U64, size + sizeof(u64));
}

static void add_all(struct writer *w, const struct ebpf_btf *vmlinux)
{
	u32 i;

	/* An empty name comes first, as in all such sections. */
	add_name(w, "");
	add_int(w, "int", 4, EBPF_BTF_INT_SIGNED);
	add_type(w, NULL, EBPF_BTF_KIND_PTR, 0, w->first_id + TYPE_INT);
	add_int(w, "unsigned long long", 8, 0);
	add_type(w, NULL, EBPF_BTF_KIND_PTR, 0, 0);
	add_int(w, "char", 1, EBPF_BTF_INT_SIGNED);
	add_type(w, NULL, EBPF_BTF_KIND_CONST, 0, w->first_id + TYPE_CHAR);
	add_type(w, NULL, EBPF_BTF_KIND_PTR, 0, w->first_id + TYPE_CONST_CHAR);
	add_int(w, "unsigned long", 8, 0);
	add_int(w, "unsigned int", 4, 0);
	add_type(w, NULL, EBPF_BTF_KIND_CONST, 0, w->first_id + TYPE_U64);
	add_type(w, NULL, EBPF_BTF_KIND_PTR, 0, w->first_id + TYPE_CONST_U64);
	for (i = 0; i < EBPF_NR_ITER_KINDS; i++)
		add_iter(w, i);
	EBPF_BUG_ON(w->nr != NR_TYPES);
	for (i = 0; ebpf_kfunc_at(i); i++)
		add_func(w, vmlinux, ebpf_kfunc_at(i));
	add_hooks(w, vmlinux);
	add_arena(w, vmlinux);
}

static void begin(struct writer *w, const struct ebpf_btf *vmlinux)
{
	memset(w, 0, sizeof(*w));
	w->first_id = ebpf_btf_nr_types(vmlinux);
	w->first_str = vmlinux->start_str + vmlinux->hdr.str_len;
}

void *ebpf_kfunc_btf(const struct ebpf_btf *vmlinux, u32 *size)
{
	struct ebpf_btf_header *hdr;
	u32 types_len, strings_len;
	struct writer w;
	u8 *raw;

	begin(&w, vmlinux);
	add_all(&w, vmlinux);
	types_len = w.types_len;
	strings_len = w.strings_len;
	raw = ebpf_alloc(sizeof(*hdr) + types_len + strings_len);
	if (!raw)
		return NULL;
	hdr = (struct ebpf_btf_header *)raw;
	hdr->magic = EBPF_BTF_MAGIC;
	hdr->version = EBPF_BTF_VERSION;
	hdr->hdr_len = sizeof(*hdr);
	hdr->type_len = types_len;
	hdr->str_off = types_len;
	hdr->str_len = strings_len;
	begin(&w, vmlinux);
	w.types = raw + sizeof(*hdr);
	w.strings = w.types + types_len;
	add_all(&w, vmlinux);
	*size = sizeof(*hdr) + types_len + strings_len;
	return raw;
}
