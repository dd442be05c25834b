// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arithmetic on ranges of one width.
 *
 * Each operation sets the claims that it has a rule for and leaves the others
 * at "anything"; ebpf_range_sync() then derives those.
 */
#include <ebpfdrv/bpf.h>
#include "verifier/range.h"

void ebpf_range_set_unknown(struct range *r, int w)
{
	r->t.value = 0;
	r->t.mask = ebpf_width_umax(w);
	r->umin = 0;
	r->umax = ebpf_width_umax(w);
	r->smin = ebpf_width_smin(w);
	r->smax = ebpf_width_smax(w);
}

void ebpf_range_set_const(struct range *r, u64 value, int w)
{
	value &= ebpf_width_umax(w);
	r->t = ebpf_tnum_const(value);
	r->umin = value;
	r->umax = value;
	r->smin = ebpf_width_sext(value, w);
	r->smax = r->smin;
}

bool ebpf_range_is_const(const struct range *r)
{
	return ebpf_tnum_is_const(r->t);
}

bool ebpf_range_is_empty(const struct range *r)
{
	return r->umin > r->umax || r->smin > r->smax || (r->t.value & r->t.mask);
}

bool ebpf_range_has(const struct range *r, u64 value, int w)
{
	s64 s = ebpf_width_sext(value, w);

	return value >= r->umin && value <= r->umax && s >= r->smin && s <= r->smax &&
	       (value & ~r->t.mask) == r->t.value;
}

static void raise_umin(struct range *r, u64 v)
{
	if (v > r->umin)
		r->umin = v;
}

static void lower_umax(struct range *r, u64 v)
{
	if (v < r->umax)
		r->umax = v;
}

static void raise_smin(struct range *r, s64 v)
{
	if (v > r->smin)
		r->smin = v;
}

static void lower_smax(struct range *r, s64 v)
{
	if (v < r->smax)
		r->smax = v;
}

/* The extremes of what the known bits leave open. */
static __always_inline void bounds_from_tnum(struct range *r, int w)
{
	u64 sign = 1ULL << (w - 1);

	raise_umin(r, r->t.value);
	lower_umax(r, r->t.value | r->t.mask);
	raise_smin(r, ebpf_width_sext(r->t.value | (r->t.mask & sign), w));
	lower_smax(r, ebpf_width_sext(r->t.value | (r->t.mask & ~sign), w));
}

/* Do all values, as unsigned ones, have one sign? */
static __always_inline bool has_one_sign(const struct range *r, int w)
{
	return r->umax <= (u64)ebpf_width_smax(w) || r->umin > (u64)ebpf_width_smax(w);
}

static __always_inline void signed_from_unsigned(struct range *r, int w)
{
	raise_smin(r, ebpf_width_sext(r->umin, w));
	lower_smax(r, ebpf_width_sext(r->umax, w));
}

/* Both orders agree as long as the values do not cross the sign boundary. */
static __always_inline void bounds_from_each_other(struct range *r, int w)
{
	bool one_sign = has_one_sign(r, w);
	u64 umask = ebpf_width_umax(w);

	if (one_sign)
		signed_from_unsigned(r, w);
	if (r->smin >= 0 || r->smax < 0) {
		raise_umin(r, (u64)r->smin & umask);
		lower_umax(r, (u64)r->smax & umask);
	} else if (r->umax < ((u64)r->smin & umask)) {
		/* Nothing of the negative numbers is left, or of the others. */
		lower_umax(r, (u64)r->smax);
		raise_smin(r, 0);
	} else if (r->umin > (u64)r->smax) {
		raise_umin(r, (u64)r->smin & umask);
		lower_smax(r, -1);
	} else {
		return;
	}
	/* The signed bounds may have decided which it is. */
	if (!one_sign && has_one_sign(r, w))
		signed_from_unsigned(r, w);
}

static bool tnum_conflict(struct tnum a, struct tnum b)
{
	return ((a.value ^ b.value) & ~a.mask & ~b.mask) != 0;
}

/* Makes a contradiction visible to ebpf_range_is_empty(). */
static void set_empty(struct range *r)
{
	r->umin = 1;
	r->umax = 0;
}

static void tnum_from_bounds(struct range *r)
{
	struct tnum t;

	if (r->umin > r->umax)
		return;
	t = ebpf_tnum_range(r->umin, r->umax);
	if (tnum_conflict(t, r->t))
		set_empty(r);
	else
		r->t = ebpf_tnum_intersect(r->t, t);
}

/* A constant, which lies within the bounds: most often they say so already. */
static __always_inline bool sync_const(struct range *r, int w)
{
	s64 s = ebpf_width_sext(r->t.value, w);

	if (r->t.mask || r->t.value < r->umin || r->t.value > r->umax || s < r->smin ||
	    s > r->smax)
		return false;
	r->umin = r->t.value;
	r->umax = r->t.value;
	r->smin = s;
	r->smax = s;
	return true;
}

static __always_inline void sync_width(struct range *r, int w)
{
	if (sync_const(r, w))
		return;
	bounds_from_tnum(r, w);
	bounds_from_each_other(r, w);
	tnum_from_bounds(r);
	bounds_from_tnum(r, w);
}

/* The widths of the machine apart: their limits are constants then. */
void ebpf_range_sync(struct range *r, int w)
{
	if (w == 64)
		sync_width(r, 64);
	else if (w == 32)
		sync_width(r, 32);
	else
		sync_width(r, w);
}

static void keep_tnum(struct range *r, struct tnum t, int w)
{
	ebpf_range_set_unknown(r, w);
	r->t.value = t.value & ebpf_width_umax(w);
	r->t.mask = t.mask & ebpf_width_umax(w);
}

static bool sadd(s64 a, s64 b, int w, s64 *res)
{
	s64 r = (s64)((u64)a + (u64)b);

	if (((a ^ r) & (b ^ r)) < 0)
		return false;
	*res = r;
	return r >= ebpf_width_smin(w) && r <= ebpf_width_smax(w);
}

static bool ssub(s64 a, s64 b, int w, s64 *res)
{
	s64 r = (s64)((u64)a - (u64)b);

	if (((a ^ b) & (a ^ r)) < 0)
		return false;
	*res = r;
	return r >= ebpf_width_smin(w) && r <= ebpf_width_smax(w);
}

static void range_add(struct range *d, const struct range *s, int w)
{
	struct range a = *d;
	s64 lo, hi;

	keep_tnum(d, ebpf_tnum_add(a.t, s->t), w);
	if (sadd(a.smin, s->smin, w, &lo) && sadd(a.smax, s->smax, w, &hi)) {
		d->smin = lo;
		d->smax = hi;
	}
	if (a.umax <= ebpf_width_umax(w) - s->umax) {
		d->umin = a.umin + s->umin;
		d->umax = a.umax + s->umax;
	}
}

static void range_sub(struct range *d, const struct range *s, int w)
{
	struct range a = *d;
	s64 lo, hi;

	keep_tnum(d, ebpf_tnum_sub(a.t, s->t), w);
	if (ssub(a.smin, s->smax, w, &lo) && ssub(a.smax, s->smin, w, &hi)) {
		d->smin = lo;
		d->smax = hi;
	}
	if (a.umin >= s->umax) {
		d->umin = a.umin - s->umax;
		d->umax = a.umax - s->umin;
	}
}

static void range_mul(struct range *d, const struct range *s, int w)
{
	struct range a = *d;

	keep_tnum(d, ebpf_tnum_mul(a.t, s->t), w);
	if (!a.umax || s->umax <= ebpf_width_umax(w) / a.umax) {
		d->umin = a.umin * s->umin;
		d->umax = a.umax * s->umax;
	}
}

static void range_and(struct range *d, const struct range *s, int w)
{
	struct range a = *d;

	keep_tnum(d, ebpf_tnum_and(a.t, s->t), w);
	d->umax = a.umax < s->umax ? a.umax : s->umax;
}

static void range_or(struct range *d, const struct range *s, int w)
{
	struct range a = *d;

	keep_tnum(d, ebpf_tnum_or(a.t, s->t), w);
	d->umin = a.umin > s->umin ? a.umin : s->umin;
}

static void range_xor(struct range *d, const struct range *s, int w)
{
	keep_tnum(d, ebpf_tnum_xor(d->t, s->t), w);
}

/* Amounts of @s lie in [0, w). */
static void range_lsh(struct range *d, const struct range *s, int w)
{
	struct range a = *d;
	int lo = (int)s->umin, hi = (int)s->umax;

	if (lo == hi)
		keep_tnum(d, ebpf_tnum_lshift(a.t, (u8)lo), w);
	else
		ebpf_range_set_unknown(d, w);
	if (a.umax <= ebpf_width_umax(w) >> hi) {
		d->umin = a.umin << lo;
		d->umax = a.umax << hi;
	}
	if (a.smin >= ebpf_width_smin(w) >> hi && a.smax <= ebpf_width_smax(w) >> hi) {
		d->smin = a.smin < 0 ? (s64)((u64)a.smin << hi) : a.smin << lo;
		d->smax = a.smax < 0 ? (s64)((u64)a.smax << lo) : a.smax << hi;
	}
}

static void range_rsh(struct range *d, const struct range *s, int w)
{
	struct range a = *d;

	if (s->umin == s->umax)
		keep_tnum(d, ebpf_tnum_rshift(a.t, (u8)s->umin), w);
	else
		ebpf_range_set_unknown(d, w);
	d->umin = a.umin >> s->umax;
	d->umax = a.umax >> s->umin;
}

static void range_arsh(struct range *d, const struct range *s, int w)
{
	struct range a = *d;
	int lo = (int)s->umin, hi = (int)s->umax;

	if (lo == hi) {
		/* Shifting from the top of the word copies the width's sign. */
		struct tnum t = ebpf_tnum_lshift(a.t, (u8)(64 - w));

		t = ebpf_tnum_arshift(t, (u8)lo, 64);
		keep_tnum(d, ebpf_tnum_rshift(t, (u8)(64 - w)), w);
	} else {
		ebpf_range_set_unknown(d, w);
	}
	d->smin = a.smin < 0 ? a.smin >> lo : a.smin >> hi;
	d->smax = a.smax < 0 ? a.smax >> hi : a.smax >> lo;
}

/* By a constant only; x / 0 is 0. */
static bool range_div(struct range *d, const struct range *s, int w)
{
	struct range a = *d;
	u64 by = s->umin;

	ebpf_range_set_unknown(d, w);
	if (s->umin != s->umax)
		return false;
	if (!by) {
		ebpf_range_set_const(d, 0, w);
		return true;
	}
	d->umin = a.umin / by;
	d->umax = a.umax / by;
	return true;
}

/* By a constant only; x % 0 is x. */
static bool range_mod(struct range *d, const struct range *s, int w)
{
	u64 by = s->umin;

	if (s->umin != s->umax) {
		ebpf_range_set_unknown(d, w);
		return false;
	}
	if (!by || d->umax < by)
		return true;
	ebpf_range_set_unknown(d, w);
	d->umax = by - 1;
	return true;
}

/* By a constant only; rounded to 0, x / 0 is 0, and the lowest number / -1 is itself. */
static bool range_sdiv(struct range *d, const struct range *s, int w)
{
	struct range a = *d;
	s64 by = s->smin;

	ebpf_range_set_unknown(d, w);
	if (!ebpf_range_is_const(s))
		return false;
	if (!by) {
		ebpf_range_set_const(d, 0, w);
	} else if (by == -1) {
		if (ebpf_range_is_const(&a)) {
			ebpf_range_set_const(d, -a.t.value, w);
		} else if (a.smin > ebpf_width_smin(w)) {
			d->smin = -a.smax;
			d->smax = -a.smin;
		}
	} else {
		d->smin = by > 0 ? a.smin / by : a.smax / by;
		d->smax = by > 0 ? a.smax / by : a.smin / by;
	}
	return true;
}

/* By a constant only; with the sign of x, x % 0 is x and x % -1 is 0. */
static bool range_smod(struct range *d, const struct range *s, int w)
{
	struct range a = *d;
	s64 by = s->smin, max;

	if (!ebpf_range_is_const(s)) {
		ebpf_range_set_unknown(d, w);
		return false;
	}
	if (!by)
		return true;
	/* Of the lowest number there is no positive one. */
	max = by < 0 ? -(by + 1) : by - 1;
	if (a.smin >= -max && a.smax <= max)
		return true;
	ebpf_range_set_unknown(d, w);
	d->smin = a.smin >= 0 ? 0 : a.smin > -max ? a.smin : -max;
	d->smax = a.smax <= 0 ? 0 : a.smax < max ? a.smax : max;
	return true;
}

bool ebpf_range_alu_signed(struct range *d, const struct range *s, u8 op, int w)
{
	bool known = op == EBPF_DIV ? range_sdiv(d, s, w) : range_smod(d, s, w);

	ebpf_range_sync(d, w);
	return known;
}

bool ebpf_range_alu(struct range *d, const struct range *s, u8 op, int w)
{
	bool known = true;

	switch (op) {
	case EBPF_ADD:
		range_add(d, s, w);
		break;
	case EBPF_SUB:
		range_sub(d, s, w);
		break;
	case EBPF_MUL:
		range_mul(d, s, w);
		break;
	case EBPF_AND:
		range_and(d, s, w);
		break;
	case EBPF_OR:
		range_or(d, s, w);
		break;
	case EBPF_XOR:
		range_xor(d, s, w);
		break;
	case EBPF_LSH:
		range_lsh(d, s, w);
		break;
	case EBPF_RSH:
		range_rsh(d, s, w);
		break;
	case EBPF_ARSH:
		range_arsh(d, s, w);
		break;
	case EBPF_DIV:
		known = range_div(d, s, w);
		break;
	case EBPF_MOD:
		known = range_mod(d, s, w);
		break;
	default:
		ebpf_range_set_unknown(d, w);
		known = false;
		break;
	}
	ebpf_range_sync(d, w);
	return known;
}

u8 ebpf_jmp_negate(u8 op)
{
	switch (op) {
	case EBPF_JEQ:
		return EBPF_JNE;
	case EBPF_JNE:
		return EBPF_JEQ;
	case EBPF_JGT:
		return EBPF_JLE;
	case EBPF_JLE:
		return EBPF_JGT;
	case EBPF_JGE:
		return EBPF_JLT;
	case EBPF_JLT:
		return EBPF_JGE;
	case EBPF_JSGT:
		return EBPF_JSLE;
	case EBPF_JSLE:
		return EBPF_JSGT;
	case EBPF_JSGE:
		return EBPF_JSLT;
	case EBPF_JSLT:
		return EBPF_JSGE;
	default:
		return 0;
	}
}

/* 1, 0 or -1 from "always" and "never". */
static int decided(bool always, bool never)
{
	if (always)
		return 1;
	return never ? 0 : -1;
}

static int branch_eq(const struct range *a, const struct range *b)
{
	bool same = ebpf_range_is_const(a) && ebpf_range_is_const(b) &&
		    a->t.value == b->t.value;
	bool apart = a->umin > b->umax || a->umax < b->umin || a->smin > b->smax ||
		     a->smax < b->smin || tnum_conflict(a->t, b->t);

	return decided(same, apart);
}

static int invert(int taken)
{
	return taken < 0 ? -1 : !taken;
}

int ebpf_range_branch(const struct range *a, const struct range *b, u8 op)
{
	switch (op) {
	case EBPF_JEQ:
		return branch_eq(a, b);
	case EBPF_JNE:
		return invert(branch_eq(a, b));
	case EBPF_JSET:
		return decided(a->t.value & b->t.value,
			       !((a->t.value | a->t.mask) & (b->t.value | b->t.mask)));
	case EBPF_JGT:
		return decided(a->umin > b->umax, a->umax <= b->umin);
	case EBPF_JGE:
		return decided(a->umin >= b->umax, a->umax < b->umin);
	case EBPF_JLT:
		return decided(a->umax < b->umin, a->umin >= b->umax);
	case EBPF_JLE:
		return decided(a->umax <= b->umin, a->umin > b->umax);
	case EBPF_JSGT:
		return decided(a->smin > b->smax, a->smax <= b->smin);
	case EBPF_JSGE:
		return decided(a->smin >= b->smax, a->smax < b->smin);
	case EBPF_JSLT:
		return decided(a->smax < b->smin, a->smin >= b->smax);
	case EBPF_JSLE:
		return decided(a->smax <= b->smin, a->smin > b->smax);
	default:
		return -1;
	}
}

static void assume_eq(struct range *a, struct range *b)
{
	if (tnum_conflict(a->t, b->t)) {
		set_empty(a);
		set_empty(b);
		return;
	}
	raise_umin(a, b->umin);
	lower_umax(a, b->umax);
	raise_smin(a, b->smin);
	lower_smax(a, b->smax);
	a->t = ebpf_tnum_intersect(a->t, b->t);
	*b = *a;
}

/* A constant at the edge of a range can be cut off. */
static void exclude(struct range *r, const struct range *c, int w)
{
	s64 s;

	if (!ebpf_range_is_const(c))
		return;
	s = ebpf_width_sext(c->t.value, w);
	if (r->umin == c->t.value && r->umin < r->umax)
		r->umin++;
	if (r->umax == c->t.value && r->umin < r->umax)
		r->umax--;
	if (r->smin == s && r->smin < r->smax)
		r->smin++;
	if (r->smax == s && r->smin < r->smax)
		r->smax--;
}

/* a > b, unsigned. The callers' branch test ruled the impossible case out, but
 * an unsound caller must not make bounds wrap.
 */
static void assume_ugt(struct range *a, struct range *b, int w)
{
	if (b->umin == ebpf_width_umax(w) || !a->umax) {
		set_empty(a);
		set_empty(b);
		return;
	}
	raise_umin(a, b->umin + 1);
	lower_umax(b, a->umax - 1);
}

static void assume_uge(struct range *a, struct range *b)
{
	raise_umin(a, b->umin);
	lower_umax(b, a->umax);
}

static void assume_sgt(struct range *a, struct range *b, int w)
{
	if (b->smin == ebpf_width_smax(w) || a->smax == ebpf_width_smin(w)) {
		set_empty(a);
		set_empty(b);
		return;
	}
	raise_smin(a, b->smin + 1);
	lower_smax(b, a->smax - 1);
}

static void assume_sge(struct range *a, struct range *b)
{
	raise_smin(a, b->smin);
	lower_smax(b, a->smax);
}

/* a & c is not 0: a single bit is then set for sure. */
static void assume_set(struct range *a, const struct range *c)
{
	u64 bit = c->t.value;

	if (!ebpf_range_is_const(c) || !bit || (bit & (bit - 1)))
		return;
	if (!(a->t.mask & bit))
		return;
	a->t.value |= bit;
	a->t.mask &= ~bit;
}

/* a & c is 0. */
static void assume_clear(struct range *a, const struct range *c)
{
	if (!ebpf_range_is_const(c))
		return;
	if (a->t.value & c->t.value) {
		set_empty(a);
		return;
	}
	a->t.mask &= ~c->t.value;
}

void ebpf_range_assume(struct range *a, struct range *b, u8 op, int w)
{
	switch (op) {
	case EBPF_JEQ:
		assume_eq(a, b);
		break;
	case EBPF_JNE:
		exclude(a, b, w);
		exclude(b, a, w);
		break;
	case EBPF_JSET:
		assume_set(a, b);
		assume_set(b, a);
		break;
	case 0: /* the other branch of JSET */
		assume_clear(a, b);
		assume_clear(b, a);
		break;
	case EBPF_JGT:
		assume_ugt(a, b, w);
		break;
	case EBPF_JLT:
		assume_ugt(b, a, w);
		break;
	case EBPF_JGE:
		assume_uge(a, b);
		break;
	case EBPF_JLE:
		assume_uge(b, a);
		break;
	case EBPF_JSGT:
		assume_sgt(a, b, w);
		break;
	case EBPF_JSLT:
		assume_sgt(b, a, w);
		break;
	case EBPF_JSGE:
		assume_sge(a, b);
		break;
	case EBPF_JSLE:
		assume_sge(b, a);
		break;
	}
	ebpf_range_sync(a, w);
	ebpf_range_sync(b, w);
}
