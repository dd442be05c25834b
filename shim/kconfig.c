// SPDX-License-Identifier: GPL-2.0-only
/*
 * BCC compiles with the running kernel's headers and gives up where they say that
 * the kernel was built without bpf(2). To BCC, and to nobody else, the header says
 * that it has it, in place of the comment it begins with: the size of a file is
 * what compilers know it by.
 */
#define _GNU_SOURCE
#include "shim.h"
#include "sys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define HEADER		"include/generated/autoconf.h"
#define DEFINE		"#define CONFIG_BPF_SYSCALL 1\n"
#define CHUNK		1024

/* Does the rest of the file hold @needle? */
static bool holds(int fd, const char *needle)
{
	size_t len = strlen(needle), kept = 0;
	char buf[CHUNK + 64];
	long n;

	for (;;) {
		n = sys3(SYS_read, fd, (long)(buf + kept), CHUNK);
		if (n <= 0)
			return false;
		if (memmem(buf, kept + n, needle, len))
			return true;
		kept += n;
		if (kept >= len) {
			memmove(buf, buf + kept - (len - 1), len - 1);
			kept = len - 1;
		}
	}
}

static bool is_bcc(void)
{
	long fd = sys4(SYS_openat, AT_FDCWD, (long)"/proc/self/maps", O_RDONLY | O_CLOEXEC, 0);
	bool found;

	if (fd < 0)
		return false;
	found = holds(fd, "/libbcc.so");
	sys3(SYS_close, fd, 0, 0);
	return found;
}

/*
 * The digits that @at begins with. By hand: sscanf() and strtol() are other functions, of
 * glibc 2.38, for who is compiled with its headers.
 */
static bool take_number(const char **at, unsigned int *number)
{
	const char *begin = *at;

	for (*number = 0; **at >= '0' && **at <= '9' && *number < 100000; ++*at)
		*number = *number * 10 + (**at - '0');
	return *at > begin;
}

/* From 5.11 on the option is in the middle of structs, and saying so would be wrong. */
static bool option_is_harmless(void)
{
	unsigned int major, minor;
	struct utsname names;
	const char *at = names.release;

	return !uname(&names) && take_number(&at, &major) && *at++ == '.' &&
	       take_number(&at, &minor) && (major < 5 || (major == 5 && minor < 11));
}

static bool copy(int to, int from)
{
	long n = sys3(SYS_lseek, from, 0, SEEK_END);

	if (n < 0 || !shim_file_allowed(n))
		return false;
	sys3(SYS_lseek, from, 0, SEEK_SET);
	do
		n = sys4(SYS_sendfile, to, from, 0, 1 << 20);
	while (n > 0);
	return !n;
}

/* Bytes of the comment that the file begins with, or 0. */
static size_t comment_size(int fd, char *buf)
{
	const char *end;
	long n;

	sys3(SYS_lseek, fd, 0, SEEK_SET);
	n = sys3(SYS_read, fd, (long)buf, CHUNK);
	if (n < 4 || memcmp(buf, "/*", 2))
		return 0;
	end = memmem(buf + 2, n - 2, "*/", 2);
	return end ? end + 2 - buf : 0;
}

static bool put_define(int fd)
{
	char buf[CHUNK];
	size_t size = comment_size(fd, buf);

	if (size < strlen(DEFINE))
		return false;
	memset(buf, ' ', size);
	memcpy(buf, DEFINE, strlen(DEFINE));
	sys3(SYS_lseek, fd, 0, SEEK_SET);
	return sys3(SYS_write, fd, (long)buf, size) == (long)size &&
	       !sys3(SYS_lseek, fd, 0, SEEK_SET);
}

static bool is_header(const char *path)
{
	size_t len = strlen(path), tail = strlen(HEADER);

	return len >= tail && !strcmp(path + len - tail, HEADER) &&
	       (len == tail || path[len - tail - 1] == '/');
}

int shim_kernel_config(int fd, const char *path, int flags)
{
	int saved = errno, made;
	bool has, room;

	if (!is_header(path) || (flags & O_ACCMODE) != O_RDONLY || shim_config()->choice == SHIM_NEVER ||
	    !option_is_harmless() || !is_bcc() || !shim_device_usable(false))
		goto native;
	has = holds(fd, "CONFIG_BPF_SYSCALL ");
	made = has ? -1 : shim_nameless_file("autoconf.h", flags & O_CLOEXEC);
	room = made >= 0 && copy(made, fd);
	if (room && put_define(made)) {
		sys3(SYS_close, fd, 0, 0);
		shim_debug("%s: with CONFIG_BPF_SYSCALL", path);
		errno = saved;
		return made;
	}
	if (made >= 0)
		sys3(SYS_close, made, 0, 0);
	sys3(SYS_lseek, fd, 0, SEEK_SET);
	/* BCC itself will only say that the kernel lacks an option. */
	if (!has && !room)
		shim_say("%s: no copy with CONFIG_BPF_SYSCALL can be made: is /dev/shm full, or ulimit -f small?",
			 path);
native:
	errno = saved;
	return fd;
}
