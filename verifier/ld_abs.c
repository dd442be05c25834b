// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads from a packet at a fixed or computed offset, inherited from classic
 * BPF: the packet of the context in R6, big-endian, and the program ends with 0
 * where the packet does.
 */
#include <ebpf/ctx.h>
#include "internal.h"

#define CTX_REG		EBPF_REG_6

static bool fields_ok(const struct ebpf_insn *insn)
{
	if (insn->dst_reg || insn->off || EBPF_SIZE(insn->code) == EBPF_DW)
		return false;
	return EBPF_MODE(insn->code) == EBPF_IND || !insn->src_reg;
}

static int check_regs(struct vf_env *env, const struct ebpf_insn *insn)
{
	struct reg_state *ctx = &cur_regs(env)[CTX_REG];
	int err;

	err = ebpf_check_reg_arg(env, CTX_REG, SRC_OP);
	if (err)
		return err;
	/* It may end the program here and now. */
	err = ebpf_check_ref_leak(env);
	if (err) {
		vlog(env, "BPF_LD_[ABS|IND] cannot be mixed with socket references\n");
		return err;
	}
	if (env->cur->spin_lock_id) {
		vlog(env, "BPF_LD_[ABS|IND] cannot be used inside bpf_spin_lock-ed region\n");
		return -EINVAL;
	}
	if (ctx->type != PTR_TO_CTX) {
		vlog(env, "at the time of BPF_LD_ABS|IND R6 != pointer to skb\n");
		return -EINVAL;
	}
	if (EBPF_MODE(insn->code) == EBPF_IND) {
		err = ebpf_check_reg_arg(env, insn->src_reg, SRC_OP);
		if (err)
			return err;
	}
	return ebpf_check_ptr_off(env, ctx, CTX_REG, false);
}

static bool has_skb(u32 prog_type)
{
	return prog_type == EBPF_PROG_TYPE_SOCKET_FILTER ||
	       prog_type == EBPF_PROG_TYPE_SCHED_CLS || prog_type == EBPF_PROG_TYPE_SCHED_ACT;
}

int ebpf_check_ld_abs(struct vf_env *env, const struct ebpf_insn *insn)
{
	struct reg_state *regs = cur_regs(env);
	u32 i;
	int err;

	if (!has_skb(env->load->prog_type)) {
		vlog(env, "BPF_LD_[ABS|IND] instructions not allowed for this program type\n");
		return -EINVAL;
	}
	if (!fields_ok(insn)) {
		vlog(env, "BPF_LD_[ABS|IND] uses reserved fields\n");
		return -EINVAL;
	}
	err = check_regs(env, insn);
	if (err)
		return err;
	for (i = EBPF_REG_0; i <= EBPF_REG_5; i++) {
		ebpf_reg_set_not_init(&regs[i]);
		regs[i].live |= LIVE_WRITTEN;
		scratch_reg(env, i);
	}
	ebpf_reg_set_unknown(&regs[EBPF_REG_0]);
	return 0;
}

static void put(struct ebpf_insn *insn, u8 code, u8 dst, u8 src, s16 off, s32 imm)
{
	insn->code = code;
	insn->dst_reg = dst;
	insn->src_reg = src;
	insn->off = off;
	insn->imm = imm;
}

/* The program ends with 0. */
static int put_end(struct ebpf_insn *buf)
{
	put(&buf[0], EBPF_ALU | EBPF_MOV | EBPF_K, 0, 0, 0, 0);
	put(&buf[1], EBPF_JMP | EBPF_EXIT, 0, 0, 0, 0);
	return 2;
}

static int put_swap(struct ebpf_insn *buf, int size)
{
	if (size == 1)
		return 0;
	put(buf, EBPF_ALU | EBPF_END | EBPF_TO_BE, 0, 0, 0, size * 8);
	return 1;
}

/* Seven instructions for a byte: programs of nothing but these must not grow so
 * much that jumps no longer reach.
 */
static int expand_abs(const struct ebpf_insn *insn, struct ebpf_insn *buf)
{
	u8 esize = EBPF_SIZE(insn->code);
	int size = ebpf_esize_bytes(esize), n = 0;

	/* No packet is that long. */
	if (insn->imm < 0 || insn->imm > S32_MAX - size)
		return put_end(buf);
	put(&buf[n++], EBPF_LDX | EBPF_MEM | EBPF_DW, 1, CTX_REG,
	    offsetof(struct ebpf_skb_kern, data), 0);
	put(&buf[n++], EBPF_LDX | EBPF_MEM | EBPF_DW, 2, CTX_REG,
	    offsetof(struct ebpf_skb_kern, data_end), 0);
	put(&buf[n++], EBPF_ALU64 | EBPF_ADD | EBPF_K, 1, 0, 0, insn->imm + size);
	put(&buf[n++], EBPF_JMP | EBPF_JLE | EBPF_X, 1, 2, 2, 0);
	n += put_end(&buf[n]);
	put(&buf[n++], EBPF_LDX | EBPF_MEM | esize, 0, 1, -size, 0);
	return n + put_swap(&buf[n], size);
}

static int expand_ind(const struct ebpf_insn *insn, struct ebpf_insn *buf)
{
	u8 esize = EBPF_SIZE(insn->code);
	int size = ebpf_esize_bytes(esize), n = 0, to_far, to_short;

	put(&buf[n++], EBPF_ALU | EBPF_MOV | EBPF_X, 3, insn->src_reg, 0, 0);
	put(&buf[n++], EBPF_ALU | EBPF_ADD | EBPF_K, 3, 0, 0, insn->imm);
	put(&buf[n++], EBPF_LDX | EBPF_MEM | EBPF_DW, 1, CTX_REG,
	    offsetof(struct ebpf_skb_kern, data), 0);
	put(&buf[n++], EBPF_LDX | EBPF_MEM | EBPF_DW, 2, CTX_REG,
	    offsetof(struct ebpf_skb_kern, data_end), 0);
	/* R2: bytes there are; negative offsets in R3 look huge. */
	put(&buf[n++], EBPF_ALU64 | EBPF_SUB | EBPF_X, 2, 1, 0, 0);
	to_far = n++;
	put(&buf[n++], EBPF_ALU64 | EBPF_SUB | EBPF_X, 2, 3, 0, 0);
	to_short = n++;
	put(&buf[n++], EBPF_ALU64 | EBPF_ADD | EBPF_X, 1, 3, 0, 0);
	put(&buf[n++], EBPF_LDX | EBPF_MEM | esize, 0, 1, 0, 0);
	n += put_swap(&buf[n], size);
	put(&buf[n++], EBPF_JMP | EBPF_JA, 0, 0, 2, 0);
	put(&buf[to_far], EBPF_JMP | EBPF_JGT | EBPF_X, 3, 2, n - to_far - 1, 0);
	put(&buf[to_short], EBPF_JMP | EBPF_JLT | EBPF_K, 2, 0, n - to_short - 1, size);
	return n + put_end(&buf[n]);
}

/* R1..R5 are free: the verifier took them for clobbered. */
int ebpf_expand_ld_abs(const struct ebpf_insn *insn, struct ebpf_insn *buf)
{
	if (EBPF_MODE(insn->code) == EBPF_ABS)
		return expand_abs(insn, buf);
	return expand_ind(insn, buf);
}
