// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the rounds of a callback share: the stacks of the frames above, where it may have
 * a pointer to one of them.
 *
 * The walk of a callback must be true of each of its rounds. Which slots it writes is not
 * known before, so it is walked with nothing known of those it was seen to write, at first
 * none. When it writes another one, that walk was of no use: its paths end with the
 * callback, and the call is done again from the state in which it was made, which waits for
 * that. A call is left with no more than what the walk was true of.
 *
 * What runs once at most shares nothing with other rounds: it begins with all that is known,
 * as any function that is called.
 */
#include "verifier/call.h"

#define FIRST_SITES	16

static int grow_sites(struct vf_env *env)
{
	u32 cap = env->cb_site_cap ? 2 * env->cb_site_cap : FIRST_SITES;
	struct cb_site *sites;

	sites = ebpf_realloc(env->cb_sites, env->cb_site_cap * sizeof(*sites), cap * sizeof(*sites));
	if (!sites)
		return -ENOMEM;
	env->cb_sites = sites;
	env->cb_site_cap = cap;
	return 0;
}

/* Of the call at @callsite, until the next is asked for; NULL: no memory. A program can have
 * as many as instructions, so each instruction knows the number of its own. That of a walk
 * before is of no meaning.
 */
static struct cb_site *site_of(struct vf_env *env, s32 callsite)
{
	u32 *nr = &env->aux[callsite].cb_site;
	struct cb_site *site;

	if (*nr < env->cb_site_cnt && env->cb_sites[*nr].callsite == callsite)
		return &env->cb_sites[*nr];
	if (env->cb_site_cnt == env->cb_site_cap && grow_sites(env))
		return NULL;
	*nr = env->cb_site_cnt++;
	site = &env->cb_sites[*nr];
	memset(site, 0, sizeof(*site));
	site->callsite = callsite;
	site->gen = 1;
	return site;
}

void ebpf_free_sites(struct vf_env *env)
{
	ebpf_free(env->cb_sites);
	env->cb_sites = NULL;
	env->cb_site_cnt = 0;
	env->cb_site_cap = 0;
}

int ebpf_remember_call(struct vf_env *env)
{
	struct cb_site *site = site_of(env, env->insn_idx);

	if (!site)
		return -ENOMEM;
	if (!ebpf_push_pending(env, env->insn_idx, env->prev_insn_idx))
		return -EFAULT;
	env->pending->call_gen = site->gen;
	return 0;
}

/* The call that was just taken from the list of what waits. */
bool ebpf_call_is_done(struct vf_env *env)
{
	struct cb_site *site = site_of(env, env->insn_idx);

	return site && site->gen == env->call_gen;
}

int ebpf_begin_rounds(struct vf_env *env, struct func_state *callee, bool once, u64 *written)
{
	struct cb_site *site;

	if (once) {
		callee->cb_gen = 0;
		memset(written, 0, EBPF_MAX_CALL_FRAMES * sizeof(*written));
		return 0;
	}
	site = site_of(env, callee->callsite);
	if (!site)
		return -ENOMEM;
	callee->cb_gen = site->gen;
	memcpy(written, site->written, sizeof(site->written));
	return 0;
}

bool ebpf_rounds_failed(struct vf_env *env, const struct func_state *callee)
{
	struct cb_site *site;

	if (!callee->cb_gen)
		return false;
	site = site_of(env, callee->callsite);
	return !site || site->gen != callee->cb_gen;
}

int ebpf_note_write(struct vf_env *env, const struct func_state *func, u32 slot)
{
	const struct func_state *cb;
	struct cb_site *site;
	u32 f;

	for (f = env->cur->curframe; f > func->frameno; f--) {
		cb = env->cur->frame[f];
		if (!cb->in_callback || !cb->cb_gen)
			continue;
		site = site_of(env, cb->callsite);
		if (!site)
			return -ENOMEM;
		if (site->written[func->frameno] & (1ULL << slot))
			continue;
		site->written[func->frameno] |= 1ULL << slot;
		site->gen++;
	}
	return 0;
}
