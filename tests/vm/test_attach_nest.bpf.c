// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs at the end of a function that each of them calls, by way of a helper; and many
 * at a function that nobody calls.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "test_attach_nest.h"

char _license[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct state);
} state SEC(".maps");

static __always_inline int nest(void)
{
	__u32 zero = 0, depth;
	struct state *s = bpf_map_lookup_elem(&state, &zero);

	if (!s || s->tgid != bpf_get_current_pid_tgid() >> 32)
		return 0;
	s->runs++;
	depth = ++s->depth;
	if (depth > s->deepest)
		s->deepest = depth;
	/* from_kuid() */
	bpf_get_current_uid_gid();
	s->depth--;
	return 0;
}

/* What leads to the first of them. */
SEC("raw_tp/sys_enter") int start(void *ctx) { return nest(); }

#define NEST(n)								\
	SEC("fexit/from_kuid") int nest_##n(void *ctx) { return nest(); }

NEST(0)
NEST(1)
NEST(2)
NEST(3)
NEST(4)
NEST(5)

#define MANY(n)								\
	SEC("fentry/vfs_rmdir") int many_##n(void *ctx) { return 0; }

#define TEN(n)	MANY(n##0) MANY(n##1) MANY(n##2) MANY(n##3) MANY(n##4) \
		MANY(n##5) MANY(n##6) MANY(n##7) MANY(n##8) MANY(n##9)

TEN(0)
TEN(1)
TEN(2)
MANY(30) MANY(31) MANY(32) MANY(33) MANY(34) MANY(35) MANY(36) MANY(37)

SEC("fexit/vfs_rmdir") int many_38(void *ctx) { return 0; }
