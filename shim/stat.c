// SPDX-License-Identifier: GPL-2.0-only
/*
 * libc's stat family and opendir, for files that the kernel does not have. One that it has is
 * what the kernel says, the module's event types included: only their text is another.
 *
 * stat() is a function since glibc 2.33 only; programs linked with an older one call
 * __xstat(). The functions with 64 in their name are the same on x86_64. All have names of
 * their own here, because headers of different ages declare and define them differently.
 */
#define _GNU_SOURCE
#include "shim.h"
#include "sys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#ifndef SYS_statx
#define SYS_statx		332
#endif

/* struct statx, which the headers of older distributions lack; its layout is ABI. */
struct statx_answer {
	unsigned int mask, blksize;
	unsigned long long attributes;
	unsigned int nlink, uid, gid;
	unsigned short mode, pad;
	unsigned long long ino, size, rest[26];
};

_Static_assert(sizeof(struct statx_answer) == 256, "size of struct statx");
_Static_assert(offsetof(struct statx_answer, size) == 40, "stx_size");

/* STATX_TYPE, MODE, NLINK, UID, GID, SIZE and BLOCKS */
#define STATX_ANSWERED		0x61f

enum stat_next {
	NEXT_STAT, NEXT_STAT64, NEXT_LSTAT, NEXT_LSTAT64, NEXT_FSTATAT, NEXT_FSTATAT64,
	NEXT_XSTAT, NEXT_XSTAT64, NEXT_LXSTAT, NEXT_LXSTAT64, NEXT_FXSTATAT, NEXT_FXSTATAT64,
	NEXT_STATX, NEXT_OPENDIR, NEXT_COUNT
};

static struct shim_next nexts[NEXT_COUNT] = {
	[NEXT_STAT] = { NULL, "stat" }, [NEXT_STAT64] = { NULL, "stat64" },
	[NEXT_LSTAT] = { NULL, "lstat" }, [NEXT_LSTAT64] = { NULL, "lstat64" },
	[NEXT_FSTATAT] = { NULL, "fstatat" }, [NEXT_FSTATAT64] = { NULL, "fstatat64" },
	[NEXT_XSTAT] = { NULL, "__xstat" }, [NEXT_XSTAT64] = { NULL, "__xstat64" },
	[NEXT_LXSTAT] = { NULL, "__lxstat" }, [NEXT_LXSTAT64] = { NULL, "__lxstat64" },
	[NEXT_FXSTATAT] = { NULL, "__fxstatat" }, [NEXT_FXSTATAT64] = { NULL, "__fxstatat64" },
	[NEXT_STATX] = { NULL, "statx" }, [NEXT_OPENDIR] = { NULL, "opendir" },
};

void shim_stat_find_all(void)
{
	int i;

	for (i = 0; i < NEXT_COUNT; i++)
		shim_find_next(&nexts[i]);
}

/*
 * Is a path that the kernel does not find one of the table's? @answer is one then. An
 * absent file is the only failure that says that the path is readable.
 */
static bool is_answered(int ret, int dir, const char *path, struct shim_path *answer)
{
	return ret < 0 && errno == ENOENT &&
	       shim_path_lookup(dir, path, ENOENT, answer) != SHIM_NATIVE;
}

/* @ret: what the next function gave, with errno */
static int answer_stat(int ret, int saved, int dir, const char *path, struct stat *st)
{
	struct shim_path answer;

	if (!is_answered(ret, dir, path, &answer))
		return ret;
	if (answer.answer == SHIM_REDIRECT) {
		ret = shim_result(sys3(SYS_stat, (long)answer.target, (long)st, 0));
	} else {
		memset(st, 0, sizeof(*st));
		st->st_mode = S_IFREG | 0444;
		st->st_nlink = 1;
		st->st_size = strlen(answer.content);
		st->st_blksize = 4096;
		ret = 0;
	}
	if (!ret)
		errno = saved;
	return ret;
}

static int do_stat(enum stat_next next, long nr, const char *path, struct stat *st)
{
	int (*real)(const char *, struct stat *) = shim_find_next(&nexts[next]);
	int saved = errno;
	int ret = real ? real(path, st) : shim_result(sys3(nr, (long)path, (long)st, 0));

	return answer_stat(ret, saved, AT_FDCWD, path, st);
}

static int do_xstat(enum stat_next next, long nr, int version, const char *path, struct stat *st)
{
	int (*real)(int, const char *, struct stat *) = shim_find_next(&nexts[next]);
	int saved = errno;
	int ret = real ? real(version, path, st) : shim_result(sys3(nr, (long)path, (long)st, 0));

	return answer_stat(ret, saved, AT_FDCWD, path, st);
}

static int do_fstatat(enum stat_next next, int dir, const char *path, struct stat *st, int flags)
{
	int (*real)(int, const char *, struct stat *, int) = shim_find_next(&nexts[next]);
	int saved = errno, ret;

	if (real)
		ret = real(dir, path, st, flags);
	else
		ret = shim_result(sys4(SYS_newfstatat, dir, (long)path, (long)st, flags));
	return answer_stat(ret, saved, dir, path, st);
}

static int do_fxstatat(enum stat_next next, int version, int dir, const char *path,
		       struct stat *st, int flags)
{
	int (*real)(int, int, const char *, struct stat *, int) = shim_find_next(&nexts[next]);
	int saved = errno, ret;

	if (real)
		ret = real(version, dir, path, st, flags);
	else
		ret = shim_result(sys4(SYS_newfstatat, dir, (long)path, (long)st, flags));
	return answer_stat(ret, saved, dir, path, st);
}

#define STAT(function, next, nr) \
	SHIM_EXPORT int shim_##function(const char *path, struct stat *st) __asm__(#function); \
	int shim_##function(const char *path, struct stat *st) \
	{ \
		return do_stat(next, nr, path, st); \
	}
#define XSTAT(function, next, nr) \
	SHIM_EXPORT int shim##function(int version, const char *path, struct stat *st) \
		__asm__(#function); \
	int shim##function(int version, const char *path, struct stat *st) \
	{ \
		return do_xstat(next, nr, version, path, st); \
	}
#define FSTATAT(function, next) \
	SHIM_EXPORT int shim_##function(int dir, const char *path, struct stat *st, int flags) \
		__asm__(#function); \
	int shim_##function(int dir, const char *path, struct stat *st, int flags) \
	{ \
		return do_fstatat(next, dir, path, st, flags); \
	}
#define FXSTATAT(function, next) \
	SHIM_EXPORT int shim##function(int version, int dir, const char *path, struct stat *st, \
				       int flags) __asm__(#function); \
	int shim##function(int version, int dir, const char *path, struct stat *st, int flags) \
	{ \
		return do_fxstatat(next, version, dir, path, st, flags); \
	}

STAT(stat, NEXT_STAT, SYS_stat)
STAT(stat64, NEXT_STAT64, SYS_stat)
STAT(lstat, NEXT_LSTAT, SYS_lstat)
STAT(lstat64, NEXT_LSTAT64, SYS_lstat)
XSTAT(__xstat, NEXT_XSTAT, SYS_stat)
XSTAT(__xstat64, NEXT_XSTAT64, SYS_stat)
XSTAT(__lxstat, NEXT_LXSTAT, SYS_lstat)
XSTAT(__lxstat64, NEXT_LXSTAT64, SYS_lstat)
FSTATAT(fstatat, NEXT_FSTATAT)
FSTATAT(fstatat64, NEXT_FSTATAT64)
FXSTATAT(__fxstatat, NEXT_FXSTATAT)
FXSTATAT(__fxstatat64, NEXT_FXSTATAT64)

static void fill_statx(struct statx_answer *out, unsigned int mode, unsigned long long size)
{
	memset(out, 0, sizeof(*out));
	out->mask = STATX_ANSWERED;
	out->blksize = 4096;
	out->nlink = 1;
	out->mode = mode;
	out->size = size;
}

SHIM_EXPORT int shim_statx(int dir, const char *path, int flags, unsigned int mask, void *out)
	__asm__("statx");

int shim_statx(int dir, const char *path, int flags, unsigned int mask, void *out)
{
	int (*real)(int, const char *, int, unsigned int, void *) =
		shim_find_next(&nexts[NEXT_STATX]);
	struct shim_path answer;
	int saved = errno, ret;

	if (real)
		ret = real(dir, path, flags, mask, out);
	else
		ret = shim_result(sys6(SYS_statx, dir, (long)path, flags, mask, (long)out, 0));
	if (!is_answered(ret, dir, path, &answer))
		return ret;
	if (answer.answer == SHIM_REDIRECT)
		return shim_result(sys6(SYS_statx, AT_FDCWD, (long)answer.target, flags, mask,
					(long)out, 0));
	fill_statx(out, S_IFREG | 0444, strlen(answer.content));
	errno = saved;
	return 0;
}

SHIM_EXPORT DIR *opendir(const char *path)
{
	DIR *(*real)(const char *) = shim_find_next(&nexts[NEXT_OPENDIR]);
	struct shim_path answer;
	DIR *dir;

	if (!real) {
		errno = ENOSYS;
		return NULL;
	}
	dir = real(path);
	if (dir || !is_answered(-1, AT_FDCWD, path, &answer) || answer.answer != SHIM_REDIRECT)
		return dir;
	return real(answer.target);
}
