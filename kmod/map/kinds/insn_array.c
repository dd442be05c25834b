// SPDX-License-Identifier: GPL-2.0-only
/*
 * INSN_ARRAY: instructions of one program, which it jumps to. User space says which before the
 * program is loaded, and freezes the map; what became of them can be read from it then.
 *
 * What programs read of an entry is a word: the number of the instruction as it was loaded, which
 * verifier/gotox.c makes jumps of.
 */
#include "kmod/map/kinds/maps.h"

#include <ebpf/btf.h>

struct insn_array {
	struct ebpf_map map;
	atomic_t used;		/* by the one program */
	u64 *words;		/* behind the values */
	struct ebpf_insn_array_value values[];
};

static struct insn_array *array_of(const struct ebpf_map *map)
{
	return container_of(map, struct insn_array, map);
}

static int insn_array_alloc_check(const union ebpf_attr *attr)
{
	if (!attr->max_entries || attr->key_size != sizeof(u32) ||
	    attr->value_size != sizeof(struct ebpf_insn_array_value) || attr->map_flags)
		return -EINVAL;
	return 0;
}

static u64 size_of(u32 max_entries)
{
	return sizeof(struct insn_array) +
	       (u64)max_entries * (sizeof(struct ebpf_insn_array_value) + sizeof(u64));
}

static struct ebpf_map *insn_array_alloc(const union ebpf_attr *attr)
{
	struct insn_array *array;

	array = ebpf_map_area_alloc(size_of(attr->max_entries), NUMA_NO_NODE);
	if (!array)
		return ERR_PTR(-ENOMEM);
	ebpf_map_init_from_attr(&array->map, attr);
	array->words = (u64 *)&array->values[attr->max_entries];
	return &array->map;
}

static void insn_array_free(struct ebpf_map *map)
{
	ebpf_map_area_free(array_of(map));
}

static void *insn_array_lookup_elem(struct ebpf_map *map, const void *key)
{
	u32 index = *(const u32 *)key;

	return index < map->max_entries ? &array_of(map)->values[index] : NULL;
}

static long insn_array_update_elem(struct ebpf_map *map, const void *key, const void *value,
				   u64 flags)
{
	const struct ebpf_insn_array_value *to = value;
	struct insn_array *array = array_of(map);
	u32 index = *(const u32 *)key;

	if (index >= map->max_entries)
		return -E2BIG;
	if (flags & EBPF_NOEXIST)
		return -EEXIST;
	if (to->jitted_off || to->xlated_off)
		return -EINVAL;
	array->values[index].orig_off = to->orig_off;
	array->words[index] = to->orig_off;
	return 0;
}

static int insn_array_check_btf(const struct ebpf_map *map, const struct ebpf_btf *btf,
				u32 key_type_id, u32 value_type_id)
{
	const struct ebpf_btf_type *key = ebpf_btf_skip_modifiers(btf, key_type_id, NULL);
	const struct ebpf_btf_type *value = ebpf_btf_skip_modifiers(btf, value_type_id, NULL);

	if (!key || ebpf_btf_kind(key) != EBPF_BTF_KIND_INT || key->size != sizeof(u32))
		return -EINVAL;
	if (!value || ebpf_btf_kind(value) != EBPF_BTF_KIND_INT || value->size != sizeof(u64))
		return -EINVAL;
	return 0;
}

static int insn_array_value_addr(const struct ebpf_map *map, u64 *imm, u32 off)
{
	if (off % sizeof(u64) || off / sizeof(u64) >= map->max_entries)
		return -EACCES;
	*imm = (unsigned long)array_of(map)->words + off;
	return 0;
}

static u64 insn_array_mem_usage(const struct ebpf_map *map)
{
	return size_of(map->max_entries);
}

static u32 insn_array_target(const struct ebpf_map *map, u32 index)
{
	return array_of(map)->values[index].orig_off;
}

static int insn_array_claim(struct ebpf_map *map)
{
	return atomic_xchg(&array_of(map)->used, 1) ? -EBUSY : 0;
}

static void insn_array_release(struct ebpf_map *map)
{
	atomic_set(&array_of(map)->used, 0);
}

static void insn_array_place(struct ebpf_map *map, u32 index, u32 xlated)
{
	array_of(map)->values[index].xlated_off = xlated;
}

static const struct ebpf_jump_ops insn_array_jump_ops = {
	.target = insn_array_target,
	.claim = insn_array_claim,
	.release = insn_array_release,
	.place = insn_array_place,
};

const struct ebpf_map_ops ebpf_insn_array_map_ops = {
	.alloc_check = insn_array_alloc_check,
	.alloc = insn_array_alloc,
	.free = insn_array_free,
	.lookup_elem = insn_array_lookup_elem,
	.update_elem = insn_array_update_elem,
	.delete_elem = ebpf_array_delete_elem,
	.get_next_key = ebpf_array_get_next_key,
	.check_btf = insn_array_check_btf,
	.direct_value_addr = insn_array_value_addr,
	.mem_usage = insn_array_mem_usage,
	.jump = &insn_array_jump_ops,
	.always_flags = EBPF_F_RDONLY_PROG,	/* programs only read what they go by */
};
