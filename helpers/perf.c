// SPDX-License-Identifier: GPL-2.0-only
/*
 * Perf events and facts of the attachment.
 */
#include "helpers/helpers.h"
#include "kmod/attach/attach.h"
#include "kmod/maps/perf_event_array.h"
#include "kmod/run.h"

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

/* ctx, map, flags, data, size */
EBPF_HELPER(perf_event_output)
{
	struct ebpf_frag frag = {
		.data = (const void *)(unsigned long)r4,
		.size = r5,
	};
	struct ebpf_event *event;

	event = event_of((struct ebpf_map *)(unsigned long)r2, r3);
	if (IS_ERR(event))
		return PTR_ERR(event);
	return ebpf_event_output(event, ebpf_run_current()->regs, &frag, 1);
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

EBPF_HELPER(get_func_ip)
{
	return ebpf_run_current()->func_ip;
}
