// SPDX-License-Identifier: GPL-2.0-only
/*
 * BTF objects and BTF_LOAD.
 */
#include "kmod/syscall.h"
#include "kmod/btf/btf.h"
#include "kmod/caller.h"
#include "kmod/fd.h"
#include "kmod/ids.h"
#include "kmod/log.h"
#include "kmod/reaper.h"

#include <ebpf/services.h>
#include <linux/file.h>

static struct ebpf_reaper btf_reaper;
static atomic_t btf_count = ATOMIC_INIT(0);

u64 ebpf_btf_count(void)
{
	return atomic_read(&btf_count);
}

static void btf_free(struct list_head *node)
{
	struct ebpf_btf_obj *obj = list_entry(node, struct ebpf_btf_obj, free_node);

	if (!obj->module)
		atomic_dec(&btf_count);
	ebpf_btf_destroy(obj->btf);
	ebpf_free(obj->raw);
	kfree(obj);
}

static struct ebpf_btf_obj *obj_alloc(const char *name, bool kernel)
{
	struct ebpf_btf_obj *obj = kzalloc(sizeof(*obj), GFP_KERNEL);

	if (!obj)
		return NULL;
	compat_strcpy(obj->name, name, sizeof(obj->name));
	obj->kernel = kernel;
	atomic64_set(&obj->refcnt, 1);
	return obj;
}

/* It is complete: whoever finds it by its number can use it. */
static int obj_publish(struct ebpf_btf_obj *obj)
{
	int id = ebpf_ids_alloc(&ebpf_btf_ids, NULL);

	if (id < 0)
		return id;
	obj->id = id;
	if (!obj->module)
		atomic_inc(&btf_count);
	ebpf_ids_publish(&ebpf_btf_ids, obj->id, obj);
	return 0;
}

struct ebpf_btf_obj *ebpf_btf_obj_new(struct ebpf_btf *btf, const char *name, bool kernel)
{
	struct ebpf_btf_obj *obj = obj_alloc(name, kernel);
	int err = -ENOMEM;

	if (!obj)
		goto destroy;
	obj->btf = btf;
	err = obj_publish(obj);
	if (!err)
		return obj;
	kfree(obj);
destroy:
	ebpf_btf_destroy(btf);
	return ERR_PTR(err);
}

/* Of @mod, whose BTF is read when it is asked for, or, with @btf, of what is here already. */
static struct ebpf_btf_obj *new_module(struct module *mod, struct ebpf_btf *btf, void *raw,
				       u32 raw_size)
{
	struct ebpf_btf_obj *obj = obj_alloc(mod->name, true);
	int err;

	if (!obj)
		return ERR_PTR(-ENOMEM);
	obj->module = true;
	obj->mod = btf ? NULL : mod;
	obj->btf = btf;
	obj->raw = raw;
	obj->raw_size = raw_size;
	err = obj_publish(obj);
	if (!err)
		return obj;
	kfree(obj);
	return ERR_PTR(err);
}

struct ebpf_btf_obj *ebpf_btf_obj_new_module(struct module *mod, u32 raw_size)
{
	return new_module(mod, NULL, NULL, raw_size);
}

struct ebpf_btf_obj *ebpf_btf_obj_new_own(struct ebpf_btf *btf, void *raw, u32 raw_size)
{
	return new_module(THIS_MODULE, btf, raw, raw_size);
}

void ebpf_btf_obj_inc(struct ebpf_btf_obj *obj)
{
	atomic64_inc(&obj->refcnt);
}

static void *btf_id_get(void *obj)
{
	return atomic64_inc_not_zero(&((struct ebpf_btf_obj *)obj)->refcnt) ? obj : NULL;
}

struct ebpf_ids ebpf_btf_ids = { .get = btf_id_get };

void ebpf_btf_obj_put(struct ebpf_btf_obj *obj)
{
	if (!obj || !atomic64_dec_and_test(&obj->refcnt))
		return;
	ebpf_ids_free(&ebpf_btf_ids, obj->id);
	ebpf_reaper_queue(&btf_reaper, &obj->free_node);
}

static int btf_release(struct inode *inode, struct file *file)
{
	ebpf_btf_obj_put(file->private_data);
	return 0;
}

static compat_fdinfo_t btf_show_fdinfo(struct seq_file *m, struct file *file)
{
	const struct ebpf_btf_obj *obj = file->private_data;

	seq_printf(m, "btf_id:\t%u\n", obj->id);
	return COMPAT_FDINFO_DONE;
}

const struct file_operations ebpf_btf_fops = {
	.owner = THIS_MODULE,
	.release = btf_release,
	.show_fdinfo = btf_show_fdinfo,
	.llseek = noop_llseek,
};

int ebpf_btf_obj_new_fd(struct ebpf_btf_obj *obj)
{
	return ebpf_fd_new("btf", &ebpf_btf_fops, obj, O_RDONLY | O_CLOEXEC);
}

struct ebpf_btf_obj *ebpf_btf_obj_get(int fd)
{
	struct file *file = ebpf_fd_get(fd, &ebpf_btf_fops);
	struct ebpf_btf_obj *obj;

	if (IS_ERR(file))
		return ERR_CAST(file);
	obj = file->private_data;
	ebpf_btf_obj_inc(obj);
	fput(file);
	return obj;
}

static struct ebpf_btf *btf_from_user(const union ebpf_attr *attr)
{
	struct ebpf_user_log *ulog;
	struct ebpf_btf *btf;
	void *data;
	int err;

	if (attr->btf_size > EBPF_BTF_MAX_SIZE)
		return ERR_PTR(-E2BIG);
	ulog = kmalloc(sizeof(*ulog), GFP_KERNEL);
	if (!ulog)
		return ERR_PTR(-ENOMEM);
	err = ebpf_user_log_init(ulog, attr->btf_log_buf, attr->btf_log_size,
				 attr->btf_log_level);
	if (err)
		goto free_log;
	err = -ENOMEM;
	data = ebpf_alloc(attr->btf_size);
	if (!data)
		goto free_log;
	err = -EFAULT;
	if (ebpf_copy_in(data, attr->btf, attr->btf_size))
		goto free_data;
	btf = ebpf_btf_parse(data, attr->btf_size, NULL, &ulog->log);
	err = ebpf_user_log_result(ulog, IS_ERR(btf) ? PTR_ERR(btf) : 0);
	if (err && !IS_ERR(btf))
		ebpf_btf_destroy(btf);
free_data:
	ebpf_free(data);
free_log:
	kfree(ulog);
	return err ? ERR_PTR(err) : btf;
}

long ebpf_cmd_btf_load(const union ebpf_attr *attr, union ebpf_attr __user *uattr)
{
	struct ebpf_btf *btf = btf_from_user(attr);
	struct ebpf_btf_obj *obj;
	int fd;

	if (IS_ERR(btf))
		return PTR_ERR(btf);
	obj = ebpf_btf_obj_new(btf, "", false);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	fd = ebpf_btf_obj_new_fd(obj);
	if (fd < 0)
		ebpf_btf_obj_put(obj);
	return fd;
}

int ebpf_btf_init_module(void)
{
	ebpf_ids_init(&ebpf_btf_ids);
	ebpf_reaper_init(&btf_reaper, btf_free);
	return 0;
}

void ebpf_btf_exit_module(void)
{
	ebpf_reaper_flush(&btf_reaper);
	ebpf_ids_exit(&ebpf_btf_ids);
}
