// SPDX-License-Identifier: GPL-2.0-only
/*
 * The running kernel's BTF. Kernels that carry their own serve it themselves, and
 * it is read from there; for others a file is served at the same place, so that
 * static programs find it too.
 *
 * Some megabytes: nothing is read before somebody asks for it.
 */
#include "kmod/btf.h"

#include <ebpf/services.h>
#include <linux/kobject.h>
#include <linux/mutex.h>
#include <linux/namei.h>
#include <linux/sysfs.h>
#include <linux/utsname.h>

#define NATIVE_DIR	"/sys/kernel/btf/"
#define NATIVE_PATH	NATIVE_DIR "vmlinux"
#define BTF_PATH_MAX	160

static char *btf;
module_param(btf, charp, 0444);
MODULE_PARM_DESC(btf, "file with the running kernel's BTF (default: looked for by kernel release)");

/* %s is the release, as uname -r prints it. */
static const char * const search_paths[] = {
	"/lib/modules/%s/ebpfdrv.btf",
	"/usr/lib/ebpfdrv/btf/%s.btf",
	"/var/lib/ebpfdrv/btf/%s.btf",
};

static DEFINE_MUTEX(load_lock);		/* all below; filled once */
static char source[BTF_PATH_MAX];
static struct ebpf_btf_obj *vmlinux_obj;
static void *raw;			/* what is parsed refers to it */
static u32 raw_size;

static struct kobject *btf_kobj;

loff_t ebpf_btf_file_size(const char *path)
{
	struct file *file = filp_open(path, O_RDONLY, 0);
	loff_t size;

	if (IS_ERR(file))
		return PTR_ERR(file);
	size = i_size_read(file->f_path.dentry->d_inode);
	filp_close(file, NULL);
	return size;
}

static int read_all(struct file *file, u8 *buf, u32 size)
{
	ssize_t n;
	u32 pos;

	for (pos = 0; pos < size; pos += n) {
		n = compat_kernel_read(file, buf + pos, size - pos, pos);
		if (n <= 0)
			return n ? n : -EIO;
	}
	return 0;
}

void *ebpf_btf_read_file(const char *path, u32 *size)
{
	struct file *file = filp_open(path, O_RDONLY, 0);
	loff_t len;
	void *buf;
	int err;

	if (IS_ERR(file))
		return file;
	len = i_size_read(file->f_path.dentry->d_inode);
	err = len > EBPF_BTF_MAX_SIZE ? -E2BIG : -EINVAL;
	if (len <= 0 || len > EBPF_BTF_MAX_SIZE)
		goto close;
	err = -ENOMEM;
	buf = ebpf_alloc(len);
	if (!buf)
		goto close;
	err = read_all(file, buf, len);
	if (err)
		ebpf_free(buf);
close:
	filp_close(file, NULL);
	if (err)
		return ERR_PTR(err);
	*size = len;
	return buf;
}

/* Its size was shown in sysfs: it is not to have changed. */
static int load_raw(void)
{
	void *data;
	u32 size;

	if (raw)
		return 0;
	data = ebpf_btf_read_file(source, &size);
	if (!IS_ERR(data) && size != raw_size) {
		ebpf_free(data);
		data = ERR_PTR(-EIO);
	}
	if (IS_ERR(data)) {
		pr_err_ratelimited("ebpfdrv: cannot read %s: %ld\n", source, PTR_ERR(data));
		return PTR_ERR(data);
	}
	raw = data;
	return 0;
}

static int load_parsed(void)
{
	struct ebpf_btf *parsed;
	int err;

	if (vmlinux_obj->btf)
		return 0;
	err = load_raw();
	if (err)
		return err;
	/* As Linux does with its own: each type checked by itself. What compilers
	 * and converters make of a whole kernel does not pass all checks of types
	 * through each other, and nothing that reads it relies on them.
	 */
	parsed = ebpf_btf_parse_vmlinux(raw, raw_size, NULL);
	if (IS_ERR(parsed)) {
		pr_err_ratelimited("ebpfdrv: %s is not valid BTF: %ld\n", source, PTR_ERR(parsed));
		return PTR_ERR(parsed);
	}
	/* Probes look without the lock. */
	smp_store_release(&vmlinux_obj->btf, parsed);
	return 0;
}

struct ebpf_btf_obj *ebpf_btf_vmlinux(void)
{
	int err;

	if (!vmlinux_obj)
		return NULL;
	mutex_lock(&load_lock);
	err = load_parsed();
	mutex_unlock(&load_lock);
	return err ? NULL : vmlinux_obj;
}

const struct ebpf_btf *ebpf_btf_vmlinux_parsed(void)
{
	return vmlinux_obj ? smp_load_acquire(&vmlinux_obj->btf) : NULL;
}

bool ebpf_btf_vmlinux_served(void)
{
	return btf_kobj;
}

/* Beside the kernel's: in a directory where that is a file of ours. */
void ebpf_btf_module_path(char *path, size_t room, const char *name)
{
	if (btf_kobj)
		snprintf(path, room, "%s.d/%s", source, name);
	else
		snprintf(path, room, NATIVE_DIR "%s", name);
}

/* The raw bytes, with load_lock held. */
static const void *raw_data(u32 *size)
{
	int err = load_raw();

	if (err)
		return ERR_PTR(err);
	*size = raw_size;
	return raw;
}

int ebpf_btf_vmlinux_to_user(u64 ubuf, u32 room, u32 *size)
{
	const void *data;
	int err = 0;

	if (!vmlinux_obj)
		return -ENOENT;
	mutex_lock(&load_lock);
	data = raw_data(size);
	if (IS_ERR(data))
		err = PTR_ERR(data);
	else if (copy_to_user((void __user *)(unsigned long)ubuf, data, min(room, *size)))
		err = -EFAULT;
	mutex_unlock(&load_lock);
	return err;
}

/*
 * /sys/kernel/btf/vmlinux
 */
static ssize_t vmlinux_read(struct file *file, struct kobject *kobj, struct bin_attribute *attr,
			    char *buf, loff_t off, size_t count)
{
	const void *data;
	ssize_t ret;
	u32 size;

	mutex_lock(&load_lock);
	data = raw_data(&size);
	if (IS_ERR(data)) {
		ret = PTR_ERR(data);
	} else {
		ret = off < size ? min_t(size_t, count, size - off) : 0;
		memcpy(buf, (const u8 *)data + off, ret);
	}
	mutex_unlock(&load_lock);
	return ret;
}

static struct bin_attribute vmlinux_attr = {
	.attr = { .name = "vmlinux", .mode = 0444 },
	.read = vmlinux_read,
};

static int serve(void)
{
	int err;

	btf_kobj = kobject_create_and_add("btf", kernel_kobj);
	if (!btf_kobj)
		return -ENOMEM;
	vmlinux_attr.size = raw_size;
	sysfs_bin_attr_init(&vmlinux_attr);
	err = sysfs_create_bin_file(btf_kobj, &vmlinux_attr);
	if (err) {
		kobject_put(btf_kobj);
		btf_kobj = NULL;
	}
	return err;
}

static bool try_source(const char *path)
{
	loff_t size = ebpf_btf_file_size(path);

	if (size <= 0)
		return false;
	if (size > EBPF_BTF_MAX_SIZE) {
		pr_warn("ebpfdrv: %s is larger than BTF may be, ignored\n", path);
		return false;
	}
	raw_size = size;
	strlcpy(source, path, sizeof(source));
	return true;
}

static bool find_source(void)
{
	char path[BTF_PATH_MAX];
	unsigned int i;

	if (btf) {
		if (try_source(btf))
			return true;
		pr_warn("ebpfdrv: cannot read %s (parameter btf)\n", btf);
		return false;
	}
	for (i = 0; i < ARRAY_SIZE(search_paths); i++) {
		snprintf(path, sizeof(path), search_paths[i], utsname()->release);
		if (try_source(path))
			return true;
	}
	return false;
}

/* Number 1 of BTF objects is the kernel's, as in Linux. */
static int make_object(void)
{
	struct ebpf_btf_obj *obj = ebpf_btf_obj_new(NULL, "vmlinux", true);

	if (IS_ERR(obj))
		return PTR_ERR(obj);
	vmlinux_obj = obj;
	return 0;
}

int ebpf_btf_vmlinux_init(void)
{
	bool native = try_source(NATIVE_PATH);
	int err;

	if (!native && !find_source()) {
		pr_info("ebpfdrv: no BTF of kernel %s found: CO-RE programs will not load\n",
			utsname()->release);
		return 0;
	}
	err = make_object();
	if (err || native)
		return err;
	err = serve();
	if (err)
		pr_warn("ebpfdrv: cannot create " NATIVE_PATH ": %d\n", err);
	else
		pr_info("ebpfdrv: serving " NATIVE_PATH " from %s\n", source);
	return 0;
}

void ebpf_btf_vmlinux_exit(void)
{
	if (btf_kobj) {
		sysfs_remove_bin_file(btf_kobj, &vmlinux_attr);
		kobject_put(btf_kobj);
	}
	ebpf_btf_obj_put(vmlinux_obj);
	ebpf_free(raw);
}
