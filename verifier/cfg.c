// SPDX-License-Identifier: GPL-2.0-only
/*
 * The shape of a program before any value is looked at: where its functions
 * begin, that jumps stay inside them, that every instruction can be reached,
 * and where states will have to be compared.
 */
#include "verifier/gotox.h"
#include "verifier/insn.h"
#include "verifier/log.h"
#include "verifier/walk.h"

/* How far the walk over the control flow graph is with an instruction. */
#define SEEN		0x10
#define DONE		0x20
#define EDGE_NEXT	0x01
#define EDGE_BRANCH	0x02

enum { EDGE_PUSHED = 1, EDGE_OLD = 0 };

struct cfg {
	u32 *stack;
	u8 *state;
	u32 depth;
};

bool ebpf_is_jmp(const struct ebpf_insn *insn)
{
	u8 class = EBPF_CLASS(insn->code);

	if ((class != EBPF_JMP && class != EBPF_JMP32) || is_gotox(insn))
		return false;
	return EBPF_OP(insn->code) != EBPF_CALL && EBPF_OP(insn->code) != EBPF_EXIT;
}

s32 ebpf_jmp_offset(const struct ebpf_insn *insn)
{
	return insn->code == (EBPF_JMP32 | EBPF_JA) ? insn->imm : insn->off;
}

/* Index of the subprogram that starts at @insn_idx, or -ENOENT. */
int ebpf_find_subprog(const struct vf_env *env, s32 insn_idx)
{
	s32 lo = 0, hi = (s32)env->subprog_cnt - 1;

	while (lo <= hi) {
		s32 mid = lo + (hi - lo) / 2;

		if ((s32)env->subprogs[mid].start == insn_idx)
			return mid;
		if ((s32)env->subprogs[mid].start < insn_idx)
			lo = mid + 1;
		else
			hi = mid - 1;
	}
	return -ENOENT;
}

/* Keeps env->subprogs sorted by start. */
static int add_subprog(struct vf_env *env, s64 off)
{
	u32 i;

	if (off < 0 || off >= env->insn_cnt) {
		vlog(env, "call to invalid destination\n");
		return -EINVAL;
	}
	if (ebpf_find_subprog(env, off) >= 0)
		return 0;
	if (env->subprog_cnt >= EBPF_MAX_SUBPROGS) {
		vlog(env, "too many subprograms\n");
		return -E2BIG;
	}
	for (i = env->subprog_cnt; i > 0 && env->subprogs[i - 1].start > (u32)off; i--)
		env->subprogs[i] = env->subprogs[i - 1];
	memset(&env->subprogs[i], 0, sizeof(env->subprogs[i]));
	env->subprogs[i].start = off;
	env->subprog_cnt++;
	return 0;
}

int ebpf_find_subprogs(struct vf_env *env)
{
	struct ebpf_insn *insn = env->insns;
	u32 i;
	int err;

	err = add_subprog(env, 0);
	for (i = 0; !err && i < env->insn_cnt; i++, insn++)
		if (is_pseudo_call(insn) || is_pseudo_func(insn))
			err = add_subprog(env, (s64)i + insn->imm + 1);
	if (err)
		return err;
	env->subprogs[env->subprog_cnt].start = env->insn_cnt;
	if (env->log_level & EBPF_LOG_LEVEL2)
		for (i = 0; i < env->subprog_cnt; i++)
			vlog(env, "func#%d @%d\n", i, env->subprogs[i].start);
	return 0;
}

static void note_features(struct vf_env *env, struct subprog_info *sub,
			  const struct ebpf_insn *insn)
{
	if (is_kfunc_call(insn))
		env->has_kfunc = true;
	if (insn->code == (EBPF_JMP | EBPF_CALL) && insn->imm == EBPF_FUNC_tail_call &&
	    !insn->src_reg)
		sub->has_tail_call = true;
	if (is_ld_abs(insn))
		sub->has_ld_abs = true;
}

static bool ends_subprog(const struct ebpf_insn *insn)
{
	return insn->code == (EBPF_JMP | EBPF_EXIT) || insn->code == (EBPF_JMP | EBPF_JA) ||
	       insn->code == (EBPF_JMP32 | EBPF_JA) || is_gotox(insn);
}

/* Jumps stay in their function and no function runs into the next. */
int ebpf_check_subprogs(struct vf_env *env)
{
	u32 cur = 0, i;
	s64 to;

	for (i = 0; i < env->insn_cnt; i++) {
		const struct ebpf_insn *insn = &env->insns[i];
		struct subprog_info *sub = &env->subprogs[cur];

		note_features(env, sub, insn);
		if (ebpf_is_jmp(insn)) {
			to = (s64)i + ebpf_jmp_offset(insn) + 1;
			if (to < sub[0].start || to >= sub[1].start) {
				vlog(env, "jump out of range from insn %d to %d\n", i, (int)to);
				return -EINVAL;
			}
		}
		if (i != sub[1].start - 1)
			continue;
		if (!ends_subprog(insn)) {
			vlog(env, "last insn is not an exit or jmp\n");
			return -EINVAL;
		}
		cur++;
	}
	return 0;
}

static void mark_prune_point(struct vf_env *env, u32 idx)
{
	if (idx < env->insn_cnt)
		env->aux[idx].prune_point = true;
}

static void mark_jmp_point(struct vf_env *env, u32 idx)
{
	if (idx < env->insn_cnt)
		env->aux[idx].jmp_point = true;
}

/* Follows one edge: EDGE_PUSHED, EDGE_OLD, or a negative errno. */
static int follow(struct vf_env *env, struct cfg *cfg, u32 from, s64 to, u8 edge, bool loop_ok)
{
	if ((cfg->state[from] & (EDGE_NEXT | EDGE_BRANCH)) >= edge)
		return EDGE_OLD;
	if (to < 0 || to >= env->insn_cnt) {
		ebpf_print_linfo(env, from, "");
		vlog(env, "jump out of range from insn %d to %d\n", from, (int)to);
		return -EINVAL;
	}
	if (edge == EDGE_BRANCH) {
		mark_prune_point(env, to);
		mark_jmp_point(env, to);
	}
	if (!cfg->state[to]) {
		cfg->state[from] = SEEN | edge;
		cfg->state[to] = SEEN;
		if (cfg->depth >= env->insn_cnt)
			return -E2BIG;
		cfg->stack[cfg->depth++] = to;
		return EDGE_PUSHED;
	}
	if (cfg->state[to] & SEEN) {
		if (loop_ok)
			return EDGE_OLD;
		ebpf_print_linfo(env, from, "");
		ebpf_print_linfo(env, to, "");
		vlog(env, "back-edge from insn %d to %d\n", from, (int)to);
		return -EINVAL;
	}
	cfg->state[from] = SEEN | edge;
	return EDGE_OLD;
}

static int visit_call(struct vf_env *env, struct cfg *cfg, u32 at, bool callee)
{
	const struct ebpf_insn *insn = &env->insns[at];
	bool is_ld = is_ld_imm64(insn);
	u32 next = at + 1 + is_ld;
	int ret;

	ret = follow(env, cfg, at, next, EDGE_NEXT, true);
	if (ret)
		return ret;
	mark_prune_point(env, next);
	mark_jmp_point(env, next);
	/* Where a loop of an iterator comes back to. */
	if (callee || ebpf_is_iter_next(env, at))
		mark_prune_point(env, at);
	if (!callee)
		return EDGE_OLD;
	/* A callback may refer to itself; calls are checked when walked. */
	return follow(env, cfg, at, (s64)at + insn->imm + 1, EDGE_BRANCH, is_ld);
}

/* Once for all of a function, as they have the same targets. */
static int visit_gotox(struct vf_env *env, struct cfg *cfg, u32 at)
{
	struct subprog_info *sub;
	bool pushed = false;
	u32 i;
	int err;

	mark_prune_point(env, at);
	err = ebpf_find_jumps(env, at, &sub);
	if (err || sub->jumps_seen)
		return err;
	sub->jumps_seen = true;
	for (i = sub[0].start; i < sub[1].start; i++) {
		if (!env->aux[i].jump_target)
			continue;
		mark_prune_point(env, i);
		mark_jmp_point(env, i);
		if (cfg->state[i])
			continue;
		if (cfg->depth >= env->insn_cnt)
			return -E2BIG;
		cfg->state[i] = SEEN;
		cfg->stack[cfg->depth++] = i;
		pushed = true;
	}
	return pushed ? EDGE_PUSHED : EDGE_OLD;
}

static int visit(struct vf_env *env, struct cfg *cfg, u32 at)
{
	const struct ebpf_insn *insn = &env->insns[at];
	u8 class = EBPF_CLASS(insn->code);
	s64 to;
	int ret;

	if (is_pseudo_func(insn))
		return visit_call(env, cfg, at, true);
	/* Into a loop that was entered in its middle: the jump that closes it is looked at. */
	if (is_ld_imm64(insn))
		return follow(env, cfg, at, (s64)at + 2, EDGE_NEXT, true);
	if (class != EBPF_JMP && class != EBPF_JMP32)
		return follow(env, cfg, at, (s64)at + 1, EDGE_NEXT, true);
	if (EBPF_OP(insn->code) == EBPF_EXIT)
		return EDGE_OLD;
	if (EBPF_OP(insn->code) == EBPF_CALL)
		return visit_call(env, cfg, at, is_pseudo_call(insn));
	to = (s64)at + ebpf_jmp_offset(insn) + 1;
	if (is_gotox(insn))
		return visit_gotox(env, cfg, at);
	if (EBPF_OP(insn->code) == EBPF_JA) {
		if (EBPF_SRC(insn->code) != EBPF_K)
			return -EINVAL;
		ret = follow(env, cfg, at, to, EDGE_NEXT, true);
		mark_prune_point(env, to);
		mark_jmp_point(env, to);
		return ret;
	}
	mark_prune_point(env, at);
	ret = follow(env, cfg, at, (s64)at + 1, EDGE_NEXT, true);
	return ret ? ret : follow(env, cfg, at, to, EDGE_BRANCH, true);
}

static int check_reachable(struct vf_env *env, const struct cfg *cfg)
{
	u32 i;

	for (i = 0; i < env->insn_cnt; i++) {
		if (cfg->state[i] != DONE) {
			vlog(env, "unreachable insn %d\n", i);
			return -EINVAL;
		}
		if (!is_ld_imm64(&env->insns[i]))
			continue;
		/* The second half is data; nothing may jump there. */
		if (cfg->state[i + 1]) {
			vlog(env, "jump into the middle of ldimm64 insn %d\n", i);
			return -EINVAL;
		}
		i++;
	}
	return 0;
}

int ebpf_check_cfg(struct vf_env *env)
{
	struct cfg cfg;
	int ret = -ENOMEM;
	u32 at;

	cfg.state = ebpf_calloc(env->insn_cnt, sizeof(*cfg.state));
	cfg.stack = ebpf_calloc(env->insn_cnt, sizeof(*cfg.stack));
	if (!cfg.state || !cfg.stack)
		goto out;
	cfg.state[0] = SEEN;
	cfg.stack[0] = 0;
	cfg.depth = 1;
	while (cfg.depth) {
		at = cfg.stack[cfg.depth - 1];
		ret = visit(env, &cfg, at);
		if (ret < 0)
			goto out;
		if (ret == EDGE_PUSHED)
			continue;
		cfg.state[at] = DONE;
		cfg.depth--;
	}
	ret = check_reachable(env, &cfg);
out:
	ebpf_free(cfg.state);
	ebpf_free(cfg.stack);
	return ret;
}
