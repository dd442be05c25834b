// SPDX-License-Identifier: GPL-2.0-only
/* ebpfdrvctl takeover: two parameters of the module. */
#include "ctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SWITCH	"/sys/module/ebpfdrv/parameters/takeover"
#define COUNT	"/sys/module/ebpfdrv/parameters/adopted"

static int say(void)
{
	char on[16], count[16];

	first_line(at(SWITCH), on, sizeof(on));
	first_line(at(COUNT), count, sizeof(count));
	if (!on[0]) {
		fprintf(stderr, "ebpfdrvctl: %s is not there: %s\n", at(SWITCH),
			exists(at("/sys/module/ebpfdrv")) ?
			"the module is older than this program, load the new one" :
			"is the module loaded? (modprobe ebpfdrv)");
		return EXIT_BROKEN;
	}
	printf("takeover: %s, processes adopted: %s\n", on[0] == 'Y' || on[0] == '1' ? "on" : "off",
	       count);
	return EXIT_FINE;
}

static int turn(bool on)
{
	int fd = open(at(SWITCH), O_WRONLY | O_CLOEXEC), error = 0;

	if (fd < 0 && errno == ENOENT)
		return say();
	if (fd < 0 || write(fd, on ? "1" : "0", 1) != 1)
		error = errno;
	if (fd >= 0)
		close(fd);
	if (!error)
		return say();
	fprintf(stderr, "ebpfdrvctl: takeover %s: %s%s\n", on ? "on" : "off", strerror(error),
		error == EACCES || error == EPERM ? ": run as root" :
		error == EOPNOTSUPP ? ": dmesg says what this kernel lacks" : "");
	return EXIT_BROKEN;
}

int takeover(const char *what)
{
	if (!strcmp(what, "status"))
		return say();
	if (!strcmp(what, "on") || !strcmp(what, "off"))
		return turn(!strcmp(what, "on"));
	fprintf(stderr, "ebpfdrvctl: takeover %s: it is on, off or status\n", what);
	return EXIT_MISUSED;
}
