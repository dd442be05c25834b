// SPDX-License-Identifier: GPL-2.0-only
/*
 * What each verified instruction becomes: contexts converted, divisions
 * guarded, maps and helpers turned into addresses, dead branches cut.
 */
#include "verifier/arena.h"
#include "verifier/image.h"
#include "verifier/insn.h"
#include "verifier/iter.h"
#include "verifier/log.h"
#include "verifier/mem.h"

/* Cuts @size bytes at @off out of the field that was loaded into dst. */
static u32 narrow(struct ebpf_insn *buf, u8 dst, s16 off, int size, u32 field)
{
	u32 shift = (off & (field - 1)) * 8, n = 0;
	u8 class = field <= 4 ? EBPF_ALU : EBPF_ALU64;

	if (shift)
		buf[n++] = mk(class | EBPF_RSH | EBPF_K, dst, 0, 0, shift);
	/* As a 32-bit operation: whatever was above is cleared too. */
	buf[n++] = mk(EBPF_ALU | EBPF_AND | EBPF_K, dst, 0, 0, (s32)((1ULL << (size * 8)) - 1));
	return n;
}

static int expand_ctx(struct vf_env *env, u32 idx, struct ebpf_insn *buf)
{
	struct ebpf_insn insn = env->insns[idx];
	u32 field = env->aux[idx].ctx_field_size, target = 0;
	int size = ebpf_esize_bytes(EBPF_SIZE(insn.code)), cnt;
	bool cut = field && size < (int)field && EBPF_CLASS(insn.code) == EBPF_LDX;
	s16 off = insn.off;

	if (cut) {
		insn.off = off & ~(s16)(field - 1);
		insn.code = EBPF_LDX | EBPF_MEM | (field == 8 ? EBPF_DW : EBPF_W);
	}
	cnt = ebpf_ctx_conv(env, &insn, buf, &target);
	if (cnt < 0)
		return cnt;
	if (EBPF_BUG_ON(cut && target != field))
		return -EFAULT;
	if (cut)
		cnt += narrow(buf + cnt, insn.dst_reg, off, size, field);
	return cnt;
}

static int map_load_addr(const struct ebpf_map *map, const struct ebpf_insn *insn, u32 off,
			 u64 *addr)
{
	*addr = (unsigned long)map;
	if (insn->src_reg != EBPF_PSEUDO_MAP_VALUE && insn->src_reg != EBPF_PSEUDO_MAP_IDX_VALUE)
		return 0;
	return map->ops->direct_value_addr(map, addr, off);
}

static int expand_ld_imm64(struct vf_env *env, u32 idx, struct ebpf_insn *buf)
{
	const struct insn_aux *aux = &env->aux[idx];
	u64 addr;
	int err;

	buf[0] = env->insns[idx];
	buf[1] = env->insns[idx + 1];
	if (!aux->is_map_load && !aux->is_ksym_load)
		return 2;
	if (aux->is_ksym_load) {
		addr = env->ksyms[aux->map_index].addr;
	} else {
		err = map_load_addr(env->maps[aux->map_index], buf, aux->map_off, &addr);
		if (err)
			return err;
	}
	buf[0].src_reg = 0;
	buf[0].imm = (s32)(u32)addr;
	buf[1].imm = (s32)(addr >> 32);
	return 2;
}

/* Machines trap where eBPF has a result: x / 0 = 0, x % 0 = x. */
static int guard_unsigned(const struct ebpf_insn *insn, struct ebpf_insn *buf)
{
	bool is64 = EBPF_CLASS(insn->code) == EBPF_ALU64;
	u8 jmp = is64 ? EBPF_JMP : EBPF_JMP32;
	u8 dst = insn->dst_reg, src = insn->src_reg;

	if (EBPF_OP(insn->code) == EBPF_DIV) {
		buf[0] = mk(jmp | EBPF_JNE | EBPF_K, src, 0, 2, 0);
		buf[1] = mk(EBPF_ALU | EBPF_MOV | EBPF_K, dst, 0, 0, 0);
		buf[2] = mk(EBPF_JMP | EBPF_JA, 0, 0, 1, 0);
		buf[3] = *insn;
		return 4;
	}
	buf[0] = mk(jmp | EBPF_JEQ | EBPF_K, src, 0, is64 ? 1 : 2, 0);
	buf[1] = *insn;
	if (is64)
		return 2;
	buf[2] = mk(EBPF_JMP | EBPF_JA, 0, 0, 1, 0);
	/* 32 bits: the upper half is cleared even if nothing is divided. */
	buf[3] = mk(EBPF_ALU | EBPF_MOV | EBPF_X, dst, dst, 0, 0);
	return 4;
}

/* ... and x / -1 = -x, x % -1 = 0, also for the smallest number. */
static int guard_signed(const struct ebpf_insn *insn, struct ebpf_insn *buf)
{
	u8 class = EBPF_CLASS(insn->code);
	u8 jmp = class == EBPF_ALU64 ? EBPF_JMP : EBPF_JMP32;
	u8 dst = insn->dst_reg, src = insn->src_reg;
	bool div = EBPF_OP(insn->code) == EBPF_DIV;

	buf[0] = mk(jmp | EBPF_JNE | EBPF_K, src, 0, 2, 0);
	/* 64 bits and modulo: a move of the register to itself. */
	buf[1] = div ? mk(EBPF_ALU | EBPF_MOV | EBPF_K, dst, 0, 0, 0) :
		       mk(class | EBPF_MOV | EBPF_X, dst, dst, 0, 0);
	buf[2] = mk(EBPF_JMP | EBPF_JA, 0, 0, 4, 0);
	buf[3] = mk(jmp | EBPF_JNE | EBPF_K, src, 0, 2, -1);
	buf[4] = div ? mk(class | EBPF_NEG, dst, 0, 0, 0) :
		       mk(EBPF_ALU | EBPF_MOV | EBPF_K, dst, 0, 0, 0);
	buf[5] = mk(EBPF_JMP | EBPF_JA, 0, 0, 1, 0);
	buf[6] = *insn;
	return 7;
}

static int expand_div(const struct ebpf_insn *insn, struct ebpf_insn *buf)
{
	u8 class = EBPF_CLASS(insn->code);
	bool is_signed = insn->off == 1;

	if (EBPF_SRC(insn->code) == EBPF_X)
		return is_signed ? guard_signed(insn, buf) : guard_unsigned(insn, buf);
	buf[0] = *insn;
	if (is_signed && insn->imm == -1)
		buf[0] = EBPF_OP(insn->code) == EBPF_DIV ?
			 mk(class | EBPF_NEG, insn->dst_reg, 0, 0, 0) :
			 mk(EBPF_ALU | EBPF_MOV | EBPF_K, insn->dst_reg, 0, 0, 0);
	return 1;
}

static bool one_map(const struct insn_aux *aux)
{
	return aux->call_map != CALL_MAP_UNSET && aux->call_map != CALL_MAP_MANY;
}

static int expand_value(const void *at, struct ebpf_insn *buf)
{
	u64 addr = (unsigned long)at;

	buf[0] = mk(EBPF_LD | EBPF_IMM | EBPF_DW, EBPF_REG_0, 0, 0, (s32)(u32)addr);
	buf[1] = mk(0, 0, 0, 0, (s32)(addr >> 32));
	buf[2] = mk(EBPF_LDX | EBPF_MEM | EBPF_DW, EBPF_REG_0, EBPF_REG_0, 0, 0);
	return 3;
}

/* What the helper would call for the only map it is ever called with here: the same
 * arguments, so that it can be called in its place. NULL without such a one.
 */
static const void *map_operation(const struct insn_aux *aux, s32 func_id)
{
	const struct ebpf_map_ops *ops;

	if (!one_map(aux))
		return NULL;
	ops = aux->call_map->ops;
	switch (func_id) {
	case EBPF_FUNC_map_lookup_elem:
		return ops->lookup_elem;
	case EBPF_FUNC_map_update_elem:
		return ops->update_elem;
	case EBPF_FUNC_map_delete_elem:
		return ops->delete_elem;
	case EBPF_FUNC_map_push_elem:
		return ops->push_elem;
	case EBPF_FUNC_map_pop_elem:
		return ops->pop_elem;
	case EBPF_FUNC_map_peek_elem:
		return ops->peek_elem;
	case EBPF_FUNC_map_lookup_percpu_elem:
		return ops->lookup_percpu_elem;
	default:
		return NULL;
	}
}

int ebpf_expand_target(const void *target, struct ebpf_insn *buf)
{
	s64 distance = (s64)((u64)(unsigned long)target - (u64)(unsigned long)ebpf_call_base);

	if (EBPF_BUG_ON(distance != (s32)distance))
		return -EFAULT;
	*buf = mk(EBPF_JMP | EBPF_CALL, 0, 0, 0, distance);
	return 1;
}

/* R3 is the program itself, which the timer keeps. */
static int expand_set_callback(struct vf_env *env, const void *target, struct ebpf_insn *buf)
{
	u64 self = (unsigned long)env->load->self;
	int err = ebpf_expand_target(target, &buf[2]);

	buf[0] = mk(EBPF_LD | EBPF_IMM | EBPF_DW, EBPF_REG_3, 0, 0, (s32)(u32)self);
	buf[1] = mk(0, 0, 0, 0, (s32)(self >> 32));
	return err < 0 ? err : 3;
}

static int expand_call(struct vf_env *env, u32 idx, struct ebpf_insn *buf)
{
	const struct insn_aux *aux = &env->aux[idx];
	const struct ebpf_func_proto *fn;
	const void *target;
	int cnt;

	buf[0] = env->insns[idx];
	if (buf[0].src_reg == EBPF_PSEUDO_CALL)
		return 1;
	if (buf[0].src_reg == EBPF_PSEUDO_KFUNC_CALL)
		return ebpf_expand_kfunc(env, idx, buf);
	if (buf[0].imm == EBPF_FUNC_tail_call) {
		buf[0] = mk(EBPF_JMP | EBPF_TAIL_CALL, 0, 0, 0, 0);
		return 1;
	}
	if (aux->loop_inline)
		return ebpf_expand_loop(aux, buf);
	if (buf[0].imm == EBPF_FUNC_map_lookup_elem && one_map(aux) &&
	    aux->call_map->ops->gen_lookup) {
		cnt = aux->call_map->ops->gen_lookup(aux->call_map, buf);
		if (cnt > 0 && cnt <= EBPF_GEN_LOOKUP_MAX)
			return cnt;
		buf[0] = env->insns[idx];
	}
	fn = ebpf_func_proto_of(env->load->prog_type, buf[0].imm);
	if (!fn || !fn->func) {
		vlog(env, "kernel subsystem misconfigured func %s#%d\n",
		     ebpf_func_id_name(buf[0].imm), buf[0].imm);
		return -EFAULT;
	}
	if (fn->value_at)
		return expand_value(fn->value_at, buf);
	target = map_operation(aux, buf[0].imm);
	if (!target)
		target = (const void *)(unsigned long)fn->func;
	if (fn->id == EBPF_FUNC_timer_set_callback)
		return expand_set_callback(env, target, buf);
	return ebpf_expand_target(target, buf);
}

/* Branches that only ever went one way. */
static int expand_jmp(struct vf_env *env, u32 idx, struct ebpf_insn *buf)
{
	const struct ebpf_insn *insn = &env->insns[idx];
	s32 off = ebpf_jmp_offset(insn);
	bool cond = EBPF_OP(insn->code) != EBPF_JA;

	buf[0] = *insn;
	if (!off || (cond && !env->aux[idx + 1 + off].seen))
		return 0;
	if (cond && !env->aux[idx + 1].seen)
		buf[0] = mk(EBPF_JMP | EBPF_JA, 0, 0, off, 0);
	return 1;
}

static bool is_ctx_access(const struct vf_env *env, u32 idx)
{
	u8 class = EBPF_CLASS(env->insns[idx].code);

	return (class == EBPF_LDX || class == EBPF_STX) && env->aux[idx].ptr_type == PTR_TO_CTX &&
	       ebpf_ctx_needs_conv(env->load->prog_type);
}

static bool is_arena_access(const struct vf_env *env, u32 idx)
{
	u8 class = EBPF_CLASS(env->insns[idx].code);

	return (class == EBPF_LDX || class == EBPF_ST || class == EBPF_STX) &&
	       env->aux[idx].ptr_type == PTR_TO_ARENA;
}

static bool may_fault(const struct vf_env *env, u32 idx)
{
	return EBPF_CLASS(env->insns[idx].code) == EBPF_LDX && load_may_fault(env->aux[idx].ptr_type);
}

static int expand_probe(const struct ebpf_insn *insn, struct ebpf_insn *buf)
{
	u8 mode = EBPF_MODE(insn->code) == EBPF_MEMSX ? EBPF_PROBE_MEMSX : EBPF_PROBE_MEM;

	buf[0] = *insn;
	buf[0].code = EBPF_LDX | EBPF_SIZE(insn->code) | mode;
	return 1;
}

/* Of arithmetic. */
static bool is_div(const struct ebpf_insn *insn)
{
	u8 op = EBPF_OP(insn->code);

	return op == EBPF_DIV || op == EBPF_MOD;
}

/* This machine orders loads after loads and stores after both by itself. */
static struct ebpf_insn plain_access(const struct ebpf_insn *insn)
{
	bool load = insn->imm == EBPF_LOAD_ACQ;

	return mk((load ? EBPF_LDX : EBPF_STX) | EBPF_MEM | EBPF_SIZE(insn->code), insn->dst_reg,
		  insn->src_reg, insn->off, 0);
}

/* What is left of a load-acquire or store-release. */
static int expand_ordered(const struct vf_env *env, u32 idx, struct ebpf_insn *buf)
{
	struct ebpf_insn insn = plain_access(&env->insns[idx]);
	u32 type = env->aux[idx].ptr_type;

	if (type == PTR_TO_ARENA)
		return ebpf_expand_arena(&insn, buf);
	if (EBPF_CLASS(insn.code) == EBPF_LDX && load_may_fault(type))
		return expand_probe(&insn, buf);
	if (EBPF_CLASS(insn.code) == EBPF_LDX && type == CONST_PTR_TO_MAP)
		return ebpf_expand_map_ptr(&insn, buf);
	buf[0] = insn;
	return 1;
}

int ebpf_expand_insn(struct vf_env *env, u32 idx, struct ebpf_insn *buf)
{
	const struct ebpf_insn *insn = &env->insns[idx];
	u8 class = EBPF_CLASS(insn->code);

	if (!env->aux[idx].seen)
		return 0;
	if (class == EBPF_ALU64 || class == EBPF_ALU) {
		if (is_div(insn))
			return expand_div(insn, buf);
		if (is_addr_cast(insn))
			return ebpf_expand_cast(env, insn, buf);
		buf[0] = *insn;
		return 1;
	}
	if (is_ld_imm64(insn))
		return expand_ld_imm64(env, idx, buf);
	if (class == EBPF_LD)
		return ebpf_expand_ld_abs(insn, buf);
	if (is_ordered(insn))
		return expand_ordered(env, idx, buf);
	if (is_arena_access(env, idx))
		return ebpf_expand_arena(insn, buf);
	if (is_ctx_access(env, idx))
		return expand_ctx(env, idx, buf);
	if (may_fault(env, idx))
		return expand_probe(insn, buf);
	if (class == EBPF_LDX && env->aux[idx].ptr_type == CONST_PTR_TO_MAP)
		return ebpf_expand_map_ptr(insn, buf);
	if (insn->code == (EBPF_JMP | EBPF_CALL))
		return expand_call(env, idx, buf);
	if (is_may_goto(insn))
		return insn->off ? ebpf_expand_may_goto(&env->aux[idx], buf) : 0;
	if (EBPF_BUG_ON(is_gotox(insn)))
		return -EFAULT;
	if (ebpf_is_jmp(insn))
		return expand_jmp(env, idx, buf);
	buf[0] = *insn;
	return 1;
}
