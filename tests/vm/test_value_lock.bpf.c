// SPDX-License-Identifier: GPL-2.0-only
/*
 * Updates a value that has a lock where locks are taken and given back: the lock may be one
 * that the kernel holds, or waits for, for this very value.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "test_value_lock.h"

#define EBUSY	16

char _license[] SEC("license") = "GPL";

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

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct outcome);
} outcomes SEC(".maps");

static __always_inline void update(void)
{
	struct locked value = { .number = 2 };
	struct outcome *out;
	__u32 zero = 0;
	long err;

	out = bpf_map_lookup_elem(&outcomes, &zero);
	if (!out || !out->tgid || out->tgid != bpf_get_current_pid_tgid() >> 32)
		return;
	err = bpf_map_update_elem(&values, &zero, &value, BPF_F_LOCK);
	if (err == -EBUSY)
		out->busy++;
	else if (!err)
		out->done++;
	else
		out->failed++;
}

SEC("fentry/_raw_spin_lock")
int on_lock(__u64 *ctx)
{
	update();
	return 0;
}

SEC("fentry/_raw_spin_unlock")
int on_unlock(__u64 *ctx)
{
	update();
	return 0;
}

SEC("fentry/_raw_spin_unlock_irqrestore")
int on_unlock_irq(__u64 *ctx)
{
	update();
	return 0;
}
