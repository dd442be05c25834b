/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KMOD_MAPS_STACK_TRACE_H
#define _KMOD_MAPS_STACK_TRACE_H

#include <ebpf/map.h>

struct pt_regs;

/* bpf_get_stackid(): stores the stack of @regs (NULL: of the current run) in a
 * STACK_TRACE map; returns its id or an errno. Program context.
 */
long ebpf_stackmap_get_id(struct ebpf_map *map, struct pt_regs *regs, u64 flags);

#endif /* _KMOD_MAPS_STACK_TRACE_H */
