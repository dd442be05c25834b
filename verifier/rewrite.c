// SPDX-License-Identifier: GPL-2.0-only
/*
 * The final program: every instruction expanded in one pass, then the jumps
 * pointed at where their targets went.
 */
#include <ebpf/map.h>
#include "verifier/gotox.h"
#include "verifier/image.h"
#include "verifier/insn.h"
#include "verifier/walk.h"

struct output {
	struct ebpf_insn *insns;
	struct ebpf_insn_aux *aux;
	u32 cnt;
	u32 cap;
	u32 *new_idx;	/* of each loaded instruction, and of the end */
	u32 *entry;	/* of each function, where what comes before its first instruction is */
};

static int reserve(struct output *out, u32 more)
{
	u32 cap = out->cap;
	void *p;

	if (out->cnt + more <= cap)
		return 0;
	cap = cap + cap / 4 + more;
	p = ebpf_realloc(out->insns, out->cap * sizeof(*out->insns), cap * sizeof(*out->insns));
	if (!p)
		return -ENOMEM;
	out->insns = p;
	p = ebpf_realloc(out->aux, out->cap * sizeof(*out->aux), cap * sizeof(*out->aux));
	if (!p)
		return -ENOMEM;
	out->aux = p;
	out->cap = cap;
	return 0;
}

/* What the last @cnt instructions came from. */
static void note_origin(struct output *out, u32 idx, u32 cnt)
{
	struct ebpf_insn_aux *aux = &out->aux[out->cnt], *end = aux + cnt;

	out->cnt += cnt;
	for (; aux < end; aux++) {
		aux->orig_idx = (s32)idx;
		aux->zext_dst = false;
		idx = (u32)-1;
	}
}

/* What a function does at its start, once, wherever its jumps go. */
static void expand_entry(struct vf_env *env, struct output *out, u32 *sub, u32 idx)
{
	int cnt;

	if (*sub == env->subprog_cnt || env->subprogs[*sub].start != idx)
		return;
	out->entry[*sub] = out->cnt;
	cnt = ebpf_expand_entry(&env->subprogs[(*sub)++], &out->insns[out->cnt]);
	note_origin(out, idx, cnt);
}

static int expand_gotox(struct vf_env *env, struct output *out, u32 idx)
{
	int err = reserve(out, ebpf_gotox_room(env, idx) + EXPAND_MAX);

	return err ? err : ebpf_expand_gotox(env, idx, out->cnt, &out->insns[out->cnt]);
}

static int expand_all(struct vf_env *env, struct output *out)
{
	u32 sub = 0, i;
	int cnt, err;

	for (i = 0; i < env->insn_cnt; i++) {
		err = reserve(out, 2 * EXPAND_MAX);
		if (err)
			return err;
		expand_entry(env, out, &sub, i);
		out->new_idx[i] = out->cnt;
		if (is_gotox(&env->insns[i]) && env->aux[i].seen)
			cnt = expand_gotox(env, out, i);
		else
			cnt = ebpf_expand_insn(env, i, &out->insns[out->cnt]);
		if (cnt < 0)
			return cnt;
		note_origin(out, i, cnt);
		if (is_ld_imm64(&env->insns[i]))
			out->new_idx[++i] = out->cnt;
		if (!(i & 0xfff) && ebpf_yield())
			return -EAGAIN;
	}
	out->new_idx[env->insn_cnt] = out->cnt;
	return 0;
}

static int fix_jmp(struct ebpf_insn *insn, s64 off)
{
	if (insn->code == (EBPF_JMP | EBPF_JA) && off != (s16)off) {
		/* Too far for 16 bits now, not for 32. */
		insn->code = EBPF_JMP32 | EBPF_JA;
		insn->off = 0;
		insn->imm = off;
		return 0;
	}
	if (insn->code == (EBPF_JMP32 | EBPF_JA)) {
		insn->imm = off;
		return 0;
	}
	if (off != (s16)off)
		return -ERANGE;
	insn->off = off;
	return 0;
}

static s32 subprog_distance(const struct vf_env *env, const struct output *out, u32 sub, u32 at)
{
	return (s32)out->entry[sub] - (s32)at - 1;
}

/* The same of the function that begins at instruction @start. */
static s32 func_distance(const struct vf_env *env, const struct output *out, s32 start, u32 at)
{
	int sub = ebpf_find_subprog(env, start);

	return EBPF_BUG_ON(sub < 0) ? 0 : subprog_distance(env, out, sub, at);
}

/* The call in the middle of a bpf_loop done in place. */
static void fix_loop(const struct vf_env *env, struct output *out, u32 idx)
{
	u32 at;

	for (at = out->new_idx[idx]; at < out->new_idx[idx + 1]; at++)
		if (is_pseudo_call(&out->insns[at]))
			out->insns[at].imm = subprog_distance(env, out,
							      env->aux[idx].subprogno_of_func, at);
}

/* A function nobody calls is gone, and its address never used. */
static void fix_func_load(const struct vf_env *env, struct output *out, u32 idx)
{
	struct ebpf_insn *insn = &out->insns[out->new_idx[idx]];
	s32 to = (s32)idx + 1 + env->insns[idx].imm;

	if (env->aux[to].seen) {
		insn->imm = func_distance(env, out, to, out->new_idx[idx]);
		return;
	}
	insn[0].src_reg = 0;
	insn[0].imm = 0;
	insn[1].imm = 0;
}

/* Jumps, calls and function addresses of the loaded program. */
static int fix_targets(struct vf_env *env, struct output *out)
{
	struct ebpf_insn *insn;
	s64 to;
	u32 i, at;
	int err;

	for (i = 0; i < env->insn_cnt; i++) {
		at = out->new_idx[i];
		/* What follows may be what the next function does at its start. */
		if (!env->aux[i].seen || at == out->new_idx[i + 1])
			continue;
		insn = &out->insns[at];
		if (env->aux[i].has_tree) {
			ebpf_fix_tree(out->insns, at, out->new_idx[i + 1], out->new_idx);
		} else if (ebpf_is_jmp(&env->insns[i])) {
			if (is_may_goto(&env->insns[i])) {
				at = out->new_idx[i + 1] - 1;
				insn = &out->insns[at];
			}
			to = out->new_idx[(s64)i + 1 + ebpf_jmp_offset(&env->insns[i])];
			err = fix_jmp(insn, to - at - 1);
			if (err)
				return err;
		} else if (is_pseudo_func(&env->insns[i])) {
			fix_func_load(env, out, i);
		} else if (env->aux[i].loop_inline) {
			fix_loop(env, out, i);
		} else if (is_pseudo_call(&env->insns[i])) {
			insn->imm = func_distance(env, out, (s32)i + 1 + env->insns[i].imm, at);
		}
		if (is_ld_imm64(&env->insns[i]))
			i++;
	}
	return 0;
}

/* Functions never walked are gone. */
static int build_subprogs(struct vf_env *env, const struct output *out,
			  struct ebpf_prog_image *img)
{
	const struct subprog_info *from;
	struct ebpf_subprog *to;
	u32 i;

	img->subprogs = ebpf_calloc(env->subprog_cnt, sizeof(*img->subprogs));
	if (!img->subprogs)
		return -ENOMEM;
	for (i = 0; i < env->subprog_cnt; i++) {
		from = &env->subprogs[i];
		if (!env->aux[from->start].seen)
			continue;
		to = &img->subprogs[img->subprog_cnt];
		to->start = out->entry[i];
		to->linfo_idx = from->linfo_idx;
		to->postorder = img->subprog_cnt;
		to->stack_depth = from->stack_depth + from->extra_stack;
		to->has_tail_call = from->has_tail_call;
		to->tail_call_reachable = from->tail_call_reachable || from->has_tail_call;
		to->is_cb = from->is_cb;
		to->is_async_cb = from->is_async_cb;
		img->subprog_cnt++;
	}
	return 0;
}

static int build_maps(struct vf_env *env, struct ebpf_prog_image *img)
{
	if (!env->map_cnt)
		return 0;
	img->used_maps = ebpf_calloc(env->map_cnt, sizeof(*img->used_maps));
	if (!img->used_maps)
		return -ENOMEM;
	memcpy(img->used_maps, env->maps, env->map_cnt * sizeof(*img->used_maps));
	img->used_map_cnt = env->map_cnt;
	/* The image holds the references now. */
	env->map_cnt = 0;
	return 0;
}

static void build_facts(const struct vf_env *env, struct ebpf_prog_image *img)
{
	img->max_stack = env->max_stack;
	img->max_ctx_offset = env->max_ctx_offset;
	img->max_tp_access = env->max_tp_access;
	img->verified_insns = env->insn_processed;
	img->has_tail_call = env->has_tail_call;
	img->has_callchain = env->has_callchain;
	img->kprobe_override = env->kprobe_override;
	img->arena = env->arena ? env->arena->ops->arena(env->arena) : NULL;
}

int ebpf_build_image(struct vf_env *env, struct ebpf_prog_image *img)
{
	struct output out;
	int err = -ENOMEM;

	memset(&out, 0, sizeof(out));
	memset(img, 0, sizeof(*img));
	out.new_idx = ebpf_calloc(env->insn_cnt + 1, sizeof(*out.new_idx));
	out.entry = ebpf_calloc(env->subprog_cnt, sizeof(*out.entry));
	if (!out.new_idx || !out.entry)
		goto out;
	err = reserve(&out, env->insn_cnt + EXPAND_MAX);
	if (!err)
		err = expand_all(env, &out);
	if (!err)
		err = fix_targets(env, &out);
	if (!err)
		err = build_subprogs(env, &out, img);
	if (!err)
		ebpf_place_jumps(env, out.new_idx);
	if (!err)
		err = build_maps(env, img);
	if (err)
		goto out;
	img->insns = out.insns;
	img->aux = out.aux;
	img->insn_cnt = out.cnt;
	build_facts(env, img);
	out.insns = NULL;
	out.aux = NULL;
out:
	ebpf_free(out.entry);
	ebpf_free(out.new_idx);
	ebpf_free(out.insns);
	ebpf_free(out.aux);
	if (err)
		ebpf_prog_image_free(img);
	return err;
}

void ebpf_prog_image_free(struct ebpf_prog_image *img)
{
	ebpf_free(img->insns);
	ebpf_free(img->aux);
	ebpf_free(img->subprogs);
	ebpf_free(img->used_maps);
	memset(img, 0, sizeof(*img));
}
