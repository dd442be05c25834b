/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The file system of pinned objects.
 */
#ifndef _KMOD_BPFFS_H
#define _KMOD_BPFFS_H

/* Registers "ebpfdrvfs" and, where the kernel has no file system of that name,
 * "bpf" with its mount point. 0 or a negative errno.
 */
int ebpf_bpffs_init(void);
void ebpf_bpffs_exit(void);

#endif /* _KMOD_BPFFS_H */
