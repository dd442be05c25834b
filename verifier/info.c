// SPDX-License-Identifier: GPL-2.0-only
/*
 * Function and line information that comes with a program: it must fit the
 * program, since names, lines and linkage are taken from it.
 */
#include "verifier/log.h"
#include "verifier/walk.h"

#define MIN_FUNC_INFO	8
#define MIN_LINE_INFO	16
#define MAX_INFO_REC	252

/* May records of a newer, longer form be read as ours? */
static bool tail_is_zero(const u8 *rec, u32 known, u32 size)
{
	for (; known < size; known++)
		if (rec[known])
			return false;
	return true;
}

static int check_abnormal_return(struct vf_env *env)
{
	u32 i;

	for (i = 1; i < env->subprog_cnt; i++) {
		if (env->subprogs[i].has_ld_abs) {
			vlog(env, "LD_ABS is not allowed in subprogs without BTF\n");
			return -EINVAL;
		}
		if (env->subprogs[i].has_tail_call) {
			vlog(env, "tail_call is not allowed in subprogs without BTF\n");
			return -EINVAL;
		}
	}
	return 0;
}

static bool returns_int(const struct ebpf_btf *btf, const struct ebpf_btf_type *proto)
{
	const struct ebpf_btf_type *t = ebpf_btf_skip_modifiers(btf, proto->type, NULL);
	u32 kind = t ? EBPF_BTF_INFO_KIND(t->info) : 0;

	if (kind == EBPF_BTF_KIND_ENUM || kind == EBPF_BTF_KIND_ENUM64)
		return true;
	return kind == EBPF_BTF_KIND_INT && t->size <= 8;
}

static int check_func_type(struct vf_env *env, u32 i, u32 type_id)
{
	struct subprog_info *sub = &env->subprogs[i];
	const struct ebpf_btf *btf = env->load->btf;
	const struct ebpf_btf_type *type = ebpf_btf_type_by_id(btf, type_id);
	const struct ebpf_btf_type *proto;

	if (!type || EBPF_BTF_INFO_KIND(type->info) != EBPF_BTF_KIND_FUNC) {
		vlog(env, "invalid type id %d in func info\n", type_id);
		return -EINVAL;
	}
	sub->btf_type_id = type_id;
	sub->is_global = EBPF_BTF_INFO_VLEN(type->info) == EBPF_BTF_FUNC_GLOBAL;
	proto = ebpf_btf_type_by_id(btf, type->type);
	if (!proto || EBPF_BTF_INFO_KIND(proto->info) != EBPF_BTF_KIND_FUNC_PROTO)
		return -EINVAL;
	if (!i || returns_int(btf, proto))
		return 0;
	if (sub->has_ld_abs) {
		vlog(env, "LD_ABS is only allowed in functions that return 'int'.\n");
		return -EINVAL;
	}
	if (sub->has_tail_call) {
		vlog(env, "tail_call is only allowed in functions that return 'int'.\n");
		return -EINVAL;
	}
	return 0;
}

static int check_func_rec(struct vf_env *env, u32 i, const struct ebpf_func_info *rec, u32 prev)
{
	if (!i && rec->insn_off) {
		vlog(env, "nonzero insn_off %u for the first func info record\n", rec->insn_off);
		return -EINVAL;
	}
	if (i && rec->insn_off <= prev) {
		vlog(env, "same or smaller insn offset (%u) than previous func info record (%u)\n",
		     rec->insn_off, prev);
		return -EINVAL;
	}
	if (env->subprogs[i].start != rec->insn_off) {
		vlog(env, "func_info BTF section doesn't match subprog layout in BPF program\n");
		return -EINVAL;
	}
	return check_func_type(env, i, rec->type_id);
}

int ebpf_check_func_info(struct vf_env *env)
{
	const struct ebpf_load *load = env->load;
	u32 size = load->func_info_rec_size;
	const u8 *rec = load->func_info;
	struct ebpf_func_info info;
	u32 prev = 0, i;
	int err;

	if (!load->func_info_cnt)
		return check_abnormal_return(env);
	if (!load->btf || !rec)
		return -EINVAL;
	if (load->func_info_cnt != env->subprog_cnt) {
		vlog(env, "number of funcs in func_info doesn't match number of subprogs\n");
		return -EINVAL;
	}
	if (size < MIN_FUNC_INFO || size > MAX_INFO_REC || size % sizeof(u32)) {
		vlog(env, "invalid func info rec size %u\n", size);
		return -EINVAL;
	}
	for (i = 0; i < load->func_info_cnt; i++, rec += size) {
		if (!tail_is_zero(rec, sizeof(info), size)) {
			vlog(env, "nonzero tailing record in func info");
			return -E2BIG;
		}
		memcpy(&info, rec, sizeof(info));
		err = check_func_rec(env, i, &info, prev);
		if (err)
			return err;
		prev = info.insn_off;
	}
	return 0;
}

static int check_line_rec(struct vf_env *env, u32 i, u32 *sub)
{
	const struct linfo *linfo = &env->linfo[i];
	const struct ebpf_btf *btf = env->load->btf;
	u32 prev = i ? linfo[-1].insn_off : 0;

	if ((i && linfo->insn_off <= prev) || linfo->insn_off >= env->insn_cnt) {
		vlog(env, "Invalid line_info[%u].insn_off:%u (prev_offset:%u prog->len:%u)\n", i,
		     linfo->insn_off, prev, env->insn_cnt);
		return -EINVAL;
	}
	if (!env->insns[linfo->insn_off].code) {
		vlog(env, "Invalid insn code at line_info[%u].insn_off\n", i);
		return -EINVAL;
	}
	if (!ebpf_btf_name(btf, linfo->line_off) || !ebpf_btf_name(btf, linfo->file_name_off)) {
		vlog(env, "Invalid line_info[%u].line_off or .file_name_off\n", i);
		return -EINVAL;
	}
	if (*sub == env->subprog_cnt)
		return 0;
	if (linfo->insn_off == env->subprogs[*sub].start) {
		env->subprogs[*sub].linfo_idx = i;
		(*sub)++;
	} else if (env->subprogs[*sub].start < linfo->insn_off) {
		vlog(env, "missing bpf_line_info for func#%u\n", *sub);
		return -EINVAL;
	}
	return 0;
}

static int check_line_recs(struct vf_env *env)
{
	const struct ebpf_load *load = env->load;
	u32 size = load->line_info_rec_size;
	const u8 *rec = load->line_info;
	u32 sub = 0, i;
	int err;

	for (i = 0; i < load->line_info_cnt; i++, rec += size) {
		if (!tail_is_zero(rec, sizeof(*env->linfo), size)) {
			vlog(env, "nonzero tailing record in line_info");
			return -E2BIG;
		}
		memcpy(&env->linfo[i], rec, sizeof(*env->linfo));
		err = check_line_rec(env, i, &sub);
		if (err)
			return err;
	}
	if (sub != env->subprog_cnt) {
		vlog(env, "missing bpf_line_info for %u funcs starting from func#%u\n",
		     env->subprog_cnt - sub, sub);
		return -EINVAL;
	}
	env->linfo_cnt = load->line_info_cnt;
	return 0;
}

int ebpf_check_line_info(struct vf_env *env)
{
	const struct ebpf_load *load = env->load;
	u32 size = load->line_info_rec_size;

	if (!load->line_info_cnt)
		return 0;
	if (!load->btf || !load->line_info)
		return -EINVAL;
	if (load->line_info_cnt > env->insn_cnt)
		return -EINVAL;
	if (size < MIN_LINE_INFO || size > MAX_INFO_REC || size % sizeof(u32))
		return -EINVAL;
	env->linfo = ebpf_calloc(load->line_info_cnt, sizeof(*env->linfo));
	if (!env->linfo)
		return -ENOMEM;
	return check_line_recs(env);
}
