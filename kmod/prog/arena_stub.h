/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Accesses in an arena, by compiled programs.
 */
#ifndef _KMOD_ARENA_STUB_H
#define _KMOD_ARENA_STUB_H

/* How far into the arena in r10, struct ebpf_arena in r11. No other register changes but r9; flags do.
 * Preemption off, any context. Not for C.
 *
 * load:  the value in r10, zero-extended; 0 where a byte of it is in no page
 * store: the value in r9; nothing where a byte of it is in no page
 * addr:  where in the kernel that is in r10, 0: in no page, or in two of them
 */
extern const char ebpf_arena_load_1[], ebpf_arena_load_2[];
extern const char ebpf_arena_load_4[], ebpf_arena_load_8[];
extern const char ebpf_arena_store_1[], ebpf_arena_store_2[];
extern const char ebpf_arena_store_4[], ebpf_arena_store_8[];
extern const char ebpf_arena_addr_1[], ebpf_arena_addr_2[];
extern const char ebpf_arena_addr_4[], ebpf_arena_addr_8[];

#endif /* _KMOD_ARENA_STUB_H */
