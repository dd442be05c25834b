/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Program objects.
 *
 * Life: PROG_LOAD makes one with a reference for its fd. Attachments, prog
 * arrays and links hold a reference each. The last put queues the program for a
 * worker, which waits for an RCU-sched grace period (no CPU runs it any more),
 * then frees code and puts maps. Programs that sleep are queued when no task is in
 * the middle of them (kmod/prog/sleep.h).
 */
#ifndef _KMOD_PROG_H
#define _KMOD_PROG_H

#include "kmod/compat/compat.h"
#include <ebpf/prog.h>

struct ebpf_btf_obj;
struct file;

struct ebpf_prog_stats {
	u64 cnt;	/* runs, while statistics are enabled */
	u64 nsecs;
	u64 misses;	/* runs dropped by a recursion guard */
};

struct ebpf_prog {
	/* What a run needs, in one cache line. Constant once loaded. */
	u64 (*func)(const void *ctx, void *stack_top);
	u64 tail_entry;		/* offset known to the JIT (ebpf_jit_env) */
	u32 stack_size;		/* bytes of the CPU's program stack to reserve */
	u32 type;		/* enum ebpf_prog_type */
	struct ebpf_prog_stats __percpu *stats;
	bool sleepable;		/* run by ebpf_prog_run_sleepable() and by nothing else */

	u32 expected_attach_type;
	u32 id;
	atomic64_t refcnt;
	bool gpl_compatible;
	bool kprobe_override;
	bool has_callchain;
	struct ebpf_prog_image image;
	void *code;		/* of the code pool */
	u32 code_size;
	u64 load_time;		/* ns since boot */
	u32 created_by_uid;
	u8 tag[EBPF_TAG_SIZE];
	char name[EBPF_OBJ_NAME_LEN];
	struct ebpf_btf_obj *btf;
	/* of the final instructions, not of those loaded */
	struct ebpf_func_info *func_info;
	u32 func_info_cnt;
	struct ebpf_line_info *line_info;
	u32 line_info_cnt;
	u32 *jited_line_offs;		/* line_info_cnt offsets from code */
	u32 *jited_subprog_offs;	/* image.subprog_cnt offsets from code */
	u32 attach_btf_id;
	struct ebpf_btf_obj *attach_btf;
	u64 verify_ns;
	struct list_head free_node;
	struct rcu_head rcu;
	bool counts_inner;	/* in ebpf_sleep_inner_used() */
	bool xdp_has_frags;
	u32 tail_map_cnt;	/* used_maps that the code knows: PROG_BIND_MAP adds others */
	/* Owned by kmod/prog/tail.c. */
	struct list_head reach_node;
	u64 reach_seq;
};

/* Program of an fd with a reference, or ERR_PTR(-EBADF, -EINVAL for an fd of
 * another kind). @type: EBPF_PROG_TYPE_UNSPEC for any. May sleep.
 */
struct ebpf_prog *ebpf_prog_get(int fd, u32 type);
/* Takes one more. The caller holds one already. Any context. */
struct ebpf_prog *ebpf_prog_inc(struct ebpf_prog *prog);
/* From an id lookup: NULL when it is going away. */
struct ebpf_prog *ebpf_prog_inc_not_zero(struct ebpf_prog *prog);
/* Any context but NMI. */
void ebpf_prog_put(struct ebpf_prog *prog);
/* A new fd (O_CLOEXEC) that owns the caller's reference on success. */
int ebpf_prog_new_fd(struct ebpf_prog *prog);

/* May @prog tail-call through the prog array @map, and be called through it? The
 * first program decides for all. kmod/map/kinds/prog_array.c. May sleep.
 */
bool ebpf_prog_array_compatible(struct ebpf_map *map, const struct ebpf_prog *prog);

extern const struct file_operations ebpf_prog_fops;

#endif /* _KMOD_PROG_H */
