/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * BTF written type by type, each name where it is used:
 *
 *	words_begin(0);
 *	ADD(INT(str("int"), 4));
 *	btf = words_parse();
 *
 *	ebpf_btf_destroy(btf);
 *
 * One at a time; what has been parsed stays.
 */
#ifndef _TESTS_HOST_BTF_WORDS_H
#define _TESTS_HOST_BTF_WORDS_H

#include "btf_blob.h"

static struct {
	u32 word[1024];
	u32 nr;
	char string[4096];
	u32 len;
	u32 start;	/* offset of string[0] */
} words;

/* @start: 0, or for split BTF the length of its base's strings. */
static inline void words_begin(u32 start)
{
	words.nr = 0;
	words.string[0] = 0;
	words.start = start;
	/* The empty name comes first, once. */
	words.len = start ? 0 : 1;
}

static inline u32 str(const char *s)
{
	u32 at = words.len, len = strlen(s) + 1;

	if (at + len > sizeof(words.string))
		abort();
	memcpy(words.string + at, s, len);
	words.len += len;
	return words.start + at;
}

static inline void words_add(const u32 *w, u32 n)
{
	if (words.nr + n > sizeof(words.word) / sizeof(words.word[0]))
		abort();
	memcpy(words.word + words.nr, w, n * sizeof(*w));
	words.nr += n;
}

#define ADD(...)							\
	do {								\
		const u32 w_[] = { __VA_ARGS__ };			\
		words_add(w_, sizeof(w_) / sizeof(*w_));		\
	} while (0)

static inline struct blob words_blob(void)
{
	return blob_make_with(words.word, words.nr, words.string, words.len);
}

static inline struct ebpf_btf *words_parse(void)
{
	struct blob b = words_blob();
	struct ebpf_btf *btf = ebpf_btf_parse(b.data, b.size, NULL, NULL);

	blob_free(&b);
	return btf;
}

/* These two read the blob as long as they live: for words_destroy(). */
static inline struct ebpf_btf *words_parse_vmlinux(void)
{
	struct blob b = words_blob();

	return ebpf_btf_parse_vmlinux(b.data, b.size, NULL);
}

static inline struct ebpf_btf *words_parse_module(const struct ebpf_btf *vmlinux)
{
	struct blob b = words_blob();

	return ebpf_btf_parse_module(b.data, b.size, vmlinux, NULL);
}

static inline void words_destroy(struct ebpf_btf *btf)
{
	u32 size;
	void *data;

	if (IS_ERR_OR_NULL(btf))
		return;
	data = (void *)ebpf_btf_raw(btf, &size);
	ebpf_btf_destroy(btf);
	free(data);
}

#endif /* _TESTS_HOST_BTF_WORDS_H */
