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
 *   release FILE            print the kernel that a vmlinux or a module is of, if it says so
 *   known BTF NAMES         print how many functions of BTF the lines of /proc/kallsyms name,
 *                           and how many functions there are
 *   build-id FILE           print that of a vmlinux, or of notes as /sys/kernel/notes has them
 *   payload FILE OUT        write the compressed vmlinux of a vmlinuz to OUT
 *   pack LIST               write a pack to stdout; see ebpfdrv-btf.h
 *   list PACK               print what a pack holds, a line for each kernel: release, build-id,
 *                           SHA-256, bytes; /dev/stdin is a PACK, too
 *   unpack PACK N OUT       write the BTF of the Nth kernel to OUT
 *   version
 *
 * -n NAME before the command: what messages call the files that are read, of which
 * ebpfdrv-btf makes copies.
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

/* -n NAME: the file as its user knows it. */
static const char *shown_name;

const char *said_as(const char *path)
{
	return shown_name ? shown_name : path;
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
		die("%s: %s", said_as(path), strerror(errno));
	if (!S_ISREG(st.st_mode) || !st.st_size)
		die("%s: not a file with content", said_as(path));
	file.size = st.st_size;
	file.data = mmap(NULL, file.size, in_place ? PROT_READ | PROT_WRITE : PROT_READ,
			 in_place ? MAP_SHARED : MAP_PRIVATE, fd, 0);
	if (file.data == MAP_FAILED)
		die("%s: %s", said_as(path), strerror(errno));
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

static FILE *open_file(const char *path)
{
	FILE *file = fopen(path, "r");

	if (!file)
		die("%s: %s", said_as(path), strerror(errno));
	return file;
}

static const char *find_text(const struct blob *file, const char *text)
{
	return memmem(file->data, file->size, text, strlen(text));
}

/* The word at @at, if it is as long as a release can be. */
static int print_release(const struct blob *file, const char *at)
{
	const char *end = (const char *)file->data + file->size;
	size_t len;

	for (len = 0; at + len < end && len < 65 && at[len] > ' '; len++)
		;
	if (!len || len > 64)
		return 1;
	printf("%.*s\n", (int)len, at);
	return 0;
}

/* Status 1 and nothing printed where it does not say, as files of debug information alone. */
static int release(const char *path)
{
	static const char banner[] = "Linux version ", magic[] = "vermagic=";
	struct blob file = map_file(path, false), rest = file;
	const char *at;

	at = find_text(&file, magic);
	if (at && has_section(&file, path, ".modinfo"))
		return print_release(&file, at + strlen(magic));
	/* Formats have the same words; the kernel's own line goes on with a number. */
	while ((at = find_text(&rest, banner))) {
		at += strlen(banner);
		rest.size -= (const unsigned char *)at - rest.data;
		rest.data = (unsigned char *)at;
		if (rest.size && *at >= '0' && *at <= '9')
			return print_release(&file, at);
	}
	return 1;
}

/* 1 when @name is a function of @btf that has not been seen before. */
static __u32 is_new(const struct btf *btf, unsigned char *seen, const char *name)
{
	__u32 id = find_type(btf, EBPF_BTF_KIND_FUNC, name);

	return id && !seen[id] ? ++seen[id] : 0;
}

/* Lines are "address type name [module]". */
static int known(const char *btf_path, const char *names_path)
{
	struct btf btf = read_btf(btf_path);
	FILE *names = fopen(names_path, "r");
	char line[1024], name[512];
	__u32 i, functions = 0, found = 0;
	unsigned char *seen = check_alloc(calloc(btf.count + 1, 1));

	if (!names)
		die("%s: %s", names_path, strerror(errno));
	for (i = 0; i < btf.count; i++)
		functions += kind_at(&btf, i) == EBPF_BTF_KIND_FUNC;
	while (fgets(line, sizeof(line), names)) {
		if (sscanf(line, "%*s %*s %511s", name) != 1)
			continue;
		found += is_new(&btf, seen, name);
		/* What the compiler made of a function has its name with .isra.0 or the like. */
		name[strcspn(name, ".")] = '\0';
		found += is_new(&btf, seen, name);
	}
	fclose(names);
	printf("%u %u\n", found, functions);
	return 0;
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

	if (argc == 2 && !strcmp(argv[1], "version")) {
		puts(VERSION);
		return 0;
	}
	if (!strcmp(command, "-n")) {
		shown_name = argv[2];
		argv += 2;
		argc -= 2;
		command = argc > 2 ? argv[1] : "";
	}
	if (!strcmp(command, "release") && argc == 3)
		return release(argv[2]);
	if (!strcmp(command, "known") && argc == 4)
		return known(argv[2], argv[3]);
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
			die("%s: no .BTF section", said_as(argv[2]));
		write_file(argv[3], &section, 1);
		return 0;
	}
	if (!strcmp(command, "build-id") && argc == 3) {
		file = map_file(argv[2], false);
		return print_build_id(&file, argv[2]);
	}
	if (!strcmp(command, "payload") && argc == 4) {
		file = map_file(argv[2], false);
		section = find_payload(&file, argv[2]);
		write_file(argv[3], &section, 1);
		return 0;
	}
	if (!strcmp(command, "pack") && argc == 3) {
		write_pack(open_file(argv[2]), stdout);
		return 0;
	}
	if (!strcmp(command, "list") && argc == 3) {
		read_pack(open_file(argv[2]), said_as(argv[2]), stdout, 0, NULL);
		return 0;
	}
	if (!strcmp(command, "unpack") && argc == 5 && strtoul(argv[3], NULL, 10)) {
		read_pack(open_file(argv[2]), said_as(argv[2]), NULL, strtoul(argv[3], NULL, 10),
			  argv[4]);
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
		modernize(&btf, stdout);
		tidy_names(&btf);
		write_btf(&btf, argv[3]);
		return 0;
	}
	fprintf(stderr, "usage: %s [-n NAME] has FILE SECTION | hide-count FILE | equalize FILE | "
		"extract FILE OUT | modernize IN OUT [VMLINUX] | release FILE | known BTF NAMES | "
		"build-id FILE | payload FILE OUT | pack LIST | list PACK | unpack PACK N OUT | "
		"version\n", program);
	return 2;
}
