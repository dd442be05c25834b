// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include "hostile.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define CORPUS_MAX	4096


/* Shared by all workers. An entry's length is set last: 0 is one that is being written. */
static struct corpus {
	uint32_t count;		/* may run past CORPUS_MAX */
	struct entry {
		uint32_t len;
		uint8_t data[INPUT_MAX];
	} entries[CORPUS_MAX];
} *corpus;

uint8_t in_u8(struct input *in)
{
	return in->pos < in->len ? in->data[in->pos++] : 0;
}

uint16_t in_u16(struct input *in)
{
	uint16_t low = in_u8(in);

	return low | in_u8(in) << 8;
}

uint32_t in_u32(struct input *in)
{
	uint32_t low = in_u16(in);

	return low | (uint32_t)in_u16(in) << 16;
}

uint64_t in_u64(struct input *in)
{
	uint64_t low = in_u32(in);

	return low | (uint64_t)in_u32(in) << 32;
}

bool in_end(const struct input *in)
{
	return in->pos >= in->len;
}

uint32_t in_below(struct input *in, uint32_t n)
{
	return n <= 256 ? in_u8(in) % n : in_u32(in) % n;
}

bool in_once_in(struct input *in, uint32_t n)
{
	return in_u8(in) % n == n - 1;
}

uint64_t in_edge(struct input *in)
{
	static const uint64_t edges[] = {
		0, 1, 2, 3, 4, 7, 8, 12, 16, 24, 63, 64, 65, 127, 128, 255, 256, 511, 512, 1024, 4095,
		4096, 4097, 8191, 8192, 32767, 32768, 32769, 65535, 65536, 65537, 1 << 20,
		0x7ffffff8, 0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff, 0x100000000,
		0x100000008, 0x7fffffffffffffff, 0x8000000000000000, 0xfffffffffffffff8,
		0xffffffffffffffff, 0xffffffffff600000, 0xffff800000000000, 0x00007ffffffff000,
	};
	uint8_t kind = in_u8(in);

	if (kind < 96)
		return kind & 15;
	if (kind < 224)
		return edges[kind % (sizeof(edges) / sizeof(edges[0]))];
	return kind < 240 ? in_u16(in) : in_u64(in);
}

uint64_t in_or(struct input *in, uint64_t usual)
{
	return in_once_in(in, 24) ? in_edge(in) : usual;
}

void in_bytes(struct input *in, void *to, size_t size)
{
	uint8_t *p = to;

	while (size-- && !in_end(in))
		*p++ = in_u8(in);
}

uint32_t rng_below(struct rng *r, uint32_t n)
{
	r->state = r->state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(r->state >> 33) % n;
}

static size_t fill(struct rng *r, uint8_t *to, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		to[i] = rng_below(r, 256);
	return len;
}

unsigned int corpus_size(void)
{
	uint32_t count = __atomic_load_n(&corpus->count, __ATOMIC_ACQUIRE);

	return count < CORPUS_MAX ? count : CORPUS_MAX;
}

/* One of the corpus, or 0 */
static size_t old_one(struct rng *r, uint8_t *to)
{
	unsigned int size = corpus_size();
	const struct entry *e;
	uint32_t len;

	if (!size)
		return 0;
	e = &corpus->entries[rng_below(r, size)];
	len = __atomic_load_n(&e->len, __ATOMIC_ACQUIRE);
	memcpy(to, e->data, len);
	return len;
}

/* The end of another one behind the start of @data */
static size_t join(struct rng *r, uint8_t *data, size_t len)
{
	uint8_t other[INPUT_MAX];
	size_t from, at, more = old_one(r, other);

	if (!more || !len)
		return len;
	from = rng_below(r, more);
	at = rng_below(r, len);
	more -= from;
	if (more > INPUT_MAX - at)
		more = INPUT_MAX - at;
	memcpy(data + at, other + from, more);
	return at + more;
}

static size_t change(struct rng *r, uint8_t *data, size_t len)
{
	size_t at = rng_below(r, len), n;

	switch (rng_below(r, 5)) {
	case 0:
		data[at] ^= 1 << rng_below(r, 8);
		return len;
	case 1:
		data[at] = rng_below(r, 256);
		return len;
	case 2:	/* without some */
		n = 1 + rng_below(r, 8);
		if (at + n >= len)
			return len;
		memmove(data + at, data + at + n, len - at - n);
		return len - n;
	case 3:	/* some more */
		n = 1 + rng_below(r, 8);
		if (len + n > INPUT_MAX)
			return len;
		memmove(data + at + n, data + at, len - at);
		fill(r, data + at, n);
		return len + n;
	default:
		return join(r, data, len);
	}
}

size_t input_make(struct rng *r, uint8_t *to)
{
	size_t len = rng_below(r, 4) ? old_one(r, to) : 0;
	unsigned int times;

	if (!len)
		return fill(r, to, 64 + rng_below(r, INPUT_MAX - 64));
	for (times = rng_below(r, 8); times; times--)
		len = change(r, to, len);
	return len;
}

void corpus_add(const uint8_t *data, size_t len)
{
	uint32_t i;

	if (!len || corpus_size() == CORPUS_MAX)
		return;
	i = __atomic_fetch_add(&corpus->count, 1, __ATOMIC_ACQ_REL);
	if (i >= CORPUS_MAX)
		return;
	memcpy(corpus->entries[i].data, data, len);
	__atomic_store_n(&corpus->entries[i].len, len, __ATOMIC_RELEASE);
}

static void load_file(const char *path)
{
	uint8_t data[INPUT_MAX];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, data, sizeof(data));

	if (len > 0)
		corpus_add(data, len);
	if (fd >= 0)
		close(fd);
}

bool corpus_init(const char *dir)
{
	DIR *d = dir ? opendir(dir) : NULL;
	struct dirent *e;
	char path[512];

	corpus = mmap(NULL, sizeof(*corpus), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (corpus == MAP_FAILED)
		return false;
	while (d && (e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		load_file(path);
	}
	if (d)
		closedir(d);
	return true;
}

/* Names follow from contents, so that the corpora of several runs can be put together. */
static uint64_t name_of(const uint8_t *data, size_t len)
{
	uint64_t hash = 14695981039346656037ULL;

	while (len--)
		hash = (hash ^ *data++) * 1099511628211ULL;
	return hash;
}

void corpus_save(const char *dir, unsigned int from)
{
	char path[512];
	int fd;

	for (; from < corpus_size(); from++) {
		const struct entry *e = &corpus->entries[from];
		uint32_t len = __atomic_load_n(&e->len, __ATOMIC_ACQUIRE);

		snprintf(path, sizeof(path), "%s/%016llx", dir,
			 (unsigned long long)name_of(e->data, len));
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd < 0)
			continue;
		if (!len || write(fd, e->data, len) != (ssize_t)len)
			unlink(path);
		close(fd);
	}
}
