/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verifier: decides whether a program is safe and rewrites it into the
 * form the JIT takes.
 */
#ifndef _EBPF_VERIFIER_H
#define _EBPF_VERIFIER_H

#include <ebpf/types.h>
#include <ebpf/prog.h>
#include <ebpf/map.h>
#include <ebpf/helper.h>
#include <ebpf/btf.h>

/* log_level bits, as in Linux */
#define EBPF_LOG_LEVEL1	1
#define EBPF_LOG_LEVEL2	2
#define EBPF_LOG_STATS	4
#define EBPF_LOG_MASK	7

/**
 * struct ebpf_log - where the verifier and the BTF checker write
 * @level:  EBPF_LOG_* bits, 0 for silence
 * @write:  takes @len bytes of text; returns 0, or non-zero when the sink is
 *          full or faulty: nothing more is written then and the load ends in
 *          -ENOSPC, as Linux does
 * @cookie: for @write and @rewind
 * @failed: set after a write failed
 * @rewind: drops what was written after the first @len bytes, so that level 1
 *          keeps no text of paths that were found safe; NULL: it stays
 *
 * The sink adds the terminating NUL itself. Process context.
 */
struct ebpf_log {
	u32 level;
	int (*write)(void *cookie, const char *text, u32 len);
	void *cookie;
	bool failed;
	void (*rewind)(void *cookie, u64 len);
};

void ebpf_log_printf(struct ebpf_log *log, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * struct ebpf_verifier_ops - what the verifier asks of its caller
 *
 * All of it in process context; may sleep.
 */
struct ebpf_verifier_ops {
	/* The map behind a file descriptor of the loading process, with a
	 * reference, or ERR_PTR(-EBADF, -EINVAL).
	 */
	struct ebpf_map *(*map_get)(void *cookie, int fd);
	void (*map_put)(void *cookie, struct ebpf_map *map);
	/* fd_array[idx] of the load command, or -1 with errno semantic of
	 * Linux: negative errno on failure. NULL when there is no fd_array.
	 */
	int (*fd_array_get)(void *cookie, u32 idx, int *fd);
	/* The running kernel's BTF, where ebpf_load.vmlinux_btf is NULL since it
	 * is large and few programs need it; NULL when there is none. May be NULL.
	 */
	const struct ebpf_btf *(*vmlinux_btf)(void *cookie);
	/* The address of a symbol of the kernel, of per-CPU variables the offset.
	 * -ENOENT when it has no such symbol or does not tell, or another errno. May be
	 * NULL.
	 */
	int (*ksym_addr)(void *cookie, const char *name, u64 *addr);
	/* The BTF behind descriptor @fd when it is that of kernel functions for programs
	 * (<ebpf/kfunc.h>), which 0 stands for; no reference taken: it outlives the load. NULL: of
	 * another module, or there is none; -EBADF, -EINVAL: of none. May be NULL.
	 */
	const struct ebpf_btf *(*kfunc_btf)(void *cookie, int fd);
	/* The program loads from the addresses of maps: from now on all have a view. 0 or
	 * an errno. May be NULL.
	 */
	int (*map_views)(void *cookie);
	/* Is the kernel locked down against @what, an enum ebpf_lockdown? May be NULL: no. */
	bool (*locked_down)(void *cookie, u32 what);
};

/* The struct of @btf that a map of @map_type looks like to programs that load from its
 * address: the type's own, which starts with a struct bpf_map, or that alone. An id, or
 * -ENOENT where there is none.
 */
s32 ebpf_map_struct(const struct ebpf_btf *btf, u32 map_type);
/* Where @btf has no struct bpf_arena, whose map is a struct bpf_map, type @id: behind that, from this
 * offset on, are user_vm_start and user_vm_end, u64 each.
 */
#define EBPF_OWN_ARENA_SIZE	16
u32 ebpf_own_arena_off(const struct ebpf_btf *btf, u32 id);

/**
 * struct ebpf_load - everything about one load request
 *
 * @insns is copied and never changed. @func_info, @line_info and @core_relos are
 * kernel copies of the records as sent (with the record sizes given).
 */
struct ebpf_load {
	u32 prog_type;
	u32 expected_attach_type;
	u32 prog_flags;			/* EBPF_F_STRICT_ALIGNMENT, TEST_RND_HI32, ... */
	bool gpl_compatible;
	bool no_sys_admin;		/* the caller lacks CAP_SYS_ADMIN */
	const struct ebpf_insn *insns;
	u32 insn_cnt;
	const struct ebpf_btf *btf;	/* NULL without */
	const void *func_info;
	u32 func_info_cnt;
	u32 func_info_rec_size;
	const void *line_info;
	u32 line_info_cnt;
	u32 line_info_rec_size;
	const void *core_relos;
	u32 core_relo_cnt;
	u32 core_relo_rec_size;
	u32 attach_btf_id;
	const struct ebpf_btf *attach_btf;
	const struct ebpf_btf *vmlinux_btf;
	/* What the program will be, for helpers that keep it (timers). */
	const void *self;
	const struct ebpf_verifier_ops *ops;
	void *cookie;
	struct ebpf_log *log;
};

/**
 * ebpf_verify() - check a program and produce its final form
 * @load: the request
 * @img:  filled on success; the caller frees it with ebpf_prog_image_free()
 *        and puts the maps in it
 *
 * Returns 0 or the negative errno Linux gives for the same program (-EACCES,
 * -EINVAL, -E2BIG, -EFAULT, -EPERM, -ENOSPC for a full log, -ENOMEM, -EAGAIN
 * on a signal). On failure all references taken are put. Process context; may
 * sleep; uses less than 2 KiB of stack.
 */
int ebpf_verify(const struct ebpf_load *load, struct ebpf_prog_image *img);

/* Applies @load's core_relos to @insns, the caller's copy of the instructions, before
 * ebpf_verify(): places in types of @load's BTF become those of the kernel's. 0, or the
 * errno Linux gives (-EINVAL, -E2BIG, -ERANGE, -EOPNOTSUPP, -ENOMEM, -EAGAIN on a signal)
 * and a line in the log. Process context; may sleep.
 */
int ebpf_core_relocate(const struct ebpf_load *load, struct ebpf_insn *insns);

/* What may be loaded, by type, and the attach type that it says (verifier/prog_type.c). */
bool ebpf_prog_type_supported(u32 type);
/* Types whose programs name a function or tracepoint when they are loaded, and get its arguments
 * as its BTF says.
 */
static inline bool ebpf_prog_type_has_target(u32 type)
{
	return type == EBPF_PROG_TYPE_TRACING || type == EBPF_PROG_TYPE_LSM;
}
/* Types whose programs behave as one of several hooks demands say which. */
bool ebpf_attach_type_fits(u32 type, u32 attach_type);
/* What programs of these types were before there was a choice. */
u32 ebpf_attach_type_of(u32 type, u32 attach_type);

/* Prints one instruction in the form Linux's verifier log and bpftool use,
 * e.g. "r1 = *(u64 *)(r10 -8)", newline included. (verifier/disasm.c)
 */
struct ebpf_disasm_ops {
	void (*print)(void *cookie, const char *fmt, ...)
		__attribute__((format(printf, 2, 3)));
	const char *(*call_name)(void *cookie, const struct ebpf_insn *insn);	/* may be NULL */
	void *cookie;
};
void ebpf_disasm_insn(const struct ebpf_disasm_ops *ops, const struct ebpf_insn *insn,
		      bool allow_ptr_leaks);

#endif /* _EBPF_VERIFIER_H */
