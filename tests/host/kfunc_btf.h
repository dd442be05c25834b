/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * BTF of a kernel that has one type, and of the kernel functions on top of it, as the module
 * makes it: what tests call them by.
 */
#ifndef _TESTS_HOST_KFUNC_BTF_H
#define _TESTS_HOST_KFUNC_BTF_H

#include <ebpf/kfunc.h>
#include <ebpf/services.h>
#include "btf_words.h"
#include "insn_macros.h"

/* Numbers of the struct and the functions: each of these follows its prototype. */
enum { KF_ITER_NUM = 14, KF_NEW = 23, KF_NEXT = 25, KF_DESTROY = 27, KF_BITS_NEW = 29, KF_BITS_NEXT = 31,
       KF_BITS_DESTROY = 33, KF_KERN_CTX = 35, KF_RDONLY = 37,
       KF_END = 1000 };	/* beyond all */

#define KFUNC(id)	INSN(EBPF_JMP | EBPF_CALL, 0, EBPF_PSEUDO_KFUNC_CALL, 0, id)
/* Of the iterator at R10 + @at: three instructions each, but for the first. */
#define ITER_AT(at)		MOV_X(1, EBPF_REG_10), ADD_K(1, at)
#define ITER_NEW(at, a, b)	ITER_AT(at), MOV_K(2, a), MOV_K(3, b), KFUNC(KF_NEW)
#define ITER_NEXT(at)		ITER_AT(at), KFUNC(KF_NEXT)
#define ITER_DESTROY(at)	ITER_AT(at), KFUNC(KF_DESTROY)
/* Of the bits of @nr words that @from, a register, points to: the first is one less. */
#define BITS_NEW(at, from, nr)	ITER_AT(at), MOV_X(2, from), MOV_K(3, nr), KFUNC(KF_BITS_NEW)
#define BITS_NEXT(at)		ITER_AT(at), KFUNC(KF_BITS_NEXT)
#define BITS_DESTROY(at)	ITER_AT(at), KFUNC(KF_BITS_DESTROY)

/* NULL: it is not as above. */
static inline struct ebpf_btf *kfunc_btf_make(struct ebpf_btf **kernel)
{
	struct ebpf_btf *btf;
	void *raw;
	u32 size;

	words_begin(0);
	ADD(INT(str("int"), 4));
	*kernel = words_parse_vmlinux();
	if (IS_ERR(*kernel))
		return NULL;
	raw = ebpf_kfunc_btf(*kernel, &size);
	btf = raw ? ebpf_btf_parse_module(raw, size, *kernel, NULL) : NULL;
	if (IS_ERR_OR_NULL(btf) ||
	    ebpf_btf_find(btf, "bpf_iter_num", EBPF_BTF_KIND_STRUCT) != KF_ITER_NUM ||
	    ebpf_btf_find(btf, "bpf_iter_num_new", EBPF_BTF_KIND_FUNC) != KF_NEW ||
	    ebpf_btf_find(btf, "bpf_iter_num_next", EBPF_BTF_KIND_FUNC) != KF_NEXT ||
	    ebpf_btf_find(btf, "bpf_iter_num_destroy", EBPF_BTF_KIND_FUNC) != KF_DESTROY ||
	    ebpf_btf_find(btf, "bpf_iter_bits_new", EBPF_BTF_KIND_FUNC) != KF_BITS_NEW ||
	    ebpf_btf_find(btf, "bpf_cast_to_kern_ctx", EBPF_BTF_KIND_FUNC) != KF_KERN_CTX)
		return NULL;
	return btf;
}

static inline void kfunc_btf_free(struct ebpf_btf *btf, struct ebpf_btf *kernel)
{
	u32 size;
	void *raw;

	if (!IS_ERR_OR_NULL(btf)) {
		raw = (void *)ebpf_btf_raw(btf, &size);
		ebpf_btf_destroy(btf);
		ebpf_free(raw);
	}
	words_destroy(kernel);
}

#endif /* _TESTS_HOST_KFUNC_BTF_H */
