/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs that are made to cost the verifier a given number of instructions.
 */
#ifndef _BENCH_VERIFIER_GEN_H
#define _BENCH_VERIFIER_GEN_H

#include <linux/bpf.h>

#define GEN_MAX_INSNS	1000000

/**
 * struct gen_kind - a way to make work for the verifier
 * @make: writes a program to @insns of which about @work instructions will be
 *        processed; @map_fd: an array of one value of 64 bytes. Returns its length.
 * @max:  the largest @work that is measured without asking for it by name
 */
struct gen_kind {
	const char *name;
	unsigned int max;
	unsigned int (*make)(struct bpf_insn *insns, unsigned int work, int map_fd);
};

extern const struct gen_kind gen_kinds[];
extern const unsigned int nr_gen_kinds;

#endif /* _BENCH_VERIFIER_GEN_H */
