// SPDX-License-Identifier: GPL-2.0-only
/*
 * harness: auto=no nobpf=no
 *
 * A kernel that is locked down keeps from programs what it keeps from those of its own bpf(2),
 * on 6.1 asked the same beside it. It stays locked down until the next boot, so this runs only
 * where it is named.
 */
#define _GNU_SOURCE
#include <linux/perf_event.h>
#include <sys/mount.h>
#include "ioctl_lib.h"
#include "native.h"
#include "tap.h"

#define LOCKDOWN	"/sys/kernel/security/lockdown"
#define FP		EBPF_REG_10

/* From what level on: 1 integrity, 2 confidentiality. */
static const struct {
	unsigned int func;
	const char *says;
	int level;
} helpers[] = {
	{ EBPF_FUNC_probe_write_user, "unknown func bpf_probe_write_user#36", 1 },
	{ EBPF_FUNC_probe_read, "unknown func bpf_probe_read#4", 2 },
	{ EBPF_FUNC_probe_read_str, "unknown func bpf_probe_read_str#45", 2 },
	{ EBPF_FUNC_probe_read_kernel, "unknown func bpf_probe_read_kernel#113", 2 },
	{ EBPF_FUNC_probe_read_kernel_str, "unknown func bpf_probe_read_kernel_str#115", 2 },
	{ EBPF_FUNC_probe_read_user, NULL, 3 },
	{ EBPF_FUNC_probe_read_user_str, NULL, 3 },
};

static bool beside;		/* Linux is asked, too */

static void ask_linux(bool on)
{
	if (on)
		setenv("EBPF_TEST_NATIVE", "1", 1);
	else
		unsetenv("EBPF_TEST_NATIVE");
}

static long load(unsigned int func)
{
	bool write = func == EBPF_FUNC_probe_write_user;
	struct ebpf_insn insns[] = {
		ST(EBPF_DW, FP, -8, 0),
		MOV64_REG(write ? 2 : 1, FP),
		ALU64_IMM(EBPF_ADD, write ? 2 : 1, -8),
		MOV64_IMM(write ? 3 : 2, 8),
		MOV64_IMM(write ? 1 : 3, 0),
		CALL(func), MOV64_IMM(0, 0), EXIT(),
	};
	long fd = prog_load_log(EBPF_PROG_TYPE_KPROBE, insns, ARRAY_LEN(insns));

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

static void test_helper(unsigned int i, int level)
{
	bool locked = level >= helpers[i].level;
	long ours = load(helpers[i].func), native = ours;

	tap_ok(ours == (locked ? -EINVAL : 0) && (!locked || strstr(prog_log, helpers[i].says)),
	       "helper %u: %ld", helpers[i].func, ours);
	if (!beside)
		return;
	ask_linux(true);
	native = load(helpers[i].func);
	ask_linux(false);
	tap_ok(native == ours && (!locked || strstr(prog_log, helpers[i].says)),
	       "so does Linux: %ld", native);
}

static unsigned int pmu_type(void)
{
	FILE *f = fopen("/sys/bus/event_source/devices/kprobe/type", "r");
	unsigned int type = 0;

	if (f && fscanf(f, "%u", &type) != 1)
		type = 0;
	if (f)
		fclose(f);
	return type;
}

static long event(unsigned int type, uint64_t sample_type, bool native)
{
	struct perf_event_attr attr = {
		.type = type, .size = sizeof(attr), .sample_type = sample_type,
		.sample_period = 1000000, .sample_regs_intr = sample_type ? 1 : 0,
		.config1 = type == PERF_TYPE_SOFTWARE ? 0 : ptr("do_nanosleep"),
	};
	struct ebpfdrv_perf_event_open req = { .attr = ptr(&attr), .pid = -1, .group_fd = -1 };
	long fd;

	if (type != PERF_TYPE_SOFTWARE)
		attr.sample_period = 0;
	fd = err_of(native ? syscall(SYS_perf_event_open, &attr, -1, 0, -1, 0) :
			     ioctl(drv_fd, EBPFDRV_IOC_PERF_EVENT_OPEN, &req));
	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

static void test_events(int level)
{
	long want = level >= 2 ? -EPERM : 0, native;

	tap_eq(event(EBPFDRV_PERF_TYPE_KPROBE, 0, false), want, "a kprobe");
	if (level >= 2)
		tap_eq(event(PERF_TYPE_SOFTWARE, PERF_SAMPLE_REGS_INTR, false), want,
		       "records with the kernel's registers");
	if (!pmu_type())
		return;
	native = event(pmu_type(), 0, true);
	tap_eq(native, want, "Linux's kprobe");
	tap_eq(event(PERF_TYPE_SOFTWARE, PERF_SAMPLE_REGS_INTR, true), want, "Linux's registers");
}

/* Lets kernel structs be read by their types? Linux does, locked down or not. */
static void test_typed(void)
{
	struct ebpf_insn insns[] = {
		CALL(EBPF_FUNC_get_current_task_btf), LDX(EBPF_DW, 1, 0, 64), MOV64_IMM(0, 0), EXIT(),
	};
	long fd = prog_load_log(EBPF_PROG_TYPE_KPROBE, insns, ARRAY_LEN(insns)), native;

	if (fd >= 0)
		close(fd);
	if (!beside)
		return;
	ask_linux(true);
	native = prog_load_log(EBPF_PROG_TYPE_KPROBE, insns, ARRAY_LEN(insns));
	ask_linux(false);
	if (native >= 0)
		close(native);
	tap_ok((fd >= 0) == (native >= 0), "loads by type: %ld, Linux %ld", fd, native);
}

static void test_level(int level)
{
	unsigned int i;

	tap_diag("level %d", level);
	for (i = 0; i < ARRAY_LEN(helpers); i++)
		test_helper(i, level);
	test_typed();
	test_events(level);
}

static bool lock_down(const char *level)
{
	int fd = open(LOCKDOWN, O_WRONLY);
	bool ok = fd >= 0 && write(fd, level, strlen(level)) > 0;

	if (fd >= 0)
		close(fd);
	return tap_ok(ok, "locked down: %s", level);
}

int main(void)
{
	mount("securityfs", "/sys/kernel/security", "securityfs", 0, NULL);
	if (access(LOCKDOWN, W_OK)) {
		tap_skip("this kernel cannot be locked down");
		return tap_end();
	}
	drv_open();
	beside = native_is_6_1();
	test_level(0);
	if (lock_down("integrity"))
		test_level(1);
	if (lock_down("confidentiality"))
		test_level(2);
	return tap_end();
}
