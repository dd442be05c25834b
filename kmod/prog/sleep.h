/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs that sleep (BPF_F_SLEEPABLE).
 *
 * They run with preemption off like all others, so that no helper has to know of
 * them, but for the time inside a helper that may sleep: that one gives the CPU
 * back and takes whichever it finds itself on afterwards. Their stack is their own.
 *
 * What they use must outlive them: a section of SRCU is around each run, and who
 * frees programs, links or maps that such a program may have in hand waits for it
 * before the grace period of RCU-sched. A program of another kind must never be
 * looked at after one of these ran in the same section.
 */
#ifndef _KMOD_SLEEP_H
#define _KMOD_SLEEP_H

#include "kmod/prog/run.h"

/* One that is asleep: lives on the stack of the helper. */
struct ebpf_nap {
	struct hlist_node node;
	const struct task_struct *task;
	struct ebpf_run_ctx *run;
};

/* Around finding a program that sleeps and running it. Process context. */
int ebpf_sleep_read_lock(void);
void ebpf_sleep_read_unlock(int idx);

/* Calls @fn once all sections that have begun are over. Any context but NMI. */
void ebpf_sleep_call(struct rcu_head *head, void (*fn)(struct rcu_head *head));
/* Waits for all of these calls. May sleep. */
void ebpf_sleep_barrier(void);

/* As ebpf_prog_run(), for a program with @prog->sleepable: process context, preemption
 * on, inside a section. Where nothing may sleep after all, where no memory is left for
 * the stack, or when the program sleeps further out in this task: 0, and a miss.
 */
u64 ebpf_prog_run_sleepable(struct ebpf_prog *prog, const void *ctx, struct ebpf_run_ctx *rctx);

/* The same for who can tell the user that it did not run, which is no miss then: -ENOMEM,
 * or -EBUSY for the other two reasons; else 0, and @ret is set.
 */
int ebpf_prog_call_sleepable(struct ebpf_prog *prog, const void *ctx, struct ebpf_run_ctx *rctx,
			     u64 *ret);

/* For helpers with may_sleep: between these two they may. False: not here, and no
 * ebpf_nap_end().
 */
bool ebpf_nap_begin(struct ebpf_nap *nap);
void ebpf_nap_end(struct ebpf_nap *nap);

/* Programs that exist and sleep and may find maps inside of maps. */
void ebpf_sleep_inner_get(void);
void ebpf_sleep_inner_put(void);
/* Of a map that just went out of all maps of maps: may one of those have it in hand? */
bool ebpf_sleep_inner_used(void);

int ebpf_sleep_init(void);
void ebpf_sleep_exit(void);

#endif /* _KMOD_SLEEP_H */
