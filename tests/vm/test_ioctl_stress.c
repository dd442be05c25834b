// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many threads at once on the same few descriptors, numbers and elements, closing
 * them under each other: no command may do more than fail.
 *
 * harness: timeout=300 faults=no
 */
#define _GNU_SOURCE
#include "ioctl_lib.h"
#include "tap.h"

#include <pthread.h>
#include <sys/mman.h>

#define THREADS	6
#define STEPS	4000
#define SLOTS	24

static int slots[SLOTS];	/* shared; -1 when empty; races are the point */
static unsigned long done[THREADS];

struct rng {
	uint64_t state;
};

static uint32_t rnd(struct rng *r, uint32_t n)
{
	r->state = r->state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(r->state >> 33) % n;
}

static int any(struct rng *r)
{
	return __atomic_load_n(&slots[rnd(r, SLOTS)], __ATOMIC_RELAXED);
}

static void keep(struct rng *r, long fd)
{
	int old;

	if (fd < 0)
		return;
	old = __atomic_exchange_n(&slots[rnd(r, SLOTS)], (int)fd, __ATOMIC_RELAXED);
	if (old >= 0)
		close(old);
}

static void step_create(struct rng *r)
{
	static const struct { unsigned int type, key, value, entries, flags; } kinds[] = {
		{ EBPF_MAP_TYPE_ARRAY, 4, 8, 512, EBPF_F_MMAPABLE },
		{ EBPF_MAP_TYPE_HASH, 4, 8, 64, 0 },
		{ EBPF_MAP_TYPE_HASH, 4, 8, 64, EBPF_F_NO_PREALLOC },
		{ EBPF_MAP_TYPE_PERCPU_HASH, 4, 8, 64, 0 },
		{ EBPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 64, 0 },
		{ EBPF_MAP_TYPE_PROG_ARRAY, 4, 4, 64, 0 },
		{ EBPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 64, 0 },
		{ EBPF_MAP_TYPE_STACK_TRACE, 4, 80, 64, 0 },
		{ EBPF_MAP_TYPE_RINGBUF, 0, 0, 4096, 0 },
	};
	unsigned int i = rnd(r, ARRAY_LEN(kinds));

	keep(r, map_create(kinds[i].type, kinds[i].key, kinds[i].value, kinds[i].entries,
			   kinds[i].flags));
}

static void step_load(struct rng *r)
{
	int fd = any(r);
	struct ebpf_insn insns[] = {
		MOV64_REG(EBPF_REG_6, EBPF_REG_1),
		ST(EBPF_W, EBPF_REG_10, -4, 1),
		MOV64_REG(EBPF_REG_2, EBPF_REG_10),
		ALU64_IMM(EBPF_ADD, EBPF_REG_2, -4),
		LD_MAP_FD(EBPF_REG_1, fd),
		CALL(EBPF_FUNC_map_lookup_elem),
		JMP_IMM(EBPF_JEQ, EBPF_REG_0, 0, 2),
		MOV64_IMM(EBPF_REG_1, 1),
		INSN(EBPF_STX | EBPF_ATOMIC | EBPF_DW, EBPF_REG_0, EBPF_REG_1, 0, EBPF_ADD),
		MOV64_IMM(EBPF_REG_0, 0),
		EXIT(),
	};
	struct ebpf_insn tail[] = {
		LD_MAP_FD(EBPF_REG_2, fd),
		MOV64_IMM(EBPF_REG_3, 1),
		CALL(EBPF_FUNC_tail_call),
		MOV64_IMM(EBPF_REG_0, 0),
		EXIT(),
	};

	if (rnd(r, 2))
		keep(r, prog_load(EBPF_PROG_TYPE_RAW_TRACEPOINT, insns, ARRAY_LEN(insns)));
	else
		keep(r, prog_load(EBPF_PROG_TYPE_RAW_TRACEPOINT, tail, ARRAY_LEN(tail)));
}

static void step_elements(struct rng *r)
{
	uint64_t value[512];
	uint32_t key = rnd(r, 70);
	int fd = any(r);

	memset(value, 0, sizeof(value));
	value[0] = any(r);
	switch (rnd(r, 5)) {
	case 0:
		map_update(fd, &key, value, rnd(r, 3));
		break;
	case 1:
		map_lookup(fd, &key, value);
		break;
	case 2:
		map_delete(fd, &key);
		break;
	case 3:
		map_next(fd, rnd(r, 2) ? &key : NULL, value);
		break;
	default:
		map_elem(EBPF_MAP_LOOKUP_AND_DELETE_ELEM, fd, &key, value, 0);
	}
}

static void step_batch(struct rng *r)
{
	static const unsigned int cmds[] = {
		EBPF_MAP_LOOKUP_BATCH, EBPF_MAP_UPDATE_BATCH, EBPF_MAP_DELETE_BATCH,
		EBPF_MAP_LOOKUP_AND_DELETE_BATCH,
	};
	uint64_t values[64 * 16];
	uint32_t keys[64], token;
	union ebpf_attr attr;
	unsigned int i;

	memset(values, 0, sizeof(values));
	for (i = 0; i < 64; i++)
		keys[i] = i;
	memset(&attr, 0, sizeof(attr));
	attr.batch.map_fd = any(r);
	attr.batch.out_batch = ptr(&token);
	attr.batch.keys = ptr(keys);
	attr.batch.values = ptr(values);
	attr.batch.count = 1 + rnd(r, 63);
	bpf(cmds[rnd(r, 4)], &attr);
}

static void step_attach(struct rng *r)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.raw_tracepoint.prog_fd = any(r);
	attr.raw_tracepoint.name = ptr(rnd(r, 2) ? "sys_enter" : "sys_exit");
	keep(r, err_of(bpf(EBPF_RAW_TRACEPOINT_OPEN, &attr)));
}

static void step_ids(struct rng *r)
{
	static const unsigned int next[] = {
		EBPF_MAP_GET_NEXT_ID, EBPF_PROG_GET_NEXT_ID, EBPF_LINK_GET_NEXT_ID,
	};
	static const unsigned int get[] = {
		EBPF_MAP_GET_FD_BY_ID, EBPF_PROG_GET_FD_BY_ID, EBPF_LINK_GET_FD_BY_ID,
	};
	unsigned int kind = rnd(r, 3);
	long id = next_id(next[kind], rnd(r, 2000));

	if (id > 0)
		keep(r, fd_by_id(get[kind], id));
}

static void step_look(struct rng *r)
{
	struct ebpf_prog_info info;
	struct ebpf_insn insns[64];
	uint32_t ids[4];
	char path[64], text[512];
	int fd;

	memset(&info, 0, sizeof(info));
	if (rnd(r, 2)) {
		info_of(any(r), &info, sizeof(info));
		info.xlated_prog_insns = ptr(insns);
		info.xlated_prog_len = sizeof(insns);
		info.map_ids = ptr(ids);
		info.nr_map_ids = 4;
		info_of(any(r), &info, sizeof(info));
		return;
	}
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", any(r));
	fd = open(path, O_RDONLY);
	if (fd >= 0) {
		while (read(fd, text, sizeof(text)) > 0)
			;
		close(fd);
	}
}

static void step_misc(struct rng *r)
{
	union ebpf_attr attr;
	void *m;

	switch (rnd(r, 4)) {
	case 0:
		map_freeze(any(r));
		break;
	case 1:
		m = mmap(NULL, 4096, PROT_READ | (rnd(r, 2) ? PROT_WRITE : 0), MAP_SHARED, any(r), 0);
		if (m != MAP_FAILED)
			munmap(m, 4096);
		break;
	case 2:
		memset(&attr, 0, sizeof(attr));
		attr.prog_bind_map.prog_fd = any(r);
		attr.prog_bind_map.map_fd = any(r);
		bpf(EBPF_PROG_BIND_MAP, &attr);
		break;
	default:
		run_raw_tp(any(r), NULL, 0, NULL);
	}
}

static void *work(void *arg)
{
	static void (*const steps[])(struct rng *r) = {
		step_create, step_load, step_elements, step_elements, step_elements, step_batch,
		step_attach, step_ids, step_look, step_misc,
	};
	unsigned long me = (unsigned long)arg, i;
	struct rng r = { .state = me * 7919 + 1 };

	for (i = 0; i < STEPS; i++) {
		steps[rnd(&r, ARRAY_LEN(steps))](&r);
		done[me]++;
	}
	return NULL;
}

int main(void)
{
	pthread_t threads[THREADS];
	struct ebpfdrv_stats before;
	unsigned long i, sum = 0;

	drv_open();
	tap_ok(stats_get(&before), "counters before");
	for (i = 0; i < SLOTS; i++)
		slots[i] = -1;
	for (i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, work, (void *)i);
	for (i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		sum += done[i];
	}
	tap_eq(sum, THREADS * STEPS, "%d threads end", THREADS);
	for (i = 0; i < SLOTS; i++)
		if (slots[i] >= 0)
			close(slots[i]);
	tap_ok(stats_settle(&before), "no object is left behind");
	return tap_end();
}
