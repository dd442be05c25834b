// SPDX-License-Identifier: GPL-2.0-only
/*
 * Value tracking against concrete execution: every pair of ranges of a 3-bit
 * machine (and of tnums and single bounds of a 4-bit one), then random 64-bit
 * scalars by the million. A result that does not hold what the machine computes
 * is a hole in the verifier.
 */
#include <stdlib.h>
#include <ebpfdrv/bpf.h>
#include "tap.h"
#include "verifier/range.h"
#include "verifier/scalar.h"

static const u8 alu_ops[] = {
	EBPF_ADD, EBPF_SUB, EBPF_MUL, EBPF_AND, EBPF_OR, EBPF_XOR,
	EBPF_LSH, EBPF_RSH, EBPF_ARSH, EBPF_DIV, EBPF_MOD,
};
static const char * const alu_names[] = {
	"add", "sub", "mul", "and", "or", "xor", "lsh", "rsh", "arsh", "div", "mod",
};
static const u8 jmp_ops[] = {
	EBPF_JEQ, EBPF_JNE, EBPF_JGT, EBPF_JGE, EBPF_JLT, EBPF_JLE,
	EBPF_JSGT, EBPF_JSGE, EBPF_JSLT, EBPF_JSLE, EBPF_JSET,
};
static const char * const jmp_names[] = {
	"jeq", "jne", "jgt", "jge", "jlt", "jle", "jsgt", "jsge", "jslt", "jsle", "jset",
};

static const u8 signed_ops[] = { EBPF_DIV, EBPF_MOD };

static bool is_shift(u8 op)
{
	return op == EBPF_LSH || op == EBPF_RSH || op == EBPF_ARSH;
}

static u64 concrete_alu(u64 a, u64 b, u8 op, int w)
{
	u64 mask = ebpf_width_umax(w);

	switch (op) {
	case EBPF_ADD: return (a + b) & mask;
	case EBPF_SUB: return (a - b) & mask;
	case EBPF_MUL: return (a * b) & mask;
	case EBPF_AND: return a & b;
	case EBPF_OR: return a | b;
	case EBPF_XOR: return a ^ b;
	case EBPF_LSH: return (a << b) & mask;
	case EBPF_RSH: return a >> b;
	case EBPF_ARSH: return (u64)(ebpf_width_sext(a, w) >> b) & mask;
	case EBPF_DIV: return b ? a / b : 0;
	case EBPF_MOD: return b ? a % b : a;
	}
	abort();
}

static u64 concrete_signed(u64 a, u64 b, u8 op, int w)
{
	s64 x = ebpf_width_sext(a, w), y = ebpf_width_sext(b, w);
	u64 mask = ebpf_width_umax(w);

	if (!y)
		return op == EBPF_DIV ? 0 : a;
	if (y == -1)
		return op == EBPF_DIV ? -a & mask : 0;
	return (u64)(op == EBPF_DIV ? x / y : x % y) & mask;
}

static bool concrete_jmp(u64 a, u64 b, u8 op, int w)
{
	s64 sa = ebpf_width_sext(a, w), sb = ebpf_width_sext(b, w);

	switch (op) {
	case EBPF_JEQ: return a == b;
	case EBPF_JNE: return a != b;
	case EBPF_JGT: return a > b;
	case EBPF_JGE: return a >= b;
	case EBPF_JLT: return a < b;
	case EBPF_JLE: return a <= b;
	case EBPF_JSGT: return sa > sb;
	case EBPF_JSGE: return sa >= sb;
	case EBPF_JSLT: return sa < sb;
	case EBPF_JSLE: return sa <= sb;
	case EBPF_JSET: return (a & b) != 0;
	}
	abort();
}

/* The set of values a range stands for, one bit each (widths up to 4). */
static u32 members(const struct range *r, int w)
{
	u32 set = 0;
	u64 v;

	for (v = 0; v <= ebpf_width_umax(w); v++)
		if (ebpf_range_has(r, v, w))
			set |= 1U << v;
	return set;
}

struct domain {
	struct range *r;
	u32 *set;
	size_t n;
	size_t cap;
};

static void domain_add(struct domain *d, struct range r, int w)
{
	u32 before = members(&r, w);
	size_t i;

	if (!before)
		return;
	ebpf_range_sync(&r, w);
	if (members(&r, w) != before) {
		tap_ok(0, "sync keeps every value of a range of %d bits", w);
		return;
	}
	for (i = 0; i < d->n; i++)
		if (d->set[i] == before && d->r[i].umin == r.umin && d->r[i].umax == r.umax &&
		    d->r[i].smin == r.smin && d->r[i].smax == r.smax &&
		    d->r[i].t.value == r.t.value && d->r[i].t.mask == r.t.mask)
			return;
	if (d->n == d->cap) {
		d->cap = d->cap ? 2 * d->cap : 64;
		d->r = realloc(d->r, d->cap * sizeof(*d->r));
		d->set = realloc(d->set, d->cap * sizeof(*d->set));
	}
	d->r[d->n] = r;
	d->set[d->n++] = before;
}

enum { WITH_TNUM = 1, WITH_U = 2, WITH_S = 4 };

static void add_signed(struct domain *d, struct range r, int w, int what)
{
	s64 lo, hi;

	if (!(what & WITH_S)) {
		domain_add(d, r, w);
		return;
	}
	for (lo = ebpf_width_smin(w); lo <= ebpf_width_smax(w); lo++)
		for (hi = lo; hi <= ebpf_width_smax(w); hi++) {
			r.smin = lo;
			r.smax = hi;
			domain_add(d, r, w);
		}
}

static void add_unsigned(struct domain *d, struct range r, int w, int what)
{
	u64 lo, hi;

	if (!(what & WITH_U)) {
		add_signed(d, r, w, what);
		return;
	}
	for (lo = 0; lo <= ebpf_width_umax(w); lo++)
		for (hi = lo; hi <= ebpf_width_umax(w); hi++) {
			r.umin = lo;
			r.umax = hi;
			add_signed(d, r, w, what);
		}
}

static struct domain make_domain(int w, int what)
{
	struct domain d = { 0 };
	struct range r;
	u64 v, m;

	for (m = 0; m <= ebpf_width_umax(w); m++)
		for (v = 0; v <= ebpf_width_umax(w); v++) {
			if (v & m)
				continue;
			ebpf_range_set_unknown(&r, w);
			if (what & WITH_TNUM) {
				r.t.value = v;
				r.t.mask = m;
			} else if (v || m) {
				continue;
			}
			add_unsigned(&d, r, w, what);
		}
	return d;
}

static u32 concrete_set(u32 a, u32 b, u8 op, int w)
{
	u32 res = 0;
	int i, j;

	for (i = 0; i <= (int)ebpf_width_umax(w); i++)
		for (j = 0; a >> i & 1 && j <= (int)ebpf_width_umax(w); j++)
			if (b >> j & 1)
				res |= 1U << concrete_alu(i, j, op, w);
	return res;
}

static void check_alu(const struct domain *d, int op, int w)
{
	unsigned long bad = 0, pairs = 0;
	size_t i, j;

	for (i = 0; i < d->n; i++)
		for (j = 0; j < d->n; j++) {
			struct range r = d->r[i];

			if (is_shift(alu_ops[op]) && d->r[j].umax >= (u64)w)
				continue;
			ebpf_range_alu(&r, &d->r[j], alu_ops[op], w);
			if (concrete_set(d->set[i], d->set[j], alu_ops[op], w) & ~members(&r, w))
				bad++;
			pairs++;
		}
	tap_eq(bad, 0, "%s of %d bits holds every result (%lu pairs)", alu_names[op], w, pairs);
}

static bool signed_ok(const struct range *a, const struct range *b, u32 as, u32 bs, u8 op, int w)
{
	struct range r = *a;
	u32 got, i, j;

	ebpf_range_alu_signed(&r, b, op, w);
	got = members(&r, w);
	for (i = 0; i <= ebpf_width_umax(w); i++)
		for (j = 0; as >> i & 1 && j <= ebpf_width_umax(w); j++)
			if (bs >> j & 1 && !(got >> concrete_signed(i, j, op, w) & 1))
				return false;
	return true;
}

static void check_signed(const struct domain *d, u8 op, int w)
{
	unsigned long bad = 0;
	size_t i, j;

	for (i = 0; i < d->n; i++)
		for (j = 0; j < d->n; j++)
			bad += !signed_ok(&d->r[i], &d->r[j], d->set[i], d->set[j], op, w);
	tap_eq(bad, 0, "signed %s of %d bits holds every result", op == EBPF_DIV ? "div" : "mod", w);
}

/* The values of each side for which some value of the other satisfies the jump. */
static void concrete_jumps(u32 a, u32 b, u8 op, int w, bool want, u32 *ra, u32 *rb)
{
	int i, j;

	*ra = *rb = 0;
	for (i = 0; i <= (int)ebpf_width_umax(w); i++)
		for (j = 0; a >> i & 1 && j <= (int)ebpf_width_umax(w); j++)
			if (b >> j & 1 && concrete_jmp(i, j, op, w) == want) {
				*ra |= 1U << i;
				*rb |= 1U << j;
			}
}

static bool jump_ok(const struct domain *d, size_t i, size_t j, u8 op, int w)
{
	int taken = ebpf_range_branch(&d->r[i], &d->r[j], op);
	int want;

	for (want = 0; want < 2; want++) {
		struct range a = d->r[i], b = d->r[j];
		u32 sa, sb;

		concrete_jumps(d->set[i], d->set[j], op, w, want, &sa, &sb);
		if (sa && taken == !want)
			return false;
		ebpf_range_assume(&a, &b, want ? op : ebpf_jmp_negate(op), w);
		if ((sa & ~members(&a, w)) || (sb & ~members(&b, w)))
			return false;
	}
	return true;
}

static void check_jmp(const struct domain *d, int op, int w)
{
	unsigned long bad = 0;
	size_t i, j;

	for (i = 0; i < d->n; i++)
		for (j = 0; j < d->n; j++)
			if (!jump_ok(d, i, j, jmp_ops[op], w))
				bad++;
	tap_eq(bad, 0, "%s of %d bits decides and refines rightly (%zu pairs)", jmp_names[op], w,
	       d->n * d->n);
}

static void exhaustive(int w, int what)
{
	struct domain d = make_domain(w, what);
	size_t i;

	tap_diag("%zu different ranges of %d bits", d.n, w);
	for (i = 0; i < ARRAY_SIZE(alu_ops); i++)
		check_alu(&d, i, w);
	for (i = 0; i < ARRAY_SIZE(signed_ops); i++)
		check_signed(&d, signed_ops[i], w);
	for (i = 0; i < ARRAY_SIZE(jmp_ops); i++)
		check_jmp(&d, i, w);
	free(d.r);
	free(d.set);
}

/* xorshift: the same numbers in each run. */
static u64 rnd_state = 0x9e3779b97f4a7c15ULL;

static u64 rnd(void)
{
	rnd_state ^= rnd_state << 13;
	rnd_state ^= rnd_state >> 7;
	rnd_state ^= rnd_state << 17;
	return rnd_state;
}

/* Numbers near the edges are the interesting ones. */
static u64 rnd_value(void)
{
	static const u64 edges[] = {
		0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000,
		0xffffffff, 0x100000000, 0x7fffffffffffffff, 0x8000000000000000,
		0xffffffff80000000, 0xffffffff7fffffff, 0xffffffffffffffff,
	};

	switch (rnd() % 4) {
	case 0: return rnd();
	case 1: return rnd() >> (rnd() % 64);
	case 2: return (u64)((s64)rnd() >> (rnd() % 64));
	default: return edges[rnd() % ARRAY_SIZE(edges)] + (rnd() % 5) - 2;
	}
}

/* A random scalar that holds @v. */
static struct scalar rnd_scalar(u64 v)
{
	struct scalar s;
	u64 x;

	ebpf_scalar_set_unknown(&s);
	if (rnd() % 8 == 0) {
		ebpf_scalar_set_const(&s, v);
		return s;
	}
	if (rnd() & 1) {
		s.var_off.mask = rnd() & rnd();
		s.var_off.value = v & ~s.var_off.mask;
	}
	if (rnd() & 1) {
		x = rnd_value();
		s.umin = x < v ? x : v;
		x = rnd_value();
		s.umax = x > v ? x : v;
	}
	if (rnd() & 1) {
		x = rnd_value();
		s.smin = (s64)x < (s64)v ? (s64)x : (s64)v;
		x = rnd_value();
		s.smax = (s64)x > (s64)v ? (s64)x : (s64)v;
	}
	if (rnd() & 1) {
		x = (u32)rnd_value();
		s.u32_min = x < (u32)v ? x : (u32)v;
		x = (u32)rnd_value();
		s.u32_max = x > (u32)v ? x : (u32)v;
	}
	if (rnd() & 1) {
		x = rnd_value();
		s.s32_min = (s32)x < (s32)v ? (s32)x : (s32)v;
		x = rnd_value();
		s.s32_max = (s32)x > (s32)v ? (s32)x : (s32)v;
	}
	ebpf_scalar_sync(&s);
	return s;
}

static u64 machine_alu(u64 a, u64 b, u8 op, bool is64, bool is_signed)
{
	int w = is64 ? 64 : 32;
	s64 sa, sb;

	if (!is64) {
		a = (u32)a;
		b = (u32)b;
	}
	if (is_shift(op))
		b &= w - 1;
	if (!is_signed || (op != EBPF_DIV && op != EBPF_MOD))
		return concrete_alu(a, b, op, w);
	sa = ebpf_width_sext(a, w);
	sb = ebpf_width_sext(b, w);
	if (!sb)
		return op == EBPF_DIV ? 0 : a;
	if (sb == -1)
		return op == EBPF_DIV ? (0 - a) & ebpf_width_umax(w) : 0;
	return (u64)(op == EBPF_DIV ? sa / sb : sa % sb) & ebpf_width_umax(w);
}

static void random_sync(long n)
{
	unsigned long bad = 0;
	long i;

	for (i = 0; i < n; i++) {
		u64 v = rnd_value();
		struct scalar s = rnd_scalar(v);

		bad += !ebpf_scalar_has(&s, v) || ebpf_scalar_is_empty(&s);
	}
	tap_eq(bad, 0, "sync keeps the value (%ld random scalars)", n);
}

static void random_alu(long n)
{
	unsigned long bad = 0;
	long i;

	for (i = 0; i < n; i++) {
		u64 a = rnd_value(), b = rnd_value(), res;
		struct scalar sa, sb;
		u8 op = alu_ops[rnd() % ARRAY_SIZE(alu_ops)];
		bool is64 = rnd() & 1, is_signed = rnd() & 1;

		if (is_shift(op) && rnd() % 4)
			b %= 64;
		sa = rnd_scalar(a);
		sb = rnd_scalar(b);
		res = machine_alu(a, b, op, is64, is_signed);
		ebpf_scalar_alu(&sa, &sb, op, is64, is_signed);
		if (!ebpf_scalar_has(&sa, res) && bad++ < 3)
			tap_diag("op %#x is64 %d signed %d: %#llx, %#llx -> %#llx", op, is64,
				 is_signed, a, b, res);
	}
	tap_eq(bad, 0, "arithmetic holds the result (%ld random cases)", n);
}

static u64 machine_sext(u64 v, int size, bool alu32)
{
	v = (u64)ebpf_width_sext(v, size * 8);
	return alu32 ? (u32)v : v;
}

static u64 machine_end(u64 v, int bits, bool swap)
{
	v &= ebpf_width_umax(bits);
	return swap ? __builtin_bswap64(v) >> (64 - bits) : v;
}

static void random_unary(long n)
{
	unsigned long bad = 0;
	long i;

	for (i = 0; i < n; i++) {
		static const int sizes[] = { 1, 2, 4, 8 };
		u64 v = rnd_value(), res;
		struct scalar s = rnd_scalar(v);
		int size = sizes[rnd() % 4], small = sizes[rnd() % 3];
		bool flag = rnd() & 1;

		switch (rnd() % 4) {
		case 0:
			res = flag ? 0 - v : (u32)(0 - v);
			ebpf_scalar_alu(&s, &s, EBPF_NEG, flag, false);
			break;
		case 1:
			res = v & ebpf_width_umax(size * 8);
			ebpf_scalar_truncate(&s, size);
			break;
		case 2:
			flag = flag && small < 4;
			res = machine_sext(v, small, flag);
			ebpf_scalar_sext(&s, small, flag);
			break;
		default:
			size = size < 2 ? 2 : size;
			res = machine_end(v, size * 8, flag);
			ebpf_scalar_end(&s, size * 8, flag);
			break;
		}
		bad += !ebpf_scalar_has(&s, res);
	}
	tap_eq(bad, 0, "neg, truncation, sign extension, byte swaps hold the result (%ld)", n);
}

static void random_jumps(long n)
{
	unsigned long bad = 0;
	long i;

	for (i = 0; i < n; i++) {
		u64 a = rnd_value(), b = rnd() % 4 ? rnd_value() : a;
		struct scalar ta = rnd_scalar(a), tb = rnd_scalar(b), fa = ta, fb = tb;
		u8 op = jmp_ops[rnd() % ARRAY_SIZE(jmp_ops)];
		bool is32 = rnd() & 1;
		bool taken = is32 ? concrete_jmp((u32)a, (u32)b, op, 32) :
				    concrete_jmp(a, b, op, 64);
		int claim = ebpf_scalar_branch(&ta, &tb, op, is32);

		ebpf_scalar_refine(&ta, &tb, &fa, &fb, op, is32);
		if (claim == !taken ||
		    !ebpf_scalar_has(taken ? &ta : &fa, a) ||
		    !ebpf_scalar_has(taken ? &tb : &fb, b))
			bad++;
	}
	tap_eq(bad, 0, "jumps are decided and refined rightly (%ld random cases)", n);
}

static struct scalar urange(u64 min, u64 max)
{
	struct scalar s;

	ebpf_scalar_set_urange(&s, min, max);
	return s;
}

/* Soundness alone is easy: say "anything". These must be known exactly. */
static void precision(void)
{
	struct scalar a = urange(0, 100), b = urange(3, 5), c, d, e;

	ebpf_scalar_alu(&a, &b, EBPF_ADD, true, false);
	tap_ok(a.umin == 3 && a.umax == 105 && a.smin == 3 && a.s32_max == 105,
	       "[0,100] + [3,5] is [3,105] in all views");

	ebpf_scalar_set_unknown(&a);
	b = urange(0xff, 0xff);
	ebpf_scalar_alu(&a, &b, EBPF_AND, true, false);
	tap_ok(a.umin == 0 && a.umax == 0xff && a.smin == 0 && a.var_off.mask == 0xff,
	       "x & 0xff is [0,255]");

	ebpf_scalar_set_unknown(&a);
	b = urange(10, 10);
	c = a;
	d = b;
	e = a;
	ebpf_scalar_refine(&a, &b, &c, &d, EBPF_JLT, false);
	tap_ok(a.umax == 9 && c.umin == 10, "x < 10 splits at 10");
	tap_ok(a.smin == 0 && a.smax == 9, "x < 10 unsigned bounds x as signed too");
	b = urange(10, 10);
	d = b;
	c = a = e;
	ebpf_scalar_refine(&a, &b, &c, &d, EBPF_JLT, true);
	tap_ok(a.u32_max == 9 && a.umax == 0xffffffff00000009ULL, "w < 10 bounds the low half");
	ebpf_scalar_truncate(&a, 4);
	tap_ok(a.umax == 9 && a.umin == 0, "zero extension carries the low half's bounds");

	/* <<= 32, s>>= 32 is how a compiler extends an int. */
	ebpf_scalar_set_srange(&a, -5, 7);
	ebpf_scalar_truncate(&a, 4);
	a.s32_min = -5;
	a.s32_max = 7;
	ebpf_scalar_sync(&a);
	b = urange(32, 32);
	ebpf_scalar_alu(&a, &b, EBPF_LSH, true, false);
	ebpf_scalar_alu(&a, &b, EBPF_ARSH, true, false);
	tap_ok(a.smin == -5 && a.smax == 7, "shifting up and back extends the sign");

	a = urange(0, 1000);
	b = urange(7, 7);
	ebpf_scalar_alu(&a, &b, EBPF_MOD, true, false);
	tap_ok(a.umax == 6, "x %% 7 is at most 6");
	tap_ok(ebpf_scalar_branch(&a, &b, EBPF_JLT, false) == 1, "and so below 7 for sure");

	ebpf_scalar_set_srange(&a, -10, 20);
	c = d = a;
	ebpf_scalar_set_const(&b, (u64)-3);
	ebpf_scalar_alu(&a, &b, EBPF_DIV, true, true);
	tap_ok(a.smin == -6 && a.smax == 3, "[-10,20] s/ -3 is [-6,3]");
	ebpf_scalar_alu(&c, &b, EBPF_MOD, true, true);
	tap_ok(c.smin == -2 && c.smax == 2, "[-10,20] s%% -3 is [-2,2]");
	ebpf_scalar_set_const(&b, 100);
	ebpf_scalar_alu(&d, &b, EBPF_MOD, true, true);
	tap_ok(d.smin == -10 && d.smax == 20, "[-10,20] s%% 100 is [-10,20]");
}

int main(int argc, char **argv)
{
	/* SCALAR_CASES: more random cases, for long runs. */
	const char *cases = getenv("SCALAR_CASES");
	long n = cases ? atol(cases) : 1000000;

	exhaustive(3, WITH_TNUM | WITH_U | WITH_S);
	exhaustive(4, WITH_TNUM);
	exhaustive(4, WITH_U);
	exhaustive(4, WITH_S);
	random_sync(n);
	random_alu(4 * n);
	random_unary(n);
	random_jumps(2 * n);
	precision();
	return tap_end();
}
