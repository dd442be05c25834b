// SPDX-License-Identifier: GPL-2.0-only
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
"Usage: rcvdelay [OPTIONS]\n"
"\n"
"For each TCP connection of this machine: the time from when data came to when a\n"
"process read it. Ctrl-C ends it.\n"
"\n"
"What is printed:\n"
"      --table          connections, the longest delay first (default);\n"
"                       WAITING: how long data is there that nobody has read\n"
"  -H, --histogram      reads by their delay, in powers of two\n"
"  -j, --json           a line of JSON for each read\n"
"\n"
"What is counted:\n"
"  -t, --threshold MS   reads whose delay was MS milliseconds (or 0.5) or more\n"
"  -p, --port PORT      connections with this port at either end\n"
"  -P, --pid PID        reads by this process\n"
"  -n, --name NAME      reads by processes of this name (as ps -o comm shows it)\n"
"\n"
"How long and how often:\n"
"  -i, --interval S     seconds between two tables or histograms (1)\n"
"  -d, --duration S     end after S seconds\n"
"  -r, --rows N         at most N connections in a table (20)\n"
"\n"
"  -v, --verbose        what libbpf says while it loads the programs\n"
"  -h, --help           this text\n"
"\n"
"It needs root, and the events tcp:tcp_probe, tcp:tcp_rcv_space_adjust and\n"
"sock:inet_sock_set_state: Linux 4.17 or later, or ebpfdrv (ebpfdrv-run\n"
"rcvdelay).\n"
"Status: 0 at Ctrl-C or when the time is over, 1 when it cannot work here, 2 for\n"
"usage.\n";

static const struct option long_options[] = {
	{ "table", no_argument, NULL, 'T' },
	{ "histogram", no_argument, NULL, 'H' },
	{ "json", no_argument, NULL, 'j' },
	{ "threshold", required_argument, NULL, 't' },
	{ "port", required_argument, NULL, 'p' },
	{ "pid", required_argument, NULL, 'P' },
	{ "name", required_argument, NULL, 'n' },
	{ "interval", required_argument, NULL, 'i' },
	{ "duration", required_argument, NULL, 'd' },
	{ "rows", required_argument, NULL, 'r' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

/* @text as a number from 1 to @max; 0: it is none, and that was said. */
static unsigned long number(const char *option, const char *text, unsigned long max)
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (*text >= '0' && *text <= '9' && !*end && !errno && n && n <= max)
		return n;
	fprintf(stderr, "rcvdelay: --%s %s: not a number from 1 to %lu\n", option, text, max);
	return 0;
}

static bool parse_threshold(struct options *options, const char *text)
{
	char *end;
	double ms = strtod(text, &end);

	/* Written so that it refuses what is not a number (NaN), too. */
	if (end == text || *end || !(ms >= 0 && ms <= 1e9)) {
		fprintf(stderr, "rcvdelay: --threshold %s: not a number of milliseconds\n", text);
		return false;
	}
	options->threshold_ns = ms * 1e6;
	return true;
}

static bool parse_name(struct options *options, const char *text)
{
	if (!*text || strlen(text) >= sizeof(options->comm)) {
		fprintf(stderr, "rcvdelay: --name %s: names of processes have 1 to %zu bytes\n", text,
			sizeof(options->comm) - 1);
		return false;
	}
	strcpy(options->comm, text);
	return true;
}

/* One option; false: it is wrong, and that was said. */
static bool parse_option(struct options *options, int option, const char *value)
{
	switch (option) {
	case 'T':
		options->output = OUTPUT_TABLE;
		return true;
	case 'H':
		options->output = OUTPUT_HISTOGRAM;
		return true;
	case 'j':
		options->output = OUTPUT_JSON;
		return true;
	case 't':
		return parse_threshold(options, value);
	case 'p':
		options->port = number("port", value, 65535);
		return options->port;
	case 'P':
		options->pid = number("pid", value, INT_MAX);
		return options->pid;
	case 'n':
		return parse_name(options, value);
	case 'i':
		options->interval = number("interval", value, 86400);
		return options->interval;
	case 'd':
		options->duration = number("duration", value, INT_MAX);
		return options->duration;
	case 'r':
		options->rows = number("rows", value, MAX_CONNS);
		return options->rows;
	case 'v':
		options->verbose = true;
		return true;
	default:
		/* getopt has named it. */
		return false;
	}
}

static bool usage_error(int *status)
{
	fputs("Try: rcvdelay --help\n", stderr);
	*status = 2;
	return false;
}

bool options_parse(struct options *options, int argc, char **argv, int *status)
{
	int option;

	*options = (struct options){ .interval = 1, .rows = 20 };
	while ((option = getopt_long(argc, argv, "Hjt:p:P:n:i:d:r:vh", long_options, NULL)) >= 0) {
		if (option == 'h') {
			fputs(help, stdout);
			*status = 0;
			return false;
		}
		if (!parse_option(options, option, optarg))
			return usage_error(status);
	}
	if (optind < argc) {
		fprintf(stderr, "rcvdelay: %s: it takes options only\n", argv[optind]);
		return usage_error(status);
	}
	return true;
}
