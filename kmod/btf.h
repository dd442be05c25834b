/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * BTF objects: parsed BTF with an id and file descriptors.
 */
#ifndef _KMOD_BTF_H
#define _KMOD_BTF_H

#include "kmod/compat/compat.h"
#include <ebpf/btf.h>

struct ebpf_btf_obj {
	atomic_t refcnt;
	u32 id;
	struct ebpf_btf *btf;
	bool kernel;		/* the running kernel's; name "vmlinux" */
	const char *name;	/* "" for BTF that was loaded */
	struct list_head free_node;
};

/* BTF of an fd with a reference, or ERR_PTR(-EBADF, -EINVAL). */
struct ebpf_btf_obj *ebpf_btf_obj_get(int fd);
void ebpf_btf_obj_inc(struct ebpf_btf_obj *obj);
/* NULL is allowed. Any context but NMI. */
void ebpf_btf_obj_put(struct ebpf_btf_obj *obj);
/* Takes the caller's reference over on success. */
int ebpf_btf_obj_new_fd(struct ebpf_btf_obj *obj);
/* Takes @btf over, on error too. ERR_PTR(-ENOMEM, -ENOSPC). */
struct ebpf_btf_obj *ebpf_btf_obj_new(struct ebpf_btf *btf, const char *name, bool kernel);

u64 ebpf_btf_count(void);
int ebpf_btf_init_module(void);
void ebpf_btf_exit_module(void);

/* btf_vmlinux.c: the running kernel's BTF from a file. A file that is missing is
 * no error: features that need it are refused later. The object is NULL then.
 */
int ebpf_btf_vmlinux_init(void);
void ebpf_btf_vmlinux_exit(void);
/* No reference taken: it lives as long as the module. */
struct ebpf_btf_obj *ebpf_btf_vmlinux(void);
/* Copies at most @room raw bytes of it to the user address @ubuf, unparsed; *size is
 * how many there are. -ENOENT without any.
 */
int ebpf_btf_vmlinux_to_user(u64 ubuf, u32 room, u32 *size);
/* Does /sys/kernel/btf/vmlinux come from us? */
bool ebpf_btf_vmlinux_served(void);

extern const struct file_operations ebpf_btf_fops;

#endif /* _KMOD_BTF_H */
