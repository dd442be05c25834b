// SPDX-License-Identifier: GPL-2.0-only
/* Relocations: what they are in the kernel's types, and the instructions changed for it. */
#include "verifier/core.h"
#include "verifier/insn.h"
#include "verifier/mem.h"
#include "verifier/btf/btf_internal.h"
#include <ebpf/services.h>

#define MIN_RELO_SIZE	16
#define MAX_RELO_SIZE	252
/* In the call that stands where nothing could be found: no helper has such a number. */
#define POISON		0xbad2310

/**
 * struct core_value - what is asked of a place
 * @value: the answer
 * @poison: there is none
 * @check: the instruction must hold the value of the program's own types
 * @size:  bytes of the field at that offset, 0: no load's size may change with it
 * @type:  the field's type, no modifier
 */
struct core_value {
	u64 value;
	bool poison;
	bool check;
	u32 size;
	const struct ebpf_btf_type *type;
};

struct core_env {
	const struct ebpf_load *load;
	const struct ebpf_btf *kernel;
	struct ebpf_insn *insns;
	u32 idx;			/* of the relocation */
	struct ebpf_core_relo relo;
	struct core_spec local, targ;
	struct core_value old, new;
	bool size_mismatch;
};

#define core_log(env, ...)	ebpf_log_printf((env)->load->log, __VA_ARGS__)

/* Where a field lies, in units that it can be loaded by. */
struct place {
	u32 off, size;		/* bytes */
	u32 bit_off, bit_size;
	bool is_bits;
	const struct ebpf_btf_type *type;
};

static int find_bits(struct place *p)
{
	p->size = p->type->size;
	if (!p->size)
		return -EINVAL;
	p->off = p->bit_off / 8 / p->size * p->size;
	while (p->bit_off + p->bit_size - p->off * 8 > p->size * 8) {
		if (p->size >= 8)
			return -E2BIG;
		p->size *= 2;
		p->off = p->bit_off / 8 / p->size * p->size;
	}
	return 0;
}

static int find_place(const struct core_spec *spec, struct place *p)
{
	const struct core_step *last = &spec->steps[spec->len - 1];

	memset(p, 0, sizeof(*p));
	p->bit_off = spec->bits;
	p->type = ebpf_btf_skip_modifiers(spec->btf, last->member ? last->member->type :
					  last->type_id, NULL);
	if (!p->type)
		return -EINVAL;
	if (last->member && ebpf_btf_kflag(last->owner))
		p->bit_size = EBPF_BTF_MEMBER_BITFIELD_SIZE(last->member->offset);
	p->is_bits = p->bit_size;
	if (p->is_bits)
		return find_bits(p);
	if (!ebpf_btf_type_size(spec->btf, last->member ? last->member->type : last->type_id,
				&p->size))
		return -EINVAL;
	p->off = spec->bits / 8;
	p->bit_size = p->size * 8;
	return 0;
}

static bool is_signed(const struct ebpf_btf_type *t)
{
	switch (ebpf_btf_kind(t)) {
	case EBPF_BTF_KIND_INT:
		return EBPF_BTF_INT_ENCODING(ebpf_btf_int_data(t)) & EBPF_BTF_INT_SIGNED;
	case EBPF_BTF_KIND_ENUM:
	case EBPF_BTF_KIND_ENUM64:
		return ebpf_btf_kflag(t);
	default:
		return false;
	}
}

static int field_value(const struct core_spec *spec, struct core_value *v)
{
	bool element = spec && !spec->steps[spec->len - 1].member;
	struct place p;
	int err;

	if (!spec) {
		v->poison = true;
		return 0;
	}
	err = find_place(spec, &p);
	if (err)
		return err;
	v->check = element || !p.is_bits;
	switch (spec->kind) {
	case EBPF_CORE_FIELD_BYTE_OFFSET:
		v->value = p.off;
		if (!p.is_bits) {
			v->size = p.size;
			v->type = p.type;
		}
		return 0;
	case EBPF_CORE_FIELD_BYTE_SIZE:
		v->value = p.size;
		return 0;
	}
	if (element)
		return -EINVAL;
	switch (spec->kind) {
	case EBPF_CORE_FIELD_SIGNED:
		v->value = is_signed(p.type);
		v->check = true;
		return 0;
	case EBPF_CORE_FIELD_LSHIFT_U64:
		v->value = 64 - (p.bit_off + p.bit_size - p.off * 8);
		return 0;
	case EBPF_CORE_FIELD_RSHIFT_U64:
		v->value = 64 - p.bit_size;
		v->check = true;
		return 0;
	default:
		return -EOPNOTSUPP;
	}
}

/* @spec: NULL where there is no such thing. */
static int value_of(u32 kind, const struct core_spec *spec, struct core_value *v)
{
	u32 size;

	memset(v, 0, sizeof(*v));
	v->check = true;
	switch (kind) {
	case EBPF_CORE_FIELD_EXISTS:
	case EBPF_CORE_TYPE_EXISTS:
	case EBPF_CORE_TYPE_MATCHES:
	case EBPF_CORE_ENUMVAL_EXISTS:
		v->value = spec != NULL;
		return 0;
	case EBPF_CORE_TYPE_ID_LOCAL:
	case EBPF_CORE_TYPE_ID_TARGET:
		v->value = spec ? spec->root_id : 0;
		/* Compilers write what they like. */
		v->check = !spec;
		return 0;
	case EBPF_CORE_TYPE_SIZE:
		if (spec && !ebpf_btf_type_size(spec->btf, spec->root_id, &size))
			return -EINVAL;
		v->value = spec ? size : 0;
		return 0;
	case EBPF_CORE_ENUMVAL_VALUE:
		v->value = spec ? spec->value : 0;
		v->poison = !spec;
		return 0;
	}
	return core_is_field(kind) ? field_value(spec, v) : -EOPNOTSUPP;
}

/*
 * Candidates
 */

/* Pointers and unsigned numbers can be loaded by another size than the program has. */
static bool may_resize(const struct core_value *old, const struct core_value *new)
{
	u32 kind;

	if (!old->type || !new->type)
		return false;
	kind = ebpf_btf_kind(old->type);
	if (kind != ebpf_btf_kind(new->type))
		return false;
	return kind == EBPF_BTF_KIND_PTR ||
	       (kind == EBPF_BTF_KIND_INT && !is_signed(old->type) && !is_signed(new->type));
}

/* One more of the kernel's types that has it: they must agree. */
static int take_candidate(struct core_env *env, bool first, u32 bits)
{
	struct core_value v;
	int err = value_of(env->relo.kind, &env->targ, &v);

	if (err)
		return err;
	if (first) {
		env->new = v;
		return 0;
	}
	if (bits != env->targ.bits) {
		core_log(env, "prog '': relo #%u: field offset ambiguity: %u != %u\n", env->idx,
			 env->targ.bits, bits);
		return -EINVAL;
	}
	if (v.value != env->new.value) {
		core_log(env, "prog '': relo #%u: relocation decision ambiguity: success %llu != success %llu\n",
			 env->idx, v.value, env->new.value);
		return -EINVAL;
	}
	return 0;
}

static int find_candidates(struct core_env *env, const struct ebpf_btf_type *t, const char *name)
{
	u32 kind = ebpf_btf_kind(t), found = 0, bits = 0;
	char essential[CORE_NAME_MAX];
	s32 id = 0;
	int ret;

	if (!ebpf_core_trim(essential, name))
		return 0;
	for (;;) {
		id = ebpf_btf_find_next(env->kernel, essential, kind, id);
		if (id <= 0)
			return found;
		ret = ebpf_core_match(&env->local, &env->targ, env->kernel, id);
		if (ret < 0)
			return ret;
		if (!ret)
			continue;
		ret = take_candidate(env, !found, bits);
		if (ret)
			return ret;
		if (!found++)
			bits = env->targ.bits;
	}
}

static int find_values(struct core_env *env)
{
	const struct ebpf_btf_type *t = ebpf_btf_type_by_id(env->load->btf, env->relo.type_id);
	const char *name = t && env->relo.type_id ? ebpf_btf_name(env->load->btf, t->name_off) : NULL;
	int ret;

	if (!name) {
		core_log(env, "relo #%u: bad type id %u\n", env->idx, env->relo.type_id);
		return -EINVAL;
	}
	ret = ebpf_core_parse(&env->local, env->load->btf, &env->relo);
	if (ret) {
		core_log(env, "prog '': relo #%u: parsing [%u] %s %s + %s failed: %d\n", env->idx,
			 env->relo.type_id, ebpf_btf_kind_name(t), *name ? name : "<anon>",
			 ebpf_btf_name(env->load->btf, env->relo.access_str_off) ? : "", ret);
		return -EINVAL;
	}
	ret = value_of(env->relo.kind, &env->local, &env->old);
	if (ret)
		return ret;
	if (env->relo.kind == EBPF_CORE_TYPE_ID_LOCAL) {
		env->new = env->old;
		return 0;
	}
	if (!*name) {
		core_log(env, "prog '': relo #%u: <anon> types are not supported\n", env->idx);
		return -EOPNOTSUPP;
	}
	ret = find_candidates(env, t, name);
	if (!ret)
		ret = value_of(env->relo.kind, NULL, &env->new);
	else if (ret > 0)
		ret = 0;
	env->size_mismatch = env->old.size && env->new.size && env->old.size != env->new.size &&
			     !may_resize(&env->old, &env->new);
	return ret;
}

/*
 * Instructions
 */
static void poison_insn(struct ebpf_insn *insn)
{
	insn->code = EBPF_JMP | EBPF_CALL;
	insn->dst_reg = 0;
	insn->src_reg = 0;
	insn->off = 0;
	insn->imm = POISON;
}

static int mismatch(struct core_env *env, u32 insn_idx, const char *what, u64 got)
{
	core_log(env, "prog '': relo #%u: unexpected insn #%u (%s) value: got %llu, exp %llu -> %llu\n",
		 env->idx, insn_idx, what, got, env->old.value, env->new.value);
	return -EINVAL;
}

static int patch_alu(struct core_env *env, struct ebpf_insn *insn, u32 i)
{
	if (EBPF_SRC(insn->code) != EBPF_K)
		return -EINVAL;
	if (env->new.check && (u64)(s64)insn->imm != env->old.value)
		return mismatch(env, i, "ALU/ALU64", (u32)insn->imm);
	insn->imm = env->new.value;
	return 0;
}

static int resize(struct core_env *env, struct ebpf_insn *insn, u32 i)
{
	u32 had = ebpf_esize_bytes(EBPF_SIZE(insn->code));
	u8 size;

	if (had != env->old.size) {
		core_log(env, "prog '': relo #%u: insn #%u (LDX/ST/STX) unexpected mem size: got %u, exp %u\n",
			 env->idx, i, had, env->old.size);
		return -EINVAL;
	}
	switch (env->new.size) {
	case 1:
		size = EBPF_B;
		break;
	case 2:
		size = EBPF_H;
		break;
	case 4:
		size = EBPF_W;
		break;
	case 8:
		size = EBPF_DW;
		break;
	default:
		core_log(env, "prog '': relo #%u: insn #%u (LDX/ST/STX) invalid new mem size: %u\n",
			 env->idx, i, env->new.size);
		return -EINVAL;
	}
	insn->code = EBPF_MODE(insn->code) | size | EBPF_CLASS(insn->code);
	return 0;
}

static int patch_mem(struct core_env *env, struct ebpf_insn *insn, u32 i)
{
	if (env->new.check && (u64)(s64)insn->off != env->old.value)
		return mismatch(env, i, "LDX/ST/STX", (u16)insn->off);
	if (env->new.value > S16_MAX) {
		core_log(env, "prog '': relo #%u: insn #%u (LDX/ST/STX) value too big: %llu\n",
			 env->idx, i, env->new.value);
		return -ERANGE;
	}
	if (env->size_mismatch) {
		core_log(env, "prog '': relo #%u: insn #%u (LDX/ST/STX) accesses field incorrectly. Make sure you are accessing pointers, unsigned integers, or fields of matching type and size.\n",
			 env->idx, i);
		poison_insn(insn);
		return 0;
	}
	insn->off = env->new.value;
	if (env->new.size != env->old.size)
		return resize(env, insn, i);
	return 0;
}

static int patch_ld(struct core_env *env, struct ebpf_insn *insn, u32 i)
{
	u64 imm;

	if (!is_ld_imm64(insn) || i + 1 >= env->load->insn_cnt || insn->src_reg || insn->off ||
	    insn[1].code || insn[1].src_reg || insn[1].dst_reg || insn[1].off) {
		core_log(env, "prog '': relo #%u: insn #%u (LDIMM64) has unexpected form\n", env->idx,
			 i);
		return -EINVAL;
	}
	imm = (u32)insn[0].imm | (u64)insn[1].imm << 32;
	if (env->new.check && imm != env->old.value)
		return mismatch(env, i, "LDIMM64", imm);
	insn[0].imm = env->new.value;
	insn[1].imm = env->new.value >> 32;
	return 0;
}

static int patch(struct core_env *env)
{
	u32 i = env->relo.insn_off / sizeof(struct ebpf_insn);
	struct ebpf_insn *insn = &env->insns[i];

	if (env->new.poison) {
		if (is_ld_imm64(insn) && i + 1 < env->load->insn_cnt)
			poison_insn(insn + 1);
		poison_insn(insn);
		return 0;
	}
	switch (EBPF_CLASS(insn->code)) {
	case EBPF_ALU:
	case EBPF_ALU64:
		return patch_alu(env, insn, i);
	case EBPF_LDX:
	case EBPF_ST:
	case EBPF_STX:
		return patch_mem(env, insn, i);
	case EBPF_LD:
		return patch_ld(env, insn, i);
	default:
		core_log(env, "prog '': relo #%u: trying to relocate unrecognized insn #%u, code:0x%x, src:0x%x, dst:0x%x, off:0x%x, imm:0x%x\n",
			 env->idx, i, insn->code, insn->src_reg, insn->dst_reg, insn->off, insn->imm);
		return -EINVAL;
	}
}

static int relocate_one(struct core_env *env)
{
	int err;

	if (env->relo.insn_off % sizeof(struct ebpf_insn) ||
	    env->relo.insn_off / sizeof(struct ebpf_insn) >= env->load->insn_cnt) {
		core_log(env, "Invalid core_relo[%u].insn_off:%u prog->len:%u\n", env->idx,
			 env->relo.insn_off, env->load->insn_cnt);
		return -EINVAL;
	}
	err = find_values(env);
	if (err == -EOPNOTSUPP)
		core_log(env, "prog '': relo #%u: unrecognized CO-RE relocation (%u)\n", env->idx,
			 env->relo.kind);
	return err ? err : patch(env);
}

static int relocate_all(struct core_env *env)
{
	const struct ebpf_load *load = env->load;
	const u8 *rec = load->core_relos;
	u32 known, i;
	int err = 0;

	for (i = 0; !err && i < load->core_relo_cnt; i++, rec += load->core_relo_rec_size) {
		for (known = sizeof(env->relo); known < load->core_relo_rec_size; known++)
			if (rec[known]) {
				core_log(env, "nonzero tailing record in core_relo");
				return -E2BIG;
			}
		memcpy(&env->relo, rec, sizeof(env->relo));
		env->idx = i;
		err = relocate_one(env);
		if (!err && ebpf_yield())
			err = -EAGAIN;
	}
	return err;
}

int ebpf_core_relocate(const struct ebpf_load *load, struct ebpf_insn *insns)
{
	struct core_env *env;
	int err;

	if (!load->btf || load->core_relo_rec_size < MIN_RELO_SIZE ||
	    load->core_relo_rec_size > MAX_RELO_SIZE || load->core_relo_rec_size % sizeof(u32))
		return -EINVAL;
	env = ebpf_alloc(sizeof(*env));
	if (!env)
		return -ENOMEM;
	env->load = load;
	env->insns = insns;
	env->kernel = load->vmlinux_btf;
	if (!env->kernel && load->ops->vmlinux_btf)
		env->kernel = load->ops->vmlinux_btf(load->cookie);
	if (env->kernel) {
		err = relocate_all(env);
	} else {
		core_log(env, "core_relos need BTF of the running kernel, which was not found\n");
		err = -EINVAL;
	}
	ebpf_free(env);
	return err;
}
