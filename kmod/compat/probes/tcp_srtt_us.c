// SPDX-License-Identifier: GPL-2.0-only
/* tcp_sock.srtt_us since 3.15 and in el7 (7.2); before, srtt in jiffies. */
/* asks: srtt_us */
#include <linux/tcp.h>

#ifdef PROBE
u32 probe(const struct tcp_sock *tp)
{
	return tp->srtt_us;
}
#endif
