/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bpf(2) and perf_event_open(2) themselves, for processes that are adopted, whatever they are
 * made of: an ftrace handler at what the two numbers lead to sends such a process's calls to
 * the module.
 */
#ifndef _KMOD_ADOPT_H
#define _KMOD_ADOPT_H

#include "kmod/compat/compat.h"

/* Can processes be adopted on this kernel? Process context. */
bool ebpf_adopt_possible(void);

/* Adopts current's process for good, and what it forks. 0; -EOPNOTSUPP where the kernel has no
 * way for it, -EPERM without CAP_BPF (CAP_SYS_ADMIN before 5.8), or what ftrace says. May sleep.
 */
int ebpf_adopt_current(void);

/* Module start and end. The first may fail and places what a takeover needs; processes come from
 * the second on, which is the start's last step. The end waits for calls that are inside. May sleep.
 */
int ebpf_adopt_init(void);
void ebpf_adopt_start(void);
void ebpf_adopt_exit(void);

#endif /* _KMOD_ADOPT_H */
