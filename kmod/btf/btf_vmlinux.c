// SPDX-License-Identifier: GPL-2.0-only
/*
 * The running kernel's BTF. Kernels that carry their own serve it themselves, and
 * it is read from there; for others a file is served at the same place, so that
 * static programs find it too.
 *
 * The verifier lets programs follow pointers because this BTF says what they point
 * to: who can choose it, or change it, can choose what kernel memory is taken for. So
 * it is read and parsed once, while the module is loaded, and never changes; nobody
 * who asks for it later waits for a file or a lock.
 */
#include "kmod/btf/btf.h"
#include "kmod/fs/host_file.h"

#include <ebpf/services.h>
#include <linux/kobject.h>
#include <linux/sysfs.h>
#include <linux/utsname.h>

#define NATIVE_DIR	"/sys/kernel/btf/"
#define NATIVE_PATH	NATIVE_DIR "vmlinux"

static char *btf;
module_param(btf, charp, 0444);
MODULE_PARM_DESC(btf, "file with the running kernel's BTF, in place of the kernel's own (default: looked for by kernel release)");

/* %s is the release, as uname -r prints it. */
static const char * const search_paths[] = {
	NATIVE_PATH,
	"/usr/lib/modules/%s/ebpfdrv.btf",
	"/lib/modules/%s/ebpfdrv.btf",
	"/usr/lib/ebpfdrv/btf/%s.btf",
	"/var/lib/ebpfdrv/btf/%s.btf",
};

#define BTF_STORE	3	/* where ebpfdrv-btf puts it: what the message names */

/* All set before anybody can ask. */
static struct ebpf_host_file source;
static char wrong_layout[128];
static struct ebpf_btf_obj *vmlinux_obj;
static bool have_native;
static struct kobject *btf_kobj;

struct ebpf_btf_obj *ebpf_btf_vmlinux(void)
{
	return vmlinux_obj;
}

bool ebpf_btf_vmlinux_served(void)
{
	return btf_kobj;
}

static bool is_native(void)
{
	return !strcmp(source.path, NATIVE_PATH);
}

/* Beside the kernel's. */
int ebpf_btf_module_path(char *path, size_t room, const char *name)
{
	int len;

	if (is_native())
		len = snprintf(path, room, NATIVE_DIR "%s", name);
	else
		len = snprintf(path, room, "%s.d/%s", source.path, name);
	return len < room ? 0 : -ENAMETOOLONG;
}

/*
 * /sys/kernel/btf/vmlinux
 */
static ssize_t vmlinux_read(struct file *file, struct kobject *kobj,
			    COMPAT_BIN_ATTR_CONST struct bin_attribute *attr, char *buf, loff_t off,
			    size_t count)
{
	size_t n = off < source.size ? min_t(size_t, count, source.size - off) : 0;

	memcpy(buf, (const u8 *)source.data + off, n);
	return n;
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
	vmlinux_attr.size = source.size;
	sysfs_bin_attr_init(&vmlinux_attr);
	err = sysfs_create_bin_file(btf_kobj, &vmlinux_attr);
	if (err) {
		kobject_put(btf_kobj);
		btf_kobj = NULL;
	}
	return err;
}

/*
 * Finding it, in a worker
 */
static int set_path(const char *format, const char *arg)
{
	/* Formats are those above. */
	int len = snprintf(source.path, sizeof(source.path), format, arg);

	if (len < sizeof(source.path))
		return 0;
	source.problem = "is too long a name";
	compat_strcpy(source.at, source.path, sizeof(source.at));
	return -ENAMETOOLONG;
}

/* /lib/modules is found as /usr/lib/modules where one is a link to the other. */
static bool is_merged_usr(int err)
{
	return err == -ELOOP && !strcmp(source.at, "/lib");
}

static int find_source(void)
{
	unsigned int i;
	int err = -ENOENT;

	set_path("%s", NATIVE_PATH);
	have_native = ebpf_host_file_look(&source, U32_MAX) != -ENOENT;
	if (btf) {
		err = set_path("%s", btf);
		return err ? err : ebpf_host_file_read(&source, EBPF_BTF_MAX_SIZE);
	}
	for (i = 0; i < ARRAY_SIZE(search_paths) && err == -ENOENT; i++) {
		set_path(search_paths[i], init_utsname()->release);
		err = ebpf_host_file_read(&source, EBPF_BTF_MAX_SIZE);
		if (is_merged_usr(err))
			err = -ENOENT;
	}
	return err;
}

/* Which of the two is the wrong one is known where the BTF is the kernel's own. */
static int check_layout(const struct ebpf_btf *parsed)
{
	u32 there = 0, here = 0;
	const char *name = ebpf_btf_other_layout(parsed, &there, &here);

	if (!name)
		return 0;
	if (is_native()) {
		pr_err("ebpfdrv: struct %s has %u bytes in this kernel and %u in the one that the module was built for: build it for this one (make module KDIR=)\n",
		       name, there, here);
		return -ENOEXEC;
	}
	snprintf(wrong_layout, sizeof(wrong_layout),
		 "is another kernel's (struct %s: %u bytes, here %u): make it anew with ebpfdrv-btf",
		 name, there, here);
	source.problem = wrong_layout;
	return -EINVAL;
}

static int find_and_parse(void *parsed)
{
	struct ebpf_btf **out = parsed;
	int err = find_source();

	if (err)
		return err;
	/* As Linux does with its own: each type checked by itself. What compilers
	 * and converters make of a whole kernel does not pass all checks of types
	 * through each other, and nothing that reads it relies on them.
	 */
	*out = ebpf_btf_parse_vmlinux(source.data, source.size, NULL);
	err = IS_ERR(*out) ? PTR_ERR(*out) : 0;
	if (err) {
		source.problem = err == -ENOMEM ? "cannot be parsed" :
			"is not valid BTF: make it again with ebpfdrv-btf";
		goto drop;
	}
	err = check_layout(*out);
	if (err)
		goto destroy;
	return 0;

destroy:
	ebpf_btf_destroy(*out);
drop:
	ebpf_free(source.data);
	source.data = NULL;
	compat_strcpy(source.at, source.path, sizeof(source.at));
	return err;
}

static void say_absent(int err)
{
	if (err == -ENOENT && btf) {
		pr_warn("ebpfdrv: no BTF: %s (parameter btf) is absent: CO-RE programs will not load\n",
			btf);
	} else if (err == -ENOENT) {
		set_path(search_paths[BTF_STORE], init_utsname()->release);
		pr_info("ebpfdrv: no BTF of this kernel: %s is absent: CO-RE programs will not load; ebpfdrv-btf makes it, ebpfdrv-btf install takes it out of a pack\n",
			source.path);
	} else {
		pr_warn("ebpfdrv: no BTF: %s%s%s %s (error %d): CO-RE programs will not load\n",
			source.path, strcmp(source.path, source.at) ? " not used: " : "",
			strcmp(source.path, source.at) ? source.at : "", source.problem, err);
	}
}

int ebpf_btf_vmlinux_init(void)
{
	struct ebpf_btf_obj *obj;
	struct ebpf_btf *parsed;
	int err = ebpf_host_run(find_and_parse, &parsed);

	if (err == -ENOEXEC)
		return err;
	if (err) {
		say_absent(err);
		return 0;
	}
	/* Number 1 of BTF objects is the kernel's, as in Linux. */
	obj = ebpf_btf_obj_new(parsed, "vmlinux", true);
	if (IS_ERR(obj)) {
		ebpf_free(source.data);
		return PTR_ERR(obj);
	}
	obj->raw = source.data;
	vmlinux_obj = obj;
	err = have_native ? 0 : serve();
	if (err)
		pr_warn("ebpfdrv: cannot create " NATIVE_PATH ": %d\n", err);
	else if (btf_kobj)
		pr_info("ebpfdrv: serving " NATIVE_PATH " from %s\n", source.path);
	else if (btf)
		pr_info("ebpfdrv: BTF of the kernel is %s, not its own\n", source.path);
	return 0;
}

void ebpf_btf_vmlinux_exit(void)
{
	if (btf_kobj) {
		sysfs_remove_bin_file(btf_kobj, &vmlinux_attr);
		kobject_put(btf_kobj);
	}
	ebpf_btf_obj_put(vmlinux_obj);
}
