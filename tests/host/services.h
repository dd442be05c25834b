/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What tests can ask of the user-space services besides <ebpf/services.h>.
 */
#ifndef _TESTS_HOST_SERVICES_H
#define _TESTS_HOST_SERVICES_H

/* The n-th allocation from now (0: the next) fails, once; -1: none does. */
void test_fail_alloc(long n);

/* How often an EBPF_BUG_ON() struck since the start. Tests want 0. */
unsigned long test_bugs(void);

/* What ebpf_yield() answers from now on: 0, or -EAGAIN as if killed. */
void test_set_yield(int result);
/* How often it was called since the start. */
unsigned long test_yields(void);

/* What helpers/words.h answers from now on to who wants buffers made, and how many are in use. */
void test_set_words(int result);
unsigned int test_words_taken(void);

#endif /* _TESTS_HOST_SERVICES_H */
