// SPDX-License-Identifier: GPL-2.0-only
#include "format.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static bool is_mapped(const __u8 address[16])
{
	static const __u8 prefix[12] = { [10] = 0xff, [11] = 0xff };

	return !memcmp(address, prefix, sizeof(prefix));
}

const char *format_address(char *to, size_t size, const __u8 address[16])
{
	if (is_mapped(address))
		return inet_ntop(AF_INET, address + 12, to, size);
	return inet_ntop(AF_INET6, address, to, size);
}

const char *format_end(char *to, size_t size, const __u8 address[16], __u16 port)
{
	char text[ADDRESS_LEN];

	format_address(text, sizeof(text), address);
	snprintf(to, size, is_mapped(address) ? "%s:%u" : "[%s]:%u", text, port);
	return to;
}

static __u64 clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

__u64 now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

__u64 since_1970_ns(void)
{
	return clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC);
}
