// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include "program.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define LIBRARY		"libebpfdrv.so"

/* Scripts of scripts. */
#define MAX_DEPTH	4

/* A regular file, mapped. */
struct image {
	const unsigned char *data;
	size_t size;
	struct stat st;
};

/* Return: 0 or an errno. */
static int map_image(const char *path, struct image *image)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), error = 0;

	if (fd < 0)
		return errno;
	if (fstat(fd, &image->st))
		error = errno;
	else if (!S_ISREG(image->st.st_mode))
		error = S_ISDIR(image->st.st_mode) ? EISDIR : EINVAL;
	else if (image->st.st_size < SELFMAG)
		error = ENOEXEC;
	image->size = image->st.st_size;
	if (!error) {
		image->data = mmap(NULL, image->size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (image->data == MAP_FAILED)
			error = errno;
	}
	close(fd);
	return error;
}

static bool in_image(const struct image *image, size_t start, size_t len)
{
	return start <= image->size && len <= image->size - start;
}

/* --- ELF ------------------------------------------------------------------------- */

/* Go's linker leaves a note in its own name; others may stand before it. */
static bool has_go_note(const unsigned char *notes, size_t size)
{
	Elf64_Nhdr note;
	size_t at = 0;

	while (at <= size && size - at >= sizeof(note) + 4) {
		memcpy(&note, notes + at, sizeof(note));
		at += sizeof(note);
		if (note.n_namesz == 4 && !memcmp(notes + at, "Go\0", 4))
			return true;
		at += (((size_t)note.n_namesz + 3) & ~3ul) + (((size_t)note.n_descsz + 3) & ~3ul);
	}
	return false;
}

/* What was seen of a program's headers. */
struct traits {
	bool interpreter, musl, go;
};

static void look_at(const struct image *image, const Elf64_Phdr *phdr, struct traits *traits)
{
	const unsigned char *data = image->data + phdr->p_offset;

	if (!in_image(image, phdr->p_offset, phdr->p_filesz))
		return;
	if (phdr->p_type == PT_INTERP) {
		traits->interpreter = true;
		traits->musl = memmem(data, phdr->p_filesz, "/ld-musl-", 9);
	}
	if (phdr->p_type == PT_NOTE)
		traits->go |= has_go_note(data, phdr->p_filesz);
}

static bool is_elf64(const struct image *image)
{
	return image->size >= sizeof(Elf64_Ehdr) && image->data[EI_CLASS] == ELFCLASS64;
}

static bool judge_elf(const struct image *image, struct obstacle *obstacle)
{
	const Elf64_Ehdr *ehdr = (const void *)image->data;
	struct traits traits = { false, false, false };
	Elf64_Phdr phdr;
	unsigned int i;

	if (!is_elf64(image)) {
		obstacle->kind = "elf-class";
		obstacle->what = "is not a 64-bit program";
		return true;
	}
	if (ehdr->e_phentsize != sizeof(phdr) ||
	    !in_image(image, ehdr->e_phoff, ehdr->e_phnum * sizeof(phdr)))
		return false;
	for (i = 0; i < ehdr->e_phnum; i++) {
		memcpy(&phdr, image->data + ehdr->e_phoff + i * sizeof(phdr), sizeof(phdr));
		look_at(image, &phdr, &traits);
	}
	/* Go makes its system calls itself, even where it links libc. */
	if (traits.go) {
		obstacle->kind = "go";
		obstacle->what = "is a Go program and makes system calls without libc";
	} else if (traits.musl) {
		obstacle->kind = "musl";
		obstacle->what = "is linked with musl, and the library with glibc";
	} else if (!traits.interpreter) {
		obstacle->kind = "static";
		obstacle->what = "is statically linked";
	}
	return obstacle->kind;
}

/* --- all programs ------------------------------------------------------------------ */

/* A script runs by its interpreter: judge that one. */
static bool script_interpreter(const struct image *image, char *path, size_t path_size)
{
	const char *text = (const char *)image->data;
	size_t start = 2, end, size = image->size < PATH_MAX ? image->size : PATH_MAX;

	while (start < size && (text[start] == ' ' || text[start] == '\t'))
		start++;
	for (end = start; end < size && !strchr(" \t\r\n", text[end]); end++)
		;
	return end > start &&
	       snprintf(path, path_size, "%.*s", (int)(end - start), text + start) < (int)path_size;
}

/* The dynamic linker only distrusts a change of privilege. */
static bool judge_privilege(const char *path, const struct stat *st, struct obstacle *obstacle)
{
	if ((st->st_mode & S_ISUID) && st->st_uid != getuid()) {
		obstacle->kind = "set-uid";
		obstacle->what = "is set-user-ID";
	} else if ((st->st_mode & S_ISGID) && (st->st_mode & S_IXGRP) && st->st_gid != getgid()) {
		obstacle->kind = "set-gid";
		obstacle->what = "is set-group-ID";
	} else if (getuid() && getxattr(path, "security.capability", NULL, 0) > 0) {
		obstacle->kind = "capabilities";
		obstacle->what = "has file capabilities";
	}
	return obstacle->kind;
}

static bool judge(const char *path, struct obstacle *obstacle, int depth)
{
	char interpreter[PATH_MAX];
	struct image image;
	bool elf, script = false, found;

	if (map_image(path, &image))
		return false;
	obstacle->kind = NULL;
	snprintf(obstacle->path, sizeof(obstacle->path), "%s", path);
	elf = !memcmp(image.data, ELFMAG, SELFMAG);
	if (!elf && depth < MAX_DEPTH && !memcmp(image.data, "#!", 2))
		script = script_interpreter(&image, interpreter, sizeof(interpreter));
	/* The kernel gives scripts no privilege. */
	found = elf && (judge_privilege(path, &image.st, obstacle) || judge_elf(&image, obstacle));
	munmap((void *)image.data, image.size);
	return script ? judge(interpreter, obstacle, depth + 1) : found;
}

bool find_obstacle(const char *path, struct obstacle *obstacle)
{
	return judge(path, obstacle, 0);
}

int find_program(const char *name, char *path, size_t size)
{
	const char *dirs = getenv("PATH"), *end;
	struct stat st;

	if (strchr(name, '/') || !*name) {
		if (snprintf(path, size, "%s", name) >= (int)size)
			return ENAMETOOLONG;
		return stat(path, &st) ? errno : 0;
	}
	if (!dirs)
		dirs = "/bin:/usr/bin";
	for (; ; dirs = end + 1) {
		end = strchrnul(dirs, ':');
		snprintf(path, size, "%.*s%s%s", (int)(end - dirs), dirs,
			 end == dirs ? "" : "/", name);
		if (!access(path, X_OK) && !stat(path, &st) && S_ISREG(st.st_mode))
			return 0;
		if (!*end)
			return ENOENT;
	}
}

bool find_library(char *path, size_t size)
{
	static const char *const places[] = { "%s/" LIBRARY, "%s/../" LIBRARY,
					      "%s/../lib64/" LIBRARY, "%s/../lib/" LIBRARY };
	char self[PATH_MAX], candidate[PATH_MAX + 32];
	ssize_t len;
	size_t i;

	len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (len > 0) {
		self[len] = '\0';
		*strrchr(self, '/') = '\0';
		for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
			snprintf(candidate, sizeof(candidate), places[i], self);
			if (!access(candidate, R_OK) && realpath(candidate, path))
				return true;
		}
	}
	snprintf(path, size, "%s/" LIBRARY, LIBDIR);
	return !access(path, R_OK);
}

const char *library_fault(const char *path)
{
	const Elf64_Ehdr *ehdr;
	const char *fault = NULL;
	struct image image;
	int error = map_image(path, &image);

	if (error)
		return error == ENOEXEC || error == EINVAL ? "no library" : strerror(error);
	ehdr = (const void *)image.data;
	if (memcmp(image.data, ELFMAG, SELFMAG))
		fault = "no library";
	else if (!is_elf64(&image) || ehdr->e_machine != EM_X86_64 || ehdr->e_type != ET_DYN)
		fault = "no library for x86_64";
	else if (!memmem(image.data, image.size, LIBRARY, sizeof(LIBRARY)))
		fault = "another library than " LIBRARY;
	munmap((void *)image.data, image.size);
	return fault;
}
