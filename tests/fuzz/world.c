// SPDX-License-Identifier: GPL-2.0-only
#include "world.h"

#include <string.h>
#include <sys/mman.h>
#include <fake_map.h>
#include "claims.h"

#define GUARD		64		/* bytes around each object */
#define MADE_MAX	64
#define STACK_SIZE	(3 * EBPF_MAX_STACK)
#define PACKET_MAX	64
#define HELPERS_MAX	4096		/* calls in one run */
#define RINGS		16		/* records in the ring buffer */
#define RING_SIZE	64
#define MAX_LOOPS	(1 << 23)	/* of bpf_loop() */

struct contents {
	u64 ctx[GEN_CTX_SIZE / 8];
	u8 guard1[GUARD];
	u8 value[GEN_MAPS][48 + GUARD];
	u8 guard2[GUARD];
	u64 stack[STACK_SIZE / 8];
	struct {
		u64 at;
		u64 dynptr[2];
	} made[MADE_MAX];	/* dynptrs, by where they were put last */
	u32 nr_made;
	u64 key;
	struct {
		u8 guard[GUARD];
		u8 data[RING_SIZE];
		u32 size;	/* 0: not reserved */
	} ring[RINGS];
	u32 nr_rings;
	u8 guard3[GUARD];
	u64 seed;
};

static struct contents start, now;
/* XDP programs see 32-bit addresses. */
static u8 *packet;
static u8 packet_start[PACKET_MAX];
static u32 xdp_ctx[6];
static u32 packet_len;
static bool is_xdp;
static struct claims_objects objects;
static u32 helpers[HELPERS_MAX];
static u32 nr_helpers, nr_known;
static bool loaded_form;
static struct interp it;
static const struct gen *changing;	/* the context changes all the time */

bool world_init(struct gen *g)
{
	u32 i;

	g->ring_fd = fake_map_new(EBPF_MAP_TYPE_RINGBUF, 0, 0, 4096, 0);
	if (g->ring_fd < 0)
		return false;
	packet = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT,
		      -1, 0);
	if (packet == MAP_FAILED)
		return false;
	objects.nr_maps = GEN_MAPS;
	for (i = 0; i < GEN_MAPS; i++) {
		g->map_fd[i] = fake_map_new(EBPF_MAP_TYPE_LRU_HASH, 8, gen_value_size[i], 8, 0);
		if (g->map_fd[i] < 0)
			return false;
		objects.maps[i].map = &fake_map_of(g->map_fd[i])->map;
		objects.maps[i].start = (unsigned long)now.value[i];
		objects.maps[i].size = gen_value_size[i];
	}
	return true;
}

static void fill(void *p, u32 size)
{
	u8 *bytes = p;
	u32 i;

	for (i = 0; i < size; i++)
		bytes[i] = gen_below(3) ? gen_rnd() : 0;
}

/* Often small enough to pass the checks before accesses. */
static u64 input(const struct gen *g)
{
	const struct ebpf_insn *insn = &g->insns[gen_below(g->cnt)];

	switch (gen_below(9)) {
	case 8:
		return gen_below(2);
	case 4:
	case 5:
		/* What it compares with. */
		return (s64)insn->imm + (s64)gen_below(3) - 1;
	case 0:
	case 1:
	case 2:
		return gen_below(48);
	case 6:
		return gen_rnd() << 16 ^ gen_rnd();
	default:
		return (s64)gen_number();
	}
}

void world_fill(const struct gen *g)
{
	u32 i;

	memset(&start, 0, sizeof(start));
	for (i = 0; i < GEN_CTX_SIZE / 8; i++)
		start.ctx[i] = input(g);
	/* Programs look for small numbers, several at a time. */
	if (!gen_below(4))
		for (i = 0; i < GEN_CTX_SIZE / 8; i++)
			start.ctx[i] = gen_below(8);
	for (i = 0; i < GEN_MAPS; i++)
		fill(start.value[i], gen_value_size[i]);
	/* What was never written is any number. */
	fill(start.stack, sizeof(start.stack));
	for (i = 0; i < STACK_SIZE / 8; i += 1 + gen_below(3))
		start.stack[i] = input(g);
	start.seed = gen_rnd();
	is_xdp = g->type == EBPF_PROG_TYPE_XDP;
	packet_len = gen_below(PACKET_MAX + 1);
	fill(packet_start, packet_len);
	xdp_ctx[0] = (unsigned long)packet + GUARD;
	xdp_ctx[1] = xdp_ctx[0] + packet_len;
	xdp_ctx[2] = xdp_ctx[0];
	for (i = 3; i < 6; i++)
		xdp_ctx[i] = input(g);
	objects.ctx = is_xdp ? (unsigned long)xdp_ctx : (unsigned long)now.ctx;
	objects.ctx_size = is_xdp ? sizeof(xdp_ctx) : GEN_CTX_SIZE;
	objects.packet = xdp_ctx[0];
	objects.packet_end = xdp_ctx[1];
}

static bool within(u64 addr, u64 size, u64 from, u64 to)
{
	return addr >= from && addr <= to && size <= to - addr;
}

static bool writable(u64 addr, u64 size)
{
	u64 stack = (unsigned long)now.stack;
	u32 i;

	for (i = 0; i < GEN_MAPS; i++)
		if (within(addr, size, objects.maps[i].start,
			   objects.maps[i].start + objects.maps[i].size))
			return true;
	for (i = 0; i < now.nr_rings; i++) {
		u64 data = (unsigned long)now.ring[i].data;

		if (within(addr, size, data, data + now.ring[i].size))
			return true;
	}
	return within(addr, size, stack, stack + STACK_SIZE) ||
	       (is_xdp && within(addr, size, objects.packet, objects.packet_end));
}

/* Two loads of the same field need not yield the same: no verifier relies on it. */
static void change_ctx(u64 addr)
{
	u64 val = gen_below(2) ? gen_below(8) : gen_below(2) ? input(changing) : gen_rnd();
	u64 off = addr - objects.ctx;

	if (off >= objects.ctx_size)
		return;
	if (!is_xdp)
		now.ctx[off / 8] = val;
	else if (off / 4 >= 3)
		xdp_ctx[off / 4] = val;
}

static bool access_ok(struct interp *run, u64 addr, u32 size, bool write)
{
	if (changing && !write)
		change_ctx(addr);
	return writable(addr, size) ||
	       (!write && within(addr, size, objects.key, objects.key + sizeof(now.key))) ||
	       (!write && within(addr, size, objects.ctx, objects.ctx + objects.ctx_size));
}

static u64 draw(void)
{
	now.seed = now.seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return now.seed >> 20;
}

/* A helper that fills R1, R2 bytes of it at most. */
static int fill_memory(const struct interp *run, bool is_str, u64 *ret)
{
	u32 size = run->regs[2];
	u64 addr = run->regs[1];
	u32 i;

	if (!writable(addr, size))
		return -EFAULT;
	for (i = 0; i < size; i++)
		((u8 *)(unsigned long)addr)[i] = draw();
	*ret = draw() % 4 ? is_str ? draw() % (size + 1) : 0 : (u64)-EFAULT;
	return 0;
}

static int lookup(const struct interp *run, u64 *ret)
{
	u32 i;

	if (!writable(run->regs[2], 8))
		return -EFAULT;
	for (i = 0; i < GEN_MAPS; i++)
		if (run->regs[1] == (unsigned long)objects.maps[i].map) {
			*ret = draw() % 8 ? objects.maps[i].start : 0;
			return 0;
		}
	return -EFAULT;
}

static int update(const struct interp *run, u64 *ret)
{
	u32 i;

	if (!writable(run->regs[2], 8))
		return -EFAULT;
	for (i = 0; i < GEN_MAPS; i++)
		if (run->regs[1] == (unsigned long)objects.maps[i].map) {
			*ret = draw() % 2 ? 0 : (u64)-E2BIG;
			return writable(run->regs[3], objects.maps[i].size) ? 0 : -EFAULT;
		}
	return -EFAULT;
}

/* A dynptr as the module's helpers make it. */
struct dynptr {
	u64 data;
	u64 size;
};

/* What is at R@reg must be one that was made there, whole and in one place. */
static struct dynptr *dynptr_at(const struct interp *run, int reg)
{
	u64 at = run->regs[reg];
	u32 i;

	for (i = 0; i < now.nr_made; i++)
		if (now.made[i].at == at)
			break;
	if (i == now.nr_made || !within(at, sizeof(struct dynptr), (unsigned long)now.stack,
					(unsigned long)now.stack + STACK_SIZE) ||
	    memcmp((void *)(unsigned long)at, &now.made[i].dynptr, sizeof(struct dynptr)))
		return NULL;
	return (struct dynptr *)(unsigned long)at;
}

static int put_dynptr(u64 at, struct dynptr dynptr)
{
	u32 i;

	if (!within(at, sizeof(dynptr), (unsigned long)now.stack,
		    (unsigned long)now.stack + STACK_SIZE))
		return -EFAULT;
	memcpy((void *)(unsigned long)at, &dynptr, sizeof(dynptr));
	for (i = 0; i < now.nr_made && now.made[i].at != at; i++)
		;
	if (i == MADE_MAX)
		return -ELOOP;
	if (i == now.nr_made)
		now.nr_made++;
	now.made[i].at = at;
	now.made[i].dynptr[0] = dynptr.data;
	now.made[i].dynptr[1] = dynptr.size;
	return 0;
}

static int make_dynptr(const struct interp *run, u64 *ret)
{
	struct dynptr dynptr = { run->regs[1], (u32)run->regs[2] };

	if (!writable(dynptr.data, dynptr.size))
		return -EFAULT;
	*ret = run->regs[3] ? (u64)-EINVAL : 0;
	if (*ret)
		memset(&dynptr, 0, sizeof(dynptr));
	return put_dynptr(run->regs[4], dynptr);
}

static int reserve_ring(const struct interp *run, u64 *ret)
{
	struct dynptr dynptr = { 0, 0 };
	u32 size = run->regs[2];

	if (now.nr_rings == RINGS)
		return -ELOOP;
	*ret = (u64)-EINVAL;
	if (size && size <= RING_SIZE && draw() % 4) {
		now.ring[now.nr_rings].size = size;
		dynptr.data = (unsigned long)now.ring[now.nr_rings++].data;
		dynptr.size = size;
		*ret = 0;
	}
	return put_dynptr(run->regs[4], dynptr);
}

/* Gives back what the dynptr in R1 reserved, if anything. */
static int submit_ring(const struct interp *run)
{
	struct dynptr *dynptr = dynptr_at(run, 1);
	u32 i;

	if (!dynptr)
		return -EFAULT;
	for (i = 0; dynptr->data && i < now.nr_rings; i++)
		if (dynptr->data == (unsigned long)now.ring[i].data)
			break;
	if (dynptr->data && (i == now.nr_rings || !now.ring[i].size))
		return -EFAULT;
	if (dynptr->data)
		now.ring[i].size = 0;
	for (i = 0; i < now.nr_made; i++)
		if (now.made[i].at == run->regs[1])
			now.made[i].at = 0;
	return 0;
}

static bool ring_is_empty(void)
{
	u32 i;

	for (i = 0; i < now.nr_rings; i++)
		if (now.ring[i].size)
			return false;
	return true;
}

/* Calls the function in R2 up to @n times, with its number or an element of map R1, and
 * R3; until it returns 1.
 */
static int call_back(struct interp *run, u32 n, bool elems, u64 *ret)
{
	u64 args[5] = { 0 }, again = 0, below = interp_frame_below(run);
	struct claims_place place;
	u32 i, k;
	int err = 0;

	claims_save(&place);
	for (i = 0; !err && i < n && !again; i++) {
		args[0] = elems ? run->regs[1] : i;
		args[1] = elems ? objects.key : run->regs[3];
		args[3] = run->regs[3];
		now.key = draw();
		for (k = 0; elems && k < GEN_MAPS; k++)
			if (run->regs[1] == (unsigned long)objects.maps[k].map)
				args[2] = objects.maps[k].start;
		claims_restore(&place);
		err = interp_callback(run, run->regs[2], args, below, &again);
		if (!err && again > 1)
			err = -EDOM;
	}
	*ret = i;
	return err;
}

/* Memory from R@mem, R@mem+1 bytes of it, and the dynptr at R@reg, from R@reg+1 on. */
static int copy_dynptr(const struct interp *run, int mem, int reg, bool read, u64 *ret)
{
	struct dynptr *dynptr = dynptr_at(run, reg);
	u64 at = run->regs[mem];
	u32 len = run->regs[mem + 1], off = run->regs[reg + 1];
	void *data;

	if (!dynptr || !writable(at, len))
		return -EFAULT;
	*ret = (u64)-EINVAL;
	if (!dynptr->data)
		return 0;
	*ret = (u64)-E2BIG;
	if (len > dynptr->size || off > dynptr->size - len)
		return 0;
	*ret = 0;
	data = (void *)(unsigned long)(dynptr->data + off);
	memmove(read ? (void *)(unsigned long)at : data, read ? data : (void *)(unsigned long)at,
		len);
	return 0;
}

static int slice_dynptr(const struct interp *run, u64 *ret)
{
	struct dynptr *dynptr = dynptr_at(run, 1);
	u32 off = run->regs[2], len = run->regs[3];

	if (!dynptr)
		return -EFAULT;
	*ret = dynptr->data && len <= dynptr->size && off <= dynptr->size - len ?
	       dynptr->data + off : 0;
	if (!*ret)
		return 0;
	if (objects.nr_slices == CLAIMS_SLICES)
		return -ELOOP;
	objects.slices[objects.nr_slices].start = *ret;
	objects.slices[objects.nr_slices++].size = len;
	return 0;
}

/* Which helper: its id as long as the program is as loaded, else the same as at
 * that place of the run before.
 */
static int which_helper(const struct ebpf_insn *insn, u32 *id)
{
	if (nr_helpers == HELPERS_MAX)
		return -ELOOP;
	if (loaded_form)
		helpers[nr_helpers] = insn->imm;
	else if (nr_helpers >= nr_known)
		return -EPROTO;
	*id = helpers[nr_helpers++];
	return 0;
}

static int call_helper(struct interp *run, const struct ebpf_insn *insn, u64 *ret)
{
	u32 id;
	int err = which_helper(insn, &id), i;

	if (err)
		return err;
	switch (id) {
	case EBPF_FUNC_map_lookup_elem:
		err = lookup(run, ret);
		break;
	case EBPF_FUNC_map_update_elem:
		err = update(run, ret);
		break;
	case EBPF_FUNC_probe_read_kernel:
	case EBPF_FUNC_get_current_comm:
		err = fill_memory(run, false, ret);
		break;
	case EBPF_FUNC_probe_read_kernel_str:
		err = fill_memory(run, true, ret);
		break;
	case EBPF_FUNC_dynptr_from_mem:
		err = make_dynptr(run, ret);
		break;
	case EBPF_FUNC_dynptr_read:
		err = copy_dynptr(run, 1, 3, true, ret);
		break;
	case EBPF_FUNC_dynptr_write:
		err = copy_dynptr(run, 3, 1, false, ret);
		break;
	case EBPF_FUNC_ringbuf_reserve_dynptr:
		err = reserve_ring(run, ret);
		break;
	case EBPF_FUNC_ringbuf_submit_dynptr:
	case EBPF_FUNC_ringbuf_discard_dynptr:
		err = submit_ring(run);
		*ret = draw();
		break;
	case EBPF_FUNC_loop:
		*ret = (u64)-E2BIG;
		if ((u32)run->regs[1] <= MAX_LOOPS)
			err = call_back(run, run->regs[1], false, ret);
		break;
	case EBPF_FUNC_for_each_map_elem:
		err = call_back(run, draw() % 4, true, ret);
		break;
	case EBPF_FUNC_dynptr_data:
		err = slice_dynptr(run, ret);
		break;
	case EBPF_FUNC_get_prandom_u32:
		*ret = (u32)draw() >> draw() % 32;
		break;
	default:
		*ret = draw() << (draw() % 30);
	}
	/* Nobody may rely on them; the same in both forms. */
	for (i = 1; i <= 5; i++)
		run->regs[i] = draw();
	return err;
}

static int load_pseudo(struct interp *run, const struct ebpf_insn *insn, u64 *val)
{
	struct fake_map *map = fake_map_of(insn->imm);

	if (insn->src_reg == EBPF_PSEUDO_FUNC) {
		*val = run->pc - 1 + insn->imm;
		return 0;
	}
	*val = (unsigned long)&map->map;
	return map ? 0 : -EINVAL;
}

static const struct interp_ops plain_ops = {
	.helper = call_helper,
	.access = access_ok,
	.ld_pseudo = load_pseudo,
};

static const struct interp_ops checked_ops = {
	.helper = call_helper,
	.access = access_ok,
	.ld_pseudo = load_pseudo,
	.step = claims_step,
};

int world_run(const struct interp_prog *prog, bool loaded, bool claims, u64 *result)
{
	int err;

	now = start;
	memcpy(packet + GUARD, packet_start, packet_len);
	nr_known = loaded ? 0 : nr_helpers;
	nr_helpers = 0;
	objects.nr_slices = 0;
	objects.key = (unsigned long)&now.key;
	loaded_form = loaded;
	memset(&it, 0, sizeof(it));
	it.prog = prog;
	it.ops = claims ? &checked_ops : &plain_ops;
	it.max_steps = 200000;
	claims_start(&objects);
	err = interp_run(&it, objects.ctx, (unsigned long)now.stack + STACK_SIZE, false);
	*result = it.regs[0];
	return !err && !ring_is_empty() ? -EBUSY : err;
}

void world_change(const struct gen *g)
{
	changing = g;
}

u32 world_pc(void)
{
	return it.pc;
}

u64 world_digest(void)
{
	const u8 *p = (const u8 *)now.value;
	u64 sum = 1469598103934665603ULL;
	u32 i;

	for (i = 0; i < sizeof(now.value); i++)
		sum = (sum ^ p[i]) * 1099511628211ULL;
	return sum;
}
