/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KMOD_PROG_INFO_H
#define _KMOD_PROG_INFO_H

#include "kmod/prog/prog.h"

/* OBJ_GET_INFO_BY_FD of a program: @info holds what the caller asked for and
 * gets the answer; buffers it names are filled. @code: the caller may see code; @addresses:
 * those of the kernel may be among it. 0, -EFAULT, -EINVAL, -ENOMEM.
 */
int ebpf_prog_fill_info(const struct ebpf_prog *prog, struct ebpf_prog_info *info, bool code,
			bool addresses);

#endif /* _KMOD_PROG_INFO_H */
