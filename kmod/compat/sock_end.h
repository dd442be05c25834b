/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * When sockets go.
 */
#ifndef _COMPAT_SOCK_END_H
#define _COMPAT_SOCK_END_H

struct sock;

/* From now on @end is called with each socket that is about to be freed: any context but
 * NMI, preemption off. One at a time; the callers order watch and unwatch. -EOPNOTSUPP:
 * this kernel does not tell. Process context.
 */
int ebpf_compat_sock_watch(void (*end)(const struct sock *sk));
/* No call is under way any more when it returns. */
void ebpf_compat_sock_unwatch(void);

#endif /* _COMPAT_SOCK_END_H */
