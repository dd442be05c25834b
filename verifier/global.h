/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between global.c and arg_tags.c: parameters of global functions. Process context.
 */
#ifndef _VERIFIER_GLOBAL_H
#define _VERIFIER_GLOBAL_H

#include "verifier/env.h"

/* Tags of a parameter, subprog_info.arg_tags: bits. */
#define ARG_TAG_CTX		1	/* the context, whatever its type is called */
#define ARG_TAG_NONNULL		2	/* memory that is there */
#define ARG_TAG_NULLABLE	4	/* with TRUSTED: or NULL */
#define ARG_TAG_TRUSTED		8	/* a kernel's object */
#define ARG_TAG_UNTRUSTED	16	/* anything, to be read only */
#define ARG_TAG_ARENA		32	/* an address in an arena, or any number */
#define ARG_TAG_OTHER		64	/* one that is not known here */

/* Finds those of all global functions, once. -EAGAIN: a signal came. */
int ebpf_find_arg_tags(struct vf_env *env);
/* Parameter @arg is tagged as the context, and of type @ptr: does that fit the program's type,
 * which calls its context struct @own (NULL: no struct)? 0, or -EINVAL and a line in the log.
 */
int ebpf_check_ctx_tag(struct vf_env *env, u32 arg, const struct ebpf_btf_type *ptr, const char *own);
/* Does the pointer @ptr of a program's BTF lead into an arena? A tag behind it says so. */
bool ebpf_points_to_arena(const struct ebpf_btf *btf, const struct ebpf_btf_type *ptr);
/* The kernel's struct with the name of @target, to which parameter @arg points. 0, or -ENOENT
 * and a line in the log.
 */
int ebpf_find_arg_struct(struct vf_env *env, u32 arg, const struct ebpf_btf_type *target,
			 const struct ebpf_btf **btf, u32 *id);

#endif /* _VERIFIER_GLOBAL_H */
