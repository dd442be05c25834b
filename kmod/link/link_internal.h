/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KMOD_LINK_INTERNAL_H
#define _KMOD_LINK_INTERNAL_H

#include "kmod/link/link.h"

u64 ebpf_link_count(void);
int ebpf_link_init_module(void);
void ebpf_link_flush(void);	/* waits for links that are being freed */
void ebpf_link_exit_module(void);

#endif /* _KMOD_LINK_INTERNAL_H */
