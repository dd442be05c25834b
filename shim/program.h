/* SPDX-License-Identifier: GPL-2.0-only */
/* What kind of program a file is: will the dynamic linker preload a library into it? */
#ifndef _SHIM_PROGRAM_H
#define _SHIM_PROGRAM_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/**
 * struct obstacle - why LD_PRELOAD does not work
 * @kind: in one word, for programs: static, go, musl, elf-class, set-uid, set-gid or
 *        capabilities
 * @what: what follows the program's name in a sentence
 * @path: the program, or the interpreter of a script
 */
struct obstacle {
	const char *kind;
	const char *what;
	char path[PATH_MAX];
};

/*
 * Only what is certain. A file that cannot be read or that exec would refuse has none: exec
 * says that best.
 */
bool find_obstacle(const char *path, struct obstacle *obstacle);

/*
 * As execvp() searches. Return: 0 with @path, or an errno; that of a name with a slash
 * is its own.
 */
int find_program(const char *name, char *path, size_t size);

/* Near this program, where a build tree has it, then where it is installed. */
bool find_library(char *path, size_t size);

/* Whether @path is a libebpfdrv.so that this machine's dynamic linker takes. Return: NULL, or
 * what is wrong with it.
 */
const char *library_fault(const char *path);

#endif /* _SHIM_PROGRAM_H */
