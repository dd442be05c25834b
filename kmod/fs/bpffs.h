/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The file system of pinned objects.
 */
#ifndef _KMOD_BPFFS_H
#define _KMOD_BPFFS_H

#include "kmod/compat/compat.h"

/* Registers "ebpfdrvfs" and, where the kernel has no file system of that name,
 * "bpf" with its mount point. 0 or a negative errno.
 */
int ebpf_bpffs_init(void);
/* From now on they can be mounted: the module's start cannot fail any more. */
void ebpf_bpffs_start(void);
void ebpf_bpffs_exit(void);

struct ebpf_map;

/* bpffs_show.c: whether reading a file of this map shows its elements, and how. */
bool ebpf_map_can_be_shown(const struct ebpf_map *map);
extern const struct file_operations ebpf_map_show_fops;

#endif /* _KMOD_BPFFS_H */
