// SPDX-License-Identifier: GPL-2.0-only
/*
 * What loading costs: the programs of libbpf tools, taken from the objects that
 * their binaries carry and loaded by libbpf on both sides, and generated ones of up
 * to a million processed instructions. Only BPF_PROG_LOAD itself is counted:
 * verifier, rewriting and JIT. Peak memory is of a second load, watched by programs
 * on the kernel's tracepoints of allocation.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "backend.h"
#include "verifier_gen.h"
#include "verifier_mem.h"

#define MAX_PROGS	64
#define LOG_LEVEL_STATS	4

struct load_cost {
	char name[BPF_OBJ_NAME_LEN];
	unsigned int insns;
	unsigned int processed;		/* by the verifier */
	unsigned long long cost;	/* instructions of the machine */
	unsigned long long peak;	/* bytes */
};

struct total {
	unsigned int rows;
	double native, ebpfdrv;
};

/* What the calls that libbpf makes go to, and what they cost. */
static enum backend side;
static bool counting;
static struct load_cost loads[NR_BACKENDS][MAX_PROGS];
static int nr_loads[NR_BACKENDS];

/* Of verifier_mem.bpf.c. */
static int mem_fd = -1;		/* struct verifier_mem */
static struct bpf_program *mem_progs[8];
static struct bpf_link *mem_links[8];
static int nr_mem_progs;

/* The programs are attached for this only: they cost both sides time. */
static void watch_memory(struct verifier_mem *m)
{
	static __u32 watch;
	__u32 zero = 0;
	int i;

	memset(m, 0, sizeof(*m));
	m->pid = getpid();
	m->watch = ++watch;
	bpf_map_update_elem(mem_fd, &zero, m, BPF_ANY);
	for (i = 0; i < nr_mem_progs; i++) {
		mem_links[i] = bpf_program__attach(mem_progs[i]);
		if (!mem_links[i])
			bench_fail("%s: %s", bpf_program__name(mem_progs[i]), strerror(errno));
	}
}

static void unwatch_memory(struct verifier_mem *m)
{
	__u32 zero = 0;
	int i;

	bpf_map_lookup_elem(mem_fd, &zero, m);
	for (i = 0; i < nr_mem_progs; i++)
		bpf_link__destroy(mem_links[i]);
}

/* The same load again for what would disturb the count. */
static void load_again(struct load_cost *l, enum backend b, union bpf_attr *attr,
		       unsigned int size)
{
	static char log[4096];
	union bpf_attr copy = *attr;
	struct verifier_mem m;
	enum backend was = side;
	const char *p;
	long fd;

	copy.log_buf = (unsigned long)log;
	copy.log_size = sizeof(log);
	copy.log_level = LOG_LEVEL_STATS;
	memset(log, 0, sizeof(log));
	side = NATIVE;
	watch_memory(&m);
	fd = backend_bpf(b, BPF_PROG_LOAD, &copy, size);
	unwatch_memory(&m);
	side = was;
	if (fd >= 0)
		close(fd);
	p = strstr(log, "processed ");
	l->processed = p ? strtoul(p + strlen("processed "), NULL, 10) : 0;
	l->peak = m.peak;
	if (m.lost)
		printf("# %s: %llu allocations more than the map holds\n", l->name,
		       (unsigned long long)m.lost);
}

static long count_load(struct load_cost *l, enum backend b, union bpf_attr *attr,
		       unsigned int size)
{
	unsigned long long start = bench_now();
	long fd = backend_bpf(b, BPF_PROG_LOAD, attr, size);

	l->cost = bench_now() - start;
	if (fd < 0)
		return fd;
	snprintf(l->name, sizeof(l->name), "%s", attr->prog_name);
	l->insns = attr->insn_cnt;
	load_again(l, b, attr, size);
	return fd;
}

static long libbpf_load(union bpf_attr *attr, unsigned int size)
{
	long fd;

	/* Feature probes of libbpf are a handful of instructions. */
	if (!counting || attr->insn_cnt <= 6 || nr_loads[side] == MAX_PROGS)
		return backend_bpf(side, BPF_PROG_LOAD, attr, size);
	fd = count_load(&loads[side][nr_loads[side]], side, attr, size);
	if (fd >= 0)
		nr_loads[side]++;
	return fd;
}

/* libbpf's calls come here: the executable's symbol is found before libc's. */
long syscall(long nr, ...)
{
	va_list args;
	long a[6];
	int i;

	va_start(args, nr);
	for (i = 0; i < 6; i++)
		a[i] = va_arg(args, long);
	va_end(args);
	if (nr == 321 && a[0] == BPF_PROG_LOAD)
		return libbpf_load((union bpf_attr *)a[1], a[2]);
	if (nr == 321)
		return backend_bpf(side, a[0], (union bpf_attr *)a[1], a[2]);
	if (nr == 298)
		return backend_perf_event_open(side, (void *)a[0], a[1], a[2], a[3], a[4]);
	errno = ENOSYS;
	return -1;
}

/* A skeleton keeps its object as plain bytes: found by its ELF header. */
static const Elf64_Ehdr *find_object(const char *data, size_t size, size_t *obj_size)
{
	size_t off;

	for (off = 1; off + sizeof(Elf64_Ehdr) < size; off++) {
		const Elf64_Ehdr *e = (const Elf64_Ehdr *)(data + off);

		if (memcmp(e->e_ident, ELFMAG, SELFMAG) || e->e_machine != EM_BPF ||
		    e->e_type != ET_REL)
			continue;
		*obj_size = e->e_shoff + (size_t)e->e_shnum * e->e_shentsize;
		if (off + *obj_size <= size)
			return e;
	}
	return NULL;
}

static int silent(enum libbpf_print_level level, const char *fmt, va_list args)
{
	if (level == LIBBPF_WARN && getenv("V"))
		return vfprintf(stderr, fmt, args);
	return 0;
}

static void compare(struct total *t, const char *tool, const struct load_cost *n,
		    const struct load_cost *e)
{
	char row[64];

	snprintf(row, sizeof(row), "%.10s:%.13s", tool, n->name);
	printf("# %s: %u instructions, processed %u | %u, peak memory %llu | %llu kB\n", row,
	       n->insns, n->processed, e->processed, n->peak >> 10, e->peak >> 10);
	bench_row(row, n->cost, e->cost);
	t->rows++;
	t->native += n->cost;
	t->ebpfdrv += e->cost;
}

static void print_total(const char *what, const struct total *t)
{
	printf("# total of %u %s programs: native %.0f, ebpfdrv %.0f: %.3f\n", t->rows, what,
	       t->native, t->ebpfdrv, t->native ? t->ebpfdrv / t->native : 0);
}

/*
 * Tools
 */

/* What the tool would set before it loads: sizes that the object leaves open. */
static void complete_maps(struct bpf_object *obj)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, obj) {
		if (bpf_map__type(map) == BPF_MAP_TYPE_STACK_TRACE && !bpf_map__value_size(map))
			bpf_map__set_value_size(map, 127 * sizeof(__u64));
		if (!bpf_map__max_entries(map))
			bpf_map__set_max_entries(map, 1024);
	}
}

/* @only: index of the one program to load, -1 for all that load by default. */
static int load_object(enum backend b, const void *data, size_t size, int only)
{
	struct bpf_program *prog;
	struct bpf_object *obj;
	int err, i = 0;

	side = b;
	nr_loads[b] = 0;
	obj = bpf_object__open_mem(data, size, NULL);
	if (!obj)
		return -errno;
	complete_maps(obj);
	bpf_object__for_each_program(prog, obj) {
		if (only >= 0 && i != only)
			bpf_program__set_autoload(prog, false);
		i++;
	}
	err = only >= i ? -ENOENT : bpf_object__load(obj);
	bpf_object__close(obj);
	return err;
}

/* One load of everything, or of one program. Positive: not natively either. */
static int bench_object(struct total *t, const char *tool, const void *obj, size_t size, int only)
{
	int err, i;

	/* Once to warm up what is made on first use: BTF, caches. */
	err = load_object(NATIVE, obj, size, only);
	if (err)
		return err == -ENOENT && only >= 0 ? err : 1;
	err = load_object(EBPFDRV, obj, size, only);
	if (err) {
		bench_fail("%s: does not load on ebpfdrv: %s", tool, strerror(-err));
		return 0;
	}
	counting = true;
	load_object(NATIVE, obj, size, only);
	load_object(EBPFDRV, obj, size, only);
	counting = false;
	if (nr_loads[NATIVE] != nr_loads[EBPFDRV]) {
		bench_fail("%s: %d programs natively, %d on ebpfdrv", tool, nr_loads[NATIVE],
			   nr_loads[EBPFDRV]);
		return 0;
	}
	for (i = 0; i < nr_loads[NATIVE]; i++)
		compare(t, tool, &loads[NATIVE][i], &loads[EBPFDRV][i]);
	return 0;
}

static void bench_tool(struct total *t, const char *path)
{
	const char *tool = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	int fd = open(path, O_RDONLY), i, ret, not_native = 0;
	size_t obj_size = 0;
	const void *obj;
	struct stat st;
	char *data;

	if (fd < 0 || fstat(fd, &st)) {
		bench_fail("%s: %s", path, strerror(errno));
		return;
	}
	data = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (data == MAP_FAILED) {
		bench_fail("%s: %s", path, strerror(errno));
		return;
	}
	obj = find_object(data, st.st_size, &obj_size);
	if (!obj) {
		printf("# %s holds no BPF object\n", tool);
	} else if (bench_object(t, tool, obj, obj_size, -1) > 0) {
		/* Programs for other kernels keep the rest from loading. */
		for (i = 0; (ret = bench_object(t, tool, obj, obj_size, i)) >= 0; i++)
			not_native += ret;
		printf("# %s: %d programs do not load natively\n", tool, not_native);
	}
	munmap(data, st.st_size);
}

/*
 * Generated programs
 */
static bool load_generated(struct load_cost *l, enum backend b, const struct gen_kind *kind,
			   unsigned int work)
{
	static struct bpf_insn insns[GEN_MAX_INSNS];
	union bpf_attr attr;
	int map_fd;
	long fd;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = BPF_MAP_TYPE_ARRAY;
	attr.key_size = 4;
	attr.value_size = 64;
	attr.max_entries = 1;
	map_fd = backend_bpf(b, BPF_MAP_CREATE, &attr, sizeof(attr));
	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT;
	attr.insn_cnt = kind->make(insns, work, map_fd);
	attr.insns = (unsigned long)insns;
	attr.license = (unsigned long)"GPL";
	snprintf(attr.prog_name, sizeof(attr.prog_name), "%u", work);
	fd = count_load(l, b, &attr, sizeof(attr));
	if (fd < 0)
		bench_fail("%s %u does not load %s: %s", kind->name, work,
			   b == NATIVE ? "natively" : "on ebpfdrv", strerror(errno));
	else
		close(fd);
	close(map_fd);
	return fd >= 0;
}

static void bench_generated_one(struct total *t, const struct gen_kind *kind, unsigned int work)
{
	struct load_cost l[NR_BACKENDS];

	if (load_generated(&l[NATIVE], NATIVE, kind, work) &&
	    load_generated(&l[EBPFDRV], EBPFDRV, kind, work))
		compare(t, kind->name, &l[NATIVE], &l[EBPFDRV]);
}

/* Programs of up to @max processed instructions. */
static void bench_generated(struct total *t, unsigned int max)
{
	static const unsigned int works[] = { 1000, 10000, 100000, 950000 };
	unsigned int i, k, work, last;

	for (i = 0; i < nr_gen_kinds; i++) {
		last = 0;
		for (k = 0; k < sizeof(works) / sizeof(works[0]) && works[k] <= max; k++) {
			work = works[k] < gen_kinds[i].max ? works[k] : gen_kinds[i].max;
			if (work != last)
				bench_generated_one(t, &gen_kinds[i], work);
			last = work;
		}
	}
}

/* "KIND:WORK"; false: no such kind. */
static bool bench_named(struct total *t, const char *arg)
{
	size_t len = strcspn(arg, ":");
	unsigned int i;

	for (i = 0; i < nr_gen_kinds; i++) {
		if (strncmp(gen_kinds[i].name, arg, len) || gen_kinds[i].name[len] || !arg[len])
			continue;
		bench_generated_one(t, &gen_kinds[i], strtoul(arg + len + 1, NULL, 10));
		return true;
	}
	return false;
}

/* Loads the programs of verifier_mem.bpf.c. */
static void start_memory(const char *path)
{
	struct bpf_program *prog;
	struct bpf_object *obj;

	side = NATIVE;
	obj = bpf_object__open_file(path, NULL);
	if (!obj || bpf_object__load(obj)) {
		bench_fail("%s: %s", path, strerror(errno));
		return;
	}
	bpf_object__for_each_program(prog, obj)
		mem_progs[nr_mem_progs++] = prog;
	mem_fd = bpf_object__find_map_fd_by_name(obj, "mem");
}

/* ARGS: object that watches memory, then the tools; "generated" or "generated:MAX" for
 * those, "KIND:WORK" for one of them.
 */
int main(int argc, char **argv)
{
	struct total tools = { 0 }, generated = { 0 }, all;
	int i;

	backend_init();
	libbpf_set_print(silent);
	if (argc < 2)
		return 2;
	start_memory(argv[1]);
	if (mem_fd < 0)
		return 1;
	for (i = 2; i < argc; i++) {
		if (!strcmp(argv[i], "generated"))
			bench_generated(&generated, GEN_MAX_INSNS);
		else if (!strncmp(argv[i], "generated:", 10))
			bench_generated(&generated, strtoul(argv[i] + 10, NULL, 10));
		else if (!bench_named(&generated, argv[i]))
			bench_tool(&tools, argv[i]);
	}
	print_total("tools'", &tools);
	print_total("generated", &generated);
	all.rows = tools.rows + generated.rows;
	all.native = tools.native + generated.native;
	all.ebpfdrv = tools.ebpfdrv + generated.ebpfdrv;
	print_total("all", &all);
	return bench_end("verifier");
}
