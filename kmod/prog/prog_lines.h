/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KMOD_PROG_LINES_H
#define _KMOD_PROG_LINES_H

#include "kmod/prog/prog.h"
#include <ebpf/verifier.h>

/* Gives @prog function and line information of its final instructions, from what
 * came with the load and from where each instruction came. 0 or -ENOMEM.
 */
int ebpf_prog_set_lines(struct ebpf_prog *prog, const struct ebpf_load *load);

#endif /* _KMOD_PROG_LINES_H */
