/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For tests that look at addresses: names of the kernel's functions, and where something is
 * in the file that the test is.
 */
#ifndef _TESTS_ADDR_LIB_H
#define _TESTS_ADDR_LIB_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KSYMS_MAX	400000
/* Where modules are, and programs of the kernel's own bpf(2). */
#define KSYM_MODULES	0xffffffffc0000000ULL

static struct ksym {
	unsigned long long addr;
	char name[56];
} *ksyms;
static size_t nr_ksyms;

static inline int ksym_cmp(const void *a, const void *b)
{
	unsigned long long left = ((const struct ksym *)a)->addr;
	unsigned long long right = ((const struct ksym *)b)->addr;

	return left < right ? -1 : left > right;
}

/* All functions of the kernel proper; false where they are not told. */
static inline bool ksyms_read(void)
{
	FILE *f = fopen("/proc/kallsyms", "r");
	unsigned long long addr;
	char line[512], name[256], type;

	ksyms = malloc(KSYMS_MAX * sizeof(*ksyms));
	while (f && ksyms && nr_ksyms < KSYMS_MAX && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%llx %c %255s", &addr, &type, name) != 3 || !addr ||
		    !strchr("tTwW", type) || strchr(line, '['))
			continue;
		ksyms[nr_ksyms].addr = addr;
		snprintf(ksyms[nr_ksyms++].name, sizeof(ksyms->name), "%.55s", name);
	}
	if (f)
		fclose(f);
	if (nr_ksyms)
		qsort(ksyms, nr_ksyms, sizeof(*ksyms), ksym_cmp);
	return nr_ksyms;
}

/* The function that @ip is in, as a place that it returns to: the last instruction of one
 * may be a call. "?": unknown.
 */
static inline const char *ksym_of(unsigned long long ip)
{
	size_t low = 0, high = nr_ksyms;

	if (ip >= KSYM_MODULES)
		return "?";
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (ksyms[mid].addr < ip)
			low = mid + 1;
		else
			high = mid;
	}
	return low ? ksyms[low - 1].name : "?";
}

static inline unsigned long long file_offset(unsigned long long addr)
{
	unsigned long long start, end, off, found = 0;
	FILE *f = fopen("/proc/self/maps", "r");
	char line[512], perms[8];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%llx-%llx %7s %llx", &start, &end, perms, &off) == 4 &&
		    addr >= start && addr < end)
			found = addr - start + off;
	if (f)
		fclose(f);
	return found;
}

/* The test's own file by name, which others can open, and where in it @code is; 0: unknown. */
static inline unsigned long long own_offset(const void *code, char *exe, size_t size)
{
	ssize_t len = readlink("/proc/self/exe", exe, size - 1);

	exe[len > 0 ? len : 0] = 0;
	return file_offset((uintptr_t)code);
}

#endif /* _TESTS_ADDR_LIB_H */
