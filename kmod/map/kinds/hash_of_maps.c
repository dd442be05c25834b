// SPDX-License-Identifier: GPL-2.0-only
/*
 * HASH_OF_MAPS: a hash whose values are pointers to maps, exchanged in place.
 */
#include "kmod/map/kinds/htab.h"
#include "kmod/map/kinds/map_in_map.h"

static struct ebpf_map **elem_map(const struct ebpf_htab *htab, struct htab_elem *elem)
{
	return elem_value(htab, elem);
}

/* "value" of an update is a struct ebpf_map **: the pointer goes in, what was there
 * comes out.
 */
static void set_exists(struct ebpf_htab *htab, struct htab_elem *elem, const void *value)
{
	struct ebpf_map **ptr = *(struct ebpf_map ** const *)value;

	*ptr = xchg(elem_map(htab, elem), *ptr);
}

static void set_init(struct ebpf_htab *htab, struct htab_elem *elem, const void *value)
{
	struct ebpf_map **ptr = *(struct ebpf_map ** const *)value;

	WRITE_ONCE(*elem_map(htab, elem), *ptr);
	*ptr = NULL;
}

static const struct ebpf_htab_set set_map = { set_exists, set_init };

static void *of_maps_lookup_elem(struct ebpf_map *map, const void *key)
{
	struct ebpf_htab *htab = htab_of(map);
	struct htab_elem *elem = ebpf_htab_find(htab, key);

	return elem ? READ_ONCE(*elem_map(htab, elem)) : NULL;
}

static int of_maps_sys_update(struct ebpf_map *map, void *key, void *value, u64 flags)
{
	struct ebpf_map *inner = ebpf_map_fd_get_ptr(map, NULL, *(int *)value);
	struct ebpf_map **ptr = &inner;
	int err;

	if (IS_ERR(inner))
		return PTR_ERR(inner);
	if (htab_of(map)->grows)
		ebpf_pool_refill(&htab_of(map)->pool);
	ebpf_map_guard_begin();
	err = ebpf_htab_update(htab_of(map), key, &ptr, flags, &set_map);
	ebpf_map_guard_end();
	/* What came out, or what did not go in. */
	if (inner)
		ebpf_map_put(inner);
	return err;
}

static int of_maps_sys_delete(struct ebpf_map *map, void *key)
{
	struct ebpf_map *inner;
	int err;

	ebpf_map_guard_begin();
	err = ebpf_htab_delete(htab_of(map), key, &inner);
	ebpf_map_guard_end();
	if (!err)
		ebpf_map_put(inner);
	return err;
}

static int of_maps_sys_lookup(struct ebpf_map *map, void *key, void *value, u64 flags)
{
	struct ebpf_map *inner;

	/* Until preemption is on again it is not freed. */
	preempt_disable();
	inner = of_maps_lookup_elem(map, key);
	if (inner)
		*(u32 *)value = inner->id;
	preempt_enable();
	return inner ? 0 : -ENOENT;
}

static int of_maps_sys_lookup_and_delete(struct ebpf_map *map, void *key, void *value, u64 flags)
{
	struct ebpf_map *inner;
	int err;

	ebpf_map_guard_begin();
	err = ebpf_htab_delete(htab_of(map), key, &inner);
	ebpf_map_guard_end();
	if (err)
		return err;
	*(u32 *)value = inner->id;
	ebpf_map_put(inner);
	return 0;
}

static int of_maps_gen_lookup(struct ebpf_map *map, struct ebpf_insn *insn)
{
	*insn = ebpf_insn_call(of_maps_lookup_elem);
	return 1;
}

static int of_maps_alloc_check(const union ebpf_attr *attr)
{
	if (attr->value_size != sizeof(u32))
		return -EINVAL;
	return ebpf_htab_alloc_check(attr);
}

static struct ebpf_map *of_maps_alloc(const union ebpf_attr *attr)
{
	struct ebpf_map *meta = ebpf_map_meta_alloc(attr->inner_map_fd), *map;

	if (IS_ERR(meta))
		return meta;
	map = ebpf_htab_alloc(attr);
	if (IS_ERR(map)) {
		ebpf_map_meta_free(meta);
		return map;
	}
	map->inner_map_meta = meta;
	htab_of(map)->copy_size = sizeof(struct ebpf_map *);
	return map;
}

static void of_maps_free(struct ebpf_map *map)
{
	struct ebpf_htab *htab = htab_of(map);
	struct htab_elem *elem;
	u32 i;

	for (i = 0; i <= htab->mask; i++) {
		for (elem = htab->buckets[i].first; elem; elem = elem->next)
			ebpf_map_put(*elem_map(htab, elem));
		if (!(i % 4096))
			cond_resched();
	}
	ebpf_map_meta_free(map->inner_map_meta);
	ebpf_htab_free(map);
}

const struct ebpf_map_ops ebpf_htab_of_maps_map_ops = {
	.alloc_check = of_maps_alloc_check,
	.alloc = of_maps_alloc,
	.free = of_maps_free,
	.lookup_elem = of_maps_lookup_elem,
	.gen_lookup = of_maps_gen_lookup,
	.sys_lookup = of_maps_sys_lookup,
	.sys_update = of_maps_sys_update,
	.sys_delete = of_maps_sys_delete,
	.sys_lookup_and_delete = of_maps_sys_lookup_and_delete,
	.get_next_key = ebpf_htab_get_next_key,
	.mem_usage = ebpf_htab_mem_usage,
};
