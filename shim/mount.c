// SPDX-License-Identifier: GPL-2.0-only
/*
 * mount(2) of "bpf". Tools mount it where they find none, to pin their objects:
 * the module's must be the one they get, also where the kernel has its own.
 */
#include "shim.h"
#include "sys.h"

#include <string.h>
#include <sys/mount.h>

/* These change what is mounted and take no type. */
#define NO_NEW_MOUNT \
	(MS_REMOUNT | MS_BIND | MS_MOVE | MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE)

SHIM_EXPORT int mount(const char *source, const char *target, const char *type,
		      unsigned long flags, const void *data)
{
	if (type && !(flags & NO_NEW_MOUNT) && !strcmp(type, "bpf") && shim_device_usable(false)) {
		type = "ebpfdrvfs";
		shim_debug("mount of bpf: %s", type);
	}
	return shim_result(sys6(SYS_mount, (long)source, (long)target, (long)type, flags,
				(long)data, 0));
}
