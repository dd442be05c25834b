// SPDX-License-Identifier: GPL-2.0-only
/*
 * Values with a lock, updated by a command and, before that has given the lock back, by
 * programs on the functions that take it and give it back.
 */
#define _GNU_SOURCE
#include <linux/bpf.h>

#include "lock_lib.h"

struct locked {
	__u32 lock;
	__u32 number;
};

int main(int argc, char **argv)
{
	struct locked value = { .number = 1 };
	struct outcome out;
	__u32 zero = 0;
	int bad;

	client_preload(argv);
	client_load("test_value_lock");
	lock_attach();
	bad = lock_rounds("values", &value, BPF_F_LOCK, &out);
	lock_detach();
	tap_eq(bad, 0, "the command's updates are done");
	tap_ok(out.busy, "those inside them are sent away (%llu)", out.busy);
	tap_ok(out.done, "those elsewhere are done (%llu)", out.done);
	tap_eq(out.failed, 0, "none fails otherwise");
	tap_ok(!bpf_map_lookup_elem_flags(map_fd("values"), &zero, &value, BPF_F_LOCK) &&
	       (value.number == 1 || value.number == 2), "the value is whole");
	bpf_object__close(obj);
	return tap_end();
}
