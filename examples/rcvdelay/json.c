// SPDX-License-Identifier: GPL-2.0-only
#include "output.h"

#include <stdio.h>
#include <string.h>

#include "format.h"

/*
 * A process may give itself any bytes as a name. What JSON does not take as it is becomes \u00XX,
 * each byte by itself.
 */
static void print_string(const char *text, size_t max)
{
	size_t i;

	putchar('"');
	for (i = 0; i < max && text[i]; i++) {
		unsigned char c = text[i];

		if (c < 0x20 || c >= 0x7f || c == '"' || c == '\\')
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

static void print_end(const char *name, const __u8 address[16], __u16 port)
{
	char text[ADDRESS_LEN];

	printf("\"%s\":\"%s\",\"%s_port\":%u,", name, format_address(text, sizeof(text), address), name,
	       port);
}

int json_print(void *context, void *data, size_t size)
{
	const struct read_event *e = data;
	__u64 when;

	(void)context;
	if (size < sizeof(*e))
		return 0;
	when = e->when_ns + since_1970_ns();
	printf("{\"time\":%llu.%06llu,\"pid\":%u,\"process\":", when / 1000000000,
	       when % 1000000000 / 1000, e->pid);
	print_string(e->comm, sizeof(e->comm));
	putchar(',');
	print_end("local", e->key.local, e->key.local_port);
	print_end("remote", e->key.remote, e->key.remote_port);
	printf("\"delay_us\":%llu}\n", e->delay_ns / 1000);
	return 0;
}
