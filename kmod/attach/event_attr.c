// SPDX-License-Identifier: GPL-2.0-only
/*
 * struct perf_event_attr as it comes from the caller.
 */
#include "kmod/attach/event.h"
#include "kmod/compat/perf.h"

/* What a newer caller says beyond our structure must be nothing. */
static int check_zero_tail(const u8 __user *p, u32 len)
{
	u8 buf[64];
	u32 n;

	for (; len; p += n, len -= n) {
		n = min_t(u32, len, sizeof(buf));
		if (copy_from_user(buf, p, n))
			return -EFAULT;
		if (memchr_inv(buf, 0, n))
			return -E2BIG;
	}
	return 0;
}

int ebpf_event_check_period(const struct ebpf_perf_attr *attr, u64 period)
{
	if (attr->flags & EBPF_PERF_ATTR_FREQ)
		return period > ebpf_compat_perf_max_rate() ? -EINVAL : 0;
	return period >> 63 ? -EINVAL : 0;
}

/* Kinds of branches that are known, and at least one. */
static int check_branches(const struct ebpf_perf_attr *attr)
{
	u64 type = attr->branch_sample_type;

	if (!(attr->sample_type & EBPF_PERF_SAMPLE_BRANCH_STACK))
		return 0;
	if (type & ~EBPF_PERF_BRANCH_KNOWN || !(type & ~EBPF_PERF_BRANCH_PLM_ALL))
		return -EINVAL;
	return 0;
}

static bool regs_valid(u64 mask)
{
	return mask && !(mask & EBPF_PERF_REGS_NONE) && !((u32)mask & ~(u32)EBPF_PERF_REGS_KNOWN);
}

static int check_samples(const struct ebpf_perf_attr *attr)
{
	u64 type = attr->sample_type;

	if (type & ~EBPF_PERF_SAMPLE_KNOWN)
		return -EINVAL;
	if (type & EBPF_PERF_SAMPLE_REGS_USER && !regs_valid(attr->sample_regs_user))
		return -EINVAL;
	if (type & EBPF_PERF_SAMPLE_REGS_INTR && !regs_valid(attr->sample_regs_intr))
		return -EINVAL;
	if (type & EBPF_PERF_SAMPLE_STACK_USER &&
	    (attr->sample_stack_user >= U16_MAX || attr->sample_stack_user % 8))
		return -EINVAL;
	if (type & EBPF_PERF_SAMPLE_WEIGHT && type & EBPF_PERF_SAMPLE_WEIGHT_STRUCT)
		return -EINVAL;
	return check_branches(attr);
}

static int check_flags(u64 flags)
{
	if (flags & ~EBPF_PERF_ATTR_FLAGS_KNOWN)
		return -EINVAL;
	if (flags & EBPF_PERF_ATTR_INHERIT_THREAD && !(flags & EBPF_PERF_ATTR_INHERIT))
		return -EINVAL;
	if (flags & EBPF_PERF_ATTR_REMOVE_ON_EXEC && flags & EBPF_PERF_ATTR_ENABLE_ON_EXEC)
		return -EINVAL;
	if (flags & EBPF_PERF_ATTR_SIGTRAP && !(flags & EBPF_PERF_ATTR_REMOVE_ON_EXEC))
		return -EINVAL;
	return 0;
}

static int check_attr(const struct ebpf_perf_attr *attr)
{
	int err;

	if (attr->reserved_2 || attr->reserved_3)
		return -EINVAL;
	if (attr->read_format & ~EBPF_PERF_FORMAT_KNOWN)
		return -EINVAL;
	err = check_samples(attr);
	return err ? err : check_flags(attr->flags);
}

/* The caller's attr is as long as its size field says. */
int ebpf_event_copy_attr(struct ebpf_perf_attr *attr, u64 address)
{
	struct ebpf_perf_attr __user *uattr = (void __user *)(unsigned long)address;
	u32 size;
	int err;

	if (get_user(size, &uattr->size))
		return -EFAULT;
	if (!size)
		size = EBPF_PERF_ATTR_SIZE_VER0;
	if (size < EBPF_PERF_ATTR_SIZE_VER0 || size > PAGE_SIZE)
		goto too_big;
	memset(attr, 0, sizeof(*attr));
	if (copy_from_user(attr, uattr, min_t(u32, size, sizeof(*attr))))
		return -EFAULT;
	if (size > sizeof(*attr)) {
		err = check_zero_tail((const u8 __user *)(uattr + 1), size - sizeof(*attr));
		if (err == -E2BIG)
			goto too_big;
		if (err)
			return err;
	}
	attr->size = size;
	return check_attr(attr);

too_big:
	/* Tells the caller what would have been understood. */
	if (put_user((u32)sizeof(*attr), &uattr->size))
		return -EFAULT;
	return -E2BIG;
}
