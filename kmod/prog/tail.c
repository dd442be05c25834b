// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/prog/tail.h"
#include "kmod/map/map.h"
#include "kmod/prog/prog_internal.h"

#include <linux/mutex.h>

/* Changes of prog arrays, places, the marks of walks. Outside of the lock of programs'
 * maps.
 */
static DEFINE_MUTEX(tail_lock);
static LIST_HEAD(places);
static u64 walk_seq;

/**
 * struct walk - over what a program may reach
 * @progs:  found, by reach_node, with a reference each
 * @demand: of all of them
 * @map:    looked for, or NULL
 * @met:    it is among the prog arrays
 */
struct walk {
	struct list_head progs;
	struct ebpf_demand demand;
	const struct ebpf_map *map;
	bool met;
};

void ebpf_tail_lock(void)
{
	mutex_lock(&tail_lock);
}

void ebpf_tail_unlock(void)
{
	mutex_unlock(&tail_lock);
}

static void demand_add(struct ebpf_demand *sum, const struct ebpf_prog *prog)
{
	sum->tp_access = max(sum->tp_access, prog->image.max_tp_access);
	sum->callchain |= prog->has_callchain;
}

static bool demand_met(const struct ebpf_demand *demand, const struct ebpf_demand *allows)
{
	return demand->tp_access <= allows->tp_access &&
	       (!demand->callchain || allows->callchain);
}

/* Takes the reference over. */
static void walk_add(struct walk *walk, struct ebpf_prog *prog)
{
	if (prog->reach_seq == walk_seq) {
		ebpf_prog_put(prog);
		return;
	}
	prog->reach_seq = walk_seq;
	list_add_tail(&prog->reach_node, &walk->progs);
}

/* An entry may be deleted meanwhile: its program stays for as long as preemption is off. */
static struct ebpf_prog *entry_get(struct ebpf_map *map, u32 i)
{
	struct ebpf_prog *prog;

	preempt_disable();
	prog = READ_ONCE(container_of(map, struct ebpf_prog_array_map, map)->ptrs[i]);
	if (prog)
		prog = ebpf_prog_inc_not_zero(prog);
	preempt_enable();
	return prog;
}

static void walk_array(struct walk *walk, struct ebpf_map *map)
{
	struct ebpf_prog *prog;
	u32 i;

	if (map->reach_seq == walk_seq)
		return;
	map->reach_seq = walk_seq;
	walk->met |= map == walk->map;
	for (i = 0; i < map->max_entries; i++) {
		prog = entry_get(map, i);
		if (prog)
			walk_add(walk, prog);
		if (!(i % 4096))
			cond_resched();
	}
}

static void walk_prog(struct walk *walk, struct ebpf_prog *prog)
{
	const struct ebpf_prog_image *image = &prog->image;
	u32 i;

	demand_add(&walk->demand, prog);
	if (!image->has_tail_call)
		return;
	ebpf_prog_maps_lock();
	for (i = 0; i < prog->tail_map_cnt; i++)
		if (image->used_maps[i]->map_type == EBPF_MAP_TYPE_PROG_ARRAY)
			walk_array(walk, image->used_maps[i]);
	ebpf_prog_maps_unlock();
}

/* All that @prog may reach, itself included. @map: what @walk is to look for. */
static void walk_from(struct walk *walk, struct ebpf_prog *prog, const struct ebpf_map *map)
{
	struct ebpf_prog *found, *next;

	memset(walk, 0, sizeof(*walk));
	walk->map = map;
	INIT_LIST_HEAD(&walk->progs);
	walk_seq++;
	walk_add(walk, ebpf_prog_inc(prog));
	/* It grows at its end meanwhile. */
	list_for_each_entry(found, &walk->progs, reach_node)
		walk_prog(walk, found);
	list_for_each_entry_safe(found, next, &walk->progs, reach_node)
		ebpf_prog_put(found);
}

static int claim(struct ebpf_place *place, struct ebpf_prog *prog)
{
	struct walk walk;

	walk_from(&walk, prog, NULL);
	if (!demand_met(&walk.demand, &place->allows))
		return -EINVAL;
	list_add(&place->node, &places);
	return 0;
}

int ebpf_place_claim(struct ebpf_place *place, struct ebpf_prog *prog,
		     const struct ebpf_demand *allows)
{
	struct ebpf_demand own = { 0 };
	int err;

	INIT_LIST_HEAD(&place->node);
	place->prog = prog;
	place->allows = *allows;
	if (!prog->image.has_tail_call) {
		demand_add(&own, prog);
		return demand_met(&own, allows) ? 0 : -EINVAL;
	}
	mutex_lock(&tail_lock);
	err = claim(place, prog);
	mutex_unlock(&tail_lock);
	return err;
}

void ebpf_place_release(struct ebpf_place *place)
{
	if (!place->prog)
		return;
	mutex_lock(&tail_lock);
	list_del_init(&place->node);
	mutex_unlock(&tail_lock);
	place->prog = NULL;
}

/* Places differ little: most are met without a look at what reaches the map. */
bool ebpf_tail_allowed(struct ebpf_map *map, struct ebpf_prog *prog)
{
	struct walk added, from;
	struct ebpf_place *place;

	if (list_empty(&places))
		return true;
	walk_from(&added, prog, NULL);
	list_for_each_entry(place, &places, node) {
		if (demand_met(&added.demand, &place->allows))
			continue;
		walk_from(&from, place->prog, map);
		if (from.met)
			return false;
	}
	return true;
}
