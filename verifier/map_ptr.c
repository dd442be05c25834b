// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads from a map's address: programs look at struct bpf_map as the running
 * kernel's BTF has it. Maps of this module are laid out otherwise, so each has a view
 * with the fields where the BTF puts them, and a load goes there.
 */
#include "verifier/image.h"
#include "verifier/log.h"
#include "verifier/mem.h"
#include "verifier/walk.h"
#include "verifier/btf/btf_internal.h"

/* Linux's structs of the types; all start with a struct bpf_map. */
static const char * const struct_names[] = {
	[EBPF_MAP_TYPE_HASH] = "bpf_htab",
	[EBPF_MAP_TYPE_ARRAY] = "bpf_array",
	[EBPF_MAP_TYPE_PROG_ARRAY] = "bpf_array",
	[EBPF_MAP_TYPE_PERF_EVENT_ARRAY] = "bpf_array",
	[EBPF_MAP_TYPE_PERCPU_HASH] = "bpf_htab",
	[EBPF_MAP_TYPE_PERCPU_ARRAY] = "bpf_array",
	[EBPF_MAP_TYPE_STACK_TRACE] = "bpf_stack_map",
	[EBPF_MAP_TYPE_CGROUP_ARRAY] = "bpf_array",
	[EBPF_MAP_TYPE_LRU_HASH] = "bpf_htab",
	[EBPF_MAP_TYPE_LRU_PERCPU_HASH] = "bpf_htab",
	[EBPF_MAP_TYPE_LPM_TRIE] = "lpm_trie",
	[EBPF_MAP_TYPE_ARRAY_OF_MAPS] = "bpf_array",
	[EBPF_MAP_TYPE_HASH_OF_MAPS] = "bpf_htab",
	[EBPF_MAP_TYPE_SOCKMAP] = "bpf_stab",
	[EBPF_MAP_TYPE_XSKMAP] = "xsk_map",
	[EBPF_MAP_TYPE_SOCKHASH] = "bpf_shtab",
	[EBPF_MAP_TYPE_CGROUP_STORAGE] = "bpf_cgroup_storage_map",
	[EBPF_MAP_TYPE_REUSEPORT_SOCKARRAY] = "reuseport_array",
	[EBPF_MAP_TYPE_PERCPU_CGROUP_STORAGE] = "bpf_cgroup_storage_map",
	[EBPF_MAP_TYPE_QUEUE] = "bpf_queue_stack",
	[EBPF_MAP_TYPE_STACK] = "bpf_queue_stack",
	[EBPF_MAP_TYPE_SK_STORAGE] = "bpf_local_storage_map",
	[EBPF_MAP_TYPE_RINGBUF] = "bpf_ringbuf_map",
	[EBPF_MAP_TYPE_TASK_STORAGE] = "bpf_local_storage_map",
	[EBPF_MAP_TYPE_BLOOM_FILTER] = "bpf_bloom_filter",
	[EBPF_MAP_TYPE_USER_RINGBUF] = "bpf_ringbuf_map",
	[EBPF_MAP_TYPE_ARENA] = "bpf_arena",
};

/* The map's part comes first, or it is some other struct of that name. */
static bool starts_with(const struct ebpf_btf *btf, u32 id, u32 first_id)
{
	const struct ebpf_btf_type *t = ebpf_btf_type_by_id(btf, id);
	const struct ebpf_btf_member *first = ebpf_btf_members(t);
	u32 member_id;

	return ebpf_btf_vlen(t) && !ebpf_btf_member_bits(t, first) &&
	       ebpf_btf_skip_modifiers(btf, first->type, &member_id) && member_id == first_id;
}

s32 ebpf_map_struct(const struct ebpf_btf *btf, u32 map_type)
{
	s32 common = ebpf_btf_find(btf, "bpf_map", EBPF_BTF_KIND_STRUCT), id;
	const char *name = map_type < ARRAY_SIZE(struct_names) ? struct_names[map_type] : NULL;

	if (common < 0 || !name)
		return common;
	id = ebpf_btf_find(btf, name, EBPF_BTF_KIND_STRUCT);
	return id > 0 && starts_with(btf, id, common) ? id : common;
}

u32 ebpf_own_arena_off(const struct ebpf_btf *btf, u32 id)
{
	return (ebpf_btf_type_by_id(btf, id)->size + 7) & ~7U;
}

/* One of the numbers behind a struct bpf_map, of an arena where the kernel has none. */
static bool is_own_field(const struct ebpf_map *map, const struct ebpf_btf *btf, u32 id, s32 off,
			 int size)
{
	u32 start = ebpf_own_arena_off(btf, id);

	return map->map_type == EBPF_MAP_TYPE_ARENA &&
	       ebpf_btf_find(btf, "bpf_arena", EBPF_BTF_KIND_STRUCT) < 0 && off >= 0 &&
	       (u32)off >= start && size == (int)sizeof(u64) && !(((u32)off - start) % sizeof(u64)) &&
	       (u32)off - start < EBPF_OWN_ARENA_SIZE;
}

bool ebpf_map_has_objects(const struct ebpf_map *map)
{
	return map->inner_map_meta || map->map_type == EBPF_MAP_TYPE_SOCKMAP ||
	       map->map_type == EBPF_MAP_TYPE_SOCKHASH || map->map_type == EBPF_MAP_TYPE_XSKMAP;
}

static int want_views(struct vf_env *env)
{
	const struct ebpf_load *load = env->load;
	int err = 0;

	if (!env->map_views && load->ops->map_views)
		err = load->ops->map_views(load->cookie);
	env->map_views = !err;
	return err;
}

int ebpf_check_map_ptr_access(struct vf_env *env, u32 regno, s32 off, int size, int acc,
			      int value_regno)
{
	const struct reg_state *reg = &cur_regs(env)[regno];
	const struct ebpf_btf *btf = ebpf_kernel_btf(env);
	const char *name;
	s32 id;
	int err;

	if (!btf) {
		vlog(env, "map_ptr access not supported without CONFIG_DEBUG_INFO_BTF\n");
		return -ENOTSUPP;
	}
	id = ebpf_map_struct(btf, reg->map->map_type);
	if (id < 0) {
		vlog(env, "map_ptr access not supported for map type %d\n", reg->map->map_type);
		return -ENOTSUPP;
	}
	name = ebpf_kernel_type_name(btf, id);
	if (off < 0) {
		vlog(env, "R%d is %s invalid negative access: off=%d\n", regno, name, off);
		return -EACCES;
	}
	if (acc != ACC_READ) {
		vlog(env, "only read from %s is supported\n", name);
		return -EACCES;
	}
	/* No arithmetic moves it; and the view ends where the struct does, whatever may lie
	 * behind that in the kernel's own.
	 */
	if (EBPF_BUG_ON(!ebpf_tnum_equals_const(reg->n.var_off, 0)))
		return -EFAULT;
	if (is_own_field(reg->map, btf, id, off, size)) {
		if (value_regno >= 0)
			ebpf_mark_unknown(env, cur_regs(env), value_regno);
		return want_views(env);
	}
	err = ebpf_btf_load(env, btf, id, off, size, 0, value_regno);
	if (err)
		return err;
	if ((u32)off + size > ebpf_btf_type_by_id(btf, id)->size) {
		vlog(env, "access beyond struct %s at off %u size %u\n", name, off, size);
		return -EACCES;
	}
	return want_views(env);
}

/* Maps made before any program looked have no view until one does: the second load may
 * fault rather than rely on who made it when.
 */
int ebpf_expand_map_ptr(const struct ebpf_insn *insn, struct ebpf_insn *buf)
{
	bool sign = EBPF_MODE(insn->code) == EBPF_MEMSX;

	buf[0] = *insn;
	buf[0].code = EBPF_LDX | EBPF_MEM | EBPF_DW;
	buf[0].off = offsetof(struct ebpf_map, view);
	buf[1] = *insn;
	buf[1].code = EBPF_LDX | EBPF_SIZE(insn->code) | (sign ? EBPF_PROBE_MEMSX : EBPF_PROBE_MEM);
	buf[1].src_reg = insn->dst_reg;
	return 2;
}
