// SPDX-License-Identifier: GPL-2.0-only
/*
 * The few files of a modern kernel that eBPF programs look for and old
 * kernels lack. All of them are in the table below.
 */
#include "shim.h"
#include "sys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <ebpfdrv/ebpfdrv.h>

/* The kernel prints the type in decimal, which the preprocessor cannot. */
#define KPROBE_TYPE	"1161953281\n"
#define UPROBE_TYPE	"1161953282\n"
_Static_assert(EBPFDRV_PERF_TYPE_KPROBE == 1161953281, "KPROBE_TYPE");
_Static_assert(EBPFDRV_PERF_TYPE_UPROBE == 1161953282, "UPROBE_TYPE");

/**
 * struct served_file - a file with fixed content
 * @path:    absolute, as programs write it
 * @content: its whole text
 * @always:  serve it even where the kernel has the file, because the
 *           program must see the module's numbers and not the kernel's
 */
static const struct served_file {
	const char *path;
	const char *content;
	bool always;
} served_files[] = {
#define PMU "/sys/bus/event_source/devices/"
	{ PMU "kprobe/type", KPROBE_TYPE, true },
	{ PMU "kprobe/format/retprobe", "config:0\n", true },
	{ PMU "uprobe/type", UPROBE_TYPE, true },
	{ PMU "uprobe/format/retprobe", "config:0\n", true },
	{ PMU "uprobe/format/ref_ctr_offset", "config:32-63\n", true },
	/* Where PMU's links lead, for names below a directory that was opened. */
#define DEV "/sys/devices/"
	{ DEV "kprobe/type", KPROBE_TYPE, true },
	{ DEV "kprobe/format/retprobe", "config:0\n", true },
	{ DEV "uprobe/type", UPROBE_TYPE, true },
	{ DEV "uprobe/format/retprobe", "config:0\n", true },
	{ DEV "uprobe/format/ref_ctr_offset", "config:32-63\n", true },
	/* "2": off, an administrator may turn it on; the device is root's. */
	{ "/proc/sys/kernel/unprivileged_bpf_disabled", "2\n", false },
	/* Since 3.16. Before, what must not be probed is found out by trying. */
	{ "/sys/kernel/debug/kprobes/blacklist", "", false },
};

#define VMLINUX_BTF	"/sys/kernel/btf/vmlinux"
#define TRACEFS		"/sys/kernel/tracing"
#define TRACEFS_OLD	"/sys/kernel/debug/tracing"

static bool exists(const char *path)
{
	return !sys3(SYS_access, (long)path, F_OK, 0);
}

/* Where the module looks, too, in its order; %s is the release as uname -r prints it. */
static const char *const btf_places[] = {
	"/lib/modules/%s/ebpfdrv.btf",
	"/usr/lib/ebpfdrv/btf/%s.btf",
	"/var/lib/ebpfdrv/btf/%s.btf",
};
#define BTF_STORE	1	/* where ebpfdrv-btf puts it: what messages name */

/* Only root, or who runs this, can have put @path (which is changed and put back) there. */
static bool is_ours(char *path)
{
	bool ours = true;
	struct stat st;
	char *slash;

	for (slash = path; slash && ours; ) {
		slash = strchr(slash + 1, '/');
		if (slash)
			*slash = '\0';
		ours = !sys3(SYS_stat, (long)path, (long)&st, 0) &&
		       (!st.st_uid || st.st_uid == (uid_t)sys3(SYS_geteuid, 0, 0, 0)) &&
		       !(st.st_mode & (S_IWGRP | S_IWOTH));
		if (slash)
			*slash = '/';
	}
	return ours;
}

/* What the user names is taken as it is; where it is found without being asked for, it
 * must be what the module would take, too.
 */
static bool find_btf_file(struct shim_path *out)
{
	struct utsname names;
	size_t i;

	out->target = shim_config()->btf;
	if (out->target)
		return exists(out->target);
	out->target = out->buffer;
	if (uname(&names))
		names.release[0] = '\0';
	for (i = 0; i < sizeof(btf_places) / sizeof(btf_places[0]); i++) {
		snprintf(out->buffer, sizeof(out->buffer), btf_places[i], names.release);
		if (!exists(out->buffer))
			continue;
		if (is_ours(out->buffer))
			return true;
		shim_debug("%s: others than root can write it or a directory above", out->buffer);
	}
	snprintf(out->buffer, sizeof(out->buffer), btf_places[BTF_STORE], names.release);
	return false;
}

/* For kernels whose BTF even the module could not serve. */
static enum shim_answer find_btf(struct shim_path *out)
{
	static bool said;

	if (find_btf_file(out))
		return SHIM_REDIRECT;
	if (!__atomic_exchange_n(&said, true, __ATOMIC_RELAXED))
		shim_say("no BTF of this kernel: %s is absent, and so is %s; ebpfdrv-btf makes it",
			 VMLINUX_BTF, out->target);
	return SHIM_NATIVE;
}

/* Kernels before 4.1 have tracefs only inside debugfs. */
static enum shim_answer find_tracefs(const char *path, struct shim_path *out)
{
	const char *rest = path + strlen(TRACEFS);
	int len = snprintf(out->buffer, sizeof(out->buffer), "%s%s", TRACEFS_OLD, rest);

	if (len >= (int)sizeof(out->buffer) || !exists(TRACEFS_OLD))
		return SHIM_NATIVE;
	out->target = out->buffer;
	return SHIM_REDIRECT;
}

static bool is_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return !strncmp(path, dir, len) && (!path[len] || path[len] == '/');
}

static const struct served_file *find_served(const char *path, bool missing)
{
	size_t i;

	for (i = 0; i < sizeof(served_files) / sizeof(served_files[0]); i++) {
		const struct served_file *file = &served_files[i];

		if ((file->always || missing) && !strcmp(path, file->path))
			return file;
	}
	return NULL;
}

static enum shim_answer lookup(const char *path, bool missing, struct shim_path *out)
{
	const struct served_file *file = find_served(path, missing);

	if (file) {
		if (!shim_device_usable(false))
			return SHIM_NATIVE;
		out->content = file->content;
		return SHIM_CONTENT;
	}
	if (!missing)
		return SHIM_NATIVE;
	/* A program that wants BTF is about to call bpf(2): tell it now. */
	if (!strcmp(path, VMLINUX_BTF))
		return shim_device_usable(true) ? find_btf(out) : SHIM_NATIVE;
	if (is_below(path, TRACEFS) && shim_device_usable(false))
		return find_tracefs(path, out);
	return SHIM_NATIVE;
}

/* --- names ------------------------------------------------------------------------ */

/* Room for the longest name of a file that is served, and then some. */
#define NAME_ROOM	256

static bool is_system_path(const char *path)
{
	return !strncmp(path, "/sys/", 5) || !strncmp(path, "/proc/sys/", 10);
}

/*
 * @path behind the @len bytes that @name has, without doubled slashes and single dots. Not where
 * two dots lead back: what is above a symbolic link only the kernel knows.
 */
static bool append_plain(char *name, size_t len, const char *path)
{
	size_t part;

	for (; *path; path += part) {
		part = strcspn(path, "/");
		if (!part || (part == 1 && *path == '.')) {
			part += path[part] == '/';
			continue;
		}
		if ((part == 2 && !memcmp(path, "..", 2)) || len + part + 2 > NAME_ROOM)
			return false;
		name[len++] = '/';
		memcpy(name + len, path, part);
		len += part;
	}
	name[len] = '\0';
	return len > 0;
}

/* Whether a name that is not absolute could be one of the files; a look at its end tells. */
static bool is_candidate(const char *path)
{
	static const char *const ends[] = {
		"type", "retprobe", "ref_ctr_offset", "unprivileged_bpf_disabled", "blacklist",
		"vmlinux", "id", "format",
	};
	const char *last = strrchr(path, '/');
	size_t i;

	last = last ? last + 1 : path;
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (!strcmp(last, ends[i]))
			return true;
	return false;
}

/* The directory of descriptor @dir, or the current one. Return: its length, or 0. */
static size_t directory_name(int dir, char *name)
{
	char link[32] = "/proc/self/cwd";
	long len;

	if (dir != AT_FDCWD)
		snprintf(link, sizeof(link), "/proc/self/fd/%d", dir);
	len = sys3(SYS_readlink, (long)link, (long)name, NAME_ROOM - 1);
	return len > 0 && name[0] == '/' ? len : 0;
}

/*
 * One look at the path keeps the cost off everybody else's files.
 * Return: @path or @name, which has NAME_ROOM, as the table has it; NULL for no file of the table.
 */
static const char *plain_name(int dir, const char *path, char *name)
{
	size_t len = 0;

	if (path[0] != '/') {
		if (!is_candidate(path))
			return NULL;
		len = directory_name(dir, name);
		if (!len)
			return NULL;
	} else if (is_system_path(path) && !strstr(path, "//") && !strstr(path, "/.")) {
		return path;
	} else if (path[1] != '/' && path[1] != '.' && strncmp(path, "/sys/", 5) &&
		   strncmp(path, "/proc/", 6)) {
		return NULL;
	}
	return append_plain(name, len, path) && is_system_path(name) ? name : NULL;
}

enum shim_answer shim_path_lookup(int dir, const char *path, int error, struct shim_path *out)
{
	char name[NAME_ROOM];
	int saved = errno;

	out->answer = SHIM_NATIVE;
	if (error && error != ENOENT)
		return SHIM_NATIVE;
	path = plain_name(dir, path, name);
	if (path && shim_config()->choice != SHIM_NEVER)
		out->answer = lookup(path, error == ENOENT, out);
	if (out->answer == SHIM_CONTENT)
		shim_debug("%s: served", path);
	else if (out->answer == SHIM_REDIRECT)
		shim_debug("%s: taken from %s", path, out->target);
	errno = saved;
	return out->answer;
}
