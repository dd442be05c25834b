// SPDX-License-Identifier: GPL-2.0-only
#include "world.h"

#include <string.h>
#include <sys/mman.h>
#include <fake_map.h>
#include "claims.h"

#define GUARD		64		/* bytes around each object */
#define STACK_SIZE	(3 * EBPF_MAX_STACK)
#define PACKET_MAX	64
#define HELPERS_MAX	4096		/* calls in one run */

struct contents {
	u64 ctx[GEN_CTX_SIZE / 8];
	u8 guard1[GUARD];
	u8 value[GEN_MAPS][48 + GUARD];
	u8 guard2[GUARD];
	u64 stack[STACK_SIZE / 8];
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

bool world_init(struct gen *g)
{
	u32 i;

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
	return within(addr, size, stack, stack + STACK_SIZE) ||
	       (is_xdp && within(addr, size, objects.packet, objects.packet_end));
}

static bool access_ok(struct interp *run, u64 addr, u32 size, bool write)
{
	return writable(addr, size) ||
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
	case EBPF_FUNC_get_prandom_u32:
		*ret = (u32)draw();
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
	loaded_form = loaded;
	memset(&it, 0, sizeof(it));
	it.prog = prog;
	it.ops = claims ? &checked_ops : &plain_ops;
	it.max_steps = 200000;
	claims_start(&objects);
	err = interp_run(&it, objects.ctx, (unsigned long)now.stack + STACK_SIZE, false);
	*result = it.regs[0];
	return err;
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
