// SPDX-License-Identifier: GPL-2.0-only
/*
 * What loading costs: the programs of libbpf tools, taken from the objects that
 * their binaries carry, loaded by libbpf on both sides. Only BPF_PROG_LOAD
 * itself is counted: verifier, rewriting and JIT.
 */
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

#define MAX_PROGS	64

struct load_cost {
	char name[BPF_OBJ_NAME_LEN];
	unsigned int insns;
	unsigned long long cost;
};

/* What the calls that libbpf makes go to, and what they cost. */
static enum backend side;
static struct load_cost loads[NR_BACKENDS][MAX_PROGS];
static int nr_loads[NR_BACKENDS];

static long count_load(union bpf_attr *attr, unsigned int size)
{
	struct load_cost *l = &loads[side][nr_loads[side]];
	unsigned long long start = bench_now();
	long fd = backend_bpf(side, BPF_PROG_LOAD, attr, size);
	unsigned long long cost = bench_now() - start;

	/* Feature probes of libbpf are a handful of instructions. */
	if (fd < 0 || attr->insn_cnt <= 6 || nr_loads[side] == MAX_PROGS)
		return fd;
	snprintf(l->name, sizeof(l->name), "%s", attr->prog_name);
	l->insns = attr->insn_cnt;
	l->cost = cost;
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
		return count_load((union bpf_attr *)a[1], a[2]);
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

static int load_object(enum backend b, const void *data, size_t size)
{
	struct bpf_object *obj;
	int err;

	side = b;
	nr_loads[b] = 0;
	obj = bpf_object__open_mem(data, size, NULL);
	if (!obj)
		return -errno;
	err = bpf_object__load(obj);
	bpf_object__close(obj);
	return err;
}

static void compare(const char *tool)
{
	char row[64];
	int i;

	if (nr_loads[NATIVE] != nr_loads[EBPFDRV]) {
		bench_fail("%s: %d programs natively, %d on ebpfdrv", tool, nr_loads[NATIVE],
			   nr_loads[EBPFDRV]);
		return;
	}
	for (i = 0; i < nr_loads[NATIVE]; i++) {
		snprintf(row, sizeof(row), "%.10s:%.13s", tool, loads[NATIVE][i].name);
		printf("# %s: %u instructions\n", loads[NATIVE][i].name, loads[NATIVE][i].insns);
		bench_row(row, loads[NATIVE][i].cost, loads[EBPFDRV][i].cost);
	}
}

static void bench_tool(const char *path)
{
	const char *tool = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	size_t obj_size = 0;
	const void *obj;
	struct stat st;
	char *data;
	int err, fd = open(path, O_RDONLY);

	if (fd < 0 || fstat(fd, &st)) {
		bench_fail("%s: %s", path, strerror(errno));
		return;
	}
	data = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	obj = data == MAP_FAILED ? NULL : find_object(data, st.st_size, &obj_size);
	if (!obj) {
		bench_fail("%s: holds no BPF object", path);
		return;
	}
	/* Once to warm up what is made on first use: BTF, caches. */
	err = load_object(NATIVE, obj, obj_size);
	if (err) {
		printf("# %s does not load natively: %s\n", tool, strerror(-err));
		goto out;
	}
	err = load_object(EBPFDRV, obj, obj_size);
	if (err) {
		bench_fail("%s: does not load on ebpfdrv: %s", tool, strerror(-err));
		goto out;
	}
	load_object(NATIVE, obj, obj_size);
	load_object(EBPFDRV, obj, obj_size);
	compare(tool);
out:
	munmap(data, st.st_size);
}

int main(int argc, char **argv)
{
	static const char * const defaults[] = {
		"/usr/sbin/execsnoop", "/usr/sbin/opensnoop", "/usr/sbin/tcpconnect",
		"/usr/sbin/filetop", "/usr/sbin/tcptracer", "/usr/sbin/mountsnoop",
	};
	unsigned int i;

	backend_init();
	libbpf_set_print(silent);
	for (i = 1; i < (unsigned int)argc; i++)
		bench_tool(argv[i]);
	for (i = 0; argc == 1 && i < sizeof(defaults) / sizeof(defaults[0]); i++)
		bench_tool(defaults[i]);
	return bench_end("verifier");
}
