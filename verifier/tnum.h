/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tristate numbers: what is known of each bit of a 64-bit value.
 *
 * Bit i of the value is unknown when bit i of @mask is set, else it is bit i of
 * @value. value & mask is always 0. Pure functions, any context.
 */
#ifndef _VERIFIER_TNUM_H
#define _VERIFIER_TNUM_H

#include <ebpf/types.h>

struct tnum {
	u64 value;
	u64 mask;
};

extern const struct tnum ebpf_tnum_unknown;

struct tnum ebpf_tnum_lshift(struct tnum a, u8 shift);
struct tnum ebpf_tnum_rshift(struct tnum a, u8 shift);
/* @bits is 32 or 64: the width of the sign. */
struct tnum ebpf_tnum_arshift(struct tnum a, u8 shift, u8 bits);
struct tnum ebpf_tnum_add(struct tnum a, struct tnum b);
struct tnum ebpf_tnum_sub(struct tnum a, struct tnum b);
struct tnum ebpf_tnum_and(struct tnum a, struct tnum b);
struct tnum ebpf_tnum_or(struct tnum a, struct tnum b);
struct tnum ebpf_tnum_xor(struct tnum a, struct tnum b);
struct tnum ebpf_tnum_mul(struct tnum a, struct tnum b);
struct tnum ebpf_tnum_bswap(struct tnum a, u8 bytes);
/* Every value a multiple of @size (a power of two)? */
bool ebpf_tnum_is_aligned(struct tnum a, u64 size);

/*
 * The operations below are inlined: ranges are brought into agreement by them after
 * every instruction.
 */
#define TNUM(v, m) ((struct tnum){ .value = (v), .mask = (m) })

static inline struct tnum ebpf_tnum_const(u64 value)
{
	return TNUM(value, 0);
}

/* Index of the highest set bit plus one, 0 for 0. */
static inline int ebpf_bit_length(u64 x)
{
	return x ? 64 - __builtin_clzll(x) : 0;
}

/* Smallest tnum that holds every value of [min, max]. */
static inline struct tnum ebpf_tnum_range(u64 min, u64 max)
{
	int bits = ebpf_bit_length(min ^ max);
	u64 differ = bits > 63 ? ~0ULL : (1ULL << bits) - 1;

	/* All values in between share the bits above the highest difference. */
	return TNUM(min & ~differ, differ);
}

/* Values in both; the caller knows that there are some. */
static inline struct tnum ebpf_tnum_intersect(struct tnum a, struct tnum b)
{
	u64 unknown = a.mask & b.mask;

	return TNUM((a.value | b.value) & ~unknown, unknown);
}

/* The low @size bytes, the rest zero. */
static inline struct tnum ebpf_tnum_cast(struct tnum a, u8 size)
{
	u64 keep = size < 8 ? (1ULL << (size * 8)) - 1 : ~0ULL;

	return TNUM(a.value & keep, a.mask & keep);
}

/* Is every value of @b one of @a? */
static inline bool ebpf_tnum_in(struct tnum a, struct tnum b)
{
	if (b.mask & ~a.mask)
		return false;
	return a.value == (b.value & ~a.mask);
}

static inline struct tnum ebpf_tnum_subreg(struct tnum a)
{
	return ebpf_tnum_cast(a, 4);
}

static inline struct tnum ebpf_tnum_clear_subreg(struct tnum a)
{
	return TNUM(a.value & ~(u64)U32_MAX, a.mask & ~(u64)U32_MAX);
}

/* High half of @reg, low half of @subreg. */
static inline struct tnum ebpf_tnum_with_subreg(struct tnum reg, struct tnum subreg)
{
	struct tnum high = ebpf_tnum_clear_subreg(reg);
	struct tnum low = ebpf_tnum_subreg(subreg);

	return TNUM(high.value | low.value, high.mask | low.mask);
}

static inline bool ebpf_tnum_is_const(struct tnum a)
{
	return !a.mask;
}

static inline bool ebpf_tnum_equals_const(struct tnum a, u64 b)
{
	return !a.mask && a.value == b;
}

static inline bool ebpf_tnum_is_unknown(struct tnum a)
{
	return !~a.mask;
}

static inline bool ebpf_tnum_subreg_is_const(struct tnum a)
{
	return !(u32)a.mask;
}

#endif /* _VERIFIER_TNUM_H */
