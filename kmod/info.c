// SPDX-License-Identifier: GPL-2.0-only
/*
 * OBJ_GET_INFO_BY_FD.
 */
#include "kmod/syscall.h"
#include "kmod/btf/btf.h"
#include "kmod/link/link.h"
#include "kmod/map/map.h"
#include "kmod/prog/prog_info.h"

#include <linux/file.h>
#include <linux/user_namespace.h>

/* Structures of callers older and newer than we: what they do not know is not
 * written, what we do not know (behind @known bytes) must be zero.
 */
static long info_in(void *info, size_t size, size_t known, const union ebpf_attr *attr)
{
	void __user *uinfo = ebpf_user_ptr(attr->info.info);
	int err = ebpf_check_tail_zero(uinfo, known, attr->info.info_len);

	if (err)
		return err;
	if (copy_from_user(info, uinfo, min_t(size_t, size, attr->info.info_len)))
		return -EFAULT;
	return 0;
}

static long info_out(const void *info, size_t size, const union ebpf_attr *attr,
		     union ebpf_attr __user *uattr)
{
	u32 len = min_t(u32, size, attr->info.info_len);

	if (copy_to_user(ebpf_user_ptr(attr->info.info), info, len) ||
	    put_user(len, &uattr->info.info_len))
		return -EFAULT;
	return 0;
}

/* Whoever opened the descriptor must have been one to whom Linux shows where things are
 * in the kernel, whatever its sysctls say.
 */
static bool shows_addresses(const struct file *file)
{
	return file_ns_capable(file, &init_user_ns, CAP_SYSLOG);
}

static long prog_info(const struct file *file, const union ebpf_attr *attr,
		      union ebpf_attr __user *uattr)
{
	const struct ebpf_prog *prog = file->private_data;
	struct ebpf_prog_info info;
	long err;

	memset(&info, 0, sizeof(info));
	/* Of the padding behind the last member nothing is known. */
	err = info_in(&info, sizeof(info), offsetof(struct ebpf_prog_info, attach_btf_id) +
		      sizeof(info.attach_btf_id), attr);
	if (!err)
		err = ebpf_prog_fill_info(prog, &info, compat_bpf_capable(),
					  shows_addresses(file));
	return err ? err : info_out(&info, sizeof(info), attr, uattr);
}

static long map_info(const struct ebpf_map *map, const union ebpf_attr *attr,
		     union ebpf_attr __user *uattr)
{
	struct ebpf_map_info info;
	long err = ebpf_check_tail_zero(ebpf_user_ptr(attr->info.info), sizeof(info),
					attr->info.info_len);

	if (err)
		return err;
	memset(&info, 0, sizeof(info));
	info.type = map->map_type;
	info.id = map->id;
	info.key_size = map->key_size;
	info.value_size = map->value_size;
	info.max_entries = map->max_entries;
	info.map_flags = map->map_flags;
	info.map_extra = map->map_extra;
	memcpy(info.name, map->name, sizeof(info.name));
	if (map->btf_obj) {
		info.btf_id = map->btf_obj->id;
		info.btf_key_type_id = map->btf_key_type_id;
		info.btf_value_type_id = map->btf_value_type_id;
	}
	return info_out(&info, sizeof(info), attr, uattr);
}

/* Copies as much of @name as fits, always with a NUL; -ENOSPC when cut. */
static long name_out(u64 uaddr, u32 room, const char *name)
{
	char __user *uname = ebpf_user_ptr(uaddr);
	u32 len = strlen(name);

	if (!room)
		return 0;
	if (len < room)
		return copy_to_user(uname, name, len + 1) ? -EFAULT : 0;
	if (copy_to_user(uname, name, room - 1) || put_user('\0', uname + room - 1))
		return -EFAULT;
	return -ENOSPC;
}

static int btf_out(const struct ebpf_btf_obj *obj, u64 ubuf, u32 room, u32 *size)
{
	const void *raw;

	if (obj->module)
		return ebpf_btf_module_to_user(obj, ubuf, room, size);
	raw = ebpf_btf_raw(obj->btf, size);
	return copy_to_user(ebpf_user_ptr(ubuf), raw, min(room, *size)) ? -EFAULT : 0;
}

static long btf_info(const struct ebpf_btf_obj *obj, const union ebpf_attr *attr,
		     union ebpf_attr __user *uattr)
{
	struct ebpf_btf_info info;
	long err, cut;

	memset(&info, 0, sizeof(info));
	err = info_in(&info, sizeof(info), sizeof(info), attr);
	if (err)
		return err;
	if (!info.name != !info.name_len)
		return -EINVAL;
	err = btf_out(obj, info.btf, info.btf_size, &info.btf_size);
	if (err)
		return err;
	cut = name_out(info.name, info.name_len, obj->name);
	if (cut == -EFAULT)
		return cut;
	info.id = obj->id;
	info.kernel_btf = obj->kernel;
	info.name_len = strlen(obj->name);
	err = info_out(&info, sizeof(info), attr, uattr);
	return err ? err : cut;
}

static long link_info(const struct ebpf_link *link, const union ebpf_attr *attr,
		      union ebpf_attr __user *uattr)
{
	struct ebpf_link_info info;
	struct ebpf_prog *prog;
	long err;

	memset(&info, 0, sizeof(info));
	err = info_in(&info, sizeof(info), sizeof(info), attr);
	if (err)
		return err;
	info.type = link->type;
	info.id = link->id;
	prog = ebpf_link_prog_get(link);
	if (prog) {
		info.prog_id = prog->id;
		ebpf_prog_put(prog);
	}
	if (link->ops->fill_info) {
		err = link->ops->fill_info(link, &info);
		if (err)
			return err;
	}
	return info_out(&info, sizeof(info), attr, uattr);
}

long ebpf_cmd_obj_get_info_by_fd(const union ebpf_attr *attr, union ebpf_attr __user *uattr)
{
	struct file *file = fget(attr->info.bpf_fd);
	long err = -EINVAL;

	if (!file)
		return -EBADFD;
	if (file->f_op == &ebpf_prog_fops)
		err = prog_info(file, attr, uattr);
	else if (file->f_op == &ebpf_map_fops)
		err = map_info(file->private_data, attr, uattr);
	else if (file->f_op == &ebpf_btf_fops)
		err = btf_info(file->private_data, attr, uattr);
	else if (file->f_op == &ebpf_link_fops)
		err = link_info(file->private_data, attr, uattr);
	fput(file);
	return err;
}
