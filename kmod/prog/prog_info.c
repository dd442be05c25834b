// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/prog/prog_info.h"
#include "kmod/btf/btf.h"
#include "kmod/map/map.h"
#include "kmod/prog/prog_internal.h"
#include "kmod/syscall.h"

#include <ebpf/services.h>

/* Answers a pointer and count pair: copies as many of @have items of @size bytes
 * as there is room for, and says in *count how many there are.
 */
static int copy_array(u64 uaddr, u32 *count, const void *items, u32 have, u32 size)
{
	u32 n = min(*count, have);

	*count = have;
	if (n && copy_to_user(ebpf_user_ptr(uaddr), items, (size_t)n * size))
		return -EFAULT;
	return 0;
}

/* Not copied under the lock: who gave the buffer decides how long that takes. */
static int fill_map_ids(const struct ebpf_prog *prog, struct ebpf_prog_info *info)
{
	u32 room = info->nr_map_ids, n, i;
	u32 *ids;
	int err;

	/* Maps that are bound later than this are not shown. */
	room = min(room, READ_ONCE(prog->image.used_map_cnt));
	ids = ebpf_calloc(room, sizeof(*ids));
	if (!ids)
		return -ENOMEM;
	ebpf_prog_maps_lock();
	n = min(room, prog->image.used_map_cnt);
	for (i = 0; i < n; i++)
		ids[i] = prog->image.used_maps[i]->id;
	info->nr_map_ids = prog->image.used_map_cnt;
	ebpf_prog_maps_unlock();
	err = n && copy_to_user(ebpf_user_ptr(info->map_ids), ids, n * sizeof(*ids)) ? -EFAULT : 0;
	ebpf_free(ids);
	return err;
}

static int check_rec_size(u32 cnt, u32 *rec_size, u32 size)
{
	if ((cnt || *rec_size) && *rec_size != size)
		return -EINVAL;
	*rec_size = size;
	return 0;
}

static int check_rec_sizes(struct ebpf_prog_info *info)
{
	if (check_rec_size(info->nr_func_info, &info->func_info_rec_size,
			   sizeof(struct ebpf_func_info)) ||
	    check_rec_size(info->nr_line_info, &info->line_info_rec_size,
			   sizeof(struct ebpf_line_info)) ||
	    check_rec_size(info->nr_jited_line_info, &info->jited_line_info_rec_size,
			   sizeof(u64)))
		return -EINVAL;
	return 0;
}

/*
 * Instructions as dumps show them: maps by id instead of addresses
 */
static bool name_map(const struct ebpf_prog *prog, struct ebpf_insn *insn)
{
	u64 imm = (u32)insn[0].imm | (u64)insn[1].imm << 32;
	const struct ebpf_map *map;
	u32 i, off;

	for (i = 0; i < prog->image.used_map_cnt; i++) {
		map = prog->image.used_maps[i];
		off = 0;
		if (imm == (unsigned long)map)
			insn[0].src_reg = EBPF_PSEUDO_MAP_FD;
		else if (map->ops->direct_value_meta &&
			 !map->ops->direct_value_meta(map, imm, &off))
			insn[0].src_reg = EBPF_PSEUDO_MAP_VALUE;
		else
			continue;
		insn[0].imm = map->id;
		insn[1].imm = off;
		return true;
	}
	return false;
}

/* As the program was loaded: what may fault are loads and stores like others. */
static u8 dump_mode(u8 code)
{
	u8 class = EBPF_CLASS(code);

	if (class != EBPF_LDX && class != EBPF_ST && class != EBPF_STX)
		return code;
	switch (EBPF_MODE(code)) {
	case EBPF_PROBE_MEM:
	case EBPF_PROBE_MEM32:
		return class | EBPF_SIZE(code) | EBPF_MEM;
	case EBPF_PROBE_MEMSX:
		return class | EBPF_SIZE(code) | EBPF_MEMSX;
	case EBPF_PROBE_MEM32SX:
		return class == EBPF_LDX ? class | EBPF_SIZE(code) | EBPF_MEMSX : code;
	case EBPF_PROBE_ATOMIC:
		return class | EBPF_SIZE(code) | EBPF_ATOMIC;
	default:
		return code;
	}
}

static void dump_insn(struct ebpf_insn *insn, bool addresses)
{
	if (insn->code == (EBPF_JMP | EBPF_TAIL_CALL)) {
		insn->code = EBPF_JMP | EBPF_CALL;
		insn->imm = addresses ? EBPF_FUNC_tail_call : 0;
	} else if (insn->code == (EBPF_JMP | EBPF_CALL)) {
		insn->imm = addresses ? insn->imm : 0;
	} else {
		insn->code = dump_mode(insn->code);
	}
}

static void dump_insns(const struct ebpf_prog *prog, struct ebpf_insn *insns, bool addresses)
{
	u32 i, cnt = prog->image.insn_cnt;

	for (i = 0; i < cnt; i++) {
		if (insns[i].code != (EBPF_LD | EBPF_IMM | EBPF_DW)) {
			dump_insn(&insns[i], addresses);
			continue;
		}
		if (i + 1 < cnt && !insns[i].src_reg && !name_map(prog, &insns[i]) && !addresses)
			insns[i].imm = insns[i + 1].imm = 0;
		i++;
	}
}

static int fill_xlated(const struct ebpf_prog *prog, struct ebpf_prog_info *info, bool addresses)
{
	u32 size = prog->image.insn_cnt * sizeof(struct ebpf_insn);
	u32 room = min(info->xlated_prog_len, size);
	struct ebpf_insn *insns;
	int err = 0;

	info->xlated_prog_len = size;
	if (!room)
		return 0;
	insns = ebpf_alloc(size);
	if (!insns)
		return -ENOMEM;
	memcpy(insns, prog->image.insns, size);
	ebpf_prog_maps_lock();
	dump_insns(prog, insns, addresses);
	ebpf_prog_maps_unlock();
	if (copy_to_user(ebpf_user_ptr(info->xlated_prog_insns), insns, room))
		err = -EFAULT;
	ebpf_free(insns);
	return err;
}

/*
 * Code
 */
static u32 subprog_len(const struct ebpf_prog *prog, u32 i)
{
	u32 end = i + 1 < prog->image.subprog_cnt ? prog->jited_subprog_offs[i + 1] :
						    prog->code_size;

	return end - prog->jited_subprog_offs[i];
}

static int fill_ksyms(const struct ebpf_prog *prog, struct ebpf_prog_info *info)
{
	u32 cnt = prog->image.subprog_cnt, syms, lens, i;
	u64 __user *uaddrs = ebpf_user_ptr(info->jited_ksyms);
	u32 __user *ulens = ebpf_user_ptr(info->jited_func_lens);

	syms = min(info->nr_jited_ksyms, cnt);
	lens = min(info->nr_jited_func_lens, cnt);
	for (i = 0; i < syms; i++)
		if (put_user((u64)(unsigned long)prog->code + prog->jited_subprog_offs[i],
			     uaddrs + i))
			return -EFAULT;
	for (i = 0; i < lens; i++)
		if (put_user(subprog_len(prog, i), ulens + i))
			return -EFAULT;
	info->nr_jited_ksyms = cnt;
	info->nr_jited_func_lens = cnt;
	return 0;
}

static int fill_jited_lines(const struct ebpf_prog *prog, struct ebpf_prog_info *info)
{
	u64 __user *ulines = ebpf_user_ptr(info->jited_line_info);
	u32 n = min(info->nr_jited_line_info, prog->line_info_cnt), i;

	for (i = 0; i < n; i++)
		if (put_user((u64)(unsigned long)prog->code + prog->jited_line_offs[i], ulines + i))
			return -EFAULT;
	info->nr_jited_line_info = prog->line_info_cnt;
	return 0;
}

/* One tag per function; they are all the program's, whose code is one piece. */
static int fill_tags(const struct ebpf_prog *prog, struct ebpf_prog_info *info)
{
	u8 __user *utags = ebpf_user_ptr(info->prog_tags);
	u32 cnt = prog->image.subprog_cnt, n = min(info->nr_prog_tags, cnt), i;

	for (i = 0; i < n; i++)
		if (copy_to_user(utags + i * EBPF_TAG_SIZE, prog->tag, EBPF_TAG_SIZE))
			return -EFAULT;
	info->nr_prog_tags = cnt;
	return 0;
}

static void fill_scalars(const struct ebpf_prog *prog, struct ebpf_prog_info *info)
{
	struct ebpf_prog_stats stats;

	info->type = prog->type;
	info->id = prog->id;
	memcpy(info->tag, prog->tag, sizeof(info->tag));
	memcpy(info->name, prog->name, sizeof(info->name));
	info->load_time = prog->load_time;
	info->created_by_uid = prog->created_by_uid;
	info->gpl_compatible = prog->gpl_compatible;
	info->ifindex = 0;
	info->netns_dev = 0;
	info->netns_ino = 0;
	info->btf_id = prog->btf ? prog->btf->id : 0;
	info->attach_btf_obj_id = prog->attach_btf ? prog->attach_btf->id : 0;
	info->attach_btf_id = prog->attach_btf_id;
	info->verified_insns = prog->image.verified_insns;
	ebpf_prog_stats_sum(prog, &stats);
	info->run_time_ns = stats.nsecs;
	info->run_cnt = stats.cnt;
	info->recursion_misses = stats.misses;
}

/* No room for addresses, nor for code, which is full of them. How many there are is
 * no secret.
 */
static void hide_addresses(struct ebpf_prog_info *info)
{
	info->jited_prog_insns = 0;
	info->jited_prog_len = 0;
	info->jited_ksyms = 0;
	info->nr_jited_ksyms = 0;
	info->jited_line_info = 0;
	info->nr_jited_line_info = 0;
}

/* What the program consists of, how much of it there is included, and what it is for. */
static void hide_code(struct ebpf_prog_info *info)
{
	hide_addresses(info);
	info->xlated_prog_len = 0;
	info->nr_jited_func_lens = 0;
	info->nr_func_info = 0;
	info->nr_line_info = 0;
	info->attach_btf_obj_id = 0;
	info->attach_btf_id = 0;
}

int ebpf_prog_fill_info(const struct ebpf_prog *prog, struct ebpf_prog_info *info, bool code,
			bool addresses)
{
	int err;

	fill_scalars(prog, info);
	err = fill_map_ids(prog, info);
	if (err)
		return err;
	err = check_rec_sizes(info);
	if (err)
		return err;
	if (!code) {
		hide_code(info);
		return 0;
	}
	if (!addresses)
		hide_addresses(info);
	err = fill_xlated(prog, info, addresses);
	if (err)
		return err;
	err = copy_array(info->jited_prog_insns, &info->jited_prog_len, prog->code,
			 prog->code_size, 1);
	if (err)
		return err;
	err = fill_ksyms(prog, info);
	if (err)
		return err;
	err = copy_array(info->func_info, &info->nr_func_info, prog->func_info,
			 prog->func_info_cnt, sizeof(struct ebpf_func_info));
	if (err)
		return err;
	err = copy_array(info->line_info, &info->nr_line_info, prog->line_info,
			 prog->line_info_cnt, sizeof(struct ebpf_line_info));
	if (err)
		return err;
	err = fill_jited_lines(prog, info);
	if (err)
		return err;
	return fill_tags(prog, info);
}
