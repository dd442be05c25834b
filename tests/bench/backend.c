// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <ebpfdrv/ebpfdrv.h>
#include "backend.h"
#include "../lib/raw_syscall.h"

static int device = -1;
static int nr_rows, nr_failed;
static double log_sum, worst;
static char worst_name[64];

/* As libc's syscall(), which the program that links this may replace. */
static long plain_syscall(long nr, long a, long b, long c, long d, long e)
{
	long ret = raw_syscall(nr, a, b, c, d, e);

	if (ret < 0 && ret > -4096) {
		errno = -ret;
		return -1;
	}
	return ret;
}

void backend_init(void)
{
	union bpf_attr attr;

	device = open(EBPFDRV_DEVICE_PATH, O_RDWR | O_CLOEXEC);
	if (device < 0) {
		fprintf(stderr, "%s: %s\n", EBPFDRV_DEVICE_PATH, strerror(errno));
		exit(1);
	}
	memset(&attr, 0, sizeof(attr));
	if (backend_bpf(NATIVE, BPF_PROG_GET_NEXT_ID, &attr, sizeof(attr)) && errno == ENOSYS) {
		fprintf(stderr, "this kernel has no bpf(2) to compare with\n");
		exit(1);
	}
}

long backend_bpf(enum backend b, int cmd, union bpf_attr *attr, unsigned int size)
{
	struct ebpfdrv_bpf call;

	if (b == NATIVE)
		return plain_syscall(321, cmd, (long)attr, size, 0, 0);
	memset(&call, 0, sizeof(call));
	call.cmd = cmd;
	call.size = size;
	call.attr = (uintptr_t)attr;
	return ioctl(device, EBPFDRV_IOC_BPF, &call);
}

long backend_perf_event_open(enum backend b, void *attr, int pid, int cpu, int group,
			     unsigned long flags)
{
	struct ebpfdrv_perf_event_open call;

	if (b == NATIVE)
		return plain_syscall(298, (long)attr, pid, cpu, group, flags);
	memset(&call, 0, sizeof(call));
	call.attr = (uintptr_t)attr;
	call.pid = pid;
	call.cpu = cpu;
	call.group_fd = group;
	call.flags = flags;
	return ioctl(device, EBPFDRV_IOC_PERF_EVENT_OPEN, &call);
}

unsigned long long bench_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

void bench_row(const char *name, double native, double ebpfdrv)
{
	double ratio = ebpfdrv / native;

	if (!nr_rows)
		printf("%-24s %14s %14s %8s\n", "row", "native", "ebpfdrv", "ratio");
	printf("%-24s %14.1f %14.1f %8.3f\n", name, native, ebpfdrv, ratio);
	fflush(stdout);
	if (!(native > 0) || !(ebpfdrv > 0)) {
		bench_fail("%s: a cost that is not positive", name);
		return;
	}
	log_sum += log(ratio);
	nr_rows++;
	if (ratio > worst) {
		worst = ratio;
		snprintf(worst_name, sizeof(worst_name), "%s", name);
	}
}

void bench_fail(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fputs("failed: ", stdout);
	vprintf(fmt, args);
	putchar('\n');
	va_end(args);
	nr_failed++;
}

int bench_end(const char *name)
{
	if (!nr_rows) {
		printf("bench-%s: nothing was measured\n", name);
		return 1;
	}
	printf("bench-%s: geomean %.3f, worst %.3f (%s)\n", name, exp(log_sum / nr_rows), worst,
	       worst_name);
	return nr_failed ? 1 : 0;
}
