// SPDX-License-Identifier: GPL-2.0-only
/*
 * Probes of tracepoints that the kernel does not give back at once, or not at all: before
 * 5.11 it has none of the memory it needs for that.
 */
#include <ebpf/types.h>

#include <stdio.h>
#include <string.h>

#include "tap.h"

/* In place of kmod/compat/compat.h */
#define _KMOD_COMPAT_H
#define HAVE_TRACEPOINT_BY_NAME
#define THIS_MODULE	((struct module *)&this_module)
#define pr_err(...)	snprintf(said, sizeof(said), __VA_ARGS__)

struct module;

static int this_module, module_refs;
static char said[256];

static void __module_get(struct module *mod)
{
	module_refs += mod == THIS_MODULE;
}

static void module_put(struct module *mod)
{
}

/* The kernel's part */

#include <linux/tracepoint.h>
#include "../../kmod/compat/keep.c"
#include "../../kmod/compat/tracepoint.c"

static struct tracepoint a_tracepoint = { "a_tracepoint" };
static struct tracepoint *const all[] = { &a_tracepoint };
static const void *has_probe, *has_data;
static int fails_with, fails, tries, slept;

static void tracepoint_iter_reset(struct tracepoint_iter *iter)
{
	iter->tracepoint = NULL;
}

static void tracepoint_iter_start(struct tracepoint_iter *iter)
{
	iter->tracepoint = all;
}

static void tracepoint_iter_next(struct tracepoint_iter *iter)
{
	iter->tracepoint = NULL;
}

static void tracepoint_iter_stop(struct tracepoint_iter *iter)
{
}

static int tracepoint_probe_register(const char *name, void *probe, void *data)
{
	has_probe = probe;
	has_data = data;
	return 0;
}

static int tracepoint_probe_unregister(const char *name, void *probe, void *data)
{
	tries++;
	if (probe != has_probe || data != has_data)
		return -ENOENT;
	if (fails) {
		fails--;
		return fails_with;
	}
	has_probe = has_data = NULL;
	return 0;
}

static void msleep(unsigned int msecs)
{
	slept += msecs;
}

/* Returns what unregistering says when the kernel fails @n times with @err. */
static bool go(int err, int n)
{
	struct compat_tracepoint ct;
	int data;

	fails_with = err;
	fails = n;
	tries = slept = module_refs = 0;
	said[0] = 0;
	if (ebpf_compat_tracepoint_find("a_tracepoint", &ct) ||
	    ebpf_compat_tracepoint_register(&ct, go, &data))
		return false;
	return ebpf_compat_tracepoint_unregister(&ct, go, &data);
}

int main(void)
{
	tap_ok(go(0, 0), "the kernel gives a probe back");
	tap_ok(tries == 1 && !slept && !module_refs && !said[0], "and that is all");

	tap_ok(go(-ENOMEM, 3), "no memory for a moment: it is given back");
	tap_eq(tries, 4, "at the fourth try");
	tap_ok(!has_probe && !module_refs && !said[0], "and nothing is kept");

	tap_ok(!go(-ENOMEM, 1000), "no memory for long: it is not, and that is told");
	tap_ok(tries > 1 && tries < 100 && slept >= 500 && slept < 5000, "after a while");
	tap_ok(has_probe, "the kernel still calls it");
	tap_eq(module_refs, 1, "the module stays for it");
	tap_ok(strstr(said, "cannot be unloaded"), "and the log says so");

	tap_ok(!go(-EINVAL, 1000), "another error is told");
	tap_eq(tries, 1, "at once");
	tap_eq(module_refs, 1, "and the module stays");
	return tap_end();
}
