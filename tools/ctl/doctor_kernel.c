// SPDX-License-Identifier: GPL-2.0-only
/* The module's file, and what of the kernel it works with. */
#include "ctl.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* --- the file ---------------------------------------------------------------------- */

/* Return: whether there is a module for that release; @path is one of @pattern's. */
static bool find_module(const char *pattern, char *path, size_t size)
{
	static const char *const depths[] = { "", "/*", "/*/*", "/*/*/*" };
	glob_t found;
	size_t i;
	bool is;

	for (i = 0; i < sizeof(depths) / sizeof(depths[0]); i++) {
		if (glob(at("/lib/modules/%s%s/ebpfdrv.ko*", pattern, depths[i]), GLOB_NOSORT, NULL,
			 &found))
			continue;
		is = found.gl_pathc > 0;
		if (is)
			snprintf(path, size, "%s", found.gl_pathv[0]);
		globfree(&found);
		if (is)
			return true;
	}
	return false;
}

/* How a module comes to be where there is none. */
static void advise(char *todo, size_t size, bool headers)
{
	if (headers)
		snprintf(todo, size, "make && make install in ebpfdrv's sources, or dkms install");
	else
		snprintf(todo, size, "install the kernel's headers (kernel-devel-%s, Debian: linux-headers-%s),"
			 " then make && make install, or dkms install", machine.release, machine.release);
}

static void check_absent(bool loaded, bool headers)
{
	char other[PATH_MAX], todo[512];

	advise(todo, sizeof(todo), headers);
	if (loaded)
		report(NOTED, "module", todo, "loaded, but /lib/modules/%s has none for the next boot",
		       machine.release);
	else if (find_module("*", other, sizeof(other)))
		report(BROKEN, "module", todo, "none is installed for %s, but %s is", machine.release,
		       other + strlen(machine.root));
	else
		report(BROKEN, "module", todo, "none is installed for %s", machine.release);
}

/* Whether the kernel will have a module without a signature, and who says so. */
static const char *wants_signature(void)
{
	char line[64];

	first_line(at("/sys/module/module/parameters/sig_enforce"), line, sizeof(line));
	if (line[0] == 'Y' || line[0] == '1')
		return "module.sig_enforce";
	if (holds(at("/sys/kernel/security/lockdown"), "[integrity]") ||
	    holds(at("/sys/kernel/security/lockdown"), "[confidentiality]"))
		return "lockdown";
	return NULL;
}

static bool has_secure_boot(void)
{
	FILE *file = fopen(at("/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"),
			   "r");
	char bytes[5] = "";
	bool on;

	if (!file)
		return false;
	/* Four bytes of attributes come first. */
	on = fread(bytes, 1, sizeof(bytes), file) == sizeof(bytes) && bytes[4] == 1;
	fclose(file);
	return on;
}

static void check_signature(const char *path)
{
	const char *who = wants_signature(), *boot = has_secure_boot() ? "Secure Boot" : NULL;
	bool is_signed = holds(path, "~Module signature appended~");

	if (!who && !boot)
		return;
	/* Compressed files do not show it. */
	if (is_signed || strcmp(path + strlen(path) - 3, ".ko"))
		report(NOTED, "signature", "mokutil --import KEY.der and a reboot, if modprobe says"
		       " 'Required key not available'", "%s wants signed modules, and a key that the"
		       " kernel knows", who ? who : boot);
	else
		report(who ? BROKEN : LACKING, "signature", "sign the module (make install SIGN_KEY= SIGN_CERT=;"
		       " mokutil --import), or turn that off", "%s wants signed modules, and %s is not",
		       who ? who : boot, path + strlen(machine.root));
}

void check_module(bool loaded)
{
	bool headers = exists(at("/lib/modules/%s/build/Makefile", machine.release));
	char path[PATH_MAX], magic[128] = "", line[16], todo[512];
	bool found = find_module(machine.release, path, sizeof(path));

	if (!found) {
		check_absent(loaded, headers);
	} else if (word_behind(path, "vermagic=", magic, sizeof(magic)) &&
		   strcmp(magic, machine.release)) {
		advise(todo, sizeof(todo), headers);
		report(loaded ? NOTED : BROKEN, "module", todo, "%s was built for %s",
		       path + strlen(machine.root), magic);
	} else {
		report(FINE, "module", NULL, "%s%s", path + strlen(machine.root),
		       loaded ? ", loaded" : "");
	}
	if (loaded)
		return;
	if (found)
		check_signature(path);
	if (found && !headers)
		report(NOTED, "headers", NULL, "none for %s: the module cannot be built here",
		       machine.release);
	first_line(at("/proc/sys/kernel/modules_disabled"), line, sizeof(line));
	if (!strcmp(line, "1"))
		report(BROKEN, "module", "boot without it, and load the module before it is set",
		       "kernel.modules_disabled: no module can be loaded until the next boot");
}

/* --- what events come from ---------------------------------------------------------- */

static const struct {
	unsigned long long bit;
	const char *what;
} features[] = {
	{ EBPFDRV_FEATURE_KPROBE, "kprobes" },
	{ EBPFDRV_FEATURE_UPROBE, "uprobes" },
	{ EBPFDRV_FEATURE_TRACEPOINT, "tracepoints" },
	{ EBPFDRV_FEATURE_RAW_TRACEPOINT, "raw tracepoints" },
	{ EBPFDRV_FEATURE_PERF_SAMPLING, "perf events" },
	{ EBPFDRV_FEATURE_FTRACE, "fentry and fexit" },
	{ EBPFDRV_FEATURE_ADOPT, "adopting programs without libc" },
};

static void check_features(const struct device *device)
{
	char missing[256] = "";
	size_t i, len = 0;

	if (!device->ours)
		return;
	for (i = 0; i < sizeof(features) / sizeof(features[0]); i++)
		if (!(device->info.features & features[i].bit))
			len += snprintf(missing + len, sizeof(missing) - len, "%s%s", len ? ", " : "",
					features[i].what);
	if (len)
		report(LACKING, "features", "dmesg | grep ebpfdrv says what the kernel does not have",
		       "not on this kernel: %s", missing);
	else
		report(FINE, "features", NULL, "kprobes, uprobes, tracepoints, perf events, fentry");
}

void check_tracing(const struct device *device)
{
	char line[16];

	check_features(device);
	if (!exists(at("/sys/kernel/tracing/events")) && !exists(at("/sys/kernel/debug/tracing/events")))
		report(LACKING, "tracefs", "mount -t debugfs none /sys/kernel/debug, or, since Linux 4.1,"
		       " mount -t tracefs none /sys/kernel/tracing; only root sees them",
		       "not mounted: programs on tracepoints find none, and old clients no kprobes");
	else
		report(FINE, "tracefs", NULL, "mounted");
	first_line(at("/sys/kernel/debug/kprobes/enabled"), line, sizeof(line));
	if (!strcmp(line, "0"))
		report(LACKING, "kprobes", "echo 1 >/sys/kernel/debug/kprobes/enabled",
		       "switched off: kprobes do not fire");
	first_line(at("/proc/sys/kernel/ftrace_enabled"), line, sizeof(line));
	if (!strcmp(line, "0"))
		report(LACKING, "ftrace", "sysctl kernel.ftrace_enabled=1",
		       "switched off: fentry, fexit and kprobe_multi do not fire");
}
