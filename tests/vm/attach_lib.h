/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the tests of attachment: the device by hand, without libbpf, and programs
 * put together instruction by instruction.
 */
#ifndef _TESTS_ATTACH_LIB_H
#define _TESTS_ATTACH_LIB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <unistd.h>
#include <linux/perf_event.h>

#include <ebpfdrv/bpf.h>
#include <ebpfdrv/ebpfdrv.h>

#include "tap.h"

/* What a counting program keeps besides the number of its runs. */
enum counter_what {
	COUNT_ONLY,
	COUNT_CTX_U64,		/* arg: offset in the context, 8 bytes */
	COUNT_CTX_U32,
	COUNT_HELPER,		/* arg: helper called with the context */
	COUNT_MAX_CTX_U64,	/* COUNT_CTX_U64, the largest seen */
	COUNT_READ_VALUE,	/* arg: PERF_EVENT_ARRAY; counter of this CPU's event */
	COUNT_PROG_VALUE,	/* counter of the program's own event */
	COUNT_OVERRIDE,		/* arg: what the probed function is made to return */
	COUNT_BUFFER_U32,	/* arg: offset in the buffer that is the first argument */
};

/* A program that counts its runs and the map it counts in, one value per CPU. */
struct counter {
	int prog;
	int map;
};

/* A program that sends {run number, @size - 8 bytes of 0x5a} to the current CPU's
 * entry of @events at each run of process @tgid (0: any).
 */
struct sender {
	int prog;
	int events;
	int map;
};

void drv_open(void);
void drv_close(void);
/* ioctl EBPFDRV_IOC_BPF: what bpf(2) would, -1 and errno */
int drv_bpf(int cmd, union ebpf_attr *attr);
int drv_perf_open(struct perf_event_attr *attr, pid_t pid, int cpu, unsigned long flags);
struct ebpfdrv_stats drv_stats(void);

/* Of the programs made from now on. */
extern uint32_t load_expected_attach_type;

/* Counts runs in process @tgid only, 0 for any. Ends the test program on error. */
void counter_make(struct counter *c, uint32_t prog_type, uint32_t tgid,
		  enum counter_what what, uint32_t arg);
void counter_close(struct counter *c);
/* @cpu -1: the sum */
uint64_t counter_hits(const struct counter *c, int cpu);
/* What was kept on @cpu; -1: on the CPU that counted most. */
uint64_t counter_value_on(const struct counter *c, int cpu);
uint64_t counter_value(const struct counter *c);

/* A program that does nothing but a tail call to @target. */
int tail_caller_make(uint32_t prog_type, int target, int *prog_array);

int make_event_array(void);
int event_array_set(int map, uint32_t cpu, int event);

/* @events: a PERF_EVENT_ARRAY to share, or -1 for a new one. */
void sender_make(struct sender *s, uint32_t prog_type, uint32_t tgid, uint32_t size,
		 int events);
int sender_set(const struct sender *s, uint32_t cpu, int event);
void sender_close(struct sender *s);

/* Attaches by PERF_EVENT_IOC_SET_BPF. */
int event_set_prog(int event, int prog);
int event_enable(int event);
int event_disable(int event);
/* Links; -1 and errno. */
int link_perf(int prog, int event, uint64_t cookie);
int link_raw_tp(int prog, const char *name);
/* At all calls of @func, by name; @flags: EBPF_F_KPROBE_MULTI_*. */
int link_multi(int prog, uint32_t flags, const char *func);

int open_kprobe(const char *symbol, uint64_t offset, bool ret);
int open_uprobe(const char *path, uint64_t offset, bool ret, pid_t pid);
/* "sched", "sched_process_exec" */
int open_tracepoint(const char *system, const char *name);
int open_output(int cpu, uint32_t wakeup_events);

/* First of these names that the kernel can probe, opened; -1 when none. */
int open_kprobe_any(const char *const *symbols, bool ret);
/* The function behind getppid(2), whatever it is called. */
extern const char *const sys_getppid_names[];
/* Its name if it can be probed, or NULL. */
const char *getppid_func(void);

int cpus_online(void);
/* Into a file of the kernel's; false on error. */
bool write_text(const char *path, const char *text);
/* False where CPU 1 cannot come or go, or all kprobes, or all of ftrace. */
bool cpu1_set(bool online);
bool kprobes_set(bool on);
bool ftrace_set(bool on);
/* Moves the caller to @cpu. */
void pin_to(int cpu);
/* Calls getppid(2) @n times. */
void call_getppid(int n);
/* Runs /bin/true. */
void run_true(void);

/* @fd: what a call that must fail with @err returned, errno still its own. */
static inline void refused(int fd, int err, const char *what)
{
	int e = errno;

	if (fd >= 0)
		close(fd);
	tap_ok(fd == -1 && e == err, "%s: %s", what, strerror(err));
	if (fd != -1 || e != err)
		tap_diag("  got %d, %s", fd, strerror(e));
}

#endif /* _TESTS_ATTACH_LIB_H */
