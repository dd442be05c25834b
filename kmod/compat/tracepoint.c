// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/compat/keep.h"
#include "kmod/compat/tracepoint.h"

#include <linux/delay.h>

#ifdef HAVE_TRACEPOINT_BY_NAME

/* Registering for a name that nothing bears succeeds, so look first. */
int ebpf_compat_tracepoint_find(const char *name, struct compat_tracepoint *ct)
{
	struct tracepoint_iter iter;
	int err = -ENOENT;

	tracepoint_iter_reset(&iter);
	tracepoint_iter_start(&iter);
	while (iter.tracepoint) {
		if (!strcmp((*iter.tracepoint)->name, name)) {
			err = 0;
			break;
		}
		tracepoint_iter_next(&iter);
	}
	tracepoint_iter_stop(&iter);
	ct->name = name;
	ct->tp = NULL;
	ct->owner = NULL;
	return err;
}

int ebpf_compat_tracepoint_register(struct compat_tracepoint *ct, void *probe, void *data)
{
	return tracepoint_probe_register(ct->name, probe, data);
}

static int probe_unregister(struct compat_tracepoint *ct, void *probe, void *data)
{
	return tracepoint_probe_unregister(ct->name, probe, data);
}

int ebpf_compat_tracepoint_init(void)
{
	return 0;
}

void ebpf_compat_tracepoint_exit(void)
{
}

#else /* by struct tracepoint */

#ifdef HAVE_TRACEPOINT_PTR_DEREF
#define MOD_TRACEPOINT(mod, i)	tracepoint_ptr_deref(&(mod)->tracepoints_ptrs[i])
#else
#define MOD_TRACEPOINT(mod, i)	((mod)->tracepoints_ptrs[i])
#endif

/* Loaded modules that have tracepoints. */
struct tp_mod {
	struct list_head node;
	struct module *mod;
};

static LIST_HEAD(tp_mods);
static DEFINE_MUTEX(tp_mods_lock);

static void find_one(struct tracepoint *tp, void *priv)
{
	struct compat_tracepoint *ct = priv;

	if (!ct->tp && !strcmp(tp->name, ct->name))
		ct->tp = tp;
}

#ifdef CONFIG_MODULES
static void find_in_modules(struct compat_tracepoint *ct)
{
	struct tp_mod *tm;
	unsigned int i;

	mutex_lock(&tp_mods_lock);
	list_for_each_entry(tm, &tp_mods, node) {
		for (i = 0; i < tm->mod->num_tracepoints && !ct->tp; i++)
			find_one(MOD_TRACEPOINT(tm->mod, i), ct);
		if (!ct->tp)
			continue;
		if (try_module_get(tm->mod))
			ct->owner = tm->mod;
		else
			ct->tp = NULL;
		break;
	}
	mutex_unlock(&tp_mods_lock);
}

static int tp_mod_coming(struct module *mod)
{
	struct tp_mod *tm = kzalloc(sizeof(*tm), GFP_KERNEL);

	if (!tm)
		return NOTIFY_OK;	/* its tracepoints will not be found */
	tm->mod = mod;
	mutex_lock(&tp_mods_lock);
	list_add(&tm->node, &tp_mods);
	mutex_unlock(&tp_mods_lock);
	return NOTIFY_OK;
}

static void tp_mod_going(struct module *mod)
{
	struct tp_mod *tm, *next;

	mutex_lock(&tp_mods_lock);
	list_for_each_entry_safe(tm, next, &tp_mods, node) {
		if (mod && tm->mod != mod)
			continue;
		list_del(&tm->node);
		kfree(tm);
	}
	mutex_unlock(&tp_mods_lock);
}

static int tp_mod_notify(struct notifier_block *nb, unsigned long action, void *data)
{
	struct tp_module *tp_mod = data;

	if (action == MODULE_STATE_COMING)
		return tp_mod_coming(tp_mod->mod);
	if (action == MODULE_STATE_GOING)
		tp_mod_going(tp_mod->mod);
	return NOTIFY_OK;
}

static struct notifier_block tp_mod_nb = {
	.notifier_call = tp_mod_notify,
};

int ebpf_compat_tracepoint_init(void)
{
	return register_tracepoint_module_notifier(&tp_mod_nb);
}

void ebpf_compat_tracepoint_exit(void)
{
	unregister_tracepoint_module_notifier(&tp_mod_nb);
	tp_mod_going(NULL);
}
#else
static void find_in_modules(struct compat_tracepoint *ct)
{
}

int ebpf_compat_tracepoint_init(void)
{
	return 0;
}

void ebpf_compat_tracepoint_exit(void)
{
}
#endif

int ebpf_compat_tracepoint_find(const char *name, struct compat_tracepoint *ct)
{
	ct->name = name;
	ct->tp = NULL;
	ct->owner = NULL;
	for_each_kernel_tracepoint(find_one, ct);
	if (!ct->tp)
		find_in_modules(ct);
	return ct->tp ? 0 : -ENOENT;
}

int ebpf_compat_tracepoint_register(struct compat_tracepoint *ct, void *probe, void *data)
{
	return tracepoint_probe_register(ct->tp, probe, data);
}

static int probe_unregister(struct compat_tracepoint *ct, void *probe, void *data)
{
	return tracepoint_probe_unregister(ct->tp, probe, data);
}

#endif

/* Kernels before 5.11 need memory for the list of those that are left, and without leave the
 * probe where it is.
 */
#define UNREGISTER_TRIES	20

bool ebpf_compat_tracepoint_unregister(struct compat_tracepoint *ct, void *probe, void *data)
{
	int i, err;

	for (i = 0; i < UNREGISTER_TRIES; i++) {
		err = probe_unregister(ct, probe, data);
		if (err != -ENOMEM)
			break;
		msleep(50);
	}
	if (!err)
		return true;
	ebpf_compat_keep("a probe of a tracepoint", (unsigned long)probe, err);
	return false;
}

bool ebpf_compat_tracepoint_lacks_first(const char *name)
{
#ifdef HAVE_SCHED_SWITCH_2_ARGS
	return !strcmp(name, "sched_switch");
#else
	return false;
#endif
}

void ebpf_compat_tracepoint_put(struct compat_tracepoint *ct)
{
	if (ct->owner)
		module_put(ct->owner);
	ct->owner = NULL;
}
