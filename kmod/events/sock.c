// SPDX-License-Identifier: GPL-2.0-only
/*
 * States of connections. Most of them are set in one function; a listener's and a new connection's
 * are written where no function is called, so what is called next, or returns, tells of them.
 */
#include "kmod/events/events.h"
#include "kmod/events/own.h"
#include "kmod/events/sock_fields.h"

#ifdef OWN_INET_SOCK_SET_STATE
EBPF_OWN_FUNCTIONS(inet_sock_set_state)
#endif

#define CREATE_TRACE_POINTS
#include "kmod/events/trace_sock.h"

#ifdef OWN_INET_SOCK_SET_STATE

/* tcp_set_state(sk, state), before the state changes */
static __always_inline void state_hit(unsigned long ip, struct pt_regs *regs)
{
	const struct sock *sk = (const struct sock *)regs->di;

	trace_inet_sock_set_state(sk, sk->sk_state, (int)regs->si);
}

EBPF_OWN_ENTRY(state, state_hit, "tcp_set_state");

/* inet_csk_get_port(sk, port): whoever listens, is in that state and asks for its port again. */
static __always_inline void listen_hit(unsigned long ip, struct pt_regs *regs)
{
	const struct sock *sk = (const struct sock *)regs->di;

	if (sk->sk_state == TCP_LISTEN)
		trace_inet_sock_set_state(sk, TCP_CLOSE, TCP_LISTEN);
}

EBPF_OWN_ENTRY(listen, listen_hit, "inet_csk_get_port");

/* If it does not get it, it does not listen. */
static int listen_keep(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct sock *sk = (struct sock *)regs->di;

	*(struct sock **)ri->data = sk;
	return sk->sk_state != TCP_LISTEN;
}

static int listen_returns(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	if (regs_return_value(regs))
		trace_inet_sock_set_state(*(struct sock **)ri->data, TCP_LISTEN, TCP_CLOSE);
	return 0;
}

EBPF_OWN_RETURN(unlisten, listen_keep, sizeof(struct sock *), listen_returns,
		"inet_csk_get_port");

/* sk_clone_lock() returns a copy of the listener, which becomes the new connection. */
static int clone_returns(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	const struct sock *sk = (const struct sock *)regs_return_value(regs);

	if (sk && sk->sk_state == TCP_LISTEN &&
	    (sk->sk_protocol == IPPROTO_TCP || sk->sk_protocol == IPPROTO_DCCP))
		trace_inet_sock_set_state(sk, TCP_LISTEN, TCP_SYN_RECV);
	return 0;
}

EBPF_OWN_RETURN(clone, NULL, 0, clone_returns, "sk_clone_lock");

static struct ebpf_own_hook state_hooks[] = {
	EBPF_OWN_ENTRY_HOOK(state),
	EBPF_OWN_ENTRY_HOOK(listen),
	EBPF_OWN_RETURN_HOOK(unlisten),
	EBPF_OWN_RETURN_HOOK(clone),
};

EBPF_OWN_EVENT(inet_sock_set_state, state_hooks);

#endif

void ebpf_events_sock_init(void)
{
#ifdef OWN_INET_SOCK_SET_STATE
	ebpf_own_add(&own_inet_sock_set_state);
#endif
}
