// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/attach/sample.h"
#include "kmod/compat/clock.h"
#include "kmod/map/map.h"
#include "helpers/scratch.h"

/* Linux's PERF_MEM_NA: nothing is known of a memory access. */
#define MEM_UNKNOWN	(BIT_ULL(0) | BIT_ULL(5) | BIT_ULL(19) | BIT_ULL(24) | BIT_ULL(26))

u64 ebpf_sample_time(const struct ebpf_event *event)
{
	u64 ns;

	if (event->attr.flags & EBPF_PERF_ATTR_USE_CLOCKID &&
	    compat_perf_clock(event->attr.clockid, &ns))
		return ns;
	return local_clock();
}

/* Programs without registers are, as in Linux, at the top of their stack themselves, or what they
 * trace is.
 */
static u64 sample_ip(struct pt_regs *regs, u64 prog_ip)
{
	u64 ip = 0;

	if (regs)
		return instruction_pointer(regs);
	ebpf_stack_kernel(NULL, prog_ip, &ip, 1);
	return ip;
}

/* As read() of the event: nothing counts it. */
static u32 read_words(const struct ebpf_event *event, u64 *word)
{
	u64 format = event->attr.read_format;
	u64 ns = ebpf_event_enabled_ns(event);
	bool group = format & EBPF_PERF_FORMAT_GROUP;
	u32 n = 0;

	word[n++] = group ? 1 : 0;
	n += ebpf_event_put_times(format, ns, ns, word + n);
	if (group)
		word[n++] = 0;
	return n + ebpf_event_put_id(format, event->id, word + n);
}

static u32 words_before(const struct ebpf_event *event, struct pt_regs *regs, u64 prog_ip,
			u64 *word)
{
	u64 type = event->attr.sample_type;
	u32 n = 0;

	if (type & EBPF_PERF_SAMPLE_IDENTIFIER)
		word[n++] = event->id;
	if (type & EBPF_PERF_SAMPLE_IP)
		word[n++] = sample_ip(regs, prog_ip);
	if (type & EBPF_PERF_SAMPLE_TID)
		word[n++] = (u32)current->tgid | (u64)(u32)current->pid << 32;
	if (type & EBPF_PERF_SAMPLE_TIME)
		word[n++] = ebpf_sample_time(event);
	if (type & EBPF_PERF_SAMPLE_ADDR)
		word[n++] = 0;
	if (type & EBPF_PERF_SAMPLE_ID)
		word[n++] = event->id;
	if (type & EBPF_PERF_SAMPLE_STREAM_ID)
		word[n++] = event->id;
	if (type & EBPF_PERF_SAMPLE_CPU)
		word[n++] = (u32)smp_processor_id();
	if (type & EBPF_PERF_SAMPLE_PERIOD)
		word[n++] = 0;
	if (type & EBPF_PERF_SAMPLE_READ)
		n += read_words(event, word + n);
	return n;
}

/* Of what programs write no more is known, in Linux either. */
static u32 words_behind(u64 type, u64 *word)
{
	u32 n = 0;

	if (type & (EBPF_PERF_SAMPLE_WEIGHT | EBPF_PERF_SAMPLE_WEIGHT_STRUCT))
		word[n++] = 0;
	if (type & EBPF_PERF_SAMPLE_DATA_SRC)
		word[n++] = MEM_UNKNOWN;
	if (type & EBPF_PERF_SAMPLE_TRANSACTION)
		word[n++] = 0;
	if (type & EBPF_PERF_SAMPLE_PHYS_ADDR)
		word[n++] = 0;
	if (type & EBPF_PERF_SAMPLE_DATA_PAGE_SIZE)
		word[n++] = 0;
	if (type & EBPF_PERF_SAMPLE_AUX)
		word[n++] = 0;
	return n;
}

/* Where too many calls are nested, the chain is empty, as in Linux. */
static noinline void chain_take(struct ebpf_sample *sample, const struct ebpf_event *event,
				struct pt_regs *regs, u64 prog_ip)
{
	u32 max = event->attr.sample_max_stack;
	u64 flags = event->attr.flags;
	u64 *ips;

	BUILD_BUG_ON(EBPF_SAMPLE_MAX_STACK * sizeof(u64) > EBPF_SCRATCH_SIZE);
	sample->chain = true;
	ips = ebpf_scratch_get();
	if (!ips)
		return;
	sample->held = true;
	sample->ips = ips;
	if (!max)
		max = EBPF_SAMPLE_MAX_STACK;
	if (!(flags & EBPF_PERF_ATTR_EXCLUDE_CALLCHAIN_KERNEL))
		sample->kernel = ebpf_stack_kernel(regs, prog_ip, ips, max);
	if (!(flags & EBPF_PERF_ATTR_EXCLUDE_CALLCHAIN_USER))
		sample->user = ebpf_stack_user(regs, ips + sample->kernel, max - sample->kernel);
}

void ebpf_sample_prepare(struct ebpf_sample *sample, const struct ebpf_event *event,
			 struct pt_regs *regs, u64 prog_ip)
{
	u64 type = event->attr.sample_type;

	sample->before = 0;
	sample->behind = 0;
	sample->kernel = 0;
	sample->user = 0;
	sample->chain = false;
	sample->held = false;
	if (likely(!(type & ~EBPF_PERF_SAMPLE_RAW)))
		return;
	sample->before = words_before(event, regs, prog_ip, sample->words);
	sample->behind = words_behind(type, sample->words + sample->before);
	if (type & EBPF_PERF_SAMPLE_CALLCHAIN)
		chain_take(sample, event, regs, prog_ip);
}

void ebpf_sample_release(const struct ebpf_sample *sample)
{
	if (unlikely(sample->held))
		ebpf_scratch_put();
}
