/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For programs with bpf_override_return().
 */
#ifndef _ATTACH_OVERRIDE_H
#define _ATTACH_OVERRIDE_H

#include "kmod/compat/ftrace_multi.h"
#include "kmod/prog/run_inline.h"

/* In place of a function, for ftrace handlers: its caller gets what is in rax. */
void ebpf_override_return(void);

/* Runs @prog at @place, the entry of a function, whose caller gets the program's result at once
 * if it says so. From a handler of ftrace, preemption off. What the program returned, or 0 of a
 * call that is not made.
 */
static __always_inline u64 ebpf_override_fire(struct ebpf_prog *prog, unsigned long place,
					       struct pt_regs *regs, u64 cookie, u64 func_ip)
{
	struct ebpf_run_ctx rctx COMPAT_UNINIT;
	u64 ret;

	rctx.override = false;
	ebpf_run_ctx_init(&rctx, regs, cookie, func_ip, NULL);
	ret = ebpf_prog_fire(prog, regs, &rctx);
	if (!rctx.override)
		return ret;
	compat_ftrace_divert(regs, place + MCOUNT_INSN_SIZE,
			     (unsigned long)ebpf_override_return, rctx.override_ret);
	return 0;
}

/* May results of the function at @func be replaced? Process context. */
bool ebpf_may_override(unsigned long func);

#endif /* _ATTACH_OVERRIDE_H */
