// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls of the program's own functions: static ones are walked in place, with the
 * caller's state; for the others see global.c. Stack use of all call chains.
 */
#include "verifier/call.h"
#include "verifier/insn.h"
#include "verifier/log.h"
#include "verifier/walk.h"

/* Frames are counted in units of this, as Linux does. */
#define FRAME_UNIT		32
#define TAIL_CALL_STACK_LIMIT	256

void ebpf_clear_caller_saved(struct vf_env *env, struct func_state *func)
{
	u32 i;

	for (i = EBPF_REG_0; i <= EBPF_REG_5; i++) {
		ebpf_reg_set_not_init(&func->regs[i]);
		func->regs[i].live |= LIVE_WRITTEN;
		scratch_reg(env, i);
	}
}

static int copy_refs(struct func_state *dst, const struct func_state *src)
{
	struct ref_state *refs;

	if (src->nr_refs > dst->cap_refs) {
		refs = ebpf_calloc(src->nr_refs, sizeof(*refs));
		if (!refs)
			return -ENOMEM;
		ebpf_free(dst->refs);
		dst->refs = refs;
		dst->cap_refs = src->nr_refs;
	}
	if (src->nr_refs)
		memcpy(dst->refs, src->refs, src->nr_refs * sizeof(*refs));
	dst->nr_refs = src->nr_refs;
	return 0;
}

static void print_both(struct vf_env *env, const char *one, const struct func_state *a,
		       const struct func_state *b)
{
	if (!(env->log_level & (EBPF_LOG_LEVEL1 | EBPF_LOG_LEVEL2)))
		return;
	vlog(env, "%s:\n", one);
	ebpf_print_state(env, a, true);
	vlog(env, "callee:\n");
	ebpf_print_state(env, b, true);
}

/* The frame below the current one, which it is not yet; with its references. */
struct func_state *ebpf_enter_frame(struct vf_env *env, s32 callsite, u32 subprogno)
{
	struct vf_state *st = env->cur;
	struct func_state *func;

	if (st->curframe + 1 >= EBPF_MAX_CALL_FRAMES) {
		vlog(env, "the call stack of %d frames is too deep\n", st->curframe + 2);
		return ERR_PTR(-E2BIG);
	}
	func = ebpf_func_state_alloc(env);
	if (!func)
		return ERR_PTR(-ENOMEM);
	ebpf_func_state_init(env, func, callsite, st->curframe + 1, subprogno);
	st->frame[func->frameno] = func;
	return copy_refs(func, cur_func(env)) ? ERR_PTR(-ENOMEM) : func;
}

int ebpf_check_subprog_call(struct vf_env *env, const struct ebpf_insn *insn, u32 *insn_idx)
{
	struct vf_state *st = env->cur;
	struct func_state *caller = cur_func(env), *callee;
	int sub = ebpf_find_subprog(env, (s32)*insn_idx + insn->imm + 1);
	u32 i;

	if (sub < 0) {
		vlog(env, "verifier bug. No program starts at insn %d\n",
		     (s32)*insn_idx + insn->imm + 1);
		return -EFAULT;
	}
	if (env->subprogs[sub].is_global) {
		*insn_idx += 1;
		return ebpf_check_global_call(env, sub);
	}
	callee = ebpf_enter_frame(env, *insn_idx, sub);
	if (IS_ERR(callee))
		return PTR_ERR(callee);
	/* With their links: a read in the callee is a read of the caller's. */
	for (i = EBPF_REG_1; i <= EBPF_REG_5; i++)
		callee->regs[i] = caller->regs[i];
	ebpf_clear_caller_saved(env, caller);
	st->curframe++;
	*insn_idx = env->subprogs[sub].start;
	print_both(env, "caller", caller, callee);
	return 0;
}

int ebpf_return_from_subprog(struct vf_env *env, u32 *insn_idx)
{
	struct vf_state *st = env->cur;
	struct func_state *callee = cur_func(env), *caller;
	int err;

	if (callee->regs[EBPF_REG_0].type == PTR_TO_STACK) {
		vlog(env, "cannot return stack pointer to the caller\n");
		return -EINVAL;
	}
	caller = st->frame[st->curframe - 1];
	if (callee->in_callback) {
		err = ebpf_leave_callback(env);
	} else {
		caller->regs[EBPF_REG_0] = callee->regs[EBPF_REG_0];
		err = copy_refs(caller, callee);
	}
	if (err)
		return err;
	*insn_idx = callee->callsite + 1;
	if (env->log_level & (EBPF_LOG_LEVEL1 | EBPF_LOG_LEVEL2)) {
		vlog(env, "returning from callee:\n");
		ebpf_print_state(env, callee, true);
		vlog(env, "to caller at %d:\n", *insn_idx);
		ebpf_print_state(env, caller, true);
	}
	st->frame[st->curframe--] = NULL;
	ebpf_func_state_free(env, callee);
	return 0;
}

int ebpf_push_early_return(struct vf_env *env, const char *what, bool moves_pkt)
{
	struct vf_state *st = env->cur;
	struct func_state *callee, *caller;

	if (!st->curframe)
		return 0;
	if (ebpf_callback_frameno(env)) {
		vlog(env, "%s is not allowed in callbacks\n", what);
		return -EINVAL;
	}
	st = ebpf_push_pending(env, cur_func(env)->callsite + 1, env->insn_idx);
	if (!st)
		return -EFAULT;
	callee = st->frame[st->curframe];
	caller = st->frame[st->curframe - 1];
	if (copy_refs(caller, callee))
		return -ENOMEM;
	ebpf_reg_set_unknown(&caller->regs[EBPF_REG_0]);
	caller->regs[EBPF_REG_0].live |= LIVE_WRITTEN;
	st->frame[st->curframe--] = NULL;
	ebpf_func_state_free(env, callee);
	if (moves_pkt)
		ebpf_forget_packet(st);
	return 0;
}

/* The worst way to reach a subprogram. */
struct depth {
	u32 above;		/* bytes of frames above it, in units of FRAME_UNIT */
	u32 above_exact;	/* the same as the JIT lays them out */
	u32 frames;		/* on the way with most bytes, itself included */
	u32 longest;		/* most frames of any way */
};

/* As Linux counts it. Of chains of tail calls only the last program may have more. */
static u32 frame_bytes(const struct vf_env *env, u32 sub)
{
	u32 bytes = env->subprogs[sub].stack_depth;

	if (env->has_tail_call)
		bytes += env->subprogs[sub].extra_stack;
	return round_up(max_t(u32, bytes, 1), FRAME_UNIT);
}

/* As it is laid out. */
static u32 frame_exact(const struct vf_env *env, u32 sub)
{
	return ebpf_frame_size(env->subprogs[sub].stack_depth + env->subprogs[sub].extra_stack);
}

static bool raise_depth(const struct vf_env *env, struct depth *d, u32 caller, u32 callee)
{
	u32 above = d[caller].above + frame_bytes(env, caller);
	u32 exact = d[caller].above_exact + frame_exact(env, caller);
	bool changed = false;

	if (above > d[callee].above) {
		d[callee].above = above;
		d[callee].frames = d[caller].frames + 1;
		changed = true;
	}
	if (exact > d[callee].above_exact) {
		d[callee].above_exact = exact;
		changed = true;
	}
	if (d[caller].longest + 1 > d[callee].longest) {
		d[callee].longest = d[caller].longest + 1;
		changed = true;
	}
	if ((env->subprogs[callee].has_tail_call || env->subprogs[callee].tail_call_reachable) &&
	    !env->subprogs[caller].tail_call_reachable) {
		env->subprogs[caller].tail_call_reachable = true;
		changed = true;
	}
	return changed;
}

/* Timers call it with a stack of its own. */
static bool only_async(const struct vf_env *env, u32 sub)
{
	return env->subprogs[sub].is_async_cb && !env->subprogs[sub].is_cb;
}

/* One look at every call; true while something is still learned. */
static bool spread_depths(const struct vf_env *env, struct depth *d)
{
	bool changed = false;
	u32 sub, i;
	int callee;

	for (sub = 0; sub < env->subprog_cnt; sub++) {
		for (i = env->subprogs[sub].start; i < env->subprogs[sub + 1].start; i++) {
			if (!is_pseudo_call(&env->insns[i]) && !is_pseudo_func(&env->insns[i]))
				continue;
			callee = ebpf_find_subprog(env, (s32)i + env->insns[i].imm + 1);
			if (is_pseudo_func(&env->insns[i]) && callee >= 0 && only_async(env, callee))
				continue;
			if (callee >= 0 && raise_depth(env, d, sub, callee))
				changed = true;
		}
	}
	return changed;
}

/* The JIT keeps the number of tail calls where helpers do not. */
static int check_callbacks(struct vf_env *env)
{
	u32 sub;

	for (sub = 0; sub < env->subprog_cnt; sub++) {
		if (!env->subprogs[sub].is_cb && !env->subprogs[sub].is_async_cb)
			continue;
		if (!env->subprogs[sub].tail_call_reachable && !env->subprogs[sub].has_tail_call)
			continue;
		vlog(env, "tail_call is not allowed in callbacks\n");
		return -EINVAL;
	}
	return 0;
}

static int say_too_large(struct vf_env *env, const struct depth *d, u32 bytes)
{
	vlog(env, "combined stack size of %d calls is %d. Too large\n", d->frames, bytes);
	return -EACCES;
}

/* Programs of these types have no more of the kernel's stack than addresses to return to,
 * whatever their functions use: the limit is that of each.
 */
static bool has_private_stack(const struct vf_env *env)
{
	if (env->has_tail_call)
		return false;
	switch (env->load->prog_type) {
	case EBPF_PROG_TYPE_KPROBE:
	case EBPF_PROG_TYPE_TRACEPOINT:
	case EBPF_PROG_TYPE_PERF_EVENT:
	case EBPF_PROG_TYPE_RAW_TRACEPOINT:
	case EBPF_PROG_TYPE_LSM:
		return true;
	case EBPF_PROG_TYPE_TRACING:
		return env->load->expected_attach_type != EBPF_TRACE_ITER;
	default:
		return false;
	}
}

static int judge_depths(struct vf_env *env, const struct depth *d)
{
	u32 sub, bytes, over = 0, limit = EBPF_MAX_STACK;

	if (has_private_stack(env))
		limit *= EBPF_MAX_CALL_FRAMES;

	for (sub = 0; sub < env->subprog_cnt; sub++) {
		if (d[sub].longest > EBPF_MAX_CALL_FRAMES) {
			vlog(env, "the call stack of %d frames is too deep !\n",
			     d[sub].longest - 1);
			return -E2BIG;
		}
		if (sub && env->subprogs[sub].has_tail_call &&
		    d[sub].above >= TAIL_CALL_STACK_LIMIT) {
			vlog(env, "tail_calls are not allowed when call stack of previous frames is %d bytes. Too large\n",
			     d[sub].above);
			return -EACCES;
		}
		bytes = d[sub].above + frame_bytes(env, sub);
		/* Told of the first call that is too much, not of those below it. */
		if (bytes > limit && d[sub].above <= limit)
			return say_too_large(env, &d[sub], bytes);
		if (bytes > limit)
			over = sub;
		bytes = d[sub].above_exact + frame_exact(env, sub);
		if (bytes > env->max_stack)
			env->max_stack = bytes;
	}
	return over ? say_too_large(env, &d[over], d[over].above + frame_bytes(env, over)) : 0;
}

int ebpf_check_max_stack(struct vf_env *env)
{
	struct depth *d = ebpf_calloc(env->subprog_cnt, sizeof(*d));
	u32 i;
	int err;

	if (!d)
		return -ENOMEM;
	for (i = 0; i < env->subprog_cnt; i++)
		d[i].frames = d[i].longest = 1;
	/* A chain longer than allowed shows after that many rounds. Reachable
	 * tail calls move one call up per round as well.
	 */
	for (i = 0; i <= EBPF_MAX_CALL_FRAMES; i++)
		if (!spread_depths(env, d) && i)
			break;
	err = judge_depths(env, d);
	if (!err)
		err = check_callbacks(env);
	ebpf_free(d);
	return err;
}
