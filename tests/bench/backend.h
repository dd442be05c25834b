/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The two sides of every benchmark: the kernel's own bpf(2) and ebpfdrv's, both
 * called with the same attributes, in the same run of the same machine.
 */
#ifndef _BENCH_BACKEND_H
#define _BENCH_BACKEND_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>

enum backend { NATIVE, EBPFDRV, NR_BACKENDS };

/* Opens what is needed; exits with a message when a side is missing. */
void backend_init(void);
/* As bpf(2): a result, or -1 and errno. */
long backend_bpf(enum backend b, int cmd, union bpf_attr *attr, unsigned int size);
/* As perf_event_open(2). */
long backend_perf_event_open(enum backend b, void *attr, int pid, int cpu, int group,
			     unsigned long flags);

/* Nanoseconds; under QEMU's -icount shift=0 one executed guest instruction each. */
unsigned long long bench_now(void);

/* One row: a name and both costs; prints it and remembers the ratio. */
void bench_row(const char *name, double native, double ebpfdrv);
/* "bench-NAME: geomean R, worst R (ROW)"; returns the exit status: 1 when there
 * was no row or something failed.
 */
int bench_end(const char *name);
void bench_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif /* _BENCH_BACKEND_H */
