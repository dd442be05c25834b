// SPDX-License-Identifier: GPL-2.0-only
/* unwind_start() and unwind_next_frame() since 4.9 and in el7 since 7.6;
 * dump_trace() with struct stacktrace_ops before.
 */
/* asks: unwind.h unwind_state unwind_start unwind_next_frame unwind_get_return_address */
#include <linux/sched.h>

#ifdef PROBE
#include <asm/unwind.h>

unsigned long probe(struct task_struct *task, struct pt_regs *regs)
{
	struct unwind_state state;

	unwind_start(&state, task, regs, 0);
	unwind_next_frame(&state);
	return unwind_get_return_address(&state);
}
#endif
