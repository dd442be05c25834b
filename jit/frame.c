// SPDX-License-Identifier: GPL-2.0-only
/*
 * Entries and exits.
 *
 * A program without tail calls:
 *
 *	entry:	endbr64; push rbp; mov rbp, rsi
 *	body:	push what it changes of rbx, r13-r15
 *		...
 *		pop them; pop rbp; ret
 *	tail:	endbr64; push rbp; jmp body
 *
 * One that needs no frame has no use for rbp, and entry is its tail entry too.
 *
 * A program with tail calls has an outer function that keeps what the whole
 * run shares: rbp, and r12 with the number of tail calls left. The body can
 * then be left for another program's tail entry with nothing but the return
 * address on the kernel stack, from the main program and from a subprogram
 * alike:
 *
 *	entry:	endbr64; push r12; push rbp; mov rbp, rsi; mov r12d, 33
 *		call tail; pop rbp; pop r12; ret
 *	tail:	endbr64
 *		push what it changes of rbx, r13-r15
 *		...
 *		pop them; ret
 *
 * Subprograms look like that body, without endbr64. The address of a
 * subprogram, taken for a helper to call it back, is that of
 *
 *	callback: endbr64; push rbp; mov rbp, r9; call subprogram; pop rbp; ret
 */
#include "internal.h"

/* in the order they are pushed */
static const u8 saved_regs[] = { X_RBX, X_R13, X_R14, X_R15 };

static void endbr(struct ebpf_jit *jit)
{
	if (!jit->env->endbr)
		return;
	x86_byte(&jit->e, 0xf3);
	x86_byte(&jit->e, 0x0f);
	x86_byte(&jit->e, 0x1e);
	x86_byte(&jit->e, 0xfa);
}

void ebpf_jit_ret(struct ebpf_jit *jit)
{
	if (jit->env->return_thunk)
		ebpf_jit_rel32_to(jit, 0xe9, jit->env->return_thunk);
	else
		x86_byte(&jit->e, 0xc3);
	if (jit->env->sls)
		x86_byte(&jit->e, 0xcc);
}

static void save_regs(struct ebpf_jit *jit)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(saved_regs); i++)
		if (jit_cur(jit)->saved & 1U << saved_regs[i])
			ebpf_x86_push(&jit->e, saved_regs[i]);
}

void ebpf_jit_restore_regs(struct ebpf_jit *jit)
{
	u32 i;

	for (i = ARRAY_SIZE(saved_regs); i--; )
		if (jit_cur(jit)->saved & 1U << saved_regs[i])
			ebpf_x86_pop(&jit->e, saved_regs[i]);
}

/* rbp is the main program's to save, unless its outer function did. */
static bool saves_frame(const struct ebpf_jit *jit)
{
	return !jit->tail_calls && !jit->cur && jit_cur(jit)->needs_frame;
}

static void outer_function(struct ebpf_jit *jit)
{
	struct x86_emit *e = &jit->e;

	endbr(jit);
	ebpf_x86_push(e, JIT_TAIL_COUNT);
	ebpf_x86_push(e, JIT_FRAME);
	ebpf_x86_mov(e, true, JIT_FRAME, X_RSI);
	ebpf_x86_mov_const(e, JIT_TAIL_COUNT, EBPF_MAX_TAIL_CALLS);
	ebpf_jit_rel32_off(jit, 0xe8, jit->tail_entry);
	ebpf_x86_pop(e, JIT_FRAME);
	ebpf_x86_pop(e, JIT_TAIL_COUNT);
	ebpf_jit_ret(jit);
}

static void main_entry(struct ebpf_jit *jit)
{
	struct x86_emit *e = &jit->e;

	if (jit->tail_calls) {
		outer_function(jit);
		jit->tail_entry = jit->pos + e->len;
	}
	endbr(jit);
	if (saves_frame(jit)) {
		ebpf_x86_push(e, JIT_FRAME);
		ebpf_x86_mov(e, true, JIT_FRAME, X_RSI);
	}
}

void ebpf_jit_prologue(struct ebpf_jit *jit)
{
	if (!jit->cur)
		main_entry(jit);
	save_regs(jit);
}

void ebpf_jit_exit(struct ebpf_jit *jit)
{
	ebpf_jit_restore_regs(jit);
	if (saves_frame(jit))
		ebpf_x86_pop(&jit->e, JIT_FRAME);
	ebpf_jit_ret(jit);
}

static void tail_entry_unit(struct ebpf_jit *jit)
{
	u32 body = jit->subs[0].entry;

	jit->cur = 0;
	if (jit->tail_calls)
		return;		/* made in the prologue */
	if (!saves_frame(jit)) {
		jit->tail_entry = body;
		return;
	}
	jit->tail_entry = jit->pos;
	endbr(jit);
	ebpf_x86_push(&jit->e, JIT_FRAME);
	/* past the entry's endbr64, push rbp and mov rbp, rsi */
	ebpf_jit_rel32_off(jit, 0xe9, body + jit->e.len + 3);
}

static void callback_unit(struct ebpf_jit *jit, struct jit_subprog *sub)
{
	struct x86_emit *e = &jit->e;

	sub->cb_entry = jit->pos;
	endbr(jit);
	ebpf_x86_push(e, JIT_FRAME);
	ebpf_x86_mov(e, true, JIT_FRAME, JIT_CB_FRAME);
	ebpf_jit_rel32_off(jit, 0xe8, sub->entry);
	ebpf_x86_pop(e, JIT_FRAME);
	ebpf_jit_ret(jit);
}

bool ebpf_jit_entry_unit(struct ebpf_jit *jit, u32 *step)
{
	u32 i = (*step)++;

	if (!i) {
		tail_entry_unit(jit);
		return true;
	}
	if (i >= jit->img->subprog_cnt)
		return false;
	if (jit->subs[i].is_cb)
		callback_unit(jit, &jit->subs[i]);
	return true;
}
