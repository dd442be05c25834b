/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which perf events of adopted processes are the module's: the choice that the library makes
 * for programs that are preloaded (shim/perf.c).
 */
#ifndef _KMOD_PERF_CHOICE_H
#define _KMOD_PERF_CHOICE_H

#include "kmod/compat/compat.h"

/* Is the event that the user's @attr describes one that programs can be attached to?
 * @used_bpf: the process has called bpf(2), and may attach programs. May sleep.
 */
bool ebpf_perf_is_ours(u64 attr, bool used_bpf);

#endif /* _KMOD_PERF_CHOICE_H */
