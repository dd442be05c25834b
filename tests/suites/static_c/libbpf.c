// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a program on libbpf gets that is linked statically, so that nothing can be preloaded into it: a
 * line for each thing, its name and what came of it.
 */
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "static.skel.h"

#define CALLS	10
/* Linux 6.1's BTF has this function, but not that of getppid(2). */
#define TRACED	"do_nanosleep"

/**
 * struct row - one thing
 * @name:    of the line
 * @prog:    of the one program that is loaded for it
 * @attach:  to what it is to be attached
 * @outcome: the number to print after CALLS calls; without one, the program's result
 */
struct row {
	const char *name;
	const char *prog;
	struct bpf_link *(*attach)(const struct bpf_program *prog);
	long (*outcome)(struct static_bpf *bpf, struct bpf_link *link);
};

static char getppid_func[64];

/* The function behind getppid(2), whatever this kernel calls it. */
static void find_getppid(void)
{
	FILE *f = fopen("/proc/kallsyms", "r");
	char line[512], name[64], type;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%*x %c %63s", &type, name) == 2 && (type | 0x20) == 't' &&
		    (!strcmp(name, "__x64_sys_getppid") || !strcmp(name, "sys_getppid")))
			strcpy(getppid_func, name);
	if (f)
		fclose(f);
}

__attribute__((noinline, used)) void target(void)
{
	__asm__ volatile("");
}

static void hit(void)
{
	int i;

	for (i = 0; i < CALLS; i++) {
		syscall(SYS_getppid);
		usleep(1);
		target();
	}
}

/*
 * Attaching
 */
static struct bpf_link *at_kprobe(const struct bpf_program *prog)
{
	return bpf_program__attach_kprobe(prog, false, getppid_func);
}

static struct bpf_link *at_kretprobe(const struct bpf_program *prog)
{
	return bpf_program__attach_kprobe(prog, true, getppid_func);
}

static struct bpf_link *at_target(const struct bpf_program *prog, bool ret)
{
	LIBBPF_OPTS(bpf_uprobe_opts, opts, .func_name = "target", .retprobe = ret);

	return bpf_program__attach_uprobe_opts(prog, -1, "/proc/self/exe", 0, &opts);
}

static struct bpf_link *at_uprobe(const struct bpf_program *prog)
{
	return at_target(prog, false);
}

static struct bpf_link *at_uretprobe(const struct bpf_program *prog)
{
	return at_target(prog, true);
}

/*
 * Outcomes
 */
static int on_record(void *ctx, void *data, size_t size)
{
	(void)data;
	*(long *)ctx += size == sizeof(__u64);
	return 0;
}

static long from_ring(struct static_bpf *bpf, struct bpf_link *link)
{
	struct ring_buffer *rb;
	long n = 0;

	(void)link;
	rb = ring_buffer__new(bpf_map__fd(bpf->maps.ring), on_record, &n, NULL);
	if (!rb)
		return -errno;
	hit();
	ring_buffer__consume(rb);
	ring_buffer__free(rb);
	/* With what the calls before this reader left. */
	return n;
}

static void on_event(void *ctx, int cpu, void *data, __u32 size)
{
	(void)cpu;
	(void)size;
	*(long *)ctx += *(__u64 *)data == 7;
}

static long from_events(struct static_bpf *bpf, struct bpf_link *link)
{
	struct perf_buffer *pb;
	long n = 0;

	(void)link;
	pb = perf_buffer__new(bpf_map__fd(bpf->maps.events), 4, on_event, NULL, &n, NULL);
	if (!pb)
		return -errno;
	hit();
	perf_buffer__consume(pb);
	perf_buffer__free(pb);
	return n;
}

/* As many as there are tasks: only that there are some can be compared. */
static long from_iterator(struct static_bpf *bpf, struct bpf_link *link)
{
	int fd = bpf_iter_create(bpf_link__fd(link));
	char text[4096];
	ssize_t n;

	(void)bpf;
	if (fd < 0)
		return -errno;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n < 0 ? 0 : n] = '\0';
	return n > 1 && strspn(text, "x") == (size_t)n;
}

static const struct row rows[] = {
	{ "kprobe", "on_kprobe", at_kprobe, NULL },
	{ "kretprobe", "on_kprobe", at_kretprobe, NULL },
	{ "tracepoint", "on_tracepoint", bpf_program__attach, NULL },
	{ "raw_tracepoint", "on_raw_tracepoint", bpf_program__attach, NULL },
	{ "uprobe", "on_kprobe", at_uprobe, NULL },
	{ "uretprobe", "on_kprobe", at_uretprobe, NULL },
	{ "fentry", "on_fentry", bpf_program__attach, NULL },
	{ "fexit", "on_fexit", bpf_program__attach, NULL },
	{ "core", "read_task", at_kprobe, NULL },
	{ "ringbuf_reader", "to_ring", at_kprobe, from_ring },
	{ "perf_reader", "to_events", at_kprobe, from_events },
	{ "iter_task", "each_task", bpf_program__attach, from_iterator },
};

static bool choose(struct static_bpf *bpf, const struct row *row)
{
	struct bpf_program *prog;
	bool found = false;

	bpf_object__for_each_program(prog, bpf->obj) {
		const char *name = bpf_program__name(prog);

		bpf_program__set_autoload(prog, !strcmp(name, row->prog));
		found |= !strcmp(name, row->prog);
		if (!strcmp(name, row->prog) && bpf_program__type(prog) == BPF_PROG_TYPE_TRACING &&
		    bpf_program__expected_attach_type(prog) != BPF_TRACE_ITER &&
		    bpf_program__set_attach_target(prog, 0, TRACED))
			return false;
	}
	return found;
}

/* Return: what is to be printed, or a negative errno. */
static long run(const struct row *row)
{
	struct static_bpf *bpf = static_bpf__open();
	struct bpf_link *link;
	long ret = -errno;

	if (!bpf)
		return ret;
	bpf->rodata->self = getpid();
	if (!choose(bpf, row) || static_bpf__load(bpf)) {
		ret = -errno;
		goto out;
	}
	link = row->attach(bpf_object__find_program_by_name(bpf->obj, row->prog));
	ret = -errno;
	if (!link)
		goto out;
	hit();
	ret = row->outcome ? row->outcome(bpf, link) : (long)bpf->bss->result;
	bpf_link__destroy(link);
out:
	static_bpf__destroy(bpf);
	return ret;
}

static int quiet(enum libbpf_print_level level, const char *fmt, va_list args)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, fmt, args) : 0;
}

int main(void)
{
	size_t i;

	libbpf_set_print(quiet);
	find_getppid();
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		long ret = run(&rows[i]);

		if (ret < 0)
			printf("%s: error: %s\n", rows[i].name, strerror(-ret));
		else
			printf("%s: %ld\n", rows[i].name, ret);
	}
	return 0;
}
