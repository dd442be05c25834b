// SPDX-License-Identifier: GPL-2.0-only
/*
 * Build ids in first pages: of this program, as readelf would tell it, and of pages that
 * are no or no whole ELF files.
 */
#include <ebpf/types.h>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "tap.h"

#include "../../kmod/fs/elf_note.c"

#define PAGE	4096

/* A page with an id of @len bytes of 0xa0, 0xa1... in the second of two notes. */
static u8 *page_of(int class, u32 len)
{
	u8 *page = calloc(1, PAGE);
	u32 at = 512, i;
	Elf32_Nhdr note = { .n_namesz = 4, .n_descsz = 3, .n_type = 1 };

	memcpy(page, ELFMAG, SELFMAG);
	page[EI_CLASS] = class;
	if (class == ELFCLASS64) {
		Elf64_Ehdr *e = (void *)page;
		Elf64_Phdr *p = (void *)(e + 1);

		e->e_phnum = 2;
		p[0].p_type = PT_LOAD;
		p[1].p_type = PT_NOTE;
		p[1].p_offset = at;
		p[1].p_filesz = 16 + 4 + 16 + len;
	} else {
		Elf32_Ehdr *e = (void *)page;
		Elf32_Phdr *p = (void *)(e + 1);

		e->e_phnum = 2;
		p[0].p_type = PT_LOAD;
		p[1].p_type = PT_NOTE;
		p[1].p_offset = at;
		p[1].p_filesz = 16 + 4 + 16 + len;
	}
	memcpy(page + at, &note, sizeof(note));
	memcpy(page + at + 12, "GNU", 4);
	at += 20;
	note.n_descsz = len;
	note.n_type = NT_GNU_BUILD_ID;
	memcpy(page + at, &note, sizeof(note));
	memcpy(page + at + 12, "GNU", 4);
	for (i = 0; i < len; i++)
		page[at + 16 + i] = 0xa0 + i;
	return page;
}

static void test_found(int class, u32 len)
{
	u8 *page = page_of(class, len), id[EBPF_BUILD_ID_MAX + 1];
	bool ok = true;
	u32 i;

	memset(id, 0xee, sizeof(id));
	tap_eq(ebpf_elf_build_id(page, PAGE, id), len && len <= EBPF_BUILD_ID_MAX,
	       "class %d: an id of %u bytes", class, len);
	for (i = 0; len && len <= EBPF_BUILD_ID_MAX && i < EBPF_BUILD_ID_MAX; i++)
		ok &= id[i] == (i < len ? 0xa0 + i : 0);
	tap_ok(ok && id[EBPF_BUILD_ID_MAX] == 0xee, "class %d: and zeros behind it", class);
	free(page);
}

/* Each length of a page, in memory of just that length: nothing outside is read. */
static void test_cut(int class)
{
	u8 *page = page_of(class, 20), id[EBPF_BUILD_ID_MAX], *cut;
	u32 size, found = 0;

	for (size = 0; size <= PAGE; size++) {
		cut = malloc(size ? size : 1);
		memcpy(cut, page, size);
		found += ebpf_elf_build_id(cut, size, id);
		free(cut);
	}
	tap_eq(found, PAGE - (512 + 20 + 16 + 20) + 1, "class %d: pages that end early", class);
	free(page);
}

/* Anything in any byte. */
static void test_wild(void)
{
	u8 *page, id[EBPF_BUILD_ID_MAX];
	u32 i, j, found = 0;

	srand(1);
	for (i = 0; i < 200000; i++) {
		page = page_of(i % 2 ? ELFCLASS64 : ELFCLASS32, 20);
		for (j = 0; j < 4; j++)
			page[j < 3 ? rand() % 200 : 512 + rand() % 60] =
				rand() % 3 ? rand() : 0xff;
		found += ebpf_elf_build_id(page, 600, id);
		free(page);
	}
	tap_ok(found, "pages with wild bytes: %u of 200000 have an id", found);
}

int main(void)
{
	u8 id[EBPF_BUILD_ID_MAX], page[PAGE] = { 0 };
	static const u32 lens[] = { 0, 1, 8, 16, 20, 21 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		test_found(ELFCLASS64, lens[i]);
		test_found(ELFCLASS32, lens[i]);
	}
	test_cut(ELFCLASS64);
	test_cut(ELFCLASS32);
	tap_ok(!ebpf_elf_build_id(page, PAGE, id), "zeros have none");
	memset(page, 0xff, PAGE);
	tap_ok(!ebpf_elf_build_id(page, PAGE, id), "nor ones");
	test_wild();
	return tap_end();
}
