/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CPUs that come and go.
 */
#ifndef _COMPAT_HOTPLUG_H
#define _COMPAT_HOTPLUG_H

/* @changed is called after a CPU came online and before it goes offline, on any
 * CPU, with CPU hotplug locked: it may sleep but must not take that lock. One
 * user. Process context.
 */
int ebpf_compat_hotplug_register(void (*changed)(unsigned int cpu, bool online));
void ebpf_compat_hotplug_unregister(void);

#endif /* _COMPAT_HOTPLUG_H */
