/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events of the system "tcp": names, fields, order and print formats are those of Linux 6.1.
 * Each has a class of its own, so that one can go and the others stay.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM tcp

#if !defined(_EVENTS_TRACE_TCP_H) || defined(TRACE_HEADER_MULTI_READ)
#define _EVENTS_TRACE_TCP_H

#include <linux/tracepoint.h>

/* About a socket alone */
#undef OWN_TCP_SK_EVENT
#define OWN_TCP_SK_EVENT(event)						\
	TRACE_EVENT_FN(event,						\
		TP_PROTO(struct sock *sk),				\
		TP_ARGS(sk),						\
		TP_STRUCT__entry(					\
			__field(const void *, skaddr)			\
			OWN_PORT_FIELDS					\
			OWN_ADDR_FIELDS					\
			__field(__u64, sock_cookie)			\
		),							\
		TP_fast_assign(						\
			__entry->skaddr = sk;				\
			OWN_STORE_SOCK(__entry, sk);			\
			__entry->sock_cookie = compat_tcp_cookie(sk);	\
		),							\
		TP_printk("family=%s " OWN_PORTS_ADDRS_PRINT " sock_cookie=%llx", \
			  OWN_FAMILY_NAME(__entry->family), OWN_PORTS_ADDRS(__entry), \
			  __entry->sock_cookie),			\
		event##_listen, event##_unlisten)

/* About a socket and a packet, which may be NULL. */
#undef OWN_TCP_SK_SKB_EVENT
#define OWN_TCP_SK_SKB_EVENT(event)					\
	TRACE_EVENT_FN(event,						\
		TP_PROTO(const struct sock *sk, const struct sk_buff *skb), \
		TP_ARGS(sk, skb),					\
		TP_STRUCT__entry(					\
			__field(const void *, skbaddr)			\
			__field(const void *, skaddr)			\
			__field(int, state)				\
			OWN_PORT_FIELDS					\
			OWN_ADDR_FIELDS					\
		),							\
		TP_fast_assign(						\
			__entry->skbaddr = skb;				\
			__entry->skaddr = sk;				\
			__entry->state = sk->sk_state;			\
			OWN_STORE_SOCK(__entry, sk);			\
		),							\
		TP_printk("family=%s " OWN_PORTS_ADDRS_PRINT " state=%s", \
			  OWN_FAMILY_NAME(__entry->family), OWN_PORTS_ADDRS(__entry), \
			  OWN_TCP_STATE_NAME(__entry->state)),		\
		event##_listen, event##_unlisten)

#ifdef OWN_TCP_RCV_SPACE_ADJUST
OWN_TCP_SK_EVENT(tcp_rcv_space_adjust);
#endif

#ifdef OWN_TCP_DESTROY_SOCK
OWN_TCP_SK_EVENT(tcp_destroy_sock);
#endif

#ifdef OWN_TCP_RECEIVE_RESET
OWN_TCP_SK_EVENT(tcp_receive_reset);
#endif

#ifdef OWN_TCP_RETRANSMIT_SKB
OWN_TCP_SK_SKB_EVENT(tcp_retransmit_skb);
#endif

#ifdef OWN_TCP_SEND_RESET
OWN_TCP_SK_SKB_EVENT(tcp_send_reset);
#endif

#ifdef OWN_TCP_RETRANSMIT_SYNACK
TRACE_EVENT_FN(tcp_retransmit_synack,
	TP_PROTO(const struct sock *sk, const struct request_sock *req),
	TP_ARGS(sk, req),
	TP_STRUCT__entry(
		__field(const void *, skaddr)
		__field(const void *, req)
		OWN_PORT_FIELDS
		OWN_ADDR_FIELDS
	),
	TP_fast_assign(
		__entry->skaddr = sk;
		__entry->req = req;
		__entry->sport = compat_req_num(req);
		__entry->dport = ntohs(compat_req_remote_port(req));
		__entry->family = sk->sk_family;
		own_store_req_addrs(sk, req, __entry->saddr, __entry->daddr,
				    __entry->saddr_v6, __entry->daddr_v6);
	),
	TP_printk("family=%s " OWN_PORTS_ADDRS_PRINT,
		  OWN_FAMILY_NAME(__entry->family), OWN_PORTS_ADDRS(__entry)),
	tcp_retransmit_synack_listen, tcp_retransmit_synack_unlisten)
#endif

#ifdef OWN_TCP_PROBE
TRACE_EVENT_FN(tcp_probe,
	TP_PROTO(struct sock *sk, struct sk_buff *skb),
	TP_ARGS(sk, skb),
	TP_STRUCT__entry(
		__array(__u8, saddr, 28)
		__array(__u8, daddr, 28)
		OWN_PORT_FIELDS
		__field(__u32, mark)
		__field(__u16, data_len)
		__field(__u32, snd_nxt)
		__field(__u32, snd_una)
		__field(__u32, snd_cwnd)
		__field(__u32, ssthresh)
		__field(__u32, snd_wnd)
		__field(__u32, srtt)
		__field(__u32, rcv_wnd)
		__field(__u64, sock_cookie)
	),
	TP_fast_assign(
		own_store_ends(sk, __entry->saddr, __entry->daddr);
		__entry->sport = ntohs(inet_sk(sk)->inet_sport);
		__entry->dport = ntohs(inet_sk(sk)->inet_dport);
		__entry->family = sk->sk_family;
		__entry->mark = skb->mark;
		/* The packet begins at TCP's header here. */
		__entry->data_len = skb->len - 4 * ((const struct tcphdr *)skb->data)->doff;
		__entry->snd_nxt = tcp_sk(sk)->snd_nxt;
		__entry->snd_una = tcp_sk(sk)->snd_una;
		__entry->snd_cwnd = tcp_sk(sk)->snd_cwnd;
		__entry->ssthresh = tcp_current_ssthresh(sk);
		__entry->snd_wnd = tcp_sk(sk)->snd_wnd;
		__entry->srtt = compat_tcp_srtt_us(tcp_sk(sk));
		__entry->rcv_wnd = tcp_sk(sk)->rcv_wnd;
		__entry->sock_cookie = compat_tcp_cookie(sk);
	),
	TP_printk("family=%s src=%pISpc dest=%pISpc mark=%#x data_len=%d snd_nxt=%#x snd_una=%#x "
		  "snd_cwnd=%u ssthresh=%u snd_wnd=%u srtt=%u rcv_wnd=%u sock_cookie=%llx",
		  OWN_FAMILY_NAME(__entry->family), __entry->saddr, __entry->daddr,
		  __entry->mark, __entry->data_len, __entry->snd_nxt, __entry->snd_una,
		  __entry->snd_cwnd, __entry->ssthresh, __entry->snd_wnd, __entry->srtt,
		  __entry->rcv_wnd, __entry->sock_cookie),
	tcp_probe_listen, tcp_probe_unlisten)
#endif

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH kmod/events
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace_tcp
#include <trace/define_trace.h>
