// SPDX-License-Identifier: GPL-2.0-only
#include "native_cause.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <verif_run.h>
#include <verifier/insn.h>
#include <verifier/mem.h>
#include <verifier/watch.h>

#define MAX_STEPS	20000
#define NAME_MAX_LEN	64	/* of an instruction, in a cause */
#define WALK_ENDED	1	/* for vf_watch.insn */

/* What one verifier knows of a number, or of the variable part of a pointer. */
struct known {
	enum { UNKNOWN, NUMBER, POINTER } kind;
	u32 id;			/* of the kernel's numbers that are equal, or 0 */
	struct scalar n;
};

struct frame_regs {
	struct known reg[NR_REGS];
};

/* Before one instruction of the way. */
struct step {
	u32 pc;
	u32 depth;
	bool taken;		/* jumps */
	u32 pending;		/* of ours, before it */
	struct frame_regs ours, native;
};

static struct step *steps;
static u32 nr_steps, nr_walked;
static struct verif_result result;

/* What the refusal rests on, going backwards: registers of one frame, bits. A stack
 * slot is followed by the store into it.
 */
struct trail {
	u32 regs;
	u32 depth;
	s32 slot;		/* offset of a load whose store is looked for, or 0 */
	u32 slot_size;
	u32 slot_reg;		/* what was loaded */
};

/* ---- the kernel's log ---- */

static bool find_number(const char *text, const char *end, const char *key, u64 *val)
{
	const char *at = strstr(text, key);
	char *stop;

	/* "umin" is part of nothing else, but "min=" of all. */
	while (at && at < end && at > text && (isalnum(at[-1]) || at[-1] == '_'))
		at = strstr(at + 1, key);
	if (!at || at >= end)
		return false;
	at += strlen(key);
	*val = *at == '-' ? (u64)strtoll(at, &stop, 0) : strtoull(at, &stop, 0);
	return true;
}

/* What is not printed is like its sibling, where that fits, or nothing. */
static void parse_bounds(struct scalar *n, const char *text, const char *end)
{
	u64 v;

	n->umin = find_number(text, end, "umin=", &v) ? v : 0;
	n->umax = find_number(text, end, "umax=", &v) ? v : U64_MAX;
	n->smin = S64_MIN;
	n->smax = S64_MAX;
	if ((s64)n->umin <= (s64)n->umax) {
		n->smin = n->umin;
		n->smax = n->umax;
	}
	if (find_number(text, end, "smin=", &v))
		n->smin = v;
	if (find_number(text, end, "smax=", &v))
		n->smax = v;
}

static void parse_halves(struct scalar *n, const char *text, const char *end)
{
	bool u = n->umax <= U32_MAX, s = n->smin >= S32_MIN && n->smax <= S32_MAX;
	u64 v;

	n->u32_min = find_number(text, end, "u32_min=", &v) ? (u32)v : u ? (u32)n->umin : 0;
	n->u32_max = find_number(text, end, "u32_max=", &v) ? (u32)v : u ? (u32)n->umax : U32_MAX;
	n->s32_min = find_number(text, end, "s32_min=", &v) ? (s32)v : s ? (s32)n->smin : S32_MIN;
	n->s32_max = find_number(text, end, "s32_max=", &v) ? (s32)v : s ? (s32)n->smax : S32_MAX;
}

static void parse_scalar(struct scalar *n, const char *text)
{
	const char *end = text + strcspn(text, " \n"), *at;
	char *stop;

	ebpf_scalar_set_unknown(n);
	at = strstr(text, "var_off=(");
	if (at && at < end) {
		n->var_off.value = strtoull(at + 9, &stop, 0);
		/* "; " splits it. */
		n->var_off.mask = strtoull(stop + 2, &stop, 0);
		end = stop + strcspn(stop, " \n");
	}
	parse_bounds(n, text, end);
	parse_halves(n, text, end);
}

/* "R3_w=Pscalar(...)", "R4=8", "R1=ctx(...)", "R2=fp-8": what follows the '='. */
static void parse_value(struct known *k, const char *text)
{
	const char *end = text + strcspn(text, " \n");

	if (*text == 'P')
		text++;
	k->kind = POINTER;
	k->id = 0;
	ebpf_scalar_set_const(&k->n, 0);
	if (*text == '-' || isdigit(*text)) {
		k->kind = NUMBER;
		ebpf_scalar_set_const(&k->n, *text == '-' ? (u64)strtoll(text, NULL, 0) :
							     strtoull(text, NULL, 0));
	} else if (!strncmp(text, "scalar(", 7)) {
		k->kind = NUMBER;
		parse_scalar(&k->n, text);
		if (!strncmp(text, "scalar(id=", 10))
			k->id = strtoul(text + 10, NULL, 10);
	} else if (memchr(text, '(', end - text) && !strstr(text, "imm=")) {
		parse_scalar(&k->n, text);
	} else if (memchr(text, '(', end - text) && strstr(text, "imm=") >= end) {
		parse_scalar(&k->n, text);
	}
}

static void parse_line(const char *line, const char *end, struct frame_regs *regs)
{
	const char *at = line;
	char *stop;
	u32 reg;

	while ((at = memchr(at, 'R', end - at))) {
		at++;
		if (!isdigit(*at) || at[-2] != ' ')
			continue;
		reg = strtoul(at, &stop, 10);
		at = stop;
		if (*at == '_')
			at += 1 + strspn(at + 1, "rwD");
		if (*at == '=' && reg < NR_REGS)
			parse_value(&regs->reg[reg], at + 1);
	}
}

/* The kernel tells what a jump teaches of its operands, not that their equals learn
 * the same. @id: of before the jump; it is not told of constants.
 */
static void teach_equals(struct frame_regs *regs, const struct known *k, u32 id)
{
	u32 i;

	for (i = 0; k->kind == NUMBER && id && i < NR_REGS; i++)
		if (regs->reg[i].kind == NUMBER && regs->reg[i].id == id)
			regs->reg[i] = *k;
}

static bool is_exit(const struct ebpf_insn *insn)
{
	return insn->code == (EBPF_JMP | EBPF_EXIT);
}

static bool is_alu(const struct ebpf_insn *insn)
{
	return EBPF_CLASS(insn->code) == EBPF_ALU || EBPF_CLASS(insn->code) == EBPF_ALU64;
}

static bool is_cond(const struct ebpf_insn *insn)
{
	u8 class = EBPF_CLASS(insn->code), op = EBPF_OP(insn->code);

	return (class == EBPF_JMP || class == EBPF_JMP32) && op != EBPF_JA && op != EBPF_CALL &&
	       op != EBPF_EXIT;
}

/* The way as the kernel went it, with what it knew. */
static void read_way(const struct ebpf_load *load, const char *log)
{
	static struct frame_regs frames[EBPF_MAX_CALL_FRAMES];
	const struct ebpf_insn *insn = NULL;
	const char *line, *end, *state;
	u32 depth = 0, pc, i, dst_id, src_id;
	char *stop;

	memset(frames, 0, sizeof(frames));
	nr_steps = 0;
	for (line = log; *line && nr_steps < MAX_STEPS; line = *end ? end + 1 : end) {
		end = line + strcspn(line, "\n");
		pc = strtoul(line, &stop, 10);
		if (stop == line || strncmp(stop, ": (", 3)) {
			if (stop != line || !strncmp(line, "from ", 5))
				parse_line(line, end, &frames[depth]);
			continue;
		}
		if (pc >= load->insn_cnt)
			break;
		if (insn && is_pseudo_call(insn) && depth + 1 < EBPF_MAX_CALL_FRAMES) {
			frames[depth + 1] = frames[depth];
			depth++;
		} else if (insn && is_exit(insn) && depth) {
			frames[depth - 1].reg[0] = frames[depth].reg[0];
			depth--;
		}
		insn = &load->insns[pc];
		steps[nr_steps].pc = pc;
		steps[nr_steps].depth = depth;
		steps[nr_steps++].native = frames[depth];
		dst_id = frames[depth].reg[insn->dst_reg].id;
		src_id = frames[depth].reg[insn->src_reg].id;
		parse_line(line, end, &frames[depth]);
		if (!is_cond(insn))
			continue;
		/* Then the state is that of another path, told in full. */
		state = strstr(line, " ; ");
		steps[nr_steps - 1].taken = !state || state > end;
		teach_equals(&frames[depth], &frames[depth].reg[insn->dst_reg], dst_id);
		if (EBPF_SRC(insn->code) == EBPF_X)
			teach_equals(&frames[depth], &frames[depth].reg[insn->src_reg], src_id);
	}
	for (i = 0; i < nr_steps; i++)
		memset(&steps[i].ours, 0, sizeof(steps[i].ours));
}

/* ---- the same way with ours ---- */

static void operand(const struct frame_regs *regs, const struct ebpf_insn *insn, struct scalar *n)
{
	if (EBPF_SRC(insn->code) == EBPF_X)
		*n = regs->reg[insn->src_reg].n;
	else
		ebpf_scalar_set_const(n, (s64)insn->imm);
}

static bool on_numbers(const struct frame_regs *regs, const struct ebpf_insn *insn)
{
	bool mov = is_alu(insn) && EBPF_OP(insn->code) == EBPF_MOV;

	return (mov || regs->reg[insn->dst_reg].kind == NUMBER) &&
	       (EBPF_SRC(insn->code) == EBPF_K || regs->reg[insn->src_reg].kind == NUMBER);
}

/* Does ours know that the jump in step @s does not go the way that it went? */
static bool never_goes(const struct step *s, const struct ebpf_insn *insns)
{
	const struct ebpf_insn *insn = &insns[s->pc];
	struct scalar ta = s->ours.reg[insn->dst_reg].n, tb, fa = ta, fb;

	if (!is_cond(insn) || !on_numbers(&s->ours, insn))
		return false;
	operand(&s->ours, insn, &tb);
	fb = tb;
	return ebpf_scalar_refine(&ta, &tb, &fa, &fb, EBPF_OP(insn->code),
				  EBPF_CLASS(insn->code) == EBPF_JMP32) == !s->taken;
}

static int follow_way(const struct vf_env *env)
{
	const struct reg_state *regs = env->cur->frame[env->cur->curframe]->regs;
	struct step *s = &steps[nr_walked];
	u32 i;

	if (nr_walked == nr_steps || env->insn_idx != s->pc || env->cur->curframe != s->depth)
		return WALK_ENDED;
	/* Left, and back on a way that parted earlier. */
	if (nr_walked && env->pending_cnt < s[-1].pending)
		return WALK_ENDED;
	/* Both ways of a jump to the next instruction arrive here, the other one later. */
	if (nr_walked && s[-1].taken && s[-1].pc + 1 == s->pc && env->pending_cnt > s[-1].pending)
		return WALK_ENDED;
	/* ... or never, and then this is not the way. */
	if (nr_walked && s[-1].taken && s[-1].pc + 1 == s->pc && never_goes(&s[-1], env->insns))
		return WALK_ENDED;
	s->pending = env->pending_cnt;
	for (i = 0; i < NR_REGS; i++) {
		s->ours.reg[i].kind = regs[i].type == NOT_INIT ? UNKNOWN :
				      regs[i].type == SCALAR_VALUE ? NUMBER : POINTER;
		s->ours.reg[i].n = regs[i].n;
	}
	nr_walked++;
	return 0;
}

static void walk_way(const struct ebpf_load *load)
{
	nr_walked = 0;
	ebpf_watch.insn = follow_way;
	ebpf_watch.no_prune = true;
	verif_load(&result, load, 0);
	ebpf_watch.insn = NULL;
	ebpf_watch.no_prune = false;
}

/* ---- where they part ---- */

static bool knows_more64(const struct scalar *a, const struct scalar *b)
{
	return a->umin > b->umin || a->umax < b->umax || a->smin > b->smin || a->smax < b->smax ||
	       (b->var_off.mask & ~a->var_off.mask);
}

static bool knows_more(const struct scalar *a, const struct scalar *b)
{
	return knows_more64(a, b) || a->u32_min > b->u32_min || a->u32_max < b->u32_max ||
	       a->s32_min > b->s32_min || a->s32_max < b->s32_max;
}

static bool ahead(const struct step *s, u32 reg)
{
	const struct known *ours = &s->ours.reg[reg], *native = &s->native.reg[reg];

	if (!ours->kind || ours->kind != native->kind)
		return false;
	/* What the kernel prints of 32 bits of an offset is not kept up. */
	return ours->kind == POINTER ? knows_more64(&ours->n, &native->n) :
				       knows_more(&ours->n, &native->n);
}

static u32 ahead_of(const struct step *s, u32 regs)
{
	u32 reg, res = 0;

	for (reg = 0; reg < NR_REGS; reg++)
		if ((regs & 1U << reg) && ahead(s, reg))
			res |= 1U << reg;
	return res;
}

/* Registers that decide whether @insn is allowed, or what it yields. */
static u32 operands(const struct ebpf_insn *insn)
{
	u32 regs = 1U << insn->dst_reg;

	if (insn->code == (EBPF_JMP | EBPF_CALL))
		return 0x3e;
	if (is_exit(insn))
		return 1;
	if (EBPF_CLASS(insn->code) == EBPF_LDX)
		return 1U << insn->src_reg;
	if (is_alu(insn) && EBPF_OP(insn->code) == EBPF_MOV)
		regs = 0;
	if ((is_alu(insn) || is_cond(insn)) && EBPF_SRC(insn->code) == EBPF_X &&
	    EBPF_OP(insn->code) != EBPF_END)
		regs |= 1U << insn->src_reg;
	return regs;
}

static bool range_within(const struct scalar *a, const struct scalar *b)
{
	return a->umin > b->umin || a->umax < b->umax || a->smin > b->smin || a->smax < b->smax;
}

/* Does what ours concludes from what the kernel knew before a step, @concluded, make up
 * the whole difference behind it, or all of it in the 64-bit range?
 */
static bool explains(const struct scalar *concluded, const struct step *after, u32 reg)
{
	const struct scalar *ours = &after->ours.reg[reg].n, *native = &after->native.reg[reg].n;

	if (range_within(concluded, native) && !range_within(ours, concluded))
		return true;
	return knows_more(concluded, native) && !knows_more(ours, concluded);
}

static bool alu_concludes_more(const struct step *s, const struct ebpf_insn *insn)
{
	bool is64 = EBPF_CLASS(insn->code) == EBPF_ALU64;
	struct scalar dst = s[0].native.reg[insn->dst_reg].n, src;

	operand(&s[0].native, insn, &src);
	if (!on_numbers(&s[0].native, insn) || s[1].native.reg[insn->dst_reg].kind != NUMBER)
		return false;
	if (EBPF_OP(insn->code) == EBPF_MOV) {
		dst = src;
		if (!is64)
			ebpf_scalar_truncate(&dst, 4);
	} else if (EBPF_OP(insn->code) == EBPF_END) {
		ebpf_scalar_end(&dst, insn->imm, EBPF_SRC(insn->code) == EBPF_TO_BE);
	} else {
		ebpf_scalar_alu(&dst, &src, EBPF_OP(insn->code), is64, insn->off == 1);
	}
	return explains(&dst, &s[1], insn->dst_reg);
}

/* The same of a jump: 1 or 0 when ours would know the way, else -1; @regs: of these
 * operands it would learn more on the way gone.
 */
static int jmp_concludes_more(const struct step *s, const struct ebpf_insn *insn, u32 *regs)
{
	bool taken = s[0].taken, is_reg = EBPF_SRC(insn->code) == EBPF_X;
	struct scalar ta = s[0].native.reg[insn->dst_reg].n, tb, fa = ta, fb;
	u32 learns = 0;
	int pred;

	operand(&s[0].native, insn, &tb);
	fb = tb;
	if (!on_numbers(&s[0].native, insn)) {
		*regs = 0;
		return -1;
	}
	pred = ebpf_scalar_refine(&ta, &tb, &fa, &fb, EBPF_OP(insn->code),
				  EBPF_CLASS(insn->code) == EBPF_JMP32);
	if (explains(taken ? &ta : &fa, &s[1], insn->dst_reg))
		learns |= 1U << insn->dst_reg;
	if (is_reg && explains(taken ? &tb : &fb, &s[1], insn->src_reg))
		learns |= 1U << insn->src_reg;
	*regs &= learns;
	return pred;
}

static bool name_insn(char *to, const struct ebpf_insn *insn, const char *what)
{
	static const char * const alu[] = {
		"add", "sub", "mul", "div", "or", "and", "lsh", "rsh", "neg", "mod", "xor", "mov",
		"arsh", "end", "?", "?",
	};
	static const char * const jmp[] = {
		"ja", "jeq", "jgt", "jge", "jset", "jne", "jsgt", "jsge", "call", "exit", "jlt",
		"jle", "jslt", "jsle", "?", "?",
	};
	u8 class = EBPF_CLASS(insn->code);
	char kind = EBPF_SRC(insn->code) == EBPF_X ? 'X' : 'K';

	if (is_alu(insn))
		snprintf(to, NAME_MAX_LEN, "alu%d %s %c%s", class == EBPF_ALU ? 32 : 64,
			 alu[EBPF_OP(insn->code) >> 4], kind, what);
	else if (class == EBPF_JMP || class == EBPF_JMP32)
		snprintf(to, NAME_MAX_LEN, "jmp%d %s %c%s", class == EBPF_JMP ? 64 : 32,
			 jmp[EBPF_OP(insn->code) >> 4], kind, what);
	else
		snprintf(to, NAME_MAX_LEN, "load %d bytes%s", ebpf_esize_bytes(EBPF_SIZE(insn->code)),
			 what);
	return true;
}

/* R10's offsets only: others are not followed. */
static bool stack_access(const struct ebpf_insn *insn, u8 class)
{
	return EBPF_CLASS(insn->code) == class && EBPF_MODE(insn->code) == EBPF_MEM &&
	       address_reg(insn) == EBPF_REG_10;
}

static bool overlap(const struct trail *t, const struct ebpf_insn *insn)
{
	return insn->off < t->slot + (s32)t->slot_size &&
	       t->slot < insn->off + ebpf_esize_bytes(EBPF_SIZE(insn->code));
}

/* What made two registers equal, of which one was compared in step @i: the copy, or
 * the load of what is also in a register.
 */
static int name_link(const struct ebpf_load *load, u32 i, const struct trail *t, u32 compared,
		     char *to)
{
	while (i--) {
		const struct ebpf_insn *insn = &load->insns[steps[i].pc];
		u32 dst = 1U << insn->dst_reg;
		bool copies = is_alu(insn) && EBPF_OP(insn->code) == EBPF_MOV &&
			      EBPF_SRC(insn->code) == EBPF_X;

		if (steps[i].depth != t->depth || !(dst & (t->regs | compared)) ||
		    (!is_alu(insn) && EBPF_CLASS(insn->code) != EBPF_LDX))
			continue;
		/* The copy may have been made of either. */
		if (!copies && EBPF_CLASS(insn->code) != EBPF_LDX)
			break;
		strcpy(to, "equal by ");
		return name_insn(to + strlen(to), insn, "");
	}
	snprintf(to, CAUSE_MAX, "equal by something");
	return 1;
}

/* Step @i was done; the trail is about the state after it. 1: @to says the cause. */
static int back_over(const struct ebpf_load *load, u32 i, struct trail *t, char *to)
{
	const struct step *s = &steps[i];
	const struct ebpf_insn *insn = &load->insns[s->pc];
	u32 dst = 1U << insn->dst_reg, in;

	if (s->depth < t->depth) {
		/* Arguments. */
		t->depth = s->depth;
		t->slot = 0;
		return 0;
	}
	if (s->depth > t->depth) {
		/* Only the result comes from there. */
		if (!(t->regs & 1) || t->slot)
			return 0;
		t->depth = s->depth;
		t->regs = 1;
		return 0;
	}
	if (t->slot) {
		if (!(stack_access(insn, EBPF_STX) || stack_access(insn, EBPF_ST)) ||
		    !overlap(t, insn))
			return 0;
		in = EBPF_CLASS(insn->code) == EBPF_STX ? 1U << insn->src_reg : 0;
		if (insn->off != t->slot || !ahead_of(s, in)) {
			snprintf(to, CAUSE_MAX, "load %u bytes%s", t->slot_size,
				 insn->off != t->slot ||
				 ebpf_esize_bytes(EBPF_SIZE(insn->code)) != (int)t->slot_size ?
				 ", part of a spill" : " of a spill");
			return 1;
		}
		t->slot = 0;
		t->regs = in;
		return 0;
	}
	if (is_alu(insn) && (t->regs & dst)) {
		if (alu_concludes_more(s, insn))
			return name_insn(to, insn, "");
		in = ahead_of(s, operands(insn));
		t->regs = (t->regs & ~dst) | in;
		return !t->regs && name_insn(to, insn, "");
	}
	if (EBPF_CLASS(insn->code) == EBPF_LDX && (t->regs & dst)) {
		if (!stack_access(insn, EBPF_LDX))
			return name_insn(to, insn, "");
		t->slot = insn->off;
		t->slot_size = ebpf_esize_bytes(EBPF_SIZE(insn->code));
		t->slot_reg = insn->dst_reg;
		return 0;
	}
	if (is_cond(insn)) {
		in = t->regs & operands(insn);
		jmp_concludes_more(s, insn, &in);
		if (in)
			return name_insn(to, insn, " refines");
		in = ahead_of(s, t->regs);
		if (in) {
			t->regs = in;
			return 0;
		}
		in = ahead_of(s, operands(insn));
		if (!in && !(t->regs & operands(insn)) && !ahead_of(s + 1, operands(insn)))
			return name_link(load, i, t, operands(insn), to);
		t->regs = in;
		return !t->regs && name_insn(to, insn, " refines");
	}
	if (insn->code == (EBPF_JMP | EBPF_CALL) && !insn->src_reg && (t->regs & 1)) {
		snprintf(to, CAUSE_MAX, "call of helper %d", insn->imm);
		return 1;
	}
	return 0;
}

static void show_known(const char *whose, u32 reg, const struct known *k)
{
	const struct scalar *n = &k->n;

	if (!k->kind)
		return;
	printf("#   %s R%u: var_off=(%llx; %llx) u [%llu, %llu] s [%lld, %lld] u32 [%u, %u] s32 [%d, %d]\n",
	       whose, reg, n->var_off.value, n->var_off.mask, n->umin, n->umax, n->smin, n->smax,
	       n->u32_min, n->u32_max, n->s32_min, n->s32_max);
}

/* What both know of an instruction's registers before and after it. */
static void show_step(const struct ebpf_load *load, u32 i)
{
	const struct ebpf_insn *insn = &load->insns[steps[i].pc];
	u32 j;

	printf("# insn %u: %02x r%u r%u off %d imm %d\n", steps[i].pc, insn->code, insn->dst_reg,
	       insn->src_reg, insn->off, insn->imm);
	for (j = i; j <= i + 1 && j < nr_walked; j++) {
		printf("#  %s\n", j == i ? "before" : "after");
		show_known("ours", insn->dst_reg, &steps[j].ours.reg[insn->dst_reg]);
		show_known("native", insn->dst_reg, &steps[j].native.reg[insn->dst_reg]);
		if (EBPF_SRC(insn->code) != EBPF_X)
			continue;
		show_known("ours", insn->src_reg, &steps[j].ours.reg[insn->src_reg]);
		show_known("native", insn->src_reg, &steps[j].native.reg[insn->src_reg]);
	}
}

/* Is a pointer that instruction @i uses one for ours only, since a sum in step @at? */
static bool gave_up(const struct ebpf_load *load, u32 i, u32 *at, char *to)
{
	const struct ebpf_insn *insn = &load->insns[steps[i].pc];
	u32 reg = address_reg(insn), j;

	if (steps[i].ours.reg[reg].kind != POINTER || steps[i].native.reg[reg].kind != NUMBER)
		return false;
	for (j = i; j-- && steps[j].depth == steps[i].depth;) {
		insn = &load->insns[steps[j].pc];
		if (steps[j].native.reg[reg].kind == NUMBER)
			continue;
		if (steps[j].native.reg[reg].kind != POINTER || !is_alu(insn) || insn->dst_reg != reg)
			return false;
		*at = j;
		return name_insn(to, insn, " gives up a pointer");
	}
	return false;
}

static bool found(const struct ebpf_load *load, u32 i, bool show)
{
	if (show)
		show_step(load, i);
	return true;
}

bool native_cause(const struct ebpf_load *load, const char *log, bool show, char *to, bool *dead)
{
	const struct ebpf_insn *last;
	struct trail t = { 0 };
	u32 i;

	if (!steps)
		steps = calloc(MAX_STEPS, sizeof(*steps));
	if (!steps)
		return false;
	read_way(load, log);
	walk_way(load);
	if (!nr_walked)
		return false;
	i = nr_walked - 1;
	last = &load->insns[steps[i].pc];
	t.depth = steps[i].depth;
	t.regs = ahead_of(&steps[i], operands(last));
	*dead = nr_walked < nr_steps;
	if (*dead) {
		/* Ours knows that this jump does not go that way. */
		if (!is_cond(last))
			return false;
		u32 none = 0;

		if (!t.regs || jmp_concludes_more(&steps[i], last, &none) >= 0) {
			name_insn(to, last, " decided");
			return found(load, i, show);
		}
	}
	if (!t.regs) {
		if (!gave_up(load, i, &i, to))
			name_insn(to, last, " accepted");
		return found(load, i, show);
	}
	while (i--)
		if (back_over(load, i, &t, to))
			return found(load, i, show);
	return false;
}

/* The least offset it may have is one that a pointer may have. */
static bool within_limits(const struct known *k)
{
	return k->kind == POINTER && k->n.smin > -MAX_VAR_OFF && k->n.smin < MAX_VAR_OFF;
}

bool native_offset_open(const struct ebpf_load *load, const char *log, const char *our_log)
{
	const char *line, *end;
	struct frame_regs regs;
	u32 pc = load->insn_cnt, at;
	char *stop;

	for (line = our_log; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		at = strtoul(line, &stop, 10);
		if (stop != line && !strncmp(stop, ": (", 3))
			pc = at;
	}
	if (pc >= load->insn_cnt || !is_alu(&load->insns[pc]))
		return false;
	for (line = log; *line; line = *end ? end + 1 : end) {
		end = line + strcspn(line, "\n");
		at = strtoul(line, &stop, 10);
		/* Behind the instruction, or before the next where that was in between. */
		if (stop == line ||
		    strncmp(stop, at == pc ? ": (" : ": R", 3) || (at != pc && at != pc + 1))
			continue;
		memset(&regs, 0, sizeof(regs));
		parse_line(line, end, &regs);
		if (within_limits(&regs.reg[load->insns[pc].dst_reg]))
			return true;
	}
	return false;
}
