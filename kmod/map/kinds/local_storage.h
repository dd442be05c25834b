/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KMOD_LOCAL_STORAGE_H
#define _KMOD_LOCAL_STORAGE_H

#include <ebpf/map.h>

struct sock;
struct task_struct;

/* The value of @task, made from @value (NULL: zeros) if @flags asks for it; NULL
 * without one. @task is an address that a program came by: there may be no task any
 * more. Program context.
 */
void *ebpf_task_storage_get(struct ebpf_map *map, struct task_struct *task, const void *value,
			    u64 flags);
long ebpf_task_storage_delete(struct ebpf_map *map, struct task_struct *task);

/* The same for sockets; in interrupts NULL and -EPERM. */
void *ebpf_sk_storage_get(struct ebpf_map *map, struct sock *sk, const void *value, u64 flags);
long ebpf_sk_storage_delete(struct ebpf_map *map, struct sock *sk);

#endif /* _KMOD_LOCAL_STORAGE_H */
