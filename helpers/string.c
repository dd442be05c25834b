// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions on strings of the kernel: bpf_strcmp() and its kin. Nothing is known of what they
 * are given: each byte is read with care, in any context, NMI included, and no more than
 * STRING_MAX of a string. -EFAULT where a byte cannot be read, -ERANGE where a string begins at
 * no address of the kernel, -E2BIG for one that is too long.
 */
#include <ebpf/kfunc.h>
#include "kmod/prog/nofault.h"

#define STRING_MAX	65536
#define SEARCH_MAX	(16 * STRING_MAX)
#define WINDOW		64		/* within a page: all of it can be read, or nothing */

/**
 * struct string - what is being read
 * @at:    its address
 * @start: which of its bytes are in @bytes: the first
 * @len:   and how many
 * @bytes: they
 */
struct string {
	u64 at;
	u32 start;
	u32 len;
	u8 bytes[WINDOW];
};

static long open_string(struct string *s, u64 at)
{
	s->at = at;
	s->start = 0;
	s->len = 0;
	return ebpf_read_kernel(NULL, at, 0);
}

/* Byte @i, or -EFAULT. */
static int byte_at(struct string *s, u32 i)
{
	u64 from = s->at + i;

	if (i - s->start < s->len)
		return s->bytes[i - s->start];
	s->start = i;
	s->len = WINDOW - from % WINDOW;
	if (!ebpf_read_kernel(s->bytes, from, s->len))
		return s->bytes[0];
	s->len = 0;
	return -EFAULT;
}

/* Of Latin 1, as the kernel's. */
static int lower(int c)
{
	bool upper = (c >= 'A' && c <= 'Z') || (c >= 0xc0 && c <= 0xde && c != 0xd7);

	return upper ? c + 'a' - 'A' : c;
}

static long compare(u64 at1, u64 at2, u64 len, bool ignore_case)
{
	struct string s1, s2;
	int c1, c2;
	u32 i;

	if (open_string(&s1, at1) || open_string(&s2, at2))
		return -ERANGE;
	for (i = 0; i < len && i < STRING_MAX; i++) {
		c1 = byte_at(&s1, i);
		c2 = byte_at(&s2, i);
		if (c1 < 0 || c2 < 0)
			return -EFAULT;
		if (ignore_case) {
			c1 = lower(c1);
			c2 = lower(c2);
		}
		/* Of two characters above 127 and below, that one is the smaller: they have a sign. */
		if (c1 != c2)
			return (s8)c1 < (s8)c2 ? -1 : 1;
		if (!c1)
			return 0;
	}
	return i == STRING_MAX ? -E2BIG : 0;
}

/* Where the first @len bytes, the NUL included, have @c, or, with @or_nul, their end. */
static long find_char(u64 at, u64 len, u8 c, bool or_nul)
{
	struct string s;
	int b;
	u32 i;

	if (open_string(&s, at))
		return -ERANGE;
	for (i = 0; i < len && i < STRING_MAX; i++) {
		b = byte_at(&s, i);
		if (b < 0)
			return -EFAULT;
		if (b == c)
			return i;
		if (!b)
			return or_nul ? (long)i : -ENOENT;
	}
	return i == STRING_MAX ? -E2BIG : -ENOENT;
}

static long find_last(u64 at, s32 c)
{
	long last = -ENOENT;
	struct string s;
	int b;
	u32 i;

	if (open_string(&s, at))
		return -ERANGE;
	for (i = 0; i < STRING_MAX; i++) {
		b = byte_at(&s, i);
		if (b < 0)
			return -EFAULT;
		if ((s8)b == c)
			last = i;
		if (!b)
			return last;
	}
	return -E2BIG;
}

static long length(u64 at, u64 max)
{
	struct string s;
	int b;
	u32 i;

	if (open_string(&s, at))
		return -ERANGE;
	for (i = 0; i < max && i < STRING_MAX; i++) {
		b = byte_at(&s, i);
		if (b < 0)
			return -EFAULT;
		if (!b)
			return i;
	}
	return i == STRING_MAX ? -E2BIG : (long)i;
}

/**
 * struct byte_set - the bytes of a string, which is read as far as was asked for, and once
 * @s:     the string
 * @next:  the first that was not read
 * @ended: there is none
 * @have:  a bit for each value up to there
 */
struct byte_set {
	struct string s;
	u32 next;
	bool ended;
	u64 have[4];
};

/* Is @c, which is not 0, in the set? 1, 0, or an errno. */
static long contains(struct byte_set *set, int c)
{
	int b;

	while (!(set->have[c / 64] >> c % 64 & 1)) {
		if (set->ended)
			return 0;
		if (set->next == STRING_MAX)
			return -E2BIG;
		b = byte_at(&set->s, set->next);
		if (b < 0)
			return -EFAULT;
		set->next++;
		set->ended = !b;
		set->have[b / 64] |= 1ULL << b % 64;
	}
	return 1;
}

/* How many bytes at the start are in the set (@in), or are not. */
static long span(u64 at, u64 set_at, bool in)
{
	struct byte_set set;
	struct string s;
	long found;
	int b;
	u32 i;

	memset(&set, 0, sizeof(set));
	if (open_string(&s, at) || open_string(&set.s, set_at))
		return -ERANGE;
	for (i = 0; i < STRING_MAX; i++) {
		b = byte_at(&s, i);
		if (b < 0)
			return -EFAULT;
		if (!b)
			return i;
		found = contains(&set, b);
		if (found < 0)
			return found;
		if (found != in)
			return i;
	}
	return -E2BIG;
}

/**
 * struct search - for a string in another
 * @s:           in which
 * @what:        for which
 * @len:         how much of @s counts
 * @ignore_case: of letters
 * @left:        bytes that may yet be compared: no CPU is held for what two long strings can take
 */
struct search {
	struct string s, what;
	u64 len;
	bool ignore_case;
	u32 left;
};

/* Does it stand at byte @i? 1, 0, -ENOENT: nor further on; or what went wrong. */
static long stands_at(struct search *search, u32 i)
{
	int b, w;
	u32 j;

	for (j = 0; j < STRING_MAX && search->left; j++, search->left--) {
		w = byte_at(&search->what, j);
		if (w <= 0)
			return w ? -EFAULT : 1;
		if (i + (u64)j >= search->len)
			return -ENOENT;
		b = byte_at(&search->s, i + j);
		if (b <= 0)
			return b ? -EFAULT : -ENOENT;
		if (search->ignore_case ? lower(b) != lower(w) : b != w)
			return 0;
	}
	return -E2BIG;
}

static long find_string(u64 at, u64 what_at, u64 len, bool ignore_case)
{
	struct search search;
	long ret;
	u32 i;

	search.len = len;
	search.ignore_case = ignore_case;
	search.left = SEARCH_MAX;
	if (open_string(&search.s, at) || open_string(&search.what, what_at))
		return -ERANGE;
	for (i = 0; i < STRING_MAX; i++) {
		ret = stands_at(&search, i);
		if (ret)
			return ret < 0 ? ret : (long)i;
	}
	return -E2BIG;
}

u64 ebpf_kfunc_strcmp(u64 s1, u64 s2, u64 r3, u64 r4, u64 r5)
{
	return compare(s1, s2, STRING_MAX, false);
}

u64 ebpf_kfunc_strcasecmp(u64 s1, u64 s2, u64 r3, u64 r4, u64 r5)
{
	return compare(s1, s2, STRING_MAX, true);
}

u64 ebpf_kfunc_strncasecmp(u64 s1, u64 s2, u64 len, u64 r4, u64 r5)
{
	return compare(s1, s2, len, true);
}

u64 ebpf_kfunc_strnchr(u64 s, u64 count, u64 c, u64 r4, u64 r5)
{
	return find_char(s, count, c, false);
}

u64 ebpf_kfunc_strchr(u64 s, u64 c, u64 r3, u64 r4, u64 r5)
{
	return find_char(s, STRING_MAX, c, false);
}

u64 ebpf_kfunc_strchrnul(u64 s, u64 c, u64 r3, u64 r4, u64 r5)
{
	return find_char(s, STRING_MAX, c, true);
}

u64 ebpf_kfunc_strrchr(u64 s, u64 c, u64 r3, u64 r4, u64 r5)
{
	return find_last(s, c);
}

u64 ebpf_kfunc_strnlen(u64 s, u64 count, u64 r3, u64 r4, u64 r5)
{
	return length(s, count);
}

u64 ebpf_kfunc_strlen(u64 s, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return length(s, STRING_MAX);
}

u64 ebpf_kfunc_strspn(u64 s, u64 accept, u64 r3, u64 r4, u64 r5)
{
	return span(s, accept, true);
}

u64 ebpf_kfunc_strcspn(u64 s, u64 reject, u64 r3, u64 r4, u64 r5)
{
	return span(s, reject, false);
}

u64 ebpf_kfunc_strstr(u64 s1, u64 s2, u64 r3, u64 r4, u64 r5)
{
	return find_string(s1, s2, STRING_MAX, false);
}

u64 ebpf_kfunc_strcasestr(u64 s1, u64 s2, u64 r3, u64 r4, u64 r5)
{
	return find_string(s1, s2, STRING_MAX, true);
}

u64 ebpf_kfunc_strnstr(u64 s1, u64 s2, u64 len, u64 r4, u64 r5)
{
	return find_string(s1, s2, len, false);
}

u64 ebpf_kfunc_strncasestr(u64 s1, u64 s2, u64 len, u64 r4, u64 r5)
{
	return find_string(s1, s2, len, true);
}
