// SPDX-License-Identifier: GPL-2.0-only
#include "emit.h"

void ebpf_x86_imm32(struct x86_emit *e, u32 val)
{
	x86_byte(e, val & 0xff);
	x86_byte(e, val >> 8 & 0xff);
	x86_byte(e, val >> 16 & 0xff);
	x86_byte(e, val >> 24);
}

void ebpf_x86_imm64(struct x86_emit *e, u64 val)
{
	ebpf_x86_imm32(e, (u32)val);
	ebpf_x86_imm32(e, (u32)(val >> 32));
}

/* Prefixes and opcode. Byte registers 4 to 7 need a REX prefix, even an empty
 * one, to be sil, dil, bpl and not ah to bh.
 */
static void opcode(struct x86_emit *e, u32 op, u32 reg, u32 index, u32 rm)
{
	u32 rex = (op & X_W ? 8 : 0) | (reg & 8 ? 4 : 0) | (index & 8 ? 2 : 0) | (rm & 8 ? 1 : 0);

	if (op & X_LOCK)
		x86_byte(e, 0xf0);
	if (op & X_66)
		x86_byte(e, 0x66);
	if (rex || ((op & X_REG8) && reg >= X_RSP) || ((op & X_RM8) && rm >= X_RSP))
		x86_byte(e, 0x40 | rex);
	if (op & X_0F)
		x86_byte(e, 0x0f);
	x86_byte(e, op & 0xff);
}

static void modrm(struct x86_emit *e, u32 mod, u32 reg, u32 rm)
{
	x86_byte(e, mod << 6 | (reg & 7) << 3 | (rm & 7));
}

void ebpf_x86_rr(struct x86_emit *e, u32 op, u32 reg, u32 rm)
{
	opcode(e, op, reg, 0, rm);
	modrm(e, 3, reg, rm);
}

/* rbp and r13 as a base cannot go without a displacement. */
static u32 disp_mod(u32 base, s32 disp)
{
	if (!disp && (base & 7) != X_RBP)
		return 0;
	return x86_is_imm8(disp) ? 1 : 2;
}

static void displacement(struct x86_emit *e, u32 mod, s32 disp)
{
	if (mod == 1)
		x86_byte(e, disp & 0xff);
	else if (mod == 2)
		ebpf_x86_imm32(e, disp);
}

void ebpf_x86_rm(struct x86_emit *e, u32 op, u32 reg, u32 base, s32 disp)
{
	u32 mod = disp_mod(base, disp);

	opcode(e, op, reg, 0, base);
	modrm(e, mod, reg, base);
	if ((base & 7) == X_RSP)
		x86_byte(e, 0x24);	/* SIB: this base, no index */
	displacement(e, mod, disp);
}

static void rm_index(struct x86_emit *e, u32 op, u32 reg, u32 base, u32 index, u32 scale, s32 disp)
{
	u32 mod = disp_mod(base, disp);

	opcode(e, op, reg, index, base);
	modrm(e, mod, reg, X_RSP);
	x86_byte(e, scale << 6 | (index & 7) << 3 | (base & 7));
	displacement(e, mod, disp);
}

void ebpf_x86_rmx8(struct x86_emit *e, u32 op, u32 reg, u32 base, u32 index, s32 disp)
{
	rm_index(e, op, reg, base, index, 3, disp);
}

void ebpf_x86_group1_imm(struct x86_emit *e, bool wide, enum x86_group1 op, u32 rm, s32 imm)
{
	if (x86_is_imm8(imm)) {
		ebpf_x86_rr(e, X_WIDE(wide) | 0x83, op, rm);
		x86_byte(e, imm & 0xff);
		return;
	}
	if (rm == X_RAX)
		opcode(e, X_WIDE(wide) | op << 3 | 0x05, 0, 0, 0);
	else
		ebpf_x86_rr(e, X_WIDE(wide) | 0x81, op, rm);
	ebpf_x86_imm32(e, imm);
}

void ebpf_x86_shift_imm(struct x86_emit *e, bool wide, enum x86_shift op, u32 rm, u32 count)
{
	ebpf_x86_rr(e, X_WIDE(wide) | (count == 1 ? 0xd1 : 0xc1), op, rm);
	if (count != 1)
		x86_byte(e, count);
}

void ebpf_x86_shift_cl(struct x86_emit *e, bool wide, enum x86_shift op, u32 rm)
{
	ebpf_x86_rr(e, X_WIDE(wide) | 0xd3, op, rm);
}

void ebpf_x86_mov(struct x86_emit *e, bool wide, u32 dst, u32 src)
{
	ebpf_x86_rr(e, X_WIDE(wide) | X_MOV_STORE, src, dst);
}

void ebpf_x86_mov_const(struct x86_emit *e, u32 dst, u64 val)
{
	if (!val) {
		ebpf_x86_rr(e, X_OP_RR(X_XOR), dst, dst);
	} else if (val <= U32_MAX) {
		opcode(e, 0xb8 | (dst & 7), 0, 0, dst);
		ebpf_x86_imm32(e, (u32)val);
	} else if (x86_is_imm32((s64)val)) {
		ebpf_x86_rr(e, X_W | 0xc7, 0, dst);
		ebpf_x86_imm32(e, (u32)val);
	} else {
		opcode(e, X_W | 0xb8 | (dst & 7), 0, 0, dst);
		ebpf_x86_imm64(e, val);
	}
}

void ebpf_x86_bswap(struct x86_emit *e, bool wide, u32 reg)
{
	opcode(e, X_WIDE(wide) | X_0F | 0xc8 | (reg & 7), 0, 0, reg);
}

void ebpf_x86_push(struct x86_emit *e, u32 reg)
{
	opcode(e, 0x50 | (reg & 7), 0, 0, reg);
}

void ebpf_x86_pop(struct x86_emit *e, u32 reg)
{
	opcode(e, 0x58 | (reg & 7), 0, 0, reg);
}

void ebpf_x86_lea(struct x86_emit *e, u32 dst, u32 base, s32 disp)
{
	ebpf_x86_rm(e, X_W | X_LEA, dst, base, disp);
}

void ebpf_x86_lea_index(struct x86_emit *e, u32 dst, u32 base, u32 index)
{
	rm_index(e, X_W | X_LEA, dst, base, index, 0, 0);
}

u32 ebpf_x86_jcc_ahead(struct x86_emit *e, enum x86_cc cc)
{
	x86_byte(e, 0x70 | cc);
	x86_byte(e, 0);
	return e->len;
}

u32 ebpf_x86_jmp_ahead(struct x86_emit *e)
{
	x86_byte(e, 0xeb);
	x86_byte(e, 0);
	return e->len;
}

void ebpf_x86_land(struct x86_emit *e, u32 at)
{
	u32 disp = e->len - at;

	if (disp > S8_MAX)
		e->overflow = true;
	else if (!e->overflow)
		e->buf[at - 1] = disp;
}
