// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading files of the host.
 *
 * The path is walked one name at a time, and no symbolic link is followed: each
 * directory has then been looked at before the next name in it is believed, and where
 * only root can write, nothing changes behind the look but by root.
 */
#include "kmod/fs/host_file.h"

#include <ebpf/services.h>
#include <linux/cred.h>
#include <linux/fcntl.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/path.h>
#include <linux/stat.h>
#include <linux/string.h>
#include <linux/uidgid.h>
#include <linux/workqueue.h>

struct job {
	struct work_struct work;
	int (*run)(void *arg);
	void *arg;
	int err;
};

static void job_work(struct work_struct *work)
{
	struct job *job = container_of(work, struct job, work);

	job->err = job->run(job->arg);
}

int ebpf_host_run(int (*run)(void *arg), void *arg)
{
	struct job job = { .run = run, .arg = arg };

	INIT_WORK_ONSTACK(&job.work, job_work);
	queue_work(system_unbound_wq, &job.work);
	flush_work(&job.work);
	destroy_work_on_stack(&job.work);
	return job.err;
}

static int problem(struct ebpf_host_file *f, size_t len, int err, const char *text)
{
	snprintf(f->at, sizeof(f->at), "%.*s", (int)len, f->path);
	f->problem = text;
	return err;
}

static const char *distrust(const struct inode *inode)
{
	if (S_ISLNK(inode->i_mode))
		return "is a symbolic link: name what it points to";
	if (!uid_eq(inode->i_uid, GLOBAL_ROOT_UID))
		return "does not belong to root: chown root";
	/* What access control lists allow to others shows in the group's bits. */
	if (inode->i_mode & (S_IWGRP | S_IWOTH))
		return "can be written by others than root: chmod go-w";
	return NULL;
}

/* Also the directories that things are mounted on: who owns one could have been
 * allowed to mount what he likes there.
 */
static const char *distrust_mounts(const struct path *at)
{
	struct path path = *at;
	const char *text;

	path_get(&path);
	text = distrust(path.dentry->d_inode);
	while (!text && path.dentry == path.mnt->mnt_root && follow_up(&path))
		text = distrust(path.dentry->d_inode);
	path_put(&path);
	return text;
}

/* The first @len bytes of the path. On success @at is for path_put(). */
static int check_prefix(struct ebpf_host_file *f, size_t len, struct path *at)
{
	char next = f->path[len];
	const char *text;
	int err;

	f->path[len] = '\0';
	err = kern_path(f->path, 0, at);
	f->path[len] = next;
	if (err == -ENOENT)
		return err;
	if (err)
		return problem(f, len, err, "cannot be reached");
	/* What the root is mounted on is out of everybody's reach. */
	text = len > 1 ? distrust_mounts(at) : distrust(at->dentry->d_inode);
	if (!text)
		return 0;
	err = S_ISLNK(at->dentry->d_inode->i_mode) ? -ELOOP : -EPERM;
	path_put(at);
	return problem(f, len, err, text);
}

static int check_path(struct ebpf_host_file *f, struct path *at)
{
	size_t len = 1, total = strlen(f->path);
	int err;

	if (f->path[0] != '/')
		return problem(f, total, -EINVAL, "is not an absolute path");
	err = check_prefix(f, len, at);
	while (!err && len < total) {
		path_put(at);
		len += strcspn(f->path + len + 1, "/") + 1;
		err = check_prefix(f, len, at);
	}
	return err;
}

static int check_file(struct ebpf_host_file *f, const struct inode *inode, u32 max)
{
	size_t len = strlen(f->path);
	loff_t size = i_size_read(inode);

	if (!S_ISREG(inode->i_mode))
		return problem(f, len, -EINVAL, "is not a regular file");
	/* Opened before it became root's, perhaps. */
	if (atomic_read(&inode->i_writecount) > 0)
		return problem(f, len, -ETXTBSY, "is being written");
	if (size <= 0)
		return problem(f, len, -ENODATA, "is empty");
	if (size > max)
		return problem(f, len, -EFBIG, "is too large");
	f->size = size;
	return 0;
}

/* On success *@at is for path_put(). */
static int find(struct ebpf_host_file *f, struct path *at, u32 max)
{
	int err = check_path(f, at);

	if (err)
		return err;
	err = check_file(f, at->dentry->d_inode, max);
	if (err)
		path_put(at);
	return err;
}

int ebpf_host_file_look(struct ebpf_host_file *f, u32 max)
{
	struct path at;
	int err = find(f, &at, max);

	if (!err)
		path_put(&at);
	return err;
}

static int read_all(struct file *file, u8 *buf, u32 size)
{
	ssize_t n;
	u32 pos;

	for (pos = 0; pos < size; pos += n) {
		n = compat_kernel_read(file, buf + pos, size - pos, pos);
		if (n <= 0)
			return n ? n : -EIO;
	}
	return 0;
}

static int read_file(struct ebpf_host_file *f, const struct path *at)
{
	struct file *file = dentry_open(at, O_RDONLY | O_LARGEFILE, current_cred());
	int err = -ENOMEM;

	if (IS_ERR(file))
		return PTR_ERR(file);
	f->data = ebpf_alloc(f->size);
	if (f->data)
		err = read_all(file, f->data, f->size);
	if (err) {
		ebpf_free(f->data);
		f->data = NULL;
	}
	filp_close(file, NULL);
	return err;
}

int ebpf_host_file_read(struct ebpf_host_file *f, u32 max)
{
	struct path at;
	int err = find(f, &at, max);

	if (err)
		return err;
	err = read_file(f, &at);
	path_put(&at);
	return err ? problem(f, strlen(f->path), err, "cannot be read") : 0;
}
