// SPDX-License-Identifier: GPL-2.0-only
/*
 * From instructions to offsets, and from offsets to bytes.
 *
 * All lengths but those of jumps are fixed. Jumps start in their long form;
 * each round turns those into short ones whose target has come within reach.
 * Lengths only ever shrink, so that what is in reach stays in reach and the
 * rounds end. Cutting the rounds off early costs bytes, never correctness.
 */
#include "internal.h"

#define MAX_ROUNDS	20
#define YIELD_INSNS	4096

static void emit_insn(struct ebpf_jit *jit, const struct ebpf_insn *insn)
{
	switch (EBPF_CLASS(insn->code)) {
	case EBPF_ALU:
	case EBPF_ALU64:
		return ebpf_jit_alu(jit, insn);
	case EBPF_LDX:
		return ebpf_jit_ldx(jit, insn);
	case EBPF_ST:
	case EBPF_STX:
		return ebpf_jit_store(jit, insn);
	case EBPF_LD:
		return ebpf_jit_ld_imm64(jit, insn);
	default:
		break;
	}
	if (insn->code == (EBPF_JMP | EBPF_CALL))
		ebpf_jit_call(jit, insn);
	else if (insn->code == (EBPF_JMP | EBPF_EXIT))
		ebpf_jit_exit(jit);
	else if (insn->code == (EBPF_JMP | EBPF_TAIL_CALL))
		ebpf_jit_tail_call(jit);
	else
		ebpf_jit_jmp(jit, insn);
}

static bool starts_fused(const struct ebpf_jit *jit, const struct ebpf_insn *insn)
{
	return EBPF_CLASS(insn->code) == EBPF_ALU64 && jit->idx + 1 < jit_cur(jit)->end &&
	       jit->flags[jit->idx + 1] & JIT_MERGED;
}

/* The unit of instruction jit->idx, into jit->e. */
static void make_unit(struct ebpf_jit *jit)
{
	const struct ebpf_insn *insn = &jit->img->insns[jit->idx];

	jit->e.len = 0;
	if (jit->flags[jit->idx] & JIT_MERGED)
		return;
	if (starts_fused(jit, insn))
		ebpf_jit_fused(jit, insn);
	else
		emit_insn(jit, insn);
}

static int unit_error(struct ebpf_jit *jit)
{
	if (EBPF_BUG_ON(jit->e.overflow))
		jit_fail(jit, -EINVAL);
	return jit->err;
}

static int measure_subprog(struct ebpf_jit *jit, struct jit_subprog *sub)
{
	u32 i;

	jit->e.len = 0;
	ebpf_jit_prologue(jit);
	sub->prologue_len = jit->e.len;
	for (i = sub->start; i < sub->end; i++) {
		jit->idx = i;
		make_unit(jit);
		if (unit_error(jit))
			return jit->err;
		jit->len[i] = jit->e.len;
		if (!(i % YIELD_INSNS) && ebpf_yield())
			return -EAGAIN;
	}
	return 0;
}

static int measure(struct ebpf_jit *jit)
{
	int err = 0;

	for (jit->cur = 0; !err && jit->cur < jit->img->subprog_cnt; jit->cur++)
		err = measure_subprog(jit, &jit->subs[jit->cur]);
	return err;
}

static void set_offsets(struct ebpf_jit *jit)
{
	u32 i, k, pos = 0;

	for (k = 0; k < jit->img->subprog_cnt; k++) {
		struct jit_subprog *sub = &jit->subs[k];

		sub->entry = pos;
		pos += sub->prologue_len;
		for (i = sub->start; i < sub->end; i++) {
			jit->off[i] = pos;
			pos += jit->len[i];
		}
	}
	jit->off[jit->img->insn_cnt] = pos;
}

/* Whether jump @i would reach its target with the short form. */
static bool within_reach(const struct ebpf_jit *jit, u32 i, u32 saved)
{
	u32 target = ebpf_jit_jump_target(&jit->img->insns[i], i);
	s64 end = (s64)jit->off[i] + jit->len[i];

	/* A target ahead moves along with the end of the jump. */
	if (target <= i)
		end -= saved;
	return x86_is_imm8((s64)jit->off[target] - end);
}

static bool shorten_jumps(struct ebpf_jit *jit)
{
	bool changed = false;
	u32 i;

	for (i = 0; i < jit->img->insn_cnt; i++) {
		/* jmp rel32 is 5 bytes, jcc rel32 6, both are 2 when short */
		u32 saved = EBPF_OP(jit->img->insns[i].code) == EBPF_JA ? 3 : 4;

		if ((jit->flags[i] & (JIT_JUMP | JIT_SHORT)) != JIT_JUMP ||
		    !within_reach(jit, i, saved))
			continue;
		jit->flags[i] |= JIT_SHORT;
		jit->len[i] -= saved;
		changed = true;
	}
	return changed;
}

static int place_entries(struct ebpf_jit *jit)
{
	u32 step = 0;

	jit->pos = jit->off[jit->img->insn_cnt];
	jit->e.len = 0;
	while (ebpf_jit_entry_unit(jit, &step)) {
		jit->pos += jit->e.len;
		jit->e.len = 0;
	}
	jit->size = jit->pos;
	return unit_error(jit);
}

int ebpf_jit_layout(struct ebpf_jit *jit)
{
	u32 round;
	int err;

	err = measure(jit);
	if (err)
		return err;
	for (round = 0; round < MAX_ROUNDS; round++) {
		set_offsets(jit);
		if (!shorten_jumps(jit))
			break;
		if (ebpf_yield())
			return -EAGAIN;
	}
	set_offsets(jit);
	return place_entries(jit);
}

static void write_unit(struct ebpf_jit *jit, u8 *rw)
{
	if (EBPF_BUG_ON((u64)jit->pos + jit->e.len > jit->size)) {
		jit_fail(jit, -EINVAL);
		return;
	}
	memcpy(rw + jit->pos, jit->e.buf, jit->e.len);
	jit->pos += jit->e.len;
	jit->e.len = 0;
}

static int write_subprog(struct ebpf_jit *jit, u8 *rw)
{
	const struct jit_subprog *sub = jit_cur(jit);
	u32 i;

	if (EBPF_BUG_ON(jit->pos != sub->entry))
		return -EINVAL;
	jit->e.len = 0;
	ebpf_jit_prologue(jit);
	write_unit(jit, rw);
	for (i = sub->start; i < sub->end; i++) {
		if (EBPF_BUG_ON(jit->pos != jit->off[i]))
			return -EINVAL;
		jit->idx = i;
		make_unit(jit);
		if (unit_error(jit))
			return jit->err;
		write_unit(jit, rw);
	}
	return jit->err;
}

int ebpf_jit_write(struct ebpf_jit *jit, u8 *rw)
{
	u32 step = 0;
	int err;

	jit->pos = 0;
	for (jit->cur = 0; jit->cur < jit->img->subprog_cnt; jit->cur++) {
		err = write_subprog(jit, rw);
		if (err)
			return err;
	}
	if (EBPF_BUG_ON(jit->pos != jit->off[jit->img->insn_cnt]))
		return -EINVAL;
	while (ebpf_jit_entry_unit(jit, &step)) {
		if (unit_error(jit))
			return jit->err;
		write_unit(jit, rw);
	}
	if (EBPF_BUG_ON(!jit->err && jit->pos != jit->size))
		return -EINVAL;
	return jit->err;
}
