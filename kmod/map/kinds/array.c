// SPDX-License-Identifier: GPL-2.0-only
/*
 * ARRAY and PERCPU_ARRAY: values that exist from the start, found by index.
 */
#include "kmod/map/kinds/maps.h"
#include "kmod/map/timer.h"
#include "kmod/map/map_fields.h"

#include <ebpf/btf.h>

#include <linux/log2.h>

#define ARRAY_FLAGS	(EBPF_F_NUMA_NODE | EBPF_F_MMAPABLE | EBPF_F_ACCESS_MASK | \
			 EBPF_F_PRESERVE_ELEMS | EBPF_F_INNER_MAP)

struct ebpf_array {
	struct ebpf_map map;
	u32 elem_size;		/* from value to value, a multiple of 8 */
	u8 values[] __aligned(8);
};

struct ebpf_percpu_array {
	struct ebpf_map map;
	u32 elem_size;
	void **areas;
	void * __percpu *area;	/* the same, for the CPU itself in one load */
};

static struct ebpf_array *array_of(const struct ebpf_map *map)
{
	return container_of(map, struct ebpf_array, map);
}

static struct ebpf_percpu_array *percpu_array_of(const struct ebpf_map *map)
{
	return container_of(map, struct ebpf_percpu_array, map);
}

int ebpf_array_alloc_check(const union ebpf_attr *attr)
{
	u32 type = attr->map_type;
	u32 flags = attr->map_flags;

	if (!attr->max_entries || attr->key_size != 4 || !attr->value_size ||
	    !ebpf_map_flags_ok(attr, ARRAY_FLAGS))
		return -EINVAL;
	if (type == EBPF_MAP_TYPE_PERCPU_ARRAY && ebpf_map_numa_node(attr) != NUMA_NO_NODE)
		return -EINVAL;
	if (type != EBPF_MAP_TYPE_ARRAY && flags & (EBPF_F_MMAPABLE | EBPF_F_INNER_MAP))
		return -EINVAL;
	if (type != EBPF_MAP_TYPE_PERF_EVENT_ARRAY && flags & EBPF_F_PRESERVE_ELEMS)
		return -EINVAL;
	/* Rounded up to 8 bytes it must still be a u32. */
	if (attr->value_size > INT_MAX)
		return -E2BIG;
	if (type == EBPF_MAP_TYPE_PERCPU_ARRAY && attr->value_size > EBPF_PERCPU_VALUE_MAX)
		return -E2BIG;
	return 0;
}

int ebpf_array_get_next_key(struct ebpf_map *map, void *key, void *next_key)
{
	u32 index = key ? *(u32 *)key : U32_MAX;
	u32 *next = next_key;

	if (index >= map->max_entries) {
		*next = 0;
		return 0;
	}
	if (index == map->max_entries - 1)
		return -ENOENT;
	*next = index + 1;
	return 0;
}

long ebpf_array_delete_elem(struct ebpf_map *map, const void *key)
{
	return -EINVAL;
}

int ebpf_array_update_check(const struct ebpf_map *map, u32 index, u64 flags)
{
	if (unlikely((flags & ~EBPF_F_LOCK) > EBPF_EXIST))
		return -EINVAL;
	if (unlikely(index >= map->max_entries))
		return -E2BIG;
	if (unlikely(flags & EBPF_NOEXIST))
		return -EEXIST;
	if (unlikely(flags & EBPF_F_LOCK) && map->spin_lock_off < 0)
		return -EINVAL;
	return 0;
}

/*
 * ARRAY
 */

/* Bytes before the values of a mappable array: whole pages, so that values
 * start on one. The structure lies at the end of them.
 */
#define MMAP_HEAD	PAGE_ALIGN(sizeof(struct ebpf_array))

static u64 values_size(const struct ebpf_map *map, u32 elem_size)
{
	return (u64)map->max_entries * elem_size;
}

static struct ebpf_array *array_area_alloc(u64 size, bool mmapable, int node)
{
	u8 *area;

	if (!mmapable)
		return ebpf_map_area_alloc(sizeof(struct ebpf_array) + size, node);
	area = ebpf_map_area_mmapable_alloc(MMAP_HEAD + PAGE_ALIGN(size), node);
	if (!area)
		return NULL;
	return (void *)(area + MMAP_HEAD - offsetof(struct ebpf_array, values));
}

static void *array_area(struct ebpf_array *array)
{
	if (array->map.map_flags & EBPF_F_MMAPABLE)
		return array->values - MMAP_HEAD;
	return array;
}

static struct ebpf_map *array_alloc(const union ebpf_attr *attr)
{
	u32 elem_size = round_up(attr->value_size, 8);
	struct ebpf_array *array;

	array = array_area_alloc((u64)attr->max_entries * elem_size,
				 attr->map_flags & EBPF_F_MMAPABLE, ebpf_map_numa_node(attr));
	if (!array)
		return ERR_PTR(-ENOMEM);
	ebpf_map_init_from_attr(&array->map, attr);
	array->elem_size = elem_size;
	return &array->map;
}

static void array_free(struct ebpf_map *map)
{
	struct ebpf_array *array = array_of(map);
	u32 i;

	for (i = 0; map->fields && i < map->max_entries; i++) {
		ebpf_map_end_fields(map, array->values + (u64)i * array->elem_size);
		cond_resched();
	}
	ebpf_map_area_free(array_area(array));
}

/* Timers keep programs, and those the map: it would never go. */
static void array_release_uref(struct ebpf_map *map)
{
	struct ebpf_array *array = array_of(map);
	u32 i;

	for (i = 0; map->timer_off >= 0 && i < map->max_entries; i++) {
		ebpf_timer_end(array->values + (u64)i * array->elem_size + map->timer_off);
		cond_resched();
	}
}

static const void *array_key_of_value(const struct ebpf_map *map, const void *value, u32 *index)
{
	const struct ebpf_array *array = array_of(map);

	*index = (u64)((const u8 *)value - array->values) / array->elem_size;
	return index;
}

static void *array_lookup_elem(struct ebpf_map *map, const void *key)
{
	struct ebpf_array *array = array_of(map);
	u32 index = *(const u32 *)key;

	if (unlikely(index >= map->max_entries))
		return NULL;
	return array->values + (u64)index * array->elem_size;
}

static long array_update_elem(struct ebpf_map *map, const void *key, const void *value, u64 flags)
{
	struct ebpf_array *array = array_of(map);
	u32 index = *(const u32 *)key;
	int err = ebpf_array_update_check(map, index, flags);
	void *elem;

	if (unlikely(err))
		return err;
	elem = array->values + (u64)index * array->elem_size;
	if (unlikely(flags & EBPF_F_LOCK)) {
		err = ebpf_map_copy_value_locked(map, elem, value, elem);
		if (err)
			return err;
	} else {
		ebpf_map_copy_value(map, elem, value);
	}
	ebpf_map_end_fields(map, elem);
	return 0;
}

static bool array_meta_equal(const struct ebpf_map *meta, const struct ebpf_map *map)
{
	if (!ebpf_map_meta_equal(meta, map))
		return false;
	/* Compiled look-ups have the number of entries in them. */
	return map->map_flags & EBPF_F_INNER_MAP || meta->max_entries == map->max_entries;
}

/* As below for whatever array R1 is, of the size and number of entries of @map. */
static int array_gen_lookup_inner(struct ebpf_map *map, struct ebpf_insn *insn)
{
	u32 size = round_up(map->value_size, 8);

	if (size > INT_MAX)
		return -EOPNOTSUPP;
	*insn++ = ebpf_insn_of(EBPF_LDX | EBPF_MEM | EBPF_W, EBPF_REG_3, EBPF_REG_2, 0, 0);
	*insn++ = ebpf_insn_of(EBPF_ALU64 | EBPF_MOV | EBPF_K, EBPF_REG_0, 0, 0, 0);
	*insn++ = ebpf_insn_of(EBPF_JMP32 | EBPF_JGE | EBPF_K, EBPF_REG_3, 0, 4,
			       (s32)map->max_entries);
	*insn++ = ebpf_insn_of(EBPF_ALU64 | EBPF_MUL | EBPF_K, EBPF_REG_3, 0, 0, size);
	*insn++ = ebpf_insn_of(EBPF_ALU64 | EBPF_MOV | EBPF_X, EBPF_REG_0, EBPF_REG_1, 0, 0);
	*insn++ = ebpf_insn_of(EBPF_ALU64 | EBPF_ADD | EBPF_K, EBPF_REG_0, 0, 0,
			       offsetof(struct ebpf_array, values));
	*insn = ebpf_insn_of(EBPF_ALU64 | EBPF_ADD | EBPF_X, EBPF_REG_0, EBPF_REG_3, 0, 0);
	return 7;
}

/* The bounds check and the address, with the array's own numbers in them. The
 * call it replaces would have spoilt R1 to R5, so R3 is free.
 */
static int array_gen_lookup(struct ebpf_map *map, struct ebpf_insn *insn)
{
	struct ebpf_array *array = array_of(map);
	u64 values = (unsigned long)array->values;
	u32 size;

	/* An inner map stands for others, whose numbers may differ. */
	if (map->map_flags & EBPF_F_INNER_MAP)
		return -EOPNOTSUPP;
	if (map->is_meta)
		return array_gen_lookup_inner(map, insn);
	size = array->elem_size;
	*insn++ = ebpf_insn_of(EBPF_LDX | EBPF_MEM | EBPF_W, EBPF_REG_3, EBPF_REG_2, 0, 0);
	*insn++ = ebpf_insn_of(EBPF_ALU64 | EBPF_MOV | EBPF_K, EBPF_REG_0, 0, 0, 0);
	if (map->max_entries == 1) {
		*insn++ = ebpf_insn_of(EBPF_JMP32 | EBPF_JNE | EBPF_K, EBPF_REG_3, 0, 2, 0);
		ebpf_insn_ld_imm64(insn, EBPF_REG_0, values);
		return 5;
	}
	*insn++ = ebpf_insn_of(EBPF_JMP32 | EBPF_JGE | EBPF_K, EBPF_REG_3, 0, 4,
			       (s32)map->max_entries);
	if (is_power_of_2(size))
		*insn++ = ebpf_insn_of(EBPF_ALU64 | EBPF_LSH | EBPF_K, EBPF_REG_3, 0, 0,
				       ilog2(size));
	else
		*insn++ = ebpf_insn_of(EBPF_ALU64 | EBPF_MUL | EBPF_K, EBPF_REG_3, 0, 0, size);
	ebpf_insn_ld_imm64(insn, EBPF_REG_0, values);
	insn += 2;
	*insn = ebpf_insn_of(EBPF_ALU64 | EBPF_ADD | EBPF_X, EBPF_REG_0, EBPF_REG_3, 0, 0);
	return 7;
}

static int array_direct_value_addr(const struct ebpf_map *map, u64 *imm, u32 off)
{
	if (map->max_entries != 1)
		return -ENOTSUPP;
	if (off >= map->value_size)
		return -EINVAL;
	*imm = (unsigned long)array_of(map)->values + off;
	return 0;
}

static int array_direct_value_meta(const struct ebpf_map *map, u64 imm, u32 *off)
{
	struct ebpf_array *array = array_of(map);
	u64 base = (unsigned long)array->values;

	if (map->max_entries != 1)
		return -ENOTSUPP;
	if (imm < base || imm >= base + array->elem_size)
		return -ENOENT;
	*off = imm - base;
	return 0;
}

static int array_mmap(struct ebpf_map *map, struct vm_area_struct *vma)
{
	struct ebpf_array *array = array_of(map);
	u64 pages = PAGE_ALIGN(values_size(map, array->elem_size)) >> PAGE_SHIFT;
	u64 want = (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;

	if (!(map->map_flags & EBPF_F_MMAPABLE))
		return -EINVAL;
	/* In pages: in bytes a wild offset could wrap around. */
	if (vma->vm_pgoff > pages || want > pages - vma->vm_pgoff)
		return -EINVAL;
	return remap_vmalloc_range(vma, array_area(array),
				   vma->vm_pgoff + (MMAP_HEAD >> PAGE_SHIFT));
}

static u64 array_mem_usage(const struct ebpf_map *map)
{
	u64 size = values_size(map, array_of(map)->elem_size);

	if (map->map_flags & EBPF_F_MMAPABLE)
		return MMAP_HEAD + PAGE_ALIGN(size);
	return sizeof(struct ebpf_array) + size;
}

/* Keys are 32-bit integers; the sections .data, .rodata and .bss have none. */
static int array_check_btf(const struct ebpf_map *map, const struct ebpf_btf *btf,
			   u32 key_type_id, u32 value_type_id)
{
	const struct ebpf_btf_type *t;
	u32 word;

	if (!key_type_id) {
		t = ebpf_btf_type_by_id(btf, value_type_id);
		if (map->map_type != EBPF_MAP_TYPE_ARRAY || map->max_entries != 1)
			return -EINVAL;
		return EBPF_BTF_INFO_KIND(t->info) == EBPF_BTF_KIND_DATASEC ? 0 : -EINVAL;
	}
	t = ebpf_btf_skip_modifiers(btf, key_type_id, NULL);
	if (!t || EBPF_BTF_INFO_KIND(t->info) != EBPF_BTF_KIND_INT)
		return -EINVAL;
	word = *(const u32 *)(t + 1);
	return EBPF_BTF_INT_BITS(word) == 32 && !EBPF_BTF_INT_OFFSET(word) ? 0 : -EINVAL;
}

const struct ebpf_map_ops ebpf_array_map_ops = {
	.alloc_check = ebpf_array_alloc_check,
	.alloc = array_alloc,
	.free = array_free,
	.release_uref = array_release_uref,
	.key_of_value = array_key_of_value,
	.lookup_elem = array_lookup_elem,
	.update_elem = array_update_elem,
	.delete_elem = ebpf_array_delete_elem,
	.get_next_key = ebpf_array_get_next_key,
	.gen_lookup = array_gen_lookup,
	.meta_equal = array_meta_equal,
	.direct_value_addr = array_direct_value_addr,
	.direct_value_meta = array_direct_value_meta,
	.mmap = array_mmap,
	.check_btf = array_check_btf,
	.mem_usage = array_mem_usage,
};

/*
 * PERCPU_ARRAY
 */

static void percpu_array_free(struct ebpf_map *map)
{
	struct ebpf_percpu_array *array = percpu_array_of(map);
	u32 i;
	int cpu;

	for_each_possible_cpu(cpu)
		for (i = 0; map->fields && i < map->max_entries; i++) {
			ebpf_map_end_fields(map, array->areas[cpu] + (u64)i * array->elem_size);
			cond_resched();
		}
	free_percpu(array->area);
	ebpf_percpu_areas_free(array->areas);
	ebpf_map_area_free(array);
}

static struct ebpf_map *percpu_array_alloc(const union ebpf_attr *attr)
{
	struct ebpf_percpu_array *array;
	int cpu;

	array = ebpf_map_area_alloc(sizeof(*array), NUMA_NO_NODE);
	if (!array)
		return ERR_PTR(-ENOMEM);
	ebpf_map_init_from_attr(&array->map, attr);
	array->elem_size = round_up(attr->value_size, 8);
	array->areas = ebpf_percpu_areas_alloc(values_size(&array->map, array->elem_size));
	array->area = alloc_percpu(void *);
	if (!array->areas || !array->area)
		goto free_array;
	for_each_possible_cpu(cpu)
		*per_cpu_ptr(array->area, cpu) = array->areas[cpu];
	return &array->map;

free_array:
	percpu_array_free(&array->map);
	return ERR_PTR(-ENOMEM);
}

static void *percpu_array_lookup_elem(struct ebpf_map *map, const void *key)
{
	struct ebpf_percpu_array *array = percpu_array_of(map);
	u32 index = *(const u32 *)key;

	if (unlikely(index >= map->max_entries))
		return NULL;
	return this_cpu_read(*array->area) + (u64)index * array->elem_size;
}

/* What most programs have: counters, and one buffer. */
static void *percpu_array_lookup_u64(struct ebpf_map *map, const void *key)
{
	u32 index = *(const u32 *)key;

	if (unlikely(index >= map->max_entries))
		return NULL;
	return this_cpu_read(*percpu_array_of(map)->area) + (u64)index * 8;
}

static void *percpu_array_lookup_only(struct ebpf_map *map, const void *key)
{
	if (unlikely(*(const u32 *)key))
		return NULL;
	return this_cpu_read(*percpu_array_of(map)->area);
}

static int percpu_array_gen_lookup(struct ebpf_map *map, struct ebpf_insn *insn)
{
	/* Inner maps may have other numbers of entries. */
	if (map->max_entries == 1 && !map->is_meta)
		*insn = ebpf_insn_call(percpu_array_lookup_only);
	else if (round_up(map->value_size, 8) == 8)
		*insn = ebpf_insn_call(percpu_array_lookup_u64);
	else
		*insn = ebpf_insn_call(percpu_array_lookup_elem);
	return 1;
}

static void *percpu_array_lookup_percpu_elem(struct ebpf_map *map, const void *key, u32 cpu)
{
	struct ebpf_percpu_array *array = percpu_array_of(map);
	u32 index = *(const u32 *)key;

	if (cpu >= nr_cpu_ids || !cpu_possible(cpu) || unlikely(index >= map->max_entries))
		return NULL;
	return array->areas[cpu] + (u64)index * array->elem_size;
}

static long percpu_array_update_elem(struct ebpf_map *map, const void *key, const void *value,
				     u64 flags)
{
	int err = ebpf_array_update_check(map, *(const u32 *)key, flags);

	void *elem;

	if (unlikely(err))
		return err;
	elem = percpu_array_lookup_elem(map, key);
	ebpf_map_copy_value(map, elem, value);
	ebpf_map_end_fields(map, elem);
	return 0;
}

static int percpu_array_sys_lookup(struct ebpf_map *map, void *key, void *value, u64 flags)
{
	struct ebpf_percpu_array *array = percpu_array_of(map);
	u32 index = *(u32 *)key;

	if (index >= map->max_entries)
		return -ENOENT;
	ebpf_percpu_read(array->areas, (u64)index * array->elem_size, array->elem_size, value);
	return 0;
}

/* All CPUs' values, around their fields. Programs run meanwhile. */
static void percpu_array_set_fields(struct ebpf_map *map, u64 off, const void *value)
{
	struct ebpf_percpu_array *array = percpu_array_of(map);
	int cpu;

	for_each_possible_cpu(cpu) {
		ebpf_map_copy_value(map, array->areas[cpu] + off, value);
		ebpf_map_end_fields(map, array->areas[cpu] + off);
		value += array->elem_size;
	}
}

static int percpu_array_sys_update(struct ebpf_map *map, void *key, void *value, u64 flags)
{
	struct ebpf_percpu_array *array = percpu_array_of(map);
	u32 index = *(u32 *)key;
	int err = ebpf_array_update_check(map, index, flags);

	if (flags > EBPF_EXIST)
		return -EINVAL;
	if (err)
		return err;
	if (map->fields)
		percpu_array_set_fields(map, (u64)index * array->elem_size, value);
	else
		ebpf_percpu_write(array->areas, (u64)index * array->elem_size, array->elem_size,
				  value);
	return 0;
}

static u64 percpu_array_mem_usage(const struct ebpf_map *map)
{
	return sizeof(struct ebpf_percpu_array) +
	       values_size(map, percpu_array_of(map)->elem_size) * num_possible_cpus();
}

const struct ebpf_map_ops ebpf_percpu_array_map_ops = {
	.alloc_check = ebpf_array_alloc_check,
	.alloc = percpu_array_alloc,
	.free = percpu_array_free,
	.lookup_elem = percpu_array_lookup_elem,
	.lookup_percpu_elem = percpu_array_lookup_percpu_elem,
	.gen_lookup = percpu_array_gen_lookup,
	.meta_equal = ebpf_map_meta_equal,
	.update_elem = percpu_array_update_elem,
	.delete_elem = ebpf_array_delete_elem,
	.sys_lookup = percpu_array_sys_lookup,
	.sys_update = percpu_array_sys_update,
	.get_next_key = ebpf_array_get_next_key,
	.check_btf = array_check_btf,
	.mem_usage = percpu_array_mem_usage,
};
