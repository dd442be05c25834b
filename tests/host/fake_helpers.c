// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every helper that helpers/protos.c may name, as a function that does nothing:
 * the verifier only wants their addresses.
 */
#include <ebpf/helper.h>

static u64 fake_helper(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return 0;
}

#define FAKE(fn)							\
	ebpf_helper_##fn(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)	\
	__attribute__((weak, alias("fake_helper")))

u64 ebpf_more_rounds(u64 since, u64 r2, u64 r3, u64 r4, u64 r5)
	__attribute__((weak, alias("fake_helper")));
u64 EBPF_FUNC_MAPPER(FAKE) FAKE(end_of_list);
/* Those that have two prototypes. */
u64 FAKE(get_socket_ptr_cookie), FAKE(xdp_get_buff_len_trace);

/* Kernel functions that need a kernel. */
#define FAKE_KFUNC(fn)							\
	ebpf_kfunc_##fn(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)		\
	__attribute__((weak, alias("fake_helper")))

u64 FAKE_KFUNC(task_acquire), FAKE_KFUNC(task_release), FAKE_KFUNC(task_from_pid),
    FAKE_KFUNC(task_from_vpid), FAKE_KFUNC(get_task_exe_file), FAKE_KFUNC(put_file),
    FAKE_KFUNC(path_d_path), FAKE_KFUNC(iter_task_new), FAKE_KFUNC(iter_task_next),
    FAKE_KFUNC(iter_task_destroy), FAKE_KFUNC(arena_alloc_pages), FAKE_KFUNC(arena_free_pages),
    FAKE_KFUNC(arena_reserve_pages), FAKE_KFUNC(arena_alloc_pages_sleepable),
    FAKE_KFUNC(arena_free_pages_sleepable);
