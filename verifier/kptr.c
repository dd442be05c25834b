// SPDX-License-Identifier: GPL-2.0-only
/*
 * What map values hold besides data (<ebpf/map_fields.h>): who may touch it how. Locks
 * and timers are for their helpers alone. A kernel pointer is loaded and stored as a
 * whole, and what was loaded is trusted with nothing: the object may be gone.
 */
#include "verifier/call.h"
#include "verifier/log.h"
#include "verifier/mem.h"
#include "verifier/walk.h"

#define PTR_SIZE	8

static bool overlaps(const struct reg_state *reg, s32 off, int size,
		     const struct ebpf_map_field *field)
{
	return reg->n.smin + off < (s64)field->off + field->size &&
	       field->off < (s64)reg->n.umax + off + size;
}

static bool is_kptr(const struct ebpf_map_field *field)
{
	return field->kind == EBPF_FIELD_KPTR || field->kind == EBPF_FIELD_KPTR_REF;
}

static int check_touch_kptr(struct vf_env *env, const struct reg_state *reg, s32 off, int size,
			    const struct ebpf_map_field *field, bool direct)
{
	s64 at = (s64)reg->n.var_off.value + off;

	if (!direct) {
		vlog(env, "kptr cannot be accessed indirectly by helper\n");
		return -EACCES;
	}
	if (!ebpf_tnum_is_const(reg->n.var_off)) {
		vlog(env, "kptr access cannot have variable offset\n");
		return -EACCES;
	}
	if (at != field->off) {
		vlog(env, "kptr access misaligned expected=%u off=%lld\n", field->off,
		     (long long)at);
		return -EACCES;
	}
	if (size != PTR_SIZE) {
		vlog(env, "kptr access size must be BPF_DW\n");
		return -EACCES;
	}
	return 0;
}

static int check_touch(struct vf_env *env, const struct reg_state *reg, s32 off, int size,
		       const struct ebpf_map_field *field, bool direct)
{
	switch (field->kind) {
	case EBPF_FIELD_SPIN_LOCK:
		vlog(env, "bpf_spin_lock cannot be accessed directly by load/store\n");
		return -EACCES;
	case EBPF_FIELD_TIMER:
		vlog(env, "bpf_timer cannot be accessed directly by load/store\n");
		return -EACCES;
	default:
		return check_touch_kptr(env, reg, off, size, field, direct);
	}
}

int ebpf_check_fields_untouched(struct vf_env *env, u32 regno, s32 off, int size, bool direct)
{
	const struct reg_state *reg = &cur_regs(env)[regno];
	const struct ebpf_map_fields *tab = reg->map->fields;
	u32 i;
	int err;

	for (i = 0; tab && i < tab->nr; i++) {
		if (!overlaps(reg, off, size, &tab->field[i]))
			continue;
		err = check_touch(env, reg, off, size, &tab->field[i], direct);
		if (err)
			return err;
	}
	return 0;
}

const struct ebpf_map_field *ebpf_kptr_at(const struct reg_state *reg, s32 off)
{
	s64 at = (s64)reg->n.var_off.value + off;
	const struct ebpf_map_field *field;

	if (!ebpf_tnum_is_const(reg->n.var_off) || at < 0 || at > U32_MAX)
		return NULL;
	field = ebpf_map_field_at(reg->map->fields, at);
	return field && is_kptr(field) ? field : NULL;
}

static int bad_type(struct vf_env *env, const struct ebpf_map_field *field,
		    const struct reg_state *reg, u32 regno, const char *reg_name)
{
	const char *want = ebpf_kernel_type_name(field->btf, field->btf_id);

	vlog(env, "invalid kptr access, R%d type=%s%s ", regno,
	     ebpf_reg_type_str(env, reg->type), reg_name);
	vlog(env, "expected=%s%s", ebpf_reg_type_str(env, PTR_TO_BTF_ID), want);
	if (field->kind == EBPF_FIELD_KPTR)
		vlog(env, " or %s%s",
		     ebpf_reg_type_str(env, PTR_TO_BTF_ID | EBPF_PTR_UNTRUSTED), want);
	vlog(env, "\n");
	return -EINVAL;
}

int ebpf_check_kptr_type(struct vf_env *env, const struct ebpf_map_field *field,
			 const struct reg_state *reg, u32 regno)
{
	u32 flags = EBPF_PTR_MAYBE_NULL;
	const char *name = "";
	bool match;

	if (field->kind == EBPF_FIELD_KPTR)
		flags |= EBPF_PTR_UNTRUSTED;
	if ((reg->type & ~flags) != PTR_TO_BTF_ID)
		return bad_type(env, field, reg, regno, name);
	name = ebpf_kernel_type_name(reg->btf, reg->btf_id);
	if (ebpf_check_ptr_off(env, reg, regno, true))
		return -EACCES;
	/* The reference is on the object, not on a part of it. */
	if (field->kind == EBPF_FIELD_KPTR_REF)
		match = !reg->off && reg->btf_id == field->btf_id;
	else
		match = ebpf_btf_struct_ids_match(env, reg->btf, reg->btf_id, reg->off,
						  field->btf_id);
	if (!match || reg->btf != field->btf)
		return bad_type(env, field, reg, regno, name);
	return 0;
}

/* Whoever takes the object out of the map, it is there for the time of an RCU section. */
static bool is_rcu_kptr(const struct ebpf_map_field *field)
{
	const char *name = ebpf_kernel_type_name(field->btf, field->btf_id);

	return field->kind == EBPF_FIELD_KPTR_REF && !strcmp(name, "task_struct");
}

static int load_kptr(struct vf_env *env, const struct ebpf_map_field *field, int value_regno)
{
	struct reg_state *reg = &cur_regs(env)[value_regno];
	bool rcu = is_rcu_kptr(field) && ebpf_in_rcu(env);

	ebpf_reg_set_btf(reg, field->btf, field->btf_id,
			 EBPF_PTR_MAYBE_NULL | (rcu ? 0 : EBPF_PTR_UNTRUSTED));
	reg->trust = rcu ? TRUST_RCU : TRUST_NONE;
	reg->id = ++env->id_gen;
	return 0;
}

static int store_kptr(struct vf_env *env, const struct ebpf_insn *insn,
		      const struct ebpf_map_field *field, int value_regno)
{
	const struct reg_state *reg;

	if (EBPF_CLASS(insn->code) == EBPF_ST) {
		if (!insn->imm)
			return 0;
		vlog(env, "BPF_ST imm must be 0 when storing to kptr at off=%u\n", field->off);
		return -EACCES;
	}
	reg = &cur_regs(env)[value_regno];
	if (is_null_reg(reg))
		return ebpf_mark_precise(env, value_regno);
	return ebpf_check_kptr_type(env, field, reg, value_regno) ? -EACCES : 0;
}

int ebpf_check_kptr_access(struct vf_env *env, int insn_idx, const struct ebpf_map_field *field,
			   int value_regno)
{
	const struct ebpf_insn *insn = &env->insns[insn_idx];
	u8 class = EBPF_CLASS(insn->code);

	/* Neither atomics nor what a helper fills. */
	if (EBPF_MODE(insn->code) != EBPF_MEM) {
		vlog(env, "kptr in map can only be accessed using BPF_MEM instruction mode\n");
		return -EACCES;
	}
	if (class != EBPF_LDX && field->kind == EBPF_FIELD_KPTR_REF) {
		vlog(env, "store to referenced kptr disallowed\n");
		return -EACCES;
	}
	if (class != EBPF_LDX && class != EBPF_STX && class != EBPF_ST) {
		vlog(env, "kptr in map can only be accessed using BPF_LDX/BPF_STX/BPF_ST\n");
		return -EACCES;
	}
	if (class != EBPF_ST && EBPF_BUG_ON(value_regno < 0))
		return -EFAULT;
	if (class == EBPF_LDX)
		return load_kptr(env, field, value_regno);
	return store_kptr(env, insn, field, value_regno);
}

static int no_kptrs(struct vf_env *env, const struct ebpf_map *map)
{
	if (!map->btf)
		vlog(env, "map '%s' has to have BTF in order to use bpf_kptr_xchg\n", map->name);
	else if (map->kptr_err == -E2BIG)
		vlog(env, "map '%s' has more than %d kptr\n", map->name, EBPF_MAP_KPTRS_MAX);
	else
		vlog(env, "map '%s' has no valid kptr\n", map->name);
	return -EINVAL;
}

int ebpf_check_kptr_arg(struct vf_env *env, u32 regno, struct call_meta *meta)
{
	const struct reg_state *reg = &cur_regs(env)[regno];
	const struct ebpf_map *map = reg->map;
	const struct ebpf_map_field *field;
	int off = reg->off + (s32)reg->n.var_off.value;

	if (!ebpf_tnum_is_const(reg->n.var_off)) {
		vlog(env, "R%d doesn't have constant offset. kptr has to be at the constant offset\n",
		     regno);
		return -EINVAL;
	}
	if (!map->btf || !map->fields || !map->fields->nr_kptrs)
		return no_kptrs(env, map);
	field = ebpf_kptr_at(reg, reg->off);
	if (!field) {
		vlog(env, "off=%d doesn't point to kptr\n", off);
		return -EACCES;
	}
	if (field->kind != EBPF_FIELD_KPTR_REF) {
		vlog(env, "off=%d kptr isn't referenced kptr\n", off);
		return -EACCES;
	}
	meta->kptr = field;
	return 0;
}
