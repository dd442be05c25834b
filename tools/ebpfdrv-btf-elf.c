// SPDX-License-Identifier: GPL-2.0-only
/* Sections of vmlinux. */
#define _GNU_SOURCE
#include "ebpfdrv-btf.h"

#include <elf.h>
#include <string.h>

/* glibc's header has it since 2.22. */
#ifndef SHF_COMPRESSED
#define SHF_COMPRESSED	(1 << 11)
#endif

static bool is_elf(const struct blob *file)
{
	const Elf64_Ehdr *ehdr = (const void *)file->data;

	return file->size >= sizeof(*ehdr) && !memcmp(ehdr->e_ident, ELFMAG, SELFMAG) &&
	       ehdr->e_ident[EI_CLASS] == ELFCLASS64 && ehdr->e_ident[EI_DATA] == ELFDATA2LSB &&
	       ehdr->e_shentsize == sizeof(Elf64_Shdr) && ehdr->e_shoff % 8 == 0 &&
	       in_blob(file, ehdr->e_shoff, (size_t)ehdr->e_shnum * sizeof(Elf64_Shdr)) &&
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
		die("%s: not a 64-bit little-endian ELF file", said_as(path));
	shdr = (const void *)(file->data + ehdr->e_shoff);
	names = &shdr[ehdr->e_shstrndx];
	if (!in_blob(file, names->sh_offset, names->sh_size))
		die("%s: truncated", said_as(path));
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

bool has_section(const struct blob *file, const char *path, const char *name)
{
	return find_header(file, path, name);
}

struct blob find_section(const struct blob *file, const char *path, const char *name)
{
	const Elf64_Shdr *shdr = find_header(file, path, name);
	struct blob found = { NULL, 0 };

	if (!shdr || (shdr->sh_flags & SHF_COMPRESSED))
		return found;
	if (!in_blob(file, shdr->sh_offset, shdr->sh_size))
		die("%s: %s is truncated", said_as(path), name);
	found.data = file->data + shdr->sh_offset;
	found.size = shdr->sh_size;
	return found;
}

void each_object(const struct blob *file, const char *path,
		 void (*fn)(void *context, const char *name, __u64 address), void *context)
{
	struct blob symbols = find_section(file, path, ".symtab");
	struct blob names = find_section(file, path, ".strtab");
	const Elf64_Sym *symbol = (const void *)symbols.data;
	size_t i;

	if (!names.size || names.data[names.size - 1] || (size_t)symbol % 8)
		return;
	for (i = 0; i < symbols.size / sizeof(*symbol); i++, symbol++)
		if (ELF64_ST_TYPE(symbol->st_info) == STT_OBJECT && symbol->st_name < names.size)
			fn(context, (const char *)names.data + symbol->st_name, symbol->st_value);
}

__u64 word_at(const struct blob *file, __u64 address)
{
	const Elf64_Ehdr *ehdr = (const void *)file->data;
	const Elf64_Shdr *shdr = (const void *)(file->data + ehdr->e_shoff);
	__u64 word;
	int i;

	for (i = 0; i < ehdr->e_shnum; i++, shdr++) {
		if (!(shdr->sh_flags & SHF_ALLOC) || shdr->sh_type == SHT_NOBITS ||
		    address < shdr->sh_addr || shdr->sh_size < sizeof(word) ||
		    address - shdr->sh_addr > shdr->sh_size - sizeof(word) ||
		    !in_blob(file, shdr->sh_offset, shdr->sh_size))
			continue;
		memcpy(&word, file->data + shdr->sh_offset + (address - shdr->sh_addr), sizeof(word));
		return word;
	}
	return 0;
}

/* --- notes ------------------------------------------------------------------------------- */

int print_build_id(const struct blob *file, const char *path)
{
	struct blob notes = *file;
	const Elf64_Nhdr *note;
	size_t at, name, desc, i;

	if (file->size >= SELFMAG && !memcmp(file->data, ELFMAG, SELFMAG)) {
		notes = find_section(file, path, ".notes");
		if (!notes.size)
			notes = find_section(file, path, ".note.gnu.build-id");
	}
	for (at = 0; in_blob(&notes, at, sizeof(*note)); at = desc + (note->n_descsz + 3ul) / 4 * 4) {
		note = (const void *)(notes.data + at);
		name = at + sizeof(*note);
		desc = name + (note->n_namesz + 3ul) / 4 * 4;
		if (!in_blob(&notes, desc, note->n_descsz))
			break;
		if (note->n_type != NT_GNU_BUILD_ID || note->n_namesz != 4 ||
		    memcmp(notes.data + name, "GNU", 4) || note->n_descsz < 4 || note->n_descsz > 32)
			continue;
		for (i = 0; i < note->n_descsz; i++)
			printf("%02x", notes.data[desc + i]);
		putchar('\n');
		return 0;
	}
	return 1;
}

/* --- bzImage ----------------------------------------------------------------------------- */

/* Documentation/x86/boot.rst: the places in its first sector, and since which protocol. */
#define SETUP_SECTS	0x1f1
#define SETUP_MAGIC	0x202
#define SETUP_VERSION	0x206
#define PAYLOAD		0x248
#define HAS_PAYLOAD	0x208

struct blob find_payload(const struct blob *file, const char *path)
{
	struct blob found = { NULL, 0 };
	unsigned short version;
	__u32 place[2];
	size_t start;

	if (!in_blob(file, 0, 0x260) || memcmp(file->data + SETUP_MAGIC, "HdrS", 4))
		die("%s: neither an ELF file, BTF nor a vmlinuz", said_as(path));
	memcpy(&version, file->data + SETUP_VERSION, sizeof(version));
	memcpy(place, file->data + PAYLOAD, sizeof(place));
	start = ((file->data[SETUP_SECTS] ? file->data[SETUP_SECTS] : 4) + 1) * 512ul + place[0];
	if (version < HAS_PAYLOAD || place[1] < 6 || !in_blob(file, start, place[1]))
		die("%s: truncated, or too old a vmlinuz", said_as(path));
	found.data = file->data + start;
	found.size = place[1];
	return found;
}

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
unsigned long equalize(struct blob strings, bool change)
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
