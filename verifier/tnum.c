// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tristate numbers. Each operation returns the smallest tnum that is cheap to
 * find and holds every possible result; tests/host/test_scalar.c proves the
 * first half of that exhaustively at small widths.
 */
#include "verifier/tnum.h"

const struct tnum ebpf_tnum_unknown = { .value = 0, .mask = ~0ULL };

struct tnum ebpf_tnum_lshift(struct tnum a, u8 shift)
{
	return TNUM(a.value << shift, a.mask << shift);
}

struct tnum ebpf_tnum_rshift(struct tnum a, u8 shift)
{
	return TNUM(a.value >> shift, a.mask >> shift);
}

struct tnum ebpf_tnum_arshift(struct tnum a, u8 shift, u8 bits)
{
	/* An unknown sign is copied as unknown, a known one as itself. */
	if (bits == 32)
		return TNUM((u32)((s32)a.value >> shift), (u32)((s32)a.mask >> shift));
	return TNUM((u64)((s64)a.value >> shift), (u64)((s64)a.mask >> shift));
}

struct tnum ebpf_tnum_add(struct tnum a, struct tnum b)
{
	u64 lowest = a.value + b.value;
	u64 highest = lowest + a.mask + b.mask;
	/* Where the two extremes differ a carry may or may not arrive. */
	u64 unknown = (lowest ^ highest) | a.mask | b.mask;

	return TNUM(lowest & ~unknown, unknown);
}

struct tnum ebpf_tnum_sub(struct tnum a, struct tnum b)
{
	u64 known = a.value - b.value;
	u64 highest = known + a.mask;
	u64 lowest = known - b.mask;
	u64 unknown = (lowest ^ highest) | a.mask | b.mask;

	return TNUM(known & ~unknown, unknown);
}

struct tnum ebpf_tnum_and(struct tnum a, struct tnum b)
{
	u64 may_be_one = (a.value | a.mask) & (b.value | b.mask);
	u64 ones = a.value & b.value;

	return TNUM(ones, may_be_one & ~ones);
}

struct tnum ebpf_tnum_or(struct tnum a, struct tnum b)
{
	u64 ones = a.value | b.value;

	return TNUM(ones, (a.mask | b.mask) & ~ones);
}

struct tnum ebpf_tnum_xor(struct tnum a, struct tnum b)
{
	u64 unknown = a.mask | b.mask;

	return TNUM((a.value ^ b.value) & ~unknown, unknown);
}

/*
 * Long multiplication. The product of the known parts is exact; what may be
 * added to it is summed up on the side, one partial product per bit of @a, so
 * that it is spread by carries once and not at every step.
 */
struct tnum ebpf_tnum_mul(struct tnum a, struct tnum b)
{
	struct tnum known = TNUM(a.value * b.value, 0);
	struct tnum extra = TNUM(0, 0);

	while (a.value | a.mask) {
		if (a.mask & 1)
			extra = ebpf_tnum_add(extra, TNUM(0, b.value | b.mask));
		else if (a.value & 1)
			extra = ebpf_tnum_add(extra, TNUM(0, b.mask));
		a = ebpf_tnum_rshift(a, 1);
		b = ebpf_tnum_lshift(b, 1);
	}
	return ebpf_tnum_add(known, extra);
}

static u64 reverse_bytes(u64 v, u8 bytes)
{
	return __builtin_bswap64(v) >> (64 - 8 * bytes);
}

struct tnum ebpf_tnum_bswap(struct tnum a, u8 bytes)
{
	return TNUM(reverse_bytes(a.value, bytes), reverse_bytes(a.mask, bytes));
}

bool ebpf_tnum_is_aligned(struct tnum a, u64 size)
{
	return !size || !((a.value | a.mask) & (size - 1));
}
