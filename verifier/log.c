// SPDX-License-Identifier: GPL-2.0-only
/*
 * The verifier's log: text goes through a small buffer of the environment to
 * the loader's sink. Wording and layout are those of Linux 6.1, which loaders,
 * people and test suites search for.
 */
#include <ebpf/kfunc.h>
#include "verifier/log.h"
#include "verifier/mem.h"
#include "verifier/walk.h"

#define SHORT_TEXT	192

static void log_write(struct ebpf_log *log, const char *text, u32 len)
{
	if (!len || log->failed)
		return;
	if (log->write(log->cookie, text, len))
		log->failed = true;
}

/* For callers without an environment (the BTF checker). */
void ebpf_log_printf(struct ebpf_log *log, const char *fmt, ...)
{
	char text[SHORT_TEXT];
	va_list args;
	char *big;
	int len;

	if (!log || !log->level || log->failed)
		return;
	va_start(args, fmt);
	len = ebpf_vscnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (len < SHORT_TEXT - 1) {
		log_write(log, text, len);
		return;
	}
	/* Perhaps cut short: once more with room. */
	big = ebpf_alloc(LOG_LINE_MAX);
	if (!big) {
		log_write(log, text, len);
		return;
	}
	va_start(args, fmt);
	len = ebpf_vscnprintf(big, LOG_LINE_MAX, fmt, args);
	va_end(args);
	log_write(log, big, len);
	ebpf_free(big);
}

static void give(struct vf_env *env, u32 len)
{
	log_write(env->log, env->log_buf, len);
	env->log_flushed += len;
	env->log_used -= len;
	memmove(env->log_buf, env->log_buf + len, env->log_used);
}

void ebpf_vlog_flush(struct vf_env *env)
{
	if (env->log_level)
		give(env, env->log_used);
}

void ebpf_vlog(struct vf_env *env, const char *fmt, ...)
{
	va_list args;

	if (!env->log_level)
		return;
	/* The last byte stays: a newline may be taken back. */
	if (env->log_used > LOG_CHUNK - LOG_LINE_MAX)
		give(env, env->log_used - 1);
	va_start(args, fmt);
	env->log_used += ebpf_vscnprintf(env->log_buf + env->log_used, LOG_LINE_MAX, fmt, args);
	va_end(args);
}

u64 ebpf_vlog_pos(const struct vf_env *env)
{
	return env->log_flushed + env->log_used;
}

void ebpf_vlog_rewind(struct vf_env *env, u64 pos)
{
	struct ebpf_log *log = env->log;

	if (!env->log_level || pos >= ebpf_vlog_pos(env))
		return;
	if (pos >= env->log_flushed) {
		env->log_used = pos - env->log_flushed;
		return;
	}
	env->log_used = 0;
	if (!log->rewind)
		return;
	log->rewind(log->cookie, pos);
	log->failed = false;
	env->log_flushed = pos;
}

static const char *const type_names[NR_REG_TYPES] = {
	[NOT_INIT]		= "?",
	[SCALAR_VALUE]		= "scalar",
	[PTR_TO_CTX]		= "ctx",
	[CONST_PTR_TO_MAP]	= "map_ptr",
	[PTR_TO_MAP_VALUE]	= "map_value",
	[PTR_TO_MAP_KEY]	= "map_key",
	[PTR_TO_STACK]		= "fp",
	[PTR_TO_PACKET_META]	= "pkt_meta",
	[PTR_TO_PACKET]		= "pkt",
	[PTR_TO_PACKET_END]	= "pkt_end",
	[PTR_TO_TP_BUFFER]	= "tp_buffer",
	[PTR_TO_MEM]		= "mem",
	[PTR_TO_BUF]		= "buf",
	[PTR_TO_FUNC]		= "func",
	[PTR_TO_BTF_ID]		= "ptr_",
	[PTR_TO_SOCK_COMMON]	= "sock_common",
	[PTR_TO_SOCKET]		= "sock",
	[PTR_TO_TCP_SOCK]	= "tcp_sock",
	[PTR_TO_XDP_SOCK]	= "xdp_sock",
	[CONST_PTR_TO_DYNPTR]	= "dynptr_ptr",
	[ITER]			= "iter",
	[PTR_TO_INSN]		= "insn",
	[PTR_TO_ARENA]		= "arena",
};

const char *ebpf_reg_type_str(struct vf_env *env, u32 type)
{
	u32 base = base_type(type);
	const char *null = "";

	if (type & EBPF_PTR_MAYBE_NULL)
		null = base == PTR_TO_BTF_ID ? "or_null_" : "_or_null";
	ebpf_scnprintf(env->type_buf, sizeof(env->type_buf), "%s%s%s%s%s%s%s",
		       type & EBPF_MEM_RDONLY ? "rdonly_" : "",
		       type & EBPF_MEM_ALLOC ? "alloc_" : "",
		       type & EBPF_MEM_USER ? "user_" : "",
		       type & EBPF_MEM_PERCPU ? "percpu_" : "",
		       type & EBPF_PTR_UNTRUSTED ? "untrusted_" : "",
		       base < NR_REG_TYPES ? type_names[base] : "?", null);
	return env->type_buf;
}

const char *ebpf_tnum_str(struct vf_env *env, struct tnum t)
{
	ebpf_scnprintf(env->tnum_buf, sizeof(env->tnum_buf), "(0x%llx; 0x%llx)",
		       (unsigned long long)t.value, (unsigned long long)t.mask);
	return env->tnum_buf;
}

static void print_live(struct vf_env *env, u8 live)
{
	if (live & (LIVE_READ | LIVE_WRITTEN | LIVE_DONE))
		vlog(env, "_");
	if (live & LIVE_READ)
		vlog(env, "r");
	if (live & LIVE_WRITTEN)
		vlog(env, "w");
	if (live & LIVE_DONE)
		vlog(env, "D");
}

/* Only what the other claims do not already say. */
static void print_range(struct vf_env *env, const struct scalar *n, const char **sep)
{
#define CLAIM(cond, fmt, val)						\
	do {								\
		if (cond) {						\
			vlog(env, "%s" fmt, *sep, val);			\
			*sep = ",";					\
		}							\
	} while (0)
	if (ebpf_tnum_is_const(n->var_off)) {
		CLAIM(true, "imm=%llx", (unsigned long long)n->var_off.value);
		return;
	}
	CLAIM(n->smin != (s64)n->umin && n->smin != S64_MIN, "smin=%lld", (long long)n->smin);
	CLAIM(n->smax != (s64)n->umax && n->smax != S64_MAX, "smax=%lld", (long long)n->smax);
	CLAIM(n->umin, "umin=%llu", (unsigned long long)n->umin);
	CLAIM(n->umax != U64_MAX, "umax=%llu", (unsigned long long)n->umax);
	CLAIM(!ebpf_tnum_is_unknown(n->var_off), "var_off=%s", ebpf_tnum_str(env, n->var_off));
	CLAIM(n->s32_min != n->smin && n->s32_min != S32_MIN, "s32_min=%d", n->s32_min);
	CLAIM(n->s32_max != n->smax && n->s32_max != S32_MAX, "s32_max=%d", n->s32_max);
	CLAIM(n->u32_min != n->umin && n->u32_min, "u32_min=%d", (int)n->u32_min);
	CLAIM(n->u32_max != n->umax && n->u32_max != U32_MAX, "u32_max=%d", (int)n->u32_max);
#undef CLAIM
}

static void print_pointer(struct vf_env *env, const struct reg_state *reg)
{
	u32 base = base_type(reg->type);
	const char *sep = "";

	vlog(env, "(");
	if (reg->id) {
		vlog(env, "id=%d", reg->id);
		if (base == SCALAR_VALUE && reg->delta)
			vlog(env, "%+d", reg->delta);
		sep = ",";
	}
	if (reg->ref_obj_id &&
	    (base == PTR_TO_MEM || base == PTR_TO_BTF_ID || is_sock_ptr(base))) {
		vlog(env, "%sref_obj_id=%d", sep, reg->ref_obj_id);
		sep = ",";
	}
	if (base != SCALAR_VALUE) {
		vlog(env, "%soff=%d", sep, reg->off);
		sep = ",";
	}
	if (base >= PTR_TO_PACKET_META && base <= PTR_TO_PACKET_END)
		vlog(env, "%sr=%d", sep, reg->range);
	else if ((base == CONST_PTR_TO_MAP || base == PTR_TO_MAP_VALUE ||
		  base == PTR_TO_MAP_KEY) && reg->map)
		vlog(env, "%sks=%d,vs=%d", sep, reg->map->key_size, reg->map->value_size);
	print_range(env, &reg->n, &sep);
	vlog(env, ")");
}

static void print_reg(struct vf_env *env, const struct reg_state *reg)
{
	u32 type = reg->type;
	bool is_const = ebpf_tnum_is_const(reg->n.var_off);

	if (type == SCALAR_VALUE && reg->precise)
		vlog(env, "P");
	if (type == SCALAR_VALUE && is_const) {
		vlog(env, "%lld", (long long)reg->n.var_off.value);
		return;
	}
	vlog(env, "%s", ebpf_reg_type_str(env, type));
	if (base_type(type) == PTR_TO_BTF_ID)
		vlog(env, "%s", ebpf_kernel_type_name(reg->btf, reg->btf_id));
	if (type == PTR_TO_ARENA)
		return;
	if (type == PTR_TO_STACK && is_const)
		vlog(env, "%lld", (long long)reg->n.var_off.value + reg->off);
	else
		print_pointer(env, reg);
}

static void print_slot(struct vf_env *env, const struct stack_slot *slot, u32 spi)
{
	static const char letter[] = { '?', 'r', 'm', '0', 'd', 'i' };
	const struct reg_state *reg = &slot->spilled;
	char text[REG_SIZE + 1];
	int i;

	/* An iterator is shown where it begins. */
	if (slot_is_iter(slot) && reg->iter_part)
		return;
	vlog(env, " fp%d", -(int)(spi + 1) * REG_SIZE);
	if (slot_is_iter(slot)) {
		vlog(env, "=%s(id=%d,state=%s,depth=%d)", ebpf_iter_types[reg->iter_kind].name,
		     reg->ref_obj_id, reg->iter_drained ? "drained" : "active", reg->iter_depth);
		return;
	}
	print_live(env, reg->live);
	if (!slot_is_spill(slot)) {
		for (i = 0; i < REG_SIZE; i++)
			text[i] = letter[slot->type[i]];
		text[REG_SIZE] = '\0';
		vlog(env, "=%s", text);
		return;
	}
	vlog(env, "=%s", reg->type == SCALAR_VALUE ? "" : ebpf_reg_type_str(env, reg->type));
	if (reg->type == SCALAR_VALUE && reg->precise)
		vlog(env, "P");
	if (is_const_reg(reg))
		vlog(env, "%lld", (long long)reg->n.var_off.value);
}

static bool slot_in_use(const struct stack_slot *slot)
{
	int i;

	for (i = 0; i < REG_SIZE; i++)
		if (slot->type[i] != STACK_INVALID)
			return true;
	return false;
}

static void print_refs(struct vf_env *env, const struct func_state *func)
{
	u32 i;

	for (i = 0; i < func->nr_refs; i++)
		vlog(env, "%s%d", i ? "," : " refs=", func->refs[i].id);
}

/* @all: else only what changed since the last print. */
void ebpf_print_state(struct vf_env *env, const struct func_state *func, bool all)
{
	u32 i;

	if (!env->log_level)
		return;
	if (func->frameno)
		vlog(env, " frame%d:", func->frameno);
	for (i = 0; i < NR_REGS; i++) {
		if (func->regs[i].type == NOT_INIT)
			continue;
		if (!all && !(env->scratched_regs & (1U << i)))
			continue;
		vlog(env, " R%d", i);
		print_live(env, func->regs[i].live);
		vlog(env, "=");
		print_reg(env, &func->regs[i]);
	}
	for (i = 0; i < func->nr_slots; i++) {
		if (!slot_in_use(&func->stack[i]))
			continue;
		if (all || (env->scratched_slots & (1ULL << i)))
			print_slot(env, &func->stack[i], i);
	}
	print_refs(env, func);
	if (func->in_callback)
		vlog(env, " cb");
	vlog(env, "\n");
	env->scratched_regs = 0;
	env->scratched_slots = 0;
}

/* Width of what separates an instruction of @len characters from its state. */
static u32 align_to(u32 len)
{
	return round_up(max_t(u32, len + 4, 40), 8) - len - 1;
}

/* Beside the instruction just printed when nothing came after it. */
void ebpf_print_insn_state(struct vf_env *env, const struct func_state *func)
{
	if (!env->log_level)
		return;
	if (env->prev_log_pos && env->prev_log_pos == ebpf_vlog_pos(env)) {
		ebpf_vlog_rewind(env, env->prev_log_pos - 1);
		vlog(env, "%*c;", align_to(env->prev_insn_print_len), ' ');
	} else {
		vlog(env, "%d:", env->insn_idx);
	}
	ebpf_print_state(env, func, false);
}

static const char *call_name(void *cookie, const struct ebpf_insn *insn)
{
	const struct ebpf_kfunc *kfunc;
	struct vf_env *env = cookie;

	if (insn->src_reg == EBPF_PSEUDO_KFUNC_CALL) {
		kfunc = ebpf_kfunc_of(env, insn - env->insns);
		return kfunc ? kfunc->name : NULL;
	}
	if (insn->src_reg == EBPF_PSEUDO_CALL) {
		ebpf_scnprintf(env->type_buf, sizeof(env->type_buf), "%+d", insn->imm);
		return env->type_buf;
	}
	return NULL;
}

__attribute__((format(printf, 2, 3)))
static void print_cookie(void *cookie, const char *fmt, ...)
{
	struct vf_env *env = cookie;
	va_list args;

	if (env->log_used > LOG_CHUNK - LOG_LINE_MAX)
		give(env, env->log_used - 1);
	va_start(args, fmt);
	env->log_used += ebpf_vscnprintf(env->log_buf + env->log_used, LOG_LINE_MAX, fmt, args);
	va_end(args);
}

void ebpf_print_insn(struct vf_env *env, const struct ebpf_insn *insn)
{
	struct ebpf_disasm_ops ops;

	if (!env->log_level)
		return;
	ops.print = print_cookie;
	ops.call_name = call_name;
	ops.cookie = env;
	ebpf_disasm_insn(&ops, insn, true);
}

static const struct linfo *find_linfo(const struct vf_env *env, u32 insn_idx)
{
	u32 lo = 0, hi = env->linfo_cnt;

	if (!hi || insn_idx >= env->insn_cnt)
		return NULL;
	while (hi - lo > 1) {
		u32 mid = lo + (hi - lo) / 2;

		if (env->linfo[mid].insn_off <= insn_idx)
			lo = mid;
		else
			hi = mid;
	}
	return &env->linfo[lo];
}

/* The source line of an instruction, once per line. */
void ebpf_print_linfo(struct vf_env *env, u32 insn_idx, const char *prefix)
{
	const struct linfo *linfo;
	const char *text;

	if (!env->log_level)
		return;
	linfo = find_linfo(env, insn_idx);
	if (!linfo || linfo == env->prev_linfo)
		return;
	text = ebpf_btf_name(env->load->btf, linfo->line_off);
	while (text && (*text == ' ' || *text == '\t'))
		text++;
	vlog(env, "%s%s\n", prefix, text ? text : "");
	env->prev_linfo = linfo;
}

static void print_depths(struct vf_env *env)
{
	u32 i;

	vlog(env, "stack depth ");
	for (i = 0; i < env->subprog_cnt; i++)
		vlog(env, "%s%d", i ? "+" : "", env->subprogs[i].stack_depth);
	vlog(env, "\n");
}

void ebpf_print_stats(struct vf_env *env)
{
	if (env->log_level & EBPF_LOG_STATS) {
		vlog(env, "verification time %lld usec\n",
		     (long long)((ebpf_now_ns() - env->start_ns) / 1000));
		print_depths(env);
	}
	vlog(env, "processed %d insns (limit %d) max_states_per_insn %d total_states %d peak_states %d mark_read %d\n",
	     env->insn_processed, EBPF_COMPLEXITY_LIMIT, env->max_states_per_insn,
	     env->total_states, env->peak_states, env->longest_mark_read_walk);
}
