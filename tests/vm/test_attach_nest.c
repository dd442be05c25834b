// SPDX-License-Identifier: GPL-2.0-only
/*
 * harness: timeout=300
 *
 * Programs that call what others of them are attached to: how deep, and how many.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <unistd.h>

#include "client.h"
#include "test_attach_nest.h"

#define NEST_MAX	3	/* runs inside each other in one context */
#define LINKS_MAX	38	/* programs of all kinds at a function, as in Linux */

static struct bpf_link *links[NR_MANY];

static struct bpf_program *many(int i)
{
	char name[16];

	snprintf(name, sizeof(name), "many_%02d", i);
	return prog_named(name);
}

static void set_state(struct state *s)
{
	__u32 zero = 0;

	memset(s, 0, sizeof(*s));
	s->tgid = getpid();
	if (bpf_map_update_elem(map_fd("state"), &zero, s, 0))
		die("state");
}

static void get_state(struct state *s)
{
	__u32 zero = 0;

	if (bpf_map_lookup_elem(map_fd("state"), &zero, s))
		die("state");
}

static void test_nested(void)
{
	struct bpf_link *nested[NR_NESTED], *start;
	struct state s;
	char name[16];
	int i;

	for (i = 0; i < NR_NESTED; i++) {
		snprintf(name, sizeof(name), "nest_%d", i);
		nested[i] = bpf_program__attach(prog_named(name));
		tap_ok(nested[i] != NULL, "%s is attached to what it calls", name);
	}
	set_state(&s);
	start = attach("start");
	for (i = 0; i < 5; i++)
		getppid();
	bpf_link__destroy(start);
	get_state(&s);
	tap_ok(s.runs > 0, "they run (%u times)", s.runs);
	tap_eq(s.deepest, NEST_MAX, "at most %d inside each other", NEST_MAX);
	tap_eq(s.depth, 0, "and all come to their end");
	for (i = 0; i < NR_NESTED; i++)
		bpf_link__destroy(nested[i]);
}

static void test_many(void)
{
	int i, attached = 0;

	for (i = 0; i < LINKS_MAX; i++) {
		links[i] = bpf_program__attach(many(i));
		attached += !!links[i];
	}
	tap_eq(attached, LINKS_MAX, "%d programs at a function", LINKS_MAX);
	links[38] = bpf_program__attach(many(38));
	tap_ok(!links[38] && errno == E2BIG, "one more is refused with E2BIG (%s)",
	       strerror(errno));
	bpf_link__destroy(links[0]);
	links[0] = NULL;
	links[38] = bpf_program__attach(many(38));
	tap_ok(links[38] != NULL, "another takes the place of one that went");
	for (i = 0; i < NR_MANY; i++)
		bpf_link__destroy(links[i]);
}

int main(int argc, char **argv)
{
	client_preload(argv);
	client_open("test_attach_nest");
	if (bpf_object__load(obj))
		die("bpf_object__load");
	test_nested();
	test_many();
	bpf_object__close(obj);
	return tap_end();
}
