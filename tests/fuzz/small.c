// SPDX-License-Identifier: GPL-2.0-only
#include "small.h"

#include <stddef.h>
#include <string.h>
#include <ebpf/ctx.h>
#include "emit.h"
#include "iters.h"
#include "small_parts.h"

#define KEY	(-72)	/* of look-ups */
#define KEPT	(-80)	/* a pointer */
#define PASSED_CTX	(-40)
#define FLAG	(-48)
#define HELD	(-96)	/* a dynptr */

#define below gen_below

const char *const small_names[SMALL_KINDS] = {
	"stack", "callback", "packet", "maps of maps", "context", "dynptr", "references",
	"tail calls", "locks", "timers", "global functions", "kernel pointers", "may_goto", "iterators",
	"nested callbacks", "ends of functions",
};

/* Functions beside the main program. */
enum { SUB = 1, LOOP_CB, ELEM_CB, TIMER_CB, GLOBAL_SUB };

/* R0 = value of map @fd for any key, or out; or not asked. */
static void emit_lookup(struct gen *g, int fd, bool ask)
{
	emit(g, EBPF_ST | EBPF_MEM | EBPF_DW, FP, 0, KEY, below(4));
	emit_mov(g, 2, FP);
	emit_add(g, 2, KEY);
	emit_ld64(g, 1, EBPF_PSEUDO_MAP_FD, fd, 0);
	emit_helper(g, EBPF_FUNC_map_lookup_elem);
	if (ask)
		emit(g, EBPF_JMP | EBPF_JEQ | EBPF_K, 0, 0, LEAVE, 0);
}

static void gen_fill(struct gen *g)
{
	s16 at = gen_slot();

	if (g->type != EBPF_PROG_TYPE_KPROBE)
		return;
	emit_mov(g, 1, below(4) ? FP : gen_value_reg(g));
	if (g->insns[g->cnt - 1].src_reg == FP)
		emit_add(g, 1, at);
	emit_mov_imm(g, 2, 8);
	emit_mov_imm(g, 3, 0);
	emit_helper(g, EBPF_FUNC_probe_read_kernel);
	gen_refill(g);
}

static void gen_call(struct gen *g)
{
	emit_mov(g, 3, gen_reader(g));
	emit_mov(g, 1, FP);
	emit_add(g, 1, -SHARED_AT);
	/* A function that makes tail calls needs the context. */
	emit_mov(g, 2, g->kind == SMALL_TAIL ? CTX : 9);
	emit(g, EBPF_JMP | EBPF_CALL, 0, EBPF_PSEUDO_CALL, 0, SUB);
	emit_mov(g, 7, 0);
	gen_refill(g);
}

/* The packet is there before a loop, whose rounds may move it, and used behind it. What the
 * last round left in the slot FLAG may tell whether.
 */
static void gen_packet_loop(struct gen *g)
{
	emit(g, EBPF_STX | EBPF_MEM | EBPF_DW, FP, CTX, PASSED_CTX, 0);
	emit(g, EBPF_ST | EBPF_MEM | EBPF_DW, FP, 0, FLAG, below(2));
	emit(g, EBPF_LDX | EBPF_MEM | EBPF_W, 7, CTX, 0, 0);
	emit(g, EBPF_LDX | EBPF_MEM | EBPF_W, 2, CTX, 4, 0);
	emit_mov(g, 1, 7);
	emit_add(g, 1, 2);
	emit(g, EBPF_JMP | EBPF_JGT | EBPF_X, 1, 2, LEAVE, 0);
	emit_mov_imm(g, 1, below(4));
	emit_ld64(g, 2, EBPF_PSEUDO_FUNC, LOOP_CB, 0);
	emit_mov(g, 3, FP);
	emit_add(g, 3, -SHARED_AT);
	emit_mov_imm(g, 4, 0);
	emit_helper(g, EBPF_FUNC_loop);
	emit(g, EBPF_LDX | EBPF_MEM | EBPF_DW, 1, FP, FLAG, 0);
	if (below(4))
		emit(g, EBPF_JMP | (below(2) ? EBPF_JEQ : EBPF_JNE) | EBPF_K, 1, 0, LEAVE, below(2));
	emit(g, EBPF_LDX | EBPF_MEM | EBPF_B, 7, 7, below(2), 0);
	gen_refill(g);
}

static void gen_move_packet(struct gen *g)
{
	u32 skip = emit_branch(g), end;

	emit(g, EBPF_LDX | EBPF_MEM | EBPF_DW, 1, 9, SHARED_AT + PASSED_CTX, 0);
	emit_mov_imm(g, 2, 1);
	if (below(4))
		emit_helper(g, EBPF_FUNC_xdp_adjust_head);
	gen_refill(g);
	emit(g, EBPF_ST | EBPF_MEM | EBPF_DW, 9, 0, SHARED_AT + FLAG, below(2));
	end = g->cnt;
	emit(g, EBPF_JMP | EBPF_JA, 0, 0, 0, 0);
	land_here(g, skip);
	emit(g, EBPF_ST | EBPF_MEM | EBPF_DW, 9, 0, SHARED_AT + FLAG, below(2));
	land_here(g, end);
}

/* A helper that calls a function of the program. */
static void gen_callback(struct gen *g)
{
	u32 which = below(3) ? LOOP_CB : ELEM_CB;
	s16 kept = below(3) ? 0 : gen_slot();

	if (g->type == EBPF_PROG_TYPE_XDP) {
		gen_packet_loop(g);
		return;
	}
	/* A pointer that must still be there afterwards. */
	if (kept)
		emit(g, EBPF_STX | EBPF_MEM | EBPF_DW, FP, 9, kept, 0);
	if (which == ELEM_CB) {
		emit_ld64(g, 1, EBPF_PSEUDO_MAP_FD, small.hash_fd[below(2)], 0);
	} else {
		gen_rounds(g);
	}
	emit_ld64(g, 2, EBPF_PSEUDO_FUNC, which, 0);
	if (below(8)) {
		emit_mov(g, 3, FP);
		emit_add(g, 3, -SHARED_AT);
	} else {
		emit_mov_imm(g, 3, 0);
	}
	emit_mov_imm(g, 4, 0);
	emit_helper(g, which == LOOP_CB ? EBPF_FUNC_loop : EBPF_FUNC_for_each_map_elem);
	if (!below(3))
		emit_mov(g, 7, 0);
	if (kept) {
		emit(g, EBPF_LDX | EBPF_MEM | EBPF_DW, 0, FP, kept, 0);
		emit(g, EBPF_LDX | EBPF_MEM | EBPF_B, 7, 0, 40, 0);
	}
	gen_refill(g);
}

/* Bytes of the packet, found to exist or not. */
static void gen_packet(struct gen *g)
{
	static const u8 ops[] = { EBPF_JGT, EBPF_JGE, EBPF_JLT, EBPF_JLE };
	s32 len = 1 + below(8);
	u8 reg = gen_reader(g), op = PICK(ops);
	u32 jump, skip;

	emit_mov(g, 0, reg);
	emit(g, EBPF_LDX | EBPF_MEM | EBPF_W, 3, CTX, 0, 0);
	emit(g, EBPF_LDX | EBPF_MEM | EBPF_W, 4, CTX, 4, 0);
	if (below(2)) {
		emit(g, EBPF_ALU64 | EBPF_AND | EBPF_K, 0, 0, 0, 7);
		emit(g, EBPF_ALU64 | EBPF_ADD | EBPF_X, 3, 0, 0, 0);
	}
	emit_mov(g, 5, 3);
	emit_add(g, 5, len);
	if (!below(4)) {
		emit(g, EBPF_STX | EBPF_MEM | EBPF_DW, FP, 3, KEPT, 0);
		emit(g, EBPF_LDX | EBPF_MEM | EBPF_DW, 3, FP, KEPT, 0);
	}
	jump = g->cnt;
	if (below(4))
		emit(g, EBPF_JMP | op | EBPF_X, 5, 4, 0, 0);
	else
		emit(g, EBPF_JMP | op | EBPF_X, 4, 5, 0, 0);
	/* The right way round for the access behind it, or not. */
	if (below(2)) {
		skip = g->cnt;
		emit(g, EBPF_JMP | EBPF_JA, 0, 0, 0, 0);
		land_here(g, jump);
		jump = skip;
	}
	if (below(6) == 0)
		len++;
	if (below(2))
		emit(g, EBPF_LDX | EBPF_MEM | EBPF_B, 7, 3, len - 1, 0);
	else
		emit(g, EBPF_ST | EBPF_MEM | EBPF_B, 5, 0, -(s16)(1 + below(len)), gen_num());
	if (!below(4)) {
		emit_mov(g, 1, CTX);
		emit_mov_imm(g, 2, gen_num());
		emit_helper(g, EBPF_FUNC_xdp_adjust_head);
		if (below(2))
			emit(g, EBPF_LDX | EBPF_MEM | EBPF_B, 7, FP, KEPT, 0);
	}
	land_here(g, jump);
	emit_mov_imm(g, 0, 0);
	gen_refill(g);
}

/* Two values at a time: each needs its own check. */
static void gen_two(struct gen *g)
{
	u32 both = below(2);

	emit_lookup(g, small.hash_fd[0], false);
	emit(g, EBPF_STX | EBPF_MEM | EBPF_DW, FP, 0, KEPT, 0);
	emit_lookup(g, small.hash_fd[below(2)], true);
	emit(g, EBPF_LDX | EBPF_MEM | EBPF_DW, 1, FP, KEPT, 0);
	if (both)
		emit(g, EBPF_JMP | EBPF_JEQ | EBPF_K, 1, 0, LEAVE, 0);
	emit(g, EBPF_LDX | EBPF_MEM | EBPF_B, 7, below(2), 8, 0);
	emit_mov_imm(g, 0, 0);
	gen_refill(g);
}

/* Through a map of maps to a value of 24 bytes. */
static void gen_inner(struct gen *g)
{
	u8 reg = gen_reader(g);

	if (!below(3)) {
		gen_two(g);
		return;
	}

	emit_mov(g, 7, reg);
	gen_bound(g, 7);
	emit(g, EBPF_ST | EBPF_MEM | EBPF_W, FP, 0, KEY, below(2));
	emit_mov(g, 2, FP);
	emit_add(g, 2, KEY);
	emit_ld64(g, 1, EBPF_PSEUDO_MAP_FD, small.outer_fd, 0);
	emit_helper(g, EBPF_FUNC_map_lookup_elem);
	if (below(16))
		emit(g, EBPF_JMP | EBPF_JEQ | EBPF_K, 0, 0, LEAVE, 0);
	if (!below(3)) {
		emit(g, EBPF_STX | EBPF_MEM | EBPF_DW, FP, 0, KEPT, 0);
		emit(g, EBPF_LDX | EBPF_MEM | EBPF_DW, 0, FP, KEPT, 0);
	}
	emit_mov(g, 1, 0);
	emit(g, EBPF_ST | EBPF_MEM | EBPF_DW, FP, 0, KEY, below(4));
	emit_mov(g, 2, FP);
	emit_add(g, 2, KEY);
	if (below(3)) {
		emit_helper(g, EBPF_FUNC_map_lookup_elem);
		if (below(16))
			emit(g, EBPF_JMP | EBPF_JEQ | EBPF_K, 0, 0, LEAVE, 0);
		emit(g, EBPF_ALU64 | EBPF_ADD | EBPF_X, 0, 7, 0, 0);
		emit(g, EBPF_STX | EBPF_MEM | EBPF_B, 0, 7, below(6) ? 16 : 17, 0);
	} else {
		emit_mov(g, 3, FP);
		emit_add(g, 3, -32 + 8 * (s32)below(2));
		emit_mov_imm(g, 4, 0);
		emit_helper(g, EBPF_FUNC_map_update_elem);
	}
	emit_mov_imm(g, 0, 0);
	gen_refill(g);
}

/* A part of a word of the context. */
static void gen_context(struct gen *g)
{
	static const u8 sizes[] = { EBPF_B, EBPF_H, EBPF_W, EBPF_DW };
	u8 size = PICK(sizes), to = gen_target(g);
	s16 at = 8 * (s16)below(SMALL_WORDS), part = 0;
	u8 mode = below(4) ? EBPF_MEM : EBPF_MEMSX;

	if (g->type != EBPF_PROG_TYPE_KPROBE) {
		size = EBPF_W;
		at = 12 + 4 * (s16)below(2);
	} else if (size != EBPF_DW) {
		part = below(2) ? 0 : size == EBPF_B ? 1 : size == EBPF_H ? 2 : 4;
	}
	if (size == EBPF_DW || g->type != EBPF_PROG_TYPE_KPROBE)
		mode = EBPF_MEM;
	emit(g, EBPF_LDX | mode | size, to, CTX, at + part, 0);
	if (!below(3)) {
		emit_mov(g, 0, CTX);
		emit_add(g, 0, below(2) ? 0 : 8);
		emit(g, EBPF_LDX | EBPF_MEM | size, to, 0, at, 0);
	}
}

static void emit_held(struct gen *g, u8 reg)
{
	emit_mov(g, reg, FP);
	emit_add(g, reg, HELD + (below(24) ? 0 : 8));
}

static void gen_slice(struct gen *g)
{
	s32 size = 1 + below(8);
	u32 skip;

	emit_held(g, 1);
	emit_mov_imm(g, 2, gen_num());
	if (!below(3))
		emit_mov(g, 2, 7);
	emit_mov_imm(g, 3, size);
	emit_helper(g, EBPF_FUNC_dynptr_data);
	skip = g->cnt;
	emit(g, EBPF_JMP | (below(16) ? EBPF_JEQ : EBPF_JNE) | EBPF_K, 0, 0, 0, 0);
	if (!below(6))
		emit(g, EBPF_ST | EBPF_MEM | EBPF_DW, FP, 0, HELD + 8 * (s16)below(2), 0);
	if (!below(3)) {
		emit(g, EBPF_STX | EBPF_MEM | EBPF_DW, FP, 0, KEPT, 0);
		emit(g, EBPF_LDX | EBPF_MEM | EBPF_DW, 0, FP, KEPT, 0);
	}
	emit(g, EBPF_ST | EBPF_MEM | EBPF_B, 0, 0, below(size + !below(8)), gen_num());
	land_here(g, skip);
}

static void gen_dynptr(struct gen *g)
{
	bool ring = below(2);
	u32 skip = 0, i;

	if (ring) {
		emit_ld64(g, 1, EBPF_PSEUDO_MAP_FD, small.ring_fd, 0);
		emit_mov_imm(g, 2, 8);
	} else {
		emit_mov(g, 1, 9);
		emit_add(g, 1, 8 * (s32)below(3));
		emit_mov_imm(g, 2, below(2) ? 16 : gen_num());
	}
	emit_mov_imm(g, 3, 0);
	emit_held(g, 4);
	emit_helper(g, ring ? EBPF_FUNC_ringbuf_reserve_dynptr : EBPF_FUNC_dynptr_from_mem);
	gen_refill(g);
	if (!below(4))
		skip = emit_branch(g);
	for (i = below(3); i > 0; i--)
		gen_slice(g);
	if (!below(3)) {
		emit_mov(g, 1, FP);
		emit_add(g, 1, gen_slot());
		emit_mov_imm(g, 2, 8);
		emit_held(g, 3);
		emit_mov_imm(g, 4, gen_num());
		emit_mov_imm(g, 5, 0);
		emit_helper(g, EBPF_FUNC_dynptr_read);
	}
	if (skip && below(2))
		land_here(g, skip);
	for (i = ring ? !!below(16) + !below(24) : 0; i > 0; i--) {
		emit_held(g, 1);
		emit_mov_imm(g, 2, 0);
		emit_helper(g, below(2) ? EBPF_FUNC_ringbuf_submit_dynptr :
			    EBPF_FUNC_ringbuf_discard_dynptr);
		if (!below(3))
			gen_slice(g);
	}
	if (skip && !g->insns[skip].off)
		land_here(g, skip);
	emit_mov_imm(g, 0, 0);
	gen_refill(g);
}

/* R0 = a reference or NULL. */
static void emit_acquire(struct gen *g, bool ring)
{
	if (ring) {
		emit_ld64(g, 1, EBPF_PSEUDO_MAP_FD, small.ring_fd, 0);
		emit_mov_imm(g, 2, 16);
		emit_mov_imm(g, 3, 0);
		emit_helper(g, EBPF_FUNC_ringbuf_reserve);
		return;
	}
	emit(g, EBPF_ST | EBPF_MEM | EBPF_DW, FP, 0, -56, 0);
	emit(g, EBPF_ST | EBPF_MEM | EBPF_DW, FP, 0, -48, 0);
	emit_mov(g, 1, CTX);
	emit_mov(g, 2, FP);
	emit_add(g, 2, -56);
	emit_mov_imm(g, 3, 12);
	emit_mov_imm(g, 4, -1);
	emit_mov_imm(g, 5, 0);
	emit_helper(g, EBPF_FUNC_sk_lookup_udp);
}

static void emit_release(struct gen *g, bool ring)
{
	if (ring)
		emit_mov_imm(g, 2, 0);
	emit_helper(g, !ring ? EBPF_FUNC_sk_release :
		    below(2) ? EBPF_FUNC_ringbuf_submit : EBPF_FUNC_ringbuf_discard);
}

static void gen_ref(struct gen *g)
{
	bool ring = g->type == EBPF_PROG_TYPE_KPROBE;
	bool kept = below(2);
	u32 null, skip = 0;

	emit_acquire(g, ring);
	if (kept)
		emit(g, EBPF_STX | EBPF_MEM | EBPF_DW, FP, 0, KEPT, 0);
	emit_mov_imm(g, 1, gen_num());
	emit_mov(g, 2, 7);
	emit_mov_imm(g, 3, gen_num());
	emit_mov_imm(g, 4, gen_num());
	if (!below(4))
		skip = emit_branch(g);
	if (kept)
		emit(g, EBPF_LDX | EBPF_MEM | EBPF_DW, 0, FP, KEPT, 0);
	null = g->cnt;
	emit(g, EBPF_JMP | (below(16) ? EBPF_JEQ : EBPF_JNE) | EBPF_K, 0, 0, 0, 0);
	if (ring && below(2))
		emit(g, EBPF_STX | EBPF_MEM | EBPF_DW, 0, 7, below(3) * 8, 0);
	else if (below(2))
		emit(g, EBPF_LDX | EBPF_MEM | EBPF_W, 7, 0, 4, 0);
	emit_mov(g, 1, 0);
	if (!below(16))
		emit_add(g, 1, 4);
	emit_release(g, ring);
	if (kept && !below(6)) {
		emit(g, EBPF_LDX | EBPF_MEM | EBPF_DW, 0, FP, KEPT, 0);
		emit(g, EBPF_LDX | EBPF_MEM | EBPF_W, 7, 0, 4, 0);
	}
	if (!below(24)) {
		emit(g, EBPF_LDX | EBPF_MEM | EBPF_DW, 1, FP, KEPT, 0);
		emit_release(g, ring);
	}
	land_here(g, null);
	if (skip)
		land_here(g, skip);
	emit_mov_imm(g, 0, 0);
	gen_refill(g);
}

static void gen_tail(struct gen *g)
{
	emit_mov(g, 3, gen_reader(g));
	if (g->func)
		return;
	emit_mov(g, 1, CTX);
	emit_ld64(g, 2, EBPF_PSEUDO_MAP_FD, small.progs_fd, 0);
	emit_helper(g, EBPF_FUNC_tail_call);
	emit_mov_imm(g, 0, 0);
	gen_refill(g);
}

/* In a function that is passed the context in R2 in place of the value. */
static void gen_tail_sub(struct gen *g)
{
	emit_mov(g, 3, gen_reader(g));
	emit_mov(g, 1, 8);
	emit_ld64(g, 2, EBPF_PSEUDO_MAP_FD, small.progs_fd, 0);
	emit_helper(g, EBPF_FUNC_tail_call);
	gen_refill(g);
}

static void emit_lock(struct gen *g, bool lock)
{
	emit_mov(g, 1, 0);
	emit_add(g, 1, below(24) ? 4 : 8);
	emit_helper(g, lock ? EBPF_FUNC_spin_lock : EBPF_FUNC_spin_unlock);
}

/* A value with a lock is in R0 and, meanwhile, in the slot KEPT. */
static void gen_lock(struct gen *g)
{
	u32 skip = 0;

	emit_lookup(g, small.lock_fd, below(16));
	emit(g, EBPF_STX | EBPF_MEM | EBPF_DW, FP, 0, KEPT, 0);
	if (!below(4)) {
		/* Another one, perhaps locked instead. */
		emit_lookup(g, small.lock_fd, below(16));
		if (below(2))
			emit(g, EBPF_LDX | EBPF_MEM | EBPF_DW, 0, FP, KEPT, 0);
	}
	gen_refill(g);
	if (!below(3))
		skip = emit_branch(g);
	if (below(16))
		emit_lock(g, true);
	if (skip && below(4) == 0) {
		land_here(g, skip);
		skip = 0;
	}
	if (!below(12)) {
		emit(g, EBPF_ST | EBPF_MEM | EBPF_DW, FP, 0, -8, 0);
		gen_call(g);
	} else if (!below(12)) {
		emit_lookup(g, small.lock_fd, false);
	}
	emit(g, EBPF_LDX | EBPF_MEM | EBPF_DW, 0, FP, KEPT, 0);
	emit(g, EBPF_ST | EBPF_MEM | EBPF_W, 0, 0, 8 + 4 * (s16)below(6 + !below(8)), gen_num());
	if (below(16))
		emit_lock(g, false);
	if (skip)
		land_here(g, skip);
	emit_mov_imm(g, 0, 0);
	gen_refill(g);
}

static void gen_timer(struct gen *g)
{
	u32 i, op;

	emit_lookup(g, small.timer_fd, below(16));
	emit(g, EBPF_STX | EBPF_MEM | EBPF_DW, FP, 0, KEPT, 0);
	for (i = 1 + below(4), op = 0; i > 0; i--) {
		op = below(6) ? op : below(4);
		emit(g, EBPF_LDX | EBPF_MEM | EBPF_DW, 1, FP, KEPT, 0);
		emit_add(g, 1, below(24) ? 8 : 16);
		switch (op++ % 4) {
		case 0:
			emit_ld64(g, 2, EBPF_PSEUDO_MAP_FD, small.timer_fd, 0);
			emit_mov_imm(g, 3, 1);
			emit_helper(g, EBPF_FUNC_timer_init);
			break;
		case 1:
			emit_ld64(g, 2, EBPF_PSEUDO_FUNC, TIMER_CB, 0);
			emit_helper(g, EBPF_FUNC_timer_set_callback);
			break;
		case 2:
			emit_mov_imm(g, 2, 1000);
			emit_mov_imm(g, 3, 0);
			emit_helper(g, EBPF_FUNC_timer_start);
			break;
		default:
			emit_helper(g, EBPF_FUNC_timer_cancel);
		}
	}
	if (below(2))
		emit_mov(g, 7, 0);
	gen_refill(g);
}

/* Memory that the function may have spoiled, and a number. */
static void gen_global(struct gen *g)
{
	s16 at = -16 - 8 * (s16)below(3), kept = below(2) ? 0 : gen_slot();

	/* A number that may be another one afterwards. */
	if (kept)
		emit(g, EBPF_ST | EBPF_MEM | EBPF_DW, FP, 0, kept, below(8));
	emit_mov(g, 1, gen_reader(g));
	switch (below(6)) {
	case 0:
		emit_mov_imm(g, 2, 0);
		break;
	case 1:
		emit_mov(g, 2, 9);
		emit_add(g, 2, 8 * (s32)below(5));
		break;
	default:
		emit_mov(g, 2, FP);
		emit_add(g, 2, at);
	}
	emit(g, EBPF_JMP | EBPF_CALL, 0, EBPF_PSEUDO_CALL, 0, GLOBAL_SUB);
	if (below(2))
		emit_mov(g, 7, 0);
	gen_refill(g);
	if (kept) {
		emit(g, EBPF_LDX | EBPF_MEM | EBPF_DW, 7, FP, kept, 0);
		gen_use_number(g, 7);
	}
}

/* A field of a struct obj: { int a; int b; part in; obj *next; int d[2] } of 32 bytes */
static void gen_walk(struct gen *g, u8 reg)
{
	u32 i;

	for (i = below(3); i > 0; i--) {
		emit(g, EBPF_LDX | EBPF_MEM | EBPF_DW, reg, reg, 16, 0);
		if (below(3) == 0)
			emit(g, EBPF_JMP | EBPF_JEQ | EBPF_K, reg, 0, LEAVE, 0);
	}
	emit(g, EBPF_LDX | EBPF_MEM | EBPF_W, 7, reg, 4 * (s16)below(6 + !below(16)), 0);
}

static void gen_btf(struct gen *g)
{
	u32 how = below(4);

	if (how == 0) {
		emit_helper(g, EBPF_FUNC_get_current_task_btf);
		emit(g, EBPF_LDX | EBPF_MEM | EBPF_DW, 0, 0, 8, 0);
		gen_walk(g, 0);
	} else {
		emit_lookup(g, small.kptr_fd, below(16));
		emit(g, EBPF_LDX | EBPF_MEM | EBPF_DW, 1, 0, how == 1 ? 8 : 16, 0);
		if (below(16))
			emit(g, EBPF_JMP | EBPF_JEQ | EBPF_K, 1, 0, LEAVE, 0);
		if (how == 3) {
			/* From one place to the other. */
			emit(g, EBPF_STX | EBPF_MEM | EBPF_DW, 0, 1, below(8) ? 8 : 16, 0);
		}
		gen_walk(g, 1);
		if (!below(16))
			emit(g, EBPF_ST | EBPF_MEM | EBPF_W, 1, 0, 0, 0);
	}
	emit_mov_imm(g, 0, 0);
	gen_refill(g);
}

/* Back to where a loop begins, this one or another, or behind that: ways through loops that share
 * a count are put together of pieces, some of which begin no round.
 */
static void gen_jump_back(struct gen *g)
{
	u32 to = g->loops[below(g->nr_loops)] + below(2), at;

	at = below(4) ? emit_branch(g) : g->cnt;
	if (at == g->cnt)
		emit(g, EBPF_JMP | EBPF_JCOND, 0, EBPF_MAY_GOTO, 0, 0);
	g->insns[at].off = (s32)to - (s32)at - 1;
}

/* Some items, until may_goto leaves the loop before or after them. */
static void gen_may_goto(struct gen *g)
{
	bool first = below(3);
	u32 start = g->cnt, i;

	if (g->nr_loops && !below(3)) {
		gen_jump_back(g);
		return;
	}
	if (g->depth == 2 || g->cnt > GEN_MAX_INSNS / 2) {
		gen_number_op(g);
		return;
	}
	g->depth++;
	if (g->nr_loops < GEN_LOOPS)
		g->loops[g->nr_loops++] = start;
	if (first)
		emit(g, EBPF_JMP | EBPF_JCOND, 0, EBPF_MAY_GOTO, 0, 0);
	for (i = 1 + below(3); i; i--)
		gen_any_item(g);
	if (below(2))
		gen_number_op(g);
	if (!first)
		emit(g, EBPF_JMP | EBPF_JCOND, 0, EBPF_MAY_GOTO, 1, 0);
	emit(g, EBPF_JMP | EBPF_JA, 0, 0, (s32)start - (s32)g->cnt - 1, 0);
	if (first)
		land_here(g, start);
	g->depth--;
}

static void gen_special(struct gen *g)
{
	switch (g->kind) {
	case SMALL_CALLBACK:
		gen_callback(g);
		break;
	case SMALL_PACKET:
		gen_packet(g);
		break;
	case SMALL_INNER:
		gen_inner(g);
		break;
	case SMALL_CONTEXT:
		gen_context(g);
		break;
	case SMALL_DYNPTR:
		gen_dynptr(g);
		break;
	case SMALL_REF:
		gen_ref(g);
		break;
	case SMALL_TAIL:
		gen_tail(g);
		break;
	case SMALL_LOCK:
		gen_lock(g);
		break;
	case SMALL_TIMER:
		gen_timer(g);
		break;
	case SMALL_GLOBAL:
		gen_global(g);
		break;
	case SMALL_BTF:
		gen_btf(g);
		break;
	case SMALL_ROUNDS:
		gen_may_goto(g);
		break;
	case SMALL_ITER:
		if (below(24))
			gen_iter(g);
		else if (below(2))
			gen_may_goto(g);
		else if (!g->func)
			gen_callback(g);
		break;
	default:
		gen_atomic(g);
	}
}

void gen_any_item(struct gen *g)
{
	u32 skip = below(5) ? 0 : emit_branch(g);

	switch (below(14)) {
	case 12:
	case 13:
		gen_story(g);
		break;
	case 0:
	case 1:
		gen_store(g);
		break;
	case 2:
	case 3:
		gen_load(g);
		break;
	case 4:
		gen_either(g);
		break;
	case 5:
		gen_number_op(g);
		break;
	case 6:
		if (below(2))
			gen_atomic(g);
		else
			gen_varying(g);
		break;
	case 7:
		if (!g->func && below(2))
			gen_fill(g);
		else if (!g->func && g->kind != SMALL_GLOBAL)
			gen_call(g);
		else
			gen_number_op(g);
		break;
	case 8:
	case 9:
		if (!g->func || g->kind == SMALL_ROUNDS || g->kind == SMALL_ITER)
			gen_special(g);
		else if (g->kind == SMALL_TAIL && g->func == SUB)
			gen_tail_sub(g);
		else
			gen_store(g);
		break;
	default:
		if (g->kind == SMALL_TAIL && g->func)
			gen_load(g);
		else
			gen_use(g);
	}
	if (skip)
		land_here(g, skip);
}

/* Registers as small_parts.h says. */
static void begin_function(struct gen *g)
{
	g->foreign = g->func == SUB || g->func == LOOP_CB || g->func == ELEM_CB;
	switch (g->func) {
	case SUB:
		emit_mov(g, 9, 1);
		emit_mov(g, 8, 2);
		emit_mov(g, 7, 3);
		return;
	case LOOP_CB:
		emit_mov(g, 9, 2);
		emit_mov(g, 7, 1);
		break;
	case ELEM_CB:
		emit_mov(g, 9, 4);
		emit(g, EBPF_LDX | EBPF_MEM | EBPF_DW, 7, below(2) ? 2 : 3, 0, 0);
		break;
	case TIMER_CB:
		emit(g, EBPF_LDX | EBPF_MEM | EBPF_DW, 7, below(2) ? 2 : 3, 0, 0);
		if (below(2))
			emit(g, EBPF_ST | EBPF_MEM | EBPF_W, 3, 0, below(4) ? 24 : 8, gen_num());
		break;
	case GLOBAL_SUB:
		emit_mov(g, 7, 1);
		if (below(12))
			emit(g, EBPF_JMP | EBPF_JEQ | EBPF_K, 2, 0, LEAVE, 0);
		emit(g, EBPF_LDX | EBPF_MEM | EBPF_DW, 3, 2, 8 * (s16)below(2 + !below(12)), 0);
		emit(g, EBPF_STX | EBPF_MEM | EBPF_DW, 2, 7, 8 * (s16)below(2), 0);
		break;
	}
	emit_ld64(g, 8, EBPF_PSEUDO_MAP_VALUE, small.value_fd, 0);
}

static enum gen_result result_of(u32 which)
{
	if (which == LOOP_CB || which == ELEM_CB)
		return GEN_BIT;
	return which == TIMER_CB ? GEN_ZERO : GEN_ANY;
}

static void gen_function(struct gen *g)
{
	u32 start = g->cnt, which = g->func, n;

	if (which == GLOBAL_SUB)
		g->btf_type[g->nr_funcs - 1] = SMALL_T_GLOBAL;
	if (!which)
		gen_begin_main(g);
	else
		begin_function(g);
	gen_refill(g);
	for (n = which ? below(2) : 1 + below(2); n > 0; n--)
		gen_store(g);
	if (which == LOOP_CB && g->type == EBPF_PROG_TYPE_XDP)
		gen_move_packet(g);
	/* Of a special kind, at least once. */
	for (n = which ? 1 + below(4) : 3 + below(6); n > 0; n--)
		if (!which && n == 3)
			gen_special(g);
		else
			gen_any_item(g);
	gen_end_function(g, start, result_of(which));
}

/* What the two words may be: where the program decides, and something else. */
static void choose_values(struct gen *g)
{
	u32 i;

	g->values[0] = 0;
	for (i = 1; i < SMALL_VALUES; i++)
		g->values[i] = gen_num();
	if (below(2))
		g->values[SMALL_VALUES - 1] = 7;
}

static bool is_net(u32 kind)
{
	switch (kind) {
	case SMALL_PACKET:
	case SMALL_LOCK:
	case SMALL_TIMER:
	case SMALL_ENDS:
		return true;
	case SMALL_CALLBACK:
	case SMALL_NESTED:
		return !below(3);
	case SMALL_REF:
	case SMALL_TAIL:
	case SMALL_CONTEXT:
		return below(2);
	default:
		return false;
	}
}

void small_program(struct gen *g, u32 kind)
{
	memset(g->insns, 0, sizeof(g->insns));
	g->kind = kind;
	g->cnt = 0;
	g->type = is_net(kind) ? EBPF_PROG_TYPE_XDP : EBPF_PROG_TYPE_KPROBE;
	choose_values(g);
	switch (kind) {
	case SMALL_NESTED:
		small_nested(g);
		break;
	case SMALL_ENDS:
		small_ends(g);
		break;
	default:
		gen_functions(g, GLOBAL_SUB, false, gen_function);
	}
	gen_link_iters(g, iters.id);
}
