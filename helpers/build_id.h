/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HELPERS_BUILD_ID_H
#define _HELPERS_BUILD_ID_H

#include <ebpf/types.h>
#include <ebpfdrv/bpf.h>

/* Says of @n addresses of the current task's user memory which files they are in and where
 * there; what cannot be found out now, without waiting, is given as the address. Program
 * context.
 */
void ebpf_build_ids(struct ebpf_stack_build_id *ids, const u64 *ips, u32 n);

#endif /* _HELPERS_BUILD_ID_H */
