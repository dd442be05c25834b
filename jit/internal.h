/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside the JIT.
 *
 * Register use:	R0 rax  R1 rdi  R2 rsi  R3 rdx  R4 rcx  R5 r8
 *			R6 rbx  R7 r13  R8 r14  R9 r15  R10 rbp
 * r9, r10 and r11 are scratch within one instruction. r12 counts tail calls
 * down in programs that make any. Flags never live across eBPF instructions.
 *
 * Layout of an image: for each subprogram its prologue and its instructions, in
 * order, then the entries out of line (see frame.c).
 */
#ifndef _EBPF_JIT_INTERNAL_H
#define _EBPF_JIT_INTERNAL_H

#include <ebpf/jit.h>
#include <ebpf/services.h>
#include "emit.h"

#define JIT_TAIL_COUNT	X_R12
#define JIT_FRAME	X_RBP
/* R10 of a callback, sixth argument of the C calling convention */
#define JIT_CB_FRAME	X_R9

/* flags of one instruction */
#define JIT_TARGET	0x01	/* something jumps here */
#define JIT_SHORT	0x02	/* its jump has the 8-bit form */
#define JIT_JUMP	0x04	/* its unit ends in a jump that has two forms */
#define JIT_MERGED	0x08	/* part of the unit before */
#define JIT_NO_TEST	0x10	/* the instruction before has set the flags it jumps on */

/**
 * struct jit_subprog - one function while it is compiled
 * @start, @end:  its instructions
 * @depth:        bytes of eBPF stack
 * @saved:        bit mask of enum x86_reg that its prologue saves
 * @entry:        offset of the prologue
 * @cb_entry:     offset of the entry for callbacks, if @is_cb
 * @prologue_len: bytes
 * @needs_frame:  it or what it calls uses R10
 * @is_cb:        its address is taken
 */
struct jit_subprog {
	u32 start, end;
	u32 depth;
	u32 saved;
	u32 entry;
	u32 cb_entry;
	u32 prologue_len;
	bool needs_frame;
	bool is_cb;
};

/**
 * struct ebpf_jit - one compilation
 * @e:      the unit being made
 * @off:    offset of each instruction's code, and the end of all
 * @len:    bytes of each instruction's unit
 * @flags:  JIT_* of each instruction
 * @pos:    offset the current unit starts at
 * @exec:   address of the image, when @final
 * @final:  offsets are known and bytes count; before, only lengths do
 * @err:    first error of a unit
 */
struct ebpf_jit {
	const struct ebpf_prog_image *img;
	const struct ebpf_jit_env *env;
	struct x86_emit e;
	u32 *off;
	u8 *len;
	u8 *flags;
	struct jit_subprog *subs;
	u32 cur;		/* index of the current subprogram */
	u32 idx;		/* index of the current instruction */
	u32 pos;
	u32 size;
	u32 tail_entry;
	u64 exec;
	bool final;
	bool tail_calls;
	bool callbacks;
	int err;
};

extern const u8 ebpf_jit_regs[16];

static inline u32 jit_reg(u32 reg)
{
	return ebpf_jit_regs[reg & 15];
}

static inline void jit_fail(struct ebpf_jit *jit, int err)
{
	if (!jit->err)
		jit->err = err;
}

static inline const struct jit_subprog *jit_cur(const struct ebpf_jit *jit)
{
	return &jit->subs[jit->cur];
}

/* scan.c: what one look at the program tells. 0 or -EINVAL. */
int ebpf_jit_scan(struct ebpf_jit *jit);
/* Index of the subprogram that starts at @insn, or -EINVAL. */
int ebpf_jit_find_subprog(const struct ebpf_jit *jit, u32 insn);

/* fuse.c: marks instructions that one unit does together. */
void ebpf_jit_fuse(struct ebpf_jit *jit);
/* Writes the unit of a marked pair that starts at jit->idx. */
void ebpf_jit_fused(struct ebpf_jit *jit, const struct ebpf_insn *insn);

/* One unit each, into jit->e; errors go to jit->err. */
void ebpf_jit_alu(struct ebpf_jit *jit, const struct ebpf_insn *insn);
void ebpf_jit_div(struct ebpf_jit *jit, const struct ebpf_insn *insn);
void ebpf_jit_ldx(struct ebpf_jit *jit, const struct ebpf_insn *insn);
void ebpf_jit_store(struct ebpf_jit *jit, const struct ebpf_insn *insn);
void ebpf_jit_arena_load(struct ebpf_jit *jit, const struct ebpf_insn *insn);
void ebpf_jit_arena_store(struct ebpf_jit *jit, const struct ebpf_insn *insn);
void ebpf_jit_arena_atomic(struct ebpf_jit *jit, const struct ebpf_insn *insn);
void ebpf_jit_cast_to_user(struct ebpf_jit *jit, const struct ebpf_insn *insn);
void ebpf_jit_atomic(struct ebpf_jit *jit, const struct ebpf_insn *insn);
/* The operation of @insn, part of a unit, on what lies at @off from x86 register @base. */
void ebpf_jit_atomic_at(struct ebpf_jit *jit, const struct ebpf_insn *insn, u32 base, s32 off);
void ebpf_jit_ld_imm64(struct ebpf_jit *jit, const struct ebpf_insn *insn);
void ebpf_jit_jmp(struct ebpf_jit *jit, const struct ebpf_insn *insn);
void ebpf_jit_call(struct ebpf_jit *jit, const struct ebpf_insn *insn);
void ebpf_jit_tail_call(struct ebpf_jit *jit);
void ebpf_jit_exit(struct ebpf_jit *jit);
void ebpf_jit_prologue(struct ebpf_jit *jit);
void ebpf_jit_restore_regs(struct ebpf_jit *jit);
/* Everything after the last instruction, one unit per call; false at the end. */
bool ebpf_jit_entry_unit(struct ebpf_jit *jit, u32 *step);

/* Where a jump of @insn at @idx goes. Only for instructions that scan.c let by. */
u32 ebpf_jit_jump_target(const struct ebpf_insn *insn, u32 idx);
/* A direct call or jump (@op 0xe8 or 0xe9) to an address or an offset. */
void ebpf_jit_rel32_to(struct ebpf_jit *jit, u32 op, u64 addr);
void ebpf_jit_rel32_off(struct ebpf_jit *jit, u32 op, u32 off);
void ebpf_jit_ret(struct ebpf_jit *jit);

/* layout.c: lengths and offsets of everything; 0, -EINVAL or -EAGAIN. */
int ebpf_jit_layout(struct ebpf_jit *jit);
/* Writes all units for jit->exec. */
int ebpf_jit_write(struct ebpf_jit *jit, u8 *rw);

#endif /* _EBPF_JIT_INTERNAL_H */
