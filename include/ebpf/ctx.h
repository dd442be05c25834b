/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Contexts as the compiled program really receives them. What the program was
 * written against (struct __sk_buff, struct bpf_perf_event_data, ...) is
 * converted by verifier/ctx.c to these layouts.
 */
#ifndef _EBPF_CTX_H
#define _EBPF_CTX_H

#include <ebpf/types.h>

/* sizeof(struct pt_regs) on x86_64, the same on every kernel. KPROBE programs
 * receive the struct itself, in the kernel's layout.
 */
#define EBPF_PT_REGS_SIZE	168

/* PERF_EVENT programs: what bpf_perf_event_data{regs, sample_period, addr}
 * stands for.
 */
struct ebpf_perf_event_kern {
	const void *regs;	/* struct pt_regs * */
	u64 sample_period;	/* ns or events */
	u64 addr;
	const void *data;	/* struct perf_sample_data *; for helpers */
};

/* RAW_TRACEPOINT (and writable) programs: the arguments of the tracepoint. */
#define EBPF_RAW_TP_MAX_ARGS	12
struct ebpf_raw_tp_kern {
	u64 args[EBPF_RAW_TP_MAX_ARGS];
};

/* TRACEPOINT programs receive the event's record as the format file describes
 * it. The first 8 bytes (the common header) are not readable, as in Linux.
 */
#define EBPF_TP_CTX_MAX		8192

/* SYSCALL programs: bytes that the caller of a test run passes at most. */
#define EBPF_SYSCALL_CTX_MAX	0xffff

/* Programs of socket type run by PROG_TEST_RUN: a packet of our own, in one piece,
 * within a buffer of its own. What is behind sk is for helpers: programs do
 * not see it.
 */
#define EBPF_SKB_MAX_LEN	(16384 - 320)	/* a packet grows no longer, as in Linux */
#define EBPF_SKB_BUF_SIZE	16384

struct ebpf_skb_kern {
	u8 *data;
	u8 *data_end;
	u8 *data_meta;
	u32 len;
	u32 pkt_type;
	u32 mark;
	u32 queue_mapping;
	u32 protocol;		/* network byte order in the low 16 bits */
	u32 vlan_present;
	u32 vlan_tci;
	u32 vlan_proto;
	u32 priority;
	u32 ingress_ifindex;
	u32 ifindex;
	u32 tc_index;
	u32 cb[5];
	u32 hash;
	u32 tc_classid;
	u32 napi_id;
	u32 gso_segs;
	u32 gso_size;
	u32 wire_len;		/* bytes there were on the wire; 0: nobody said */
	u32 tstamp_type;	/* EBPF_SKB_TSTAMP_* */
	u64 tstamp;
	u64 hwtstamp;
	const void *sk;		/* its socket: always NULL */

	u8 *head;		/* EBPF_SKB_BUF_SIZE bytes from here */
	u8 *mac;		/* Ethernet header */
	u8 *network;		/* what follows it */
	s32 csum_level;		/* checksums known to be good, less one; -1: none */
	bool hash_valid;
	bool encapsulation;
};

/* XDP programs run by PROG_TEST_RUN. The packet lies in one page, like this:
 * EBPF_XDP_FRAME_SIZE bytes that stay free, room, metadata, packet, room,
 * EBPF_XDP_TAIL_SIZE bytes that stay free.
 */
#define EBPF_XDP_BUF_SIZE	4096
#define EBPF_XDP_HEADROOM	256
#define EBPF_XDP_FRAME_SIZE	40
#define EBPF_XDP_TAIL_SIZE	320

struct ebpf_xdp_kern {
	u8 *data;
	u8 *data_end;
	u8 *data_meta;
	u32 ingress_ifindex;
	u32 rx_queue_index;
	u32 egress_ifindex;
	u8 *head;		/* the page */
};

/* NETFILTER programs; nothing runs them. */
struct ebpf_nf_kern {
	const void *state;	/* struct nf_hook_state * */
	const void *skb;	/* struct sk_buff * */
};

#endif /* _EBPF_CTX_H */
