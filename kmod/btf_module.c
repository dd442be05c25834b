// SPDX-License-Identifier: GPL-2.0-only
/*
 * BTF of the kernel's modules, on top of the kernel's own.
 *
 * Nobody tells which modules were loaded before this one. But it is in the list of
 * all modules itself, and from there the list can be walked, as its readers do, with
 * preemption off. A notifier tells what comes and goes afterwards.
 *
 * Like the kernel's, this BTF is read when it is first used. Files are read by a
 * worker, which sees them as init does: what a container has mounted in their place
 * must not become everybody's types.
 */
#include "kmod/btf.h"
#include "kmod/compat/ftrace.h"

#include <ebpf/services.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/workqueue.h>

#define PATH_MAX_LEN	256

static LIST_HEAD(mod_objs);		/* by mod_node, each with a reference */
static LIST_HEAD(mods_without);		/* looked at, and found to have no BTF */
/* Both, each object's mod, and who sets raw and btf. */
static DEFINE_MUTEX(mods_lock);
static bool mods_changed;

struct mod_without {
	struct list_head node;
	const struct module *mod;	/* compared only */
};

/*
 * What the worker does
 */
struct job {
	struct work_struct work;
	int (*run)(void *arg);
	void *arg;
	int err;
};

static void job_work(struct work_struct *work)
{
	struct job *job = container_of(work, struct job, work);

	job->err = job->run(job->arg);
}

static int run_in_worker(int (*run)(void *arg), void *arg)
{
	struct job job = { .run = run, .arg = arg };

	INIT_WORK_ONSTACK(&job.work, job_work);
	queue_work(system_unbound_wq, &job.work);
	flush_work(&job.work);
	destroy_work_on_stack(&job.work);
	return job.err;
}

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

/* The oldest module that is alive and was not looked at, with a reference; NULL. The
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

static int add_module(struct module *mod)
{
	char path[PATH_MAX_LEN];
	struct ebpf_btf_obj *obj;
	loff_t size;

	ebpf_btf_module_path(path, sizeof(path), mod->name);
	size = ebpf_btf_file_size(path);
	if (size <= 0 || size > EBPF_BTF_MAX_SIZE)
		return remember_without(mod);
	obj = ebpf_btf_obj_new_module(mod, size);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	list_add_tail(&obj->mod_node, &mod_objs);
	return 0;
}

static int scan(void *unused)
{
	struct module *mod;
	int err = 0;

	mods_changed = false;
	while (!err && (mod = next_unknown())) {
		err = add_module(mod);
		module_put(mod);
	}
	/* For want of memory: the next one tries again. */
	if (err)
		mods_changed = true;
	return err;
}

void ebpf_btf_modules_scan(void)
{
	if (!ebpf_btf_vmlinux())
		return;
	mutex_lock(&mods_lock);
	if (mods_changed)
		run_in_worker(scan, NULL);
	mutex_unlock(&mods_lock);
}

/*
 * Contents
 */
struct reading {
	char path[PATH_MAX_LEN];
	void *data;
	u32 size;
};

static int read_job(void *arg)
{
	struct reading *r = arg;

	r->data = ebpf_btf_read_file(r->path, &r->size);
	return IS_ERR(r->data) ? PTR_ERR(r->data) : 0;
}

/* The raw bytes, for ebpf_free(), or ERR_PTR. */
static void *read_raw(const struct ebpf_btf_obj *obj)
{
	struct reading *r;
	struct module *mod;
	void *data;
	int err;

	r = kmalloc(sizeof(*r), GFP_KERNEL);
	if (!r)
		return ERR_PTR(-ENOMEM);
	err = ebpf_btf_module_get(obj, &mod);
	if (err)
		goto free;
	ebpf_btf_module_path(r->path, sizeof(r->path), obj->name);
	err = run_in_worker(read_job, r);
	module_put(mod);
	if (!err && r->size != obj->raw_size) {
		ebpf_free(r->data);
		err = -EIO;
	}
free:
	data = err ? ERR_PTR(err) : r->data;
	kfree(r);
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
		WRITE_ONCE(mods_changed, true);
	else if (action == MODULE_STATE_GOING)
		forget(mod);
	return NOTIFY_OK;
}

static struct notifier_block module_nb = {
	.notifier_call = module_notify,
};

int ebpf_btf_modules_init(void)
{
	mods_changed = true;
	return register_module_notifier(&module_nb);
}

void ebpf_btf_modules_exit(void)
{
	unregister_module_notifier(&module_nb);
	forget(NULL);
}
