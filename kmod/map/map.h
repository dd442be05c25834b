/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Map objects: reference counts and what map types call.
 *
 * refcnt counts everyone (fds, pins, programs, outer maps, mmaps); usercnt the
 * fds and pins among them. When usercnt falls to 0 ops->release_uref runs; when
 * refcnt does, the map is freed by a worker after an RCU-sched grace period.
 */
#ifndef _KMOD_MAP_H
#define _KMOD_MAP_H

#include "kmod/compat/compat.h"
#include <ebpf/map.h>

struct file;
struct seq_file;

/* Map of an fd with a reference, or ERR_PTR(-EBADF, -EINVAL). */
struct ebpf_map *ebpf_map_get(int fd);
struct ebpf_map *ebpf_map_get_with_uref(int fd);
void ebpf_map_inc(struct ebpf_map *map);
void ebpf_map_inc_with_uref(struct ebpf_map *map);
struct ebpf_map *ebpf_map_inc_not_zero(struct ebpf_map *map);
/* Any context but NMI. */
void ebpf_map_put(struct ebpf_map *map);
void ebpf_map_put_with_uref(struct ebpf_map *map);
int ebpf_map_new_fd(struct ebpf_map *map, int flags);

/* Fills the common part from the attributes of MAP_CREATE. */
void ebpf_map_init_from_attr(struct ebpf_map *map, const union ebpf_attr *attr);

/* Zeroed memory for elements: physically contiguous or not, aligned to 8 bytes
 * (to a page from a page on). @numa_node: NUMA_NO_NODE or a node. NULL on
 * failure, when @size exceeds what a map may have or what the machine can do
 * without, when the caller is killed; never triggers the OOM killer. Charged to the
 * caller's control group. Touchable from NMI once returned (vmalloc faults are
 * synced). May sleep.
 */
void *ebpf_map_area_alloc(u64 size, int numa_node);
/* Page-aligned and fit for remap_vmalloc_range(). */
void *ebpf_map_area_mmapable_alloc(u64 size, int numa_node);
void ebpf_map_area_free(void *area);	/* NULL is allowed */
/* Makes a new kernel mapping known to all page tables: what the functions above do
 * for theirs. To be called after vmap(). May sleep.
 */
void ebpf_map_area_sync(const void *area, u64 size);

/* The same in parts, for who maps pages in his own way. All or none of @nr. */
bool ebpf_map_pages_alloc(struct page **pages, u64 nr, int numa_node);
void ebpf_map_pages_free(struct page **pages, u64 nr);
/* In a row, fit for remap_vmalloc_range(); NULL on failure. */
void *ebpf_map_pages_map(struct page **pages, u64 nr);
void ebpf_map_pages_unmap(void *area);

static inline int ebpf_map_numa_node(const union ebpf_attr *attr)
{
	return attr->map_flags & EBPF_F_NUMA_NODE ? (int)attr->numa_node : NUMA_NO_NODE;
}

/* Copies between elements and buffers, 8-byte words at a time where both are
 * 8-aligned, so that a reader never sees half a counter. @size is rounded up to
 * 8 for per-cpu values by the callers.
 */
void ebpf_long_memcpy(void *dst, const void *src, size_t size);

extern const struct file_operations ebpf_map_fops;
/* For types whose areas have operations of their own. */
struct vm_area_struct;
void ebpf_map_vma_open(struct vm_area_struct *vma);
void ebpf_map_vma_close(struct vm_area_struct *vma);

/* One per map type, defined under kmod/map/kinds/. */
extern const struct ebpf_map_ops ebpf_array_map_ops;
extern const struct ebpf_map_ops ebpf_percpu_array_map_ops;
extern const struct ebpf_map_ops ebpf_prog_array_map_ops;
extern const struct ebpf_map_ops ebpf_perf_event_array_map_ops;
extern const struct ebpf_map_ops ebpf_cgroup_array_map_ops;
extern const struct ebpf_map_ops ebpf_htab_map_ops;
extern const struct ebpf_map_ops ebpf_percpu_htab_map_ops;
extern const struct ebpf_map_ops ebpf_lru_htab_map_ops;
extern const struct ebpf_map_ops ebpf_lru_percpu_htab_map_ops;
extern const struct ebpf_map_ops ebpf_array_of_maps_map_ops;
extern const struct ebpf_map_ops ebpf_htab_of_maps_map_ops;
extern const struct ebpf_map_ops ebpf_queue_map_ops;
extern const struct ebpf_map_ops ebpf_stack_map_ops;
extern const struct ebpf_map_ops ebpf_bloom_filter_map_ops;
extern const struct ebpf_map_ops ebpf_lpm_trie_map_ops;
extern const struct ebpf_map_ops ebpf_ringbuf_map_ops;
extern const struct ebpf_map_ops ebpf_user_ringbuf_map_ops;
extern const struct ebpf_map_ops ebpf_insn_array_map_ops;
extern const struct ebpf_map_ops ebpf_arena_map_ops;
extern const struct ebpf_map_ops ebpf_stack_trace_map_ops;
extern const struct ebpf_map_ops ebpf_cgroup_storage_map_ops;
extern const struct ebpf_map_ops ebpf_task_storage_map_ops;
extern const struct ebpf_map_ops ebpf_sk_storage_map_ops;
extern const struct ebpf_map_ops ebpf_sockmap_map_ops;
extern const struct ebpf_map_ops ebpf_sockhash_map_ops;
extern const struct ebpf_map_ops ebpf_xskmap_map_ops;
extern const struct ebpf_map_ops ebpf_reuseport_map_ops;

/* Layout of a prog array that compiled tail calls read (ebpf_jit_env). */
struct ebpf_prog;
struct ebpf_prog_array_map {
	struct ebpf_map map;
	struct ebpf_prog *ptrs[];	/* max_entries of them, RCU-sched */
};

/* May @prog use the prog array, and be in it? The first program to ask decides on
 * the type. To be asked for each prog array of a program before it has an fd
 * (-EINVAL when not). Process context.
 */
bool ebpf_prog_array_compatible(struct ebpf_map *map, const struct ebpf_prog *prog);

/* BPF_MAP_UPDATE_ELEM of a map with fds for values (ops->fd_get_ptr), through
 * @map_file. Process context.
 */
int ebpf_fd_array_update(struct ebpf_map *map, struct file *map_file, void *key, void *value,
			 u64 flags);
/* Module start; and: waits for entries that are being given back. */
void ebpf_fd_array_init_module(void);
void ebpf_fd_array_flush(void);

/* Kernel stacks, for the stack map and the stack helpers (kmod/prog/stack.c): fills
 * at most @max return addresses, innermost first, of the place @regs describe
 * (NULL: the current place outside this module). Programs that Linux has on their own
 * stack come first, at @prog_ip, where the helper returns to. Returns how many, program
 * context.
 */
u32 ebpf_stack_kernel(struct pt_regs *regs, u64 prog_ip, u64 *ips, u32 max);
/* The same for the user stack of the current task; 0 for kernel threads. */
u32 ebpf_stack_user(struct pt_regs *regs, u64 *ips, u32 max);

#endif /* _KMOD_MAP_H */
