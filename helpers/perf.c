// SPDX-License-Identifier: GPL-2.0-only
/*
 * Perf events and facts of the run and its attachment.
 */
#include "helpers/helpers.h"
#include "kmod/attach/attach.h"
#include "kmod/map/kinds/perf_event_array.h"
#include "kmod/prog/run.h"

#include <ebpf/ctx.h>
#include <linux/smp.h>
#include <linux/string.h>

/* The event of the map that @flags name. */
static struct ebpf_event *event_of(struct ebpf_map *map, u64 flags)
{
	u64 index = flags & EBPF_F_INDEX_MASK;

	if (unlikely(flags & ~EBPF_F_INDEX_MASK))
		return ERR_PTR(-EINVAL);
	if (index == EBPF_F_CURRENT_CPU)
		index = smp_processor_id();
	return ebpf_perf_event_array_get(map, index);
}

/* Where the packet of @ctx starts; 0 and its length, or -EINVAL for programs
 * without one.
 */
static int packet_of(u32 prog_type, const void *ctx, struct ebpf_frag *packet)
{
	const struct ebpf_skb_kern *skb = ctx;
	const struct ebpf_xdp_kern *xdp = ctx;

	switch (prog_type) {
	case EBPF_PROG_TYPE_SOCKET_FILTER:
	case EBPF_PROG_TYPE_SCHED_CLS:
	case EBPF_PROG_TYPE_SCHED_ACT:
	case EBPF_PROG_TYPE_CGROUP_SKB:
	case EBPF_PROG_TYPE_LWT_IN:
	case EBPF_PROG_TYPE_LWT_OUT:
	case EBPF_PROG_TYPE_LWT_XMIT:
		packet->data = skb->data;
		packet->size = skb->len;
		return 0;
	case EBPF_PROG_TYPE_XDP:
		packet->data = xdp->data;
		packet->size = xdp->data_end - xdp->data;
		return 0;
	default:
		return -EINVAL;
	}
}

/* The data, and behind it as much of the packet as @flags say. */
static noinline long output_packet(const void *ctx, struct ebpf_map *map, u64 flags,
				   const struct ebpf_frag *data)
{
	const struct ebpf_run_ctx *run = ebpf_run_current();
	u32 size = (flags & EBPF_F_CTXLEN_MASK) >> 32;
	struct ebpf_frag frags[2] = { *data };
	struct ebpf_event *event;

	if (packet_of(run->prog->type, ctx, &frags[1]))
		return -EINVAL;
	if (flags & ~(EBPF_F_CTXLEN_MASK | EBPF_F_INDEX_MASK))
		return -EINVAL;
	if (size > frags[1].size)
		return -EFAULT;
	frags[1].size = size;
	event = event_of(map, flags & EBPF_F_INDEX_MASK);
	if (IS_ERR(event))
		return PTR_ERR(event);
	return ebpf_event_output(event, run->regs, 0, frags, 2);
}

/* ctx, map, flags, data, size */
EBPF_HELPER(perf_event_output)
{
	struct ebpf_map *map = (struct ebpf_map *)(unsigned long)r2;
	struct ebpf_frag frag = {
		.data = (const void *)(unsigned long)r4,
		.size = r5,
	};
	struct ebpf_event *event;

	if (unlikely(r3 & ~EBPF_F_INDEX_MASK))
		return output_packet((const void *)(unsigned long)r1, map, r3, &frag);
	event = event_of(map, r3);
	if (IS_ERR(event))
		return PTR_ERR(event);
	return ebpf_event_output(event, ebpf_run_current()->regs, PROG_IP(), &frag, 1);
}

#define EBPF_TC_ACT_SHOT	2
#define EBPF_TC_ACT_REDIRECT	7
#define EBPF_XDP_ABORTED	0
#define EBPF_XDP_REDIRECT	4

/* ifindex, flags. What the program returns: in a test run, nobody acts on it. */
EBPF_HELPER(redirect)
{
	if (ebpf_run_current()->prog->type == EBPF_PROG_TYPE_XDP)
		return r2 ? EBPF_XDP_ABORTED : EBPF_XDP_REDIRECT;
	return r2 & ~(u64)EBPF_F_INGRESS ? EBPF_TC_ACT_SHOT : EBPF_TC_ACT_REDIRECT;
}

/* map, flags: the counter, or an errno that looks like one, as Linux has it */
EBPF_HELPER(perf_event_read)
{
	struct ebpf_event *event;
	u64 value = 0;
	int err;

	event = event_of((struct ebpf_map *)(unsigned long)r1, r2);
	if (IS_ERR(event))
		return PTR_ERR(event);
	err = ebpf_event_read(event, &value, NULL, NULL);
	return err ? (u64)err : value;
}

static int read_value(struct ebpf_event *event, struct ebpf_perf_event_value *v, u32 size)
{
	if (unlikely(size != sizeof(*v)))
		return -EINVAL;
	if (IS_ERR(event))
		return PTR_ERR(event);
	return ebpf_event_read(event, &v->counter, &v->enabled, &v->running);
}

/* map, flags, buffer, size */
EBPF_HELPER(perf_event_read_value)
{
	void *buf = (void *)(unsigned long)r3;
	int err;

	err = read_value(event_of((struct ebpf_map *)(unsigned long)r1, r2), buf, r4);
	if (err)
		memset(buf, 0, r4);
	return err;
}

/* ctx, buffer, size: of the event that runs the program */
EBPF_HELPER(perf_prog_read_value)
{
	void *buf = (void *)(unsigned long)r2;
	struct ebpf_event *event = ebpf_run_current()->event;
	int err;

	err = read_value(event ? event : ERR_PTR(-EINVAL), buf, r3);
	if (err)
		memset(buf, 0, r3);
	return err;
}

EBPF_HELPER(get_attach_cookie)
{
	return ebpf_run_current()->cookie;
}

/* ctx, result: what the probed function returns in place of being called. Who runs the
 * program sees to that.
 */
EBPF_HELPER(override_return)
{
	struct ebpf_run_ctx *run = ebpf_run_current();

	run->override_ret = r2;
	run->override = true;
	return 0;
}

EBPF_HELPER(get_func_ip)
{
	return ebpf_run_current()->func_ip;
}
