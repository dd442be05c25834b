// SPDX-License-Identifier: GPL-2.0-only
/*
 * The descriptor of /dev/ebpfdrv: opened when first needed, shared by all
 * threads, inherited by fork and dropped by exec.
 *
 * The program does not know that it exists and may close it (daemons close
 * every descriptor) or put a file of its own in its place. It is therefore
 * kept at a high number, and whenever a call on it fails the descriptor is
 * compared with the device that was opened; if it is another one, the device
 * is opened again and the call repeated.
 */
#define _GNU_SOURCE
#include "shim.h"
#include "sys.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ebpfdrv/ebpfdrv.h>

#define FD_UNOPENED	(-1)
#define FD_REFUSED	(-2)

static int device_fd = FD_UNOPENED;

/* What went wrong, kept for the process that complains later. */
static struct {
	int error;		/* of open(2), or 0 */
	bool foreign;		/* the node is not ebpfdrv's */
	unsigned int abi;	/* of the module, when it is another one */
} refusal;

static void complain_once(void)
{
	static const char last[] = "using the kernel's own bpf(2)";
	static bool said;
	const char *path = shim_config()->device;

	if (__atomic_exchange_n(&said, true, __ATOMIC_RELAXED))
		return;
	if (refusal.foreign)
		shim_say("%s: not the device of ebpfdrv.ko; %s", path, last);
	else if (refusal.abi)
		shim_say("%s: the module speaks ABI %u, this library ABI %u: install both from one release; %s",
			 path, refusal.abi, EBPFDRV_ABI_VERSION, last);
	else if (refusal.error == EACCES || refusal.error == EPERM)
		shim_say("%s: %s: run as root; %s", path, strerror(refusal.error), last);
	else
		shim_say("%s: %s: is the module loaded? (modprobe ebpfdrv); %s", path,
			 strerror(refusal.error), last);
}

/* Errors of the moment: the next call may succeed. */
static bool is_transient(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOMEM || error == EINTR;
}

/* Out of the way of programs that count on getting low numbers. */
static int move_high(int fd)
{
	static const int floors[] = { 1000, 500, 200, 100 };
	unsigned int i;
	long high;

	for (i = 0; i < sizeof(floors) / sizeof(floors[0]); i++) {
		high = sys3(SYS_fcntl, fd, F_DUPFD_CLOEXEC, floors[i]);
		if (high >= 0) {
			sys3(SYS_close, fd, 0, 0);
			return high;
		}
	}
	return fd;
}

/* Return: 0, or -1 with the reason in @refusal. */
static int check_abi(int fd)
{
	struct ebpfdrv_info info = { 0 };

	if (sys3(SYS_ioctl, fd, EBPFDRV_IOC_INFO, (long)&info) < 0) {
		refusal.foreign = true;
		return -1;
	}
	if (info.abi_version != EBPFDRV_ABI_VERSION) {
		refusal.abi = info.abi_version;
		return -1;
	}
	shim_debug("module %.*s, features %#llx", (int)sizeof(info.version), info.version,
		   (unsigned long long)info.features);
	return 0;
}

/* Return: a descriptor, FD_REFUSED for good, or a negative errno to pass on. */
static long open_device(void)
{
	const char *path = shim_config()->device;
	int fd;

	fd = sys4(SYS_openat, AT_FDCWD, (long)path, O_RDWR | O_CLOEXEC, 0);
	if (fd < 0 && is_transient(-fd))
		return fd;
	if (fd < 0) {
		refusal.error = -fd;
		return FD_REFUSED;
	}
	if (check_abi(fd)) {
		sys3(SYS_close, fd, 0, 0);
		return FD_REFUSED;
	}
	return move_high(fd);
}

/*
 * Replace descriptor @old by a newly opened one. When another thread was
 * faster its descriptor is used and ours closed.
 * Return: a descriptor, FD_REFUSED, or a negative errno below -2... see
 * get_device(), the only reader.
 */
static long reopen_device(int old, int *fd)
{
	long new = open_device();

	if (new < 0 && new != FD_REFUSED)
		return new;
	if (!__atomic_compare_exchange_n(&device_fd, &old, (int)new, false,
					 __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
		if (new >= 0)
			sys3(SYS_close, new, 0, 0);
		new = old;
	}
	*fd = new;
	return 0;
}
