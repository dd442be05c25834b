/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls: of helpers, with what their arguments are and leave behind, of functions, and back
 * from helpers.
 */
#ifndef _VERIFIER_CALL_H
#define _VERIFIER_CALL_H

#include "verifier/env.h"

/* What the check of a call's arguments finds out for its result. */
struct call_meta {
	struct ebpf_map *map;
	u32 map_uid;
	bool raw_mode;		/* the memory is filled by the helper, whatever was there */
	bool writes;		/* the memory is written by the helper */
	bool pkt_access;
	u8 release_regno;
	s32 regno;		/* register of the raw memory */
	s32 access_size;
	u64 msize_max;
	s64 mem_size;
	u32 ref_obj_id;
	u32 func_id;
	const struct ebpf_btf *ret_btf;	/* of the per-CPU variable */
	u32 ret_btf_id;
	bool has_callback;
	u32 subprogno;		/* of the callback */
	u8 new_dynptr_regno;	/* what the helper makes one of, or 0 */
	bool release_dynptr;	/* release_regno is one */
	u32 dynptr_type;	/* of the new one */
	u32 dynptr_id;		/* of the one that was passed */
	u32 dynptr_ref;
	const char *str;	/* of EBPF_ARG_PTR_TO_CONST_STR; the map keeps it as it is */
	bool key_exists;	/* it is a constant index of an array */
	const struct ebpf_map_field *kptr;	/* that EBPF_ARG_PTR_TO_KPTR points to */
};

/* ---- call.c, helper.c ---- */
int ebpf_check_subprog_call(struct vf_env *env, const struct ebpf_insn *insn, u32 *insn_idx);
int ebpf_return_from_subprog(struct vf_env *env, u32 *insn_idx);
int ebpf_check_helper_call(struct vf_env *env, const struct ebpf_insn *insn, int insn_idx);
int ebpf_check_max_stack(struct vf_env *env);
bool ebpf_helper_exists(u32 func_id);
/* Pointers into the packet become numbers. */
void ebpf_forget_packet(struct vf_state *st);

struct func_state *ebpf_enter_frame(struct vf_env *env, s32 callsite, u32 subprogno);
/* A tail call that succeeds, or a load beyond the packet, comes back to the
 * subprogram's caller, and what follows it here has not been done.
 */
int ebpf_push_early_return(struct vf_env *env, const char *what, bool moves_pkt);
/* "At @where the register R0 has value ... should have been in ..." */
void ebpf_print_bad_result(struct vf_env *env, const char *where, struct tnum range);

/* R0..R5 of @func are lost to a call. */
void ebpf_clear_caller_saved(struct vf_env *env, struct func_state *func);

/* ---- helper_args.c ---- */
/* R@regno is the size of the memory at the register before it, of which @meta says what is done to it. */
int ebpf_check_mem_size(struct vf_env *env, u32 regno, bool zero_ok, struct call_meta *meta);
int ebpf_check_helper_args(struct vf_env *env, const struct ebpf_func_proto *fn,
			   struct call_meta *meta, int insn_idx);
int ebpf_check_map_func(struct vf_env *env, struct ebpf_map *map, u32 func_id);

/* ---- global.c ---- */
/* Walks each global function but the main program, with any arguments. */
int ebpf_walk_globals(struct vf_env *env);
/* The arguments that the signature of @sub lets it be called with. */
/* Is @sub a global function without a result? */
bool ebpf_returns_nothing(struct vf_env *env, u32 sub);
int ebpf_set_func_args(struct vf_env *env, u32 sub, struct reg_state *regs);
/* A call of @sub here: does it pass such, and what is left of the state? */
int ebpf_check_global_call(struct vf_env *env, u32 sub);

/* ---- callback.c ---- */
/* Goes on in the callback of the helper just called, which had @first in R1 and passes
 * @ctx on.
 */
int ebpf_enter_callback(struct vf_env *env, const struct call_meta *meta,
			const struct reg_state *first, const struct reg_state *ctx);
/* Checks what the callback returns; 1: the path ends, as the call is done again. */
int ebpf_leave_callback(struct vf_env *env);
/* Frame of the innermost callback under way, or 0. */
u32 ebpf_callback_frameno(const struct vf_env *env);
/* Is a callback under way in which its helper cannot be left asleep? */
bool ebpf_callback_holds(const struct vf_env *env);
/* May the slot at @off of @func be written, with a @pointer? */
int ebpf_check_frozen(struct vf_env *env, const struct func_state *func, s32 off, bool pointer);
/* bpf_loop is called here. */
int ebpf_note_loop(struct vf_env *env, int insn_idx, u32 subprogno);

/* Map, key and value in R1 to R3. */
void ebpf_set_elem_args(struct vf_env *env, struct reg_state *regs, struct ebpf_map *map,
			u32 map_uid);

/* ---- rounds.c ---- */
/* A helper that calls back is called here, and nothing was done yet. */
int ebpf_remember_call(struct vf_env *env);
/* Was the walk of the call, just taken from env->pending, true of all its rounds? */
bool ebpf_call_is_done(struct vf_env *env);
/* What was @written so far, per frame, by the callback that is entered with @callee; with
 * @once there is no earlier round.
 */
int ebpf_begin_rounds(struct vf_env *env, struct func_state *callee, bool once, u64 *written);
/* Was more written since @callee was entered? */
bool ebpf_rounds_failed(struct vf_env *env, const struct func_state *callee);
/* Slot @slot of @func, which may be a frame above a callback's, is written. */
int ebpf_note_write(struct vf_env *env, const struct func_state *func, u32 slot);
void ebpf_free_sites(struct vf_env *env);

/* ---- timer.c ---- */
/* R@regno is the argument EBPF_ARG_PTR_TO_TIMER. */
int ebpf_check_timer_arg(struct vf_env *env, u32 regno, struct call_meta *meta);
/* A map that is passed with a timer must be the one the timer is in. */
int ebpf_check_timer_map(struct vf_env *env, const struct reg_state *reg,
			 const struct call_meta *meta);
/* The function will be called by a timer of the map. */
int ebpf_push_async(struct vf_env *env, const struct call_meta *meta);
void ebpf_free_async(struct vf_env *env);
/* Checks what such a function returns. */
int ebpf_check_async_result(struct vf_env *env);

/* ---- lock.c ---- */
/* R@regno is the argument of bpf_spin_lock (@lock) or bpf_spin_unlock. */
int ebpf_check_spin_lock(struct vf_env *env, u32 regno, bool lock);

/* Which value of the map it is matters: one of them may be locked. */
static inline bool has_spin_lock(const struct reg_state *reg)
{
	return base_type(reg->type) == PTR_TO_MAP_VALUE && reg->map->spin_lock_off >= 0;
}

/* ---- kptr.c ---- */
/* May what is in R@regno be kept there? */
int ebpf_check_kptr_type(struct vf_env *env, const struct ebpf_map_field *field,
			 const struct reg_state *reg, u32 regno);

/* R@regno is the argument of bpf_kptr_xchg: fills @meta->kptr. */
int ebpf_check_kptr_arg(struct vf_env *env, u32 regno, struct call_meta *meta);

/* ---- dynptr.c ---- */
#define DYNPTR_TYPE_MASK	(EBPF_DYNPTR_TYPE_LOCAL | EBPF_DYNPTR_TYPE_RINGBUF)

/* Something else is written into the slot at @off of @func. */
int ebpf_end_dynptr(struct vf_env *env, struct func_state *func, s32 off);
/* R@regno is an argument EBPF_ARG_PTR_TO_DYNPTR. */
int ebpf_check_dynptr_arg(struct vf_env *env, u32 regno, u32 arg_type, struct call_meta *meta);
/* Is there a dynptr at R@regno that can be given back? */
int ebpf_check_dynptr_release(struct vf_env *env, u32 regno);
int ebpf_release_dynptr(struct vf_env *env, u32 regno);
/* The helper makes the dynptr it was asked for, if any. */
int ebpf_make_dynptr(struct vf_env *env, const struct call_meta *meta, int insn_idx);

/* ---- refs.c ---- */
int ebpf_acquire_ref(struct vf_env *env, int insn_idx);
int ebpf_release_ref(struct vf_env *env, u32 ref_obj_id);
int ebpf_release_ref_state(struct func_state *func, u32 ref_obj_id);
int ebpf_check_ref_leak(struct vf_env *env);

/* ---- ksym.c ---- */
/* What this_cpu_ptr() and per_cpu_ptr() return. */
int ebpf_set_percpu_result(struct vf_env *env, struct reg_state *ret, u32 flags,
			   const struct call_meta *meta);

/* ---- tracing.c ---- */
/* Refuses helpers that @env->load's attach type has nothing for. */
int ebpf_check_tracing_func(struct vf_env *env, u32 func_id);

#endif /* _VERIFIER_CALL_H */
