// SPDX-License-Identifier: GPL-2.0-only
#include "session.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool verbose;

/* libbpf's own messages tell where it stopped, not what to do about it; we say the latter. */
static int print_libbpf(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	return verbose ? vfprintf(stderr, format, args) : 0;
}

/*
 * What is missing?
 */

static bool has_event(const char *name)
{
	char path[128];

	/* Before Linux 4.1 tracefs was in debugfs only, and many systems mount only that. */
	snprintf(path, sizeof(path), "/sys/kernel/tracing/events/%s", name);
	if (!access(path, F_OK))
		return true;
	snprintf(path, sizeof(path), "/sys/kernel/debug/tracing/events/%s", name);
	return !access(path, F_OK);
}

/* The first event that the kernel lacks, NULL: it has them all. */
static const char *missing_event(void)
{
	static const char *const needed[] = {
		"tcp/tcp_probe", "tcp/tcp_rcv_space_adjust", "sock/inet_sock_set_state",
	};
	unsigned int i;

	for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!has_event(needed[i]))
			return needed[i];
	return NULL;
}

static void explain(const char *what, int error)
{
	const char *event;

	fprintf(stderr, "rcvdelay: cannot %s: %s\n", what, strerror(error));
	if (geteuid())
		fputs("rcvdelay: it must be run as root\n", stderr);
	else if (error == ENOSYS)
		fputs("rcvdelay: this kernel has no bpf(2); with ebpfdrv: ebpfdrv-run rcvdelay\n",
		      stderr);
	else if (error == ESRCH)
		fputs("rcvdelay: this kernel has no type information (BTF): no\n"
		      "          /sys/kernel/btf/vmlinux, or none of ebpfdrv's (ebpfdrv-btf)\n", stderr);
	else if ((event = missing_event()))
		fprintf(stderr, "rcvdelay: no event %s: neither the kernel has it (Linux 4.17) nor\n"
			"          ebpfdrv, or tracefs is not mounted\n", event);
	else if (!verbose)
		fputs("rcvdelay: --verbose says more\n", stderr);
}

/*
 * Loading
 */

static void set_options(struct rcvdelay_bpf *skel, const struct options *options)
{
	skel->rodata->threshold_ns = options->threshold_ns;
	skel->rodata->only_port = options->port;
	skel->rodata->only_pid = options->pid;
	memcpy((char *)skel->rodata->only_comm, options->comm, COMM_LEN);
	skel->rodata->want_events = options->output == OUTPUT_JSON;
	/* The table shows once more what has ended. */
	skel->rodata->keep_closed = options->output == OUTPUT_TABLE;
}

struct rcvdelay_bpf *session_begin(const struct options *options)
{
	struct rcvdelay_bpf *skel;
	const char *what;
	int error;

	verbose = options->verbose;
	libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
	libbpf_set_print(print_libbpf);
	skel = rcvdelay_bpf__open();
	if (!skel) {
		explain("open the programs", errno);
		return NULL;
	}
	set_options(skel, options);
	what = "load the programs";
	error = rcvdelay_bpf__load(skel);
	if (error)
		goto fail;
	what = "attach the programs";
	error = rcvdelay_bpf__attach(skel);
	if (error)
		goto fail;
	return skel;

fail:
	explain(what, -error);
	rcvdelay_bpf__destroy(skel);
	return NULL;
}
