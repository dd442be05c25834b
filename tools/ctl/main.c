// SPDX-License-Identifier: GPL-2.0-only
/* ebpfdrvctl: how ebpfdrv is, on this machine and for a program. */
#include "ctl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

static const char help[] =
"usage: ebpfdrvctl doctor [--json] [PROG]   what works here, and for PROG, and what to do\n"
"       ebpfdrvctl status [--json]          programs, maps and links, and whose they are\n"
"       ebpfdrvctl top [-n ROUNDS] [-d SECONDS]  the costliest programs\n"
"       ebpfdrvctl takeover on|off|status   the bpf(2) of every process is the module's\n"
"\n"
"  --root DIR     doctor: look at the files below DIR, of another machine\n"
"  --release REL  doctor: the kernel of that machine, as uname -r prints it\n"
"  --help         this text\n"
"  --version      the version\n"
"\n"
"Environment: EBPFDRV_DEVICE (the device node, /dev/ebpfdrv), EBPFDRV_LIBRARY.\n"
"\n"
"Status: of doctor, 0 when programs run, 1 when they do not, 2 when they do but something\n"
"does not work; of the others, 1 when the module cannot be asked; 3 for wrong usage.\n";

static int misused(const char *what, const char *why)
{
	fprintf(stderr, "ebpfdrvctl: %s%s\n%s", what, why, help);
	return EXIT_MISUSED;
}

static void find_machine(void)
{
	const char *device = getenv("EBPFDRV_DEVICE");
	struct utsname names;

	if (!machine.release[0] && !uname(&names))
		snprintf(machine.release, sizeof(machine.release), "%s", names.release);
	snprintf(machine.device, sizeof(machine.device), "%s", device && *device ? device :
		 at(EBPFDRV_DEVICE_PATH));
}

struct options {
	const char *command, *argument;
	bool json;
	unsigned int seconds, rounds;
};

/* An option with a value. Return: whether it was one. */
static bool take_value(struct options *options, const char *name, const char *value)
{
	if (!strcmp(name, "--root"))
		machine.root = value;
	else if (!strcmp(name, "--release"))
		snprintf(machine.release, sizeof(machine.release), "%s", value);
	else if (!strcmp(name, "-d"))
		options->seconds = atoi(value);
	else if (!strcmp(name, "-n"))
		options->rounds = atoi(value);
	else
		return false;
	return true;
}

static int run(const struct options *options)
{
	const char *command = options->command ? options->command : "";

	find_machine();
	if (!strcmp(command, "doctor"))
		return doctor(options->argument, options->json);
	if (!strcmp(command, "takeover"))
		return takeover(options->argument ? options->argument : "status");
	if (options->argument)
		return misused(options->argument, ": one argument too many");
	if (!strcmp(command, "status"))
		return status(options->json);
	if (!strcmp(command, "top"))
		return top(options->seconds, options->rounds);
	return misused(command, *command ? ": no such command" : "no command given");
}

int main(int argc, char **argv)
{
	struct options options = { .seconds = 2 };
	int i;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			fputs(help, stdout);
			return 0;
		}
		if (!strcmp(argv[i], "--version")) {
			puts("ebpfdrvctl " VERSION);
			return 0;
		}
		if (!strcmp(argv[i], "--json"))
			options.json = true;
		else if (argv[i][0] == '-' && i + 1 < argc && take_value(&options, argv[i], argv[i + 1]))
			i++;
		else if (argv[i][0] == '-')
			return misused(argv[i], ": unknown option, or its value is missing");
		else if (!options.command)
			options.command = argv[i];
		else if (!options.argument)
			options.argument = argv[i];
		else
			return misused(argv[i], ": one argument too many");
	}
	return run(&options);
}
