// SPDX-License-Identifier: GPL-2.0-only
/*
 * A register's number: one range of 64 bits and one of its low half, kept in
 * agreement. The arithmetic of one width is in range.c.
 */
#include <ebpfdrv/bpf.h>
#include "verifier/range.h"
#include "verifier/scalar.h"

static void get64(const struct scalar *s, struct range *r)
{
	r->t = s->var_off;
	r->umin = s->umin;
	r->umax = s->umax;
	r->smin = s->smin;
	r->smax = s->smax;
}

static void put64(struct scalar *s, const struct range *r)
{
	s->var_off = r->t;
	s->umin = r->umin;
	s->umax = r->umax;
	s->smin = r->smin;
	s->smax = r->smax;
}

static void get32(const struct scalar *s, struct range *r)
{
	r->t = ebpf_tnum_subreg(s->var_off);
	r->umin = s->u32_min;
	r->umax = s->u32_max;
	r->smin = s->s32_min;
	r->smax = s->s32_max;
}

static void put32_bounds(struct scalar *s, const struct range *r)
{
	s->u32_min = (u32)r->umin;
	s->u32_max = (u32)r->umax;
	s->s32_min = (s32)r->smin;
	s->s32_max = (s32)r->smax;
}

static void put32(struct scalar *s, const struct range *r)
{
	s->var_off = ebpf_tnum_with_subreg(s->var_off, r->t);
	put32_bounds(s, r);
}

static void set32_unknown(struct scalar *s)
{
	s->u32_min = 0;
	s->u32_max = U32_MAX;
	s->s32_min = S32_MIN;
	s->s32_max = S32_MAX;
}

static void set64_unknown_bounds(struct scalar *s)
{
	s->umin = 0;
	s->umax = U64_MAX;
	s->smin = S64_MIN;
	s->smax = S64_MAX;
}

void ebpf_scalar_set_unknown(struct scalar *s)
{
	s->var_off = ebpf_tnum_unknown;
	set64_unknown_bounds(s);
	set32_unknown(s);
}

void ebpf_scalar_set_const(struct scalar *s, u64 value)
{
	s->var_off = ebpf_tnum_const(value);
	s->umin = value;
	s->umax = value;
	s->smin = (s64)value;
	s->smax = (s64)value;
	s->u32_min = (u32)value;
	s->u32_max = (u32)value;
	s->s32_min = (s32)value;
	s->s32_max = (s32)value;
}

void ebpf_scalar_set_urange(struct scalar *s, u64 min, u64 max)
{
	ebpf_scalar_set_unknown(s);
	s->umin = min;
	s->umax = max;
	ebpf_scalar_sync(s);
}

void ebpf_scalar_set_srange(struct scalar *s, s64 min, s64 max)
{
	ebpf_scalar_set_unknown(s);
	s->smin = min;
	s->smax = max;
	ebpf_scalar_sync(s);
}

bool ebpf_scalar_equal(const struct scalar *a, const struct scalar *b)
{
	return a->var_off.value == b->var_off.value && a->var_off.mask == b->var_off.mask &&
	       a->smin == b->smin && a->smax == b->smax &&
	       a->umin == b->umin && a->umax == b->umax &&
	       a->s32_min == b->s32_min && a->s32_max == b->s32_max &&
	       a->u32_min == b->u32_min && a->u32_max == b->u32_max;
}

bool ebpf_scalar_contains(const struct scalar *outer, const struct scalar *inner)
{
	return ebpf_tnum_in(outer->var_off, inner->var_off) &&
	       outer->umin <= inner->umin && outer->umax >= inner->umax &&
	       outer->smin <= inner->smin && outer->smax >= inner->smax &&
	       outer->u32_min <= inner->u32_min && outer->u32_max >= inner->u32_max &&
	       outer->s32_min <= inner->s32_min && outer->s32_max >= inner->s32_max;
}

bool ebpf_scalar_has(const struct scalar *s, u64 value)
{
	struct range r64, r32;

	get64(s, &r64);
	get32(s, &r32);
	return ebpf_range_has(&r64, value, 64) && ebpf_range_has(&r32, (u32)value, 32);
}

bool ebpf_scalar_is_empty(const struct scalar *s)
{
	struct range r64, r32;

	get64(s, &r64);
	get32(s, &r32);
	return ebpf_range_is_empty(&r64) || ebpf_range_is_empty(&r32);
}

/* The low half counts through its whole range whenever the high half changes,
 * so 64-bit bounds say something of it only when the high half is the same.
 */
static void low_from_full(struct scalar *s)
{
	if (s->umin >> 32 == s->umax >> 32) {
		s->u32_min = max_t(u32, s->u32_min, (u32)s->umin);
		s->u32_max = min_t(u32, s->u32_max, (u32)s->umax);
	}
	if (s->smin >> 32 == s->smax >> 32) {
		s->u32_min = max_t(u32, s->u32_min, (u32)s->smin);
		s->u32_max = min_t(u32, s->u32_max, (u32)s->smax);
	}
	if (s->smin >= S32_MIN && s->smax <= S32_MAX) {
		s->s32_min = max_t(s32, s->s32_min, (s32)s->smin);
		s->s32_max = min_t(s32, s->s32_max, (s32)s->smax);
	}
}

/* With the high half of a bound as it is, the low half cannot be further out
 * than its own bound.
 */
static void full_from_low(struct scalar *s)
{
	const u64 high = ~(u64)U32_MAX;

	s->umin = max_t(u64, s->umin, (s->umin & high) | s->u32_min);
	s->umax = min_t(u64, s->umax, (s->umax & high) | s->u32_max);
	s->smin = max_t(s64, s->smin, (s64)(((u64)s->smin & high) | s->u32_min));
	s->smax = min_t(s64, s->smax, (s64)(((u64)s->smax & high) | s->u32_max));
}

static void sync_once(struct scalar *s)
{
	struct range r;

	get64(s, &r);
	ebpf_range_sync(&r, 64);
	put64(s, &r);
	low_from_full(s);
	get32(s, &r);
	ebpf_range_sync(&r, 32);
	put32(s, &r);
	full_from_low(s);
}

/* Bounds that hold one number say no more than that it is this one. */
static bool is_one_number(const struct scalar *s)
{
	u64 v = s->var_off.value;

	return !s->var_off.mask && s->umin <= v && v <= s->umax &&
	       s->smin <= (s64)v && (s64)v <= s->smax &&
	       s->u32_min <= (u32)v && (u32)v <= s->u32_max &&
	       s->s32_min <= (s32)v && (s32)v <= s->s32_max;
}

static bool is_any_number(const struct scalar *s)
{
	return !~s->var_off.mask && !s->umin && s->umax == U64_MAX && s->smin == S64_MIN &&
	       s->smax == S64_MAX && !s->u32_min && s->u32_max == U32_MAX &&
	       s->s32_min == S32_MIN && s->s32_max == S32_MAX;
}

/* Claims only ever get narrower, so that a round that changes nothing is the last. */
void ebpf_scalar_sync(struct scalar *s)
{
	struct scalar was;
	struct range r;

	if (is_one_number(s)) {
		ebpf_scalar_set_const(s, s->var_off.value);
		return;
	}
	if (is_any_number(s))
		return;
	was = *s;
	sync_once(s);
	if (ebpf_scalar_equal(s, &was))
		return;
	was = *s;
	sync_once(s);
	if (ebpf_scalar_equal(s, &was))
		return;
	get64(s, &r);
	ebpf_range_sync(&r, 64);
	put64(s, &r);
}

/* The register holds @r in its low half and 0 above. */
static void set_zext32(struct scalar *s, const struct range *r)
{
	s->var_off = r->t;
	s->umin = r->umin;
	s->umax = r->umax;
	s->smin = (s64)r->umin;
	s->smax = (s64)r->umax;
	put32_bounds(s, r);
	ebpf_scalar_sync(s);
}

void ebpf_scalar_set_loaded(struct scalar *s, int size)
{
	u64 max = size >= 8 ? U64_MAX : (1ULL << (size * 8)) - 1;

	ebpf_scalar_set_unknown(s);
	if (size >= 8)
		return;
	s->var_off.mask = max;
	s->umax = max;
	s->smin = 0;
	s->smax = (s64)max;
	if (size >= 4)
		return;
	s->u32_max = (u32)max;
	s->s32_min = 0;
	s->s32_max = (s32)max;
}

void ebpf_scalar_truncate(struct scalar *s, int size)
{
	struct range r;
	u64 mask;

	if (size >= 8)
		return;
	if (size == 4) {
		get32(s, &r);
		set_zext32(s, &r);
		return;
	}
	mask = (1ULL << (size * 8)) - 1;
	s->var_off = ebpf_tnum_cast(s->var_off, (u8)size);
	if ((s->umin & ~mask) == (s->umax & ~mask)) {
		s->umin &= mask;
		s->umax &= mask;
	} else {
		s->umin = 0;
		s->umax = mask;
	}
	s->smin = (s64)s->umin;
	s->smax = (s64)s->umax;
	set32_unknown(s);
	ebpf_scalar_sync(s);
}

void ebpf_scalar_sext(struct scalar *s, int size, bool alu32)
{
	int bits = size * 8;
	struct range low;
	s64 lo = ebpf_width_smin(bits), hi = ebpf_width_smax(bits);
	struct tnum t = ebpf_tnum_lshift(s->var_off, (u8)(64 - bits));

	t = ebpf_tnum_arshift(t, (u8)(64 - bits), 64);
	if (size == 4) {
		lo = s->s32_min;
		hi = s->s32_max;
	} else if (s->smin >= lo && s->smax <= hi) {
		lo = s->smin;
		hi = s->smax;
	}
	ebpf_scalar_set_unknown(s);
	s->var_off = t;
	s->smin = lo;
	s->smax = hi;
	ebpf_scalar_sync(s);
	if (alu32) {
		get32(s, &low);
		set_zext32(s, &low);
	}
}

/* Brings shift amounts into [0, width); false when they are not known to lie
 * there and not constant.
 */
static bool shift_amount(struct range *r, int w)
{
	if (r->umax < (u64)w)
		return true;
	if (!ebpf_range_is_const(r))
		return false;
	ebpf_range_set_const(r, r->t.value & (u64)(w - 1), w);
	return true;
}

static bool is_shift(u8 op)
{
	return op == EBPF_LSH || op == EBPF_RSH || op == EBPF_ARSH;
}

/* Does the low half of the result depend on the low halves alone? */
static bool is_low_closed(u8 op)
{
	return op == EBPF_ADD || op == EBPF_SUB || op == EBPF_MUL || op == EBPF_AND ||
	       op == EBPF_OR || op == EBPF_XOR;
}

static void alu32(struct scalar *dst, const struct scalar *src, u8 op, bool is_signed)
{
	struct range d, s;

	get32(dst, &d);
	get32(src, &s);
	if (is_signed)
		ebpf_range_alu_signed(&d, &s, op, 32);
	else if (is_shift(op) && !shift_amount(&s, 32))
		ebpf_range_set_unknown(&d, 32);
	else
		ebpf_range_alu(&d, &s, op, 32);
	set_zext32(dst, &d);
}

/* Shifting the low half to the top moves its signed range along; compilers sign
 * extend that way.
 */
static void low_half_to_top(struct range *d, const struct range *low)
{
	d->smin = max_t(s64, d->smin, (s64)((u64)low->smin << 32));
	d->smax = min_t(s64, d->smax, (s64)((u64)low->smax << 32));
}

/* Two known numbers. False: not one of the operations that are done here. */
static bool alu64_const(struct scalar *dst, const struct scalar *src, u8 op)
{
	u64 a = dst->var_off.value, b = src->var_off.value;

	if (dst->var_off.mask | src->var_off.mask)
		return false;
	switch (op) {
	case EBPF_ADD:
		a += b;
		break;
	case EBPF_SUB:
		a -= b;
		break;
	case EBPF_AND:
		a &= b;
		break;
	case EBPF_OR:
		a |= b;
		break;
	case EBPF_XOR:
		a ^= b;
		break;
	case EBPF_MUL:
		a *= b;
		break;
	case EBPF_LSH:
		a <<= b & 63;
		break;
	case EBPF_RSH:
		a >>= b & 63;
		break;
	default:
		return false;
	}
	ebpf_scalar_set_const(dst, a);
	return true;
}

static __attribute__((__noinline__))
void alu64_ranges(struct scalar *dst, const struct scalar *src, u8 op, bool is_signed)
{
	struct range d, s, low, src_low;

	get64(dst, &d);
	get64(src, &s);
	get32(dst, &low);
	get32(src, &src_low);
	if (is_shift(op) && !shift_amount(&s, 64)) {
		ebpf_scalar_set_unknown(dst);
		return;
	}
	if (is_signed)
		ebpf_range_alu_signed(&d, &s, op, 64);
	else
		ebpf_range_alu(&d, &s, op, 64);
	if (op == EBPF_LSH && s.umin == 32 && s.umax == 32)
		low_half_to_top(&d, &low);

	if (is_low_closed(op))
		ebpf_range_alu(&low, &src_low, op, 32);
	else if (op == EBPF_LSH && s.umax < 32)
		ebpf_range_alu(&low, &s, op, 32);
	else
		ebpf_range_set_unknown(&low, 32);
	put64(dst, &d);
	put32_bounds(dst, &low);
	ebpf_scalar_sync(dst);
}

/* Most are of constants or of what can be any number, and end before many registers are used. */
static void alu64(struct scalar *dst, const struct scalar *src, u8 op, bool is_signed)
{
	if (alu64_const(dst, src, op))
		return;
	/* Of what can be any number, these make any number again. */
	if ((op == EBPF_ADD || op == EBPF_SUB || op == EBPF_XOR) && is_any_number(dst))
		return;
	alu64_ranges(dst, src, op, is_signed);
}

/* OR and XOR of two numbers of which neither is known: of the result only how many bytes
 * it fits in is kept. Exact ranges would differ on each way through a chain of branches
 * (log2 by halves), and so each would be walked to its end; Linux 6.1 forgets all of it.
 */
static void keep_width(struct scalar *s)
{
	if (s->umax <= 0xff)
		ebpf_scalar_set_loaded(s, 1);
	else if (s->umax <= 0xffff)
		ebpf_scalar_set_loaded(s, 2);
	else
		ebpf_scalar_set_loaded(s, s->umax <= U32_MAX ? 4 : 8);
}

void ebpf_scalar_alu(struct scalar *dst, const struct scalar *src, u8 op, bool is64,
		     bool is_signed)
{
	struct scalar zero;
	bool merges;

	if (op == EBPF_NEG) {
		ebpf_scalar_set_const(&zero, 0);
		if (is64)
			alu64(&zero, dst, EBPF_SUB, false);
		else
			alu32(&zero, dst, EBPF_SUB, false);
		*dst = zero;
		return;
	}
	merges = (op == EBPF_OR || op == EBPF_XOR) && !ebpf_tnum_is_const(src->var_off);
	is_signed = is_signed && (op == EBPF_DIV || op == EBPF_MOD);
	if (is64)
		alu64(dst, src, op, is_signed);
	else
		alu32(dst, src, op, is_signed);
	if (merges)
		keep_width(dst);
}

void ebpf_scalar_end(struct scalar *dst, int bits, bool swap)
{
	int size = bits / 8;
	struct tnum t;

	if (!swap) {
		ebpf_scalar_truncate(dst, size);
		return;
	}
	t = ebpf_tnum_bswap(ebpf_tnum_cast(dst->var_off, (u8)size), (u8)size);
	ebpf_scalar_set_unknown(dst);
	dst->var_off = t;
	ebpf_scalar_sync(dst);
}

int ebpf_scalar_branch(const struct scalar *a, const struct scalar *b, u8 op, bool is32)
{
	struct range ra, rb;

	if (is32) {
		get32(a, &ra);
		get32(b, &rb);
	} else {
		get64(a, &ra);
		get64(b, &rb);
	}
	return ebpf_range_branch(&ra, &rb, op);
}

/* Applies "a OP b" to both. What turns out impossible (false) is left as it was: the
 * caller goes on with less knowledge, never with wrong knowledge.
 */
static bool assume(struct scalar *a, struct scalar *b, u8 op, bool is32)
{
	struct scalar na = *a, nb = *b;
	struct range ra, rb;

	if (is32) {
		get32(a, &ra);
		get32(b, &rb);
		ebpf_range_assume(&ra, &rb, op, 32);
		put32(&na, &ra);
		put32(&nb, &rb);
	} else {
		get64(a, &ra);
		get64(b, &rb);
		ebpf_range_assume(&ra, &rb, op, 64);
		put64(&na, &ra);
		put64(&nb, &rb);
	}
	if (ebpf_scalar_is_empty(&na) || ebpf_scalar_is_empty(&nb))
		return false;
	ebpf_scalar_sync(&na);
	ebpf_scalar_sync(&nb);
	if (ebpf_scalar_is_empty(&na) || ebpf_scalar_is_empty(&nb))
		return false;
	*a = na;
	*b = nb;
	return true;
}

int ebpf_scalar_refine(struct scalar *ta, struct scalar *tb,
		       struct scalar *fa, struct scalar *fb, u8 op, bool is32)
{
	bool taken = assume(ta, tb, op, is32);
	bool other = assume(fa, fb, ebpf_jmp_negate(op), is32);

	return taken == other ? -1 : taken;
}
