/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random programs that have a chance with the verifier: numbers of unknown value
 * are computed with, compared, spilled, and then used as offsets and sizes.
 */
#ifndef _TESTS_FUZZ_GEN_H
#define _TESTS_FUZZ_GEN_H

#include <stdbool.h>
#include <ebpf/types.h>
#include <ebpfdrv/bpf.h>

#define GEN_LOOPS	8
#define GEN_MAX_INSNS	900
#define GEN_CTX_SIZE	168		/* bytes, of KPROBE programs */
#define GEN_MAPS	3
#define GEN_FUNCS	5		/* the main program and the functions it may have */
#define GEN_MAX_FUNCS	6		/* small programs: so many */
#define GEN_VALUES	4

/* Hash maps with keys of 8 bytes and values of these sizes. */
extern const u32 gen_value_size[GEN_MAPS];

/**
 * struct gen - one program in the making
 * @type:    EBPF_PROG_TYPE_KPROBE or _XDP
 * @map_fd:  of the maps described by gen_value_size
 * @ring_fd: of a ring buffer
 * @isa_v3:  nothing that Linux 6.1 does not know, and nothing that needs BTF
 * @start:   the functions' first instructions
 * @pointer: 32-bit or 64-bit, stack or value: what gen_access() may use in this
 *           function
 */
struct gen {
	u32 type;
	int map_fd[GEN_MAPS];
	int ring_fd;
	bool isa_v3;

	struct ebpf_insn insns[GEN_MAX_INSNS];
	u32 cnt;
	/* Conditional jumps whose target is some items ahead. */
	u32 jumps[64];
	u32 wait[64];
	u32 nr_jumps;
	u32 busy;	/* registers that count a loop */
	u32 depth;	/* of loops */
	u32 func;	/* 0: main, else which subprogram */
	u32 start[GEN_MAX_FUNCS];
	u32 nr_funcs;
	bool calls_back;	/* a helper calls one of them */
	/* Of small programs. */
	u32 kind;
	s64 values[GEN_VALUES];	/* that the words of the context may have */
	bool foreign;		/* R9 points to the stack of a function further up */
	u32 btf_type[GEN_MAX_FUNCS];	/* of the function at start[] */
	u32 loops[GEN_LOOPS];	/* where those of may_goto begin in this function */
	u32 nr_loops;
};

/* The next number of the sequence that gen_seed() started. */
u64 gen_rnd(void);
u32 gen_below(u32 n);
void gen_seed(u64 seed);
/* A number with a liking for edges. */
s32 gen_number(void);
/* A new program; g->type, map_fd and isa_v3 are the caller's. */
void gen_program(struct gen *g);

#endif /* _TESTS_FUZZ_GEN_H */
