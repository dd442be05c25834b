/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For programs with bpf_override_return().
 */
#ifndef _ATTACH_OVERRIDE_H
#define _ATTACH_OVERRIDE_H

#include <ebpf/types.h>

/* In place of a function, for ftrace handlers: its caller gets what is in rax. */
void ebpf_override_return(void);

/* May results of the function at @func be replaced? Process context. */
bool ebpf_may_override(unsigned long func);

#endif /* _ATTACH_OVERRIDE_H */
