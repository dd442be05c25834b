// SPDX-License-Identifier: GPL-2.0-only
#include "helpers/scratch.h"
#include "kmod/compat/compat.h"

/* Task, interrupt, NMI: a helper cannot be interrupted by more programs. */
#define NESTING	3

struct scratch {
	u64 buf[NESTING][EBPF_SCRATCH_SIZE / sizeof(u64)];
	int depth;
};

/* Not a static per-CPU variable: modules share a few KiB of those. */
static struct scratch __percpu *scratch;

void *ebpf_scratch_get(void)
{
	struct scratch *s = this_cpu_ptr(scratch);

	if (s->depth >= NESTING)
		return NULL;
	return s->buf[s->depth++];
}

void ebpf_scratch_put(void)
{
	this_cpu_ptr(scratch)->depth--;
}

int ebpf_scratch_init(void)
{
	scratch = alloc_percpu(struct scratch);
	return scratch ? 0 : -ENOMEM;
}

void ebpf_scratch_exit(void)
{
	free_percpu(scratch);
}
