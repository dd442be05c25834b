// SPDX-License-Identifier: GPL-2.0-only
/*
 * Views of maps. Most of the time nobody looks, and the kernel's BTF is not even read:
 * views are made when the first program asks, of all maps there are, and of each new one
 * after that. What this module has nothing for is 0.
 */
#include "kmod/map/map_view.h"
#include "kmod/btf/btf.h"
#include "kmod/ids.h"

#include <ebpf/arena.h>
#include <ebpf/verifier.h>
#include <linux/log2.h>
#include <linux/mutex.h>

#define VIEW_MAX	(1U << 16)	/* bytes; a struct of Linux 6.1 has less than 1,000 */

/* Distinct for each type, as programs compare them, and nothing is ever mapped there. */
#define NO_ADDRESS(n)	((u64)-4096 + (n) * 32)

static DEFINE_MUTEX(view_lock);		/* making them, and: */
static bool views_wanted;

/**
 * struct view - one being filled
 * @btf:  the kernel's
 * @id:   of struct bpf_map in the kernel's BTF
 * @own:  of the type's own struct, which starts with it, or the same
 * @size: bytes of that
 * @room: bytes behind it: of an arena where the kernel has no struct for them
 * @mem:  as many as both
 */
struct view {
	const struct ebpf_btf *btf;
	u32 id;
	u32 own;
	u32 size;
	u32 room;
	u8 *mem;
};

/* The field @name of struct @id, if there is one of *size bytes and no more than @max. */
static u8 *field_at(const struct view *v, u32 id, const char *name, u32 max, u32 *size)
{
	const struct ebpf_btf_member *member;
	u32 bits;

	member = ebpf_btf_find_member(v->btf, id, name, &bits);
	if (!member || bits % 8 || !ebpf_btf_type_size(v->btf, member->type, size))
		return NULL;
	if (*size > max || bits / 8 > v->size || *size > v->size - bits / 8)
		return NULL;
	return v->mem + bits / 8;
}

/* A number, also as the first member of a counter's struct. */
static void put_in(const struct view *v, u32 id, const char *name, u64 value)
{
	u32 size;
	u8 *at = field_at(v, id, name, sizeof(value), &size);

	if (at)
		memcpy(at, &value, size);
}

static void put(const struct view *v, const char *name, u64 value)
{
	put_in(v, v->id, name, value);
}

static void put_name(const struct view *v, const struct ebpf_map *map)
{
	u32 size;
	u8 *at = field_at(v, v->id, "name", sizeof(map->name), &size);

	if (at)
		memcpy(at, map->name, size);
}

static void put_arena(const struct view *v, const struct ebpf_map *map)
{
	const struct ebpf_arena *arena = map->ops->arena(map);
	u64 own[] = { arena->user_start, arena->user_end };

	put_in(v, v->own, "user_vm_start", arena->user_start);
	put_in(v, v->own, "user_vm_end", arena->user_end);
	if (v->room)
		memcpy(v->mem + ebpf_own_arena_off(v->btf, v->id), own, sizeof(own));
}

/* What changes in the life of a map. */
static void put_counters(const struct view *v, struct ebpf_map *map)
{
	/* Descriptions of inner maps have none. */
	put(v, "refcnt", map->is_meta ? 0 : atomic64_read(&map->refcnt));
	put(v, "usercnt", map->is_meta ? 0 : atomic64_read(&map->usercnt));
	put(v, "writecnt", map->is_meta ? 0 : atomic64_read(&map->writecnt));
	put(v, "frozen", READ_ONCE(map->frozen));
	if (map->map_type == EBPF_MAP_TYPE_ARENA)
		put_arena(v, map);
}

static bool is_array(const struct ebpf_map *map)
{
	switch (map->map_type) {
	case EBPF_MAP_TYPE_ARRAY:
	case EBPF_MAP_TYPE_PERCPU_ARRAY:
	case EBPF_MAP_TYPE_PROG_ARRAY:
	case EBPF_MAP_TYPE_PERF_EVENT_ARRAY:
	case EBPF_MAP_TYPE_CGROUP_ARRAY:
	case EBPF_MAP_TYPE_ARRAY_OF_MAPS:
		return true;
	default:
		return false;
	}
}

static void fill(const struct view *v, struct ebpf_map *map)
{
	const struct ebpf_map *inner = map->inner_map_meta;

	put(v, "ops", NO_ADDRESS(map->map_type));
	put(v, "inner_map_meta", inner ? (unsigned long)inner->view : 0);
	put(v, "map_type", map->map_type);
	put(v, "key_size", map->key_size);
	put(v, "value_size", map->value_size);
	put(v, "max_entries", map->max_entries);
	put(v, "map_flags", map->map_flags);
	put(v, "map_extra", map->map_extra);
	put(v, "id", map->id);
	put(v, "numa_node", (s64)map->numa_node);
	put(v, "btf_key_type_id", map->btf_key_type_id);
	put(v, "btf_value_type_id", map->btf_value_type_id);
	put(v, "spin_lock_off", (s64)map->spin_lock_off);
	put(v, "timer_off", (s64)map->timer_off);
	put_name(v, map);
	put_counters(v, map);
	if (is_array(map)) {
		put_in(v, v->own, "elem_size", round_up((u64)map->value_size, 8));
		put_in(v, v->own, "index_mask", roundup_pow_of_two((u64)map->max_entries) - 1);
	}
}

static int view_of(const struct ebpf_map *map, struct view *v)
{
	const struct ebpf_btf_obj *obj = ebpf_btf_vmlinux();
	s32 id, own;

	if (!obj)
		return -ENOENT;
	id = ebpf_btf_find(obj->btf, "bpf_map", EBPF_BTF_KIND_STRUCT);
	own = ebpf_map_struct(obj->btf, map->map_type);
	if (id < 0 || own < 0)
		return -ENOENT;
	v->btf = obj->btf;
	v->id = id;
	v->own = own;
	v->size = ebpf_btf_type_by_id(obj->btf, own)->size;
	v->room = 0;
	if (map->map_type == EBPF_MAP_TYPE_ARENA && own == id)
		v->room = ebpf_own_arena_off(obj->btf, id) - v->size + EBPF_OWN_ARENA_SIZE;
	v->mem = (u8 *)map->view;
	return v->size <= VIEW_MAX ? 0 : -E2BIG;
}

/* With view_lock held. */
static int make_one(struct ebpf_map *map)
{
	struct view v;
	int err;

	if (map->view)
		return 0;
	err = view_of(map, &v);
	if (err)
		return err;
	v.mem = kzalloc(v.size + v.room, GFP_KERNEL | __GFP_NOWARN);
	if (!v.mem)
		return -ENOMEM;
	fill(&v, map);
	/* Programs look without the lock. */
	smp_store_release(&map->view, v.mem);
	return 0;
}

/* What an outer map's leads to comes first. */
static int make(struct ebpf_map *map)
{
	int err = 0;

	if (map->inner_map_meta)
		err = make_one(map->inner_map_meta);
	return err ? err : make_one(map);
}

/* A map that nobody can find by its number yet is made a view of by who makes it. */
int ebpf_map_views_want(void)
{
	struct ebpf_map *map;
	int err = 0;
	u32 id = 0;

	mutex_lock(&view_lock);
	if (views_wanted)
		goto unlock;
	views_wanted = true;
	while (!err && (id = ebpf_ids_next(&ebpf_map_ids, id))) {
		map = ebpf_ids_find(&ebpf_map_ids, id);
		if (!map)
			continue;
		err = make(map);
		ebpf_map_put_with_uref(map);
	}
	if (err)
		views_wanted = false;
unlock:
	mutex_unlock(&view_lock);
	return err;
}

int ebpf_map_view_new(struct ebpf_map *map)
{
	int err = 0;

	mutex_lock(&view_lock);
	if (views_wanted)
		err = make(map);
	mutex_unlock(&view_lock);
	return err;
}

void ebpf_map_view_update(struct ebpf_map *map)
{
	struct view v;

	mutex_lock(&view_lock);
	if (map->view && !view_of(map, &v))
		put_counters(&v, map);
	mutex_unlock(&view_lock);
}

const void *ebpf_map_view(struct ebpf_map *map)
{
	struct view v;
	int err;

	mutex_lock(&view_lock);
	err = make(map);
	if (!err)
		err = view_of(map, &v);
	if (!err)
		put_counters(&v, map);
	mutex_unlock(&view_lock);
	return err ? ERR_PTR(err) : map->view;
}
