/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What tests of locks have that are tried by programs on the functions that take and give back
 * locks; the programs' half is lock_prog.h.
 */
#ifndef _TESTS_VM_LOCK_LIB_H
#define _TESTS_VM_LOCK_LIB_H

#include <fcntl.h>

#include "client.h"
#include "lock_outcome.h"

static const char *const lock_progs[] = { "on_lock", "on_unlock", "on_unlock_irq" };
#define NR_LOCK_PROGS	(sizeof(lock_progs) / sizeof(lock_progs[0]))

static struct bpf_link *lock_links[NR_LOCK_PROGS];

/* Some of the functions are inlined in each kernel. */
static inline void lock_attach(void)
{
	unsigned int i, cnt = 0;

	for (i = 0; i < NR_LOCK_PROGS; i++) {
		lock_links[i] = bpf_program__attach(prog_named(lock_progs[i]));
		cnt += lock_links[i] != NULL;
	}
	tap_ok(cnt, "programs where locks are taken and given back");
}

static inline void lock_detach(void)
{
	unsigned int i;

	for (i = 0; i < NR_LOCK_PROGS; i++)
		bpf_link__destroy(lock_links[i]);
}

/* Updates @map a hundred times while the programs look on, and takes other locks between.
 * Returns how often that failed; *@out: what the programs counted.
 */
static inline int lock_rounds(const char *map, const void *value, __u64 flags, struct outcome *out)
{
	struct outcome none = { 0 };
	__u32 zero = 0;
	int bad = 0, i;

	*out = none;
	out->tgid = getpid();
	bpf_map_update_elem(map_fd("outcomes"), &zero, out, 0);
	for (i = 0; i < 100; i++) {
		bad += bpf_map_update_elem(map_fd(map), &zero, value, flags) != 0;
		close(open("/dev/null", O_RDONLY));
	}
	bpf_map_lookup_elem(map_fd("outcomes"), &zero, out);
	bpf_map_update_elem(map_fd("outcomes"), &zero, &none, 0);
	return bad;
}

#endif /* _TESTS_VM_LOCK_LIB_H */
