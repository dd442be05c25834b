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

#define CREATE_TRACE_POINTS
#include "kmod/events/trace_tcp.h"

/* tcp_rcv_established(sk, skb, ...) */
#ifdef OWN_TCP_PROBE
static __always_inline void probe_hit(unsigned long ip, struct pt_regs *regs)
{
	trace_tcp_probe((struct sock *)regs->di, (struct sk_buff *)regs->si);
}

EBPF_OWN_ENTRY(probe, probe_hit, "tcp_rcv_established");

static struct ebpf_own_hook probe_hooks[] = {
	EBPF_OWN_ENTRY_HOOK(probe),
};

EBPF_OWN_EVENT(tcp_probe, probe_hooks);
#endif

/* tcp_rcv_space_adjust(sk) */
#ifdef OWN_TCP_RCV_SPACE_ADJUST
static __always_inline void adjust_hit(unsigned long ip, struct pt_regs *regs)
{
	trace_tcp_rcv_space_adjust((struct sock *)regs->di);
}

EBPF_OWN_ENTRY(adjust, adjust_hit, "tcp_rcv_space_adjust");

static struct ebpf_own_hook adjust_hooks[] = {
	EBPF_OWN_ENTRY_HOOK(adjust),
};

EBPF_OWN_EVENT(tcp_rcv_space_adjust, adjust_hooks);
#endif

void ebpf_events_tcp_init(void)
{
#ifdef OWN_TCP_PROBE
	ebpf_own_add(&own_tcp_probe);
#endif
#ifdef OWN_TCP_RCV_SPACE_ADJUST
	ebpf_own_add(&own_tcp_rcv_space_adjust);
#endif
}
