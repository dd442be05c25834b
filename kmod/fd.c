// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/fd.h"

#include <linux/anon_inodes.h>
#include <linux/file.h>

int ebpf_fd_new(const char *name, const struct file_operations *fops, void *private, int flags)
{
	return anon_inode_getfd(name, fops, private, flags);
}

struct file *ebpf_fd_get(int fd, const struct file_operations *fops)
{
	struct file *file = fget(fd);

	if (!file)
		return ERR_PTR(-EBADF);
	if (file->f_op != fops) {
		fput(file);
		return ERR_PTR(-EINVAL);
	}
	return file;
}

ssize_t ebpf_fd_no_read(struct file *file, char __user *buf, size_t size, loff_t *pos)
{
	return -EINVAL;
}

ssize_t ebpf_fd_no_write(struct file *file, const char __user *buf, size_t size, loff_t *pos)
{
	return -EINVAL;
}
