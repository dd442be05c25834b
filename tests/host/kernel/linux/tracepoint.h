/* SPDX-License-Identifier: GPL-2.0-only */
/* For test_tracepoint_keep.c: as 3.10 has them, by name. */
#ifndef _LINUX_TRACEPOINT_H
#define _LINUX_TRACEPOINT_H

struct tracepoint {
	const char *name;
};

struct tracepoint_iter {
	struct tracepoint *const *tracepoint;
};

static void tracepoint_iter_reset(struct tracepoint_iter *iter);
static void tracepoint_iter_start(struct tracepoint_iter *iter);
static void tracepoint_iter_next(struct tracepoint_iter *iter);
static void tracepoint_iter_stop(struct tracepoint_iter *iter);
static int tracepoint_probe_register(const char *name, void *probe, void *data);
static int tracepoint_probe_unregister(const char *name, void *probe, void *data);

#endif /* _LINUX_TRACEPOINT_H */
