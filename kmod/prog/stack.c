// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel and user stacks of the task that a program runs in.
 */
#include <linux/ptrace.h>
#include "kmod/map/map.h"
#include "kmod/prog/nofault.h"
#include "kmod/prog/run.h"
#include "kmod/compat/ftrace.h"
#include "kmod/compat/unwind.h"
#include <ebpf/verifier.h>

/* A probe at the entry of a function: the frame is not there yet. The kernel's
 * entry hook is 5 bytes long.
 */
static bool is_function_entry(const struct pt_regs *regs)
{
	const struct ebpf_run_ctx *run = ebpf_run_current();

	return run && run->func_ip && regs->ip - run->func_ip <= 5;
}

/* Registers of the kernel's call into the function that runs the program, whose
 * frame it noted: enough to unwind from.
 */
static bool regs_of_frame(struct pt_regs *regs, const void *frame)
{
	const u64 *words = frame;

	if (!frame)
		return false;
	memset(regs, 0, sizeof(*regs));
	regs->bp = words[0];
	regs->ip = words[1];
	regs->sp = (unsigned long)(words + 2);
	regs->cs = __KERNEL_CS;
	regs->ss = __KERNEL_DS;
	regs->flags = X86_EFLAGS_FIXED;
	return true;
}

/* Registers that a tracepoint notes of itself have an ip and no more that every kernel and
 * unwinder can start from; real ones have a flag that is always set. The function that ip is
 * in has called what called us.
 */
static u32 frames_noted(const struct ebpf_run_ctx *run, const struct pt_regs *regs, u64 *ips,
			u32 max)
{
	struct pt_regs made;

	if (regs->flags & X86_EFLAGS_FIXED || !regs_of_frame(&made, run->frame))
		return 0;
	return compat_unwind_from(&made, regs->ip, ips, max);
}

/* The place where the program was called. */
static u32 frames_of_place(const struct ebpf_run_ctx *run, struct pt_regs *regs, u64 *ips, u32 max)
{
	struct pt_regs made;
	bool at_entry = false;
	u32 n;

	if (!regs) {
		if (!run || !regs_of_frame(&made, run->frame))
			return 0;
		regs = &made;
	} else if (!user_mode(regs)) {
		n = run ? frames_noted(run, regs, ips, max) : 0;
		if (n)
			return n;
		at_entry = is_function_entry(regs);
	}
	if (user_mode(regs))
		return 0;
	ips[0] = regs->ip;
	return 1 + compat_unwind_kernel(regs, at_entry, ips + 1, max - 1);
}

/* In Linux these programs are called by something that knows no registers, and find
 * themselves on the stack.
 */
static bool sees_itself(const struct ebpf_prog *prog)
{
	return prog->type == EBPF_PROG_TYPE_RAW_TRACEPOINT ||
	       prog->type == EBPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE ||
	       ebpf_prog_type_has_target(prog->type);
}

/* Does the program run in what a function's first instruction called, or, in its place, goes
 * on to, so that the place is the function's caller's? In Linux the function is still on the
 * stack.
 */
static bool is_around_function(const struct ebpf_run_ctx *run)
{
	return run->func_ip && (run->frame || run->prog->expected_attach_type == EBPF_TRACE_FEXIT);
}

/* Compiled programs have no frames that an unwinder knows: all functions of one, and all that
 * leads to it here, are a frame each, as many as Linux has of a program of one function.
 */
static u32 frames_of_run(const struct ebpf_run_ctx *run, u64 prog_ip, u64 *ips, u32 max)
{
	u64 own[3] = { prog_ip, (unsigned long)ebpf_prog_run };
	u32 n = 2;

	if (is_around_function(run))
		own[n++] = run->func_ip + MCOUNT_INSN_SIZE;
	n = min(n, max);
	memcpy(ips, own, n * sizeof(own[0]));
	return n;
}

u32 ebpf_stack_kernel(struct pt_regs *regs, u64 prog_ip, u64 *ips, u32 max)
{
	const struct ebpf_run_ctx *run = ebpf_run_current();
	u32 n = 0;

	if (run && sees_itself(run->prog))
		n = frames_of_run(run, prog_ip, ips, max);
	return n < max ? n + frames_of_place(run, regs, ips + n, max - n) : n;
}

struct user_frame64 {
	u64 next;
	u64 ret;
};

struct user_frame32 {
	u32 next;
	u32 ret;
};

static bool read_user_frame(u64 bp, bool is32, struct user_frame64 *f)
{
	struct user_frame32 f32;

	if (!is32)
		return !ebpf_read_user(f, bp, sizeof(*f));
	if (ebpf_read_user(&f32, bp, sizeof(f32)))
		return false;
	f->next = f32.next;
	f->ret = f32.ret;
	return true;
}

/* Of a word of the user's stack, as wide as his are. */
static bool read_user_word(u64 addr, bool is32, u64 *word)
{
	u32 word32;

	if (!is32)
		return !ebpf_read_user(word, addr, sizeof(*word));
	if (ebpf_read_user(&word32, addr, sizeof(word32)))
		return false;
	*word = word32;
	return true;
}

/* At the beginning of a function rbp is still its caller's, and so is the frame that it
 * points to: where that one was called, and goes on, is known from the stack alone.
 */
static bool caller_of_entry(const struct pt_regs *regs, bool is32, u64 *ret)
{
	const struct ebpf_run_ctx *run = ebpf_run_current();
	u64 sp = regs->sp, pushed;

	switch (run ? run->user_place : EBPF_USER_ANYWHERE) {
	case EBPF_USER_PUSHED:
		if (!read_user_word(sp, is32, &pushed) ||
		    pushed != (is32 ? (u32)regs->bp : regs->bp))
			return false;
		sp += is32 ? sizeof(u32) : sizeof(u64);
		return read_user_word(sp, is32, ret);
	case EBPF_USER_AT_ENTRY:
		return read_user_word(sp, is32, ret);
	default:
		return false;
	}
}

u32 ebpf_stack_user(struct pt_regs *regs, u64 *ips, u32 max)
{
	bool probed = regs && user_mode(regs);
	struct pt_regs *kregs = NULL;
	struct user_frame64 f;
	bool is32;
	u64 bp;
	u32 n = 0;

	if (!max || !current->mm || current->flags & PF_KTHREAD)
		return 0;
	if (!probed) {
		kregs = regs;
		regs = task_pt_regs(current);
	}
	is32 = !user_64bit_mode(regs);
	bp = compat_user_frame_pointer(regs, kregs);
	ips[n++] = regs->ip;
	if (probed && n < max && caller_of_entry(regs, is32, &f.ret))
		ips[n++] = f.ret;
	/* Outer frames lie higher: a chain that turns back is no chain. */
	while (n < max && bp && read_user_frame(bp, is32, &f) && f.ret) {
		ips[n++] = f.ret;
		if (f.next <= bp)
			break;
		bp = f.next;
	}
	return n;
}
