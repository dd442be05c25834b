/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What ebpfdrv-btf-edit.c is to the tool's other files, for tests of these: a message ends a
 * case, not the process, and files are in memory. Included once per program.
 */
#ifndef _TESTS_HOST_BTF_EDIT_HOST_H
#define _TESTS_HOST_BTF_EDIT_HOST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "tools/ebpfdrv-btf.h"

/* What has not ended then never does. */
#define SECONDS		300

/* LeakSanitizer: what die() leaves is lost, as the process would be. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

/* Where die() goes on, and what it said. */
static jmp_buf died;
static char message[512];

/* The test's: what stands for the file of that name. */
static struct blob *file_of(const char *path);

void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	longjmp(died, 1);
}

void *check_alloc(void *p)
{
	if (!p)
		abort();
	return p;
}

const char *said_as(const char *path)
{
	return path;
}

/* A copy that is unmapped, so that reading behind it is seen. */
struct blob map_file(const char *path, bool in_place)
{
	const struct blob *from = file_of(path);
	struct blob file = { NULL, from->size };

	if (!from->size)
		die("%s: not a file with content", path);
	file.data = mmap(NULL, from->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (file.data == MAP_FAILED)
		abort();
	memcpy(file.data, from->data, from->size);
	return file;
}

void write_file(const char *path, const struct blob *parts, int count)
{
	struct blob *to = file_of(path);
	int i;

	to->size = 0;
	for (i = 0; i < count; i++)
		to->size += parts[i].size;
	to->data = check_alloc(realloc(to->data, to->size + 1));
	to->size = 0;
	for (i = 0; i < count; i++) {
		memcpy(to->data + to->size, parts[i].data, parts[i].size);
		to->size += parts[i].size;
	}
}

#endif
