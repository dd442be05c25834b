/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Helper prototypes: what the verifier knows of the functions that programs
 * call. The table is helpers/protos.c, built into the module and, with
 * addresses of test doubles, into the user-space library.
 */
#ifndef _EBPF_HELPER_H
#define _EBPF_HELPER_H

#include <ebpf/types.h>
#include <ebpfdrv/bpf.h>

/* Every helper has this shape; unused arguments carry garbage. Called with
 * preemption disabled in any context a probe fires in, NMI included; where the
 * prototype says may_sleep, in process context.
 */
typedef u64 (*ebpf_func_t)(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5);

/* Modifiers of argument, return and register types. Base types are below. */
#define EBPF_TYPE_FLAG(n)	(1U << (8 + (n)))
#define EBPF_PTR_MAYBE_NULL	EBPF_TYPE_FLAG(0)
#define EBPF_MEM_RDONLY		EBPF_TYPE_FLAG(1)
#define EBPF_MEM_ALLOC		EBPF_TYPE_FLAG(2)	/* ring buffer record */
#define EBPF_MEM_USER		EBPF_TYPE_FLAG(3)
#define EBPF_MEM_PERCPU		EBPF_TYPE_FLAG(4)
#define EBPF_OBJ_RELEASE	EBPF_TYPE_FLAG(5)	/* the call releases it */
#define EBPF_PTR_UNTRUSTED	EBPF_TYPE_FLAG(6)
#define EBPF_MEM_UNINIT		EBPF_TYPE_FLAG(7)	/* callee fills it, whatever was there */
#define EBPF_DYNPTR_TYPE_LOCAL	EBPF_TYPE_FLAG(8)
#define EBPF_DYNPTR_TYPE_RINGBUF EBPF_TYPE_FLAG(9)
#define EBPF_MEM_FIXED_SIZE	EBPF_TYPE_FLAG(10)
#define EBPF_MEM_WRITE		EBPF_TYPE_FLAG(11)	/* callee writes it */
#define EBPF_TYPE_BASE(t)	((t) & 0xffU)

/* Memory that a helper gets at, whatever points to it, says what happens to it:
 * EBPF_MEM_RDONLY (the helper only reads it), EBPF_MEM_WRITE (it may write, and read
 * what was there) or EBPF_MEM_WRITE and EBPF_MEM_UNINIT (it fills all of it without a
 * look). Keys and map values without a flag are read. tests/host/test_helper_table holds
 * the table to that.
 */
enum ebpf_arg_type {
	EBPF_ARG_DONTCARE = 0,		/* unused */
	EBPF_ARG_CONST_MAP_PTR,		/* a map, from a map fd load */
	EBPF_ARG_PTR_TO_MAP_KEY,	/* key_size readable bytes of the map argument */
	EBPF_ARG_PTR_TO_MAP_VALUE,	/* value_size bytes, read or filled */
	EBPF_ARG_PTR_TO_MEM,		/* memory whose size is the next argument */
	EBPF_ARG_CONST_SIZE,		/* size > 0 of the memory argument before */
	EBPF_ARG_CONST_SIZE_OR_ZERO,
	EBPF_ARG_PTR_TO_CTX,
	EBPF_ARG_ANYTHING,		/* any initialised value */
	EBPF_ARG_PTR_TO_SPIN_LOCK,
	EBPF_ARG_PTR_TO_SOCK_COMMON,
	EBPF_ARG_PTR_TO_INT,		/* 4 bytes, written */
	EBPF_ARG_PTR_TO_LONG,		/* 8 bytes, written */
	EBPF_ARG_PTR_TO_SOCKET,
	EBPF_ARG_PTR_TO_BTF_ID,		/* kernel object of arg_btf_id */
	EBPF_ARG_PTR_TO_ALLOC_MEM,	/* record of ringbuf_reserve */
	EBPF_ARG_CONST_ALLOC_SIZE_OR_ZERO,	/* constant size of what is returned */
	EBPF_ARG_PTR_TO_BTF_ID_SOCK_COMMON,
	EBPF_ARG_PTR_TO_PERCPU_BTF_ID,
	EBPF_ARG_PTR_TO_FUNC,		/* callback subprogram */
	EBPF_ARG_PTR_TO_STACK,
	EBPF_ARG_PTR_TO_CONST_STR,	/* constant NUL-terminated string in a read-only map */
	EBPF_ARG_PTR_TO_TIMER,
	EBPF_ARG_PTR_TO_KPTR,
	EBPF_ARG_PTR_TO_DYNPTR,
	EBPF_ARG_TYPE_MAX,
	/* Common combinations. */
	EBPF_ARG_PTR_TO_MEM_RDONLY = EBPF_MEM_RDONLY | EBPF_ARG_PTR_TO_MEM,
	EBPF_ARG_PTR_TO_UNINIT_MEM = EBPF_MEM_WRITE | EBPF_MEM_UNINIT | EBPF_ARG_PTR_TO_MEM,
	EBPF_ARG_PTR_TO_UNINIT_MAP_VALUE = EBPF_MEM_WRITE | EBPF_MEM_UNINIT |
					   EBPF_ARG_PTR_TO_MAP_VALUE,
	EBPF_ARG_PTR_TO_CTX_OR_NULL = EBPF_PTR_MAYBE_NULL | EBPF_ARG_PTR_TO_CTX,
	EBPF_ARG_PTR_TO_STACK_OR_NULL = EBPF_PTR_MAYBE_NULL | EBPF_ARG_PTR_TO_STACK,
	EBPF_ARG_PTR_TO_ALLOC_MEM_REL = EBPF_OBJ_RELEASE | EBPF_ARG_PTR_TO_ALLOC_MEM,
	EBPF_ARG_PTR_TO_FIXED_SIZE_MEM = EBPF_MEM_FIXED_SIZE | EBPF_ARG_PTR_TO_MEM,
	EBPF_ARG_PTR_TO_INT_OUT = EBPF_MEM_WRITE | EBPF_ARG_PTR_TO_INT,
	EBPF_ARG_PTR_TO_LONG_OUT = EBPF_MEM_WRITE | EBPF_ARG_PTR_TO_LONG,
};

enum ebpf_return_type {
	EBPF_RET_INTEGER = 0,
	EBPF_RET_VOID,			/* R0 is not readable afterwards */
	EBPF_RET_PTR_TO_MAP_VALUE,
	EBPF_RET_PTR_TO_SOCKET,
	EBPF_RET_PTR_TO_TCP_SOCK,
	EBPF_RET_PTR_TO_SOCK_COMMON,
	EBPF_RET_PTR_TO_MEM,		/* a ring buffer's record, or dynptr data */
	EBPF_RET_PTR_TO_MEM_OR_BTF_ID,
	EBPF_RET_PTR_TO_BTF_ID,
	EBPF_RET_TYPE_MAX,
	EBPF_RET_PTR_TO_MAP_VALUE_OR_NULL = EBPF_PTR_MAYBE_NULL | EBPF_RET_PTR_TO_MAP_VALUE,
	EBPF_RET_PTR_TO_ALLOC_MEM_OR_NULL = EBPF_PTR_MAYBE_NULL | EBPF_MEM_ALLOC |
					    EBPF_RET_PTR_TO_MEM,
	EBPF_RET_PTR_TO_BTF_ID_OR_NULL = EBPF_PTR_MAYBE_NULL | EBPF_RET_PTR_TO_BTF_ID,
	EBPF_RET_PTR_TO_SOCKET_OR_NULL = EBPF_PTR_MAYBE_NULL | EBPF_RET_PTR_TO_SOCKET,
	EBPF_RET_PTR_TO_TCP_SOCK_OR_NULL = EBPF_PTR_MAYBE_NULL | EBPF_RET_PTR_TO_TCP_SOCK,
	EBPF_RET_PTR_TO_SOCK_COMMON_OR_NULL = EBPF_PTR_MAYBE_NULL | EBPF_RET_PTR_TO_SOCK_COMMON,
};

/* What a kernel that is locked down may keep from programs, whoever loads them. */
enum ebpf_lockdown {
	EBPF_LOCKDOWN_NONE,
	EBPF_LOCKDOWN_READ_KERNEL,	/* reads of kernel memory by address */
	EBPF_LOCKDOWN_WRITE_USER,
};

#define EBPF_MAX_FUNC_REG_ARGS	5
#define EBPF_MAX_LOOPS	(1 << 23)	/* rounds of one bpf_loop, numbers of one iterator */

/**
 * struct ebpf_func_proto - contract of one helper
 * @func:       what the call is compiled to
 * @name:       as in "bpf_map_lookup_elem", without the prefix "bpf_"
 * @id:         enum ebpf_func_id
 * @gpl_only:   for programs with a GPL-compatible license only
 * @pkt_access: packet pointers may be passed as memory
 * @changes_pkt: the packet may be elsewhere afterwards, or shorter: pointers into
 *              it that the program holds are numbers from then on
 * @sys_admin:  for callers with CAP_SYS_ADMIN only
 * @lockdown:   enum ebpf_lockdown: not there while the kernel is locked down against it
 * @may_sleep:  only for sleepable programs; @func lets other tasks run, see
 *              kmod/prog/sleep.h
 * @ret_type:   enum ebpf_return_type with modifiers
 * @arg_type:   enum ebpf_arg_type with modifiers; EBPF_ARG_DONTCARE ends the list
 * @arg_size:   bytes where arg_type says EBPF_MEM_FIXED_SIZE
 * @value_at:   where in memory the u64 is that it returns: programs load it in
 *              place of a call; NULL: they call
 * @btf_struct: kernel struct that EBPF_RET_PTR_TO_BTF_ID points to
 * @arg_struct: kernel struct that EBPF_ARG_PTR_TO_BTF_ID points to. The pointer may be
 *              NULL or to freed memory: @func reads through it with care
 */
struct ebpf_func_proto {
	ebpf_func_t func;
	const char *name;
	u32 id;
	bool gpl_only;
	bool pkt_access;
	bool changes_pkt;
	bool sys_admin;
	bool may_sleep;
	u32 lockdown;
	u32 ret_type;
	u32 arg_type[EBPF_MAX_FUNC_REG_ARGS];
	u32 arg_size[EBPF_MAX_FUNC_REG_ARGS];
	const void *value_at;
	const char *btf_struct;
	const char *arg_struct;
};

/* The helper @func_id for programs of @prog_type, or NULL where Linux has no
 * such helper for the type or this module none. Constant data, any context.
 */
const struct ebpf_func_proto *ebpf_func_proto_of(u32 prog_type, u32 func_id);

/* "map_lookup_elem" for 1, "unknown" beyond the list: every id Linux 6.1 has a
 * name for has one here, also where the helper itself does not exist.
 */
const char *ebpf_func_id_name(u32 func_id);

/* Rounds of a function's may_goto until the clock is looked at. */
#define EBPF_ROUNDS	1024

/* What may_goto calls when a function has used up its rounds: so many more, or 0 when it
 * has looped for too long. @since: a u64 of the function's frame, 0 at first.
 */
u64 ebpf_more_rounds(u64 since, u64 r2, u64 r3, u64 r4, u64 r5);

/* Calls are encoded as the distance of the helper from here, so that they fit
 * the 32-bit immediate. Programs never call it.
 */
u64 ebpf_call_base(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5);

#endif /* _EBPF_HELPER_H */
