/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events of the system "sock", as in Linux 6.1.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM sock

#if !defined(_EVENTS_TRACE_SOCK_H) || defined(TRACE_HEADER_MULTI_READ)
#define _EVENTS_TRACE_SOCK_H

#include <linux/tracepoint.h>

#ifdef OWN_INET_SOCK_SET_STATE
TRACE_EVENT_FN(inet_sock_set_state,
	TP_PROTO(const struct sock *sk, const int oldstate, const int newstate),
	TP_ARGS(sk, oldstate, newstate),
	TP_STRUCT__entry(
		__field(const void *, skaddr)
		__field(int, oldstate)
		__field(int, newstate)
		OWN_PORT_FIELDS
		__field(__u16, protocol)
		OWN_ADDR_FIELDS
	),
	TP_fast_assign(
		__entry->skaddr = sk;
		__entry->oldstate = oldstate;
		__entry->newstate = newstate;
		__entry->protocol = sk->sk_protocol;
		OWN_STORE_SOCK(__entry, sk);
	),
	TP_printk("family=%s protocol=%s " OWN_PORTS_ADDRS_PRINT " oldstate=%s newstate=%s",
		  OWN_FAMILY_NAME(__entry->family), OWN_PROTOCOL_NAME(__entry->protocol),
		  OWN_PORTS_ADDRS(__entry), OWN_STATE_NAME(__entry->oldstate),
		  OWN_STATE_NAME(__entry->newstate)),
	inet_sock_set_state_listen, inet_sock_set_state_unlisten)
#endif

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH kmod/events
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace_sock
#include <trace/define_trace.h>
