// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the verifier knows of each helper: one line per helper, found by id.
 *
 * Argument types, GPL flags and the program types that may call a helper are
 * those of Linux 6.1, for a loader with CAP_BPF and CAP_PERFMON, who may call all but
 * those with sys_admin. A helper that has no line here does not exist for programs, though it has a name.
 */
#include "helpers/helpers.h"

#ifdef __KERNEL__
#include <linux/jiffies.h>
#define JIFFIES		((const void *)&jiffies)	/* 64 bits on x86_64 */
#else
#define JIFFIES		NULL
#endif

/* Program types by bit. */
#define T(type)		(1ULL << EBPF_PROG_TYPE_##type)
#define ANY_PROG	(~0ULL)
#define TRACING_PROG	(T(KPROBE) | T(TRACEPOINT) | T(PERF_EVENT) | T(RAW_TRACEPOINT) | \
			 T(RAW_TRACEPOINT_WRITABLE) | T(TRACING))
/* Types that get at packets: Linux's socket base set. */
#define SOCKET_PROG	(T(SOCKET_FILTER) | T(SCHED_CLS) | T(SCHED_ACT) | T(XDP) | \
			 T(SOCK_OPS) | T(SK_SKB) | T(SK_MSG) | T(CGROUP_SKB) | LWT_PROG | \
			 T(CGROUP_SOCK_ADDR) | T(SK_LOOKUP) | T(SK_REUSEPORT))
#define LWT_PROG	(T(LWT_IN) | T(LWT_OUT) | T(LWT_XMIT))
/* Those of control groups that run for a task. */
#define CG_TASK_PROG	(T(CGROUP_SOCK) | T(CGROUP_SOCK_ADDR) | T(CGROUP_DEVICE) | \
			 T(CGROUP_SYSCTL) | T(CGROUP_SOCKOPT))

/* What never runs where another program was interrupted. */
#define LOCKING_PROG	(T(SCHED_CLS) | T(SCHED_ACT) | T(XDP) | T(CGROUP_SKB))

/* Those of them that can be loaded, by what they get of the packet. */
#define TC_PROG		(T(SCHED_CLS) | T(SCHED_ACT))
#define SKB_PROG	(TC_PROG | T(SOCKET_FILTER) | T(CGROUP_SKB))
#define PACKET_PROG	(SKB_PROG | T(XDP))
/* May look up sockets. */
#define SOCKS_PROG	(TC_PROG | T(CGROUP_SKB) | T(XDP) | T(SK_SKB) | T(CGROUP_SOCK_ADDR))
#define SK_STORAGE_PROG	(TC_PROG | T(CGROUP_SKB) | T(SOCK_OPS) | T(SK_MSG) | \
			 T(CGROUP_SOCK_ADDR) | T(CGROUP_SOCKOPT))

#define GPL		true
#define FREE		false

#define MEM_RD		(EBPF_ARG_PTR_TO_MEM | EBPF_MEM_RDONLY)
#define DYNPTR_RINGBUF	(EBPF_ARG_PTR_TO_DYNPTR | EBPF_DYNPTR_TYPE_RINGBUF)
#define MEM_RD_OR_NULL	(EBPF_ARG_PTR_TO_MEM | EBPF_MEM_RDONLY | EBPF_PTR_MAYBE_NULL)
#define MEM_WR		(EBPF_ARG_PTR_TO_MEM | EBPF_MEM_WRITE)
#define MEM_WR_OR_NULL	(EBPF_ARG_PTR_TO_MEM | EBPF_MEM_WRITE | EBPF_PTR_MAYBE_NULL)

struct proto_entry {
	u64 prog_types;
	struct ebpf_func_proto proto;
};

/* What every line has: name, who may call it. The rest is set by field. */
#define PROTO(fn, types, ...)					\
	[EBPF_FUNC_##fn] = {					\
		.prog_types = (types),				\
		.proto = {					\
			.func = ebpf_helper_##fn,		\
			.name = #fn,				\
			.id = EBPF_FUNC_##fn,			\
			__VA_ARGS__				\
		},						\
	}

/* One helper: name, who may call it, license, what it returns, arguments. */
#define FN(fn, types, gpl, ret, ...)				\
	PROTO(fn, types, .gpl_only = (gpl), .ret_type = (ret), .arg_type = { __VA_ARGS__ })

/* The same for helpers that read kernel memory by its address. */
#define FN_READ(fn, types)					\
	PROTO(fn, types, .gpl_only = true, .lockdown = EBPF_LOCKDOWN_READ_KERNEL, \
	      .ret_type = EBPF_RET_INTEGER, \
	      .arg_type = { EBPF_ARG_PTR_TO_UNINIT_MEM, EBPF_ARG_CONST_SIZE_OR_ZERO, \
			    EBPF_ARG_ANYTHING })

/* The same for helpers that also take packet pointers as memory. */
#define FN_PKT(fn, types, gpl, ret, ...)			\
	PROTO(fn, types, .gpl_only = (gpl), .pkt_access = true, .ret_type = (ret), \
	      .arg_type = { __VA_ARGS__ })

/* The same for helpers after which pointers into the packet are void. */
#define FN_MOVE(fn, types, ret, ...)				\
	PROTO(fn, types, .changes_pkt = true, .ret_type = (ret), .arg_type = { __VA_ARGS__ })

/* From a socket to the struct it is part of. */
#define FN_SKC(fn, type)					\
	PROTO(fn, PACKET_PROG | SOCKET_PROG | T(TRACING), \
	      .ret_type = EBPF_RET_PTR_TO_BTF_ID_OR_NULL, \
	      .arg_type = { EBPF_ARG_PTR_TO_BTF_ID_SOCK_COMMON }, .btf_struct = (type))

/* Helpers that look into a kernel struct @type. */
#define FN_STRUCT(fn, types, gpl, type, ...)			\
	PROTO(fn, types, .gpl_only = (gpl), .ret_type = EBPF_RET_INTEGER, \
	      .arg_type = { __VA_ARGS__ }, .arg_struct = (type))

/* Helpers that only load a number. */
#define FN_VALUE(fn, types, at)					\
	PROTO(fn, types, .ret_type = EBPF_RET_INTEGER, .value_at = (at))

/* Helpers that return a pointer to a kernel struct and take nothing. */
#define FN_BTF(fn, types, gpl, type)				\
	PROTO(fn, types, .gpl_only = (gpl), .ret_type = EBPF_RET_PTR_TO_BTF_ID, \
	      .btf_struct = (type))

/* Maps */
EBPF_HELPER_DECL(map_lookup_elem);
EBPF_HELPER_DECL(map_update_elem);
EBPF_HELPER_DECL(map_delete_elem);
EBPF_HELPER_DECL(map_lookup_percpu_elem);
EBPF_HELPER_DECL(map_push_elem);
EBPF_HELPER_DECL(map_pop_elem);
EBPF_HELPER_DECL(map_peek_elem);
EBPF_HELPER_DECL(tail_call);
EBPF_HELPER_DECL(ringbuf_output);
EBPF_HELPER_DECL(ringbuf_reserve);
EBPF_HELPER_DECL(ringbuf_submit);
EBPF_HELPER_DECL(ringbuf_discard);
EBPF_HELPER_DECL(ringbuf_query);
EBPF_HELPER_DECL(ringbuf_reserve_dynptr);
EBPF_HELPER_DECL(ringbuf_submit_dynptr);
EBPF_HELPER_DECL(ringbuf_discard_dynptr);
EBPF_HELPER_DECL(dynptr_from_mem);
EBPF_HELPER_DECL(dynptr_read);
EBPF_HELPER_DECL(dynptr_write);
EBPF_HELPER_DECL(dynptr_data);
EBPF_HELPER_DECL(user_ringbuf_drain);
EBPF_HELPER_DECL(find_vma);
EBPF_HELPER_DECL(timer_init);
EBPF_HELPER_DECL(timer_set_callback);
EBPF_HELPER_DECL(timer_start);
EBPF_HELPER_DECL(timer_cancel);
EBPF_HELPER_DECL(for_each_map_elem);
EBPF_HELPER_DECL(loop);
EBPF_HELPER_DECL(spin_lock);
EBPF_HELPER_DECL(spin_unlock);
EBPF_HELPER_DECL(kptr_xchg);
/* Reading memory */
EBPF_HELPER_DECL(probe_read);
EBPF_HELPER_DECL(probe_read_str);
EBPF_HELPER_DECL(probe_read_user);
EBPF_HELPER_DECL(probe_read_kernel);
EBPF_HELPER_DECL(probe_read_user_str);
EBPF_HELPER_DECL(probe_read_kernel_str);
EBPF_HELPER_DECL(probe_write_user);
EBPF_HELPER_DECL(copy_from_user);
EBPF_HELPER_DECL(sys_bpf);
EBPF_HELPER_DECL(sys_close);
EBPF_HELPER_DECL(btf_find_by_name_kind);
EBPF_HELPER_DECL(kallsyms_lookup_name);
EBPF_HELPER_DECL(copy_from_user_task);
/* Time */
EBPF_HELPER_DECL(ktime_get_ns);
EBPF_HELPER_DECL(ktime_get_boot_ns);
EBPF_HELPER_DECL(ktime_get_coarse_ns);
EBPF_HELPER_DECL(ktime_get_tai_ns);
EBPF_HELPER_DECL(jiffies64);
/* Text */
EBPF_HELPER_DECL(trace_printk);
EBPF_HELPER_DECL(trace_vprintk);
EBPF_HELPER_DECL(snprintf);
EBPF_HELPER_DECL(snprintf_btf);
EBPF_HELPER_DECL(seq_printf);
EBPF_HELPER_DECL(seq_write);
EBPF_HELPER_DECL(seq_printf_btf);
EBPF_HELPER_DECL(strncmp);
EBPF_HELPER_DECL(strtol);
EBPF_HELPER_DECL(strtoul);
/* Machine */
EBPF_HELPER_DECL(get_prandom_u32);
EBPF_HELPER_DECL(get_smp_processor_id);
EBPF_HELPER_DECL(get_numa_node_id);
EBPF_HELPER_DECL(per_cpu_ptr);
EBPF_HELPER_DECL(this_cpu_ptr);
/* Tasks */
EBPF_HELPER_DECL(get_current_pid_tgid);
EBPF_HELPER_DECL(get_current_uid_gid);
EBPF_HELPER_DECL(get_current_comm);
EBPF_HELPER_DECL(get_current_task);
EBPF_HELPER_DECL(current_task_under_cgroup);
EBPF_HELPER_DECL(get_current_cgroup_id);
EBPF_HELPER_DECL(get_current_ancestor_cgroup_id);
EBPF_HELPER_DECL(get_ns_current_pid_tgid);
EBPF_HELPER_DECL(send_signal);
EBPF_HELPER_DECL(send_signal_thread);
/* Perf events and attachment */
EBPF_HELPER_DECL(perf_event_read);
EBPF_HELPER_DECL(perf_event_read_value);
EBPF_HELPER_DECL(perf_event_output);
EBPF_HELPER_DECL(perf_prog_read_value);
EBPF_HELPER_DECL(read_branch_records);
EBPF_HELPER_DECL(get_branch_snapshot);
EBPF_HELPER_DECL(get_attach_cookie);
EBPF_HELPER_DECL(get_func_ip);
EBPF_HELPER_DECL(override_return);
/* Arguments of traced functions */
EBPF_HELPER_DECL(get_func_arg);
EBPF_HELPER_DECL(get_func_ret);
EBPF_HELPER_DECL(get_func_arg_cnt);
EBPF_HELPER_DECL(get_current_task_btf);
EBPF_HELPER_DECL(task_pt_regs);
/* Stacks */
EBPF_HELPER_DECL(get_stackid);
EBPF_HELPER_DECL(get_stack);
EBPF_HELPER_DECL(get_task_stack);
/* Packets */
EBPF_HELPER_DECL(skb_load_bytes);
EBPF_HELPER_DECL(skb_load_bytes_relative);
EBPF_HELPER_DECL(skb_store_bytes);
EBPF_HELPER_DECL(skb_pull_data);
EBPF_HELPER_DECL(skb_change_tail);
EBPF_HELPER_DECL(skb_change_head);
EBPF_HELPER_DECL(skb_change_proto);
EBPF_HELPER_DECL(skb_change_type);
EBPF_HELPER_DECL(skb_adjust_room);
EBPF_HELPER_DECL(skb_vlan_push);
EBPF_HELPER_DECL(skb_vlan_pop);
EBPF_HELPER_DECL(skb_set_tstamp);
EBPF_HELPER_DECL(skb_ecn_set_ce);
EBPF_HELPER_DECL(get_hash_recalc);
EBPF_HELPER_DECL(set_hash_invalid);
EBPF_HELPER_DECL(set_hash);
EBPF_HELPER_DECL(csum_diff);
EBPF_HELPER_DECL(csum_update);
EBPF_HELPER_DECL(csum_level);
EBPF_HELPER_DECL(l3_csum_replace);
EBPF_HELPER_DECL(l4_csum_replace);
EBPF_HELPER_DECL(xdp_adjust_head);
EBPF_HELPER_DECL(xdp_adjust_tail);
EBPF_HELPER_DECL(xdp_adjust_meta);
EBPF_HELPER_DECL(xdp_get_buff_len);
EBPF_HELPER_DECL(xdp_load_bytes);
EBPF_HELPER_DECL(xdp_store_bytes);
EBPF_HELPER_DECL(redirect);
EBPF_HELPER_DECL(get_route_realm);
/* Sockets and cgroups of packets */
EBPF_HELPER_DECL(get_socket_cookie);
EBPF_HELPER_DECL(get_socket_uid);
EBPF_HELPER_DECL(get_cgroup_classid);
EBPF_HELPER_DECL(skb_cgroup_classid);
EBPF_HELPER_DECL(skb_cgroup_id);
EBPF_HELPER_DECL(skb_ancestor_cgroup_id);
EBPF_HELPER_DECL(skb_under_cgroup);
EBPF_HELPER_DECL(sk_lookup_tcp);
EBPF_HELPER_DECL(sk_lookup_udp);
EBPF_HELPER_DECL(skc_lookup_tcp);
EBPF_HELPER_DECL(sk_release);
EBPF_HELPER_DECL(sk_fullsock);
EBPF_HELPER_DECL(tcp_sock);
EBPF_HELPER_DECL(get_listener_sock);
EBPF_HELPER_DECL(sk_cgroup_id);
EBPF_HELPER_DECL(sk_ancestor_cgroup_id);
EBPF_HELPER_DECL(tcp_check_syncookie);
EBPF_HELPER_DECL(sk_assign);
EBPF_HELPER_DECL(fib_lookup);
EBPF_HELPER_DECL(check_mtu);
EBPF_HELPER_DECL(lwt_push_encap);
EBPF_HELPER_DECL(get_netns_cookie);
EBPF_HELPER_DECL(getsockopt);
EBPF_HELPER_DECL(redirect_map);
EBPF_HELPER_DECL(sk_redirect_map);
EBPF_HELPER_DECL(sk_redirect_hash);
EBPF_HELPER_DECL(msg_redirect_map);
EBPF_HELPER_DECL(msg_redirect_hash);
EBPF_HELPER_DECL(sock_map_update);
EBPF_HELPER_DECL(sock_hash_update);
EBPF_HELPER_DECL(sk_select_reuseport);
EBPF_HELPER_DECL(sk_storage_get);
EBPF_HELPER_DECL(sk_storage_delete);
EBPF_HELPER_DECL(get_local_storage);
EBPF_HELPER_DECL(task_storage_get);
EBPF_HELPER_DECL(task_storage_delete);
EBPF_HELPER_DECL(d_path);
EBPF_HELPER_DECL(skc_to_tcp6_sock);
EBPF_HELPER_DECL(skc_to_tcp_sock);
EBPF_HELPER_DECL(skc_to_tcp_timewait_sock);
EBPF_HELPER_DECL(skc_to_tcp_request_sock);
EBPF_HELPER_DECL(skc_to_udp6_sock);
EBPF_HELPER_DECL(skc_to_unix_sock);
EBPF_HELPER_DECL(sock_from_file);
EBPF_HELPER_DECL(get_socket_ptr_cookie);
EBPF_HELPER_DECL(skb_output);
EBPF_HELPER_DECL(xdp_output);
EBPF_HELPER_DECL(xdp_get_buff_len_trace);

static const struct proto_entry protos[__EBPF_FUNC_MAX_ID] = {
	FN_PKT(map_lookup_elem, ANY_PROG, FREE, EBPF_RET_PTR_TO_MAP_VALUE_OR_NULL,
	       EBPF_ARG_CONST_MAP_PTR, EBPF_ARG_PTR_TO_MAP_KEY),
	FN_PKT(map_update_elem, ANY_PROG, FREE, EBPF_RET_INTEGER,
	       EBPF_ARG_CONST_MAP_PTR, EBPF_ARG_PTR_TO_MAP_KEY, EBPF_ARG_PTR_TO_MAP_VALUE,
	       EBPF_ARG_ANYTHING),
	FN_PKT(map_delete_elem, ANY_PROG, FREE, EBPF_RET_INTEGER,
	       EBPF_ARG_CONST_MAP_PTR, EBPF_ARG_PTR_TO_MAP_KEY),
	FN_PKT(map_lookup_percpu_elem, ANY_PROG, FREE, EBPF_RET_PTR_TO_MAP_VALUE_OR_NULL,
	       EBPF_ARG_CONST_MAP_PTR, EBPF_ARG_PTR_TO_MAP_KEY, EBPF_ARG_ANYTHING),
	FN_PKT(map_push_elem, ANY_PROG, FREE, EBPF_RET_INTEGER,
	       EBPF_ARG_CONST_MAP_PTR, EBPF_ARG_PTR_TO_MAP_VALUE, EBPF_ARG_ANYTHING),
	FN(map_pop_elem, ANY_PROG, FREE, EBPF_RET_INTEGER,
	   EBPF_ARG_CONST_MAP_PTR, EBPF_ARG_PTR_TO_UNINIT_MAP_VALUE),
	FN(map_peek_elem, ANY_PROG, FREE, EBPF_RET_INTEGER,
	   EBPF_ARG_CONST_MAP_PTR, EBPF_ARG_PTR_TO_UNINIT_MAP_VALUE),
	FN(tail_call, ANY_PROG, FREE, EBPF_RET_VOID,
	   EBPF_ARG_PTR_TO_CTX, EBPF_ARG_CONST_MAP_PTR, EBPF_ARG_ANYTHING),
	FN(for_each_map_elem, ANY_PROG, FREE, EBPF_RET_INTEGER,
	   EBPF_ARG_CONST_MAP_PTR, EBPF_ARG_PTR_TO_FUNC, EBPF_ARG_PTR_TO_STACK_OR_NULL,
	   EBPF_ARG_ANYTHING),
	FN(loop, ANY_PROG, FREE, EBPF_RET_INTEGER,
	   EBPF_ARG_ANYTHING, EBPF_ARG_PTR_TO_FUNC, EBPF_ARG_PTR_TO_STACK_OR_NULL,
	   EBPF_ARG_ANYTHING),
	FN(spin_lock, LOCKING_PROG, FREE, EBPF_RET_VOID, EBPF_ARG_PTR_TO_SPIN_LOCK),
	FN(spin_unlock, LOCKING_PROG, FREE, EBPF_RET_VOID, EBPF_ARG_PTR_TO_SPIN_LOCK),
	/* What it takes and returns is what the map's kptr points to. */
	FN(kptr_xchg, ANY_PROG, FREE, EBPF_RET_PTR_TO_BTF_ID_OR_NULL,
	   EBPF_ARG_PTR_TO_KPTR, EBPF_ARG_PTR_TO_BTF_ID | EBPF_PTR_MAYBE_NULL | EBPF_OBJ_RELEASE),

	FN(ringbuf_output, ANY_PROG, FREE, EBPF_RET_INTEGER,
	   EBPF_ARG_CONST_MAP_PTR, MEM_RD, EBPF_ARG_CONST_SIZE_OR_ZERO, EBPF_ARG_ANYTHING),
	FN(ringbuf_reserve, ANY_PROG, FREE, EBPF_RET_PTR_TO_ALLOC_MEM_OR_NULL,
	   EBPF_ARG_CONST_MAP_PTR, EBPF_ARG_CONST_ALLOC_SIZE_OR_ZERO, EBPF_ARG_ANYTHING),
	FN(ringbuf_submit, ANY_PROG, FREE, EBPF_RET_VOID,
	   EBPF_ARG_PTR_TO_ALLOC_MEM_REL, EBPF_ARG_ANYTHING),
	FN(ringbuf_discard, ANY_PROG, FREE, EBPF_RET_VOID,
	   EBPF_ARG_PTR_TO_ALLOC_MEM_REL, EBPF_ARG_ANYTHING),
	FN(ringbuf_query, ANY_PROG, FREE, EBPF_RET_INTEGER,
	   EBPF_ARG_CONST_MAP_PTR, EBPF_ARG_ANYTHING),
	FN(ringbuf_reserve_dynptr, ANY_PROG, FREE, EBPF_RET_INTEGER,
	   EBPF_ARG_CONST_MAP_PTR, EBPF_ARG_ANYTHING, EBPF_ARG_ANYTHING, DYNPTR_RINGBUF |
	   EBPF_MEM_UNINIT | EBPF_MEM_WRITE),
	FN(ringbuf_submit_dynptr, ANY_PROG, FREE, EBPF_RET_VOID,
	   DYNPTR_RINGBUF | EBPF_OBJ_RELEASE, EBPF_ARG_ANYTHING),
	FN(ringbuf_discard_dynptr, ANY_PROG, FREE, EBPF_RET_VOID,
	   DYNPTR_RINGBUF | EBPF_OBJ_RELEASE, EBPF_ARG_ANYTHING),

	FN(user_ringbuf_drain, ANY_PROG, FREE, EBPF_RET_INTEGER,
	   EBPF_ARG_CONST_MAP_PTR, EBPF_ARG_PTR_TO_FUNC, EBPF_ARG_PTR_TO_STACK_OR_NULL,
	   EBPF_ARG_ANYTHING),

	FN_STRUCT(find_vma, TRACING_PROG, FREE, "task_struct",
		  EBPF_ARG_PTR_TO_BTF_ID, EBPF_ARG_ANYTHING, EBPF_ARG_PTR_TO_FUNC,
		  EBPF_ARG_PTR_TO_STACK_OR_NULL, EBPF_ARG_ANYTHING),

	/* Maps with timers are refused to what probes run. */
	FN(timer_init, ANY_PROG, GPL, EBPF_RET_INTEGER,
	   EBPF_ARG_PTR_TO_TIMER, EBPF_ARG_CONST_MAP_PTR, EBPF_ARG_ANYTHING),
	FN(timer_set_callback, ANY_PROG, GPL, EBPF_RET_INTEGER, EBPF_ARG_PTR_TO_TIMER,
	   EBPF_ARG_PTR_TO_FUNC),
	FN(timer_start, ANY_PROG, GPL, EBPF_RET_INTEGER,
	   EBPF_ARG_PTR_TO_TIMER, EBPF_ARG_ANYTHING, EBPF_ARG_ANYTHING),
	FN(timer_cancel, ANY_PROG, GPL, EBPF_RET_INTEGER, EBPF_ARG_PTR_TO_TIMER),

	FN(dynptr_from_mem, ANY_PROG, FREE, EBPF_RET_INTEGER,
	   EBPF_ARG_PTR_TO_UNINIT_MEM, EBPF_ARG_CONST_SIZE_OR_ZERO, EBPF_ARG_ANYTHING,
	   EBPF_ARG_PTR_TO_DYNPTR | EBPF_DYNPTR_TYPE_LOCAL | EBPF_MEM_UNINIT | EBPF_MEM_WRITE),
	FN(dynptr_read, ANY_PROG, FREE, EBPF_RET_INTEGER,
	   EBPF_ARG_PTR_TO_UNINIT_MEM, EBPF_ARG_CONST_SIZE_OR_ZERO, EBPF_ARG_PTR_TO_DYNPTR,
	   EBPF_ARG_ANYTHING, EBPF_ARG_ANYTHING),
	FN(dynptr_write, ANY_PROG, FREE, EBPF_RET_INTEGER,
	   EBPF_ARG_PTR_TO_DYNPTR, EBPF_ARG_ANYTHING, MEM_RD, EBPF_ARG_CONST_SIZE_OR_ZERO,
	   EBPF_ARG_ANYTHING),
	FN(dynptr_data, ANY_PROG, FREE, EBPF_RET_PTR_TO_MEM | EBPF_PTR_MAYBE_NULL,
	   EBPF_ARG_PTR_TO_DYNPTR, EBPF_ARG_ANYTHING, EBPF_ARG_CONST_ALLOC_SIZE_OR_ZERO),

	FN_READ(probe_read, TRACING_PROG),
	FN_READ(probe_read_str, TRACING_PROG),
	FN(probe_read_user, ANY_PROG, GPL, EBPF_RET_INTEGER,
	   EBPF_ARG_PTR_TO_UNINIT_MEM, EBPF_ARG_CONST_SIZE_OR_ZERO, EBPF_ARG_ANYTHING),
	FN_READ(probe_read_kernel, ANY_PROG),
	FN(probe_read_user_str, ANY_PROG, GPL, EBPF_RET_INTEGER,
	   EBPF_ARG_PTR_TO_UNINIT_MEM, EBPF_ARG_CONST_SIZE_OR_ZERO, EBPF_ARG_ANYTHING),
	FN_READ(probe_read_kernel_str, ANY_PROG),
	PROTO(probe_write_user, TRACING_PROG, .gpl_only = true, .sys_admin = true,
	      .lockdown = EBPF_LOCKDOWN_WRITE_USER,
	      .ret_type = EBPF_RET_INTEGER, .arg_type = { EBPF_ARG_ANYTHING, MEM_RD,
	      EBPF_ARG_CONST_SIZE }),
	PROTO(sys_bpf, T(SYSCALL), .may_sleep = true, .ret_type = EBPF_RET_INTEGER,
	      .arg_type = { EBPF_ARG_ANYTHING, MEM_RD, EBPF_ARG_CONST_SIZE }),
	PROTO(sys_close, T(SYSCALL), .may_sleep = true, .ret_type = EBPF_RET_INTEGER,
	      .arg_type = { EBPF_ARG_ANYTHING }),
	PROTO(btf_find_by_name_kind, T(SYSCALL), .ret_type = EBPF_RET_INTEGER,
	      .arg_type = { MEM_RD, EBPF_ARG_CONST_SIZE, EBPF_ARG_ANYTHING, EBPF_ARG_ANYTHING }),
	PROTO(kallsyms_lookup_name, T(SYSCALL), .may_sleep = true, .ret_type = EBPF_RET_INTEGER,
	      .arg_type = { MEM_RD, EBPF_ARG_CONST_SIZE_OR_ZERO, EBPF_ARG_ANYTHING,
			    EBPF_ARG_PTR_TO_LONG_OUT }),
	PROTO(copy_from_user, TRACING_PROG | T(SYSCALL), .may_sleep = true, .ret_type = EBPF_RET_INTEGER,
	      .arg_type = { EBPF_ARG_PTR_TO_UNINIT_MEM, EBPF_ARG_CONST_SIZE_OR_ZERO,
	      EBPF_ARG_ANYTHING }),
	PROTO(copy_from_user_task, TRACING_PROG, .gpl_only = true, .may_sleep = true,
	      .ret_type = EBPF_RET_INTEGER,
	      .arg_type = { EBPF_ARG_PTR_TO_UNINIT_MEM, EBPF_ARG_CONST_SIZE_OR_ZERO,
	      EBPF_ARG_ANYTHING,
			    EBPF_ARG_PTR_TO_BTF_ID, EBPF_ARG_ANYTHING },
	      .arg_struct = "task_struct"),

	FN(ktime_get_ns, ANY_PROG, FREE, EBPF_RET_INTEGER, EBPF_ARG_DONTCARE),
	FN(ktime_get_boot_ns, ANY_PROG, FREE, EBPF_RET_INTEGER, EBPF_ARG_DONTCARE),
	FN(ktime_get_tai_ns, ANY_PROG, FREE, EBPF_RET_INTEGER, EBPF_ARG_DONTCARE),
	/* Its clock can be in the middle of an update: not where probes fire. */
	FN(ktime_get_coarse_ns, SOCKET_PROG | T(CGROUP_SOCK) | T(CGROUP_SYSCTL), FREE,
	   EBPF_RET_INTEGER, EBPF_ARG_DONTCARE),
	FN_VALUE(jiffies64, ANY_PROG, JIFFIES),

	FN(trace_printk, ANY_PROG, GPL, EBPF_RET_INTEGER,
	   MEM_RD, EBPF_ARG_CONST_SIZE),
	FN(trace_vprintk, ANY_PROG, GPL, EBPF_RET_INTEGER,
	   MEM_RD, EBPF_ARG_CONST_SIZE, MEM_RD_OR_NULL, EBPF_ARG_CONST_SIZE_OR_ZERO),
	FN(snprintf, ANY_PROG, GPL, EBPF_RET_INTEGER,
	   MEM_WR_OR_NULL, EBPF_ARG_CONST_SIZE_OR_ZERO, EBPF_ARG_PTR_TO_CONST_STR,
	   MEM_RD_OR_NULL, EBPF_ARG_CONST_SIZE_OR_ZERO),
	FN(snprintf_btf, TRACING_PROG, FREE, EBPF_RET_INTEGER,
	   MEM_WR, EBPF_ARG_CONST_SIZE, MEM_RD, EBPF_ARG_CONST_SIZE, EBPF_ARG_ANYTHING),
	/* Of iterators only. */
	FN_STRUCT(seq_printf, T(TRACING), GPL, "seq_file",
		  EBPF_ARG_PTR_TO_BTF_ID, MEM_RD, EBPF_ARG_CONST_SIZE, MEM_RD_OR_NULL,
		  EBPF_ARG_CONST_SIZE_OR_ZERO),
	FN_STRUCT(seq_write, T(TRACING), GPL, "seq_file",
		  EBPF_ARG_PTR_TO_BTF_ID, MEM_RD, EBPF_ARG_CONST_SIZE_OR_ZERO),
	FN_STRUCT(seq_printf_btf, T(TRACING), GPL, "seq_file",
		  EBPF_ARG_PTR_TO_BTF_ID, MEM_RD, EBPF_ARG_CONST_SIZE_OR_ZERO, EBPF_ARG_ANYTHING),
	FN(strncmp, ANY_PROG, FREE, EBPF_RET_INTEGER,
	   MEM_RD, EBPF_ARG_CONST_SIZE, EBPF_ARG_PTR_TO_CONST_STR),
	FN(strtol, ANY_PROG, FREE, EBPF_RET_INTEGER,
	   MEM_RD, EBPF_ARG_CONST_SIZE, EBPF_ARG_ANYTHING, EBPF_ARG_PTR_TO_LONG_OUT),
	FN(strtoul, ANY_PROG, FREE, EBPF_RET_INTEGER,
	   MEM_RD, EBPF_ARG_CONST_SIZE, EBPF_ARG_ANYTHING, EBPF_ARG_PTR_TO_LONG_OUT),

	FN(get_prandom_u32, ANY_PROG, FREE, EBPF_RET_INTEGER, EBPF_ARG_DONTCARE),
	FN(get_smp_processor_id, ANY_PROG, FREE, EBPF_RET_INTEGER, EBPF_ARG_DONTCARE),
	FN(get_numa_node_id, ANY_PROG, FREE, EBPF_RET_INTEGER, EBPF_ARG_DONTCARE),
	FN(per_cpu_ptr, ANY_PROG, FREE, EBPF_PTR_MAYBE_NULL | EBPF_MEM_RDONLY |
	   EBPF_RET_PTR_TO_MEM_OR_BTF_ID, EBPF_ARG_PTR_TO_PERCPU_BTF_ID, EBPF_ARG_ANYTHING),
	FN(this_cpu_ptr, ANY_PROG, FREE, EBPF_MEM_RDONLY | EBPF_RET_PTR_TO_MEM_OR_BTF_ID,
	   EBPF_ARG_PTR_TO_PERCPU_BTF_ID),

	FN(get_current_pid_tgid, TRACING_PROG | CG_TASK_PROG | T(SK_MSG), FREE, EBPF_RET_INTEGER,
	   EBPF_ARG_DONTCARE),
	FN(get_current_uid_gid, TRACING_PROG | CG_TASK_PROG | T(SK_MSG), FREE, EBPF_RET_INTEGER,
	   EBPF_ARG_DONTCARE),
	FN(get_current_comm, TRACING_PROG | CG_TASK_PROG, FREE, EBPF_RET_INTEGER,
	   EBPF_ARG_PTR_TO_UNINIT_MEM, EBPF_ARG_CONST_SIZE),
	FN(get_current_task, ANY_PROG, GPL, EBPF_RET_INTEGER, EBPF_ARG_DONTCARE),
	FN(current_task_under_cgroup, TRACING_PROG, FREE, EBPF_RET_INTEGER,
	   EBPF_ARG_CONST_MAP_PTR, EBPF_ARG_ANYTHING),
	FN(get_current_cgroup_id, TRACING_PROG | CG_TASK_PROG | T(SK_MSG), FREE, EBPF_RET_INTEGER,
	   EBPF_ARG_DONTCARE),
	FN(get_current_ancestor_cgroup_id, TRACING_PROG | CG_TASK_PROG | T(SK_MSG), FREE,
	   EBPF_RET_INTEGER, EBPF_ARG_ANYTHING),
	FN(get_ns_current_pid_tgid, TRACING_PROG, FREE, EBPF_RET_INTEGER,
	   EBPF_ARG_ANYTHING, EBPF_ARG_ANYTHING, EBPF_ARG_PTR_TO_UNINIT_MEM, EBPF_ARG_CONST_SIZE),
	FN(send_signal, TRACING_PROG, FREE, EBPF_RET_INTEGER, EBPF_ARG_ANYTHING),
	FN(send_signal_thread, TRACING_PROG, FREE, EBPF_RET_INTEGER, EBPF_ARG_ANYTHING),

	FN(perf_event_read, TRACING_PROG, GPL, EBPF_RET_INTEGER,
	   EBPF_ARG_CONST_MAP_PTR, EBPF_ARG_ANYTHING),
	FN(perf_event_read_value, TRACING_PROG, GPL, EBPF_RET_INTEGER,
	   EBPF_ARG_CONST_MAP_PTR, EBPF_ARG_ANYTHING, EBPF_ARG_PTR_TO_UNINIT_MEM,
	   EBPF_ARG_CONST_SIZE),
	FN(perf_event_output, TRACING_PROG | PACKET_PROG | LWT_PROG | CG_TASK_PROG | T(SK_SKB) | T(SK_MSG) |
	   T(SOCK_OPS) | T(SK_LOOKUP), GPL, EBPF_RET_INTEGER,
	   EBPF_ARG_PTR_TO_CTX, EBPF_ARG_CONST_MAP_PTR, EBPF_ARG_ANYTHING, MEM_RD,
	   EBPF_ARG_CONST_SIZE_OR_ZERO),
	FN(perf_prog_read_value, T(PERF_EVENT), GPL, EBPF_RET_INTEGER,
	   EBPF_ARG_PTR_TO_CTX, EBPF_ARG_PTR_TO_UNINIT_MEM, EBPF_ARG_CONST_SIZE),
	FN(get_attach_cookie, T(KPROBE) | T(TRACEPOINT) | T(PERF_EVENT) | T(TRACING), FREE,
	   EBPF_RET_INTEGER, EBPF_ARG_PTR_TO_CTX),
	FN(read_branch_records, T(PERF_EVENT), GPL, EBPF_RET_INTEGER,
	   EBPF_ARG_PTR_TO_CTX, MEM_WR_OR_NULL, EBPF_ARG_CONST_SIZE_OR_ZERO, EBPF_ARG_ANYTHING),
	/* Of the flags nothing is said, in Linux neither. */
	FN(get_branch_snapshot, TRACING_PROG, GPL, EBPF_RET_INTEGER,
	   EBPF_ARG_PTR_TO_UNINIT_MEM, EBPF_ARG_CONST_SIZE_OR_ZERO),
	/* The others are told why not. */
	FN(get_func_ip, TRACING_PROG, GPL, EBPF_RET_INTEGER, EBPF_ARG_PTR_TO_CTX),
	FN(override_return, T(KPROBE), GPL, EBPF_RET_INTEGER, EBPF_ARG_PTR_TO_CTX,
	   EBPF_ARG_ANYTHING),

	FN(get_func_arg, T(TRACING), FREE, EBPF_RET_INTEGER,
	   EBPF_ARG_PTR_TO_CTX, EBPF_ARG_ANYTHING, EBPF_ARG_PTR_TO_LONG_OUT),
	FN(get_func_ret, T(TRACING), FREE, EBPF_RET_INTEGER, EBPF_ARG_PTR_TO_CTX,
	   EBPF_ARG_PTR_TO_LONG_OUT),
	FN(get_func_arg_cnt, T(TRACING), FREE, EBPF_RET_INTEGER, EBPF_ARG_PTR_TO_CTX),
	FN_BTF(get_current_task_btf, TRACING_PROG, GPL, "task_struct"),
	PROTO(task_pt_regs, TRACING_PROG, .gpl_only = GPL, .ret_type = EBPF_RET_PTR_TO_BTF_ID,
	      .btf_struct = "pt_regs", .arg_type = { EBPF_ARG_PTR_TO_BTF_ID },
	      .arg_struct = "task_struct"),

	FN(get_stackid, TRACING_PROG, GPL, EBPF_RET_INTEGER,
	   EBPF_ARG_PTR_TO_CTX, EBPF_ARG_CONST_MAP_PTR, EBPF_ARG_ANYTHING),
	FN(get_stack, TRACING_PROG, GPL, EBPF_RET_INTEGER,
	   EBPF_ARG_PTR_TO_CTX, EBPF_ARG_PTR_TO_UNINIT_MEM, EBPF_ARG_CONST_SIZE_OR_ZERO,
	   EBPF_ARG_ANYTHING),
	FN_STRUCT(get_task_stack, TRACING_PROG, FREE, "task_struct",
		  EBPF_ARG_PTR_TO_BTF_ID, EBPF_ARG_PTR_TO_UNINIT_MEM, EBPF_ARG_CONST_SIZE_OR_ZERO,
		  EBPF_ARG_ANYTHING),

	FN(skb_load_bytes, SKB_PROG | LWT_PROG | T(SK_SKB) | T(SK_REUSEPORT), FREE,
	   EBPF_RET_INTEGER,
	   EBPF_ARG_PTR_TO_CTX, EBPF_ARG_ANYTHING, EBPF_ARG_PTR_TO_UNINIT_MEM, EBPF_ARG_CONST_SIZE),
	FN(skb_load_bytes_relative, SKB_PROG | T(SK_REUSEPORT), FREE, EBPF_RET_INTEGER,
	   EBPF_ARG_PTR_TO_CTX, EBPF_ARG_ANYTHING, EBPF_ARG_PTR_TO_UNINIT_MEM, EBPF_ARG_CONST_SIZE,
	   EBPF_ARG_ANYTHING),
	FN_MOVE(skb_store_bytes, TC_PROG | T(LWT_XMIT) | T(SK_SKB), EBPF_RET_INTEGER,
		EBPF_ARG_PTR_TO_CTX, EBPF_ARG_ANYTHING, MEM_RD, EBPF_ARG_CONST_SIZE,
		EBPF_ARG_ANYTHING),
	FN_MOVE(skb_pull_data, TC_PROG | LWT_PROG | T(SK_SKB), EBPF_RET_INTEGER,
		EBPF_ARG_PTR_TO_CTX, EBPF_ARG_ANYTHING),
	FN_MOVE(skb_change_tail, TC_PROG | T(LWT_XMIT) | T(SK_SKB), EBPF_RET_INTEGER,
		EBPF_ARG_PTR_TO_CTX, EBPF_ARG_ANYTHING, EBPF_ARG_ANYTHING),
	FN_MOVE(skb_change_head, TC_PROG | T(LWT_XMIT) | T(SK_SKB), EBPF_RET_INTEGER,
		EBPF_ARG_PTR_TO_CTX, EBPF_ARG_ANYTHING, EBPF_ARG_ANYTHING),
	FN_MOVE(skb_change_proto, TC_PROG, EBPF_RET_INTEGER,
		EBPF_ARG_PTR_TO_CTX, EBPF_ARG_ANYTHING, EBPF_ARG_ANYTHING),
	FN(skb_change_type, TC_PROG, FREE, EBPF_RET_INTEGER, EBPF_ARG_PTR_TO_CTX,
	   EBPF_ARG_ANYTHING),
	FN_MOVE(skb_adjust_room, TC_PROG | T(SK_SKB), EBPF_RET_INTEGER,
		EBPF_ARG_PTR_TO_CTX, EBPF_ARG_ANYTHING, EBPF_ARG_ANYTHING, EBPF_ARG_ANYTHING),
	FN_MOVE(skb_vlan_push, TC_PROG, EBPF_RET_INTEGER,
		EBPF_ARG_PTR_TO_CTX, EBPF_ARG_ANYTHING, EBPF_ARG_ANYTHING),
	FN_MOVE(skb_vlan_pop, TC_PROG, EBPF_RET_INTEGER, EBPF_ARG_PTR_TO_CTX),
	FN(skb_set_tstamp, TC_PROG, FREE, EBPF_RET_INTEGER,
	   EBPF_ARG_PTR_TO_CTX, EBPF_ARG_ANYTHING, EBPF_ARG_ANYTHING),
	FN(skb_ecn_set_ce, TC_PROG | T(CGROUP_SKB), FREE, EBPF_RET_INTEGER, EBPF_ARG_PTR_TO_CTX),
	FN(get_hash_recalc, TC_PROG | LWT_PROG, FREE, EBPF_RET_INTEGER, EBPF_ARG_PTR_TO_CTX),
	FN(set_hash_invalid, TC_PROG | T(LWT_XMIT), FREE, EBPF_RET_INTEGER, EBPF_ARG_PTR_TO_CTX),
	FN(set_hash, TC_PROG, FREE, EBPF_RET_INTEGER, EBPF_ARG_PTR_TO_CTX, EBPF_ARG_ANYTHING),
	FN_PKT(csum_diff, TC_PROG | T(XDP) | LWT_PROG, FREE, EBPF_RET_INTEGER,
	       MEM_RD_OR_NULL, EBPF_ARG_CONST_SIZE_OR_ZERO, MEM_RD_OR_NULL,
	       EBPF_ARG_CONST_SIZE_OR_ZERO, EBPF_ARG_ANYTHING),
	FN(csum_update, TC_PROG | T(LWT_XMIT), FREE, EBPF_RET_INTEGER, EBPF_ARG_PTR_TO_CTX,
	   EBPF_ARG_ANYTHING),
	FN(csum_level, TC_PROG | T(LWT_XMIT), FREE, EBPF_RET_INTEGER, EBPF_ARG_PTR_TO_CTX,
	   EBPF_ARG_ANYTHING),
	FN_MOVE(l3_csum_replace, TC_PROG | T(LWT_XMIT), EBPF_RET_INTEGER,
		EBPF_ARG_PTR_TO_CTX, EBPF_ARG_ANYTHING, EBPF_ARG_ANYTHING, EBPF_ARG_ANYTHING,
		EBPF_ARG_ANYTHING),
	FN_MOVE(l4_csum_replace, TC_PROG | T(LWT_XMIT), EBPF_RET_INTEGER,
		EBPF_ARG_PTR_TO_CTX, EBPF_ARG_ANYTHING, EBPF_ARG_ANYTHING, EBPF_ARG_ANYTHING,
		EBPF_ARG_ANYTHING),
	FN_MOVE(xdp_adjust_head, T(XDP), EBPF_RET_INTEGER, EBPF_ARG_PTR_TO_CTX, EBPF_ARG_ANYTHING),
	FN_MOVE(xdp_adjust_tail, T(XDP), EBPF_RET_INTEGER, EBPF_ARG_PTR_TO_CTX, EBPF_ARG_ANYTHING),
	FN_MOVE(xdp_adjust_meta, T(XDP), EBPF_RET_INTEGER, EBPF_ARG_PTR_TO_CTX, EBPF_ARG_ANYTHING),
	FN(xdp_get_buff_len, T(XDP), FREE, EBPF_RET_INTEGER, EBPF_ARG_PTR_TO_CTX),
	FN(xdp_load_bytes, T(XDP), FREE, EBPF_RET_INTEGER,
	   EBPF_ARG_PTR_TO_CTX, EBPF_ARG_ANYTHING, EBPF_ARG_PTR_TO_UNINIT_MEM, EBPF_ARG_CONST_SIZE),
	FN(xdp_store_bytes, T(XDP), FREE, EBPF_RET_INTEGER,
	   EBPF_ARG_PTR_TO_CTX, EBPF_ARG_ANYTHING, MEM_RD, EBPF_ARG_CONST_SIZE),
	FN(redirect, TC_PROG | T(XDP) | T(LWT_XMIT), FREE, EBPF_RET_INTEGER, EBPF_ARG_ANYTHING,
	   EBPF_ARG_ANYTHING),
	FN(get_route_realm, TC_PROG | LWT_PROG, FREE, EBPF_RET_INTEGER, EBPF_ARG_PTR_TO_CTX),

	FN(get_socket_cookie, SKB_PROG | T(SK_SKB) | T(SOCK_OPS) | T(CGROUP_SOCK_ADDR) |
	   T(CGROUP_SOCK), FREE, EBPF_RET_INTEGER, EBPF_ARG_PTR_TO_CTX),
	FN(get_socket_uid, SKB_PROG | T(SK_SKB), FREE, EBPF_RET_INTEGER, EBPF_ARG_PTR_TO_CTX),
	FN(get_cgroup_classid, TC_PROG | LWT_PROG, FREE, EBPF_RET_INTEGER, EBPF_ARG_PTR_TO_CTX),
	FN(skb_cgroup_classid, TC_PROG, FREE, EBPF_RET_INTEGER, EBPF_ARG_PTR_TO_CTX),
	FN(skb_cgroup_id, TC_PROG | T(CGROUP_SKB), FREE, EBPF_RET_INTEGER, EBPF_ARG_PTR_TO_CTX),
	FN(skb_ancestor_cgroup_id, TC_PROG | T(CGROUP_SKB), FREE, EBPF_RET_INTEGER,
	   EBPF_ARG_PTR_TO_CTX, EBPF_ARG_ANYTHING),
	FN(skb_under_cgroup, TC_PROG | LWT_PROG, FREE, EBPF_RET_INTEGER,
	   EBPF_ARG_PTR_TO_CTX, EBPF_ARG_CONST_MAP_PTR, EBPF_ARG_ANYTHING),
	FN_PKT(sk_lookup_tcp, SOCKS_PROG, FREE, EBPF_RET_PTR_TO_SOCKET_OR_NULL,
	       EBPF_ARG_PTR_TO_CTX, MEM_RD, EBPF_ARG_CONST_SIZE, EBPF_ARG_ANYTHING,
	       EBPF_ARG_ANYTHING),
	FN_PKT(sk_lookup_udp, SOCKS_PROG, FREE, EBPF_RET_PTR_TO_SOCKET_OR_NULL,
	       EBPF_ARG_PTR_TO_CTX, MEM_RD, EBPF_ARG_CONST_SIZE, EBPF_ARG_ANYTHING,
	       EBPF_ARG_ANYTHING),
	FN_PKT(skc_lookup_tcp, SOCKS_PROG, FREE, EBPF_RET_PTR_TO_SOCK_COMMON_OR_NULL,
	       EBPF_ARG_PTR_TO_CTX, MEM_RD, EBPF_ARG_CONST_SIZE, EBPF_ARG_ANYTHING,
	       EBPF_ARG_ANYTHING),
	FN(sk_release, SOCKS_PROG | T(SK_LOOKUP), FREE, EBPF_RET_INTEGER,
	   EBPF_ARG_PTR_TO_BTF_ID_SOCK_COMMON | EBPF_OBJ_RELEASE),
	FN(sk_fullsock, TC_PROG | T(CGROUP_SKB), FREE, EBPF_RET_PTR_TO_SOCKET_OR_NULL,
	   EBPF_ARG_PTR_TO_SOCK_COMMON),
	FN(tcp_sock, TC_PROG | T(CGROUP_SKB) | T(SOCK_OPS) | T(CGROUP_SOCKOPT), FREE,
	   EBPF_RET_PTR_TO_TCP_SOCK_OR_NULL, EBPF_ARG_PTR_TO_SOCK_COMMON),
	FN(get_listener_sock, TC_PROG | T(CGROUP_SKB), FREE, EBPF_RET_PTR_TO_SOCKET_OR_NULL,
	   EBPF_ARG_PTR_TO_SOCK_COMMON),
	FN(sk_cgroup_id, T(CGROUP_SKB), FREE, EBPF_RET_INTEGER, EBPF_ARG_PTR_TO_BTF_ID_SOCK_COMMON),
	FN(sk_ancestor_cgroup_id, T(CGROUP_SKB), FREE, EBPF_RET_INTEGER,
	   EBPF_ARG_PTR_TO_BTF_ID_SOCK_COMMON, EBPF_ARG_ANYTHING),
	FN_PKT(tcp_check_syncookie, TC_PROG | T(XDP), GPL, EBPF_RET_INTEGER,
	       EBPF_ARG_PTR_TO_BTF_ID_SOCK_COMMON, MEM_RD, EBPF_ARG_CONST_SIZE, MEM_RD,
	       EBPF_ARG_CONST_SIZE),
	FN(sk_assign, TC_PROG, FREE, EBPF_RET_INTEGER,
	   EBPF_ARG_PTR_TO_CTX, EBPF_ARG_PTR_TO_BTF_ID_SOCK_COMMON, EBPF_ARG_ANYTHING),
	FN(get_netns_cookie, T(CGROUP_SOCK) | T(CGROUP_SOCK_ADDR) | T(SOCK_OPS) | T(SK_MSG) |
	   T(CGROUP_SOCKOPT), FREE, EBPF_RET_INTEGER, EBPF_ARG_PTR_TO_CTX_OR_NULL),
	FN(getsockopt, T(SOCK_OPS) | T(CGROUP_SOCK_ADDR), FREE, EBPF_RET_INTEGER,
	   EBPF_ARG_PTR_TO_CTX, EBPF_ARG_ANYTHING, EBPF_ARG_ANYTHING, EBPF_ARG_PTR_TO_UNINIT_MEM,
	   EBPF_ARG_CONST_SIZE),
	FN(fib_lookup, TC_PROG | T(XDP), GPL, EBPF_RET_INTEGER,
	   EBPF_ARG_PTR_TO_CTX, MEM_WR, EBPF_ARG_CONST_SIZE, EBPF_ARG_ANYTHING),
	FN(check_mtu, TC_PROG | T(XDP), GPL, EBPF_RET_INTEGER,
	   EBPF_ARG_PTR_TO_CTX, EBPF_ARG_ANYTHING, EBPF_ARG_PTR_TO_INT_OUT, EBPF_ARG_ANYTHING,
	   EBPF_ARG_ANYTHING),
	FN_MOVE(lwt_push_encap, T(LWT_IN) | T(LWT_XMIT), EBPF_RET_INTEGER,
		EBPF_ARG_PTR_TO_CTX, EBPF_ARG_ANYTHING, MEM_RD, EBPF_ARG_CONST_SIZE),

	FN(redirect_map, T(XDP), FREE, EBPF_RET_INTEGER, EBPF_ARG_CONST_MAP_PTR, EBPF_ARG_ANYTHING,
	   EBPF_ARG_ANYTHING),
	FN(sk_redirect_map, T(SK_SKB), FREE, EBPF_RET_INTEGER,
	   EBPF_ARG_PTR_TO_CTX, EBPF_ARG_CONST_MAP_PTR, EBPF_ARG_ANYTHING, EBPF_ARG_ANYTHING),
	FN(sk_redirect_hash, T(SK_SKB), FREE, EBPF_RET_INTEGER,
	   EBPF_ARG_PTR_TO_CTX, EBPF_ARG_CONST_MAP_PTR, EBPF_ARG_PTR_TO_MAP_KEY, EBPF_ARG_ANYTHING),
	FN(msg_redirect_map, T(SK_MSG), FREE, EBPF_RET_INTEGER,
	   EBPF_ARG_PTR_TO_CTX, EBPF_ARG_CONST_MAP_PTR, EBPF_ARG_ANYTHING, EBPF_ARG_ANYTHING),
	FN(msg_redirect_hash, T(SK_MSG), FREE, EBPF_RET_INTEGER,
	   EBPF_ARG_PTR_TO_CTX, EBPF_ARG_CONST_MAP_PTR, EBPF_ARG_PTR_TO_MAP_KEY, EBPF_ARG_ANYTHING),
	FN_PKT(sock_map_update, T(SOCK_OPS), FREE, EBPF_RET_INTEGER,
	       EBPF_ARG_PTR_TO_CTX, EBPF_ARG_CONST_MAP_PTR, EBPF_ARG_PTR_TO_MAP_KEY,
	       EBPF_ARG_ANYTHING),
	FN_PKT(sock_hash_update, T(SOCK_OPS), FREE, EBPF_RET_INTEGER,
	       EBPF_ARG_PTR_TO_CTX, EBPF_ARG_CONST_MAP_PTR, EBPF_ARG_PTR_TO_MAP_KEY,
	       EBPF_ARG_ANYTHING),
	FN(sk_select_reuseport, T(SK_REUSEPORT), FREE, EBPF_RET_INTEGER,
	   EBPF_ARG_PTR_TO_CTX, EBPF_ARG_CONST_MAP_PTR, EBPF_ARG_PTR_TO_MAP_KEY, EBPF_ARG_ANYTHING),

	FN(sk_storage_get, SK_STORAGE_PROG, FREE, EBPF_RET_PTR_TO_MAP_VALUE_OR_NULL,
	   EBPF_ARG_CONST_MAP_PTR, EBPF_ARG_PTR_TO_BTF_ID_SOCK_COMMON,
	   EBPF_ARG_PTR_TO_MAP_VALUE | EBPF_PTR_MAYBE_NULL, EBPF_ARG_ANYTHING),
	FN(sk_storage_delete, SK_STORAGE_PROG, FREE, EBPF_RET_INTEGER,
	   EBPF_ARG_CONST_MAP_PTR, EBPF_ARG_PTR_TO_BTF_ID_SOCK_COMMON),
	FN(get_local_storage, T(CGROUP_SKB) | T(SOCK_OPS) | CG_TASK_PROG, FREE,
	   EBPF_RET_PTR_TO_MAP_VALUE, EBPF_ARG_CONST_MAP_PTR, EBPF_ARG_ANYTHING),
	PROTO(task_storage_get, TRACING_PROG, .ret_type = EBPF_RET_PTR_TO_MAP_VALUE_OR_NULL,
	      .arg_type = { EBPF_ARG_CONST_MAP_PTR, EBPF_ARG_PTR_TO_BTF_ID,
			    EBPF_ARG_PTR_TO_MAP_VALUE | EBPF_PTR_MAYBE_NULL, EBPF_ARG_ANYTHING },
	      .arg_struct = "task_struct"),
	PROTO(task_storage_delete, TRACING_PROG, .ret_type = EBPF_RET_INTEGER,
	      .arg_type = { EBPF_ARG_CONST_MAP_PTR, EBPF_ARG_PTR_TO_BTF_ID },
	      .arg_struct = "task_struct"),
	PROTO(d_path, T(TRACING), .ret_type = EBPF_RET_INTEGER,
	      .arg_type = { EBPF_ARG_PTR_TO_BTF_ID, MEM_WR, EBPF_ARG_CONST_SIZE_OR_ZERO },
	      .arg_struct = "path"),

	PROTO(sock_from_file, T(TRACING), .ret_type = EBPF_RET_PTR_TO_BTF_ID_OR_NULL,
	      .btf_struct = "socket", .arg_type = { EBPF_ARG_PTR_TO_BTF_ID }, .arg_struct = "file"),
	FN_STRUCT(skb_output, T(TRACING), GPL, "sk_buff",
		  EBPF_ARG_PTR_TO_BTF_ID, EBPF_ARG_CONST_MAP_PTR, EBPF_ARG_ANYTHING, MEM_RD,
		  EBPF_ARG_CONST_SIZE_OR_ZERO),
	FN_STRUCT(xdp_output, T(TRACING), GPL, "xdp_buff",
		  EBPF_ARG_PTR_TO_BTF_ID, EBPF_ARG_CONST_MAP_PTR, EBPF_ARG_ANYTHING, MEM_RD,
		  EBPF_ARG_CONST_SIZE_OR_ZERO),
	FN_SKC(skc_to_tcp6_sock, "tcp6_sock"),
	FN_SKC(skc_to_tcp_sock, "tcp_sock"),
	FN_SKC(skc_to_tcp_timewait_sock, "tcp_timewait_sock"),
	FN_SKC(skc_to_tcp_request_sock, "tcp_request_sock"),
	FN_SKC(skc_to_udp6_sock, "udp6_sock"),
	FN_SKC(skc_to_unix_sock, "unix_sock"),
};

/* Helpers that take something else from TRACING programs than from others. */
#define FN_KERN(fn, impl, ret, type, ...)					\
	{ .func = ebpf_helper_##impl, .name = #fn, .id = EBPF_FUNC_##fn,	\
	  .ret_type = (ret), .arg_type = { __VA_ARGS__ }, .arg_struct = (type) }

static const struct ebpf_func_proto kern_protos[] = {
	FN_KERN(get_socket_cookie, get_socket_ptr_cookie, EBPF_RET_INTEGER, NULL,
		EBPF_ARG_PTR_TO_BTF_ID_SOCK_COMMON),
	FN_KERN(sk_storage_get, sk_storage_get, EBPF_RET_PTR_TO_MAP_VALUE_OR_NULL, "sock_common",
		EBPF_ARG_CONST_MAP_PTR, EBPF_ARG_PTR_TO_BTF_ID, EBPF_ARG_PTR_TO_MAP_VALUE |
		EBPF_PTR_MAYBE_NULL, EBPF_ARG_ANYTHING),
	FN_KERN(sk_storage_delete, sk_storage_delete, EBPF_RET_INTEGER, "sock_common",
		EBPF_ARG_CONST_MAP_PTR, EBPF_ARG_PTR_TO_BTF_ID),
	FN_KERN(xdp_get_buff_len, xdp_get_buff_len_trace, EBPF_RET_INTEGER, "xdp_buff",
		EBPF_ARG_PTR_TO_BTF_ID),
};

static const struct ebpf_func_proto *kern_proto_of(u32 func_id)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(kern_protos); i++)
		if (kern_protos[i].id == func_id)
			return &kern_protos[i];
	return NULL;
}

#define FUNC_NAME(fn)	[EBPF_FUNC_##fn] = #fn

static const char * const func_names[__EBPF_FUNC_MAX_ID] = {
	EBPF_FUNC_MAPPER(FUNC_NAME)
};

const struct ebpf_func_proto *ebpf_func_proto_of(u32 prog_type, u32 func_id)
{
	const struct proto_entry *entry;

	if (func_id >= ARRAY_SIZE(protos) || prog_type >= 64)
		return NULL;
	/* Those of programs on functions. */
	if (prog_type == EBPF_PROG_TYPE_LSM)
		prog_type = EBPF_PROG_TYPE_TRACING;
	if (prog_type == EBPF_PROG_TYPE_TRACING && kern_proto_of(func_id))
		return kern_proto_of(func_id);
	/* These ask about a socket, not about their context. */
	if (prog_type == EBPF_PROG_TYPE_SK_REUSEPORT && func_id == EBPF_FUNC_get_socket_cookie)
		return kern_proto_of(func_id);
	entry = &protos[func_id];
	/* A hole in the table has no bit set. */
	if (!(entry->prog_types & (1ULL << prog_type)))
		return NULL;
	return &entry->proto;
}

const char *ebpf_func_id_name(u32 func_id)
{
	if (func_id >= ARRAY_SIZE(func_names) || !func_names[func_id])
		return "unknown";
	return func_names[func_id];
}

u64 ebpf_call_base(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return 0;
}
