// SPDX-License-Identifier: GPL-2.0-only
/*
 * The task that a program interrupted or runs in.
 */
#include "helpers/helpers.h"
#include "kmod/compat/compat.h"
#include "kmod/compat/task.h"
#include "kmod/map/kinds/cgroup_array.h"
#include <ebpfdrv/bpf.h>

EBPF_HELPER(get_current_pid_tgid)
{
	return (u64)current->tgid << 32 | (u32)current->pid;
}

EBPF_HELPER(get_current_uid_gid)
{
	kuid_t uid;
	kgid_t gid;

	current_uid_gid(&uid, &gid);
	return (u64)from_kgid(&init_user_ns, gid) << 32 | from_kuid(&init_user_ns, uid);
}

/* Size is not 0. The name may be changing: whatever is read is terminated. */
EBPF_HELPER(get_current_comm)
{
	char *buf = (char *)(unsigned long)r1;
	u32 size = r2, i = 0;

	for (; i + 1 < size && i < TASK_COMM_LEN && current->comm[i]; i++)
		buf[i] = current->comm[i];
	memset(buf + i, 0, size - i);
	return 0;
}

EBPF_HELPER(get_current_task)
{
	return (u64)(unsigned long)current;
}

EBPF_HELPER(current_task_under_cgroup)
{
	return ebpf_cgroup_array_test_current((struct ebpf_map *)(unsigned long)r1, r2);
}

EBPF_HELPER(get_current_cgroup_id)
{
	return compat_current_cgroup_id();
}

EBPF_HELPER(get_current_ancestor_cgroup_id)
{
	return compat_current_ancestor_cgroup_id((int)r1);
}

/*
 * The caller names a pid namespace by device and inode. The device is that of an
 * internal mount whose number modules cannot learn; the inode alone is unique
 * among namespaces.
 */
EBPF_HELPER(get_ns_current_pid_tgid)
{
	struct ebpf_pidns_info *info = (void *)(unsigned long)r3;
	struct pid_namespace *ns;

	if (unlikely(r4 != sizeof(*info)))
		goto invalid;
	if (unlikely((u64)(dev_t)r1 != r1))
		goto invalid;
	ns = task_active_pid_ns(current);
	if (unlikely(!ns)) {
		memset(info, 0, sizeof(*info));
		return -ENOENT;
	}
	if (compat_ns_inum(ns) != r2)
		goto invalid;
	info->pid = task_pid_nr_ns(current, ns);
	info->tgid = task_tgid_nr_ns(current, ns);
	return 0;
invalid:
	memset((void *)(unsigned long)r3, 0, (u32)r4);
	return -EINVAL;
}
