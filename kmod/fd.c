// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/fd.h"

#include <linux/anon_inodes.h>
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/sched.h>

int ebpf_fd_new(const char *name, const struct file_operations *fops, void *private, int flags)
{
	return anon_inode_getfd(name, fops, private, flags);
}

static bool is_anonymous(const struct file *file)
{
	return file->f_op &&
	       !strcmp(file->f_path.dentry->d_sb->s_type->name, "anon_inodefs");
}

/* Its names are known, and files of ours that are of another kind have our operations. */
bool ebpf_fd_is_kernels(const struct file *file)
{
	static const char * const names[] = { "bpf-map", "bpf-prog", "bpf_link", "bpf-link", "btf" };
	const char *name = (const char *)file->f_path.dentry->d_name.name;
	unsigned int i;

	if (!is_anonymous(file) || file->f_op->owner == THIS_MODULE)
		return false;
	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

bool ebpf_fd_is_ours(const struct file *file)
{
	return is_anonymous(file) && file->f_op->owner == THIS_MODULE;
}

/* The errno of both is that of any wrong descriptor, which tells the user nothing. */
static void explain_other(struct file *file, int fd)
{
	if (ebpf_fd_is_kernels(file))
		pr_info_ratelimited("ebpfdrv: %s[%d]: descriptor %d is an object of the kernel's own bpf(2), made without ebpfdrv: use one of both for all\n",
				    current->comm, task_tgid_vnr(current), fd);
}

struct file *ebpf_fd_get(int fd, const struct file_operations *fops)
{
	struct file *file = fget(fd);

	if (!file)
		return ERR_PTR(-EBADF);
	if (file->f_op != fops) {
		explain_other(file, fd);
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
