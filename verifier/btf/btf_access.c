// SPDX-License-Identifier: GPL-2.0-only
/*
 * What lies at an offset of a kernel struct, by its BTF: a number or a pointer
 * to another struct. Loads through such pointers may fault and then read 0, so a
 * wrong answer gives wrong values, never a wrong access.
 */
#include "verifier/log.h"
#include "verifier/mem.h"
#include "verifier/btf/btf_internal.h"

#define MAX_HOPS	64	/* structs in structs; BTF may be unchecked */
#define POINTER_SIZE	8

enum { AT_NUMBER, AT_PTR, AT_STRUCT };

/*
 * struct walk - the search for [off, off + size) in a struct
 * @t:     the struct or union now looked into
 * @name:  its name, for messages
 * @off:   bytes from its start
 * @id:    result: the struct pointed to, or found whole at the offset
 * @flags: result: modifiers of the pointer
 */
struct walk {
	struct vf_env *env;
	const struct ebpf_btf *btf;
	const struct ebpf_btf_type *t;
	const char *name;
	u32 off;
	u32 size;
	u32 id;
	u32 flags;
	u32 hops;
};

/* A member without its modifiers. Arrays of arrays count as one array. */
struct field {
	const struct ebpf_btf_type *t;	/* of an element where it is an array */
	u32 id;
	u32 size;		/* bytes, of all elements */
	u32 nelems;		/* 1 where it is no array */
	u32 start;		/* bytes from the start of the struct */
	bool is_array;
	const char *name;
};

static const char *name_of(const struct ebpf_btf *btf, u32 name_off)
{
	const char *name = ebpf_btf_name(btf, name_off);

	if (!name_off)
		return "(anon)";
	return name ? name : "(invalid-name-offset)";
}

/* "" for what has no name. */
const char *ebpf_kernel_type_name(const struct ebpf_btf *btf, u32 id)
{
	const struct ebpf_btf_type *t = btf ? ebpf_btf_type_by_id(btf, id) : NULL;
	const char *name = t ? ebpf_btf_name(btf, t->name_off) : NULL;

	return name ? name : "";
}

static bool element_size(const struct ebpf_btf_type *t, u32 *size)
{
	if (btf_is(t, BTF_KIND_BIT(PTR)))
		*size = POINTER_SIZE;
	else if (btf_is(t, BTF_SIZED))
		*size = t->size;
	else
		return false;
	return true;
}

static bool resolve_field(const struct walk *w, const struct ebpf_btf_member *member,
			  struct field *f)
{
	const struct ebpf_btf_array *array;
	u64 total = 1;
	u32 hops;

	f->name = name_of(w->btf, member->name_off);
	f->start = ebpf_btf_member_bits(w->t, member) / 8;
	f->is_array = false;
	f->id = 0;
	f->t = ebpf_btf_skip_modifiers(w->btf, member->type, &f->id);
	for (hops = 0; f->t && btf_is(f->t, BTF_KIND_BIT(ARRAY)); hops++) {
		if (hops == MAX_HOPS)
			return false;
		array = ebpf_btf_array(f->t);
		total *= array->nelems;
		if (total > U32_MAX)
			return false;
		f->is_array = true;
		f->t = ebpf_btf_skip_modifiers(w->btf, array->type, &f->id);
	}
	if (!f->t || !element_size(f->t, &f->size))
		return false;
	f->nelems = (u32)total;
	total *= f->size;
	f->size = (u32)total;
	return total <= U32_MAX;
}

/* Of an access that starts at it: bit fields are read whole. */
static bool covers_bits(const struct walk *w, u32 start_bit, u32 width)
{
	return w->off <= start_bit / 8 && (start_bit + width + 7) / 8 <= w->off + w->size;
}

static int enter(struct walk *w, const struct field *f)
{
	w->t = f->t;
	w->off -= f->start;
	w->id = f->id;
	return AT_STRUCT;
}


/* The field that the access starts in. */
static int at_field(struct walk *w, struct field *f)
{
	u32 end = f->start + f->size, id = 0;
	const struct ebpf_btf_type *to;

	if (f->is_array) {
		f->size /= f->nelems;
		f->start += (w->off - f->start) / f->size * f->size;
	}
	if (btf_is(f->t, BTF_STRUCTS))
		return enter(w, f);
	if (btf_is(f->t, BTF_KIND_BIT(PTR))) {
		if (f->size != w->size || w->off != f->start) {
			vlog(w->env, "cannot access ptr member %s with moff %u in struct %s with off %u size %u\n",
			     f->name, f->start, w->name, w->off, w->size);
			return -EACCES;
		}
		to = ebpf_btf_skip_modifiers(w->btf, f->t->type, &id);
		if (to && btf_is(to, BTF_STRUCTS)) {
			w->id = id;
			w->flags = ebpf_btf_ptr_flags(w->btf, f->t);
			return AT_PTR;
		}
	}
	if (w->off + w->size > end) {
		vlog(w->env, "access beyond the end of member %s (mend:%u) in struct %s with off %u size %u\n",
		     f->name, end, w->name, w->off, w->size);
		return -EACCES;
	}
	return AT_NUMBER;
}

static int search_members(struct walk *w)
{
	const struct ebpf_btf_member *member = ebpf_btf_members(w->t);
	u32 vlen = ebpf_btf_vlen(w->t), bits, width, i;
	struct field f;

	for (i = 0; i < vlen; i++, member++) {
		bits = ebpf_btf_member_bits(w->t, member);
		width = ebpf_btf_kflag(w->t) ? EBPF_BTF_MEMBER_BITFIELD_SIZE(member->offset) : 0;
		if (w->off + w->size <= bits / 8)
			break;
		if (width) {
			if (covers_bits(w, bits, width))
				return AT_NUMBER;
			continue;
		}
		if (w->off < bits / 8)
			break;
		if (!resolve_field(w, member, &f)) {
			vlog(w->env, "field %s doesn't have size\n", f.name);
			return -EFAULT;
		}
		if (w->off - f.start < f.size)
			return at_field(w, &f);
	}
	vlog(w->env, "struct %s doesn't have field at offset %d\n", w->name, w->off);
	return -EINVAL;
}

/* An access behind the struct may lie in the array at its end: of numbers (AT_NUMBER), or of
 * structs, in one of which the walk goes on (AT_STRUCT). Else -EACCES.
 */
static int into_tail(struct walk *w)
{
	const struct ebpf_btf_member *last;
	const struct ebpf_btf_type *t, *elem;
	u32 vlen = ebpf_btf_vlen(w->t), start;

	if (!vlen)
		return -EACCES;
	last = ebpf_btf_members(w->t) + vlen - 1;
	t = ebpf_btf_skip_modifiers(w->btf, last->type, NULL);
	if (!t || !btf_is(t, BTF_KIND_BIT(ARRAY)) || ebpf_btf_array(t)->nelems)
		return -EACCES;
	start = ebpf_btf_member_bits(w->t, last) / 8;
	if (w->off < start)
		return -EACCES;
	elem = ebpf_btf_skip_modifiers(w->btf, ebpf_btf_array(t)->type, NULL);
	if (elem && btf_is(elem, BTF_KIND_BIT(INT)))
		return AT_NUMBER;
	if (!elem || !btf_is(elem, BTF_STRUCTS) || !elem->size)
		return -EACCES;
	w->off = (w->off - start) % elem->size;
	w->t = elem;
	return AT_STRUCT;
}

/* One struct further in: AT_* or a negative errno. */
static int walk_step(struct walk *w)
{
	int tail;

	for (;;) {
		if (w->hops++ >= MAX_HOPS)
			return -EINVAL;
		w->name = name_of(w->btf, w->t->name_off);
		if (!btf_is(w->t, BTF_STRUCTS)) {
			vlog(w->env, "Type '%s' is not a struct\n", w->name);
			return -EINVAL;
		}
		if (w->off + w->size <= w->t->size)
			return search_members(w);
		tail = into_tail(w);
		if (tail == AT_STRUCT)
			continue;
		if (tail == AT_NUMBER)
			return AT_NUMBER;
		vlog(w->env, "access beyond struct %s at off %u size %u\n", w->name, w->off,
		     w->size);
		return -EACCES;
	}
}

static int walk_start(struct walk *w, struct vf_env *env, const struct ebpf_btf *btf, u32 id,
		      u32 off, u32 size)
{
	memset(w, 0, sizeof(*w));
	w->env = env;
	w->btf = btf;
	w->t = ebpf_btf_type_by_id(btf, id);
	w->off = off;
	w->size = size;
	return w->t ? 0 : -EINVAL;
}

u32 ebpf_btf_ptr_flags(const struct ebpf_btf *btf, const struct ebpf_btf_type *ptr)
{
	const struct ebpf_btf_type *t = ebpf_btf_type_by_id(btf, ptr->type);
	const char *tag;

	if (!t || !btf_is(t, BTF_KIND_BIT(TYPE_TAG)))
		return 0;
	tag = ebpf_btf_name(btf, t->name_off);
	if (tag && !strcmp(tag, "user"))
		return EBPF_MEM_USER;
	if (tag && !strcmp(tag, "percpu"))
		return EBPF_MEM_PERCPU;
	return 0;
}

bool ebpf_btf_struct_ids_match(struct vf_env *env, const struct ebpf_btf *btf, u32 id, u32 off,
			       u32 need_id)
{
	struct walk w;

	if (!off && id == need_id)
		return true;
	if (walk_start(&w, env, btf, id, off, 1))
		return false;
	while (walk_step(&w) == AT_STRUCT)
		if (!w.off && w.id == need_id)
			return true;
	return false;
}

static int check_pointer(struct vf_env *env, const struct reg_state *reg, u32 regno, s32 off)
{
	const char *name = ebpf_kernel_type_name(reg->btf, reg->btf_id);

	if (off < 0) {
		vlog(env, "R%d is ptr_%s invalid negative access: off=%d\n", regno, name, off);
		return -EACCES;
	}
	if (!ebpf_tnum_equals_const(reg->n.var_off, 0)) {
		vlog(env, "R%d is ptr_%s invalid variable offset: off=%d, var_off=%s\n", regno,
		     name, off, ebpf_tnum_str(env, reg->n.var_off));
		return -EACCES;
	}
	if (reg->type & EBPF_MEM_USER) {
		vlog(env, "R%d is ptr_%s access user memory: off=%d\n", regno, name, off);
		return -EACCES;
	}
	if (reg->type & EBPF_MEM_PERCPU) {
		vlog(env, "R%d is ptr_%s access percpu memory: off=%d\n", regno, name, off);
		return -EACCES;
	}
	return 0;
}

void ebpf_reg_set_btf(struct reg_state *reg, const struct ebpf_btf *btf, u32 id, u32 flags)
{
	ebpf_reg_set_ptr(reg, PTR_TO_BTF_ID | flags);
	/* So that equal types are equal, whichever module's BTF they were met in. */
	reg->btf = ebpf_btf_owner(btf, id);
	reg->btf_id = id;
}

int ebpf_btf_load(struct vf_env *env, const struct ebpf_btf *btf, u32 id, u32 off, u32 size,
		  u32 flags, int value_regno)
{
	struct walk w;
	int ret;

	ret = walk_start(&w, env, btf, id, off, size);
	if (ret)
		return ret;
	do
		ret = walk_step(&w);
	while (ret == AT_STRUCT);
	if (ret < 0)
		return ret;
	if (value_regno < 0)
		return 0;
	if (ret == AT_PTR)
		ebpf_reg_set_btf(&cur_regs(env)[value_regno], btf, w.id, w.flags | flags);
	else
		ebpf_mark_unknown(env, cur_regs(env), value_regno);
	return 0;
}

int ebpf_check_btf_access(struct vf_env *env, u32 regno, s32 off, int size, int acc,
			  int value_regno)
{
	struct reg_state *reg = &cur_regs(env)[regno];
	enum trust trust;
	int ret;

	ret = check_pointer(env, reg, regno, off);
	if (ret)
		return ret;
	if (acc != ACC_READ) {
		vlog(env, "only read is supported\n");
		return -EACCES;
	}
	trust = ebpf_load_trust(env, reg, off);
	/* What an untrusted pointer leads to is no better. */
	ret = ebpf_btf_load(env, reg->btf, reg->btf_id, off, size, reg->type & EBPF_PTR_UNTRUSTED,
			    value_regno);
	if (!ret && value_regno >= 0 && cur_regs(env)[value_regno].type == PTR_TO_BTF_ID)
		cur_regs(env)[value_regno].trust = trust;
	return ret;
}
