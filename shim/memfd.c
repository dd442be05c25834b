// SPDX-License-Identifier: GPL-2.0-only
/*
 * memfd_create(2) for kernels without (before 3.17, el7 before 7.3): libbpf from
 * 1.4 on takes a descriptor from it for each map before its first bpf call, and
 * links objects in such files.
 *
 * The file is one without a name in a file system in memory. It cannot be sealed,
 * so who asks for seals hears what the kernel says; MFD_NOEXEC_SEAL is EINVAL, as
 * on kernels before 6.3, which makes callers try without.
 */
#include "shim.h"
#include "sys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <time.h>

/* Of linux/memfd.h, which old distributions lack; the numbers are ABI. */
#define SHIM_MFD_CLOEXEC	1U
#define SHIM_MFD_NOEXEC_SEAL	8U

/* Names there are everybody's: none that others could take beforehand. */
static long file_in(const char *dir, unsigned int flags)
{
	struct timespec now = { 0, 0 };
	char path[64];
	int tries;
	long fd = -EEXIST;

	for (tries = 0; tries < 16 && fd == -EEXIST; tries++) {
		sys3(SYS_clock_gettime, CLOCK_MONOTONIC, (long)&now, 0);
		snprintf(path, sizeof(path), "%s/.ebpfdrv-%ld-%lx", dir,
			 sys3(SYS_gettid, 0, 0, 0),
			 (unsigned long)now.tv_nsec ^ (unsigned long)&now >> 4);
		fd = sys4(SYS_openat, AT_FDCWD, (long)path, O_RDWR | O_CREAT | O_EXCL |
			  O_NOFOLLOW | (flags & SHIM_MFD_CLOEXEC ? O_CLOEXEC : 0), 0600);
	}
	if (fd >= 0)
		sys3(SYS_unlink, (long)path, 0, 0);
	return fd;
}

long shim_nameless_file(const char *name, bool cloexec)
{
	unsigned int flags = cloexec ? SHIM_MFD_CLOEXEC : 0;
	long fd = sys3(SYS_memfd_create, (long)name, flags, 0);

	return fd < 0 ? file_in("/dev/shm", flags) : fd;
}

/* @error: why the kernel made none. Return: a descriptor or a negative errno. */
static long stand_in(unsigned int flags, long error)
{
	long fd;

	if (error != -ENOSYS || (flags & ~(SHIM_MFD_CLOEXEC | SHIM_MFD_NOEXEC_SEAL)) ||
	    !shim_device_usable(false))
		return error;
	if (flags & SHIM_MFD_NOEXEC_SEAL)
		return -EINVAL;
	fd = file_in("/dev/shm", flags);
	/* A root directory may lack the one; of the other nothing but its being full matters. */
	if (fd < 0 && fd != -EMFILE && fd != -ENFILE)
		fd = file_in("/tmp", flags);
	shim_debug("memfd_create: a file without a name, %ld", fd);
	return fd == -EMFILE || fd == -ENFILE || fd >= 0 ? fd : error;
}

/* @fd: what the next one made of it, with errno */
static long answer(long fd, unsigned int flags)
{
	return fd < 0 ? shim_result(stand_in(flags, -errno)) : fd;
}

long shim_memfd_create(long nr, long name, long flags)
{
	int saved = errno;
	long fd = answer(shim_pass_on(nr, name, flags, 0, 0, 0, 0), flags);

	if (fd >= 0)
		errno = saved;
	return fd;
}

struct shim_next shim_next_memfd_create = { NULL, "memfd_create" };

int memfd_create(const char *name, unsigned int flags);

SHIM_EXPORT int memfd_create(const char *name, unsigned int flags)
{
	int (*next)(const char *, unsigned int) = shim_find_next(&shim_next_memfd_create);
	int saved = errno;
	long fd;

	if (!next)
		return shim_memfd_create(SYS_memfd_create, (long)name, flags);
	fd = answer(next(name, flags), flags);
	if (fd >= 0)
		errno = saved;
	return fd;
}
