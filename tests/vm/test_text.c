// SPDX-License-Identifier: GPL-2.0-only
/*
 * What programs print: formats that are refused when a program is loaded, the texts that come of
 * the others, their lengths, and what the trace shows. The kernel's own bpf(2) is asked the same
 * where it is that of Linux 6.1.
 *
 * harness: timeout=300 nobpf=no
 */
#define _GNU_SOURCE
#include "maps_prog.h"
#include "tests/host/format_list.h"
#include "native.h"

#include <sys/mman.h>
#include <sys/utsname.h>

#define OUT_SIZE	1024
#define MAX_ARGS	12
#define FMT_SIZE	64

static const char *who = "module";
static struct utsname names;

/* What the program prints with: where to, and its arguments. */
static struct {
	char out[OUT_SIZE];
	u64 args[MAX_ARGS];
} area;
static int area_fd;

static int format_map(const char *fmt)
{
	char value[FMT_SIZE] = "";
	int fd = must(T(ARRAY), 4, sizeof(value), 1, EBPF_F_RDONLY_PROG);
	u32 key = 0;

	snprintf(value, sizeof(value), "%s", fmt);
	if (map_update(fd, &key, value, 0) || map_freeze(fd))
		tap_ok(false, "%s: a format in a map", who);
	return fd;
}

/* r0 = bpf_snprintf(out, @size, @fmt, args, 8 * @nr); the program or an error */
static int prog_snprintf(const char *fmt, u32 size, u32 nr)
{
	int map = format_map(fmt), fd;
	const struct ebpf_insn insns[] = {
		LDVAL(1, area_fd, 0), MOVI(2, size), LDVAL(3, map, 0), LDVAL(4, area_fd, OUT_SIZE),
		MOVI(5, 8 * nr), CALL(snprintf), EXIT(),
	};

	fd = try_load(insns, ARRAY_SIZE(insns), EBPF_PROG_TYPE_RAW_TRACEPOINT, true);
	close(map);
	return fd;
}

static void test_formats(void)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(format_list); i++) {
		const struct format_case *c = &format_list[i];
		int fd = prog_snprintf(c->fmt, 8, c->nr_args);

		if (c->ok)
			tap_ok(fd >= 0, "%s: format %u of the list: taken (%d)", who, i, fd);
		else
			tap_ok(fd == -EINVAL && strstr(verifier_log, "Invalid format string\n"),
			       "%s: format %u of the list: refused, with a line (%d)", who, i, fd);
		close(fd);
	}
}

/* Runs it; area.out has the text. */
static int format(const char *fmt, u32 size, u32 nr, const u64 *args)
{
	int fd = prog_snprintf(fmt, size, nr), ret;
	u32 key = 0;

	if (fd < 0)
		return fd;
	memset(area.out, '#', sizeof(area.out));
	memcpy(area.args, args, nr * sizeof(u64));
	map_update(area_fd, &key, &area, 0);
	ret = run(fd, 0, 0, 0);
	map_lookup(area_fd, &key, &area);
	close(fd);
	return ret;
}

#define ARGS(...)	(const u64[]){ __VA_ARGS__ }
#define P(x)		((u64)(uintptr_t)(x))

static const char user[] = "user text";
static u8 ip[16] = { 10, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 15 };
static char longest[700];

static const struct {
	const char *fmt;
	const char *text;
	u64 args[3];
} texts[] = {
	{ "plain", "plain", {} },
	{ "a%%b%d%%", "a%b7%", { 7 } },
	{ "%d %u %x", "-1 4294967295 ffffffff", { -1ULL, -1ULL, -1ULL } },
	{ "%ld %lu %lX", "-1 18446744073709551615 FFFFFFFFFFFFFFFF", { -1ULL, -1ULL, -1ULL } },
	{ "%lld %lli %llx", "-2 -3 4", { -2ULL, -3ULL, 4 } },
	{ "%d", "5", { 0x100000005ULL } },
	{ "[%5d|%-5d|%05d]", "[   42|42   |00042]", { 42, 42, 42 } },
	{ "[%+d|% d|%-+6d]", "[+42| 42|+42   ]", { 42, 42, 42 } },
	{ "[%5c|%-5c|%c]", "[    a|b    |c]", { 'a', 'b', 0x100 + 'c' } },
	{ "%dx%iy", "1x2y", { 1, 2 } },
	{ "[%s]", "[user text]", { P(user) } },
	{ "[%12s|%-12s|%4s]", "[   user text|user text   |user text]",
	  { P(user), P(user), P(user) } },
	{ "[%pus]", "[user text]", { P(user) } },
	{ "[%12pus]", "[user text]", { P(user) } },
	{ "[%pks]", "[]", { P(user) } },
	{ "[%s] %d", "[] 9", { 0, 9 } },
	{ "[%5s] %d", "[     ] 9", { 0, 9 } },
	{ "[%s] %d", "[] 9", { 0xffff900000000000ULL, 9 } },
	{ "[%pks] %d", "[] 9", { 64, 9 } },
	{ "[%px]", "[00000000000012ab]", { 0x12ab } },
	{ "[%20px|%-6px|%4px]", "[                12ab|12ab  |12ab]", { 0x12ab, 0x12ab, 0x12ab } },
	{ "[%-px|%06px]", "[12ab            |0012ab]", { 0x12ab, 0x12ab } },
	{ "[%pxyz:%d]", "[00000000000012ab:3]", { 0x12ab, 3 } },
	{ "[%p]", "[0000000000000000]", { 0 } },
	{ "[%p]", "[fffffffffffffffe]", { -2ULL } },
	{ "[%pi4 %pI4]", "[000.000.000.000 0.0.0.0]", { 0, P(ip) } },
	{ "[%pI6]", "[0000:0000:0000:0000:0000:0000:0000:0000]", { P(ip) } },
	{ "[%pI4h.%d]", "[0.0.0.0.1]", { 0, 1 } },
	{ "\xc3\xa9%d\xc3\xa9", "\xc3\xa9" "5\xc3\xa9", { 5 } },
	{ "line\n", "line\n", {} },
};

static void test_texts(void)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		int want = strlen(texts[i].text) + 1, ret;

		ret = format(texts[i].fmt, OUT_SIZE, 3, texts[i].args);
		if (!tap_ok(ret == want && !strcmp(area.out, texts[i].text), "%s: text %u of the list",
			    who, i))
			tap_diag("\"%s\" should be \"%s\", %d: returned %d, \"%s\"", texts[i].fmt,
				 texts[i].text, want, ret, ret < 0 ? "" : area.out);
	}
}

/* @text and no byte more is there, and @ret is the length of all. */
static void cut(const char *fmt, u32 size, const u64 *args, int want, const char *text)
{
	int ret = format(fmt, size, 3, args);
	bool same = !size || !memcmp(area.out, text, strlen(text) + 1);

	if (!tap_ok(ret == want && same && area.out[size] == '#', "%s: \"%s\" into %u bytes: %d",
		    who, fmt, size, want))
		tap_diag("returned %d, \"%.*s\"", ret, (int)size, area.out);
}

static void test_cut(void)
{
	static const char *const begins[] = { "", "us", "user ", "user tex", "user text" };
	u32 i;

	memset(longest, 'x', sizeof(longest) - 1);
	for (i = 0; i < ARRAY_SIZE(begins); i++)
		cut("%s", i * 3, ARGS(P(user), 0, 0), 10, begins[i]);
	cut("%s-%d", 4, ARGS(P(user), 77, 0), 13, "use");
	cut("%d-%s", 4, ARGS(12345, P(user), 0), 16, "123");
	cut("%12s", 6, ARGS(P(user), 0, 0), 13, "   us");
	cut("%12s", 2, ARGS(P(user), 0, 0), 13, " ");
	cut("%-12s|", 6, ARGS(P(user), 0, 0), 14, "user ");
	cut("%llx%llx", 5, ARGS(-1ULL, -1ULL, 0), 33, "ffff");
	cut("%p", 1, ARGS(0, 0, 0), 17, "");
	cut("%c%c", 2, ARGS('a', 'b', 0), 3, "a");
	cut("%20d", 3, ARGS(1, 0, 0), 21, "  ");
	cut("%s", 8, ARGS(P(longest), 0, 0), 512, "xxxxxxx");
	cut("%s", 600, ARGS(P(longest), 0, 0), 512, longest + sizeof(longest) - 512);
	cut("%d%s", 3, ARGS(1, P(longest), 0), 509, "1x");
	cut("%s", 64, ARGS(P(longest) + sizeof(longest) - 101, 0, 0), 101,
	    longest + sizeof(longest) - 64);
}

static void test_limits(void)
{
	tap_eq(format("%s%s", OUT_SIZE, 3, ARGS(P(longest), P(user), 0)), -ENOSPC,
	       "%s: more than 512 bytes of strings", who);
	tap_eq(format("%s%d", OUT_SIZE, 3, ARGS(P(longest), 1, 0)), -ENOSPC,
	       "%s: and a number", who);
	tap_eq(format("%s%c", OUT_SIZE, 3, ARGS(P(longest), 1, 0)), -ENOSPC,
	       "%s: and a character", who);
	tap_eq(format("%s%s", OUT_SIZE, 3, ARGS(P(longest) + 300, P(longest) + 300, 0)),
	       399 + 111 + 1, "%s: the second string gets what the first left", who);
}

static u64 symbol(const char *name)
{
	FILE *f = fopen("/proc/kallsyms", "r");
	char line[256], found[128];
	unsigned long addr;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%lx %*c %127s", &addr, found) == 2 && !strcmp(found, name)) {
			fclose(f);
			return addr;
		}
	if (f)
		fclose(f);
	return 0;
}

static void begins(const char *fmt, u64 arg, const char *text)
{
	int ret = format(fmt, OUT_SIZE, 1, &arg);

	if (!tap_ok(ret > 0 && !strncmp(area.out, text, strlen(text)), "%s: \"%s\" begins \"%s\"",
		    who, fmt, text))
		tap_diag("returned %d, \"%s\"", ret, ret < 0 ? "" : area.out);
}

static void test_kernel(void)
{
	u64 banner = symbol("linux_banner"), read = symbol("vfs_read");
	char text[200];

	if (!tap_ok(banner && read, "%s: addresses of the kernel", who))
		return;
	snprintf(text, sizeof(text), "[Linux version %s (", names.release);
	begins("[%s", banner, text);
	begins("[%pks", banner, text);
	begins("[%pus]", banner, "[]");
	begins("[%ps]", read, "[vfs_read]");
	begins("[%psx]", read, "[vfs_read]");
	begins("[%12ps]", read, "[    vfs_read]");
	begins("[%-12ps]", read, "[vfs_read    ]");
	begins("[%pS]", read + 1, "[vfs_read+0x1/0x");
	begins("[%pB]", read + 2, "[vfs_read+0x2/0x");
	begins("[%pi4]", banner, "[076.105.110.117]");
	begins("[%pI4]", banner, "[76.105.110.117]");
	begins("[%pI6]", banner, "[4c69:6e75:7820:7665:7273:696f:6e20:");
	begins("[%pi6]", banner, "[4c696e75782076657273696f6e20");
}

static void write_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		tap_ok(false, "%s: \"%s\" into %s", who, text, path);
	close(fd);
}

#define RESTRICT "/proc/sys/kernel/kptr_restrict"

/* Another number than the address, where the kernel has one for all it prints. */
static void test_hashed(char *shown)
{
	u64 arg = 0xffff888012345678ULL;
	unsigned int major, minor;
	bool hashes;

	sscanf(names.release, "%u.%u", &major, &minor);
	hashes = major * 100 + minor >= 415;
	format("%p", OUT_SIZE, 1, &arg);
	strcpy(shown, area.out);
	tap_ok(strlen(area.out) == 16 && !strcmp(area.out, "ffff888012345678") == !hashes,
	       "%s: %%p is %s", who, hashes ? "another number" : "the address");
	write_to(RESTRICT, "0");
	format("%pK", OUT_SIZE, 1, &arg);
	tap_ok(!strcmp(area.out, shown), "%s: %%pK is that of %%p", who);
	write_to(RESTRICT, "2");
	format("%pK", OUT_SIZE, 1, &arg);
	tap_ok(!strcmp(area.out, "0000000000000000"), "%s: %%pK shows nothing if told so", who);
	format("%px", OUT_SIZE, 1, &arg);
	tap_ok(!strcmp(area.out, "ffff888012345678"), "%s: %%px shows all", who);
	write_to(RESTRICT, "0");
}

/* r0 = bpf_trace_printk(@fmt, its size, arguments of the run) */
static int prog_printk(const char *fmt)
{
	int map = format_map(fmt);
	const struct ebpf_insn insns[] = {
		MOV(6, 1), LDVAL(1, map, 0), MOVI(2, strlen(fmt) + 1), LDX(EBPF_DW, 3, 6, 0),
		LDX(EBPF_DW, 4, 6, 8), LDX(EBPF_DW, 5, 6, 16), CALL(trace_printk), EXIT(),
	};
	int fd = load(insns, ARRAY_SIZE(insns), EBPF_PROG_TYPE_RAW_TRACEPOINT);

	close(map);
	return fd;
}

static int printk(const char *fmt, u64 a0, u64 a1, u64 a2)
{
	int fd = prog_printk(fmt), ret = run(fd, a0, a1, a2);

	close(fd);
	return ret;
}

static const char *trace_file(void)
{
	static const char old[] = "/sys/kernel/debug/tracing/trace";

	return access(old, F_OK) ? "/sys/kernel/tracing/trace" : old;
}

static void test_trace(void)
{
	static char all[65536];
	FILE *f;
	char *p;

	write_to(trace_file(), "0");
	tap_eq(printk("A %s.", P(user), 0, 0), 12, "%s: trace_printk tells the length", who);
	tap_eq(printk("B\n", 0, 0, 0), 2, "%s: with the end of the line", who);
	tap_eq(printk("C %pus %d\n", P(user), 5, 0), 14, "%s: and the user's strings", who);
	tap_eq(printk("%#x", 1, 0, 0), -EINVAL, "%s: a bad format is found when it is used", who);
	tap_eq(printk("%d %d %d %d", 1, 0, 0), -EINVAL, "%s: as are four arguments", who);
	tap_eq(printk("", 0, 0, 0), 0, "%s: nothing is printed, too", who);
	tap_eq(printk("%s", P(longest), 0, 0), 511, "%s: a long text", who);
	tap_eq(printk("D", 0, 0, 0), 1, "%s: the last", who);
	f = fopen(trace_file(), "r");
	all[f ? fread(all, 1, sizeof(all) - 1, f) : 0] = '\0';
	if (f)
		fclose(f);
	p = strstr(all, "bpf_trace_printk: A user text.\n");
	tap_ok(p, "%s: the trace has it", who);
	p = p ? strstr(p, "bpf_trace_printk: B\n\n") : NULL;
	tap_ok(p, "%s: a line's end in the text is one more", who);
	p = p ? strstr(p, "bpf_trace_printk: C user text 5\n\n") : NULL;
	tap_ok(p, "%s: also behind arguments", who);
	p = p ? strstr(p, "bpf_trace_printk: \n") : NULL;
	tap_ok(p, "%s: nothing is a line", who);
	p = p ? strstr(p, "bpf_trace_printk: xxxxxx") : NULL;
	tap_ok(p && strspn(strstr(p, "xx"), "x") == 511, "%s: the long text is cut at 511", who);
	tap_ok(p && strstr(p, "x\n") && strstr(p, "bpf_trace_printk: D\n"),
	       "%s: and the next is a line of its own", who);
	if (!p)
		tap_diag("%.2000s", all);
}

static void test_vprintk(void)
{
	int map = format_map("%d %#x"), fd;
	const struct ebpf_insn insns[] = {
		LDVAL(1, map, 0), MOVI(2, 7), LDVAL(3, area_fd, OUT_SIZE), MOVI(4, 16),
		CALL(trace_vprintk), EXIT(),
	};

	fd = load(insns, ARRAY_SIZE(insns), EBPF_PROG_TYPE_RAW_TRACEPOINT);
	tap_eq(run(fd, 0, 0, 0), -EINVAL, "%s: a bad format of trace_vprintk is found when used", who);
	close(fd);
	close(map);
}

static void test_all(char *hashed)
{
	area_fd = must(T(ARRAY), 4, sizeof(area), 1, 0);
	test_formats();
	test_texts();
	test_cut();
	test_limits();
	test_kernel();
	test_hashed(hashed);
	test_trace();
	test_vprintk();
	close(area_fd);
}

int main(void)
{
	char hashed[2][OUT_SIZE];

	uname(&names);
	maps_open();
	if (native) {
		who = "native";
		test_all(hashed[0]);
		return tap_end();
	}
	test_all(hashed[0]);
	if (!native_is_6_1()) {
		tap_skip("the kernel's own bpf(2) is not that of Linux 6.1");
		return tap_end();
	}
	who = "native";
	native = true;
	test_all(hashed[1]);
	tap_ok(!strcmp(hashed[0], hashed[1]), "both show the same number for an address");
	return tap_end();
}
