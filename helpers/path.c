// SPDX-License-Identifier: GPL-2.0-only
#include "helpers/helpers.h"
#include "kmod/prog/nofault.h"
#include "kmod/compat/compat.h"

#include <linux/dcache.h>
#include <linux/path.h>

/* path, buffer, its size: bytes of the name, NUL included. The verifier lets only
 * arguments of functions through that hold the path and may sleep; half of such an
 * address is refused here.
 */
EBPF_HELPER(d_path)
{
	char *buf = (char *)(unsigned long)r2, *name;
	struct path path;
	u32 size = r3;
	long len;

	if (!size)
		return 0;
	len = ebpf_read_kernel(&path, r1, sizeof(path));
	if (len)
		return len;
	/* Of a file that is not open yet. */
	if (!path.mnt || !path.dentry)
		return -EINVAL;
	name = d_path(&path, buf, size);
	if (IS_ERR(name))
		return PTR_ERR(name);
	len = buf + size - name;
	memmove(buf, name, len);
	return len;
}
