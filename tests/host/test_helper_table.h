/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What each helper touches, written down by reading its code and not from the table:
 * one letter for each argument.
 *
 *   -  some value             c  the context           m  a map
 *   k  a key, read            v  a map's value, read   V  the same or NULL
 *   F  a map's value, filled
 *   r  memory, read           R  the same or NULL
 *   w  memory, written in part or read as well         W  the same or NULL
 *   f  memory, all of it filled
 *   s  size of the memory before, above 0              z  the same or 0
 *   l  8 bytes, written     i  4 bytes, read and written
 *   a  constant size of what is returned
 *   t  constant text          x  a callback            S  what it is given, or NULL
 *   o  a kernel struct        O  a kptr's, given up    p  a per-CPU variable
 *   y  a socket               Y  a socket, given up    C  the context or NULL
 *   d  a dynptr               D  room for a new one    g  a dynptr, given up
 *   A  a record, given up     T  a timer               L  a lock      K  a kptr
 *
 * tests/host/test_helper_table compares the prototypes with it, tests/vm/test_helper_writes
 * what happens when they run. A new helper gets its line here after its code was read.
 */
#ifndef _TESTS_TEST_HELPER_TABLE_H
#define _TESTS_TEST_HELPER_TABLE_H

#include <ebpfdrv/bpf.h>

struct touch {
	u32 id;
	const char *args;
	const char *kern_args;	/* of TRACING programs where that is another one */
};

#define TOUCH(fn, letters)	{ EBPF_FUNC_##fn, letters, NULL }

static const struct touch touches[] = {
	TOUCH(map_lookup_elem, "mk"),
	TOUCH(map_update_elem, "mkv-"),
	TOUCH(map_delete_elem, "mk"),
	TOUCH(map_lookup_percpu_elem, "mk-"),
	TOUCH(map_push_elem, "mv-"),
	TOUCH(map_pop_elem, "mF"),
	TOUCH(map_peek_elem, "mF"),
	TOUCH(tail_call, "cm-"),
	TOUCH(for_each_map_elem, "mxS-"),
	TOUCH(loop, "-xS-"),
	TOUCH(spin_lock, "L"),
	TOUCH(spin_unlock, "L"),
	TOUCH(kptr_xchg, "KO"),
	TOUCH(ringbuf_output, "mrz-"),
	TOUCH(ringbuf_reserve, "ma-"),
	TOUCH(ringbuf_submit, "A-"),
	TOUCH(ringbuf_discard, "A-"),
	TOUCH(ringbuf_query, "m-"),
	TOUCH(ringbuf_reserve_dynptr, "m--D"),
	TOUCH(ringbuf_submit_dynptr, "g-"),
	TOUCH(ringbuf_discard_dynptr, "g-"),
	TOUCH(user_ringbuf_drain, "mxS-"),
	TOUCH(find_vma, "o-xS-"),
	TOUCH(timer_init, "Tm-"),
	TOUCH(timer_set_callback, "Tx"),
	TOUCH(timer_start, "T--"),
	TOUCH(timer_cancel, "T"),
	TOUCH(dynptr_from_mem, "fz-D"),
	TOUCH(dynptr_read, "fzd--"),
	TOUCH(dynptr_write, "d-rz-"),
	TOUCH(dynptr_data, "d-a"),
	TOUCH(probe_read, "fz-"),
	TOUCH(probe_read_str, "fz-"),
	TOUCH(probe_read_user, "fz-"),
	TOUCH(probe_read_kernel, "fz-"),
	TOUCH(probe_read_user_str, "fz-"),
	TOUCH(probe_read_kernel_str, "fz-"),
	TOUCH(probe_write_user, "-rs"),
	TOUCH(copy_from_user, "fz-"),
	TOUCH(sys_bpf, "-rs"),
	TOUCH(sys_close, "-"),
	TOUCH(btf_find_by_name_kind, "rs--"),
	TOUCH(kallsyms_lookup_name, "rz-l"),
	TOUCH(copy_from_user_task, "fz-o-"),
	TOUCH(ktime_get_ns, ""),
	TOUCH(ktime_get_boot_ns, ""),
	TOUCH(ktime_get_tai_ns, ""),
	TOUCH(ktime_get_coarse_ns, ""),
	TOUCH(jiffies64, ""),
	TOUCH(trace_printk, "rs"),
	TOUCH(trace_vprintk, "rsRz"),
	TOUCH(snprintf, "WztRz"),
	TOUCH(snprintf_btf, "wsrs-"),
	TOUCH(seq_printf, "orsRz"),
	TOUCH(seq_write, "orz"),
	TOUCH(seq_printf_btf, "orz-"),
	TOUCH(strncmp, "rst"),
	TOUCH(strtol, "rs-l"),
	TOUCH(strtoul, "rs-l"),
	TOUCH(get_prandom_u32, ""),
	TOUCH(get_smp_processor_id, ""),
	TOUCH(get_numa_node_id, ""),
	TOUCH(per_cpu_ptr, "p-"),
	TOUCH(this_cpu_ptr, "p"),
	TOUCH(get_current_pid_tgid, ""),
	TOUCH(get_current_uid_gid, ""),
	TOUCH(get_current_comm, "fs"),
	TOUCH(get_current_task, ""),
	TOUCH(current_task_under_cgroup, "m-"),
	TOUCH(get_current_cgroup_id, ""),
	TOUCH(get_current_ancestor_cgroup_id, "-"),
	TOUCH(get_ns_current_pid_tgid, "--fs"),
	TOUCH(send_signal, "-"),
	TOUCH(send_signal_thread, "-"),
	TOUCH(perf_event_read, "m-"),
	TOUCH(perf_event_read_value, "m-fs"),
	TOUCH(perf_event_output, "cm-rz"),
	TOUCH(perf_prog_read_value, "cfs"),
	TOUCH(get_attach_cookie, "c"),
	TOUCH(read_branch_records, "cWz-"),
	TOUCH(get_branch_snapshot, "fz"),
	TOUCH(get_func_ip, "c"),
	TOUCH(override_return, "c-"),
	TOUCH(get_func_arg, "c-l"),
	TOUCH(get_func_ret, "cl"),
	TOUCH(get_func_arg_cnt, "c"),
	TOUCH(get_current_task_btf, ""),
	TOUCH(task_pt_regs, "o"),
	TOUCH(get_stackid, "cm-"),
	TOUCH(get_stack, "cfz-"),
	TOUCH(get_task_stack, "ofz-"),
	TOUCH(skb_load_bytes, "c-fs"),
	TOUCH(skb_load_bytes_relative, "c-fs-"),
	TOUCH(skb_store_bytes, "c-rs-"),
	TOUCH(skb_pull_data, "c-"),
	TOUCH(skb_change_tail, "c--"),
	TOUCH(skb_change_head, "c--"),
	TOUCH(skb_change_proto, "c--"),
	TOUCH(skb_change_type, "c-"),
	TOUCH(skb_adjust_room, "c---"),
	TOUCH(skb_vlan_push, "c--"),
	TOUCH(skb_vlan_pop, "c"),
	TOUCH(skb_set_tstamp, "c--"),
	TOUCH(skb_ecn_set_ce, "c"),
	TOUCH(get_hash_recalc, "c"),
	TOUCH(set_hash_invalid, "c"),
	TOUCH(set_hash, "c-"),
	TOUCH(csum_diff, "RzRz-"),
	TOUCH(csum_update, "c-"),
	TOUCH(csum_level, "c-"),
	TOUCH(l3_csum_replace, "c----"),
	TOUCH(l4_csum_replace, "c----"),
	TOUCH(xdp_adjust_head, "c-"),
	TOUCH(xdp_adjust_tail, "c-"),
	TOUCH(xdp_adjust_meta, "c-"),
	{ EBPF_FUNC_xdp_get_buff_len, "c", "o" },
	TOUCH(xdp_load_bytes, "c-fs"),
	TOUCH(xdp_store_bytes, "c-rs"),
	TOUCH(redirect, "--"),
	TOUCH(get_route_realm, "c"),
	{ EBPF_FUNC_get_socket_cookie, "c", "y" },
	TOUCH(get_socket_uid, "c"),
	TOUCH(get_cgroup_classid, "c"),
	TOUCH(skb_cgroup_classid, "c"),
	TOUCH(skb_cgroup_id, "c"),
	TOUCH(skb_ancestor_cgroup_id, "c-"),
	TOUCH(skb_under_cgroup, "cm-"),
	TOUCH(sk_lookup_tcp, "crs--"),
	TOUCH(sk_lookup_udp, "crs--"),
	TOUCH(skc_lookup_tcp, "crs--"),
	TOUCH(sk_release, "Y"),
	TOUCH(sk_fullsock, "y"),
	TOUCH(tcp_sock, "y"),
	TOUCH(get_listener_sock, "y"),
	TOUCH(sk_cgroup_id, "y"),
	TOUCH(sk_ancestor_cgroup_id, "y-"),
	TOUCH(tcp_check_syncookie, "yrsrs"),
	TOUCH(sk_assign, "cy-"),
	TOUCH(get_netns_cookie, "C"),
	TOUCH(getsockopt, "c--fs"),
	/* Nothing yet: what Linux answers with goes there. */
	TOUCH(fib_lookup, "cws-"),
	TOUCH(check_mtu, "c-i--"),
	TOUCH(lwt_push_encap, "c-rs"),
	TOUCH(redirect_map, "m--"),
	TOUCH(sk_redirect_map, "cm--"),
	TOUCH(sk_redirect_hash, "cmk-"),
	TOUCH(msg_redirect_map, "cm--"),
	TOUCH(msg_redirect_hash, "cmk-"),
	TOUCH(sock_map_update, "cmk-"),
	TOUCH(sock_hash_update, "cmk-"),
	TOUCH(sk_select_reuseport, "cmk-"),
	{ EBPF_FUNC_sk_storage_get, "myV-", "moV-" },
	{ EBPF_FUNC_sk_storage_delete, "my", "mo" },
	TOUCH(get_local_storage, "m-"),
	TOUCH(task_storage_get, "moV-"),
	TOUCH(task_storage_delete, "mo"),
	TOUCH(d_path, "owz"),
	TOUCH(sock_from_file, "o"),
	TOUCH(skb_output, "om-rz"),
	TOUCH(xdp_output, "om-rz"),
	TOUCH(skc_to_tcp6_sock, "y"),
	TOUCH(skc_to_tcp_sock, "y"),
	TOUCH(skc_to_tcp_timewait_sock, "y"),
	TOUCH(skc_to_tcp_request_sock, "y"),
	TOUCH(skc_to_udp6_sock, "y"),
	TOUCH(skc_to_unix_sock, "y"),
};

/* The letters of @func_id in programs that see @kern sockets and packets, or NULL. */
static inline const char *touch_of(u32 func_id, bool kern)
{
	unsigned int i;

	for (i = 0; i < sizeof(touches) / sizeof(touches[0]); i++)
		if (touches[i].id == func_id)
			return kern && touches[i].kern_args ? touches[i].kern_args :
							      touches[i].args;
	return NULL;
}

/* Is it memory, and may a helper write there? */
static inline bool touch_is_mem(char c)
{
	return c == 'k' || c == 'v' || c == 'V' || c == 'F' || c == 'r' || c == 'R' || c == 'w' ||
	       c == 'W' || c == 'f' || c == 'l' || c == 'i';
}

static inline bool touch_writes(char c)
{
	return c == 'F' || c == 'w' || c == 'W' || c == 'f' || c == 'l' || c == 'i';
}

static inline bool touch_takes_null(char c)
{
	return c == 'R' || c == 'W' || c == 'V';
}

#endif /* _TESTS_TEST_HELPER_TABLE_H */
