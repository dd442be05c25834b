/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events of the kernel's own or of the module's, by number.
 */
#ifndef _TEST_EVENTS_H
#define _TEST_EVENTS_H

#include <linux/types.h>

/* EVENT(number, system, name, bytes of its record, where the local port is in it) */
#define TCP_EVENTS							\
	EVENT(0, tcp, tcp_probe, 120, 64)				\
	EVENT(1, tcp, tcp_rcv_space_adjust, 72, 16)			\
	EVENT(2, tcp, tcp_retransmit_skb, 74, 28)			\
	EVENT(3, tcp, tcp_retransmit_synack, 70, 24)			\
	EVENT(4, tcp, tcp_send_reset, 74, 28)				\
	EVENT(5, tcp, tcp_receive_reset, 72, 16)			\
	EVENT(6, tcp, tcp_destroy_sock, 72, 16)				\
	EVENT(7, sock, inet_sock_set_state, 72, 24)

#define TCP_PROBE		0
#define TCP_RCV_SPACE_ADJUST	1
#define TCP_RETRANSMIT_SKB	2
#define TCP_RETRANSMIT_SYNACK	3
#define TCP_SEND_RESET		4
#define TCP_RECEIVE_RESET	5
#define TCP_DESTROY_SOCK	6
#define INET_SOCK_SET_STATE	7
#define NR_EVENTS		8

#define RECORD_MAX	128
#define NR_KEPT		16

/* What the programs see of an event: of sockets whose local (0) or remote (1) port is @port. */
struct seen {
	__u32 hits[2];
	__u32 raw_hits;		/* of both, by the raw tracepoint */
	__u32 btf_hits;		/* by tp_btf */
	__u32 kept[2];
	__u8 record[2][NR_KEPT][RECORD_MAX];	/* the first ones */
};

#endif
