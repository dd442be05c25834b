// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/prog/prog_lines.h"

#include <ebpf/services.h>

/* First final instruction from @from on that came from original @orig or later. */
static u32 final_index(const struct ebpf_prog_image *img, u32 from, u32 orig)
{
	while (from < img->insn_cnt &&
	       (img->aux[from].orig_idx < 0 || (u32)img->aux[from].orig_idx < orig))
		from++;
	return from;
}

static const struct ebpf_line_info *line_rec(const struct ebpf_load *load, u32 i)
{
	return (const void *)((const u8 *)load->line_info + (size_t)i * load->line_info_rec_size);
}

/* Lines all of whose instructions were cut as dead have no place any more. */
static int set_line_info(struct ebpf_prog *prog, const struct ebpf_load *load)
{
	const struct ebpf_prog_image *img = &prog->image;
	u32 i, at = 0, end;

	prog->line_info = ebpf_calloc(load->line_info_cnt, sizeof(*prog->line_info));
	if (!prog->line_info)
		return -ENOMEM;
	for (i = 0; i < load->line_info_cnt; i++) {
		end = i + 1 < load->line_info_cnt ? line_rec(load, i + 1)->insn_off : U32_MAX;
		at = final_index(img, at, line_rec(load, i)->insn_off);
		if (at == img->insn_cnt)
			break;
		if ((u32)img->aux[at].orig_idx >= end)
			continue;
		prog->line_info[prog->line_info_cnt] = *line_rec(load, i);
		prog->line_info[prog->line_info_cnt++].insn_off = at;
	}
	return 0;
}

static const struct ebpf_func_info *func_rec(const struct ebpf_load *load, u32 i)
{
	return (const void *)((const u8 *)load->func_info + (size_t)i * load->func_info_rec_size);
}

/* The record of the function that the final instruction @at belongs to. */
static const struct ebpf_func_info *func_of(const struct ebpf_prog_image *img,
					    const struct ebpf_load *load, u32 at)
{
	u32 i = load->func_info_cnt - 1;

	while (at < img->insn_cnt && img->aux[at].orig_idx < 0)
		at++;
	if (at < img->insn_cnt)
		while (i && func_rec(load, i)->insn_off > (u32)img->aux[at].orig_idx)
			i--;
	return func_rec(load, i);
}

static int set_func_info(struct ebpf_prog *prog, const struct ebpf_load *load)
{
	const struct ebpf_prog_image *img = &prog->image;
	u32 i;

	prog->func_info = ebpf_calloc(img->subprog_cnt, sizeof(*prog->func_info));
	if (!prog->func_info)
		return -ENOMEM;
	for (i = 0; i < img->subprog_cnt; i++) {
		prog->func_info[i] = *func_of(img, load, img->subprogs[i].start);
		prog->func_info[i].insn_off = img->subprogs[i].start;
	}
	prog->func_info_cnt = img->subprog_cnt;
	return 0;
}

int ebpf_prog_set_lines(struct ebpf_prog *prog, const struct ebpf_load *load)
{
	int err = 0;

	if (load->func_info_cnt)
		err = set_func_info(prog, load);
	if (!err && load->line_info_cnt)
		err = set_line_info(prog, load);
	return err;
}
