/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One verification: what it was given, what it learned of each instruction, where it is.
 */
#ifndef _VERIFIER_ENV_H
#define _VERIFIER_ENV_H

#include <ebpf/services.h>
#include "verifier/state.h"

/* Values of insn_aux.call_map besides a map. */
#define CALL_MAP_UNSET	((struct ebpf_map *)NULL)
#define CALL_MAP_MANY	((struct ebpf_map *)1UL)

/**
 * struct insn_aux - what was learned of one instruction
 * @ptr_type:   loads and stores: type of the pointer, 0 when never reached
 * @map_index:  64-bit loads of maps: which of env->maps; of ksyms: of env->ksyms
 * @cb_site:    calls with a callback: which of env->cb_sites, if that is of this call
 * @map_off:    64-bit loads of map values: byte offset
 * @call_map:   calls: the one map that was passed, or CALL_MAP_*
 * @alu_limit:  unused
 * @ctx_field_size: bytes of the context field a narrow load reads from
 * @ctx_field_conv: the load must be converted by verifier/ctx.c
 * @loop_stack: calls of bpf_loop, may_goto: bytes of stack that the function uses itself
 * @loop_inline: calls of bpf_loop: can be done in place
 * @prune_point: states are compared here
 * @jmp_point:  jumps that end here go to the history
 */
struct insn_aux {
	u32 ptr_type;
	union {
		u32 map_index;
		u32 cb_site;
	};
	u32 map_off;
	u32 ctx_field_size;
	struct ebpf_map *call_map;
	s32 orig_idx;
	u32 subprogno_of_func;	/* BPF_PSEUDO_FUNC, bpf_loop: which subprogram */
	u16 loop_stack;
	bool loop_seen;
	bool loop_inline;
	bool seen;
	bool prune_point;
	bool jmp_point;
	bool is_map_load;
	bool is_ksym_load;
	bool is_func_load;
	bool jump_target;	/* some gotox of its function may go there */
	bool has_tree;		/* a gotox: others of its function and register go to what it became */
	u32 jump_gen;		/* of the last gotox that was walked and goes there */
	u8 kfunc;		/* calls of kernel functions: one more than its number */
	bool no_sleep;		/* the same: somewhere it is reached nothing may sleep */
};

/**
 * struct ksym - a variable or function of the kernel that a program names
 * @reg_type: of the register that has its address
 * @btf_id:   PTR_TO_BTF_ID: of @btf
 * @mem_size: PTR_TO_MEM: bytes
 */
struct ksym {
	u64 addr;
	const struct ebpf_btf *btf;
	u32 reg_type;
	u32 btf_id;
	u32 mem_size;
};

struct subprog_info {
	u32 start;
	u32 linfo_idx;
	u16 stack_depth;
	u16 extra_stack;	/* bytes below, of which no limit is asked: converge.c */
	bool has_tail_call;
	bool tail_call_reachable;
	bool has_ld_abs;
	bool is_cb;
	bool is_async_cb;	/* called by timers */
	bool is_global;
	/* Only found out for programs with global functions or callbacks. */
	bool changes_pkt;
	bool may_sleep;
	bool has_jumps;		/* some map's entries are instructions of it: gotox.c */
	bool jumps_seen;	/* cfg.c has been there */
	u32 tree[EBPF_REG_10];	/* by the register of a gotox: one more than where its tree is */
	u32 btf_type_id;	/* 0 without func_info */
	u8 arg_tags[EBPF_MAX_FUNC_REG_ARGS];	/* ARG_TAG_*, of global functions */
};

/* Registers and stack slots to be made precise, per frame. */
struct backtrack {
	u32 frame;
	u32 regs[EBPF_MAX_CALL_FRAMES];
	u64 slots[EBPF_MAX_CALL_FRAMES];
};

/* Ids of an explored state and of the current one that play the same part. */
struct idpair {
	u32 old;
	u32 cur;
};

#define IDMAP_SIZE	((NR_REGS + NR_STACK_SLOTS) * EBPF_MAX_CALL_FRAMES * 2)

struct linfo {
	u32 insn_off;
	u32 file_name_off;
	u32 line_off;
	u32 line_col;
};

struct vf_env {
	const struct ebpf_load *load;
	struct ebpf_log *log;
	u32 log_level;
	char *log_buf;		/* LOG_CHUNK bytes */
	u32 log_used;
	u64 log_flushed;	/* bytes given to the sink */
	u32 prev_insn_print_len;
	u64 prev_log_pos;
	const struct linfo *prev_linfo;

	struct ebpf_insn *insns;
	struct insn_aux *aux;
	u32 insn_cnt;
	u32 orig_insn_cnt;
	struct subprog_info *subprogs;	/* the one after the last is the end */
	u32 subprog_cnt;
	struct linfo *linfo;
	u32 linfo_cnt;
	struct ebpf_map **maps;
	u32 map_cnt;
	struct ksym *ksyms;
	u32 ksym_cnt;

	struct ebpf_map *arena;	/* which of @maps, or NULL */
	u64 jumps_claimed;	/* of gotox.c: which of @maps, a bit each */
	u32 jump_gen;

	u32 insn_idx;
	u32 prev_insn_idx;
	struct vf_state *cur;
	struct pending *pending;
	u32 pending_cnt;
	struct explored **explored;
	u32 explored_size;
	struct async_entry *async;	/* of timer.c */
	struct cb_site *cb_sites;	/* of rounds.c */
	u32 cb_site_cnt;
	u32 cb_site_cap;
	bool has_may_goto;		/* one that is reached */
	bool has_kfunc;			/* calls of kernel functions, reached or not */
	bool only_iters;		/* loops that end by themselves are those of iterators */
	u32 call_gen;			/* not 0: the path begins with a call done again */
	struct explored *free_list;	/* off the lists, still some state's parent */
	struct func_chunk *func_chunks;	/* of state.c */
	size_t func_chunk_size;		/* bytes of the newest */
	struct func_state *spare_funcs;	/* in the chunks, not in use */
	u32 spare_func_cnt;

	u32 id_gen;
	u32 frame_gen;
	u32 insn_processed;
	u32 prev_insn_processed;
	u32 jmps_processed;
	u32 prev_jmps_processed;
	u32 max_states_per_insn;
	u32 total_states;
	u32 peak_states;
	u32 longest_mark_read_walk;
	u32 max_ctx_offset;
	u32 max_tp_access;
	u32 max_stack;		/* bytes of the deepest call chain, as the JIT has it */
	u64 start_ns;
	u32 scratched_regs;
	u64 scratched_slots;

	bool strict_alignment;
	bool test_state_freq;
	bool has_tail_call;
	bool has_callback;	/* some function's address is loaded */
	bool has_callchain;
	bool kprobe_override;
	bool map_views;		/* all maps have a view */
	bool jmp_pushed;	/* the last entry of cur->jmps is of insn_idx */
	struct backtrack bt;
	u32 back_steps;			/* of precision.c: instructions gone back over */
	struct scalar way[4];		/* of branch.c: operands on both ways, WAY_* */
	struct reg_state tmp_reg;	/* scratch of some functions: small frames */
	struct reg_state tmp_reg2;
	struct idpair *idmap;		/* of prune.c, IDMAP_SIZE; NULL before the first comparison */
	u32 idmap_used;
	bool exact;			/* of prune.c: everything of the state matters */
	char tnum_buf[64];
	char type_buf[64];
	/* TRACING programs, of load->attach_btf */
	struct ebpf_attach_target target;
	const struct ebpf_btf_param *target_args;
	u32 target_ret;			/* type id */
	/* Struct of the pointer just loaded from the context. */
	const struct ebpf_btf *ctx_btf;
	u32 ctx_btf_id;
};

static inline bool is_sleepable(const struct vf_env *env)
{
	return env->load->prog_flags & EBPF_F_SLEEPABLE;
}

static inline struct func_state *cur_func(struct vf_env *env)
{
	return env->cur->frame[env->cur->curframe];
}

static inline struct reg_state *cur_regs(struct vf_env *env)
{
	return cur_func(env)->regs;
}

static inline struct func_state *func_of(struct vf_env *env, const struct reg_state *reg)
{
	return env->cur->frame[reg->frameno];
}

#endif /* _VERIFIER_ENV_H */
