// SPDX-License-Identifier: GPL-2.0-only
/* BTF: whose it is, and whether it is this kernel's. */
#define _GNU_SOURCE
#include "ctl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define STORE	"/usr/lib/ebpfdrv/btf/%s.btf"

/* Where the module looks, in this order, on kernels that have none. */
static const char *const places[] = {
	"/usr/lib/modules/%s/ebpfdrv.btf", "/lib/modules/%s/ebpfdrv.btf", STORE,
	"/var/lib/ebpfdrv/btf/%s.btf",
};

#define HOW	"ebpfdrv-btf makes it: from BTFHub's file for this kernel, or from the kernel's debug" \
		" information; then load the module again"

/* What of a path others than root can change, or NULL. The module takes no such file. */
static const char *untrusted(const char *path)
{
	static char part[PATH_MAX];
	size_t root = strlen(machine.root), len = root;
	struct stat st;

	do {
		len += path[len] == '/';
		len += strcspn(path + len, "/");
		snprintf(part, sizeof(part), "%.*s", (int)len, path);
		/* /lib may be a link to /usr/lib. */
		if (stat(part, &st) || st.st_uid || (st.st_mode & (S_IWGRP | S_IWOTH)))
			return part;
	} while (path[len]);
	return lstat(path, &st) || S_ISLNK(st.st_mode) ? part : NULL;
}

static bool is_btf(const char *path)
{
	FILE *file = fopen(path, "r");
	unsigned char magic[3] = "";
	bool is = file && fread(magic, 1, 3, file) == 3 && magic[0] == 0x9f && magic[1] == 0xeb &&
		  magic[2] == 1;

	if (file)
		fclose(file);
	return is;
}

/* Output of `ebpfdrv-btf-edit known BTF /proc/kallsyms`. Return: false when it did not come to that. */
static bool count_known(const char *path, unsigned int *found, unsigned int *all)
{
	char tool[PATH_MAX], line[64] = "";
	int out[2], status, got;
	FILE *file;
	pid_t pid;

	if (!find_tool("ebpfdrv-btf-edit", tool, sizeof(tool)) || pipe(out))
		return false;
	pid = fork();
	if (!pid) {
		dup2(out[1], 1);
		close(out[0]);
		close(out[1]);
		if (!freopen("/dev/null", "w", stderr))
			_exit(1);
		execl(tool, tool, "known", path, at("/proc/kallsyms"), NULL);
		_exit(1);
	}
	close(out[1]);
	file = fdopen(out[0], "r");
	got = file && fgets(line, sizeof(line), file) ? sscanf(line, "%u %u", found, all) : 0;
	if (file)
		fclose(file);
	return waitpid(pid, &status, 0) == pid && !status && got == 2;
}

/* Return: whether programs can be given it, as far as can be seen. */
static bool check_file(const char *path, bool served)
{
	const char *name = path + strlen(machine.root), *who = untrusted(path);
	unsigned int found = 0, all = 0;

	if (who && !served)
		report(LACKING, "btf", "chown root and chmod go-w; name no link; then load the module again",
		       "%s is not taken: %s is a link, or not root's alone", name,
		       who + strlen(machine.root));
	else if (!is_btf(path))
		report(LACKING, "btf", HOW, "%s is no BTF", name);
	else if (!count_known(path, &found, &all) && all == 0)
		report(LACKING, "btf", HOW, "%s is damaged", name);
	else if (all && found * 100ULL < all * 95ULL)
		report(LACKING, "btf", HOW, "%s is of another kernel: of its %u functions %u are not here",
		       name, all, all - found);
	else
		return true;
	return false;
}

/* The file that is or would be taken. Return: false when there is none, which is @path then. */
static bool find_file(char *path, size_t size, bool native)
{
	char name[256];
	size_t i;

	first_line(at("/sys/module/ebpfdrv/parameters/btf"), path, size);
	/* How the kernel prints a string that is none. */
	if (path[0] == '/' && strlen(machine.root) + strlen(path) < size) {
		memmove(path + strlen(machine.root), path, strlen(path) + 1);
		memcpy(path, machine.root, strlen(machine.root));
		return exists(path);
	}
	for (i = 0; i < sizeof(places) / sizeof(places[0]) && !native; i++) {
		snprintf(name, sizeof(name), places[i], machine.release);
		snprintf(path, size, "%s", at("%s", name));
		if (exists(path))
			return true;
	}
	snprintf(path, size, "%s", at(STORE, machine.release));
	return false;
}

/* Does the kernel's image have types? Where they begin has had three names. */
static bool image_has_types(void)
{
	FILE *file = fopen(at("/proc/kallsyms"), "r");
	char line[512], name[256];
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file))
		found = sscanf(line, "%*s %*s %255s", name) == 1 &&
			(!strcmp(name, "__start_BTF") || !strcmp(name, "_binary__btf_vmlinux_bin_start") ||
			 !strcmp(name, "_binary__btf_kernel_bin_start"));
	if (file)
		fclose(file);
	return found;
}

/* While the module is loaded the file may be its own, which has what lies in another place. */
static bool kernel_has_types(void)
{
	return exists(at("/sys/kernel/btf/vmlinux")) &&
	       (!exists(at("/sys/module/ebpfdrv")) || image_has_types());
}

void check_types(const struct device *device)
{
	bool native = kernel_has_types(), served;
	char path[PATH_MAX];
	bool file = find_file(path, sizeof(path), native);

	served = device->ours && (device->info.features & EBPFDRV_FEATURE_BTF);
	if (file && !check_file(path, served))
		return;
	if (served)
		report(FINE, "btf", NULL, "served by the module, %s", file ? path + strlen(machine.root) :
		       "the kernel's own");
	else if (native)
		report(FINE, "btf", NULL, "the kernel's own");
	else if (file && device->ours)
		report(LACKING, "btf", "load the module again; dmesg says why if it is not taken then",
		       "%s is there, but was not taken when the module was loaded",
		       path + strlen(machine.root));
	else if (file)
		report(FINE, "btf", NULL, "%s, for when the module is loaded", path + strlen(machine.root));
	else
		report(LACKING, "btf", HOW, "none: programs with CO-RE do not load; %s is not there",
		       path + strlen(machine.root));
}
