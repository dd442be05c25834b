// SPDX-License-Identifier: GPL-2.0-only
/*
 * harness: timeout=300
 *
 * What reading pinned objects gives. The expected texts are what Linux 6.1 and 6.18
 * showed for the same maps.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client.h"
#include "test_bpffs_show.h"

#define DIR	"/tmp/bpffs_show"
#define WARN	"# WARNING!! The output is for debug purpose only\n" \
		"# WARNING!! The output format will change\n"

static char text[1 << 20];

static void load(void)
{
	client_load("test_bpffs_show");
	mkdir(DIR, 0700);
	if (mount("none", DIR, "ebpfdrvfs", 0, NULL))
		die("mount");
}

static const char *pin(const char *name, int fd)
{
	static char path[4096];

	snprintf(path, sizeof(path), DIR "/%s", name);
	if (bpf_obj_pin(fd, path))
		die(path);
	return path;
}

/* 0 or a negative errno; @step: bytes that each read asks for */
static int slurp(const char *path, size_t step)
{
	int fd = open(path, O_RDONLY), err = 0;
	size_t len = 0;
	ssize_t n = 0;

	if (fd < 0)
		return -errno;
	while (len + step < sizeof(text) && (n = read(fd, text + len, step)) > 0)
		len += n;
	if (n < 0)
		err = -errno;
	text[len] = '\0';
	close(fd);
	return err;
}

static void shows(const char *name, const char *want, const char *what)
{
	bool ok = !slurp(pin(name, map_fd(name)), 4096) && !strcmp(text, want);

	tap_ok(ok, "%s", what);
	if (!ok)
		printf("# want:\n%s\n# got:\n%s\n", want, text);
}

static void test_array(void)
{
	struct show_value v = {
		.x = -1, .y = 3, .z = 5, .u.l = 0x0807060504030201, .e = SHOW_TWO,
		.parts = { { 1, 2 }, { 3, 4 } }, .name = "hel", .b = 1, .big = 42, .q = 7,
	};
	__u32 key = 1;

	if (bpf_map_update_elem(map_fd("array"), &key, &v, 0))
		die("array");
	shows("array", WARN
	      "0: {0,0x0,0x0,{0,[],},SHOW_ZERO,[0,0,},0,0,},],[],0,0,{0,},}\n"
	      "1: {-1,0x3,0x5,{578437695752307201,[1,2,3,4,5,6,7,8,],},SHOW_TWO,"
	      "[1,2,},3,4,},],['h','e','l',],1,42,{7,},}\n", "an array");
}

static void test_hash(void)
{
	struct show_key key = { .a = 1, .b = 2 };
	int value = 5;

	bpf_map_update_elem(map_fd("hash"), &key, &value, 0);
	shows("hash", WARN "{1,2,0,}: 5\n", "a hash");
	shows("lru", WARN, "an LRU hash without elements");
}

/* What each CPU's line looks like. */
static char *all_cpus(char *to, const char *key, const char *value)
{
	int cpu, nr = libbpf_num_possible_cpus();

	to += sprintf(to, WARN "%s: {\n", key);
	for (cpu = 0; cpu < nr; cpu++)
		to += sprintf(to, "\tcpu%d: %s\n", cpu, value);
	return to + sprintf(to, "}\n");
}

static void test_percpu(void)
{
	struct show_key key = { .a = 1, .b = 2 }, *values;
	int nr = libbpf_num_possible_cpus(), i;
	__u64 numbers[nr];
	char want[64 * (nr + 4)];
	__u32 zero = 0;

	for (i = 0; i < nr; i++)
		numbers[i] = 9;
	bpf_map_update_elem(map_fd("percpu_hash"), &key, numbers, 0);
	all_cpus(want, "{1,2,0,}", "9");
	shows("percpu_hash", want, "a per-CPU hash");
	values = calloc(nr, sizeof(*values));
	for (i = 0; i < nr; i++)
		values[i].a = 3;
	bpf_map_update_elem(map_fd("percpu_array"), &zero, values, 0);
	all_cpus(want, "0", "{3,0,0,}");
	shows("percpu_array", want, "a per-CPU array");
	free(values);
}

static void test_others(void)
{
	struct bpf_program *prog = bpf_object__find_program_by_name(obj, "prog");
	int fd = bpf_program__fd(prog);
	struct bpf_prog_info info = { 0 };
	__u32 len = sizeof(info), zero = 0;
	char want[256];

	bpf_obj_get_info_by_fd(fd, &info, &len);
	bpf_map_update_elem(map_fd("progs"), &zero, &fd, 0);
	snprintf(want, sizeof(want), WARN "0: %u\n", info.id);
	shows("progs", want, "programs of an array, where there are any");
	tap_ok(!slurp(pin("section", map_fd("test_bpf.data")), 4096) &&
	       !strcmp(text, WARN "section (\".data\") = {7\n"), "variables of a section");
	tap_eq(slurp(pin("plain", map_fd("plain")), 4096), -EIO, "a map without types: EIO");
	tap_eq(slurp(pin("prog", fd), 4096), -EIO, "a program: EIO");
}

/* More than a page, in pieces. */
static void test_long(void)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts);
	struct bpf_map_info info = { 0 };
	__u32 len = sizeof(info);
	char *whole, *line;
	int fd, i, bad = 0;

	bpf_obj_get_info_by_fd(map_fd("array"), &info, &len);
	opts.btf_fd = bpf_btf_get_fd_by_id(info.btf_id);
	opts.btf_key_type_id = info.btf_key_type_id;
	opts.btf_value_type_id = info.btf_value_type_id;
	fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "long", 4, sizeof(struct show_value), 1000, &opts);
	tap_eq(slurp(pin("long", fd), 100000), 0, "a long map");
	whole = strdup(text);
	slurp(DIR "/long", 37);
	tap_ok(!strcmp(whole, text), "is the same in small pieces");
	line = strchr(strchr(text, '\n') + 1, '\n') + 1;
	for (i = 0; i < 1000 && line && *line; i++) {
		bad += atoi(line) != i;
		line = strchr(line, '\n') + 1;
	}
	tap_ok(i == 1000 && !bad && !*line, "and has all elements");
	free(whole);
	close(fd);
	close(opts.btf_fd);
}

int main(int argc, char **argv)
{
	client_preload(argv);
	load();
	test_array();
	test_hash();
	test_percpu();
	test_others();
	test_long();
	bpf_object__close(obj);
	umount(DIR);
	rmdir(DIR);
	return tap_end();
}
