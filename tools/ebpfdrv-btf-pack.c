// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packs: the BTF of many kernels in one stream, which ebpfdrv-btf compresses. docs/btf-pack.md has
 * the format.
 *
 * Kernels have most of their types in common, but with other offsets of names and other ids, so
 * no compression sees it. Here names have numbers that hold for the whole pack, and a type is
 * referred to by its kind and name, or else by how far away it is: what is the same type is the
 * same bytes then.
 *
 * Whoever made a pack may have meant harm: nothing of it is believed.
 */
#define _GNU_SOURCE
#include "ebpfdrv-btf.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_LINE	"ebpfdrv-btf-pack 1"

#define MAX_LINE	512
#define MAX_KERNELS	4096
#define MAX_TYPES	(16 << 20)	/* bytes of one kernel: the module takes no more */
#define MAX_NAMES	(64 << 20)	/* bytes of all */
#define MAX_NAME	4096

/* --- references ------------------------------------------------------------------------- */

/* By kind (5 bits) and name; else by distance, which is far from both ends. 0 is void. */
#define BY_NAME		0x80000000u
#define NUMBER_BITS	26
#define NUMBER_MASK	((1u << NUMBER_BITS) - 1)
#define ZERO_DISTANCE	0x40000000u

static __u32 encode_id(const struct btf *btf, struct pool *pool, __u32 own, __u32 id)
{
	const char *name;
	__u32 kind;

	if (!id)
		return 0;
	kind = kind_at(btf, id - 1);
	name = name_of(btf, type_at(btf, id - 1)->name_off);
	if (*name && find_type(btf, kind, name) == id)
		return BY_NAME | kind << NUMBER_BITS | pool_add(pool, name);
	return own - id + ZERO_DISTANCE;
}

/* --- writing ---------------------------------------------------------------------------- */

struct kernel {
	char release[65], build_id[65], sum[65];
	char *path;		/* for writing */
	unsigned long size;	/* of its types */
};

static bool is_hex(const char *text)
{
	return text[strspn(text, "0123456789abcdef")] == '\0';
}

/* It becomes a file's name. */
static bool is_release(const char *text)
{
	const char *at;

	for (at = text; *at; at++)
		if (!isalnum((unsigned char)*at) && !strchr("._+~-", *at))
			return false;
	return isdigit((unsigned char)*text);
}

static bool is_build_id(const char *text)
{
	return !strcmp(text, "-") || (is_hex(text) && strlen(text) >= 8 && strlen(text) % 2 == 0);
}

static bool is_kernel(const struct kernel *kernel)
{
	return is_release(kernel->release) && is_build_id(kernel->build_id) &&
	       is_hex(kernel->sum) && strlen(kernel->sum) == 64;
}

static void put(FILE *out, const void *data, size_t size)
{
	if (fwrite(data, 1, size, out) != size)
		die("cannot write the pack");
}

/* One more; by doubling. */
static struct kernel *add_kernel(struct kernel **all, unsigned int *count)
{
	if (*count == MAX_KERNELS)
		die("more than %d kernels", MAX_KERNELS);
	if (!(*count & (*count - 1)))
		*all = check_alloc(realloc(*all, (*count ? *count * 2 : 1) * sizeof(**all)));
	return memset(&(*all)[(*count)++], 0, sizeof(**all));
}

static unsigned int read_list(FILE *list, struct kernel **kernels)
{
	struct kernel *kernel;
	unsigned int count = 0;
	char line[5000], path[4096];

	while (fgets(line, sizeof(line), list)) {
		kernel = add_kernel(kernels, &count);
		if (sscanf(line, "%64s %64s %64s %4095[^\n]", kernel->release, kernel->build_id,
			   kernel->sum, path) != 4 || !is_kernel(kernel))
			die("not a kernel's line: %s", line);
		kernel->path = check_alloc(strdup(path));
	}
	if (!count)
		die("no kernels");
	return count;
}

static void add_names(struct pool *pool, struct kernel *kernel)
{
	struct btf btf = read_btf(kernel->path);
	const char *text;
	__u32 i, n, *name;

	kernel->size = btf.types.size;
	if (!kernel->size || kernel->size > MAX_TYPES)
		die("%s: %lu bytes of types", kernel->path, kernel->size);
	for (i = 0; i < btf.count; i++)
		for (n = 0; (name = name_in(type_at(&btf, i), n)); n++) {
			text = name_of(&btf, *name);
			if (strlen(text) > MAX_NAME)
				die("%s: a name of %zu characters", kernel->path, strlen(text));
			pool_add(pool, text);
		}
	free_btf(&btf);
}

static void write_types(struct pool *pool, const struct kernel *kernel, FILE *out)
{
	struct btf btf = read_btf(kernel->path);
	struct blob types = { NULL, 0 };
	struct ebpf_btf_type *type;
	__u32 i, n, *at;

	append(&types, btf.types.data, btf.types.size);
	for (i = 0; i < btf.count; i++) {
		type = (void *)(types.data + btf.offsets[i]);
		for (n = 0; (at = id_in(type, n)); n++)
			*at = encode_id(&btf, pool, i + 1, *at);
		for (n = 0; (at = name_in(type, n)); n++)
			*at = pool_add(pool, name_of(&btf, *at));
	}
	put(out, types.data, types.size);
	free(types.data);
	free_btf(&btf);
}

void write_pack(FILE *list, FILE *out)
{
	struct kernel *kernels = NULL;
	struct pool pool = { .count = 0 };
	unsigned int count = read_list(list, &kernels), i;

	pool_add(&pool, "");
	for (i = 0; i < count; i++)
		add_names(&pool, &kernels[i]);
	if (pool.text.size > MAX_NAMES)
		die("too many names: make two packs of these kernels");
	fprintf(out, FIRST_LINE "\nnames %u %zu\n", pool.count, pool.text.size);
	for (i = 0; i < count; i++)
		fprintf(out, "kernel %s %s %s %lu\n", kernels[i].release, kernels[i].build_id,
			kernels[i].sum, kernels[i].size);
	put(out, "\n", 1);
	put(out, pool.text.data, pool.text.size);
	for (i = 0; i < count; i++) {
		write_types(&pool, &kernels[i], out);
		free(kernels[i].path);
	}
	if (fflush(out))
		die("cannot write the pack");
	free_pool(&pool);
	free(kernels);
}

/* --- reading ---------------------------------------------------------------------------- */

struct pack {
	const char *said;
	FILE *in;
	struct blob names;
	__u32 *starts, name_count;
	struct kernel *kernels;
	unsigned int count;
};

/* Without its end; die()s where there is none. */
static void read_line(struct pack *pack, char *line)
{
	size_t len = 0;
	int c;

	while ((c = getc(pack->in)) != '\n') {
		if (c == EOF)
			die("%s: the pack ends in its head", pack->said);
		if (c == '\0' || len == MAX_LINE - 1)
			die("%s: malformed head of a pack", pack->said);
		line[len++] = c;
	}
	line[len] = '\0';
}

static void read_bytes(struct pack *pack, void *data, size_t size, const char *what)
{
	if (fread(data, 1, size, pack->in) != size)
		die("%s: the pack ends within %s", pack->said, what);
}

static void read_head(struct pack *pack)
{
	char line[MAX_LINE], rest;
	struct kernel *kernel;
	unsigned long bytes;

	read_line(pack, line);
	if (strcmp(line, FIRST_LINE))
		die("%s: not a pack of this version of ebpfdrv-btf", pack->said);
	read_line(pack, line);
	if (sscanf(line, "names %9u %9lu%c", &pack->name_count, &bytes, &rest) != 2 ||
	    !pack->name_count || bytes > MAX_NAMES || pack->name_count > bytes)
		die("%s: malformed head of a pack: %s", pack->said, "names");
	pack->names.size = bytes;
	for (read_line(pack, line); *line; read_line(pack, line)) {
		kernel = add_kernel(&pack->kernels, &pack->count);
		if (sscanf(line, "kernel %64s %64s %64s %9lu%c", kernel->release, kernel->build_id,
			   kernel->sum, &kernel->size, &rest) != 4 || !is_kernel(kernel))
			die("%s: malformed line of kernel %u", pack->said, pack->count);
		if (!kernel->size || kernel->size > MAX_TYPES || kernel->size % 4)
			die("%s: kernel %u has %lu bytes of types", pack->said, pack->count,
			    kernel->size);
	}
	if (!pack->count)
		die("%s: a pack of no kernels", pack->said);
}

static void read_names(struct pack *pack)
{
	size_t at, len;
	__u32 i;

	pack->names.data = check_alloc(malloc(pack->names.size));
	read_bytes(pack, pack->names.data, pack->names.size, "its names");
	if (pack->names.data[0] || pack->names.data[pack->names.size - 1])
		die("%s: malformed names", pack->said);
	pack->starts = check_alloc(calloc(pack->name_count, sizeof(*pack->starts)));
	for (i = 0, at = 0; i < pack->name_count && at < pack->names.size; i++, at += len + 1) {
		len = strlen((char *)pack->names.data + at);
		if (len > MAX_NAME)
			die("%s: a name of %zu characters", pack->said, len);
		pack->starts[i] = at;
	}
	if (i != pack->name_count || at != pack->names.size)
		die("%s: not as many names as it says", pack->said);
}

static const char *name_number(const struct pack *pack, __u32 number, const char *said)
{
	if (number >= pack->name_count)
		die("%s: name %u does not exist", said, number);
	return (char *)pack->names.data + pack->starts[number];
}

/* Numbers become offsets; the strings are in the order of the types, as tidy_names() has them. */
static void decode_names(const struct pack *pack, struct btf *btf, const char *said)
{
	struct pool pool = { .count = 0 };
	__u32 i, n, *at;

	pool_add(&pool, "");
	for (i = 0; i < btf->count; i++)
		for (n = 0; (at = name_in(type_at(btf, i), n)); n++)
			*at = pool_offset(&pool, name_number(pack, *at, said));
	btf->strings = pool.text;
	pool.text.data = NULL;
	free_pool(&pool);
}

static __u32 decode_id(const struct pack *pack, const struct btf *btf, __u32 own, __u32 code,
		       const char *said)
{
	const char *name;
	__u32 id;

	if (!code)
		return 0;
	if (code & BY_NAME) {
		name = name_number(pack, code & NUMBER_MASK, said);
		id = find_type(btf, (code & ~BY_NAME) >> NUMBER_BITS, name);
	} else {
		id = own - (code - ZERO_DISTANCE);
	}
	if (!id || id > btf->count)
		die("%s: type %u refers to what does not exist", said, own);
	return id;
}

static struct btf read_types(struct pack *pack, const struct kernel *kernel, const char *said)
{
	struct btf btf = empty_btf();
	__u32 i, n, *at;

	btf.types.data = check_alloc(malloc(kernel->size));
	btf.types.size = kernel->size;
	read_bytes(pack, btf.types.data, kernel->size, "its types");
	index_types(&btf, said);
	decode_names(pack, &btf, said);
	for (i = 0; i < btf.count; i++)
		for (n = 0; (at = id_in(type_at(&btf, i), n)); n++)
			*at = decode_id(pack, &btf, i + 1, *at, said);
	check_types(&btf, said);
	return btf;
}

void read_pack(FILE *in, const char *said, FILE *report, unsigned long number, const char *path)
{
	struct pack pack = { .said = said, .in = in };
	char where[256];
	struct btf btf;
	unsigned int i;

	read_head(&pack);
	if (number > pack.count)
		die("%s: there are %u kernels", said, pack.count);
	read_names(&pack);
	for (i = 0; i < pack.count; i++) {
		snprintf(where, sizeof(where), "%s: %s", said, pack.kernels[i].release);
		btf = read_types(&pack, &pack.kernels[i], where);
		if (i + 1 == number)
			write_btf(&btf, path);
		if (report)
			fprintf(report, "%s %s %s %zu\n", pack.kernels[i].release,
				pack.kernels[i].build_id, pack.kernels[i].sum,
				sizeof(btf.header) + btf.types.size + btf.strings.size);
		free_btf(&btf);
	}
	if (getc(in) != EOF)
		die("%s: the pack goes on behind its end", said);
	free(pack.names.data);
	free(pack.starts);
	free(pack.kernels);
}
