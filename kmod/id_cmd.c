// SPDX-License-Identifier: GPL-2.0-only
/*
 * Objects by number.
 */
#include "kmod/syscall.h"
#include "kmod/btf/btf.h"
#include "kmod/ids.h"
#include "kmod/link/link.h"
#include "kmod/prog/prog.h"

static long next_id(struct ebpf_ids *ids, const union ebpf_attr *attr,
		    union ebpf_attr __user *uattr)
{
	u32 id;

	if (attr->open_flags || attr->start_id >= INT_MAX)
		return -EINVAL;
	id = ebpf_ids_next(ids, attr->start_id);
	if (!id)
		return -ENOENT;
	return put_user(id, &uattr->next_id);
}

long ebpf_cmd_prog_get_next_id(const union ebpf_attr *attr, union ebpf_attr __user *uattr)
{
	return next_id(&ebpf_prog_ids, attr, uattr);
}

long ebpf_cmd_map_get_next_id(const union ebpf_attr *attr, union ebpf_attr __user *uattr)
{
	return next_id(&ebpf_map_ids, attr, uattr);
}

long ebpf_cmd_btf_get_next_id(const union ebpf_attr *attr, union ebpf_attr __user *uattr)
{
	ebpf_btf_modules_scan();
	return next_id(&ebpf_btf_ids, attr, uattr);
}

long ebpf_cmd_link_get_next_id(const union ebpf_attr *attr, union ebpf_attr __user *uattr)
{
	return next_id(&ebpf_link_ids, attr, uattr);
}

long ebpf_cmd_prog_get_fd_by_id(const union ebpf_attr *attr, union ebpf_attr __user *uattr)
{
	struct ebpf_prog *prog = ebpf_ids_find(&ebpf_prog_ids, attr->prog_id);
	int fd;

	if (!prog)
		return -ENOENT;
	fd = ebpf_prog_new_fd(prog);
	if (fd < 0)
		ebpf_prog_put(prog);
	return fd;
}

long ebpf_cmd_btf_get_fd_by_id(const union ebpf_attr *attr, union ebpf_attr __user *uattr)
{
	struct ebpf_btf_obj *obj = ebpf_ids_find(&ebpf_btf_ids, attr->btf_id);
	int fd;

	if (!obj)
		return -ENOENT;
	fd = ebpf_btf_obj_new_fd(obj);
	if (fd < 0)
		ebpf_btf_obj_put(obj);
	return fd;
}

long ebpf_cmd_link_get_fd_by_id(const union ebpf_attr *attr, union ebpf_attr __user *uattr)
{
	struct ebpf_link *link = ebpf_ids_find(&ebpf_link_ids, attr->link_id);
	int fd;

	if (!link)
		return -ENOENT;
	fd = ebpf_link_new_fd(link);
	if (fd < 0)
		ebpf_link_put(link);
	return fd;
}
