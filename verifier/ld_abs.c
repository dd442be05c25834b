// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads from a packet at a fixed or computed offset, inherited from classic
 * BPF: the packet of the context in R6, big-endian, and the program ends with 0
 * where the packet does.
 */
#include <ebpf/ctx.h>
#include "verifier/call.h"
#include "verifier/image.h"
#include "verifier/insn.h"
#include "verifier/kfunc.h"
#include "verifier/log.h"
#include "verifier/mem.h"
#include "verifier/walk.h"

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
	err = ebpf_check_sections(env, "BPF_LD_[ABS|IND]");
	if (err)
		return err;
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
	if (!err)
		err = ebpf_push_early_return(env, "BPF_LD_[ABS|IND]", false);
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
	*insn = mk(code, dst, src, off, imm);
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
	if (insn->imm > S32_MAX - size)
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

/* Offsets below 0 count from the headers, as classic BPF has it. */
#define NET_OFF		0x100000	/* network header, for -NET_OFF and above */
#define LL_OFF		0x200000	/* link layer header, for the others to -LL_OFF */

#define LOAD_PTR(reg, field) \
	mk(EBPF_LDX | EBPF_MEM | EBPF_DW, reg, CTX_REG, offsetof(struct ebpf_skb_kern, field), 0)

static int expand_any(const struct ebpf_insn *insn, struct ebpf_insn *buf)
{
	bool ind = EBPF_MODE(insn->code) == EBPF_IND;
	u8 esize = EBPF_SIZE(insn->code);
	int size = ebpf_esize_bytes(esize), n = 0, go[2], fail[3], i;

	/* R3: the offset, R1: where it counts from. */
	buf[n++] = ind ? mk(EBPF_ALU | EBPF_MOV | EBPF_X, 3, insn->src_reg, 0, 0) :
			 mk(EBPF_ALU | EBPF_MOV | EBPF_K, 3, 0, 0, 0);
	buf[n++] = mk(EBPF_ALU | EBPF_ADD | EBPF_K, 3, 0, 0, insn->imm);
	buf[n++] = LOAD_PTR(1, data);
	go[0] = n++;
	buf[n++] = LOAD_PTR(1, mac);
	buf[n++] = mk(EBPF_ALU | EBPF_ADD | EBPF_K, 3, 0, 0, LL_OFF);
	fail[0] = n++;
	go[1] = n++;
	buf[n++] = LOAD_PTR(1, network);
	buf[n++] = mk(EBPF_ALU | EBPF_SUB | EBPF_K, 3, 0, 0, LL_OFF - NET_OFF);
	buf[go[0]] = mk(EBPF_JMP32 | EBPF_JSGE | EBPF_K, 3, 0, n - go[0] - 1, 0);
	buf[go[1]] = mk(EBPF_JMP32 | EBPF_JSLT | EBPF_K, 3, 0, n - go[1] - 1, LL_OFF - NET_OFF);
	fail[1] = n++;
	buf[n++] = mk(EBPF_ALU64 | EBPF_ADD | EBPF_X, 1, 3, 0, 0);
	buf[n++] = LOAD_PTR(2, data_end);
	buf[n++] = mk(EBPF_ALU64 | EBPF_SUB | EBPF_K, 2, 0, 0, size);
	fail[2] = n++;
	put(&buf[n++], EBPF_LDX | EBPF_MEM | esize, 0, 1, 0, 0);
	n += put_swap(&buf[n], size);
	put(&buf[n++], EBPF_JMP | EBPF_JA, 0, 0, 2, 0);
	for (i = 0; i < 3; i++)
		buf[fail[i]] = mk(0, 0, 0, n - fail[i] - 1, 0);
	buf[fail[0]].code = EBPF_JMP32 | EBPF_JSLT | EBPF_K;
	buf[fail[0]].dst_reg = 3;
	/* A packet may have no such header. */
	buf[fail[1]].code = EBPF_JMP | EBPF_JEQ | EBPF_K;
	buf[fail[1]].dst_reg = 1;
	buf[fail[2]].code = EBPF_JMP | EBPF_JGT | EBPF_X;
	buf[fail[2]].dst_reg = 1;
	buf[fail[2]].src_reg = 2;
	return n + put_end(&buf[n]);
}

/* R1..R5 are free: the verifier took them for clobbered. */
int ebpf_expand_ld_abs(const struct ebpf_insn *insn, struct ebpf_insn *buf)
{
	if (EBPF_MODE(insn->code) == EBPF_ABS && insn->imm >= 0)
		return expand_abs(insn, buf);
	return expand_any(insn, buf);
}
