// SPDX-License-Identifier: GPL-2.0-only
/*
 * Updates a value that has a lock where locks are taken and given back: the lock may be one
 * that the kernel holds, or waits for, for this very value.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "lock_prog.h"

struct locked {
	struct bpf_spin_lock lock;
	__u32 number;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct locked);
} values SEC(".maps");

static __always_inline void at_lock(struct outcome *out)
{
	struct locked value = { .number = 2 };
	__u32 zero = 0;

	count_change(out, bpf_map_update_elem(&values, &zero, &value, BPF_F_LOCK));
}

static __always_inline void at_unlock(struct outcome *out)
{
	at_lock(out);
}
