/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Arenas: memory that programs and processes share, and point into alike. To processes it is mapped where
 * all of them have it; programs find a page by the low half of such an address.
 */
#ifndef _EBPF_ARENA_H
#define _EBPF_ARENA_H

#include <ebpf/types.h>

/**
 * struct ebpf_arena - what the verifier and compiled programs know of one
 * @nr:         pages that it has room for
 * @pages:      where each is in the kernel, NULL: there is none
 * @user_start: where processes have it, 0: none has yet; does not change after that. No two places
 *              of it have the same low half
 * @user_end:   where it ends there
 *
 * Compiled code reads the first two (kmod/prog/arena_stub.c). Pages come and go at any time; one that
 * was there stays for a grace period of RCU-sched.
 */
struct ebpf_arena {
	u64 nr;
	void **pages;
	u64 user_start;
	u64 user_end;
};

#define EBPF_ARENA_MAX		(1ULL << 32)	/* bytes */

#endif /* _EBPF_ARENA_H */
