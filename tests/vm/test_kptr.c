// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel pointers in map values, by what the kernel's BTF tells: the module is loaded with types
 * of our own. A pointer that holds a reference needs a function of the kernel that gives it
 * back; where there is none, or where it takes something else, the value is data.
 *
 * No program can take such a reference here, so what bpf_kptr_xchg() gives must be given
 * back, which none can do either: "Unreleased reference" says that the call itself is good.
 *
 * harness: timeout=300 module=no
 */
#define _GNU_SOURCE
#include "ioctl_lib.h"
#include "tap.h"

#include <bpf/btf.h>
#include <sys/stat.h>

#define BTF_PATH	"/run/test_kptr.btf"
#define RELEASE		"bpf_kfunc_call_test_release"
#define TYPE		EBPF_PROG_TYPE_RAW_TRACEPOINT
#define PTR_OFF		8

/* How the kernel's BTF tells of the function. */
enum release {
	RIGHT,
	TWO_ARGS,
	NO_POINTER,
	TO_NUMBER,
	TO_OTHER,
	TO_CONST,
	ABSENT,
};

static bool kernel_has_it;

static int module_load(const char *path, const char *args)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	err = err_of(syscall(SYS_finit_module, fd, args, 0));
	close(fd);
	return err;
}

static int module_unload(const char *name)
{
	int i, err = 0;

	/* Maps go after a grace period. */
	for (i = 0; i < 1000; i++) {
		err = err_of(syscall(SYS_delete_module, name, O_NONBLOCK));
		if (err != -EWOULDBLOCK && err != -EBUSY)
			break;
		usleep(10000);
	}
	return err;
}

/* Of the kernel itself: a module's have its name behind them. */
static bool kernel_has(const char *func)
{
	FILE *f = fopen("/proc/kallsyms", "r");
	char line[512], name[256], type;
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f))
		found = sscanf(line, "%*x %c %255s", &type, name) == 2 && !strcmp(name, func) &&
			!strchr(line, '[');
	if (f)
		fclose(f);
	return found;
}

static void release_types(struct btf *btf, enum release how, int number, int ref, int other)
{
	int proto, arg = 0;

	switch (how) {
	case NO_POINTER:
		arg = ref;
		break;
	case TO_NUMBER:
		arg = btf__add_ptr(btf, number);
		break;
	case TO_OTHER:
		arg = btf__add_ptr(btf, other);
		break;
	case TO_CONST:
		arg = btf__add_ptr(btf, btf__add_const(btf, ref));
		break;
	default:
		arg = btf__add_ptr(btf, ref);
	}
	proto = btf__add_func_proto(btf, 0);
	btf__add_func_param(btf, "p", arg);
	if (how == TWO_ARGS)
		btf__add_func_param(btf, "flags", number);
	if (how != ABSENT)
		btf__add_func(btf, RELEASE, BTF_FUNC_STATIC, proto);
}

/* Writes what shall be the kernel's BTF. */
static bool kernel_btf(enum release how)
{
	struct btf *btf = btf__new_empty();
	int number = btf__add_int(btf, "int", 4, BTF_INT_SIGNED), ref, other, fd;
	const void *raw;
	__u32 size;
	bool ok;

	ref = btf__add_struct(btf, "prog_test_ref_kfunc", 4);
	btf__add_field(btf, "a", number, 0, 0);
	other = btf__add_struct(btf, "pid", 4);
	btf__add_field(btf, "pid", number, 0, 0);
	release_types(btf, how, number, ref, other);
	raw = btf__raw_data(btf, &size);
	unlink(BTF_PATH);
	fd = open(BTF_PATH, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	ok = raw && fd >= 0 && write(fd, raw, size) == size;
	close(fd);
	btf__free(btf);
	return ok;
}

/* A map of struct { u64 before; struct @name __@tag *ptr; }, or -errno. */
static long kptr_map(unsigned int type, unsigned int flags, const char *name, const char *tag)
{
	struct btf *btf = btf__new_empty();
	int word = btf__add_int(btf, "word", 4, 0), u64 = btf__add_int(btf, "u64", 8, 0);
	int to = btf__add_struct(btf, name, 0), ptr_id, btf_fd;
	union ebpf_attr attr;
	const void *raw;
	__u32 size;
	long fd;

	ptr_id = btf__add_ptr(btf, btf__add_type_tag(btf, tag, to));
	btf__add_struct(btf, "value", 16);
	btf__add_field(btf, "before", u64, 0, 0);
	btf__add_field(btf, "ptr", ptr_id, PTR_OFF * 8, 0);
	raw = btf__raw_data(btf, &size);
	memset(&attr, 0, sizeof(attr));
	attr.btf = ptr(raw);
	attr.btf_size = size;
	btf_fd = bpf(EBPF_BTF_LOAD, &attr);
	memset(&attr, 0, sizeof(attr));
	attr.map_type = type;
	attr.key_size = 4;
	attr.value_size = 16;
	attr.max_entries = 2;
	attr.map_flags = flags;
	strcpy(attr.map_name, "kptr");
	attr.btf_fd = btf_fd;
	attr.btf_key_type_id = word;
	attr.btf_value_type_id = btf__type_cnt(btf) - 1;
	fd = err_of(bpf(EBPF_MAP_CREATE, &attr));
	close(btf_fd);
	btf__free(btf);
	return fd;
}

/* R1 = the value's pointer, where @load has @cnt instructions more that use it. */
static long with_value(int map, const struct ebpf_insn *more, unsigned int cnt)
{
	struct ebpf_insn insns[32] = {
		ST(EBPF_W, EBPF_REG_10, -4, 0),
		MOV64_REG(EBPF_REG_2, EBPF_REG_10),
		ALU64_IMM(EBPF_ADD, EBPF_REG_2, -4),
		LD_MAP_FD(EBPF_REG_1, map),
		CALL(EBPF_FUNC_map_lookup_elem),
		JMP_IMM(EBPF_JNE, EBPF_REG_0, 0, 1),
		EXIT(),
		MOV64_REG(EBPF_REG_1, EBPF_REG_0),
		ALU64_IMM(EBPF_ADD, EBPF_REG_1, PTR_OFF),
	};

	memcpy(insns + 10, more, cnt * sizeof(*more));
	return prog_load_log(TYPE, insns, 10 + cnt);
}

/* bpf_kptr_xchg(&value->ptr, NULL) */
static long load_xchg(int map)
{
	const struct ebpf_insn xchg[] = {
		MOV64_IMM(EBPF_REG_2, 0),
		CALL(EBPF_FUNC_kptr_xchg),
		MOV64_IMM(EBPF_REG_0, 0),
		EXIT(),
	};

	return with_value(map, xchg, ARRAY_LEN(xchg));
}

static void refused(long fd, long err, const char *why, const char *name)
{
	if (!tap_ok(fd == err && strstr(prog_log, why), "%s: %s", name, why))
		tap_diag("  got %ld, want %ld: %s", fd, err, prog_log);
	if (fd >= 0)
		close(fd);
}

/* Whether a pointer to @name with a reference can be kept in a map. */
static void test_ref(const char *name, bool can, const char *what)
{
	long map = kptr_map(EBPF_MAP_TYPE_ARRAY, 0, name, "kptr_ref");

	tap_ok(map >= 0, "%s: a map is made (%ld)", what, map);
	refused(load_xchg(map), -EINVAL,
		can ? "Unreleased reference" : "map 'kptr' has no valid kptr", what);
	close(map);
}

static void test_ref_access(void)
{
	const struct ebpf_insn store[] = {
		MOV64_REG(EBPF_REG_3, EBPF_REG_1),
		ST(EBPF_DW, EBPF_REG_3, 0, 0),
		MOV64_IMM(EBPF_REG_0, 0),
		EXIT(),
	};
	const struct ebpf_insn load[] = {
		LDX(EBPF_DW, EBPF_REG_3, EBPF_REG_1, 0),
		MOV64_IMM(EBPF_REG_0, 0),
		JMP_IMM(EBPF_JEQ, EBPF_REG_3, 0, 1),
		MOV64_IMM(EBPF_REG_0, 1),
		EXIT(),
	};
	long map = kptr_map(EBPF_MAP_TYPE_HASH, 0, "prog_test_ref_kfunc", "kptr_ref"), fd;
	uint64_t value[2] = { 7, 0xffff888000000000ULL };
	uint32_t key = 0, ret = 77;

	refused(with_value(map, store, ARRAY_LEN(store)), -EACCES,
		"store to referenced kptr disallowed", "a store to it");
	fd = with_value(map, load, ARRAY_LEN(load));
	tap_ok(fd >= 0, "a load from it");
	tap_eq(map_update(map, &key, value, EBPF_ANY), 0, "a command sets the value");
	tap_ok(!run_raw_tp(fd, NULL, 0, &ret) && !ret, "but not the pointer");
	tap_ok(!map_lookup(map, &key, value) && value[0] == 7 && !value[1], "and sees none");
	close(fd);
	close(map);
}

static void test_kinds(void)
{
	static const struct {
		unsigned int type, flags;
		long err;
		const char *what;
	} maps[] = {
		{ EBPF_MAP_TYPE_ARRAY, 0, 0, "an array" },
		{ EBPF_MAP_TYPE_HASH, 0, 0, "a hash" },
		{ EBPF_MAP_TYPE_HASH, EBPF_F_NO_PREALLOC, 0, "a hash without elements" },
		{ EBPF_MAP_TYPE_LRU_HASH, 0, 0, "an LRU hash" },
		{ EBPF_MAP_TYPE_PERCPU_ARRAY, 0, 0, "a per-CPU array" },
		{ EBPF_MAP_TYPE_PERCPU_HASH, 0, -EOPNOTSUPP, "a per-CPU hash" },
		{ EBPF_MAP_TYPE_LRU_PERCPU_HASH, 0, -EOPNOTSUPP, "a per-CPU LRU hash" },
		{ EBPF_MAP_TYPE_ARRAY, EBPF_F_RDONLY_PROG, -EACCES, "programs that only read" },
		{ EBPF_MAP_TYPE_ARRAY, EBPF_F_WRONLY_PROG, -EACCES, "programs that only write" },
	};
	unsigned int i;
	long fd;

	for (i = 0; i < ARRAY_LEN(maps); i++) {
		fd = kptr_map(maps[i].type, maps[i].flags, "pid", "kptr");
		tap_eq(fd < 0 ? fd : 0, maps[i].err, "a pointer without a reference: %s",
		       maps[i].what);
		if (fd >= 0)
			close(fd);
	}
	fd = kptr_map(EBPF_MAP_TYPE_ARRAY, 0, "pid", "kptr");
	refused(load_xchg(fd), -EACCES, "kptr isn't referenced kptr", "such a pointer");
	close(fd);
	fd = map_create(EBPF_MAP_TYPE_ARRAY, 4, 16, 1, 0);
	refused(load_xchg(fd), -EINVAL, "map '' has to have BTF in order to use bpf_kptr_xchg",
		"a map without BTF");
	close(fd);
}

/* The module, with a kernel's BTF that tells of the function in this way. */
static bool begin(enum release how)
{
	return tap_ok(kernel_btf(how) && !module_load(getenv("EBPFDRV_KO"), "btf=" BTF_PATH),
		      "the module is loaded with our types") && device_opens();
}

static void end(void)
{
	drv_close();
	tap_eq(module_unload("ebpfdrv"), 0, "and unloaded");
}

static void test_right(void)
{
	char path[256];

	if (!begin(RIGHT))
		return;
	test_ref("prog_test_ref_kfunc", kernel_has_it,
		 kernel_has_it ? "the kernel has the function" : "the kernel has no such function");
	test_ref("pid", false, "nothing gives this one back");
	test_ref("nobody", false, "the kernel has no such struct");
	if (kernel_has_it)
		test_ref_access();
	test_kinds();
	snprintf(path, sizeof(path), "%s/test_kptr_ko.ko", getenv("EBPFDRV_TEST_DIR"));
	tap_eq(module_load(path, ""), 0, "a module with a function of that name");
	test_ref("prog_test_ref_kfunc", kernel_has_it, "a module's function, which may go");
	tap_eq(module_unload("test_kptr_ko"), 0, "the module goes");
	end();
}

static void test_wrong(enum release how, const char *what)
{
	if (!begin(how))
		return;
	test_ref("prog_test_ref_kfunc", false, what);
	end();
}

int main(void)
{
	kernel_has_it = kernel_has(RELEASE);
	tap_diag("the kernel has %s" RELEASE, kernel_has_it ? "" : "no ");
	test_right();
	if (begin(TO_CONST)) {
		test_ref("prog_test_ref_kfunc", kernel_has_it, "a function of a const pointer");
		end();
	}
	test_wrong(TWO_ARGS, "a function of two arguments");
	test_wrong(NO_POINTER, "a function of no pointer");
	test_wrong(TO_NUMBER, "a function of a pointer to a number");
	test_wrong(TO_OTHER, "a function of another struct");
	test_wrong(ABSENT, "a function that BTF does not tell of");
	unlink(BTF_PATH);
	return tap_end();
}
