// SPDX-License-Identifier: GPL-2.0-only
/*
 * bpfcall - what does this kernel answer to a bare bpf(2)?
 *
 * Prints one line. Exit status 0: ENOSYS, as where there is no bpf(2); 1: else.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NR_BPF	321	/* x86_64; <sys/syscall.h> of old systems has no name for it */

int main(void)
{
	long ret = syscall(NR_BPF, 0, NULL, 0);

	if (ret == -1 && errno == ENOSYS) {
		puts("syscall(321) = -1 ENOSYS");
		return 0;
	}
	printf("syscall(321) = %ld, errno %d (%s)\n", ret, errno, strerror(errno));
	return 1;
}
