/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel's BTF, as a client sees it, has: kernels before 5.11 were made by a pahole
 * that left out variables, and functions that ftrace does not reach.
 */
#ifndef _TESTS_VM_KERNEL_TYPES_H
#define _TESTS_VM_KERNEL_TYPES_H

#include <bpf/btf.h>
#include <stdbool.h>

/* Is there a type of that name and BTF_KIND_*? */
static inline bool kernel_has_type(const char *name, unsigned int kind)
{
	struct btf *btf = btf__load_vmlinux_btf();
	bool has = btf && btf__find_by_name_kind(btf, name, kind) > 0;

	btf__free(btf);
	return has;
}

#endif /* _TESTS_VM_KERNEL_TYPES_H */
