// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/attach/pmu_type.h"
#include "kmod/fs/host_file.h"

#include <ebpfdrv/ebpfdrv.h>
#include <linux/magic.h>
#include <linux/perf_event.h>

/* 0: none is known. */
static u32 kprobe_type, uprobe_type;

struct type_file {
	const char *path;
	u32 *type;
};

static int parse_type(struct file *file, u32 *type)
{
	char text[16];
	ssize_t n = compat_kernel_read(file, text, sizeof(text) - 1, 0);

	if (n <= 0)
		return n ? n : -ENODATA;
	text[n] = '\0';
	return kstrtou32(strim(text), 10, type);
}

static int read_type(void *arg)
{
	struct type_file *tf = arg;
	struct file *file = filp_open(tf->path, O_RDONLY, 0);
	u32 type = 0;
	int err = -ENOENT;

	if (IS_ERR(file))
		return PTR_ERR(file);
	/* Another file system is not the kernel's word. */
	if (file_inode(file)->i_sb->s_magic == SYSFS_MAGIC)
		err = parse_type(file, &type);
	filp_close(file, NULL);
	if (!err)
		WRITE_ONCE(*tf->type, type);
	return err;
}

void ebpf_pmu_types_find(void)
{
	struct type_file files[] = {
		{ "/sys/bus/event_source/devices/kprobe/type", &kprobe_type },
		{ "/sys/bus/event_source/devices/uprobe/type", &uprobe_type },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(files); i++)
		if (!*files[i].type)
			ebpf_host_run(read_type, &files[i]);
}

u32 ebpf_pmu_own_type(u32 type)
{
	/* Those are fixed, and 0 is one of them. */
	if (type < PERF_TYPE_MAX)
		return type;
	if (type == READ_ONCE(kprobe_type))
		return EBPFDRV_PERF_TYPE_KPROBE;
	if (type == READ_ONCE(uprobe_type))
		return EBPFDRV_PERF_TYPE_UPROBE;
	return type;
}
