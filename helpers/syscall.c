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

static bool is_text(u64 addr, u64 size)
{
	const char *text = (const char *)(unsigned long)addr;

	return size > 1 && !text[size - 1];
}

/* name, its size, kind, flags: 0. Types of the kernel itself. */
EBPF_HELPER(btf_find_by_name_kind)
{
	struct ebpf_btf_obj *obj = ebpf_btf_vmlinux();

	if ((u32)r4 || !is_text(r1, r2))
		return -EINVAL;
	return obj ? (s64)ebpf_btf_find(obj->btf, (const char *)(unsigned long)r1, r3) : -ENOENT;
}

/* name, its size, flags: 0, where to */
EBPF_HELPER(kallsyms_lookup_name)
{
	u64 *res = (u64 *)(unsigned long)r4;
	struct ebpf_nap nap;
	int err;

	*res = 0;
	if ((u32)r3 || !is_text(r1, r2))
		return -EINVAL;
	if (!capable(CAP_SYSLOG))
		return -EPERM;
	if (!ebpf_nap_begin(&nap))
		return -EBUSY;
	err = ebpf_compat_ksym_find((const char *)(unsigned long)r1, res);
	ebpf_nap_end(&nap);
	if (err)
		*res = 0;
	return err;
}
