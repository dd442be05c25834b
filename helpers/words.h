/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copies of some words of the kernel's that a program keeps while it runs, where its stack is
 * too small: buffers of one size, as many as there were when the first program wanted them.
 */
#ifndef _HELPERS_WORDS_H
#define _HELPERS_WORDS_H

#include <ebpf/types.h>

#define EBPF_WORDS_MAX	511	/* in a buffer, of 8 bytes each */

/* Makes the buffers, once: 0 or -ENOMEM. Process context, may sleep. They stay until
 * ebpf_words_exit(), when no program is left.
 */
int ebpf_words_prepare(void);
void ebpf_words_exit(void);

/* EBPF_WORDS_MAX words of any content; NULL: all are in use. Preemption off; any context, NMI
 * included. Whose it is may sleep until it is put, on any CPU.
 */
u64 *ebpf_words_get(void);
void ebpf_words_put(u64 *words);

#endif /* _HELPERS_WORDS_H */
