/* SPDX-License-Identifier: GPL-2.0-only */
/* What test_core_interface.bpf.c tells test_core_interface.c. */
#ifndef _TEST_CORE_INTERFACE_H
#define _TEST_CORE_INTERFACE_H

#define WANTED_CALL	110	/* getppid: nobody else calls it, faults.c asks for its pid */

struct seen {
	__u64 pid, calls, samples, period, addr, ip;
	__u64 has, loop, timer_size;
};

#endif
