// SPDX-License-Identifier: GPL-2.0-only
/*
 * Locks of maps, taken by programs on the functions that take and give back those of others, and
 * by a program whose changes lead to them.
 */
#define _GNU_SOURCE
#include <linux/bpf.h>

#include <fcntl.h>
#include <unistd.h>

#include "client.h"
#include "test_map_lock.h"

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
	struct outcome out = { .tgid = getpid() }, none = { 0 };
	struct bpf_link *start;
	__u64 value = 1;
	__u32 zero = 0;
	unsigned int i;
	int bad = 0;

	client_preload(argv);
	client_load("test_map_lock");
	attach_all();
	start = bpf_program__attach(prog_named("start"));
	tap_ok(start != NULL, "and one at system calls");
	bpf_map_update_elem(map_fd("outcomes"), &zero, &out, 0);
	for (i = 0; i < 100; i++) {
		bad += bpf_map_update_elem(map_fd("changed"), &zero, &value, 0) != 0;
		close(open("/dev/null", O_RDONLY));	/* takes other locks */
	}
	bpf_map_lookup_elem(map_fd("outcomes"), &zero, &out);
	bpf_map_update_elem(map_fd("outcomes"), &zero, &none, 0);
	bpf_link__destroy(start);
	for (i = 0; i < NR_PROGS; i++)
		bpf_link__destroy(links[i]);
	tap_eq(bad, 0, "the command's updates are done");
	tap_ok(out.busy, "changes inside that of another map are sent away (%llu)", out.busy);
	tap_ok(out.done, "those elsewhere are done (%llu)", out.done);
	tap_ok(out.no_room, "no room inside the change of a map (%llu)", out.no_room);
	tap_ok(out.room, "room elsewhere (%llu)", out.room);
	tap_eq(out.failed, 0, "none fails otherwise");
	bpf_object__close(obj);
	return tap_end();
}
