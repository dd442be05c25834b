// SPDX-License-Identifier: GPL-2.0-only
/*
 * bpf_spin_lock: one lock at a time, taken and given back in the same function,
 * and nothing is called meanwhile.
 */
#include "verifier/call.h"
#include "verifier/log.h"

static int check_has_lock(struct vf_env *env, const struct ebpf_map *map)
{
	if (map->spin_lock_off >= 0)
		return 0;
	if (!map->btf)
		vlog(env, "map '%s' has to have BTF in order to use bpf_spin_lock\n", map->name);
	else if (map->spin_lock_off == -E2BIG)
		vlog(env, "map '%s' has more than one 'struct bpf_spin_lock'\n", map->name);
	else if (map->spin_lock_off == -ENOENT)
		vlog(env, "map '%s' doesn't have 'struct bpf_spin_lock'\n", map->name);
	else
		vlog(env, "map '%s' is not a struct type or bpf_spin_lock is mangled\n",
		     map->name);
	return -EINVAL;
}

/* R@regno is a map value, not NULL. Its id says which value. */
static int check_is_lock(struct vf_env *env, u32 regno)
{
	const struct reg_state *reg = &cur_regs(env)[regno];
	s64 off = (s64)reg->n.var_off.value + reg->off;
	int err;

	if (!ebpf_tnum_is_const(reg->n.var_off)) {
		vlog(env, "R%d doesn't have constant offset. bpf_spin_lock has to be at the constant offset\n",
		     regno);
		return -EINVAL;
	}
	err = check_has_lock(env, reg->map);
	if (err)
		return err;
	if (off != reg->map->spin_lock_off) {
		vlog(env, "off %lld doesn't point to 'struct bpf_spin_lock'\n", (long long)off);
		return -EINVAL;
	}
	return EBPF_BUG_ON(!reg->id) ? -EFAULT : 0;
}

int ebpf_check_spin_lock(struct vf_env *env, u32 regno, bool lock)
{
	struct vf_state *st = env->cur;
	u32 id = cur_regs(env)[regno].id;
	int err;

	err = check_is_lock(env, regno);
	if (err)
		return err;
	if (lock) {
		if (st->spin_lock_id) {
			vlog(env, "Locking two bpf_spin_locks are not allowed\n");
			return -EINVAL;
		}
		st->spin_lock_id = id;
		return 0;
	}
	if (!st->spin_lock_id) {
		vlog(env, "bpf_spin_unlock without taking a lock\n");
		return -EINVAL;
	}
	if (st->spin_lock_id != id) {
		vlog(env, "bpf_spin_unlock of different lock\n");
		return -EINVAL;
	}
	st->spin_lock_id = 0;
	return 0;
}
