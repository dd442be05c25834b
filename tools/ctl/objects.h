/* SPDX-License-Identifier: GPL-2.0-only */
/* The module's programs, maps and links, and who holds them. */
#ifndef _EBPFDRVCTL_OBJECTS_H
#define _EBPFDRVCTL_OBJECTS_H

#include <ebpfdrv/bpf.h>

enum object_kind { PROGRAM, MAP, LINK };

/**
 * struct object - one of them
 * @id:     its number
 * @type:   enum ebpf_*_type
 * @key:    what tells it from one of the kernel's own with that number, in fdinfo's words
 * @memory: bytes, of maps
 * @owners: processes that hold a descriptor of it, "NAME(PID) ..."; others are held by links,
 *          by files where they are pinned, or by programs
 */
struct object {
	enum object_kind kind;
	unsigned int id, type, prog_id;
	char name[EBPF_OBJ_NAME_LEN + 1], key[128], owners[256];
	unsigned long long runs, nsecs, misses, memory;
	unsigned int key_size, value_size, max_entries;
};

struct objects {
	struct object *list;
	unsigned int count;
};

/* Of the device @fd. Return: 0 or an errno. */
int find_objects(int fd, struct objects *objects);
void find_owners(struct objects *objects);
const char *type_name(const struct object *object);

#endif /* _EBPFDRVCTL_OBJECTS_H */
