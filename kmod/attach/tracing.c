// SPDX-License-Identifier: GPL-2.0-only
/*
 * fentry and fexit: programs that get the arguments of a function of the kernel,
 * on kernels that have no trampolines for them.
 *
 * All entries share one ftrace handler, which finds the programs of a function by
 * its address: ftrace costs less at a hit than a kprobe does. What ftrace cannot
 * reach gets a kprobe. Returns are followed by return probes, which remember the
 * arguments.
 */
#include "kmod/attach/attach.h"
#include "kmod/btf.h"
#include "kmod/compat/ftrace.h"
#include "kmod/compat/perf.h"
#include "kmod/link.h"
#include "kmod/run_inline.h"

#include <linux/mutex.h>
#include <linux/rculist.h>

#define REG_ARGS	6
/* Structs passed by value take two. */
#define MAX_SLOTS	(2 * EBPF_TRACING_MAX_ARGS)
/* Calls that a return probe follows at a time. What is left over is missed, and
 * functions that sleep keep many of them for long.
 */
#define MAXACTIVE_MIN	128
#define MAXACTIVE_CPU	8

/* Where a word of the context comes from. */
struct arg_slot {
	u16 off;	/* in struct pt_regs, or from the stack pointer */
	bool stack;
};

struct arg_layout {
	u32 nr;
	bool in_regs;			/* all, which is in the order of the registers */
	u64 mask[MAX_SLOTS];		/* what belongs to the argument */
	struct arg_slot slot[MAX_SLOTS];
};

/* What programs see: the number of slots, then their context: slots and result. */
struct args_record {
	u64 nr;
	u64 ctx[MAX_SLOTS + 1];
};

/* A function with fentry programs. */
struct entry_site {
	struct hlist_node node;		/* of entry_sites */
	unsigned long place;		/* as the ftrace handler is told */
	struct hlist_head links;
	struct arg_layout layout;
	bool by_kprobe;
	struct kprobe kp;
};

struct tracing_link {
	struct ebpf_link link;
	struct list_head node;		/* of tracing_links */
	u64 cookie;
	unsigned long func;
	struct module *mod;		/* whose function it is, with a reference; NULL */
	struct entry_site *site;	/* fentry */
	struct hlist_node site_node;
	struct kretprobe rp;		/* fexit */
	struct arg_layout layout;
	u64 ret_mask;
};

#define SITE_BITS	8
static struct hlist_head entry_sites[1 << SITE_BITS];
static LIST_HEAD(tracing_links);
/* Both, and who attaches. Handlers read sites with preemption off. */
static DEFINE_MUTEX(tracing_lock);

static struct tracing_link *tracing_link_of(const struct ebpf_link *link)
{
	return container_of(link, struct tracing_link, link);
}

/*
 * Arguments
 */

static u64 bytes_mask(u32 bytes)
{
	return bytes >= 8 ? U64_MAX : (1ULL << (8 * bytes)) - 1;
}

static const u16 arg_regs[REG_ARGS] = {
	offsetof(struct pt_regs, di), offsetof(struct pt_regs, si),
	offsetof(struct pt_regs, dx), offsetof(struct pt_regs, cx),
	offsetof(struct pt_regs, r8), offsetof(struct pt_regs, r9),
};

/* The calling convention of x86_64: what does not fit the registers as a whole is on
 * the stack as a whole, above the return address; what follows may still fit.
 */
static void layout_make(struct arg_layout *layout, const struct ebpf_attach_target *target)
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

static __always_inline void args_fetch_each(const struct arg_layout *layout,
					    struct args_record *rec, const struct pt_regs *regs)
{
	u32 i;

	for (i = 0; i < layout->nr; i++) {
		const struct arg_slot *slot = &layout->slot[i];
		const u8 *base = slot->stack ? (const u8 *)regs->sp : (const u8 *)regs;

		rec->ctx[i] = *(const u64 *)(base + slot->off) & layout->mask[i];
	}
}

/* At the entry of the function. Room for all registers is there, and copying those
 * that are no argument costs less than counting.
 */
static __always_inline void args_fetch(const struct arg_layout *layout, struct args_record *rec,
				       const struct pt_regs *regs)
{
	rec->nr = layout->nr;
	if (unlikely(!layout->in_regs)) {
		args_fetch_each(layout, rec, regs);
		return;
	}
	rec->ctx[0] = regs->di & layout->mask[0];
	rec->ctx[1] = regs->si & layout->mask[1];
	rec->ctx[2] = regs->dx & layout->mask[2];
	rec->ctx[3] = regs->cx & layout->mask[3];
	rec->ctx[4] = regs->r8 & layout->mask[4];
	rec->ctx[5] = regs->r9 & layout->mask[5];
}

/* Preemption is off. Recursion into the same program ends in here. */
static __always_inline void tracing_fire(struct tracing_link *tl, const struct args_record *rec,
					 struct pt_regs *regs)
{
	struct ebpf_run_ctx rctx COMPAT_UNINIT;

	ebpf_run_ctx_init(&rctx, regs, tl->cookie, tl->func, NULL);
	ebpf_prog_run_inline(tl->link.prog, rec->ctx, &rctx);
}

/*
 * Entries
 */

static __always_inline struct hlist_head *site_head(unsigned long place)
{
	/* Functions are aligned to 16 bytes. */
	return &entry_sites[(place >> 4) & ((1 << SITE_BITS) - 1)];
}

static __always_inline struct entry_site *site_find(unsigned long place)
{
	struct entry_site *site;

	hlist_for_each_entry_rcu_notrace(site, site_head(place), node)
		if (site->place == place)
			return site;
	return NULL;
}

static __always_inline void site_fire(struct entry_site *site, struct pt_regs *regs)
{
	struct args_record rec COMPAT_UNINIT;
	struct tracing_link *tl;

	args_fetch(&site->layout, &rec, regs);
	hlist_for_each_entry_rcu_notrace(tl, &site->links, site_node)
		tracing_fire(tl, &rec, regs);
}

/* Until a program is known to run, a function called from here that is traced itself
 * would recurse without end: nothing but inline functions, and notrace ones.
 */
static __always_inline void entry_hit(unsigned long place, struct pt_regs *regs)
{
	struct entry_site *site;

	preempt_disable_notrace();
	if (likely(compat_rcu_watching())) {
		site = site_find(place);
		if (site)
			site_fire(site, regs);
	}
	preempt_enable_notrace();
}

COMPAT_FTRACE_DEFINE(entry_ftrace, entry_hit);

static int entry_kprobe(struct kprobe *kp, struct pt_regs *regs)
{
	site_fire(container_of(kp, struct entry_site, kp), regs);
	return 0;
}

static int site_arm(struct entry_site *site)
{
	int err;

	err = ebpf_compat_ftrace_add(&entry_ftrace, site->place);
	if (err != -EINVAL && err != -ENODEV)
		return err;
	site->kp.addr = (kprobe_opcode_t *)site->place;
	site->kp.pre_handler = entry_kprobe;
	site->by_kprobe = true;
	return register_kprobe(&site->kp);
}

static void site_disarm(struct entry_site *site)
{
	if (site->by_kprobe)
		unregister_kprobe(&site->kp);
	else
		ebpf_compat_ftrace_del(&entry_ftrace, site->place);
}

/* A site is complete before the first hit can find it. */
static int entry_attach_first(struct tracing_link *tl, unsigned long place)
{
	struct entry_site *site = kzalloc(sizeof(*site), GFP_KERNEL);
	int err;

	if (!site)
		return -ENOMEM;
	site->place = place;
	site->layout = tl->layout;
	hlist_add_head_rcu(&tl->site_node, &site->links);
	hlist_add_head_rcu(&site->node, site_head(place));
	err = site_arm(site);
	if (!err) {
		tl->site = site;
		return 0;
	}
	hlist_del_rcu(&site->node);
	compat_synchronize_rcu_sched();
	kfree(site);
	return err;
}

static int entry_attach(struct tracing_link *tl)
{
	unsigned long place = ebpf_compat_ftrace_place(tl->func);
	struct entry_site *site = site_find(place);

	if (!site)
		return entry_attach_first(tl, place);
	/* The latest runs first, as in Linux. */
	hlist_add_head_rcu(&tl->site_node, &site->links);
	tl->site = site;
	return 0;
}

static void entry_detach(struct tracing_link *tl)
{
	struct entry_site *site = tl->site;
	bool last;

	hlist_del_rcu(&tl->site_node);
	last = hlist_empty(&site->links);
	if (last) {
		site_disarm(site);
		hlist_del_rcu(&site->node);
	}
	compat_synchronize_rcu_sched();
	if (last)
		kfree(site);
}

/*
 * Returns
 */

static int exit_entry(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct kretprobe *rp = compat_get_kretprobe(ri);

	if (!rp)
		return 1;
	args_fetch(&container_of(rp, struct tracing_link, rp)->layout, (void *)ri->data, regs);
	return 0;
}

static int exit_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct kretprobe *rp = compat_get_kretprobe(ri);
	struct args_record *rec = (void *)ri->data;
	struct tracing_link *tl;

	/* The probe may be going away under calls that it still follows. */
	if (!rp)
		return 0;
	tl = container_of(rp, struct tracing_link, rp);
	rec->ctx[tl->layout.nr] = regs->ax & tl->ret_mask;
	tracing_fire(tl, rec, regs);
	return 0;
}

static int exit_attach(struct tracing_link *tl)
{
	struct kretprobe *rp = &tl->rp;

	rp->kp.addr = (kprobe_opcode_t *)tl->func;
	rp->entry_handler = exit_entry;
	rp->handler = exit_return;
	rp->data_size = offsetof(struct args_record, ctx) +
			(max_t(u32, REG_ARGS, tl->layout.nr) + 1) * sizeof(u64);
	rp->maxactive = max_t(int, MAXACTIVE_MIN, MAXACTIVE_CPU * num_possible_cpus());
	return register_kretprobe(rp);
}

static void exit_detach(struct tracing_link *tl)
{
	unregister_kretprobe(&tl->rp);
	if (tl->link.prog->stats)
		this_cpu_add(tl->link.prog->stats->misses, tl->rp.nmissed + tl->rp.kp.nmissed);
}

/*
 * The link
 */

static u32 attach_type(const struct ebpf_link *link)
{
	return link->prog->expected_attach_type;
}

static int tracing_attach(struct tracing_link *tl)
{
	const struct tracing_link *other;
	int err = 0;

	mutex_lock(&tracing_lock);
	/* What a program is attached to was decided when it was loaded. */
	list_for_each_entry(other, &tracing_links, node)
		if (other->link.prog == tl->link.prog)
			err = -EBUSY;
	if (!err)
		err = attach_type(&tl->link) == EBPF_TRACE_FENTRY ? entry_attach(tl) :
								    exit_attach(tl);
	if (!err)
		list_add_tail(&tl->node, &tracing_links);
	mutex_unlock(&tracing_lock);
	return err;
}

static void tracing_release(struct ebpf_link *link)
{
	struct tracing_link *tl = tracing_link_of(link);

	mutex_lock(&tracing_lock);
	list_del(&tl->node);
	if (tl->site)
		entry_detach(tl);
	else
		exit_detach(tl);
	mutex_unlock(&tracing_lock);
	module_put(tl->mod);
	tl->mod = NULL;
}

static void tracing_dealloc(struct ebpf_link *link)
{
	module_put(tracing_link_of(link)->mod);
	kfree(tracing_link_of(link));
}

static void tracing_show_fdinfo(const struct ebpf_link *link, struct seq_file *seq)
{
	seq_printf(seq, "attach_type:\t%d\n", attach_type(link));
}

static int tracing_fill_info(const struct ebpf_link *link, struct ebpf_link_info *info)
{
	info->tracing.attach_type = attach_type(link);
	info->tracing.target_obj_id = link->prog->attach_btf->id;
	info->tracing.target_btf_id = link->prog->attach_btf_id;
	return 0;
}

static const struct ebpf_link_ops tracing_link_ops = {
	.release = tracing_release,
	.dealloc = tracing_dealloc,
	.fill_info = tracing_fill_info,
	.show_fdinfo = tracing_show_fdinfo,
};

static unsigned long module_func_addr(const struct module *mod, const char *func)
{
	char *name = kasprintf(GFP_KERNEL, "%s:%s", mod->name, func);
	unsigned long addr = name ? ebpf_compat_func_addr(name) : 0;

	kfree(name);
	return addr;
}

/* BTF of the kernel tells of the kernel's own functions, a module's of the module's. One
 * of the same name elsewhere is another function.
 */
static int find_func(struct tracing_link *tl, const struct ebpf_prog *prog)
{
	const char *name = prog->image.target.name;
	int err = ebpf_btf_module_get(prog->attach_btf, &tl->mod);

	if (err)
		return err;
	tl->func = tl->mod ? module_func_addr(tl->mod, name) : ebpf_compat_func_addr(name);
	return tl->func && compat_is_module_addr(tl->func) == !!tl->mod ? 0 : -ENOENT;
}

int ebpf_tracing_open(struct ebpf_prog *prog, u64 cookie)
{
	struct ebpf_link_primer primer;
	struct tracing_link *tl;
	int err;

	if (prog->expected_attach_type != EBPF_TRACE_FENTRY &&
	    prog->expected_attach_type != EBPF_TRACE_FEXIT)
		return -EINVAL;
	tl = kzalloc(sizeof(*tl), GFP_KERNEL);
	if (!tl)
		return -ENOMEM;
	tl->cookie = cookie;
	/* A result is passed on as it is, as in Linux. */
	tl->ret_mask = prog->image.target.ret_size ? U64_MAX : 0;
	layout_make(&tl->layout, &prog->image.target);
	err = find_func(tl, prog);
	if (err)
		goto free;
	ebpf_link_init(&tl->link, EBPF_LINK_TYPE_TRACING, &tracing_link_ops, prog);
	err = ebpf_link_prime(&tl->link, &primer);
	if (err)
		goto free;
	err = tracing_attach(tl);
	if (err) {
		ebpf_link_cleanup(&primer);
		return err;
	}
	return ebpf_link_settle(&primer);

free:
	module_put(tl->mod);
	kfree(tl);
	return err;
}
