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

static enum shim_choice env_choice(void)
{
	const char *value = env_path("EBPFDRV", "always");

	if (env_on("EBPFDRV_DISABLE") || !strcmp(value, "never"))
		return SHIM_NEVER;
	if (!strcmp(value, "auto"))
		return SHIM_AUTO;
	if (strcmp(value, "always"))
		shim_say("EBPFDRV=%s: it is auto, always or never; taken for always", value);
	return SHIM_ALWAYS;
}

/*
 * The strings are copied: a program may rewrite its environment later. Two
 * threads may come here at once; both then store the same values.
 */
static void read_config(void)
{
	static char device[256], btf[1024];
	const char *path;

	snprintf(device, sizeof(device), "%s", env_path("EBPFDRV_DEVICE", EBPFDRV_DEVICE_PATH));
	config.device = device;
	path = env_path("EBPFDRV_BTF", NULL);
	if (path) {
		snprintf(btf, sizeof(btf), "%s", path);
		config.btf = btf;
	}
	config.debug = env_on("EBPFDRV_DEBUG");
	config.choice = env_choice();
}

const struct shim_config *shim_config(void)
{
	int saved;

	if (!__atomic_load_n(&config_ready, __ATOMIC_ACQUIRE)) {
		saved = errno;
		read_config();
		__atomic_store_n(&config_ready, true, __ATOMIC_RELEASE);
		errno = saved;
	}
	return &config;
}

/* One write per line, so that the lines of several threads do not mix. */
static void say(const char *prefix, const char *fmt, va_list ap)
{
	char line[768];
	int saved = errno;
	size_t len;

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
