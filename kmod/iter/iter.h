/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Iterators: programs that write the text of a file, run once for each object.
 */
#ifndef _KMOD_ITER_H
#define _KMOD_ITER_H

#include "kmod/compat/compat.h"
#include "kmod/link/link.h"

/* BPF_LINK_CREATE: an fd, or a negative errno, @prog being the caller's still. */
long ebpf_iter_link_create(struct ebpf_prog *prog, const union ebpf_attr *attr);

/* Is @link one? Then it can be read where it is pinned, by these: i_private of the
 * file's inode is the link.
 */
bool ebpf_link_is_iter(const struct ebpf_link *link);
extern const struct file_operations ebpf_iter_fops;

/* The file that the run under way writes, if it is the one at @addr, or NULL. Program
 * context. Programs can pass a helper any pointer to such a struct.
 */
struct seq_file *ebpf_iter_seq(u64 addr);

#endif /* _KMOD_ITER_H */
