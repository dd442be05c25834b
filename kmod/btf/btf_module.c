// SPDX-License-Identifier: GPL-2.0-only
/*
 * BTF of the kernel's modules, on top of the kernel's own.
 *
 * Nobody tells which modules were loaded before this one. But it is in the list of
 * all modules itself, and from there the list can be walked, as its readers do, with
 * preemption off. A notifier tells what comes and goes afterwards.
 *
 * This BTF is read when it is first used, as files of the host are (host_file.c), and
 * never under the lock: modules that go wait for that.
 */
#include "kmod/btf/btf.h"
#include "kmod/compat/ftrace.h"
#include "kmod/fs/host_file.h"

#include <ebpf/services.h>
#include <linux/mutex.h>
#include <linux/notifier.h>

static LIST_HEAD(mod_objs);		/* by mod_node, each with a reference */
static LIST_HEAD(mods_without);		/* looked at, and found to have no BTF */
/* Both, each object's mod, who sets raw and btf, and mods_scanned. */
static DEFINE_MUTEX(mods_lock);
static unsigned int mods_scanned;	/* mods_loaded when all had been looked at */
static atomic_t mods_loaded = ATOMIC_INIT(1);

struct mod_without {
	struct list_head node;
	const struct module *mod;	/* compared only */
};

/*
 * Objects
 */
static bool is_known(const struct module *mod)
{
	const struct mod_without *without;
	const struct ebpf_btf_obj *obj;

	list_for_each_entry(obj, &mod_objs, mod_node)
		if (obj->mod == mod)
			return true;
	list_for_each_entry(without, &mods_without, node)
		if (without->mod == mod)
			return true;
	return false;
}

/* With mods_lock held: the oldest module that is alive and was not looked at, with a reference; NULL. The
 * list goes from here to the oldest, over its head, which is not in a module, to the
 * youngest. This module is not among them: what runs programs is not traced by them.
 */
static struct module *next_unknown(void)
{
	struct module *mod, *oldest = NULL;

	preempt_disable();
	list_for_each_entry_rcu(mod, &THIS_MODULE->list, list) {
		bool is_head = !compat_is_module_addr((unsigned long)mod);

		if (is_head && oldest)
			break;
		if (!is_head && mod->state == MODULE_STATE_LIVE && !is_known(mod))
			oldest = mod;
	}
	if (oldest && !try_module_get(oldest))
		oldest = NULL;
	preempt_enable();
	return oldest;
}

static int remember_without(const struct module *mod)
{
	struct mod_without *without = kzalloc(sizeof(*without), GFP_KERNEL);

	if (!without)
		return -ENOMEM;
	without->mod = mod;
	list_add(&without->node, &mods_without);
	return 0;
}

static int add_obj(struct module *mod, u32 raw_size)
{
	struct ebpf_btf_obj *obj = ebpf_btf_obj_new_module(mod, raw_size);

	if (IS_ERR(obj))
		return PTR_ERR(obj);
	list_add_tail(&obj->mod_node, &mod_objs);
	return 0;
}

/* In a worker: is there a file that @f can be read from? */
static bool has_btf(struct ebpf_host_file *f, const char *name)
{
	int err = ebpf_btf_module_path(f->path, sizeof(f->path), name);

	if (!err)
		err = ebpf_host_file_look(f, EBPF_BTF_MAX_SIZE);
	if (err && err != -ENOENT && err != -ENAMETOOLONG)
		pr_warn("ebpfdrv: no BTF of module %s: %s %s (error %d)\n", name, f->at,
			f->problem, err);
	return !err;
}

/* Somebody else may have come to it meanwhile. */
static int look_at(struct module *mod, struct ebpf_host_file *f)
{
	bool has = has_btf(f, mod->name);
	int err = 0;

	mutex_lock(&mods_lock);
	if (!is_known(mod))
		err = has ? add_obj(mod, f->size) : remember_without(mod);
	mutex_unlock(&mods_lock);
	return err;
}

static int scan(void *arg)
{
	unsigned int loaded = atomic_read(&mods_loaded);
	struct ebpf_host_file *f = arg;
	struct module *mod;
	int err = 0;

	for (;;) {
		mutex_lock(&mods_lock);
		mod = next_unknown();
		if (!mod)
			mods_scanned = loaded;
		mutex_unlock(&mods_lock);
		if (!mod)
			return 0;
		err = look_at(mod, f);
		module_put(mod);
		/* For want of memory: the next one tries again. */
		if (err)
			return err;
	}
}

void ebpf_btf_modules_scan(void)
{
	struct ebpf_host_file *f;

	if (!ebpf_btf_vmlinux() || READ_ONCE(mods_scanned) == atomic_read(&mods_loaded))
		return;
	f = kmalloc(sizeof(*f), GFP_KERNEL);
	if (!f)
		return;
	ebpf_host_run(scan, f);
	kfree(f);
}

/*
 * Contents
 */
static int read_job(void *arg)
{
	return ebpf_host_file_read(arg, EBPF_BTF_MAX_SIZE);
}

/* Its size has been told: it is not to have changed. */
static int read_sized(struct ebpf_host_file *f, const struct ebpf_btf_obj *obj)
{
	int err = ebpf_host_run(read_job, f);

	if (err) {
		pr_err_ratelimited("ebpfdrv: no BTF of module %s: %s %s (error %d)\n", obj->name,
				   err == -ENOENT ? f->path : f->at,
				   err == -ENOENT ? "is gone" : f->problem, err);
		return err;
	}
	if (f->size == obj->raw_size)
		return 0;
	pr_err_ratelimited("ebpfdrv: no BTF of module %s: %s has changed: load the module again\n",
			   obj->name, f->path);
	ebpf_free(f->data);
	return -EIO;
}

/* The raw bytes, for ebpf_free(), or ERR_PTR. */
static void *read_raw(const struct ebpf_btf_obj *obj)
{
	struct ebpf_host_file *f;
	struct module *mod;
	void *data;
	int err;

	f = kmalloc(sizeof(*f), GFP_KERNEL);
	if (!f)
		return ERR_PTR(-ENOMEM);
	err = ebpf_btf_module_get(obj, &mod);
	if (err)
		goto free;
	err = ebpf_btf_module_path(f->path, sizeof(f->path), obj->name);
	if (!err)
		err = read_sized(f, obj);
	module_put(mod);
free:
	data = err ? ERR_PTR(err) : f->data;
	kfree(f);
	return data;
}

/* Takes @raw over. */
static int parse(struct ebpf_btf_obj *obj, void *raw)
{
	struct ebpf_btf_obj *vmlinux = ebpf_btf_vmlinux();
	struct ebpf_btf *btf = ERR_PTR(-ENOENT);

	if (vmlinux)
		btf = ebpf_btf_parse_module(raw, obj->raw_size, vmlinux->btf, NULL);
	if (IS_ERR(btf)) {
		pr_err_ratelimited("ebpfdrv: BTF of module %s is not valid: %ld\n", obj->name,
				   PTR_ERR(btf));
		ebpf_free(raw);
		return PTR_ERR(btf);
	}
	mutex_lock(&mods_lock);
	if (obj->btf) {
		ebpf_btf_destroy(btf);
		ebpf_free(raw);
	} else {
		obj->raw = raw;
		smp_store_release(&obj->btf, btf);
	}
	mutex_unlock(&mods_lock);
	return 0;
}

int ebpf_btf_module_load(struct ebpf_btf_obj *obj)
{
	void *raw;

	if (smp_load_acquire(&obj->btf))
		return 0;
	raw = read_raw(obj);
	return IS_ERR(raw) ? PTR_ERR(raw) : parse(obj, raw);
}

/* What is not parsed is not worth keeping: libbpf asks for it once in a program's life. */
int ebpf_btf_module_to_user(const struct ebpf_btf_obj *obj, u64 ubuf, u32 room, u32 *size)
{
	bool parsed = smp_load_acquire(&obj->btf);
	void *raw;
	int err;

	*size = obj->raw_size;
	if (!room)
		return 0;
	raw = parsed ? obj->raw : read_raw(obj);
	if (IS_ERR(raw))
		return PTR_ERR(raw);
	err = copy_to_user((void __user *)(unsigned long)ubuf, raw, min(room, *size)) ? -EFAULT : 0;
	if (!parsed)
		ebpf_free(raw);
	return err;
}

int ebpf_btf_module_get(const struct ebpf_btf_obj *obj, struct module **mod)
{
	int err = 0;

	*mod = NULL;
	if (!obj || !obj->module)
		return 0;
	mutex_lock(&mods_lock);
	if (obj->mod && try_module_get(obj->mod))
		*mod = obj->mod;
	else
		err = -ENOENT;
	mutex_unlock(&mods_lock);
	return err;
}

/*
 * Coming and going
 */
static void forget_obj(struct ebpf_btf_obj *obj)
{
	list_del(&obj->mod_node);
	obj->mod = NULL;
	ebpf_btf_obj_put(obj);
}

/* @mod NULL: all of them */
static void forget(const struct module *mod)
{
	struct mod_without *without, *next_without;
	struct ebpf_btf_obj *obj, *next;

	mutex_lock(&mods_lock);
	list_for_each_entry_safe(obj, next, &mod_objs, mod_node)
		if (!mod || obj->mod == mod)
			forget_obj(obj);
	list_for_each_entry_safe(without, next_without, &mods_without, node)
		if (!mod || without->mod == mod) {
			list_del(&without->node);
			kfree(without);
		}
	mutex_unlock(&mods_lock);
}

/* A module that comes may be asked for by a scan before it lives, so it is only noted. */
static int module_notify(struct notifier_block *nb, unsigned long action, void *mod)
{
	if (action == MODULE_STATE_LIVE)
		atomic_inc(&mods_loaded);
	if (action == MODULE_STATE_GOING) {
		forget(mod);
		/* It may have ended a scan early. */
		atomic_inc(&mods_loaded);
	}
	return NOTIFY_OK;
}

static struct notifier_block module_nb = {
	.notifier_call = module_notify,
};

int ebpf_btf_modules_init(void)
{
	return register_module_notifier(&module_nb);
}

void ebpf_btf_modules_exit(void)
{
	unregister_module_notifier(&module_nb);
	forget(NULL);
}
