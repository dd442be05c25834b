/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A /dev/ebpfdrv that needs no module: a seccomp filter hands the ioctls of
 * the device, made on /dev/null, to this process, which notes what arrived
 * and answers from a script. The kernel's own bpf(2) and perf_event_open(2)
 * are made to fail with ENOTUNIQ, so a test sees where a call went.
 */
#ifndef _TEST_SHIM_FAKE_H
#define _TEST_SHIM_FAKE_H

#include <stdbool.h>

#include <ebpfdrv/ebpfdrv.h>

#define FAKE_NATIVE_ERRNO	ENOTUNIQ

/* Answers: a bpf command returns this plus its number ... */
#define FAKE_BPF_BASE		7000
/* ... except this one, which fails with EACCES; an event returns its type plus this. */
#define FAKE_BPF_REFUSED	3
#define FAKE_PERF_BASE		9000
/* perf_event_attr.config that the device refuses with ENOENT */
#define FAKE_PERF_REFUSED	0x7777

struct fake {
	bool deny_memfd;		/* memfd_create gives ENOSYS */
	bool no_device;			/* the node is another driver's: ENOTTY */
	unsigned int abi;		/* 0: the right one */
	const char *version;		/* NULL: "fake" */
	__u64 features;
	/* what arrived */
	unsigned int infos, bpfs, perfs;
	struct ebpfdrv_bpf bpf;		/* the last one */
	struct ebpfdrv_perf_event_open perf;
};

/* In the child, before exec; sends the listener to @sock. Exits on failure. */
void fake_enter(const struct fake *fake, int sock);

/* In the parent: the listener, or -1 when the kernel has no such thing. */
int fake_receive(int sock);

/* Answer one call; call it when @listener is readable. */
void fake_serve(struct fake *fake, int listener);

#endif /* _TEST_SHIM_FAKE_H */
