// SPDX-License-Identifier: GPL-2.0-only
/*
 * Machine states: allocation, copies, the list of paths still to be walked.
 */
#include "verifier/call.h"
#include "verifier/log.h"

/* States come and go all the time, and a kernel that clears what it gives out would
 * do so at each: the frames are taken from chunks that stay until the end.
 */
#define CHUNK_MIN		4096	/* bytes */
#define CHUNK_MAX		16384
#define MAX_SPARE_ARRAYS	32	/* frames not in use that keep their arrays */

/* Each is given back at once where the use of a freed one is looked for. */
#ifdef __SANITIZE_ADDRESS__
#define KEEP_FUNCS	false
#else
#define KEEP_FUNCS	true
#endif

struct func_chunk {
	struct func_chunk *next;
	struct func_state funcs[];
};

static void func_init_arrays(struct func_state *func)
{
	func->stack = NULL;
	func->refs = NULL;
	func->cap_slots = 0;
	func->cap_refs = 0;
}

/* Each chunk is larger than the one before it, up to the limit. */
static int add_chunk(struct vf_env *env)
{
	size_t size = env->func_chunk_size ? 2 * env->func_chunk_size : CHUNK_MIN;
	struct func_chunk *chunk;
	struct func_state *func;
	u32 i, n;

	size = min_t(size_t, size, CHUNK_MAX);
	chunk = ebpf_alloc_dirty(size);
	if (!chunk)
		return -ENOMEM;
	chunk->next = env->func_chunks;
	env->func_chunks = chunk;
	env->func_chunk_size = size;
	n = (size - sizeof(*chunk)) / sizeof(*func);
	for (i = n; i > 0; i--) {
		func = &chunk->funcs[i - 1];
		func_init_arrays(func);
		func->next_spare = env->spare_funcs;
		env->spare_funcs = func;
	}
	env->spare_func_cnt += n;
	return 0;
}

/* What is in it, but for the arrays and their sizes, is of no meaning. */
static struct func_state *func_get(struct vf_env *env)
{
	struct func_state *func;

	if (!KEEP_FUNCS)
		return ebpf_alloc(sizeof(*func));
	if (!env->spare_funcs && add_chunk(env))
		return NULL;
	func = env->spare_funcs;
	env->spare_funcs = func->next_spare;
	env->spare_func_cnt--;
	return func;
}

struct func_state *ebpf_func_state_alloc(struct vf_env *env)
{
	struct func_state *func = func_get(env);
	struct stack_slot *stack;
	struct ref_state *refs;
	u32 cap_slots, cap_refs;

	if (!func)
		return NULL;
	stack = func->stack;
	refs = func->refs;
	cap_slots = func->cap_slots;
	cap_refs = func->cap_refs;
	memset(func, 0, sizeof(*func));
	func->stack = stack;
	func->refs = refs;
	func->cap_slots = cap_slots;
	func->cap_refs = cap_refs;
	return func;
}

static void free_arrays(struct func_state *func)
{
	ebpf_free(func->refs);
	ebpf_free(func->stack);
	func_init_arrays(func);
}

void ebpf_func_state_free(struct vf_env *env, struct func_state *func)
{
	if (!func)
		return;
	if (!KEEP_FUNCS || env->spare_func_cnt >= MAX_SPARE_ARRAYS)
		free_arrays(func);
	if (!KEEP_FUNCS) {
		ebpf_free(func);
		return;
	}
	func->next_spare = env->spare_funcs;
	env->spare_funcs = func;
	env->spare_func_cnt++;
}

void ebpf_func_state_init(struct vf_env *env, struct func_state *func, s32 callsite, u32 frameno,
			  u32 subprogno)
{
	func->callsite = callsite;
	func->frameno = frameno;
	func->subprogno = subprogno;
	func->instance = ++env->frame_gen;
	ebpf_init_regs(env, func);
}

/* Room for @n elements; what was there may be lost. */
static int reserve(void **array, u32 *cap, u32 n, size_t size)
{
	void *p;

	if (n <= *cap)
		return 0;
	p = ebpf_alloc_dirty(n * size);
	if (!p)
		return -ENOMEM;
	ebpf_free(*array);
	*array = p;
	*cap = n;
	return 0;
}

int ebpf_func_state_copy(struct func_state *dst, const struct func_state *src)
{
	struct stack_slot *stack;
	struct ref_state *refs;
	u32 cap_slots, cap_refs;
	int err;

	err = reserve((void **)&dst->stack, &dst->cap_slots, src->nr_slots, sizeof(*stack));
	if (!err)
		err = reserve((void **)&dst->refs, &dst->cap_refs, src->nr_refs, sizeof(*refs));
	if (err)
		return err;
	stack = dst->stack;
	refs = dst->refs;
	cap_slots = dst->cap_slots;
	cap_refs = dst->cap_refs;
	*dst = *src;
	dst->stack = stack;
	dst->refs = refs;
	dst->cap_slots = cap_slots;
	dst->cap_refs = cap_refs;
	if (src->nr_slots)
		memcpy(stack, src->stack, src->nr_slots * sizeof(*stack));
	if (src->nr_refs)
		memcpy(refs, src->refs, src->nr_refs * sizeof(*refs));
	return 0;
}

static int copy_jmps(struct vf_state *dst, const struct vf_state *src)
{
	int err = reserve((void **)&dst->jmps, &dst->cap_jmps, src->nr_jmps, sizeof(*dst->jmps));

	if (err)
		return err;
	if (src->nr_jmps)
		memcpy(dst->jmps, src->jmps, src->nr_jmps * sizeof(*dst->jmps));
	dst->nr_jmps = src->nr_jmps;
	return 0;
}

/* @dst holds a valid state, perhaps an empty one, and keeps one on failure. */
int ebpf_state_copy(struct vf_env *env, struct vf_state *dst, const struct vf_state *src)
{
	u32 i;
	int err;

	err = copy_jmps(dst, src);
	if (err)
		return err;
	for (i = src->curframe + 1; i < EBPF_MAX_CALL_FRAMES; i++) {
		ebpf_func_state_free(env, dst->frame[i]);
		dst->frame[i] = NULL;
	}
	dst->parent = src->parent;
	dst->branches = src->branches;
	dst->curframe = src->curframe;
	dst->insn_idx = src->insn_idx;
	dst->first_insn_idx = src->first_insn_idx;
	dst->last_insn_idx = src->last_insn_idx;
	dst->spin_lock_id = src->spin_lock_id;
	dst->sections = src->sections;
	dst->rounds = src->rounds;
	for (i = 0; i <= src->curframe; i++) {
		if (!dst->frame[i]) {
			dst->frame[i] = func_get(env);
			if (!dst->frame[i])
				return -ENOMEM;
		}
		err = ebpf_func_state_copy(dst->frame[i], src->frame[i]);
		if (err)
			return err;
	}
	return 0;
}

/* What the state owns, not the state. */
void ebpf_state_release(struct vf_env *env, struct vf_state *st)
{
	u32 i;

	for (i = 0; i < EBPF_MAX_CALL_FRAMES; i++) {
		ebpf_func_state_free(env, st->frame[i]);
		st->frame[i] = NULL;
	}
	ebpf_free(st->jmps);
	st->jmps = NULL;
	st->nr_jmps = 0;
	st->cap_jmps = 0;
}

/* Makes the lowest @bytes below R10 of @func addressable. */
int ebpf_grow_stack(struct vf_env *env, struct func_state *func, u32 bytes)
{
	u32 want = (bytes + REG_SIZE - 1) / REG_SIZE;
	struct stack_slot *stack;
	u32 cap;

	if (want > NR_STACK_SLOTS)
		return -EFAULT;
	if (want > func->cap_slots) {
		cap = max_t(u32, want, 2 * func->cap_slots);
		cap = min_t(u32, cap, NR_STACK_SLOTS);
		stack = ebpf_realloc(func->stack, func->cap_slots * sizeof(*stack),
				     cap * sizeof(*stack));
		if (!stack)
			return -ENOMEM;
		func->stack = stack;
		func->cap_slots = cap;
	}
	if (want > func->nr_slots) {
		/* What was there is of another state. */
		memset(func->stack + func->nr_slots, 0,
		       (want - func->nr_slots) * sizeof(*func->stack));
		func->nr_slots = want;
	}
	if (env->subprogs[func->subprogno].stack_depth < want * REG_SIZE)
		env->subprogs[func->subprogno].stack_depth = want * REG_SIZE;
	return 0;
}

struct vf_state *ebpf_push_pending(struct vf_env *env, u32 insn_idx, u32 prev_insn_idx)
{
	struct pending *p = ebpf_alloc(sizeof(*p));

	if (!p)
		return NULL;
	if (ebpf_state_copy(env, &p->state, env->cur)) {
		ebpf_state_release(env, &p->state);
		ebpf_free(p);
		return NULL;
	}
	p->insn_idx = insn_idx;
	p->prev_insn_idx = prev_insn_idx;
	p->log_pos = ebpf_vlog_pos(env);
	p->next = env->pending;
	env->pending = p;
	env->pending_cnt++;
	if (env->pending_cnt > PENDING_LIMIT) {
		vlog(env, "The sequence of %d jumps is too complex.\n", env->pending_cnt);
		return NULL;
	}
	/* Its parent is not done before this path is. */
	if (p->state.parent)
		p->state.parent->branches++;
	return &p->state;
}

struct func_state *ebpf_push_fresh(struct vf_env *env, u32 insn_idx, u32 subprogno)
{
	struct pending *p = ebpf_alloc(sizeof(*p));
	struct func_state *func;

	if (!p)
		return NULL;
	func = ebpf_func_state_alloc(env);
	if (!func) {
		ebpf_free(p);
		return NULL;
	}
	ebpf_func_state_init(env, func, -1, 0, subprogno);
	p->state.frame[0] = func;
	p->state.branches = 1;
	p->state.first_insn_idx = insn_idx;
	p->state.last_insn_idx = -1;
	p->insn_idx = insn_idx;
	p->prev_insn_idx = -1;
	p->log_pos = ebpf_vlog_pos(env);
	p->next = env->pending;
	env->pending = p;
	env->pending_cnt++;
	if (env->pending_cnt > PENDING_LIMIT) {
		vlog(env, "The sequence of %d jumps is too complex for async cb.\n",
		     env->pending_cnt);
		return NULL;
	}
	return func;
}

/* The newest pending path becomes the current one. -ENOENT: none is left. */
int ebpf_pop_pending(struct vf_env *env, bool pop_log)
{
	struct pending *p = env->pending;
	struct vf_state *cur = env->cur;

	if (!p)
		return -ENOENT;
	ebpf_state_release(env, cur);
	*cur = p->state;
	if (pop_log)
		ebpf_vlog_rewind(env, p->log_pos);
	env->insn_idx = p->insn_idx;
	env->prev_insn_idx = p->prev_insn_idx;
	env->call_gen = p->call_gen;
	env->pending = p->next;
	env->pending_cnt--;
	ebpf_free(p);
	return 0;
}

/* A path below @st ended. */
void ebpf_update_branches(struct vf_env *env, struct vf_state *st)
{
	while (st) {
		if (EBPF_BUG_ON(!st->branches))
			return;
		if (--st->branches)
			return;
		st = st->parent;
	}
	(void)env;
}

int ebpf_push_jmp(struct vf_env *env, struct vf_state *st, u64 linked)
{
	struct jmp_entry *jmps;
	u32 cap;

	if (env->jmp_pushed && st->nr_jmps) {
		st->jmps[st->nr_jmps - 1].linked |= linked;
		return 0;
	}
	if (st->nr_jmps == st->cap_jmps) {
		cap = st->cap_jmps ? 2 * st->cap_jmps : 8;
		jmps = ebpf_realloc(st->jmps, st->cap_jmps * sizeof(*jmps), cap * sizeof(*jmps));
		if (!jmps)
			return -ENOMEM;
		st->jmps = jmps;
		st->cap_jmps = cap;
	}
	st->jmps[st->nr_jmps].idx = env->insn_idx;
	st->jmps[st->nr_jmps].prev_idx = env->prev_insn_idx;
	st->jmps[st->nr_jmps].linked = linked;
	st->nr_jmps++;
	env->jmp_pushed = true;
	return 0;
}

static void free_explored(struct vf_env *env, struct explored *sl)
{
	struct explored *next;

	for (; sl; sl = next) {
		next = sl->next;
		ebpf_state_release(env, &sl->state);
		ebpf_free(sl);
	}
}

/* None is in use any more. */
static void free_funcs(struct vf_env *env)
{
	struct func_chunk *chunk;
	struct func_state *func;

	for (func = env->spare_funcs; func; func = func->next_spare)
		free_arrays(func);
	env->spare_funcs = NULL;
	env->spare_func_cnt = 0;
	while ((chunk = env->func_chunks)) {
		env->func_chunks = chunk->next;
		ebpf_free(chunk);
	}
	env->func_chunk_size = 0;
}

/* All states of all paths, also after a failure in the middle. */
void ebpf_free_states(struct vf_env *env)
{
	struct pending *p, *next;
	u32 i;

	if (env->cur) {
		ebpf_state_release(env, env->cur);
		ebpf_free(env->cur);
		env->cur = NULL;
	}
	for (p = env->pending; p; p = next) {
		next = p->next;
		ebpf_state_release(env, &p->state);
		ebpf_free(p);
	}
	env->pending = NULL;
	env->pending_cnt = 0;
	ebpf_free_sites(env);
	env->call_gen = 0;
	free_explored(env, env->free_list);
	env->free_list = NULL;
	for (i = 0; env->explored && i < env->explored_size; i++) {
		free_explored(env, env->explored[i]);
		env->explored[i] = NULL;
	}
	free_funcs(env);
}
