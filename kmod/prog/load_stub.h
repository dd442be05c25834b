/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Loads that may fault, for EBPF_PROBE_MEM: called by compiled programs.
 */
#ifndef _KMOD_LOAD_STUB_H
#define _KMOD_LOAD_STUB_H

/* Address in rdi, value in rax (zero-extended), 0 when it cannot be read. No
 * other register changes; flags do. Any context. Not for C.
 */
extern const char ebpf_load_stub_1[], ebpf_load_stub_2[];
extern const char ebpf_load_stub_4[], ebpf_load_stub_8[];

#endif /* _KMOD_LOAD_STUB_H */
