/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bpf(2) commands, one function each, named after the command.
 *
 * @attr is the only copy of what the caller sent, its tail checked to be zero.
 * @uattr is for results. Process context; each returns what bpf(2) returns.
 */
#ifndef _KMOD_SYSCALL_H
#define _KMOD_SYSCALL_H

#include "kmod/compat/compat.h"
#include <ebpf/types.h>
#include <ebpfdrv/bpf.h>

#define EBPF_CMD(name) long name(const union ebpf_attr *attr, union ebpf_attr __user *uattr)

/* map_cmd.c, map_batch.c */
EBPF_CMD(ebpf_cmd_map_create);
EBPF_CMD(ebpf_cmd_map_lookup_elem);
EBPF_CMD(ebpf_cmd_map_update_elem);
EBPF_CMD(ebpf_cmd_map_delete_elem);
EBPF_CMD(ebpf_cmd_map_get_next_key);
EBPF_CMD(ebpf_cmd_map_lookup_and_delete_elem);
EBPF_CMD(ebpf_cmd_map_freeze);
EBPF_CMD(ebpf_cmd_map_lookup_batch);
EBPF_CMD(ebpf_cmd_map_lookup_and_delete_batch);
EBPF_CMD(ebpf_cmd_map_update_batch);
EBPF_CMD(ebpf_cmd_map_delete_batch);
/* prog_load.c, test_run.c */
EBPF_CMD(ebpf_cmd_prog_load);
EBPF_CMD(ebpf_cmd_prog_bind_map);
EBPF_CMD(ebpf_cmd_prog_test_run);
/* btf_cmd.c */
EBPF_CMD(ebpf_cmd_btf_load);
/* link_cmd.c */
EBPF_CMD(ebpf_cmd_raw_tracepoint_open);
EBPF_CMD(ebpf_cmd_link_create);
EBPF_CMD(ebpf_cmd_link_update);
EBPF_CMD(ebpf_cmd_link_detach);
EBPF_CMD(ebpf_cmd_iter_create);
EBPF_CMD(ebpf_cmd_prog_query);
/* id_cmd.c */
EBPF_CMD(ebpf_cmd_prog_get_next_id);
EBPF_CMD(ebpf_cmd_map_get_next_id);
EBPF_CMD(ebpf_cmd_btf_get_next_id);
EBPF_CMD(ebpf_cmd_link_get_next_id);
EBPF_CMD(ebpf_cmd_prog_get_fd_by_id);
EBPF_CMD(ebpf_cmd_map_get_fd_by_id);
EBPF_CMD(ebpf_cmd_btf_get_fd_by_id);
EBPF_CMD(ebpf_cmd_link_get_fd_by_id);
/* info.c */
EBPF_CMD(ebpf_cmd_obj_get_info_by_fd);
/* bpffs.c */
EBPF_CMD(ebpf_cmd_obj_pin);
EBPF_CMD(ebpf_cmd_obj_get);
/* task_fd.c */
EBPF_CMD(ebpf_cmd_task_fd_query);
/* stats.c */
EBPF_CMD(ebpf_cmd_enable_stats);

/* One bpf(2) call: checks what takes rights of the caller, copies @size bytes of @uattr once,
 * dispatches.
 */
long ebpf_syscall(u32 cmd, void __user *uattr, u32 size);

/* The same for a program (bpf_sys_bpf()): @kattr, @size bytes, and what it points to but the log
 * are in the kernel's memory. Process context.
 */
long ebpf_syscall_kernel(u32 cmd, const void *kattr, u32 size);

/* -E2BIG when one of the bytes @known..@size at @p is not zero, or @size exceeds
 * a page; -EFAULT.
 */
int ebpf_check_tail_zero(const void __user *p, size_t known, size_t size);

/* Object names: [A-Za-z0-9_.]*, ended within @size bytes. Length or -EINVAL. */
int ebpf_name_copy(char *dst, const char *src, size_t size);

static inline void __user *ebpf_user_ptr(u64 addr)
{
	return (void __user *)(unsigned long)addr;
}

#endif /* _KMOD_SYSCALL_H */
