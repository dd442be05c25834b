// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/events/events.h"
#include "kmod/events/own.h"

void ebpf_events_init(void)
{
	ebpf_events_tcp_init();
	ebpf_events_sock_init();
	ebpf_events_block_init();
	ebpf_events_syscalls_init();
}

void ebpf_events_start(void)
{
	ebpf_own_start();
}

void ebpf_events_exit(void)
{
	ebpf_own_exit();
}
