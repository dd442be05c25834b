/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Value tracking: what the verifier claims about a 64-bit number.
 *
 * Pure functions over struct scalar, no state, so that all of it can be checked
 * against concrete execution. A scalar stands for the set of u64 values that
 * satisfy all five claims at once; every operation returns a superset of what
 * the machine can compute from members of its operands (soundness), as small as
 * it reasonably can (precision).
 */
#ifndef _VERIFIER_SCALAR_H
#define _VERIFIER_SCALAR_H

#include "verifier/tnum.h"

struct scalar {
	struct tnum var_off;
	s64 smin;
	s64 smax;
	u64 umin;
	u64 umax;
	s32 s32_min;
	s32 s32_max;
	u32 u32_min;
	u32 u32_max;
};

void ebpf_scalar_set_unknown(struct scalar *s);
void ebpf_scalar_set_const(struct scalar *s, u64 value);
/* Any u64 in [min, max]. */
void ebpf_scalar_set_urange(struct scalar *s, u64 min, u64 max);
/* Any s64 in [min, max]. */
void ebpf_scalar_set_srange(struct scalar *s, s64 min, s64 max);
bool ebpf_scalar_equal(const struct scalar *a, const struct scalar *b);
/* Does @outer hold every value @inner holds (claim by claim)? */
bool ebpf_scalar_contains(const struct scalar *outer, const struct scalar *inner);
/* Is @value a member? For tests and the fuzzer. */
bool ebpf_scalar_has(const struct scalar *s, u64 value);
/* Claims that contradict each other: no value. */
bool ebpf_scalar_is_empty(const struct scalar *s);

/* Lets each claim learn from the others. Call after a claim was set by hand. */
void ebpf_scalar_sync(struct scalar *s);

/* The result of a load of @size bytes, zero-extended: any value that fits. */
void ebpf_scalar_set_loaded(struct scalar *s, int size);
/* Zero-extends from @size bytes. */
void ebpf_scalar_truncate(struct scalar *s, int size);
/* Sign-extends from @size bytes (1, 2, 4) to 64 bits, or to 32 bits and then
 * zero-extends when @alu32.
 */
void ebpf_scalar_sext(struct scalar *s, int size, bool alu32);

/**
 * ebpf_scalar_alu() - dst = dst OP src
 * @dst:   first operand and result
 * @src:   second operand; for EBPF_NEG unused; for EBPF_END unused
 * @op:    EBPF_OP(code): EBPF_ADD ... EBPF_ARSH, EBPF_DIV, EBPF_MOD, EBPF_NEG
 * @is64:  class ALU64 (else ALU: 32-bit, result zero-extended)
 * @is_signed: off == 1 of DIV and MOD
 *
 * Division and modulo have Linux's semantics: x / 0 = 0, x % 0 = x (32-bit:
 * zero-extended), INT_MIN / -1 = INT_MIN, INT_MIN % -1 = 0. Shift amounts are
 * taken modulo the width, as the machine does.
 */
void ebpf_scalar_alu(struct scalar *dst, const struct scalar *src, u8 op, bool is64,
		     bool is_signed);
/* Byte swap or truncation of EBPF_END: @bits 16, 32, 64; @swap: reverse bytes,
 * else only truncate (to_le on this machine).
 */
void ebpf_scalar_end(struct scalar *dst, int bits, bool swap);

/* Is "a OP b" decided? 1 always taken, 0 never, -1 either. @op is EBPF_OP() of a
 * conditional jump (EBPF_JEQ ... EBPF_JSLE, EBPF_JSET); @is32: class JMP32.
 */
int ebpf_scalar_branch(const struct scalar *a, const struct scalar *b, u8 op, bool is32);

/* Refines both operands of "a OP b" for the taken branch (@ta, @tb) and the
 * other (@fa, @fb); each is a copy of the operand on entry. An operand that must
 * not change (a constant) may be refined too: it stays what it is. A way that turns
 * out impossible is not refined. Returns as ebpf_scalar_branch(), which sees less.
 */
int ebpf_scalar_refine(struct scalar *ta, struct scalar *tb,
		       struct scalar *fa, struct scalar *fb, u8 op, bool is32);

#endif /* _VERIFIER_SCALAR_H */
