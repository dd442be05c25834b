/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Maps: the description that the engines read and the operations table that
 * each map type under kmod/map/kinds/ fills.
 */
#ifndef _EBPF_MAP_H
#define _EBPF_MAP_H

#include <ebpf/types.h>
#include <ebpf/map_fields.h>
#include <ebpfdrv/bpf.h>

struct ebpf_arena;
struct ebpf_btf;
struct ebpf_map;
struct file;
struct vm_area_struct;
struct poll_table_struct;
struct seq_file;

/* In insn_buf of gen_lookup(): no more than this many instructions. */
#define EBPF_GEN_LOOKUP_MAX	16

/**
 * struct ebpf_jump_ops - instructions of a program in a map that is frozen (INSN_ARRAY)
 * @target:  the instruction that is entry @index, which is there; any context
 * @claim:   one program is about to use them: 0, or -EBUSY as another does
 * @release: that was not loaded after all
 * @place:   where entry @index went in the final program, all ones: nowhere
 */
struct ebpf_jump_ops {
	u32 (*target)(const struct ebpf_map *map, u32 index);
	int (*claim)(struct ebpf_map *map);
	void (*release)(struct ebpf_map *map);
	void (*place)(struct ebpf_map *map, u32 index, u32 xlated);
};

/**
 * struct ebpf_map_ops - what a map type does
 *
 * "program context" is any context a probe can fire in, NMI included, with
 * preemption disabled: no sleeping, no allocation, locks raw, irq-safe and
 * only tried in NMI. "process context" may sleep.
 *
 * A NULL member means the operation does not exist for the type (-ENOTSUPP or
 * -EINVAL as Linux answers, decided in kmod/map/map_cmd.c).
 */
struct ebpf_map_ops {
	/* Checks @attr alone, allocates nothing. Process context. */
	int (*alloc_check)(const union ebpf_attr *attr);
	/* A new map of zero or initialised entries, or ERR_PTR. The caller
	 * fills the common part of struct ebpf_map afterwards with
	 * ebpf_map_init_from_attr(), which the type may also call itself.
	 * Process context.
	 */
	struct ebpf_map *(*alloc)(const union ebpf_attr *attr);
	/* Last reference gone and a grace period over. Process context. */
	void (*free)(struct ebpf_map *map);
	/* The last user reference (fd, pin) went away. Process context. */
	void (*release_uref)(struct ebpf_map *map);

	/* Program context, RCU-sched read side held. */
	void *(*lookup_elem)(struct ebpf_map *map, const void *key);
	long (*update_elem)(struct ebpf_map *map, const void *key, const void *value, u64 flags);
	long (*delete_elem)(struct ebpf_map *map, const void *key);
	long (*push_elem)(struct ebpf_map *map, const void *value, u64 flags);
	long (*pop_elem)(struct ebpf_map *map, void *value);
	long (*peek_elem)(struct ebpf_map *map, void *value);
	void *(*lookup_percpu_elem)(struct ebpf_map *map, const void *key, u32 cpu);

	/* A file of the map goes away, before its reference does. @map_file is
	 * what fd_get_ptr() was given. Process context.
	 */
	void (*release_file)(struct ebpf_map *map, struct file *map_file);

	/* Commands from user space; process context, may sleep; @key and
	 * @value are kernel copies of key_size and ebpf_map_value_size_user()
	 * bytes. NULL: kmod/map/map_cmd.c uses the ones above.
	 */
	int (*sys_lookup)(struct ebpf_map *map, void *key, void *value, u64 flags);
	int (*sys_update)(struct ebpf_map *map, void *key, void *value, u64 flags);
	int (*sys_delete)(struct ebpf_map *map, void *key);
	int (*sys_lookup_and_delete)(struct ebpf_map *map, void *key, void *value, u64 flags);
	/* @key NULL: the first key. -ENOENT after the last. */
	int (*get_next_key)(struct ebpf_map *map, void *key, void *next_key);
	/* Batches: NULL means the generic loop of kmod/map/map_cmd.c serves. */

	/* Maps whose values are file descriptors (prog array, perf event
	 * array, cgroup array, map in map).
	 */
	void *(*fd_get_ptr)(struct ebpf_map *map, struct file *map_file, int fd);
	void (*fd_put_ptr)(void *ptr);
	u32 (*fd_sys_lookup_elem)(void *ptr);
	/* prog array: drops every entry when the last user reference goes. */

	/* Of the type whose values are instructions, NULL for others. */
	const struct ebpf_jump_ops *jump;
	u32 always_flags;	/* EBPF_F_* that the type's maps have, asked for or not */

	/* Of the type whose values are shared memory: of this map. Any context. NULL for others. */
	const struct ebpf_arena *(*arena)(const struct ebpf_map *map);

	/* For the verifier's rewriting. */
	/* Writes instructions that turn R1 = map, R2 = &key into R0 = &value or
	 * NULL without a call; returns how many, or a negative errno for none.
	 */
	int (*gen_lookup)(struct ebpf_map *map, struct ebpf_insn *insn_buf);
	/* Address of value byte @off for BPF_PSEUDO_MAP_VALUE. */
	int (*direct_value_addr)(const struct ebpf_map *map, u64 *imm, u32 off);
	int (*direct_value_meta)(const struct ebpf_map *map, u64 imm, u32 *off);
	/* May programs of different maps be treated alike as inner maps? */
	bool (*meta_equal)(const struct ebpf_map *meta, const struct ebpf_map *map);
	int (*check_btf)(const struct ebpf_map *map, const struct ebpf_btf *btf,
			 u32 key_type_id, u32 value_type_id);
	/* for_each_map_elem: program context. @callback_fn takes the map, the
	 * key, the value, @callback_ctx and, sixth, @frame. Elements visited,
	 * or a negative errno. NULL: arrays are walked by lookup_elem, other
	 * types not at all.
	 */
	long (*for_each_callback)(struct ebpf_map *map, void *callback_fn,
				  void *callback_ctx, u64 flags, u64 frame);

	/* Maps with timers: the key of the element whose value is @value. @index: room
	 * for a key that is its number. Program context.
	 */
	const void *(*key_of_value)(const struct ebpf_map *map, const void *value, u32 *index);

	/* File operations of the map's fd. Process context. */
	/* @file is new, nobody has it yet. */
	void (*bind_file)(struct ebpf_map *map, struct file *file);
	/* NULL: anywhere. */
	unsigned long (*get_unmapped_area)(struct ebpf_map *map, struct file *file, unsigned long addr,
					   unsigned long len, unsigned long pgoff,
					   unsigned long flags);
	int (*mmap)(struct ebpf_map *map, struct vm_area_struct *vma);
	unsigned int (*poll)(struct ebpf_map *map, struct file *filp,
			     struct poll_table_struct *pts);

	/* Bytes of memory this map holds, for fdinfo (memlock). */
	u64 (*mem_usage)(const struct ebpf_map *map);
};

/**
 * struct ebpf_map - the part common to all maps; first member of each type
 *
 * Everything but @frozen and the counters is constant once the map has an fd.
 */
struct ebpf_map {
	const struct ebpf_map_ops *ops;
	struct ebpf_map *inner_map_meta;	/* of a map of maps: what all of them are like */
	u32 map_type;
	u32 key_size;		/* bytes */
	u32 value_size;		/* bytes; per-cpu types: of one CPU's value, not rounded */
	u32 max_entries;
	u32 map_flags;		/* EBPF_F_* of creation */
	u32 id;
	u64 map_extra;
	u32 btf_key_type_id;
	u32 btf_value_type_id;
	struct ebpf_btf *btf;	/* NULL, or a reference */
	int spin_lock_off;	/* as in @fields; -EINVAL without BTF */
	int timer_off;
	int kptr_err;
	struct ebpf_map_fields *fields;	/* NULL: values are data throughout */
	/* What programs that load from the map's address read: laid out as the kernel's
	 * BTF says, see ebpf_map_struct(). NULL until a program wants it, and where that
	 * has no struct bpf_map. Goes with the map.
	 */
	const void *view;
	s32 numa_node;		/* -1: any */
	bool is_meta;		/* an inner_map_meta: stands for other maps, has no elements */
	bool frozen;		/* BPF_MAP_FREEZE was done: no more writes by command */
	char name[EBPF_OBJ_NAME_LEN];
#ifdef __KERNEL__
	/* Owned by kmod/map/map.c. */
	atomic64_t refcnt;	/* everyone */
	atomic64_t usercnt;	/* fds and pins */
	atomic64_t writecnt;	/* writable mmaps and commands under way */
	struct rcu_head rcu;
	struct list_head free_node;
	struct ebpf_btf_obj *btf_obj;	/* what the reference in @btf is on */
	/* prog array compatibility, owned by kmod/map/kinds/prog_array.c */
	u32 owner_type;
	u32 owner_attach_type;
	u32 owner_attach_btf;		/* its BTF's number */
	u32 owner_attach_btf_id;
	u32 owner_storage[2];		/* maps of its control group's values: ids or 0 */
	bool owner_xdp_has_frags;
	bool owner_jited;
	bool owner_set;
	u64 reach_seq;			/* owned by kmod/prog/tail.c */
#endif
};

/* Bytes of one value as commands pass it: per-cpu types hand over
 * round_up(value_size, 8) for each possible CPU. In kmod/map/map.c.
 */
u64 ebpf_map_value_size_user(const struct ebpf_map *map);

/* Is the content constant for the verifier? (frozen, not writable by programs,
 * no writable mapping)
 */
bool ebpf_map_is_rdonly(const struct ebpf_map *map);

/* The operations of @type, or NULL where this module has none. */
const struct ebpf_map_ops *ebpf_map_ops_of(u32 type);

#endif /* _EBPF_MAP_H */
