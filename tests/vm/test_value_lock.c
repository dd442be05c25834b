// SPDX-License-Identifier: GPL-2.0-only
/*
 * Values with a lock, updated by a command and, before that has given the lock back, by
 * programs on the functions that give it back.
 */
#define _GNU_SOURCE
#include <linux/bpf.h>

#include "client.h"
#include "test_value_lock.h"

struct locked {
	__u32 lock;
	__u32 number;
};

static struct bpf_link *links[2];

/* The one or the other may be inlined. */
static void attach_both(void)
{
	links[0] = bpf_program__attach(prog_named("on_unlock"));
	links[1] = bpf_program__attach(prog_named("on_unlock_irq"));
	tap_ok(links[0] || links[1], "programs where locks are given back");
}

int main(int argc, char **argv)
{
	struct outcome out = { .tgid = getpid() };
	struct locked value = { .number = 1 };
	__u32 zero = 0;
	int bad = 0, i;

	client_preload(argv);
	client_load("test_value_lock");
	attach_both();
	bpf_map_update_elem(map_fd("outcomes"), &zero, &out, 0);
	for (i = 0; i < 100; i++)
		bad += bpf_map_update_elem(map_fd("values"), &zero, &value, BPF_F_LOCK) != 0;
	bpf_map_lookup_elem(map_fd("outcomes"), &zero, &out);
	for (i = 0; i < 2; i++)
		bpf_link__destroy(links[i]);
	tap_eq(bad, 0, "the command's updates are done");
	tap_ok(out.busy, "those inside them are sent away (%llu)", out.busy);
	tap_ok(out.done, "those elsewhere are done (%llu)", out.done);
	tap_eq(out.failed, 0, "none fails otherwise");
	tap_ok(!bpf_map_lookup_elem_flags(map_fd("values"), &zero, &value, BPF_F_LOCK) &&
	       (value.number == 1 || value.number == 2), "the value is whole");
	bpf_object__close(obj);
	return tap_end();
}
