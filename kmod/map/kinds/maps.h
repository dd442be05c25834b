/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the map types share.
 */
#ifndef _KMOD_MAP_KINDS_H
#define _KMOD_MAP_KINDS_H

#include "kmod/map/map.h"
#include "kmod/prog/run.h"
#include <ebpf/helper.h>

/* No key and no value together is larger, as with Linux's kmalloc limit. */
#define EBPF_ELEM_MAX		(4U << 20)
/* No value that each CPU has its own of is larger once it is rounded up to 8 bytes: the
 * smallest unit of Linux's per-cpu allocator. All CPUs' copies together are what one
 * command passes.
 */
#define EBPF_PERCPU_VALUE_MAX	(32U << 10)
/* No value of a storage map is larger. */
#define EBPF_STORAGE_VALUE_MAX	(U16_MAX - 128)
/* Frames of a recorded stack (sysctl kernel.perf_event_max_stack's default). */
#define EBPF_MAX_STACK_DEPTH	127

#define EBPF_F_ACCESS_MASK	(EBPF_F_RDONLY | EBPF_F_WRONLY | \
				 EBPF_F_RDONLY_PROG | EBPF_F_WRONLY_PROG)

/* Are all of the map's creation flags among @allowed, and do they make sense
 * together?
 */
static inline bool ebpf_map_flags_ok(const union ebpf_attr *attr, u32 allowed)
{
	u32 prog = EBPF_F_RDONLY_PROG | EBPF_F_WRONLY_PROG;

	return !(attr->map_flags & ~allowed) && (attr->map_flags & prog) != prog;
}

static inline struct ebpf_insn ebpf_insn_of(u8 code, u8 dst, u8 src, s16 off, s32 imm)
{
	struct ebpf_insn insn = {
		.code = code,
		.dst_reg = dst,
		.src_reg = src,
		.off = off,
		.imm = imm,
	};

	return insn;
}

/* Two instructions that load a 64-bit constant. */
static inline void ebpf_insn_ld_imm64(struct ebpf_insn *insn, u8 dst, u64 imm)
{
	insn[0] = ebpf_insn_of(EBPF_LD | EBPF_DW | EBPF_IMM, dst, 0, 0, (s32)imm);
	insn[1] = ebpf_insn_of(0, 0, 0, 0, (s32)(imm >> 32));
}

/* A call of a map's own function, without the way through the helper and the ops. */
static inline struct ebpf_insn ebpf_insn_call(const void *func)
{
	return ebpf_insn_of(EBPF_JMP | EBPF_CALL, 0, 0, 0,
			    (s32)((unsigned long)func - (unsigned long)ebpf_call_base));
}

/* Around changes by command: no program of a probe in between, which could wait for the
 * lock of another map whose holder waits for ours. Preemption is off until the end.
 */
static inline void ebpf_map_guard_begin(void)
{
	preempt_disable();
	ebpf_run_enter(NULL);
}

static inline void ebpf_map_guard_end(void)
{
	ebpf_run_exit();
	preempt_enable();
}

/* What most types answer to ops->meta_equal (map_meta.c). */
bool ebpf_map_meta_equal(const struct ebpf_map *meta, const struct ebpf_map *map);

/*
 * Arrays (array.c): what everything with an index for a key does alike
 */
int ebpf_array_alloc_check(const union ebpf_attr *attr);
int ebpf_array_get_next_key(struct ebpf_map *map, void *key, void *next_key);
long ebpf_array_delete_elem(struct ebpf_map *map, const void *key);
/* Errors of an update before it touches anything. */
int ebpf_array_update_check(const struct ebpf_map *map, u32 index, u64 flags);

/*
 * Per-cpu memory (percpu.c): one area for each possible CPU on that CPU's node,
 * found by CPU number. Unlike the kernel's per-cpu allocator it has no limit on
 * sizes and allocates a whole map at once. The areas are zeroed.
 */
void **ebpf_percpu_areas_alloc(u64 size);
void ebpf_percpu_areas_free(void **areas);
/* All CPUs' copies of the @size bytes at @off, one after the other, to or from
 * the buffer of a command. @size: a multiple of 8.
 */
void ebpf_percpu_read(void **areas, u64 off, u32 size, void *buf);
void ebpf_percpu_write(void **areas, u64 off, u32 size, const void *buf);

#endif /* _KMOD_MAP_KINDS_H */
