/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Emulated perf events: what is common to all kinds.
 *
 * Each event is one anonymous file; whoever needs it (fd, mapping, map entry,
 * link) holds a reference of the file. When the last goes, release stops what
 * fires the program, and the memory follows after an RCU-sched grace period,
 * because maps hand events to programs without a reference.
 */
#ifndef _ATTACH_EVENT_H
#define _ATTACH_EVENT_H

#include "kmod/attach/attach.h"
#include "kmod/attach/perf_abi.h"
#include "kmod/compat/compat.h"
#include "kmod/prog/run.h"
#include "kmod/prog/tail.h"

#include <linux/mutex.h>
#include <linux/wait.h>

struct ebpf_event;
struct ebpf_ring;

/* Work for after a grace period; part of what it frees. */
struct ebpf_event_later {
	struct list_head node;
	void (*fn)(struct ebpf_event_later *later);
};

/* What perf_event_open(2) was asked for, checked as far as all kinds agree. */
struct ebpf_event_params {
	struct ebpf_perf_attr attr;
	struct task_struct *task;	/* borrowed; NULL for all */
	int cpu;			/* -1 for all */
};

/* Counter and times in ns. */
struct ebpf_event_count {
	u64 value;
	u64 enabled;
	u64 running;
};

/* What BPF_TASK_FD_QUERY tells of an attachment. */
struct ebpf_attach_desc {
	u32 prog_id;
	u32 type;			/* enum ebpf_task_fd_type */
	const char *name;		/* lives as long as the attachment; may be NULL */
	u64 offset;
	u64 addr;
};

/* All but peek in process context, may sleep. */
struct ebpf_event_ops {
	u32 prog_type;		/* the one that can be attached */
	bool sleeps;		/* its programs may sleep */
	/* May its programs ask for stacks? NULL: yes. */
	bool (*callchain)(const struct ebpf_event *event);
	/* A new event whose common part is set by ebpf_event_init(), or ERR_PTR. */
	struct ebpf_event *(*create)(const struct ebpf_event_params *params);
	/* After this nothing fires the program. Sets event->kept where the kernel would not give
	 * something back. NULL: nothing to do.
	 */
	void (*stop)(struct ebpf_event *event);
	/* A grace period after stop: frees the event. */
	void (*destroy)(struct ebpf_event *event);
	/* Under event->lock, on change only. */
	void (*enable)(struct ebpf_event *event);
	void (*disable)(struct ebpf_event *event);
	/* Sum of what was counted, times as the common part keeps them already
	 * filled in.
	 */
	void (*read)(struct ebpf_event *event, struct ebpf_event_count *count);
	/* The same from a program on the event's own CPU. Any context. NULL: as
	 * Linux for events it cannot read there.
	 */
	int (*peek)(struct ebpf_event *event, struct ebpf_event_count *count);
	/* Under event->lock. NULL: -EINVAL. */
	int (*set_period)(struct ebpf_event *event, u64 period);
	int (*reset)(struct ebpf_event *event);
	/* Before the first run of a program with bpf_override_return(), and after the last.
	 * Under event->lock. -EINVAL, as NULL: not what may be overridden.
	 */
	int (*override)(struct ebpf_event *event, bool on);
	/* Ids of programs at the same place; returns how many there are, of which at most @max
	 * are stored. NULL: there is no such list.
	 */
	u32 (*query)(const struct ebpf_event *event, u32 *ids, u32 max);
	/* All but prog_id. NULL: -EOPNOTSUPP. */
	void (*describe)(const struct ebpf_event *event, struct ebpf_attach_desc *desc);
};

struct ebpf_event {
	/* What a hit needs. prog: RCU-sched, one that sleeps in a section of kmod/prog/sleep.h
	 * instead; written under lock; the rest is written before it.
	 */
	struct ebpf_prog *prog;
	u64 cookie;
	u64 func_ip;			/* entry of the probed function, or 0 */
	u64 __percpu *hits;		/* NULL where the kernel counts */

	const struct ebpf_event_ops *ops;
	bool kept;			/* the kernel has some of it: it is never freed */
	bool output;			/* records can be written to its ring */
	u32 max_ctx;			/* bytes of context for programs; 0: by type */
	struct file *file;
	u64 id;
	int cpu;
	struct task_struct *task;	/* reference, or NULL */
	struct ebpf_perf_attr attr;

	struct mutex lock;		/* prog and all down to base */
	struct ebpf_place place;
	bool enabled;
	u64 enabled_at;			/* ns */
	u64 enabled_ns;			/* before enabled_at */
	u64 counted;			/* hits of the times it was enabled */
	u64 base;			/* hits at enabled_at, or at reset */

	/* Owned by ring.c. */
	struct ebpf_ring *ring;		/* RCU-sched */
	struct list_head ring_node;
	atomic_t mmap_count;
	wait_queue_head_t waitq;
	struct fasync_struct *fasync;

	struct ebpf_event_later later;
};

extern const struct file_operations ebpf_event_fops;
extern const struct ebpf_event_ops ebpf_kprobe_event_ops;
extern const struct ebpf_event_ops ebpf_uprobe_event_ops;
extern const struct ebpf_event_ops ebpf_tracepoint_event_ops;
extern const struct ebpf_event_ops ebpf_sampling_event_ops;
extern const struct ebpf_event_ops ebpf_output_event_ops;

/* Fills the common part; @hits asks for a counter per CPU. -ENOMEM. */
int ebpf_event_init(struct ebpf_event *event, const struct ebpf_event_ops *ops,
		    const struct ebpf_event_params *params, bool hits);
/* Releases what ebpf_event_init() took; not the memory of @event itself. */
void ebpf_event_fini(struct ebpf_event *event);
/* Stops and frees an event that got no file. */
void ebpf_event_drop(struct ebpf_event *event);
/* ops->read and ops->peek for events that count in hits. */
void ebpf_event_read_hits(struct ebpf_event *event, struct ebpf_event_count *count);
int ebpf_event_peek_hits(struct ebpf_event *event, struct ebpf_event_count *count);
/* ns, any context */
u64 ebpf_event_enabled_ns(const struct ebpf_event *event);

/* Attaches @prog, taking a reference of its own. -EINVAL: wrong type for this
 * event; -EEXIST: it has one; -EPROTO: it, or what it may reach by tail calls, asks for
 * stacks that cannot be told of these samples.
 */
int ebpf_event_set_prog(struct ebpf_event *event, struct ebpf_prog *prog, u64 cookie);
void ebpf_event_clear_prog(struct ebpf_event *event);

/* The hit counter, from a probe. */
static inline void ebpf_event_hit(struct ebpf_event *event)
{
	this_cpu_inc(*event->hits);
}

/* tracepoint.c */
int ebpf_tracepoint_init(void);
void ebpf_tracepoint_exit(void);

/* Runs @fn after an RCU-sched grace period, in process context. */
void ebpf_event_later(struct ebpf_event_later *later,
		      void (*fn)(struct ebpf_event_later *later));
/* Waits for all of them. */
void ebpf_event_flush(void);

#endif /* _ATTACH_EVENT_H */
