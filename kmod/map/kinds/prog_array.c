// SPDX-License-Identifier: GPL-2.0-only
/*
 * PROG_ARRAY: programs for tail calls. All of them, and the programs that use
 * the map, must be of the kind of the first: a jump keeps the context, and what is returned
 * is returned for the first. What places demand besides: kmod/prog/tail.h.
 */
#include "kmod/map/kinds/fd_array.h"
#include "kmod/btf/btf.h"
#include "kmod/prog/prog.h"
#include "kmod/prog/tail.h"

#include <ebpf/jit.h>
#include <ebpf/verifier.h>

/* Orders who is first. */
static DEFINE_MUTEX(owner_lock);

/* Numbers are not used again in a long while: the BTF can go before the map. */
static u32 attach_btf(const struct ebpf_prog *prog)
{
	return prog->attach_btf ? prog->attach_btf->id : 0;
}

/* The number of the map that its control group's values are in, or 0. They are cleared
 * and reached for the program that runs first.
 */
static u32 storage_id(const struct ebpf_prog *prog, u32 map_type)
{
	u32 i;

	for (i = 0; i < prog->tail_map_cnt; i++)
		if (prog->image.used_maps[i]->map_type == map_type)
			return prog->image.used_maps[i]->id;
	return 0;
}

static const u32 storage_types[] = {
	EBPF_MAP_TYPE_CGROUP_STORAGE, EBPF_MAP_TYPE_PERCPU_CGROUP_STORAGE,
};

/* A program without, from which no jump leads on, gets along with any. */
static bool same_storage(const struct ebpf_map *map, const struct ebpf_prog *prog)
{
	u32 i, id;

	BUILD_BUG_ON(ARRAY_SIZE(storage_types) != ARRAY_SIZE(map->owner_storage));
	for (i = 0; i < ARRAY_SIZE(storage_types); i++) {
		id = storage_id(prog, storage_types[i]);
		if (id != map->owner_storage[i] && (id || prog->image.has_tail_call))
			return false;
	}
	return true;
}

/* What such a program may read is decided by what it is attached to. */
static bool same_target(const struct ebpf_map *map, const struct ebpf_prog *prog)
{
	return !ebpf_prog_type_has_target(prog->type) ||
	       (map->owner_attach_btf == attach_btf(prog) &&
		map->owner_attach_btf_id == prog->attach_btf_id);
}

static void owner_set(struct ebpf_map *map, const struct ebpf_prog *prog)
{
	u32 i;

	map->owner_type = prog->type;
	map->owner_attach_type = prog->expected_attach_type;
	map->owner_attach_btf = attach_btf(prog);
	map->owner_attach_btf_id = prog->attach_btf_id;
	for (i = 0; i < ARRAY_SIZE(storage_types); i++)
		map->owner_storage[i] = storage_id(prog, storage_types[i]);
	map->owner_xdp_has_frags = prog->xdp_has_frags;
	map->owner_jited = true;
	map->owner_set = true;
}

bool ebpf_prog_array_compatible(struct ebpf_map *map, const struct ebpf_prog *prog)
{
	bool ok = true;

	/* What a tail call leads to could not be checked for it. Where programs jump, none
	 * sleeps.
	 */
	if (prog->kprobe_override || prog->sleepable)
		return false;
	/* Nor is there room for more on the stack of who jumps to it. */
	if (!prog->image.has_tail_call && prog->image.max_stack > EBPF_JIT_TAIL_LAST)
		return false;
	mutex_lock(&owner_lock);
	if (!map->owner_set)
		owner_set(map, prog);
	else
		ok = map->owner_type == prog->type &&
		     map->owner_attach_type == prog->expected_attach_type &&
		     map->owner_xdp_has_frags == prog->xdp_has_frags &&
		     same_target(map, prog) && same_storage(map, prog);
	mutex_unlock(&owner_lock);
	return ok;
}

static void *prog_get_ptr(struct ebpf_map *map, struct file *map_file, int fd)
{
	struct ebpf_prog *prog = ebpf_prog_get(fd, EBPF_PROG_TYPE_UNSPEC);

	if (IS_ERR(prog))
		return prog;
	if (!ebpf_prog_array_compatible(map, prog) || !ebpf_tail_allowed(map, prog)) {
		ebpf_prog_put(prog);
		return ERR_PTR(-EINVAL);
	}
	return prog;
}

static int prog_array_update(struct ebpf_map *map, void *key, void *value, u64 flags)
{
	int err;

	ebpf_tail_lock();
	err = ebpf_fd_array_update(map, NULL, key, value, flags);
	ebpf_tail_unlock();
	return err;
}

/* Who is in the middle of a jump to the program is waited for by its last put. */
static void prog_put_ptr(void *ptr)
{
	ebpf_prog_put(ptr);
}

static u32 prog_ptr_id(void *ptr)
{
	return ((struct ebpf_prog *)ptr)->id;
}

static struct ebpf_map *prog_array_alloc(const union ebpf_attr *attr)
{
	BUILD_BUG_ON(offsetof(struct ebpf_fd_array, ptrs) !=
		     offsetof(struct ebpf_prog_array_map, ptrs));
	return ebpf_fd_array_alloc(attr);
}

const struct ebpf_map_ops ebpf_prog_array_map_ops = {
	.alloc_check = ebpf_fd_array_alloc_check,
	.alloc = prog_array_alloc,
	.free = ebpf_fd_array_free,
	/* A program in the array may use the array: a circle of references
	 * that only this ends.
	 */
	.release_uref = ebpf_fd_array_clear,
	.sys_lookup = ebpf_fd_array_sys_lookup,
	.sys_update = prog_array_update,
	.sys_delete = ebpf_fd_array_sys_delete,
	.get_next_key = ebpf_array_get_next_key,
	.fd_get_ptr = prog_get_ptr,
	.fd_put_ptr = prog_put_ptr,
	.fd_sys_lookup_elem = prog_ptr_id,
	.mem_usage = ebpf_fd_array_mem_usage,
};
