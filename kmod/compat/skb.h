/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packets of the kernel, as programs come by them: the pointer may be NULL, stale or
 * not one to a packet at all. Nothing here is sure of anything it reads; what cannot be
 * read is 0. Any context, NMI included.
 */
#ifndef _COMPAT_SKB_H
#define _COMPAT_SKB_H

#include <ebpf/types.h>

struct sk_buff;
struct xdp_buff;

/* Bytes of the packet; 0 where that cannot be read. */
u32 ebpf_compat_skb_len(const struct sk_buff *skb);
u32 ebpf_compat_xdp_len(const struct xdp_buff *xdp);

/* Copies bytes [@off, @off + @len) of the packet; @packet: struct sk_buff * or
 * struct xdp_buff *. Zeros for what is not there.
 */
void ebpf_compat_skb_copy(void *dst, const void *packet, u32 off, u32 len);
void ebpf_compat_xdp_copy(void *dst, const void *packet, u32 off, u32 len);

#endif /* _COMPAT_SKB_H */
