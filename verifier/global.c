// SPDX-License-Identifier: GPL-2.0-only
/*
 * Global functions of the program: each is walked once, by itself, with any
 * arguments its BTF signature allows, and its calls only check that what is
 * passed fits. It returns some number.
 *
 * Static functions are walked in place with whatever they are given (call.c);
 * their signatures, which compilers change at will, decide nothing.
 */
#include "verifier/call.h"
#include "verifier/global.h"
#include "verifier/insn.h"
#include "verifier/kfunc.h"
#include "verifier/log.h"
#include "verifier/mem.h"
#include "verifier/walk.h"
#include "verifier/btf/btf_internal.h"

#define ANY_LEVEL	(EBPF_LOG_LEVEL1 | EBPF_LOG_LEVEL2)

/* What a parameter's type says of its register. */
enum param_kind {
	PARAM_SCALAR,
	PARAM_CTX,
	PARAM_MEM,		/* struct param.size bytes, or NULL */
	PARAM_PTR,		/* to something without a size */
	PARAM_STRUCT,		/* the kernel's struct of struct param.btf_id */
	PARAM_ANY_STRUCT,	/* or anything else: loads may fault */
	PARAM_ANY_MEM,		/* the same without a type */
	PARAM_ARENA,		/* an address in an arena, or any number */
	PARAM_OTHER,
};

struct param {
	enum param_kind kind;
	u32 size;
	bool nonnull;		/* PARAM_MEM */
	bool nullable;		/* PARAM_STRUCT */
	const struct ebpf_btf *kernel;
	u32 btf_id;
	const struct ebpf_btf_type *t;		/* no modifier */
	const struct ebpf_btf_type *target;	/* of a pointer, no modifier */
};

struct signature {
	const char *name;
	const u8 *tags;				/* of each parameter */
	const struct ebpf_btf_param *params;
	u32 nr;
	const struct ebpf_btf_type *ret;	/* no modifier */
};

/* The struct a program's own code calls its context, NULL where that is none. */
static const char *ctx_struct_name(u32 prog_type)
{
	switch (prog_type) {
	case EBPF_PROG_TYPE_SOCKET_FILTER:
	case EBPF_PROG_TYPE_SCHED_CLS:
	case EBPF_PROG_TYPE_SCHED_ACT:
	case EBPF_PROG_TYPE_CGROUP_SKB:
		return "__sk_buff";
	case EBPF_PROG_TYPE_XDP:
		return "xdp_md";
	case EBPF_PROG_TYPE_KPROBE:
		return "pt_regs";
	case EBPF_PROG_TYPE_PERF_EVENT:
		return "bpf_perf_event_data";
	case EBPF_PROG_TYPE_RAW_TRACEPOINT:
	case EBPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE:
		return "bpf_raw_tracepoint_args";
	case EBPF_PROG_TYPE_NETFILTER:
		return "bpf_nf_ctx";
	default:
		return NULL;
	}
}

static bool is_ctx_struct(const struct vf_env *env, const struct ebpf_btf_type *t)
{
	u32 prog_type = env->load->prog_type;
	const char *want = ctx_struct_name(prog_type), *name;

	if (!want || !btf_is(t, BTF_STRUCTS))
		return false;
	name = ebpf_btf_name(env->load->btf, t->name_off);
	if (!name)
		return false;
	return !strcmp(name, want) ||
	       (prog_type == EBPF_PROG_TYPE_KPROBE && !strcmp(name, "bpf_user_pt_regs_t"));
}

static bool is_number(const struct ebpf_btf_type *t)
{
	return btf_is(t, BTF_KIND_BIT(INT) | BTF_KIND_BIT(ENUM) | BTF_KIND_BIT(ENUM64));
}

static int read_signature(struct vf_env *env, u32 sub, struct signature *sig)
{
	const struct ebpf_btf *btf = env->load->btf;
	const struct ebpf_btf_type *t = ebpf_btf_type_by_id(btf, env->subprogs[sub].btf_type_id);

	if (EBPF_BUG_ON(!t || !btf_is(t, BTF_KIND_BIT(FUNC))))
		return -EFAULT;
	sig->name = ebpf_btf_name(btf, t->name_off);
	sig->tags = env->subprogs[sub].arg_tags;
	t = ebpf_btf_type_by_id(btf, t->type);
	if (EBPF_BUG_ON(!t || !btf_is(t, BTF_KIND_BIT(FUNC_PROTO))))
		return -EFAULT;
	sig->params = ebpf_btf_params(t);
	sig->nr = ebpf_btf_vlen(t);
	sig->ret = ebpf_btf_skip_modifiers(btf, t->type, NULL);
	return EBPF_BUG_ON(!sig->ret) ? -EFAULT : 0;
}

static int bad_tags(struct vf_env *env, u32 i)
{
	vlog(env, "arg#%d has invalid combination of tags\n", i);
	return -EINVAL;
}

static int read_ctx(struct vf_env *env, u32 i, u8 tags, struct param *p)
{
	if (tags & ~ARG_TAG_CTX)
		return bad_tags(env, i);
	p->kind = PARAM_CTX;
	return tags ? ebpf_check_ctx_tag(env, i, p->t, ctx_struct_name(env->load->prog_type)) : 0;
}

static int read_trusted(struct vf_env *env, u32 i, u8 tags, struct param *p)
{
	if (tags & ~(ARG_TAG_TRUSTED | ARG_TAG_NULLABLE))
		return bad_tags(env, i);
	p->kind = PARAM_STRUCT;
	p->nullable = tags & ARG_TAG_NULLABLE;
	return ebpf_find_arg_struct(env, i, p->target, &p->kernel, &p->btf_id);
}

static int read_untrusted(struct vf_env *env, u32 i, u8 tags, struct param *p)
{
	if (tags & ~ARG_TAG_UNTRUSTED) {
		vlog(env, "arg#%d untrusted cannot be combined with any other tags\n", i);
		return -EINVAL;
	}
	p->kind = PARAM_ANY_MEM;
	if (!p->t->type || btf_is_void(p->target) || is_number(p->target))
		return 0;
	p->kind = PARAM_ANY_STRUCT;
	return ebpf_find_arg_struct(env, i, p->target, &p->kernel, &p->btf_id);
}

static int read_arena(struct vf_env *env, u32 i, u8 tags, struct param *p)
{
	if (tags & ~ARG_TAG_ARENA) {
		vlog(env, "arg#%d arena cannot be combined with any other tags\n", i);
		return -EINVAL;
	}
	p->kind = PARAM_ARENA;
	return 0;
}

static int read_mem(struct vf_env *env, u32 i, u8 tags, struct param *p)
{
	if (tags & ~ARG_TAG_NONNULL)
		return bad_tags(env, i);
	p->nonnull = tags & ARG_TAG_NONNULL;
	p->kind = ebpf_btf_type_size(env->load->btf, p->t->type, &p->size) ? PARAM_MEM : PARAM_PTR;
	return 0;
}

static int read_pointer(struct vf_env *env, u32 i, u8 tags, struct param *p)
{
	p->target = ebpf_btf_skip_modifiers(env->load->btf, p->t->type, NULL);
	if (EBPF_BUG_ON(!p->target))
		return -EFAULT;
	if (ebpf_points_to_arena(env->load->btf, p->t))
		tags |= ARG_TAG_ARENA;
	if (tags & ARG_TAG_OTHER) {
		vlog(env, "arg#%d has unsupported set of tags\n", i);
		return -EOPNOTSUPP;
	}
	if ((tags & ARG_TAG_CTX) || is_ctx_struct(env, p->target))
		return read_ctx(env, i, tags, p);
	if (tags & ARG_TAG_TRUSTED)
		return read_trusted(env, i, tags, p);
	if (tags & ARG_TAG_UNTRUSTED)
		return read_untrusted(env, i, tags, p);
	if (tags & ARG_TAG_ARENA)
		return read_arena(env, i, tags, p);
	return read_mem(env, i, tags, p);
}

static int read_param(struct vf_env *env, const struct signature *sig, u32 i, struct param *p)
{
	memset(p, 0, sizeof(*p));
	p->kind = PARAM_OTHER;
	p->t = ebpf_btf_skip_modifiers(env->load->btf, sig->params[i].type, NULL);
	if (EBPF_BUG_ON(!p->t))
		return -EFAULT;
	if (btf_is(p->t, BTF_KIND_BIT(PTR)))
		return read_pointer(env, i, sig->tags[i], p);
	if (sig->tags[i]) {
		vlog(env, "arg#%d has pointer tag, but is not a pointer type\n", i);
		return -EINVAL;
	}
	if (is_number(p->t))
		p->kind = PARAM_SCALAR;
	return 0;
}

static int say_no_size(struct vf_env *env, u32 i, const struct param *p)
{
	vlog(env, "arg#%d reference type('%s %s') size cannot be determined: %d\n", i,
	     ebpf_btf_kind_name(p->target), ebpf_btf_name(env->load->btf, p->target->name_off),
	     -EINVAL);
	return -EINVAL;
}

/* Callers may pass what was loaded from somewhere, as in Linux. Functions on tasks look for themselves whether
 * it is one; of no other object does that help.
 */
static enum trust passed_trust(const struct param *p)
{
	return strcmp(ebpf_kernel_type_name(p->kernel, p->btf_id), "task_struct") ? TRUST_NONE : TRUST_FULL;
}

static int set_param(struct vf_env *env, const struct signature *sig, u32 i,
		     struct reg_state *reg)
{
	struct param p;
	int err = read_param(env, sig, i, &p);

	if (err)
		return err;
	switch (p.kind) {
	case PARAM_SCALAR:
	case PARAM_ARENA:
		ebpf_reg_set_unknown(reg);
		return 0;
	case PARAM_CTX:
		ebpf_reg_set_ptr(reg, PTR_TO_CTX);
		return 0;
	case PARAM_MEM:
		ebpf_reg_set_ptr(reg, PTR_TO_MEM | (p.nonnull ? 0 : EBPF_PTR_MAYBE_NULL));
		reg->mem_size = p.size;
		reg->id = p.nonnull ? 0 : ++env->id_gen;
		return 0;
	case PARAM_STRUCT:
		ebpf_reg_set_btf(reg, p.kernel, p.btf_id, p.nullable ? EBPF_PTR_MAYBE_NULL : 0);
		reg->id = p.nullable ? ++env->id_gen : 0;
		reg->trust = passed_trust(&p);
		return 0;
	case PARAM_ANY_STRUCT:
		ebpf_reg_set_btf(reg, p.kernel, p.btf_id, EBPF_PTR_UNTRUSTED);
		return 0;
	case PARAM_ANY_MEM:
		ebpf_reg_set_ptr(reg, PTR_TO_MEM | EBPF_MEM_RDONLY | EBPF_PTR_UNTRUSTED);
		return 0;
	case PARAM_PTR:
		return say_no_size(env, i, &p);
	default:
		vlog(env, "Arg#%d type %s in %s() is not supported yet.\n", i,
		     ebpf_btf_kind_name(p.t), sig->name);
		return -EINVAL;
	}
}

int ebpf_set_func_args(struct vf_env *env, u32 sub, struct reg_state *regs)
{
	struct signature sig;
	u32 i;
	int err = read_signature(env, sub, &sig);

	if (err)
		return err;
	if (env->log_level & ANY_LEVEL)
		vlog(env, "Validating %s() func#%d...\n", sig.name, sub);
	if (sig.nr > EBPF_MAX_FUNC_REG_ARGS) {
		vlog(env, "Global function %s() with %d > %d args. Buggy compiler.\n", sig.name,
		     sig.nr, EBPF_MAX_FUNC_REG_ARGS);
		return -EINVAL;
	}
	if (!is_number(sig.ret) && !btf_is_void(sig.ret) &&
	    !(btf_is(sig.ret, BTF_KIND_BIT(PTR)) && ebpf_points_to_arena(env->load->btf, sig.ret))) {
		vlog(env, "Global function %s() return value not void or scalar. Only those are supported.\n",
		     sig.name);
		return -EINVAL;
	}
	for (i = 0; !err && i < sig.nr; i++)
		err = set_param(env, &sig, i, &regs[EBPF_REG_1 + i]);
	return err;
}

bool ebpf_returns_nothing(struct vf_env *env, u32 sub)
{
	struct signature sig;

	return sub && env->subprogs[sub].is_global && !read_signature(env, sub, &sig) &&
	       btf_is_void(sig.ret);
}

static bool writable(struct vf_env *env, const struct reg_state *reg)
{
	return !is_pkt_ptr(reg->type) || ebpf_may_write_packet(env->load->prog_type);
}

/* The function does with the memory what it likes, and may call what moves the
 * packet without its pointer being forgotten.
 */
static int check_mem(struct vf_env *env, u32 sub, u32 regno, const struct param *p)
{
	struct reg_state *reg = &cur_regs(env)[regno];
	u32 size = p->size;
	struct call_meta meta;
	int err;

	if (p->nonnull && (may_be_null(reg->type) || is_null_reg(reg))) {
		vlog(env, "arg#%d is expected to be non-NULL\n", regno - EBPF_REG_1);
		return -EINVAL;
	}
	/* Which number this is decides. */
	if (is_null_reg(reg))
		return ebpf_mark_precise(env, regno);
	if (size >= MAX_VAR_SIZE || !writable(env, reg) ||
	    (is_pkt_ptr(reg->type) && env->subprogs[sub].changes_pkt) ||
	    (reg->type == (PTR_TO_MAP_VALUE | EBPF_PTR_MAYBE_NULL) &&
	     ebpf_map_has_objects(reg->map))) {
		vlog(env, "R%d %s of %u bytes cannot be passed to a global function\n", regno,
		     ebpf_reg_type_str(env, reg->type), size);
		return -EINVAL;
	}
	memset(&meta, 0, sizeof(meta));
	meta.writes = true;
	err = ebpf_check_helper_mem(env, regno, size, true, &meta);
	return err ? -EINVAL : 0;
}

static int check_ctx(struct vf_env *env, u32 regno, const struct param *p)
{
	const struct reg_state *reg = &cur_regs(env)[regno];

	if (reg->type != PTR_TO_CTX) {
		vlog(env, "arg#%d expected pointer to ctx, but got %s\n", regno - EBPF_REG_1,
		     ebpf_btf_kind_name(p->t));
		return -EINVAL;
	}
	return ebpf_check_ptr_off(env, reg, regno, false) ? -EINVAL : 0;
}

static int check_struct(struct vf_env *env, u32 regno, const struct param *p)
{
	const struct reg_state *reg = &cur_regs(env)[regno];
	u32 type = reg->type;

	if (p->nullable && is_null_reg(reg))
		return ebpf_mark_precise(env, regno);
	if (p->nullable)
		type &= ~(u32)EBPF_PTR_MAYBE_NULL;
	if (type != PTR_TO_BTF_ID) {
		vlog(env, "R%d type=%s ", regno, ebpf_reg_type_str(env, reg->type));
		vlog(env, "expected=%s\n", ebpf_reg_type_str(env, PTR_TO_BTF_ID));
		return -EINVAL;
	}
	if (ebpf_check_ptr_off(env, reg, regno, true))
		return -EINVAL;
	if (reg->btf == ebpf_btf_owner(p->kernel, p->btf_id) &&
	    ebpf_btf_struct_ids_match(env, reg->btf, reg->btf_id, reg->off, p->btf_id))
		return 0;
	vlog(env, "R%d is of type %s but %s is expected\n", regno,
	     ebpf_kernel_type_name(reg->btf, reg->btf_id),
	     ebpf_kernel_type_name(p->kernel, p->btf_id));
	return -EINVAL;
}

static int check_param(struct vf_env *env, u32 sub, const struct signature *sig, u32 i)
{
	u32 regno = EBPF_REG_1 + i;
	struct param p;
	int err = read_param(env, sig, i, &p);

	if (err)
		return err;
	switch (p.kind) {
	case PARAM_SCALAR:
		if (cur_regs(env)[regno].type == SCALAR_VALUE)
			break;
		vlog(env, "R%d is not a scalar\n", regno);
		return -EINVAL;
	case PARAM_ARENA:
		if (cur_regs(env)[regno].type == SCALAR_VALUE ||
		    cur_regs(env)[regno].type == PTR_TO_ARENA)
			break;
		vlog(env, "R%d is not a pointer to arena or scalar.\n", regno);
		return -EINVAL;
	case PARAM_CTX:
		err = check_ctx(env, regno, &p);
		break;
	case PARAM_MEM:
		err = check_mem(env, sub, regno, &p);
		break;
	case PARAM_STRUCT:
		err = check_struct(env, regno, &p);
		break;
	case PARAM_ANY_STRUCT:
	case PARAM_ANY_MEM:
		break;
	case PARAM_PTR:
		return say_no_size(env, i, &p);
	default:
		vlog(env, "Unrecognized arg#%d type %s\n", i, ebpf_btf_kind_name(p.t));
		return -EINVAL;
	}
	return err ? err : ebpf_check_reg_arg(env, regno, SRC_OP);
}

int ebpf_check_global_call(struct vf_env *env, u32 sub)
{
	struct signature sig;
	u32 i;
	int err = read_signature(env, sub, &sig);

	if (!err && sig.nr > EBPF_MAX_FUNC_REG_ARGS) {
		vlog(env, "Function %s has %d > %d args\n", sig.name, sig.nr,
		     EBPF_MAX_FUNC_REG_ARGS);
		err = -EINVAL;
	}
	for (i = 0; !err && i < sig.nr; i++)
		err = check_param(env, sub, &sig, i);
	if (err == -EINVAL)
		vlog(env, "Caller passes invalid args into func#%d ('%s')\n", sub, sig.name);
	if (err)
		return err;
	if (env->subprogs[sub].may_sleep && ebpf_section_name(env)) {
		vlog(env, "sleepable global function %s() called in %s\n", sig.name, ebpf_section_name(env));
		return -EINVAL;
	}
	if (env->subprogs[sub].may_sleep && ebpf_callback_holds(env)) {
		vlog(env, "func#%d might sleep in a callback that runs under a lock\n", sub);
		return -EINVAL;
	}
	if (env->log_level & ANY_LEVEL)
		vlog(env, "Func#%d is global and valid. Skipping.\n", sub);
	ebpf_clear_caller_saved(env, cur_func(env));
	if (!btf_is_void(sig.ret))
		ebpf_reg_set_unknown(&cur_regs(env)[EBPF_REG_0]);
	if (env->subprogs[sub].changes_pkt)
		ebpf_forget_packet(env->cur);
	return 0;
}

static const struct ebpf_func_proto *called_helper(const struct vf_env *env,
						   const struct ebpf_insn *insn)
{
	if (insn->code != (EBPF_JMP | EBPF_CALL) || insn->src_reg ||
	    !ebpf_helper_exists(insn->imm))
		return NULL;
	return ebpf_func_proto_of(env->load->prog_type, insn->imm);
}

/* Adds to what a function may do what one of its instructions may. */
static void note_effects(const struct vf_env *env, struct subprog_info *sub, u32 idx)
{
	const struct ebpf_insn *insn = &env->insns[idx];
	const struct ebpf_func_proto *fn = called_helper(env, insn);
	int callee;

	if (is_pseudo_call(insn) || is_pseudo_func(insn)) {
		callee = ebpf_find_subprog(env, (s32)idx + insn->imm + 1);
		if (callee < 0)
			return;
		sub->changes_pkt |= env->subprogs[callee].changes_pkt;
		sub->may_sleep |= env->subprogs[callee].may_sleep;
	} else if (fn) {
		/* The program that a tail call jumps to may do anything but sleep. */
		sub->changes_pkt |= fn->changes_pkt || fn->id == EBPF_FUNC_tail_call;
		sub->may_sleep |= fn->may_sleep;
	}
}

static bool note_sub_effects(const struct vf_env *env, struct subprog_info *sub)
{
	bool changes_pkt = sub->changes_pkt, may_sleep = sub->may_sleep;
	u32 i;

	for (i = sub[0].start; i < sub[1].start; i++)
		note_effects(env, sub, i);
	return sub->changes_pkt != changes_pkt || sub->may_sleep != may_sleep;
}

/* Which functions may move the packet, or sleep, by what they call. Calls do not
 * recurse, so this ends, after as many rounds as calls are deep.
 */
static int find_effects(struct vf_env *env)
{
	bool changed;
	u32 sub;

	do {
		changed = false;
		for (sub = 0; sub < env->subprog_cnt; sub++)
			changed |= note_sub_effects(env, &env->subprogs[sub]);
		if (ebpf_yield())
			return -EAGAIN;
	} while (changed);
	return 0;
}

/* A call is checked against the signature only: all must hold, or the program
 * does not load.
 */
int ebpf_walk_globals(struct vf_env *env)
{
	bool found = env->has_callback;
	u32 sub;
	int err;

	for (sub = 1; sub < env->subprog_cnt; sub++)
		found |= env->subprogs[sub].is_global;
	if (!found)
		return 0;
	err = ebpf_find_arg_tags(env);
	if (!err)
		err = find_effects(env);
	if (err)
		return err;
	for (sub = 1; sub < env->subprog_cnt; sub++) {
		if (!env->subprogs[sub].is_global)
			continue;
		err = ebpf_walk(env, sub);
		if (err)
			return err;
		if (env->log_level & ANY_LEVEL)
			vlog(env, "Func#%d is safe for any args that match its prototype\n", sub);
	}
	return 0;
}
