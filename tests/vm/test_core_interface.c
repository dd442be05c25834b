// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs written against vmlinux.h relocate their contexts, enums and what else belongs
 * to the eBPF interface. The types that they meet are the module's, on every kernel whose
 * BTF was made for it.
 */
#define _GNU_SOURCE
#include <linux/perf_event.h>
#include <sys/syscall.h>

#include "client.h"
#include "test_core_interface.h"

#define PERIOD	1000000

static struct seen *out;

static int bss(void)
{
	return map_fd(".bss");
}

static void load(void)
{
	client_open("test_core_interface");
	if (!tap_ok(!bpf_object__load(obj), "programs with relocated contexts load"))
		exit(tap_end());
	out = calloc(1, bpf_map__value_size(bpf_object__find_map_by_name(obj, ".bss")));
	out->pid = getpid();
}

static void test_raw(void)
{
	struct bpf_link *enter, *leave;
	__u32 zero = 0;
	int i;

	bpf_map_update_elem(bss(), &zero, out, 0);
	enter = bpf_program__attach(prog_named("on_enter"));
	leave = bpf_program__attach(prog_named("on_exit"));
	for (i = 0; i < 5; i++)
		syscall(WANTED_CALL);
	bpf_link__destroy(enter);
	bpf_link__destroy(leave);
	bpf_map_lookup_elem(bss(), &zero, out);
	tap_ok(enter && out->calls == 5, "a raw tracepoint's argument is read (%llu of 5)",
	       (unsigned long long)out->calls);
	tap_ok(leave && (out->has & 0x3f) == 0x3f, "what there is exists (%#llx)",
	       (unsigned long long)out->has);
	tap_ok(!(out->has & ~0x3full), "what there is not does not (%#llx)",
	       (unsigned long long)out->has);
	tap_ok(out->loop == BPF_FUNC_loop, "a value is Linux's (%llu)",
	       (unsigned long long)out->loop);
	tap_ok(out->timer_size == 16, "a size is, too (%llu)", (unsigned long long)out->timer_size);
}

static void test_sample(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE, .size = sizeof(attr), .config = PERF_COUNT_SW_TASK_CLOCK,
		.sample_period = PERIOD,
	};
	int fd = syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
	struct bpf_link *link = bpf_program__attach_perf_event(prog_named("on_sample"), fd);
	volatile unsigned long spin;
	__u32 zero = 0;
	int i;

	for (i = 0; i < 1000 && !out->samples; i++) {
		for (spin = 0; spin < 1000000; spin++)
			;
		bpf_map_lookup_elem(bss(), &zero, out);
	}
	tap_ok(link && out->samples, "a perf event samples");
	tap_ok(out->period == PERIOD, "its period is read (%llu)", (unsigned long long)out->period);
	tap_ok(out->ip != 0, "a register is");
	tap_ok(out->addr == 0, "and so is the address, which it has none of");
	bpf_link__destroy(link);
}

static void test_packet(void)
{
	static char packet[64];
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet, .data_size_in = sizeof(packet),
		    .repeat = 1);
	int err = bpf_prog_test_run_opts(bpf_program__fd(prog_named("on_packet")), &opts);

	tap_ok(!err && opts.retval == sizeof(packet) - 14, "a packet's length is read (%d, %u)", err,
	       opts.retval);
}

int main(int argc, char **argv)
{
	client_preload(argv);
	load();
	test_raw();
	test_sample();
	test_packet();
	return tap_end();
}
