/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between test_run.c (the command), test_run_skb.c, test_run_xdp.c (programs that get a
 * packet of the caller's), test_run_tracing.c and test_run_data.c (what these share).
 *
 * All of it in process context.
 */
#ifndef _KMOD_TEST_RUN_H
#define _KMOD_TEST_RUN_H

#include "kmod/prog/run.h"
#include "kmod/syscall.h"

#include <linux/if_ether.h>

#define LOOPBACK_IFINDEX	1

struct test_outcome {
	u32 retval;
	u32 duration;		/* ns of one run */
};

/* Runs @prog @repeat times (0: once) on @ctx. -EINTR: a signal came before the
 * last of them.
 */
int ebpf_test_repeat(struct ebpf_prog *prog, const void *ctx, u32 repeat,
		     struct test_outcome *outcome);

/* The caller's context, what is missing of it zero: 1, or 0 without one, or
 * -E2BIG, -EFAULT.
 */
int ebpf_test_ctx_in(const union ebpf_attr *attr, void *ctx, u32 size);

/* The @size bytes of packet at @data, retval and duration to the caller. -ENOSPC:
 * the packet had to be cut off, the rest is done.
 */
int ebpf_test_data_out(const union ebpf_attr *attr, union ebpf_attr __user *uattr,
		       const void *data, u32 size, const struct test_outcome *outcome);
/* The same for the context. Nothing when the caller wants none. */
int ebpf_test_ctx_out(const union ebpf_attr *attr, union ebpf_attr __user *uattr,
		      const void *ctx, u32 size);

/* Does the caller see such a network device? @addr is its Ethernet address then. */
bool ebpf_test_device(u32 ifindex, u8 addr[ETH_ALEN]);

long ebpf_test_run_skb(struct ebpf_prog *prog, const union ebpf_attr *attr,
		       union ebpf_attr __user *uattr);
long ebpf_test_run_tracing(struct ebpf_prog *prog, const union ebpf_attr *attr,
			   union ebpf_attr __user *uattr);
long ebpf_test_run_xdp(struct ebpf_prog *prog, const union ebpf_attr *attr,
		       union ebpf_attr __user *uattr);

#endif /* _KMOD_TEST_RUN_H */
