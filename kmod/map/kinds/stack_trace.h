/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KMOD_STACK_TRACE_H
#define _KMOD_STACK_TRACE_H

#include "kmod/map/map.h"

struct pt_regs;

/* bpf_get_stackid(): the stack at @regs (NULL: the current place) is put into the
 * map; returns its id or -EINVAL, -EFAULT, -EEXIST, -ENOMEM. @prog_ip: see
 * ebpf_stack_kernel(). Program context.
 */
long ebpf_stackmap_get_id(struct ebpf_map *map, struct pt_regs *regs, u64 prog_ip, u64 flags);

#endif /* _KMOD_STACK_TRACE_H */
