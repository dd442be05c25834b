/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the verifier's files share. Nothing here is visible outside verifier/.
 *
 * The verifier walks every path of a program with an abstract machine state
 * (struct vf_state). Paths not yet walked wait on a list (env->pending), states
 * seen at join points are kept (env->explored) so that a path which arrives in a
 * state already found safe ends there. Nothing recurses.
 */
#ifndef _VERIFIER_INTERNAL_H
#define _VERIFIER_INTERNAL_H

#include <ebpf/types.h>
#include <ebpf/services.h>
#include <ebpf/verifier.h>
#include "scalar.h"

#define NR_REGS			11	/* R0..R10 */
#define REG_FP			10
#define REG_SIZE		8	/* bytes, also of a stack slot */
#define MAX_VAR_OFF		(1 << 29)	/* bytes a pointer may be off its object */
#define MAX_VAR_SIZE		(1 << 29)	/* largest access through a helper */
#define PENDING_LIMIT		8192	/* paths waiting at a time */
#define NR_STACK_SLOTS		(EBPF_MAX_STACK / REG_SIZE)
#define LOG_CHUNK		4096	/* bytes of log text held back */
#define LOG_LINE_MAX		1024	/* bytes one vlog() can write */
#define PSEUDO_REG_NONE		(-1)

/* Base types of a register; modifiers are those of <ebpf/helper.h>. */
enum reg_type {
	NOT_INIT = 0,
	SCALAR_VALUE,
	PTR_TO_CTX,
	CONST_PTR_TO_MAP,
	PTR_TO_MAP_VALUE,
	PTR_TO_MAP_KEY,
	PTR_TO_STACK,
	PTR_TO_PACKET_META,
	PTR_TO_PACKET,
	PTR_TO_PACKET_END,
	PTR_TO_TP_BUFFER,
	PTR_TO_MEM,
	PTR_TO_BUF,
	PTR_TO_FUNC,
	PTR_TO_BTF_ID,
	PTR_TO_SOCK_COMMON,	/* fields every socket has */
	PTR_TO_SOCKET,
	PTR_TO_TCP_SOCK,
	PTR_TO_XDP_SOCK,
	CONST_PTR_TO_DYNPTR,	/* a helper's; or what a dynptr's stack slots hold */
	NR_REG_TYPES,
};

/* Was the register or slot read below this state? Bits. */
#define LIVE_NONE	0
#define LIVE_READ32	1	/* only the low half */
#define LIVE_READ64	2
#define LIVE_READ	(LIVE_READ32 | LIVE_READ64)
#define LIVE_WRITTEN	4	/* a read above must not reach the parent */
#define LIVE_DONE	8	/* marks are final */

/* One byte of stack. */
enum slot_type {
	STACK_INVALID = 0,	/* never written */
	STACK_SPILL,		/* part of a register saved whole */
	STACK_MISC,		/* something */
	STACK_ZERO,		/* zero */
	STACK_DYNPTR,		/* half of a dynptr: dynptr.c */
};

/**
 * struct reg_state - what is known of one register
 * @type:     enum reg_type with modifiers
 * @off:      pointers: fixed part of the offset from the start of the object
 * @n:        SCALAR_VALUE: the number; pointers: variable part of the offset
 * @id:       pointers that may be NULL: which ones are NULL together; packet
 *            pointers: same variable part; scalars: known to be equal; 0: none
 * @ref_obj_id: the acquired reference it depends on, or 0
 * @dynptr_id: the dynptr whose memory it points to, or 0
 * @frameno:  PTR_TO_STACK: whose stack
 * @parent:   the same register in the parent state, for liveness
 * @live:     LIVE_*
 * @precise:  the number decided something: pruning must respect it
 *
 * Everything before @parent is compared as bytes, so no padding is left unset.
 */
struct reg_state {
	u32 type;
	s32 off;
	union {
		struct {
			struct ebpf_map *map;
			u32 map_uid;	/* which lookup of an inner map */
		};
		struct {
			const struct ebpf_btf *btf;
			u32 btf_id;
			u32 from_ctx;	/* 1: as the context had it */
		};
		u32 mem_size;
		struct {
			u32 subprogno;
			u32 loaded_in;	/* subprogram that has the address */
		};
		s32 range;		/* bytes of packet known to exist behind it */
		struct {
			u32 dynptr_type;	/* DYNPTR_TYPE_* */
			u32 dynptr_first;	/* slots: the one at the lower address */
		};
		u64 raw[2];
	};
	struct scalar n;
	u32 id;
	u32 ref_obj_id;
	u32 frameno;
	u32 dynptr_id;
	struct reg_state *parent;
	u8 live;
	bool precise;
};

#define REG_CMP_SIZE	offsetof(struct reg_state, parent)

struct stack_slot {
	struct reg_state spilled;
	u8 type[REG_SIZE];	/* enum slot_type; [7] is the lowest address */
};

struct ref_state {
	u32 id;
	s32 insn_idx;		/* where it was acquired */
	u32 callback;		/* frame of the callback under way then, or 0 */
};

/**
 * struct func_state - one frame of the call chain
 * @callsite: instruction of the call, -1 in the main program
 * @stack:    slot i covers bytes [-8 * (i + 1), -8 * i) from R10
 * @async_entry: of the lowest frame: which function called by timers it is, 0: none
 * @frozen:   callbacks: slots of the frames above that hold pointers
 * @cb_gen:   callbacks: cb_site.gen when it was entered
 */
struct func_state {
	struct reg_state regs[NR_REGS];
	s32 callsite;
	u32 frameno;
	u32 subprogno;
	u32 nr_refs;
	u32 cap_refs;
	struct ref_state *refs;
	u32 nr_slots;
	u32 cap_slots;
	struct stack_slot *stack;
	u32 async_entry;
	bool in_callback;
	u32 cb_gen;
	struct tnum callback_ret_range;
	u64 frozen[EBPF_MAX_CALL_FRAMES];
	struct func_state *next_spare;
};

/**
 * struct jmp_entry - one remembered step of a path
 * @idx:      an instruction that was not reached from the one before it, or
 *            one that taught several registers at once, or one that used the stack
 *            through another register than R10
 * @prev_idx: what was executed before it
 * @linked:   jumps: the registers and slots that learned together; loads, stores and
 *            atomics: the slot; LINK_* packed
 */
struct jmp_entry {
	u32 idx;
	u32 prev_idx;
	u64 linked;
};

/* Ten bits per register or slot, above a count of four bits. */
#define LINKS_MAX	6
#define LINK_BITS	10
#define LINK_COUNT(l)	((u32)((l) & 0xf))
#define LINK_AT(l, i)	((u32)((l) >> (4 + (i) * LINK_BITS)) & 0x3ff)
#define LINK_ONE(x)	((u64)(x) << 4 | 1)
#define LINK_SLOT(f, i)	((f) | (i) << 4)
#define LINK_REG(f, i)	((f) | 8 | (i) << 4)
#define LINK_FRAME(x)	((x) & 7)
#define LINK_IS_REG(x)	((x) & 8)
#define LINK_INDEX(x)	((x) >> 4)

/**
 * struct vf_state - the machine at one point of one path
 * @parent:   the explored state this one continues
 * @branches: paths below an explored state that are not finished
 * @jmps:     jumps taken since @parent, oldest first
 * @all_precise: explored states: every number in it is marked precise, and above it
 */
struct vf_state {
	struct func_state *frame[EBPF_MAX_CALL_FRAMES];
	struct vf_state *parent;
	u32 branches;
	u32 curframe;
	u32 insn_idx;
	s32 first_insn_idx;
	s32 last_insn_idx;
	u32 spin_lock_id;	/* of the map value whose lock is held, or 0 */
	struct jmp_entry *jmps;
	u32 nr_jmps;
	u32 cap_jmps;
	bool all_precise;
};

/* An explored state in the list of its instruction. */
struct explored {
	struct vf_state state;
	struct explored *next;
	u32 miss_cnt;
	u32 hit_cnt;
};

/**
 * struct cb_site - the call of a helper that calls back
 * @callsite: its instruction
 * @gen:      goes up with @written
 * @written:  slots of the frames above that the callback was seen to write
 */
struct cb_site {
	struct cb_site *next;
	s32 callsite;
	u32 gen;
	u64 written[EBPF_MAX_CALL_FRAMES];
};

/* A path that waits to be walked; @call_gen: not 0 for a call that is done again if its
 * cb_site has another gen by then.
 */
struct pending {
	struct vf_state state;
	struct pending *next;
	u32 insn_idx;
	u32 prev_insn_idx;
	u32 call_gen;
	u64 log_pos;
};

/* Values of insn_aux.call_map besides a map. */
#define CALL_MAP_UNSET	((struct ebpf_map *)NULL)
#define CALL_MAP_MANY	((struct ebpf_map *)1UL)

/**
 * struct insn_aux - what was learned of one instruction
 * @ptr_type:   loads and stores: type of the pointer, 0 when never reached
 * @map_index:  64-bit loads of maps: which of env->maps; of ksyms: of env->ksyms
 * @map_off:    64-bit loads of map values: byte offset
 * @call_map:   calls: the one map that was passed, or CALL_MAP_*
 * @alu_limit:  unused
 * @ctx_field_size: bytes of the context field a narrow load reads from
 * @ctx_field_conv: the load must be converted by verifier/ctx.c
 * @loop_stack: calls of bpf_loop: bytes of stack that the function uses itself
 * @loop_inline: calls of bpf_loop: can be done in place
 * @prune_point: states are compared here
 * @jmp_point:  jumps that end here go to the history
 */
struct insn_aux {
	u32 ptr_type;
	u32 map_index;
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
	bool has_tail_call;
	bool tail_call_reachable;
	bool has_ld_abs;
	bool is_cb;
	bool is_async_cb;	/* called by timers */
	bool is_global;
	/* Only found out for programs with global functions or callbacks. */
	bool changes_pkt;
	bool may_sleep;
	u32 btf_type_id;	/* 0 without func_info */
};

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
	const struct ebpf_map_field *kptr;	/* that EBPF_ARG_PTR_TO_KPTR points to */
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

	u32 insn_idx;
	u32 prev_insn_idx;
	struct vf_state *cur;
	struct pending *pending;
	u32 pending_cnt;
	struct explored **explored;
	u32 explored_size;
	struct async_entry *async;	/* of timer.c */
	struct cb_site *cb_sites;	/* of rounds.c */
	u32 call_gen;			/* not 0: the path begins with a call done again */
	struct explored *free_list;	/* off the lists, still some state's parent */
	struct func_chunk *func_chunks;	/* of state.c */
	size_t func_chunk_size;		/* bytes of the newest */
	struct func_state *spare_funcs;	/* in the chunks, not in use */
	u32 spare_func_cnt;

	u32 id_gen;
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
	struct scalar way[4];		/* of branch.c: operands on both ways, WAY_* */
	struct reg_state tmp_reg;	/* scratch of alu.c and branch.c: small frames */
	struct reg_state tmp_reg2;
	struct idpair *idmap;		/* of prune.c, IDMAP_SIZE; NULL before the first comparison */
	u32 idmap_used;
	char tnum_buf[64];
	char type_buf[64];
	/* TRACING programs, of load->attach_btf */
	struct ebpf_attach_target target;
	const struct ebpf_btf_param *target_args;
	u32 target_ret;			/* type id */
	u32 ctx_btf_id;			/* struct of the pointer just loaded from the context */
};

/* ---- step.c ---- */
/* Tests in user space watch the walk; the module has none of this. */
#ifndef __KERNEL__
/**
 * struct vf_watch
 * @insn:     called with the state before each instruction that is walked;
 *            1 ends the path, a negative errno the load
 * @no_prune: every path is walked to its end
 * @link_copies: each copy of a number is tied to it, in a slot or a register, of 64 bits or
 *            less, whether it has an id already or not
 * @mild_math: a pointer that arithmetic took too far is some number, not an error
 * @no_links: to tell where a difference comes from: neither pruning nor precision asks
 *            which numbers are equal, and EBPF_F_TEST_STATE_FREQ is not for loops
 */
struct vf_watch {
	int (*insn)(const struct vf_env *env);
	bool no_prune;
	bool link_copies;
	bool mild_math;
	bool no_links;
};

extern struct vf_watch ebpf_watch;
#define watch_insn(env)		(ebpf_watch.insn ? ebpf_watch.insn(env) : 0)
#define watch_no_prune()	(ebpf_watch.no_prune)
#define watch_link_copies()	(ebpf_watch.link_copies)
#define watch_mild_math()	(ebpf_watch.mild_math)
#define watch_no_links()	(ebpf_watch.no_links)
#else
#define watch_insn(env)		0
#define watch_no_prune()	false
#define watch_link_copies()	false
#define watch_mild_math()	false
#define watch_no_links()	false
#endif

/* ---- log.c ---- */
void ebpf_vlog(struct vf_env *env, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
#define vlog(env, fmt, ...)						\
	do {								\
		if ((env)->log_level)					\
			ebpf_vlog(env, fmt, ##__VA_ARGS__);		\
	} while (0)
u64 ebpf_vlog_pos(const struct vf_env *env);
void ebpf_vlog_rewind(struct vf_env *env, u64 pos);
void ebpf_vlog_flush(struct vf_env *env);
const char *ebpf_reg_type_str(struct vf_env *env, u32 type);
const char *ebpf_tnum_str(struct vf_env *env, struct tnum t);
void ebpf_print_state(struct vf_env *env, const struct func_state *func, bool all);
void ebpf_print_insn_state(struct vf_env *env, const struct func_state *func);
void ebpf_print_insn(struct vf_env *env, const struct ebpf_insn *insn);
void ebpf_print_linfo(struct vf_env *env, u32 insn_idx, const char *prefix);
void ebpf_print_stats(struct vf_env *env);

static inline void scratch_reg(struct vf_env *env, u32 regno)
{
	env->scratched_regs |= 1U << regno;
}

static inline void scratch_slot(struct vf_env *env, u32 spi)
{
	env->scratched_slots |= 1ULL << spi;
}

static inline void scratch_all(struct vf_env *env)
{
	env->scratched_regs = ~0U;
	env->scratched_slots = ~0ULL;
}

static inline bool state_scratched(const struct vf_env *env)
{
	return env->scratched_regs || env->scratched_slots;
}

/* ---- disasm.c ---- */
extern const char *const ebpf_alu_string[16];

/* ---- state.c ---- */
struct func_state *ebpf_func_state_alloc(struct vf_env *env);
void ebpf_func_state_init(struct vf_env *env, struct func_state *func, s32 callsite, u32 frameno,
			  u32 subprogno);
int ebpf_func_state_copy(struct func_state *dst, const struct func_state *src);
void ebpf_func_state_free(struct vf_env *env, struct func_state *func);
int ebpf_state_copy(struct vf_env *env, struct vf_state *dst, const struct vf_state *src);
void ebpf_state_release(struct vf_env *env, struct vf_state *st);
int ebpf_grow_stack(struct vf_env *env, struct func_state *func, u32 bytes);
/* A copy of the current state to be continued at @insn_idx; NULL on failure. */
struct vf_state *ebpf_push_pending(struct vf_env *env, u32 insn_idx, u32 prev_insn_idx);
int ebpf_pop_pending(struct vf_env *env, bool pop_log);
/* A path that begins at @insn_idx with nothing but a frame of subprogram @subprogno. */
struct func_state *ebpf_push_fresh(struct vf_env *env, u32 insn_idx, u32 subprogno);
void ebpf_update_branches(struct vf_env *env, struct vf_state *st);
/* Remembers how env->insn_idx was reached, or what it linked. */
int ebpf_push_jmp(struct vf_env *env, struct vf_state *st, u64 linked);
void ebpf_free_states(struct vf_env *env);

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

/* ---- reg.c ---- */
#define SRC_OP		0
#define DST_OP		1
#define DST_OP_NO_MARK	2

static inline u32 base_type(u32 type)
{
	return type & 0xff;
}

static inline bool may_be_null(u32 type)
{
	return type & EBPF_PTR_MAYBE_NULL;
}

static inline bool is_const_reg(const struct reg_state *reg)
{
	return reg->type == SCALAR_VALUE && ebpf_tnum_is_const(reg->n.var_off);
}

static inline bool is_null_reg(const struct reg_state *reg)
{
	return reg->type == SCALAR_VALUE && ebpf_tnum_equals_const(reg->n.var_off, 0);
}

static inline bool is_pkt_ptr(u32 type)
{
	return base_type(type) == PTR_TO_PACKET || base_type(type) == PTR_TO_PACKET_META;
}

static inline bool is_sock_ptr(u32 type)
{
	switch (base_type(type)) {
	case PTR_TO_SOCK_COMMON:
	case PTR_TO_SOCKET:
	case PTR_TO_TCP_SOCK:
	case PTR_TO_XDP_SOCK:
		return true;
	default:
		return false;
	}
}

static inline bool is_pkt_ptr_any(u32 type)
{
	return is_pkt_ptr(type) || base_type(type) == PTR_TO_PACKET_END;
}

void ebpf_reg_set_not_init(struct reg_state *reg);
void ebpf_reg_set_unknown(struct reg_state *reg);
void ebpf_reg_set_known(struct reg_state *reg, u64 value);
/* A pointer of @type at offset 0 of its object. */
void ebpf_reg_set_ptr(struct reg_state *reg, u32 type);
/* Everything but the liveness links. */
void ebpf_reg_copy(struct reg_state *dst, const struct reg_state *src);
/* A number of which something is known: not just any 64 bits. */
bool ebpf_reg_is_bounded(const struct reg_state *reg);
void ebpf_mark_unknown(struct vf_env *env, struct reg_state *regs, u32 regno);
int ebpf_check_reg_arg(struct vf_env *env, u32 regno, int what);
int ebpf_mark_reg_read(struct vf_env *env, const struct reg_state *reg,
		       struct reg_state *parent, u8 flag);
void ebpf_init_regs(struct vf_env *env, struct func_state *func);
bool ebpf_reg_sane_offset(struct vf_env *env, const struct reg_state *reg, u32 type);

/* ---- stack.c ---- */
int ebpf_check_stack_read(struct vf_env *env, u32 ptr_regno, s32 off, int size, int dst_regno);
int ebpf_check_stack_write(struct vf_env *env, u32 ptr_regno, s32 off, int size, int src_regno,
			   int insn_idx);
int ebpf_check_stack_bounds(struct vf_env *env, u32 regno, s32 off, int size, bool write,
			    bool by_helper);
/* A helper uses, or with @meta->raw_mode fills, @size bytes at R@regno. */
int ebpf_check_stack_range(struct vf_env *env, u32 regno, s32 off, int size, bool zero_ok,
			   bool by_helper, struct call_meta *meta);
int ebpf_check_stack_slot_aligned(struct vf_env *env, u32 regno);

static inline bool slot_is_spill(const struct stack_slot *slot)
{
	return slot->type[REG_SIZE - 1] == STACK_SPILL;
}

static inline bool slot_is_dynptr(const struct stack_slot *slot)
{
	return slot->type[REG_SIZE - 1] == STACK_DYNPTR;
}

static inline bool slot_is_scalar_spill(const struct stack_slot *slot)
{
	return slot_is_spill(slot) && slot->spilled.type == SCALAR_VALUE;
}

/* ---- mem.c ---- */
#define ACC_READ	1
#define ACC_WRITE	2

/**
 * ebpf_check_mem_access() - one load or store
 * @regno:       the pointer
 * @off, @esize: displacement and EBPF_B..EBPF_DW of the instruction
 * @acc:         ACC_*
 * @value_regno: register read into or written from, or -1
 * @strict:      alignment is enforced whatever the load flags say
 * @sext:        a sign extending load
 */
int ebpf_check_mem_access(struct vf_env *env, int insn_idx, u32 regno, s32 off, int esize,
			  int acc, int value_regno, bool strict, bool sext);
int ebpf_check_atomic(struct vf_env *env, int insn_idx, const struct ebpf_insn *insn);
int ebpf_check_region(struct vf_env *env, u32 regno, s32 off, int size, u32 mem_size,
		      bool zero_ok);
int ebpf_check_map_region(struct vf_env *env, u32 regno, s32 off, int size, bool zero_ok,
			  int acc);
/* @size bytes at R@regno that a helper reads; with @meta->writes it writes them, too, and
 * with @meta->raw_mode besides it does not care what was there.
 */
int ebpf_check_helper_mem(struct vf_env *env, u32 regno, int size, bool zero_ok,
			  struct call_meta *meta);
int ebpf_check_packet_access(struct vf_env *env, u32 regno, s32 off, int size, bool zero_ok);
int ebpf_check_buffer(struct vf_env *env, const struct reg_state *reg, u32 regno, s32 off,
		      int size, bool zero_ok);
int ebpf_esize_bytes(int esize);
/* 0 when @reg is an unmodified pointer. */
/* @size bytes at @off from the pointer: are they aligned, if they must be (@strict)? */
int ebpf_check_alignment(struct vf_env *env, const struct reg_state *reg, s32 off, int size,
			 bool strict);
int ebpf_check_ptr_off(struct vf_env *env, const struct reg_state *reg, u32 regno,
		       bool fixed_off_ok);

/* ---- map_ptr.c ---- */
/* An access through the address of the map in R@regno. */
int ebpf_check_map_ptr_access(struct vf_env *env, u32 regno, s32 off, int size, int acc,
			      int value_regno);
/* Such a load, which was found good. */
int ebpf_expand_map_ptr(const struct ebpf_insn *insn, struct ebpf_insn *buf);
/* Does a look-up in the map yield something else than a value of it? */
bool ebpf_map_has_objects(const struct ebpf_map *map);

/* ---- sock.c ---- */
int ebpf_check_sock_access(struct vf_env *env, u32 regno, s32 off, int size, int acc,
			   int value_regno);

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

/* ---- lock.c ---- */
/* R@regno is the argument of bpf_spin_lock (@lock) or bpf_spin_unlock. */
int ebpf_check_spin_lock(struct vf_env *env, u32 regno, bool lock);

/* Which value of the map it is matters: one of them may be locked. */
static inline bool has_spin_lock(const struct reg_state *reg)
{
	return base_type(reg->type) == PTR_TO_MAP_VALUE && reg->map->spin_lock_off >= 0;
}

/* ---- kptr.c ---- */
/* May [off, off + size) of the map value in R@regno be read or written, by the program
 * itself (@direct) or by a helper?
 */
int ebpf_check_fields_untouched(struct vf_env *env, u32 regno, s32 off, int size, bool direct);
/* The kptr that starts @off bytes behind where @reg points, or NULL. */
const struct ebpf_map_field *ebpf_kptr_at(const struct reg_state *reg, s32 off);
/* A load or store of the whole of it. */
int ebpf_check_kptr_access(struct vf_env *env, int insn_idx, const struct ebpf_map_field *field,
			   int value_regno);
/* May what is in R@regno be kept there? */
int ebpf_check_kptr_type(struct vf_env *env, const struct ebpf_map_field *field,
			 const struct reg_state *reg, u32 regno);

/* R@regno is the argument of bpf_kptr_xchg: fills @meta->kptr. */
int ebpf_check_kptr_arg(struct vf_env *env, u32 regno, struct call_meta *meta);

/* ---- ctx.c ---- */
bool ebpf_prog_type_known(u32 prog_type);
/* 0 or -EACCES after a message. @reg_type: what a load yields. */
int ebpf_check_ctx_access(struct vf_env *env, int insn_idx, s32 off, int size, int acc,
			  u32 *reg_type);
/* Must loads of this program type be rewritten? */
bool ebpf_ctx_needs_conv(u32 prog_type);
/* Writes the instructions for one access into @buf (at most 8) and the size of
 * the field; a count or a negative errno.
 */
int ebpf_ctx_conv(struct vf_env *env, const struct ebpf_insn *insn, struct ebpf_insn *buf,
		  u32 *field_size);
bool ebpf_may_write_packet(u32 prog_type);
/* What R0 may be when the main program ends; false: anything. */
bool ebpf_exit_range(const struct ebpf_load *load, struct tnum *range);


/* ---- tracing.c ---- */
/* Fills env->target for TRACING programs, which need one. */
int ebpf_check_attach_target(struct vf_env *env);
bool ebpf_tracing_ctx_valid(struct vf_env *env, s32 off, int size, int acc, u32 *reg_type);
/* Refuses helpers that @env->load's attach type has nothing for. */
int ebpf_check_tracing_func(struct vf_env *env, u32 func_id);
/* BTF of the running kernel, or NULL. */
const struct ebpf_btf *ebpf_kernel_btf(struct vf_env *env);
/* A struct of the running kernel by name; -EINVAL after a message. */
int ebpf_kernel_struct(struct vf_env *env, const char *name, const struct ebpf_btf **btf, u32 *id);

/* ---- btf_access.c ---- */
int ebpf_check_btf_access(struct vf_env *env, u32 regno, s32 off, int size, int acc,
			  int value_regno);
/* A load of [off, off + size) of struct @id into R@value_regno, if that is not negative;
 * @flags: of the pointer that it yields, if it does.
 */
int ebpf_btf_load(struct vf_env *env, const struct ebpf_btf *btf, u32 id, u32 off, u32 size,
		  u32 flags, int value_regno);
/* A pointer to struct @id, not NULL as far as checks go; loads through it may fault. */
void ebpf_reg_set_btf(struct reg_state *reg, const struct ebpf_btf *btf, u32 id, u32 flags);
/* EBPF_MEM_USER, EBPF_MEM_PERCPU by the tag of what PTR type @ptr points to. */
u32 ebpf_btf_ptr_flags(const struct ebpf_btf *btf, const struct ebpf_btf_type *ptr);
const char *ebpf_kernel_type_name(const struct ebpf_btf *btf, u32 id);
/* Does a struct @need_id start @off bytes into struct @id? */
bool ebpf_btf_struct_ids_match(struct vf_env *env, const struct ebpf_btf *btf, u32 id, u32 off,
			       u32 need_id);

/* ---- alu.c ---- */
int ebpf_check_alu(struct vf_env *env, const struct ebpf_insn *insn);

/* ---- branch.c ---- */
/* Moves @insn_idx to where the walk continues. */
int ebpf_check_cond_jmp(struct vf_env *env, const struct ebpf_insn *insn, u32 *insn_idx);

/* ---- packet.c ---- */
/* A comparison of packet pointers; @taken is the state of the way taken. */
/* The way of a comparison that one before has decided: 1 taken, 0 not, -1 open. */
int ebpf_packet_branch(const struct reg_state *dst, const struct reg_state *src, u8 op);
void ebpf_match_packet_ptrs(struct vf_env *env, const struct ebpf_insn *insn,
			    struct vf_state *taken);

/* ---- load.c ---- */
int ebpf_check_ld_imm(struct vf_env *env, const struct ebpf_insn *insn);
int ebpf_resolve_ld_imm64(struct vf_env *env);

/* ---- ksym.c ---- */
int ebpf_resolve_ksym(struct vf_env *env, const struct ebpf_insn *insn, struct insn_aux *aux);
void ebpf_load_ksym(struct reg_state *dst, const struct ksym *ksym);
/* What this_cpu_ptr() and per_cpu_ptr() return. */
int ebpf_set_percpu_result(struct vf_env *env, struct reg_state *ret, u32 flags,
			   const struct call_meta *meta);

/* ---- ld_abs.c ---- */
int ebpf_check_ld_abs(struct vf_env *env, const struct ebpf_insn *insn);
int ebpf_expand_ld_abs(const struct ebpf_insn *insn, struct ebpf_insn *buf);

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

/* ---- global.c ---- */
/* Walks each global function but the main program, with any arguments. */
int ebpf_walk_globals(struct vf_env *env);
/* The arguments that the signature of @sub lets it be called with. */
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
void ebpf_place_loops(struct vf_env *env);
int ebpf_expand_loop(const struct insn_aux *aux, struct ebpf_insn *buf);

/* Map, key and value in R1 to R3. */
void ebpf_set_elem_args(struct vf_env *env, struct reg_state *regs, struct ebpf_map *map,
			u32 map_uid);

/* ---- rounds.c ---- */
/* A helper that calls back is called here, and nothing was done yet. */
int ebpf_remember_call(struct vf_env *env);
/* Was the walk of the call, just taken from env->pending, true of all its rounds? */
bool ebpf_call_is_done(struct vf_env *env);
/* What was @written so far, per frame, by the callback that is entered with @callee. */
int ebpf_begin_rounds(struct vf_env *env, struct func_state *callee, u64 *written);
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

/* ---- helper_args.c ---- */
int ebpf_check_helper_args(struct vf_env *env, const struct ebpf_func_proto *fn,
			   struct call_meta *meta, int insn_idx);
int ebpf_check_map_func(struct vf_env *env, struct ebpf_map *map, u32 func_id);

/* ---- refs.c ---- */
int ebpf_acquire_ref(struct vf_env *env, int insn_idx);
int ebpf_release_ref(struct vf_env *env, u32 ref_obj_id);
int ebpf_release_ref_state(struct func_state *func, u32 ref_obj_id);
int ebpf_check_ref_leak(struct vf_env *env);

/* ---- precision.c ---- */
int ebpf_mark_precise(struct vf_env *env, int regno);
/* Of what a pruned path's continuation needs: marks of @old onto the path here. */
int ebpf_propagate_precision(struct vf_env *env, const struct vf_state *old);

/* ---- prune.c ---- */
/* 1: already known safe; 0: go on; negative: error. */
int ebpf_is_state_visited(struct vf_env *env, u32 insn_idx);

/* ---- cfg.c ---- */
int ebpf_find_subprogs(struct vf_env *env);
int ebpf_check_subprogs(struct vf_env *env);
int ebpf_check_cfg(struct vf_env *env);
int ebpf_find_subprog(const struct vf_env *env, s32 insn_idx);
/* Jumps in instructions: how far, relative to the next; 0 for the others. */
s32 ebpf_jmp_offset(const struct ebpf_insn *insn);
bool ebpf_is_jmp(const struct ebpf_insn *insn);

static inline bool is_ld_imm64(const struct ebpf_insn *insn)
{
	return insn->code == (EBPF_LD | EBPF_IMM | EBPF_DW);
}

static inline bool is_ld_abs(const struct ebpf_insn *insn)
{
	return EBPF_CLASS(insn->code) == EBPF_LD && (EBPF_MODE(insn->code) == EBPF_ABS ||
						     EBPF_MODE(insn->code) == EBPF_IND);
}

static inline bool is_pseudo_call(const struct ebpf_insn *insn)
{
	return insn->code == (EBPF_JMP | EBPF_CALL) && insn->src_reg == EBPF_PSEUDO_CALL;
}

static inline bool is_pseudo_func(const struct ebpf_insn *insn)
{
	return is_ld_imm64(insn) && insn->src_reg == EBPF_PSEUDO_FUNC;
}

/* ---- info.c ---- */
int ebpf_check_func_info(struct vf_env *env);
int ebpf_check_line_info(struct vf_env *env);

/* ---- step.c ---- */
/* Walks every path from the start of subprogram @subprog. */
int ebpf_walk(struct vf_env *env, u32 subprog);

/* ---- fixup.c ---- */
#define EXPAND_MAX	32

/* Instruction @idx (and its second half) as the JIT takes it: up to EXPAND_MAX
 * instructions in @buf, none of which jumps out of them unless it is the jump
 * @idx itself, whose offset stays in terms of the loaded program. A count, 0
 * when it is dropped, or a negative errno.
 */
int ebpf_expand_insn(struct vf_env *env, u32 idx, struct ebpf_insn *buf);

/* ---- rewrite.c ---- */
/* The final program of everything that was walked. */
int ebpf_build_image(struct vf_env *env, struct ebpf_prog_image *img);

#endif /* _VERIFIER_INTERNAL_H */
