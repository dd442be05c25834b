// SPDX-License-Identifier: GPL-2.0-only
/*
 * Relocations by type information that are left to the module (core_relos of PROG_LOAD): what
 * comes of them is what libbpf makes of the same; what is no relocation is refused with a line.
 * And what leaves them to it: light skeletons, whose loader is a program itself.
 *
 * harness: timeout=240
 */
#define _GNU_SOURCE
#include <errno.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <bpf/skel_internal.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tap.h"

#define MAX_RELOS	128
#define MAX_INSNS	1024

static struct bpf_object *obj;
static char path[4096];

/* One program as its file has it. */
static struct {
	struct bpf_insn insns[MAX_INSNS];
	size_t insn_cnt;
	struct bpf_core_relo relos[MAX_RELOS];
	__u32 relo_cnt;
	struct bpf_func_info func;
} raw;

struct ext_header {
	__u16 magic;
	__u8 version, flags;
	__u32 hdr_len, func_off, func_len, line_off, line_len, relo_off, relo_len;
};

static void *ext_data;

/* The .BTF.ext of the file. */
static bool read_ext(void)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr shdr;
	size_t strings;
	Elf *elf;
	int fd;

	elf_version(EV_CURRENT);
	fd = open(path, O_RDONLY);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (!elf || elf_getshdrstrndx(elf, &strings))
		return false;
	while ((scn = elf_nextscn(elf, scn))) {
		const char *name;

		gelf_getshdr(scn, &shdr);
		name = elf_strptr(elf, strings, shdr.sh_name);
		if (name && !strcmp(name, ".BTF.ext"))
			ext_data = elf_getdata(scn, NULL)->d_buf;
	}
	return ext_data;
}

/* Records of section @sec at @off: how many, and in *@first the first. */
static __u32 records(const struct btf *btf, const char *sec, __u32 off, __u32 len, char **first,
		     __u32 *size)
{
	struct ext_header *head = ext_data;
	char *p = (char *)ext_data + head->hdr_len + off, *end = p + len;

	*size = *(__u32 *)p;
	for (p += 4; p < end; ) {
		__u32 *sec_head = (__u32 *)p;

		*first = p + 8;
		if (!strcmp(btf__str_by_offset(btf, sec_head[0]), sec))
			return sec_head[1];
		p += 8 + sec_head[1] * *size;
	}
	return 0;
}

/* Before it is loaded: libbpf changes the instructions then. */
static bool read_raw(const struct btf *btf, struct bpf_program *prog)
{
	struct ext_header *head = ext_data;
	const char *sec = bpf_program__section_name(prog);
	__u32 size, i;
	char *first;

	memset(&raw, 0, sizeof(raw));
	raw.insn_cnt = bpf_program__insn_cnt(prog);
	if (raw.insn_cnt > MAX_INSNS)
		return false;
	memcpy(raw.insns, bpf_program__insns(prog), raw.insn_cnt * sizeof(raw.insns[0]));
	if (records(btf, sec, head->func_off, head->func_len, &first, &size) != 1)
		return false;
	memcpy(&raw.func, first, sizeof(raw.func));
	raw.relo_cnt = records(btf, sec, head->relo_off, head->relo_len, &first, &size);
	for (i = 0; i < raw.relo_cnt && i < MAX_RELOS; i++)
		memcpy(&raw.relos[i], first + i * size, sizeof(raw.relos[i]));
	return raw.relo_cnt && raw.relo_cnt <= MAX_RELOS;
}

static char text[1 << 16];

/* Not all compilers can ask whether a type is the same; of those here it is as whether it is there.
 * (Linux itself looks two structs deep only, and answers EINVAL for what is deeper.)
 */
static void change_kinds(__u32 from, __u32 to)
{
	__u32 i;

	for (i = 0; i < raw.relo_cnt; i++)
		if (raw.relos[i].kind == from)
			raw.relos[i].kind = to;
}

#define MATCHES	12	/* BPF_CORE_TYPE_MATCHES */

static int load_raw(struct bpf_program *prog, __u32 rec_size)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = bpf_program__type(prog);
	attr.expected_attach_type = bpf_program__expected_attach_type(prog);
	if (attr.prog_type == BPF_PROG_TYPE_TRACING)
		attr.attach_btf_id = libbpf_find_vmlinux_btf_id("sched_process_exit",
								BPF_TRACE_RAW_TP);
	attr.insns = (unsigned long)raw.insns;
	attr.insn_cnt = raw.insn_cnt;
	attr.license = (unsigned long)"GPL";
	attr.prog_btf_fd = bpf_object__btf_fd(obj);
	attr.func_info = (unsigned long)&raw.func;
	attr.func_info_cnt = 1;
	attr.func_info_rec_size = sizeof(raw.func);
	attr.core_relos = (unsigned long)raw.relos;
	attr.core_relo_cnt = raw.relo_cnt;
	attr.core_relo_rec_size = rec_size;
	attr.log_buf = (unsigned long)text;
	attr.log_size = sizeof(text);
	attr.log_level = 1;
	text[0] = '\0';
	return syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
}

static __u32 xlated(int fd, struct bpf_insn *insns, __u8 *tag)
{
	struct bpf_prog_info info;
	__u32 len = sizeof(info);

	memset(&info, 0, sizeof(info));
	info.xlated_prog_insns = (unsigned long)insns;
	info.xlated_prog_len = MAX_INSNS * sizeof(*insns);
	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		return 0;
	memcpy(tag, info.tag, sizeof(info.tag));
	return info.xlated_prog_len / sizeof(*insns);
}

static void compare(struct bpf_program *prog, int fd)
{
	static struct bpf_insn a[MAX_INSNS], b[MAX_INSNS];
	const char *name = bpf_program__name(prog);
	__u8 tag_a[8], tag_b[8];
	__u32 na, nb, i;

	na = xlated(bpf_program__fd(prog), a, tag_a);
	nb = xlated(fd, b, tag_b);
	tap_ok(na && na == nb && !memcmp(a, b, na * sizeof(*a)), "%s: as libbpf relocates it", name);
	tap_ok(!memcmp(tag_a, tag_b, sizeof(tag_a)), "%s: so the tag is the same", name);
	for (i = 0; i < na && i < nb; i++)
		if (memcmp(&a[i], &b[i], sizeof(*a)))
			tap_diag("insn %u: libbpf %02x %d %d, here %02x %d %d", i, a[i].code, a[i].off,
				 a[i].imm, b[i].code, b[i].off, b[i].imm);
}

static void refused(struct bpf_program *prog, const char *what, int error, const char *line,
		    __u32 rec_size)
{
	int fd = load_raw(prog, rec_size);

	if (!tap_ok(fd < 0 && errno == error && (!line || strstr(text, line)), "%s", what))
		tap_diag("fd %d, errno %d, log %.300s", fd, errno, text);
	if (fd >= 0)
		close(fd);
}

static void test_refused(struct bpf_program *prog)
{
	struct bpf_core_relo saved = raw.relos[0];

	raw.relos[0].insn_off = raw.insn_cnt * 8;
	refused(prog, "behind the program", EINVAL, "Invalid core_relo[0].insn_off:", 16);
	raw.relos[0].insn_off = 4;
	refused(prog, "inside an instruction", EINVAL, "Invalid core_relo[0].insn_off:4", 16);
	raw.relos[0] = saved;
	raw.relos[0].type_id = 0x7fffff;
	refused(prog, "a type that is not there", EINVAL, "relo #0: bad type id 8388607", 16);
	raw.relos[0] = saved;
	raw.relos[0].access_str_off = 0;
	refused(prog, "without a place", EINVAL, "relo #0: parsing", 16);
	raw.relos[0] = saved;
	raw.relos[0].kind = 77;
	refused(prog, "of no kind", EINVAL, "relo #0: parsing", 16);
	raw.relos[0] = saved;
	raw.relos[0].insn_off = (raw.insn_cnt - 1) * 8;
	refused(prog, "of an instruction without a value", EINVAL,
		"trying to relocate unrecognized insn", 16);
	raw.relos[0] = saved;
	refused(prog, "records that are too small", EINVAL, NULL, 12);
	refused(prog, "records that are too large", EINVAL, NULL, 256);
	raw.relo_cnt = 1;
	refused(prog, "records with something behind", E2BIG, "nonzero tailing record in core_relo", 20);
}

static int quiet(enum libbpf_print_level level, const char *fmt, va_list args)
{
	if (level == LIBBPF_WARN)
		vprintf(fmt, args);
	return 0;
}

/* What libbpf is to load is loaded by then; @name's file has it as it was. */
static void test_prog(const char *name)
{
	struct bpf_object *fresh = bpf_object__open_file(path, NULL);
	struct bpf_program *prog = bpf_object__find_program_by_name(obj, name);
	int fd;

	if (!tap_ok(fresh && read_raw(bpf_object__btf(fresh),
				      bpf_object__find_program_by_name(fresh, name)),
		    "%s: the file is read", name))
		return;
	fd = load_raw(prog, sizeof(raw.relos[0]));
	if (!tap_ok(fd >= 0, "%s: it loads with %u relocations", name, raw.relo_cnt))
		tap_diag("errno %d: %.1000s", errno, text);
	else
		compare(prog, fd);
	if (fd >= 0)
		close(fd);
	if (!strcmp(name, "types")) {
		change_kinds(BPF_CORE_TYPE_EXISTS, MATCHES);
		fd = load_raw(prog, sizeof(raw.relos[0]));
		if (!tap_ok(fd >= 0, "types that must match"))
			tap_diag("errno %d: %.1000s", errno, text);
		else
			compare(prog, fd);
		close(fd);
		change_kinds(MATCHES, BPF_CORE_TYPE_EXISTS);
		test_refused(prog);
	}
	bpf_object__close(fresh);
}

/*
 * Light skeletons: libbpf makes a program that makes maps and programs.
 */
static int run_prog(int fd)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	__u64 args[2] = { 0 };

	opts.ctx_in = args;
	opts.ctx_size_in = sizeof(args);
	return bpf_prog_test_run_opts(fd, &opts) ? -errno : (int)opts.retval;
}

static void test_loader(void)
{
	static const char *const names[] = { "fields", "types", "loads" };
	struct bpf_object *fresh = bpf_object__open_file(path, NULL);
	LIBBPF_OPTS(gen_loader_opts, gen);
	struct bpf_load_and_run_opts run = {};
	struct {
		struct bpf_loader_ctx ctx;
		struct bpf_map_desc map;
		struct bpf_prog_desc progs[3];
	} ctx = { .ctx.sz = sizeof(ctx), .ctx.log_level = 1, .ctx.log_size = sizeof(text),
		  .ctx.log_buf = (unsigned long)text };
	static struct bpf_insn a[MAX_INSNS], b[MAX_INSNS];
	__u8 tag_a[8], tag_b[8];
	unsigned int i;
	__u32 n;

	if (!tap_ok(fresh && !bpf_object__gen_loader(fresh, &gen) && !bpf_object__load(fresh),
		    "libbpf makes a loader"))
		return;
	run.ctx = &ctx.ctx;
	run.data = gen.data;
	run.data_sz = gen.data_sz;
	run.insns = gen.insns;
	run.insns_sz = gen.insns_sz;
	text[0] = '\0';
	if (!tap_eq(bpf_load_and_run(&run), 0, "it is loaded, and makes what it is to make"))
		tap_diag("%s, errno %d: %.1500s", run.errstr ? : "", errno, text);
	for (i = 0; i < 3; i++) {
		struct bpf_program *prog = bpf_object__find_program_by_name(obj, names[i]);

		n = xlated(ctx.progs[i].prog_fd, b, tag_b);
		tap_ok(n && n == xlated(bpf_program__fd(prog), a, tag_a) &&
		       !memcmp(tag_a, tag_b, 8), "%s: the program that libbpf makes", names[i]);
	}
	tap_eq(run_prog(ctx.progs[1].prog_fd),
	       run_prog(bpf_program__fd(bpf_object__find_program_by_name(obj, "types"))),
	       "it runs as that one");
	for (i = 0; i < 3; i++)
		close(ctx.progs[i].prog_fd);
	close(ctx.map.map_fd);
	bpf_object__close(fresh);
}

/* The loader's means, one by one. */
static int load_syscall(const struct bpf_insn *insns, unsigned int cnt, __u32 flags)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .prog_flags = flags, .log_level = 1,
		    .log_buf = text, .log_size = sizeof(text));

	text[0] = '\0';
	return bpf_prog_load(BPF_PROG_TYPE_SYSCALL, "loader", "GPL", insns, cnt, &opts);
}

static int run_syscall(int fd, __u64 *ctx, __u32 size)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	opts.ctx_in = ctx;
	opts.ctx_size_in = size;
	return bpf_prog_test_run_opts(fd, &opts) ? -errno : (int)opts.retval;
}

static void test_syscall(void)
{
	/* close(ctx[0]); ctx[1] = 7 */
	const struct bpf_insn close_it[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 6, .src_reg = 1 },
		{ .code = BPF_LDX | BPF_MEM | BPF_DW, .dst_reg = 1, .src_reg = 6 },
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_sys_close },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 1, .imm = 7 },
		{ .code = BPF_STX | BPF_MEM | BPF_DW, .dst_reg = 6, .src_reg = 1, .off = 8 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	/* bpf(ctx[0], zeros on the stack, 8) */
	const struct bpf_insn call_it[] = {
		{ .code = BPF_LDX | BPF_MEM | BPF_DW, .dst_reg = 1, .src_reg = 1 },
		{ .code = BPF_ST | BPF_MEM | BPF_DW, .dst_reg = 10, .off = -8 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 2, .src_reg = 10 },
		{ .code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = 2, .imm = -8 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 3, .imm = 8 },
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_sys_bpf },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "m", 4, 8, 1, NULL), fd;
	__u64 ctx[2];

	fd = load_syscall(close_it, sizeof(close_it) / sizeof(close_it[0]), 0);
	tap_ok(fd < 0 && errno == EINVAL && strstr(text, "Syscall programs can only be sleepable"),
	       "a SYSCALL program that does not sleep: EINVAL");
	fd = load_syscall(close_it, sizeof(close_it) / sizeof(close_it[0]), BPF_F_SLEEPABLE);
	if (!tap_ok(fd >= 0, "a program that closes"))
		tap_diag("%s", text);
	ctx[0] = map;
	ctx[1] = 0;
	tap_eq(run_syscall(fd, ctx, sizeof(ctx)), 0, "it closes a map");
	tap_eq(ctx[1], 7ULL, "and its context comes back");
	tap_ok(fcntl(map, F_GETFD) == -1 && errno == EBADF, "which is closed");
	tap_eq(run_syscall(fd, ctx, sizeof(ctx)), -EBADF, "a second time it is not");
	tap_eq(run_syscall(fd, ctx, 8), -EINVAL, "not enough of a context: EINVAL");
	close(fd);
	fd = load_syscall(call_it, sizeof(call_it) / sizeof(call_it[0]), BPF_F_SLEEPABLE);
	if (!tap_ok(fd >= 0, "a program that makes a command"))
		tap_diag("%s", text);
	ctx[0] = BPF_MAP_CREATE;
	tap_eq(run_syscall(fd, ctx, sizeof(ctx)), -EINVAL, "a map of nothing: EINVAL");
	ctx[0] = BPF_PROG_TEST_RUN;
	tap_eq(run_syscall(fd, ctx, sizeof(ctx)), -EINVAL, "what is no command for programs: EINVAL");
	ctx[0] = BPF_MAP_GET_FD_BY_ID;
	tap_eq(run_syscall(fd, ctx, sizeof(ctx)), -ENOENT, "map number 0: ENOENT");
	close(fd);
}

int main(int argc, char **argv)
{
	const char *shim = getenv("EBPFDRV_SHIM");

	(void)argc;
	if (shim && !getenv("LD_PRELOAD")) {
		setenv("LD_PRELOAD", shim, 1);
		execv("/proc/self/exe", argv);
	}
	libbpf_set_print(quiet);
	snprintf(path, sizeof(path), "%s/test_core_relo.bpf.o", getenv("EBPFDRV_TEST_DIR"));
	obj = bpf_object__open_file(path, NULL);
	if (!tap_ok(read_ext() && obj && !bpf_object__load(obj), "libbpf loads the programs"))
		return tap_end();
	test_prog("fields");
	test_prog("types");
	test_prog("loads");
	test_loader();
	test_syscall();
	return tap_end();
}
