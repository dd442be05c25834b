/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs the verifier over a table of small programs.
 */
#ifndef _TESTS_HOST_VERIF_RUN_H
#define _TESTS_HOST_VERIF_RUN_H

#include <ebpf/verifier.h>
#include "insn_macros.h"
#include "fake_map.h"

/* Maps every program may use, made by verif_maps(). */
enum {
	MAP_ARRAY = FAKE_FD_BASE,	/* key 4, one value of 48 bytes */
	MAP_HASH,			/* key 8, value 16 */
	MAP_RDONLY,			/* array, value 16: 7, 0, 4096, -1; frozen */
	MAP_RINGBUF,
	MAP_PROGS,			/* prog array of 4 */
	MAP_EVENTS,			/* perf event array */
	MAP_STACKS,			/* stack traces */
	MAP_ARRAY4,			/* four values of 8 bytes */
	MAP_CGROUPS,
};

#define VERIF_INSNS	80
#define VERIF_LOG_SIZE	(1 << 16)

/**
 * struct verif_case - one program and what must become of it
 * @type:  EBPF_PROG_TYPE_*, 0: KPROBE
 * @err:   0: accepted, else the errno of the refusal
 * @says:  text the log must hold, NULL: any
 * @insns: ends with the last instruction whose code or imm is not 0
 */
struct verif_case {
	const char *name;
	u32 type;
	u32 flags;
	int err;
	const char *says;
	struct ebpf_insn insns[VERIF_INSNS];
};

struct verif_result {
	int err;
	char log[VERIF_LOG_SIZE];
	u32 log_len;
	u32 log_size;			/* less than the array: a small buffer */
	struct ebpf_prog_image img;
};

/* The running kernel's BTF for verif_ok(); NULL at first. */
extern const struct ebpf_btf *verif_kernel_btf;

void verif_maps(void);
u32 verif_len(const struct ebpf_insn *insns, u32 max);
/* Info records, of type @type_id, for all functions that calls and addresses name. */
u32 verif_funcs(const struct ebpf_insn *insns, u32 cnt, struct ebpf_func_info *funcs, u32 type_id);
/* Frees the image of the run before. Without @load->ops, the maps above are there. */
void verif_load(struct verif_result *res, const struct ebpf_load *load, u32 log_level);
/* Did it end as the case says? If not, prints how. */
bool verif_ok(const struct verif_case *c);
/* The same with states kept everywhere. */
bool verif_ok_often(const struct verif_case *c);

#endif /* _TESTS_HOST_VERIF_RUN_H */
