/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>

#include "rcvdelay.h"

enum output {
	OUTPUT_TABLE,
	OUTPUT_HISTOGRAM,
	OUTPUT_JSON,
};

struct options {
	enum output output;
	__u64 threshold_ns;
	__u16 port;		/* 0: any */
	__u32 pid;		/* 0: any */
	char comm[COMM_LEN];	/* empty: any */
	unsigned int interval;	/* seconds between two tables */
	unsigned int duration;	/* seconds until the end, 0: until Ctrl-C */
	unsigned int rows;	/* of a table */
	bool verbose;
};

/*
 * Fills @options from the command line. Returns true to go on; else the program has to end with
 * @status: help was asked for and given, or an error was reported.
 */
bool options_parse(struct options *options, int argc, char **argv, int *status);

#endif
