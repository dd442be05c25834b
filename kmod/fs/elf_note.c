// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whoever may write the file may change what is read here at any time: each part is copied
 * before it is looked at, and only the copy is.
 */
#include "kmod/fs/elf_note.h"

#include <linux/elf.h>

#ifndef NT_GNU_BUILD_ID
#define NT_GNU_BUILD_ID	3
#endif

struct elf_page {
	const u8 *bytes;
	u32 size;
};

static bool get(const struct elf_page *page, u64 off, void *to, u32 n)
{
	if (off > page->size || n > page->size - off)
		return false;
	memcpy(to, page->bytes + off, n);
	return true;
}

static u64 padded(u32 n)
{
	return ((u64)n + 3) & ~3ULL;
}

static bool is_build_id(const struct elf_page *page, u64 off, const Elf32_Nhdr *note)
{
	char name[4];

	return note->n_type == NT_GNU_BUILD_ID && note->n_namesz == sizeof(name) &&
	       note->n_descsz && note->n_descsz <= EBPF_BUILD_ID_MAX &&
	       get(page, off + sizeof(*note), name, sizeof(name)) && !memcmp(name, "GNU", 4);
}

static bool find_in_notes(const struct elf_page *page, u64 off, u64 size, u8 *id)
{
	Elf32_Nhdr note;
	u64 end = off + size;

	if (end < off)
		return false;
	while (off + sizeof(note) <= end && get(page, off, &note, sizeof(note))) {
		if (is_build_id(page, off, &note)) {
			memset(id, 0, EBPF_BUILD_ID_MAX);
			return get(page, off + sizeof(note) + 4, id, note.n_descsz);
		}
		off += sizeof(note) + padded(note.n_namesz) + padded(note.n_descsz);
	}
	return false;
}

/* Files of 64 bits are @wide, those of 32 are not. */
static bool find_in_parts(const struct elf_page *page, bool wide, u8 *id)
{
	union {
		Elf32_Ehdr narrow;
		Elf64_Ehdr wide;
	} head;
	union {
		Elf32_Phdr narrow;
		Elf64_Phdr wide;
	} part;
	u32 head_size = wide ? sizeof(head.wide) : sizeof(head.narrow);
	u32 part_size = wide ? sizeof(part.wide) : sizeof(part.narrow);
	u32 i, nr;

	if (!get(page, 0, &head, head_size))
		return false;
	nr = wide ? head.wide.e_phnum : head.narrow.e_phnum;
	/* As Linux has it, behind the header. */
	for (i = 0; i < nr; i++) {
		if (!get(page, head_size + (u64)i * part_size, &part, part_size))
			return false;
		if ((wide ? part.wide.p_type : part.narrow.p_type) == PT_NOTE &&
		    find_in_notes(page, wide ? part.wide.p_offset : part.narrow.p_offset,
				  wide ? part.wide.p_filesz : part.narrow.p_filesz, id))
			return true;
	}
	return false;
}

bool ebpf_elf_build_id(const void *bytes, u32 size, u8 *id)
{
	const struct elf_page page = { bytes, size };
	u8 ident[EI_NIDENT];

	if (!get(&page, 0, ident, sizeof(ident)) || memcmp(ident, ELFMAG, SELFMAG))
		return false;
	if (ident[EI_CLASS] != ELFCLASS64 && ident[EI_CLASS] != ELFCLASS32)
		return false;
	return find_in_parts(&page, ident[EI_CLASS] == ELFCLASS64, id);
}
