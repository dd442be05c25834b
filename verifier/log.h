/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the log says.
 */
#ifndef _VERIFIER_LOG_H
#define _VERIFIER_LOG_H

#include "verifier/env.h"

#define LOG_CHUNK		4096	/* bytes of log text held back */
#define LOG_LINE_MAX		1024	/* bytes one vlog() can write */

/* ---- log.c ---- */
void ebpf_vlog(struct vf_env *env, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
#define vlog(env, fmt, ...)						\
	do {								\
		if ((env)->log_level)					\
			ebpf_vlog(env, fmt, ##__VA_ARGS__);		\
	} while (0)
u64 ebpf_vlog_pos(const struct vf_env *env);
void ebpf_vlog_rewind(struct vf_env *env, u64 pos);
void ebpf_vlog_flush(struct vf_env *env);
const char *ebpf_reg_type_str(struct vf_env *env, u32 type);
const char *ebpf_tnum_str(struct vf_env *env, struct tnum t);
void ebpf_print_state(struct vf_env *env, const struct func_state *func, bool all);
void ebpf_print_insn_state(struct vf_env *env, const struct func_state *func);
void ebpf_print_insn(struct vf_env *env, const struct ebpf_insn *insn);
void ebpf_print_linfo(struct vf_env *env, u32 insn_idx, const char *prefix);
void ebpf_print_stats(struct vf_env *env);

static inline void scratch_reg(struct vf_env *env, u32 regno)
{
	env->scratched_regs |= 1U << regno;
}

static inline void scratch_slot(struct vf_env *env, u32 spi)
{
	env->scratched_slots |= 1ULL << spi;
}

static inline void scratch_all(struct vf_env *env)
{
	env->scratched_regs = ~0U;
	env->scratched_slots = ~0ULL;
}

static inline bool state_scratched(const struct vf_env *env)
{
	return env->scratched_regs || env->scratched_slots;
}

#endif /* _VERIFIER_LOG_H */
