// SPDX-License-Identifier: GPL-2.0-only
/*
 * Values with a lock, updated by a command and, before that has given the lock back, by
 * programs on the functions that take it and give it back.
 */
#define _GNU_SOURCE
#include <linux/bpf.h>

#include <fcntl.h>
#include <unistd.h>

#include "client.h"
#include "test_value_lock.h"

struct locked {
	__u32 lock;
	__u32 number;
};

static const char *const names[] = { "on_lock", "on_unlock", "on_unlock_irq" };
#define NR_PROGS	(sizeof(names) / sizeof(names[0]))

static struct bpf_link *links[NR_PROGS];

/* Some are inlined in each kernel. */
static void attach_all(void)
{
	unsigned int i, cnt = 0;

	for (i = 0; i < NR_PROGS; i++) {
		links[i] = bpf_program__attach(prog_named(names[i]));
		cnt += links[i] != NULL;
	}
	tap_ok(cnt, "programs where locks are taken and given back");
}

int main(int argc, char **argv)
{
	struct outcome out = { .tgid = getpid() };
	struct locked value = { .number = 1 };
	__u32 zero = 0;
	unsigned int i;
	int bad = 0;

	client_preload(argv);
	client_load("test_value_lock");
	attach_all();
	bpf_map_update_elem(map_fd("outcomes"), &zero, &out, 0);
	for (i = 0; i < 100; i++) {
		bad += bpf_map_update_elem(map_fd("values"), &zero, &value, BPF_F_LOCK) != 0;
		close(open("/dev/null", O_RDONLY));	/* takes other locks */
	}
	bpf_map_lookup_elem(map_fd("outcomes"), &zero, &out);
	for (i = 0; i < NR_PROGS; i++)
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
