// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include "fake.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RET(value) BPF_STMT(BPF_RET | BPF_K, value)
/* When equal, the next @count instructions run; else they are skipped. */
#define WHEN(value, count) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, count)

static void send_fd(int sock, int fd)
{
	char byte = 0, space[CMSG_SPACE(sizeof(fd))] = { 0 };
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = fd < 0 ? NULL : space,
		.msg_controllen = fd < 0 ? 0 : sizeof(space),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	if (cmsg) {
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	}
	if (sendmsg(sock, &msg, 0) != 1)
		_exit(99);
}

void fake_enter(const struct fake *fake, int sock)
{
	struct sock_filter insns[] = {
		LOAD(nr),
		WHEN(SYS_bpf, 1), RET(SECCOMP_RET_ERRNO | FAKE_NATIVE_ERRNO),
		WHEN(SYS_perf_event_open, 1), RET(SECCOMP_RET_ERRNO | FAKE_NATIVE_ERRNO),
		WHEN(SYS_memfd_create, 1),
		RET(fake->deny_memfd ? SECCOMP_RET_ERRNO | ENOSYS : SECCOMP_RET_ALLOW),
		WHEN(SYS_ioctl, 9),
		LOAD(args[1]),
		WHEN((__u32)EBPFDRV_IOC_INFO, 1), RET(SECCOMP_RET_USER_NOTIF),
		WHEN((__u32)EBPFDRV_IOC_ADOPT, 1), RET(SECCOMP_RET_USER_NOTIF),
		WHEN((__u32)EBPFDRV_IOC_BPF, 1), RET(SECCOMP_RET_USER_NOTIF),
		WHEN((__u32)EBPFDRV_IOC_PERF_EVENT_OPEN, 1), RET(SECCOMP_RET_USER_NOTIF),
		RET(SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(insns) / sizeof(insns[0]), insns };
	int listener = -1;

	if (!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
				   SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
	send_fd(sock, listener);
	if (listener < 0)
		_exit(99);
	close(listener);
	close(sock);
}

int fake_receive(int sock)
{
	char byte, space[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = space,
		.msg_controllen = sizeof(space),
	};
	struct cmsghdr *cmsg;
	int fd = -1;

	if (recvmsg(sock, &msg, MSG_CMSG_CLOEXEC) != 1)
		return -1;
	cmsg = CMSG_FIRSTHDR(&msg);
	if (cmsg)
		memcpy(&fd, CMSG_DATA(cmsg), sizeof(fd));
	return fd;
}

static bool peek(pid_t pid, __u64 address, void *to, size_t size)
{
	struct iovec local = { to, size }, remote = { (void *)(unsigned long)address, size };

	return process_vm_readv(pid, &local, 1, &remote, 1, 0) == (ssize_t)size;
}

static bool poke(pid_t pid, __u64 address, void *from, size_t size)
{
	struct iovec local = { from, size }, remote = { (void *)(unsigned long)address, size };

	return process_vm_writev(pid, &local, 1, &remote, 1, 0) == (ssize_t)size;
}

static long answer_info(struct fake *fake, const struct seccomp_notif *call)
{
	struct ebpfdrv_info info = {
		.abi_version = fake->abi ? fake->abi : EBPFDRV_ABI_VERSION,
		.features = fake->features,
	};

	snprintf(info.version, sizeof(info.version), "%s", fake->version ? fake->version : "fake");
	fake->infos++;
	if (fake->no_device)
		return -ENOTTY;
	return poke(call->pid, call->data.args[2], &info, sizeof(info)) ? 0 : -EFAULT;
}

static long answer_bpf(struct fake *fake, const struct seccomp_notif *call)
{
	fake->bpfs++;
	if (!peek(call->pid, call->data.args[2], &fake->bpf, sizeof(fake->bpf)))
		return -EFAULT;
	if (fake->bpf.cmd == FAKE_BPF_REFUSED)
		return -EACCES;
	return FAKE_BPF_BASE + fake->bpf.cmd;
}

static long answer_perf(struct fake *fake, const struct seccomp_notif *call)
{
	struct {
		__u32 type, size;
		__u64 config;
	} attr;

	fake->perfs++;
	if (!peek(call->pid, call->data.args[2], &fake->perf, sizeof(fake->perf)) ||
	    !peek(call->pid, fake->perf.attr, &attr, sizeof(attr)))
		return -EFAULT;
	if (attr.config == FAKE_PERF_REFUSED)
		return -ENOENT;
	return FAKE_PERF_BASE + (attr.type & 0xff);
}

/* The kernel has not looked at the descriptor yet. Return: 0 or what it would say. */
static long check_descriptor(const struct seccomp_notif *call)
{
	char path[64], target[64];
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", call->pid, (int)call->data.args[0]);
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		return -EBADF;
	target[len] = '\0';
	return strcmp(target, "/dev/null") ? -ENOTTY : 0;
}

void fake_serve(struct fake *fake, int listener)
{
	struct seccomp_notif call = { 0 };
	struct seccomp_notif_resp reply = { 0 };
	long ret;

	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call))
		return;
	ret = check_descriptor(&call);
	if (ret)
		;	/* no call of the device */
	else if ((__u32)call.data.args[1] == (__u32)EBPFDRV_IOC_INFO)
		ret = answer_info(fake, &call);
	else if ((__u32)call.data.args[1] == (__u32)EBPFDRV_IOC_ADOPT)
		ret = fake->features & EBPFDRV_FEATURE_ADOPT ? 0 : -EOPNOTSUPP;
	else if ((__u32)call.data.args[1] == (__u32)EBPFDRV_IOC_BPF)
		ret = answer_bpf(fake, &call);
	else
		ret = answer_perf(fake, &call);
	reply.id = call.id;
	reply.error = ret < 0 ? ret : 0;
	reply.val = ret < 0 ? 0 : ret;
	ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &reply);
}
