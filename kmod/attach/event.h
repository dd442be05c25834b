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
#include "kmod/compat/clock.h"
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
	/* Under event->lock; also of one that is on, or off: the kernel may have changed that. */
	void (*enable)(struct ebpf_event *event);
	void (*disable)(struct ebpf_event *event);
	/* May @prog be attached beside what others have at the same place? -EEXIST: it is there
	 * already; -E2BIG. NULL: yes.
	 */
	int (*admits)(const struct ebpf_event *event, const struct ebpf_prog *prog);
	/* PERF_EVENT_IOC_SET_FILTER, under event->lock: counts what @filter is true of. NULL:
	 * -EINVAL.
	 */
	int (*set_filter)(struct ebpf_event *event, char *filter);
	/* PERF_EVENT_IOC_REFRESH of an event that has a period: switches it on, and it ends by
	 * itself after @cnt samples. Under event->lock. NULL: as enable.
	 */
	int (*refresh)(struct ebpf_event *event, int cnt);
	/* Sum of what was counted, times as the common part keeps them already
	 * filled in.
	 */
	void (*read)(struct ebpf_event *event, struct ebpf_event_count *count);
	/* In place of the sum of hits, for events with counted_by_kernel: never goes back. */
	u64 (*kernel_count)(struct ebpf_event *event);
	/* The same from a program on the event's own CPU. Any context. NULL: as
	 * Linux for events it cannot read there.
	 */
	int (*peek)(struct ebpf_event *event, struct ebpf_event_count *count);
	/* PERF_EVENT_IOC_MODIFY_ATTRIBUTES, checked but for what may change. Under event->lock.
	 * NULL: -EOPNOTSUPP.
	 */
	int (*modify)(struct ebpf_event *event, const struct ebpf_perf_attr *attr);
	/* Under event->lock. NULL: nothing goes by it. */
	int (*set_period)(struct ebpf_event *event, u64 period);
	void (*reset)(struct ebpf_event *event);
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
	bool counted_by_kernel;		/* by ops->kernel_count; hits are nobody's */
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

	/* Owned by event_group.c. */
	struct ebpf_event *group_leader;	/* NULL: alone, or itself */
	struct list_head group_members;
	struct list_head group_node;
	u32 nr_members;

	/* Owned by ring.c. */
	struct ebpf_ring *ring;		/* RCU-sched */
	struct list_head ring_node;
	atomic64_t mmap_count;
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

/* event_attr.c: an attr of the caller's at @address, as long as its size says; -E2BIG also writes
 * there what would have been understood. Checked as far as Linux does without knowing the event.
 */
int ebpf_event_copy_attr(struct ebpf_perf_attr *attr, u64 address);
/* May @period, or frequency, be that of an event of @attr? -EINVAL. */
int ebpf_event_check_period(const struct ebpf_perf_attr *attr, u64 period);

/* Fills the common part; @hits asks for a counter per CPU. -ENOMEM. */
int ebpf_event_init(struct ebpf_event *event, const struct ebpf_event_ops *ops,
		    const struct ebpf_event_params *params, bool hits);
/* Releases what ebpf_event_init() took; not the memory of @event itself. */
void ebpf_event_fini(struct ebpf_event *event);
/* Stops and frees an event that got no file. */
void ebpf_event_drop(struct ebpf_event *event);
/* ops->read and ops->peek for events that count in hits. */
void ebpf_event_read_hits(struct ebpf_event *event, struct ebpf_event_count *count);
void ebpf_event_reset_hits(struct ebpf_event *event);
int ebpf_event_peek_hits(struct ebpf_event *event, struct ebpf_event_count *count);
/* Where nothing else is asked for, records bear the scheduler's time. */
#define EBPF_EVENT_CLOCK_SCHED	(-1)

static inline int ebpf_event_clock(const struct ebpf_event *event)
{
	return event->attr.flags & EBPF_PERF_ATTR_USE_CLOCKID ? event->attr.clockid :
		EBPF_EVENT_CLOCK_SCHED;
}

/* ns, any context */
static inline u64 ebpf_event_enabled_ns(const struct ebpf_event *event)
{
	u64 now = compat_mono_fast_ns();
	u64 ns = event->enabled_ns;

	/* This clock may be a little behind itself. */
	if (READ_ONCE(event->enabled) && now > event->enabled_at)
		ns += now - event->enabled_at;
	return ns;
}

/* What was counted so far, with the times. Process context; takes event->lock. */
static inline void ebpf_event_count_now(struct ebpf_event *event, struct ebpf_event_count *count)
{
	mutex_lock(&event->lock);
	count->enabled = ebpf_event_enabled_ns(event);
	count->running = count->enabled;
	event->ops->read(event, count);
	mutex_unlock(&event->lock);
}

/* Parts of what read_format asks for, in the order of read(2): each returns how many words. */
static inline u32 ebpf_event_put_times(u64 format, u64 enabled, u64 running, u64 *word)
{
	u32 n = 0;

	if (format & EBPF_PERF_FORMAT_TOTAL_TIME_ENABLED)
		word[n++] = enabled;
	if (format & EBPF_PERF_FORMAT_TOTAL_TIME_RUNNING)
		word[n++] = running;
	return n;
}

/* Nothing that counts is lost here. */
static inline u32 ebpf_event_put_id(u64 format, u64 id, u64 *word)
{
	u32 n = 0;

	if (format & EBPF_PERF_FORMAT_ID)
		word[n++] = id;
	if (format & EBPF_PERF_FORMAT_LOST)
		word[n++] = 0;
	return n;
}

/* Attaches @prog, taking a reference of its own. -EINVAL: wrong type for this
 * event; -EEXIST: it has one, or its tracepoint has @prog; -E2BIG: that has as many as there may
 * be; -EPROTO: it, or what it may reach by tail calls, asks for stacks that cannot be told of
 * these samples.
 */
int ebpf_event_set_prog(struct ebpf_event *event, struct ebpf_prog *prog, u64 cookie);
void ebpf_event_clear_prog(struct ebpf_event *event);

/* The hit counter, from a probe that programs, if there are any, have let pass: as in Linux, an
 * event that is one CPU's or one task's runs its program everywhere, but counts only its own.
 * Preemption is off.
 */
static __always_inline void ebpf_event_hit(struct ebpf_event *event)
{
	if (event->cpu >= 0 && event->cpu != smp_processor_id())
		return;
	if (event->task && event->task != current)
		return;
	this_cpu_inc(*event->hits);
}

/* What a program returned: is the hit one that counts? */
static inline bool ebpf_event_passes(u64 ret)
{
	return ret & 1;
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
