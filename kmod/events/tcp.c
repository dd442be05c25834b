// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events of TCP. Hooks run where the functions are called: under the lock of the socket, most of
 * them in a soft interrupt.
 */
#include "kmod/events/events.h"
#include "kmod/events/own.h"
#include "kmod/events/sock_fields.h"

#ifdef OWN_TCP_PROBE
EBPF_OWN_FUNCTIONS(tcp_probe)
#endif
#ifdef OWN_TCP_RCV_SPACE_ADJUST
EBPF_OWN_FUNCTIONS(tcp_rcv_space_adjust)
#endif
#ifdef OWN_TCP_RETRANSMIT_SKB
EBPF_OWN_FUNCTIONS(tcp_retransmit_skb)
#endif
#ifdef OWN_TCP_RETRANSMIT_SYNACK
EBPF_OWN_FUNCTIONS(tcp_retransmit_synack)
#endif
#ifdef OWN_TCP_SEND_RESET
EBPF_OWN_FUNCTIONS(tcp_send_reset)
#endif
#ifdef OWN_TCP_RECEIVE_RESET
EBPF_OWN_FUNCTIONS(tcp_receive_reset)
#endif
#ifdef OWN_TCP_DESTROY_SOCK
EBPF_OWN_FUNCTIONS(tcp_destroy_sock)
#endif

#define CREATE_TRACE_POINTS
#include "kmod/events/trace_tcp.h"

/* tcp_rcv_established(sk, skb, ...) */
#ifdef OWN_TCP_PROBE
static __always_inline void probe_hit(unsigned long ip, struct pt_regs *regs)
{
	trace_tcp_probe((struct sock *)regs->di, (struct sk_buff *)regs->si);
}

EBPF_OWN_ENTRY_EVENT(tcp_probe, probe, probe_hit, "tcp_rcv_established");
#endif

/* tcp_rcv_space_adjust(sk) */
#ifdef OWN_TCP_RCV_SPACE_ADJUST
static __always_inline void adjust_hit(unsigned long ip, struct pt_regs *regs)
{
	trace_tcp_rcv_space_adjust((struct sock *)regs->di);
}

EBPF_OWN_ENTRY_EVENT(tcp_rcv_space_adjust, adjust, adjust_hit, "tcp_rcv_space_adjust");
#endif

/* tcp_v4_destroy_sock(sk), which IPv6's calls, too */
#ifdef OWN_TCP_DESTROY_SOCK
static __always_inline void destroy_hit(unsigned long ip, struct pt_regs *regs)
{
	trace_tcp_destroy_sock((struct sock *)regs->di);
}

EBPF_OWN_ENTRY_EVENT(tcp_destroy_sock, destroy, destroy_hit, "tcp_v4_destroy_sock");
#endif

/* tcp_reset(sk) */
#ifdef OWN_TCP_RECEIVE_RESET
static __always_inline void reset_hit(unsigned long ip, struct pt_regs *regs)
{
	trace_tcp_receive_reset((struct sock *)regs->di);
}

EBPF_OWN_ENTRY_EVENT(tcp_receive_reset, reset, reset_hit, "tcp_reset");
#endif

#ifdef OWN_TCP_SEND_RESET
/* tcp_v4_send_reset(sk, skb): a packet is answered, with no socket perhaps. Resets are not. */
static __always_inline void answer_hit(unsigned long ip, struct pt_regs *regs)
{
	const struct sock *sk = (const struct sock *)regs->di;
	const struct sk_buff *skb = (const struct sk_buff *)regs->si;

	if (sk && compat_sk_is_full(sk) && !tcp_hdr(skb)->rst)
		trace_tcp_send_reset(sk, skb);
}

EBPF_OWN_ENTRY(answer4, answer_hit, "tcp_v4_send_reset");
EBPF_OWN_ENTRY(answer6, answer_hit, "tcp_v6_send_reset");

/* tcp_send_active_reset(sk, flags): nobody sent anything. */
static __always_inline void active_hit(unsigned long ip, struct pt_regs *regs)
{
	trace_tcp_send_reset((const struct sock *)regs->di, NULL);
}

EBPF_OWN_ENTRY(active, active_hit, "tcp_send_active_reset");

static struct ebpf_own_hook send_reset_hooks[] = {
	EBPF_OWN_ENTRY_HOOK(answer4),
	EBPF_OWN_OPTIONAL_HOOK(answer6),
	EBPF_OWN_ENTRY_HOOK(active),
};

EBPF_OWN_EVENT(tcp_send_reset, send_reset_hooks);
#endif

/*
 * Sent again, if it was sent: known when the function returns
 */

#if defined(OWN_TCP_RETRANSMIT_SKB) || defined(OWN_TCP_RETRANSMIT_SYNACK)
struct sent_again {
	const struct sock *sk;
	const void *what;
};

static int sent_keep(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct sent_again *sent = (struct sent_again *)ri->data;

	sent->sk = (const struct sock *)regs->di;
	sent->what = (const void *)regs->si;
	return 0;
}
#endif

/* __tcp_retransmit_skb(sk, skb, ...): the packet stays in the queue of the socket, which is locked. */
#ifdef OWN_TCP_RETRANSMIT_SKB
static int skb_returns(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	const struct sent_again *sent = (const struct sent_again *)ri->data;

	if (!(int)regs_return_value(regs))
		trace_tcp_retransmit_skb(sent->sk, sent->what);
	return 0;
}

EBPF_OWN_RETURN(skb, sent_keep, sizeof(struct sent_again), skb_returns, "__tcp_retransmit_skb");

static struct ebpf_own_hook skb_hooks[] = {
	EBPF_OWN_RETURN_HOOK(skb),
};

EBPF_OWN_EVENT(tcp_retransmit_skb, skb_hooks);
#endif

/* tcp_rtx_synack(sk, req); where each protocol has its own, what calls them, DCCP's too */
#ifdef OWN_TCP_RETRANSMIT_SYNACK
static int synack_returns(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	const struct sent_again *sent = (const struct sent_again *)ri->data;

	if (!(int)regs_return_value(regs) && sent->sk->sk_protocol == IPPROTO_TCP)
		trace_tcp_retransmit_synack(sent->sk, sent->what);
	return 0;
}

EBPF_OWN_RETURN(synack, sent_keep, sizeof(struct sent_again), synack_returns,
		"tcp_rtx_synack", "inet_rtx_syn_ack");

static struct ebpf_own_hook synack_hooks[] = {
	EBPF_OWN_RETURN_HOOK(synack),
};

EBPF_OWN_EVENT(tcp_retransmit_synack, synack_hooks);
#endif

void ebpf_events_tcp_init(void)
{
#ifdef OWN_TCP_PROBE
	ebpf_own_add(&own_tcp_probe);
#endif
#ifdef OWN_TCP_RCV_SPACE_ADJUST
	ebpf_own_add(&own_tcp_rcv_space_adjust);
#endif
#ifdef OWN_TCP_RETRANSMIT_SKB
	ebpf_own_add(&own_tcp_retransmit_skb);
#endif
#ifdef OWN_TCP_RETRANSMIT_SYNACK
	ebpf_own_add(&own_tcp_retransmit_synack);
#endif
#ifdef OWN_TCP_SEND_RESET
	ebpf_own_add(&own_tcp_send_reset);
#endif
#ifdef OWN_TCP_RECEIVE_RESET
	ebpf_own_add(&own_tcp_receive_reset);
#endif
#ifdef OWN_TCP_DESTROY_SOCK
	ebpf_own_add(&own_tcp_destroy_sock);
#endif
}
