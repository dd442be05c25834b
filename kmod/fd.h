/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * File descriptors of our objects.
 *
 * The file operations' owner keeps the module loaded as long as a file lives.
 */
#ifndef _KMOD_FD_H
#define _KMOD_FD_H

#include "kmod/compat/compat.h"

/* A new fd shown as "anon_inode:NAME"; @private is released by fops->release. The
 * fd or a negative errno, @private being the caller's still.
 */
int ebpf_fd_new(const char *name, const struct file_operations *fops, void *private, int flags);

/* The file of @fd with a reference for fput(): ERR_PTR(-EBADF), or
 * ERR_PTR(-EINVAL) when it is of another kind.
 */
struct file *ebpf_fd_get(int fd, const struct file_operations *fops);

/* Is it an object of the kernel's own bpf(2)? One of ours (maps, programs, links, BTF, events,
 * iterators)? Neither is true of the device.
 */
bool ebpf_fd_is_kernels(const struct file *file);
bool ebpf_fd_is_ours(const struct file *file);

/* read(2) and write(2) of objects fail with -EINVAL, as in Linux. */
ssize_t ebpf_fd_no_read(struct file *file, char __user *buf, size_t size, loff_t *pos);
ssize_t ebpf_fd_no_write(struct file *file, const char __user *buf, size_t size, loff_t *pos);

#endif /* _KMOD_FD_H */
