// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packet pointers: a comparison with the packet's end says how many bytes
 * behind a pointer exist.
 */
#include "verifier/walk.h"

#define MAX_PACKET_OFF	0xffff

/* In place of a range: the pointer itself was found to be the end or behind it, or
 * behind it for sure. Lost as soon as it moves.
 */
#define AT_END		(-1)
#define BEYOND_END	(-2)

/* Bytes proved to exist behind @reg's variable offset in state @st. */
static void raise_range(struct vf_state *st, const struct reg_state *ptr, s32 range)
{
	struct func_state *func;
	struct reg_state *reg;
	u32 f, i, n;

	for (f = 0; f <= st->curframe; f++) {
		func = st->frame[f];
		n = NR_REGS + func->nr_slots;
		for (i = 0; i < n; i++) {
			if (i < NR_REGS) {
				reg = &func->regs[i];
			} else {
				if (!slot_is_spill(&func->stack[i - NR_REGS]))
					continue;
				reg = &func->stack[i - NR_REGS].spilled;
			}
			if (reg->type == ptr->type && reg->id == ptr->id && reg->range < range)
				reg->range = range;
		}
	}
}

/* In @st, @ptr <= end, or @ptr < end with @open. */
static void found_range(struct vf_state *st, const struct reg_state *ptr, bool open)
{
	s32 range = ptr->off + (open ? 1 : 0);

	if (ptr->off < 0 || (!ptr->off && !open))
		return;
	/* Offsets beyond any packet prove nothing. */
	if (ptr->off > MAX_PACKET_OFF || ptr->n.umax > MAX_PACKET_OFF ||
	    (u64)ptr->off + ptr->n.umax > MAX_PACKET_OFF)
		return;
	raise_range(st, ptr, range);
}

static bool is_data_end_pair(const struct reg_state *data, const struct reg_state *end)
{
	if (data->type == PTR_TO_PACKET && end->type == PTR_TO_PACKET_END)
		return true;
	/* The metadata ends where the packet starts. */
	return data->type == PTR_TO_PACKET_META && end->type == PTR_TO_PACKET && !end->off &&
	       ebpf_tnum_equals_const(end->n.var_off, 0);
}

static u8 mirrored(u8 op)
{
	switch (op) {
	case EBPF_JGT:
		return EBPF_JLT;
	case EBPF_JGE:
		return EBPF_JLE;
	case EBPF_JLT:
		return EBPF_JGT;
	default:
		return EBPF_JGE;
	}
}

static void swap_regs(struct reg_state **a, struct reg_state **b)
{
	struct reg_state *t = *a;

	*a = *b;
	*b = t;
}

int ebpf_packet_branch(const struct reg_state *dst, const struct reg_state *src, u8 op)
{
	const struct reg_state *data = dst;

	if (op != EBPF_JGT && op != EBPF_JGE && op != EBPF_JLT && op != EBPF_JLE)
		return -1;
	if (src->type != PTR_TO_PACKET_END) {
		data = src;
		op = mirrored(op);
		src = dst;
	}
	if (data->type != PTR_TO_PACKET || src->type != PTR_TO_PACKET_END || data->range >= 0)
		return -1;
	/* Of the end itself it is not known whether it is behind the end. */
	if ((op == EBPF_JGT || op == EBPF_JLE) && data->range != BEYOND_END)
		return -1;
	return op == EBPF_JGT || op == EBPF_JGE;
}

/* What the way says on which the pointer does not lie before the end. */
static void found_end(struct vf_state *st, u32 regno, const struct reg_state *end, s32 range)
{
	struct reg_state *reg = &st->frame[st->curframe]->regs[regno];

	if (reg->type == PTR_TO_PACKET && end->type == PTR_TO_PACKET_END)
		reg->range = range;
}

void ebpf_match_packet_ptrs(struct vf_env *env, const struct ebpf_insn *insn,
			    struct vf_state *taken)
{
	struct reg_state *data, *end;
	u8 op = EBPF_OP(insn->code);
	u32 regno = insn->dst_reg;

	if (EBPF_CLASS(insn->code) != EBPF_JMP || EBPF_SRC(insn->code) != EBPF_X)
		return;
	if (op != EBPF_JGT && op != EBPF_JGE && op != EBPF_JLT && op != EBPF_JLE)
		return;
	data = &cur_regs(env)[insn->dst_reg];
	end = &cur_regs(env)[insn->src_reg];
	if (!is_data_end_pair(data, end)) {
		if (!is_data_end_pair(end, data))
			return;
		swap_regs(&data, &end);
		regno = insn->src_reg;
		op = mirrored(op);
	}
	env->tmp_reg = *data;
	data = &env->tmp_reg;
	switch (op) {
	case EBPF_JGT:	/* not taken: data <= end */
		found_range(env->cur, data, false);
		found_end(taken, regno, end, BEYOND_END);
		break;
	case EBPF_JGE:	/* not taken: data < end */
		found_range(env->cur, data, true);
		found_end(taken, regno, end, AT_END);
		break;
	case EBPF_JLT:	/* taken: data < end */
		found_range(taken, data, true);
		found_end(env->cur, regno, end, AT_END);
		break;
	default:	/* taken: data <= end */
		found_range(taken, data, false);
		found_end(env->cur, regno, end, BEYOND_END);
	}
}
