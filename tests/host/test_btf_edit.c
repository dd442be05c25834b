// SPDX-License-Identifier: GPL-2.0-only
/*
 * ebpfdrv-btf-edit on damaged files: whatever they hold, it ends, in a message or in a file that
 * it takes again. To be run with sanitizers.
 *
 *	test_btf_edit [ROUNDS [FIRST]]
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "btf_edit_host.h"
#include "splitmix.h"
#include "tap.h"

#define ROUNDS		1000
#define ROOM		(1 << 21)

static struct blob input, vmlinux, output;

static struct blob *file_of(const char *path)
{
	if (!strcmp(path, "vmlinux"))
		return &vmlinux;
	return !strcmp(path, "output") ? &output : &input;
}

/* --- making files --------------------------------------------------------------------- */

static __u64 state;

static __u32 rnd(__u32 n)
{
	return (__u32)(splitmix(&state) % n);
}

/* Names that it looks for, and others. */
static const char names[] =
	"\0int\0a\0ftrace_raw_x\0trace_event_raw_x\0perf_trace_cls\0sched_switch\0pt_regs\0"
	"bpf_perf_event_data\0addr\0proc_inum\0net\0sock_common\0skc_net\0trace_event_call\0class\0"
	"bpf_insn\0bpf_attr\0bpf_map_type\0__sk_buff\0task_struct\0seq_file\0file\0vm_area_struct\0"
	"_Bool\0__u32\0__UNIQUE_ID_rh_kabi_hide\0__UNIQUE_ID_rh_kabi_\0bpf_prog_info\0char\0"
	"unsigned int";

static __u32 any_name(void)
{
	__u32 at = rnd(sizeof(names) - 1);

	while (at && names[at - 1])
		at--;
	return rnd(4) ? at : 0;
}

static __u32 words[ROOM / 4], used;

static void put(__u32 word)
{
	if (used < ROOM / 4)
		words[used++] = word;
}

static void put_type(__u32 name, __u32 kind, __u32 vlen, __u32 size)
{
	put(name);
	put(kind << 24 | vlen);
	put(size);
}

static void put_member(__u32 name, __u32 type, __u32 offset)
{
	put(name);
	put(type);
	put(offset);
}

/* One type, most of it in order. */
static void random_type(__u32 types)
{
	static const __u32 kinds[] = {
		EBPF_BTF_KIND_INT, EBPF_BTF_KIND_PTR, EBPF_BTF_KIND_ARRAY, EBPF_BTF_KIND_STRUCT,
		EBPF_BTF_KIND_STRUCT, EBPF_BTF_KIND_STRUCT, EBPF_BTF_KIND_UNION, EBPF_BTF_KIND_ENUM,
		EBPF_BTF_KIND_FWD, EBPF_BTF_KIND_TYPEDEF, EBPF_BTF_KIND_CONST, EBPF_BTF_KIND_FUNC,
		EBPF_BTF_KIND_FUNC_PROTO, EBPF_BTF_KIND_VAR, EBPF_BTF_KIND_DATASEC,
		EBPF_BTF_KIND_FLOAT, EBPF_BTF_KIND_DECL_TAG, EBPF_BTF_KIND_ENUM64,
	};
	__u32 kind = kinds[rnd(sizeof(kinds) / sizeof(kinds[0]))], vlen = rnd(4), i;
	__u32 ref = rnd(types + 1);

	/* The last is a prototype, for functions to have. */
	if (kind == EBPF_BTF_KIND_FUNC && rnd(8))
		ref = types;
	put_type(any_name(), kind, vlen, ref);
	switch (kind) {
	case EBPF_BTF_KIND_INT:
	case EBPF_BTF_KIND_VAR:
	case EBPF_BTF_KIND_DECL_TAG:
		put(rnd(64));
		break;
	case EBPF_BTF_KIND_ARRAY:
		put_member(ref, rnd(types + 1), rnd(9));
		break;
	case EBPF_BTF_KIND_STRUCT:
	case EBPF_BTF_KIND_UNION:
	case EBPF_BTF_KIND_DATASEC:
	case EBPF_BTF_KIND_ENUM64:
		for (i = 0; i < vlen; i++)
			put_member(any_name(), rnd(types + 1), rnd(512));
		break;
	case EBPF_BTF_KIND_ENUM:
	case EBPF_BTF_KIND_FUNC_PROTO:
		for (i = 0; i < vlen; i++) {
			put(any_name());
			put(rnd(types + 1));
		}
		break;
	}
}

/* Header, the types in @words and the names, with @damage bytes changed. */
static void finish(__u32 damage)
{
	struct ebpf_btf_header header = {
		.magic = EBPF_BTF_MAGIC, .version = EBPF_BTF_VERSION, .hdr_len = sizeof(header),
		.type_len = used * 4, .str_off = used * 4, .str_len = sizeof(names),
	};

	input.size = sizeof(header) + used * 4 + sizeof(names);
	input.data = check_alloc(realloc(input.data, input.size));
	memcpy(input.data, &header, sizeof(header));
	memcpy(input.data + sizeof(header), words, used * 4);
	memcpy(input.data + sizeof(header) + used * 4, names, sizeof(names));
	while (damage--)
		input.data[rnd(input.size)] = rnd(4) ? rnd(256) : 0xff;
	used = 0;
}

static void random_file(void)
{
	__u32 i, types = 1 + rnd(40);

	for (i = 1; i < types; i++)
		random_type(types);
	put_type(0, EBPF_BTF_KIND_FUNC_PROTO, 3, 1);
	for (i = 0; i < 3; i++) {
		put(any_name());
		put(rnd(types + 1));
	}
	finish(rnd(2) ? rnd(6) : 0);
}

static void fill(unsigned char *data, __u32 size)
{
	while (size--)
		*data++ = rnd(3) ? 0 : rnd(256);
}

/* This program's own file stands for a vmlinux: symbols, sections, names. */
static struct blob own_file;

static void random_vmlinux(void)
{
	__u32 damage = rnd(8), headers, at;

	vmlinux.size = own_file.size - (rnd(4) ? 0 : rnd(own_file.size));
	memcpy(vmlinux.data, own_file.data, vmlinux.size);
	/* Of its header and the table of sections, which lies at the end. */
	headers = vmlinux.size > 4096 ? vmlinux.size - 4096 : 0;
	while (damage--) {
		at = rnd(2) ? rnd(64) : headers + rnd(vmlinux.size - headers);
		if (at < vmlinux.size)
			fill(vmlinux.data + at, 1);
	}
}

/* --- running it ------------------------------------------------------------------------ */

/* Return: whether it came to a file. */
static bool run(bool with_vmlinux)
{
	/* longjmp() leaves no local variable for certain. */
	static struct btf btf;

	if (setjmp(died))
		return false;
	btf = read_btf("input");
	merge_copies(&btf);
	if (with_vmlinux)
		add_probe_types(&btf, "vmlinux");
	modernize(&btf, NULL);
	tidy_names(&btf);
	write_btf(&btf, "output");
	free_btf(&btf);
	return true;
}

/* The output is taken, and nothing is left to do. */
static bool is_stable(void)
{
	struct blob first = { check_alloc(malloc(output.size)), output.size };
	bool same;

	memcpy(first.data, output.data, output.size);
	free(input.data);
	input = first;
	same = run(false) && output.size == first.size &&
	       !memcmp(output.data, first.data, first.size);
	if (!same)
		tap_diag("%zu bytes, then %zu; %s", first.size, output.size, message);
	return same;
}

static void test_random(__u32 rounds, __u32 first)
{
	__u32 i, made = 0, unstable = 0;

	for (i = first; i < first + rounds; i++) {
		state = i;
		random_file();
		if (i % 16 == 0)
			random_vmlinux();
		if (!run(i % 16 == 0))
			continue;
		made++;
		if (!is_stable()) {
			unstable++;
			tap_diag("round %u", i);
		}
	}
	tap_ok(rounds < 100 || made > rounds / 4, "%u of %u random files are taken", made, rounds);
	tap_ok(!unstable, "what comes of them is taken again and stays");
}

/* --- what once read beyond its memory, or had no end --------------------------------------- */

static void refused(const char *why, const char *name)
{
	message[0] = 0;
	tap_ok(!run(true) && strstr(message, why), "%s: %s", name, message);
}

static void taken(const char *name)
{
	tap_ok(run(true), "%s: taken", name);
}

static __u32 name_at(const char *name)
{
	const char *at = memmem(names, sizeof(names), name, strlen(name) + 1);

	return at - names;
}

static void test_known(void)
{
	__u32 i;

	put_type(name_at("int"), EBPF_BTF_KIND_INT, 0, 4);
	put(32);
	put_type(name_at("perf_trace_cls"), EBPF_BTF_KIND_FUNC, 0, 1);
	finish(0);
	refused("a function without a prototype", "a function whose type is a number");

	put_type(name_at("perf_trace_cls"), EBPF_BTF_KIND_FUNC, 0, 0);
	finish(0);
	refused("a function without a prototype", "a function of no type");

	put_type(0, EBPF_BTF_KIND_FUNC_PROTO, 1, 0);
	put(0xffff);
	put(0);
	finish(0);
	refused("malformed member", "a parameter's name beyond the strings");

	/* Two trees in which each structure holds the one before twice. */
	for (i = 0; i < 80; i++) {
		put_type(i == 39 || i == 79 ? name_at("a") : 0, EBPF_BTF_KIND_STRUCT, 2, 8);
		put_member(0, i % 40 ? i : 0, 0);
		put_member(0, i % 40 ? i : 0, 0);
	}
	finish(0);
	taken("structures nested by twos");

	for (i = 0; i < 60000; i++)
		put_type(name_at("file"), EBPF_BTF_KIND_STRUCT, 0, i);
	finish(0);
	taken("60,000 structures of one name");

	for (i = 0; i < 60000; i++) {
		put_type(name_at("bpf_insn"), EBPF_BTF_KIND_STRUCT, 1, 8);
		put_member(name_at("a"), 0, i);
	}
	finish(0);
	taken("60,000 of one name, alike in size, in place of which comes the module's");

	for (i = 0; i < 60000; i++)
		put_type(name_at("ftrace_raw_x"), EBPF_BTF_KIND_STRUCT, 0, i);
	finish(0);
	taken("60,000 records of one event");

	/* Each pointer's copy is seen only after that of the next one. */
	for (i = 0; i < 20000; i++)
		put_type(0, EBPF_BTF_KIND_PTR, 0, i % 10000 == 9999 ? 20001 + i / 10000 : i + 2);
	for (i = 0; i < 2; i++)
		put_type(name_at("file"), EBPF_BTF_KIND_STRUCT, 0, 8);
	finish(0);
	taken("two chains of 10,000 pointers to copies");

	put_type(name_at("bpf_insn"), EBPF_BTF_KIND_STRUCT, 1, 8);
	put_member(0, 1, 0);
	finish(0);
	taken("a structure that holds itself without a name");
}

static void load_own_file(void)
{
	int fd = open("/proc/self/exe", O_RDONLY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return;
	own_file.size = st.st_size;
	own_file.data = check_alloc(malloc(st.st_size));
	vmlinux.data = check_alloc(malloc(st.st_size));
	if (read(fd, own_file.data, st.st_size) != st.st_size)
		abort();
	memcpy(vmlinux.data, own_file.data, st.st_size);
	vmlinux.size = st.st_size;
	close(fd);
}

int main(int argc, char **argv)
{
	alarm(SECONDS);
	load_own_file();
	test_known();
	test_random(argc > 1 ? atoi(argv[1]) : ROUNDS, argc > 2 ? atoi(argv[2]) : 1);
	return tap_end();
}
