// SPDX-License-Identifier: GPL-2.0-only
/* BTF in memory: read, checked, extended, written. */
#include "ebpfdrv-btf.h"

/* The kernel takes 512 at most. */
#define NAME_LIMIT	4096

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct ebpf_btf_type *type_at(const struct btf *btf, __u32 index)
{
	return (void *)(btf->types.data + btf->offsets[index]);
}

const char *name_of(const struct btf *btf, __u32 offset)
{
	return (const char *)btf->strings.data + offset;
}

__u32 kind_at(const struct btf *btf, __u32 index)
{
	return EBPF_BTF_INFO_KIND(type_at(btf, index)->info);
}

struct ebpf_btf_member *members_of(struct ebpf_btf_type *type)
{
	return (void *)(type + 1);
}

size_t type_size(const struct ebpf_btf_type *type)
{
	size_t vlen = EBPF_BTF_INFO_VLEN(type->info), size = sizeof(*type);

	switch (EBPF_BTF_INFO_KIND(type->info)) {
	case EBPF_BTF_KIND_PTR:
	case EBPF_BTF_KIND_FWD:
	case EBPF_BTF_KIND_TYPEDEF:
	case EBPF_BTF_KIND_VOLATILE:
	case EBPF_BTF_KIND_CONST:
	case EBPF_BTF_KIND_RESTRICT:
	case EBPF_BTF_KIND_FUNC:
	case EBPF_BTF_KIND_FLOAT:
	case EBPF_BTF_KIND_TYPE_TAG:
		return size;
	case EBPF_BTF_KIND_INT:
	case EBPF_BTF_KIND_VAR:
	case EBPF_BTF_KIND_DECL_TAG:
		return size + sizeof(__u32);
	case EBPF_BTF_KIND_ARRAY:
		return size + sizeof(struct ebpf_btf_array);
	case EBPF_BTF_KIND_STRUCT:
	case EBPF_BTF_KIND_UNION:
		return size + vlen * sizeof(struct ebpf_btf_member);
	case EBPF_BTF_KIND_ENUM:
		return size + vlen * sizeof(struct ebpf_btf_enum);
	case EBPF_BTF_KIND_ENUM64:
		return size + vlen * sizeof(struct ebpf_btf_enum64);
	case EBPF_BTF_KIND_FUNC_PROTO:
		return size + vlen * sizeof(struct ebpf_btf_param);
	case EBPF_BTF_KIND_DATASEC:
		return size + vlen * sizeof(struct ebpf_btf_var_secinfo);
	default:
		return 0;
	}
}

/* --- types by name ---------------------------------------------------------------- */

struct name_index {
	__u32 *slots;		/* ids, 0: free */
	__u32 count;		/* of slots, a power of two */
	__u32 indexed;		/* so many types are in it */
};

static __u32 hash_name(__u32 kind, const char *name)
{
	__u32 hash = 2166136261u ^ kind;

	while (*name)
		hash = (hash ^ (unsigned char)*name++) * 16777619u;
	return hash;
}

/* The slot of the first type of that kind and name, or a free one. */
static __u32 *slot_of(const struct btf *btf, __u32 kind, const char *name)
{
	struct name_index *index = btf->names;
	__u32 at = hash_name(kind, name) & (index->count - 1), id;

	while ((id = index->slots[at]) && (kind_at(btf, id - 1) != kind ||
					   strcmp(name_of(btf, type_at(btf, id - 1)->name_off), name)))
		at = (at + 1) & (index->count - 1);
	return &index->slots[at];
}

static void grow_index(struct name_index *index, __u32 types)
{
	__u32 count = index->count ? index->count : 64;

	while (count / 2 <= types)
		count *= 2;
	if (count == index->count)
		return;
	free(index->slots);
	index->slots = check_alloc(calloc(count, sizeof(*index->slots)));
	index->count = count;
	index->indexed = 0;
}

__u32 find_type(const struct btf *btf, __u32 kind, const char *name)
{
	struct name_index *index = btf->names;
	__u32 *slot, i;

	grow_index(index, btf->count);
	for (i = index->indexed; i < btf->count; i++) {
		slot = slot_of(btf, kind_at(btf, i), name_of(btf, type_at(btf, i)->name_off));
		if (!*slot)
			*slot = i + 1;
	}
	index->indexed = btf->count;
	return *slot_of(btf, kind, name);
}

void forget_names(struct btf *btf)
{
	btf->names->indexed = 0;
	if (btf->names->count)
		memset(btf->names->slots, 0, btf->names->count * sizeof(*btf->names->slots));
}

/* --- reading ------------------------------------------------------------------------ */

static struct blob copy_of(const unsigned char *data, size_t size)
{
	struct blob copy = { check_alloc(malloc(size ? size : 1)), size };

	memcpy(copy.data, data, size);
	return copy;
}

__u32 append(struct blob *blob, const void *data, size_t size)
{
	__u32 at = blob->size;

	if (blob->size + size > 0x7fffffff)
		die("BTF grows beyond its limits");
	blob->data = check_alloc(realloc(blob->data, blob->size + size));
	memcpy(blob->data + at, data, size);
	blob->size += size;
	return at;
}

static void add_offset(struct btf *btf, __u32 offset)
{
	if (btf->count >= EBPF_BTF_MAX_TYPE)
		die("too many types for BTF");
	/* Grows by doubling: at each power of two. */
	if (!(btf->count & (btf->count - 1)))
		btf->offsets = check_alloc(realloc(btf->offsets, (btf->count ? btf->count * 2 : 1) *
						   sizeof(*btf->offsets)));
	btf->offsets[btf->count++] = offset;
}

void index_types(struct btf *btf, const char *path)
{
	const struct ebpf_btf_type *type;
	size_t at, size;

	for (at = 0; at < btf->types.size; at += size) {
		type = (const void *)(btf->types.data + at);
		if (btf->types.size - at < sizeof(*type))
			die("%s: truncated type %u", path, btf->count + 1);
		size = type_size(type);
		if (!size)
			die("%s: type %u has the unknown kind %u", path, btf->count + 1,
			    EBPF_BTF_INFO_KIND(type->info));
		if (btf->types.size - at < size)
			die("%s: malformed type %u", path, btf->count + 1);
		add_offset(btf, at);
	}
}

__u32 *id_in(struct ebpf_btf_type *type, __u32 n)
{
	__u32 vlen = EBPF_BTF_INFO_VLEN(type->info);
	struct ebpf_btf_array *array = (void *)(type + 1);

	switch (EBPF_BTF_INFO_KIND(type->info)) {
	case EBPF_BTF_KIND_STRUCT:
	case EBPF_BTF_KIND_UNION:
		return n < vlen ? &members_of(type)[n].type : NULL;
	case EBPF_BTF_KIND_FUNC_PROTO:
		if (n < vlen)
			return &((struct ebpf_btf_param *)(type + 1))[n].type;
		return n == vlen ? &type->type : NULL;
	case EBPF_BTF_KIND_DATASEC:
		return n < vlen ? &((struct ebpf_btf_var_secinfo *)(type + 1))[n].type : NULL;
	case EBPF_BTF_KIND_ARRAY:
		return n == 0 ? &array->type : n == 1 ? &array->index_type : NULL;
	case EBPF_BTF_KIND_INT:
	case EBPF_BTF_KIND_ENUM:
	case EBPF_BTF_KIND_ENUM64:
	case EBPF_BTF_KIND_FLOAT:
	case EBPF_BTF_KIND_FWD:
		return NULL;
	default:
		return n == 0 ? &type->type : NULL;
	}
}

/* The size of what follows a type for each of its vlen parts that begin with a name, or 0. */
static size_t part_size(__u32 kind)
{
	switch (kind) {
	case EBPF_BTF_KIND_STRUCT:
	case EBPF_BTF_KIND_UNION:
		return sizeof(struct ebpf_btf_member);
	case EBPF_BTF_KIND_ENUM:
		return sizeof(struct ebpf_btf_enum);
	case EBPF_BTF_KIND_ENUM64:
		return sizeof(struct ebpf_btf_enum64);
	case EBPF_BTF_KIND_FUNC_PROTO:
		return sizeof(struct ebpf_btf_param);
	default:
		return 0;
	}
}

__u32 *name_in(struct ebpf_btf_type *type, __u32 n)
{
	size_t size = part_size(EBPF_BTF_INFO_KIND(type->info));

	if (!n)
		return &type->name_off;
	if (!size || n > EBPF_BTF_INFO_VLEN(type->info))
		return NULL;
	return (void *)((char *)(type + 1) + (n - 1) * size);
}

/* Ids, the names of members and the like, and what functions are: the rest relies on them. */
static void check_type(const struct btf *btf, __u32 index, const char *path)
{
	struct ebpf_btf_type *type = type_at(btf, index);
	__u32 i, *id, *name, kind = kind_at(btf, index);

	for (i = 0; (id = id_in(type, i)); i++)
		if (*id > btf->count)
			die("%s: type %u refers to type %u, which does not exist", path, index + 1,
			    *id);
	for (i = 0; (name = name_in(type, i)); i++)
		if (*name >= btf->strings.size)
			die("%s: malformed %stype %u", path, i ? "member of " : "", index + 1);
	if (kind == EBPF_BTF_KIND_FUNC &&
	    (!type->type || kind_at(btf, type->type - 1) != EBPF_BTF_KIND_FUNC_PROTO))
		die("%s: type %u is a function without a prototype", path, index + 1);
}

void check_types(struct btf *btf, const char *path)
{
	__u32 i;

	for (i = 0; i < btf->count; i++)
		check_type(btf, i, path);
}

/* Names are compared all the time. */
static void check_strings(const struct blob *strings, const char *path)
{
	size_t at, len;

	if (!strings->size || strings->data[0] || strings->data[strings->size - 1])
		die("%s: malformed BTF strings", path);
	for (at = 0; at < strings->size; at += len + 1) {
		len = strlen((const char *)strings->data + at);
		if (len > NAME_LIMIT)
			die("%s: a name of %zu characters", path, len);
	}
}

struct btf read_btf(const char *path)
{
	struct blob file = map_file(path, false), body;
	struct btf btf = { .count = 0 };
	const char *said = said_as(path);
	const struct ebpf_btf_header *header = &btf.header;

	if (file.size < sizeof(*header))
		die("%s: too short for BTF", said);
	memcpy(&btf.header, file.data, sizeof(*header));
	if (header->magic != EBPF_BTF_MAGIC || header->version != EBPF_BTF_VERSION ||
	    header->hdr_len < sizeof(*header) || header->hdr_len > file.size)
		die("%s: not BTF of version %d in this machine's byte order", said,
		    EBPF_BTF_VERSION);
	body.data = file.data + header->hdr_len;
	body.size = file.size - header->hdr_len;
	if (!in_blob(&body, header->type_off, header->type_len) ||
	    !in_blob(&body, header->str_off, header->str_len) || header->type_off % 4)
		die("%s: BTF sections lie outside the file", said);
	btf.types = copy_of(body.data + header->type_off, header->type_len);
	btf.strings = copy_of(body.data + header->str_off, header->str_len);
	munmap(file.data, file.size);
	btf.names = check_alloc(calloc(1, sizeof(*btf.names)));
	check_strings(&btf.strings, said);
	index_types(&btf, said);
	check_types(&btf, said);
	return btf;
}

struct btf empty_btf(void)
{
	struct btf btf = { .header = { .magic = EBPF_BTF_MAGIC, .version = EBPF_BTF_VERSION } };

	btf.names = check_alloc(calloc(1, sizeof(*btf.names)));
	return btf;
}

void free_btf(struct btf *btf)
{
	free(btf->types.data);
	free(btf->strings.data);
	free(btf->offsets);
	free(btf->names->slots);
	free(btf->names);
}

void write_btf(struct btf *btf, const char *path)
{
	struct blob parts[3];

	/* The string section follows the types and needs no alignment. */
	btf->header.hdr_len = sizeof(btf->header);
	btf->header.type_off = 0;
	btf->header.type_len = btf->types.size;
	btf->header.str_off = btf->types.size;
	btf->header.str_len = btf->strings.size;
	if (btf->strings.size > EBPF_BTF_MAX_NAME_OFFSET)
		die("too many names for BTF");
	parts[0].data = (void *)&btf->header;
	parts[0].size = sizeof(btf->header);
	parts[1] = btf->types;
	parts[2] = btf->strings;
	write_file(path, parts, 3);
}

__u32 add_name(struct btf *btf, const char *name)
{
	return append(&btf->strings, name, strlen(name) + 1);
}

__u32 add_type(struct btf *btf, const void *type, size_t size)
{
	add_offset(btf, append(&btf->types, type, size));
	return btf->count;
}

__u32 int_type(struct btf *btf, const char *name, __u32 size, __u32 encoding)
{
	struct {
		struct ebpf_btf_type type;
		__u32 encoding;
	} new = { { .info = TYPE_INFO(INT, 0), .size = size }, encoding << 24 | size * 8 };
	__u32 id = find_type(btf, EBPF_BTF_KIND_INT, name);

	if (id)
		return id;
	new.type.name_off = add_name(btf, name);
	return add_type(btf, &new, sizeof(new));
}
