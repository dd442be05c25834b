// SPDX-License-Identifier: GPL-2.0-only
/*
 * One load from end to end: the request is copied, its shape checked, every
 * path walked, and the final program built.
 */
#include "verifier/call.h"
#include "verifier/gotox.h"
#include "verifier/image.h"
#include "verifier/log.h"
#include "verifier/walk.h"

static void put_maps(struct vf_env *env)
{
	const struct ebpf_load *load = env->load;

	while (env->map_cnt)
		load->ops->map_put(load->cookie, env->maps[--env->map_cnt]);
}

static void free_env(struct vf_env *env)
{
	ebpf_free_states(env);
	ebpf_free_async(env);
	ebpf_free(env->explored);
	ebpf_free(env->idmap);
	ebpf_free(env->linfo);
	ebpf_free(env->maps);
	ebpf_free(env->ksyms);
	ebpf_free(env->subprogs);
	ebpf_free(env->aux);
	ebpf_free(env->insns);
	ebpf_free(env->log_buf);
	ebpf_free(env);
}

static int alloc_parts(struct vf_env *env, const struct ebpf_load *load)
{
	env->insns = ebpf_calloc(load->insn_cnt, sizeof(*env->insns));
	env->aux = ebpf_calloc(load->insn_cnt, sizeof(*env->aux));
	/* Each starts at an instruction of its own; one more is the end. */
	env->subprogs = ebpf_calloc(min_t(u32, load->insn_cnt, EBPF_MAX_SUBPROGS) + 1,
				    sizeof(*env->subprogs));
	env->maps = ebpf_calloc(EBPF_MAX_USED_MAPS, sizeof(*env->maps));
	env->explored_size = load->insn_cnt;
	env->explored = ebpf_calloc(env->explored_size, sizeof(*env->explored));
	if (!env->insns || !env->aux || !env->subprogs || !env->maps || !env->explored)
		return -ENOMEM;
	if (env->log_level) {
		env->log_buf = ebpf_alloc(LOG_CHUNK);
		if (!env->log_buf)
			return -ENOMEM;
	}
	return 0;
}

static struct vf_env *alloc_env(const struct ebpf_load *load)
{
	struct vf_env *env = ebpf_alloc(sizeof(*env));
	u32 i;

	if (!env)
		return NULL;
	env->load = load;
	env->log = load->log;
	env->log_level = load->log ? load->log->level & EBPF_LOG_MASK : 0;
	env->start_ns = ebpf_now_ns();
	env->strict_alignment = load->prog_flags & EBPF_F_STRICT_ALIGNMENT;
	if (load->prog_flags & EBPF_F_ANY_ALIGNMENT)
		env->strict_alignment = false;
	env->test_state_freq = load->prog_flags & EBPF_F_TEST_STATE_FREQ;
	env->insn_cnt = load->insn_cnt;
	env->orig_insn_cnt = load->insn_cnt;
	if (alloc_parts(env, load)) {
		free_env(env);
		return NULL;
	}
	memcpy(env->insns, load->insns, load->insn_cnt * sizeof(*env->insns));
	for (i = 0; i < load->insn_cnt; i++)
		env->aux[i].orig_idx = i;
	return env;
}

/* What can be said without following values. */
static int check_shape(struct vf_env *env)
{
	int err;

	err = ebpf_find_subprogs(env);
	if (!err)
		err = ebpf_check_subprogs(env);
	if (!err)
		err = ebpf_check_func_info(env);
	if (!err)
		err = ebpf_check_line_info(env);
	if (!err)
		err = ebpf_check_attach_target(env);
	if (!err)
		err = ebpf_resolve_ld_imm64(env);
	if (!err && env->has_kfunc)
		err = ebpf_find_kfuncs(env);
	if (!err)
		err = ebpf_check_cfg(env);
	return err;
}

static int verify(struct vf_env *env, struct ebpf_prog_image *img)
{
	int err;

	err = check_shape(env);
	if (!err)
		err = ebpf_walk_globals(env);
	if (!err)
		err = ebpf_walk(env, 0);
	if (!err)
		ebpf_place_loops(env);
	if (!err)
		ebpf_place_rounds(env);
	if (!err)
		err = ebpf_check_max_stack(env);
	if (!err)
		err = ebpf_build_image(env, img);
	if (!err)
		img->target = env->target;
	ebpf_print_stats(env);
	return err;
}

int ebpf_verify(const struct ebpf_load *load, struct ebpf_prog_image *img)
{
	struct vf_env *env;
	int err;

	memset(img, 0, sizeof(*img));
	if (!load->insn_cnt || load->insn_cnt > EBPF_COMPLEXITY_LIMIT)
		return -E2BIG;
	if (!ebpf_prog_type_known(load->prog_type))
		return -EINVAL;
	env = alloc_env(load);
	if (!env)
		return -ENOMEM;
	err = verify(env, img);
	ebpf_vlog_flush(env);
	if (env->log_level && env->log->failed && !err) {
		/* The maps go back the way they came. */
		env->map_cnt = img->used_map_cnt;
		if (img->used_map_cnt)
			memcpy(env->maps, img->used_maps,
			       img->used_map_cnt * sizeof(*env->maps));
		ebpf_prog_image_free(img);
	}
	if (env->log_level && env->log->failed)
		err = -ENOSPC;
	if (err) {
		ebpf_release_jumps(env);
		put_maps(env);
	}
	free_env(env);
	return err;
}
