// SPDX-License-Identifier: GPL-2.0-only
/*
 * Locks of maps, taken by programs on the functions that take and give back those of others, and
 * by a program whose changes lead to them.
 */
#define _GNU_SOURCE
#include <linux/bpf.h>

#include "lock_lib.h"

int main(int argc, char **argv)
{
	struct bpf_link *start;
	struct outcome out;
	__u64 value = 1;
	int bad;

	client_preload(argv);
	client_load("test_map_lock");
	lock_attach();
	start = attach("start");
	bad = lock_rounds("changed", &value, 0, &out);
	bpf_link__destroy(start);
	lock_detach();
	tap_eq(bad, 0, "the command's updates are done");
	tap_ok(out.busy, "changes inside that of another map are sent away (%llu)", out.busy);
	tap_ok(out.done, "those elsewhere are done (%llu)", out.done);
	tap_ok(out.no_room, "no room inside the change of a map (%llu)", out.no_room);
	tap_ok(out.room, "room elsewhere (%llu)", out.room);
	tap_eq(out.failed, 0, "none fails otherwise");
	bpf_object__close(obj);
	return tap_end();
}
