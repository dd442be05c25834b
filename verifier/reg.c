// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers: setting them, reading them, and the marks that say who reads what.
 *
 * Liveness: a read below an explored state marks the register in that state and
 * in its ancestors up to the one that wrote it. Registers without such a mark
 * do not matter when states are compared.
 */
#include "verifier/log.h"

/* All but the links and marks. */
static void wipe(struct reg_state *reg)
{
	reg->off = 0;
	reg->raw[0] = 0;
	reg->raw[1] = 0;
	reg->id = 0;
	reg->ref_obj_id = 0;
	reg->frameno = 0;
	reg->dynptr_id = 0;
	reg->precise = false;
}

void ebpf_reg_set_unknown(struct reg_state *reg)
{
	wipe(reg);
	reg->type = SCALAR_VALUE;
	ebpf_scalar_set_unknown(&reg->n);
}

void ebpf_reg_set_not_init(struct reg_state *reg)
{
	ebpf_reg_set_unknown(reg);
	reg->type = NOT_INIT;
}

void ebpf_reg_set_known(struct reg_state *reg, u64 value)
{
	wipe(reg);
	reg->type = SCALAR_VALUE;
	ebpf_scalar_set_const(&reg->n, value);
}

void ebpf_reg_set_ptr(struct reg_state *reg, u32 type)
{
	wipe(reg);
	reg->type = type;
	ebpf_scalar_set_const(&reg->n, 0);
}

void ebpf_reg_link(struct vf_env *env, struct reg_state *reg)
{
	if (!reg->id && !ebpf_tnum_is_const(reg->n.var_off))
		reg->id = ++env->id_gen;
}

void ebpf_reg_copy(struct reg_state *dst, const struct reg_state *src)
{
	struct reg_state *parent = dst->parent;
	u8 live = dst->live;

	*dst = *src;
	dst->parent = parent;
	dst->live = live;
}

void ebpf_mark_unknown(struct vf_env *env, struct reg_state *regs, u32 regno)
{
	(void)env;
	ebpf_reg_set_unknown(&regs[regno]);
}

bool ebpf_reg_is_bounded(const struct reg_state *reg)
{
	const struct scalar *n = &reg->n;

	if (reg->type != SCALAR_VALUE)
		return false;
	return !(ebpf_tnum_is_unknown(n->var_off) && n->smin == S64_MIN && n->smax == S64_MAX &&
		 n->umin == 0 && n->umax == U64_MAX && n->s32_min == S32_MIN &&
		 n->s32_max == S32_MAX && n->u32_min == 0 && n->u32_max == U32_MAX);
}

void ebpf_init_regs(struct vf_env *env, struct func_state *func)
{
	u32 i;

	for (i = 0; i < NR_REGS; i++) {
		ebpf_reg_set_not_init(&func->regs[i]);
		func->regs[i].live = LIVE_NONE;
		func->regs[i].parent = NULL;
	}
	ebpf_reg_set_ptr(&func->regs[REG_FP], PTR_TO_STACK);
	func->regs[REG_FP].frameno = func->frameno;
	scratch_all(env);
}

/* @reg was read, and so @parent above it. @reg is NULL when what was read is known from a
 * state in which another path ended: no write of that path's counts for this one, and
 * nothing its links lead to may be looked at, for its parents may be gone.
 */
int ebpf_mark_reg_read(struct vf_env *env, const struct reg_state *reg,
		       struct reg_state *parent, u8 flag)
{
	u32 walked = 0;

	while (parent) {
		/* Written since: the ancestors' value was not seen. */
		if (reg && (reg->live & LIVE_WRITTEN))
			break;
		if (EBPF_BUG_ON(parent->live & LIVE_DONE))
			return -EFAULT;
		/* Marked before, and so are all above. */
		if ((parent->live & LIVE_READ) == flag || (parent->live & LIVE_READ64))
			break;
		parent->live |= flag;
		if (flag == LIVE_READ64)
			parent->live &= ~LIVE_READ32;
		reg = parent;
		parent = reg->parent;
		walked++;
	}
	if (env->longest_mark_read_walk < walked)
		env->longest_mark_read_walk = walked;
	return 0;
}

/* Marks are always for the full register: a read of the low half of something
 * counts as a read of all, which is sound and costs little pruning.
 */
int ebpf_check_reg_arg(struct vf_env *env, u32 regno, int what)
{
	struct reg_state *regs = cur_regs(env);
	struct reg_state *reg;

	if (regno >= NR_REGS) {
		vlog(env, "R%d is invalid\n", regno);
		return -EINVAL;
	}
	reg = &regs[regno];
	scratch_reg(env, regno);
	if (what == SRC_OP) {
		if (reg->type == NOT_INIT) {
			vlog(env, "R%d !read_ok\n", regno);
			return -EACCES;
		}
		/* Always valid, never written; or nobody above has a part in it. */
		if (regno == REG_FP || (reg->live & LIVE_WRITTEN))
			return 0;
		return ebpf_mark_reg_read(env, reg, reg->parent, LIVE_READ64);
	}
	if (regno == REG_FP) {
		vlog(env, "frame pointer is read only\n");
		return -EACCES;
	}
	reg->live |= LIVE_WRITTEN;
	if (what == DST_OP)
		ebpf_reg_set_unknown(reg);
	return 0;
}

/* Offsets stay so small that sums of them never wrap. */
bool ebpf_reg_sane_offset(struct vf_env *env, const struct reg_state *reg, u32 type)
{
	bool known = ebpf_tnum_is_const(reg->n.var_off);
	s64 val = reg->n.var_off.value;
	s64 smin = reg->n.smin;

	if (known && (val >= MAX_VAR_OFF || val <= -MAX_VAR_OFF)) {
		vlog(env, "math between %s pointer and %lld is not allowed\n",
		     ebpf_reg_type_str(env, type), (long long)val);
		return false;
	}
	if (reg->off >= MAX_VAR_OFF || reg->off <= -MAX_VAR_OFF) {
		vlog(env, "%s pointer offset %d is not allowed\n", ebpf_reg_type_str(env, type),
		     reg->off);
		return false;
	}
	if (smin == S64_MIN) {
		vlog(env, "math between %s pointer and register with unbounded min value is not allowed\n",
		     ebpf_reg_type_str(env, type));
		return false;
	}
	if (smin >= MAX_VAR_OFF || smin <= -MAX_VAR_OFF) {
		vlog(env, "value %lld makes %s pointer be out of bounds\n", (long long)smin,
		     ebpf_reg_type_str(env, type));
		return false;
	}
	return true;
}
