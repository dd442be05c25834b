// SPDX-License-Identifier: GPL-2.0-only
/*
 * Jumps to where a register says (gotox). It was loaded from a map of the type INSN_ARRAY, whose
 * entries are instructions of the one program that uses it, and cannot be changed any more.
 *
 * What such a load gives at run time is the number of the instruction, as the program was loaded.
 * In the final program a gotox is comparisons with the numbers of all instructions that it may
 * be, halving them: no indirect jump is there to be guarded, and no table of addresses. Of one
 * function and register there is one such tree; a later gotox goes to it.
 */
#include <ebpf/map.h>
#include "verifier/gotox.h"
#include "verifier/image.h"
#include "verifier/insn.h"
#include "verifier/log.h"
#include "verifier/walk.h"

#define WORD		8U		/* bytes of an entry, as programs see it */
#define YIELD_EVERY	0x10000U
#define CHARGED_PER	256U		/* entries looked at count as one instruction */
#define TREE_DEPTH	24		/* more than the logarithm of EBPF_COMPLEXITY_LIMIT */

static int check_target(const struct vf_env *env, u32 to)
{
	if (to >= env->insn_cnt || (to && is_ld_imm64(&env->insns[to - 1])))
		return -EINVAL;
	return 0;
}

static int check_targets(const struct vf_env *env, const struct ebpf_map *map)
{
	u32 i;
	int err = 0;

	for (i = 0; !err && i < map->max_entries; i++) {
		err = check_target(env, map->ops->jump->target(map, i));
		if (!(i % YIELD_EVERY) && ebpf_yield())
			return -EAGAIN;
	}
	return err;
}

int ebpf_claim_jumps(struct vf_env *env, u32 map_index)
{
	struct ebpf_map *map = env->maps[map_index];
	int err;

	if (!map->ops->jump || env->jumps_claimed & (1ULL << map_index))
		return 0;
	err = ebpf_map_is_rdonly(map) ? check_targets(env, map) : -EINVAL;
	if (!err)
		err = map->ops->jump->claim(map);
	if (err) {
		vlog(env, "Failed to properly initialize insn array\n");
		return err;
	}
	env->jumps_claimed |= 1ULL << map_index;
	return 0;
}

void ebpf_release_jumps(struct vf_env *env)
{
	u32 i;

	for (i = 0; i < env->map_cnt; i++)
		if (env->jumps_claimed & (1ULL << i))
			env->maps[i]->ops->jump->release(env->maps[i]);
	env->jumps_claimed = 0;
}

static struct subprog_info *subprog_of(struct vf_env *env, u32 at)
{
	u32 lo = 0, hi = env->subprog_cnt - 1, mid;

	while (lo < hi) {
		mid = lo + (hi - lo + 1) / 2;
		if (env->subprogs[mid].start <= at)
			lo = mid;
		else
			hi = mid - 1;
	}
	return &env->subprogs[lo];
}

static bool is_in(const struct subprog_info *sub, u32 at)
{
	return at >= sub[0].start && at < sub[1].start;
}

static int say_outside(struct vf_env *env, const struct subprog_info *sub, u32 at)
{
	vlog(env, "jump table for insn %d points outside of the subprog [%u,%u]\n", at, sub[0].start,
	     sub[1].start);
	return -EINVAL;
}

static int mark_targets(struct vf_env *env, const struct ebpf_map *map,
			const struct subprog_info *sub, u32 at)
{
	u32 i, to;

	for (i = 0; i < map->max_entries; i++) {
		to = map->ops->jump->target(map, i);
		if (!is_in(sub, to))
			return say_outside(env, sub, at);
		env->aux[to].jump_target = true;
		if (!(i % YIELD_EVERY) && ebpf_yield())
			return -EAGAIN;
	}
	return 0;
}

int ebpf_find_jumps(struct vf_env *env, u32 at, struct subprog_info **of)
{
	struct subprog_info *sub = subprog_of(env, at);
	u32 i;
	int err;

	*of = sub;
	if (sub->has_jumps)
		return 0;
	for (i = 0; i < env->map_cnt; i++) {
		if (!(env->jumps_claimed & (1ULL << i)) ||
		    !is_in(sub, env->maps[i]->ops->jump->target(env->maps[i], 0)))
			continue;
		err = mark_targets(env, env->maps[i], sub, at);
		if (err)
			return err;
		sub->has_jumps = true;
	}
	if (sub->has_jumps)
		return 0;
	vlog(env, "no jump tables found for subprog starting at %u\n", sub->start);
	return -EINVAL;
}

/* Which entries it may be. */
static int entry_range(struct vf_env *env, u32 regno, u32 *first, u32 *last)
{
	const struct reg_state *reg = &cur_regs(env)[regno];
	u64 lo = reg->n.umin + (u64)(s64)reg->off, hi = reg->n.umax + (u64)(s64)reg->off;

	/* As the load was checked: both are in the table. */
	lo /= WORD;
	hi /= WORD;
	if (hi >= reg->map->max_entries || lo > hi) {
		vlog(env, "R%u points to outside of jump table: [%llu,%llu] max_entries %u\n", regno,
		     (unsigned long long)lo, (unsigned long long)hi, reg->map->max_entries);
		return -EINVAL;
	}
	*first = lo;
	*last = hi;
	return 0;
}

static int go_to(struct vf_env *env, u32 to)
{
	if (ebpf_push_pending(env, to, env->insn_idx))
		return 0;
	return -EFAULT;
}

/* One way for each instruction among them; this way goes on with the last. */
static int push_targets(struct vf_env *env, const struct ebpf_map *map, u32 first, u32 last)
{
	struct subprog_info *sub = subprog_of(env, env->insn_idx);
	u32 i, to, next = 0;
	bool found = false;
	int err = 0;

	env->jump_gen++;
	for (i = first; !err && i <= last; i++) {
		to = map->ops->jump->target(map, i);
		if (!is_in(sub, to) || !env->aux[to].jump_target)
			return say_outside(env, sub, env->insn_idx);
		if (env->aux[to].jump_gen == env->jump_gen)
			continue;
		env->aux[to].jump_gen = env->jump_gen;
		if (found)
			err = go_to(env, next);
		next = to;
		found = true;
	}
	if (!err)
		env->insn_idx = next;
	return err;
}

int ebpf_check_gotox(struct vf_env *env, const struct ebpf_insn *insn)
{
	const struct reg_state *reg = &cur_regs(env)[insn->dst_reg];
	u32 first, last;
	int err;

	if (insn->src_reg || insn->off || insn->imm) {
		vlog(env, "BPF_JA|BPF_X uses reserved fields\n");
		return -EINVAL;
	}
	if (reg->type != PTR_TO_INSN) {
		vlog(env, "R%d has type %s, expected PTR_TO_INSN\n", insn->dst_reg,
		     ebpf_reg_type_str(env, reg->type));
		return -EINVAL;
	}
	err = ebpf_check_reg_arg(env, insn->dst_reg, SRC_OP);
	if (!err)
		err = entry_range(env, insn->dst_reg, &first, &last);
	if (err)
		return err;
	/* Many entries can be one instruction, again and again. */
	env->insn_processed += (last - first) / CHARGED_PER;
	return push_targets(env, reg->map, first, last);
}

/*
 * The final program
 */

/* A tree, or part of one, that is still to be written: of targets[first] to targets[last]. */
struct part {
	u32 first, last;
	u32 jump;	/* the jump to it, NO_JUMP: it comes next */
};

#define NO_JUMP	((u32)-1)

static u32 list_targets(const struct vf_env *env, const struct subprog_info *sub, u32 *targets)
{
	u32 i, nr = 0;

	for (i = sub[0].start; i < sub[1].start; i++) {
		if (!env->aux[i].jump_target || !env->aux[i].seen)
			continue;
		if (targets)
			targets[nr] = i;
		nr++;
	}
	return nr;
}

/* Leaves are jumps to instructions as they were loaded. */
static int write_tree(const u32 *targets, u32 nr, u8 reg, struct ebpf_insn *buf)
{
	struct part todo[TREE_DEPTH] = { { 0, nr - 1, NO_JUMP } }, *part;
	u32 depth = 1, n = 0, mid, far;

	while (depth) {
		part = &todo[depth - 1];
		if (part->jump != NO_JUMP) {
			far = n - part->jump - 1;
			if (far > S16_MAX)
				return -E2BIG;
			buf[part->jump].off = far;
			part->jump = NO_JUMP;
		}
		if (part->first == part->last) {
			buf[n++] = mk(EBPF_JMP32 | EBPF_JA, 0, 0, 0, targets[part->first]);
			depth--;
			continue;
		}
		mid = part->first + (part->last - part->first) / 2;
		buf[n] = mk(EBPF_JMP | EBPF_JGT | EBPF_K, reg, 0, 0, targets[mid]);
		/* The lower half is next, and then the other, in the place of both. */
		todo[depth].first = part->first;
		todo[depth].last = mid;
		todo[depth].jump = NO_JUMP;
		part->first = mid + 1;
		part->jump = n++;
		depth++;
	}
	return n;
}

u32 ebpf_gotox_room(struct vf_env *env, u32 idx)
{
	struct subprog_info *sub = subprog_of(env, idx);

	if (!env->aux[idx].seen || sub->tree[env->insns[idx].dst_reg])
		return 1;
	return 2 * list_targets(env, sub, NULL);
}

int ebpf_expand_gotox(struct vf_env *env, u32 idx, u32 at, struct ebpf_insn *buf)
{
	struct subprog_info *sub = subprog_of(env, idx);
	u8 reg = env->insns[idx].dst_reg;
	u32 *targets, nr;
	int cnt;

	if (sub->tree[reg]) {
		buf[0] = mk(EBPF_JMP32 | EBPF_JA, 0, 0, 0, (s32)(sub->tree[reg] - 1) - (s32)at - 1);
		return 1;
	}
	nr = list_targets(env, sub, NULL);
	if (EBPF_BUG_ON(!nr))
		return -EFAULT;
	targets = ebpf_calloc(nr, sizeof(*targets));
	if (!targets)
		return -ENOMEM;
	list_targets(env, sub, targets);
	cnt = write_tree(targets, nr, reg, buf);
	ebpf_free(targets);
	if (cnt == -E2BIG)
		vlog(env, "insn %d has %u places to go to, more than can be told apart\n", idx, nr);
	if (cnt < 0)
		return cnt;
	sub->tree[reg] = at + 1;
	env->aux[idx].has_tree = true;
	return cnt;
}

void ebpf_fix_tree(struct ebpf_insn *insns, u32 from, u32 to, const u32 *new_idx)
{
	u32 at;

	for (at = from; at < to; at++)
		if (insns[at].code == (EBPF_JMP32 | EBPF_JA))
			insns[at].imm = (s32)new_idx[insns[at].imm] - (s32)at - 1;
}

void ebpf_place_jumps(struct vf_env *env, const u32 *new_idx)
{
	struct ebpf_map *map;
	u32 i, j, to;

	for (i = 0; i < env->map_cnt; i++) {
		if (!(env->jumps_claimed & (1ULL << i)))
			continue;
		map = env->maps[i];
		for (j = 0; j < map->max_entries; j++) {
			to = map->ops->jump->target(map, j);
			map->ops->jump->place(map, j, env->aux[to].seen ? new_idx[to] : (u32)-1);
		}
	}
}
