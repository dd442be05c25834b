// SPDX-License-Identifier: GPL-2.0-only
/*
 * ebpfdrv-run PROG [ARG...]: start PROG with libebpfdrv.so preloaded, and say
 * so beforehand when the dynamic linker will not honour that.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define LIBRARY		"libebpfdrv.so"
#define EXIT_USAGE	125
#define EXIT_NO_EXEC	126
#define EXIT_NOT_FOUND	127

static void help(FILE *out)
{
	fprintf(out,
"usage: ebpfdrv-run [--debug] [--] PROG [ARG...]\n"
"\n"
"Runs PROG with its bpf(2) and perf_event_open(2) calls served by ebpfdrv.ko.\n"
"The module must be loaded (modprobe ebpfdrv) and PROG started as root.\n"
"\n"
"  --debug     log each call to stderr (EBPFDRV_DEBUG=1)\n"
"  --help      this text\n"
"  --version   the version\n"
"\n"
"Environment:\n"
"  EBPFDRV_LIBRARY  path of " LIBRARY ", if it is neither beside ebpfdrv-run\n"
"                   nor in " LIBDIR "\n"
"  EBPFDRV_DEVICE   device node (default /dev/ebpfdrv)\n"
"  EBPFDRV_BTF      BTF file to use when the module serves none\n"
"  EBPFDRV_DEBUG    1: log each call to stderr\n"
"  EBPFDRV          whose bpf(2): always the module's (default), never, or auto:\n"
"                   the kernel's own where it has what the module has\n"
"  EBPFDRV_DISABLE  1: change nothing (EBPFDRV=never)\n");
}

static bool is_library(const char *path)
{
	return !access(path, R_OK);
}

/* Beside this program, where a build tree has it; then where it is installed. */
static bool find_library(char *path, size_t size)
{
	static const char *const places[] = { "%s/" LIBRARY, "%s/../lib64/" LIBRARY,
					      "%s/../lib/" LIBRARY };
	const char *chosen = secure_getenv("EBPFDRV_LIBRARY");
	char self[PATH_MAX], candidate[PATH_MAX + 32];
	ssize_t len;
	size_t i;

	if (chosen && *chosen)
		return realpath(chosen, self) && snprintf(path, size, "%s", self) < (int)size;
	len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (len > 0) {
		self[len] = '\0';
		*strrchr(self, '/') = '\0';
		for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
			snprintf(candidate, sizeof(candidate), places[i], self);
			if (is_library(candidate) && realpath(candidate, path))
				return true;
		}
	}
	snprintf(path, size, "%s/" LIBRARY, LIBDIR);
	return is_library(path);
}

/* As execvp() searches. */
static bool find_program(const char *name, char *path, size_t size)
{
	const char *dirs = getenv("PATH"), *end;
	struct stat st;

	if (strchr(name, '/'))
		return snprintf(path, size, "%s", name) < (int)size && !stat(path, &st);
	if (!dirs)
		dirs = "/bin:/usr/bin";
	for (; ; dirs = end + 1) {
		end = strchrnul(dirs, ':');
		snprintf(path, size, "%.*s%s%s", (int)(end - dirs), dirs,
			 end == dirs ? "" : "/", name);
		if (!access(path, X_OK) && !stat(path, &st) && S_ISREG(st.st_mode))
			return true;
		if (!*end)
			return false;
	}
}

static void warn(const char *path, const char *why)
{
	fprintf(stderr, "ebpfdrv-run: %s %s: LD_PRELOAD cannot work, its bpf calls go to the kernel\n",
		path, why);
}

static bool in_image(size_t size, size_t start, size_t len)
{
	return start <= size && len <= size - start;
}

/* Go's linker leaves a note in its own name; others may stand before it. */
static bool has_go_note(const unsigned char *notes, size_t size)
{
	Elf64_Nhdr note;
	size_t at = 0;

	while (in_image(size, at, sizeof(note) + 4)) {
		memcpy(&note, notes + at, sizeof(note));
		at += sizeof(note);
		if (note.n_namesz == 4 && !memcmp(notes + at, "Go\0", 4))
			return true;
		at += (((size_t)note.n_namesz + 3) & ~3ul) + (((size_t)note.n_descsz + 3) & ~3ul);
	}
	return false;
}

static bool is_go_note(const unsigned char *image, size_t size, const Elf64_Phdr *phdr)
{
	return phdr->p_type == PT_NOTE && in_image(size, phdr->p_offset, phdr->p_filesz) &&
	       has_go_note(image + phdr->p_offset, phdr->p_filesz);
}

static void check_elf(const char *path, const unsigned char *image, size_t size)
{
	const Elf64_Ehdr *ehdr = (const void *)image;
	bool interpreter = false, go = false;
	const Elf64_Phdr *phdr;
	unsigned int i;

	if (size < sizeof(*ehdr) || ehdr->e_ident[EI_CLASS] != ELFCLASS64) {
		warn(path, "is not a 64-bit program");
		return;
	}
	if (ehdr->e_phentsize != sizeof(*phdr) ||
	    !in_image(size, ehdr->e_phoff, ehdr->e_phnum * sizeof(*phdr)))
		return;
	phdr = (const void *)(image + ehdr->e_phoff);
	for (i = 0; i < ehdr->e_phnum; i++) {
		interpreter |= phdr[i].p_type == PT_INTERP;
		go |= is_go_note(image, size, &phdr[i]);
	}
	/* Go makes its system calls itself, even where it links libc. */
	if (go)
		warn(path, "is a Go program and makes system calls without libc");
	else if (!interpreter)
		warn(path, "is statically linked");
}

/* A script runs by its interpreter: judge that one. */
static bool script_interpreter(const char *image, size_t size, char *path, size_t path_size)
{
	size_t start = 2, end;

	while (start < size && (image[start] == ' ' || image[start] == '\t'))
		start++;
	for (end = start; end < size && !strchr(" \t\r\n", image[end]); end++)
		;
	return end > start &&
	       snprintf(path, path_size, "%.*s", (int)(end - start), image + start) < (int)path_size;
}

static void check_privilege(const char *path, const struct stat *st)
{
	/* The dynamic linker only distrusts a change of privilege. */
	if ((st->st_mode & S_ISUID) && st->st_uid != getuid())
		warn(path, "is set-user-ID");
	else if ((st->st_mode & S_ISGID) && (st->st_mode & S_IXGRP) && st->st_gid != getgid())
		warn(path, "is set-group-ID");
	else if (getuid() && getxattr(path, "security.capability", NULL, 0) > 0)
		warn(path, "has file capabilities");
}

/* Warn about what is certain; exec itself reports everything else. */
static void check_program(const char *path, int depth)
{
	char interpreter[PATH_MAX];
	struct stat st;
	void *image;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size < SELFMAG) {
		close(fd);
		return;
	}
	image = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (image == MAP_FAILED)
		return;
	check_privilege(path, &st);
	if (!memcmp(image, ELFMAG, SELFMAG))
		check_elf(path, image, st.st_size);
	else if (!memcmp(image, "#!", 2) && depth < 4 &&
		 script_interpreter(image, st.st_size, interpreter, sizeof(interpreter)))
		check_program(interpreter, depth + 1);
	munmap(image, st.st_size);
}

/* The dynamic linker splits the list at colons and white space. */
static int preload(const char *library)
{
	const char *others = getenv("LD_PRELOAD");
	char *list;
	int ret;

	if (strpbrk(library, ": \t\n")) {
		fprintf(stderr, "ebpfdrv-run: %s: LD_PRELOAD takes no path with a colon or a blank: move it\n",
			library);
		return -1;
	}
	if (!others || !*others)
		return setenv("LD_PRELOAD", library, 1);
	if (asprintf(&list, "%s:%s", library, others) < 0)
		return -1;
	ret = setenv("LD_PRELOAD", list, 1);
	free(list);
	return ret;
}

static int run(char **argv)
{
	char library[PATH_MAX], program[PATH_MAX];

	if (!find_library(library, sizeof(library))) {
		fprintf(stderr, "ebpfdrv-run: " LIBRARY " not found beside ebpfdrv-run nor in " LIBDIR
			": run make install, or set EBPFDRV_LIBRARY\n");
		return EXIT_USAGE;
	}
	if (!find_program(argv[0], program, sizeof(program))) {
		fprintf(stderr, "ebpfdrv-run: %s: command not found\n", argv[0]);
		return EXIT_NOT_FOUND;
	}
	check_program(program, 0);
	if (preload(library))
		return EXIT_USAGE;
	execv(program, argv);
	fprintf(stderr, "ebpfdrv-run: %s: %s\n", program, strerror(errno));
	return errno == ENOENT ? EXIT_NOT_FOUND : EXIT_NO_EXEC;
}

int main(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		if (!strcmp(argv[i], "--")) {
			i++;
			break;
		}
		if (!strcmp(argv[i], "--help")) {
			help(stdout);
			return 0;
		}
		if (!strcmp(argv[i], "--version")) {
			puts("ebpfdrv-run " VERSION);
			return 0;
		}
		if (strcmp(argv[i], "--debug") || setenv("EBPFDRV_DEBUG", "1", 1)) {
			fprintf(stderr, "ebpfdrv-run: %s: unknown option\n", argv[i]);
			help(stderr);
			return EXIT_USAGE;
		}
	}
	if (i >= argc) {
		help(stderr);
		return EXIT_USAGE;
	}
	return run(argv + i);
}
