// SPDX-License-Identifier: GPL-2.0-only
/* printf for programs; include/ebpf/format.h has the formats. */
#include "helpers/format.h"
#include <ebpf/format.h>
#include "kmod/compat/compat.h"
#include "kmod/prog/nofault.h"

/* What one call's arguments may take in all, strings included, as Linux counts them. */
#define MAX_ARGS_SIZE	512

struct sink {
	char *out;
	u32 size;
	u32 len;	/* of the full text, may pass size */
	u32 taken;	/* of MAX_ARGS_SIZE */
};

static char *place(const struct sink *s)
{
	return s->out + min_t(u32, s->len, s->size);
}

static u32 room(const struct sink *s)
{
	return s->len < s->size ? s->size - s->len : 0;
}

static void put_char(struct sink *s, char c)
{
	if (s->len + 1 < s->size)
		s->out[s->len] = c;
	s->len++;
}

static void put_padding(struct sink *s, u32 width, u32 len)
{
	for (; len < width; len++)
		put_char(s, ' ');
}

/* Room for an argument of @size bytes; numbers are aligned. */
static int take(struct sink *s, u32 size)
{
	if (size > 1)
		s->taken = round_up(s->taken, 4U);
	if (s->taken + size > MAX_ARGS_SIZE)
		return -ENOSPC;
	s->taken += size;
	return 0;
}

/* '%', four flags, five digits of width, and six more */
#define SPEC_SIZE	20

/* The conversion as the kernel's snprintf() takes it: flags and width, then @tail. */
static void make_spec(char *spec, const struct ebpf_conv *c, const char *tail)
{
	*spec++ = '%';
	if (c->zero)
		*spec++ = '0';
	if (c->plus)
		*spec++ = '+';
	if (c->left)
		*spec++ = '-';
	if (c->blank)
		*spec++ = ' ';
	if (c->width)
		spec += snprintf(spec, 6, "%u", c->width);
	strcpy(spec, tail);
}

static int put_number(struct sink *s, const struct ebpf_conv *c, u64 arg)
{
	char tail[] = { 'l', 'l', c->kind[c->len - 1], '\0' }, spec[SPEC_SIZE];
	int err = take(s, *c->kind == 'l' ? 8 : 4);

	if (err)
		return err;
	/* ll, so that one call serves all sizes. */
	if (*c->kind != 'l')
		arg = *c->kind == 'd' || *c->kind == 'i' ? (u64)(s64)(s32)arg : (u32)arg;
	make_spec(spec, c, tail);
	s->len += snprintf(place(s), room(s), spec, arg);
	return 0;
}

static long read_str(char *to, u64 addr, u32 size, bool user)
{
	return user ? ebpf_read_user_str(to, addr, size) : ebpf_read_kernel_str(to, addr, size);
}

/* Length of a string of which @len bytes are known not to be its end, at most @limit;
 * -EFAULT when it cannot be read up to there.
 */
static long length_from(u64 addr, u32 len, u32 limit, bool user)
{
	char piece[64];
	long n;

	while (len < limit) {
		u32 size = min_t(u32, sizeof(piece), limit - len + 1);

		n = read_str(piece, addr + len, size, user);
		if (n < 0)
			return n;
		len += n - 1;
		if (n < size)
			break;
	}
	return len;
}

/* Reads straight into the output, and what does not fit into nothing, for its length. Returns
 * the length, 0 of what cannot be read.
 */
static u32 read_text(const struct sink *s, u64 addr, u32 limit, bool user)
{
	u32 size = min_t(u32, room(s), limit + 1);
	long n = 0;

	if (size) {
		n = read_str(place(s), addr, size, user);
		if (n < 0)
			return 0;
		if (n < size)
			return n - 1;
		n--;
	}
	n = length_from(addr, n, limit, user);
	return n < 0 ? 0 : n;
}

/* Is it the user's? %s tells by the address, which the two kinds do not share. */
static bool is_user(const struct ebpf_conv *c, u64 addr)
{
	return *c->kind == 's' ? addr < TASK_SIZE_MAX : c->kind[1] == 'u';
}

static int put_string(struct sink *s, const struct ebpf_conv *c, u64 addr)
{
	/* Linux pads no %pks. */
	u32 width = *c->kind == 's' ? c->width : 0, pad, len;
	char *to = place(s);

	if (s->taken == MAX_ARGS_SIZE)
		return -ENOSPC;
	len = read_text(s, addr, MAX_ARGS_SIZE - s->taken - 1, is_user(c, addr));
	s->taken += len + 1;
	pad = width > len && !c->left ? width - len : 0;
	if (pad && room(s)) {
		u32 left = room(s) - 1, blanks = min(pad, left);

		memmove(to + blanks, to, min(len, left - blanks));
		memset(to, ' ', blanks);
	}
	s->len += pad + len;
	put_padding(s, width, pad + len);
	return 0;
}

static int put_ip(struct sink *s, const struct ebpf_conv *c, u64 addr)
{
	char spec[8] = { '%', 'p', c->kind[1], c->kind[2] };
	u32 size = c->kind[2] == '4' ? 4 : 16;
	u8 ip[16] = { 0 };
	int n;

	if (s->taken + size > MAX_ARGS_SIZE)
		return -ENOSPC;
	if (ebpf_read_kernel(ip, addr, size))
		memset(ip, 0, sizeof(ip));
	n = snprintf(place(s), room(s), spec, ip);
	s->len += n;
	s->taken = min_t(u32, s->taken + n + 1, MAX_ARGS_SIZE);
	return 0;
}

/* The number itself. Old kernels do not know %px. */
static int put_address(struct sink *s, const struct ebpf_conv *c, u64 arg)
{
	char spec[SPEC_SIZE];

	make_spec(spec, c, c->width ? "llx" : "016llx");
	return snprintf(place(s), room(s), spec, arg);
}

static int put_pointer(struct sink *s, const struct ebpf_conv *c, u64 arg)
{
	const void *ptr = (const void *)(unsigned long)arg;
	char tail[] = { 'p', '\0', '\0' }, spec[SPEC_SIZE];
	bool plain = c->len == 1;
	int n;

	/* Linux takes the name of a frame as a string at once, and pads none of these. */
	if (!plain && c->kind[1] == 'B') {
		n = snprintf(place(s), room(s), "%pB", ptr);
		s->taken = min_t(u32, s->taken + n + 1, MAX_ARGS_SIZE);
		s->len += n;
		return 0;
	}
	if (take(s, 8))
		return -ENOSPC;
	/* %p shows addresses as this kernel does elsewhere (from 4.15 on another number), but NULL
	 * and errors as newer ones do.
	 */
	if (plain ? IS_ERR_OR_NULL(ptr) : c->kind[1] == 'x') {
		n = put_address(s, c, arg);
	} else {
		if (!plain)
			tail[1] = c->kind[1];
		make_spec(spec, c, tail);
		n = snprintf(place(s), room(s), spec, ptr);
	}
	s->len += n;
	return 0;
}

static int put_one_char(struct sink *s, const struct ebpf_conv *c, char ch)
{
	int err = take(s, 1);

	if (err)
		return err;
	if (!c->left)
		put_padding(s, c->width, 1);
	put_char(s, ch);
	if (c->left)
		put_padding(s, c->width, 1);
	return 0;
}

static int put_conv(struct sink *s, int part, const struct ebpf_conv *c, u64 arg)
{
	switch (part) {
	case EBPF_FORMAT_POINTER:
		return put_pointer(s, c, arg);
	case EBPF_FORMAT_IP:
		return put_ip(s, c, arg);
	case EBPF_FORMAT_STRING:
		return put_string(s, c, arg);
	case EBPF_FORMAT_ONE_CHAR:
		return put_one_char(s, c, arg);
	default:
		return put_number(s, c, arg);
	}
}

static int put_all(struct sink *s, const char *fmt, const char *end, const u64 *args, u32 nr_args)
{
	struct ebpf_conv conv;
	u32 used = 0;
	int part, err;

	for (;;) {
		part = ebpf_format_next(&fmt, end, &conv);
		if (part <= 0)
			return part;
		if (part == EBPF_FORMAT_CHAR) {
			put_char(s, conv.ch);
			continue;
		}
		if (used >= nr_args)
			return -EINVAL;
		err = put_conv(s, part, &conv, args[used++]);
		if (err)
			return err;
	}
}

int ebpf_format(char *out, u32 size, const char *fmt, u32 fmt_size, const u64 *args, u32 nr_args)
{
	struct sink s = { .out = out, .size = size };
	const char *end = memchr(fmt, '\0', fmt_size);
	int err;

	if (!end)
		return -EINVAL;
	/* It may be in a map: the NUL is looked for once. */
	err = put_all(&s, fmt, end, args, nr_args);
	if (size)
		out[err ? 0 : min_t(u32, s.len, size - 1)] = '\0';
	return err ? err : (int)s.len;
}
