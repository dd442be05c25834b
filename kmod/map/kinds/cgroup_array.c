// SPDX-License-Identifier: GPL-2.0-only
/*
 * CGROUP_ARRAY: control groups to ask about the current task.
 */
#include "kmod/map/kinds/cgroup_array.h"
#include "kmod/map/kinds/fd_array.h"
#include "kmod/compat/cgroup.h"

int ebpf_cgroup_array_test_current(struct ebpf_map *map, u32 index)
{
	struct compat_cgroup *cgroup = ebpf_fd_entry_obj(map, index);

	if (IS_ERR(cgroup))
		return cgroup == ERR_PTR(-ENOENT) ? -EAGAIN : PTR_ERR(cgroup);
	return compat_current_under_cgroup(cgroup);
}

static void entry_put(void *cgroup)
{
	compat_cgroup_put(cgroup);
}

static void *cgroup_get_ptr(struct ebpf_map *map, struct file *map_file, int fd)
{
	struct compat_cgroup *cgroup = compat_cgroup_get_from_fd(fd);

	return IS_ERR(cgroup) ? cgroup : ebpf_fd_entry_new(cgroup, entry_put, map_file);
}

const struct ebpf_map_ops ebpf_cgroup_array_map_ops = {
	.alloc_check = ebpf_fd_array_alloc_check,
	.alloc = ebpf_fd_array_alloc,
	.free = ebpf_fd_array_free,
	.sys_lookup = ebpf_fd_array_sys_lookup,
	.sys_delete = ebpf_fd_array_sys_delete,
	.get_next_key = ebpf_array_get_next_key,
	.meta_equal = ebpf_map_meta_equal,
	.fd_get_ptr = cgroup_get_ptr,
	.fd_put_ptr = ebpf_fd_entry_put,
	.mem_usage = ebpf_fd_array_mem_usage,
};
