// SPDX-License-Identifier: GPL-2.0-only
/*
 * libc's open, fopen and access families. The real function always runs
 * first: its result stands unless the table in paths.c has another answer, so
 * every other program sees no difference, bad pointers and cancellation
 * included.
 */
#define _GNU_SOURCE
#include "shim.h"
#include "sys.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#ifndef O_TMPFILE
#define O_TMPFILE	(020000000 | O_DIRECTORY)
#endif

/*
 * The version of dlsym() that every x86_64 glibc has, so that a library built
 * on a new distribution loads on an old one.
 */
__asm__(".symver dlsym, dlsym@GLIBC_2.2.5");

/*
 * The next definition of a function, found once. dlsym() may itself come back
 * here (a preloaded malloc that opens a file): @busy then sends the inner
 * call to the kernel directly.
 */
struct next {
	const char *name;
	void *function;
};

static __thread int busy __attribute__((tls_model("initial-exec")));

static void *find_next(struct next *next)
{
	void *function = __atomic_load_n(&next->function, __ATOMIC_ACQUIRE);
	int saved;

	if (function || busy)
		return function;
	saved = errno;
	busy = 1;
	function = dlsym(RTLD_NEXT, next->name);
	busy = 0;
	errno = saved;
	__atomic_store_n(&next->function, function, __ATOMIC_RELEASE);
	return function;
}

static struct next next_open = { "open", NULL };
static struct next next_open64 = { "open64", NULL };
static struct next next_openat = { "openat", NULL };
static struct next next_openat64 = { "openat64", NULL };
static struct next next_open_2 = { "__open_2", NULL };
static struct next next_open64_2 = { "__open64_2", NULL };
static struct next next_openat_2 = { "__openat_2", NULL };
static struct next next_openat64_2 = { "__openat64_2", NULL };
static struct next next_fopen = { "fopen", NULL };
static struct next next_fopen64 = { "fopen64", NULL };
static struct next next_access = { "access", NULL };
static struct next next_faccessat = { "faccessat", NULL };
static struct next next_euidaccess = { "euidaccess", NULL };
static struct next next_eaccess = { "eaccess", NULL };

/*
 * All of them at once, before the program runs: dlsym() takes the dynamic
 * linker's lock, which a signal handler or the child of a threaded process had
 * better not wait for.
 */
__attribute__((constructor))
static void find_all(void)
{
	static struct next *const all[] = {
		&next_open, &next_open64, &next_openat, &next_openat64, &next_open_2,
		&next_open64_2, &next_openat_2, &next_openat64_2, &next_fopen, &next_fopen64,
		&next_access, &next_faccessat, &next_euidaccess, &next_eaccess,
	};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		find_next(all[i]);
}

bool shim_file_allowed(size_t size)
{
	struct rlimit limit;

	return sys3(SYS_getrlimit, RLIMIT_FSIZE, (long)&limit, 0) || limit.rlim_cur >= size;
}

/* -1 before Linux 3.17, and where there is no room. */
static int content_memfd(const char *text, size_t len, int flags)
{
	long fd = -1;

	if (shim_file_allowed(len))
		fd = sys3(SYS_memfd_create, (long)"ebpfdrv",
			  flags & O_CLOEXEC ? 1 /* MFD_CLOEXEC */ : 0, 0);
	if (fd < 0)
		return -1;
	if (sys3(SYS_write, fd, (long)text, len) == (long)len &&
	    !sys3(SYS_lseek, fd, 0, SEEK_SET))
		return fd;
	sys3(SYS_close, fd, 0, 0);
	return -1;
}

/* A descriptor from which @text can be read: a pipe holds these few bytes as well. */
static int content_fd(const char *text, int flags)
{
	size_t len = strlen(text);
	int fds[2];
	long fd = content_memfd(text, len, flags);

	if (fd >= 0)
		return fd;
	fd = sys3(SYS_pipe2, (long)fds, flags & O_CLOEXEC, 0);
	if (fd < 0)
		return shim_result(fd);
	fd = sys3(SYS_write, fds[1], (long)text, len);
	sys3(SYS_close, fds[1], 0, 0);
	if (fd == (long)len)
		return fds[0];
	sys3(SYS_close, fds[0], 0, 0);
	return shim_result(fd < 0 ? fd : -EIO);
}

/*
 * What open gives for a path that the shim answers. @fd is what the real
 * function gave, with errno; it is given back if the shim has no answer.
 */
static int answer_open(int fd, const char *path, int flags, mode_t mode)
{
	struct shim_path answer;
	int saved = errno;

	if (shim_path_lookup(path, fd < 0 ? saved : 0, &answer) == SHIM_NATIVE)
		return fd < 0 ? fd : shim_kernel_config(fd, path, flags);
	if (fd >= 0)
		sys3(SYS_close, fd, 0, 0);
	if (answer.answer == SHIM_REDIRECT)
		return shim_result(sys4(SYS_openat, AT_FDCWD, (long)answer.target, flags, mode));
	if ((flags & O_ACCMODE) != O_RDONLY)
		return shim_result(-EACCES);
	return content_fd(answer.content, flags);
}

static bool takes_mode(int flags)
{
	return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;
}

/* A bad pointer gave EFAULT and must not be followed here. */
#define UNREADABLE(result) ((result) < 0 && errno == EFAULT)

static int do_open(struct next *next, const char *path, int flags, mode_t mode)
{
	int (*real)(const char *, int, ...) = find_next(next);
	int fd;

	if (real)
		fd = real(path, flags, mode);
	else
		fd = shim_result(sys4(SYS_openat, AT_FDCWD, (long)path, flags, mode));
	return UNREADABLE(fd) ? fd : answer_open(fd, path, flags, mode);
}

static int do_openat(struct next *next, int dir, const char *path, int flags, mode_t mode)
{
	int (*real)(int, const char *, int, ...) = find_next(next);
	int fd;

	if (real)
		fd = real(dir, path, flags, mode);
	else
		fd = shim_result(sys4(SYS_openat, dir, (long)path, flags, mode));
	return UNREADABLE(fd) ? fd : answer_open(fd, path, flags, mode);
}

#define READ_MODE(mode, flags) \
	do { \
		va_list ap; \
		\
		va_start(ap, flags); \
		if (takes_mode(flags)) \
			mode = va_arg(ap, mode_t); \
		va_end(ap); \
	} while (0)

SHIM_EXPORT int open(const char *path, int flags, ...)
{
	mode_t mode = 0;

	READ_MODE(mode, flags);
	return do_open(&next_open, path, flags, mode);
}

SHIM_EXPORT int open64(const char *path, int flags, ...)
{
	mode_t mode = 0;

	READ_MODE(mode, flags);
	return do_open(&next_open64, path, flags, mode);
}

SHIM_EXPORT int openat(int dir, const char *path, int flags, ...)
{
	mode_t mode = 0;

	READ_MODE(mode, flags);
	return do_openat(&next_openat, dir, path, flags, mode);
}

SHIM_EXPORT int openat64(int dir, const char *path, int flags, ...)
{
	mode_t mode = 0;

	READ_MODE(mode, flags);
	return do_openat(&next_openat64, dir, path, flags, mode);
}

/* What _FORTIFY_SOURCE turns open calls without a mode into. */
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int dir, const char *path, int flags);
int __openat64_2(int dir, const char *path, int flags);

SHIM_EXPORT int __open_2(const char *path, int flags)
{
	return do_open(&next_open_2, path, flags, 0);
}

SHIM_EXPORT int __open64_2(const char *path, int flags)
{
	return do_open(&next_open64_2, path, flags, 0);
}

SHIM_EXPORT int __openat_2(int dir, const char *path, int flags)
{
	return do_openat(&next_openat_2, dir, path, flags, 0);
}

SHIM_EXPORT int __openat64_2(int dir, const char *path, int flags)
{
	return do_openat(&next_openat64_2, dir, path, flags, 0);
}

static FILE *content_file(const char *text, const char *mode)
{
	FILE *file;
	int fd;

	if (mode[0] != 'r' || strchr(mode, '+')) {
		errno = EACCES;
		return NULL;
	}
	fd = content_fd(text, strchr(mode, 'e') ? O_CLOEXEC : 0);
	if (fd < 0)
		return NULL;
	file = fdopen(fd, mode);
	if (!file)
		sys3(SYS_close, fd, 0, 0);
	return file;
}

static FILE *do_fopen(struct next *next, const char *path, const char *mode)
{
	FILE *(*real)(const char *, const char *) = find_next(next);
	struct shim_path answer;
	FILE *file;

	if (!real) {
		errno = ENOSYS;
		return NULL;
	}
	file = real(path, mode);
	if (!file && errno == EFAULT)
		return NULL;
	if (shim_path_lookup(path, file ? 0 : errno, &answer) == SHIM_NATIVE)
		return file;
	if (file)
		fclose(file);
	if (answer.answer == SHIM_REDIRECT)
		return real(answer.target, mode);
	return content_file(answer.content, mode);
}

SHIM_EXPORT FILE *fopen(const char *path, const char *mode)
{
	return do_fopen(&next_fopen, path, mode);
}

SHIM_EXPORT FILE *fopen64(const char *path, const char *mode)
{
	return do_fopen(&next_fopen64, path, mode);
}

/* Return: true when the shim answers, with the answer in @result and errno. */
static bool answer_access(const char *path, int mode, int *result)
{
	struct shim_path answer;

	if (!*result || errno == EFAULT ||
	    shim_path_lookup(path, errno, &answer) == SHIM_NATIVE)
		return false;
	if (answer.answer == SHIM_REDIRECT)
		*result = shim_result(sys3(SYS_access, (long)answer.target, mode, 0));
	else
		*result = shim_result(mode & (W_OK | X_OK) ? -EACCES : 0);
	return true;
}

static int do_access(struct next *next, const char *path, int mode)
{
	int (*real)(const char *, int) = find_next(next);
	int saved = errno;
	int ret;

	if (real)
		ret = real(path, mode);
	else
		ret = shim_result(sys3(SYS_access, (long)path, mode, 0));
	if (answer_access(path, mode, &ret) && !ret)
		errno = saved;
	return ret;
}

SHIM_EXPORT int access(const char *path, int mode)
{
	return do_access(&next_access, path, mode);
}

SHIM_EXPORT int euidaccess(const char *path, int mode)
{
	return do_access(&next_euidaccess, path, mode);
}

SHIM_EXPORT int eaccess(const char *path, int mode)
{
	return do_access(&next_eaccess, path, mode);
}

SHIM_EXPORT int faccessat(int dir, const char *path, int mode, int flags)
{
	int (*real)(int, const char *, int, int) = find_next(&next_faccessat);
	int saved = errno;
	int ret;

	if (real)
		ret = real(dir, path, mode, flags);
	else
		ret = shim_result(sys3(SYS_faccessat, dir, (long)path, mode));
	if (answer_access(path, mode, &ret) && !ret)
		errno = saved;
	return ret;
}
