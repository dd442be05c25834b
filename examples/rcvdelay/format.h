/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses and times as text */
#ifndef FORMAT_H
#define FORMAT_H

#include <linux/types.h>
#include <stddef.h>

#define ADDRESS_LEN	48	/* of an address as text */
#define END_LEN		64	/* of an address and a port */

/* IPv4's mapped addresses as IPv4's */
const char *format_address(char *to, size_t size, const __u8 address[16]);

/* 127.0.0.1:80, [::1]:80 */
const char *format_end(char *to, size_t size, const __u8 address[16], __u16 port);

/* CLOCK_MONOTONIC, as the kernel's part tells times, in nanoseconds */
__u64 now_ns(void);

/* What has to be added to such a time to get the time since 1970 */
__u64 since_1970_ns(void);

#endif
