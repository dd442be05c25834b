/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is known of one number of a given width: the arithmetic under scalar.c.
 *
 * A scalar is two of these, one for the register and one for its low half. The
 * width is a parameter so that tests can try every pair of ranges of a narrow
 * machine. Unsigned bounds lie in [0, 2^width), signed ones are sign-extended
 * from the width. Pure functions, any context.
 */
#ifndef _VERIFIER_RANGE_H
#define _VERIFIER_RANGE_H

#include "verifier/tnum.h"

struct range {
	struct tnum t;
	u64 umin;
	u64 umax;
	s64 smin;
	s64 smax;
};

static inline u64 ebpf_width_umax(int w)
{
	return ~0ULL >> (64 - w);
}

static inline s64 ebpf_width_smax(int w)
{
	return (s64)(ebpf_width_umax(w) >> 1);
}

static inline s64 ebpf_width_smin(int w)
{
	return -ebpf_width_smax(w) - 1;
}

/* @v of width @w as a signed number. */
static inline s64 ebpf_width_sext(u64 v, int w)
{
	return (s64)(v << (64 - w)) >> (64 - w);
}

void ebpf_range_set_unknown(struct range *r, int w);
void ebpf_range_set_const(struct range *r, u64 value, int w);
bool ebpf_range_is_const(const struct range *r);
/* Claims that contradict each other. */
bool ebpf_range_is_empty(const struct range *r);
bool ebpf_range_has(const struct range *r, u64 value, int w);
/* Lets the claims learn from each other until nothing changes. */
void ebpf_range_sync(struct range *r, int w);

/* dst = dst OP src, @op of EBPF_OP(); false: no rule for it, dst is unknown. */
bool ebpf_range_alu(struct range *dst, const struct range *src, u8 op, int w);
/* The same of signed numbers, which DIV and MOD tell apart. */
bool ebpf_range_alu_signed(struct range *dst, const struct range *src, u8 op, int w);

/* As ebpf_scalar_branch() and ebpf_scalar_refine() for one width. */
int ebpf_range_branch(const struct range *a, const struct range *b, u8 op);
/* Refines for "a OP b" being true. */
void ebpf_range_assume(struct range *a, struct range *b, u8 op, int w);
/* The jump that is taken when @op is not; 0 for JSET, which has none. */
u8 ebpf_jmp_negate(u8 op);

#endif /* _VERIFIER_RANGE_H */
