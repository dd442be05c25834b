// SPDX-License-Identifier: GPL-2.0-only
#include "ctl.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <ebpfdrv/bpf.h>

void open_device(struct device *device)
{
	device->fd = open(machine.device, O_RDWR | O_CLOEXEC);
	device->error = device->fd < 0 ? errno : 0;
	device->ours = device->fd >= 0 && !ioctl(device->fd, EBPFDRV_IOC_INFO, &device->info);
	device->info.version[sizeof(device->info.version) - 1] = '\0';
}

long device_bpf(int fd, unsigned int cmd, void *attr)
{
	struct ebpfdrv_bpf call = {
		.cmd = cmd, .size = sizeof(union ebpf_attr), .attr = (unsigned long)attr,
	};

	return ioctl(fd, EBPFDRV_IOC_BPF, &call);
}
