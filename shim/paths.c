// SPDX-License-Identifier: GPL-2.0-only
/*
 * The few files of a modern kernel that eBPF programs look for and old
 * kernels lack. All of them are in the table below.
 */
#include "shim.h"
#include "sys.h"

#include <errno.h>
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

/* Where the module looks, too; %s is the release as uname -r prints it. */
static const char *const btf_places[] = {
	"/lib/modules/%s/ebpfdrv.btf",
	"/var/lib/ebpfdrv/btf/%s.btf",
	"/usr/lib/ebpfdrv/btf/%s.btf",	/* last, for the message names it */
};

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
	out->content = shim_tracepoint_file(path);
	if (out->content)
		return shim_device_usable(false) ? SHIM_CONTENT : SHIM_NATIVE;
	/* A program that wants BTF is about to call bpf(2): tell it now. */
	if (!strcmp(path, VMLINUX_BTF))
		return shim_device_usable(true) ? find_btf(out) : SHIM_NATIVE;
	if (is_below(path, TRACEFS) && shim_device_usable(false))
		return find_tracefs(path, out);
	return SHIM_NATIVE;
}

enum shim_answer shim_path_lookup(const char *path, int error, struct shim_path *out)
{
	int saved = errno;

	out->answer = SHIM_NATIVE;
	/* One look at the path keeps the cost off everybody else's files. */
	if ((error && error != ENOENT) ||
	    (strncmp(path, "/sys/", 5) && strncmp(path, "/proc/sys/", 10)))
		return SHIM_NATIVE;
	if (shim_config()->choice != SHIM_NEVER)
		out->answer = lookup(path, error == ENOENT, out);
	if (out->answer == SHIM_CONTENT)
		shim_debug("%s: served", path);
	else if (out->answer == SHIM_REDIRECT)
		shim_debug("%s: taken from %s", path, out->target);
	errno = saved;
	return out->answer;
}
