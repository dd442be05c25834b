// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events of system calls that x86_64 enters through stubs before 4.17: execve is among them. They fire
 * from the tracepoints of all system calls, of 64-bit ones as the kernel's own do. Programs of this
 * module get theirs by a shorter way (kmod/attach/syscall_tp.c).
 */
#include "kmod/compat/perf.h"
#include "kmod/events/events.h"
#include "kmod/events/own.h"

#include <asm/unistd.h>

#ifdef OWN_SYSCALLS

#ifdef OWN_SYSCALL_IOPL
#define FOR_IOPL(each)	each(iopl)
#else
#define FOR_IOPL(each)
#endif

#define FOR_EACH_CALL(each)						\
	each(rt_sigreturn) each(clone) each(fork) each(vfork) each(execve) FOR_IOPL(each)

/* An unsigned int in the place of a long */
typedef unsigned long syscall_uint;

/* What the format file tells is the type's name. */
static int define_field(struct compat_event_call *call, const char *type, const char *name,
			int offset, int size, int is_signed, int filter_type)
{
	if (!strcmp(type, "syscall_uint"))
		type = "unsigned int";
	return trace_define_field(call, type, name, offset, size, is_signed, filter_type);
}

#define DEFINE_FUNCTIONS(call)						\
	EBPF_OWN_FUNCTIONS(sys_enter_##call)				\
	EBPF_OWN_FUNCTIONS(sys_exit_##call)

FOR_EACH_CALL(DEFINE_FUNCTIONS)

#define trace_define_field define_field
#define CREATE_TRACE_POINTS
#include "kmod/events/trace_syscalls.h"
#undef trace_define_field

/* What a call returns to is seen by its number in the registers: a child's return is there, too,
 * and a return from a signal handler is not, since that restores them.
 */
#define DEFINE_EVENTS(call)						\
	static void enter_##call(void *data, struct pt_regs *regs, long nr) \
	{								\
		if (nr == __NR_##call && !compat_is_compat_syscall(regs)) \
			trace_sys_enter_##call(regs);			\
	}								\
	static void exit_##call(void *data, struct pt_regs *regs, long ret) \
	{								\
		if ((int)regs->orig_ax == __NR_##call && !compat_is_compat_syscall(regs)) \
			trace_sys_exit_##call(ret);			\
	}								\
	static struct ebpf_own_hook enter_##call##_hooks[] = {		\
		EBPF_OWN_TRACEPOINT_HOOK("sys_enter", enter_##call)	\
	};								\
	static struct ebpf_own_hook exit_##call##_hooks[] = {		\
		EBPF_OWN_TRACEPOINT_HOOK("sys_exit", exit_##call)	\
	};								\
	EBPF_OWN_EVENT(sys_enter_##call, enter_##call##_hooks);		\
	EBPF_OWN_EVENT(sys_exit_##call, exit_##call##_hooks);

FOR_EACH_CALL(DEFINE_EVENTS)

#define CALL_ROW(call)	{ __NR_##call, &own_sys_enter_##call, &own_sys_exit_##call },

static const struct {
	int nr;
	struct ebpf_own_event *enter, *exit;
} calls[] = {
	FOR_EACH_CALL(CALL_ROW)
};

int ebpf_events_syscall(const struct compat_event_call *call, bool *enter)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		if (call != calls[i].enter->call && call != calls[i].exit->call)
			continue;
		*enter = call == calls[i].enter->call;
		return calls[i].nr;
	}
	return -ENOENT;
}

static void syscall_event_add(struct ebpf_own_event *event)
{
	/* Anybody may trace his own tasks: the record has nothing but what they have passed. */
	event->call->flags |= TRACE_EVENT_FL_CAP_ANY;
	ebpf_own_add(event);
}

void ebpf_events_syscalls_init(void)
{
	/* A tracepoint's format with nothing behind it cannot be written. */
	static char nothing[] = "\"\"";
	size_t i;

	event_sys_enter_rt_sigreturn.print_fmt = nothing;
	event_sys_enter_fork.print_fmt = nothing;
	event_sys_enter_vfork.print_fmt = nothing;
	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		syscall_event_add(calls[i].enter);
		syscall_event_add(calls[i].exit);
	}
}

#else

int ebpf_events_syscall(const struct compat_event_call *call, bool *enter)
{
	return -ENOENT;
}

void ebpf_events_syscalls_init(void)
{
}

#endif
