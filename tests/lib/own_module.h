/* SPDX-License-Identifier: GPL-2.0-only */
/* ebpfdrv.ko, loaded and unloaded by a test in the VM. */
#ifndef _TESTS_OWN_MODULE_H
#define _TESTS_OWN_MODULE_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RMMOD_STEP_US	50000

/* Each returns 0 or an errno. */
static inline int insmod(void)
{
	const char *ko = getenv("EBPFDRV_KO"), *args = getenv("EBPFDRV_KO_ARGS");
	int fd = open(ko ? ko : "ebpfdrv.ko", O_RDONLY | O_CLOEXEC), err;

	err = fd < 0 || syscall(SYS_finit_module, fd, args ? args : "", 0) ? errno : 0;
	if (fd >= 0)
		close(fd);
	return err;
}

static inline int rmmod(void)
{
	return syscall(SYS_delete_module, "ebpfdrv", O_NONBLOCK) ? errno : 0;
}

static inline bool is_busy(int err)
{
	return err == EAGAIN || err == EBUSY;
}

/* Objects die after grace periods, and hold the module until then. */
static inline int rmmod_within(int seconds)
{
	int i, err = rmmod();

	for (i = 0; i < seconds * (1000000 / RMMOD_STEP_US) && is_busy(err); i++) {
		usleep(RMMOD_STEP_US);
		err = rmmod();
	}
	return err;
}

#endif /* _TESTS_OWN_MODULE_H */
