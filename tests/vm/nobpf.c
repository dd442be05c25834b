// SPDX-License-Identifier: GPL-2.0-only
/*
 * nobpf [-p] CMD ARGS... - run CMD where bpf(2) does not exist
 *
 * Kernels that have bpf(2) of their own would let a mistake of ours go
 * unnoticed: what the module or the shim misses would fall through and work.
 * A seccomp filter answers ENOSYS, as a kernel without bpf(2) does; with -p
 * perf_event_open(2) is answered so too.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#define NR_BPF_X86_64	321
#define NR_BPF_I386	357
#define NR_PERF_X86_64	298
#define NR_PERF_I386	336
#define X32_BIT		0x40000000
#define NR_NONE		0x3fffffff	/* no system call has this number */

#define DATA(field)	offsetof(struct seccomp_data, field)

static int install(int deny_perf)
{
	unsigned int perf64 = deny_perf ? NR_PERF_X86_64 : NR_NONE;
	unsigned int perf32 = deny_perf ? NR_PERF_I386 : NR_NONE;
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, DATA(arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 0, 5),
		/* x86_64, and x32, whose numbers differ by one bit */
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, DATA(nr)),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, ~X32_BIT),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NR_BPF_X86_64, 5, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, perf64, 4, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		/* i386 through int $0x80 */
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, DATA(nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NR_BPF_I386, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, perf32, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = {
		.len = sizeof(filter) / sizeof(filter[0]),
		.filter = filter,
	};

	/* Root needs no no_new_privs, which would also switch off setuid programs. */
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) == 0)
		return 0;
	if (errno != EACCES || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog);
}

int main(int argc, char **argv)
{
	int deny_perf = 0;
	int at = 1;

	if (argc > at && strcmp(argv[at], "-p") == 0) {
		deny_perf = 1;
		at++;
	}
	if (argc <= at) {
		fprintf(stderr, "usage: nobpf [-p] CMD ARGS...\n");
		return 125;
	}
	if (install(deny_perf)) {
		fprintf(stderr, "nobpf: seccomp: %s\n", strerror(errno));
		return 125;
	}
	execvp(argv[at], argv + at);
	fprintf(stderr, "nobpf: %s: %s\n", argv[at], strerror(errno));
	return errno == ENOENT ? 127 : 126;
}
