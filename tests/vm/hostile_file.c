// SPDX-License-Identifier: GPL-2.0-only
/*
 * Everything but bpf(2): perf_event_open, ioctl, mmap, read and the rest, on our
 * descriptors and on others.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/perf_event.h>

#include <ebpfdrv/bpf.h>
#include <ebpfdrv/ebpfdrv.h>

#include "hostile.h"
#include "kernel_age.h"

#define ARRAY_LEN(a)	(sizeof(a) / sizeof((a)[0]))
#define VIEWS		8

/* What is mapped; threads take turns by exchanging the address. */
static struct {
	void *at;
	size_t size;
} views[VIEWS];

__attribute__((noinline)) int hostile_target(int n)
{
	__asm__ volatile("" : "+r"(n));
	return n + 1;
}

static uint64_t text_of(struct input *in, const char *text)
{
	uint64_t at = some_memory(in, strlen(text) + 1);

	if (at >= (uintptr_t)arena && at <= (uintptr_t)arena + ARENA_SIZE - strlen(text) - 1)
		strcpy((char *)(uintptr_t)at, text);
	return at;
}

static void kprobe_attr(struct input *in, struct perf_event_attr *attr)
{
	static const char *const names[] = {
		"vfs_read", "vfs_write", "pipe_read", "pipe_write", "vfs_open", "no_such", "", "schedule",
	};

	attr->type = EBPFDRV_PERF_TYPE_KPROBE;
	attr->config = in_or(in, in_u8(in) % 2);
	if (in_once_in(in, 8)) {
		attr->config2 = in_edge(in);
		return;
	}
	attr->config1 = text_of(in, names[in_below(in, ARRAY_LEN(names))]);
	attr->config2 = in_once_in(in, 8) ? in_edge(in) : 0;
}

/* The file's offset of hostile_target(), near enough: what is refused is of use, too. */
static uint64_t target_offset(void)
{
	static uint64_t offset;
	unsigned long start, end, off;
	char line[512];
	FILE *maps;

	if (offset)
		return offset;
	maps = fopen("/proc/self/maps", "re");
	while (maps && fgets(line, sizeof(line), maps))
		if (sscanf(line, "%lx-%lx %*s %lx", &start, &end, &off) == 3 &&
		    (uintptr_t)hostile_target >= start && (uintptr_t)hostile_target < end)
			offset = (uintptr_t)hostile_target - start + off;
	if (maps)
		fclose(maps);
	return offset;
}

static void uprobe_attr(struct input *in, struct perf_event_attr *attr)
{
	static const char *const files[] = {
		"/proc/self/exe", "/proc/self/exe", "/bin/true", "/tmp", "/dev/null", "/no/such", "",
	};

	attr->type = EBPFDRV_PERF_TYPE_UPROBE;
	attr->config = in_or(in, in_u8(in) % 2);
	attr->config1 = text_of(in, files[in_below(in, ARRAY_LEN(files))]);
	attr->config2 = in_or(in, target_offset());
	if (in_once_in(in, 4))
		attr->config |= (uint64_t)in_u16(in) << 32;
}

#define ID_FUNCTION	1	/* TRACE_FN: perf then traces every function */

/* CentOS 7's kernel traces the first function of a CPU that comes up, too, which it does not
 * survive; no program is in play.
 */
static void leave_function_event(struct perf_event_attr *attr)
{
	if (attr->type == PERF_TYPE_TRACEPOINT && attr->config == ID_FUNCTION &&
	    !kernel_is_since(4, 0))
		attr->config++;
}

static void perf_attr(struct input *in, struct perf_event_attr *attr)
{
	memset(attr, 0, sizeof(*attr));
	attr->size = in_or(in, sizeof(*attr));
	switch (in_below(in, 6)) {
	case 0:
		kprobe_attr(in, attr);
		break;
	case 1:
		uprobe_attr(in, attr);
		break;
	case 2:
		attr->type = PERF_TYPE_TRACEPOINT;
		attr->config = in_or(in, 1 + in_u16(in) % 600);
		break;
	case 3:
		attr->type = PERF_TYPE_SOFTWARE;
		attr->config = 10;	/* BPF_OUTPUT, which old headers lack */
		attr->sample_type = PERF_SAMPLE_RAW;
		attr->sample_period = 1;
		attr->wakeup_events = in_u8(in) % 4;
		break;
	case 4:
		attr->type = PERF_TYPE_SOFTWARE;
		attr->config = PERF_COUNT_SW_CPU_CLOCK;
		attr->sample_period = 1000000 + in_u16(in) * 1000;
		if (in_once_in(in, 2)) {
			attr->freq = 1;
			attr->sample_freq = 1 + in_u8(in);
		}
		break;
	default:
		attr->type = in_u8(in) % 8;
		attr->config = in_edge(in);
		attr->sample_type = in_edge(in);
		attr->sample_period = in_or(in, 1000000);
	}
	/* An event that stops everything is no fault of whoever emulates it. */
	if (attr->sample_period < 1000 && attr->config != 10)
		attr->sample_period = 1000000;
	if (in_once_in(in, 16))
		((uint8_t *)attr)[40 + in_u8(in) % (sizeof(*attr) - 40)] = in_u8(in);
	leave_function_event(attr);
}

static void perf_open(struct input *in)
{
	struct ebpfdrv_perf_event_open req;
	struct perf_event_attr attr;

	perf_attr(in, &attr);
	memset(&req, 0, sizeof(req));
	req.attr = in_once_in(in, 16) ? some_memory(in, sizeof(attr)) : (uintptr_t)&attr;
	req.flags = in_once_in(in, 16) ? in_edge(in) : PERF_FLAG_FD_CLOEXEC;
	req.pid = in_once_in(in, 4) ? (in_once_in(in, 2) ? 0 : getpid()) : -1;
	req.cpu = in_or(in, in_u8(in) % 2);
	req.group_fd = in_once_in(in, 16) ? some_fd(in) : -1;
	req.reserved = in_once_in(in, 32) ? in_edge(in) : 0;
	took(in, HK_PERF_OPEN, hostile_adopted && in_once_in(in, 2) ?
	     syscall(SYS_perf_event_open, req.attr, req.pid, req.cpu, req.group_fd, req.flags) :
	     ioctl(device_fd, EBPFDRV_IOC_PERF_EVENT_OPEN, &req), true);
}

static void perf_ioctl(struct input *in)
{
	static const unsigned long cmds[] = {
		PERF_EVENT_IOC_ENABLE, PERF_EVENT_IOC_DISABLE, PERF_EVENT_IOC_REFRESH, PERF_EVENT_IOC_RESET,
		PERF_EVENT_IOC_PERIOD, PERF_EVENT_IOC_SET_OUTPUT, PERF_EVENT_IOC_SET_FILTER,
		PERF_EVENT_IOC_ID, PERF_EVENT_IOC_SET_BPF, PERF_EVENT_IOC_SET_BPF, PERF_EVENT_IOC_SET_BPF,
		PERF_EVENT_IOC_PAUSE_OUTPUT, PERF_EVENT_IOC_QUERY_BPF,
		PERF_EVENT_IOC_MODIFY_ATTRIBUTES,
	};
	unsigned long cmd = cmds[in_below(in, ARRAY_LEN(cmds))];
	unsigned long arg;

	switch (cmd) {
	case PERF_EVENT_IOC_SET_BPF:
	case PERF_EVENT_IOC_SET_OUTPUT:
		arg = some_fd(in);
		break;
	case PERF_EVENT_IOC_ENABLE:
	case PERF_EVENT_IOC_DISABLE:
		arg = in_or(in, 0);
		break;
	default:
		arg = in_once_in(in, 2) ? some_memory(in, 128) : in_edge(in);
	}
	took(in, HK_PERF_IOCTL, ioctl(some_fd(in), cmd, arg), false);
}

/*
 * Memory of ours in the process
 */
static void drop_view(unsigned int i)
{
	void *at = __atomic_exchange_n(&views[i].at, NULL, __ATOMIC_ACQ_REL);

	if (at)
		munmap(at, views[i].size);
}

static void map_it(struct input *in)
{
	static const uint8_t prots[] = {
		PROT_READ, PROT_READ | PROT_WRITE, PROT_READ | PROT_WRITE, PROT_WRITE, PROT_NONE,
		PROT_READ | PROT_EXEC,
	};
	unsigned int i = in_below(in, VIEWS);
	size_t size = in_or(in, 4096UL << in_u8(in) % 4) & 0xffffff;
	int prot = prots[in_below(in, sizeof(prots))];
	off_t off = in_or(in, 4096UL * (in_u8(in) % 3));
	int flags = in_once_in(in, 8) ? MAP_PRIVATE : MAP_SHARED;
	void *at;

	drop_view(i);
	at = mmap(NULL, size, prot, flags, some_fd(in), off & ~4095UL);
	took(in, HK_MMAP, at == MAP_FAILED ? -1 : 0, false);
	if (at == MAP_FAILED)
		return;
	if (in_once_in(in, 4) && mprotect(at, size, PROT_READ | PROT_WRITE))
		errno = 0;	/* what cannot be written stays so */
	views[i].size = size;
	__atomic_store_n(&views[i].at, at, __ATOMIC_RELEASE);
}

/* Positions in the head of a ring belong to the reader: nothing may trust them. The
 * kernel writes for us, which fails where there is nothing to write to.
 */
static void write_view(struct input *in)
{
	unsigned int i = in_below(in, VIEWS);
	void *at = __atomic_load_n(&views[i].at, __ATOMIC_ACQUIRE);
	uint64_t value = in_edge(in);
	struct iovec from = { &value, sizeof(value) }, to;
	size_t off;

	if (!at)
		return;
	off = in_once_in(in, 2) ? 1024 + 8 * (in_u8(in) % 8) : 8 * (in_u16(in) % 1024);
	to.iov_base = (uint8_t *)at + off;
	to.iov_len = sizeof(value);
	if (process_vm_writev(getpid(), &from, 1, &to, 1, 0) < 0)
		errno = 0;
}

static void change_view(struct input *in)
{
	unsigned int i = in_below(in, VIEWS);
	void *at = __atomic_load_n(&views[i].at, __ATOMIC_ACQUIRE);

	if (!at || in_once_in(in, 2)) {
		drop_view(i);
		return;
	}
	switch (in_below(in, 4)) {
	case 0:
		munmap(at, 4096);
		break;
	case 1:
		mprotect(at, views[i].size, PROT_READ | PROT_WRITE | PROT_EXEC);
		break;
	case 2:
		madvise(at, views[i].size, in_u8(in) % 18);
		break;
	default:
		at = mremap(at, views[i].size, in_edge(in) & 0xffffff, MREMAP_MAYMOVE);
		if (at != MAP_FAILED)
			munmap(at, 4096);
	}
}

/*
 * Files
 */
static void read_it(struct input *in)
{
	struct pollfd poll_fd;
	char path[64], text[4096];
	int fd = some_fd(in), other;
	ssize_t n = -1;
	loff_t off;

	/* Nothing here may wait for ever. */
	fcntl(fd, F_SETFL, O_NONBLOCK);
	switch (in_below(in, 10)) {
	case 0:
		poll_fd.fd = fd;
		poll_fd.events = in_u8(in);
		n = poll(&poll_fd, 1, in_u8(in) % 4);
		break;
	case 1:
		n = write(fd, text, 8);
		break;
	case 2:
		n = lseek(fd, in_edge(in), in_u8(in) % 5);
		break;
	case 3:
		n = pread(fd, text, sizeof(text), in_edge(in));
		break;
	case 4:
		off = in_edge(in);
		other = open("/dev/null", O_WRONLY | O_CLOEXEC);
		n = sendfile(other, fd, &off, in_edge(in) & 0xffff);
		close(other);
		break;
	case 5:
		snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
		other = open(path, O_RDONLY | O_CLOEXEC);
		n = read(other, text, sizeof(text));
		close(other);
		break;
	case 6:
		n = fallocate(fd, 0, 0, 4096) | ftruncate(fd, in_edge(in)) | fsync(fd);
		break;
	default:
		n = read(fd, (void *)(uintptr_t)some_memory(in, 4096), in_or(in, 4096) & 0xffff);
	}
	took(in, HK_FILE, n, false);
}

static void other_fd(struct input *in)
{
	static const char *const files[] = {
		"/dev/null", "/dev/zero", "/proc/self/mem", "/proc/self/maps", EBPFDRV_DEVICE_PATH,
		"/tmp", "/tmp/hostile-fs", "/tmp/hostile-fs/a", "/sys/kernel/btf/vmlinux",
	};
	struct epoll_event event = { .events = EPOLLIN };
	int fd, pair[2];

	switch (in_below(in, 4)) {
	case 0:
		fd = epoll_create1(EPOLL_CLOEXEC);
		epoll_ctl(fd, EPOLL_CTL_ADD, some_fd(in), &event);
		epoll_wait(fd, &event, 1, 0);
		break;
	case 1:
		if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair))
			return;
		close(pair[1]);
		fd = pair[0];
		break;
	case 2:
		fd = dup(some_fd(in));
		break;
	default:
		fd = open(files[in_below(in, ARRAY_LEN(files))], O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	}
	took(in, HK_FILE, fd, true);
}

/* A descriptor that lives on in a message, and is closed with it */
static void send_fd(struct input *in)
{
	char room[CMSG_SPACE(sizeof(int))] = { 0 }, byte = 0;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof(room),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
	int pair[2], fd = some_fd(in);

	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair))
		return;
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	took(in, HK_FILE, sendmsg(pair[0], &msg, MSG_DONTWAIT), false);
	if (in_once_in(in, 2) && recvmsg(pair[1], &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) == 1) {
		cmsg = CMSG_FIRSTHDR(&msg);
		if (cmsg && cmsg->cmsg_type == SCM_RIGHTS) {
			memcpy(&fd, CMSG_DATA(cmsg), sizeof(fd));
			took(in, HK_FILE, fd, true);
		}
	}
	close(pair[0]);
	close(pair[1]);
}

/* A child with the same descriptors and mappings that ends in the middle of something */
static void fork_it(struct input *in)
{
	unsigned int n = in_u8(in) % 4;
	pid_t pid;

	if (!in_once_in(in, 8))
		return;
	pid = fork();
	if (!pid) {
		/* Another thread may have held libc's locks: nothing of libc here. */
		while (n--)
			hostile_bpf(in);
		_exit(0);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

static void pins(struct input *in)
{
	static const char *const names[] = { "a", "b", "d", "d/a", "no", "." };
	char from[64], to[64];

	snprintf(from, sizeof(from), "/tmp/hostile-fs/%s", names[in_below(in, ARRAY_LEN(names))]);
	snprintf(to, sizeof(to), "/tmp/hostile-fs/%s", names[in_below(in, ARRAY_LEN(names))]);
	switch (in_below(in, 6)) {
	case 0:
		took(in, HK_FILE, mkdir(from, 0700), false);
		break;
	case 1:
		took(in, HK_FILE, unlink(from), false);
		break;
	case 2:
		took(in, HK_FILE, rmdir(from), false);
		break;
	case 3:
		took(in, HK_FILE, rename(from, to), false);
		break;
	case 4:
		took(in, HK_FILE, link(from, to), false);
		break;
	default:
		took(in, HK_FILE, symlink(from, to), false);
	}
}

static void device(struct input *in)
{
	unsigned long cmd = in_once_in(in, 2) ? in_u32(in) :
		_IOC(in_u8(in) % 4, EBPFDRV_IOC_MAGIC, 0xb0 + in_u8(in) % 5, in_edge(in) & 0x3fff);
	long ret;

	if (in_once_in(in, 4))
		cmd = in_once_in(in, 2) ? EBPFDRV_IOC_INFO : EBPFDRV_IOC_STATS;
	if (in_once_in(in, 8)) {
		ret = ioctl(device_fd, EBPFDRV_IOC_ADOPT);
		hostile_adopted |= !ret;
		took(in, HK_DEVICE, ret, false);
		return;
	}
	/* Requests whose results are descriptors are made elsewhere. */
	if (cmd == EBPFDRV_IOC_BPF || cmd == EBPFDRV_IOC_PERF_EVENT_OPEN)
		cmd = in_once_in(in, 2) ? EBPFDRV_IOC_INFO : EBPFDRV_IOC_STATS;
	took(in, HK_DEVICE, ioctl(in_once_in(in, 4) ? some_fd(in) : device_fd, cmd,
				  some_memory(in, 128)), false);
}

/* Something for the programs to run at */
static void events(struct input *in)
{
	int fds[2];
	char c;

	hostile_target(in_u8(in));
	if (pipe2(fds, O_CLOEXEC))
		return;
	if (write(fds[1], "x", 1) == 1 && read(fds[0], &c, 1) != 1)
		errno = 0;
	close(fds[0]);
	close(fds[1]);
}

static void close_it(struct input *in)
{
	int fd = __atomic_exchange_n(&slots[in_below(in, SLOTS)], -1, __ATOMIC_ACQ_REL);

	if (fd >= 0)
		close(fd);
}

void hostile_file(struct input *in)
{
	static void (*const calls[])(struct input *in) = {
		perf_open, perf_open, perf_open, perf_ioctl, perf_ioctl, perf_ioctl, map_it, map_it,
		write_view, change_view, read_it, read_it, other_fd, send_fd, fork_it, pins, device, events,
		close_it, close_it,
	};

	calls[in_below(in, ARRAY_LEN(calls))](in);
}
