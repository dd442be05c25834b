// SPDX-License-Identifier: GPL-2.0-only
/*
 * Timers: which value's timer an argument is, and functions that are called when a
 * timer expires.
 *
 * Such a function runs on its own, long after the program that named it. All it has
 * is the map, a key and a value, so what it is given depends on the function and
 * the map alone: each pair is walked once, as a path of its own without any frame
 * above. One that names itself again therefore ends.
 */
#include "verifier/call.h"
#include "verifier/log.h"
#include "verifier/walk.h"

/* A function and the map whose timers call it; walked, or waiting to be. */
struct async_entry {
	struct async_entry *next;
	const struct ebpf_map *map;
	u32 subprogno;
	u32 nr;
};

static int check_has_timer(struct vf_env *env, const struct ebpf_map *map)
{
	if (map->timer_off >= 0)
		return 0;
	if (!map->btf)
		vlog(env, "map '%s' has to have BTF in order to use bpf_timer\n", map->name);
	else if (map->timer_off == -E2BIG)
		vlog(env, "map '%s' has more than one 'struct bpf_timer'\n", map->name);
	else if (map->timer_off == -ENOENT)
		vlog(env, "map '%s' doesn't have 'struct bpf_timer'\n", map->name);
	else
		vlog(env, "map '%s' is not a struct type or bpf_timer is mangled\n", map->name);
	return -EINVAL;
}

int ebpf_check_timer_arg(struct vf_env *env, u32 regno, struct call_meta *meta)
{
	const struct reg_state *reg = &cur_regs(env)[regno];
	s64 off = (s64)reg->n.var_off.value + reg->off;
	int err;

	if (!ebpf_tnum_is_const(reg->n.var_off)) {
		vlog(env, "R%d doesn't have constant offset. bpf_timer has to be at the constant offset\n",
		     regno);
		return -EINVAL;
	}
	err = check_has_timer(env, reg->map);
	if (err)
		return err;
	if (off != reg->map->timer_off) {
		vlog(env, "off %lld doesn't point to 'struct bpf_timer' that is at %d\n",
		     (long long)off, reg->map->timer_off);
		return -EINVAL;
	}
	if (EBPF_BUG_ON(meta->map))
		return -EFAULT;
	meta->map = reg->map;
	meta->map_uid = reg->map_uid;
	return 0;
}

int ebpf_check_timer_map(struct vf_env *env, const struct reg_state *reg,
			 const struct call_meta *meta)
{
	/* Maps that are alike are still not the map that the timer is in. */
	if (!meta->map || (meta->map == reg->map && meta->map_uid == reg->map_uid))
		return 0;
	vlog(env, "timer pointer in R1 map_uid=%d doesn't match map pointer in R2 map_uid=%d\n",
	     meta->map_uid, reg->map_uid);
	return -EINVAL;
}

static const struct async_entry *find_entry(const struct vf_env *env,
					    const struct call_meta *meta)
{
	const struct async_entry *e;

	for (e = env->async; e; e = e->next)
		if (e->map == meta->map && e->subprogno == meta->subprogno)
			break;
	return e;
}

static struct async_entry *add_entry(struct vf_env *env, const struct call_meta *meta)
{
	struct async_entry *e = ebpf_alloc(sizeof(*e));

	if (!e)
		return NULL;
	e->map = meta->map;
	e->subprogno = meta->subprogno;
	e->nr = env->async ? env->async->nr + 1 : 1;
	e->next = env->async;
	env->async = e;
	return e;
}

int ebpf_push_async(struct vf_env *env, const struct call_meta *meta)
{
	struct subprog_info *sub = &env->subprogs[meta->subprogno];
	struct func_state *func;
	struct async_entry *e;

	if (find_entry(env, meta))
		return 0;
	e = add_entry(env, meta);
	if (!e)
		return -ENOMEM;
	sub->is_async_cb = true;
	func = ebpf_push_fresh(env, sub->start, meta->subprogno);
	if (!func)
		return -EFAULT;
	func->async_entry = e->nr;
	ebpf_set_elem_args(env, func->regs, meta->map, 0);
	return 0;
}

void ebpf_free_async(struct vf_env *env)
{
	struct async_entry *e;

	while ((e = env->async)) {
		env->async = e->next;
		ebpf_free(e);
	}
}

int ebpf_check_async_result(struct vf_env *env)
{
	const struct reg_state *r0 = &cur_regs(env)[EBPF_REG_0];

	if (r0->type != SCALAR_VALUE) {
		vlog(env, "In async callback the register R0 is not a known value (%s)\n",
		     ebpf_reg_type_str(env, r0->type));
		return -EINVAL;
	}
	if (ebpf_tnum_in(ebpf_tnum_const(0), r0->n.var_off))
		return ebpf_mark_precise(env, EBPF_REG_0);
	ebpf_print_bad_result(env, "async callback", ebpf_tnum_const(0));
	return -EINVAL;
}
