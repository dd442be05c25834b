// SPDX-License-Identifier: GPL-2.0-only
/*
 * Raw tracepoints: the program gets the arguments of the tracepoint.
 *
 * One C function serves tracepoints of any signature: what exceeds the real
 * arguments is read from the caller's stack and means nothing. A function for
 * each count spares those that read few arguments the copying of many.
 */
#include "kmod/attach/attach.h"
#include "kmod/btf/btf.h"
#include "kmod/compat/tracepoint.h"
#include "kmod/events/own.h"
#include "kmod/link/link.h"
#include "kmod/prog/run_inline.h"
#include "kmod/prog/tail.h"

#include <ebpf/ctx.h>

struct raw_tp_link {
	struct ebpf_link link;
	struct ebpf_prog *prog;	/* link's; NULL: the kernel would not give the probe back */
	struct compat_tracepoint tp;
	struct ebpf_place place;	/* of writable programs */
	struct module *mod;	/* typed: whose tracepoint it is, with a reference; NULL */
	void *probe;
	u64 mask[EBPF_RAW_TP_MAX_ARGS];	/* typed: what belongs to each argument */
	char name[];
};

static struct raw_tp_link *raw_tp_link_of(const struct ebpf_link *link)
{
	return container_of(link, struct raw_tp_link, link);
}

/*
 * Probes
 */

/* Recursion into the same program ends in ebpf_prog_run_inline(). */
static __always_inline void raw_tp_fire(struct raw_tp_link *rl, const u64 *args)
{
	struct ebpf_run_ctx rctx COMPAT_UNINIT;
	struct ebpf_prog *prog;

	compat_tracepoint_enter();
	prog = READ_ONCE(rl->prog);
	if (likely(prog && compat_rcu_watching())) {
		ebpf_run_ctx_init(&rctx, NULL, 0, 0, NULL);
		/* The probe's: this is inlined into it. */
		rctx.frame = __builtin_frame_address(0);
		ebpf_prog_run_inline(prog, args, &rctx);
	}
	compat_tracepoint_leave();
}

/* Arguments narrower than a register come with rubbish above them. */
static __always_inline void raw_tp_fire_typed(struct raw_tp_link *rl, u64 *args, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++)
		args[i] &= rl->mask[i];
	raw_tp_fire(rl, args);
}

#define PARAMS_1	u64 a1
#define PARAMS_2	PARAMS_1, u64 a2
#define PARAMS_3	PARAMS_2, u64 a3
#define PARAMS_4	PARAMS_3, u64 a4
#define PARAMS_5	PARAMS_4, u64 a5
#define PARAMS_6	PARAMS_5, u64 a6
#define PARAMS_7	PARAMS_6, u64 a7
#define PARAMS_8	PARAMS_7, u64 a8
#define PARAMS_9	PARAMS_8, u64 a9
#define PARAMS_10	PARAMS_9, u64 a10
#define PARAMS_11	PARAMS_10, u64 a11
#define PARAMS_12	PARAMS_11, u64 a12
#define ARGS_1		a1
#define ARGS_2		ARGS_1, a2
#define ARGS_3		ARGS_2, a3
#define ARGS_4		ARGS_3, a4
#define ARGS_5		ARGS_4, a5
#define ARGS_6		ARGS_5, a6
#define ARGS_7		ARGS_6, a7
#define ARGS_8		ARGS_7, a8
#define ARGS_9		ARGS_8, a9
#define ARGS_10		ARGS_9, a10
#define ARGS_11		ARGS_10, a11
#define ARGS_12		ARGS_11, a12

#define RAW_TP_PROBE(n)							\
	static void raw_tp_probe_##n(void *data, PARAMS_##n)		\
	{								\
		u64 args[] = { ARGS_##n };				\
									\
		raw_tp_fire(data, args);				\
	}								\
									\
	static void raw_tp_typed_##n(void *data, PARAMS_##n)		\
	{								\
		u64 args[] = { ARGS_##n };				\
									\
		raw_tp_fire_typed(data, args, n);			\
	}

RAW_TP_PROBE(1)
RAW_TP_PROBE(2)
RAW_TP_PROBE(3)
RAW_TP_PROBE(4)
RAW_TP_PROBE(5)
RAW_TP_PROBE(6)
RAW_TP_PROBE(7)
RAW_TP_PROBE(8)
RAW_TP_PROBE(9)
RAW_TP_PROBE(10)
RAW_TP_PROBE(11)
RAW_TP_PROBE(12)

/* A tracepoint of two arguments, in front of which programs expect one more. */
static void raw_tp_probe_shifted(void *data, PARAMS_2)
{
	u64 args[EBPF_RAW_TP_MAX_ARGS] = { 0, a1, a2 };

	raw_tp_fire(data, args);
}

static void *const raw_tp_probes[EBPF_RAW_TP_MAX_ARGS] = {
	raw_tp_probe_1, raw_tp_probe_2, raw_tp_probe_3, raw_tp_probe_4,
	raw_tp_probe_5, raw_tp_probe_6, raw_tp_probe_7, raw_tp_probe_8,
	raw_tp_probe_9, raw_tp_probe_10, raw_tp_probe_11, raw_tp_probe_12,
};

static void *const raw_tp_typed[EBPF_RAW_TP_MAX_ARGS] = {
	raw_tp_typed_1, raw_tp_typed_2, raw_tp_typed_3, raw_tp_typed_4,
	raw_tp_typed_5, raw_tp_typed_6, raw_tp_typed_7, raw_tp_typed_8,
	raw_tp_typed_9, raw_tp_typed_10, raw_tp_typed_11, raw_tp_typed_12,
};

/* tp_btf programs know their arguments. NULL: one is not passed in a register. */
static void *raw_tp_typed_for(const struct ebpf_attach_target *target, u64 *mask)
{
	bool narrow = false;
	u32 i;

	for (i = 0; i < target->nr_args; i++) {
		u32 size = target->arg_size[i];

		if (size > sizeof(u64))
			return NULL;
		mask[i] = size == sizeof(u64) ? U64_MAX : (1ULL << (8 * size)) - 1;
		narrow |= size < sizeof(u64);
	}
	i = target->nr_args ? target->nr_args - 1 : 0;
	return narrow ? raw_tp_typed[i] : raw_tp_probes[i];
}

/* The least that copies all the program reads. NULL: it reads too far. */
static void *raw_tp_probe_for(const struct ebpf_prog *prog)
{
	u32 nr_args = DIV_ROUND_UP(prog->image.max_ctx_offset, 8);

	if (nr_args > EBPF_RAW_TP_MAX_ARGS)
		return NULL;
	/* Programs that it calls may read all. */
	if (prog->image.has_tail_call)
		nr_args = EBPF_RAW_TP_MAX_ARGS;
	return raw_tp_probes[nr_args ? nr_args - 1 : 0];
}

static void *raw_tp_choose(struct raw_tp_link *rl, const struct ebpf_prog *prog)
{
	void *probe = prog->type == EBPF_PROG_TYPE_TRACING ?
		      raw_tp_typed_for(&prog->image.target, rl->mask) : raw_tp_probe_for(prog);

	if (probe && ebpf_compat_tracepoint_lacks_first(rl->name))
		return raw_tp_probe_shifted;
	return probe;
}

/* Tracepoints whose first argument is a buffer that programs may write to: bytes of it,
 * as every kernel has them that has the tracepoint.
 */
static u32 raw_tp_writable_size(const char *name)
{
	if (!strcmp(name, "bpf_test_finish"))
		return 4;
	return strcmp(name, "nbd_send_request") ? 0 : 28;
}

/* Programs of no other type write to what a tracepoint is given. */
static int raw_tp_claim(struct raw_tp_link *rl, struct ebpf_prog *prog)
{
	const struct ebpf_demand allows = {
		.tp_access = raw_tp_writable_size(rl->name),
		.callchain = true,
	};

	if (prog->type != EBPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE)
		return 0;
	return ebpf_place_claim(&rl->place, prog, &allows);
}

/*
 * The link
 */

static void raw_tp_release(struct ebpf_link *link)
{
	struct raw_tp_link *rl = raw_tp_link_of(link);

	bool kept = !ebpf_compat_tracepoint_unregister(&rl->tp, rl->probe, rl);

	ebpf_own_settle(rl->name);
	if (kept)
		WRITE_ONCE(rl->prog, NULL);
	/* Nobody may be in the probe when the link is freed. */
	tracepoint_synchronize_unregister();
	ebpf_place_release(&rl->place);
	if (kept)
		return;
	ebpf_compat_tracepoint_put(&rl->tp);
	module_put(rl->mod);
	rl->mod = NULL;
}

static void raw_tp_dealloc(struct ebpf_link *link)
{
	struct raw_tp_link *rl = raw_tp_link_of(link);

	/* Of a link that failed no probe was registered, and it has no program. */
	if (link->prog && !rl->prog)
		return;
	module_put(rl->mod);
	kfree(rl);
}

static void raw_tp_show_fdinfo(const struct ebpf_link *link, struct seq_file *seq)
{
	seq_printf(seq, "tp_name:\t%s\n", raw_tp_link_of(link)->name);
}

/* The caller's buffer gets as much of the name as fits, always terminated. */
static int raw_tp_copy_name(const char *name, char __user *ubuf, u32 ulen)
{
	size_t len = strlen(name);

	if (ulen > len)
		return copy_to_user(ubuf, name, len + 1) ? -EFAULT : 0;
	if (copy_to_user(ubuf, name, ulen - 1) || put_user('\0', ubuf + ulen - 1))
		return -EFAULT;
	return -ENOSPC;
}

static int raw_tp_fill_info(const struct ebpf_link *link, struct ebpf_link_info *info)
{
	const char *name = raw_tp_link_of(link)->name;
	char __user *ubuf = (char __user *)(unsigned long)info->raw_tracepoint.tp_name;
	u32 ulen = info->raw_tracepoint.tp_name_len;

	if (!ulen != !ubuf)
		return -EINVAL;
	info->raw_tracepoint.tp_name_len = strlen(name) + 1;
	return ubuf ? raw_tp_copy_name(name, ubuf, ulen) : 0;
}

static const struct ebpf_link_ops raw_tp_link_ops = {
	.release = raw_tp_release,
	.dealloc = raw_tp_dealloc,
	.fill_info = raw_tp_fill_info,
	.show_fdinfo = raw_tp_show_fdinfo,
};

const char *ebpf_raw_tp_name(const struct ebpf_link *link)
{
	return link->ops == &raw_tp_link_ops ? raw_tp_link_of(link)->name : NULL;
}

/* Of a tracepoint of ours the hooks are in place when it returns. */
static int raw_tp_register(struct raw_tp_link *rl)
{
	int err = ebpf_compat_tracepoint_register(&rl->tp, rl->probe, rl);

	if (err)
		return err;
	err = ebpf_own_settle(rl->name);
	/* A probe that the kernel keeps needs the link: one that never fires, then. */
	if (!err || !ebpf_compat_tracepoint_unregister(&rl->tp, rl->probe, rl))
		return 0;
	ebpf_own_settle(rl->name);
	tracepoint_synchronize_unregister();
	return err;
}

int ebpf_raw_tp_open(struct ebpf_prog *prog, const char *name)
{
	struct ebpf_link_primer primer;
	struct raw_tp_link *rl;
	int err;

	rl = kzalloc(sizeof(*rl) + strlen(name) + 1, GFP_KERNEL);
	if (!rl)
		return -ENOMEM;
	strcpy(rl->name, name);
	err = raw_tp_claim(rl, prog);
	if (err)
		goto free;
	err = -EINVAL;
	rl->probe = raw_tp_choose(rl, prog);
	if (!rl->probe)
		goto free;
	err = ebpf_btf_module_get(prog->attach_btf, &rl->mod);
	if (err)
		goto free;
	err = ebpf_own_settle(rl->name);
	if (err)
		goto free;
	err = ebpf_compat_tracepoint_find(rl->name, &rl->tp);
	if (err)
		goto free;
	rl->prog = prog;
	ebpf_link_init(&rl->link, EBPF_LINK_TYPE_RAW_TRACEPOINT, &raw_tp_link_ops, prog);
	err = ebpf_link_prime(&rl->link, &primer);
	if (err) {
		ebpf_compat_tracepoint_put(&rl->tp);
		goto free;
	}
	err = raw_tp_register(rl);
	if (err) {
		ebpf_compat_tracepoint_put(&rl->tp);
		/* The program is the caller's again. */
		ebpf_place_release(&rl->place);
		ebpf_link_cleanup(&primer);
		return err;
	}
	return ebpf_link_settle(&primer);

free:
	ebpf_place_release(&rl->place);
	module_put(rl->mod);
	kfree(rl);
	return err;
}
