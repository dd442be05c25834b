// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the verifier knows of each kernel function: one entry per function, found by its name
 * in BTF. All may be called by programs of any type with a license that is compatible to the
 * GPL, as in Linux.
 */
#include <ebpf/kfunc.h>

static u64 cast(u64 obj, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return obj;
}

static const struct ebpf_kfunc kfuncs[] = {
	{
		.func = ebpf_kfunc_iter_num_new,
		.name = "bpf_iter_num_new",
		.iter = EBPF_KFUNC_ITER_NEW,
		.ret = EBPF_KFUNC_INT,
		.arg = { EBPF_KFUNC_PTR_TO_ITER_NUM, EBPF_KFUNC_INT, EBPF_KFUNC_INT },
		.arg_name = { "it", "start", "end" },
	},
	{
		.func = ebpf_kfunc_iter_num_next,
		.name = "bpf_iter_num_next",
		.iter = EBPF_KFUNC_ITER_NEXT,
		.ret = EBPF_KFUNC_PTR_TO_INT,
		.arg = { EBPF_KFUNC_PTR_TO_ITER_NUM },
		.arg_name = { "it" },
	},
	{
		.func = ebpf_kfunc_iter_num_destroy,
		.name = "bpf_iter_num_destroy",
		.iter = EBPF_KFUNC_ITER_DESTROY,
		.arg = { EBPF_KFUNC_PTR_TO_ITER_NUM },
		.arg_name = { "it" },
	},
	{
		.func = cast,
		.name = "bpf_cast_to_kern_ctx",
		.cast = EBPF_KFUNC_CAST_KERN_CTX,
		.ret = EBPF_KFUNC_PTR,
		.arg = { EBPF_KFUNC_CTX },
		.arg_name = { "obj" },
	},
	{
		.func = cast,
		.name = "bpf_rdonly_cast",
		.cast = EBPF_KFUNC_CAST_RDONLY,
		.ret = EBPF_KFUNC_PTR,
		.arg = { EBPF_KFUNC_ANY, EBPF_KFUNC_CONST },
		.arg_name = { "obj__ign", "btf_id__k" },
	},
};

const struct ebpf_kfunc *ebpf_kfunc_at(u32 nr)
{
	return nr < ARRAY_SIZE(kfuncs) ? &kfuncs[nr] : NULL;
}
