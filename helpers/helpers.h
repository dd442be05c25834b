/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The functions behind the helpers. Each family has its file; the contract of
 * each helper is its line in protos.c.
 *
 * A helper NAME is implemented by ebpf_helper_NAME. In the module all of them
 * must exist; in the user-space library they are weak, so that tests define the
 * doubles they need.
 */
#ifndef _HELPERS_H
#define _HELPERS_H

#include <ebpf/helper.h>

#ifdef __KERNEL__
#define EBPF_HELPER_DECL(name) \
	u64 ebpf_helper_##name(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
#else
#define EBPF_HELPER_DECL(name) \
	u64 ebpf_helper_##name(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5) __attribute__((weak))
#endif

/* The definition of a helper; it carries its own declaration. */
#define EBPF_HELPER(name) \
	EBPF_HELPER_DECL(name); \
	u64 ebpf_helper_##name(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)

/* In a helper's own body: where in the program it was called. */
#define PROG_IP()	((unsigned long)__builtin_return_address(0))

#ifdef __KERNEL__
/* What helpers keep per CPU. Process context. */
int ebpf_helpers_init(void);
void ebpf_helpers_exit(void);
#endif

/* lock.c: what bpf_spin_lock at @addr stands for. Interrupts are off meanwhile; one may
 * be held at a time, with nothing but copying done under it. Any context; false inside
 * another on this CPU, which a function called there or an NMI can come to.
 */
bool ebpf_value_trylock(u64 addr);
void ebpf_value_unlock(u64 addr);
/* Does this CPU have one, or wait for it? Interrupts off. */
bool ebpf_value_is_locked(void);

#endif /* _HELPERS_H */
