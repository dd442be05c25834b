/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fields and print formats of events as Linux 6.1 tells them, without the event's number and the
 * fields that all events have.
 */
#ifndef _TEST_EVENTS_FORMATS_H
#define _TEST_EVENTS_FORMATS_H

/* FIELD(declaration, offset, size, signed) */
#define FIELD(decl, offset, size, sign) \
	"\tfield:" decl ";\toffset:" #offset ";\tsize:" #size ";\tsigned:" #sign ";\n"

static const char tcp_probe_format[] __attribute__((unused)) =
	FIELD("__u8 saddr[28]", 8, 28, 0)
	FIELD("__u8 daddr[28]", 36, 28, 0)
	FIELD("__u16 sport", 64, 2, 0)
	FIELD("__u16 dport", 66, 2, 0)
	FIELD("__u16 family", 68, 2, 0)
	FIELD("__u32 mark", 72, 4, 0)
	FIELD("__u16 data_len", 76, 2, 0)
	FIELD("__u32 snd_nxt", 80, 4, 0)
	FIELD("__u32 snd_una", 84, 4, 0)
	FIELD("__u32 snd_cwnd", 88, 4, 0)
	FIELD("__u32 ssthresh", 92, 4, 0)
	FIELD("__u32 snd_wnd", 96, 4, 0)
	FIELD("__u32 srtt", 100, 4, 0)
	FIELD("__u32 rcv_wnd", 104, 4, 0)
	FIELD("__u64 sock_cookie", 112, 8, 0)
	"\n"
	"print fmt: \"family=%s src=%pISpc dest=%pISpc mark=%#x data_len=%d snd_nxt=%#x "
	"snd_una=%#x snd_cwnd=%u ssthresh=%u snd_wnd=%u srtt=%u rcv_wnd=%u "
	"sock_cookie=%llx\", __print_symbolic(REC->family, { 2, \"AF_INET\" }, { 10, "
	"\"AF_INET6\" }), REC->saddr, REC->daddr, REC->mark, REC->data_len, "
	"REC->snd_nxt, REC->snd_una, REC->snd_cwnd, REC->ssthresh, REC->snd_wnd, "
	"REC->srtt, REC->rcv_wnd, REC->sock_cookie\n";

static const char tcp_rcv_space_adjust_format[] __attribute__((unused)) =
	FIELD("const void * skaddr", 8, 8, 0)
	FIELD("__u16 sport", 16, 2, 0)
	FIELD("__u16 dport", 18, 2, 0)
	FIELD("__u16 family", 20, 2, 0)
	FIELD("__u8 saddr[4]", 22, 4, 0)
	FIELD("__u8 daddr[4]", 26, 4, 0)
	FIELD("__u8 saddr_v6[16]", 30, 16, 0)
	FIELD("__u8 daddr_v6[16]", 46, 16, 0)
	FIELD("__u64 sock_cookie", 64, 8, 0)
	"\n"
	"print fmt: \"family=%s sport=%hu dport=%hu saddr=%pI4 daddr=%pI4 saddrv6=%pI6c "
	"daddrv6=%pI6c sock_cookie=%llx\", __print_symbolic(REC->family, { 2, "
	"\"AF_INET\" }, { 10, \"AF_INET6\" }), REC->sport, REC->dport, REC->saddr, "
	"REC->daddr, REC->saddr_v6, REC->daddr_v6, REC->sock_cookie\n";

static const char tcp_retransmit_skb_format[] __attribute__((unused)) =
	FIELD("const void * skbaddr", 8, 8, 0)
	FIELD("const void * skaddr", 16, 8, 0)
	FIELD("int state", 24, 4, 1)
	FIELD("__u16 sport", 28, 2, 0)
	FIELD("__u16 dport", 30, 2, 0)
	FIELD("__u16 family", 32, 2, 0)
	FIELD("__u8 saddr[4]", 34, 4, 0)
	FIELD("__u8 daddr[4]", 38, 4, 0)
	FIELD("__u8 saddr_v6[16]", 42, 16, 0)
	FIELD("__u8 daddr_v6[16]", 58, 16, 0)
	"\n"
	"print fmt: \"family=%s sport=%hu dport=%hu saddr=%pI4 daddr=%pI4 saddrv6=%pI6c "
	"daddrv6=%pI6c state=%s\", __print_symbolic(REC->family, { 2, \"AF_INET\" }, { "
	"10, \"AF_INET6\" }), REC->sport, REC->dport, REC->saddr, REC->daddr, "
	"REC->saddr_v6, REC->daddr_v6, __print_symbolic(REC->state, { TCP_ESTABLISHED, "
	"\"TCP_ESTABLISHED\" }, { TCP_SYN_SENT, \"TCP_SYN_SENT\" }, { TCP_SYN_RECV, "
	"\"TCP_SYN_RECV\" }, { TCP_FIN_WAIT1, \"TCP_FIN_WAIT1\" }, { TCP_FIN_WAIT2, "
	"\"TCP_FIN_WAIT2\" }, { TCP_TIME_WAIT, \"TCP_TIME_WAIT\" }, { TCP_CLOSE, "
	"\"TCP_CLOSE\" }, { TCP_CLOSE_WAIT, \"TCP_CLOSE_WAIT\" }, { TCP_LAST_ACK, "
	"\"TCP_LAST_ACK\" }, { TCP_LISTEN, \"TCP_LISTEN\" }, { TCP_CLOSING, "
	"\"TCP_CLOSING\" }, { TCP_NEW_SYN_RECV, \"TCP_NEW_SYN_RECV\" })\n";

static const char tcp_destroy_sock_format[] __attribute__((unused)) =
	FIELD("const void * skaddr", 8, 8, 0)
	FIELD("__u16 sport", 16, 2, 0)
	FIELD("__u16 dport", 18, 2, 0)
	FIELD("__u16 family", 20, 2, 0)
	FIELD("__u8 saddr[4]", 22, 4, 0)
	FIELD("__u8 daddr[4]", 26, 4, 0)
	FIELD("__u8 saddr_v6[16]", 30, 16, 0)
	FIELD("__u8 daddr_v6[16]", 46, 16, 0)
	FIELD("__u64 sock_cookie", 64, 8, 0)
	"\n"
	"print fmt: \"family=%s sport=%hu dport=%hu saddr=%pI4 daddr=%pI4 saddrv6=%pI6c "
	"daddrv6=%pI6c sock_cookie=%llx\", __print_symbolic(REC->family, { 2, "
	"\"AF_INET\" }, { 10, \"AF_INET6\" }), REC->sport, REC->dport, REC->saddr, "
	"REC->daddr, REC->saddr_v6, REC->daddr_v6, REC->sock_cookie\n";

static const char tcp_send_reset_format[] __attribute__((unused)) =
	FIELD("const void * skbaddr", 8, 8, 0)
	FIELD("const void * skaddr", 16, 8, 0)
	FIELD("int state", 24, 4, 1)
	FIELD("__u16 sport", 28, 2, 0)
	FIELD("__u16 dport", 30, 2, 0)
	FIELD("__u16 family", 32, 2, 0)
	FIELD("__u8 saddr[4]", 34, 4, 0)
	FIELD("__u8 daddr[4]", 38, 4, 0)
	FIELD("__u8 saddr_v6[16]", 42, 16, 0)
	FIELD("__u8 daddr_v6[16]", 58, 16, 0)
	"\n"
	"print fmt: \"family=%s sport=%hu dport=%hu saddr=%pI4 daddr=%pI4 saddrv6=%pI6c "
	"daddrv6=%pI6c state=%s\", __print_symbolic(REC->family, { 2, \"AF_INET\" }, { "
	"10, \"AF_INET6\" }), REC->sport, REC->dport, REC->saddr, REC->daddr, "
	"REC->saddr_v6, REC->daddr_v6, __print_symbolic(REC->state, { TCP_ESTABLISHED, "
	"\"TCP_ESTABLISHED\" }, { TCP_SYN_SENT, \"TCP_SYN_SENT\" }, { TCP_SYN_RECV, "
	"\"TCP_SYN_RECV\" }, { TCP_FIN_WAIT1, \"TCP_FIN_WAIT1\" }, { TCP_FIN_WAIT2, "
	"\"TCP_FIN_WAIT2\" }, { TCP_TIME_WAIT, \"TCP_TIME_WAIT\" }, { TCP_CLOSE, "
	"\"TCP_CLOSE\" }, { TCP_CLOSE_WAIT, \"TCP_CLOSE_WAIT\" }, { TCP_LAST_ACK, "
	"\"TCP_LAST_ACK\" }, { TCP_LISTEN, \"TCP_LISTEN\" }, { TCP_CLOSING, "
	"\"TCP_CLOSING\" }, { TCP_NEW_SYN_RECV, \"TCP_NEW_SYN_RECV\" })\n";

static const char tcp_receive_reset_format[] __attribute__((unused)) =
	FIELD("const void * skaddr", 8, 8, 0)
	FIELD("__u16 sport", 16, 2, 0)
	FIELD("__u16 dport", 18, 2, 0)
	FIELD("__u16 family", 20, 2, 0)
	FIELD("__u8 saddr[4]", 22, 4, 0)
	FIELD("__u8 daddr[4]", 26, 4, 0)
	FIELD("__u8 saddr_v6[16]", 30, 16, 0)
	FIELD("__u8 daddr_v6[16]", 46, 16, 0)
	FIELD("__u64 sock_cookie", 64, 8, 0)
	"\n"
	"print fmt: \"family=%s sport=%hu dport=%hu saddr=%pI4 daddr=%pI4 saddrv6=%pI6c "
	"daddrv6=%pI6c sock_cookie=%llx\", __print_symbolic(REC->family, { 2, "
	"\"AF_INET\" }, { 10, \"AF_INET6\" }), REC->sport, REC->dport, REC->saddr, "
	"REC->daddr, REC->saddr_v6, REC->daddr_v6, REC->sock_cookie\n";

static const char tcp_retransmit_synack_format[] __attribute__((unused)) =
	FIELD("const void * skaddr", 8, 8, 0)
	FIELD("const void * req", 16, 8, 0)
	FIELD("__u16 sport", 24, 2, 0)
	FIELD("__u16 dport", 26, 2, 0)
	FIELD("__u16 family", 28, 2, 0)
	FIELD("__u8 saddr[4]", 30, 4, 0)
	FIELD("__u8 daddr[4]", 34, 4, 0)
	FIELD("__u8 saddr_v6[16]", 38, 16, 0)
	FIELD("__u8 daddr_v6[16]", 54, 16, 0)
	"\n"
	"print fmt: \"family=%s sport=%hu dport=%hu saddr=%pI4 daddr=%pI4 saddrv6=%pI6c "
	"daddrv6=%pI6c\", __print_symbolic(REC->family, { 2, \"AF_INET\" }, { 10, "
	"\"AF_INET6\" }), REC->sport, REC->dport, REC->saddr, REC->daddr, REC->saddr_v6, "
	"REC->daddr_v6\n";

static const char inet_sock_set_state_format[] __attribute__((unused)) =
	FIELD("const void * skaddr", 8, 8, 0)
	FIELD("int oldstate", 16, 4, 1)
	FIELD("int newstate", 20, 4, 1)
	FIELD("__u16 sport", 24, 2, 0)
	FIELD("__u16 dport", 26, 2, 0)
	FIELD("__u16 family", 28, 2, 0)
	FIELD("__u16 protocol", 30, 2, 0)
	FIELD("__u8 saddr[4]", 32, 4, 0)
	FIELD("__u8 daddr[4]", 36, 4, 0)
	FIELD("__u8 saddr_v6[16]", 40, 16, 0)
	FIELD("__u8 daddr_v6[16]", 56, 16, 0)
	"\n"
	"print fmt: \"family=%s protocol=%s sport=%hu dport=%hu saddr=%pI4 daddr=%pI4 "
	"saddrv6=%pI6c daddrv6=%pI6c oldstate=%s newstate=%s\", "
	"__print_symbolic(REC->family, { 2, \"AF_INET\" }, { 10, \"AF_INET6\" }), "
	"__print_symbolic(REC->protocol, { 6, \"IPPROTO_TCP\" }, { 33, \"IPPROTO_DCCP\" "
	"}, { 132, \"IPPROTO_SCTP\" }, { 262, \"IPPROTO_MPTCP\" }), REC->sport, "
	"REC->dport, REC->saddr, REC->daddr, REC->saddr_v6, REC->daddr_v6, "
	"__print_symbolic(REC->oldstate, { 1, \"TCP_ESTABLISHED\" }, { 2, "
	"\"TCP_SYN_SENT\" }, { 3, \"TCP_SYN_RECV\" }, { 4, \"TCP_FIN_WAIT1\" }, { 5, "
	"\"TCP_FIN_WAIT2\" }, { 6, \"TCP_TIME_WAIT\" }, { 7, \"TCP_CLOSE\" }, { 8, "
	"\"TCP_CLOSE_WAIT\" }, { 9, \"TCP_LAST_ACK\" }, { 10, \"TCP_LISTEN\" }, { 11, "
	"\"TCP_CLOSING\" }, { 12, \"TCP_NEW_SYN_RECV\" }), "
	"__print_symbolic(REC->newstate, { 1, \"TCP_ESTABLISHED\" }, { 2, "
	"\"TCP_SYN_SENT\" }, { 3, \"TCP_SYN_RECV\" }, { 4, \"TCP_FIN_WAIT1\" }, { 5, "
	"\"TCP_FIN_WAIT2\" }, { 6, \"TCP_TIME_WAIT\" }, { 7, \"TCP_CLOSE\" }, { 8, "
	"\"TCP_CLOSE_WAIT\" }, { 9, \"TCP_LAST_ACK\" }, { 10, \"TCP_LISTEN\" }, { 11, "
	"\"TCP_CLOSING\" }, { 12, \"TCP_NEW_SYN_RECV\" })\n";

#endif
