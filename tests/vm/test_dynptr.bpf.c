// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dynptrs, records of unknown size in a ring, records of user space, and the memory
 * areas of a task: run by test_dynptr.c with an argument.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "test_dynptr.h"

#ifndef BPF_MAP_TYPE_USER_RINGBUF
#define BPF_MAP_TYPE_USER_RINGBUF 31
#endif

char _license[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, char[MEM_SIZE]);
} mem SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, NR_RESULTS);
	__type(key, __u32);
	__type(value, __s64);
} results SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, RING_SIZE);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_USER_RINGBUF);
	__uint(max_entries, RING_SIZE);
} from_user SEC(".maps");

static __always_inline void result(__u32 key, __s64 value)
{
	bpf_map_update_elem(&results, &key, &value, BPF_ANY);
}

SEC("raw_tp/sys_enter")
int memory(void *ctx)
{
	struct bpf_dynptr ptr, none;
	__u32 zero = 0;
	__u64 word = 0, *data;
	char *value;

	value = bpf_map_lookup_elem(&mem, &zero);
	if (!value)
		return 1;
	result(R_FROM_MEM, bpf_dynptr_from_mem(value, MEM_SIZE, 0, &ptr));
	result(R_FROM_MEM_FLAGS, bpf_dynptr_from_mem(value, MEM_SIZE, 1, &none));

	result(R_READ, bpf_dynptr_read(&word, sizeof(word), &ptr, 8, 0));
	result(R_READ_VALUE, word);
	result(R_READ_END, bpf_dynptr_read(&word, sizeof(word), &ptr, MEM_SIZE - 8, 0));
	result(R_READ_BEYOND, bpf_dynptr_read(&word, sizeof(word), &ptr, MEM_SIZE - 7, 0));
	result(R_READ_FAR, bpf_dynptr_read(&word, sizeof(word), &ptr, 0xfffffff9, 0));
	result(R_READ_FLAGS, bpf_dynptr_read(&word, sizeof(word), &ptr, 0, 1));

	word = 0x1122334455667788;
	result(R_WRITE, bpf_dynptr_write(&ptr, 16, &word, sizeof(word), 0));
	result(R_WRITE_BEYOND, bpf_dynptr_write(&ptr, MEM_SIZE - 7, &word, sizeof(word), 0));

	data = bpf_dynptr_data(&ptr, 16, sizeof(*data));
	result(R_DATA, data ? *data == word : -1);
	if (data)
		*data += 1;
	data = bpf_dynptr_data(&ptr, MEM_SIZE - 7, sizeof(*data));
	result(R_DATA_BEYOND, !data);

	result(R_NULL_READ, bpf_dynptr_read(&word, sizeof(word), &none, 0, 0));
	result(R_NULL_WRITE, bpf_dynptr_write(&none, 0, &word, sizeof(word), 0));
	data = bpf_dynptr_data(&none, 0, sizeof(*data));
	result(R_NULL_DATA, !data);
	result(R_EMPTY, bpf_dynptr_read(&word, 0, &ptr, MEM_SIZE, 0));
	/* Out of the value into the value. */
	result(R_OVERLAP, bpf_dynptr_read(value + 33, 16, &ptr, 32, 0));
	return 0;
}

SEC("raw_tp/sys_enter")
int records(__u64 *ctx)
{
	struct bpf_dynptr ptr, more;
	struct record *record;
	__u64 size = ctx[0];
	struct record r = { size, ~size };

	result(R_RESERVE, bpf_ringbuf_reserve_dynptr(&ring, size, 0, &ptr));
	bpf_dynptr_write(&ptr, 0, &r, sizeof(r), 0);
	record = bpf_dynptr_data(&ptr, 0, sizeof(*record));
	result(R_RECORD_DATA, record ? record->number : -1);
	if (record)
		record->number++;

	result(R_RESERVE_FLAGS, bpf_ringbuf_reserve_dynptr(&ring, 8, 1, &more));
	bpf_ringbuf_discard_dynptr(&more, 0);
	result(R_RESERVE_HUGE, bpf_ringbuf_reserve_dynptr(&ring, 1 << 24, 0, &more));
	bpf_ringbuf_submit_dynptr(&more, 0);
	result(R_RESERVE_MORE, bpf_ringbuf_reserve_dynptr(&ring, RING_SIZE, 0, &more));
	bpf_ringbuf_submit_dynptr(&more, 0);

	if (ctx[1])
		bpf_ringbuf_discard_dynptr(&ptr, 0);
	else
		bpf_ringbuf_submit_dynptr(&ptr, 0);
	return 0;
}

struct drained {
	__u64 sum;
	__u64 records;
	__s64 stop_at;
	__s64 nested;
};

static long take_none(struct bpf_dynptr *ptr, void *ctx)
{
	return 1;
}

static long take(struct bpf_dynptr *ptr, struct drained *d)
{
	struct record *r;
	__u64 number = 0;

	bpf_dynptr_read(&number, sizeof(number), ptr, 0, 0);
	d->sum += number;
	d->records++;
	r = bpf_dynptr_data(ptr, 0, sizeof(*r));
	if (r && r->again != ~number)
		d->sum = -1;
	d->nested = bpf_user_ringbuf_drain(&from_user, take_none, NULL, 0);
	return d->records == d->stop_at;
}

/* Read by the test where they are. */
struct {
	__s64 sums[4];
	__s64 found[5];
} out;

SEC("raw_tp/sys_enter")
int drain(__u64 *ctx)
{
	struct drained d = { .stop_at = ctx[0] };
	__s64 ret;

	ret = bpf_user_ringbuf_drain(&from_user, take, &d, ctx[1]);
	out.sums[0] = d.sum;
	out.sums[1] = d.records;
	out.sums[2] = d.nested;
	out.sums[3] = ret;
	return 0;
}

struct vm_area_struct {
	unsigned long vm_start;
	unsigned long vm_end;
} __attribute__((preserve_access_index));

struct task_struct {
	int pid;
} __attribute__((preserve_access_index));

struct area {
	__u64 start;
	__u64 end;
	__u64 pid;
};

static long note_area(struct task_struct *task, struct vm_area_struct *vma, struct area *area)
{
	area->start = vma->vm_start;
	area->end = vma->vm_end;
	area->pid = task->pid;
	return 0;
}

SEC("raw_tp/sys_enter")
int area(__u64 *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct area area = {};

	out.found[0] = bpf_find_vma(task, ctx[0], note_area, &area, 0);
	out.found[1] = area.start;
	out.found[2] = area.end;
	out.found[3] = area.pid;
	out.found[4] = bpf_find_vma(task, ctx[0], note_area, &area, 1);
	return 0;
}

/* A look-up inside another's callback, both where interrupts are off. */
struct {
	__u64 addr;
	__u64 tgid;
	__u32 armed;
	__u32 inside;
	__u32 hits;
} nested;

SEC("raw_tp/sys_enter")
int area_arm(__u64 *ctx)
{
	nested.addr = ctx[0];
	nested.tgid = bpf_get_current_pid_tgid() >> 32;
	nested.hits = 0;
	nested.armed = 1;
	return 0;
}

static long read_inside(struct task_struct *task, struct vm_area_struct *vma, struct area *area)
{
	char text[8];

	nested.inside = 1;
	bpf_probe_read_user_str(text, sizeof(text), (const void *)area->start);
	nested.inside = 0;
	return 0;
}

SEC("raw_tp/sched_switch")
int area_outer(__u64 *ctx)
{
	struct area area = { .start = nested.addr };

	if (!nested.armed || nested.tgid != bpf_get_current_pid_tgid() >> 32)
		return 0;
	nested.armed = 0;
	result(R_AREA_OUTER, bpf_find_vma(bpf_get_current_task_btf(), nested.addr, read_inside, &area,
					  0));
	result(R_AREA_HITS, nested.hits);
	return 0;
}

SEC("fentry/strncpy_from_user")
int area_inner(__u64 *ctx)
{
	struct area area = {};

	if (!nested.inside || nested.tgid != bpf_get_current_pid_tgid() >> 32)
		return 0;
	nested.hits++;
	result(R_AREA_INNER, bpf_find_vma(bpf_get_current_task_btf(), nested.addr, note_area, &area,
					  0));
	return 0;
}
