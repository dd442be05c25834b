/* SPDX-License-Identifier: GPL-2.0-only */
/* The three ways to print what was seen, a file each */
#ifndef OUTPUT_H
#define OUTPUT_H

#include "options.h"
#include "rcvdelay.skel.h"

/* Prints the connections that are known now, and forgets those that have ended. */
int table_print(struct rcvdelay_bpf *skel, const struct options *options);

/* Prints the reads so far by their delay. */
void histogram_print(const struct rcvdelay_bpf *skel);

/* For ring_buffer__new(): prints a read as a line. */
int json_print(void *context, void *data, size_t size);

#endif
