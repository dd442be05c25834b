/* SPDX-License-Identifier: GPL-2.0-only */
/* The programs in the kernel: loading and attaching them */
#ifndef SESSION_H
#define SESSION_H

#include "options.h"
#include "rcvdelay.skel.h"

/*
 * Loads and attaches the programs with @options. NULL: that did not work, and why was said on
 * stderr. Otherwise rcvdelay_bpf__destroy() ends it.
 */
struct rcvdelay_bpf *session_begin(const struct options *options);

#endif
