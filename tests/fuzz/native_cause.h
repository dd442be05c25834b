/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where two verifiers part ways: the way on which the kernel's refused a program is
 * read from its log and walked again with ours, instruction by instruction, and what
 * the refusal rests on is traced back to the instruction of which ours learned
 * more.
 */
#ifndef _TESTS_FUZZ_NATIVE_CAUSE_H
#define _TESTS_FUZZ_NATIVE_CAUSE_H

#include <ebpf/verifier.h>

#define CAUSE_MAX	96

/* @log: the kernel's, level 1. Writes e.g. "jmp32 jsgt K refines" or "alu64 or X" to
 * @to, CAUSE_MAX bytes; false: not found. @dead: ours knows that the program never goes
 * that way. @show: prints what both know there.
 */
bool native_cause(const struct ebpf_load *load, const char *log, bool show, char *to, bool *dead);

/* Ours refused a sum for its offset, told last in @our_log. Does the kernel, in @log (of
 * level 2, and it accepts), know less of that offset?
 */
bool native_offset_open(const struct ebpf_load *load, const char *log, const char *our_log);

#endif /* _TESTS_FUZZ_NATIVE_CAUSE_H */
