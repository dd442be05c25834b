// SPDX-License-Identifier: GPL-2.0-only
/*
 * drvstat - print the counters of /dev/ebpfdrv
 * drvstat -w "maps progs btfs links events jit_bytes" - wait up to ten seconds
 *     until the counters are these again; 1 when they are not (a leak)
 *
 * The first line printed is the one -w takes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <ebpfdrv/ebpfdrv.h>

#define WAIT_STEPS	100
#define WAIT_STEP_US	100000

static int format(int fd, char *buf, size_t size)
{
	struct ebpfdrv_stats s;

	memset(&s, 0, sizeof(s));
	if (ioctl(fd, EBPFDRV_IOC_STATS, &s) < 0)
		return -1;
	snprintf(buf, size, "%llu %llu %llu %llu %llu %llu",
		 (unsigned long long)s.maps, (unsigned long long)s.progs,
		 (unsigned long long)s.btfs, (unsigned long long)s.links,
		 (unsigned long long)s.events, (unsigned long long)s.jit_bytes);
	return 0;
}

int main(int argc, char **argv)
{
	char now[160];
	int fd, i;

	fd = open(EBPFDRV_DEVICE_PATH, O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		fprintf(stderr, "drvstat: %s: %s\n", EBPFDRV_DEVICE_PATH, strerror(errno));
		return 2;
	}
	for (i = 0; i < WAIT_STEPS; i++) {
		if (format(fd, now, sizeof(now))) {
			fprintf(stderr, "drvstat: EBPFDRV_IOC_STATS: %s\n", strerror(errno));
			return 2;
		}
		if (argc < 3 || strcmp(now, argv[2]) == 0)
			break;
		/* Objects die after grace periods, not at close. */
		usleep(WAIT_STEP_US);
	}
	if (argc < 3) {
		puts(now);
		return 0;
	}
	if (i < WAIT_STEPS)
		return 0;
	fprintf(stderr, "drvstat: maps progs btfs links events jit_bytes: %s, were %s\n",
		now, argv[2]);
	return 1;
}
