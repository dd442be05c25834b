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
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ebpfdrv/ebpfdrv.h>

/* Neither is a descriptor nor a negative errno. */
#define FD_UNOPENED	(-5000)
#define FD_REFUSED	(-5001)
#define FD_UNWANTED	(-5002)		/* the kernel's own bpf(2) is used */

static int device_fd = FD_UNOPENED;
static dev_t device_rdev;

/* What went wrong, kept for the process that complains later. */
static struct {
	int error;		/* of open(2), or 0 */
	bool foreign;		/* the node is not ebpfdrv's */
	unsigned int abi;	/* of the module, when it is another one */
} refusal;

/* Why the device is refused, without what follows from that. */
static void describe_refusal(char *text, size_t size)
{
	const char *path = shim_config()->device;

	if (refusal.foreign)
		snprintf(text, size, "%s: not the device of ebpfdrv.ko", path);
	else if (refusal.abi)
		snprintf(text, size,
			 "%s: the module speaks ABI %u, this library ABI %u: install both from one release",
			 path, refusal.abi, EBPFDRV_ABI_VERSION);
	else if (refusal.error == EACCES || refusal.error == EPERM)
		snprintf(text, size, "%s: %s: run as root", path, strerror(refusal.error));
	else
		snprintf(text, size, "%s: %s: is the module loaded? (modprobe ebpfdrv)", path,
			 strerror(refusal.error));
}

static void complain_once(void)
{
	static bool said;
	char why[512];

	if (__atomic_exchange_n(&said, true, __ATOMIC_RELAXED))
		return;
	describe_refusal(why, sizeof(why));
	shim_say("%s; using the kernel's own bpf(2)", why);
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
static int open_device(void)
{
	const char *path = shim_config()->device;
	struct stat st;
	int fd;

	fd = sys4(SYS_openat, AT_FDCWD, (long)path, O_RDWR | O_CLOEXEC, 0);
	if (fd < 0 && is_transient(-fd))
		return fd;
	if (fd < 0) {
		refusal.error = -fd;
		return FD_REFUSED;
	}
	if (check_abi(fd) || sys3(SYS_fstat, fd, (long)&st, 0)) {
		sys3(SYS_close, fd, 0, 0);
		return FD_REFUSED;
	}
	device_rdev = st.st_rdev;
	return move_high(fd);
}

static bool is_unwanted(void)
{
	return shim_config()->choice == SHIM_AUTO && shim_kernel_suffices();
}

static bool is_for_good(int fd)
{
	return fd == FD_REFUSED || fd == FD_UNWANTED;
}

/*
 * Put a new descriptor in the place of @old. Where another thread was faster,
 * its descriptor counts and ours is closed. A process that has used the device
 * stays with it.
 * Return: as open_device(), or FD_UNWANTED for good.
 */
static int replace_device(int old)
{
	int fd;

	if (old == FD_UNOPENED && shim_config()->bad_choice)
		shim_say("EBPFDRV=%s: it is auto, always or never; taken for always",
			 shim_config()->bad_choice);
	fd = old == FD_UNOPENED && is_unwanted() ? FD_UNWANTED : open_device();
	if (fd < 0 && !is_for_good(fd))
		return fd;
	if (__atomic_compare_exchange_n(&device_fd, &old, fd, false, __ATOMIC_ACQ_REL,
					__ATOMIC_ACQUIRE))
		return fd;
	if (fd >= 0)
		sys3(SYS_close, fd, 0, 0);
	return old;
}

static int get_device(void)
{
	int fd = __atomic_load_n(&device_fd, __ATOMIC_ACQUIRE);

	if (shim_config()->choice == SHIM_NEVER)
		return FD_UNWANTED;
	if (fd == FD_UNOPENED)
		fd = replace_device(FD_UNOPENED);
	return fd;
}

static bool is_device(int fd)
{
	struct stat st;

	return !sys3(SYS_fstat, fd, (long)&st, 0) && S_ISCHR(st.st_mode) &&
	       st.st_rdev == device_rdev;
}

bool shim_device_usable(bool complain)
{
	int fd = get_device();

	if (fd == FD_REFUSED && complain)
		complain_once();
	return fd >= 0;
}

bool shim_device_refused(char *why, size_t size)
{
	int fd = get_device();

	if (fd >= 0 || fd == FD_UNWANTED)
		return false;
	if (fd != FD_REFUSED)
		refusal.error = -fd;
	describe_refusal(why, size);
	return true;
}

long shim_device_ioctl(unsigned long request, void *arg, bool complain)
{
	int fd = get_device();
	long ret = SHIM_NO_DEVICE;

	if (fd >= 0)
		ret = sys3(SYS_ioctl, fd, request, (long)arg);
	if (fd >= 0 && ret < 0 && !is_device(fd)) {
		shim_debug("descriptor %d was taken away: opening %s again", fd,
			   shim_config()->device);
		fd = replace_device(fd);
		ret = fd < 0 ? SHIM_NO_DEVICE : sys3(SYS_ioctl, fd, request, (long)arg);
	}
	if (fd == FD_REFUSED && complain)
		complain_once();
	return fd < 0 && !is_for_good(fd) ? fd : ret;
}
