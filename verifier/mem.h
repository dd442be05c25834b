/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Loads and stores, by the program and by helpers, one room of memory a section.
 */
#ifndef _VERIFIER_MEM_H
#define _VERIFIER_MEM_H

#include "verifier/env.h"

struct call_meta;

/* ---- mem.c ---- */
#define ACC_READ	1
#define ACC_WRITE	2

/**
 * ebpf_check_mem_access() - one load or store
 * @regno:       the pointer
 * @off, @esize: displacement and EBPF_B..EBPF_DW of the instruction
 * @acc:         ACC_*
 * @value_regno: register read into or written from, or -1
 * @strict:      alignment is enforced whatever the load flags say
 * @sext:        a sign extending load
 */
int ebpf_check_mem_access(struct vf_env *env, int insn_idx, u32 regno, s32 off, int esize,
			  int acc, int value_regno, bool strict, bool sext);
int ebpf_check_atomic(struct vf_env *env, int insn_idx, const struct ebpf_insn *insn);
int ebpf_check_region(struct vf_env *env, u32 regno, s32 off, int size, u32 mem_size,
		      bool zero_ok);
int ebpf_check_map_region(struct vf_env *env, u32 regno, s32 off, int size, bool zero_ok,
			  int acc);
/* @size bytes at R@regno that a helper reads; with @meta->writes it writes them, too, and
 * with @meta->raw_mode besides it does not care what was there.
 */
int ebpf_check_helper_mem(struct vf_env *env, u32 regno, int size, bool zero_ok,
			  struct call_meta *meta);
int ebpf_check_packet_access(struct vf_env *env, u32 regno, s32 off, int size, bool zero_ok);
int ebpf_check_buffer(struct vf_env *env, const struct reg_state *reg, u32 regno, s32 off,
		      int size, bool zero_ok);
int ebpf_esize_bytes(int esize);
/* @size bytes at @off from the pointer: are they aligned, if they must be (@strict)? */
int ebpf_check_alignment(struct vf_env *env, const struct reg_state *reg, s32 off, int size,
			 bool strict);
/* 0 when @reg is an unmodified pointer. */
int ebpf_check_ptr_off(struct vf_env *env, const struct reg_state *reg, u32 regno,
		       bool fixed_off_ok);

/* ---- stack.c ---- */
int ebpf_check_stack_read(struct vf_env *env, u32 ptr_regno, s32 off, int size, int dst_regno);
int ebpf_check_stack_write(struct vf_env *env, u32 ptr_regno, s32 off, int size, int src_regno,
			   int insn_idx);
int ebpf_check_stack_bounds(struct vf_env *env, u32 regno, s32 off, int size, bool write,
			    bool by_helper);
/* A helper uses, or with @meta->raw_mode fills, @size bytes at R@regno. */
int ebpf_check_stack_range(struct vf_env *env, u32 regno, s32 off, int size, bool zero_ok,
			   bool by_helper, struct call_meta *meta);
/* The number of @size bytes in the stack at R@regno, if it is known: 1; 0: not; or an errno.
 * It decides something then.
 */
int ebpf_stack_const(struct vf_env *env, u32 regno, u32 size, u64 *val);
int ebpf_check_stack_slot_aligned(struct vf_env *env, u32 regno);

/* ---- map_ptr.c ---- */
/* An access through the address of the map in R@regno. */
int ebpf_check_map_ptr_access(struct vf_env *env, u32 regno, s32 off, int size, int acc,
			      int value_regno);
/* Does a look-up in the map yield something else than a value of it? */
bool ebpf_map_has_objects(const struct ebpf_map *map);

/* ---- sock.c ---- */
int ebpf_check_sock_access(struct vf_env *env, u32 regno, s32 off, int size, int acc,
			   int value_regno);

/* ---- ctx.c ---- */
/* 0 or -EACCES after a message. @reg_type: what a load yields. */
int ebpf_check_ctx_access(struct vf_env *env, int insn_idx, s32 off, int size, int acc,
			  u32 *reg_type);
bool ebpf_may_write_packet(u32 prog_type);

/* ---- trust.c ---- */
/* Of a kernel pointer of @type that was loaded from the context. */
enum trust ebpf_ctx_trust(const struct vf_env *env, u32 type);
/* Of one that is loaded at @off from what R@reg points to. */
enum trust ebpf_load_trust(struct vf_env *env, const struct reg_state *reg, u32 off);
/* Is the object there for as long as the program runs, or the RCU section lasts? */
bool ebpf_is_trusted(const struct reg_state *reg, bool rcu);
/* May what is there during an RCU section be used, since this is one? */
bool ebpf_in_rcu(const struct vf_env *env);

/* ---- netfilter.c ---- */
bool ebpf_netfilter_ctx_valid(struct vf_env *env, s32 off, int size, int acc, u32 *reg_type);

/* ---- tracing.c ---- */
bool ebpf_tracing_ctx_valid(struct vf_env *env, s32 off, int size, int acc, u32 *reg_type);

/* ---- kptr.c ---- */
/* May [off, off + size) of the map value in R@regno be read or written, by the program
 * itself (@direct) or by a helper?
 */
int ebpf_check_fields_untouched(struct vf_env *env, u32 regno, s32 off, int size, bool direct);
/* The kptr that starts @off bytes behind where @reg points, or NULL. */
const struct ebpf_map_field *ebpf_kptr_at(const struct reg_state *reg, s32 off);
/* A load or store of the whole of it. */
int ebpf_check_kptr_access(struct vf_env *env, int insn_idx, const struct ebpf_map_field *field,
			   int value_regno);

/* ---- btf_access.c ---- */
int ebpf_check_btf_access(struct vf_env *env, u32 regno, s32 off, int size, int acc,
			  int value_regno);
/* A load of [off, off + size) of struct @id into R@value_regno, if that is not negative;
 * @flags: of the pointer that it yields, if it does.
 */
int ebpf_btf_load(struct vf_env *env, const struct ebpf_btf *btf, u32 id, u32 off, u32 size,
		  u32 flags, int value_regno);
/* A pointer to struct @id, not NULL as far as checks go; loads through it may fault. */
void ebpf_reg_set_btf(struct reg_state *reg, const struct ebpf_btf *btf, u32 id, u32 flags);
/* EBPF_MEM_USER, EBPF_MEM_PERCPU by the tag of what PTR type @ptr points to. */
u32 ebpf_btf_ptr_flags(const struct ebpf_btf *btf, const struct ebpf_btf_type *ptr);
const char *ebpf_kernel_type_name(const struct ebpf_btf *btf, u32 id);
/* Does a struct @need_id start @off bytes into struct @id? */
bool ebpf_btf_struct_ids_match(struct vf_env *env, const struct ebpf_btf *btf, u32 id, u32 off,
			       u32 need_id);

#endif /* _VERIFIER_MEM_H */
