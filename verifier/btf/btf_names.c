// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names: where they are and what they may look like.
 */
#include "verifier/btf/btf_internal.h"

bool ebpf_btf_name_off_valid(const struct ebpf_btf *btf, u32 name_off)
{
	while (btf && name_off < btf->start_str)
		btf = btf->base;
	return btf && name_off <= EBPF_BTF_MAX_NAME_OFFSET &&
	       name_off - btf->start_str < btf->hdr.str_len;
}

const char *ebpf_btf_name(const struct ebpf_btf *btf, u32 name_off)
{
	if (!ebpf_btf_name_off_valid(btf, name_off))
		return NULL;
	while (name_off < btf->start_str)
		btf = btf->base;
	return btf->strings + (name_off - btf->start_str);
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool ebpf_btf_identifier_valid(const struct ebpf_btf *btf, u32 name_off)
{
	const char *name = ebpf_btf_name(btf, name_off);
	u32 i;

	if (!name || !is_letter(name[0]))
		return false;
	for (i = 1; name[i]; i++)
		if (i == BTF_NAME_MAX || (!is_letter(name[i]) && !is_digit(name[i])))
			return false;
	return true;
}

/* Sections are named freely, as long as it can be printed. */
bool ebpf_btf_section_valid(const struct ebpf_btf *btf, u32 name_off)
{
	const char *name = ebpf_btf_name(btf, name_off);
	u32 i;

	if (!name || !name[0])
		return false;
	for (i = 0; name[i]; i++)
		if (i == BTF_NAME_MAX || name[i] < ' ' || name[i] > '~')
			return false;
	return true;
}
