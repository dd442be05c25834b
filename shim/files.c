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
 * dlsym() may itself come back here (a preloaded malloc that opens a file): the inner call
 * goes to the kernel directly then.
 */
static __thread int busy __attribute__((tls_model("initial-exec")));

void *shim_find_next(struct shim_next *next)
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

static struct shim_next next_open = { NULL, "open" };
static struct shim_next next_open64 = { NULL, "open64" };
static struct shim_next next_openat = { NULL, "openat" };
static struct shim_next next_openat64 = { NULL, "openat64" };
static struct shim_next next_open_2 = { NULL, "__open_2" };
static struct shim_next next_open64_2 = { NULL, "__open64_2" };
static struct shim_next next_openat_2 = { NULL, "__openat_2" };
static struct shim_next next_openat64_2 = { NULL, "__openat64_2" };
static struct shim_next next_fopen = { NULL, "fopen" };
static struct shim_next next_fopen64 = { NULL, "fopen64" };
static struct shim_next next_freopen = { NULL, "freopen" };
static struct shim_next next_freopen64 = { NULL, "freopen64" };
static struct shim_next next_access = { NULL, "access" };
static struct shim_next next_faccessat = { NULL, "faccessat" };
static struct shim_next next_euidaccess = { NULL, "euidaccess" };
static struct shim_next next_eaccess = { NULL, "eaccess" };

__attribute__((constructor))
static void find_all(void)
{
	static struct shim_next *const all[] = {
		&next_open, &next_open64, &next_openat, &next_openat64, &next_open_2,
		&next_open64_2, &next_openat_2, &next_openat64_2, &next_fopen, &next_fopen64,
		&next_freopen, &next_freopen64, &next_access, &next_faccessat, &next_euidaccess, &next_eaccess,
		&shim_next_syscall, &shim_next_mount, &shim_next_memfd_create,
	};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		shim_find_next(all[i]);
	shim_stat_find_all();
}

bool shim_file_allowed(size_t size)
{
	struct rlimit limit;

	return sys3(SYS_getrlimit, RLIMIT_FSIZE, (long)&limit, 0) || limit.rlim_cur >= size;
}

/* Open the file again under the same number, so that it can only be read. */
static void make_read_only(int fd, int flags)
{
	char path[32];
	long again;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	sys3(SYS_fchmod, fd, 0444, 0);
	again = sys4(SYS_openat, AT_FDCWD, (long)path, O_RDONLY | O_CLOEXEC, 0);
	if (again < 0)
		return;
	sys3(SYS_dup3, again, fd, flags & O_CLOEXEC);
	sys3(SYS_close, again, 0, 0);
}

/* -1 where there is no room. */
static int content_in_memory(const char *text, size_t len, int flags)
{
	long fd = -1;

	if (shim_file_allowed(len))
		fd = shim_nameless_file("ebpfdrv", flags & O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (sys3(SYS_write, fd, (long)text, len) == (long)len &&
	    !sys3(SYS_lseek, fd, 0, SEEK_SET)) {
		make_read_only(fd, flags);
		return fd;
	}
	sys3(SYS_close, fd, 0, 0);
	return -1;
}

/*
 * A descriptor from which @text can be read: of a pipe where there is no file to be had,
 * which holds these few bytes as well.
 */
static int content_fd(const char *text, int flags)
{
	size_t len = strlen(text);
	int fds[2];
	long fd = content_in_memory(text, len, flags);

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
static int answer_open(int fd, int dir, const char *path, int flags, mode_t mode)
{
	struct shim_path answer;
	int saved = errno;

	if (shim_path_lookup(dir, path, fd < 0 ? saved : 0, &answer) == SHIM_NATIVE)
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

static int do_open(struct shim_next *next, const char *path, int flags, mode_t mode)
{
	int (*real)(const char *, int, ...) = shim_find_next(next);
	int fd;

	if (real)
		fd = real(path, flags, mode);
	else
		fd = shim_result(sys4(SYS_openat, AT_FDCWD, (long)path, flags, mode));
	return UNREADABLE(fd) ? fd : answer_open(fd, AT_FDCWD, path, flags, mode);
}

static int do_openat(struct shim_next *next, int dir, const char *path, int flags, mode_t mode)
{
	int (*real)(int, const char *, int, ...) = shim_find_next(next);
	int fd;

	if (real)
		fd = real(dir, path, flags, mode);
	else
		fd = shim_result(sys4(SYS_openat, dir, (long)path, flags, mode));
	return UNREADABLE(fd) ? fd : answer_open(fd, dir, path, flags, mode);
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

static FILE *do_fopen(struct shim_next *next, const char *path, const char *mode)
{
	FILE *(*real)(const char *, const char *) = shim_find_next(next);
	struct shim_path answer;
	FILE *file;

	if (!real) {
		errno = ENOSYS;
		return NULL;
	}
	file = real(path, mode);
	if (!file && errno == EFAULT)
		return NULL;
	if (shim_path_lookup(AT_FDCWD, path, file ? 0 : errno, &answer) == SHIM_NATIVE)
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

/*
 * freopen() closes the stream when it finds no file, so the table is asked first; what it
 * answers with has a name as long as it is open here.
 */
static FILE *do_freopen(struct shim_next *next, const char *path, const char *mode, FILE *stream)
{
	FILE *(*real)(const char *, const char *, FILE *) = shim_find_next(next);
	struct shim_path answer = { .answer = SHIM_NATIVE };
	int saved = errno, fd = -1, error = 0;
	char name[32];
	FILE *file;

	if (!real) {
		errno = ENOSYS;
		return NULL;
	}
	if (path)
		error = -sys3(SYS_access, (long)path, F_OK, 0);
	if (path && error != EFAULT)
		shim_path_lookup(AT_FDCWD, path, error, &answer);
	if (answer.answer == SHIM_REDIRECT)
		path = answer.target;
	if (answer.answer == SHIM_CONTENT && mode[0] == 'r' && !strchr(mode, '+'))
		fd = content_fd(answer.content, O_CLOEXEC);
	if (fd >= 0) {
		snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
		path = name;
	}
	errno = saved;
	file = real(path, mode, stream);
	if (fd >= 0)
		sys3(SYS_close, fd, 0, 0);
	return file;
}

SHIM_EXPORT FILE *freopen(const char *path, const char *mode, FILE *stream)
{
	return do_freopen(&next_freopen, path, mode, stream);
}

SHIM_EXPORT FILE *freopen64(const char *path, const char *mode, FILE *stream)
{
	return do_freopen(&next_freopen64, path, mode, stream);
}

/* Return: true when the shim answers, with the answer in @result and errno. */
static bool answer_access(int dir, const char *path, int mode, int *result)
{
	struct shim_path answer;

	if (!*result || errno == EFAULT ||
	    shim_path_lookup(dir, path, errno, &answer) == SHIM_NATIVE)
		return false;
	if (answer.answer == SHIM_REDIRECT)
		*result = shim_result(sys3(SYS_access, (long)answer.target, mode, 0));
	else
		*result = shim_result(mode & (W_OK | X_OK) ? -EACCES : 0);
	return true;
}

static int do_access(struct shim_next *next, const char *path, int mode)
{
	int (*real)(const char *, int) = shim_find_next(next);
	int saved = errno;
	int ret;

	if (real)
		ret = real(path, mode);
	else
		ret = shim_result(sys3(SYS_access, (long)path, mode, 0));
	if (answer_access(AT_FDCWD, path, mode, &ret) && !ret)
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
	int (*real)(int, const char *, int, int) = shim_find_next(&next_faccessat);
	int saved = errno;
	int ret;

	if (real)
		ret = real(dir, path, mode, flags);
	else
		ret = shim_result(sys3(SYS_faccessat, dir, (long)path, mode));
	if (answer_access(dir, path, mode, &ret) && !ret)
		errno = saved;
	return ret;
}
