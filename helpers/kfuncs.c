// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the verifier knows of each kernel function: one entry per function, found by its name
 * in BTF. All may be called by programs with a license that is compatible to the GPL, as in Linux.
 */
#include <ebpf/kfunc.h>
#include "helpers/words.h"

static u64 cast(u64 obj, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return obj;
}

static u64 nothing(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return 0;
}

const struct ebpf_iter_type ebpf_iter_types[EBPF_NR_ITER_KINDS] = {
	[EBPF_ITER_NUM]		= { "iter_num", 1, false },
	[EBPF_ITER_BITS]	= { "iter_bits", 2, false },
	[EBPF_ITER_TASK]	= { "iter_task", 3, true },
};

static const struct ebpf_kfunc kfuncs[] = {
	{
		.func = ebpf_kfunc_iter_num_new,
		.name = "bpf_iter_num_new",
		.iter = EBPF_KFUNC_ITER_NEW,
		.iter_kind = EBPF_ITER_NUM,
		.ret = EBPF_KFUNC_INT,
		.arg = { EBPF_KFUNC_PTR_TO_ITER, EBPF_KFUNC_INT, EBPF_KFUNC_INT },
		.arg_name = { "it", "start", "end" },
	},
	{
		.func = ebpf_kfunc_iter_num_next,
		.name = "bpf_iter_num_next",
		.iter = EBPF_KFUNC_ITER_NEXT,
		.iter_kind = EBPF_ITER_NUM,
		.ret = EBPF_KFUNC_PTR_TO_INT,
		.arg = { EBPF_KFUNC_PTR_TO_ITER },
		.arg_name = { "it" },
	},
	{
		.func = ebpf_kfunc_iter_num_destroy,
		.name = "bpf_iter_num_destroy",
		.iter = EBPF_KFUNC_ITER_DESTROY,
		.iter_kind = EBPF_ITER_NUM,
		.arg = { EBPF_KFUNC_PTR_TO_ITER },
		.arg_name = { "it" },
	},
	{
		.func = ebpf_kfunc_iter_bits_new,
		.name = "bpf_iter_bits_new",
		.prepare = ebpf_words_prepare,
		.iter = EBPF_KFUNC_ITER_NEW,
		.iter_kind = EBPF_ITER_BITS,
		.ret = EBPF_KFUNC_INT,
		.arg = { EBPF_KFUNC_PTR_TO_ITER, EBPF_KFUNC_WORDS, EBPF_KFUNC_U32 },
		.arg_name = { "it", "unsafe_ptr__ign", "nr_words" },
	},
	{
		.func = ebpf_kfunc_iter_bits_next,
		.name = "bpf_iter_bits_next",
		.iter = EBPF_KFUNC_ITER_NEXT,
		.iter_kind = EBPF_ITER_BITS,
		.ret = EBPF_KFUNC_PTR_TO_INT,
		.arg = { EBPF_KFUNC_PTR_TO_ITER },
		.arg_name = { "it" },
	},
	{
		.func = ebpf_kfunc_iter_bits_destroy,
		.name = "bpf_iter_bits_destroy",
		.iter = EBPF_KFUNC_ITER_DESTROY,
		.iter_kind = EBPF_ITER_BITS,
		.arg = { EBPF_KFUNC_PTR_TO_ITER },
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
	{
		.func = ebpf_kfunc_strcmp,
		.name = "bpf_strcmp",
		.ret = EBPF_KFUNC_INT,
		.arg = { EBPF_KFUNC_STRING, EBPF_KFUNC_STRING },
		.arg_name = { "s1__ign", "s2__ign" },
	},
	{
		.func = ebpf_kfunc_strcasecmp,
		.name = "bpf_strcasecmp",
		.ret = EBPF_KFUNC_INT,
		.arg = { EBPF_KFUNC_STRING, EBPF_KFUNC_STRING },
		.arg_name = { "s1__ign", "s2__ign" },
	},
	{
		.func = ebpf_kfunc_strncasecmp,
		.name = "bpf_strncasecmp",
		.ret = EBPF_KFUNC_INT,
		.arg = { EBPF_KFUNC_STRING, EBPF_KFUNC_STRING, EBPF_KFUNC_SIZE },
		.arg_name = { "s1__ign", "s2__ign", "len" },
	},
	{
		.func = ebpf_kfunc_strchr,
		.name = "bpf_strchr",
		.ret = EBPF_KFUNC_INT,
		.arg = { EBPF_KFUNC_STRING, EBPF_KFUNC_CHAR },
		.arg_name = { "s__ign", "c" },
	},
	{
		.func = ebpf_kfunc_strchrnul,
		.name = "bpf_strchrnul",
		.ret = EBPF_KFUNC_INT,
		.arg = { EBPF_KFUNC_STRING, EBPF_KFUNC_CHAR },
		.arg_name = { "s__ign", "c" },
	},
	{
		.func = ebpf_kfunc_strnchr,
		.name = "bpf_strnchr",
		.ret = EBPF_KFUNC_INT,
		.arg = { EBPF_KFUNC_STRING, EBPF_KFUNC_SIZE, EBPF_KFUNC_CHAR },
		.arg_name = { "s__ign", "count", "c" },
	},
	{
		.func = ebpf_kfunc_strrchr,
		.name = "bpf_strrchr",
		.ret = EBPF_KFUNC_INT,
		.arg = { EBPF_KFUNC_STRING, EBPF_KFUNC_INT },
		.arg_name = { "s__ign", "c" },
	},
	{
		.func = ebpf_kfunc_strlen,
		.name = "bpf_strlen",
		.ret = EBPF_KFUNC_INT,
		.arg = { EBPF_KFUNC_STRING },
		.arg_name = { "s__ign" },
	},
	{
		.func = ebpf_kfunc_strnlen,
		.name = "bpf_strnlen",
		.ret = EBPF_KFUNC_INT,
		.arg = { EBPF_KFUNC_STRING, EBPF_KFUNC_SIZE },
		.arg_name = { "s__ign", "count" },
	},
	{
		.func = ebpf_kfunc_strspn,
		.name = "bpf_strspn",
		.ret = EBPF_KFUNC_INT,
		.arg = { EBPF_KFUNC_STRING, EBPF_KFUNC_STRING },
		.arg_name = { "s__ign", "accept__ign" },
	},
	{
		.func = ebpf_kfunc_strcspn,
		.name = "bpf_strcspn",
		.ret = EBPF_KFUNC_INT,
		.arg = { EBPF_KFUNC_STRING, EBPF_KFUNC_STRING },
		.arg_name = { "s__ign", "reject__ign" },
	},
	{
		.func = ebpf_kfunc_strstr,
		.name = "bpf_strstr",
		.ret = EBPF_KFUNC_INT,
		.arg = { EBPF_KFUNC_STRING, EBPF_KFUNC_STRING },
		.arg_name = { "s1__ign", "s2__ign" },
	},
	{
		.func = ebpf_kfunc_strcasestr,
		.name = "bpf_strcasestr",
		.ret = EBPF_KFUNC_INT,
		.arg = { EBPF_KFUNC_STRING, EBPF_KFUNC_STRING },
		.arg_name = { "s1__ign", "s2__ign" },
	},
	{
		.func = ebpf_kfunc_strnstr,
		.name = "bpf_strnstr",
		.ret = EBPF_KFUNC_INT,
		.arg = { EBPF_KFUNC_STRING, EBPF_KFUNC_STRING, EBPF_KFUNC_SIZE },
		.arg_name = { "s1__ign", "s2__ign", "len" },
	},
	{
		.func = ebpf_kfunc_strncasestr,
		.name = "bpf_strncasestr",
		.ret = EBPF_KFUNC_INT,
		.arg = { EBPF_KFUNC_STRING, EBPF_KFUNC_STRING, EBPF_KFUNC_SIZE },
		.arg_name = { "s1__ign", "s2__ign", "len" },
	},
	{
		.func = ebpf_kfunc_task_acquire,
		.name = "bpf_task_acquire",
		.flags = EBPF_KF_ACQUIRE | EBPF_KF_RET_NULL | EBPF_KF_RCU | EBPF_KF_GENERIC,
		.ret = EBPF_KFUNC_TASK,
		.arg = { EBPF_KFUNC_TASK },
		.arg_name = { "p" },
	},
	{
		.func = ebpf_kfunc_task_release,
		.name = "bpf_task_release",
		.flags = EBPF_KF_RELEASE | EBPF_KF_GENERIC,
		.arg = { EBPF_KFUNC_TASK },
		.arg_name = { "p" },
	},
	{
		.func = ebpf_kfunc_task_from_pid,
		.name = "bpf_task_from_pid",
		.flags = EBPF_KF_ACQUIRE | EBPF_KF_RET_NULL | EBPF_KF_GENERIC,
		.ret = EBPF_KFUNC_TASK,
		.arg = { EBPF_KFUNC_INT },
		.arg_name = { "pid" },
	},
	{
		.func = ebpf_kfunc_task_from_vpid,
		.name = "bpf_task_from_vpid",
		.flags = EBPF_KF_ACQUIRE | EBPF_KF_RET_NULL | EBPF_KF_GENERIC,
		.ret = EBPF_KFUNC_TASK,
		.arg = { EBPF_KFUNC_INT },
		.arg_name = { "vpid" },
	},
	{
		.func = ebpf_kfunc_get_task_exe_file,
		.name = "bpf_get_task_exe_file",
		.flags = EBPF_KF_ACQUIRE | EBPF_KF_RET_NULL | EBPF_KF_LSM,
		.ret = EBPF_KFUNC_FILE,
		.arg = { EBPF_KFUNC_TASK },
		.arg_name = { "task" },
	},
	{
		.func = ebpf_kfunc_put_file,
		.name = "bpf_put_file",
		.flags = EBPF_KF_RELEASE | EBPF_KF_LSM,
		.arg = { EBPF_KFUNC_FILE },
		.arg_name = { "file" },
	},
	{
		.func = ebpf_kfunc_path_d_path,
		.name = "bpf_path_d_path",
		.flags = EBPF_KF_LSM | EBPF_KF_UNLOCKED,
		.ret = EBPF_KFUNC_INT,
		.arg = { EBPF_KFUNC_PATH, EBPF_KFUNC_MEM, EBPF_KFUNC_MEM_SIZE },
		.arg_name = { "path", "buf", "buf__sz" },
	},
	{
		.func = nothing,
		.name = "bpf_rcu_read_lock",
		.section = EBPF_KFUNC_RCU_LOCK,
	},
	{
		.func = nothing,
		.name = "bpf_rcu_read_unlock",
		.section = EBPF_KFUNC_RCU_UNLOCK,
	},
	{
		.func = nothing,
		.name = "bpf_preempt_disable",
		.section = EBPF_KFUNC_PREEMPT_DISABLE,
	},
	{
		.func = nothing,
		.name = "bpf_preempt_enable",
		.section = EBPF_KFUNC_PREEMPT_ENABLE,
	},
	{
		.func = ebpf_kfunc_iter_task_new,
		.name = "bpf_iter_task_new",
		.iter = EBPF_KFUNC_ITER_NEW,
		.iter_kind = EBPF_ITER_TASK,
		.ret = EBPF_KFUNC_INT,
		.arg = { EBPF_KFUNC_PTR_TO_ITER, EBPF_KFUNC_TASK_OR_NULL, EBPF_KFUNC_U32 },
		.arg_name = { "it", "task__nullable", "flags" },
	},
	{
		.func = ebpf_kfunc_iter_task_next,
		.name = "bpf_iter_task_next",
		.iter = EBPF_KFUNC_ITER_NEXT,
		.iter_kind = EBPF_ITER_TASK,
		.ret = EBPF_KFUNC_TASK,
		.arg = { EBPF_KFUNC_PTR_TO_ITER },
		.arg_name = { "it" },
	},
	{
		.func = ebpf_kfunc_iter_task_destroy,
		.name = "bpf_iter_task_destroy",
		.iter = EBPF_KFUNC_ITER_DESTROY,
		.iter_kind = EBPF_ITER_TASK,
		.arg = { EBPF_KFUNC_PTR_TO_ITER },
		.arg_name = { "it" },
	},
	{
		.func = ebpf_kfunc_arena_alloc_pages,
		.sleepable = ebpf_kfunc_arena_alloc_pages_sleepable,
		.name = "bpf_arena_alloc_pages",
		.ret = EBPF_KFUNC_PTR,
		.arg = { EBPF_KFUNC_MAP, EBPF_KFUNC_ANY, EBPF_KFUNC_U32, EBPF_KFUNC_INT, EBPF_KFUNC_U64 },
		.arg_name = { "p__map", "addr__ign", "page_cnt", "node_id", "flags" },
	},
	{
		.func = ebpf_kfunc_arena_free_pages,
		.sleepable = ebpf_kfunc_arena_free_pages_sleepable,
		.name = "bpf_arena_free_pages",
		.arg = { EBPF_KFUNC_MAP, EBPF_KFUNC_ANY, EBPF_KFUNC_U32 },
		.arg_name = { "p__map", "ptr__ign", "page_cnt" },
	},
	{
		.func = ebpf_kfunc_arena_reserve_pages,
		.name = "bpf_arena_reserve_pages",
		.ret = EBPF_KFUNC_INT,
		.arg = { EBPF_KFUNC_MAP, EBPF_KFUNC_ANY, EBPF_KFUNC_U32 },
		.arg_name = { "p__map", "ptr__ign", "page_cnt" },
	},
};

const char *ebpf_kfunc_struct(enum ebpf_kfunc_type type)
{
	switch (type) {
	case EBPF_KFUNC_TASK:
	case EBPF_KFUNC_TASK_OR_NULL:
		return "task_struct";
	case EBPF_KFUNC_FILE:
		return "file";
	case EBPF_KFUNC_PATH:
		return "path";
	default:
		return NULL;
	}
}

const struct ebpf_kfunc *ebpf_kfunc_at(u32 nr)
{
	return nr < ARRAY_SIZE(kfuncs) ? &kfuncs[nr] : NULL;
}
