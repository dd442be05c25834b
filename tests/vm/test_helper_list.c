// SPDX-License-Identifier: GPL-2.0-only
/*
 * harness: timeout=600 nobpf=no
 *
 * Which helpers each type of tracing program may call: where the kernel has a bpf(2) of
 * its own, by what that and the module answer; all that Linux 6.1 has are there but
 * those that docs/supported.md names.
 */
#define _GNU_SOURCE
#include <bpf/btf.h>
#include "ioctl_lib.h"
#include "native.h"
#include "tap.h"

static struct btf *btf;

static const struct {
	const char *name;
	unsigned int prog_type, attach;
	const char *target;	/* in the kernel's BTF */
	int kind;
	unsigned int flags;
} types[] = {
	{ "kprobe", EBPF_PROG_TYPE_KPROBE, 0, NULL, 0, 0 },
	{ "tracepoint", EBPF_PROG_TYPE_TRACEPOINT, 0, NULL, 0, 0 },
	{ "perf_event", EBPF_PROG_TYPE_PERF_EVENT, 0, NULL, 0, 0 },
	{ "raw_tracepoint", EBPF_PROG_TYPE_RAW_TRACEPOINT, 0, NULL, 0, 0 },
	{ "raw_tracepoint_writable", EBPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE, 0, NULL, 0, 0 },
	{ "tp_btf", EBPF_PROG_TYPE_TRACING, EBPF_TRACE_RAW_TP, "btf_trace_sched_switch",
	  BTF_KIND_TYPEDEF, 0 },
	{ "fentry", EBPF_PROG_TYPE_TRACING, EBPF_TRACE_FENTRY, "vfs_read", BTF_KIND_FUNC, 0 },
	{ "fexit", EBPF_PROG_TYPE_TRACING, EBPF_TRACE_FEXIT, "vfs_read", BTF_KIND_FUNC, 0 },
	{ "fmod_ret", EBPF_PROG_TYPE_TRACING, EBPF_MODIFY_RETURN, "security_file_open",
	  BTF_KIND_FUNC, 0 },
	{ "iter/task", EBPF_PROG_TYPE_TRACING, EBPF_TRACE_ITER, "bpf_iter_task",
	  BTF_KIND_FUNC, 0 },
	{ "uprobe.s", EBPF_PROG_TYPE_KPROBE, 0, NULL, 0, EBPF_F_SLEEPABLE },
	{ "iter.s/task", EBPF_PROG_TYPE_TRACING, EBPF_TRACE_ITER, "bpf_iter_task",
	  BTF_KIND_FUNC, EBPF_F_SLEEPABLE },
};

#define NAME(fn)	[EBPF_FUNC_##fn] = #fn
static const char *const names[__EBPF_FUNC_MAX_ID] = { EBPF_FUNC_MAPPER(NAME) };

/* In Linux's lists, and not here; docs/supported.md tells why. */
static bool is_known(unsigned int func)
{
	switch (func) {
	/* Linux refuses all that tracing programs could do with them. */
	case EBPF_FUNC_spin_lock:
	case EBPF_FUNC_spin_unlock:
	/* Kernels without MPTCP have none; for others it is not there yet. */
	case EBPF_FUNC_skc_to_mptcp_sock:
		return true;
	default:
		return false;
	}
}

/* Here, and in Linux if it was built so. */
static bool is_optional(unsigned int func)
{
	return func == EBPF_FUNC_override_return;
}

static bool knows(unsigned int type, unsigned int func)
{
	struct ebpf_insn insns[] = { CALL(func), EXIT() };
	union ebpf_attr attr;
	long fd;

	prog_log[0] = '\0';
	prog_attr(&attr, types[type].prog_type, insns, 2);
	attr.log_buf = ptr(prog_log);
	attr.log_size = sizeof(prog_log);
	attr.log_level = 1;
	attr.prog_flags = types[type].flags;
	if (types[type].target) {
		attr.expected_attach_type = types[type].attach;
		attr.attach_btf_id = btf__find_by_name_kind(btf, types[type].target,
							    types[type].kind);
	}
	fd = err_of(bpf(EBPF_PROG_LOAD, &attr));
	if (fd >= 0)
		close(fd);
	if (fd < 0 && !prog_log[0])
		tap_diag("%s: %ld without a word", types[type].name, fd);
	return fd >= 0 || (prog_log[0] && !strstr(prog_log, "unknown func") &&
			   !strstr(prog_log, "invalid func"));
}

static bool knows_native(unsigned int type, unsigned int func)
{
	bool ret;

	setenv("EBPF_TEST_NATIVE", "1", 1);
	ret = knows(type, func);
	unsetenv("EBPF_TEST_NATIVE");
	return ret;
}

static void test_type(unsigned int type)
{
	unsigned int func, missing = 0, more = 0, both = 0;
	bool here, there;

	for (func = 1; func < __EBPF_FUNC_MAX_ID; func++) {
		here = knows(type, func);
		there = knows_native(type, func);
		both += here && there;
		if (here && !there && !is_optional(func)) {
			more++;
			tap_diag("%s: %s only here", types[type].name, names[func]);
		} else if (there && !here && !is_known(func)) {
			missing++;
			tap_diag("%s: %s only in Linux", types[type].name, names[func]);
		}
	}
	tap_ok(both > 50 && !missing && !more, "%s: %u helpers, as in Linux", types[type].name,
	       both);
}

int main(void)
{
	unsigned int i;

	if (!native_is_6_1()) {
		tap_skip("only Linux 6.1 can be asked which helpers it has");
		return tap_end();
	}
	drv_open();
	btf = btf__parse("/sys/kernel/btf/vmlinux", NULL);
	tap_ok(btf, "BTF of this kernel");
	for (i = 0; btf && i < ARRAY_LEN(types); i++)
		test_type(i);
	btf__free(btf);
	return tap_end();
}
