// SPDX-License-Identifier: GPL-2.0-only
/*
 * The system calls that x86_64 enters through stubs have no tracepoint of their
 * own before 4.17: the kernel finds a system call's description by the name in
 * its table, and the stub's is another one. execve is among them. The module
 * makes these events from raw_syscalls; here are the files that lead programs
 * to them.
 */
#include "shim.h"

#include <string.h>

#include <ebpfdrv/ebpfdrv.h>

/* EBPFDRV_TP_SYS_ENTER and _EXIT plus the number, which must be decimal here. */
_Static_assert(EBPFDRV_TP_SYS_ENTER == 1161953280, "ids below");
_Static_assert(EBPFDRV_TP_SYS_EXIT == 1162018816, "ids below");

#define HEAD(name, id) \
	"name: " name "\n" \
	"ID: " id "\n" \
	"format:\n" \
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n" \
	"\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n" \
	"\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n" \
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n" \
	"\n" \
	"\tfield:int __syscall_nr;\toffset:8;\tsize:4;\tsigned:1;\n"
#define ARG(decl, offset) \
	"\tfield:" decl ";\toffset:" offset ";\tsize:8;\tsigned:0;\n"
#define RET "\tfield:long ret;\toffset:16;\tsize:8;\tsigned:1;\n"
#define TAIL "\nprint fmt: \"\"\n"

static const struct event {
	const char *name;
	const char *id;
	const char *format;
} events[] = {
#define ENTER(name, id, args) \
	{ "sys_enter_" name, id "\n", HEAD("sys_enter_" name, id) args TAIL }
#define EXIT(name, id) \
	{ "sys_exit_" name, id "\n", HEAD("sys_exit_" name, id) RET TAIL }
	ENTER("rt_sigreturn", "1161953295", ""),
	ENTER("clone", "1161953336",
	      ARG("unsigned long clone_flags", "16") ARG("unsigned long newsp", "24")
	      ARG("int * parent_tidptr", "32") ARG("int * child_tidptr", "40")
	      ARG("unsigned long tls", "48")),
	ENTER("fork", "1161953337", ""),
	ENTER("vfork", "1161953338", ""),
	ENTER("execve", "1161953339",
	      ARG("const char * filename", "16") ARG("const char *const * argv", "24")
	      ARG("const char *const * envp", "32")),
	ENTER("iopl", "1161953452", ARG("unsigned int level", "16")),
	EXIT("rt_sigreturn", "1162018831"),
	EXIT("clone", "1162018872"),
	EXIT("fork", "1162018873"),
	EXIT("vfork", "1162018874"),
	EXIT("execve", "1162018875"),
	EXIT("iopl", "1162018988"),
};

/* What follows @dir in @path, or NULL. */
static const char *below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return strncmp(path, dir, len) ? NULL : path + len;
}

const char *shim_tracepoint_file(const char *path)
{
	const char *rest = below(path, "/sys/kernel/tracing/events/syscalls/");
	const char *file;
	size_t i;

	if (!rest)
		rest = below(path, "/sys/kernel/debug/tracing/events/syscalls/");
	if (!rest)
		return NULL;
	for (i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		file = below(rest, events[i].name);
		if (file && !strcmp(file, "/id"))
			return events[i].id;
		if (file && !strcmp(file, "/format"))
			return events[i].format;
	}
	return NULL;
}
