// SPDX-License-Identifier: GPL-2.0-only
/* The environment variables that steer the shim, and its voice. */
#define _GNU_SOURCE
#include "shim.h"
#include "sys.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ebpfdrv/ebpfdrv.h>

static struct shim_config config;
static bool config_ready;

static bool env_on(const char *name)
{
	const char *value = secure_getenv(name);

	return value && *value && strcmp(value, "0");
}

static const char *env_path(const char *name, const char *otherwise)
{
	const char *value = secure_getenv(name);

	return value && *value ? value : otherwise;
}

/*
 * The program may rewrite its environment later, so strings are copied. Without a moment in
 * which other bytes stand there: another thread may copy the same ones, and use them already.
 */
static const char *keep(char *to, size_t size, const char *from)
{
	size_t i;

	for (i = 0; i < size - 1 && from[i]; i++)
		to[i] = from[i];
	return to;
}

static enum shim_choice env_choice(void)
{
	static char other[32];
	const char *value = env_path("EBPFDRV", "always");

	if (env_on("EBPFDRV_DISABLE") || !strcmp(value, "never"))
		return SHIM_NEVER;
	if (!strcmp(value, "auto"))
		return SHIM_AUTO;
	if (strcmp(value, "always") && !config.quiet)
		config.bad_choice = keep(other, sizeof(other), value);
	return SHIM_ALWAYS;
}

static void read_config(void)
{
	static char device[256], btf[1024];
	const char *path;

	config.device = keep(device, sizeof(device), env_path("EBPFDRV_DEVICE", EBPFDRV_DEVICE_PATH));
	path = env_path("EBPFDRV_BTF", NULL);
	if (path)
		config.btf = keep(btf, sizeof(btf), path);
	config.debug = env_on("EBPFDRV_DEBUG") && !config.quiet;
	config.choice = env_choice();
}

/* The file that was stderr when the process began. */
static struct {
	bool known;
	dev_t dev, rdev;
	ino_t ino;
} voice;

static bool is_voice(void)
{
	struct stat st;

	return !sys3(SYS_fstat, STDERR_FILENO, (long)&st, 0) && st.st_dev == voice.dev &&
	       st.st_ino == voice.ino && st.st_rdev == voice.rdev;
}

static void find_voice(void)
{
	struct stat st;

	if (sys3(SYS_fstat, STDERR_FILENO, (long)&st, 0))
		return;
	voice.dev = st.st_dev;
	voice.rdev = st.st_rdev;
	voice.ino = st.st_ino;
	voice.known = true;
}

/*
 * Before the program runs: it may change its environment, start threads and put files of its own
 * at descriptor 2. Other libraries' constructors may call before this one.
 */
__attribute__((constructor(101)))
static void settle(void)
{
	int saved = errno;

	find_voice();
	read_config();
	__atomic_store_n(&config_ready, true, __ATOMIC_RELEASE);
	errno = saved;
}

const struct shim_config *shim_config(void)
{
	if (!__atomic_load_n(&config_ready, __ATOMIC_ACQUIRE))
		settle();
	return &config;
}

void shim_quiet(void)
{
	config.quiet = true;
	config.debug = false;
	config.bad_choice = NULL;
}

const char *__asan_default_options(void);

/*
 * The runtime of programs built with -fsanitize=address refuses to start behind another library,
 * since what that defines of its own functions would hide them; this one defines nothing
 * that does not go on to the next. The runtime asks for options by this name.
 */
SHIM_EXPORT const char *__asan_default_options(void)
{
	return "verify_asan_link_order=0";
}

/* One write per line, so that the lines of several threads do not mix. */
static void say(const char *prefix, const char *fmt, va_list ap)
{
	char line[768];
	int saved = errno;
	size_t len;

	/* A program that closed stderr has something else there now. */
	if (!voice.known || !is_voice())
		return;
	len = snprintf(line, sizeof(line), "%s", prefix);
	vsnprintf(line + len, sizeof(line) - len - 1, fmt, ap);
	len = strlen(line);
	line[len++] = '\n';
	sys3(SYS_write, STDERR_FILENO, (long)line, len);
	errno = saved;
}

void shim_say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say("ebpfdrv: ", fmt, ap);
	va_end(ap);
}

void shim_trace(const char *fmt, ...)
{
	char prefix[40];
	va_list ap;

	snprintf(prefix, sizeof(prefix), "ebpfdrv[%ld]: ", sys3(SYS_gettid, 0, 0, 0));
	va_start(ap, fmt);
	say(prefix, fmt, ap);
	va_end(ap);
}

long shim_result(long ret)
{
	if (ret < 0 && ret >= -SHIM_MAX_ERRNO) {
		errno = -ret;
		return -1;
	}
	return ret;
}
