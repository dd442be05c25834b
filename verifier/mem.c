// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads, stores, atomics, and memory handed to helpers: does the access stay in
 * its object, and may it be done at all?
 */
#include <ebpf/ctx.h>
#include "verifier/call.h"
#include "verifier/image.h"
#include "verifier/log.h"
#include "verifier/mem.h"

#define PKT_ALIGN	2	/* what network packets are off by */

int ebpf_esize_bytes(int esize)
{
	switch (esize) {
	case EBPF_B:
		return 1;
	case EBPF_H:
		return 2;
	case EBPF_W:
		return 4;
	case EBPF_DW:
		return 8;
	}
	return -EINVAL;
}

static const char *align_name(u32 type)
{
	switch (base_type(type)) {
	case PTR_TO_MAP_KEY:
		return "key ";
	case PTR_TO_MAP_VALUE:
		return "value ";
	case PTR_TO_CTX:
		return "context ";
	case PTR_TO_STACK:
		return "stack ";
	default:
		return "";
	}
}

int ebpf_check_alignment(struct vf_env *env, const struct reg_state *reg, s32 off, int size,
			 bool strict)
{
	struct tnum at;

	if (reg->type == PTR_TO_ARENA)
		return 0;
	/* Slots of the stack are tracked by aligned accesses only, and instructions are words. */
	if (reg->type == PTR_TO_STACK || (reg->type == PTR_TO_MAP_VALUE &&
					  reg->map->map_type == EBPF_MAP_TYPE_INSN_ARRAY))
		strict = true;
	if (!strict || size == 1)
		return 0;
	if (is_pkt_ptr(reg->type)) {
		at = ebpf_tnum_add(reg->n.var_off, ebpf_tnum_const(PKT_ALIGN + reg->off + off));
		if (ebpf_tnum_is_aligned(at, size))
			return 0;
		vlog(env, "misaligned packet access off %d+%s+%d+%d size %d\n", PKT_ALIGN,
		     ebpf_tnum_str(env, reg->n.var_off), reg->off, off, size);
		return -EACCES;
	}
	at = ebpf_tnum_add(reg->n.var_off, ebpf_tnum_const((s64)reg->off + off));
	if (ebpf_tnum_is_aligned(at, size))
		return 0;
	vlog(env, "misaligned %saccess off %s+%d+%d size %d\n", align_name(reg->type),
	     ebpf_tnum_str(env, reg->n.var_off), reg->off, off, size);
	return -EACCES;
}

int ebpf_check_ptr_off(struct vf_env *env, const struct reg_state *reg, u32 regno,
		       bool fixed_off_ok)
{
	if (reg->off < 0) {
		vlog(env, "negative offset %s ptr R%d off=%d disallowed\n",
		     ebpf_reg_type_str(env, reg->type), regno, reg->off);
		return -EACCES;
	}
	if (!fixed_off_ok && reg->off) {
		vlog(env, "dereference of modified %s ptr R%d off=%d disallowed\n",
		     ebpf_reg_type_str(env, reg->type), regno, reg->off);
		return -EACCES;
	}
	if (!ebpf_tnum_equals_const(reg->n.var_off, 0)) {
		vlog(env, "variable %s access var_off=%s disallowed\n",
		     ebpf_reg_type_str(env, reg->type), ebpf_tnum_str(env, reg->n.var_off));
		return -EACCES;
	}
	return 0;
}

/* [off, off + size) of an object of @mem_size bytes. */
static int check_span(struct vf_env *env, u32 regno, s64 off, int size, u32 mem_size, bool zero_ok)
{
	const struct reg_state *reg = &cur_regs(env)[regno];

	if (off >= 0 && (size > 0 || (!size && zero_ok)) && (u64)off + (u64)size <= mem_size)
		return 0;
	switch (base_type(reg->type)) {
	case PTR_TO_MAP_KEY:
		vlog(env, "invalid access to map key, key_size=%d off=%lld size=%d\n", mem_size,
		     (long long)off, size);
		break;
	case PTR_TO_MAP_VALUE:
		vlog(env, "invalid access to map value, value_size=%d off=%lld size=%d\n",
		     mem_size, (long long)off, size);
		break;
	case PTR_TO_PACKET:
	case PTR_TO_PACKET_META:
	case PTR_TO_PACKET_END:
		vlog(env, "invalid access to packet, off=%lld size=%d, R%d(id=%d,off=%lld,r=%d)\n",
		     (long long)off, size, regno, reg->id, (long long)off, mem_size);
		break;
	default:
		vlog(env, "invalid access to memory, mem_size=%u off=%lld size=%d\n", mem_size,
		     (long long)off, size);
	}
	return -EACCES;
}

int ebpf_check_region(struct vf_env *env, u32 regno, s32 off, int size, u32 mem_size,
		      bool zero_ok)
{
	const struct reg_state *reg = &cur_regs(env)[regno];
	const struct scalar *n = &reg->n;
	int err;

	if (n->smin < 0 && (n->smin < S32_MIN || n->smin + off < 0)) {
		vlog(env, "R%d min value is negative, either use unsigned index or do a if (index >=0) check.\n",
		     regno);
		return -EACCES;
	}
	/* No smin can be so large that this wraps: checked pointers only. */
	if (n->smin > S32_MAX)
		err = -EACCES;
	else
		err = check_span(env, regno, n->smin + off, size, mem_size, zero_ok);
	if (err) {
		vlog(env, "R%d min value is outside of the allowed memory range\n", regno);
		return err;
	}
	if (n->umax >= MAX_VAR_OFF) {
		vlog(env, "R%d unbounded memory access, make sure to bounds check any such access\n",
		     regno);
		return -EACCES;
	}
	err = check_span(env, regno, (s64)n->umax + off, size, mem_size, zero_ok);
	if (err)
		vlog(env, "R%d max value is outside of the allowed memory range\n", regno);
	return err;
}

/* @acc: ACC_READ, ACC_WRITE or both */
static int check_map_rights(struct vf_env *env, const struct ebpf_map *map, s32 off, int size,
			    int acc)
{
	if ((acc & ACC_WRITE) && (map->map_flags & EBPF_F_RDONLY_PROG)) {
		vlog(env, "write into map forbidden, value_size=%d off=%d size=%d\n",
		     map->value_size, off, size);
		return -EACCES;
	}
	if ((acc & ACC_READ) && (map->map_flags & EBPF_F_WRONLY_PROG)) {
		vlog(env, "read from map forbidden, value_size=%d off=%d size=%d\n",
		     map->value_size, off, size);
		return -EACCES;
	}
	return 0;
}

/* What programs see of a map of instructions is one word of each. */
static u32 seen_size(const struct ebpf_map *map)
{
	if (map->map_type != EBPF_MAP_TYPE_INSN_ARRAY)
		return map->value_size;
	return min_t(u32, map->max_entries, U32_MAX / REG_SIZE) * REG_SIZE;
}

static int check_map_region(struct vf_env *env, u32 regno, s32 off, int size, bool zero_ok,
			    int acc, bool direct)
{
	const struct ebpf_map *map = cur_regs(env)[regno].map;
	int err;

	err = check_map_rights(env, map, off, size, acc);
	if (!err)
		err = ebpf_check_region(env, regno, off, size, seen_size(map), zero_ok);
	return err ? err : ebpf_check_fields_untouched(env, regno, off, size, direct);
}

int ebpf_check_map_region(struct vf_env *env, u32 regno, s32 off, int size, bool zero_ok,
			  int acc)
{
	return check_map_region(env, regno, off, size, zero_ok, acc, false);
}

int ebpf_check_packet_access(struct vf_env *env, u32 regno, s32 off, int size, bool zero_ok)
{
	const struct reg_state *reg = &cur_regs(env)[regno];
	int err = -EINVAL;

	if (reg->n.smin < 0) {
		vlog(env, "R%d min value is negative, either use unsigned index or do a if (index >=0) check.\n",
		     regno);
		return -EACCES;
	}
	if (reg->range >= 0)
		err = check_span(env, regno, off, size, reg->range, zero_ok);
	if (err)
		vlog(env, "R%d offset is outside of the packet\n", regno);
	return err;
}

int ebpf_check_buffer(struct vf_env *env, const struct reg_state *reg, u32 regno, s32 off,
		      int size, bool zero_ok)
{
	if (off < 0 || size < 0 || (!size && !zero_ok)) {
		vlog(env, "R%d invalid tracepoint buffer access: off=%d, size=%d", regno, off, size);
		return -EACCES;
	}
	if (!ebpf_tnum_equals_const(reg->n.var_off, 0)) {
		vlog(env, "R%d invalid variable buffer offset: off=%d, var_off=%s", regno, off,
		     ebpf_tnum_str(env, reg->n.var_off));
		return -EACCES;
	}
	if (env->max_tp_access < (u32)off + size)
		env->max_tp_access = off + size;
	return 0;
}

/* The content of a map nobody can change any more. False: not such a map. */
static bool read_constant(const struct reg_state *reg, s32 off, int size, u64 *val)
{
	const struct ebpf_map *map = reg->map;
	u64 addr;

	if (!ebpf_tnum_is_const(reg->n.var_off) || !map->ops->direct_value_addr ||
	    !ebpf_map_is_rdonly(map))
		return false;
	if (map->ops->direct_value_addr(map, &addr, off + (s32)reg->n.var_off.value))
		return false;
	*val = 0;
	memcpy(val, (const void *)(unsigned long)addr, size);
	return true;
}

static int load_insn(struct vf_env *env, const struct reg_state *reg, s32 off, int size,
		     struct reg_state *dst)
{
	if (size != REG_SIZE) {
		vlog(env, "Invalid read of %d bytes from insn_array\n", size);
		return -EACCES;
	}
	ebpf_reg_copy(dst, reg);
	dst->type = PTR_TO_INSN;
	dst->id = 0;
	dst->off = off;
	return 0;
}

static int access_map_value(struct vf_env *env, int insn_idx, u32 regno, s32 off, int size,
			    int acc, int value_regno)
{
	struct reg_state *regs = cur_regs(env);
	const struct ebpf_map_field *kptr;
	u64 val;
	int err;

	err = check_map_region(env, regno, off, size, false, acc, true);
	if (err)
		return err;
	kptr = ebpf_kptr_at(&regs[regno], off);
	if (kptr)
		return ebpf_check_kptr_access(env, insn_idx, kptr, value_regno);
	if (acc != ACC_READ || value_regno < 0)
		return 0;
	if (regs[regno].map->map_type == EBPF_MAP_TYPE_INSN_ARRAY)
		return load_insn(env, &regs[regno], off, size, &regs[value_regno]);
	if (read_constant(&regs[regno], off, size, &val))
		ebpf_reg_set_known(&regs[value_regno], val);
	else
		ebpf_mark_unknown(env, regs, value_regno);
	return 0;
}

static int access_mem(struct vf_env *env, u32 regno, s32 off, int size, int acc, int value_regno)
{
	struct reg_state *regs = cur_regs(env);
	struct reg_state *reg = &regs[regno];
	int err = 0;

	if (may_be_null(reg->type)) {
		vlog(env, "R%d invalid mem access '%s'\n", regno,
		     ebpf_reg_type_str(env, reg->type));
		return -EACCES;
	}
	if (acc == ACC_WRITE && (reg->type & EBPF_MEM_RDONLY)) {
		vlog(env, "R%d cannot write into %s\n", regno, ebpf_reg_type_str(env, reg->type));
		return -EACCES;
	}
	if (!(reg->type & EBPF_PTR_UNTRUSTED))
		err = ebpf_check_region(env, regno, off, size, reg->mem_size, false);
	if (!err && acc == ACC_READ && value_regno >= 0)
		ebpf_mark_unknown(env, regs, value_regno);
	return err;
}

/* Contexts that are read as they lie can as well be read by a pointer that was moved, and the
 * memory of a test run by its caller is memory like any other. (Linux 6.1 wants the pointer as
 * it came, of all types.)
 */
static int check_ctx_off(struct vf_env *env, u32 regno, s32 *off, int size)
{
	const struct reg_state *reg = &cur_regs(env)[regno];
	u32 type = env->load->prog_type;
	int err;

	if (type != EBPF_PROG_TYPE_SYSCALL)
		return ebpf_check_ptr_off(env, reg, regno, !ebpf_ctx_needs_conv(type));
	err = ebpf_check_region(env, regno, *off, size, EBPF_SYSCALL_CTX_MAX, false);
	if (!err)
		*off += reg->n.umax;
	return err;
}

static int access_ctx(struct vf_env *env, int insn_idx, u32 regno, s32 off, int size, int acc,
		      int value_regno)
{
	struct reg_state *regs = cur_regs(env);
	u32 type = SCALAR_VALUE;
	int err;

	err = check_ctx_off(env, regno, &off, size);
	if (err)
		return err;
	err = ebpf_check_ctx_access(env, insn_idx, off, size, acc, &type);
	if (err) {
		ebpf_print_linfo(env, insn_idx, "; ");
		return err;
	}
	if (acc != ACC_READ || value_regno < 0)
		return 0;
	if (type == SCALAR_VALUE) {
		ebpf_mark_unknown(env, regs, value_regno);
		return 0;
	}
	if (base_type(type) == PTR_TO_BTF_ID) {
		ebpf_reg_set_btf(&regs[value_regno], env->ctx_btf, env->ctx_btf_id,
				 type & ~0xffU);
		regs[value_regno].from_ctx = 1;
		regs[value_regno].trust = ebpf_ctx_trust(env, type);
	} else {
		ebpf_reg_set_ptr(&regs[value_regno], type);
	}
	if (may_be_null(type))
		regs[value_regno].id = ++env->id_gen;
	return 0;
}

static int access_stack(struct vf_env *env, int insn_idx, u32 regno, s32 off, int size, int acc,
			int value_regno)
{
	int err;

	err = ebpf_check_stack_bounds(env, regno, off, size, acc == ACC_WRITE, false);
	if (err)
		return err;
	if (acc == ACC_READ)
		return ebpf_check_stack_read(env, regno, off, size, value_regno);
	return ebpf_check_stack_write(env, regno, off, size, value_regno, insn_idx);
}

static int access_packet(struct vf_env *env, u32 regno, s32 off, int size, int acc,
			 int value_regno)
{
	int err;

	if (acc == ACC_WRITE && !ebpf_may_write_packet(env->load->prog_type)) {
		vlog(env, "cannot write into packet\n");
		return -EACCES;
	}
	err = ebpf_check_packet_access(env, regno, off, size, false);
	if (!err && acc == ACC_READ && value_regno >= 0)
		ebpf_mark_unknown(env, cur_regs(env), value_regno);
	return err;
}

static int access_other(struct vf_env *env, u32 regno, s32 off, int size, int acc,
			int value_regno)
{
	struct reg_state *regs = cur_regs(env);
	struct reg_state *reg = &regs[regno];
	int err = 0;

	switch (reg->type) {
	case PTR_TO_MAP_KEY:
		if (acc == ACC_WRITE) {
			vlog(env, "write to change key R%d not allowed\n", regno);
			return -EACCES;
		}
		err = ebpf_check_region(env, regno, off, size, reg->map->key_size, false);
		break;
	case PTR_TO_TP_BUFFER:
		err = ebpf_check_buffer(env, reg, regno, off, size, false);
		break;
	case PTR_TO_ARENA:
		break;
	default:
		vlog(env, "R%d invalid mem access '%s'\n", regno,
		     ebpf_reg_type_str(env, reg->type));
		return -EACCES;
	}
	if (!err && acc == ACC_READ && value_regno >= 0)
		ebpf_mark_unknown(env, regs, value_regno);
	return err;
}

static int access_by_type(struct vf_env *env, int insn_idx, u32 regno, s32 off, int size, int acc,
			  int value_regno)
{
	struct reg_state *reg = &cur_regs(env)[regno];

	if (reg->type == PTR_TO_MAP_VALUE)
		return access_map_value(env, insn_idx, regno, off, size, acc, value_regno);
	if (base_type(reg->type) == PTR_TO_MEM)
		return access_mem(env, regno, off, size, acc, value_regno);
	if (reg->type == PTR_TO_CTX)
		return access_ctx(env, insn_idx, regno, off, size, acc, value_regno);
	if (reg->type == PTR_TO_STACK)
		return access_stack(env, insn_idx, regno, off, size, acc, value_regno);
	if (is_sock_ptr(reg->type) && !may_be_null(reg->type))
		return ebpf_check_sock_access(env, regno, off, size, acc, value_regno);
	if (reg->type == PTR_TO_PACKET || reg->type == PTR_TO_PACKET_META)
		return access_packet(env, regno, off, size, acc, value_regno);
	if (base_type(reg->type) == PTR_TO_BTF_ID && !may_be_null(reg->type))
		return ebpf_check_btf_access(env, regno, off, size, acc, value_regno);
	if (reg->type == CONST_PTR_TO_MAP)
		return ebpf_check_map_ptr_access(env, regno, off, size, acc, value_regno);
	return access_other(env, regno, off, size, acc, value_regno);
}

int ebpf_check_mem_access(struct vf_env *env, int insn_idx, u32 regno, s32 off, int esize,
			  int acc, int value_regno, bool strict, bool sext)
{
	struct reg_state *regs = cur_regs(env);
	struct reg_state *reg = &regs[regno], *val;
	int size = ebpf_esize_bytes(esize);
	int err;

	if (size < 0)
		return size;
	err = ebpf_check_alignment(env, reg, off, size, strict || env->strict_alignment);
	if (err)
		return err;
	if (sext && reg->type == PTR_TO_CTX && ebpf_ctx_needs_conv(env->load->prog_type)) {
		vlog(env, "sign-extending loads from this context are not supported\n");
		return -EACCES;
	}
	/* reg->off is within 2^29, the displacement within 2^15. */
	err = access_by_type(env, insn_idx, regno, off + reg->off, size, acc, value_regno);
	if (err || acc != ACC_READ || value_regno < 0)
		return err;
	val = &regs[value_regno];
	/* All that sign-extending loads read is narrower than a pointer. */
	if (EBPF_BUG_ON(sext && val->type != SCALAR_VALUE))
		return -EFAULT;
	if (val->type != SCALAR_VALUE)
		return 0;
	if (sext) {
		ebpf_scalar_truncate(&val->n, size);
		ebpf_scalar_sext(&val->n, size, false);
		reg_unlink(val);
	} else if (size < REG_SIZE && val->n.umax >> (size * 8)) {
		/* A part of what was saved is another number. */
		ebpf_scalar_truncate(&val->n, size);
		reg_unlink(val);
	}
	return 0;
}

static bool atomic_op_known(s32 imm)
{
	switch (imm) {
	case EBPF_ADD:
	case EBPF_AND:
	case EBPF_OR:
	case EBPF_XOR:
	case EBPF_ADD | EBPF_FETCH:
	case EBPF_AND | EBPF_FETCH:
	case EBPF_OR | EBPF_FETCH:
	case EBPF_XOR | EBPF_FETCH:
	case EBPF_XCHG:
	case EBPF_CMPXCHG:
		return true;
	}
	return false;
}

static int check_atomic_operands(struct vf_env *env, const struct ebpf_insn *insn)
{
	const struct reg_state *dst;
	int err;

	if (!atomic_op_known(insn->imm)) {
		vlog(env, "BPF_ATOMIC uses invalid atomic opcode %02x\n", insn->imm);
		return -EINVAL;
	}
	if (EBPF_SIZE(insn->code) != EBPF_W && EBPF_SIZE(insn->code) != EBPF_DW) {
		vlog(env, "invalid atomic operand size\n");
		return -EINVAL;
	}
	err = ebpf_check_reg_arg(env, insn->src_reg, SRC_OP);
	if (!err)
		err = ebpf_check_reg_arg(env, insn->dst_reg, SRC_OP);
	if (!err && insn->imm == EBPF_CMPXCHG)
		err = ebpf_check_reg_arg(env, EBPF_REG_0, SRC_OP);
	if (err)
		return err;
	dst = &cur_regs(env)[insn->dst_reg];
	if (dst->type == PTR_TO_CTX || is_pkt_ptr(dst->type) || is_sock_ptr(dst->type)) {
		vlog(env, "BPF_ATOMIC stores into R%d %s is not allowed\n", insn->dst_reg,
		     ebpf_reg_type_str(env, dst->type));
		return -EACCES;
	}
	return 0;
}

int ebpf_check_atomic(struct vf_env *env, int insn_idx, const struct ebpf_insn *insn)
{
	int load_regno = PSEUDO_REG_NONE, err;
	int esize = EBPF_SIZE(insn->code);

	err = check_atomic_operands(env, insn);
	if (err)
		return err;
	if (insn->imm & EBPF_FETCH) {
		load_regno = insn->imm == EBPF_CMPXCHG ? EBPF_REG_0 : insn->src_reg;
		/* Also keeps a program from loading over its own address. */
		err = ebpf_check_reg_arg(env, load_regno, DST_OP);
		if (err)
			return err;
	}
	/* The value register is not the one stored: what the memory holds
	 * afterwards is not tracked.
	 */
	err = ebpf_check_mem_access(env, insn_idx, insn->dst_reg, insn->off, esize, ACC_READ,
				    PSEUDO_REG_NONE, true, false);
	if (!err && load_regno >= 0)
		err = ebpf_check_mem_access(env, insn_idx, insn->dst_reg, insn->off, esize,
					    ACC_READ, load_regno, true, false);
	if (err)
		return err;
	return ebpf_check_mem_access(env, insn_idx, insn->dst_reg, insn->off, esize, ACC_WRITE,
				     PSEUDO_REG_NONE, true, false);
}

/* The context of a SYSCALL program: as much of it as is used must be there when it is run. */
static int check_ctx_mem(struct vf_env *env, u32 regno, int size, bool zero_ok)
{
	const struct reg_state *reg = &cur_regs(env)[regno];
	int err = ebpf_check_region(env, regno, reg->off, size, EBPF_SYSCALL_CTX_MAX, zero_ok);
	u32 end = reg->off + (u32)reg->n.umax + size;

	if (!err && env->max_ctx_offset < end)
		env->max_ctx_offset = end;
	return err;
}

int ebpf_check_helper_mem(struct vf_env *env, u32 regno, int size, bool zero_ok,
			  struct call_meta *meta)
{
	struct reg_state *reg = &cur_regs(env)[regno];
	bool writes = meta && meta->writes, fills = writes && meta->raw_mode;

	if (reg->type == PTR_TO_CTX && env->load->prog_type == EBPF_PROG_TYPE_SYSCALL)
		return check_ctx_mem(env, regno, size, zero_ok);
	/* Whether NULL is welcome was checked before. */
	switch (reg->type & ~(u32)(EBPF_MEM_RDONLY | EBPF_MEM_ALLOC | EBPF_PTR_MAYBE_NULL)) {
	case PTR_TO_PACKET:
	case PTR_TO_PACKET_META:
		if (writes && !ebpf_may_write_packet(env->load->prog_type))
			break;
		return ebpf_check_packet_access(env, regno, reg->off, size, zero_ok);
	case PTR_TO_MAP_KEY:
		if (writes)
			break;
		return ebpf_check_region(env, regno, reg->off, size, reg->map->key_size, false);
	case PTR_TO_MAP_VALUE:
		return check_map_region(env, regno, reg->off, size, zero_ok,
					(writes ? ACC_WRITE : 0) | (fills ? 0 : ACC_READ), false);
	case PTR_TO_MEM:
		if (writes && (reg->type & EBPF_MEM_RDONLY))
			break;
		return ebpf_check_region(env, regno, reg->off, size, reg->mem_size, zero_ok);
	case PTR_TO_STACK:
		return ebpf_check_stack_range(env, regno, reg->off, size, zero_ok, true, meta);
	default:
		/* Nothing may be read from nowhere. */
		if (zero_ok && !size && is_null_reg(reg))
			return 0;
		vlog(env, "R%d type=%s ", regno, ebpf_reg_type_str(env, reg->type));
		vlog(env, "expected=%s\n", ebpf_reg_type_str(env, PTR_TO_STACK));
		return -EACCES;
	}
	vlog(env, "R%d cannot write into %s\n", regno, ebpf_reg_type_str(env, reg->type));
	return -EACCES;
}
