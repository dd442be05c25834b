// SPDX-License-Identifier: GPL-2.0-only
/*
 * What every other VM test relies on: there is no way to a bpf(2) of the
 * kernel's own, by whatever entry, and the module is there.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ebpfdrv/ebpfdrv.h>
#include "tap.h"

#define NR_BPF		321
#define NR_BPF_I386	357
#define X32_BIT		0x40000000

/* The number alone decides; BPF_MAP_CREATE with no attributes harms nobody. */
static long bpf_x86_64(void)
{
	return syscall(NR_BPF, 0, NULL, 0) == -1 ? -errno : 0;
}

static long bpf_x32(void)
{
	return syscall(NR_BPF | X32_BIT, 0, NULL, 0) == -1 ? -errno : 0;
}

static long bpf_i386(void)
{
	long ret;

	asm volatile("int $0x80" : "=a"(ret)
		     : "0"((long)NR_BPF_I386), "b"(0L), "c"(0L), "d"(0L)
		     : "memory", "r8", "r9", "r10", "r11");
	return ret;
}

/* In a child: a kernel without that entry kills the caller, which denies it as well. */
static void check(const char *name, long (*call)(void))
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(call() == -ENOSYS ? 0 : 1);
	waitpid(pid, &status, 0);
	tap_ok(pid > 0 && ((WIFEXITED(status) && WEXITSTATUS(status) == 0) ||
			   (WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV)),
	       "bpf(2) by %s gives ENOSYS", name);
}

int main(void)
{
	struct stat st;

	check("syscall", bpf_x86_64);
	check("the x32 number", bpf_x32);
	check("int $0x80", bpf_i386);
	if (tap_ok(stat(EBPFDRV_DEVICE_PATH, &st) == 0, "%s exists", EBPFDRV_DEVICE_PATH)) {
		tap_ok(S_ISCHR(st.st_mode), "it is a character device");
		tap_eq(st.st_mode & 0777, 0600, "it is root's alone");
	}
	tap_ok(access(getenv("EBPFDRV_SHIM") ?: "", R_OK) == 0, "EBPFDRV_SHIM names the shim");
	tap_ok(access(getenv("EBPFDRV_RUN") ?: "", X_OK) == 0, "EBPFDRV_RUN names ebpfdrv-run");
	return tap_end();
}
