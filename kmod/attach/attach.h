/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the attach room offers to command dispatch and to helpers.
 */
#ifndef _KMOD_ATTACH_H
#define _KMOD_ATTACH_H

#include "kmod/compat/compat.h"
#include <ebpf/types.h>
#include <ebpfdrv/bpf.h>
#include <ebpfdrv/ebpfdrv.h>

struct ebpf_event;
struct ebpf_prog;
struct file;
struct pt_regs;

/* Module start and end; unwinds itself on error. Process context. */
int ebpf_attach_init(void);
void ebpf_attach_exit(void);
/* EBPFDRV_FEATURE_* bits of what can be attached on this kernel. */
u64 ebpf_attach_features(void);
/* Live emulated events. */
u64 ebpf_event_count(void);

/* EBPFDRV_IOC_PERF_EVENT_OPEN: returns an fd ("[perf_event]") or a negative
 * errno. @req is a kernel copy; req->attr is a user address.
 */
int ebpf_perf_event_open(const struct ebpfdrv_perf_event_open *req);

/* BPF_RAW_TRACEPOINT_OPEN with a name: @prog's reference is taken over on
 * success (fd returned), kept by the caller on error. For TRACING programs (tp_btf)
 * @name is that of their target.
 */
int ebpf_raw_tp_open(struct ebpf_prog *prog, const char *name);
/* The tracepoint of such a link; NULL for links of other kinds. */
struct ebpf_link;
const char *ebpf_raw_tp_name(const struct ebpf_link *link);

/* fentry, fexit and fmod_ret programs, to the function they were loaded for; same
 * ownership rule. -EBUSY: it is attached already; -ENOTSUPP: results of this function
 * cannot be changed on this kernel.
 */
int ebpf_tracing_open(struct ebpf_prog *prog, u64 cookie);
/* Is there a way to run fmod_ret programs on this kernel? */
bool ebpf_attach_can_modify(void);
/* Module exit: waits for calls that are still on their way through its text. */
void ebpf_tracing_exit(void);

/* BPF_LINK_CREATE, attach_type BPF_PERF_EVENT; same ownership rule. */
int ebpf_perf_link_create(struct ebpf_prog *prog, int event_fd, u64 cookie);

/* BPF_LINK_CREATE, attach_type BPF_TRACE_KPROBE_MULTI; same ownership rule. */
int ebpf_kprobe_multi_create(struct ebpf_prog *prog, const union ebpf_attr *attr);

/* For PERF_EVENT_ARRAY: the event behind an fd with a reference, or
 * ERR_PTR(-EBADF, -EINVAL). put may sleep.
 */
struct ebpf_event *ebpf_event_get(int fd);
void ebpf_event_put(struct ebpf_event *event);
/* Was it opened to count in children as well (perf_event_attr.inherit)? */
bool ebpf_event_inherits(const struct ebpf_event *event);

/* One piece of a sample; pieces are concatenated. @copy: how it is read, from byte @off
 * on; NULL: it is @size bytes of memory.
 */
struct ebpf_frag {
	const void *data;
	u32 size;
	void (*copy)(void *dst, const void *data, u32 off, u32 len);
};

/* Writes a PERF_RECORD_SAMPLE to a BPF_OUTPUT event of this CPU. @prog_ip: where in the program
 * the helper was called, or 0 where that does not matter (see ebpf_stack_kernel()). Program
 * context. -EOPNOTSUPP: the event belongs to another CPU; -EINVAL: not an output
 * event; -ENOSPC: no room (counted as lost).
 */
int ebpf_event_output(struct ebpf_event *event, struct pt_regs *regs, u64 prog_ip,
		      const struct ebpf_frag *frags, u32 nr_frags);
/* Counter value for bpf_perf_event_read{,_value}(): program context. */
int ebpf_event_read(struct ebpf_event *event, u64 *value, u64 *enabled, u64 *running);

#endif /* _KMOD_ATTACH_H */
