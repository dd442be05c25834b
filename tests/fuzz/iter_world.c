// SPDX-License-Identifier: GPL-2.0-only
/*
 * What iterators over numbers do here: as the kernel's, but that their numbers are not in the
 * stack, so that who reads them too late is seen.
 */
#include "iters.h"

#include <string.h>
#include <ebpf/kfunc.h>
#include "small.h"

#define LIVE	12		/* iterators at a time */
#define SIZE	8
#define MARK	0x4954455220000000ULL
#define GONE	0x5a		/* as what was never written */

static struct {
	u64 at;			/* 0: free */
	u64 mark;		/* what is there */
	s32 cur, end;
	s32 taken;
} live[LIVE];
static u32 made;

struct iters iters;

void iters_reset(void)
{
	memset(live, 0, sizeof(live));
	made = 0;
	iters.err = 0;
}

static u32 find(u64 at)
{
	u32 i;

	for (i = 0; i < LIVE && live[i].at != at; i++)
		;
	return i;
}

static int make(const u64 *regs, u64 *ret, const char **why)
{
	s64 left = (s64)(s32)regs[3] - (s32)regs[2];
	u32 i = find(0);

	if (regs[1] % SIZE || !small_on_stack(regs[1], SIZE) || find(regs[1]) < LIVE) {
		*why = "an iterator is made where there is one, or none can be";
		return -EFAULT;
	}
	if (i == LIVE)
		return -ELOOP;
	*ret = left < 0 ? (u64)-EINVAL : left > EBPF_MAX_LOOPS ? (u64)-E2BIG : 0;
	live[i].at = regs[1];
	live[i].mark = MARK + made++;
	live[i].cur = *ret ? 0 : (s32)regs[2];
	live[i].end = *ret ? 0 : (s32)regs[3];
	memcpy((void *)(unsigned long)regs[1], &live[i].mark, SIZE);
	return 0;
}

static u64 next(u32 i)
{
	if (live[i].cur >= live[i].end) {
		live[i].cur = live[i].end;
		return 0;
	}
	live[i].taken = live[i].cur++;
	return (unsigned long)&live[i].taken;
}

int iters_call(enum iter_op op, const u64 *regs, u64 *ret, const char **why)
{
	u32 i;

	*ret = 0;
	if (op == ITER_OP_NEW)
		return make(regs, ret, why);
	i = regs[1] ? find(regs[1]) : LIVE;
	if (i == LIVE || memcmp((void *)(unsigned long)regs[1], &live[i].mark, SIZE)) {
		*why = "no iterator is there";
		return -EFAULT;
	}
	if (op == ITER_OP_NEXT) {
		*ret = next(i);
		return 0;
	}
	memset((void *)(unsigned long)regs[1], GONE, SIZE);
	live[i].at = 0;
	return 0;
}

bool iters_readable(u64 addr, u64 size)
{
	u64 at;
	u32 i;

	for (i = 0; i < LIVE; i++) {
		at = (unsigned long)&live[i].taken;
		if (live[i].at && addr >= at && size <= sizeof(s32) && addr + size <= at + sizeof(s32))
			return true;
	}
	return false;
}

bool iters_held(void)
{
	u32 i;

	for (i = 0; i < LIVE && !live[i].at; i++)
		;
	return i < LIVE;
}

static u64 compiled(enum iter_op op, u64 r1, u64 r2, u64 r3)
{
	u64 regs[] = { 0, r1, r2, r3 }, ret;
	const char *why;
	int err = iters_call(op, regs, &ret, &why);

	if (err && !iters.err)
		iters.err = err;
	return ret;
}

/* In place of the module's own. */
u64 ebpf_kfunc_iter_num_new(u64 it, u64 start, u64 end, u64 r4, u64 r5)
{
	return compiled(ITER_OP_NEW, it, start, end);
}

u64 ebpf_kfunc_iter_num_next(u64 it, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return compiled(ITER_OP_NEXT, it, 0, 0);
}

u64 ebpf_kfunc_iter_num_destroy(u64 it, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return compiled(ITER_OP_DESTROY, it, 0, 0);
}

enum iter_op iters_op(const struct ebpf_insn *insn, bool rewritten)
{
	static u64 (*const func[ITER_OPS])(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5) = {
		ebpf_kfunc_iter_num_new, ebpf_kfunc_iter_num_next, ebpf_kfunc_iter_num_destroy,
	};
	u64 target = (unsigned long)ebpf_call_base + (s64)insn->imm;
	u32 op;

	if (!rewritten && insn->src_reg != EBPF_PSEUDO_KFUNC_CALL)
		return ITER_OPS;
	for (op = 0; op < ITER_OPS; op++)
		if (rewritten ? (unsigned long)func[op] == target : (u32)insn->imm == iters.id[op])
			break;
	return op;
}
