/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a test may tell the library that makes its calls fail (faults.c), where it is preloaded;
 * elsewhere nothing happens.
 */
#ifndef _TESTS_FAULTS_H
#define _TESTS_FAULTS_H

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>

/* While a program of the test counts what the test does, which the library does as well: no
 * call fails.
 */
static inline void faults_hold(bool hold)
{
	int *held = dlsym(NULL, "faults_held");

	if (held)
		*held = hold;
}

#define FAULTS_DENSE	150

/* From which on not each of a call's faults is tried: fewer for tests of many long calls. */
static inline void faults_dense(unsigned int n)
{
	unsigned int *dense = dlsym(NULL, "faults_dense_to");

	if (dense)
		*dense = n;
}

#endif /* _TESTS_FAULTS_H */
