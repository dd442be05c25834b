// SPDX-License-Identifier: GPL-2.0-only
/*
 * rcvdelay: how long received data waits for the process that reads it. README.md tells how it
 * works; the order to read it in is options.c, rcvdelay.bpf.c, session.c, this, one of the outputs.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "format.h"
#include "options.h"
#include "output.h"
#include "session.h"

static volatile sig_atomic_t interrupted;

static void on_signal(int signal)
{
	(void)signal;
	interrupted = 1;
}

/* Without SA_RESTART: what waits comes back with EINTR. */
static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

/* For JSON alone: the others are read from maps. */
static int make_ring(struct rcvdelay_bpf *skel, const struct options *options,
		     struct ring_buffer **ring)
{
	*ring = NULL;
	if (options->output != OUTPUT_JSON)
		return 0;
	*ring = ring_buffer__new(bpf_map__fd(skel->maps.events), json_print, NULL, NULL);
	return *ring ? 0 : -errno;
}

/* A signal that comes between the look at @interrupted and the wait does not end the wait. */
#define LONGEST_WAIT_NS	200000000ULL

/* Waits until @when_ns, or for a signal. Reads are printed as they come. */
static int wait_until(__u64 when_ns, struct ring_buffer *ring)
{
	__u64 now, left;
	int n;

	while (!interrupted && (now = now_ns()) < when_ns) {
		left = when_ns - now;
		if (left > LONGEST_WAIT_NS)
			left = LONGEST_WAIT_NS;
		if (ring) {
			n = ring_buffer__poll(ring, left / 1000000 + 1);
			if (n < 0 && n != -EINTR)
				return n;
			fflush(stdout);
		} else {
			nanosleep(&(struct timespec){ .tv_nsec = left }, NULL);
		}
	}
	return 0;
}

static int print_interval(struct rcvdelay_bpf *skel, const struct options *options)
{
	switch (options->output) {
	case OUTPUT_TABLE:
		return table_print(skel, options);
	case OUTPUT_HISTOGRAM:
		histogram_print(skel);
		return 0;
	default:
		return 0;
	}
}

/* Until the time is over, or a signal comes; then what there is is printed once more. */
static int run(struct rcvdelay_bpf *skel, const struct options *options, struct ring_buffer *ring)
{
	const __u64 second = 1000000000;
	__u64 next = now_ns(), end = next + options->duration * second;
	bool over = false;
	int error = 0;

	while (!error && !over) {
		next += options->interval * second;
		if (options->duration && next > end)
			next = end;
		error = wait_until(next, ring);
		over = interrupted || (options->duration && next >= end);
		if (!error)
			error = print_interval(skel, options);
	}
	if (!error && ring)
		ring_buffer__consume(ring);
	return error;
}

int main(int argc, char **argv)
{
	struct ring_buffer *ring = NULL;
	struct rcvdelay_bpf *skel;
	struct options options;
	int error, status;

	if (!options_parse(&options, argc, argv, &status))
		return status;
	catch_signals();
	skel = session_begin(&options);
	if (!skel)
		return 1;
	error = make_ring(skel, &options, &ring);
	if (!error) {
		fputs("rcvdelay: attached; Ctrl-C ends it\n", stderr);
		error = run(skel, &options, ring);
	}
	if (error)
		fprintf(stderr, "rcvdelay: %s\n", strerror(-error));
	if (skel->bss->lost)
		fprintf(stderr, "rcvdelay: %llu reads were not printed, there were too many\n",
			skel->bss->lost);
	ring_buffer__free(ring);
	rcvdelay_bpf__destroy(skel);
	return error ? 1 : 0;
}
