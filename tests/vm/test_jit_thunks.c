// SPDX-License-Identifier: GPL-2.0-only
/*
 * harness: nobpf=no
 *
 * Returns and indirect jumps of compiled programs are what this kernel makes of its
 * own, by processor and command line: its own compiler of programs is asked where it
 * has one, else the names of its thunks.
 */
#define _GNU_SOURCE
#include "ioctl_lib.h"
#include "tap.h"

#define NATIVE_JIT	"/proc/sys/net/core/bpf_jit_enable"

#define IMAGE_MAX	4096

struct image {
	uint8_t code[IMAGE_MAX];
	uint32_t len;
	uint64_t at;
};

enum kind { PLAIN, LFENCE, THUNK };

struct way {
	enum kind kind;
	uint64_t thunk;
};

static bool use_native;

static long call(unsigned int cmd, union ebpf_attr *attr)
{
	if (use_native)
		return err_of(syscall(321, (long)cmd, attr, sizeof(*attr)));
	return err_of(bpf(cmd, attr));
}

/*
 * A tail call by an index that is not known before it runs. CentOS 7's own bpf(2) knows
 * tracing types only.
 */
static long load(int map)
{
	struct ebpf_insn insns[] = {
		LDX(EBPF_DW, EBPF_REG_3, EBPF_REG_1, 0),
		LD_MAP_FD(EBPF_REG_2, map),
		CALL(EBPF_FUNC_tail_call),
		MOV64_IMM(EBPF_REG_0, 0),
		EXIT(),
	};
	union ebpf_attr attr;

	prog_attr(&attr, EBPF_PROG_TYPE_PERF_EVENT, insns, ARRAY_LEN(insns));
	return call(EBPF_PROG_LOAD, &attr);
}

static long make_map(void)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = EBPF_MAP_TYPE_PROG_ARRAY;
	attr.key_size = 4;
	attr.value_size = 4;
	attr.max_entries = 4;
	return call(EBPF_MAP_CREATE, &attr);
}

static bool get_image(struct image *image)
{
	struct ebpf_prog_info info = { .jited_prog_insns = ptr(image->code),
				       .jited_prog_len = sizeof(image->code),
				       .nr_jited_ksyms = 1, .jited_ksyms = ptr(&image->at) };
	union ebpf_attr attr;
	long map = make_map(), prog = map < 0 ? map : load(map), err = prog;

	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = prog;
	attr.info.info_len = sizeof(info);
	attr.info.info = ptr(&info);
	if (prog >= 0)
		err = call(EBPF_OBJ_GET_INFO_BY_FD, &attr);
	image->len = info.jited_prog_len;
	if (prog >= 0)
		close(prog);
	if (map >= 0)
		close(map);
	if (err)
		printf("# %s: %s\n", use_native ? "native" : "ours", strerror(-err));
	return !err && image->len && image->len <= IMAGE_MAX;
}

static uint64_t target(const struct image *image, uint32_t i)
{
	int32_t rel;

	memcpy(&rel, image->code + i + 1, sizeof(rel));
	return image->at + i + 5 + rel;
}

static bool is_jump_out(const struct image *image, uint32_t i)
{
	uint64_t to;

	if (image->code[i] != 0xe9 || i + 5 > image->len)
		return false;
	to = target(image, i);
	/* Thunks are in the kernel or in a module, 2 GiB at most away: any distance is. */
	return to < image->at || to >= image->at + image->len;
}

static bool follows_pop(const struct image *image, uint32_t i)
{
	uint8_t before = i ? image->code[i - 1] : 0;

	return before == 0xc9 || (before >= 0x58 && before <= 0x5f);
}

/* Ours gets the address from the program's memory, the kernel's adds to it. */
static bool follows_rcx(const struct image *image, uint32_t i)
{
	const uint8_t *code = image->code + i;

	return (i >= 4 && (!memcmp(code - 4, "\x48\x83\xc1", 3) ||
			   !memcmp(code - 4, "\x48\x8b\x49", 3))) ||
	       (i >= 7 && !memcmp(code - 7, "\x48\x8b\x89", 3));
}

/* The return of the program: behind what takes back its frame. */
static struct way way_back(const struct image *image)
{
	struct way way = { PLAIN, 0 };
	uint32_t i;

	for (i = 0; i < image->len; i++)
		if (is_jump_out(image, i) && follows_pop(image, i))
			way = (struct way){ THUNK, target(image, i) };
	return way;
}

static struct way way_on(const struct image *image)
{
	struct way way = { PLAIN, 0 };
	uint32_t i;

	for (i = 0; i < image->len; i++) {
		if (!follows_rcx(image, i))
			continue;
		if (i + 5 <= image->len && !memcmp(image->code + i, "\x0f\xae\xe8\xff\xe1", 5))
			way = (struct way){ LFENCE, 0 };
		else if (is_jump_out(image, i))
			way = (struct way){ THUNK, target(image, i) };
	}
	return way;
}

static uint64_t symbol(const char *name)
{
	FILE *f = fopen("/proc/kallsyms", "r");
	char line[512], got[256], type;
	unsigned long long addr, found = 0;

	while (f && !found && fgets(line, sizeof(line), f))
		if (sscanf(line, "%llx %c %255s", &addr, &type, got) == 3 && !strcmp(got, name))
			found = addr;
	if (f)
		fclose(f);
	return found;
}

/*
 * Against indirect target selection the kernel's own programs go through thunks only where
 * they must, by the address, and each module has thunks of its own for jumps. Ours go
 * through always.
 */
static bool is_safer(const struct way *ours, const struct way *its)
{
	if (ours->kind != THUNK || !symbol("its_return_thunk"))
		return false;
	return its->kind == PLAIN ? ours->thunk == symbol("its_return_thunk") :
	       its->kind == THUNK && its->thunk == symbol("__x86_indirect_its_thunk_rcx");
}

static bool same(const char *what, const struct way *ours, const struct way *its)
{
	static const char *const names[] = { "plain", "lfence", "thunk" };

	printf("# %s: ours %s %#llx, the kernel's %s %#llx\n", what, names[ours->kind],
	       (unsigned long long)ours->thunk, names[its->kind], (unsigned long long)its->thunk);
	return (ours->kind == its->kind && ours->thunk == its->thunk) || is_safer(ours, its);
}

/*
 * A kernel without programs of its own, or whose own have no addresses yet, is too old for
 * thunks of returns.
 */
static void by_name(const struct way *back, const struct way *on)
{
	uint64_t thunk = symbol("__x86_indirect_thunk_rcx");
	struct way no = { PLAIN, 0 }, its = { thunk ? THUNK : PLAIN, thunk };

	if (symbol("__x86_return_thunk"))
		tap_skip("no programs of the kernel's own, which would tell how to return");
	else
		tap_ok(same("return", back, &no), "it returns plainly");
	tap_ok(same("jump", on, &its), "tail calls go through the kernel's thunk where it has one");
}

static void by_native(const struct way *back, const struct way *on, const struct image *native)
{
	struct way its_back = way_back(native), its_on = way_on(native);

	tap_ok(same("return", back, &its_back), "it returns as the kernel's own programs do");
	tap_ok(same("jump", on, &its_on), "and tail calls jump as theirs");
}

/* One digit; false where there is no such file. */
static bool native_jit(int flags, char *digit)
{
	int fd = open(NATIVE_JIT, flags);
	ssize_t n = fd < 0 ? -1 : flags == O_RDONLY ? read(fd, digit, 1) : write(fd, digit, 1);

	if (fd >= 0)
		close(fd);
	return n == 1;
}

/* Its compiler may be switched off, as by default before 4.18. */
static bool get_native(struct image *image)
{
	char off = '0', on = '1', was = on;
	bool ok;

	if (native_jit(O_RDONLY, &was) && was == off && !native_jit(O_WRONLY, &on))
		printf("# the kernel's own compiler stays off\n");
	ok = get_image(image);
	if (was == off)
		native_jit(O_WRONLY, &off);
	return ok;
}

/* Programs can be looked at since 4.13. */
static bool can_look(void)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = -1;
	return call(EBPF_OBJ_GET_INFO_BY_FD, &attr) == -EBADFD;
}

int main(void)
{
	static struct image ours, native;
	struct way back, on;
	bool have_native;

	drv_open();
	tap_ok(get_image(&ours) && ours.at, "a compiled program can be looked at");
	back = way_back(&ours);
	on = way_on(&ours);
	use_native = true;
	have_native = can_look();
	if (have_native && !tap_ok(get_native(&native), "and one of the kernel's own compiler"))
		return tap_end();
	if (native.at)
		by_native(&back, &on, &native);
	else
		by_name(&back, &on);
	return tap_end();
}
