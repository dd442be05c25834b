/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * BTF objects: parsed BTF with an id and file descriptors.
 */
#ifndef _KMOD_BTF_H
#define _KMOD_BTF_H

#include "kmod/compat/compat.h"
#include <ebpf/btf.h>

#define EBPF_BTF_NAME_MAX	64	/* at least MODULE_NAME_LEN */

/**
 * struct ebpf_btf_obj - BTF with an id
 * @btf:    parsed; of modules NULL until first used
 * @kernel: the running kernel's, name "vmlinux", or of a module
 * @name:   "" for BTF that was loaded
 * @raw:    what @btf refers to, of the kernel and of modules
 * @module: of a module of the kernel; the rest is btf_module.c's
 * @mod:    the module, NULL once it goes
 */
struct ebpf_btf_obj {
	atomic64_t refcnt;
	u32 id;
	struct ebpf_btf *btf;
	bool kernel;
	bool module;
	char name[EBPF_BTF_NAME_MAX];
	struct list_head free_node;
	struct list_head mod_node;
	struct module *mod;
	void *raw;
	u32 raw_size;
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

/* The same for a module's, which is not counted. */
struct ebpf_btf_obj *ebpf_btf_obj_new_module(struct module *mod, u32 raw_size);
/* The same for this module's own, which is complete: takes @btf and @raw over on success. */
struct ebpf_btf_obj *ebpf_btf_obj_new_own(struct ebpf_btf *btf, void *raw, u32 raw_size);

u64 ebpf_btf_count(void);
int ebpf_btf_init_module(void);
void ebpf_btf_exit_module(void);

/* btf_layout.c: a structure of the kernel that has @there bytes in @btf and another size,
 * @here, in the headers that this module was compiled with; NULL when all that are looked at
 * agree or are not in @btf.
 */
const char *ebpf_btf_other_layout(const struct ebpf_btf *btf, u32 *there, u32 *here);

/* btf_vmlinux.c: the running kernel's BTF. One that is missing, must not be believed, is
 * malformed or another kernel's is no error: the log says so once, and what needs it is
 * refused later. -ENOEXEC: it is the kernel's own, and this module was built for another.
 */
int ebpf_btf_vmlinux_init(void);
void ebpf_btf_vmlinux_exit(void);
/* Parsed, or NULL. No reference taken: it lives as long as the module. Any context. */
struct ebpf_btf_obj *ebpf_btf_vmlinux(void);
/* Does /sys/kernel/btf/vmlinux come from us? */
bool ebpf_btf_vmlinux_served(void);
/* Where the BTF of a module is, if it has any; in @path of @room bytes. -ENAMETOOLONG. */
int ebpf_btf_module_path(char *path, size_t room, const char *name);

/* btf_kfunc.c: the BTF of the functions of this module's own that programs may call
 * (<ebpf/kfunc.h>), which is told of as any module's. None where the kernel has no BTF, on which
 * it stands, or where it cannot be made, of which the log tells. After ebpf_btf_vmlinux_init().
 */
void ebpf_btf_kfunc_init(void);
void ebpf_btf_kfunc_exit(void);
/* NULL without. No reference taken: it lives as long as the module. Any context. */
const struct ebpf_btf_obj *ebpf_btf_kfunc(void);

/* btf_module.c: BTF of loaded modules, on top of the kernel's. Objects are made when
 * ids are first looked at, and go with their module. All may sleep.
 */
int ebpf_btf_modules_init(void);
void ebpf_btf_modules_exit(void);
/* Makes objects of modules that have been loaded since the last time. */
void ebpf_btf_modules_scan(void);
/* Fills obj->btf. -ENOENT when the module has gone, errors of reading and parsing. */
int ebpf_btf_module_load(struct ebpf_btf_obj *obj);
/* Copies at most @room raw bytes of it to the user address @ubuf; *size is how many there
 * are. Errors of reading, or -EFAULT.
 */
int ebpf_btf_module_to_user(const struct ebpf_btf_obj *obj, u64 ubuf, u32 room, u32 *size);
/* The module that @obj is of, with a reference, in *mod; NULL for the kernel's own.
 * -ENOENT when it is gone or going.
 */
int ebpf_btf_module_get(const struct ebpf_btf_obj *obj, struct module **mod);

extern const struct file_operations ebpf_btf_fops;

#endif /* _KMOD_BTF_H */
