/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The build id in the first page of an ELF file.
 */
#ifndef _KMOD_ELF_NOTE_H
#define _KMOD_ELF_NOTE_H

#include <ebpf/types.h>

#define EBPF_BUILD_ID_MAX	20

/* @page: the first @size bytes of a file, which may change meanwhile. True: @id is
 * filled, with zeros behind a shorter one. Any context.
 */
bool ebpf_elf_build_id(const void *page, u32 size, u8 *id);

#endif /* _KMOD_ELF_NOTE_H */
