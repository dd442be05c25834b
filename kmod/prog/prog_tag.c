// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/prog/prog_internal.h"
#include "kmod/prog/sha1.h"

static bool is_map_load(const struct ebpf_insn *insn)
{
	return insn->code == (EBPF_LD | EBPF_IMM | EBPF_DW) &&
	       (insn->src_reg == EBPF_PSEUDO_MAP_FD || insn->src_reg == EBPF_PSEUDO_MAP_VALUE);
}

#define CHUNK	32	/* instructions */

void ebpf_prog_tag(const struct ebpf_insn *insns, u32 cnt, u8 tag[EBPF_TAG_SIZE])
{
	u8 digest[EBPF_SHA1_SIZE];
	struct ebpf_insn chunk[CHUNK], *insn = chunk;
	struct ebpf_sha1 sha;
	bool second = false;
	u32 i;

	ebpf_sha1_init(&sha);
	for (i = 0; i < cnt; i++) {
		*insn = insns[i];
		/* File descriptors differ from load to load. */
		if (second)
			insn->imm = 0;
		second = !second && is_map_load(insn);
		if (second)
			insn->imm = 0;
		if (++insn < chunk + CHUNK)
			continue;
		ebpf_sha1_update(&sha, chunk, sizeof(chunk));
		insn = chunk;
	}
	ebpf_sha1_update(&sha, chunk, (insn - chunk) * sizeof(*insn));
	ebpf_sha1_final(&sha, digest);
	memcpy(tag, digest, EBPF_TAG_SIZE);
}
