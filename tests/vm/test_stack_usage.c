// SPDX-License-Identifier: GPL-2.0-only
/*
 * How much kernel stack a load uses: less than 2 KiB from the entry of the ioctl
 * down, whatever the program is and however much is logged. Measured by a module of
 * the test's own, test_stack_usage.ko.c.
 *
 * harness: timeout=300
 */
#include "ioctl_lib.h"
#include "kasan.h"
#include "tap.h"
#include "test_stack_usage.h"

#define LIMIT		2048
#define ROUNDS		12	/* interrupts use the stack too: the least counts */
#define LOG_SIZE	(1 << 20)
#define MAX_INSNS	4096

static int stack_fd = -1, array_fd;
static struct ebpf_insn insns[MAX_INSNS];
static unsigned int cnt;
static char log_text[LOG_SIZE];

static void emit(struct ebpf_insn insn)
{
	if (cnt < MAX_INSNS)
		insns[cnt++] = insn;
}

static void emit_lookup(int fd)
{
	const struct ebpf_insn load[] = { LD_MAP_FD(EBPF_REG_1, fd) };

	emit(ST(EBPF_W, EBPF_REG_10, -4, 0));
	emit(load[0]);
	emit(load[1]);
	emit(MOV64_REG(EBPF_REG_2, EBPF_REG_10));
	emit(ALU64_IMM(EBPF_ADD, EBPF_REG_2, -4));
	emit(CALL(EBPF_FUNC_map_lookup_elem));
}

static void emit_exit(void)
{
	emit(MOV64_IMM(EBPF_REG_0, 0));
	emit(EXIT());
}

static void make_short(void)
{
	emit_exit();
}

/* Branches, spills, precision through them, helpers with memory. */
static void make_rich(void)
{
	int i;

	emit(MOV64_REG(EBPF_REG_6, EBPF_REG_1));
	for (i = 0; i < 20; i++) {
		emit_lookup(array_fd);
		emit(JMP_IMM(EBPF_JEQ, EBPF_REG_0, 0, 14));
		emit(MOV64_REG(EBPF_REG_7, EBPF_REG_0));
		emit(LDX(EBPF_DW, EBPF_REG_8, EBPF_REG_6, 0));
		emit(ALU64_IMM(EBPF_AND, EBPF_REG_8, 7));
		emit(STX(EBPF_DW, EBPF_REG_10, EBPF_REG_8, -16));
		emit(JMP_IMM(EBPF_JGT, EBPF_REG_8, i % 7, 1));
		emit(ALU64_IMM(EBPF_ADD, EBPF_REG_8, 1));
		emit(LDX(EBPF_DW, EBPF_REG_9, EBPF_REG_10, -16));
		emit(ALU64_REG(EBPF_ADD, EBPF_REG_7, EBPF_REG_9));
		emit(STX(EBPF_B, EBPF_REG_7, EBPF_REG_8, 0));
		emit(MOV64_REG(EBPF_REG_1, EBPF_REG_10));
		emit(ALU64_IMM(EBPF_ADD, EBPF_REG_1, -40));
		emit(MOV64_IMM(EBPF_REG_2, 24));
		emit(MOV64_REG(EBPF_REG_3, EBPF_REG_6));
		emit(CALL(EBPF_FUNC_probe_read_kernel));
	}
	emit_exit();
}

/* Eight frames, the stack of the first written from the last. */
static void make_calls(void)
{
	int i;

	emit(MOV64_REG(EBPF_REG_1, EBPF_REG_10));
	emit(ALU64_IMM(EBPF_ADD, EBPF_REG_1, -8));
	emit(MOV64_IMM(EBPF_REG_2, 7));
	emit(CALL_PSEUDO(2));
	emit_exit();
	for (i = 0; i < 7; i++) {
		emit(STX(EBPF_DW, EBPF_REG_10, EBPF_REG_2, -8));
		emit(LDX(EBPF_DW, EBPF_REG_2, EBPF_REG_10, -8));
		emit(STX(EBPF_DW, EBPF_REG_1, EBPF_REG_2, 0));
		if (i < 6)
			emit(CALL_PSEUDO(2));
		emit_exit();
	}
}

/* A loop whose counter must be known to the end. */
static void make_loop(void)
{
	emit_lookup(array_fd);
	emit(JMP_IMM(EBPF_JEQ, EBPF_REG_0, 0, 6));
	emit(MOV64_IMM(EBPF_REG_6, 0));
	emit(MOV64_REG(EBPF_REG_1, EBPF_REG_0));
	emit(ALU64_REG(EBPF_ADD, EBPF_REG_1, EBPF_REG_6));
	emit(ST(EBPF_B, EBPF_REG_1, 0, 1));
	emit(ALU64_IMM(EBPF_ADD, EBPF_REG_6, 1));
	emit(JMP_IMM(EBPF_JLT, EBPF_REG_6, 48, -5));
	emit_exit();
}

/* Refused late, with everything that is known in the log. */
static void make_refused(void)
{
	make_rich();
	cnt -= 2;
	emit(STX(EBPF_DW, EBPF_REG_10, EBPF_REG_6, -600));
	emit_exit();
}

static const struct {
	const char *name;
	void (*make)(void);
	bool refused;
} progs[] = {
	{ "a short program", make_short, false },
	{ "branches, spills and helpers", make_rich, false },
	{ "eight frames", make_calls, false },
	{ "a loop", make_loop, false },
	{ "a refused program", make_refused, true },
};

static long load_once(unsigned int log_level)
{
	union ebpf_attr attr;
	long fd;

	prog_attr(&attr, EBPF_PROG_TYPE_RAW_TRACEPOINT, insns, cnt);
	if (log_level) {
		attr.log_buf = ptr(log_text);
		attr.log_size = sizeof(log_text);
		attr.log_level = log_level;
	}
	fd = err_of(bpf(EBPF_PROG_LOAD, &attr));
	if (fd >= 0)
		close(fd);
	return fd;
}

/* Bytes of stack; @result: of the last load. */
static long measure(unsigned int log_level, long *result)
{
	long least = -1, n;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		if (ioctl(stack_fd, STACK_IOC_FILL))
			return -1;
		*result = load_once(log_level);
		n = ioctl(stack_fd, STACK_IOC_READ);
		if (n > 0 && (least < 0 || n < least))
			least = n;
	}
	return least;
}

static void test_measure(void)
{
	long least = -1, n;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		ioctl(stack_fd, STACK_IOC_FILL);
		ioctl(stack_fd, STACK_IOC_USE, 3000);
		n = ioctl(stack_fd, STACK_IOC_READ);
		if (n > 0 && (least < 0 || n < least))
			least = n;
	}
	tap_ok(least >= 3000, "3000 bytes of stack that are used are seen (%ld)", least);
	for (least = -1, i = 0; i < ROUNDS; i++) {
		ioctl(stack_fd, STACK_IOC_FILL);
		n = ioctl(stack_fd, STACK_IOC_READ);
		if (n > 0 && (least < 0 || n < least))
			least = n;
	}
	tap_ok(least > 0 && least < 1024, "next to nothing uses next to nothing (%ld)", least);
}

static void insmod(const char *file)
{
	char path[512];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", getenv("EBPFDRV_TEST_DIR"), file);
	fd = open(path, O_RDONLY);
	tap_ok(fd >= 0 && !syscall(SYS_finit_module, fd, "", 0), "the module that measures loads");
	close(fd);
}

int main(void)
{
	static const unsigned int levels[] = { 0, 1, 2 };
	unsigned int i, k;
	long used, ret = 0;

	if (kernel_has_kasan()) {
		tap_skip("KASAN makes every frame larger: its stacks say nothing of others");
		return tap_end();
	}
	drv_open();
	insmod("test_stack_usage_ko.ko");
	stack_fd = open("/dev/" STACK_DEVICE, O_RDWR | O_CLOEXEC);
	tap_ok(stack_fd >= 0, "its device opens");
	array_fd = map_create(EBPF_MAP_TYPE_ARRAY, 4, 64, 1, 0);
	memset(log_text, 1, sizeof(log_text));
	test_measure();
	for (i = 0; i < ARRAY_LEN(progs); i++) {
		cnt = 0;
		progs[i].make();
		for (k = 0; k < ARRAY_LEN(levels); k++) {
			used = measure(levels[k], &ret);
			tap_ok(progs[i].refused ? ret == -EACCES : ret >= 0, "%s: %ld",
			       progs[i].name, ret);
			tap_ok(used > 0 && used < LIMIT, "%s, log level %u: %ld bytes of stack",
			       progs[i].name, levels[k], used);
		}
	}
	close(array_fd);
	close(stack_fd);
	tap_ok(!syscall(SYS_delete_module, "test_stack_usage_ko", O_NONBLOCK),
	       "the module that measures goes");
	return tap_end();
}
