/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a map value holds besides data: members that programs reach through helpers
 * only, that no command reads or writes, and that need an end when the value does.
 * They are found from the value's BTF when the map is made (verifier/map_fields.c).
 */
#ifndef _EBPF_MAP_FIELDS_H
#define _EBPF_MAP_FIELDS_H

#include <ebpf/types.h>
#include <ebpf/btf.h>

enum ebpf_field_kind {
	EBPF_FIELD_SPIN_LOCK,	/* struct bpf_spin_lock, one at most */
	EBPF_FIELD_TIMER,	/* struct bpf_timer, one at most */
	EBPF_FIELD_KPTR,	/* pointer into the kernel that nobody holds: may be stale */
	EBPF_FIELD_KPTR_REF,	/* pointer that holds a reference */
};

#define EBPF_MAP_KPTRS_MAX	8
#define EBPF_MAP_FIELDS_MAX	(EBPF_MAP_KPTRS_MAX + 2)

/* Gives back the reference that a pointer holds. Any context programs run in. */
typedef void (*ebpf_dtor_t)(void *obj);

/**
 * struct ebpf_map_field - one of them
 * @kind:   enum ebpf_field_kind
 * @off:    bytes from the start of the value
 * @size:   bytes
 * @btf:    kptrs: BTF of the running kernel, which outlives every map
 * @btf_id: kptrs: the struct there that is pointed to
 * @dtor:   EBPF_FIELD_KPTR_REF: never NULL
 */
struct ebpf_map_field {
	u32 kind;
	u32 off;
	u32 size;
	u32 btf_id;
	const struct ebpf_btf *btf;
	ebpf_dtor_t dtor;
};

/**
 * struct ebpf_map_fields - all of a value's
 * @nr:            entries of @field, by offset; none overlaps another
 * @nr_kptrs:      how many of them are kptrs
 * @spin_lock_off: bytes, or -ENOENT for none, -E2BIG for more than one, -EINVAL for
 *                 a value that is no struct or a lock that is not aligned
 * @timer_off:     the same of the timer
 * @kptr_err:      0, or why the value has no kptrs although it has tags: -E2BIG for too
 *                 many, else the errno of the first that was wrong; they are data then
 */
struct ebpf_map_fields {
	u32 nr;
	u32 nr_kptrs;
	int spin_lock_off;
	int timer_off;
	int kptr_err;
	struct ebpf_map_field field[EBPF_MAP_FIELDS_MAX];
};

/* What is known of kernel types where the map is made. Process context. */
struct ebpf_kptr_env {
	/* BTF of the running kernel or NULL. Called only when there is a kptr. */
	const struct ebpf_btf *(*kernel_btf)(void);
	/* What gives back a reference on struct @name. -ENOENT: none is kept of it; -ENOMEM:
	 * it could not be looked for.
	 */
	int (*dtor_of)(const struct ebpf_btf *btf, const char *name, ebpf_dtor_t *dtor);
	/* The same, but for the structs on which programs can hold references themselves; NULL for others.
	 * The operation may be missing.
	 */
	ebpf_dtor_t (*own_dtor)(const char *name);
};

/* Fills @tab with what is in values of type @value_id, already checked to be of
 * @value_size bytes. 0; -EINVAL when two of them overlap; -ENOMEM.
 */
int ebpf_map_fields_find(const struct ebpf_btf *btf, u32 value_id, u32 value_size,
			 const struct ebpf_kptr_env *kenv, struct ebpf_map_fields *tab);

/* May a map with the values of one table stand for one with the other's? NULL: plain
 * data.
 */
bool ebpf_map_fields_equal(const struct ebpf_map_fields *a, const struct ebpf_map_fields *b);

/* The field that starts @off bytes into the value, or NULL. @tab may be NULL. */
const struct ebpf_map_field *ebpf_map_field_at(const struct ebpf_map_fields *tab, u32 off);

#endif /* _EBPF_MAP_FIELDS_H */
