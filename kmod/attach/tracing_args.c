// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where a function's arguments are, by the calling convention of x86_64.
 */
#include "kmod/attach/tracing_internal.h"

static u64 bytes_mask(u32 bytes)
{
	return bytes >= 8 ? U64_MAX : (1ULL << (8 * bytes)) - 1;
}

static const u16 arg_regs[REG_ARGS] = {
	offsetof(struct pt_regs, di), offsetof(struct pt_regs, si),
	offsetof(struct pt_regs, dx), offsetof(struct pt_regs, cx),
	offsetof(struct pt_regs, r8), offsetof(struct pt_regs, r9),
};

/* What does not fit the registers as a whole is on the stack as a whole, above the
 * return address; what follows may still fit.
 */
void ebpf_args_layout(struct arg_layout *layout, const struct ebpf_attach_target *target)
{
	u32 reg = 0, word = 1, i, k, words;

	layout->in_regs = true;
	for (i = 0; i < target->nr_args; i++) {
		u32 size = target->arg_size[i];
		bool stack;

		words = DIV_ROUND_UP(size, 8);
		stack = reg + words > REG_ARGS;
		for (k = 0; k < words && layout->nr < MAX_SLOTS; k++) {
			struct arg_slot *slot = &layout->slot[layout->nr];

			slot->stack = stack;
			slot->off = stack ? 8 * word++ : arg_regs[reg++];
			layout->mask[layout->nr++] = bytes_mask(size - 8 * k);
		}
		layout->in_regs &= !stack;
	}
}

void notrace ebpf_args_fetch_each(const struct arg_layout *layout, struct args_record *rec,
				  const struct pt_regs *regs)
{
	u32 i;

	for (i = 0; i < layout->nr; i++) {
		const struct arg_slot *slot = &layout->slot[i];
		const u8 *base = slot->stack ? (const u8 *)regs->sp : (const u8 *)regs;

		rec->ctx[i] = *(const u64 *)(base + slot->off) & layout->mask[i];
	}
}
