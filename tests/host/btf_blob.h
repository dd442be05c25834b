/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * BTF written by hand: words of types and one string section for all.
 */
#ifndef _TESTS_HOST_BTF_BLOB_H
#define _TESTS_HOST_BTF_BLOB_H

#include <stdlib.h>
#include <ebpf/btf.h>
#include <ebpf/verifier.h>

/* Offsets of names in blob_strings. */
enum {
	N_NONE = 0, N_INT = 1, N_A = 5, N_B = 7, N_STRUCT = 9, N_MAIN = 12, N_X = 17,
	N_DIGIT = 19, N_SPACE = 22, N_DATA = 26, N_TAG = 32, N_DOT = 38, N_CTRL = 42,
	N_BEYOND = 44,
};
static const char blob_strings[N_BEYOND] =
	"\0int\0A\0B\0ST\0main\0x\0" "1a\0" "a b\0.data\0tag 1\0a.b\0\1";

#define INFO(kind, kflag, vlen) \
	((u32)(kflag) << 31 | (EBPF_BTF_KIND_##kind) << 24 | ((vlen) & 0xffff))
#define TYPE(name, kind, vlen, size)	(name), INFO(kind, 0, vlen), (u32)(size)
#define KTYPE(name, kind, vlen, size)	(name), INFO(kind, 1, vlen), (u32)(size)
#define INT_DATA(enc, off, bits)	((enc) << 24 | (off) << 16 | (bits))
#define INT(name, size)			TYPE(name, INT, 0, size), INT_DATA(EBPF_BTF_INT_SIGNED, 0, 8 * (size))
#define PTR(type)			TYPE(0, PTR, 0, type)
#define ARRAY(type, index, n)		TYPE(0, ARRAY, 0, 0), (type), (index), (n)
#define MEMBER(name, type, bits)	(name), (type), (bits)
#define FIELD(name, type, width, bits)	(name), (type), (u32)(width) << 24 | (bits)

struct blob {
	u8 *data;
	u32 size;
	struct ebpf_btf_header *hdr;
};

/* Memory of exactly the blob's size, so that reading past it is noticed. */
static inline struct blob blob_make_with(const u32 *words, u32 cnt, const char *strings,
					 u32 strings_len)
{
	struct ebpf_btf_header hdr = {
		.magic = EBPF_BTF_MAGIC,
		.version = EBPF_BTF_VERSION,
		.hdr_len = sizeof(hdr),
		.type_len = cnt * 4,
		.str_off = cnt * 4,
		.str_len = strings_len,
	};
	struct blob b = { .size = sizeof(hdr) + cnt * 4 + strings_len };

	b.data = malloc(b.size);
	memcpy(b.data, &hdr, sizeof(hdr));
	if (cnt)
		memcpy(b.data + sizeof(hdr), words, cnt * 4);
	memcpy(b.data + sizeof(hdr) + cnt * 4, strings, strings_len);
	b.hdr = (struct ebpf_btf_header *)(void *)b.data;
	return b;
}

static inline struct blob blob_make(const u32 *words, u32 cnt)
{
	return blob_make_with(words, cnt, blob_strings, sizeof(blob_strings));
}

static inline void blob_free(struct blob *b)
{
	free(b->data);
	memset(b, 0, sizeof(*b));
}

/* A log that keeps its text. */
struct blob_log {
	struct ebpf_log log;
	char text[65536];
	u32 len, room;
};

static inline int blob_log_write(void *cookie, const char *text, u32 len)
{
	struct blob_log *l = cookie;

	if (l->len + len >= l->room)
		return -ENOSPC;
	memcpy(l->text + l->len, text, len);
	l->len += len;
	l->text[l->len] = 0;
	return 0;
}

static inline void blob_log_init(struct blob_log *l)
{
	l->log = (struct ebpf_log){ .level = 1, .write = blob_log_write, .cookie = l };
	l->len = 0;
	l->room = sizeof(l->text);
	l->text[0] = 0;
}

#endif /* _TESTS_HOST_BTF_BLOB_H */
