// SPDX-License-Identifier: GPL-2.0-only
/*
 * fentry, fexit and fmod_ret: programs that get the arguments of a function of the
 * kernel, on kernels that have no trampolines for them. Links; tracing_site.c and
 * tracing_ret.c have what runs at a hit.
 */
#include "kmod/attach/attach.h"
#include "kmod/attach/tracing_internal.h"
#include "kmod/btf/btf.h"
#include "kmod/compat/func_names.h"

#include <linux/mutex.h>

static LIST_HEAD(tracing_links);
/* These, sites, and who attaches. */
static DEFINE_MUTEX(tracing_lock);

static struct tracing_link *tracing_link_of(const struct ebpf_link *link)
{
	return container_of(link, struct tracing_link, link);
}

/* fexit has another way where the trampoline has none; fmod_ret does not, nor do
 * programs that sleep.
 */
static int attach_func(struct tracing_link *tl)
{
	int err = ebpf_site_attach(tl);

	if (err != -ENODEV)
		return err;
	if (tracing_attach_type(tl) != EBPF_TRACE_FEXIT || tl->link.prog->sleepable)
		return -ENOTSUPP;
	return ebpf_tracing_ret_attach(tl);
}

/* As many programs of all kinds as Linux has at a function. */
#define LINKS_MAX	38

static int tracing_attach(struct tracing_link *tl)
{
	const struct tracing_link *other;
	u32 here = 0;
	int err = 0;

	mutex_lock(&tracing_lock);
	/* What a program is attached to was decided when it was loaded. */
	list_for_each_entry(other, &tracing_links, node) {
		if (other->link.prog == tl->link.prog)
			err = -EBUSY;
		here += other->func == tl->func;
	}
	if (!err && here >= LINKS_MAX && !tl->never)
		err = -E2BIG;
	if (!err && !tl->never)
		err = attach_func(tl);
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
		ebpf_site_detach(tl);
	else if (!tl->never)
		ebpf_tracing_ret_detach(tl);
	mutex_unlock(&tracing_lock);
	module_put(tl->mod);
	tl->mod = NULL;
}

static void tracing_slept(struct rcu_head *head)
{
	kfree(container_of(head, struct tracing_link, slept));
}

/* The link reads link->prog before: it is of a failed attempt where that is NULL, and
 * nobody has seen it.
 */
static void tracing_dealloc(struct ebpf_link *link)
{
	struct tracing_link *tl = tracing_link_of(link);

	module_put(tl->mod);
	/* The kernel has its return probe still, which calls nothing of it. */
	if (tl->probe.kept)
		return;
	if (link->prog && link->prog->sleepable)
		ebpf_sleep_call(&tl->slept, tracing_slept);
	else
		kfree(tl);
}

static void tracing_show_fdinfo(const struct ebpf_link *link, struct seq_file *seq)
{
	seq_printf(seq, "attach_type:\t%d\n", link->prog->expected_attach_type);
	if (tracing_link_of(link)->never)
		seq_puts(seq, "called:\tnever\n");
}

static int tracing_fill_info(const struct ebpf_link *link, struct ebpf_link_info *info)
{
	info->tracing.attach_type = link->prog->expected_attach_type;
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

static int module_func_find(const struct module *mod, const char *func, unsigned long *addr)
{
	char *name = kasprintf(GFP_KERNEL, "%s:%s", mod->name, func);
	int err = name ? ebpf_compat_func_find(name, addr) : -ENOMEM;

	kfree(name);
	return err;
}

/* Types may name what a later kernel has: another name, or nothing that is called here. */
static int find_by_table(struct tracing_link *tl, const char *name)
{
	switch (ebpf_compat_func_by_table(name, &tl->func)) {
	case COMPAT_FUNC_RENAMED:
		return 0;
	case COMPAT_FUNC_NEVER:
		tl->never = true;
		tl->func = 0;
		return 0;
	default:
		return -ENOENT;
	}
}

/* BTF of the kernel tells of the kernel's own functions, a module's of the module's. One
 * of the same name elsewhere is another function.
 */
static int find_func(struct tracing_link *tl, const struct ebpf_prog *prog)
{
	const char *name = prog->image.target.name;
	int err = 0;

	/* A hook's own BTF may be this module's; the function is the kernel's. */
	if (prog->type != EBPF_PROG_TYPE_LSM)
		err = ebpf_btf_module_get(prog->attach_btf, &tl->mod);
	if (err)
		return err;
	err = tl->mod ? module_func_find(tl->mod, name, &tl->func) :
			ebpf_compat_func_find(name, &tl->func);
	if (err == -ENOENT && !tl->mod)
		err = find_by_table(tl, name);
	if (err || tl->never)
		return err;
	return compat_is_module_addr(tl->func) == !!tl->mod ? 0 : -ENOENT;
}

bool ebpf_attach_can_modify(void)
{
	return compat_trampoline();
}

int ebpf_tracing_open(struct ebpf_prog *prog, u64 cookie)
{
	struct ebpf_link_primer primer;
	struct tracing_link *tl;
	int err;

	switch (prog->expected_attach_type) {
	case EBPF_TRACE_FENTRY:
	case EBPF_TRACE_FEXIT:
	case EBPF_MODIFY_RETURN:
	case EBPF_LSM_MAC:
		break;
	default:
		return -EINVAL;
	}
	tl = kzalloc(sizeof(*tl), GFP_KERNEL);
	if (!tl)
		return -ENOMEM;
	tl->cookie = cookie;
	tl->ret_size = prog->image.target.ret_size;
	/* A hook's result is an int, whatever is above it; fmod_ret's is as wide as registers are. */
	tl->decides = prog->type == EBPF_PROG_TYPE_LSM ? U32_MAX : U64_MAX;
	ebpf_args_layout(&tl->layout, &prog->image.target);
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
