// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions of the program that a helper calls back, any number of times.
 *
 * A callback is walked for each state in which its helper is called, and that walk
 * must be true of every repetition. What repetitions share are the stacks of the
 * frames above, where a callback has a pointer to one of them. So, but for one that is
 * called once at most, it starts with
 * nothing known of the numbers there that it may write (rounds.c), and may not change
 * which slots hold pointers, nor what these point to: the state it leaves is then
 * one it could have started from. References taken inside are given back inside.
 */
#include "verifier/call.h"
#include "verifier/image.h"
#include "verifier/insn.h"
#include "verifier/log.h"
#include "verifier/mem.h"
#include "verifier/walk.h"
#include "verifier/watch.h"

/* Pointers into a packet can be lost meanwhile: they count as numbers. */
static bool holds_pointer(const struct stack_slot *slot)
{
	if (slot_is_object(slot))
		return true;
	return slot_is_spill(slot) && slot->spilled.type != SCALAR_VALUE &&
	       slot->spilled.type != NOT_INIT && !is_pkt_ptr_any(slot->spilled.type);
}

static bool holds_packet(const struct stack_slot *slot)
{
	return slot_is_spill(slot) && is_pkt_ptr_any(slot->spilled.type);
}

/* A pointer that callbacks write over; never but in tests. */
static bool is_given_up(const struct stack_slot *slot, bool written)
{
	return watch_mild_frozen() && written && slot_is_spill(slot);
}

/* What slots @written hold, and where pointers into packets are. */
static void forget_numbers(struct func_state *func, u64 written)
{
	struct stack_slot *slot;
	u32 i, b;
	bool is_written;

	for (i = 0; i < func->nr_slots; i++) {
		slot = &func->stack[i];
		is_written = written & (1ULL << i);
		if (holds_pointer(slot) ? !is_given_up(slot, is_written) :
					  !is_written && !holds_packet(slot))
			continue;
		ebpf_reg_set_not_init(&slot->spilled);
		for (b = 0; b < REG_SIZE; b++)
			if (slot->type[b] != STACK_INVALID)
				slot->type[b] = STACK_MISC;
	}
}

static u64 pointer_slots(const struct func_state *func)
{
	u64 slots = 0;
	u32 i;

	for (i = 0; i < func->nr_slots; i++)
		if (holds_pointer(&func->stack[i]))
			slots |= 1ULL << i;
	return slots;
}

/* The frame of the innermost callback under way, or NULL. */
static struct func_state *cb_frame(const struct vf_env *env)
{
	u32 f;

	for (f = env->cur->curframe; f; f--)
		if (env->cur->frame[f]->in_callback)
			return env->cur->frame[f];
	return NULL;
}

/* Helpers keep something for as long as their callbacks run: an element's place in the
 * walk, the lock of memory areas, the end of a ring buffer. bpf_loop has nothing.
 */
bool ebpf_callback_holds(const struct vf_env *env)
{
	const struct vf_state *st = env->cur;
	u32 f;

	if (st->frame[0]->async_entry)
		return true;
	for (f = 1; f <= st->curframe; f++)
		if (st->frame[f]->in_callback &&
		    env->insns[st->frame[f]->callsite].imm != EBPF_FUNC_loop)
			return true;
	return false;
}

u32 ebpf_callback_frameno(const struct vf_env *env)
{
	const struct func_state *cb = cb_frame(env);

	return cb ? cb->frameno : 0;
}

int ebpf_check_frozen(struct vf_env *env, const struct func_state *func, s32 off, bool pointer)
{
	const struct func_state *cb = cb_frame(env);
	u32 slot = (u32)(-off - 1) / REG_SIZE;

	if (!cb || func->frameno >= cb->frameno)
		return 0;
	if (pointer || ((cb->frozen[func->frameno] & (1ULL << slot)) && !watch_mild_frozen())) {
		vlog(env, "callbacks cannot change which stack slots of their callers hold pointers\n");
		return -EACCES;
	}
	return ebpf_note_write(env, func, slot);
}

static bool can_walk(const struct ebpf_map *map)
{
	return map->ops->for_each_callback || map->map_type == EBPF_MAP_TYPE_ARRAY ||
	       map->map_type == EBPF_MAP_TYPE_PERCPU_ARRAY;
}

void ebpf_set_elem_args(struct vf_env *env, struct reg_state *regs, struct ebpf_map *map,
			u32 map_uid)
{
	ebpf_reg_set_ptr(&regs[EBPF_REG_1], CONST_PTR_TO_MAP);
	ebpf_reg_set_ptr(&regs[EBPF_REG_2], PTR_TO_MAP_KEY);
	ebpf_reg_set_ptr(&regs[EBPF_REG_3], PTR_TO_MAP_VALUE);
	regs[EBPF_REG_1].map = map;
	regs[EBPF_REG_1].map_uid = map_uid;
	regs[EBPF_REG_2].map = map;
	regs[EBPF_REG_3].map = map;
	regs[EBPF_REG_3].map_uid = map_uid;
	if (has_spin_lock(&regs[EBPF_REG_3]))
		regs[EBPF_REG_3].id = ++env->id_gen;
}

static int set_args(struct vf_env *env, const struct call_meta *meta, struct reg_state *regs,
		    const struct reg_state *first, const struct reg_state *ctx)
{
	const struct ebpf_btf *btf;
	u32 btf_id;
	int err;

	switch (meta->func_id) {
	case EBPF_FUNC_loop:
		ebpf_reg_set_unknown(&regs[EBPF_REG_1]);
		ebpf_reg_copy(&regs[EBPF_REG_2], ctx);
		return 0;
	case EBPF_FUNC_for_each_map_elem:
		if (!can_walk(meta->map)) {
			vlog(env, "callback function not allowed for map\n");
			return -ENOTSUPP;
		}
		ebpf_set_elem_args(env, regs, meta->map, meta->map_uid);
		ebpf_reg_copy(&regs[EBPF_REG_4], ctx);
		return 0;
	case EBPF_FUNC_user_ringbuf_drain:
		ebpf_reg_set_ptr(&regs[EBPF_REG_1], CONST_PTR_TO_DYNPTR);
		regs[EBPF_REG_1].dynptr_type = EBPF_DYNPTR_TYPE_LOCAL;
		regs[EBPF_REG_1].id = ++env->id_gen;
		ebpf_reg_copy(&regs[EBPF_REG_2], ctx);
		return 0;
	case EBPF_FUNC_find_vma:
		err = ebpf_kernel_struct(env, "vm_area_struct", &btf, &btf_id);
		if (err)
			return err;
		ebpf_reg_copy(&regs[EBPF_REG_1], first);
		ebpf_reg_set_btf(&regs[EBPF_REG_2], btf, btf_id, 0);
		ebpf_reg_copy(&regs[EBPF_REG_3], ctx);
		return 0;
	default:
		vlog(env, "callbacks of func bpf_%s#%d are not supported yet\n",
		     ebpf_func_id_name(meta->func_id), meta->func_id);
		return -EINVAL;
	}
}

/* Rounds of bpf_loop, by its first argument, which ebpf_note_loop marked. */
static bool runs_once(const struct reg_state *rounds)
{
	return rounds->type == SCALAR_VALUE && rounds->n.umax <= 1;
}

int ebpf_enter_callback(struct vf_env *env, const struct call_meta *meta,
			const struct reg_state *first, const struct reg_state *ctx)
{
	bool once = meta->func_id == EBPF_FUNC_loop && runs_once(first);
	struct vf_state *st = env->cur;
	const struct func_state *outer;
	u64 written[EBPF_MAX_CALL_FRAMES];
	struct func_state *callee;
	u32 f;
	int err;

	/* The way on which it is not called at all. */
	if (!ebpf_push_pending(env, env->insn_idx + 1, env->insn_idx))
		return -EFAULT;
	callee = ebpf_enter_frame(env, env->insn_idx, meta->subprogno);
	if (IS_ERR(callee))
		return PTR_ERR(callee);
	callee->in_callback = true;
	callee->found = st->sections;
	callee->callback_ret_range = ebpf_tnum_range(0, 1);
	err = ebpf_begin_rounds(env, callee, once, written);
	if (!err)
		err = set_args(env, meta, callee->regs, first, ctx);
	if (err)
		return err;
	/* One repetition may move the packet, and the last one not. */
	if (env->subprogs[meta->subprogno].changes_pkt)
		ebpf_forget_packet(st);
	outer = cb_frame(env);
	for (f = 0; f <= st->curframe; f++) {
		if (ctx->type == PTR_TO_STACK)
			forget_numbers(st->frame[f], written[f]);
		callee->frozen[f] = pointer_slots(st->frame[f]);
		/* What was found to be NULL since then is a pointer in other rounds. */
		if (outer)
			callee->frozen[f] |= outer->frozen[f];
	}
	env->subprogs[meta->subprogno].is_cb = true;
	st->curframe++;
	env->insn_idx = env->subprogs[meta->subprogno].start;
	return 0;
}

int ebpf_leave_callback(struct vf_env *env)
{
	struct func_state *callee = cur_func(env);
	struct reg_state *r0 = &callee->regs[EBPF_REG_0];
	int err;

	if (r0->type != SCALAR_VALUE) {
		vlog(env, "R0 not a scalar value\n");
		return -EACCES;
	}
	err = ebpf_check_reg_arg(env, EBPF_REG_0, SRC_OP);
	if (!err)
		err = ebpf_mark_precise(env, EBPF_REG_0);
	if (err)
		return err;
	if (ebpf_tnum_in(callee->callback_ret_range, r0->n.var_off))
		return ebpf_rounds_failed(env, callee);
	ebpf_print_bad_result(env, "callback return", callee->callback_ret_range);
	return -EINVAL;
}

#define LOOP_SPILL	(3 * REG_SIZE)

/* Calls of bpf_loop with flags 0 and always the same callback are done in place. */
int ebpf_note_loop(struct vf_env *env, int insn_idx, u32 subprogno)
{
	struct insn_aux *aux = &env->aux[insn_idx];
	const struct reg_state *flags = &cur_regs(env)[EBPF_REG_4];
	bool zero = is_null_reg(flags);
	int err = 0;

	if (!aux->loop_seen) {
		aux->loop_seen = true;
		aux->loop_inline = zero;
		aux->subprogno_of_func = subprogno;
	} else if (!zero || aux->subprogno_of_func != subprogno) {
		aux->loop_inline = false;
	}
	/* Paths with other flags must be looked at, and those with more rounds. */
	if (zero)
		err = ebpf_mark_precise(env, EBPF_REG_4);
	if (!err && runs_once(&cur_regs(env)[EBPF_REG_1]))
		err = ebpf_mark_precise(env, EBPF_REG_1);
	return err;
}

/* Room for what the loops save, once per function. */
void ebpf_place_loops(struct vf_env *env)
{
	struct subprog_info *sub;
	bool found;
	u32 s, i;

	for (s = 0; s < env->subprog_cnt; s++) {
		sub = &env->subprogs[s];
		found = false;
		for (i = sub[0].start; i < sub[1].start; i++) {
			if (!env->aux[i].loop_inline)
				continue;
			env->aux[i].loop_stack = round_up(sub->stack_depth, REG_SIZE);
			found = true;
		}
		if (found)
			sub->stack_depth = round_up(sub->stack_depth, REG_SIZE) + LOOP_SPILL;
	}
}

int ebpf_expand_loop(const struct insn_aux *aux, struct ebpf_insn *buf)
{
	const u8 mov = EBPF_ALU64 | EBPF_MOV | EBPF_X, save = EBPF_STX | EBPF_MEM | EBPF_DW;
	const u8 load = EBPF_LDX | EBPF_MEM | EBPF_DW;
	s16 at = -(s32)aux->loop_stack - LOOP_SPILL;
	u32 n = 0, i, head, last, too_many;

	buf[n++] = mk(EBPF_JMP | EBPF_JLE | EBPF_K, EBPF_REG_1, 0, 2, EBPF_MAX_LOOPS);
	buf[n++] = mk(EBPF_ALU64 | EBPF_MOV | EBPF_K, EBPF_REG_0, 0, 0, -E2BIG);
	too_many = n++;
	for (i = 0; i < 3; i++)
		buf[n++] = mk(save, EBPF_REG_10, EBPF_REG_6 + i, at + i * REG_SIZE, 0);
	/* R6 counts up to R7, R8 is what the callback is given. */
	buf[n++] = mk(EBPF_ALU64 | EBPF_MOV | EBPF_K, EBPF_REG_6, 0, 0, 0);
	buf[n++] = mk(mov, EBPF_REG_7, EBPF_REG_1, 0, 0);
	buf[n++] = mk(mov, EBPF_REG_8, EBPF_REG_3, 0, 0);
	head = n++;
	buf[n++] = mk(mov, EBPF_REG_1, EBPF_REG_6, 0, 0);
	buf[n++] = mk(mov, EBPF_REG_2, EBPF_REG_8, 0, 0);
	/* The distance is filled in when everything has its place. */
	buf[n++] = mk(EBPF_JMP | EBPF_CALL, 0, EBPF_PSEUDO_CALL, 0, 0);
	buf[n++] = mk(EBPF_ALU64 | EBPF_ADD | EBPF_K, EBPF_REG_6, 0, 0, 1);
	last = n++;
	buf[last] = mk(EBPF_JMP | EBPF_JEQ | EBPF_K, EBPF_REG_0, 0, (s32)head - last - 1, 0);
	buf[head] = mk(EBPF_JMP | EBPF_JGE | EBPF_X, EBPF_REG_6, EBPF_REG_7, last - head, 0);
	buf[n++] = mk(mov, EBPF_REG_0, EBPF_REG_6, 0, 0);
	for (i = 0; i < 3; i++)
		buf[n++] = mk(load, EBPF_REG_6 + i, EBPF_REG_10, at + i * REG_SIZE, 0);
	buf[too_many] = mk(EBPF_JMP | EBPF_JA, 0, 0, n - too_many - 1, 0);
	return n;
}
