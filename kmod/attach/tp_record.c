// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/attach/tp_record.h"

#include <ebpf/ctx.h>
#include <linux/gfp.h>

/* One for each CPU is enough: the guard lets one program run at a time. */
static DEFINE_PER_CPU(void *, tp_record);

u64 ebpf_tp_record_fire(struct ebpf_prog *prog, const void *record, u32 size,
			struct ebpf_run_ctx *rctx)
{
	void *copy;
	u64 ret;

	if (!ebpf_run_enter(prog))
		return 0;
	copy = __this_cpu_read(tp_record);
	memcpy(copy, record, min_t(u32, size, EBPF_TP_CTX_MAX));
	ret = ebpf_prog_run(prog, copy, rctx);
	ebpf_run_exit();
	return ret;
}

void ebpf_tp_record_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		void *p = per_cpu(tp_record, cpu);

		if (p)
			free_pages_exact(p, EBPF_TP_CTX_MAX);
		per_cpu(tp_record, cpu) = NULL;
	}
}

int ebpf_tp_record_init(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		void *p = alloc_pages_exact(EBPF_TP_CTX_MAX, GFP_KERNEL | __GFP_ZERO);

		if (!p) {
			ebpf_tp_record_exit();
			return -ENOMEM;
		}
		per_cpu(tp_record, cpu) = p;
	}
	return 0;
}
