// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ABI in names of our own is Linux's: every number, size and offset of
 * uapi/ebpfdrv/{bpf,btf}.h against the system's <linux/bpf.h> and <linux/btf.h>.
 * Including both also shows that they can stand side by side.
 *
 * Only what Linux 6.1's headers have is compared.
 */
#include <linux/bpf.h>
#include <linux/btf.h>
#include <ebpfdrv/bpf.h>
#include <ebpfdrv/btf.h>
#include <ebpfdrv/ebpfdrv.h>

#include <stddef.h>
#include "tap.h"

struct number {
	const char *name;
	long long ours, linux_;
};

#define V(name) { #name, (long long)EBPF_##name, (long long)BPF_##name },
#define F(name) { #name, (long long)EBPF_FUNC_##name, (long long)BPF_FUNC_##name },
#define B(name) { #name, (long long)EBPF_##name, (long long)name },
#define S(kind, ours, theirs) \
	{ "sizeof " #ours, sizeof(kind ours), sizeof(kind theirs) },
#define O(kind, ours, theirs, field) \
	{ #ours "." #field, offsetof(kind ours, field), offsetof(kind theirs, field) }, \
	{ "sizeof " #ours "." #field, sizeof(((kind ours *)0)->field), \
	  sizeof(((kind theirs *)0)->field) },

static const struct number numbers[] = {
	V(LD) V(LDX) V(ST) V(STX) V(ALU) V(JMP) V(JMP32) V(ALU64) V(RET) V(MISC) V(W) V(H) V(B)
	V(DW) V(IMM) V(ABS) V(IND) V(MEM) V(LEN) V(MSH) V(ATOMIC) V(XADD) V(FETCH) V(XCHG)
	V(CMPXCHG) V(ADD) V(SUB) V(MUL) V(DIV) V(OR) V(AND) V(LSH) V(RSH) V(NEG) V(MOD) V(XOR)
	V(MOV) V(ARSH) V(END) V(TO_LE) V(TO_BE) V(FROM_LE) V(FROM_BE) V(JA) V(JEQ) V(JGT)
	V(JGE) V(JSET) V(JNE) V(JSGT) V(JSGE) V(CALL) V(EXIT) V(JLT) V(JLE) V(JSLT) V(JSLE)
	V(K) V(X) V(MAXINSNS) V(REG_0) V(REG_1) V(REG_2) V(REG_3) V(REG_4) V(REG_5) V(REG_6)
	V(REG_7) V(REG_8) V(REG_9) V(REG_10) V(PSEUDO_MAP_FD) V(PSEUDO_MAP_VALUE)
	V(PSEUDO_BTF_ID) V(PSEUDO_FUNC) V(PSEUDO_MAP_IDX) V(PSEUDO_MAP_IDX_VALUE)
	V(PSEUDO_CALL) V(PSEUDO_KFUNC_CALL) V(MAP_CREATE) V(MAP_LOOKUP_ELEM) V(MAP_UPDATE_ELEM)
	V(MAP_DELETE_ELEM) V(MAP_GET_NEXT_KEY) V(PROG_LOAD) V(OBJ_PIN) V(OBJ_GET)
	V(PROG_ATTACH) V(PROG_DETACH) V(PROG_TEST_RUN) V(PROG_RUN) V(PROG_GET_NEXT_ID)
	V(MAP_GET_NEXT_ID) V(PROG_GET_FD_BY_ID) V(MAP_GET_FD_BY_ID) V(OBJ_GET_INFO_BY_FD)
	V(PROG_QUERY) V(RAW_TRACEPOINT_OPEN) V(BTF_LOAD) V(BTF_GET_FD_BY_ID) V(TASK_FD_QUERY)
	V(MAP_LOOKUP_AND_DELETE_ELEM) V(MAP_FREEZE) V(BTF_GET_NEXT_ID) V(MAP_LOOKUP_BATCH)
	V(MAP_LOOKUP_AND_DELETE_BATCH) V(MAP_UPDATE_BATCH) V(MAP_DELETE_BATCH) V(LINK_CREATE)
	V(LINK_UPDATE) V(LINK_GET_FD_BY_ID) V(LINK_GET_NEXT_ID) V(ENABLE_STATS) V(ITER_CREATE)
	V(LINK_DETACH) V(PROG_BIND_MAP) V(MAP_TYPE_UNSPEC) V(MAP_TYPE_HASH) V(MAP_TYPE_ARRAY)
	V(MAP_TYPE_PROG_ARRAY) V(MAP_TYPE_PERF_EVENT_ARRAY) V(MAP_TYPE_PERCPU_HASH)
	V(MAP_TYPE_PERCPU_ARRAY) V(MAP_TYPE_STACK_TRACE) V(MAP_TYPE_CGROUP_ARRAY)
	V(MAP_TYPE_LRU_HASH) V(MAP_TYPE_LRU_PERCPU_HASH) V(MAP_TYPE_LPM_TRIE)
	V(MAP_TYPE_ARRAY_OF_MAPS) V(MAP_TYPE_HASH_OF_MAPS) V(MAP_TYPE_DEVMAP)
	V(MAP_TYPE_SOCKMAP) V(MAP_TYPE_CPUMAP) V(MAP_TYPE_XSKMAP) V(MAP_TYPE_SOCKHASH)
	V(MAP_TYPE_CGROUP_STORAGE) V(MAP_TYPE_REUSEPORT_SOCKARRAY)
	V(MAP_TYPE_PERCPU_CGROUP_STORAGE) V(MAP_TYPE_QUEUE) V(MAP_TYPE_STACK)
	V(MAP_TYPE_SK_STORAGE) V(MAP_TYPE_DEVMAP_HASH) V(MAP_TYPE_STRUCT_OPS)
	V(MAP_TYPE_RINGBUF) V(MAP_TYPE_INODE_STORAGE) V(MAP_TYPE_TASK_STORAGE)
	V(MAP_TYPE_BLOOM_FILTER) V(MAP_TYPE_USER_RINGBUF) V(PROG_TYPE_UNSPEC)
	V(PROG_TYPE_SOCKET_FILTER) V(PROG_TYPE_KPROBE) V(PROG_TYPE_SCHED_CLS)
	V(PROG_TYPE_SCHED_ACT) V(PROG_TYPE_TRACEPOINT) V(PROG_TYPE_XDP) V(PROG_TYPE_PERF_EVENT)
	V(PROG_TYPE_CGROUP_SKB) V(PROG_TYPE_CGROUP_SOCK) V(PROG_TYPE_LWT_IN)
	V(PROG_TYPE_LWT_OUT) V(PROG_TYPE_LWT_XMIT) V(PROG_TYPE_SOCK_OPS) V(PROG_TYPE_SK_SKB)
	V(PROG_TYPE_CGROUP_DEVICE) V(PROG_TYPE_SK_MSG) V(PROG_TYPE_RAW_TRACEPOINT)
	V(PROG_TYPE_CGROUP_SOCK_ADDR) V(PROG_TYPE_LWT_SEG6LOCAL) V(PROG_TYPE_LIRC_MODE2)
	V(PROG_TYPE_SK_REUSEPORT) V(PROG_TYPE_FLOW_DISSECTOR) V(PROG_TYPE_CGROUP_SYSCTL)
	V(PROG_TYPE_RAW_TRACEPOINT_WRITABLE) V(PROG_TYPE_CGROUP_SOCKOPT) V(PROG_TYPE_TRACING)
	V(PROG_TYPE_STRUCT_OPS) V(PROG_TYPE_EXT) V(PROG_TYPE_LSM) V(PROG_TYPE_SK_LOOKUP)
	V(PROG_TYPE_SYSCALL) V(CGROUP_INET_INGRESS) V(CGROUP_INET_EGRESS)
	V(CGROUP_INET_SOCK_CREATE) V(CGROUP_SOCK_OPS) V(SK_SKB_STREAM_PARSER)
	V(SK_SKB_STREAM_VERDICT) V(CGROUP_DEVICE) V(SK_MSG_VERDICT) V(CGROUP_INET4_BIND)
	V(CGROUP_INET6_BIND) V(CGROUP_INET4_CONNECT) V(CGROUP_INET6_CONNECT)
	V(CGROUP_INET4_POST_BIND) V(CGROUP_INET6_POST_BIND) V(CGROUP_UDP4_SENDMSG)
	V(CGROUP_UDP6_SENDMSG) V(LIRC_MODE2) V(FLOW_DISSECTOR) V(CGROUP_SYSCTL)
	V(CGROUP_UDP4_RECVMSG) V(CGROUP_UDP6_RECVMSG) V(CGROUP_GETSOCKOPT) V(CGROUP_SETSOCKOPT)
	V(TRACE_RAW_TP) V(TRACE_FENTRY) V(TRACE_FEXIT) V(MODIFY_RETURN) V(LSM_MAC)
	V(TRACE_ITER) V(CGROUP_INET4_GETPEERNAME) V(CGROUP_INET6_GETPEERNAME)
	V(CGROUP_INET4_GETSOCKNAME) V(CGROUP_INET6_GETSOCKNAME) V(XDP_DEVMAP)
	V(CGROUP_INET_SOCK_RELEASE) V(XDP_CPUMAP) V(SK_LOOKUP) V(XDP) V(SK_SKB_VERDICT)
	V(SK_REUSEPORT_SELECT) V(SK_REUSEPORT_SELECT_OR_MIGRATE) V(PERF_EVENT)
	V(TRACE_KPROBE_MULTI) V(LSM_CGROUP) V(LINK_TYPE_UNSPEC) V(LINK_TYPE_RAW_TRACEPOINT)
	V(LINK_TYPE_TRACING) V(LINK_TYPE_CGROUP) V(LINK_TYPE_ITER) V(LINK_TYPE_NETNS)
	V(LINK_TYPE_XDP) V(LINK_TYPE_PERF_EVENT) V(LINK_TYPE_KPROBE_MULTI)
	V(LINK_TYPE_STRUCT_OPS) V(STATS_RUN_TIME) V(FD_TYPE_RAW_TRACEPOINT)
	V(FD_TYPE_TRACEPOINT) V(FD_TYPE_KPROBE) V(FD_TYPE_KRETPROBE) V(FD_TYPE_UPROBE)
	V(FD_TYPE_URETPROBE) V(F_ALLOW_OVERRIDE) V(F_ALLOW_MULTI) V(F_REPLACE)
	V(F_STRICT_ALIGNMENT) V(F_ANY_ALIGNMENT) V(F_TEST_RND_HI32) V(F_TEST_STATE_FREQ)
	V(F_SLEEPABLE) V(F_XDP_HAS_FRAGS) V(F_KPROBE_MULTI_RETURN) V(F_QUERY_EFFECTIVE)
	V(F_TEST_RUN_ON_CPU) V(F_TEST_XDP_LIVE_FRAMES) V(ANY) V(NOEXIST) V(EXIST) V(F_LOCK)
	V(F_NO_PREALLOC) V(F_NO_COMMON_LRU) V(F_NUMA_NODE) V(F_RDONLY) V(F_WRONLY)
	V(F_STACK_BUILD_ID) V(F_ZERO_SEED) V(F_RDONLY_PROG) V(F_WRONLY_PROG) V(F_CLONE)
	V(F_MMAPABLE) V(F_PRESERVE_ELEMS) V(F_INNER_MAP) V(OBJ_NAME_LEN) V(TAG_SIZE)
	V(BUILD_ID_SIZE) V(CGROUP_ITER_ORDER_UNSPEC) V(CGROUP_ITER_SELF_ONLY)
	V(CGROUP_ITER_DESCENDANTS_PRE) V(CGROUP_ITER_DESCENDANTS_POST)
	V(CGROUP_ITER_ANCESTORS_UP) V(CORE_FIELD_BYTE_OFFSET) V(CORE_FIELD_BYTE_SIZE)
	V(CORE_FIELD_EXISTS) V(CORE_FIELD_SIGNED) V(CORE_FIELD_LSHIFT_U64)
	V(CORE_FIELD_RSHIFT_U64) V(CORE_TYPE_ID_LOCAL) V(CORE_TYPE_ID_TARGET)
	V(CORE_TYPE_EXISTS) V(CORE_TYPE_SIZE) V(CORE_ENUMVAL_EXISTS) V(CORE_ENUMVAL_VALUE)
	V(CORE_TYPE_MATCHES) V(F_SKIP_FIELD_MASK) V(F_USER_STACK) V(F_FAST_STACK_CMP)
	V(F_REUSE_STACKID) V(F_USER_BUILD_ID) V(F_INDEX_MASK) V(F_CURRENT_CPU) V(F_CTXLEN_MASK)
	V(F_RECOMPUTE_CSUM) V(F_INVALIDATE_HASH) V(F_HDR_FIELD_MASK) V(F_PSEUDO_HDR)
	V(F_MARK_MANGLED_0) V(F_MARK_ENFORCE) V(F_INGRESS) V(CSUM_LEVEL_QUERY) V(CSUM_LEVEL_INC)
	V(CSUM_LEVEL_DEC) V(CSUM_LEVEL_RESET) V(F_ADJ_ROOM_FIXED_GSO) V(F_ADJ_ROOM_ENCAP_L3_IPV4)
	V(F_ADJ_ROOM_ENCAP_L3_IPV6) V(F_ADJ_ROOM_ENCAP_L4_GRE) V(F_ADJ_ROOM_ENCAP_L4_UDP)
	V(F_ADJ_ROOM_NO_CSUM_RESET) V(F_ADJ_ROOM_ENCAP_L2_ETH) V(ADJ_ROOM_ENCAP_L2_MASK)
	V(ADJ_ROOM_ENCAP_L2_SHIFT) V(ADJ_ROOM_NET) V(ADJ_ROOM_MAC) V(HDR_START_MAC) V(HDR_START_NET)
	V(SKB_TSTAMP_UNSPEC) V(SKB_TSTAMP_DELIVERY_MONO)
	V(F_GET_BRANCH_RECORDS_SIZE) V(LOCAL_STORAGE_GET_F_CREATE) V(SK_STORAGE_GET_F_CREATE)
	V(RB_NO_WAKEUP) V(RB_FORCE_WAKEUP) V(RB_AVAIL_DATA) V(RB_RING_SIZE) V(RB_CONS_POS)
	V(RB_PROD_POS) V(RINGBUF_BUSY_BIT) V(RINGBUF_DISCARD_BIT) V(RINGBUF_HDR_SZ)
	V(STACK_BUILD_ID_EMPTY) V(STACK_BUILD_ID_VALID) V(STACK_BUILD_ID_IP)
	{ "MAX_BPF_REG", MAX_EBPF_REG, MAX_BPF_REG },
	{ "MAX_BPF_LINK_TYPE", MAX_EBPF_LINK_TYPE, MAX_BPF_LINK_TYPE },
};

static const struct number helpers[] = {
	F(unspec) F(map_lookup_elem) F(map_update_elem) F(map_delete_elem) F(probe_read)
	F(ktime_get_ns) F(trace_printk) F(get_prandom_u32) F(get_smp_processor_id)
	F(skb_store_bytes) F(l3_csum_replace) F(l4_csum_replace) F(tail_call) F(clone_redirect)
	F(get_current_pid_tgid) F(get_current_uid_gid) F(get_current_comm)
	F(get_cgroup_classid) F(skb_vlan_push) F(skb_vlan_pop) F(skb_get_tunnel_key)
	F(skb_set_tunnel_key) F(perf_event_read) F(redirect) F(get_route_realm)
	F(perf_event_output) F(skb_load_bytes) F(get_stackid) F(csum_diff)
	F(skb_get_tunnel_opt) F(skb_set_tunnel_opt) F(skb_change_proto) F(skb_change_type)
	F(skb_under_cgroup) F(get_hash_recalc) F(get_current_task) F(probe_write_user)
	F(current_task_under_cgroup) F(skb_change_tail) F(skb_pull_data) F(csum_update)
	F(set_hash_invalid) F(get_numa_node_id) F(skb_change_head) F(xdp_adjust_head)
	F(probe_read_str) F(get_socket_cookie) F(get_socket_uid) F(set_hash) F(setsockopt)
	F(skb_adjust_room) F(redirect_map) F(sk_redirect_map) F(sock_map_update)
	F(xdp_adjust_meta) F(perf_event_read_value) F(perf_prog_read_value) F(getsockopt)
	F(override_return) F(sock_ops_cb_flags_set) F(msg_redirect_map) F(msg_apply_bytes)
	F(msg_cork_bytes) F(msg_pull_data) F(bind) F(xdp_adjust_tail) F(skb_get_xfrm_state)
	F(get_stack) F(skb_load_bytes_relative) F(fib_lookup) F(sock_hash_update)
	F(msg_redirect_hash) F(sk_redirect_hash) F(lwt_push_encap) F(lwt_seg6_store_bytes)
	F(lwt_seg6_adjust_srh) F(lwt_seg6_action) F(rc_repeat) F(rc_keydown) F(skb_cgroup_id)
	F(get_current_cgroup_id) F(get_local_storage) F(sk_select_reuseport)
	F(skb_ancestor_cgroup_id) F(sk_lookup_tcp) F(sk_lookup_udp) F(sk_release)
	F(map_push_elem) F(map_pop_elem) F(map_peek_elem) F(msg_push_data) F(msg_pop_data)
	F(rc_pointer_rel) F(spin_lock) F(spin_unlock) F(sk_fullsock) F(tcp_sock)
	F(skb_ecn_set_ce) F(get_listener_sock) F(skc_lookup_tcp) F(tcp_check_syncookie)
	F(sysctl_get_name) F(sysctl_get_current_value) F(sysctl_get_new_value)
	F(sysctl_set_new_value) F(strtol) F(strtoul) F(sk_storage_get) F(sk_storage_delete)
	F(send_signal) F(tcp_gen_syncookie) F(skb_output) F(probe_read_user)
	F(probe_read_kernel) F(probe_read_user_str) F(probe_read_kernel_str) F(tcp_send_ack)
	F(send_signal_thread) F(jiffies64) F(read_branch_records) F(get_ns_current_pid_tgid)
	F(xdp_output) F(get_netns_cookie) F(get_current_ancestor_cgroup_id) F(sk_assign)
	F(ktime_get_boot_ns) F(seq_printf) F(seq_write) F(sk_cgroup_id)
	F(sk_ancestor_cgroup_id) F(ringbuf_output) F(ringbuf_reserve) F(ringbuf_submit)
	F(ringbuf_discard) F(ringbuf_query) F(csum_level) F(skc_to_tcp6_sock)
	F(skc_to_tcp_sock) F(skc_to_tcp_timewait_sock) F(skc_to_tcp_request_sock)
	F(skc_to_udp6_sock) F(get_task_stack) F(load_hdr_opt) F(store_hdr_opt)
	F(reserve_hdr_opt) F(inode_storage_get) F(inode_storage_delete) F(d_path)
	F(copy_from_user) F(snprintf_btf) F(seq_printf_btf) F(skb_cgroup_classid)
	F(redirect_neigh) F(per_cpu_ptr) F(this_cpu_ptr) F(redirect_peer) F(task_storage_get)
	F(task_storage_delete) F(get_current_task_btf) F(bprm_opts_set) F(ktime_get_coarse_ns)
	F(ima_inode_hash) F(sock_from_file) F(check_mtu) F(for_each_map_elem) F(snprintf)
	F(sys_bpf) F(btf_find_by_name_kind) F(sys_close) F(timer_init) F(timer_set_callback)
	F(timer_start) F(timer_cancel) F(get_func_ip) F(get_attach_cookie) F(task_pt_regs)
	F(get_branch_snapshot) F(trace_vprintk) F(skc_to_unix_sock) F(kallsyms_lookup_name)
	F(find_vma) F(loop) F(strncmp) F(get_func_arg) F(get_func_ret) F(get_func_arg_cnt)
	F(get_retval) F(set_retval) F(xdp_get_buff_len) F(xdp_load_bytes) F(xdp_store_bytes)
	F(copy_from_user_task) F(skb_set_tstamp) F(ima_file_hash) F(kptr_xchg)
	F(map_lookup_percpu_elem) F(skc_to_mptcp_sock) F(dynptr_from_mem)
	F(ringbuf_reserve_dynptr) F(ringbuf_submit_dynptr) F(ringbuf_discard_dynptr)
	F(dynptr_read) F(dynptr_write) F(dynptr_data) F(tcp_raw_gen_syncookie_ipv4)
	F(tcp_raw_gen_syncookie_ipv6) F(tcp_raw_check_syncookie_ipv4)
	F(tcp_raw_check_syncookie_ipv6) F(ktime_get_tai_ns) F(user_ringbuf_drain)
};

static const struct number btf_numbers[] = {
	B(BTF_F_COMPACT) B(BTF_F_NONAME) B(BTF_F_PTR_RAW) B(BTF_F_ZERO) B(BTF_MAGIC)
	B(BTF_VERSION) B(BTF_MAX_TYPE) B(BTF_MAX_NAME_OFFSET) B(BTF_MAX_VLEN) B(BTF_KIND_UNKN)
	B(BTF_KIND_INT) B(BTF_KIND_PTR) B(BTF_KIND_ARRAY) B(BTF_KIND_STRUCT) B(BTF_KIND_UNION)
	B(BTF_KIND_ENUM) B(BTF_KIND_FWD) B(BTF_KIND_TYPEDEF) B(BTF_KIND_VOLATILE)
	B(BTF_KIND_CONST) B(BTF_KIND_RESTRICT) B(BTF_KIND_FUNC) B(BTF_KIND_FUNC_PROTO)
	B(BTF_KIND_VAR) B(BTF_KIND_DATASEC) B(BTF_KIND_FLOAT) B(BTF_KIND_DECL_TAG)
	B(BTF_KIND_TYPE_TAG) B(BTF_KIND_ENUM64) B(BTF_KIND_MAX) B(BTF_INT_SIGNED)
	B(BTF_INT_CHAR) B(BTF_INT_BOOL) B(BTF_VAR_STATIC) B(BTF_VAR_GLOBAL_ALLOCATED)
	B(BTF_VAR_GLOBAL_EXTERN) B(BTF_FUNC_STATIC) B(BTF_FUNC_GLOBAL) B(BTF_FUNC_EXTERN)
	{ "NR_BTF_KINDS", NR_EBPF_BTF_KINDS, NR_BTF_KINDS },
};

static const struct number layouts[] = {
	S(struct, ebpf_insn, bpf_insn)
#define M(field) O(struct, ebpf_insn, bpf_insn, field)
	M(code) M(off) M(imm)
#undef M
	S(union, ebpf_iter_link_info, bpf_iter_link_info)
#define M(field) O(union, ebpf_iter_link_info, bpf_iter_link_info, field)
	M(map.map_fd) M(map) M(cgroup.order) M(cgroup.cgroup_fd) M(cgroup.cgroup_id) M(cgroup)
	M(task.tid) M(task.pid) M(task.pid_fd) M(task)
#undef M
	S(union, ebpf_attr, bpf_attr)
#define M(field) O(union, ebpf_attr, bpf_attr, field)
	M(map_type) M(key_size) M(value_size) M(max_entries) M(map_flags) M(inner_map_fd)
	M(numa_node) M(map_name) M(map_ifindex) M(btf_fd) M(btf_key_type_id)
	M(btf_value_type_id) M(btf_vmlinux_value_type_id) M(map_extra) M(map_fd) M(key)
	M(value) M(next_key) M(flags) M(batch.in_batch) M(batch.out_batch) M(batch.keys)
	M(batch.values) M(batch.count) M(batch.map_fd) M(batch.elem_flags) M(batch.flags)
	M(batch) M(prog_type) M(insn_cnt) M(insns) M(license) M(log_level) M(log_size)
	M(log_buf) M(kern_version) M(prog_flags) M(prog_name) M(prog_ifindex)
	M(expected_attach_type) M(prog_btf_fd) M(func_info_rec_size) M(func_info)
	M(func_info_cnt) M(line_info_rec_size) M(line_info) M(line_info_cnt) M(attach_btf_id)
	M(attach_prog_fd) M(attach_btf_obj_fd) M(core_relo_cnt) M(fd_array) M(core_relos)
	M(core_relo_rec_size) M(pathname) M(bpf_fd) M(file_flags) M(target_fd) M(attach_bpf_fd)
	M(attach_type) M(attach_flags) M(replace_bpf_fd) M(test.prog_fd) M(test.retval)
	M(test.data_size_in) M(test.data_size_out) M(test.data_in) M(test.data_out)
	M(test.repeat) M(test.duration) M(test.ctx_size_in) M(test.ctx_size_out) M(test.ctx_in)
	M(test.ctx_out) M(test.flags) M(test.cpu) M(test.batch_size) M(test) M(start_id)
	M(prog_id) M(map_id) M(btf_id) M(link_id) M(next_id) M(open_flags) M(info.bpf_fd)
	M(info.info_len) M(info.info) M(info) M(query.target_fd) M(query.attach_type)
	M(query.query_flags) M(query.attach_flags) M(query.prog_ids) M(query.prog_cnt)
	M(query.prog_attach_flags) M(query) M(raw_tracepoint.name) M(raw_tracepoint.prog_fd)
	M(raw_tracepoint) M(btf) M(btf_log_buf) M(btf_size) M(btf_log_size) M(btf_log_level)
	M(task_fd_query.pid) M(task_fd_query.fd) M(task_fd_query.flags)
	M(task_fd_query.buf_len) M(task_fd_query.buf) M(task_fd_query.prog_id)
	M(task_fd_query.fd_type) M(task_fd_query.probe_offset) M(task_fd_query.probe_addr)
	M(task_fd_query) M(link_create.prog_fd) M(link_create.target_fd)
	M(link_create.target_ifindex) M(link_create.attach_type) M(link_create.flags)
	M(link_create.target_btf_id) M(link_create.iter_info) M(link_create.iter_info_len)
	M(link_create.perf_event.bpf_cookie) M(link_create.perf_event)
	M(link_create.kprobe_multi.flags) M(link_create.kprobe_multi.cnt)
	M(link_create.kprobe_multi.syms) M(link_create.kprobe_multi.addrs)
	M(link_create.kprobe_multi.cookies) M(link_create.kprobe_multi)
	M(link_create.tracing.target_btf_id) M(link_create.tracing.cookie)
	M(link_create.tracing) M(link_create) M(link_update.link_fd) M(link_update.new_prog_fd)
	M(link_update.flags) M(link_update.old_prog_fd) M(link_update) M(link_detach.link_fd)
	M(link_detach) M(enable_stats.type) M(enable_stats) M(iter_create.link_fd)
	M(iter_create.flags) M(iter_create) M(prog_bind_map.prog_fd) M(prog_bind_map.map_fd)
	M(prog_bind_map.flags) M(prog_bind_map)
#undef M
	S(struct, ebpf_prog_info, bpf_prog_info)
#define M(field) O(struct, ebpf_prog_info, bpf_prog_info, field)
	M(type) M(id) M(tag) M(jited_prog_len) M(xlated_prog_len) M(jited_prog_insns)
	M(xlated_prog_insns) M(load_time) M(created_by_uid) M(nr_map_ids) M(map_ids) M(name)
	M(ifindex) M(netns_dev) M(netns_ino) M(nr_jited_ksyms) M(nr_jited_func_lens)
	M(jited_ksyms) M(jited_func_lens) M(btf_id) M(func_info_rec_size) M(func_info)
	M(nr_func_info) M(nr_line_info) M(line_info) M(jited_line_info) M(nr_jited_line_info)
	M(line_info_rec_size) M(jited_line_info_rec_size) M(nr_prog_tags) M(prog_tags)
	M(run_time_ns) M(run_cnt) M(recursion_misses) M(verified_insns) M(attach_btf_obj_id)
	M(attach_btf_id)
#undef M
	S(struct, ebpf_map_info, bpf_map_info)
#define M(field) O(struct, ebpf_map_info, bpf_map_info, field)
	M(type) M(id) M(key_size) M(value_size) M(max_entries) M(map_flags) M(name) M(ifindex)
	M(btf_vmlinux_value_type_id) M(netns_dev) M(netns_ino) M(btf_id) M(btf_key_type_id)
	M(btf_value_type_id) M(map_extra)
#undef M
	S(struct, ebpf_btf_info, bpf_btf_info)
#define M(field) O(struct, ebpf_btf_info, bpf_btf_info, field)
	M(btf) M(btf_size) M(id) M(name) M(name_len) M(kernel_btf)
#undef M
	S(struct, ebpf_link_info, bpf_link_info)
#define M(field) O(struct, ebpf_link_info, bpf_link_info, field)
	M(type) M(id) M(prog_id) M(raw_tracepoint.tp_name) M(raw_tracepoint.tp_name_len)
	M(raw_tracepoint) M(tracing.attach_type) M(tracing.target_obj_id)
	M(tracing.target_btf_id) M(tracing) M(cgroup.cgroup_id) M(cgroup.attach_type) M(cgroup)
	M(iter.target_name) M(iter.target_name_len) M(iter.map.map_id) M(iter.map)
	M(iter.cgroup.cgroup_id) M(iter.cgroup.order) M(iter.cgroup) M(iter.task.tid)
	M(iter.task.pid) M(iter.task) M(iter) M(netns.netns_ino) M(netns.attach_type) M(netns)
	M(xdp.ifindex) M(xdp)
#undef M
	S(struct, ebpf_func_info, bpf_func_info)
#define M(field) O(struct, ebpf_func_info, bpf_func_info, field)
	M(insn_off) M(type_id)
#undef M
	S(struct, ebpf_line_info, bpf_line_info)
#define M(field) O(struct, ebpf_line_info, bpf_line_info, field)
	M(insn_off) M(file_name_off) M(line_off) M(line_col)
#undef M
	S(struct, ebpf_core_relo, bpf_core_relo)
#define M(field) O(struct, ebpf_core_relo, bpf_core_relo, field)
	M(insn_off) M(type_id) M(access_str_off) M(kind)
#undef M
	S(struct, ebpf_stack_build_id, bpf_stack_build_id)
#define M(field) O(struct, ebpf_stack_build_id, bpf_stack_build_id, field)
	M(status) M(build_id) M(offset) M(ip)
#undef M
	S(struct, ebpf_lpm_trie_key, bpf_lpm_trie_key)
#define M(field) O(struct, ebpf_lpm_trie_key, bpf_lpm_trie_key, field)
	M(prefixlen)
#undef M
	S(struct, ebpf_cgroup_storage_key, bpf_cgroup_storage_key)
#define M(field) O(struct, ebpf_cgroup_storage_key, bpf_cgroup_storage_key, field)
	M(cgroup_inode_id) M(attach_type)
#undef M
	S(struct, ebpf_spin_lock, bpf_spin_lock)
#define M(field) O(struct, ebpf_spin_lock, bpf_spin_lock, field)
	M(val)
#undef M
	S(struct, ebpf_timer, bpf_timer)
	S(struct, ebpf_dynptr, bpf_dynptr)
	S(struct, ebpf_perf_event_value, bpf_perf_event_value)
#define M(field) O(struct, ebpf_perf_event_value, bpf_perf_event_value, field)
	M(counter) M(enabled) M(running)
#undef M
	S(struct, ebpf_pidns_info, bpf_pidns_info)
#define M(field) O(struct, ebpf_pidns_info, bpf_pidns_info, field)
	M(pid) M(tgid)
#undef M
	S(struct, ebpf_btf_ptr, btf_ptr)
#define M(field) O(struct, ebpf_btf_ptr, btf_ptr, field)
	M(ptr) M(type_id) M(flags)
#undef M
	S(struct, ebpf_raw_tracepoint_args, bpf_raw_tracepoint_args)
#define M(field) O(struct, ebpf_raw_tracepoint_args, bpf_raw_tracepoint_args, field)
#undef M
	S(struct, ebpf_sk_buff, __sk_buff)
#define M(field) O(struct, ebpf_sk_buff, __sk_buff, field)
	M(len) M(pkt_type) M(mark) M(queue_mapping) M(protocol) M(vlan_present) M(vlan_tci)
	M(vlan_proto) M(priority) M(ingress_ifindex) M(ifindex) M(tc_index) M(cb) M(hash)
	M(tc_classid) M(data) M(data_end) M(napi_id) M(family) M(remote_ip4) M(local_ip4)
	M(remote_ip6) M(local_ip6) M(remote_port) M(local_port) M(data_meta) M(flow_keys)
	M(tstamp) M(wire_len) M(gso_segs) M(sk) M(gso_size) M(tstamp_type) M(hwtstamp)
#undef M
	S(struct, ebpf_xdp_md, xdp_md)
#define M(field) O(struct, ebpf_xdp_md, xdp_md, field)
	M(data) M(data_end) M(data_meta) M(ingress_ifindex) M(rx_queue_index) M(egress_ifindex)
#undef M
	S(struct, ebpf_btf_header, btf_header)
#define M(field) O(struct, ebpf_btf_header, btf_header, field)
	M(magic) M(version) M(flags) M(hdr_len) M(type_off) M(type_len) M(str_off) M(str_len)
#undef M
	S(struct, ebpf_btf_type, btf_type)
#define M(field) O(struct, ebpf_btf_type, btf_type, field)
	M(name_off) M(info) M(size) M(type)
#undef M
	S(struct, ebpf_btf_enum, btf_enum)
#define M(field) O(struct, ebpf_btf_enum, btf_enum, field)
	M(name_off) M(val)
#undef M
	S(struct, ebpf_btf_enum64, btf_enum64)
#define M(field) O(struct, ebpf_btf_enum64, btf_enum64, field)
	M(name_off) M(val_lo32) M(val_hi32)
#undef M
	S(struct, ebpf_btf_array, btf_array)
#define M(field) O(struct, ebpf_btf_array, btf_array, field)
	M(type) M(index_type) M(nelems)
#undef M
	S(struct, ebpf_btf_member, btf_member)
#define M(field) O(struct, ebpf_btf_member, btf_member, field)
	M(name_off) M(type) M(offset)
#undef M
	S(struct, ebpf_btf_param, btf_param)
#define M(field) O(struct, ebpf_btf_param, btf_param, field)
	M(name_off) M(type)
#undef M
	S(struct, ebpf_btf_var, btf_var)
#define M(field) O(struct, ebpf_btf_var, btf_var, field)
	M(linkage)
#undef M
	S(struct, ebpf_btf_var_secinfo, btf_var_secinfo)
#define M(field) O(struct, ebpf_btf_var_secinfo, btf_var_secinfo, field)
	M(type) M(offset) M(size)
#undef M
	S(struct, ebpf_btf_decl_tag, btf_decl_tag)
#define M(field) O(struct, ebpf_btf_decl_tag, btf_decl_tag, field)
	M(component_idx)
#undef M
};

static void compare(const struct number *table, size_t cnt, const char *what)
{
	size_t i, bad = 0;

	for (i = 0; i < cnt; i++) {
		if (table[i].ours == table[i].linux_)
			continue;
		tap_diag("%s: ours %lld, Linux %lld", table[i].name, table[i].ours,
			 table[i].linux_);
		bad++;
	}
	tap_eq(bad, 0, "%zu %s are Linux's", cnt, what);
}

/* Bit fields have no offset: compare what a known instruction looks like. */
static void check_insn_bits(void)
{
	struct ebpf_insn ours = { .code = 0x85, .dst_reg = 3, .src_reg = 10, .off = -2, .imm = 7 };
	struct bpf_insn theirs = { .code = 0x85, .dst_reg = 3, .src_reg = 10, .off = -2, .imm = 7 };

	tap_ok(!memcmp(&ours, &theirs, sizeof(ours)), "an instruction has Linux's bytes");
}

static void check_names(void)
{
#define NAME(x) #x
	static const char * const names[] = { EBPF_FUNC_MAPPER(NAME) };

	tap_eq(sizeof(names) / sizeof(names[0]), __EBPF_FUNC_MAX_ID, "each helper id has a name");
	tap_ok(!strcmp(names[EBPF_FUNC_ringbuf_output], "ringbuf_output"),
	       "names are in the order of ids");
	tap_ok((int)__EBPF_FUNC_MAX_ID >= (int)__BPF_FUNC_MAX_ID, "no helper of Linux is missing");
}

static void check_ioctls(void)
{
	tap_eq(sizeof(struct ebpfdrv_bpf), 16, "struct ebpfdrv_bpf is 16 bytes");
	tap_eq(sizeof(struct ebpfdrv_perf_event_open), 32,
	       "struct ebpfdrv_perf_event_open is 32 bytes");
	tap_eq(EBPFDRV_IOC_BPF, 0xc01045b0, "EBPFDRV_IOC_BPF keeps its number");
	tap_eq(EBPFDRV_IOC_PERF_EVENT_OPEN, 0x402045b1,
	       "EBPFDRV_IOC_PERF_EVENT_OPEN keeps its number");
}

#define COMPARE(table, what) compare(table, sizeof(table) / sizeof(table[0]), what)

int main(void)
{
	COMPARE(numbers, "numbers of bpf(2) and of instructions");
	COMPARE(helpers, "helper ids");
	COMPARE(btf_numbers, "numbers of BTF");
	COMPARE(layouts, "sizes and offsets");
	check_insn_bits();
	check_names();
	check_ioctls();
	return tap_end();
}
