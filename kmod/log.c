// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/log.h"

#define LOG_SIZE_MIN	128
#define LOG_SIZE_MAX	(UINT_MAX >> 2)

static bool log_full(const struct ebpf_user_log *ulog)
{
	return ulog->used >= ulog->size - 1;
}

/* What does not fit is cut off, so that the buffer always ends in NUL. */
static int log_write(void *cookie, const char *text, u32 len)
{
	struct ebpf_user_log *ulog = cookie;
	u32 n;

	if (ulog->fault || log_full(ulog))
		return -ENOSPC;
	n = min(len, ulog->size - 1 - ulog->used);
	if (copy_to_user(ulog->buf + ulog->used, text, n) || put_user(0, ulog->buf + ulog->used + n)) {
		ulog->fault = true;
		return -EFAULT;
	}
	ulog->used += n;
	return n < len ? -ENOSPC : 0;
}

/* What was cut off because the buffer was full is lost, and stays missed. */
static void log_rewind(void *cookie, u64 len)
{
	struct ebpf_user_log *ulog = cookie;

	if (ulog->fault || len >= ulog->used)
		return;
	ulog->used = len;
	if (put_user(0, ulog->buf + ulog->used))
		ulog->fault = true;
}

int ebpf_user_log_init(struct ebpf_user_log *ulog, u64 buf, u32 size, u32 level)
{
	memset(ulog, 0, sizeof(*ulog));
	ulog->log.write = log_write;
	ulog->log.rewind = log_rewind;
	ulog->log.cookie = ulog;
	if (!buf && !size && !level)
		return 0;
	if (size < LOG_SIZE_MIN || size > LOG_SIZE_MAX || !level || !buf ||
	    (level & ~EBPF_LOG_MASK))
		return -EINVAL;
	ulog->buf = (char __user *)(unsigned long)buf;
	ulog->size = size;
	ulog->log.level = level;
	return 0;
}

int ebpf_user_log_result(const struct ebpf_user_log *ulog, int err)
{
	if (!ulog->log.level)
		return err;
	if (ulog->fault)
		return -EFAULT;
	return log_full(ulog) ? -ENOSPC : err;
}
