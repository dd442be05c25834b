// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is a type of the program's the same as one of the kernel's, as far as the program knows it? All
 * of its members are there by their names, with types that match in turn; what pointers point to
 * need only be of the name and the kind.
 */
#include "verifier/core.h"
#include <ebpf/services.h>

#define MAX_DEPTH	32
#define YIELD_MASK	0xfff	/* others run after so many pairs */

/* A struct, a union or a prototype under way, with the parts that are being compared. */
struct match_level {
	const struct ebpf_btf_type *lt, *tt;
	u32 i, j;	/* of @lt and of @tt; of prototypes @i only */
	bool behind;	/* what they are is behind a pointer */
};

struct match {
	const struct core_spec *local, *targ;
	u32 depth;
	struct match_level levels[MAX_DEPTH];
};

/* Neither yes nor no: a level was added. */
#define DEEPER	2

static bool same_names(const struct match *m, u32 local_off, u32 targ_off)
{
	const char *a = ebpf_btf_name(m->local->btf, local_off);
	const char *b = ebpf_btf_name(m->targ->btf, targ_off);

	return a && b && ebpf_core_same_name(a, b);
}

/* The kernel's may have more. */
static bool enums_match(const struct match *m, const struct ebpf_btf_type *lt,
			const struct ebpf_btf_type *tt)
{
	u32 i, j, name, other;

	if (lt->size != tt->size || ebpf_btf_vlen(lt) > ebpf_btf_vlen(tt))
		return false;
	for (i = 0; i < ebpf_btf_vlen(lt); i++) {
		ebpf_core_enum_value(lt, i, &name);
		for (j = 0; j < ebpf_btf_vlen(tt); j++) {
			ebpf_core_enum_value(tt, j, &other);
			if (same_names(m, name, other))
				break;
		}
		if (j == ebpf_btf_vlen(tt))
			return false;
	}
	return true;
}

/* Behind a pointer a declaration is as good as the struct or union itself. */
static bool declared_match(const struct ebpf_btf_type *lt, const struct ebpf_btf_type *tt,
			   bool behind)
{
	u32 lk = ebpf_btf_kind(lt), tk = ebpf_btf_kind(tt);
	bool l_union = lk == EBPF_BTF_KIND_FWD ? ebpf_btf_kflag(lt) : lk == EBPF_BTF_KIND_UNION;
	bool t_union = tk == EBPF_BTF_KIND_FWD ? ebpf_btf_kflag(tt) : tk == EBPF_BTF_KIND_UNION;

	if (lk != tk && (!behind || (lk != EBPF_BTF_KIND_FWD && tk != EBPF_BTF_KIND_FWD)))
		return false;
	if (tk != EBPF_BTF_KIND_FWD && tk != EBPF_BTF_KIND_STRUCT && tk != EBPF_BTF_KIND_UNION)
		return false;
	return l_union == t_union;
}

static int push(struct match *m, const struct ebpf_btf_type *lt, const struct ebpf_btf_type *tt,
		bool behind)
{
	struct match_level *level = &m->levels[m->depth];

	if (m->depth == MAX_DEPTH)
		return -EINVAL;
	memset(level, 0, sizeof(*level));
	level->lt = lt;
	level->tt = tt;
	level->behind = behind;
	m->depth++;
	return DEEPER;
}

/* One pair of types: 1, 0, DEEPER or an errno. */
static int compare(struct match *m, u32 local_id, u32 targ_id, bool behind)
{
	const struct ebpf_btf_type *lt, *tt;
	u32 hops, lk, tk;

	for (hops = 0; hops < MAX_DEPTH; hops++) {
		lt = ebpf_btf_skip_modifiers(m->local->btf, local_id, NULL);
		tt = ebpf_btf_skip_modifiers(m->targ->btf, targ_id, NULL);
		if (!lt || !tt)
			return -EINVAL;
		if (!same_names(m, lt->name_off, tt->name_off))
			return 0;
		lk = ebpf_btf_kind(lt);
		tk = ebpf_btf_kind(tt);
		switch (lk) {
		case EBPF_BTF_KIND_ENUM:
		case EBPF_BTF_KIND_ENUM64:
			return core_kind_is_enum(tk) && enums_match(m, lt, tt);
		case EBPF_BTF_KIND_FWD:
			return declared_match(lt, tt, behind);
		case EBPF_BTF_KIND_STRUCT:
		case EBPF_BTF_KIND_UNION:
			if (behind || lk != tk)
				return declared_match(lt, tt, behind);
			if (ebpf_btf_vlen(lt) > ebpf_btf_vlen(tt))
				return 0;
			return push(m, lt, tt, behind);
		}
		if (lk != tk)
			return 0;
		switch (lk) {
		case EBPF_BTF_KIND_UNKN:
			return 1;
		case EBPF_BTF_KIND_INT:
			return lt->size == tt->size &&
			       !((ebpf_btf_int_data(lt) ^ ebpf_btf_int_data(tt)) &
				 EBPF_BTF_INT_SIGNED << 24);
		case EBPF_BTF_KIND_PTR:
			behind = true;
			local_id = lt->type;
			targ_id = tt->type;
			break;
		case EBPF_BTF_KIND_ARRAY:
			if (ebpf_btf_array(lt)->nelems != ebpf_btf_array(tt)->nelems)
				return 0;
			local_id = ebpf_btf_array(lt)->type;
			targ_id = ebpf_btf_array(tt)->type;
			break;
		case EBPF_BTF_KIND_FUNC_PROTO:
			if (ebpf_btf_vlen(lt) != ebpf_btf_vlen(tt))
				return 0;
			return push(m, lt, tt, behind);
		default:
			return 0;
		}
	}
	return -EINVAL;
}

static bool is_proto(const struct match_level *level)
{
	return ebpf_btf_kind(level->lt) == EBPF_BTF_KIND_FUNC_PROTO;
}

/* The next pair of a prototype: arguments, then the result. 1: there is no more. */
static int next_of_proto(struct match *m, struct match_level *level)
{
	u32 i = level->i++, n = ebpf_btf_vlen(level->lt);

	if (i < n)
		return compare(m, ebpf_btf_params(level->lt)[i].type,
			       ebpf_btf_params(level->tt)[i].type, level->behind);
	if (i == n)
		return compare(m, level->lt->type, level->tt->type, level->behind);
	m->depth--;
	return 1;
}

/* The next member of that name; 1: all have one, 0: this one has none. */
static int next_of_struct(struct match *m, struct match_level *level)
{
	const struct ebpf_btf_member *lm, *tm;

	if (level->i == ebpf_btf_vlen(level->lt)) {
		m->depth--;
		return 1;
	}
	lm = &ebpf_btf_members(level->lt)[level->i];
	while (level->j < ebpf_btf_vlen(level->tt)) {
		tm = &ebpf_btf_members(level->tt)[level->j++];
		if (same_names(m, lm->name_off, tm->name_off))
			return compare(m, lm->type, tm->type, level->behind);
	}
	m->depth--;
	return 0;
}

/* What became of the part that was compared last. 1, 0: that is what became of the level. */
static int take_result(struct match *m, struct match_level *level, int ret)
{
	if (is_proto(level)) {
		if (ret)
			return DEEPER;
		m->depth--;
		return 0;
	}
	if (ret) {
		level->i++;
		level->j = 0;
	}
	return DEEPER;
}

int ebpf_core_types_match(const struct core_spec *local, const struct core_spec *targ)
{
	struct match *m = ebpf_alloc(sizeof(*m));
	struct match_level *level;
	u32 pairs = 0;
	int ret;

	if (!m)
		return -ENOMEM;
	m->local = local;
	m->targ = targ;
	ret = compare(m, local->root_id, targ->root_id, false);
	while (ret >= 0 && m->depth) {
		/* Members that are alike are compared with all that theirs have, and so on. */
		if (!(++pairs & YIELD_MASK) && ebpf_yield()) {
			ret = -EAGAIN;
			break;
		}
		level = &m->levels[m->depth - 1];
		/* A part was decided, or a level was left with a result for the one around it. */
		if (ret != DEEPER)
			ret = take_result(m, level, ret);
		if (ret == DEEPER)
			ret = is_proto(level) ? next_of_proto(m, level) : next_of_struct(m, level);
	}
	ebpf_free(m);
	return ret;
}
