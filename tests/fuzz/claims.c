// SPDX-License-Identifier: GPL-2.0-only
#include "claims.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <verifier/insn.h>
#include <verifier/range.h>
#include <verifier/watch.h>

#define ARENA_SIZE	(48UL << 20)
#define MAX_RECS	20000
#define MAX_WAITING	8192
#define MAX_IDS		160
#define NONE		0xffffffffU
#define PATH_IS_DEAD	1	/* for vf_watch.insn */

struct rec_frame {
	const struct reg_state *regs;
	const struct stack_slot *slots;
	u32 nr_slots;
};

struct rec {
	u32 pc;
	u32 parent;
	u32 child;
	u32 sibling;
	u32 curframe;
	struct rec_frame frame[EBPF_MAX_CALL_FRAMES];
};

struct claims_stat claims_stat;

static struct rec recs[MAX_RECS];
static u32 nr_recs;
static char *arena;
static size_t arena_used;
static u32 waiting[MAX_WAITING + 1];	/* which state each pending path continues */
static u32 nr_waiting;

static const struct claims_objects *objects;
static struct claims_place now;
static char why[512];

static void *keep(const void *from, size_t size)
{
	void *p;

	if (!arena)
		arena = malloc(ARENA_SIZE);
	if (!arena || arena_used + size > ARENA_SIZE)
		return NULL;
	p = arena + arena_used;
	if (size)
		memcpy(p, from, size);
	arena_used += (size + 7) & ~7UL;
	return p;
}

/* The pending paths are a stack: its height tells what was pushed and popped. */
static u32 parent_of_next(const struct vf_env *env)
{
	if (env->pending_cnt < nr_waiting) {
		nr_waiting = env->pending_cnt;
		return waiting[nr_waiting];
	}
	while (nr_waiting < env->pending_cnt)
		waiting[nr_waiting++] = nr_recs - 1;
	return nr_recs ? nr_recs - 1 : NONE;
}

/* One half of a scalar, and back. */
static void get_half(const struct scalar *s, struct range *r, bool is32)
{
	r->t = is32 ? ebpf_tnum_subreg(s->var_off) : s->var_off;
	r->umin = is32 ? s->u32_min : s->umin;
	r->umax = is32 ? s->u32_max : s->umax;
	r->smin = is32 ? s->s32_min : s->smin;
	r->smax = is32 ? s->s32_max : s->smax;
}

static void put_half(struct scalar *s, const struct range *r, bool is32)
{
	s->var_off = is32 ? ebpf_tnum_with_subreg(s->var_off, r->t) : r->t;
	if (is32) {
		s->u32_min = r->umin;
		s->u32_max = r->umax;
		s->s32_min = r->smin;
		s->s32_max = r->smax;
		return;
	}
	s->umin = r->umin;
	s->umax = r->umax;
	s->smin = r->smin;
	s->smax = r->smax;
}

static bool impossible(struct scalar a, struct scalar b, u8 op, bool is32)
{
	struct range ra, rb;

	get_half(&a, &ra, is32);
	get_half(&b, &rb, is32);
	ebpf_range_assume(&ra, &rb, op, is32 ? 32 : 64);
	if (ebpf_range_is_empty(&ra) || ebpf_range_is_empty(&rb))
		return true;
	put_half(&a, &ra, is32);
	put_half(&b, &rb, is32);
	ebpf_scalar_sync(&a);
	ebpf_scalar_sync(&b);
	return ebpf_scalar_is_empty(&a) || ebpf_scalar_is_empty(&b);
}

/* Does the way from @from to here contradict what was known of the operands? The
 * verifier walks such ways, with what it knew before the jump; that may make it
 * refuse there what it accepts with less knowledge and pruning.
 */
static bool is_dead(const struct vf_env *env, const struct rec *from)
{
	const struct ebpf_insn *insn = &env->insns[from->pc];
	const struct reg_state *regs = from->frame[from->curframe].regs;
	u8 class = EBPF_CLASS(insn->code), op = EBPF_OP(insn->code);
	bool taken = env->insn_idx != from->pc + 1;
	struct scalar b;

	if ((class != EBPF_JMP && class != EBPF_JMP32) || op == EBPF_JA || op > EBPF_JSLE ||
	    op == EBPF_CALL || op == EBPF_EXIT || !insn->off)
		return false;
	if (regs[insn->dst_reg].type != SCALAR_VALUE)
		return false;
	if (EBPF_SRC(insn->code) == EBPF_K)
		ebpf_scalar_set_const(&b, (s64)insn->imm);
	else if (regs[insn->src_reg].type == SCALAR_VALUE && insn->src_reg != insn->dst_reg)
		b = regs[insn->src_reg].n;
	else
		return false;
	return impossible(regs[insn->dst_reg].n, b, taken ? op : ebpf_jmp_negate(op),
			  class == EBPF_JMP32);
}

/* A call is done again because its walk was not true of all rounds: what was recorded of it
 * goes. Returns what came before it.
 */
static u32 replace(u32 call)
{
	u32 parent = recs[call].parent, *link = &recs[parent].child;

	while (*link != call)
		link = &recs[*link].sibling;
	*link = recs[call].sibling;
	return parent;
}

static int record(const struct vf_env *env)
{
	u32 parent = parent_of_next(env), f;
	struct rec *rec = &recs[nr_recs];

	if (nr_recs == MAX_RECS)
		return -ENOSPC;
	if (parent != NONE && is_dead(env, &recs[parent]))
		return PATH_IS_DEAD;
	if (env->call_gen)
		parent = replace(parent);
	rec->pc = env->insn_idx;
	rec->parent = parent;
	rec->child = NONE;
	rec->sibling = NONE;
	rec->curframe = env->cur->curframe;
	for (f = 0; f <= rec->curframe; f++) {
		const struct func_state *func = env->cur->frame[f];

		rec->frame[f].nr_slots = func->nr_slots;
		rec->frame[f].regs = keep(func->regs, sizeof(func->regs));
		rec->frame[f].slots = keep(func->stack, func->nr_slots * sizeof(*func->stack));
		if (!rec->frame[f].regs || !rec->frame[f].slots)
			return -ENOSPC;
	}
	if (parent != NONE) {
		rec->sibling = recs[parent].child;
		recs[parent].child = nr_recs;
	}
	nr_recs++;
	return 0;
}

void claims_reset(void)
{
	nr_recs = 0;
	nr_waiting = 0;
	arena_used = 0;
}

void claims_record(bool on)
{
	ebpf_watch.insn = on ? record : NULL;
	ebpf_watch.no_prune = on;
	if (on)
		claims_reset();
}

u32 claims_states(void)
{
	return nr_recs;
}

const char *claims_why(void)
{
	return why;
}

static int broken(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, sizeof(why), fmt, args);
	va_end(args);
	return -EDOM;
}

/* --- what a register says ---------------------------------------------------- */

/* One comparison of a state with the machine. */
struct look {
	const struct rec *rec;
	struct interp *it;
	u32 frame;
	const char *what;	/* "R" or "slot " */
	int index;
	/* Numbers that must be the same, pointers that must be NULL together. */
	struct {
		u32 id;
		bool pointer;
		u64 value;
	} ids[MAX_IDS];
	u32 nr_ids;
};

static u64 frame_top(const struct look *l, u32 frame)
{
	return frame == l->rec->curframe ? l->it->regs[10] : l->it->frames[frame].frame;
}

/* Start of the object a pointer register is in; false: not followed. */
static bool object_of(const struct look *l, const struct reg_state *reg, u64 *start, u64 *end)
{
	u32 i;

	switch (base_type(reg->type)) {
	case PTR_TO_CTX:
		*start = objects->ctx;
		*end = *start + objects->ctx_size;
		return true;
	case PTR_TO_STACK:
		*start = frame_top(l, reg->frameno);
		*end = *start;
		return true;
	case PTR_TO_PACKET:
		*start = objects->packet;
		*end = objects->packet_end;
		return true;
	case PTR_TO_PACKET_END:
		*start = objects->packet_end;
		*end = *start;
		return true;
	case CONST_PTR_TO_MAP:
		if (reg->map == objects->inner_meta)
			return false;
		*start = (unsigned long)reg->map;
		*end = *start;
		return true;
	case PTR_TO_MAP_KEY:
		*start = objects->key;
		*end = *start + 8;
		return true;
	case PTR_TO_MAP_VALUE:
		for (i = 0; i < objects->nr_maps; i++) {
			if (objects->maps[i].map != reg->map)
				continue;
			*start = objects->maps[i].start;
			*end = *start + objects->maps[i].size;
			return true;
		}
		return false;
	default:
		return false;
	}
}

static int check_id(struct look *l, const struct reg_state *reg, u64 value)
{
	bool pointer = may_be_null(reg->type);
	u32 i;

	if (!reg->id || (reg->type != SCALAR_VALUE && !pointer))
		return 0;
	value = pointer ? !value : value - (s64)reg->delta;
	for (i = 0; i < l->nr_ids; i++) {
		if (l->ids[i].id != reg->id || l->ids[i].pointer != pointer)
			continue;
		if (l->ids[i].value == value)
			return 0;
		return broken("frame %u %s%d: id %u has values %llx and %llx", l->frame, l->what,
			      l->index, reg->id, value, l->ids[i].value);
	}
	if (l->nr_ids < MAX_IDS) {
		l->ids[l->nr_ids].id = reg->id;
		l->ids[l->nr_ids].pointer = pointer;
		l->ids[l->nr_ids++].value = value;
	}
	return 0;
}

static int check_number(const struct look *l, const struct scalar *n, u64 value)
{
	claims_stat.regs++;
	if (ebpf_scalar_has(n, value))
		return 0;
	return broken("frame %u %s%d is %llx, claimed u[%llx,%llx] s[%lld,%lld] u32[%x,%x] s32[%d,%d] tnum(%llx;%llx)",
		      l->frame, l->what, l->index, value, n->umin, n->umax, n->smin, n->smax,
		      n->u32_min, n->u32_max, n->s32_min, n->s32_max, n->var_off.value,
		      n->var_off.mask);
}

static int check_value(struct look *l, const struct reg_state *reg, u64 value)
{
	u64 start, end;
	int err;

	if (reg->type == NOT_INIT)
		return 0;
	if (reg->type == SCALAR_VALUE) {
		err = check_number(l, &reg->n, value);
		return err ? err : check_id(l, reg, value);
	}
	err = check_id(l, reg, value);
	if (err || (may_be_null(reg->type) && !value) || !object_of(l, reg, &start, &end))
		return err;
	err = check_number(l, &reg->n, value - start - (s64)reg->off);
	if (!err && base_type(reg->type) == PTR_TO_PACKET && reg->range > 0 &&
	    value - (s64)reg->off + reg->range > end)
		return broken("frame %u %s%d: range %d goes beyond the packet's end", l->frame,
			      l->what, l->index, reg->range);
	return err;
}

static int check_slot(struct look *l, const struct stack_slot *slot, const u8 *bytes)
{
	u32 spilled = 0;
	u64 value = 0;
	int i;

	for (i = 0; i < REG_SIZE; i++)
		if (slot->type[REG_SIZE - 1 - i] == STACK_ZERO && bytes[i])
			return broken("frame %u slot %d: byte %d is %x, not zero", l->frame,
				      l->index, i, bytes[i]);
	while (spilled < REG_SIZE && slot->type[REG_SIZE - 1 - spilled] == STACK_SPILL)
		spilled++;
	if (!spilled)
		return 0;
	memcpy(&value, bytes, spilled);
	return check_value(l, &slot->spilled, value);
}

static int check_frame(struct look *l, u32 frame)
{
	const struct rec_frame *f = &l->rec->frame[frame];
	bool top = frame == l->rec->curframe;
	const u8 *stack;
	u32 i;
	int err;

	l->frame = frame;
	l->what = "R";
	for (i = top ? 0 : EBPF_REG_6; i < REG_FP; i++) {
		l->index = i;
		err = check_value(l, &f->regs[i],
				  top ? l->it->regs[i] : l->it->frames[frame].saved[i - 6]);
		if (err)
			return err;
	}
	l->what = "slot ";
	stack = (const u8 *)(unsigned long)frame_top(l, frame);
	for (i = 0; i < f->nr_slots; i++) {
		l->index = -8 * (int)(i + 1);
		err = check_slot(l, &f->slots[i], stack + l->index);
		if (err)
			return err;
	}
	return 0;
}

/* --- the object of an access ------------------------------------------------- */

static bool is_access(const struct ebpf_insn *insn)
{
	u8 class = EBPF_CLASS(insn->code);

	return class == EBPF_LDX || class == EBPF_ST || class == EBPF_STX;
}

/* Is it in memory that a helper gave out in this run, as much as the register says? */
static bool in_slice(const struct reg_state *reg, u64 addr, u32 size)
{
	u32 i;

	for (i = 0; i < objects->nr_slices; i++)
		if (objects->slices[i].size == reg->mem_size &&
		    addr >= objects->slices[i].start &&
		    addr + size <= objects->slices[i].start + reg->mem_size)
			return true;
	return false;
}

static int check_access(struct look *l, const struct ebpf_insn *insn)
{
	u8 regno = address_reg(insn);
	const struct reg_state *reg = &l->rec->frame[l->rec->curframe].regs[regno];
	u64 addr = l->it->regs[regno] + (s64)insn->off, start, end;
	static const u8 bytes[] = { 4, 2, 1, 8 };
	u32 size = bytes[EBPF_SIZE(insn->code) >> 3];

	claims_stat.accesses++;
	if (may_be_null(reg->type))
		return broken("access through R%u, which may be NULL", regno);
	if (base_type(reg->type) == PTR_TO_MEM)
		return in_slice(reg, addr, size) ? 0 :
		       broken("R%u: no slice of %u bytes is there", regno, reg->mem_size);
	if (!object_of(l, reg, &start, &end))
		return objects->strangers ? 0 : broken("access through R%u of type %x", regno, reg->type);
	if (base_type(reg->type) == PTR_TO_STACK)
		start -= EBPF_MAX_STACK;
	if (addr < start || addr > end || size > end - addr)
		return broken("R%u: access at %lld of an object of %lld bytes, size %u", regno,
			      addr - start, end - start, size);
	return 0;
}

/* --- following a run --------------------------------------------------------- */

static int check_rec(const struct rec *rec, struct interp *it, const struct ebpf_insn *insn)
{
	static struct look l;
	u32 f;
	int err;

	l.rec = rec;
	l.it = it;
	l.nr_ids = 0;
	if (rec->curframe != it->depth)
		return broken("claimed depth %u, is %u", rec->curframe, it->depth);
	for (f = 0; f <= rec->curframe; f++) {
		err = check_frame(&l, f);
		if (err)
			return err;
	}
	return is_access(insn) ? check_access(&l, insn) : 0;
}

void claims_start(const struct claims_objects *where)
{
	objects = where;
	now.nr = 0;
}

int claims_step(struct interp *it, const struct ebpf_insn *insn)
{
	u32 next[CLAIMS_CANDIDATES], n = 0, i, c;
	int err = broken("no state on this path");

	claims_stat.steps++;
	if (it->steps == 1) {
		next[0] = 0;
		n = nr_recs && !recs[0].pc;
		err = n ? check_rec(&recs[0], it, insn) : err;
		n = !err;
	}
	for (i = 0; it->steps > 1 && i < now.nr; i++)
		for (c = recs[now.candidates[i]].child; c != NONE; c = recs[c].sibling) {
			if (recs[c].pc != it->pc)
				continue;
			err = check_rec(&recs[c], it, insn);
			if (!err && n < CLAIMS_CANDIDATES)
				next[n++] = c;
		}
	memcpy(now.candidates, next, n * sizeof(*next));
	now.nr = n;
	return n ? 0 : err;
}

void claims_save(struct claims_place *place)
{
	*place = now;
}

void claims_restore(const struct claims_place *place)
{
	now = *place;
}
