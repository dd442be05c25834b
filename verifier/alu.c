// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arithmetic: the encoding's reserved fields, numbers (by scalar.c) and
 * pointers, whose offset is all that arithmetic may change.
 */
#include "verifier/arena.h"
#include "verifier/insn.h"
#include "verifier/log.h"
#include "verifier/walk.h"
#include "verifier/watch.h"

static bool add_overflows(s64 a, s64 b)
{
	s64 sum = (s64)((u64)a + (u64)b);

	return b < 0 ? sum > a : sum < a;
}

static bool sub_overflows(s64 a, s64 b)
{
	s64 diff = (s64)((u64)a - (u64)b);

	return b < 0 ? diff < a : diff > a;
}

static void set32_unbounded(struct scalar *n)
{
	n->u32_min = 0;
	n->u32_max = U32_MAX;
	n->s32_min = S32_MIN;
	n->s32_max = S32_MAX;
}

/* Variable offset of a pointer, plus @off. */
static void add_var_off(struct scalar *n, const struct scalar *off)
{
	if (add_overflows(n->smin, off->smin) || add_overflows(n->smax, off->smax)) {
		n->smin = S64_MIN;
		n->smax = S64_MAX;
	} else {
		n->smin += off->smin;
		n->smax += off->smax;
	}
	if (n->umin + off->umin < n->umin || n->umax + off->umax < n->umax) {
		n->umin = 0;
		n->umax = U64_MAX;
	} else {
		n->umin += off->umin;
		n->umax += off->umax;
	}
	n->var_off = ebpf_tnum_add(n->var_off, off->var_off);
}

static void sub_var_off(struct scalar *n, const struct scalar *off)
{
	if (sub_overflows(n->smin, off->smax) || sub_overflows(n->smax, off->smin)) {
		n->smin = S64_MIN;
		n->smax = S64_MAX;
	} else {
		n->smin -= off->smax;
		n->smax -= off->smin;
	}
	if (n->umin < off->umax) {
		n->umin = 0;
		n->umax = U64_MAX;
	} else {
		n->umin -= off->umax;
		n->umax -= off->umin;
	}
	n->var_off = ebpf_tnum_sub(n->var_off, off->var_off);
}

static void packet_moved(struct vf_env *env, struct reg_state *reg, bool range_lost)
{
	if (!is_pkt_ptr(reg->type))
		return;
	reg->id = ++env->id_gen;
	if (range_lost)
		reg->range = 0;
}

static void ptr_add(struct vf_env *env, struct reg_state *dst, const struct scalar *off)
{
	s64 sum = (s64)dst->off + off->smin;

	if (ebpf_tnum_is_const(off->var_off) && sum == (s32)sum) {
		dst->off = sum;
		return;
	}
	add_var_off(&dst->n, off);
	packet_moved(env, dst, true);
}

static int ptr_sub(struct vf_env *env, struct reg_state *dst, const struct scalar *off, u32 regno,
		   bool swapped)
{
	s64 diff = (s64)((u64)(s64)dst->off - (u64)off->smin);

	if (swapped) {
		vlog(env, "R%d tried to subtract pointer from scalar\n", regno);
		return -EACCES;
	}
	if (dst->type == PTR_TO_STACK) {
		vlog(env, "R%d subtraction from stack pointer prohibited\n", regno);
		return -EACCES;
	}
	if (ebpf_tnum_is_const(off->var_off) && diff == (s32)diff) {
		dst->off = diff;
		return 0;
	}
	sub_var_off(&dst->n, off);
	packet_moved(env, dst, off->smin < 0);
	return 0;
}

static bool ptr_may_move(u32 type)
{
	switch (base_type(type)) {
	case PTR_TO_CTX:
	case PTR_TO_MAP_VALUE:
	case PTR_TO_MAP_KEY:
	case PTR_TO_STACK:
	case PTR_TO_PACKET_META:
	case PTR_TO_PACKET:
	case PTR_TO_TP_BUFFER:
	case PTR_TO_MEM:
	case PTR_TO_BUF:
	case PTR_TO_BTF_ID:
		return true;
	default:
		return false;
	}
}

static int check_ptr_kind(struct vf_env *env, const struct reg_state *ptr,
			  const struct scalar *off, u32 regno, u8 op)
{
	if (may_be_null(ptr->type)) {
		vlog(env, "R%d pointer arithmetic on %s prohibited, null-check it first\n", regno,
		     ebpf_reg_type_str(env, ptr->type));
		return -EACCES;
	}
	if (ptr_may_move(ptr->type))
		return 0;
	if (ptr->type == CONST_PTR_TO_MAP && op == EBPF_ADD &&
	    ebpf_tnum_equals_const(off->var_off, 0))
		return 0;
	vlog(env, "R%d pointer arithmetic on %s prohibited\n", regno,
	     ebpf_reg_type_str(env, ptr->type));
	return -EACCES;
}

static int ptr_op(struct vf_env *env, struct reg_state *dst, const struct scalar *off, u32 regno,
		  u8 op, bool swapped)
{
	switch (op) {
	case EBPF_ADD:
		ptr_add(env, dst, off);
		return 0;
	case EBPF_SUB:
		return ptr_sub(env, dst, off, regno, swapped);
	case EBPF_AND:
	case EBPF_OR:
	case EBPF_XOR:
		vlog(env, "R%d bitwise operator %s on pointer prohibited\n", regno,
		     ebpf_alu_string[op >> 4]);
		return -EACCES;
	default:
		vlog(env, "R%d pointer arithmetic with %s operator prohibited\n", regno,
		     ebpf_alu_string[op >> 4]);
		return -EACCES;
	}
}

static int too_far(struct reg_state *dst)
{
	if (!watch_mild_math())
		return -EINVAL;
	ebpf_reg_set_unknown(dst);
	return 0;
}

/* dst = ptr OP off. @swapped: the pointer was the right operand. */
static int pointer_alu(struct vf_env *env, const struct ebpf_insn *insn,
		       const struct reg_state *ptr, const struct reg_state *off_reg, bool swapped)
{
	struct reg_state *dst = &cur_regs(env)[insn->dst_reg];
	struct reg_state *off = &env->tmp_reg;
	u8 op = EBPF_OP(insn->code);
	u32 type = ptr->type;
	int err;

	/* @dst is overwritten below. */
	if (off_reg != off)
		*off = *off_reg;
	if (ebpf_scalar_is_empty(&off->n)) {
		ebpf_reg_set_unknown(dst);
		return 0;
	}
	if (EBPF_CLASS(insn->code) != EBPF_ALU64) {
		if (op == EBPF_SUB) {
			ebpf_reg_set_unknown(dst);
			return 0;
		}
		vlog(env, "R%d 32-bit pointer arithmetic prohibited\n", insn->dst_reg);
		return -EACCES;
	}
	err = check_ptr_kind(env, ptr, &off->n, insn->dst_reg, op);
	if (err)
		return err;
	if (!ebpf_reg_sane_offset(env, off, type) || !ebpf_reg_sane_offset(env, ptr, type))
		return too_far(dst);
	if (ptr != dst)
		ebpf_reg_copy(dst, ptr);
	/* That it lies behind the packet is said of this very address. */
	if (is_pkt_ptr(dst->type) && dst->range < 0)
		dst->range = 0;
	err = ptr_op(env, dst, &off->n, insn->dst_reg, op, swapped);
	if (err)
		return err;
	if (!ebpf_reg_sane_offset(env, dst, type))
		return too_far(dst);
	set32_unbounded(&dst->n);
	ebpf_scalar_sync(&dst->n);
	return 0;
}

/* At least one operand is a pointer. */
static int mixed_alu(struct vf_env *env, const struct ebpf_insn *insn, struct reg_state *dst,
		     struct reg_state *src)
{
	u8 op = EBPF_OP(insn->code);
	int err;

	if (dst->type != SCALAR_VALUE && src->type != SCALAR_VALUE) {
		/* The difference of two pointers is some number. */
		if (op == EBPF_SUB) {
			ebpf_reg_set_unknown(dst);
			return 0;
		}
		vlog(env, "R%d pointer %s pointer prohibited\n", insn->dst_reg,
		     ebpf_alu_string[op >> 4]);
		return -EACCES;
	}
	/* Offsets decide accesses. */
	if (dst->type == SCALAR_VALUE) {
		err = ebpf_mark_precise(env, insn->dst_reg);
		return err ? err : pointer_alu(env, insn, src, dst, true);
	}
	if (EBPF_SRC(insn->code) == EBPF_X) {
		err = ebpf_mark_precise(env, insn->src_reg);
		if (err)
			return err;
	}
	return pointer_alu(env, insn, dst, src, false);
}

/* eBPF does not define what a shift by more than the width gives. */
static bool shift_undefined(const struct ebpf_insn *insn, const struct scalar *by)
{
	bool is64 = EBPF_CLASS(insn->code) == EBPF_ALU64;

	switch (EBPF_OP(insn->code)) {
	case EBPF_LSH:
	case EBPF_RSH:
	case EBPF_ARSH:
		return is64 ? by->umax >= 64 : by->u32_max >= 32;
	default:
		return false;
	}
}

/* All bits or none, as a shift of the sign leaves them. */
static bool is_mask(const struct scalar *n, bool is64)
{
	return is64 ? n->smin == -1 && !n->smax : n->s32_min == -1 && !n->s32_max;
}

static u64 with_const(u64 mask, u64 val, u8 op, bool is64)
{
	u64 res = op == EBPF_AND ? mask & val : mask | val;

	return is64 ? res : (u32)res;
}

static bool chooses_by_mask(const struct ebpf_insn *insn, const struct reg_state *dst,
			    const struct scalar *src)
{
	u8 op = EBPF_OP(insn->code);

	return (op == EBPF_AND || op == EBPF_OR) && ebpf_tnum_is_const(src->var_off) &&
	       is_mask(&dst->n, EBPF_CLASS(insn->code) == EBPF_ALU64);
}

/* What is chosen by such a mask is one of two numbers, on two ways. */
static __attribute__((__noinline__))
int choose_by_mask(struct vf_env *env, const struct ebpf_insn *insn, struct reg_state *dst,
		   const struct scalar *src)
{
	bool is64 = EBPF_CLASS(insn->code) == EBPF_ALU64;
	u64 val = src->var_off.value;
	u8 op = EBPF_OP(insn->code);
	struct vf_state *other;

	other = ebpf_push_pending(env, env->insn_idx + 1, env->insn_idx);
	if (!other)
		return -EFAULT;
	ebpf_reg_set_known(&other->frame[other->curframe]->regs[insn->dst_reg],
			   with_const(0, val, op, is64));
	ebpf_reg_set_known(dst, with_const(~0ULL, val, op, is64));
	return 0;
}

/* A constant more than its equals, or less: once, as in Linux, so that what counts in a loop is not
 * another number in each round.
 */
static bool keeps_distance(const struct ebpf_insn *insn, struct reg_state *dst)
{
	s64 delta = insn->imm;

	if (!dst->id || dst->delta ||
	    (insn->code != (EBPF_ALU64 | EBPF_ADD | EBPF_K) &&
	     insn->code != (EBPF_ALU64 | EBPF_SUB | EBPF_K)))
		return false;
	if (EBPF_OP(insn->code) == EBPF_SUB)
		delta = -delta;
	if (delta != (s32)delta)
		return false;
	dst->delta = delta;
	return true;
}

static int binary_alu(struct vf_env *env, const struct ebpf_insn *insn)
{
	struct reg_state *regs = cur_regs(env);
	struct reg_state *dst = &regs[insn->dst_reg], *src;
	int err;

	if (EBPF_SRC(insn->code) == EBPF_X) {
		src = &regs[insn->src_reg];
	} else {
		src = &env->tmp_reg;
		ebpf_reg_set_known(src, (s64)insn->imm);
	}
	if (dst->type != SCALAR_VALUE || src->type != SCALAR_VALUE)
		return mixed_alu(env, insn, dst, src);
	if (dst->precise && EBPF_SRC(insn->code) == EBPF_X) {
		err = ebpf_mark_precise(env, insn->src_reg);
		if (err)
			return err;
	}
	if (!keeps_distance(insn, dst))
		reg_unlink(dst);
	if (shift_undefined(insn, &src->n)) {
		ebpf_scalar_set_loaded(&dst->n, EBPF_CLASS(insn->code) == EBPF_ALU64 ? 8 : 4);
		return 0;
	}
	if (unlikely(chooses_by_mask(insn, dst, &src->n)))
		return choose_by_mask(env, insn, dst, &src->n);
	/* The operands may be the same register. */
	env->tmp_reg2.n = src->n;
	ebpf_scalar_alu(&dst->n, &env->tmp_reg2.n, EBPF_OP(insn->code),
			EBPF_CLASS(insn->code) == EBPF_ALU64, insn->off == 1);
	return 0;
}

static bool binary_fields_ok(const struct ebpf_insn *insn)
{
	u8 op = EBPF_OP(insn->code);
	bool is_signed = insn->off == 1 && (op == EBPF_DIV || op == EBPF_MOD);

	if (insn->off && !is_signed)
		return false;
	return EBPF_SRC(insn->code) == EBPF_X ? !insn->imm : !insn->src_reg;
}

static int check_binary(struct vf_env *env, const struct ebpf_insn *insn)
{
	bool is_imm = EBPF_SRC(insn->code) == EBPF_K;
	u8 op = EBPF_OP(insn->code);
	int bits = EBPF_CLASS(insn->code) == EBPF_ALU64 ? 64 : 32;
	int err = 0;

	if (!binary_fields_ok(insn)) {
		vlog(env, "BPF_ALU uses reserved fields\n");
		return -EINVAL;
	}
	if (!is_imm)
		err = ebpf_check_reg_arg(env, insn->src_reg, SRC_OP);
	if (!err)
		err = ebpf_check_reg_arg(env, insn->dst_reg, SRC_OP);
	if (err)
		return err;
	if (is_imm && !insn->imm && (op == EBPF_MOD || op == EBPF_DIV)) {
		vlog(env, "div by zero\n");
		return -EINVAL;
	}
	if (is_imm && (op == EBPF_LSH || op == EBPF_RSH || op == EBPF_ARSH) &&
	    (insn->imm < 0 || insn->imm >= bits)) {
		vlog(env, "invalid shift %d\n", insn->imm);
		return -EINVAL;
	}
	err = ebpf_check_reg_arg(env, insn->dst_reg, DST_OP_NO_MARK);
	if (err || ebpf_arena_alu(env, insn))
		return err;
	return binary_alu(env, insn);
}

static bool mov_fields_ok(const struct ebpf_insn *insn)
{
	if (EBPF_SRC(insn->code) == EBPF_K)
		return !insn->src_reg && !insn->off;
	if (insn->imm)
		return false;
	switch (insn->off) {
	case 0:
	case 8:
	case 16:
		return true;
	case 32:
		return EBPF_CLASS(insn->code) == EBPF_ALU64;
	default:
		return false;
	}
}

static void mov_reg(struct vf_env *env, const struct ebpf_insn *insn)
{
	struct reg_state *dst = &cur_regs(env)[insn->dst_reg];
	struct reg_state *src = &cur_regs(env)[insn->src_reg];
	bool is64 = EBPF_CLASS(insn->code) == EBPF_ALU64;
	bool same;

	if (src->type != SCALAR_VALUE) {
		if (is64 && !insn->off)
			ebpf_reg_copy(dst, src);
		else
			ebpf_reg_set_unknown(dst);
		if (!is64)
			ebpf_scalar_truncate(&dst->n, sizeof(u32));
		return;
	}
	/* From now on what is learned of one is true of the other. */
	if ((is64 && !insn->off) || watch_link_copies())
		ebpf_reg_link(env, src);
	if (insn->off)
		same = src->n.umax < 1ULL << (insn->off - 1);
	else
		same = is64 || src->n.umax <= U32_MAX;
	ebpf_reg_copy(dst, src);
	if (insn->off)
		ebpf_scalar_sext(&dst->n, insn->off / 8, !is64);
	else if (!is64)
		ebpf_scalar_truncate(&dst->n, sizeof(u32));
	if (!same)
		reg_unlink(dst);
}

static int check_mov(struct vf_env *env, const struct ebpf_insn *insn)
{
	bool is64 = EBPF_CLASS(insn->code) == EBPF_ALU64;
	int err = 0;

	if (is_addr_cast(insn))
		return ebpf_check_cast(env, insn);
	if (!mov_fields_ok(insn)) {
		vlog(env, "BPF_MOV uses reserved fields\n");
		return -EINVAL;
	}
	if (EBPF_SRC(insn->code) == EBPF_X)
		err = ebpf_check_reg_arg(env, insn->src_reg, SRC_OP);
	if (!err)
		err = ebpf_check_reg_arg(env, insn->dst_reg, DST_OP_NO_MARK);
	if (err)
		return err;
	if (EBPF_SRC(insn->code) == EBPF_X)
		mov_reg(env, insn);
	else
		ebpf_reg_set_known(&cur_regs(env)[insn->dst_reg],
				   is64 ? (u64)(s64)insn->imm : (u32)insn->imm);
	return 0;
}

static bool unary_fields_ok(const struct ebpf_insn *insn)
{
	if (insn->src_reg || insn->off)
		return false;
	if (EBPF_OP(insn->code) == EBPF_NEG)
		return EBPF_SRC(insn->code) == EBPF_K && !insn->imm;
	if (EBPF_CLASS(insn->code) == EBPF_ALU64 && EBPF_SRC(insn->code) != EBPF_TO_LE)
		return false;
	return insn->imm == 16 || insn->imm == 32 || insn->imm == 64;
}

static int check_unary(struct vf_env *env, const struct ebpf_insn *insn)
{
	bool is64 = EBPF_CLASS(insn->code) == EBPF_ALU64;
	bool neg = EBPF_OP(insn->code) == EBPF_NEG;
	struct reg_state *dst;
	int err;

	if (!unary_fields_ok(insn)) {
		vlog(env, "%s uses reserved fields\n", neg ? "BPF_NEG" : "BPF_END");
		return -EINVAL;
	}
	err = ebpf_check_reg_arg(env, insn->dst_reg, SRC_OP);
	if (!err)
		err = ebpf_check_reg_arg(env, insn->dst_reg, DST_OP_NO_MARK);
	if (err)
		return err;
	dst = &cur_regs(env)[insn->dst_reg];
	if (dst->type != SCALAR_VALUE) {
		ebpf_reg_set_unknown(dst);
		return 0;
	}
	reg_unlink(dst);
	if (neg)
		ebpf_scalar_alu(&dst->n, NULL, EBPF_NEG, is64, false);
	else
		ebpf_scalar_end(&dst->n, insn->imm,
				is64 || EBPF_SRC(insn->code) == EBPF_TO_BE);
	return 0;
}

int ebpf_check_alu(struct vf_env *env, const struct ebpf_insn *insn)
{
	switch (EBPF_OP(insn->code)) {
	case EBPF_END:
	case EBPF_NEG:
		return check_unary(env, insn);
	case EBPF_MOV:
		return check_mov(env, insn);
	case EBPF_ADD:
	case EBPF_SUB:
	case EBPF_MUL:
	case EBPF_DIV:
	case EBPF_OR:
	case EBPF_AND:
	case EBPF_LSH:
	case EBPF_RSH:
	case EBPF_MOD:
	case EBPF_XOR:
	case EBPF_ARSH:
		return check_binary(env, insn);
	default:
		vlog(env, "invalid BPF_ALU opcode %x\n", EBPF_OP(insn->code));
		return -EINVAL;
	}
}
