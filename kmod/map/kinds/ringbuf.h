/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KMOD_RINGBUF_H
#define _KMOD_RINGBUF_H

#include "kmod/map/map.h"

/* All in program context. */

/* Room for a record of @size bytes that user space sees as busy until
 * ebpf_ringbuf_commit(). NULL: the ring is full, @size is too large, or an NMI came
 * upon somebody reserving, or a program on a function upon a change of a map on this CPU.
 */
void *ebpf_ringbuf_reserve(struct ebpf_map *map, u64 size);
/* @flags: EBPF_RB_*_WAKEUP. */
void ebpf_ringbuf_commit(void *sample, u64 flags, bool discard);
/* @what: EBPF_RB_AVAIL_DATA, ... */
u64 ebpf_ringbuf_query(struct ebpf_map *map, u64 what);

/* A function of the program: the dynptr of a record, @ctx, three times nothing, and
 * where its frame can be. Not 0 to stop.
 */
typedef u64 (*ebpf_user_record_t)(u64 dynptr, u64 ctx, u64 a3, u64 a4, u64 a5, u64 frame);

/* Takes records out of a USER_RINGBUF and gives them to @fn. @flags: EBPF_RB_*_WAKEUP.
 * How many, -EBUSY when somebody is at it, -EINVAL or -E2BIG for one that cannot be.
 */
long ebpf_user_ringbuf_drain(struct ebpf_map *map, ebpf_user_record_t fn, u64 ctx, u64 flags,
			     u64 frame);

#endif /* _KMOD_RINGBUF_H */
