// SPDX-License-Identifier: GPL-2.0-only
/*
 * The steps of ebpfdrv-btf that need to look inside a file:
 *
 *   has FILE SECTION        status 0 when the ELF file has that section
 *   hide-count FILE         print how many names `equalize` would change
 *   equalize FILE           make RHEL's per-file names equal, in place
 *   extract FILE OUT        write the .BTF section to OUT
 *   modernize IN OUT        write BTF with the names that modern programs use
 *
 * It needs libc only, so that it builds on any distribution. Numbers are those
 * of a little-endian machine, as in the files.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ebpfdrv/btf.h>

/* glibc's header has it since 2.22. */
#ifndef SHF_COMPRESSED
#define SHF_COMPRESSED	(1 << 11)
#endif

/*
 * RHEL wraps fields it has replaced in members named by this and __COUNTER__,
 * so that one structure has another name in each file that includes it, and
 * no two copies of a type look alike.
 */
#define RH_PREFIX	"__UNIQUE_ID_rh_kabi_"

#define OLD_PREFIX	"ftrace_raw_"
#define NEW_PREFIX	"trace_event_raw_"

static const char *program = "ebpfdrv-btf-edit";

__attribute__((noreturn, format(printf, 1, 2)))
static void die(const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s: ", program);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

static void *check_alloc(void *p)
{
	if (!p)
		die("out of memory");
	return p;
}

/* --- files and ELF sections ------------------------------------------------- */

struct blob {
	unsigned char *data;
	size_t size;
};

static struct blob map_file(const char *path, bool in_place)
{
	struct blob file;
	struct stat st;
	int fd;

	fd = open(path, in_place ? O_RDWR : O_RDONLY);
	if (fd < 0 || fstat(fd, &st))
		die("%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode) || !st.st_size)
		die("%s: not a file with content", path);
	file.size = st.st_size;
	file.data = mmap(NULL, file.size, in_place ? PROT_READ | PROT_WRITE : PROT_READ,
			 in_place ? MAP_SHARED : MAP_PRIVATE, fd, 0);
	if (file.data == MAP_FAILED)
		die("%s: %s", path, strerror(errno));
	close(fd);
	return file;
}

static void write_file(const char *path, const struct blob *parts, int count)
{
	FILE *file = fopen(path, "w");
	int i;

	if (!file)
		die("%s: %s", path, strerror(errno));
	for (i = 0; i < count; i++)
		if (fwrite(parts[i].data, 1, parts[i].size, file) != parts[i].size)
			die("%s: %s", path, strerror(errno));
	if (fclose(file))
		die("%s: %s", path, strerror(errno));
}

static bool in_file(const struct blob *file, size_t start, size_t len)
{
	return start <= file->size && len <= file->size - start;
}

static bool is_elf(const struct blob *file)
{
	const Elf64_Ehdr *ehdr = (const void *)file->data;

	return file->size >= sizeof(*ehdr) && !memcmp(ehdr->e_ident, ELFMAG, SELFMAG) &&
	       ehdr->e_ident[EI_CLASS] == ELFCLASS64 && ehdr->e_ident[EI_DATA] == ELFDATA2LSB &&
	       ehdr->e_shentsize == sizeof(Elf64_Shdr) &&
	       in_file(file, ehdr->e_shoff, (size_t)ehdr->e_shnum * sizeof(Elf64_Shdr)) &&
	       ehdr->e_shstrndx < ehdr->e_shnum;
}

static const Elf64_Shdr *find_header(const struct blob *file, const char *path, const char *name)
{
	const Elf64_Ehdr *ehdr = (const void *)file->data;
	const Elf64_Shdr *shdr, *names;
	const char *here;
	size_t room;
	int i;

	if (!is_elf(file))
		die("%s: not a 64-bit little-endian ELF file", path);
	shdr = (const void *)(file->data + ehdr->e_shoff);
	names = &shdr[ehdr->e_shstrndx];
	if (!in_file(file, names->sh_offset, names->sh_size))
		die("%s: truncated", path);
	for (i = 0; i < ehdr->e_shnum; i++) {
		if (shdr[i].sh_name >= names->sh_size || shdr[i].sh_type == SHT_NOBITS)
			continue;
		here = (const char *)file->data + names->sh_offset + shdr[i].sh_name;
		room = names->sh_size - shdr[i].sh_name;
		if (strlen(name) < room && !strncmp(here, name, room))
			return &shdr[i];
	}
	return NULL;
}

/* The bytes of a section, empty when there is none or it is compressed. */
static struct blob find_section(const struct blob *file, const char *path, const char *name)
{
	const Elf64_Shdr *shdr = find_header(file, path, name);
	struct blob found = { NULL, 0 };

	if (!shdr || (shdr->sh_flags & SHF_COMPRESSED))
		return found;
	if (!in_file(file, shdr->sh_offset, shdr->sh_size))
		die("%s: %s is truncated", path, name);
	found.data = file->data + shdr->sh_offset;
	found.size = shdr->sh_size;
	return found;
}

/* --- equal names in .debug_str ------------------------------------------------ */

/* Cut the number off one name. Return: whether there was one. */
static bool cut_number(unsigned char *name, size_t room, bool change)
{
	size_t len = strnlen((char *)name, room), end = len;

	while (end > strlen(RH_PREFIX) && name[end - 1] >= '0' && name[end - 1] <= '9')
		end--;
	if (change)
		memset(name + end, 0, len - end);
	return end < len;
}

/*
 * Names only get shorter, so every offset into the section stays right. A name
 * that begins in the middle of another (linkers share tails) is not touched.
 */
static unsigned long equalize(struct blob strings, bool change)
{
	unsigned char *end = strings.data + strings.size, *at = strings.data;
	unsigned long count = 0;

	while (at < end) {
		at = memmem(at, end - at, RH_PREFIX, strlen(RH_PREFIX));
		if (!at)
			break;
		if (at == strings.data || !at[-1])
			count += cut_number(at, end - at, change);
		at += strlen(RH_PREFIX);
	}
	return count;
}

/* --- BTF ------------------------------------------------------------------------ */

struct btf {
	struct ebpf_btf_header header;
	struct blob types, strings;	/* heap, both may grow */
	__u32 *offsets;			/* of type id - 1 in @types */
	__u32 count;
};

static struct ebpf_btf_type *type_at(const struct btf *btf, __u32 index)
{
	return (void *)(btf->types.data + btf->offsets[index]);
}

static const char *name_of(const struct btf *btf, __u32 offset)
{
	return (const char *)btf->strings.data + offset;
}

/* Bytes of a type and what follows it; 0 for a kind that is not known. */
static size_t type_size(const struct ebpf_btf_type *type)
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

static struct blob copy_of(const unsigned char *data, size_t size)
{
	struct blob copy = { check_alloc(malloc(size ? size : 1)), size };

	memcpy(copy.data, data, size);
	return copy;
}

static __u32 append(struct blob *blob, const void *data, size_t size)
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

static void index_types(struct btf *btf, const char *path)
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
		if (btf->types.size - at < size || type->name_off >= btf->strings.size)
			die("%s: malformed type %u", path, btf->count + 1);
		add_offset(btf, at);
	}
}

static struct btf read_btf(const char *path)
{
	struct blob file = map_file(path, false), body;
	struct btf btf = { .count = 0 };
	const struct ebpf_btf_header *header = &btf.header;

	if (file.size < sizeof(*header))
		die("%s: too short for BTF", path);
	memcpy(&btf.header, file.data, sizeof(*header));
	if (header->magic != EBPF_BTF_MAGIC || header->version != EBPF_BTF_VERSION ||
	    header->hdr_len < sizeof(*header) || header->hdr_len > file.size)
		die("%s: not BTF of version %d in this machine's byte order", path,
		    EBPF_BTF_VERSION);
	body.data = file.data + header->hdr_len;
	body.size = file.size - header->hdr_len;
	if (!in_file(&body, header->type_off, header->type_len) ||
	    !in_file(&body, header->str_off, header->str_len) || header->type_off % 4)
		die("%s: BTF sections lie outside the file", path);
	btf.types = copy_of(body.data + header->type_off, header->type_len);
	btf.strings = copy_of(body.data + header->str_off, header->str_len);
	munmap(file.data, file.size);
	if (!btf.strings.size || btf.strings.data[0] || btf.strings.data[btf.strings.size - 1])
		die("%s: malformed BTF strings", path);
	index_types(&btf, path);
	return btf;
}

static void write_btf(struct btf *btf, const char *path)
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

static bool is_struct(const struct btf *btf, __u32 index)
{
	return EBPF_BTF_INFO_KIND(type_at(btf, index)->info) == EBPF_BTF_KIND_STRUCT;
}

static bool has_struct(const struct btf *btf, const char *name)
{
	__u32 i;

	for (i = 0; i < btf->count; i++)
		if (is_struct(btf, i) && !strcmp(name_of(btf, type_at(btf, i)->name_off), name))
			return true;
	return false;
}

static __u32 add_name(struct btf *btf, const char *name)
{
	return append(&btf->strings, name, strlen(name) + 1);
}

/* Return: the id of the new type. */
static __u32 add_type(struct btf *btf, const void *type, size_t size)
{
	add_offset(btf, append(&btf->types, type, size));
	return btf->count;
}

/*
 * Up to Linux 4.1 the record of an event is struct ftrace_raw_NAME, later
 * struct trace_event_raw_NAME. Programs find it by its name, so it gets both.
 */
static bool add_modern_name(struct btf *btf, __u32 index)
{
	const char *old = name_of(btf, type_at(btf, index)->name_off);
	struct ebpf_btf_type *copy;
	char name[256];
	size_t size;

	if (strncmp(old, OLD_PREFIX, strlen(OLD_PREFIX)) ||
	    snprintf(name, sizeof(name), NEW_PREFIX "%s", old + strlen(OLD_PREFIX)) >=
	    (int)sizeof(name) || has_struct(btf, name))
		return false;
	size = type_size(type_at(btf, index));
	copy = check_alloc(malloc(size));
	memcpy(copy, type_at(btf, index), size);
	copy->name_off = add_name(btf, name);
	add_type(btf, copy, size);
	free(copy);
	return true;
}

static unsigned int add_modern_names(struct btf *btf)
{
	__u32 i, originals = btf->count;
	unsigned int added = 0;

	for (i = 0; i < originals; i++)
		added += is_struct(btf, i) && add_modern_name(btf, i);
	return added;
}

static bool is_cut_name(const char *name)
{
	return !strncmp(name, RH_PREFIX, strlen(RH_PREFIX)) &&
	       !strchr("0123456789", name[strlen(name) - 1]);
}

/*
 * The names that equalize() cut must differ again inside one structure, for
 * the sake of programs compiled against a C dump of the types.
 */
static unsigned int number_hidden(struct btf *btf)
{
	struct ebpf_btf_member *member;
	unsigned int number = 0;
	__u32 i, j, vlen, kind;
	char name[256];

	for (i = 0; i < btf->count; i++) {
		kind = EBPF_BTF_INFO_KIND(type_at(btf, i)->info);
		if (kind != EBPF_BTF_KIND_STRUCT && kind != EBPF_BTF_KIND_UNION)
			continue;
		member = (void *)(type_at(btf, i) + 1);
		vlen = EBPF_BTF_INFO_VLEN(type_at(btf, i)->info);
		for (j = 0; j < vlen; j++) {
			if (member[j].name_off >= btf->strings.size)
				die("malformed member of type %u", i + 1);
			if (!is_cut_name(name_of(btf, member[j].name_off)))
				continue;
			snprintf(name, sizeof(name), "%s%u", name_of(btf, member[j].name_off),
				 ++number);
			member[j].name_off = add_name(btf, name);
		}
	}
	return number;
}

static __u32 unsigned_long(struct btf *btf)
{
	struct {
		struct ebpf_btf_type type;
		__u32 encoding;
	} new = { { .info = EBPF_BTF_KIND_INT << 24, .size = 8 }, 64 };
	const struct ebpf_btf_type *type;
	__u32 i;

	for (i = 0; i < btf->count; i++) {
		type = type_at(btf, i);
		if (EBPF_BTF_INFO_KIND(type->info) == EBPF_BTF_KIND_INT && type->size == 8 &&
		    !strcmp(name_of(btf, type->name_off), "long unsigned int"))
			return i + 1;
	}
	new.type.name_off = add_name(btf, "long unsigned int");
	return add_type(btf, &new, sizeof(new));
}

/*
 * Programs ask "does the kernel have ring buffers?" by looking for this type.
 * ebpfdrv has them, whatever the kernel.
 */
static bool add_ringbuf(struct btf *btf)
{
	static const char *const names[] = { "mask", "consumer_pos", "producer_pos" };
	struct {
		struct ebpf_btf_type type;
		struct ebpf_btf_member members[3];
	} new = { { .info = EBPF_BTF_KIND_STRUCT << 24 | 3, .size = 24 }, { { 0, 0, 0 } } };
	int i;

	if (has_struct(btf, "bpf_ringbuf"))
		return false;
	for (i = 0; i < 3; i++) {
		new.members[i].name_off = add_name(btf, names[i]);
		new.members[i].type = unsigned_long(btf);
		new.members[i].offset = i * 64;
	}
	new.type.name_off = add_name(btf, "bpf_ringbuf");
	add_type(btf, &new, sizeof(new));
	return true;
}

static void modernize(const char *in, const char *out)
{
	struct btf btf = read_btf(in);
	unsigned int hidden = number_hidden(&btf);
	unsigned int events = add_modern_names(&btf);
	bool ringbuf = add_ringbuf(&btf);

	write_btf(&btf, out);
	printf("%u types, %zu bytes; %u event records also as " NEW_PREFIX "*%s", btf.count,
	       sizeof(btf.header) + btf.types.size + btf.strings.size, events,
	       ringbuf ? "; struct bpf_ringbuf added" : "");
	if (hidden)
		printf("; %u rh_kabi members numbered", hidden);
	putchar('\n');
}

/* ----------------------------------------------------------------------------- */

static int has(const char *path, const char *section)
{
	struct blob file = map_file(path, false);

	return !find_header(&file, path, section);
}

int main(int argc, char **argv)
{
	const char *command = argc > 2 ? argv[1] : "";
	struct blob file, section;

	if (!strcmp(command, "has") && argc == 4)
		return has(argv[2], argv[3]);
	if ((!strcmp(command, "equalize") || !strcmp(command, "hide-count")) && argc == 3) {
		file = map_file(argv[2], command[0] == 'e');
		section = find_section(&file, argv[2], ".debug_str");
		printf("%lu\n", equalize(section, command[0] == 'e'));
		return 0;
	}
	if (!strcmp(command, "extract") && argc == 4) {
		file = map_file(argv[2], false);
		section = find_section(&file, argv[2], ".BTF");
		if (!section.size)
			die("%s: no .BTF section", argv[2]);
		write_file(argv[3], &section, 1);
		return 0;
	}
	if (!strcmp(command, "modernize") && argc == 4) {
		modernize(argv[2], argv[3]);
		return 0;
	}
	fprintf(stderr, "usage: %s has FILE SECTION | hide-count FILE | equalize FILE | "
		"extract FILE OUT | modernize IN OUT\n", program);
	return 2;
}
