// SPDX-License-Identifier: GPL-2.0-only
/*
 * PERF_EVENT_ARRAY: events that programs write to or read, usually one per CPU.
 *
 * An entry goes with the map file that it came through, not with the map: who
 * keeps the map, a pin or a running program, would keep the event and its ring
 * alive after the reader is gone.
 */
#include "kmod/map/kinds/perf_event_array.h"
#include "kmod/map/kinds/fd_array.h"
#include "kmod/attach/attach.h"

struct ebpf_event *ebpf_perf_event_array_get(struct ebpf_map *map, u64 index)
{
	return ebpf_fd_entry_obj(map, index);
}

static void event_put(void *event)
{
	ebpf_event_put(event);
}

static void *event_get_ptr(struct ebpf_map *map, struct file *map_file, int fd)
{
	struct ebpf_event *event = ebpf_event_get(fd);

	if (IS_ERR(event))
		return event;
	/* What children count could not be read from a program. */
	if (ebpf_event_inherits(event)) {
		ebpf_event_put(event);
		return ERR_PTR(-EOPNOTSUPP);
	}
	return ebpf_fd_entry_new(event, event_put, map_file);
}

static void event_release_file(struct ebpf_map *map, struct file *map_file)
{
	if (!(map->map_flags & EBPF_F_PRESERVE_ELEMS))
		ebpf_fd_array_release_file(map, map_file);
}

const struct ebpf_map_ops ebpf_perf_event_array_map_ops = {
	.alloc_check = ebpf_fd_array_alloc_check,
	.alloc = ebpf_fd_array_alloc,
	.free = ebpf_fd_array_free,
	.release_file = event_release_file,
	.sys_lookup = ebpf_fd_array_sys_lookup,
	.sys_delete = ebpf_fd_array_sys_delete,
	.get_next_key = ebpf_array_get_next_key,
	.meta_equal = ebpf_map_meta_equal,
	.fd_get_ptr = event_get_ptr,
	.fd_put_ptr = ebpf_fd_entry_put,
	.mem_usage = ebpf_fd_array_mem_usage,
};
