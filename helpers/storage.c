// SPDX-License-Identifier: GPL-2.0-only
/*
 * Values that belong to tasks, sockets and control groups.
 */
#include "helpers/helpers.h"
#include "kmod/map/kinds/cgroup_storage.h"
#include "kmod/map/kinds/local_storage.h"

static struct ebpf_map *map_of(u64 reg)
{
	return (struct ebpf_map *)(unsigned long)reg;
}

/* map, task, value to start with or NULL, flags */
EBPF_HELPER(task_storage_get)
{
	return (unsigned long)ebpf_task_storage_get(map_of(r1),
						    (struct task_struct *)(unsigned long)r2,
						    (const void *)(unsigned long)r3, r4);
}

/* map, task */
EBPF_HELPER(task_storage_delete)
{
	return ebpf_task_storage_delete(map_of(r1), (struct task_struct *)(unsigned long)r2);
}

/* map, flags: 0 */
EBPF_HELPER(get_local_storage)
{
	return (unsigned long)ebpf_cgroup_storage_value(map_of(r1));
}

/* Packets have no socket to give. map, socket, value to start with or NULL, flags */
EBPF_HELPER(sk_storage_get)
{
	return (unsigned long)ebpf_sk_storage_get(map_of(r1), (struct sock *)(unsigned long)r2,
						  (const void *)(unsigned long)r3, r4);
}

/* map, socket */
EBPF_HELPER(sk_storage_delete)
{
	return ebpf_sk_storage_delete(map_of(r1), (struct sock *)(unsigned long)r2);
}
