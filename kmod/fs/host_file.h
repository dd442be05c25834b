/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files of the host: what this module believes about the kernel comes from them, so
 * they are read with init's view and rights, not those of who happens to ask, and
 * only where nobody but root can have put them.
 */
#ifndef _KMOD_HOST_FILE_H
#define _KMOD_HOST_FILE_H

#include "kmod/compat/compat.h"

#define EBPF_HOST_PATH_MAX	256

/**
 * struct ebpf_host_file - a file and what came of reading it
 * @path:    absolute, without symbolic links
 * @data:    the content, for ebpf_free()
 * @size:    its bytes
 * @problem: after an error other than -ENOENT: what is wrong with @at and what to do
 *           about it, to follow its name in a line of the log
 * @at:      @path or the directory on the way there that is at fault
 */
struct ebpf_host_file {
	char path[EBPF_HOST_PATH_MAX];
	void *data;
	u32 size;
	const char *problem;
	char at[EBPF_HOST_PATH_MAX];
};

/* Runs @run(@arg) in a worker, which sees files as init does, with all of root's
 * rights and no container's mounts, and returns what it returned. May sleep for as
 * long as the file system takes: not under a lock that others wait for.
 */
int ebpf_host_run(int (*run)(void *arg), void *arg);

/*
 * In such a run only. Every directory from the root on and the file itself must belong
 * to root and be writable by nobody else; the file must be a regular one, of 1 to @max
 * bytes, that nobody has open for writing. 0, -ENOENT, or another error with
 * @f->problem set.
 */
/* Fills @f->size only. */
int ebpf_host_file_look(struct ebpf_host_file *f, u32 max);
int ebpf_host_file_read(struct ebpf_host_file *f, u32 max);

#endif /* _KMOD_HOST_FILE_H */
