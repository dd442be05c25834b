/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is known at one point of one path: registers, stack, frames, references.
 *
 * The verifier walks every path of a program with an abstract machine state
 * (struct vf_state). Paths not yet walked wait on a list (env->pending), states
 * seen at join points are kept (env->explored) so that a path which arrives in a
 * state already found safe ends there. Nothing recurses.
 */
#ifndef _VERIFIER_STATE_H
#define _VERIFIER_STATE_H

#include <ebpf/types.h>
#include <ebpf/verifier.h>
#include "verifier/scalar.h"

struct vf_env;

#define NR_REGS			11	/* R0..R10 */
#define REG_FP			10
#define REG_SIZE		8	/* bytes, also of a stack slot */
#define MAX_VAR_OFF		(1 << 29)	/* bytes a pointer may be off its object */
#define MAX_VAR_SIZE		(1 << 29)	/* largest access through a helper */
#define PENDING_LIMIT		8192	/* paths waiting at a time */
#define NR_STACK_SLOTS		(EBPF_MAX_STACK / REG_SIZE)
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
	ITER,			/* what an iterator's stack slots hold */
	PTR_TO_INSN,		/* an entry of a map of instructions: gotox.c */
	PTR_TO_ARENA,		/* anything: arena.c */
	NR_REG_TYPES,
};

/* Who says that the object which a kernel pointer points to is there; what is held by the program itself
 * has a reference. Loads ask nobody: they may fault.
 */
enum trust {
	TRUST_NONE = 0,
	TRUST_RCU,	/* nobody after this RCU section */
	TRUST_FULL,	/* who calls the program holds it */
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
	STACK_ITER,		/* part of an iterator: iter.c */
};

/**
 * struct reg_state - what is known of one register
 * @type:     enum reg_type with modifiers
 * @off:      pointers: fixed part of the offset from the start of the object
 * @n:        SCALAR_VALUE: the number; pointers: variable part of the offset
 * @id:       pointers that may be NULL: which ones are NULL together; packet
 *            pointers: same variable part; scalars: known to be equal, but for @delta; 0: none
 * @delta:    scalars with an id: what was added since, in 64 bits
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
			u16 from_ctx;	/* 1: as the context had it */
			u16 trust;	/* enum trust: whether the object is there */
		};
		u32 mem_size;
		struct {
			u32 subprogno;
			u32 loaded_in;	/* subprogram that has the address */
		};
		s32 range;		/* bytes of packet known to exist behind it */
		s32 delta;
		struct {
			u32 dynptr_type;	/* DYNPTR_TYPE_* */
			u32 dynptr_first;	/* slots: the one at the lower address */
		};
		struct {
			u16 iter_drained;	/* it is at its end */
			u16 iter_lost;		/* the RCU section is over that it is of */
			u32 iter_depth;		/* what was taken from it, so many times */
			u32 iter_kind;
			u32 iter_part;		/* which of its slots: 0 at the lowest address */
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

/* A number that is no longer what others are. */
static inline void reg_unlink(struct reg_state *reg)
{
	reg->id = 0;
	reg->delta = 0;
}

struct stack_slot {
	struct reg_state spilled;
	u8 type[REG_SIZE];	/* enum slot_type; [7] is the lowest address */
};

/* How many sections of each kind are open: section.c. */
struct sections {
	u16 rcu;
	u16 preempt;
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
 * @frozen:   callbacks: slots of the frames above that held pointers when it, or one around it, began
 * @cb_gen:   callbacks: cb_site.gen when it was entered; 0: this call runs it once at most
 * @found:    callbacks: sections that were open when it was entered
 * @instance: which of all frames ever entered
 * @rounds:   of loops that end by themselves, begun in this frame
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
	struct sections found;
	u32 instance;
	u32 rounds;
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
 * @rounds:   of loops that end by themselves, begun in any frame
 * @open:     explored states: a path below ended in a state that was not finished, see
 *            converge.c; above it, too
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
	struct sections sections;
	struct jmp_entry *jmps;
	u32 nr_jmps;
	u32 cap_jmps;
	bool all_precise;
	bool open;
	u32 rounds;
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

/* ---- reg.c ---- */
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

/* Kernel pointers by BTF, and what was cast to memory, may lead anywhere: loads from there
 * yield 0 where nothing can be read.
 */
static inline bool load_may_fault(u32 type)
{
	return base_type(type) == PTR_TO_BTF_ID ||
	       (base_type(type) == PTR_TO_MEM && (type & EBPF_PTR_UNTRUSTED));
}

static inline bool is_pkt_ptr_any(u32 type)
{
	return is_pkt_ptr(type) || base_type(type) == PTR_TO_PACKET_END;
}

#define SRC_OP		0
#define DST_OP		1
#define DST_OP_NO_MARK	2

void ebpf_reg_set_not_init(struct reg_state *reg);
void ebpf_reg_set_unknown(struct reg_state *reg);
void ebpf_reg_set_known(struct reg_state *reg, u64 value);
/* A pointer of @type at offset 0 of its object. */
void ebpf_reg_set_ptr(struct reg_state *reg, u32 type);
/* Everything but the liveness links. */
void ebpf_reg_copy(struct reg_state *dst, const struct reg_state *src);
/* Before a number is copied: it gets an id, if its value is not known. */
void ebpf_reg_link(struct vf_env *env, struct reg_state *reg);
/* A number of which something is known: not just any 64 bits. */
bool ebpf_reg_is_bounded(const struct reg_state *reg);
void ebpf_mark_unknown(struct vf_env *env, struct reg_state *regs, u32 regno);
int ebpf_check_reg_arg(struct vf_env *env, u32 regno, int what);
int ebpf_mark_reg_read(struct vf_env *env, const struct reg_state *reg,
		       struct reg_state *parent, u8 flag);
void ebpf_init_regs(struct vf_env *env, struct func_state *func);
bool ebpf_reg_sane_offset(struct vf_env *env, const struct reg_state *reg, u32 type);

/* ---- slots of the stack ---- */
static inline bool slot_is_spill(const struct stack_slot *slot)
{
	return slot->type[REG_SIZE - 1] == STACK_SPILL;
}

static inline bool slot_is_dynptr(const struct stack_slot *slot)
{
	return slot->type[REG_SIZE - 1] == STACK_DYNPTR;
}

static inline bool slot_is_iter(const struct stack_slot *slot)
{
	return slot->type[REG_SIZE - 1] == STACK_ITER;
}

/* What only functions for it may look into: a dynptr, an iterator. */
static inline bool type_is_object(u8 type)
{
	return type >= STACK_DYNPTR;
}

static inline bool slot_is_object(const struct stack_slot *slot)
{
	return type_is_object(slot->type[REG_SIZE - 1]);
}

static inline bool slot_is_scalar_spill(const struct stack_slot *slot)
{
	return slot_is_spill(slot) && slot->spilled.type == SCALAR_VALUE;
}

#endif /* _VERIFIER_STATE_H */
