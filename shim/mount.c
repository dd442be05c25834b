// SPDX-License-Identifier: GPL-2.0-only
/*
 * mount(2) of "bpf". Tools mount it where they find none, to pin their objects:
 * the module's must be the one they get, also where the kernel has its own.
 */
#include "shim.h"
#include "sys.h"

#include <errno.h>
#include <string.h>
#include <sys/mount.h>

/* These change what is mounted and take no type. */
#define NO_NEW_MOUNT \
	(MS_REMOUNT | MS_BIND | MS_MOVE | MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE)

struct shim_next shim_next_mount = { NULL, "mount" };

/*
 * The kernel answers EFAULT to a wild pointer where a comparison would kill the program. It
 * takes @type for a path here, of which only its being readable matters: it copies the name
 * before it looks at the directory, and none is given.
 */
static bool is_readable(const char *type)
{
	char target;

	return sys4(SYS_readlinkat, -1, (long)type, (long)&target, 1) != -EFAULT;
}

static bool is_bpf(const char *type)
{
	return type && is_readable(type) && !strcmp(type, "bpf");
}

SHIM_EXPORT int mount(const char *source, const char *target, const char *type,
		      unsigned long flags, const void *data)
{
	int (*next)(const char *, const char *, const char *, unsigned long, const void *) =
		shim_find_next(&shim_next_mount);

	if (!(flags & NO_NEW_MOUNT) && is_bpf(type) && shim_device_usable(false)) {
		type = "ebpfdrvfs";
		shim_debug("mount of bpf: %s", type);
	}
	if (next)
		return next(source, target, type, flags, data);
	return shim_result(sys6(SYS_mount, (long)source, (long)target, (long)type, flags,
				(long)data, 0));
}
