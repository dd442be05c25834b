// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the verifier knows of each helper: one line per helper, found by id.
 *
 * Argument types, GPL flags and the program types that may call a helper are
 * those of Linux 6.1, for a loader with CAP_BPF and CAP_PERFMON. A helper that
 * has no line here does not exist for programs, though it has a name.
 */
#include "helpers/helpers.h"

/* Program types by bit. */
#define T(type)		(1ULL << EBPF_PROG_TYPE_##type)
#define ANY_PROG	(~0ULL)
#define TRACING_PROG	(T(KPROBE) | T(TRACEPOINT) | T(PERF_EVENT) | T(RAW_TRACEPOINT) | \
			 T(RAW_TRACEPOINT_WRITABLE) | T(TRACING))
/* Types that get at packets: Linux's socket base set. */
#define SOCKET_PROG	(T(SOCKET_FILTER) | T(SCHED_CLS) | T(SCHED_ACT) | T(XDP) | \
			 T(SOCK_OPS) | T(SK_SKB) | T(SK_MSG) | T(CGROUP_SKB))

/* What never runs where another program was interrupted. */
#define LOCKING_PROG	(T(SCHED_CLS) | T(SCHED_ACT) | T(XDP) | T(CGROUP_SKB))

#define GPL		true
#define FREE		false

#define MEM_RD		(ARG_PTR_TO_MEM | MEM_RDONLY)
#define MEM_RD_OR_NULL	(ARG_PTR_TO_MEM | MEM_RDONLY | PTR_MAYBE_NULL)

struct proto_entry {
	u64 prog_types;
	struct ebpf_func_proto proto;
};

/* One helper: name, who may call it, license, what it returns, arguments. */
#define FN(fn, types, gpl, ret, ...)				\
	[EBPF_FUNC_##fn] = {					\
		.prog_types = (types),				\
		.proto = {					\
			.func = ebpf_helper_##fn,		\
			.name = #fn,				\
			.id = EBPF_FUNC_##fn,			\
			.gpl_only = (gpl),			\
			.ret_type = (ret),			\
			.arg_type = { __VA_ARGS__ },		\
		},						\
	}

/* The same for helpers that also take packet pointers as memory. */
#define FN_PKT(fn, types, gpl, ret, ...)			\
	[EBPF_FUNC_##fn] = {					\
		.prog_types = (types),				\
		.proto = {					\
			.func = ebpf_helper_##fn,		\
			.name = #fn,				\
			.id = EBPF_FUNC_##fn,			\
			.gpl_only = (gpl),			\
			.pkt_access = true,			\
			.ret_type = (ret),			\
			.arg_type = { __VA_ARGS__ },		\
		},						\
	}

/* Helpers that return a pointer to a kernel struct and take nothing. */
#define FN_BTF(fn, types, gpl, type)				\
	[EBPF_FUNC_##fn] = {					\
		.prog_types = (types),				\
		.proto = {					\
			.func = ebpf_helper_##fn,		\
			.name = #fn,				\
			.id = EBPF_FUNC_##fn,			\
			.gpl_only = (gpl),			\
			.ret_type = RET_PTR_TO_BTF_ID,		\
			.btf_struct = (type),			\
		},						\
	}

/* Maps */
EBPF_HELPER_DECL(map_lookup_elem);
EBPF_HELPER_DECL(map_update_elem);
EBPF_HELPER_DECL(map_delete_elem);
EBPF_HELPER_DECL(map_lookup_percpu_elem);
EBPF_HELPER_DECL(tail_call);
EBPF_HELPER_DECL(ringbuf_output);
EBPF_HELPER_DECL(ringbuf_reserve);
EBPF_HELPER_DECL(ringbuf_submit);
EBPF_HELPER_DECL(ringbuf_discard);
EBPF_HELPER_DECL(ringbuf_query);
EBPF_HELPER_DECL(spin_lock);
EBPF_HELPER_DECL(spin_unlock);
/* Reading memory */
EBPF_HELPER_DECL(probe_read);
EBPF_HELPER_DECL(probe_read_str);
EBPF_HELPER_DECL(probe_read_user);
EBPF_HELPER_DECL(probe_read_kernel);
EBPF_HELPER_DECL(probe_read_user_str);
EBPF_HELPER_DECL(probe_read_kernel_str);
EBPF_HELPER_DECL(probe_write_user);
/* Time */
EBPF_HELPER_DECL(ktime_get_ns);
EBPF_HELPER_DECL(ktime_get_boot_ns);
EBPF_HELPER_DECL(ktime_get_coarse_ns);
EBPF_HELPER_DECL(jiffies64);
/* Text */
EBPF_HELPER_DECL(trace_printk);
EBPF_HELPER_DECL(trace_vprintk);
EBPF_HELPER_DECL(snprintf);
EBPF_HELPER_DECL(strncmp);
EBPF_HELPER_DECL(strtol);
EBPF_HELPER_DECL(strtoul);
/* Machine */
EBPF_HELPER_DECL(get_prandom_u32);
EBPF_HELPER_DECL(get_smp_processor_id);
EBPF_HELPER_DECL(get_numa_node_id);
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
EBPF_HELPER_DECL(get_attach_cookie);
EBPF_HELPER_DECL(get_func_ip);
/* Arguments of traced functions */
EBPF_HELPER_DECL(get_func_arg);
EBPF_HELPER_DECL(get_func_ret);
EBPF_HELPER_DECL(get_func_arg_cnt);
EBPF_HELPER_DECL(get_current_task_btf);
/* Stacks */
EBPF_HELPER_DECL(get_stackid);
EBPF_HELPER_DECL(get_stack);
/* Packets */
EBPF_HELPER_DECL(skb_load_bytes);

static const struct proto_entry protos[__EBPF_FUNC_MAX_ID] = {
	FN_PKT(map_lookup_elem, ANY_PROG, FREE, RET_PTR_TO_MAP_VALUE_OR_NULL,
	       ARG_CONST_MAP_PTR, ARG_PTR_TO_MAP_KEY),
	FN_PKT(map_update_elem, ANY_PROG, FREE, RET_INTEGER,
	       ARG_CONST_MAP_PTR, ARG_PTR_TO_MAP_KEY, ARG_PTR_TO_MAP_VALUE, ARG_ANYTHING),
	FN_PKT(map_delete_elem, ANY_PROG, FREE, RET_INTEGER,
	       ARG_CONST_MAP_PTR, ARG_PTR_TO_MAP_KEY),
	FN_PKT(map_lookup_percpu_elem, ANY_PROG, FREE, RET_PTR_TO_MAP_VALUE_OR_NULL,
	       ARG_CONST_MAP_PTR, ARG_PTR_TO_MAP_KEY, ARG_ANYTHING),
	FN(tail_call, ANY_PROG, FREE, RET_VOID,
	   ARG_PTR_TO_CTX, ARG_CONST_MAP_PTR, ARG_ANYTHING),
	FN(spin_lock, LOCKING_PROG, FREE, RET_VOID, ARG_PTR_TO_SPIN_LOCK),
	FN(spin_unlock, LOCKING_PROG, FREE, RET_VOID, ARG_PTR_TO_SPIN_LOCK),

	FN(ringbuf_output, ANY_PROG, FREE, RET_INTEGER,
	   ARG_CONST_MAP_PTR, MEM_RD, ARG_CONST_SIZE_OR_ZERO, ARG_ANYTHING),
	FN(ringbuf_reserve, ANY_PROG, FREE, RET_PTR_TO_ALLOC_MEM_OR_NULL,
	   ARG_CONST_MAP_PTR, ARG_CONST_ALLOC_SIZE_OR_ZERO, ARG_ANYTHING),
	FN(ringbuf_submit, ANY_PROG, FREE, RET_VOID,
	   ARG_PTR_TO_ALLOC_MEM_REL, ARG_ANYTHING),
	FN(ringbuf_discard, ANY_PROG, FREE, RET_VOID,
	   ARG_PTR_TO_ALLOC_MEM_REL, ARG_ANYTHING),
	FN(ringbuf_query, ANY_PROG, FREE, RET_INTEGER,
	   ARG_CONST_MAP_PTR, ARG_ANYTHING),

	FN(probe_read, TRACING_PROG, GPL, RET_INTEGER,
	   ARG_PTR_TO_UNINIT_MEM, ARG_CONST_SIZE_OR_ZERO, ARG_ANYTHING),
	FN(probe_read_str, TRACING_PROG, GPL, RET_INTEGER,
	   ARG_PTR_TO_UNINIT_MEM, ARG_CONST_SIZE_OR_ZERO, ARG_ANYTHING),
	FN(probe_read_user, ANY_PROG, GPL, RET_INTEGER,
	   ARG_PTR_TO_UNINIT_MEM, ARG_CONST_SIZE_OR_ZERO, ARG_ANYTHING),
	FN(probe_read_kernel, ANY_PROG, GPL, RET_INTEGER,
	   ARG_PTR_TO_UNINIT_MEM, ARG_CONST_SIZE_OR_ZERO, ARG_ANYTHING),
	FN(probe_read_user_str, ANY_PROG, GPL, RET_INTEGER,
	   ARG_PTR_TO_UNINIT_MEM, ARG_CONST_SIZE_OR_ZERO, ARG_ANYTHING),
	FN(probe_read_kernel_str, ANY_PROG, GPL, RET_INTEGER,
	   ARG_PTR_TO_UNINIT_MEM, ARG_CONST_SIZE_OR_ZERO, ARG_ANYTHING),
	FN(probe_write_user, TRACING_PROG, GPL, RET_INTEGER,
	   ARG_ANYTHING, MEM_RD, ARG_CONST_SIZE),

	FN(ktime_get_ns, ANY_PROG, FREE, RET_INTEGER, ARG_DONTCARE),
	FN(ktime_get_boot_ns, ANY_PROG, FREE, RET_INTEGER, ARG_DONTCARE),
	/* Its clock can be in the middle of an update: not where probes fire. */
	FN(ktime_get_coarse_ns, SOCKET_PROG, FREE, RET_INTEGER, ARG_DONTCARE),
	FN(jiffies64, ANY_PROG, FREE, RET_INTEGER, ARG_DONTCARE),

	FN(trace_printk, ANY_PROG, GPL, RET_INTEGER,
	   MEM_RD, ARG_CONST_SIZE, ARG_ANYTHING, ARG_ANYTHING, ARG_ANYTHING),
	FN(trace_vprintk, ANY_PROG, GPL, RET_INTEGER,
	   MEM_RD, ARG_CONST_SIZE, MEM_RD_OR_NULL, ARG_CONST_SIZE_OR_ZERO),
	FN(snprintf, ANY_PROG, GPL, RET_INTEGER,
	   ARG_PTR_TO_MEM_OR_NULL, ARG_CONST_SIZE_OR_ZERO, ARG_PTR_TO_CONST_STR,
	   MEM_RD_OR_NULL, ARG_CONST_SIZE_OR_ZERO),
	FN(strncmp, ANY_PROG, FREE, RET_INTEGER,
	   MEM_RD, ARG_CONST_SIZE, ARG_PTR_TO_CONST_STR),
	FN(strtol, ANY_PROG, FREE, RET_INTEGER,
	   MEM_RD, ARG_CONST_SIZE, ARG_ANYTHING, ARG_PTR_TO_LONG),
	FN(strtoul, ANY_PROG, FREE, RET_INTEGER,
	   MEM_RD, ARG_CONST_SIZE, ARG_ANYTHING, ARG_PTR_TO_LONG),

	FN(get_prandom_u32, ANY_PROG, FREE, RET_INTEGER, ARG_DONTCARE),
	FN(get_smp_processor_id, ANY_PROG, FREE, RET_INTEGER, ARG_DONTCARE),
	FN(get_numa_node_id, ANY_PROG, FREE, RET_INTEGER, ARG_DONTCARE),

	FN(get_current_pid_tgid, TRACING_PROG, FREE, RET_INTEGER, ARG_DONTCARE),
	FN(get_current_uid_gid, TRACING_PROG, FREE, RET_INTEGER, ARG_DONTCARE),
	FN(get_current_comm, TRACING_PROG, FREE, RET_INTEGER,
	   ARG_PTR_TO_UNINIT_MEM, ARG_CONST_SIZE),
	FN(get_current_task, ANY_PROG, GPL, RET_INTEGER, ARG_DONTCARE),
	FN(current_task_under_cgroup, TRACING_PROG, FREE, RET_INTEGER,
	   ARG_CONST_MAP_PTR, ARG_ANYTHING),
	FN(get_current_cgroup_id, TRACING_PROG, FREE, RET_INTEGER, ARG_DONTCARE),
	FN(get_current_ancestor_cgroup_id, TRACING_PROG, FREE, RET_INTEGER, ARG_ANYTHING),
	FN(get_ns_current_pid_tgid, TRACING_PROG, FREE, RET_INTEGER,
	   ARG_ANYTHING, ARG_ANYTHING, ARG_PTR_TO_UNINIT_MEM, ARG_CONST_SIZE),
	FN(send_signal, TRACING_PROG, FREE, RET_INTEGER, ARG_ANYTHING),
	FN(send_signal_thread, TRACING_PROG, FREE, RET_INTEGER, ARG_ANYTHING),

	FN(perf_event_read, TRACING_PROG, GPL, RET_INTEGER,
	   ARG_CONST_MAP_PTR, ARG_ANYTHING),
	FN(perf_event_read_value, TRACING_PROG, GPL, RET_INTEGER,
	   ARG_CONST_MAP_PTR, ARG_ANYTHING, ARG_PTR_TO_UNINIT_MEM, ARG_CONST_SIZE),
	FN(perf_event_output, TRACING_PROG, GPL, RET_INTEGER,
	   ARG_PTR_TO_CTX, ARG_CONST_MAP_PTR, ARG_ANYTHING, MEM_RD,
	   ARG_CONST_SIZE_OR_ZERO),
	FN(perf_prog_read_value, T(PERF_EVENT), GPL, RET_INTEGER,
	   ARG_PTR_TO_CTX, ARG_PTR_TO_UNINIT_MEM, ARG_CONST_SIZE),
	FN(get_attach_cookie, T(KPROBE) | T(TRACEPOINT) | T(PERF_EVENT) | T(TRACING), FREE,
	   RET_INTEGER, ARG_PTR_TO_CTX),
	FN(get_func_ip, T(KPROBE) | T(TRACING), GPL, RET_INTEGER, ARG_PTR_TO_CTX),

	FN(get_func_arg, T(TRACING), FREE, RET_INTEGER,
	   ARG_PTR_TO_CTX, ARG_ANYTHING, ARG_PTR_TO_LONG),
	FN(get_func_ret, T(TRACING), FREE, RET_INTEGER, ARG_PTR_TO_CTX, ARG_PTR_TO_LONG),
	FN(get_func_arg_cnt, T(TRACING), FREE, RET_INTEGER, ARG_PTR_TO_CTX),
	FN_BTF(get_current_task_btf, TRACING_PROG, GPL, "task_struct"),

	FN(get_stackid, TRACING_PROG, GPL, RET_INTEGER,
	   ARG_PTR_TO_CTX, ARG_CONST_MAP_PTR, ARG_ANYTHING),
	FN(get_stack, TRACING_PROG, GPL, RET_INTEGER,
	   ARG_PTR_TO_CTX, ARG_PTR_TO_UNINIT_MEM, ARG_CONST_SIZE_OR_ZERO, ARG_ANYTHING),

	FN(skb_load_bytes, T(SOCKET_FILTER), FREE, RET_INTEGER,
	   ARG_PTR_TO_CTX, ARG_ANYTHING, ARG_PTR_TO_UNINIT_MEM, ARG_CONST_SIZE),
};

#define FUNC_NAME(fn)	[EBPF_FUNC_##fn] = #fn

static const char * const func_names[__EBPF_FUNC_MAX_ID] = {
	EBPF_FUNC_MAPPER(FUNC_NAME)
};

const struct ebpf_func_proto *ebpf_func_proto_of(u32 prog_type, u32 func_id)
{
	const struct proto_entry *entry;

	if (func_id >= ARRAY_SIZE(protos) || prog_type >= 64)
		return NULL;
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
