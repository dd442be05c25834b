// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds locks, timers and kernel pointers among the members of a map's value.
 *
 * Only members of the value itself count, or variables when it is a data section.
 * Two members at one place, which no compiler makes, would have two rules for the
 * same bytes: they are refused.
 */
#include <ebpf/map_fields.h>
#include <ebpfdrv/bpf.h>
#include "verifier/btf/btf_internal.h"

#define KPTR_SIZE	8

/* One member or variable. */
struct part {
	const struct ebpf_btf *btf;
	const struct ebpf_btf_type *t;	/* its type as written, modifiers and all */
	u32 bits;			/* from the start of the value */
	u32 width;			/* data sections: bytes it takes, else 0 */
};

static int add_field(struct ebpf_map_fields *tab, const struct ebpf_map_field *field)
{
	struct ebpf_map_field *at = &tab->field[tab->nr];

	if (tab->nr == EBPF_MAP_FIELDS_MAX)
		return -E2BIG;
	for (; at > tab->field && at[-1].off > field->off; at--)
		*at = at[-1];
	*at = *field;
	tab->nr++;
	return 0;
}

static bool is_struct_named(const struct part *p, const char *want, u32 size)
{
	const char *name = ebpf_btf_name(p->btf, p->t->name_off);

	if (!btf_is(p->t, BTF_KIND_BIT(STRUCT)) || p->t->size != size)
		return false;
	return name && !strcmp(name, want) && (!p->width || p->width == size);
}

/* @off: where the only one of its kind is, or why there is none. */
static void find_single(struct ebpf_map_fields *tab, const struct part *p, const char *name,
			u32 kind, u32 size, u32 align, int *off)
{
	struct ebpf_map_field field = { .kind = kind, .off = p->bits / 8, .size = size };

	if (*off == -E2BIG || *off == -EINVAL || !is_struct_named(p, name, size))
		return;
	if (*off >= 0)
		*off = -E2BIG;
	else if (p->bits % (8 * align))
		*off = -EINVAL;
	else if (!add_field(tab, &field))
		*off = field.off;
}

/* The struct that a tagged pointer points to. 0: no kptr; its kind + 1; -EINVAL. */
static int kptr_tag(const struct part *p, const char **name)
{
	const struct ebpf_btf_type *t;
	const char *tag;
	int kind;

	if (!btf_is(p->t, BTF_KIND_BIT(PTR)) || (p->width && p->width != KPTR_SIZE))
		return 0;
	t = ebpf_btf_type_by_id(p->btf, p->t->type);
	if (!t || !btf_is(t, BTF_KIND_BIT(TYPE_TAG)))
		return 0;
	tag = ebpf_btf_name(p->btf, t->name_off);
	if (tag && (!strcmp(tag, "kptr") || !strcmp(tag, "kptr_untrusted")))
		kind = EBPF_FIELD_KPTR;
	else if (tag && !strcmp(tag, "kptr_ref"))
		kind = EBPF_FIELD_KPTR_REF;
	else
		return -EINVAL;
	/* One tag is enough. */
	t = ebpf_btf_type_by_id(p->btf, t->type);
	if (!t || btf_is(t, BTF_KIND_BIT(TYPE_TAG)))
		return -EINVAL;
	while (t && btf_is(t, BTF_MODIFIERS))
		t = ebpf_btf_type_by_id(p->btf, t->type);
	if (!t || !btf_is(t, BTF_KIND_BIT(STRUCT)))
		return -EINVAL;
	*name = ebpf_btf_name(p->btf, t->name_off);
	return *name && **name ? kind + 1 : -EINVAL;
}

/* Since Linux 6.4 the plain tag is of what is held. That is so here of structs on which programs can hold
 * references, so that those written for older kernels go on.
 */
static bool is_held(const struct part *p)
{
	const struct ebpf_btf_type *t = ebpf_btf_type_by_id(p->btf, p->t->type);

	return !strcmp(ebpf_btf_name(p->btf, t->name_off), "kptr");
}

static int find_kptr(struct ebpf_map_fields *tab, const struct part *p,
		     const struct ebpf_kptr_env *kenv)
{
	struct ebpf_map_field field = { .off = p->bits / 8, .size = KPTR_SIZE };
	const char *name = NULL;
	int ret = kptr_tag(p, &name);

	if (ret <= 0)
		return ret;
	if (p->bits % (8 * KPTR_SIZE))
		return -EINVAL;
	if (tab->nr_kptrs == EBPF_MAP_KPTRS_MAX)
		return -E2BIG;
	field.kind = ret - 1;
	field.btf = kenv->kernel_btf();
	if (!field.btf)
		return -ENOENT;
	ret = ebpf_btf_find(field.btf, name, EBPF_BTF_KIND_STRUCT);
	if (ret < 0)
		return ret;
	field.btf_id = ret;
	if (field.kind == EBPF_FIELD_KPTR && is_held(p) && kenv->own_dtor)
		field.dtor = kenv->own_dtor(name);
	if (field.dtor)
		field.kind = EBPF_FIELD_KPTR_REF;
	if (field.kind == EBPF_FIELD_KPTR_REF && !field.dtor) {
		ret = kenv->dtor_of(field.btf, name, &field.dtor);
		if (ret)
			return ret;
	}
	ret = add_field(tab, &field);
	tab->nr_kptrs += !ret;
	return ret;
}

static void find_in(struct ebpf_map_fields *tab, const struct part *p,
		    const struct ebpf_kptr_env *kenv)
{
	find_single(tab, p, "bpf_spin_lock", EBPF_FIELD_SPIN_LOCK, sizeof(struct ebpf_spin_lock),
		    4, &tab->spin_lock_off);
	find_single(tab, p, "bpf_timer", EBPF_FIELD_TIMER, sizeof(struct ebpf_timer), 8,
		    &tab->timer_off);
	if (!tab->kptr_err)
		tab->kptr_err = find_kptr(tab, p, kenv);
}

static void find_in_struct(struct ebpf_map_fields *tab, struct part *p,
			   const struct ebpf_btf_type *t, const struct ebpf_kptr_env *kenv)
{
	const struct ebpf_btf_member *member = ebpf_btf_members(t);
	u32 i;

	for (i = 0; i < ebpf_btf_vlen(t); i++, member++) {
		/* A bit field is none. */
		if (ebpf_btf_kflag(t) && EBPF_BTF_MEMBER_BITFIELD_SIZE(member->offset))
			continue;
		p->t = ebpf_btf_type_by_id(p->btf, member->type);
		p->bits = ebpf_btf_member_bits(t, member);
		if (p->t)
			find_in(tab, p, kenv);
	}
}

static void find_in_section(struct ebpf_map_fields *tab, struct part *p,
			    const struct ebpf_btf_type *t, const struct ebpf_kptr_env *kenv)
{
	const struct ebpf_btf_var_secinfo *var = ebpf_btf_secinfos(t);
	u32 i;

	for (i = 0; i < ebpf_btf_vlen(t); i++, var++) {
		p->t = ebpf_btf_type_by_id(p->btf, var->type);
		if (p->t)
			p->t = ebpf_btf_type_by_id(p->btf, p->t->type);
		if (!p->t || var->offset > U32_MAX / 8)
			continue;
		p->bits = var->offset * 8;
		p->width = var->size;
		find_in(tab, p, kenv);
	}
}

static void drop_kind(struct ebpf_map_fields *tab, bool (*match)(u32 kind))
{
	u32 i, nr = 0;

	for (i = 0; i < tab->nr; i++)
		if (!match(tab->field[i].kind))
			tab->field[nr++] = tab->field[i];
	tab->nr = nr;
}

static bool is_lock(u32 kind)
{
	return kind == EBPF_FIELD_SPIN_LOCK;
}

static bool is_timer(u32 kind)
{
	return kind == EBPF_FIELD_TIMER;
}

static bool is_kptr(u32 kind)
{
	return kind == EBPF_FIELD_KPTR || kind == EBPF_FIELD_KPTR_REF;
}

/* What was found before its kind turned out to be wrong is data. */
static void drop_wrong(struct ebpf_map_fields *tab)
{
	if (tab->spin_lock_off < 0)
		drop_kind(tab, is_lock);
	if (tab->timer_off < 0)
		drop_kind(tab, is_timer);
	if (tab->kptr_err) {
		drop_kind(tab, is_kptr);
		tab->nr_kptrs = 0;
	}
}

static int check_places(const struct ebpf_map_fields *tab, u32 value_size)
{
	u32 i, end = 0;

	for (i = 0; i < tab->nr; i++) {
		if (tab->field[i].off < end || tab->field[i].off > value_size ||
		    value_size - tab->field[i].off < tab->field[i].size)
			return -EINVAL;
		end = tab->field[i].off + tab->field[i].size;
	}
	return 0;
}

int ebpf_map_fields_find(const struct ebpf_btf *btf, u32 value_id, u32 value_size,
			 const struct ebpf_kptr_env *kenv, struct ebpf_map_fields *tab)
{
	const struct ebpf_btf_type *t = ebpf_btf_skip_modifiers(btf, value_id, NULL);
	struct part p = { .btf = btf };

	memset(tab, 0, sizeof(*tab));
	tab->spin_lock_off = -ENOENT;
	tab->timer_off = -ENOENT;
	if (t && btf_is(t, BTF_KIND_BIT(STRUCT))) {
		find_in_struct(tab, &p, t, kenv);
	} else if (t && btf_is(t, BTF_KIND_BIT(DATASEC))) {
		find_in_section(tab, &p, t, kenv);
	} else {
		tab->spin_lock_off = -EINVAL;
		tab->timer_off = -EINVAL;
	}
	/* No fault of the types: a map made now would be without its kptrs for good. */
	if (tab->kptr_err == -ENOMEM)
		return -ENOMEM;
	drop_wrong(tab);
	return check_places(tab, value_size);
}

bool ebpf_map_fields_equal(const struct ebpf_map_fields *a, const struct ebpf_map_fields *b)
{
	u32 i;

	if (!a || !b)
		return a == b;
	if (a->nr != b->nr)
		return false;
	for (i = 0; i < a->nr; i++)
		if (a->field[i].kind != b->field[i].kind || a->field[i].off != b->field[i].off ||
		    a->field[i].btf != b->field[i].btf ||
		    a->field[i].btf_id != b->field[i].btf_id)
			return false;
	return true;
}

const struct ebpf_map_field *ebpf_map_field_at(const struct ebpf_map_fields *tab, u32 off)
{
	u32 i;

	for (i = 0; tab && i < tab->nr; i++)
		if (tab->field[i].off == off)
			return &tab->field[i];
	return NULL;
}
