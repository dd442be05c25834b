// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions of the idle loop: where RCU does not watch, no grace period waits for a program,
 * so none may run. That the functions were hit the events' own counters tell.
 *
 * harness: timeout=300 sources=attach_lib.c
 */
#define _GNU_SOURCE
#include "attach_lib.h"
#include "tap.h"

#include <stdlib.h>

/* Called when nothing is to be done, RCU off by then; not every kernel lets all be probed, nor
 * uses all.
 */
static const char *const idle_functions[] = {
	"arch_cpu_idle", "default_idle", "amd_e400_idle", "mwait_idle", "acpi_idle_do_entry",
	"acpi_safe_halt", "acpi_idle_enter_c1", "native_safe_halt",
};

#define NR	(sizeof(idle_functions) / sizeof(idle_functions[0]))

static uint64_t event_hits(int event)
{
	uint64_t count = 0;

	return read(event, &count, sizeof(count)) == sizeof(count) ? count : 0;
}

/* Returns whether it was hit. */
static bool test_function(const char *func)
{
	struct counter by_event, by_link;
	int event, link, multi;
	uint64_t hits;

	event = open_kprobe(func, 0, false);
	if (event < 0)
		return false;
	counter_make(&by_event, EBPF_PROG_TYPE_KPROBE, 0, COUNT_ONLY, 0);
	load_expected_attach_type = EBPF_TRACE_KPROBE_MULTI;
	counter_make(&by_link, EBPF_PROG_TYPE_KPROBE, 0, COUNT_ONLY, 0);
	load_expected_attach_type = 0;
	link = link_perf(by_event.prog, event, 0);
	multi = link_multi(by_link.prog, 0, func);
	tap_ok(link >= 0, "a program on %s", func);
	usleep(500000);
	hits = event_hits(event);
	if (hits) {
		tap_diag("%s: %llu hits", func, (unsigned long long)hits);
		tap_eq(counter_hits(&by_event, -1), 0, "%s: no program runs there", func);
		tap_eq(counter_hits(&by_link, -1), 0, "%s: nor one of a kprobe_multi link", func);
	}
	if (multi >= 0)
		close(multi);
	close(link);
	close(event);
	counter_close(&by_event);
	counter_close(&by_link);
	return hits;
}

/* The same tracepoint is told of where RCU was made to watch: there programs do run. */
static void test_tracepoint(void)
{
	struct counter c;
	int link;

	counter_make(&c, EBPF_PROG_TYPE_RAW_TRACEPOINT, 0, COUNT_ONLY, 0);
	link = link_raw_tp(c.prog, "cpu_idle");
	if (!tap_ok(link >= 0, "a program on the tracepoint cpu_idle"))
		return;
	usleep(500000);
	tap_ok(counter_hits(&c, -1) > 0, "runs: the kernel makes RCU watch for it");
	close(link);
	counter_close(&c);
}

int main(void)
{
	unsigned int i, hit = 0;

	drv_open();
	for (i = 0; i < NR; i++)
		hit += test_function(idle_functions[i]);
	if (!hit)
		tap_skip("no function of the idle loop can be probed here");
	test_tracepoint();
	drv_close();
	return tap_end();
}
