// SPDX-License-Identifier: GPL-2.0-only
/*
 * Second phase: types through each other.
 *
 * Depth first, with a stack of at most MAX_DEPTH types instead of recursion: a
 * type whose parts are not resolved yet waits on the stack for them, and is
 * looked at again from the part it was at. A type met while it waits is a loop.
 *
 * Structs may contain pointers to themselves. That is why a pointer ends the
 * search that began at a struct or an array, and a struct the one that began at
 * a pointer: each of them is searched on its own, and any true loop is all of
 * one sort.
 */
#include "verifier/btf/btf_internal.h"

#define MAX_DEPTH	32
#define MAX_CHAIN	32	/* modifiers in a row */

enum visit { NOT_VISITED, VISITED, RESOLVED };
enum mode { MODE_TBD, MODE_PTR, MODE_STRUCT_OR_ARRAY };

struct vertex {
	const struct ebpf_btf_type *t;
	u32 id;
	u32 next;		/* part to look at */
};

struct resolver {
	struct btf_env *env;
	struct ebpf_btf *btf;
	u8 *states;		/* of own types */
	enum mode mode;
	u32 top;
	struct vertex stack[MAX_DEPTH];
};

static bool is_resolved(const struct resolver *r, u32 id)
{
	return id < r->btf->start_id || r->states[id - r->btf->start_id] == RESOLVED;
}

/* Nothing behind it can lead back to where this search began. */
static bool is_sink(const struct resolver *r, const struct ebpf_btf_type *t)
{
	switch (r->mode) {
	case MODE_PTR:
		return !btf_is(t, BTF_MODIFIERS | BTF_KIND_BIT(PTR));
	case MODE_STRUCT_OR_ARRAY:
		return !btf_is(t, BTF_MODIFIERS | BTF_KIND_BIT(ARRAY) | BTF_STRUCTS);
	default:
		return !btf_is(t, BTF_NEED_RESOLVE);
	}
}

static int push(struct resolver *r, const struct ebpf_btf_type *t, u32 id)
{
	struct vertex *v = &r->stack[r->top];

	if (r->top == MAX_DEPTH)
		return -E2BIG;
	if (id < r->btf->start_id || r->states[id - r->btf->start_id] != NOT_VISITED)
		return -EEXIST;
	r->states[id - r->btf->start_id] = VISITED;
	v->t = t;
	v->id = id;
	v->next = 0;
	r->top++;
	if (r->mode != MODE_TBD)
		return 0;
	if (btf_is(t, BTF_KIND_BIT(PTR)))
		r->mode = MODE_PTR;
	else if (btf_is(t, BTF_STRUCTS | BTF_KIND_BIT(ARRAY)))
		r->mode = MODE_STRUCT_OR_ARRAY;
	return 0;
}

/* 1: @t went on the stack and comes first; 0: it is as good as resolved. */
static int wait_for(struct resolver *r, const struct ebpf_btf_type *t, u32 id)
{
	int err;

	if (is_sink(r, t) || is_resolved(r, id))
		return 0;
	err = push(r, t, id);
	return err ? err : 1;
}

static int done(struct resolver *r, u32 res_id, u32 res_size)
{
	u32 i = r->stack[--r->top].id - r->btf->start_id;

	r->btf->res_ids[i] = res_id;
	r->btf->res_sizes[i] = res_size;
	r->states[i] = RESOLVED;
	return 0;
}

/* What a modifier or pointer that has been resolved ends in. */
static const struct ebpf_btf_type *resolved_type(const struct resolver *r, u32 *id)
{
	if (*id < r->btf->start_id)
		return ebpf_btf_skip_modifiers(r->btf, *id, id);
	*id = r->btf->res_ids[*id - r->btf->start_id];
	return ebpf_btf_type_by_id(r->btf, *id);
}

/* NULL for what only sections and tags may refer to. */
static const struct ebpf_btf_type *target(const struct resolver *r, u32 id)
{
	const struct ebpf_btf_type *t = ebpf_btf_type_by_id(r->btf, id);

	return t && !btf_is(t, BTF_SOURCES) ? t : NULL;
}

/* A modifier met before may have stopped at a pointer, which has to be followed
 * now that the search is for loops of pointers.
 */
static int wait_for_last_ptr(struct resolver *r, const struct ebpf_btf_type *next, u32 id)
{
	const struct ebpf_btf_type *t;

	if (!btf_is(next, BTF_MODIFIERS))
		return 0;
	t = resolved_type(r, &id);
	if (!t || !btf_is(t, BTF_KIND_BIT(PTR)))
		return 0;
	return wait_for(r, t, id);
}

/* pointers and modifiers */
static int resolve_ref(struct resolver *r, const struct vertex *v)
{
	const struct ebpf_btf_type *next = target(r, v->t->type);
	u32 id = v->t->type, size;
	int err;

	if (!next)
		return ebpf_btf_log_type(r->env, v->t, "Invalid type_id");
	err = wait_for(r, next, id);
	if (!err && btf_is(v->t, BTF_KIND_BIT(PTR)))
		err = wait_for_last_ptr(r, next, id);
	if (err)
		return err;
	if (!ebpf_btf_type_id_size(r->btf, &id, &size)) {
		if (btf_is(next, BTF_NEED_RESOLVE) && is_resolved(r, id))
			next = resolved_type(r, &id);
		/* These have no size and may be pointed to, or renamed, anyway. */
		if (!next || !btf_is(next, BTF_KIND_BIT(UNKN) | BTF_KIND_BIT(FWD) |
				     BTF_KIND_BIT(FUNC_PROTO)))
			return ebpf_btf_log_type(r->env, v->t, "Invalid type_id");
	}
	return done(r, id, 0);
}

static int resolve_var(struct resolver *r, const struct vertex *v)
{
	const struct ebpf_btf_type *next = target(r, v->t->type);
	u32 id = v->t->type, size;
	int err;

	if (!next)
		return ebpf_btf_log_type(r->env, v->t, "Invalid type_id");
	err = wait_for(r, next, id);
	if (!err)
		err = wait_for_last_ptr(r, next, id);
	if (err)
		return err;
	if (!ebpf_btf_type_id_size(r->btf, &id, &size))
		return ebpf_btf_log_type(r->env, v->t, "Invalid type_id");
	return done(r, id, size);
}

static bool is_regular_int(const struct ebpf_btf_type *t)
{
	return t && btf_is(t, BTF_KIND_BIT(INT)) && ebpf_btf_int_is_regular(t);
}

static int resolve_index(struct resolver *r, const struct vertex *v)
{
	u32 id = ebpf_btf_array(v->t)->index_type, size;
	const struct ebpf_btf_type *t = target(r, id);
	int err;

	if (!t || btf_is(t, BTF_SIZELESS))
		return ebpf_btf_log_type(r->env, v->t, "Invalid index");
	err = wait_for(r, t, id);
	if (err)
		return err;
	if (!is_regular_int(ebpf_btf_type_id_size(r->btf, &id, &size)))
		return ebpf_btf_log_type(r->env, v->t, "Invalid index");
	return 0;
}

static int resolve_array(struct resolver *r, const struct vertex *v)
{
	u32 nelems = ebpf_btf_array(v->t)->nelems, id = ebpf_btf_array(v->t)->type, size;
	const struct ebpf_btf_type *t;
	int err;

	err = resolve_index(r, v);
	if (err)
		return err;
	t = target(r, id);
	if (!t || btf_is(t, BTF_SIZELESS))
		return ebpf_btf_log_type(r->env, v->t, "Invalid elem");
	err = wait_for(r, t, id);
	if (err)
		return err;
	t = ebpf_btf_type_id_size(r->btf, &id, &size);
	if (!t)
		return ebpf_btf_log_type(r->env, v->t, "Invalid elem");
	if (btf_is(t, BTF_KIND_BIT(INT)) && !ebpf_btf_int_is_regular(t))
		return ebpf_btf_log_type(r->env, v->t, "Invalid array of int");
	if (nelems && size > U32_MAX / nelems)
		return ebpf_btf_log_type(r->env, v->t, "Array size overflows U32_MAX");
	return done(r, id, size * nelems);
}

static int resolve_struct(struct resolver *r, struct vertex *v)
{
	const struct ebpf_btf_member *member;
	const struct ebpf_btf_type *t;
	int err;

	for (; v->next < ebpf_btf_vlen(v->t); v->next++) {
		member = &ebpf_btf_members(v->t)[v->next];
		t = target(r, member->type);
		if (!t || btf_is(t, BTF_SIZELESS))
			return ebpf_btf_log_member(r->env, v->t, member, "Invalid member");
		err = wait_for(r, t, member->type);
		if (!err)
			err = ebpf_btf_check_member(r->env, v->t, member, t);
		if (err)
			return err;
	}
	return done(r, 0, 0);
}

static int resolve_datasec(struct resolver *r, struct vertex *v)
{
	const struct ebpf_btf_var_secinfo *vsi;
	const struct ebpf_btf_type *t;
	u32 id, size;
	int err;

	for (; v->next < ebpf_btf_vlen(v->t); v->next++) {
		vsi = &ebpf_btf_secinfos(v->t)[v->next];
		t = ebpf_btf_type_by_id(r->btf, vsi->type);
		if (!t || !btf_is(t, BTF_KIND_BIT(VAR)))
			return ebpf_btf_log_secinfo(r->env, v->t, vsi, "Not a VAR kind member");
		r->mode = MODE_TBD;
		err = wait_for(r, t, vsi->type);
		if (err)
			return err;
		id = t->type;
		if (!ebpf_btf_type_id_size(r->btf, &id, &size))
			return ebpf_btf_log_secinfo(r->env, v->t, vsi, "Invalid type");
		if (vsi->size < size)
			return ebpf_btf_log_secinfo(r->env, v->t, vsi, "Invalid size");
	}
	return done(r, 0, 0);
}

static int resolve_func(struct resolver *r, const struct vertex *v)
{
	const struct ebpf_btf_type *proto = ebpf_btf_type_by_id(r->btf, v->t->type);
	u32 i;

	if (!proto || !btf_is(proto, BTF_KIND_BIT(FUNC_PROTO)))
		return ebpf_btf_log_type(r->env, v->t, "Invalid type_id");
	for (i = 0; i < ebpf_btf_vlen(proto); i++)
		if (!ebpf_btf_params(proto)[i].name_off && ebpf_btf_params(proto)[i].type)
			return ebpf_btf_log_type(r->env, v->t, "Invalid arg#%u", i + 1);
	return done(r, v->t->type, 0);
}

/* How many components a tag on @t can choose from. */
static u32 components(const struct resolver *r, const struct ebpf_btf_type *t)
{
	if (btf_is(t, BTF_STRUCTS))
		return ebpf_btf_vlen(t);
	if (!btf_is(t, BTF_KIND_BIT(FUNC)))
		return 0;
	t = ebpf_btf_type_by_id(r->btf, t->type);
	return t ? ebpf_btf_vlen(t) : 0;
}

static int resolve_decl_tag(struct resolver *r, const struct vertex *v)
{
	s32 component = ((const struct ebpf_btf_decl_tag *)(v->t + 1))->component_idx;
	const struct ebpf_btf_type *t = ebpf_btf_type_by_id(r->btf, v->t->type);
	int err;

	if (!t || !btf_is(t, BTF_KIND_BIT(FUNC) | BTF_STRUCTS | BTF_KIND_BIT(VAR) |
			  BTF_KIND_BIT(TYPEDEF)))
		return ebpf_btf_log_type(r->env, v->t, "Invalid type_id");
	err = wait_for(r, t, v->t->type);
	if (err)
		return err;
	if (component != -1 && (u32)component >= components(r, t))
		return ebpf_btf_log_type(r->env, v->t, "Invalid component_idx");
	return done(r, v->t->type, 0);
}

/* Negative when it is wrong; else it is done or waits for another. */
static int resolve_top(struct resolver *r)
{
	struct vertex *v = &r->stack[r->top - 1];

	r->env->id = v->id;
	switch (ebpf_btf_kind(v->t)) {
	case EBPF_BTF_KIND_ARRAY:
		return resolve_array(r, v);
	case EBPF_BTF_KIND_STRUCT:
	case EBPF_BTF_KIND_UNION:
		return resolve_struct(r, v);
	case EBPF_BTF_KIND_VAR:
		return resolve_var(r, v);
	case EBPF_BTF_KIND_DATASEC:
		return resolve_datasec(r, v);
	case EBPF_BTF_KIND_FUNC:
		return resolve_func(r, v);
	case EBPF_BTF_KIND_DECL_TAG:
		return resolve_decl_tag(r, v);
	default:
		return resolve_ref(r, v);
	}
}

static int resolve(struct resolver *r, const struct ebpf_btf_type *t, u32 id)
{
	int err;

	if (!btf_is(t, BTF_NEED_RESOLVE) || is_resolved(r, id))
		return 0;
	r->mode = MODE_TBD;
	r->top = 0;
	err = push(r, t, id);
	while (err >= 0 && r->top)
		err = resolve_top(r);
	r->env->id = id;
	if (err == -E2BIG)
		ebpf_btf_log_type(r->env, t, "Exceeded max resolving depth:%u", MAX_DEPTH);
	else if (err == -EEXIST)
		ebpf_btf_log_type(r->env, t, "Loop detected");
	return err < 0 ? err : 0;
}

/* @arg: 0 for what the function returns, else the number of an argument */
static int bad_value(struct resolver *r, const struct ebpf_btf_type *proto, u32 arg)
{
	if (!arg)
		return ebpf_btf_log_type(r->env, proto, "Invalid return type");
	return ebpf_btf_log_type(r->env, proto, "Invalid arg#%u", arg);
}

/* Values have a size. */
static int check_value(struct resolver *r, const struct ebpf_btf_type *proto, u32 arg, u32 id)
{
	const struct ebpf_btf_type *t = target(r, id);
	u32 self = r->env->id, size;
	int err;

	if (!t)
		return bad_value(r, proto, arg);
	err = resolve(r, t, id);
	if (err)
		return err;
	r->env->id = self;
	return ebpf_btf_type_id_size(r->btf, &id, &size) ? 0 : bad_value(r, proto, arg);
}

static int check_args(struct resolver *r, const struct ebpf_btf_type *t)
{
	const struct ebpf_btf_param *args = ebpf_btf_params(t);
	u32 i, nr = ebpf_btf_vlen(t);
	int err;

	/* "..." */
	if (nr && !args[nr - 1].type) {
		if (args[nr - 1].name_off)
			return bad_value(r, t, nr);
		nr--;
	}
	for (i = 0; i < nr; i++) {
		if (args[i].name_off && !ebpf_btf_identifier_valid(r->btf, args[i].name_off))
			return bad_value(r, t, i + 1);
		err = check_value(r, t, i + 1, args[i].type);
		if (err)
			return err;
	}
	return 0;
}

static int check_func_proto(struct resolver *r, const struct ebpf_btf_type *t)
{
	int err = t->type ? check_value(r, t, 0, t->type) : 0;

	return err ? err : check_args(r, t);
}

/* In a chain of modifiers tags come first. Chains are short, which also keeps
 * everybody who follows one quick.
 */
static int check_chain(struct btf_env *env, u32 first)
{
	const struct ebpf_btf_type *t = ebpf_btf_type_by_id(env->btf, first);
	bool tags = btf_is(t, BTF_KIND_BIT(TYPE_TAG));
	u32 n;

	for (n = 0; t && btf_is(t, BTF_MODIFIERS); n++) {
		if (n == MAX_CHAIN) {
			btf_log(env, "Max chain length or cycle detected");
			return -ELOOP;
		}
		if (!btf_is(t, BTF_KIND_BIT(TYPE_TAG))) {
			tags = false;
		} else if (!tags) {
			btf_log(env, "Type tags don't precede modifiers");
			return -EINVAL;
		}
		t = ebpf_btf_type_by_id(env->btf, t->type);
	}
	return t ? 0 : -EINVAL;
}

static int check_chains(struct btf_env *env)
{
	u32 id, end = ebpf_btf_nr_types(env->btf);
	int err = 0;

	for (id = env->btf->start_id; !err && id < end; id++)
		err = check_chain(env, id);
	return err;
}

static int resolve_all(struct resolver *r)
{
	u32 id, end = ebpf_btf_nr_types(r->btf);
	const struct ebpf_btf_type *t;
	int err;

	for (id = r->btf->start_id; id < end; id++) {
		t = ebpf_btf_type_by_id(r->btf, id);
		r->env->id = id;
		err = resolve(r, t, id);
		if (!err && btf_is(t, BTF_KIND_BIT(FUNC_PROTO)))
			err = check_func_proto(r, t);
		if (err)
			return err;
		if (!(id % BTF_YIELD_TYPES) && ebpf_yield())
			return -EAGAIN;
	}
	return check_chains(r->env);
}

int ebpf_btf_resolve_types(struct btf_env *env)
{
	struct ebpf_btf *btf = env->btf;
	struct resolver *r = ebpf_alloc(sizeof(*r));
	int err = -ENOMEM;

	if (!r)
		return -ENOMEM;
	env->phase = BTF_CHECK_TYPE;
	r->env = env;
	r->btf = btf;
	btf->res_ids = ebpf_calloc(btf->nr, sizeof(*btf->res_ids));
	btf->res_sizes = ebpf_calloc(btf->nr, sizeof(*btf->res_sizes));
	r->states = ebpf_calloc(btf->nr, sizeof(*r->states));
	if (btf->res_ids && btf->res_sizes && r->states)
		err = resolve_all(r);
	ebpf_free(r->states);
	ebpf_free(r);
	return err;
}
