// SPDX-License-Identifier: GPL-2.0-only
/*
 * Instructions as text, in the form of Linux's verifier log and bpftool.
 */
#include "verifier/call.h"
#include "verifier/insn.h"

const char *const ebpf_alu_string[16] = {
	"+=", "-=", "*=", "/=", "|=", "&=", "<<=", ">>=",
	"neg", "%=", "^=", "=", "s>>=", "endian", "?", "?",
};

static const char *const jmp_string[16] = {
	"jmp", "==", ">", ">=", "&", "!=", "s>", "s>=",
	"call", "exit", "<", "<=", "s<", "s<=", "?", "?",
};

static const char *const class_string[8] = {
	"ld", "ldx", "st", "stx", "alu", "jmp", "jmp32", "alu64",
};

#define OUT(ops, fmt, ...)	((ops)->print((ops)->cookie, fmt, ##__VA_ARGS__))

static const char *size_str(u8 code, bool is_signed)
{
	switch (EBPF_SIZE(code)) {
	case EBPF_B:
		return is_signed ? "s8" : "u8";
	case EBPF_H:
		return is_signed ? "s16" : "u16";
	case EBPF_W:
		return is_signed ? "s32" : "u32";
	default:
		return is_signed ? "s64" : "u64";
	}
}

static void print_end(const struct ebpf_disasm_ops *ops, const struct ebpf_insn *insn)
{
	const char *how = EBPF_SRC(insn->code) == EBPF_TO_BE ? "be" : "le";

	if (EBPF_CLASS(insn->code) == EBPF_ALU64)
		how = "bswap";
	OUT(ops, "(%02x) r%d = %s%d r%d\n", insn->code, insn->dst_reg, how, insn->imm,
	    insn->dst_reg);
}

static const char *alu_op(const struct ebpf_insn *insn)
{
	u8 op = EBPF_OP(insn->code);

	if (insn->off == 1 && op == EBPF_DIV)
		return "s/=";
	if (insn->off == 1 && op == EBPF_MOD)
		return "s%=";
	return ebpf_alu_string[op >> 4];
}

static void print_alu(const struct ebpf_disasm_ops *ops, const struct ebpf_insn *insn)
{
	u8 op = EBPF_OP(insn->code);
	char r = EBPF_CLASS(insn->code) == EBPF_ALU ? 'w' : 'r';

	if (op == EBPF_END)
		print_end(ops, insn);
	else if (op == EBPF_NEG)
		OUT(ops, "(%02x) %c%d = -%c%d\n", insn->code, r, insn->dst_reg, r, insn->dst_reg);
	else if (EBPF_SRC(insn->code) == EBPF_K)
		OUT(ops, "(%02x) %c%d %s %d\n", insn->code, r, insn->dst_reg, alu_op(insn),
		    insn->imm);
	else if (is_addr_cast(insn))
		OUT(ops, "(%02x) r%d = addr_space_cast(r%d, %u, %u)\n", insn->code, insn->dst_reg,
		    insn->src_reg, (u32)insn->imm >> 16, (u32)insn->imm & 0xffff);
	else if (op == EBPF_MOV && insn->off)
		OUT(ops, "(%02x) %c%d = (s%d)%c%d\n", insn->code, r, insn->dst_reg, insn->off, r,
		    insn->src_reg);
	else
		OUT(ops, "(%02x) %c%d %s %c%d\n", insn->code, r, insn->dst_reg, alu_op(insn), r,
		    insn->src_reg);
}

static const char *fetch_name(s32 imm)
{
	switch (imm & ~EBPF_FETCH) {
	case EBPF_ADD:
		return "add";
	case EBPF_AND:
		return "and";
	case EBPF_OR:
		return "or";
	default:
		return "xor";
	}
}

static bool is_arith_atomic(s32 imm)
{
	return imm == EBPF_ADD || imm == EBPF_AND || imm == EBPF_OR || imm == EBPF_XOR;
}

static void print_atomic(const struct ebpf_disasm_ops *ops, const struct ebpf_insn *insn)
{
	const char *wide = EBPF_SIZE(insn->code) == EBPF_DW ? "64" : "";
	const char *size = size_str(insn->code, false);

	if (is_arith_atomic(insn->imm))
		OUT(ops, "(%02x) lock *(%s *)(r%d %+d) %s r%d\n", insn->code, size,
		    insn->dst_reg, insn->off, ebpf_alu_string[EBPF_OP(insn->imm) >> 4],
		    insn->src_reg);
	else if ((insn->imm & EBPF_FETCH) && is_arith_atomic(insn->imm & ~EBPF_FETCH))
		OUT(ops, "(%02x) r%d = atomic%s_fetch_%s((%s *)(r%d %+d), r%d)\n", insn->code,
		    insn->src_reg, wide, fetch_name(insn->imm), size, insn->dst_reg, insn->off,
		    insn->src_reg);
	else if (insn->imm == EBPF_CMPXCHG)
		OUT(ops, "(%02x) r0 = atomic%s_cmpxchg((%s *)(r%d %+d), r0, r%d)\n", insn->code,
		    wide, size, insn->dst_reg, insn->off, insn->src_reg);
	else if (insn->imm == EBPF_XCHG)
		OUT(ops, "(%02x) r%d = atomic%s_xchg((%s *)(r%d %+d), r%d)\n", insn->code,
		    insn->src_reg, wide, size, insn->dst_reg, insn->off, insn->src_reg);
	else if (insn->imm == EBPF_LOAD_ACQ)
		OUT(ops, "(%02x) r%d = load_acquire((%s *)(r%d %+d))\n", insn->code,
		    insn->dst_reg, size, insn->src_reg, insn->off);
	else if (insn->imm == EBPF_STORE_REL)
		OUT(ops, "(%02x) store_release((%s *)(r%d %+d), r%d)\n", insn->code, size,
		    insn->dst_reg, insn->off, insn->src_reg);
	else
		OUT(ops, "BUG_%02x\n", insn->code);
}

static void print_store(const struct ebpf_disasm_ops *ops, const struct ebpf_insn *insn)
{
	if (EBPF_MODE(insn->code) == EBPF_MEM && EBPF_CLASS(insn->code) == EBPF_STX)
		OUT(ops, "(%02x) *(%s *)(r%d %+d) = r%d\n", insn->code,
		    size_str(insn->code, false), insn->dst_reg, insn->off, insn->src_reg);
	else if (EBPF_MODE(insn->code) == EBPF_MEM)
		OUT(ops, "(%02x) *(%s *)(r%d %+d) = %d\n", insn->code,
		    size_str(insn->code, false), insn->dst_reg, insn->off, insn->imm);
	else if (EBPF_MODE(insn->code) == EBPF_ATOMIC && EBPF_CLASS(insn->code) == EBPF_STX)
		print_atomic(ops, insn);
	else
		OUT(ops, "BUG_%s_%02x\n", EBPF_CLASS(insn->code) == EBPF_ST ? "st" : "stx",
		    insn->code);
}

static void print_load(const struct ebpf_disasm_ops *ops, const struct ebpf_insn *insn)
{
	u8 mode = EBPF_MODE(insn->code);

	if (mode != EBPF_MEM && mode != EBPF_MEMSX) {
		OUT(ops, "BUG_ldx_%02x\n", insn->code);
		return;
	}
	OUT(ops, "(%02x) r%d = *(%s *)(r%d %+d)\n", insn->code, insn->dst_reg,
	    size_str(insn->code, mode == EBPF_MEMSX), insn->src_reg, insn->off);
}

static void print_ld(const struct ebpf_disasm_ops *ops, const struct ebpf_insn *insn,
		     bool allow_ptr_leaks)
{
	u64 imm;

	if (EBPF_MODE(insn->code) == EBPF_ABS) {
		OUT(ops, "(%02x) r0 = *(%s *)skb[%d]\n", insn->code,
		    size_str(insn->code, false), insn->imm);
	} else if (EBPF_MODE(insn->code) == EBPF_IND) {
		OUT(ops, "(%02x) r0 = *(%s *)skb[r%d + %d]\n", insn->code,
		    size_str(insn->code, false), insn->src_reg, insn->imm);
	} else if (is_ld_imm64(insn)) {
		imm = ((u64)(u32)insn[1].imm << 32) | (u32)insn->imm;
		if (insn->src_reg && !allow_ptr_leaks)
			imm = 0;
		OUT(ops, "(%02x) r%d = 0x%llx\n", insn->code, insn->dst_reg,
		    (unsigned long long)imm);
	} else {
		OUT(ops, "BUG_ld_%02x\n", insn->code);
	}
}

static void print_call(const struct ebpf_disasm_ops *ops, const struct ebpf_insn *insn)
{
	const char *name = ops->call_name ? ops->call_name(ops->cookie, insn) : NULL;

	if (insn->src_reg == EBPF_PSEUDO_CALL) {
		if (name)
			OUT(ops, "(%02x) call pc%s\n", insn->code, name);
		else
			OUT(ops, "(%02x) call pc%+d\n", insn->code, insn->imm);
		return;
	}
	if (insn->src_reg == EBPF_PSEUDO_KFUNC_CALL) {
		OUT(ops, "(%02x) call %s#%d\n", insn->code, name ? name : "kernel-function",
		    insn->imm);
		return;
	}
	if (name)
		OUT(ops, "(%02x) call %s#%d\n", insn->code, name, insn->imm);
	else
		OUT(ops, "(%02x) call %s%s#%d\n", insn->code,
		    ebpf_helper_exists(insn->imm) ? "bpf_" : "", ebpf_func_id_name(insn->imm),
		    insn->imm);
}

static void print_jmp(const struct ebpf_disasm_ops *ops, const struct ebpf_insn *insn)
{
	char r = EBPF_CLASS(insn->code) == EBPF_JMP32 ? 'w' : 'r';
	u8 op = EBPF_OP(insn->code);

	if (op == EBPF_CALL)
		print_call(ops, insn);
	else if (insn->code == (EBPF_JMP | EBPF_JA))
		OUT(ops, "(%02x) goto pc%+d\n", insn->code, insn->off);
	else if (insn->code == (EBPF_JMP32 | EBPF_JA))
		OUT(ops, "(%02x) gotol pc%+d\n", insn->code, insn->imm);
	else if (is_gotox(insn))
		OUT(ops, "(%02x) gotox r%d\n", insn->code, insn->dst_reg);
	else if (insn->code == (EBPF_JMP | EBPF_EXIT))
		OUT(ops, "(%02x) exit\n", insn->code);
	else if (insn->code == (EBPF_JMP | EBPF_JCOND))
		OUT(ops, "(%02x) may_goto pc%+d\n", insn->code, insn->off);
	else if (EBPF_SRC(insn->code) == EBPF_X)
		OUT(ops, "(%02x) if %c%d %s %c%d goto pc%+d\n", insn->code, r, insn->dst_reg,
		    jmp_string[op >> 4], r, insn->src_reg, insn->off);
	else
		OUT(ops, "(%02x) if %c%d %s 0x%x goto pc%+d\n", insn->code, r, insn->dst_reg,
		    jmp_string[op >> 4], insn->imm, insn->off);
}

void ebpf_disasm_insn(const struct ebpf_disasm_ops *ops, const struct ebpf_insn *insn,
		      bool allow_ptr_leaks)
{
	switch (EBPF_CLASS(insn->code)) {
	case EBPF_ALU:
	case EBPF_ALU64:
		print_alu(ops, insn);
		break;
	case EBPF_ST:
	case EBPF_STX:
		print_store(ops, insn);
		break;
	case EBPF_LDX:
		print_load(ops, insn);
		break;
	case EBPF_LD:
		print_ld(ops, insn, allow_ptr_leaks);
		break;
	case EBPF_JMP:
	case EBPF_JMP32:
		print_jmp(ops, insn);
		break;
	default:
		OUT(ops, "(%02x) %s\n", insn->code, class_string[EBPF_CLASS(insn->code)]);
		break;
	}
}
