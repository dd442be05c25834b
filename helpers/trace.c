// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text from programs: into the trace buffer, into memory, into an iterator's file.
 */
#include <linux/kernel.h>
#include <linux/seq_file.h>
#include "helpers/helpers.h"
#include "helpers/format.h"
#include "helpers/scratch.h"
#include "kmod/btf/btf.h"
#include "kmod/iter/iter.h"
#include "kmod/prog/nofault.h"
#include "kmod/compat/compat.h"

/* The trace shows the name of the function that the address lies in: this one's
 * is what readers of trace_pipe look for.
 */
static noinline void bpf_trace_printk(const char *text, int len)
{
	compat_trace_puts(_THIS_IP_, text, len);
}

/* Of @size bytes at @text, @len are to be printed, as an event of their own: the trace ends a line
 * where the text does not, so a line's end that the text has gets one more. (So does nothing at
 * all, which the trace would take for something.)
 */
static void put_trace(char *text, u32 len, u32 size)
{
	len = min(len, size - 1);
	if ((!len || text[len - 1] == '\n') && len + 1 < size) {
		text[len++] = '\n';
		text[len] = '\0';
	}
	bpf_trace_printk(text, len);
}

static long print_trace(const char *fmt, u32 fmt_size, const u64 *args, u32 nr_args)
{
	char *buf = ebpf_scratch_get();
	int len;

	if (!buf)
		return -EBUSY;
	len = ebpf_format(buf, EBPF_SCRATCH_SIZE, fmt, fmt_size, args, nr_args);
	if (len >= 0)
		put_trace(buf, len, EBPF_SCRATCH_SIZE);
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

/* Text into memory of a program: what does not fit is counted only. */
struct text_out {
	char *buf;
	u32 size;
	u32 len;
};

static void write_text(void *cookie, const char *text, u32 len)
{
	struct text_out *out = cookie;
	u32 room = out->size - 1;

	if (out->len < room)
		memcpy(out->buf + out->len, text, min(len, room - out->len));
	out->len += len;
}

static int read_value(void *dst, u64 src, u32 size)
{
	return ebpf_read_kernel(dst, src, size);
}

static void format_ptr(char *buf, u32 size, u64 value)
{
	scnprintf(buf, size, "0x%p", (void *)(unsigned long)value);
}

static int show_btf(void (*write)(void *cookie, const char *text, u32 len), void *cookie,
		    struct ebpf_btf_ptr ptr, u64 flags)
{
	const struct ebpf_btf_obj *obj = ebpf_btf_vmlinux();
	struct ebpf_btf_show show = {
		.write = write, .read = read_value, .ptr = format_ptr,
		.cookie = cookie, .flags = flags,
	};
	int err;

	if (!obj)
		return -EINVAL;
	if (!ebpf_btf_type_by_id(obj->btf, ptr.type_id))
		return -ENOENT;
	show.mem = ebpf_scratch_get();
	if (!show.mem)
		return -EBUSY;
	err = ebpf_btf_show(obj->btf, ptr.type_id, (u64)(unsigned long)ptr.ptr, &show);
	ebpf_scratch_put();
	return err;
}

/* Copies what is asked for: it may be in a map that a task has mapped. False: it is no such thing. */
static bool copy_btf_ptr(struct ebpf_btf_ptr *ptr, u64 from, u32 size, u64 flags)
{
	const u64 known = EBPF_BTF_F_COMPACT | EBPF_BTF_F_NONAME | EBPF_BTF_F_PTR_RAW |
			  EBPF_BTF_F_ZERO;

	if (flags & ~known || size != sizeof(*ptr))
		return false;
	memcpy(ptr, (const void *)(unsigned long)from, sizeof(*ptr));
	return !ptr->flags && ptr->type_id;
}

/* where to, bytes, struct ebpf_btf_ptr, its size, flags */
EBPF_HELPER(snprintf_btf)
{
	struct text_out out = { .buf = (char *)(unsigned long)r1, .size = r2 };
	struct ebpf_btf_ptr ptr;
	int err;

	if (!copy_btf_ptr(&ptr, r3, r4, r5))
		return -EINVAL;
	err = show_btf(write_text, &out, ptr, r5);
	out.buf[min(out.len, out.size - 1)] = '\0';
	return err ? err : (long)out.len;
}

/* file, format, its size, struct of numbers, its size */
EBPF_HELPER(seq_printf)
{
	struct seq_file *seq = ebpf_iter_seq(r1);
	int nr_args = count_args(r4, r5), len;

	if (!seq || nr_args < 0)
		return -EINVAL;
	len = ebpf_format(seq->buf + seq->count, seq->size - seq->count,
			  (const char *)(unsigned long)r2, r3,
			  (const u64 *)(unsigned long)r4, nr_args);
	if (len < 0)
		return len;
	/* Full is how such a file says that something was lost. */
	seq->count = min_t(size_t, seq->count + len, seq->size);
	return seq->count == seq->size ? -EOVERFLOW : 0;
}

/* file, bytes, how many */
EBPF_HELPER(seq_write)
{
	struct seq_file *seq = ebpf_iter_seq(r1);

	if (!seq)
		return -EINVAL;
	return seq_write(seq, (const void *)(unsigned long)r2, (u32)r3) ? -EOVERFLOW : 0;
}

static void write_seq(void *cookie, const char *text, u32 len)
{
	seq_write(cookie, text, len);
}

/* file, struct ebpf_btf_ptr, its size, flags */
EBPF_HELPER(seq_printf_btf)
{
	struct seq_file *seq = ebpf_iter_seq(r1);
	struct ebpf_btf_ptr ptr;

	if (!seq || !copy_btf_ptr(&ptr, r2, r3, r4))
		return -EINVAL;
	return show_btf(write_seq, seq, ptr, r4);
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
