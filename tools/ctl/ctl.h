/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of ebpfdrvctl share. */
#ifndef _EBPFDRVCTL_H
#define _EBPFDRVCTL_H

#include <ctype.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include <ebpfdrv/ebpfdrv.h>

/* Of scripts' interest; also in the help text and ebpfdrvctl(8). */
#define EXIT_FINE	0
#define EXIT_BROKEN	1	/* programs do not run */
#define EXIT_PARTLY	2	/* they do, but something does not work */
#define EXIT_MISUSED	3

/* --- where things are (files.c) --- */

/**
 * struct machine - what is looked at
 * @root:    what stands before each path: "", or a directory with the files of another machine
 * @release: of the kernel, as uname -r prints it
 * @device:  the device node (EBPFDRV_DEVICE)
 */
struct machine {
	const char *root;
	char release[80];
	char device[PATH_MAX];
};

extern struct machine machine;

/* A path below the root. Valid until the fourth call after it. */
const char *at(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
bool exists(const char *path);

/* The first line of a file, without its end; empty when there is none. */
void first_line(const char *path, char *line, size_t size);
/* Whether the beginning of a file (64 MiB) holds these bytes. */
bool holds(const char *path, const char *text);
/* The word behind @text in a file. Return: false when it is not there. */
bool word_behind(const char *path, const char *text, char *word, size_t size);
/* A tool of ours, installed or in the build tree. Return: false when it is not there. */
bool find_tool(const char *name, char *path, size_t size);

/* --- what is found (report.c) --- */

enum verdict {
	FINE,		/* nothing to do */
	NOTED,		/* worth knowing */
	LACKING,	/* something does not work */
	BROKEN,		/* programs do not run */
};

/* @todo: what to do about it, or NULL */
void report(enum verdict verdict, const char *name, const char *todo, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* Print it all. Return: the exit status. */
int print_report(bool json);
/* A string in quotes. */
void print_json_string(const char *text);

/* --- names that others chose --- */

/* @c as it may be shown: who looks may be root at a terminal. */
static inline char printable(char c)
{
	return isprint((unsigned char)c) ? c : '?';
}

/* --- the device (device.c) --- */

/**
 * struct device - the device, when it can be used
 * @fd:    open, or -1
 * @error: of opening it, else 0
 * @ours:  it answers as ebpfdrv.ko does
 */
struct device {
	int fd, error;
	bool ours;
	struct ebpfdrv_info info;
};

void open_device(struct device *device);
/* Return: as bpf(2), with errno */
long device_bpf(int fd, unsigned int cmd, void *attr);

/* --- commands --- */

/* @program: whom to look at, too, or NULL */
int doctor(const char *program, bool json);
int status(bool json);
int top(unsigned int seconds, unsigned int rounds);
/* @what: "on", "off" or "status" */
int takeover(const char *what);

/* --- parts of doctor() --- */

void check_kernel(void);
void check_module(bool loaded);
void check_device(const struct device *device, bool loaded);
void check_rights(void);
void check_types(const struct device *device);
void check_tracing(const struct device *device);
void check_selinux(void);
void check_library(void);
void check_program(const char *name, const struct device *device);

#endif /* _EBPFDRVCTL_H */
