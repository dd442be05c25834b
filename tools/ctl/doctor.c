// SPDX-License-Identifier: GPL-2.0-only
/* `ebpfdrvctl doctor`: what works on this machine, and what to do about the rest. */
#include "ctl.h"
#include "../../shim/program.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

/* --- the kernel ------------------------------------------------------------------- */

/* docs/kernels.md */
#define NEWEST_MAJOR	7
#define NEWEST_MINOR	2

void check_kernel(void)
{
	struct utsname names;
	int major = 0, minor = 0;

	if (!uname(&names) && strcmp(names.machine, "x86_64")) {
		report(BROKEN, "kernel", "none: other architectures are not supported",
		       "Linux %s on %s", machine.release, names.machine);
		return;
	}
	sscanf(machine.release, "%d.%d", &major, &minor);
	if (major < 3 || (major == 3 && minor < 10))
		report(BROKEN, "kernel", "a kernel of 3.10 or later", "Linux %s is too old",
		       machine.release);
	else if (major > NEWEST_MAJOR || (major == NEWEST_MAJOR && minor > NEWEST_MINOR))
		report(NOTED, "kernel", NULL, "Linux %s is newer than what was tried (%d.%d)",
		       machine.release, NEWEST_MAJOR, NEWEST_MINOR);
	else
		report(FINE, "kernel", NULL, "Linux %s", machine.release);
}

/* --- the device ------------------------------------------------------------------- */

static void check_closed_device(int error, bool loaded)
{
	if (error == ENOENT && loaded)
		report(BROKEN, "device", "in a container: hand it in (--device /dev/ebpfdrv, or mount the"
		       " host's /dev); else: udevadm trigger, or load the module again",
		       "the module is loaded, but %s is not there", machine.device);
	else if (error == ENOENT || error == ENXIO || error == ENODEV)
		report(BROKEN, "device", "modprobe ebpfdrv; why it failed is in dmesg",
		       "%s: %s: the module is not loaded", machine.device, strerror(error));
	else if ((error == EACCES || error == EPERM) && geteuid())
		report(BROKEN, "device", "run as root", "%s: %s", machine.device, strerror(error));
	else if (error == EACCES || error == EPERM)
		report(BROKEN, "device", "in a container: allow the device (privileged, or a rule of its"
		       " device cgroup); see also SELinux", "%s: %s, to root", machine.device,
		       strerror(error));
	else
		report(BROKEN, "device", NULL, "%s: %s", machine.device, strerror(error));
}

void check_device(const struct device *device, bool loaded)
{
	const struct ebpfdrv_info *info = &device->info;

	if (device->fd < 0)
		check_closed_device(device->error, loaded);
	else if (!device->ours)
		report(BROKEN, "device", "remove the node and load the module again; or correct"
		       " EBPFDRV_DEVICE", "%s is not the device of ebpfdrv.ko", machine.device);
	else if (info->abi_version != EBPFDRV_ABI_VERSION)
		report(BROKEN, "device", "install module and tools from one release; rmmod ebpfdrv;"
		       " modprobe ebpfdrv", "the module speaks ABI %u, these tools ABI %u",
		       info->abi_version, EBPFDRV_ABI_VERSION);
	else if (strcmp(info->version, VERSION))
		report(NOTED, "device", "rmmod ebpfdrv; modprobe ebpfdrv, if a new one was installed",
		       "the module is version %s, these tools are %s", info->version, VERSION);
	else
		report(FINE, "device", NULL, "%s: version %s, ABI %u", machine.device, info->version,
		       info->abi_version);
}

/* --- rights ----------------------------------------------------------------------- */

#define CAP(n)		(1ULL << (n))
#define CAP_SYS_ADMIN	CAP(21)
#define CAP_PERFMON	CAP(38)
#define CAP_BPF		CAP(39)

void check_rights(void)
{
	unsigned long long have = 0, last = 0;
	char word[32];

	if (word_behind(at("/proc/self/uid_map"), " 0 ", word, sizeof(word)) &&
	    !holds(at("/proc/self/uid_map"), "4294967295"))
		report(BROKEN, "rights", "run in the initial user namespace (a privileged container, not"
		       " a rootless one)", "this is a user namespace, whose root the module does not"
		       " know");
	if (!word_behind(at("/proc/self/status"), "CapEff:\t", word, sizeof(word)))
		return;
	have = strtoull(word, NULL, 16);
	first_line(at("/proc/sys/kernel/cap_last_cap"), word, sizeof(word));
	last = strtoull(word, NULL, 10);
	if (have & CAP_SYS_ADMIN)
		report(FINE, "rights", NULL, "CAP_SYS_ADMIN");
	else if (last >= 39 && (have & CAP_BPF) && (have & CAP_PERFMON))
		report(NOTED, "rights", "docs/who-may.md has the table",
		       "CAP_BPF and CAP_PERFMON: enough to load and trace, not for objects by number,"
		       " uprobes and programs that write user memory");
	else
		report(BROKEN, "rights", last >= 39 ? "run as root, or with CAP_BPF and CAP_PERFMON" :
		       "run as root, or with CAP_SYS_ADMIN", "capabilities %#llx are too few", have);
}

/* --- SELinux ----------------------------------------------------------------------- */

void check_selinux(void)
{
	char line[16], command[64];

	first_line(at("/sys/fs/selinux/enforce"), line, sizeof(line));
	if (strcmp(line, "1"))
		return;
	/* A denial of anything of ours; the word behind it is of no interest. */
	if (word_behind(at("/var/log/audit/audit.log"), "name=\"ebpfdrv\"", command, sizeof(command)) ||
	    holds(at("/var/log/audit/audit.log"), "path=\"/dev/ebpfdrv\""))
		report(LACKING, "selinux", "ausearch -m avc -ts recent | grep ebpfdrv | audit2allow -M"
		       " my-ebpfdrv; semodule -i my-ebpfdrv.pp",
		       "enforcing, and the audit log has denials of the device");
	else
		report(FINE, "selinux", NULL, "enforcing, no denial of the device in the audit log");
}

/* --- library and program ----------------------------------------------------------- */

void check_library(void)
{
	const char *chosen = getenv("EBPFDRV_LIBRARY"), *fault;
	char path[PATH_MAX];

	if (chosen && *chosen)
		snprintf(path, sizeof(path), "%s", chosen);
	else if (!find_library(path, sizeof(path))) {
		report(BROKEN, "library", "make install-user, or set EBPFDRV_LIBRARY",
		       "libebpfdrv.so is not found");
		return;
	}
	fault = library_fault(path);
	if (fault)
		report(BROKEN, "library", chosen && *chosen ? "correct EBPFDRV_LIBRARY" :
		       "install it again", "%s: %s", path, fault);
	else if (strpbrk(path, ": \t\n"))
		report(BROKEN, "library", "move it: LD_PRELOAD takes no such path",
		       "%s: a colon or a blank in its path", path);
	else
		report(FINE, "library", NULL, "%s", path);
}

static const struct {
	const char *kind, *todo;
} remedies[] = {
	{ "static", "use a build that is linked dynamically with glibc" },
	{ "go", "a module that adopts processes, or a client in C (bpftool, bpftrace, libbpf's)" },
	{ "musl", "use a build for glibc, or run it from a root directory of a distribution with glibc" },
	{ "elf-class", "use a 64-bit build" },
	{ "set-uid", "run it as its owner, or a copy without the set-user-ID bit" },
	{ "set-gid", "run a copy without the set-group-ID bit" },
	{ "capabilities", "run it as root, or a copy without file capabilities" },
};

/* The numbers of 32-bit programs are others. */
static bool can_adopt(const struct device *device, const struct obstacle *obstacle)
{
	return device->ours && device->info.features & EBPFDRV_FEATURE_ADOPT &&
	       strcmp(obstacle->kind, "elf-class");
}

void check_program(const char *name, const struct device *device)
{
	struct obstacle obstacle;
	char path[PATH_MAX];
	int error = find_program(name, path, sizeof(path));
	size_t i;

	if (error) {
		report(BROKEN, "program", strchr(name, '/') ? NULL : "install it, or give its path",
		       "%s: %s", name, strchr(name, '/') ? strerror(error) : "command not found");
		return;
	}
	if (access(path, X_OK)) {
		report(BROKEN, "program", "chmod +x, or name its interpreter", "%s cannot be executed",
		       path);
		return;
	}
	if (!find_obstacle(path, &obstacle)) {
		report(FINE, "program", NULL, "%s: the library can be loaded into it", path);
		return;
	}
	if (can_adopt(device, &obstacle)) {
		report(FINE, "program", NULL, "%s %s: the module adopts it", obstacle.path,
		       obstacle.what);
		return;
	}
	for (i = 0; strcmp(remedies[i].kind, obstacle.kind); i++)
		;
	report(BROKEN, "program", remedies[i].todo, "%s %s", obstacle.path, obstacle.what);
}

int doctor(const char *program, bool json)
{
	bool loaded = exists(at("/sys/module/ebpfdrv"));
	struct device device;

	open_device(&device);
	check_kernel();
	check_module(loaded);
	check_device(&device, loaded);
	check_rights();
	check_selinux();
	check_types(&device);
	check_tracing(&device);
	check_library();
	if (program)
		check_program(program, &device);
	return print_report(json);
}
