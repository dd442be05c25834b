/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entries of functions through ftrace: one handler for many places.
 */
#ifndef _COMPAT_FTRACE_H
#define _COMPAT_FTRACE_H

#include "kmod/compat/cfi.h"
#include "kmod/compat/compat.h"

#include <linux/ftrace.h>
#include <asm/pgtable.h>
#include <asm/ptrace.h>

#if defined(CONFIG_DYNAMIC_FTRACE) && defined(CONFIG_DYNAMIC_FTRACE_WITH_REGS)
#define COMPAT_FTRACE
#endif

#if defined(CONFIG_PREEMPTION) || defined(CONFIG_PREEMPT)
#define COMPAT_PREEMPTION	1
#else
#define COMPAT_PREEMPTION	0
#endif

/* Is there more to wait for than an RCU-sched grace period until a task that ran
 * somewhere, not sleeping, has left?
 */
#define COMPAT_RCU_TASKS	COMPAT_PREEMPTION

static inline void compat_synchronize_rcu_tasks(void)
{
#if COMPAT_RCU_TASKS && defined(HAVE_EXPORT_SYNCHRONIZE_RCU_TASKS)
	synchronize_rcu_tasks();
#endif
}

/* May a handler have that place? Before 5.18 ftrace takes the place 0 for none, and the filter
 * without a place for all functions. Process context.
 */
bool ebpf_compat_ftrace_place_ok(unsigned long place);

/* Places of a handler. The caller orders add and del. */
struct compat_ftrace {
#ifdef COMPAT_FTRACE
	struct ftrace_ops ops;
#endif
	unsigned int nr;
};

/*
 * The handler guards itself against recursion: with that promise the kernel calls
 * it straight, without a guard that would keep one program out of what another
 * does. IPMODIFY is never set: on 4.x it shuts kprobes out of the function.
 */
#ifdef HAVE_FTRACE_RECURSION_SAFE
#define COMPAT_FTRACE_SAFE	FTRACE_OPS_FL_RECURSION_SAFE
#else
#define COMPAT_FTRACE_SAFE	0
#endif

/* What every handler gets of the registers, where it gets them unasked. */
#if defined(HAVE_FTRACE_ARGS)
#define COMPAT_FTRACE_ARGS(fregs)	(&(fregs)->regs)
#elif defined(HAVE_FTRACE_ARGS_OPAQUE)
#define COMPAT_FTRACE_ARGS(fregs)	(&arch_ftrace_regs(fregs)->regs)
#endif

/* COMPAT_FTRACE_DEFINE(name, hit) defines the static struct compat_ftrace @name that
 * calls hit(ip, regs), an inline function. @ip: the place; of @regs at least the
 * argument registers, ip, sp (of the return address) and bp are valid. In any
 * context, preemption perhaps on; what runs before hit() knows that it does not
 * recurse must be notrace.
 */
#ifndef COMPAT_FTRACE
#define COMPAT_FTRACE_DEFINE(name, hit)					\
	static struct compat_ftrace name
#elif defined(COMPAT_FTRACE_ARGS)
#define COMPAT_FTRACE_DEFINE(name, hit)					\
	static void notrace name##_func(unsigned long ip, unsigned long parent_ip, \
					struct ftrace_ops *ops,		\
					struct ftrace_regs *fregs)	\
	{								\
		hit(ip, COMPAT_FTRACE_ARGS(fregs));			\
	}								\
	static struct compat_ftrace name = {				\
		.ops = { .func = name##_func, .flags = COMPAT_FTRACE_SAFE }, \
	}
#elif defined(HAVE_FTRACE_REGS)
#define COMPAT_FTRACE_DEFINE(name, hit)					\
	static void notrace name##_func(unsigned long ip, unsigned long parent_ip, \
					struct ftrace_ops *ops,		\
					struct ftrace_regs *fregs)	\
	{								\
		hit(ip, ftrace_get_regs(fregs));			\
	}								\
	static struct compat_ftrace name = {				\
		.ops = { .func = name##_func,				\
			 .flags = FTRACE_OPS_FL_SAVE_REGS | COMPAT_FTRACE_SAFE }, \
	}
#else
#define COMPAT_FTRACE_DEFINE(name, hit)					\
	static void notrace name##_func(unsigned long ip, unsigned long parent_ip, \
					struct ftrace_ops *ops,		\
					struct pt_regs *regs)		\
	{								\
		hit(ip, regs);						\
	}								\
	static struct compat_ftrace name = {				\
		.ops = { .func = name##_func,				\
			 .flags = FTRACE_OPS_FL_SAVE_REGS | COMPAT_FTRACE_SAFE }, \
	}
#endif

/*
 * Sending calls elsewhere: what @regs says is where the function goes on and with
 * which rax, on every kernel with SAVE_REGS or ARGS; argument registers must not
 * change. It takes a function whose first instruction calls ftrace, and a way to
 * wait for tasks that lost the CPU on the way: a kernel with preemption needs
 * RCU-tasks. Where indirect calls are checked, the entry in mid-function would fault.
 */
#if defined(COMPAT_FTRACE) && defined(CC_USING_FENTRY) && \
	(!COMPAT_PREEMPTION || defined(HAVE_EXPORT_SYNCHRONIZE_RCU_TASKS))
#define COMPAT_TRAMPOLINE	1
#else
#define COMPAT_TRAMPOLINE	0
#endif

/* Bytes of the call of ftrace; without ftrace nothing asks. */
#ifndef MCOUNT_INSN_SIZE
#define MCOUNT_INSN_SIZE	5
#endif

/* Can it be known who else's trampoline ftrace calls straight (5.5 and up: that of the kernel's own
 * fentry programs)? It keeps neither regs->ip nor rax for who is sent elsewhere. Process context.
 */
#ifdef CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS
bool ebpf_compat_direct_known(void);
extern unsigned long (*ebpf_compat_find_direct)(unsigned long ip);

static __always_inline bool compat_ftrace_is_direct(unsigned long ip)
{
	return ebpf_compat_find_direct(ip);
}
#else
static inline bool ebpf_compat_direct_known(void)
{
	return true;
}

static __always_inline bool compat_ftrace_is_direct(unsigned long ip)
{
	return false;
}
#endif

/* To be asked before what is to send calls elsewhere is put in place. Process context. */
static inline bool compat_trampoline(void)
{
	return COMPAT_TRAMPOLINE && !compat_calls_are_checked() && ebpf_compat_direct_known();
}

/* False, and nothing happens: another handler has sent the call elsewhere, or a trampoline of
 * another's is called here. One that comes in between the question and the end of ftrace's
 * handlers is not seen. @from: where it would go on. Out of hit() only.
 */
static __always_inline bool compat_ftrace_divert(struct pt_regs *regs, unsigned long from,
						 unsigned long to, unsigned long ax)
{
	if (unlikely(regs->ip != from || compat_ftrace_is_direct(from - MCOUNT_INSN_SIZE)))
		return false;
	regs->ip = to;
	regs->ax = ax;
	return true;
}

/* Is ftrace switched off, on a kernel where what is attached now would stay dead when it is
 * on? The log is told. Process context.
 */
bool ebpf_compat_ftrace_off(void);

/* Hits at @ip from now on, or from when ftrace is switched on. -EINVAL: no such place;
 * -ENODEV: no ftrace here; -EBUSY: ebpf_compat_ftrace_off(). Process context, as del.
 */
int ebpf_compat_ftrace_add(struct compat_ftrace *cf, unsigned long ip);
/* No new hits at @ip when this returns; handlers may still run until an RCU-sched
 * grace period has passed. After the last place none runs any more. Where ftrace gives the
 * handler not back (ebpf_compat_keep() was told), it is still called for @ip.
 */
void ebpf_compat_ftrace_del(struct compat_ftrace *cf, unsigned long ip);

/* Entry of a function of the kernel proper or, by "module:function", of a module. -ENOENT:
 * none is known by that name. -ENOMEM: it could not be looked for, which is another thing:
 * nothing may be concluded, let alone kept, from it. Process context.
 */
int ebpf_compat_func_find(const char *name, unsigned long *addr);
/* The same, 0 for any failure: for who can do without the function each time. */
unsigned long ebpf_compat_func_addr(const char *name);
/* Are there several symbols of that name in the kernel, or in @mod where that is not
 * NULL? False also where nobody tells modules (5.7 and up). Process context.
 */
bool ebpf_compat_func_ambiguous(const char *name, const struct module *mod);
/* Is @addr in what modules are loaded to? Who has it is told to none on 5.13 and up. */
static inline bool compat_is_module_addr(unsigned long addr)
{
	return addr >= MODULES_VADDR && addr < MODULES_END;
}
/* Where ftrace calls out of the function at @addr. */
unsigned long ebpf_compat_ftrace_place(unsigned long addr);

#endif /* _COMPAT_FTRACE_H */
