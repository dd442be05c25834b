// SPDX-License-Identifier: GPL-2.0-only
/*
 * harness: timeout=300
 *
 * What helpers write when they run, beside what test_helper_table.h says of them: each
 * is called with every memory argument in a map's value between guards. What it only
 * reads must be as it was, what it writes must lie within the size that was passed, and
 * what is said to be filled must be filled. A helper with memory that is in neither of
 * the lists here fails the test.
 */
#define _GNU_SOURCE
#include "maps_prog.h"
#include "tests/host/test_helper_table.h"

#define SPACE		512	/* for one argument, guards around it included */
#define GUARD		128	/* in front */
#define AREA		(SPACE * 5)
#define MAX_SIZE	256

/* By what a helper can be run here. */
static const u32 raw_tp[] = {
	EBPF_FUNC_map_lookup_elem, EBPF_FUNC_map_update_elem, EBPF_FUNC_map_delete_elem,
	EBPF_FUNC_map_lookup_percpu_elem, EBPF_FUNC_map_push_elem, EBPF_FUNC_map_pop_elem,
	EBPF_FUNC_map_peek_elem, EBPF_FUNC_ringbuf_output, EBPF_FUNC_dynptr_read,
	EBPF_FUNC_dynptr_write, EBPF_FUNC_dynptr_from_mem, EBPF_FUNC_probe_read,
	EBPF_FUNC_probe_read_str, EBPF_FUNC_probe_read_user, EBPF_FUNC_probe_read_kernel,
	EBPF_FUNC_probe_read_user_str, EBPF_FUNC_probe_read_kernel_str,
	EBPF_FUNC_probe_write_user, EBPF_FUNC_trace_printk, EBPF_FUNC_trace_vprintk,
	EBPF_FUNC_snprintf, EBPF_FUNC_strncmp, EBPF_FUNC_strtol, EBPF_FUNC_strtoul,
	EBPF_FUNC_get_current_comm, EBPF_FUNC_get_ns_current_pid_tgid,
	EBPF_FUNC_perf_event_read_value, EBPF_FUNC_perf_event_output,
	EBPF_FUNC_get_branch_snapshot, EBPF_FUNC_get_stack,
};
static const u32 cls[] = {
	EBPF_FUNC_skb_load_bytes, EBPF_FUNC_skb_load_bytes_relative, EBPF_FUNC_skb_store_bytes,
	EBPF_FUNC_csum_diff, EBPF_FUNC_fib_lookup, EBPF_FUNC_check_mtu,
};
static const u32 xdp[] = { EBPF_FUNC_xdp_load_bytes, EBPF_FUNC_xdp_store_bytes };

/* What must be attached, or have a kernel object first, and where it runs. */
static const struct {
	u32 func;
	const char *why;
} elsewhere[] = {
	{ EBPF_FUNC_perf_prog_read_value, "a perf event: test_attach_perf" },
	{ EBPF_FUNC_read_branch_records, "a perf event: test_branch" },
	{ EBPF_FUNC_get_func_arg, "a traced function: test_attach_tracing" },
	{ EBPF_FUNC_get_func_ret, "a traced function: test_attach_tracing" },
	{ EBPF_FUNC_d_path, "a path: test_attach_tracing" },
	{ EBPF_FUNC_sys_bpf, "may sleep: test_core_relo" },
	{ EBPF_FUNC_btf_find_by_name_kind, "a loader: test_core_relo" },
	{ EBPF_FUNC_kallsyms_lookup_name, "a loader: test_core_relo" },
	{ EBPF_FUNC_copy_from_user, "may sleep: test_attach_sleepable" },
	{ EBPF_FUNC_copy_from_user_task, "may sleep: test_attach_sleepable" },
	{ EBPF_FUNC_snprintf_btf, "the kernel's BTF: test_task" },
	{ EBPF_FUNC_seq_printf, "an iterator: test_iter" },
	{ EBPF_FUNC_seq_write, "an iterator: test_iter" },
	{ EBPF_FUNC_seq_printf_btf, "an iterator: test_iter" },
	{ EBPF_FUNC_get_task_stack, "a task: test_task" },
	{ EBPF_FUNC_task_storage_get, "a task: test_storage" },
	{ EBPF_FUNC_sk_storage_get, "a socket: test_storage" },
	{ EBPF_FUNC_skb_output, "the kernel's packet: test_sock" },
	{ EBPF_FUNC_xdp_output, "the kernel's packet: test_sock" },
	/* Without a look at their memory: there are no sockets. */
	{ EBPF_FUNC_sk_lookup_tcp, "no sockets: test_run_net" },
	{ EBPF_FUNC_sk_lookup_udp, "no sockets: test_run_net" },
	{ EBPF_FUNC_skc_lookup_tcp, "no sockets: test_run_net" },
	{ EBPF_FUNC_lwt_push_encap, "no routes: test_run_net" },
	{ EBPF_FUNC_tcp_check_syncookie, "a socket" },
	{ EBPF_FUNC_getsockopt, "programs that do not run" },
	{ EBPF_FUNC_sk_redirect_hash, "programs that do not run" },
	{ EBPF_FUNC_msg_redirect_hash, "programs that do not run" },
	{ EBPF_FUNC_sock_map_update, "programs that do not run" },
	{ EBPF_FUNC_sock_hash_update, "programs that do not run" },
	{ EBPF_FUNC_sk_select_reuseport, "programs that do not run" },
};

static int area, text, events, ring, queue, empty_queue, percpu, array;
static u8 before[AREA], after[AREA];
static struct ebpf_insn insns[96];
static u32 cnt;

#define EMIT(...)								\
	do {									\
		const struct ebpf_insn i_[] = { __VA_ARGS__ };			\
		memcpy(insns + cnt, i_, sizeof(i_));				\
		cnt += ARRAY_SIZE(i_);						\
	} while (0)

static bool listed(const u32 *list, u32 n, u32 func)
{
	while (n--)
		if (list[n] == func)
			return true;
	return false;
}

static bool is_size(char c)
{
	return c == 's' || c == 'z';
}

/* Where 0 is tried, what may not be 0 has another size. */
static u32 size_for(char c, u32 size)
{
	return c == 's' && !size ? 8 : size;
}

/* Bytes of argument @i when @size is passed. */
static u32 bytes_of(const char *letters, u32 i, u32 size)
{
	switch (letters[i]) {
	case 'l':
	case 'v':
	case 'V':
	case 'F':
		return 8;
	case 'k':
	case 'i':
		return 4;
	default:
		return is_size(letters[i + 1]) ? size_for(letters[i + 1], size) : 0;
	}
}

static int map_for(u32 func)
{
	switch (func) {
	case EBPF_FUNC_perf_event_read_value:
	case EBPF_FUNC_perf_event_output:
		return events;
	case EBPF_FUNC_ringbuf_output:
		return ring;
	case EBPF_FUNC_map_push_elem:
		return queue;
	case EBPF_FUNC_map_pop_elem:
	case EBPF_FUNC_map_peek_elem:
		/* What was pushed may be what is there. */
		return empty_queue;
	case EBPF_FUNC_map_lookup_percpu_elem:
		return percpu;
	default:
		return array;
	}
}

static void emit_arg(u32 func, const char *letters, u32 i, u32 size)
{
	u32 reg = EBPF_REG_1 + i;

	if (touch_is_mem(letters[i])) {
		EMIT(LDVAL(reg, area, (int)(SPACE * i + GUARD)));
		return;
	}
	switch (letters[i]) {
	case 'c':
		EMIT(MOV(reg, 6));
		break;
	case 'm':
		EMIT(LDMAP(reg, map_for(func)));
		break;
	case 's':
	case 'z':
		EMIT(MOVI(reg, (int)size_for(letters[i], size)));
		break;
	case 't':
		EMIT(LDVAL(reg, text, 0));
		break;
	case 'd':
		EMIT(MOV(reg, 10), ADDI(reg, -32));
		break;
	case 'D':
		EMIT(MOV(reg, 10), ADDI(reg, -64));
		break;
	default:
		/* An address nobody has, a flag nobody knows, an offset: 0 is all of it. */
		EMIT(MOVI(reg, 0));
	}
}

static int load_call(u32 type, u32 func, const char *letters, u32 size)
{
	u32 i;
	int fd;

	cnt = 0;
	EMIT(MOV(6, 1));
	if (strchr(letters, 'd')) {
		/* The last argument's place has nothing else in it. */
		EMIT(LDVAL(1, area, SPACE * 4 + GUARD), MOVI(2, MAX_SIZE), MOVI(3, 0), MOV(4, 10),
		     ADDI(4, -32), CALL(dynptr_from_mem));
	}
	for (i = 0; letters[i]; i++)
		emit_arg(func, letters, i, size);
	EMIT(INSN(EBPF_JMP | EBPF_CALL, 0, 0, 0, (int)func), MOVI(0, 0), EXIT());
	fd = try_load(insns, cnt, type, false);
	if (fd < 0) {
		try_load(insns, cnt, type, true);
		tap_diag("%s", verifier_log);
	}
	return fd;
}

static int run_prog(u32 type, int fd)
{
	u8 packet[MAX_SIZE] = { 0 };
	u64 args[12] = { 0 };
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = fd;
	if (type == EBPF_PROG_TYPE_RAW_TRACEPOINT) {
		attr.test.ctx_in = (uintptr_t)args;
		attr.test.ctx_size_in = sizeof(args);
	} else {
		attr.test.data_in = (uintptr_t)packet;
		attr.test.data_size_in = sizeof(packet);
	}
	return sys_bpf(EBPF_PROG_TEST_RUN, &attr);
}

/* May byte @at of the area differ? With a dynptr, what that leads to may. */
static bool may_differ(const char *letters, u32 at, u32 size)
{
	u32 i = at / SPACE, off = at % SPACE;

	if (strchr(letters, 'd') && !strchr(letters, 'f') && i == 4)
		return off >= GUARD && off < GUARD + MAX_SIZE;
	if (i >= strlen(letters) || !touch_writes(letters[i]))
		return false;
	return off >= GUARD && off < GUARD + bytes_of(letters, i, size);
}

/* Runs the call over memory full of @fill; which bytes changed is added to @changed. */
static bool run_over(u32 type, u32 func, const char *letters, u32 size, u8 fill, bool *changed)
{
	int fd = load_call(type, func, letters, size), err;
	u32 key = 0, i, bad = 0;

	if (fd < 0)
		return false;
	memset(before, fill, sizeof(before));
	err = map_elem(EBPF_MAP_UPDATE_ELEM, area, &key, before, 0);
	if (!err)
		err = run_prog(type, fd);
	if (!err)
		err = map_elem(EBPF_MAP_LOOKUP_ELEM, area, &key, after, 0);
	close(fd);
	for (i = 0; !err && i < AREA; i++) {
		changed[i] |= before[i] != after[i];
		bad += before[i] != after[i] && !may_differ(letters, i, size);
	}
	if (err || bad)
		tap_diag("size %u: %d, %u bytes changed that must not", size, err, bad);
	return !err && !bad;
}

/* These end with the string, or write a sample if there is one. */
static bool fills_in_part(u32 func)
{
	return func == EBPF_FUNC_probe_read_str || func == EBPF_FUNC_probe_read_user_str ||
	       func == EBPF_FUNC_probe_read_kernel_str || func == EBPF_FUNC_dynptr_from_mem ||
	       func == EBPF_FUNC_dynptr_read;
}

static bool is_filled(const char *letters, u32 size, const bool *changed)
{
	u32 i, n;

	for (i = 0; letters[i]; i++) {
		if (letters[i] != 'f' && letters[i] != 'F')
			continue;
		for (n = 0; n < bytes_of(letters, i, size); n++)
			if (!changed[SPACE * i + GUARD + n])
				return false;
	}
	return true;
}

static bool try_size(u32 type, u32 func, const char *letters, u32 size)
{
	bool changed[AREA] = { false };

	/* What is written may be what was there: twice, with other bytes. */
	if (!run_over(type, func, letters, size, 0xa5, changed) ||
	    !run_over(type, func, letters, size, 0x5a, changed))
		return false;
	if (fills_in_part(func) || is_filled(letters, size, changed))
		return true;
	tap_diag("size %u: not all of it is filled", size);
	return false;
}

static bool has(const char *letters, const char *any)
{
	return letters[strcspn(letters, any)];
}

static void test_helper(u32 type, u32 func, const char *name)
{
	static const u32 sizes[] = { 1, 7, 8, 24, 64, MAX_SIZE };
	const char *letters = touch_of(func, false);
	bool ok = true;
	u32 i;

	if (has(letters, "z"))
		ok = try_size(type, func, letters, 0);
	for (i = 0; ok && i < ARRAY_SIZE(sizes); i++)
		/* Its last argument is numbers, whole ones. */
		ok = (func == EBPF_FUNC_snprintf && sizes[i] % 8) || try_size(type, func, letters, sizes[i]);
	tap_ok(ok, "bpf_%s writes what it says", name);
}

static bool is_elsewhere(u32 func)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(elsewhere); i++)
		if (elsewhere[i].func == func)
			return true;
	return false;
}

static bool has_mem(const char *letters)
{
	for (; *letters; letters++)
		if (touch_is_mem(*letters))
			return true;
	return false;
}

#define NAME(fn)	[EBPF_FUNC_##fn] = #fn
static const char *const names[__EBPF_FUNC_MAX_ID] = { EBPF_FUNC_MAPPER(NAME) };

static void freeze(int fd)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = fd;
	if (sys_bpf(EBPF_MAP_FREEZE, &attr))
		tap_ok(false, "a map is frozen");
}

int main(void)
{
	u32 i, func, lost = 0;

	maps_open();
	area = must(T(ARRAY), 4, AREA, 1, 0);
	text = must(T(ARRAY), 4, 16, 1, EBPF_F_RDONLY_PROG);
	freeze(text);
	events = must(T(PERF_EVENT_ARRAY), 4, 4, 1, 0);
	ring = must(T(RINGBUF), 0, 0, 4096, 0);
	queue = must(T(QUEUE), 0, 8, 4, 0);
	empty_queue = must(T(QUEUE), 0, 8, 4, 0);
	percpu = must(T(PERCPU_ARRAY), 4, 8, 4, 0);
	array = must(T(ARRAY), 4, 8, 4, 0);
	for (i = 0; i < ARRAY_SIZE(touches); i++) {
		func = touches[i].id;
		if (!has_mem(touches[i].args))
			continue;
		if (listed(raw_tp, ARRAY_SIZE(raw_tp), func)) {
			test_helper(EBPF_PROG_TYPE_RAW_TRACEPOINT, func, names[func]);
		} else if (listed(cls, ARRAY_SIZE(cls), func)) {
			test_helper(EBPF_PROG_TYPE_SCHED_CLS, func, names[func]);
		} else if (listed(xdp, ARRAY_SIZE(xdp), func)) {
			test_helper(EBPF_PROG_TYPE_XDP, func, names[func]);
		} else if (!is_elsewhere(func)) {
			lost++;
			tap_diag("bpf_%s: not run and no reason", names[func]);
		}
	}
	tap_ok(!lost, "every helper with memory is run, here or elsewhere");
	return tap_end();
}
