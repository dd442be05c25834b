/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * x86_64 instruction encoding into a small buffer.
 *
 * One eBPF instruction becomes one "unit" of machine code, at most
 * X86_UNIT_MAX bytes; a unit that would be longer sets @overflow and is
 * refused by the caller.
 */
#ifndef _EBPF_JIT_EMIT_H
#define _EBPF_JIT_EMIT_H

#include <ebpf/types.h>

#define X86_UNIT_MAX	192

/* Register numbers as the CPU has them. */
enum x86_reg {
	X_RAX, X_RCX, X_RDX, X_RBX, X_RSP, X_RBP, X_RSI, X_RDI,
	X_R8, X_R9, X_R10, X_R11, X_R12, X_R13, X_R14, X_R15,
};

/* Condition codes: low nibble of jcc. */
enum x86_cc {
	X_CC_B = 0x2, X_CC_AE = 0x3, X_CC_E = 0x4, X_CC_NE = 0x5, X_CC_BE = 0x6, X_CC_A = 0x7,
	X_CC_S = 0x8, X_CC_L = 0xc, X_CC_GE = 0xd, X_CC_LE = 0xe, X_CC_G = 0xf,
};

/* An opcode byte and what has to come before it. */
#define X_0F	0x00100	/* escape byte */
#define X_W	0x01000	/* 64-bit operands */
#define X_66	0x02000	/* 16-bit operands */
#define X_LOCK	0x04000
#define X_REG8	0x08000	/* reg operand is a byte register */
#define X_RM8	0x10000	/* r/m operand is a byte register */
#define X_WIDE(wide)	((wide) ? X_W : 0)

/* op r/m, r of the two-operand group; the digit of its immediate form. */
#define X_OP_RR(digit)	((digit) << 3 | 0x01)
enum x86_group1 { X_ADD = 0, X_OR = 1, X_AND = 4, X_SUB = 5, X_XOR = 6, X_CMP = 7 };
/* digits of the shift group */
enum x86_shift { X_ROR = 1, X_SHL = 4, X_SHR = 5, X_SAR = 7 };

#define X_MOV_STORE	0x89
#define X_MOV_LOAD	0x8b
#define X_LEA		0x8d
#define X_TEST		0x85
#define X_XCHG		0x87
#define X_MOVSXD	0x63
#define X_MOVZX8	(X_0F | 0xb6)
#define X_MOVZX16	(X_0F | 0xb7)
#define X_MOVSX8	(X_0F | 0xbe)
#define X_MOVSX16	(X_0F | 0xbf)
#define X_IMUL		(X_0F | 0xaf)

struct x86_emit {
	u8 buf[X86_UNIT_MAX];
	u32 len;
	bool overflow;
};

static inline void x86_byte(struct x86_emit *e, u32 byte)
{
	if (likely(e->len < X86_UNIT_MAX))
		e->buf[e->len++] = byte;
	else
		e->overflow = true;
}

static inline bool x86_is_imm8(s64 val)
{
	return val == (s8)val;
}

static inline bool x86_is_imm32(s64 val)
{
	return val == (s32)val;
}

void ebpf_x86_imm32(struct x86_emit *e, u32 val);
void ebpf_x86_imm64(struct x86_emit *e, u64 val);

/* @op with two registers: @rm is the destination of most. */
void ebpf_x86_rr(struct x86_emit *e, u32 op, u32 reg, u32 rm);
/* @op with a register (or digit) and memory at @base + @disp. */
void ebpf_x86_rm(struct x86_emit *e, u32 op, u32 reg, u32 base, s32 disp);
/* The same at @base + @index * 8 + @disp. */
void ebpf_x86_rmx8(struct x86_emit *e, u32 op, u32 reg, u32 base, u32 index, s32 disp);

/* add, or, and, sub, xor, cmp with an immediate, shortest form */
void ebpf_x86_group1_imm(struct x86_emit *e, bool wide, enum x86_group1 op, u32 rm, s32 imm);
void ebpf_x86_shift_imm(struct x86_emit *e, bool wide, enum x86_shift op, u32 rm, u32 count);
void ebpf_x86_shift_cl(struct x86_emit *e, bool wide, enum x86_shift op, u32 rm);
/* Register to register; a 32-bit move clears the upper half. */
void ebpf_x86_mov(struct x86_emit *e, bool wide, u32 dst, u32 src);
/* Shortest load of a constant; changes flags when it is 0. */
void ebpf_x86_mov_const(struct x86_emit *e, u32 dst, u64 val);
void ebpf_x86_bswap(struct x86_emit *e, bool wide, u32 reg);
void ebpf_x86_push(struct x86_emit *e, u32 reg);
void ebpf_x86_pop(struct x86_emit *e, u32 reg);
void ebpf_x86_lea(struct x86_emit *e, u32 dst, u32 base, s32 disp);
void ebpf_x86_lea_index(struct x86_emit *e, u32 dst, u32 base, u32 index);

/* A short forward jump whose target comes later in the same unit: returns
 * where, for ebpf_x86_land(), which makes the end of the unit so far its target.
 */
u32 ebpf_x86_jcc_ahead(struct x86_emit *e, enum x86_cc cc);
u32 ebpf_x86_jmp_ahead(struct x86_emit *e);
void ebpf_x86_land(struct x86_emit *e, u32 at);

#endif /* _EBPF_JIT_EMIT_H */
