/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs on the functions that take and give back locks. Who includes this says by at_lock()
 * and at_unlock() what they do; lock_lib.h attaches them.
 */
#ifndef _TESTS_VM_LOCK_PROG_H
#define _TESTS_VM_LOCK_PROG_H

#include "lock_outcome.h"

#define EBUSY	16

char _license[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct outcome);
} outcomes SEC(".maps");

/* NULL: of another process. */
static __always_inline struct outcome *outcome(void)
{
	__u32 zero = 0;
	struct outcome *out = bpf_map_lookup_elem(&outcomes, &zero);

	return out && out->tgid && out->tgid == bpf_get_current_pid_tgid() >> 32 ? out : (void *)0;
}

static __always_inline void count_change(struct outcome *out, long err)
{
	if (err == -EBUSY)
		out->busy++;
	else if (!err)
		out->done++;
	else
		out->failed++;
}

/* What the tests do there; @out is not NULL. */
static __always_inline void at_lock(struct outcome *out);
static __always_inline void at_unlock(struct outcome *out);

SEC("fentry/_raw_spin_lock")
int on_lock(__u64 *ctx)
{
	struct outcome *out = outcome();

	if (out)
		at_lock(out);
	return 0;
}

SEC("fentry/_raw_spin_unlock")
int on_unlock(__u64 *ctx)
{
	struct outcome *out = outcome();

	if (out)
		at_unlock(out);
	return 0;
}

SEC("fentry/_raw_spin_unlock_irqrestore")
int on_unlock_irq(__u64 *ctx)
{
	struct outcome *out = outcome();

	if (out)
		at_unlock(out);
	return 0;
}

#endif /* _TESTS_VM_LOCK_PROG_H */
