// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pointers into arenas. A program makes one of any number, by a cast, and may do with it what it
 * likes: where it leads is looked at when it is used, and only inside the arena something is found.
 * So nothing has to be known of such a pointer but that it is one; and it decides nothing.
 *
 * Only its low half counts. Programs that compare or store it cast it back before, to what processes
 * have.
 */
#include "verifier/arena.h"
#include "verifier/image.h"
#include "verifier/insn.h"
#include "verifier/log.h"
#include "verifier/walk.h"

int ebpf_use_arena(struct vf_env *env, struct ebpf_map *map)
{
	if (map->map_type != EBPF_MAP_TYPE_ARENA || env->arena == map)
		return 0;
	if (env->arena) {
		vlog(env, "Only one arena per program\n");
		return -EBUSY;
	}
	if (!map->ops->arena(map)->user_start) {
		vlog(env, "arena's user address must be set via map_extra or mmap()\n");
		return -EINVAL;
	}
	env->arena = map;
	return 0;
}

void ebpf_set_arena_ptr(struct reg_state *reg)
{
	ebpf_reg_set_unknown(reg);
	reg->type = PTR_TO_ARENA;
}

int ebpf_check_cast(struct vf_env *env, const struct ebpf_insn *insn)
{
	struct reg_state *dst = &cur_regs(env)[insn->dst_reg];
	int err;

	if (insn->imm != EBPF_CAST_TO_ARENA && insn->imm != EBPF_CAST_TO_USER) {
		vlog(env, "addr_space_cast insn can only convert between address space 1 and 0\n");
		return -EINVAL;
	}
	if (!env->arena) {
		vlog(env, "addr_space_cast insn can only be used in a program that has an associated arena\n");
		return -EINVAL;
	}
	err = ebpf_check_reg_arg(env, insn->src_reg, SRC_OP);
	if (!err)
		err = ebpf_check_reg_arg(env, insn->dst_reg, DST_OP_NO_MARK);
	if (err)
		return err;
	if (insn->imm == EBPF_CAST_TO_ARENA)
		ebpf_set_arena_ptr(dst);
	else
		ebpf_reg_set_unknown(dst);
	return 0;
}

bool ebpf_arena_alu(struct vf_env *env, const struct ebpf_insn *insn)
{
	struct reg_state *regs = cur_regs(env);
	bool src = EBPF_SRC(insn->code) == EBPF_X && regs[insn->src_reg].type == PTR_TO_ARENA;

	if (regs[insn->dst_reg].type != PTR_TO_ARENA && !src)
		return false;
	ebpf_set_arena_ptr(&regs[insn->dst_reg]);
	return true;
}

/*
 * The final program
 */

int ebpf_expand_cast(const struct vf_env *env, const struct ebpf_insn *insn, struct ebpf_insn *buf)
{
	if (insn->imm == EBPF_CAST_TO_ARENA || (env->arena->map_flags & EBPF_F_NO_USER_CONV))
		*buf = mk(EBPF_ALU | EBPF_MOV | EBPF_X, insn->dst_reg, insn->src_reg, 0, 0);
	else
		*buf = *insn;	/* the JIT knows the other half */
	return 1;
}

int ebpf_expand_arena(const struct ebpf_insn *insn, struct ebpf_insn *buf)
{
	u8 mode = EBPF_PROBE_MEM32;

	if (EBPF_MODE(insn->code) == EBPF_MEMSX)
		mode = EBPF_PROBE_MEM32SX;
	else if (EBPF_MODE(insn->code) == EBPF_ATOMIC)
		mode = EBPF_PROBE_ATOMIC;
	*buf = *insn;
	buf->code = EBPF_CLASS(insn->code) | EBPF_SIZE(insn->code) | mode;
	return 1;
}
