// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text from programs: into the trace buffer or into memory.
 */
#include <linux/kernel.h>
#include "helpers/helpers.h"
#include "helpers/format.h"
#include "helpers/scratch.h"
#include "kmod/compat/compat.h"

/* The trace shows the name of the function that the address lies in: this one's
 * is what readers of trace_pipe look for.
 */
static noinline void bpf_trace_printk(const char *text, int len)
{
	__trace_puts(_THIS_IP_, text, len);
}

static long print_trace(const char *fmt, u32 fmt_size, const u64 *args, u32 nr_args)
{
	char *buf = ebpf_scratch_get();
	int len;

	if (!buf)
		return -EBUSY;
	len = ebpf_format(buf, EBPF_SCRATCH_SIZE, fmt, fmt_size, args, nr_args);
	if (len >= 0)
		bpf_trace_printk(buf, min_t(int, len, EBPF_SCRATCH_SIZE - 1));
	ebpf_scratch_put();
	return len;
}

EBPF_HELPER(trace_printk)
{
	u64 args[3];

	args[0] = r3;
	args[1] = r4;
	args[2] = r5;
	return print_trace((const char *)(unsigned long)r1, r2, args, 3);
}

/* Number of arguments in @bytes of data, or -EINVAL. */
static int count_args(u64 data, u32 bytes)
{
	if (bytes % 8 || bytes > EBPF_FORMAT_MAX_ARGS * 8 || (bytes && !data))
		return -EINVAL;
	return bytes / 8;
}

EBPF_HELPER(trace_vprintk)
{
	int nr_args = count_args(r3, r4);

	if (nr_args < 0)
		return nr_args;
	return print_trace((const char *)(unsigned long)r1, r2,
			   (const u64 *)(unsigned long)r3, nr_args);
}

/* The verifier knows that the format is a terminated constant. */
EBPF_HELPER(snprintf)
{
	const char *fmt = (const char *)(unsigned long)r3;
	int nr_args = count_args(r4, r5);
	int len;

	if (nr_args < 0)
		return nr_args;
	len = ebpf_format((char *)(unsigned long)r1, r2, fmt, strlen(fmt) + 1,
			  (const u64 *)(unsigned long)r4, nr_args);
	return len < 0 ? len : len + 1;
}
