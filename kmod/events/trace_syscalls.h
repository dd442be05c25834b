/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events of the system "syscalls", as in Linux 6.1, of the calls of which older kernels have none.
 * Whatever the type of an argument, it has the place of a long: those that are narrower bear a
 * type of this module's (syscalls.c).
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM syscalls

#if !defined(_EVENTS_TRACE_SYSCALLS_H) || defined(TRACE_HEADER_MULTI_READ)
#define _EVENTS_TRACE_SYSCALLS_H

#include <linux/tracepoint.h>

/* The number is an int that programs read as a long, so there is no rubbish behind it but where
 * the record ends.
 */
#undef OWN_SYS_ENTER_EVENT
#define OWN_SYS_ENTER_EVENT(event, nr, fields, assign, ...)		\
	TRACE_EVENT_FN(event,						\
		TP_PROTO(const struct pt_regs *regs),			\
		TP_ARGS(regs),						\
		TP_STRUCT__entry(					\
			__field(int, __syscall_nr)			\
			fields						\
		),							\
		TP_fast_assign(						\
			((u64 *)__entry)[1] = nr;			\
			assign						\
		),							\
		TP_printk(__VA_ARGS__),					\
		event##_listen, event##_unlisten)

#undef OWN_SYS_ENTER_BARE_EVENT
#define OWN_SYS_ENTER_BARE_EVENT(event, nr)				\
	TRACE_EVENT_FN(event,						\
		TP_PROTO(const struct pt_regs *regs),			\
		TP_ARGS(regs),						\
		TP_STRUCT__entry(					\
			__field(int, __syscall_nr)			\
		),							\
		TP_fast_assign(						\
			__entry->__syscall_nr = nr;			\
		),							\
		TP_printk("%s", ""),					\
		event##_listen, event##_unlisten)

#undef OWN_SYS_EXIT_EVENT
#define OWN_SYS_EXIT_EVENT(event, nr)					\
	TRACE_EVENT_FN(event,						\
		TP_PROTO(long ret),					\
		TP_ARGS(ret),						\
		TP_STRUCT__entry(					\
			__field(int, __syscall_nr)			\
			__field(long, ret)				\
		),							\
		TP_fast_assign(						\
			((u64 *)__entry)[1] = nr;			\
			__entry->ret = ret;				\
		),							\
		TP_printk("0x%lx", __entry->ret),			\
		event##_listen, event##_unlisten)

#undef OWN_ARG
#define OWN_ARG(field)	((unsigned long)(__entry->field))

#ifdef OWN_SYSCALLS
OWN_SYS_ENTER_BARE_EVENT(sys_enter_rt_sigreturn, __NR_rt_sigreturn);
OWN_SYS_EXIT_EVENT(sys_exit_rt_sigreturn, __NR_rt_sigreturn);

OWN_SYS_ENTER_EVENT(sys_enter_clone, __NR_clone,
	__field(unsigned long, clone_flags)
	__field(unsigned long, newsp)
	__field(int *, parent_tidptr)
	__field(int *, child_tidptr)
	__field(unsigned long, tls),
	__entry->clone_flags = regs->di;
	__entry->newsp = regs->si;
	__entry->parent_tidptr = (int *)regs->dx;
	__entry->child_tidptr = (int *)regs->r10;
	__entry->tls = regs->r8;,
	"clone_flags: 0x%08lx, newsp: 0x%08lx, parent_tidptr: 0x%08lx, child_tidptr: 0x%08lx, tls: 0x%08lx",
	OWN_ARG(clone_flags), OWN_ARG(newsp), OWN_ARG(parent_tidptr), OWN_ARG(child_tidptr),
	OWN_ARG(tls));
OWN_SYS_EXIT_EVENT(sys_exit_clone, __NR_clone);

OWN_SYS_ENTER_BARE_EVENT(sys_enter_fork, __NR_fork);
OWN_SYS_EXIT_EVENT(sys_exit_fork, __NR_fork);

OWN_SYS_ENTER_BARE_EVENT(sys_enter_vfork, __NR_vfork);
OWN_SYS_EXIT_EVENT(sys_exit_vfork, __NR_vfork);

OWN_SYS_ENTER_EVENT(sys_enter_execve, __NR_execve,
	__field(const char *, filename)
	__field(const char *const *, argv)
	__field(const char *const *, envp),
	__entry->filename = (const char *)regs->di;
	__entry->argv = (const char *const *)regs->si;
	__entry->envp = (const char *const *)regs->dx;,
	"filename: 0x%08lx, argv: 0x%08lx, envp: 0x%08lx",
	OWN_ARG(filename), OWN_ARG(argv), OWN_ARG(envp));
OWN_SYS_EXIT_EVENT(sys_exit_execve, __NR_execve);
#endif

#ifdef OWN_SYSCALL_IOPL
OWN_SYS_ENTER_EVENT(sys_enter_iopl, __NR_iopl,
	__field(syscall_uint, level),
	__entry->level = regs->di;,
	"level: 0x%08lx", OWN_ARG(level));
OWN_SYS_EXIT_EVENT(sys_exit_iopl, __NR_iopl);
#endif

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH kmod/events
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace_syscalls
#include <trace/define_trace.h>
