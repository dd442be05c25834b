/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Maps for the verifier's tests: descriptions with the few operations that a
 * verifier asks for, and a table of file descriptors in front of them.
 */
#ifndef _TESTS_HOST_FAKE_MAP_H
#define _TESTS_HOST_FAKE_MAP_H

#include <ebpf/map.h>
#include <ebpf/verifier.h>

#define FAKE_FD_BASE	1000
#define FAKE_FD_MAX	256

struct fake_map {
	struct ebpf_map map;
	long refs;		/* taken by map_get and not put */
	u64 *data;		/* arrays: the values; of instructions: a word each */
	bool claimed;		/* of instructions: by a program */
	u32 placed[16];		/* the first of them, in the final program */
	struct ebpf_map_fields fields;
};

/* A new map's file descriptor, or -1. */
int fake_map_new(u32 type, u32 key_size, u32 value_size, u32 max_entries, u32 flags);
struct fake_map *fake_map_of(int fd);
void fake_map_close(int fd);
/* Values have such a field behind those added before. */
void fake_map_add_field(int fd, const struct ebpf_map_field *field);
/* Sum of the references of all maps. */
long fake_map_refs(void);

/* For struct ebpf_load. */
extern const struct ebpf_verifier_ops fake_map_verifier_ops;

#endif /* _TESTS_HOST_FAKE_MAP_H */
