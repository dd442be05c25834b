// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes a hash where locks are taken and given back, and takes room in a ring where they are
 * taken: the lock may be that of another hash, whose holders could be about to do the same here.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "lock_prog.h"

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

static __always_inline void at_unlock(struct outcome *out)
{
	__u32 zero = 0;
	__u64 value = 1;

	count_change(out, bpf_map_update_elem(&other, &zero, &value, BPF_ANY));
}

/* The only one that takes room: nobody asks for it with the ring's own lock in hand. */
static __always_inline void at_lock(struct outcome *out)
{
	void *room;

	at_unlock(out);
	room = bpf_ringbuf_reserve(&ring, 8, 0);
	if (!room) {
		out->no_room++;
		return;
	}
	bpf_ringbuf_discard(room, BPF_RB_NO_WAKEUP);
	out->room++;
}

/* What those come to the middle of. */
SEC("raw_tp/sys_enter")
int start(void *ctx)
{
	__u32 zero = 0;
	__u64 value = 2;

	if (outcome())
		bpf_map_update_elem(&changed, &zero, &value, BPF_ANY);
	return 0;
}
