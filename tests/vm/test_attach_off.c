// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kprobes and ftrace switched off as a whole, and on again: what is attached meanwhile
 * begins when they are on, or is refused with EBUSY where the kernel would leave it dead; what
 * goes meanwhile is gone, and the kernel can take all apart. A probe that the kernel kept
 * would be found by the next one on the function.
 *
 * harness: timeout=300 sources=attach_lib.c
 */
#define _GNU_SOURCE
#include "attach_lib.h"
#include "tap.h"

#include <stdlib.h>

#define CALLS	10

static uint32_t self;
static const char *getppid_name;

/*
 * What is switched
 */

static const struct a_switch {
	const char *name;
	bool (*turn)(bool on);
} switches[] = {
	{ "kprobes", kprobes_set },
	{ "ftrace", ftrace_set },
};

/*
 * What is attached
 */

struct one {
	struct counter c;
	int event, link;
};

static const struct way {
	const char *name;
	bool multi, ret;
} ways[] = {
	{ "kprobe", false, false },
	{ "kretprobe", false, true },
	{ "kprobe_multi", true, false },
	{ "kretprobe_multi", true, true },
};

static int attach_link(struct one *o, const struct way *way)
{
	if (way->multi)
		return link_multi(o->c.prog, way->ret ? EBPF_F_KPROBE_MULTI_RETURN : 0,
				  getppid_name);
	o->event = open_kprobe(getppid_name, 0, way->ret);
	return o->event < 0 ? -1 : link_perf(o->c.prog, o->event, 0);
}

static void attach(struct one *o, const struct way *way)
{
	load_expected_attach_type = way->multi ? EBPF_TRACE_KPROBE_MULTI : 0;
	counter_make(&o->c, EBPF_PROG_TYPE_KPROBE, self, COUNT_ONLY, 0);
	load_expected_attach_type = 0;
	o->event = -1;
	o->link = attach_link(o, way);
}

/* While something is off. */
static void attach_off(struct one *o, const struct way *way)
{
	attach(o, way);
	tap_ok(o->link >= 0 || errno == EBUSY, "%s: attached, or refused with EBUSY", way->name);
}

/* It is on: who was refused comes again. */
static void attach_refused(struct one *o, const struct way *way)
{
	if (o->link < 0)
		o->link = attach_link(o, way);
}

static void detach(struct one *o)
{
	if (o->link >= 0)
		close(o->link);
	if (o->event >= 0)
		close(o->event);
	o->link = o->event = -1;
}

static uint64_t fresh_hits(const struct one *o)
{
	uint64_t before = counter_hits(&o->c, -1);

	call_getppid(CALLS);
	return counter_hits(&o->c, -1) - before;
}

static void finish(struct one *o)
{
	detach(o);
	counter_close(&o->c);
}

/* Neither is on the kernel's list any more: a third finds the function as it was. */
static void all_gone(const struct way *way, const struct one *a, const struct one *b,
		     const char *when)
{
	struct one c;

	tap_eq(fresh_hits(a) + fresh_hits(b), 0, "%s: gone %s, nothing is counted", way->name, when);
	attach(&c, way);
	tap_ok(c.link >= 0, "%s: the function can be probed again", way->name);
	tap_eq(fresh_hits(&c), CALLS, "%s: and each call is counted once", way->name);
	finish(&c);
}

static void test_attach_off(const struct a_switch *s, const struct way *way)
{
	struct one a, b;

	tap_ok(s->turn(false), "%s off", s->name);
	attach_off(&a, way);
	attach_off(&b, way);
	tap_eq(a.link >= 0, b.link >= 0, "%s: two of them alike", way->name);
	call_getppid(CALLS);
	tap_ok(s->turn(true), "%s on", s->name);
	attach_refused(&a, way);
	attach_refused(&b, way);
	tap_eq(fresh_hits(&a), CALLS, "%s: the first begins", way->name);
	tap_eq(fresh_hits(&b), CALLS, "%s: the second begins", way->name);
	detach(&b);
	tap_eq(fresh_hits(&a), CALLS, "%s: the second goes, the first stays", way->name);
	detach(&a);
	all_gone(way, &a, &b, "with all on");
	finish(&a);
	finish(&b);
}

static void test_detach_off(const struct a_switch *s, const struct way *way)
{
	struct one a, b;

	attach(&a, way);
	tap_eq(fresh_hits(&a), CALLS, "%s: one counts", way->name);
	tap_ok(s->turn(false), "%s off", s->name);
	attach_off(&b, way);
	detach(&a);
	tap_ok(s->turn(true), "%s on", s->name);
	attach_refused(&b, way);
	tap_eq(fresh_hits(&b), CALLS, "%s: attached while off, it outlives the first", way->name);
	tap_eq(fresh_hits(&a), 0, "%s: the first is gone", way->name);
	tap_ok(s->turn(false), "%s off", s->name);
	detach(&b);
	tap_ok(s->turn(true), "%s on", s->name);
	all_gone(way, &a, &b, "while off");
	finish(&a);
	finish(&b);
}

/* Never on at all. */
static void test_only_off(const struct a_switch *s, const struct way *way)
{
	struct one a, b;

	tap_ok(s->turn(false), "%s off", s->name);
	attach_off(&a, way);
	attach_off(&b, way);
	detach(&a);
	detach(&b);
	tap_ok(s->turn(true), "%s on", s->name);
	all_gone(way, &a, &b, "without ever being on");
	finish(&a);
	finish(&b);
}

int main(void)
{
	uint64_t events;
	unsigned int i, j;

	self = getpid();
	drv_open();
	events = drv_stats().events;
	getppid_name = getppid_func();
	if (!tap_ok(getppid_name, "getppid's function can be probed"))
		return tap_end();
	for (i = 0; i < sizeof(switches) / sizeof(switches[0]); i++) {
		if (!switches[i].turn(true)) {
			tap_skip("%s cannot be switched here", switches[i].name);
			continue;
		}
		for (j = 0; j < sizeof(ways) / sizeof(ways[0]); j++) {
			test_attach_off(&switches[i], &ways[j]);
			test_detach_off(&switches[i], &ways[j]);
			test_only_off(&switches[i], &ways[j]);
		}
	}
	for (i = 0; i < 100 && drv_stats().events != events; i++)
		usleep(100000);
	tap_eq(drv_stats().events, events, "no event is kept");
	drv_close();
	return tap_end();
}
