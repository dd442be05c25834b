/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The trampoline: calls that fexit and fmod_ret programs follow run inside it.
 *
 * A traced function's ftrace handler sends the call here instead of back into the
 * function. The trampoline calls the rest of the function itself and so is there
 * when it returns. One trampoline serves all functions: which one it is comes in
 * rax, where no function finds an argument.
 */
#ifndef _KMOD_TRAMPOLINE_H
#define _KMOD_TRAMPOLINE_H

/* Of struct ebpf_trampoline, for the assembler. */
#define TRAMPOLINE_BODY		0
#define TRAMPOLINE_CALLS	8
#define TRAMPOLINE_MODIFY	16
#define TRAMPOLINE_EXIT		24
/* Of struct trampoline_frame; a multiple of 16, as calls want the stack. */
#define TRAMPOLINE_FRAME	80
#define TRAMPOLINE_ARGS		16

#ifndef __ASSEMBLY__

#include "kmod/compat/compat.h"

/**
 * struct ebpf_trampoline - a function whose calls the trampoline makes
 * @body:   where the function goes on behind its call of ftrace
 * @calls:  calls inside the trampoline, to be summed over CPUs: a call may begin on
 *          one and end on another. While there is one, this struct must stay.
 * @modify: there are fmod_ret programs, or fentry programs that sleep
 * @exit:   there are fexit programs
 */
struct ebpf_trampoline {
	unsigned long body;
	unsigned long __percpu *calls;
	unsigned long modify;
	unsigned long exit;
};

/* What the trampoline has on the stack of a call. */
struct trampoline_frame {
	struct ebpf_trampoline *tramp;
	u64 nr;			/* what programs see: see struct args_record */
	u64 ctx[7];
	u64 pad;
	u64 bp;			/* from here on as in any frame */
	u64 ret;
};

/* Where ftrace handlers send calls, with a struct ebpf_trampoline in rax. */
void ebpf_trampoline(void);

/* Called by it. Before the function, if ->modify: what to return instead of calling
 * it, or 0. After it, or instead, if ->exit: returns @ret.
 */
u64 ebpf_trampoline_enter(struct trampoline_frame *frame);
u64 ebpf_trampoline_exit(struct trampoline_frame *frame, u64 ret);

#endif /* __ASSEMBLY__ */
#endif /* _KMOD_TRAMPOLINE_H */
