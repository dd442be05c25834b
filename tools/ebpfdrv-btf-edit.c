// SPDX-License-Identifier: GPL-2.0-only
/*
 * The steps of ebpfdrv-btf that need to look inside a file:
 *
 *   has FILE SECTION        status 0 when the ELF file has that section
 *   hide-count FILE         print how many names `equalize` would change
 *   equalize FILE           make RHEL's per-file names equal, in place
 *   extract FILE OUT        write the .BTF section to OUT
 *   modernize IN OUT [VMLINUX]
 *                           write BTF with the names that modern programs use;
 *                           the types of tracepoints need the kernel's symbols
 *
 * It needs libc only, so that it builds on any distribution. Numbers are those
 * of a little-endian machine, as in the files.
 */
#define _GNU_SOURCE
#include "ebpfdrv-btf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char program[] = "ebpfdrv-btf-edit";

void die(const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s: ", program);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

void *check_alloc(void *p)
{
	if (!p)
		die("out of memory");
	return p;
}

struct blob map_file(const char *path, bool in_place)
{
	struct blob file;
	struct stat st;
	int fd;

	fd = open(path, in_place ? O_RDWR : O_RDONLY);
	if (fd < 0 || fstat(fd, &st))
		die("%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode) || !st.st_size)
		die("%s: not a file with content", path);
	file.size = st.st_size;
	file.data = mmap(NULL, file.size, in_place ? PROT_READ | PROT_WRITE : PROT_READ,
			 in_place ? MAP_SHARED : MAP_PRIVATE, fd, 0);
	if (file.data == MAP_FAILED)
		die("%s: %s", path, strerror(errno));
	close(fd);
	return file;
}

void write_file(const char *path, const struct blob *parts, int count)
{
	FILE *file = fopen(path, "w");
	int i;

	if (!file)
		die("%s: %s", path, strerror(errno));
	for (i = 0; i < count; i++)
		if (fwrite(parts[i].data, 1, parts[i].size, file) != parts[i].size)
			die("%s: %s", path, strerror(errno));
	if (fclose(file))
		die("%s: %s", path, strerror(errno));
}

static int has(const char *path, const char *section)
{
	struct blob file = map_file(path, false);

	return !has_section(&file, path, section);
}

int main(int argc, char **argv)
{
	const char *command = argc > 2 ? argv[1] : "";
	struct blob file, section;
	unsigned int merged, probes;
	struct btf btf;

	if (!strcmp(command, "has") && argc == 4)
		return has(argv[2], argv[3]);
	if ((!strcmp(command, "equalize") || !strcmp(command, "hide-count")) && argc == 3) {
		file = map_file(argv[2], command[0] == 'e');
		section = find_section(&file, argv[2], ".debug_str");
		printf("%lu\n", equalize(section, command[0] == 'e'));
		return 0;
	}
	if (!strcmp(command, "extract") && argc == 4) {
		file = map_file(argv[2], false);
		section = find_section(&file, argv[2], ".BTF");
		if (!section.size)
			die("%s: no .BTF section", argv[2]);
		write_file(argv[3], &section, 1);
		return 0;
	}
	if (!strcmp(command, "modernize") && (argc == 4 || argc == 5)) {
		btf = read_btf(argv[2]);
		merged = merge_copies(&btf);
		if (merged)
			printf("%u copies merged; ", merged);
		probes = argc == 5 ? add_probe_types(&btf, argv[4]) : 0;
		if (probes)
			printf("%u tracepoints typed; ", probes);
		modernize(&btf);
		write_btf(&btf, argv[3]);
		return 0;
	}
	fprintf(stderr, "usage: %s has FILE SECTION | hide-count FILE | equalize FILE | "
		"extract FILE OUT | modernize IN OUT [VMLINUX]\n", program);
	return 2;
}
