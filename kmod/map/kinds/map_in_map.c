// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/map/kinds/map_in_map.h"
#include "kmod/map/kinds/fd_array.h"

void *ebpf_map_fd_get_ptr(struct ebpf_map *map, struct file *map_file, int fd)
{
	struct ebpf_map *meta = map->inner_map_meta, *inner = ebpf_map_get(fd);

	if (IS_ERR(inner))
		return inner;
	if (meta->ops == inner->ops && meta->ops->meta_equal(meta, inner))
		return inner;
	ebpf_map_put(inner);
	return ERR_PTR(-EINVAL);
}

void ebpf_map_fd_put_ptr(void *ptr)
{
	ebpf_map_put(ptr);
}

u32 ebpf_map_fd_sys_lookup_elem(void *ptr)
{
	return ((struct ebpf_map *)ptr)->id;
}

/*
 * ARRAY_OF_MAPS
 */

static struct ebpf_map *array_of_maps_alloc(const union ebpf_attr *attr)
{
	struct ebpf_map *meta = ebpf_map_meta_alloc(attr->inner_map_fd), *map;

	if (IS_ERR(meta))
		return meta;
	map = ebpf_fd_array_alloc(attr);
	if (IS_ERR(map))
		ebpf_map_meta_free(meta);
	else
		map->inner_map_meta = meta;
	return map;
}

static void array_of_maps_free(struct ebpf_map *map)
{
	ebpf_map_meta_free(map->inner_map_meta);
	ebpf_fd_array_free(map);
}

static void *array_of_maps_lookup_elem(struct ebpf_map *map, const void *key)
{
	u32 index = *(const u32 *)key;

	if (unlikely(index >= map->max_entries))
		return NULL;
	return READ_ONCE(ebpf_fd_array_of(map)->ptrs[index]);
}

/* As an array's, and one load more. */
static int array_of_maps_gen_lookup(struct ebpf_map *map, struct ebpf_insn *insn)
{
	u64 ptrs = (unsigned long)ebpf_fd_array_of(map)->ptrs;

	*insn++ = ebpf_insn_of(EBPF_LDX | EBPF_MEM | EBPF_W, EBPF_REG_3, EBPF_REG_2, 0, 0);
	*insn++ = ebpf_insn_of(EBPF_ALU64 | EBPF_MOV | EBPF_K, EBPF_REG_0, 0, 0, 0);
	*insn++ = ebpf_insn_of(EBPF_JMP32 | EBPF_JGE | EBPF_K, EBPF_REG_3, 0, 5,
			       (s32)map->max_entries);
	*insn++ = ebpf_insn_of(EBPF_ALU64 | EBPF_LSH | EBPF_K, EBPF_REG_3, 0, 0, 3);
	ebpf_insn_ld_imm64(insn, EBPF_REG_0, ptrs);
	insn += 2;
	*insn++ = ebpf_insn_of(EBPF_ALU64 | EBPF_ADD | EBPF_X, EBPF_REG_0, EBPF_REG_3, 0, 0);
	*insn = ebpf_insn_of(EBPF_LDX | EBPF_MEM | EBPF_DW, EBPF_REG_0, EBPF_REG_0, 0, 0);
	return 8;
}

const struct ebpf_map_ops ebpf_array_of_maps_map_ops = {
	.alloc_check = ebpf_fd_array_alloc_check,
	.alloc = array_of_maps_alloc,
	.free = array_of_maps_free,
	.lookup_elem = array_of_maps_lookup_elem,
	.gen_lookup = array_of_maps_gen_lookup,
	.sys_lookup = ebpf_fd_array_sys_lookup,
	.sys_delete = ebpf_fd_array_sys_delete,
	.get_next_key = ebpf_array_get_next_key,
	.fd_get_ptr = ebpf_map_fd_get_ptr,
	.fd_put_ptr = ebpf_map_fd_put_ptr,
	.fd_sys_lookup_elem = ebpf_map_fd_sys_lookup_elem,
	.mem_usage = ebpf_fd_array_mem_usage,
};
