// SPDX-License-Identifier: GPL-2.0-only
#include "interp.h"

#include <stdlib.h>

static u64 sext(u64 val, u32 bits)
{
	u64 sign = 1ULL << (bits - 1);

	val &= bits == 64 ? U64_MAX : (1ULL << bits) - 1;
	return (val ^ sign) - sign;
}

static u64 zext(u64 val, u32 bits)
{
	return bits == 64 ? val : val & ((1ULL << bits) - 1);
}

/* Division: by zero gives 0, its remainder the dividend. */
static u64 unsigned_div(u64 a, u64 b, bool mod)
{
	if (mod)
		return b ? a % b : a;
	return b ? a / b : 0;
}

static u64 signed_div(u64 a, u64 b, bool mod)
{
	s64 x = a, y = b;

	if (!y)
		return mod ? a : 0;
	if (y == -1)
		return mod ? 0 : 0 - a;
	return mod ? x % y : x / y;
}

static u64 divide(const struct ebpf_insn *insn, u64 dst, u64 src, u32 bits)
{
	bool mod = EBPF_OP(insn->code) == EBPF_MOD;

	if (insn->off == 1)
		return signed_div(sext(dst, bits), sext(src, bits), mod);
	return unsigned_div(zext(dst, bits), zext(src, bits), mod);
}

static u64 swap_bytes(u64 val, u32 bits)
{
	u64 res = 0;
	u32 i;

	for (i = 0; i < bits; i += 8)
		res |= (val >> i & 0xff) << (bits - 8 - i);
	return res;
}

static int end(const struct ebpf_insn *insn, u64 *dst)
{
	bool swap = EBPF_CLASS(insn->code) == EBPF_ALU64 || EBPF_SRC(insn->code) == EBPF_TO_BE;

	if (insn->imm != 16 && insn->imm != 32 && insn->imm != 64)
		return -EINVAL;
	*dst = swap ? swap_bytes(*dst, insn->imm) : zext(*dst, insn->imm);
	return 0;
}

/* The value of an operation on @bits wide operands, not yet cut to them. */
static int alu_value(const struct ebpf_insn *insn, u64 dst, u64 src, u32 bits, u64 *res)
{
	switch (EBPF_OP(insn->code)) {
	case EBPF_ADD:
		*res = dst + src;
		return 0;
	case EBPF_SUB:
		*res = dst - src;
		return 0;
	case EBPF_MUL:
		*res = dst * src;
		return 0;
	case EBPF_DIV:
	case EBPF_MOD:
		*res = divide(insn, dst, src, bits);
		return 0;
	case EBPF_OR:
		*res = dst | src;
		return 0;
	case EBPF_AND:
		*res = dst & src;
		return 0;
	case EBPF_XOR:
		*res = dst ^ src;
		return 0;
	case EBPF_LSH:
		*res = dst << (src & (bits - 1));
		return 0;
	case EBPF_RSH:
		*res = zext(dst, bits) >> (src & (bits - 1));
		return 0;
	case EBPF_ARSH:
		*res = (s64)sext(dst, bits) >> (src & (bits - 1));
		return 0;
	case EBPF_NEG:
		*res = 0 - dst;
		return 0;
	case EBPF_MOV:
		*res = insn->off ? sext(src, insn->off) : src;
		return 0;
	default:
		return -EINVAL;
	}
}

static int alu(struct interp *it, const struct ebpf_insn *insn)
{
	u32 bits = EBPF_CLASS(insn->code) == EBPF_ALU64 ? 64 : 32;
	u64 *dst = &it->regs[insn->dst_reg];
	u64 src, res;
	int err;

	if (EBPF_OP(insn->code) == EBPF_END)
		return end(insn, dst);
	src = EBPF_SRC(insn->code) == EBPF_X ? it->regs[insn->src_reg] : (u64)(s64)insn->imm;
	err = alu_value(insn, *dst, src, bits, &res);
	if (!err)
		*dst = zext(res, bits);
	return err;
}

static u32 size_of(const struct ebpf_insn *insn)
{
	switch (EBPF_SIZE(insn->code)) {
	case EBPF_B:
		return 1;
	case EBPF_H:
		return 2;
	case EBPF_W:
		return 4;
	default:
		return 8;
	}
}

static int check_access(struct interp *it, u64 addr, u32 size, bool write)
{
	if (it->ops && it->ops->access && !it->ops->access(it, addr, size, write))
		return -EFAULT;
	return 0;
}

static u64 peek(u64 addr, u32 size)
{
	u64 val = 0;

	memcpy(&val, (const void *)(uintptr_t)addr, size);	/* little endian */
	return val;
}

static void poke(u64 addr, u32 size, u64 val)
{
	memcpy((void *)(uintptr_t)addr, &val, size);
}

static bool is_probe(const struct ebpf_insn *insn)
{
	return EBPF_MODE(insn->code) == EBPF_PROBE_MEM ||
	       EBPF_MODE(insn->code) == EBPF_PROBE_MEMSX;
}

static int ldx(struct interp *it, const struct ebpf_insn *insn)
{
	bool sign = EBPF_MODE(insn->code) == EBPF_MEMSX ||
		    EBPF_MODE(insn->code) == EBPF_PROBE_MEMSX;
	u64 addr = it->regs[insn->src_reg] + (s64)insn->off;
	u32 size = size_of(insn);
	u64 val = 0;

	if (is_probe(insn)) {
		if (!it->ops || !it->ops->probe || it->ops->probe(it, addr, size))
			val = peek(addr, size);
	} else if (EBPF_MODE(insn->code) != EBPF_MEM && !sign) {
		return -EINVAL;
	} else if (check_access(it, addr, size, false)) {
		return -EFAULT;
	} else {
		val = peek(addr, size);
	}
	if (sign && size == 8)
		return -EINVAL;
	it->regs[insn->dst_reg] = sign ? sext(val, size * 8) : val;
	return 0;
}

static int store(struct interp *it, const struct ebpf_insn *insn)
{
	u64 addr = it->regs[insn->dst_reg] + (s64)insn->off;
	u64 val = EBPF_CLASS(insn->code) == EBPF_ST ? (u64)(s64)insn->imm : it->regs[insn->src_reg];

	if (EBPF_MODE(insn->code) != EBPF_MEM)
		return -EINVAL;
	if (check_access(it, addr, size_of(insn), true))
		return -EFAULT;
	poke(addr, size_of(insn), val);
	return 0;
}

static int atomic_value(s32 op, u64 old, u64 src, u64 *val)
{
	switch (op & ~EBPF_FETCH) {
	case EBPF_ADD:
		*val = old + src;
		return 0;
	case EBPF_OR:
		*val = old | src;
		return 0;
	case EBPF_AND:
		*val = old & src;
		return 0;
	case EBPF_XOR:
		*val = old ^ src;
		return 0;
	case EBPF_XCHG & ~EBPF_FETCH:
		*val = src;
		return op & EBPF_FETCH ? 0 : -EINVAL;
	default:
		return -EINVAL;
	}
}

static int atomic(struct interp *it, const struct ebpf_insn *insn)
{
	u64 addr = it->regs[insn->dst_reg] + (s64)insn->off;
	u32 size = size_of(insn);
	u64 src = it->regs[insn->src_reg], old, val;

	if (insn->imm == EBPF_LOAD_ACQ) {
		addr = it->regs[insn->src_reg] + (s64)insn->off;
		if (check_access(it, addr, size, false))
			return -EFAULT;
		it->regs[insn->dst_reg] = peek(addr, size);
		return 0;
	}
	if (insn->imm == EBPF_STORE_REL) {
		if (check_access(it, addr, size, true))
			return -EFAULT;
		poke(addr, size, src);
		return 0;
	}
	if (size < 4)
		return -EINVAL;
	if (check_access(it, addr, size, true))
		return -EFAULT;
	old = peek(addr, size);
	if (insn->imm == EBPF_CMPXCHG) {
		if (old == zext(it->regs[0], size * 8))
			poke(addr, size, src);
		it->regs[0] = old;
		return 0;
	}
	if (atomic_value(insn->imm, old, src, &val))
		return -EINVAL;
	poke(addr, size, val);
	if (insn->imm & EBPF_FETCH)
		it->regs[insn->src_reg] = old;
	return 0;
}

static int ld_imm64(struct interp *it, const struct ebpf_insn *insn)
{
	u64 *dst = &it->regs[insn->dst_reg];
	int err = 0;

	if (insn->code != (EBPF_LD | EBPF_IMM | EBPF_DW) || it->pc >= it->prog->insn_cnt)
		return -EINVAL;
	it->pc++;
	*dst = (u32)insn[0].imm | (u64)(u32)insn[1].imm << 32;
	if (insn->src_reg && it->ops && it->ops->ld_pseudo)
		err = it->ops->ld_pseudo(it, insn, dst);
	else if (insn->src_reg == EBPF_PSEUDO_FUNC)
		*dst = (u32)(it->pc - 1 + insn->imm);
	return err;
}

/* Bytes of stack of the function that instruction @pc is in. */
static u32 stack_of(const struct interp_prog *prog, u32 pc)
{
	u32 i = prog->subprog_cnt;

	if (!prog->subprogs)
		return EBPF_MAX_STACK;
	while (i && prog->subprogs[i - 1].start > pc)
		i--;
	return i ? ebpf_frame_size(prog->subprogs[i - 1].stack_depth) : EBPF_MAX_STACK;
}

u64 interp_frame_below(const struct interp *it)
{
	return it->regs[10] - stack_of(it->prog, it->pc - 1);
}

static int push_frame(struct interp *it)
{
	struct interp_frame *f = &it->frames[it->depth];

	if (it->depth == INTERP_MAX_FRAMES)
		return -E2BIG;
	f->ret_pc = it->pc;
	memcpy(f->saved, &it->regs[6], sizeof(f->saved));
	f->frame = it->regs[10];
	f->prog = it->prog;
	f->rounds = it->rounds;
	it->rounds = INTERP_ROUNDS;
	it->depth++;
	return 0;
}

static void pop_frame(struct interp *it)
{
	struct interp_frame *f = &it->frames[--it->depth];

	it->pc = f->ret_pc;
	memcpy(&it->regs[6], f->saved, sizeof(f->saved));
	it->regs[10] = f->frame;
	it->prog = f->prog;
	it->rounds = f->rounds;
}

static int call(struct interp *it, const struct ebpf_insn *insn)
{
	u64 frame;
	int err;

	if (!insn->src_reg || insn->src_reg == EBPF_PSEUDO_KFUNC_CALL) {
		if (!it->ops || !it->ops->helper)
			return -EINVAL;
		return it->ops->helper(it, insn, &it->regs[0]);
	}
	if (insn->src_reg != EBPF_PSEUDO_CALL)
		return -EINVAL;
	frame = interp_frame_below(it);
	err = push_frame(it);
	if (err)
		return err;
	it->pc += insn->imm;
	it->regs[10] = frame;
	return 0;
}

/* Goes on in the other program with the same context and the same frame. An
 * empty slot counts as a call, an index beyond the array does not.
 */
static int tail_call(struct interp *it)
{
	const struct interp_prog *next = NULL;

	if (!it->ops || !it->ops->tail_call ||
	    !it->ops->tail_call(it, it->regs[2], (u32)it->regs[3], &next) ||
	    it->tail_calls >= EBPF_MAX_TAIL_CALLS)
		return 0;
	it->tail_calls++;
	if (!next)
		return 0;
	it->prog = next;
	it->pc = 0;
	it->rounds = INTERP_ROUNDS;
	return 0;
}

static bool condition(const struct ebpf_insn *insn, u64 a, u64 b, u32 bits)
{
	u64 ua = zext(a, bits), ub = zext(b, bits);
	s64 sa = sext(a, bits), sb = sext(b, bits);

	switch (EBPF_OP(insn->code)) {
	case EBPF_JEQ:
		return ua == ub;
	case EBPF_JNE:
		return ua != ub;
	case EBPF_JSET:
		return ua & ub;
	case EBPF_JGT:
		return ua > ub;
	case EBPF_JGE:
		return ua >= ub;
	case EBPF_JLT:
		return ua < ub;
	case EBPF_JLE:
		return ua <= ub;
	case EBPF_JSGT:
		return sa > sb;
	case EBPF_JSGE:
		return sa >= sb;
	case EBPF_JSLT:
		return sa < sb;
	default:
		return sa <= sb;
	}
}

static int jump(struct interp *it, const struct ebpf_insn *insn)
{
	u32 bits = EBPF_CLASS(insn->code) == EBPF_JMP ? 64 : 32;
	u64 src;

	if (EBPF_OP(insn->code) == EBPF_JA) {
		it->pc += bits == 64 ? insn->off : insn->imm;
		return 0;
	}
	if (insn->code == (EBPF_JMP | EBPF_JCOND) && insn->src_reg == EBPF_MAY_GOTO) {
		/* One that leads nowhere is left out, and takes no round. */
		if (!it->rounds)
			it->pc += insn->off;
		else
			it->rounds -= insn->off != 0;
		return 0;
	}
	if (EBPF_OP(insn->code) > EBPF_JSLE || EBPF_OP(insn->code) == EBPF_CALL ||
	    EBPF_OP(insn->code) == EBPF_EXIT)
		return -EINVAL;
	src = EBPF_SRC(insn->code) == EBPF_X ? it->regs[insn->src_reg] : (u64)(s64)insn->imm;
	if (condition(insn, it->regs[insn->dst_reg], src, bits))
		it->pc += insn->off;
	return 0;
}

static int execute(struct interp *it, const struct ebpf_insn *insn)
{
	switch (EBPF_CLASS(insn->code)) {
	case EBPF_ALU:
	case EBPF_ALU64:
		return alu(it, insn);
	case EBPF_LDX:
		return ldx(it, insn);
	case EBPF_ST:
		return store(it, insn);
	case EBPF_STX:
		if (EBPF_MODE(insn->code) == EBPF_ATOMIC)
			return atomic(it, insn);
		return store(it, insn);
	case EBPF_LD:
		return ld_imm64(it, insn);
	default:
		break;
	}
	if (insn->code == (EBPF_JMP | EBPF_CALL))
		return call(it, insn);
	if (insn->code == (EBPF_JMP | EBPF_TAIL_CALL))
		return tail_call(it);
	return jump(it, insn);
}

/* Until the function entered at @depth returns. */
static int run_to_exit(struct interp *it, u32 depth)
{
	const struct ebpf_insn *insn;
	int err = 0;

	while (!err) {
		if (it->pc >= it->prog->insn_cnt)
			return -EINVAL;
		if (it->max_steps && it->steps >= it->max_steps)
			return -ELOOP;
		it->steps++;
		insn = &it->prog->insns[it->pc];
		if (insn->dst_reg >= MAX_EBPF_REG || insn->src_reg >= MAX_EBPF_REG)
			return -EINVAL;
		if (it->ops && it->ops->step)
			err = it->ops->step(it, insn);
		if (err)
			break;
		it->pc++;
		if (insn->code != (EBPF_JMP | EBPF_EXIT))
			err = execute(it, insn);
		else if (it->depth == depth)
			return 0;
		else
			pop_frame(it);
	}
	return err;
}

int interp_run(struct interp *it, u64 ctx, u64 stack_top, bool keep_regs)
{
	if (!keep_regs) {
		memset(it->regs, 0, sizeof(it->regs));
		it->regs[1] = ctx;
		it->regs[10] = stack_top;
	}
	it->pc = 0;
	it->steps = 0;
	it->tail_calls = 0;
	it->depth = 0;
	it->rounds = INTERP_ROUNDS;
	return run_to_exit(it, 0);
}

int interp_callback(struct interp *it, u32 pc, const u64 args[5], u64 stack_top, u64 *ret)
{
	u64 regs[MAX_EBPF_REG];
	u32 depth = it->depth;
	int err = push_frame(it);

	if (err)
		return err;
	memcpy(regs, it->regs, sizeof(regs));
	memcpy(&it->regs[1], args, 5 * sizeof(*args));
	it->regs[10] = stack_top;
	it->pc = pc;
	err = run_to_exit(it, depth + 1);
	*ret = it->regs[0];
	it->depth = depth + 1;
	pop_frame(it);
	memcpy(it->regs, regs, sizeof(regs));
	return err;
}
