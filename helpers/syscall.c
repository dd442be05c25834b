// SPDX-License-Identifier: GPL-2.0-only
/* What SYSCALL programs, which load other programs, can do. All of it may sleep. */
#include "helpers/helpers.h"
#include "kmod/btf/btf.h"
#include "kmod/compat/fs.h"
#include "kmod/compat/ksyms.h"
#include "kmod/fd.h"
#include "kmod/link/link.h"
#include "kmod/map/map.h"
#include "kmod/prog/prog.h"
#include "kmod/prog/sleep.h"
#include "kmod/syscall.h"

#include <linux/file.h>
#include <linux/slab.h>

#define NAME_MAX_LEN	1023	/* more than any symbol or type has */

/* command, attr, its size */
EBPF_HELPER(sys_bpf)
{
	struct ebpf_nap nap;
	long ret;

	if (!ebpf_nap_begin(&nap))
		return -EBUSY;
	ret = ebpf_syscall_kernel(r1, (const void *)(unsigned long)r2, r3);
	ebpf_nap_end(&nap);
	return ret;
}

/* Of ours only: whoever runs the program has the device's own file in hand without a
 * reference, and others perhaps theirs.
 */
static bool is_ours(int fd)
{
	struct file *file = fget(fd);
	bool ours;

	if (!file)
		return false;
	ours = file->f_op == &ebpf_map_fops || file->f_op == &ebpf_prog_fops ||
	       file->f_op == &ebpf_btf_fops || file->f_op == &ebpf_link_fops;
	fput(file);
	return ours;
}

EBPF_HELPER(sys_close)
{
	struct ebpf_nap nap;
	long ret = -EBADF;

	if (!ebpf_nap_begin(&nap))
		return -EBUSY;
	if (is_ours(r1))
		ret = ebpf_compat_close_fd(r1);
	ebpf_nap_end(&nap);
	return ret;
}

/* A copy for kfree() of the name of @size bytes at @addr, or ERR_PTR: it may be in a map that a
 * task has mapped, and lose its end while it is read. None is longer than NAME_MAX_LEN.
 */
static char *copy_name(u64 addr, u64 size)
{
	const char *text = (const char *)(unsigned long)addr;
	size_t len = min_t(u64, size, NAME_MAX_LEN + 1);
	char *name;

	if (size < 2 || READ_ONCE(text[size - 1]))
		return ERR_PTR(-EINVAL);
	name = kmalloc(len, GFP_ATOMIC | __GFP_NOWARN);
	if (!name)
		return ERR_PTR(-ENOMEM);
	memcpy(name, text, len);
	if (!memchr(name, '\0', len)) {
		kfree(name);
		return ERR_PTR(-ENOENT);
	}
	return name;
}

/* name, its size, kind, flags: 0. Types of the kernel itself. */
EBPF_HELPER(btf_find_by_name_kind)
{
	struct ebpf_btf_obj *obj = ebpf_btf_vmlinux();
	char *name;
	s64 id;

	if ((u32)r4)
		return -EINVAL;
	name = copy_name(r1, r2);
	if (IS_ERR(name))
		return PTR_ERR(name);
	id = obj ? ebpf_btf_find(obj->btf, name, r3) : -ENOENT;
	kfree(name);
	return id;
}

/* name, its size, flags: 0, where to */
EBPF_HELPER(kallsyms_lookup_name)
{
	u64 *res = (u64 *)(unsigned long)r4;
	struct ebpf_nap nap;
	int err = -EBUSY;
	u64 addr = 0;
	char *name;

	*res = 0;
	if ((u32)r3)
		return -EINVAL;
	name = copy_name(r1, r2);
	if (IS_ERR(name))
		return PTR_ERR(name);
	if (!capable(CAP_SYSLOG)) {
		err = -EPERM;
		goto free;
	}
	if (!ebpf_nap_begin(&nap))
		goto free;
	err = ebpf_compat_ksym_find(name, &addr);
	ebpf_nap_end(&nap);
	if (!err)
		*res = addr;
free:
	kfree(name);
	return err;
}
