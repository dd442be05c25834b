/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KMOD_RINGBUF_H
#define _KMOD_RINGBUF_H

#include "kmod/map.h"

/* All in program context. */

/* Room for a record of @size bytes that user space sees as busy until
 * ebpf_ringbuf_commit(). NULL: the ring is full, @size is too large, or an NMI came
 * upon somebody reserving.
 */
void *ebpf_ringbuf_reserve(struct ebpf_map *map, u64 size);
/* @flags: EBPF_RB_*_WAKEUP. */
void ebpf_ringbuf_commit(void *sample, u64 flags, bool discard);
/* @what: EBPF_RB_AVAIL_DATA, ... */
u64 ebpf_ringbuf_query(struct ebpf_map *map, u64 what);

#endif /* _KMOD_RINGBUF_H */
