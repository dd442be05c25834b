// SPDX-License-Identifier: GPL-2.0-only
/*
 * bpf_get_stackid() and bpf_get_stack().
 */
#include "helpers/helpers.h"
#include "helpers/scratch.h"
#include "kmod/map.h"
#include "kmod/maps/stack_trace.h"
#include "kmod/run.h"

#define MAX_STACK_DEPTH	127

static struct pt_regs *run_regs(void)
{
	const struct ebpf_run_ctx *run = ebpf_run_current();

	return run ? run->regs : NULL;
}

EBPF_HELPER(get_stackid)
{
	return ebpf_stackmap_get_id((struct ebpf_map *)(unsigned long)r2, run_regs(), r3);
}

/* Without page cache lookups where a probe fires, a frame's build id is not
 * known: the address itself is given, as Linux does when it cannot find it.
 */
static void ips_to_build_ids(struct ebpf_stack_build_id *ids, const u64 *ips, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		memset(&ids[i], 0, sizeof(ids[i]));
		ids[i].status = EBPF_STACK_BUILD_ID_IP;
		ids[i].ip = ips[i];
	}
}

static u32 walk(bool user, u64 *ips, u32 max)
{
	if (user)
		return ebpf_stack_user(run_regs(), ips, max);
	return ebpf_stack_kernel(run_regs(), ips, max);
}

/* Bytes written to @buf, or an errno. */
static long fill_stack(void *buf, u32 size, u32 elem, u32 skip, bool user)
{
	u32 want = size / elem, n;
	u64 *ips = ebpf_scratch_get();
	long ret = -EFAULT;

	if (!ips)
		return -EBUSY;
	n = walk(user, ips, min_t(u32, want + skip, MAX_STACK_DEPTH));
	if (n <= skip)
		goto out;
	n = min_t(u32, n - skip, want);
	if (elem == sizeof(u64))
		memcpy(buf, ips + skip, n * sizeof(u64));
	else
		ips_to_build_ids(buf, ips + skip, n);
	ret = (long)n * elem;
out:
	ebpf_scratch_put();
	return ret;
}

EBPF_HELPER(get_stack)
{
	const u64 known = EBPF_F_SKIP_FIELD_MASK | EBPF_F_USER_STACK | EBPF_F_USER_BUILD_ID;
	void *buf = (void *)(unsigned long)r2;
	bool user = r4 & EBPF_F_USER_STACK, ids = r4 & EBPF_F_USER_BUILD_ID;
	u32 size = r3, elem = ids ? sizeof(struct ebpf_stack_build_id) : sizeof(u64);
	long ret = -EINVAL;

	if (!(r4 & ~known) && !(ids && !user) && !(size % elem))
		ret = fill_stack(buf, size, elem, r4 & EBPF_F_SKIP_FIELD_MASK, user);
	memset((u8 *)buf + max_t(long, ret, 0), 0, size - max_t(long, ret, 0));
	return ret;
}
