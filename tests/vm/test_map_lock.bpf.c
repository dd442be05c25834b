// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes a hash where locks are taken and given back, and takes room in a ring where they are
 * taken: the lock may be that of another hash, whose holders could be about to do the same here.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "test_map_lock.h"

#define EBUSY	16

char _license[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} changed SEC(".maps"), other SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct outcome);
} outcomes SEC(".maps");

static __always_inline struct outcome *outcome(void)
{
	__u32 zero = 0;
	struct outcome *out = bpf_map_lookup_elem(&outcomes, &zero);

	return out && out->tgid && out->tgid == bpf_get_current_pid_tgid() >> 32 ? out : (void *)0;
}

static __always_inline void *take(void)
{
	void *room = bpf_ringbuf_reserve(&ring, 8, 0);

	if (room)
		bpf_ringbuf_discard(room, BPF_RB_NO_WAKEUP);
	return room;
}

static __always_inline void change(void)
{
	struct outcome *out = outcome();
	__u32 zero = 0;
	__u64 value = 1;
	long err;

	if (!out)
		return;
	err = bpf_map_update_elem(&other, &zero, &value, BPF_ANY);
	if (err == -EBUSY)
		out->busy++;
	else if (!err)
		out->done++;
	else
		out->failed++;
}

/* The only one that takes room: nobody asks for it with the ring's own lock in hand. */
static __always_inline void reserve(void)
{
	struct outcome *out = outcome();

	if (!out)
		return;
	if (take())
		out->room++;
	else
		out->no_room++;
}

SEC("fentry/_raw_spin_lock")
int on_lock(__u64 *ctx)
{
	change();
	reserve();
	return 0;
}

SEC("fentry/_raw_spin_unlock")
int on_unlock(__u64 *ctx)
{
	change();
	return 0;
}

SEC("fentry/_raw_spin_unlock_irqrestore")
int on_unlock_irq(__u64 *ctx)
{
	change();
	return 0;
}

/* What those come to the middle of. */
SEC("raw_tp/sys_enter")
int start(void *ctx)
{
	__u32 zero = 0;
	__u64 value = 2;

	if (!outcome())
		return 0;
	bpf_map_update_elem(&changed, &zero, &value, BPF_ANY);
	return 0;
}
