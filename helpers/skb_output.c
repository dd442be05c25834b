// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets that programs on the kernel's functions come by, into perf buffers.
 */
#include "helpers/helpers.h"
#include "kmod/attach/attach.h"
#include "kmod/compat/skb.h"
#include "kmod/map/kinds/perf_event_array.h"
#include "kmod/prog/run.h"

/* The data, and behind it as much of the packet as @flags say. @have: bytes of it */
static long output(struct ebpf_map *map, u64 flags, u64 prog_ip, const struct ebpf_frag *data,
		   const struct ebpf_frag *packet, u32 have)
{
	u64 index = flags & EBPF_F_INDEX_MASK;
	struct ebpf_frag frags[2] = { *data, *packet };
	struct ebpf_event *event;

	if (flags & ~(EBPF_F_CTXLEN_MASK | EBPF_F_INDEX_MASK))
		return -EINVAL;
	frags[1].size = (flags & EBPF_F_CTXLEN_MASK) >> 32;
	if (!packet->data || frags[1].size > have)
		return -EFAULT;
	if (index == EBPF_F_CURRENT_CPU)
		index = smp_processor_id();
	event = ebpf_perf_event_array_get(map, index);
	if (IS_ERR(event))
		return PTR_ERR(event);
	return ebpf_event_output(event, ebpf_run_current()->regs, prog_ip, frags,
				 frags[1].size ? 2 : 1);
}

/* struct sk_buff, map, flags, data, size */
EBPF_HELPER(skb_output)
{
	const struct ebpf_frag data = { .data = (const void *)(unsigned long)r4, .size = r5 };
	const struct ebpf_frag packet = {
		.data = (const void *)(unsigned long)r1, .copy = ebpf_compat_skb_copy,
	};

	return output((struct ebpf_map *)(unsigned long)r2, r3, PROG_IP(), &data, &packet,
		      ebpf_compat_skb_len(packet.data));
}

/* struct xdp_buff, map, flags, data, size */
EBPF_HELPER(xdp_output)
{
	const struct ebpf_frag data = { .data = (const void *)(unsigned long)r4, .size = r5 };
	const struct ebpf_frag packet = {
		.data = (const void *)(unsigned long)r1, .copy = ebpf_compat_xdp_copy,
	};

	return output((struct ebpf_map *)(unsigned long)r2, r3, PROG_IP(), &data, &packet,
		      ebpf_compat_xdp_len(packet.data));
}

/* struct xdp_buff */
EBPF_HELPER(xdp_get_buff_len_trace)
{
	return ebpf_compat_xdp_len((const void *)(unsigned long)r1);
}
