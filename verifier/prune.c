// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pruning: a path that arrives in a state no worse than one from which all
 * paths were found safe ends there. The same comparison finds loops that make
 * no progress.
 */
#include "verifier/call.h"
#include "verifier/iter.h"
#include "verifier/log.h"
#include "verifier/walk.h"
#include "verifier/watch.h"

/* Adding a state is worth it after so much work. */
#define MIN_JMPS	2
#define MIN_INSNS	8
/* In a loop under way: fewer. */
#define LOOP_JMPS	20
#define LOOP_MISSES	64
#define LOOP_INSNS	100
/* Jumps on the way since the last state: all that branches off copies them, so that
 * without an end to them a loop costs the square of its rounds.
 */
#define MAX_HISTORY	40

/* Ids differ between paths; only who shares them matters. */
static bool ids_match(struct vf_env *env, u32 old, u32 cur)
{
	u32 i;

	if (!old || !cur)
		return old == cur;
	for (i = 0; i < env->idmap_used; i++) {
		if (env->idmap[i].old == old)
			return env->idmap[i].cur == cur;
		if (env->idmap[i].cur == cur)
			return false;
	}
	if (env->idmap_used == IDMAP_SIZE)
		return false;
	env->idmap[i].old = old;
	env->idmap[i].cur = cur;
	env->idmap_used++;
	return true;
}

/* Numbers that were equal must be equal now; more may be. A number without an
 * id equals nothing but itself: @unique stands for it.
 */
static bool scalar_ids_match(struct vf_env *env, u32 old, u32 cur, u32 unique)
{
	u32 i;

	if (!old || watch_no_links())
		return true;
	if (!cur)
		cur = U32_MAX - unique;
	for (i = 0; i < env->idmap_used; i++)
		if (env->idmap[i].old == old)
			return env->idmap[i].cur == cur;
	if (env->idmap_used == IDMAP_SIZE)
		return false;
	env->idmap[i].old = old;
	env->idmap[i].cur = cur;
	env->idmap_used++;
	return true;
}

static bool same_object(const struct reg_state *old, const struct reg_state *cur)
{
	return old->type == cur->type && old->off == cur->off && old->raw[0] == cur->raw[0] &&
	       old->raw[1] == cur->raw[1];
}

static bool exactly_equal(struct vf_env *env, const struct reg_state *old,
			  const struct reg_state *cur)
{
	return same_object(old, cur) && old->frameno == cur->frameno &&
	       ebpf_scalar_equal(&old->n, &cur->n) && ids_match(env, old->id, cur->id) &&
	       ids_match(env, old->ref_obj_id, cur->ref_obj_id) &&
	       ids_match(env, old->dynptr_id, cur->dynptr_id);
}

static bool packet_safe(struct vf_env *env, const struct reg_state *old,
			const struct reg_state *cur)
{
	if (old->type != cur->type || old->off != cur->off || old->range > cur->range)
		return false;
	/* Ways were left out for lying behind the packet. */
	if (old->range < 0 && old->range != cur->range)
		return false;
	if (old->id && !ids_match(env, old->id, cur->id))
		return false;
	return ebpf_scalar_contains(&old->n, &cur->n);
}

static bool memory_safe(struct vf_env *env, const struct reg_state *old,
			const struct reg_state *cur)
{
	if (may_be_null(old->type))
		return exactly_equal(env, old, cur);
	/* The id of what was found not NULL means nothing any more, but for locks. */
	if (has_spin_lock(old) && !ids_match(env, old->id, cur->id))
		return false;
	return same_object(old, cur) && ebpf_scalar_contains(&old->n, &cur->n) &&
	       ids_match(env, old->ref_obj_id, cur->ref_obj_id) &&
	       ids_match(env, old->dynptr_id, cur->dynptr_id);
}

static bool used_reg_safe(struct vf_env *env, const struct reg_state *old,
			  const struct reg_state *cur, u32 unique)
{
	if (cur->type == NOT_INIT)
		return false;
	switch (base_type(old->type)) {
	case SCALAR_VALUE:
		if (cur->type != SCALAR_VALUE)
			return false;
		if (!old->precise && !env->exact)
			return true;
		return ebpf_scalar_contains(&old->n, &cur->n) &&
		       (!old->id || old->delta == cur->delta) &&
		       scalar_ids_match(env, old->id, cur->id, unique);
	case PTR_TO_MAP_KEY:
	case PTR_TO_MAP_VALUE:
	case PTR_TO_MEM:
	case PTR_TO_BUF:
	case PTR_TO_TP_BUFFER:
	case PTR_TO_INSN:
		return memory_safe(env, old, cur);
	case PTR_TO_PACKET:
	case PTR_TO_PACKET_META:
		return packet_safe(env, old, cur);
	case ITER:
		/* How much was taken from them is no matter of what may be done with them. */
		return cur->type == ITER && old->iter_kind == cur->iter_kind &&
		       old->iter_part == cur->iter_part &&
		       old->iter_drained == cur->iter_drained && old->iter_lost == cur->iter_lost &&
		       ids_match(env, old->ref_obj_id, cur->ref_obj_id);
	case PTR_TO_ARENA:
		return cur->type == PTR_TO_ARENA;
	default:
		return exactly_equal(env, old, cur);
	}
}

/* Is what was safe with @old safe with @cur? @unique: a number no other
 * register of this comparison has. Of most registers nobody looked at the old one, and no
 * call is made for them.
 */
static __always_inline bool reg_safe(struct vf_env *env, const struct reg_state *old,
				     const struct reg_state *cur, u32 unique)
{
	if (old->type == NOT_INIT || (!(old->live & LIVE_READ) && !env->exact))
		return true;
	return used_reg_safe(env, old, cur, unique);
}

/* @cur may be NULL: never touched. */
static bool bytes_safe(const struct stack_slot *old, const struct stack_slot *cur)
{
	int i;

	for (i = 0; i < REG_SIZE; i++) {
		/* Neither is it data, nor can data stand for it. */
		if (cur && type_is_object(cur->type[i]) && old->type[i] != cur->type[i])
			return false;
		/* Just some number is what anything can be taken for. */
		if (old->type[i] == STACK_INVALID || old->type[i] == STACK_MISC)
			continue;
		if (!cur || old->type[i] != cur->type[i])
			return false;
	}
	return true;
}

/* As @old was saved by so many bytes, but in @cur something is there that is not such a number:
 * what is loaded then is any.
 */
static bool number_safe(struct vf_env *env, const struct stack_slot *old,
			const struct stack_slot *cur, u32 unique)
{
	struct reg_state *any = &env->tmp_reg;
	int i, size = 0;

	for (i = 0; i < REG_SIZE; i++) {
		if (old->type[i] == STACK_SPILL)
			size++;
		else if (old->type[i] != STACK_INVALID && old->type[i] != STACK_MISC)
			return false;
		if (cur && type_is_object(cur->type[i]))
			return false;
	}
	if (cur && slot_is_spill(cur) && cur->spilled.type != SCALAR_VALUE)
		return false;
	ebpf_reg_set_unknown(any);
	if (size < REG_SIZE)
		ebpf_scalar_truncate(&any->n, size);
	return reg_safe(env, &old->spilled, any, unique);
}

static bool slot_safe(struct vf_env *env, const struct stack_slot *old,
		      const struct stack_slot *cur, u32 unique)
{
	if (!bytes_safe(old, cur))
		return slot_is_scalar_spill(old) && number_safe(env, old, cur, unique);
	return (!slot_is_spill(old) && !slot_is_object(old)) ||
	       reg_safe(env, &old->spilled, &cur->spilled, unique);
}

static bool slot_used(const struct vf_env *env, const struct stack_slot *slot)
{
	int i;

	if (!env->exact && !(slot->spilled.live & LIVE_READ))
		return false;
	for (i = 0; i < REG_SIZE; i++)
		if (slot->type[i] != STACK_INVALID)
			return true;
	return false;
}

/* Where the old paths may have read something else there is no dynptr or iterator now. What they
 * read of slots that the state did not reach to is not known.
 */
static bool objects_safe(const struct vf_env *env, const struct func_state *old,
			 const struct func_state *cur)
{
	u32 i;

	for (i = 0; i < cur->nr_slots; i++) {
		if (!slot_is_object(&cur->stack[i]))
			continue;
		if (i >= old->nr_slots)
			return false;
		if ((env->exact || (old->stack[i].spilled.live & LIVE_READ)) &&
		    old->stack[i].type[REG_SIZE - 1] != cur->stack[i].type[REG_SIZE - 1])
			return false;
	}
	return true;
}

static bool stack_safe(struct vf_env *env, const struct func_state *old,
		       const struct func_state *cur)
{
	const struct stack_slot *o;
	u32 i;

	if (!objects_safe(env, old, cur))
		return false;
	for (i = 0; i < old->nr_slots; i++) {
		o = &old->stack[i];
		if (!slot_used(env, o))
			continue;
		if (!slot_safe(env, o, i < cur->nr_slots ? &cur->stack[i] : NULL,
			       old->frameno * 128 + NR_REGS + i))
			return false;
	}
	return true;
}

static bool refs_safe(struct vf_env *env, const struct func_state *old,
		      const struct func_state *cur)
{
	u32 i;

	if (old->nr_refs != cur->nr_refs)
		return false;
	for (i = 0; i < old->nr_refs; i++)
		if (old->refs[i].callback != cur->refs[i].callback ||
		    !ids_match(env, old->refs[i].id, cur->refs[i].id))
			return false;
	return true;
}

/* Only slots of the frames above can be. */
static bool same_frozen(const struct func_state *old, const struct func_state *cur)
{
	u32 f;

	for (f = 0; f < old->frameno; f++)
		if (old->frozen[f] != cur->frozen[f])
			return false;
	return true;
}

/* Of what is not finished: the same frame, in which no round that the old way here began is
 * still to begin. Else ways back to the start of a loop could be put together of pieces that
 * begin none. Where all rounds are those of iterators, these are looked at instead, and a function
 * may have been called again.
 */
static bool same_rounds(const struct vf_env *env, const struct func_state *old,
			const struct func_state *cur)
{
	return env->only_iters ||
	       (old->instance == cur->instance && old->rounds <= cur->rounds);
}

static bool same_sections(const struct sections *a, const struct sections *b)
{
	return a->rcu == b->rcu && a->preempt == b->preempt;
}

static bool func_safe(struct vf_env *env, const struct func_state *old,
		      const struct func_state *cur)
{
	u32 i;

	if (old->callsite != cur->callsite || old->in_callback != cur->in_callback ||
	    old->cb_gen != cur->cb_gen || (env->exact && !same_rounds(env, old, cur)) ||
	    !same_frozen(old, cur))
		return false;
	if (old->in_callback && !same_sections(&old->found, &cur->found))
		return false;
	for (i = 0; i < NR_REGS; i++)
		if (!reg_safe(env, &old->regs[i], &cur->regs[i], old->frameno * 128 + i))
			return false;
	return stack_safe(env, old, cur) && refs_safe(env, old, cur);
}

/* @exact: which registers matter is not known of @old. */
static bool states_safe(struct vf_env *env, const struct vf_state *old,
			const struct vf_state *cur, bool exact)
{
	u32 i;

	/* Functions that timers call have another result to return. */
	if (old->curframe != cur->curframe ||
	    !old->frame[0]->async_entry != !cur->frame[0]->async_entry)
		return false;
	env->idmap_used = 0;
	env->exact = exact;
	if (!ids_match(env, old->spin_lock_id, cur->spin_lock_id))
		return false;
	if (!same_sections(&old->sections, &cur->sections))
		return false;
	for (i = 0; i <= old->curframe; i++)
		if (!func_safe(env, old->frame[i], cur->frame[i]))
			return false;
	return true;
}

/* Cheap: did any register of the current frame change since @old? */
static bool may_loop(const struct vf_state *old, const struct vf_state *cur)
{
	const struct func_state *o, *c;
	u32 i;

	if (old->curframe != cur->curframe)
		return false;
	o = old->frame[old->curframe];
	c = cur->frame[cur->curframe];
	/* Whatever counts the loop has another value now: that is found soonest here. */
	for (i = 0; i < NR_REGS; i++)
		if (o->regs[i].n.var_off.value != c->regs[i].n.var_off.value)
			return false;
	for (i = 0; i < NR_REGS; i++)
		if (memcmp(&o->regs[i], &c->regs[i], REG_CMP_SIZE))
			return false;
	return true;
}

static void clean_func(struct func_state *func)
{
	struct stack_slot *slot;
	u32 i;

	for (i = 0; i < REG_FP; i++) {
		if (!(func->regs[i].live & LIVE_READ))
			ebpf_reg_set_not_init(&func->regs[i]);
		func->regs[i].live |= LIVE_DONE;
	}
	for (i = 0; i < func->nr_slots; i++) {
		slot = &func->stack[i];
		if (!(slot->spilled.live & LIVE_READ)) {
			ebpf_reg_set_not_init(&slot->spilled);
			memset(slot->type, STACK_INVALID, sizeof(slot->type));
		}
		slot->spilled.live |= LIVE_DONE;
	}
}

static bool state_is_done(const struct vf_state *st)
{
	return st->frame[0]->regs[0].live & LIVE_DONE;
}

static bool same_callsites(const struct vf_state *a, const struct vf_state *b)
{
	u32 i;

	if (a->curframe != b->curframe)
		return false;
	for (i = 0; i <= a->curframe; i++)
		if (a->frame[i]->callsite != b->frame[i]->callsite)
			return false;
	return true;
}

/* States whose paths have all ended forget what was never read. */
static void clean_states(struct explored *sl, u32 insn_idx, const struct vf_state *cur)
{
	u32 i;

	for (; sl; sl = sl->next) {
		if (sl->state.branches || sl->state.insn_idx != insn_idx || sl->state.open)
			continue;
		if (state_is_done(&sl->state) || !same_callsites(&sl->state, cur))
			continue;
		for (i = 0; i <= sl->state.curframe; i++)
			clean_func(sl->state.frame[i]);
	}
}

static int propagate_reg(struct vf_env *env, const struct reg_state *from, struct reg_state *to)
{
	u8 flag = from->live & LIVE_READ, had = to->live & LIVE_READ;

	if (!flag || had == LIVE_READ64 || had == flag)
		return 0;
	return ebpf_mark_reg_read(env, NULL, to, flag);
}

/* What the paths below @old read, the pruned path would have read. */
static int propagate_liveness(struct vf_env *env, const struct vf_state *old,
			      struct vf_state *cur)
{
	const struct func_state *o;
	struct func_state *c;
	u32 f, i;
	int err = 0;

	for (f = 0; !err && f <= old->curframe; f++) {
		o = old->frame[f];
		c = cur->frame[f];
		for (i = f < old->curframe ? EBPF_REG_6 : 0; !err && i < REG_FP; i++)
			err = propagate_reg(env, &o->regs[i], &c->regs[i]);
		for (i = 0; !err && i < o->nr_slots && i < c->nr_slots; i++)
			err = propagate_reg(env, &o->stack[i].spilled, &c->stack[i].spilled);
	}
	return err;
}

static struct explored **explored_list(struct vf_env *env, u32 insn_idx)
{
	u32 key = insn_idx ^ (u32)cur_func(env)->callsite;

	return &env->explored[key % env->explored_size];
}

/* Marks so far belong to what came before the new checkpoint. */
static void forget_precision(struct vf_state *st)
{
	struct func_state *func;
	u32 f, i;

	for (f = 0; f <= st->curframe; f++) {
		func = st->frame[f];
		for (i = 0; i < REG_FP; i++)
			func->regs[i].precise = false;
		for (i = 0; i < func->nr_slots; i++)
			func->stack[i].spilled.precise = false;
	}
}

/* The current state continues @st: reads reach it, writes are its own again. */
static void link_to_parent(struct vf_state *cur, struct vf_state *st)
{
	struct func_state *c, *p;
	u32 f, i;

	for (f = 0; f <= cur->curframe; f++) {
		c = cur->frame[f];
		p = st->frame[f];
		for (i = f < cur->curframe ? EBPF_REG_6 : 0; i < REG_FP; i++)
			c->regs[i].parent = &p->regs[i];
		for (i = 0; i < REG_FP; i++)
			c->regs[i].live = LIVE_NONE;
		for (i = 0; i < c->nr_slots; i++) {
			c->stack[i].spilled.live = LIVE_NONE;
			c->stack[i].spilled.parent = &p->stack[i].spilled;
		}
	}
}

static int add_state(struct vf_env *env, u32 insn_idx)
{
	struct vf_state *cur = env->cur;
	struct explored *sl = ebpf_alloc(sizeof(*sl)), **list;
	int err;

	if (!sl)
		return -ENOMEM;
	forget_precision(cur);
	err = ebpf_state_copy(env, &sl->state, cur);
	if (err) {
		ebpf_state_release(env, &sl->state);
		ebpf_free(sl);
		return err;
	}
	env->total_states++;
	env->peak_states++;
	env->prev_jmps_processed = env->jmps_processed;
	env->prev_insn_processed = env->insn_processed;
	sl->state.insn_idx = insn_idx;
	if (EBPF_BUG_ON(sl->state.branches != 1)) {
		ebpf_state_release(env, &sl->state);
		ebpf_free(sl);
		return -EFAULT;
	}
	cur->parent = &sl->state;
	cur->first_insn_idx = insn_idx;
	cur->nr_jmps = 0;
	list = explored_list(env, insn_idx);
	sl->next = *list;
	*list = sl;
	link_to_parent(cur, &sl->state);
	return 0;
}

/* A state that never matches only costs time. */
static void drop_state(struct vf_env *env, struct explored **link)
{
	struct explored *sl = *link;

	*link = sl->next;
	if (state_is_done(&sl->state) && !sl->state.branches) {
		ebpf_state_release(env, &sl->state);
		ebpf_free(sl);
		env->peak_states--;
		return;
	}
	/* Paths below still refer to it. */
	sl->next = env->free_list;
	env->free_list = sl;
}

static int end_path(struct vf_env *env, struct explored *sl)
{
	int err;

	sl->hit_cnt++;
	if (sl->state.branches || sl->state.open)
		ebpf_mark_open(env->cur->parent);
	err = propagate_liveness(env, &sl->state, env->cur);
	if (!err)
		err = ebpf_push_jmp(env, env->cur, 0);
	if (!err)
		err = ebpf_propagate_precision(env, &sl->state);
	return err ? err : 1;
}

static int report_loop(struct vf_env *env, u32 insn_idx)
{
	ebpf_print_linfo(env, insn_idx, "; ");
	vlog(env, "infinite loop detected at insn %d\n", insn_idx);
	return -EINVAL;
}

/* Compares with a state this path came through. */
static int check_loop(struct vf_env *env, struct explored *sl, u32 insn_idx, bool *add)
{
	/* A timer's function that was named anew goes on from the start: no loop. */
	if (sl->state.frame[0]->async_entry == env->cur->frame[0]->async_entry &&
	    sl->state.rounds == env->cur->rounds &&
	    may_loop(&sl->state, env->cur) && states_safe(env, &sl->state, env->cur, false))
		return report_loop(env, insn_idx);
	if (ebpf_is_converging(env, insn_idx))
		return 0;
	/* Iterations of a loop are rarely equal: do not keep them all. Where all are asked
	 * for, Linux 6.1 does not keep these either.
	 */
	if ((!env->test_state_freq || watch_no_links()) && env->cur->nr_jmps <= MAX_HISTORY &&
	    env->jmps_processed - env->prev_jmps_processed < LOOP_JMPS &&
	    env->insn_processed - env->prev_insn_processed < LOOP_INSNS)
		*add = false;
	return 0;
}

/* Came the path back, through a state that is not finished, with fewer rounds left? */
static bool has_advanced(struct vf_env *env, const struct vf_state *old)
{
	return ebpf_round_begun(env, old) ||
	       (env->has_kfunc && ebpf_iters_advanced(old, env->cur));
}

/* May the path end in a state that is finished? */
static bool ends_in(struct vf_env *env, const struct vf_state *old)
{
	return states_safe(env, old, env->cur, old->open) &&
	       (!old->open || !env->has_kfunc || ebpf_iters_no_farther(old, env->cur));
}

int ebpf_is_state_visited(struct vf_env *env, u32 insn_idx)
{
	struct explored **link = explored_list(env, insn_idx), *sl;
	bool converges = ebpf_is_converging(env, insn_idx);
	bool add = env->test_state_freq || converges;
	u32 states = 0, missed = 0;
	int err;

	env->cur->last_insn_idx = env->prev_insn_idx;
	if (env->jmps_processed - env->prev_jmps_processed >= MIN_JMPS &&
	    env->insn_processed - env->prev_insn_processed >= MIN_INSNS)
		add = true;
	if (env->cur->nr_jmps > MAX_HISTORY)
		add = true;
	if (*link && !env->idmap) {
		env->idmap = ebpf_calloc(IDMAP_SIZE, sizeof(*env->idmap));
		if (!env->idmap)
			return -ENOMEM;
	}
	clean_states(*link, insn_idx, env->cur);
	while ((sl = *link)) {
		states++;
		if (sl->state.insn_idx != insn_idx) {
			link = &sl->next;
			continue;
		}
		if (sl->state.branches) {
			if (converges && has_advanced(env, &sl->state) &&
			    states_safe(env, &sl->state, env->cur, true))
				return end_path(env, sl);
			err = check_loop(env, sl, insn_idx, &add);
			if (err)
				return err;
		} else if (!watch_no_prune() && ends_in(env, &sl->state)) {
			return end_path(env, sl);
		} else {
			missed++;
		}
		if (add)
			sl->miss_cnt++;
		/* Those that a loop comes back to are not many. */
		if (sl->miss_cnt > sl->hit_cnt * 3 +
				   (converges && sl->state.branches ? LOOP_MISSES : 3))
			drop_state(env, link);
		else
			link = &sl->next;
	}
	if (env->max_states_per_insn < states)
		env->max_states_per_insn = states;
	/* Several paths come here, and the first was too narrow for others: a second state,
	 * however soon after the last, is what most of those to come end in.
	 */
	if (missed == 1)
		add = true;
	return add ? add_state(env, insn_idx) : 0;
}
