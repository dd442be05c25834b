/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * BTF, the compact type information of programs and kernels, as it is stored.
 *
 * Layout and numbers are those of Linux 6.1; identifiers carry EBPF_BTF_ and
 * ebpf_btf_ in place of BTF_ and btf_, so that this file can stand beside
 * <linux/btf.h>.
 *
 * A blob is a header, then the type section, then the string section. Types are
 * numbered from 1 in the order they are stored; 0 is void.
 */
#ifndef _UAPI_EBPFDRV_BTF_H
#define _UAPI_EBPFDRV_BTF_H

#include <linux/types.h>

#define EBPF_BTF_MAGIC		0xeB9F
#define EBPF_BTF_VERSION	1

struct ebpf_btf_header {
	__u16	magic;
	__u8	version;
	__u8	flags;
	__u32	hdr_len;
	/* bytes; offsets count from the end of the header */
	__u32	type_off;
	__u32	type_len;
	__u32	str_off;
	__u32	str_len;
};

#define EBPF_BTF_MAX_TYPE		0x000fffff
#define EBPF_BTF_MAX_NAME_OFFSET	0x00ffffff
#define EBPF_BTF_MAX_VLEN		0xffff

/* One type; what follows it in memory depends on its kind. */
struct ebpf_btf_type {
	__u32 name_off;		/* into the string section */
	__u32 info;		/* see EBPF_BTF_INFO_*() */
	union {
		__u32 size;	/* bytes: INT ENUM STRUCT UNION DATASEC FLOAT ENUM64 */
		__u32 type;	/* id of another type: all other kinds that have one */
	};
};

#define EBPF_BTF_INFO_KIND(info)	(((info) >> 24) & 0x1f)
#define EBPF_BTF_INFO_VLEN(info)	((info) & 0xffff)
#define EBPF_BTF_INFO_KFLAG(info)	((info) >> 31)

enum {
	EBPF_BTF_KIND_UNKN		= 0,
	EBPF_BTF_KIND_INT		= 1,	/* + u32, see EBPF_BTF_INT_*() */
	EBPF_BTF_KIND_PTR		= 2,
	EBPF_BTF_KIND_ARRAY		= 3,	/* + ebpf_btf_array */
	EBPF_BTF_KIND_STRUCT		= 4,	/* + vlen x ebpf_btf_member */
	EBPF_BTF_KIND_UNION		= 5,	/* + vlen x ebpf_btf_member */
	EBPF_BTF_KIND_ENUM		= 6,	/* + vlen x ebpf_btf_enum */
	EBPF_BTF_KIND_FWD		= 7,	/* kflag: of a union */
	EBPF_BTF_KIND_TYPEDEF		= 8,
	EBPF_BTF_KIND_VOLATILE		= 9,
	EBPF_BTF_KIND_CONST		= 10,
	EBPF_BTF_KIND_RESTRICT		= 11,
	EBPF_BTF_KIND_FUNC		= 12,	/* vlen: enum ebpf_btf_func_linkage */
	EBPF_BTF_KIND_FUNC_PROTO	= 13,	/* + vlen x ebpf_btf_param */
	EBPF_BTF_KIND_VAR		= 14,	/* + ebpf_btf_var */
	EBPF_BTF_KIND_DATASEC		= 15,	/* + vlen x ebpf_btf_var_secinfo */
	EBPF_BTF_KIND_FLOAT		= 16,
	EBPF_BTF_KIND_DECL_TAG		= 17,	/* + ebpf_btf_decl_tag */
	EBPF_BTF_KIND_TYPE_TAG		= 18,
	EBPF_BTF_KIND_ENUM64		= 19,	/* + vlen x ebpf_btf_enum64 */

	NR_EBPF_BTF_KINDS,
	EBPF_BTF_KIND_MAX		= NR_EBPF_BTF_KINDS - 1,
};

/* The word after an INT. */
#define EBPF_BTF_INT_ENCODING(val)	(((val) & 0x0f000000) >> 24)
#define EBPF_BTF_INT_OFFSET(val)	(((val) & 0x00ff0000) >> 16)
#define EBPF_BTF_INT_BITS(val)		((val) & 0x000000ff)

#define EBPF_BTF_INT_SIGNED		(1 << 0)
#define EBPF_BTF_INT_CHAR		(1 << 1)
#define EBPF_BTF_INT_BOOL		(1 << 2)

struct ebpf_btf_enum {
	__u32	name_off;
	__s32	val;
};

struct ebpf_btf_enum64 {
	__u32	name_off;
	__u32	val_lo32;
	__u32	val_hi32;
};

struct ebpf_btf_array {
	__u32	type;
	__u32	index_type;
	__u32	nelems;
};

/* offset counts bits; with kflag its high byte is the size of a bit field. */
struct ebpf_btf_member {
	__u32	name_off;
	__u32	type;
	__u32	offset;
};

#define EBPF_BTF_MEMBER_BITFIELD_SIZE(val)	((val) >> 24)
#define EBPF_BTF_MEMBER_BIT_OFFSET(val)		((val) & 0xffffff)

/* A last parameter of name 0 and type 0 stands for "...". */
struct ebpf_btf_param {
	__u32	name_off;
	__u32	type;
};

enum {
	EBPF_BTF_VAR_STATIC		= 0,
	EBPF_BTF_VAR_GLOBAL_ALLOCATED	= 1,
	EBPF_BTF_VAR_GLOBAL_EXTERN	= 2,
};

enum ebpf_btf_func_linkage {
	EBPF_BTF_FUNC_STATIC	= 0,
	EBPF_BTF_FUNC_GLOBAL	= 1,
	EBPF_BTF_FUNC_EXTERN	= 2,
};

struct ebpf_btf_var {
	__u32	linkage;
};

struct ebpf_btf_var_secinfo {
	__u32	type;
	__u32	offset;		/* bytes */
	__u32	size;		/* bytes */
};

/* component_idx: number of a member or parameter, -1 for the whole */
struct ebpf_btf_decl_tag {
	__s32	component_idx;
};

#endif /* _UAPI_EBPFDRV_BTF_H */
