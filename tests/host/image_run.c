// SPDX-License-Identifier: GPL-2.0-only
#include "jit_run.h"
#include "image_run.h"

bool image_run(const struct ebpf_prog_image *img, void *ctx, u64 *ret)
{
	static struct jit_code code;
	bool ok;

	if (jit_build(&code, img->insns, img->insn_cnt, img->subprogs, img->subprog_cnt))
		return false;
	ok = jit_exec(&code, ctx, ret);
	jit_destroy(&code);
	return ok;
}
