// SPDX-License-Identifier: GPL-2.0-only
/*
 * The walk: one instruction after the other along one path, then the next path
 * that waits.
 */
#include "verifier/call.h"
#include "verifier/gotox.h"
#include "verifier/insn.h"
#include "verifier/kfunc.h"
#include "verifier/log.h"
#include "verifier/lsm.h"
#include "verifier/mem.h"
#include "verifier/walk.h"
#include "verifier/watch.h"

#define YIELD_MASK	0xff	/* others run after so many instructions */
#define ANY_LEVEL	(EBPF_LOG_LEVEL1 | EBPF_LOG_LEVEL2)

enum { PATH_GOES_ON = 0, PATH_ENDS = 1 };

#ifndef __KERNEL__
struct vf_watch ebpf_watch;
#endif

/* The rewriting looks at the pointer's type once for all paths. */
static bool one_type_only(u32 type)
{
	return base_type(type) == PTR_TO_CTX || load_may_fault(type) ||
	       base_type(type) == CONST_PTR_TO_MAP || is_sock_ptr(type) || type == PTR_TO_ARENA;
}

static int note_ptr_type(struct vf_env *env, u32 type)
{
	u32 *seen = &env->aux[env->insn_idx].ptr_type;

	if (*seen == NOT_INIT) {
		*seen = type;
	} else if (load_may_fault(*seen) && load_may_fault(type)) {
		return 0;
	} else if (*seen != type && (one_type_only(*seen) || one_type_only(type))) {
		vlog(env, "same insn cannot be used with different pointers\n");
		return -EINVAL;
	}
	return 0;
}

static int step_load(struct vf_env *env, const struct ebpf_insn *insn)
{
	u32 type;
	int err;

	err = ebpf_check_reg_arg(env, insn->src_reg, SRC_OP);
	if (!err)
		err = ebpf_check_reg_arg(env, insn->dst_reg, DST_OP_NO_MARK);
	if (err)
		return err;
	type = cur_regs(env)[insn->src_reg].type;
	err = ebpf_check_mem_access(env, env->insn_idx, insn->src_reg, insn->off,
				    EBPF_SIZE(insn->code), ACC_READ, insn->dst_reg, false,
				    EBPF_MODE(insn->code) == EBPF_MEMSX);
	return err ? err : note_ptr_type(env, type);
}

static int step_atomic(struct vf_env *env, const struct ebpf_insn *insn)
{
	u32 type = cur_regs(env)[insn->dst_reg].type;
	int err = ebpf_check_atomic(env, env->insn_idx, insn);

	return err ? err : note_ptr_type(env, type);
}

/* Load-acquire and store-release: as others, with an address that is aligned. */
static int step_ordered(struct vf_env *env, const struct ebpf_insn *insn)
{
	bool load = insn->imm == EBPF_LOAD_ACQ;
	u32 ptr = address_reg(insn), type;
	int err;

	err = ebpf_check_reg_arg(env, insn->src_reg, SRC_OP);
	if (!err)
		err = ebpf_check_reg_arg(env, insn->dst_reg, load ? DST_OP_NO_MARK : SRC_OP);
	if (err)
		return err;
	type = cur_regs(env)[ptr].type;
	err = ebpf_check_mem_access(env, env->insn_idx, ptr, insn->off, EBPF_SIZE(insn->code),
				    load ? ACC_READ : ACC_WRITE,
				    load ? insn->dst_reg : insn->src_reg, true, false);
	if (err)
		return err;
	if (type == PTR_TO_CTX || is_pkt_ptr(type) || is_sock_ptr(type)) {
		vlog(env, "BPF_ATOMIC %s R%d %s is not allowed\n", load ? "loads from" :
		     "stores into", ptr, ebpf_reg_type_str(env, type));
		return -EACCES;
	}
	return note_ptr_type(env, type);
}

static int step_store_reg(struct vf_env *env, const struct ebpf_insn *insn)
{
	u32 type;
	int err;

	if (is_ordered(insn))
		return step_ordered(env, insn);
	if (EBPF_MODE(insn->code) == EBPF_ATOMIC)
		return step_atomic(env, insn);
	if (EBPF_MODE(insn->code) != EBPF_MEM || insn->imm) {
		vlog(env, "BPF_STX uses reserved fields\n");
		return -EINVAL;
	}
	err = ebpf_check_reg_arg(env, insn->src_reg, SRC_OP);
	if (!err)
		err = ebpf_check_reg_arg(env, insn->dst_reg, SRC_OP);
	if (err)
		return err;
	type = cur_regs(env)[insn->dst_reg].type;
	err = ebpf_check_mem_access(env, env->insn_idx, insn->dst_reg, insn->off,
				    EBPF_SIZE(insn->code), ACC_WRITE, insn->src_reg, false, false);
	return err ? err : note_ptr_type(env, type);
}

static int step_store_imm(struct vf_env *env, const struct ebpf_insn *insn)
{
	const struct reg_state *dst;
	u32 type;
	int err;

	if (EBPF_MODE(insn->code) != EBPF_MEM || insn->src_reg) {
		vlog(env, "BPF_ST uses reserved fields\n");
		return -EINVAL;
	}
	err = ebpf_check_reg_arg(env, insn->dst_reg, SRC_OP);
	if (err)
		return err;
	dst = &cur_regs(env)[insn->dst_reg];
	if (dst->type == PTR_TO_CTX) {
		vlog(env, "BPF_ST stores into R%d %s is not allowed\n", insn->dst_reg,
		     ebpf_reg_type_str(env, dst->type));
		return -EACCES;
	}
	type = dst->type;
	err = ebpf_check_mem_access(env, env->insn_idx, insn->dst_reg, insn->off,
				    EBPF_SIZE(insn->code), ACC_WRITE, PSEUDO_REG_NONE, false, false);
	return err ? err : note_ptr_type(env, type);
}

static int step_ld(struct vf_env *env, const struct ebpf_insn *insn)
{
	int err;

	if (EBPF_MODE(insn->code) != EBPF_IMM)
		return ebpf_check_ld_abs(env, insn);
	err = ebpf_check_ld_imm(env, insn);
	if (err)
		return err;
	env->insn_idx++;
	env->aux[env->insn_idx].seen = true;
	return 0;
}

static int step_call(struct vf_env *env, const struct ebpf_insn *insn)
{
	bool kfunc = insn->src_reg == EBPF_PSEUDO_KFUNC_CALL;

	if ((insn->off && !kfunc) || insn->dst_reg ||
	    (insn->src_reg && insn->src_reg != EBPF_PSEUDO_CALL && !kfunc)) {
		vlog(env, "BPF_CALL uses reserved fields\n");
		return -EINVAL;
	}
	if (env->cur->spin_lock_id &&
	    (insn->src_reg || insn->imm != EBPF_FUNC_spin_unlock)) {
		vlog(env, "function calls are not allowed while holding a lock\n");
		return -EINVAL;
	}
	if (insn->src_reg == EBPF_PSEUDO_CALL)
		return ebpf_check_subprog_call(env, insn, &env->insn_idx);
	if (kfunc)
		return ebpf_check_kfunc_call(env, insn);
	return ebpf_check_helper_call(env, insn, env->insn_idx);
}

static int step_ja(struct vf_env *env, const struct ebpf_insn *insn)
{
	bool wide = EBPF_CLASS(insn->code) == EBPF_JMP32;

	if (insn->src_reg || insn->dst_reg || (wide ? insn->off : insn->imm)) {
		vlog(env, "BPF_JA uses reserved fields\n");
		return -EINVAL;
	}
	env->insn_idx += ebpf_jmp_offset(insn) + 1;
	return 0;
}

void ebpf_print_bad_result(struct vf_env *env, const char *where, struct tnum range)
{
	struct tnum r0 = cur_regs(env)[EBPF_REG_0].n.var_off;

	vlog(env, "At %s the register R0 has ", where);
	if (ebpf_tnum_is_unknown(r0))
		vlog(env, "unknown scalar value");
	else
		vlog(env, "value %s", ebpf_tnum_str(env, r0));
	vlog(env, " should have been in %s\n", ebpf_tnum_str(env, range));
}

static bool result_is_number(struct vf_env *env, const struct reg_state *r0)
{
	if (r0->type == SCALAR_VALUE)
		return true;
	vlog(env, "At program exit the register R0 is not a known value (%s)\n",
	     ebpf_reg_type_str(env, r0->type));
	return false;
}

/* What Linux asks of them since 6.12, in its words: an int, whatever is above it. */
static int check_hook_result(struct vf_env *env, const struct reg_state *r0)
{
	s32 min, max;

	if (!ebpf_lsm_result_range(env, &min, &max))
		return 0;
	if (!result_is_number(env, r0))
		return -EINVAL;
	if (r0->n.s32_min >= min && r0->n.s32_max <= max)
		return ebpf_mark_precise(env, EBPF_REG_0);
	vlog(env, "At program exit the register R0 has");
	if (r0->n.smin > S64_MIN)
		vlog(env, " smin=%lld", (long long)r0->n.smin);
	if (r0->n.smax < S64_MAX)
		vlog(env, " smax=%lld", (long long)r0->n.smax);
	if (r0->n.smin == S64_MIN && r0->n.smax == S64_MAX)
		vlog(env, " unknown scalar value");
	vlog(env, " should have been in [%d, %d]\n", min, max);
	return -EINVAL;
}

static int check_result(struct vf_env *env)
{
	struct reg_state *r0 = &cur_regs(env)[EBPF_REG_0];
	struct tnum range;

	if (cur_func(env)->async_entry)
		return ebpf_check_async_result(env);
	if (cur_func(env)->subprogno) {
		if (r0->type == SCALAR_VALUE || r0->type == PTR_TO_ARENA)
			return 0;
		vlog(env, "At subprogram exit the register R0 is not a scalar value (%s)\n",
		     ebpf_reg_type_str(env, r0->type));
		return -EINVAL;
	}
	if (env->load->prog_type == EBPF_PROG_TYPE_LSM)
		return check_hook_result(env, r0);
	if (!ebpf_exit_range(env->load, &range))
		return 0;
	if (!result_is_number(env, r0))
		return -EINVAL;
	if (ebpf_tnum_in(range, r0->n.var_off))
		return ebpf_mark_precise(env, EBPF_REG_0);
	ebpf_print_bad_result(env, "program exit", range);
	return -EINVAL;
}

static int step_exit(struct vf_env *env, const struct ebpf_insn *insn, bool *new_frame)
{
	int err;

	if (insn->imm || insn->src_reg || insn->dst_reg || insn->off) {
		vlog(env, "BPF_EXIT uses reserved fields\n");
		return -EINVAL;
	}
	if (env->cur->spin_lock_id) {
		vlog(env, "bpf_spin_unlock is missing\n");
		return -EINVAL;
	}
	err = ebpf_check_ref_leak(env);
	if (!err && (!env->cur->curframe || cur_func(env)->in_callback))
		err = ebpf_check_sections(env, cur_func(env)->in_callback ? "Return from a callback" :
					  "BPF_EXIT instruction in main prog");
	if (err)
		return err;
	if (env->cur->curframe) {
		*new_frame = true;
		return ebpf_return_from_subprog(env, &env->insn_idx);
	}
	if (!cur_func(env)->async_entry && ebpf_returns_nothing(env, cur_func(env)->subprogno))
		return PATH_ENDS;
	/* The result must be something. */
	err = ebpf_check_reg_arg(env, EBPF_REG_0, SRC_OP);
	if (!err)
		err = check_result(env);
	return err ? err : PATH_ENDS;
}

static int step_jmp(struct vf_env *env, const struct ebpf_insn *insn, bool *new_frame)
{
	env->jmps_processed++;
	switch (EBPF_OP(insn->code)) {
	case EBPF_CALL:
		return step_call(env, insn);
	case EBPF_JA:
		return is_gotox(insn) ? ebpf_check_gotox(env, insn) : step_ja(env, insn);
	case EBPF_EXIT:
		return step_exit(env, insn, new_frame);
	case EBPF_JCOND:
		return ebpf_check_may_goto(env, insn, &env->insn_idx);
	default:
		return ebpf_check_cond_jmp(env, insn, &env->insn_idx);
	}
}

/* Does one instruction and moves env->insn_idx on. */
static int step(struct vf_env *env, const struct ebpf_insn *insn, bool *new_frame)
{
	int err;

	switch (EBPF_CLASS(insn->code)) {
	case EBPF_ALU:
	case EBPF_ALU64:
		err = ebpf_check_alu(env, insn);
		break;
	case EBPF_LDX:
		err = step_load(env, insn);
		break;
	case EBPF_STX:
		err = step_store_reg(env, insn);
		break;
	case EBPF_ST:
		err = step_store_imm(env, insn);
		break;
	case EBPF_LD:
		err = step_ld(env, insn);
		break;
	default:
		return step_jmp(env, insn, new_frame);
	}
	if (!err)
		env->insn_idx++;
	return err;
}

static void print_step(struct vf_env *env, const struct ebpf_insn *insn, bool *new_frame)
{
	u64 pos;

	if (*new_frame) {
		vlog(env, "\nfrom %d to %d:", env->prev_insn_idx, env->insn_idx);
		ebpf_print_state(env, cur_func(env), true);
		*new_frame = false;
	}
	if (state_scratched(env))
		ebpf_print_insn_state(env, cur_func(env));
	ebpf_print_linfo(env, env->insn_idx, "; ");
	pos = ebpf_vlog_pos(env);
	vlog(env, "%d: ", env->insn_idx);
	ebpf_print_insn(env, insn);
	env->prev_log_pos = ebpf_vlog_pos(env);
	env->prev_insn_print_len = env->prev_log_pos - pos;
}

static int prune(struct vf_env *env, bool new_path)
{
	int ret = ebpf_is_state_visited(env, env->insn_idx);

	if (ret <= 0 || !(env->log_level & ANY_LEVEL))
		return ret;
	if (new_path)
		vlog(env, "\nfrom %d to %d: safe\n", env->prev_insn_idx, env->insn_idx);
	else
		vlog(env, "%d: safe\n", env->insn_idx);
	return ret;
}

/* Ends, or is remembered as a step of, the path that comes to the instruction. */
static int arrive(struct vf_env *env, u32 idx, bool new_path)
{
	const struct insn_aux *aux = &env->aux[idx];
	int ret = 0;

	if (!aux->prune_point && !aux->jmp_point)
		return 0;
	/* Done again from where it was: it came here once. */
	if (env->call_gen)
		return 0;
	if (aux->prune_point)
		ret = prune(env, new_path);
	if (!ret && aux->jmp_point)
		ret = ebpf_push_jmp(env, env->cur, 0);
	return ret;
}

/* PATH_GOES_ON, PATH_ENDS or a negative errno. */
static int visit_insn(struct vf_env *env, bool *new_path)
{
	const struct ebpf_insn *insn = &env->insns[env->insn_idx];
	u32 idx = env->insn_idx;
	int ret;

	if (++env->insn_processed > watch_insn_limit()) {
		vlog(env, "BPF program is too large. Processed %d insn\n", env->insn_processed);
		return -E2BIG;
	}
	env->jmp_pushed = false;
	env->cur->last_insn_idx = env->prev_insn_idx;
	ret = arrive(env, idx, *new_path);
	if (ret)
		return ret;
	if (!(env->insn_processed & YIELD_MASK)) {
		ret = ebpf_yield();
		if (ret)
			return ret;
	}
	ret = watch_insn(env);
	env->call_gen = 0;
	if (ret)
		return ret;
	if (env->log_level & ANY_LEVEL)
		print_step(env, insn, new_path);
	env->aux[idx].seen = true;
	ret = step(env, insn, new_path);
	env->prev_insn_idx = idx;
	if (is_ld_imm64(insn))
		env->prev_insn_idx++;
	return ret;
}

/* The next path that waits, but for calls that need not be done again. */
static int next_path(struct vf_env *env, bool pop_log)
{
	int ret;

	for (;;) {
		ret = ebpf_pop_pending(env, pop_log);
		if (ret || !env->call_gen || !ebpf_call_is_done(env))
			return ret;
		ebpf_update_branches(env, env->cur);
	}
}

static int walk_paths(struct vf_env *env)
{
	bool pop_log = !(env->log_level & EBPF_LOG_LEVEL2);
	bool new_path = false;
	int ret;

	for (;;) {
		if (env->insn_idx >= env->insn_cnt) {
			vlog(env, "invalid insn idx %d insn_cnt %d\n", env->insn_idx,
			     env->insn_cnt);
			return -EFAULT;
		}
		ret = visit_insn(env, &new_path);
		if (ret < 0)
			return ret;
		if (ret != PATH_ENDS)
			continue;
		scratch_all(env);
		ebpf_update_branches(env, env->cur);
		ret = next_path(env, pop_log);
		if (ret == -ENOENT)
			return 0;
		if (ret)
			return ret;
		new_path = true;
	}
}

static int init_walk(struct vf_env *env, u32 subprog)
{
	struct vf_state *st = ebpf_alloc(sizeof(*st));
	struct func_state *func;

	if (!st)
		return -ENOMEM;
	env->cur = st;
	st->branches = 1;
	st->first_insn_idx = env->subprogs[subprog].start;
	st->last_insn_idx = -1;
	func = ebpf_func_state_alloc(env);
	if (!func)
		return -ENOMEM;
	st->frame[0] = func;
	func->callsite = -1;
	func->subprogno = subprog;
	ebpf_init_regs(env, func);
	if (!subprog)
		ebpf_reg_set_ptr(&func->regs[EBPF_REG_1], PTR_TO_CTX);
	env->insn_idx = env->subprogs[subprog].start;
	env->prev_insn_idx = -1;
	env->prev_linfo = NULL;
	return subprog ? ebpf_set_func_args(env, subprog, func->regs) : 0;
}

int ebpf_walk(struct vf_env *env, u32 subprog)
{
	int err = init_walk(env, subprog);

	if (!err)
		err = walk_paths(env);
	/* Text of paths that were found safe is of no use. */
	if (!err && !(env->log_level & EBPF_LOG_LEVEL2))
		ebpf_vlog_rewind(env, 0);
	ebpf_free_states(env);
	return err;
}
