// SPDX-License-Identifier: GPL-2.0-only
#include <ebpf/jit.h>
#include "internal.h"

static int alloc_tables(struct ebpf_jit *jit)
{
	u32 cnt = jit->img->insn_cnt;

	if (!cnt || cnt > EBPF_COMPLEXITY_LIMIT || !jit->img->subprog_cnt ||
	    jit->img->subprog_cnt > EBPF_MAX_SUBPROGS)
		return -EINVAL;
	jit->off = ebpf_calloc(cnt + 1, sizeof(*jit->off));
	jit->len = ebpf_calloc(cnt, sizeof(*jit->len));
	jit->flags = ebpf_calloc(cnt, sizeof(*jit->flags));
	jit->subs = ebpf_calloc(jit->img->subprog_cnt, sizeof(*jit->subs));
	if (!jit->off || !jit->len || !jit->flags || !jit->subs)
		return -ENOMEM;
	return 0;
}

struct ebpf_jit *ebpf_jit_compile(const struct ebpf_prog_image *img,
				  const struct ebpf_jit_env *env)
{
	struct ebpf_jit *jit = ebpf_alloc(sizeof(*jit));
	int err;

	if (!jit)
		return ERR_PTR(-ENOMEM);
	jit->img = img;
	jit->env = env;
	err = alloc_tables(jit);
	if (err)
		goto fail;
	err = ebpf_jit_scan(jit);
	if (err)
		goto fail;
	ebpf_jit_fuse(jit);
	err = ebpf_jit_layout(jit);
	if (err)
		goto fail;
	return jit;
fail:
	ebpf_jit_free(jit);
	return ERR_PTR(err);
}

u32 ebpf_jit_size(const struct ebpf_jit *jit)
{
	return jit->size;
}

int ebpf_jit_emit(struct ebpf_jit *jit, u8 *rw, u64 exec)
{
	jit->exec = exec;
	jit->final = true;
	jit->err = 0;
	return ebpf_jit_write(jit, rw);
}

u32 ebpf_jit_subprog_off(const struct ebpf_jit *jit, u32 i)
{
	return jit->subs[i].entry;
}

u32 ebpf_jit_tail_entry_off(const struct ebpf_jit *jit)
{
	return jit->tail_entry;
}

u32 ebpf_jit_insn_off(const struct ebpf_jit *jit, u32 insn)
{
	return jit->off[insn];
}

void ebpf_jit_free(struct ebpf_jit *jit)
{
	if (IS_ERR_OR_NULL(jit))
		return;
	ebpf_free(jit->subs);
	ebpf_free(jit->flags);
	ebpf_free(jit->len);
	ebpf_free(jit->off);
	ebpf_free(jit);
}
