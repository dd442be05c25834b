// SPDX-License-Identifier: GPL-2.0-only
#include "small.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ebpf/ctx.h>
#include <ebpf/helper.h>
#include <ebpf/kfunc.h>
#include <ebpf/services.h>
#include <btf_words.h>
#include <fake_map.h>
#include <jit_run.h>
#include "claims.h"
#include "iters.h"

#define CHOICES		40		/* in one run */
#define RINGS		8
#define RING_SIZE	16
#define SOCKS		4
#define DYNPTRS		16
#define VALUE_SIZE	48
#define PACKET		64		/* room of a packet */
#define PACKET_LEN	6
#define PACKET_AT	16		/* where it starts in its room */
#define MAX_STEPS	20000
#define STACK_USED	(3 * EBPF_MAX_STACK)
#define FILLED		0xff		/* what helpers leave in memory */
#define LOCK_AT		4
#define TIMER_AT	8

struct small_world small;

/* --- all combinations -------------------------------------------------------- */

static struct {
	u8 digit[CHOICES];
	u8 base[CHOICES];
	u32 used, pos;
	bool differs;	/* a run asked otherwise than the one before it */
} choice;

void small_first(void)
{
	choice.used = 0;
	choice.differs = false;
}

bool small_next(void)
{
	while (choice.used && choice.digit[choice.used - 1] + 1 == choice.base[choice.used - 1])
		choice.used--;
	if (!choice.used)
		return false;
	choice.digit[choice.used - 1]++;
	return true;
}

static u32 choose(u32 n)
{
	if (choice.pos == CHOICES) {
		choice.differs = true;
		return 0;
	}
	if (choice.pos == choice.used) {
		choice.digit[choice.used] = 0;
		choice.base[choice.used++] = n;
	} else if (choice.base[choice.pos] != n) {
		choice.differs = true;
		return 0;
	}
	return choice.digit[choice.pos++];
}

/* --- objects ------------------------------------------------------------------ */

/* What the kernel's BTF says of them. */
struct obj {
	s32 a, b;
	s32 in;
	s32 pad;
	struct obj *next;
	s32 d[2];
};

struct task {
	s32 pid;
	struct obj *obj;
};

static struct memory {
	u64 ctx[GEN_CTX_SIZE / 8];
	u8 hash[2][16], guard1[16];
	u8 inner[2][24], guard2[16];
	u8 locked[32], guard3[16];
	u8 timed[32], guard4[16];
	struct {
		u64 number;
		struct obj *plain, *ref;
		u64 more;
	} kptrs;
	u8 guard5[16];
	u8 ring[RINGS][RING_SIZE], guard6[16];
} mem;

/* No memory of a program's. */
static struct {
	bool ring[RINGS], sock[SOCKS];
	u32 nr_rings, nr_socks;
	bool locked;
	u32 called_back;	/* callbacks under way */
	struct {
		bool is_new, started;
		u64 function;
	} timer;
	struct {
		u64 at;
		u64 dynptr[2];
	} made[DYNPTRS];
	u32 nr_made;
	u64 packet, packet_end;
} held;

static u8 sock[SOCKS][128] __attribute__((aligned(8)));
static struct obj objs[2];
static struct task task;
static u64 key;
static u32 md[6];
static struct ebpf_xdp_kern xdp;
static u8 *rooms;		/* two for packets, within 32 bits */

static const struct gen *gen;
static enum small_form form;
static int compiled_err;
static struct interp it;
static struct jit_code code;
static struct claims_objects objects;
static char why[256];

static int fail(int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, sizeof(why), fmt, args);
	va_end(args);
	return err;
}

const char *small_why(void)
{
	return why;
}

static u64 addr_of(const void *p)
{
	return (unsigned long)p;
}

static struct ebpf_map *map_of(int fd)
{
	return &fake_map_of(fd)->map;
}

static u8 *value_mem(void)
{
	return (u8 *)fake_map_of(small.value_fd)->data;
}

static bool in(u64 addr, u64 size, const void *start, u64 len)
{
	u64 from = addr_of(start);

	return addr >= from && size <= len && addr - from <= len - size;
}

bool small_on_stack(u64 addr, u64 size)
{
	return in(addr, size, jit_stack_top - STACK_USED, STACK_USED);
}

static bool is_net(void)
{
	return gen->type == EBPF_PROG_TYPE_XDP;
}

/* Data, and no lock or timer. */
static bool in_value_with(u64 addr, u64 size, const u8 *value, u32 at, u32 len)
{
	return in(addr, size, value, 32) &&
	       (addr + size <= addr_of(value) + at || addr >= addr_of(value) + at + len);
}

static bool writable(u64 addr, u64 size)
{
	u32 i;

	if (small_on_stack(addr, size) || in(addr, size, value_mem(), VALUE_SIZE) ||
	    in_value_with(addr, size, mem.locked, LOCK_AT, 4) ||
	    in_value_with(addr, size, mem.timed, TIMER_AT, 16) ||
	    in(addr, size, &mem.kptrs, sizeof(mem.kptrs)))
		return true;
	for (i = 0; i < 2; i++)
		if (in(addr, size, mem.hash[i], 16) || in(addr, size, mem.inner[i], 24))
			return true;
	for (i = 0; i < held.nr_rings; i++)
		if (held.ring[i] && in(addr, size, mem.ring[i], RING_SIZE))
			return true;
	return is_net() && addr >= held.packet && addr + size <= held.packet_end;
}

static bool readable(u64 addr, u64 size)
{
	u32 i;

	if (writable(addr, size) || in(addr, size, &key, sizeof(key)) || iters_readable(addr, size))
		return true;
	for (i = 0; i < held.nr_socks; i++)
		if (held.sock[i] && in(addr, size, sock[i], sizeof(sock[i])))
			return true;
	if (!is_net())
		return in(addr, size, mem.ctx, sizeof(mem.ctx));
	return form >= SMALL_REWRITTEN ? in(addr, size, &xdp, sizeof(xdp)) :
					 in(addr, size, md, sizeof(md));
}

static bool access_ok(struct interp *run, u64 addr, u32 size, bool write)
{
	bool ok = write ? writable(addr, size) : readable(addr, size);

	(void)run;
	if (!ok)
		fail(0, "%s of %u bytes at %llx", write ? "write" : "read", size, addr);
	return ok;
}

/* Kernel pointers: as the stubs of the JIT's tests have it. */
static bool probe_ok(struct interp *run, u64 addr, u32 size)
{
	(void)run;
	(void)size;
	return addr >= jit_probe_limit;
}

/* --- helpers ------------------------------------------------------------------ */

static int lookup(const u64 *r, u64 *ret)
{
	const struct ebpf_map *map = (const void *)(unsigned long)r[1];
	u32 which;

	if (!readable(r[2], map == map_of(small.outer_fd) ? 4 : 8))
		return fail(-EFAULT, "look-up: key at %llx", r[2]);
	*ret = 0;
	which = choose(map == map_of(small.outer_fd) ? 3 : 2);
	if (!which)
		return 0;
	if (map == map_of(small.outer_fd))
		*ret = addr_of(map_of(small.inner_fd[which - 1]));
	else if (map == map_of(small.hash_fd[0]) || map == map_of(small.hash_fd[1]))
		*ret = addr_of(mem.hash[map == map_of(small.hash_fd[1])]);
	else if (map == map_of(small.inner_fd[0]) || map == map_of(small.inner_fd[1]))
		*ret = addr_of(mem.inner[map == map_of(small.inner_fd[1])]);
	else if (map == map_of(small.lock_fd))
		*ret = addr_of(mem.locked);
	else if (map == map_of(small.timer_fd))
		*ret = addr_of(mem.timed);
	else if (map == map_of(small.kptr_fd))
		*ret = addr_of(&mem.kptrs);
	else
		return fail(-EFAULT, "look-up in no map: %llx", r[1]);
	return 0;
}

static int update(const u64 *r, u64 *ret)
{
	const struct ebpf_map *map = (const void *)(unsigned long)r[1];

	if (map != map_of(small.inner_fd[0]) && map != map_of(small.inner_fd[1]))
		return fail(-EFAULT, "update of no map: %llx", r[1]);
	if (!readable(r[2], 8) || !readable(r[3], 24))
		return fail(-EFAULT, "update: key at %llx, value at %llx", r[2], r[3]);
	*ret = 0;
	return 0;
}

static int fill(u64 addr, u64 size, u64 *ret)
{
	if (!writable(addr, size))
		return fail(-EFAULT, "a helper fills %llu bytes at %llx", size, addr);
	memset((void *)(unsigned long)addr, FILLED, size);
	*ret = 0;
	return 0;
}

static int acquire(bool ring, const u64 *r, u64 *ret)
{
	u32 *nr = ring ? &held.nr_rings : &held.nr_socks;

	if (!ring && !readable(r[2], r[3]))
		return fail(-EFAULT, "tuple at %llx", r[2]);
	if (*nr == (ring ? RINGS : SOCKS))
		return -ELOOP;
	*ret = 0;
	if (!choose(2))
		return 0;
	if (!ring) {
		held.sock[*nr] = true;
		*ret = addr_of(sock[(*nr)++]);
		return 0;
	}
	held.ring[*nr] = true;
	memset(mem.ring[*nr], 0x11, RING_SIZE);
	*ret = addr_of(mem.ring[*nr]);
	if (objects.nr_slices < CLAIMS_SLICES) {
		objects.slices[objects.nr_slices].start = *ret;
		objects.slices[objects.nr_slices++].size = r[2];
	}
	(*nr)++;
	return 0;
}

static int release(bool ring, u64 what, u64 *ret)
{
	u32 i;

	*ret = 0;
	for (i = 0; i < (ring ? held.nr_rings : held.nr_socks); i++) {
		bool *is = ring ? &held.ring[i] : &held.sock[i];

		if (what != (ring ? addr_of(mem.ring[i]) : addr_of(sock[i])) || !*is)
			continue;
		*is = false;
		return 0;
	}
	return fail(-EFAULT, "%llx is given back, which nobody has", what);
}

/* --- dynptrs: made whole and in one place, where nobody else writes. */

static u32 find_dynptr(u64 at)
{
	u32 i;

	for (i = 0; i < held.nr_made && held.made[i].at != at; i++)
		;
	return i;
}

static int put_dynptr(u64 at, u64 data, u64 size)
{
	u32 i = find_dynptr(at);

	if (!small_on_stack(at, 16))
		return fail(-EFAULT, "a dynptr at %llx", at);
	if (i == DYNPTRS)
		return -ELOOP;
	held.nr_made += i == held.nr_made;
	held.made[i].at = at;
	held.made[i].dynptr[0] = data;
	held.made[i].dynptr[1] = size;
	memcpy((void *)(unsigned long)at, held.made[i].dynptr, 16);
	return 0;
}

static u64 *dynptr_at(u64 at)
{
	u32 i = find_dynptr(at);

	if (i == held.nr_made || !small_on_stack(at, 16) ||
	    memcmp((void *)(unsigned long)at, held.made[i].dynptr, 16)) {
		fail(0, "no dynptr is at %llx", at);
		return NULL;
	}
	return held.made[i].dynptr;
}

static int dynptr_helper(u32 id, const u64 *r, u64 *ret)
{
	u64 *dynptr, record;
	int err;

	switch (id) {
	case EBPF_FUNC_dynptr_from_mem:
		if (!writable(r[1], (u32)r[2]))
			return fail(-EFAULT, "a dynptr to %u bytes at %llx", (u32)r[2], r[1]);
		*ret = 0;
		return put_dynptr(r[4], r[1], (u32)r[2]);
	case EBPF_FUNC_ringbuf_reserve_dynptr:
		err = acquire(true, r, &record);
		if (err)
			return err;
		objects.nr_slices -= !!record;
		*ret = record ? 0 : (u64)-ENOMEM;
		return put_dynptr(r[4], record, record ? (u32)r[2] : 0);
	case EBPF_FUNC_ringbuf_submit_dynptr:
	case EBPF_FUNC_ringbuf_discard_dynptr:
		dynptr = dynptr_at(r[1]);
		if (!dynptr)
			return -EFAULT;
		err = dynptr[0] ? release(true, dynptr[0], ret) : 0;
		held.made[find_dynptr(r[1])].at = 0;
		*ret = 0;
		return err;
	case EBPF_FUNC_dynptr_data:
		dynptr = dynptr_at(r[1]);
		if (!dynptr)
			return -EFAULT;
		*ret = dynptr[0] && (u32)r[3] <= dynptr[1] && (u32)r[2] <= dynptr[1] - (u32)r[3] ?
		       dynptr[0] + (u32)r[2] : 0;
		if (*ret && objects.nr_slices < CLAIMS_SLICES) {
			objects.slices[objects.nr_slices].start = *ret;
			objects.slices[objects.nr_slices++].size = (u32)r[3];
		}
		return 0;
	default:
		dynptr = dynptr_at(r[3]);
		if (!dynptr)
			return -EFAULT;
		*ret = 0;
		if (!writable(r[1], (u32)r[2]))
			return fail(-EFAULT, "dynptr_read to %llx", r[1]);
		if (!dynptr[0] || (u32)r[2] > dynptr[1] || (u32)r[4] > dynptr[1] - (u32)r[2])
			*ret = (u64)-E2BIG;
		else
			memmove((void *)(unsigned long)r[1],
				(void *)(unsigned long)(dynptr[0] + (u32)r[4]), (u32)r[2]);
		return 0;
	}
}

/* --- locks, timers, packets */

static int lock_helper(bool lock, u64 at)
{
	if (at != addr_of(mem.locked) + LOCK_AT)
		return fail(-EFAULT, "no lock is at %llx", at);
	if (held.locked == lock)
		return fail(-EFAULT, lock ? "locked twice" : "not locked");
	held.locked = lock;
	return 0;
}

static int timer_helper(u32 id, const u64 *r, u64 *ret)
{
	if (r[1] != addr_of(mem.timed) + TIMER_AT)
		return fail(-EFAULT, "no timer is at %llx", r[1]);
	*ret = 0;
	switch (id) {
	case EBPF_FUNC_timer_init:
		if (r[2] != addr_of(map_of(small.timer_fd)))
			return fail(-EFAULT, "a timer of another map");
		*ret = held.timer.is_new ? 0 : (u64)-EBUSY;
		held.timer.is_new = false;
		return 0;
	case EBPF_FUNC_timer_set_callback:
		if (held.timer.is_new)
			*ret = (u64)-EINVAL;
		else
			held.timer.function = r[2];
		return 0;
	case EBPF_FUNC_timer_start:
		if (!held.timer.function)
			*ret = (u64)-EINVAL;
		else
			held.timer.started = true;
		return 0;
	default:
		*ret = held.timer.started;
		held.timer.started = false;
		return 0;
	}
}

static void set_packet(u32 room, u32 from)
{
	held.packet = addr_of(rooms) + room * PACKET + from;
	held.packet_end = addr_of(rooms) + room * PACKET + PACKET_AT + PACKET_LEN;
	md[0] = held.packet;
	md[1] = held.packet_end;
	md[2] = held.packet;
	xdp.data = (u8 *)(unsigned long)held.packet;
	xdp.data_end = (u8 *)(unsigned long)held.packet_end;
	xdp.data_meta = xdp.data;
	xdp.head = rooms;
	objects.packet = held.packet;
	objects.packet_end = held.packet_end;
}

/* Other memory has the packet then: what pointed into it before points to nothing. */
static int move_packet(u64 *ret)
{
	u64 old = held.packet;
	u32 from;

	*ret = (u64)-EINVAL;
	if (!choose(2) || old >= addr_of(rooms) + PACKET)
		return 0;
	*ret = 0;
	from = PACKET_AT + 2;
	memcpy(rooms + PACKET, rooms, PACKET);
	set_packet(1, from);
	return 0;
}

static int call_back(struct interp *run, const u64 *r, u32 n, bool elems, u64 *ret)
{
	u64 args[5] = { 0 }, again = 0, below = interp_frame_below(run);
	bool first = r[1] == addr_of(map_of(small.hash_fd[0]));
	struct claims_place place;
	int err = 0;
	u32 i;

	if (elems && !first && r[1] != addr_of(map_of(small.hash_fd[1])))
		return fail(-EFAULT, "walk of no map");
	held.called_back++;
	claims_save(&place);
	for (i = 0; !err && i < n && !again; i++) {
		args[0] = elems ? r[1] : i;
		args[1] = elems ? addr_of(&key) : r[3];
		args[2] = elems ? addr_of(mem.hash[!first]) : 0;
		args[3] = elems ? r[3] : 0;
		claims_restore(&place);
		err = interp_callback(run, r[2], args, below, &again);
		if (!err && again > 1)
			err = fail(-EDOM, "a callback returned %llx", again);
	}
	held.called_back--;
	*ret = i;
	return err;
}

static const struct ebpf_insn leave_insns[] = {
	{ .code = EBPF_ALU64 | EBPF_MOV | EBPF_K, .imm = 5 },
	{ .code = EBPF_JMP | EBPF_EXIT },
};
static const struct interp_prog other_prog = { .insns = leave_insns, .insn_cnt = 2 };

/* @run: NULL when compiled */
static int call(struct interp *run, u32 id, const u64 *r, u64 *ret)
{
	if (held.locked && id != EBPF_FUNC_spin_unlock)
		return fail(-EFAULT, "helper %u while a lock is held", id);
	*ret = 0;
	switch (id) {
	case EBPF_FUNC_map_lookup_elem:
		return lookup(r, ret);
	case EBPF_FUNC_map_update_elem:
		return update(r, ret);
	case EBPF_FUNC_probe_read_kernel:
		return fill(r[1], (u32)r[2], ret);
	case EBPF_FUNC_ringbuf_reserve:
		return acquire(true, r, ret);
	case EBPF_FUNC_sk_lookup_udp:
		return acquire(false, r, ret);
	case EBPF_FUNC_ringbuf_submit:
	case EBPF_FUNC_ringbuf_discard:
		return release(true, r[1], ret);
	case EBPF_FUNC_sk_release:
		return release(false, r[1], ret);
	case EBPF_FUNC_spin_lock:
	case EBPF_FUNC_spin_unlock:
		return lock_helper(id == EBPF_FUNC_spin_lock, r[1]);
	case EBPF_FUNC_timer_init:
	case EBPF_FUNC_timer_set_callback:
	case EBPF_FUNC_timer_start:
	case EBPF_FUNC_timer_cancel:
		return timer_helper(id, r, ret);
	case EBPF_FUNC_xdp_adjust_head:
		return move_packet(ret);
	case EBPF_FUNC_get_current_task_btf:
		*ret = addr_of(&task);
		return 0;
	case EBPF_FUNC_loop:
		return call_back(run, r, r[1], false, ret);
	case EBPF_FUNC_for_each_map_elem:
		return call_back(run, r, choose(3), true, ret);
	case EBPF_FUNC_tail_call:
		*ret = (u64)-ENOENT;
		if (held.called_back)
			return fail(-EFAULT, "a tail call in a callback");
		if (choose(2)) {
			run->prog = &other_prog;
			run->pc = 0;
		}
		return 0;
	default:
		return dynptr_helper(id, r, ret);
	}
}

/* As functions, for compiled programs. */
static u64 compiled(u32 id, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	u64 r[6] = { 0, r1, r2, r3, r4, r5 }, ret = 0;
	int err = call(NULL, id, r, &ret);

	if (err && !compiled_err)
		compiled_err = err;
	return ret;
}

#define HELPERS(X)							\
	X(map_lookup_elem) X(map_update_elem) X(probe_read_kernel) X(ringbuf_reserve)	\
	X(sk_lookup_udp) X(ringbuf_submit) X(ringbuf_discard) X(sk_release) X(spin_lock) \
	X(spin_unlock) X(timer_init) X(timer_set_callback) X(timer_start) X(timer_cancel) \
	X(xdp_adjust_head) X(get_current_task_btf) X(for_each_map_elem) X(loop)	\
	X(dynptr_from_mem) X(ringbuf_reserve_dynptr) X(ringbuf_submit_dynptr)	\
	X(ringbuf_discard_dynptr) X(dynptr_data) X(dynptr_read)

#define DEFINE(name)							\
	u64 ebpf_helper_##name(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5);	\
	u64 ebpf_helper_##name(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)	\
	{								\
		return compiled(EBPF_FUNC_##name, r1, r2, r3, r4, r5);	\
	}
HELPERS(DEFINE)

#define ENTRY(name)	{ EBPF_FUNC_##name, ebpf_helper_##name },
static const struct {
	u32 id;
	u64 (*func)(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5);
} helpers[] = { HELPERS(ENTRY) };

static int id_of(s32 distance, u32 *id)
{
	u64 func = addr_of(ebpf_call_base) + (s64)distance;
	u32 i;

	for (i = 0; i < sizeof(helpers) / sizeof(*helpers); i++)
		if (addr_of(helpers[i].func) == func) {
			*id = helpers[i].id;
			return 0;
		}
	return fail(-EPROTO, "a call of something else");
}

static int call_helper(struct interp *run, const struct ebpf_insn *insn, u64 *ret)
{
	enum iter_op op = iters_op(insn, form == SMALL_REWRITTEN);
	u32 id = insn->imm, i;
	const char *reason;
	int err = 0;

	if (op < ITER_OPS) {
		err = iters_call(op, run->regs, ret, &reason);
		if (err == -EFAULT)
			fail(err, "%s", reason);
		goto clobber;
	}
	/* All rounds of may_goto are over. */
	if (form == SMALL_REWRITTEN &&
	    addr_of(ebpf_call_base) + (s64)insn->imm == addr_of(ebpf_more_rounds)) {
		*ret = 0;
		goto clobber;
	}
	if (form == SMALL_REWRITTEN)
		err = id_of(insn->imm, &id);
	if (!err)
		err = call(run, id, run->regs, ret);
clobber:
	for (i = 1; i <= 5; i++)
		run->regs[i] = 0xdeadbeefdeadbeefULL;
	return err;
}

static bool tail_call(struct interp *run, u64 array, u32 index, const struct interp_prog **next)
{
	(void)run;
	(void)index;
	if (array != addr_of(map_of(small.progs_fd)) || !choose(2))
		return false;
	*next = &other_prog;
	return true;
}

static int load_pseudo(struct interp *run, const struct ebpf_insn *insn, u64 *val)
{
	struct fake_map *map = fake_map_of(insn->imm);

	if (insn->src_reg == EBPF_PSEUDO_FUNC) {
		*val = run->pc - 1 + insn->imm;
		return 0;
	}
	if (!map)
		return -EINVAL;
	*val = insn->src_reg == EBPF_PSEUDO_MAP_VALUE ? addr_of(map->data) + insn[1].imm :
							addr_of(&map->map);
	return 0;
}

/* Not in the other program that a tail call led to. */
static int step(struct interp *run, const struct ebpf_insn *insn)
{
	return run->prog == &other_prog ? 0 : claims_step(run, insn);
}

static const struct interp_ops ops = {
	.helper = call_helper, .access = access_ok, .probe = probe_ok, .ld_pseudo = load_pseudo,
	.tail_call = tail_call,
};

static const struct interp_ops claims_ops = {
	.helper = call_helper, .access = access_ok, .probe = probe_ok, .ld_pseudo = load_pseudo,
	.tail_call = tail_call, .step = step,
};

/* --- runs ---------------------------------------------------------------------- */

static void start(void)
{
	u32 i;

	choice.pos = 0;
	compiled_err = 0;
	why[0] = 0;
	memset(&mem, 0, sizeof(mem));
	memset(&held, 0, sizeof(held));
	memset(value_mem(), 0, VALUE_SIZE);
	memset(rooms, 0x22, 2 * PACKET);
	memset(sock, 1, sizeof(sock));
	/* What was never written is something large. */
	memset(jit_stack_top - STACK_USED, 0x5a, STACK_USED);
	held.timer.is_new = true;
	iters_reset();
	for (i = 0; i < SMALL_WORDS; i++) {
		u64 val = gen->values[choose(SMALL_VALUES)];

		mem.ctx[i] = val;
		md[3 + i] = val;
	}
	xdp.ingress_ifindex = md[3];
	xdp.rx_queue_index = md[4];
	set_packet(0, PACKET_AT);
	key = 3;
	memset(mem.hash, 4, sizeof(mem.hash));
	memset(mem.timed + 24, 4, 8);
	if (gen->kind == SMALL_BTF) {
		objs[0].next = choose(2) ? &objs[1] : choose(2) ? (struct obj *)16 : NULL;
		objs[0].b = 3;
		objs[1].a = 2;
		task.obj = &objs[0];
		mem.kptrs.plain = choose(2) ? &objs[0] : NULL;
		mem.kptrs.ref = &objs[1];
	}
	objects.ctx = is_net() ? addr_of(md) : addr_of(mem.ctx);
	objects.ctx_size = is_net() ? sizeof(md) : sizeof(mem.ctx);
	objects.key = addr_of(&key);
	objects.nr_slices = 0;
}

static u64 mix(u64 sum, const void *from, u32 size)
{
	const u8 *p = from;

	while (size--)
		sum = (sum ^ *p++) * 1099511628211ULL;
	return sum;
}

static u64 digest(void)
{
	u64 sum = mix(1469598103934665603ULL, &mem, sizeof(mem));

	sum = mix(sum, value_mem(), VALUE_SIZE);
	return mix(sum, rooms, 2 * PACKET);
}

static int nothing_held(void)
{
	u32 i;

	if (held.locked)
		return fail(-EBUSY, "a lock is held in the end");
	for (i = 0; i < RINGS; i++)
		if (held.ring[i])
			return fail(-EBUSY, "a record was not given back");
	for (i = 0; i < SOCKS; i++)
		if (held.sock[i])
			return fail(-EBUSY, "a socket was not given back");
	if (iters_held())
		return fail(-EBUSY, "an iterator was not ended");
	return 0;
}

static int say_where(int err)
{
	if (err == -ELOOP && it.steps == MAX_STEPS)
		err = fail(-ETIME, "%u instructions, and no end", MAX_STEPS);
	if (err == -EDOM && !why[0])
		fail(err, "%s", claims_why());
	if (err == -EFAULT || err == -EDOM)
		snprintf(why + strlen(why), sizeof(why) - strlen(why), " (at %u)", it.pc - 1);
	return err;
}

/* What a timer was started for; compiled code is not called so. */
static int run_timer(void)
{
	u64 args[5] = { addr_of(map_of(small.timer_fd)), addr_of(&key), addr_of(mem.timed) }, ret;
	int err;

	if (!held.timer.started)
		return 0;
	it.ops = &ops;
	err = interp_callback(&it, held.timer.function, args, addr_of(jit_stack_top), &ret);
	if (!err && ret)
		err = fail(-EDOM, "a timer's function returned %llx", ret);
	return say_where(err);
}

static int interpret(const struct interp_prog *prog, u64 *ret)
{
	int err;

	memset(&it, 0, sizeof(it));
	it.prog = prog;
	it.ops = form == SMALL_CLAIMS ? &claims_ops : &ops;
	it.max_steps = MAX_STEPS;
	if (form == SMALL_CLAIMS)
		claims_start(&objects);
	err = interp_run(&it, !is_net() ? addr_of(mem.ctx) : form == SMALL_REWRITTEN ?
			 addr_of(&xdp) : addr_of(md), addr_of(jit_stack_top), false);
	*ret = it.regs[0];
	return say_where(err);
}

int small_run(const struct gen *g, enum small_form how, const struct interp_prog *prog,
	      struct small_result *res)
{
	int err;

	gen = g;
	form = how;
	start();
	if (form != SMALL_COMPILED)
		err = interpret(prog, &res->ret);
	else if (!jit_exec(&code, is_net() ? (void *)&xdp : mem.ctx, &res->ret))
		err = fail(-EFAULT, "registers of the caller");
	else
		err = compiled_err ? compiled_err : iters.err;
	if (!err)
		err = nothing_held();
	if (!err && choice.differs)
		err = choice.pos == CHOICES ? -ELOOP : fail(-EPROTO, "helpers are asked otherwise");
	res->digest = digest();
	res->choices = choice.pos;
	return err || form == SMALL_COMPILED ? err : run_timer();
}

static bool calls_helper(const struct ebpf_insn *insn)
{
	return insn->code == (EBPF_JMP | EBPF_CALL) && !insn->src_reg;
}

int small_compile(const struct gen *g, const struct ebpf_prog_image *img)
{
	u32 i, id = 0;

	for (i = 0; i < g->cnt; i++)
		if (calls_helper(&g->insns[i]) && g->insns[i].imm == EBPF_FUNC_tail_call)
			return -EOPNOTSUPP;
	for (i = 0; i < img->insn_cnt; i++)
		if (calls_helper(&img->insns[i]) && !id_of(img->insns[i].imm, &id) &&
		    (id == EBPF_FUNC_loop || id == EBPF_FUNC_for_each_map_elem))
			return -EOPNOTSUPP;
	return jit_build(&code, img->insns, img->insn_cnt, img->subprogs, img->subprog_cnt);
}

void small_uncompile(void)
{
	jit_destroy(&code);
}

/* --- once ---------------------------------------------------------------------- */

enum { K_VOID, K_INT, K_PART, K_OBJ_PTR, K_OBJ, K_TASK, K_TWO };

static void give_back(void *obj)
{
	(void)obj;
}

static bool make_kernel(void)
{
	words_begin(0);
	ADD(INT(str("int"), 4));
	ADD(TYPE(str("part"), STRUCT, 1, 4), MEMBER(str("c"), K_INT, 0));
	ADD(PTR(K_OBJ));
	ADD(TYPE(str("obj"), STRUCT, 5, 32), MEMBER(str("a"), K_INT, 0),
	    MEMBER(str("b"), K_INT, 32), MEMBER(str("in"), K_PART, 64),
	    MEMBER(str("next"), K_OBJ_PTR, 128), MEMBER(str("d"), K_TWO, 192));
	ADD(TYPE(str("task_struct"), STRUCT, 2, 16), MEMBER(str("pid"), K_INT, 0),
	    MEMBER(str("obj"), K_OBJ_PTR, 64));
	ADD(ARRAY(K_INT, K_INT, 2));
	small.kernel = words_parse_vmlinux();
	return !IS_ERR(small.kernel);
}

static bool make_kfuncs(void)
{
	static const char *const name[ITER_OPS] = {
		"bpf_iter_num_new", "bpf_iter_num_next", "bpf_iter_num_destroy",
	};
	u32 size, op;
	void *raw = ebpf_kfunc_btf(small.kernel, &size);

	if (!raw)
		return false;
	small.kfuncs = ebpf_btf_parse_module(raw, size, small.kernel, NULL);
	if (IS_ERR(small.kfuncs))
		return false;
	for (op = 0; op < ITER_OPS; op++)
		iters.id[op] = ebpf_btf_find(small.kfuncs, name[op], EBPF_BTF_KIND_FUNC);
	return true;
}

/* See SMALL_T_*. */
static bool make_types(void)
{
	words_begin(0);
	ADD(INT(str("int"), 4));
	ADD(TYPE(0, FUNC_PROTO, 0, 1));
	ADD(TYPE(str("main"), FUNC, EBPF_BTF_FUNC_STATIC, 2));
	ADD(TYPE(str("passed"), STRUCT, 1, SMALL_PASSED), MEMBER(str("x"), 1, 0));
	ADD(PTR(4));
	ADD(TYPE(0, FUNC_PROTO, 2, 1), str("n"), 1, str("p"), 5);
	ADD(TYPE(str("global"), FUNC, EBPF_BTF_FUNC_GLOBAL, 6));
	ADD(TYPE(str("xdp_md"), STRUCT, 1, 4), MEMBER(str("data"), 1, 0));
	ADD(PTR(8));
	ADD(TYPE(0, FUNC_PROTO, 2, 1), str("n"), 1, str("ctx"), 9);
	ADD(TYPE(str("global_ctx"), FUNC, EBPF_BTF_FUNC_GLOBAL, 10));
	small.types = words_parse();
	return !IS_ERR(small.types);
}

static void add_field(int fd, u32 kind, u32 off, u32 size, u32 id)
{
	struct ebpf_map_field field = {
		.kind = kind, .off = off, .size = size, .btf = id ? small.kernel : NULL,
		.btf_id = id, .dtor = kind == EBPF_FIELD_KPTR_REF ? give_back : NULL,
	};

	fake_map_add_field(fd, &field);
	map_of(fd)->btf = (struct ebpf_btf *)small.kernel;
}

static void know_map(int fd, const void *start_of)
{
	struct claims_map *m = &objects.maps[objects.nr_maps++];

	m->map = map_of(fd);
	m->start = addr_of(start_of);
	m->size = map_of(fd)->value_size;
}

static void make_maps(void)
{
	u32 i;

	small.value_fd = fake_map_new(EBPF_MAP_TYPE_ARRAY, 4, VALUE_SIZE, 1, 0);
	for (i = 0; i < 2; i++)
		small.hash_fd[i] = fake_map_new(EBPF_MAP_TYPE_LRU_HASH, 8, 16, 8, 0);
	for (i = 0; i < 2; i++)
		small.inner_fd[i] = fake_map_new(EBPF_MAP_TYPE_HASH, 8, 24, 8, 0);
	small.outer_fd = fake_map_new(EBPF_MAP_TYPE_ARRAY_OF_MAPS, 4, 4, 2, 0);
	map_of(small.outer_fd)->inner_map_meta = map_of(small.inner_fd[0]);
	small.ring_fd = fake_map_new(EBPF_MAP_TYPE_RINGBUF, 0, 0, 4096, 0);
	small.progs_fd = fake_map_new(EBPF_MAP_TYPE_PROG_ARRAY, 4, 4, 4, 0);
	small.lock_fd = fake_map_new(EBPF_MAP_TYPE_HASH, 8, 32, 8, 0);
	add_field(small.lock_fd, EBPF_FIELD_SPIN_LOCK, LOCK_AT, 4, 0);
	small.timer_fd = fake_map_new(EBPF_MAP_TYPE_HASH, 8, 32, 8, 0);
	add_field(small.timer_fd, EBPF_FIELD_TIMER, TIMER_AT, 16, 0);
	small.kptr_fd = fake_map_new(EBPF_MAP_TYPE_HASH, 8, 32, 8, 0);
	add_field(small.kptr_fd, EBPF_FIELD_KPTR, 8, 8, K_OBJ);
	add_field(small.kptr_fd, EBPF_FIELD_KPTR_REF, 16, 8, K_OBJ);
	know_map(small.value_fd, value_mem());
	know_map(small.hash_fd[0], mem.hash[0]);
	know_map(small.hash_fd[1], mem.hash[1]);
	know_map(small.lock_fd, mem.locked);
	know_map(small.timer_fd, mem.timed);
	objects.inner_meta = map_of(small.inner_fd[0]);
	objects.strangers = true;
}

bool small_init(void)
{
	struct ebpf_insn nothing[] = { leave_insns[0], leave_insns[1] };

	if (!make_kernel() || !make_kfuncs() || !make_types())
		return false;
	rooms = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	if (rooms == MAP_FAILED)
		return false;
	make_maps();
	/* It finds its memory when something is built first. */
	if (jit_build(&code, nothing, 2, NULL, 0))
		return false;
	jit_destroy(&code);
	jit_env.call_base = addr_of(ebpf_call_base);
	jit_probe_limit = 4096;
	return true;
}
