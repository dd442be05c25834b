// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls of helpers: may this program call it, and what is known afterwards.
 */
#include "verifier/call.h"
#include <ebpf/format.h>
#include "verifier/kfunc.h"
#include "verifier/log.h"
#include "verifier/mem.h"
#include "verifier/walk.h"

#define MAX_RET_ERRNO	4095

bool ebpf_helper_exists(u32 func_id)
{
	return func_id > 0 && func_id < __EBPF_FUNC_MAX_ID;
}

/* For messages: Linux's names carry the prefix, "unknown" does not. */
#define FUNC_FMT	"%s%s#%d"
#define FUNC_ARG(id)	ebpf_helper_exists(id) ? "bpf_" : "", ebpf_func_id_name(id), (int)(id)

/* Asked for what is called only: the kernel logs what it refuses. */
static bool is_locked_down(const struct vf_env *env, const struct ebpf_func_proto *fn)
{
	const struct ebpf_verifier_ops *ops = env->load->ops;

	return fn->lockdown && ops->locked_down &&
	       ops->locked_down(env->load->cookie, fn->lockdown);
}

/* Options of the sockets that are asked for their names are not to be had. */
static bool is_in_hook(const struct vf_env *env, s32 func_id)
{
	u32 at = env->load->expected_attach_type;

	return func_id != EBPF_FUNC_getsockopt ||
	       env->load->prog_type != EBPF_PROG_TYPE_CGROUP_SOCK_ADDR ||
	       (at != EBPF_CGROUP_UNIX_GETPEERNAME && at != EBPF_CGROUP_UNIX_GETSOCKNAME);
}

static const struct ebpf_func_proto *find_proto(struct vf_env *env, s32 func_id)
{
	const struct ebpf_func_proto *fn;

	if (func_id < 0 || func_id >= __EBPF_FUNC_MAX_ID) {
		vlog(env, "invalid func " FUNC_FMT "\n", FUNC_ARG(func_id));
		return NULL;
	}
	fn = ebpf_func_proto_of(env->load->prog_type, func_id);
	/* Not for this caller is as good as not there. */
	if (!fn || (fn->sys_admin && env->load->no_sys_admin) || is_locked_down(env, fn) ||
	    !is_in_hook(env, func_id)) {
		vlog(env, "unknown func " FUNC_FMT "\n", FUNC_ARG(func_id));
		return NULL;
	}
	if (ebpf_check_tracing_func(env, func_id))
		return NULL;
	if (fn->gpl_only && !env->load->gpl_compatible) {
		vlog(env, "cannot call GPL-restricted function from non-GPL compatible program\n");
		return NULL;
	}
	if (fn->may_sleep && !is_sleepable(env)) {
		vlog(env, "helper call might sleep in a non-sleepable prog\n");
		return NULL;
	}
	if (fn->may_sleep && ebpf_section_name(env)) {
		vlog(env, "sleepable helper " FUNC_FMT " in %s\n", FUNC_ARG(func_id), ebpf_section_name(env));
		return NULL;
	}
	if (fn->may_sleep && ebpf_callback_holds(env)) {
		vlog(env, "helper call might sleep in a callback that runs under a lock\n");
		return NULL;
	}
	return fn;
}

static bool writes_map(u32 func_id)
{
	switch (func_id) {
	case EBPF_FUNC_map_update_elem:
	case EBPF_FUNC_map_delete_elem:
	case EBPF_FUNC_map_push_elem:
	case EBPF_FUNC_map_pop_elem:
		return true;
	default:
		return false;
	}
}

static bool bound_to_map(u32 func_id)
{
	switch (func_id) {
	case EBPF_FUNC_tail_call:
	case EBPF_FUNC_map_lookup_elem:
	case EBPF_FUNC_map_peek_elem:
	case EBPF_FUNC_for_each_map_elem:
	case EBPF_FUNC_redirect_map:
	case EBPF_FUNC_map_lookup_percpu_elem:
		return true;
	default:
		return writes_map(func_id);
	}
}

/* Calls that a rewrite may bind to one map. */
static int record_map(struct vf_env *env, const struct call_meta *meta, int insn_idx)
{
	struct insn_aux *aux = &env->aux[insn_idx];

	if (!bound_to_map(meta->func_id))
		return 0;
	if (writes_map(meta->func_id) && meta->map &&
	    (meta->map->map_flags & EBPF_F_RDONLY_PROG)) {
		vlog(env, "write into map forbidden\n");
		return -EACCES;
	}
	if (!meta->map) {
		vlog(env, "kernel subsystem misconfigured verifier\n");
		return -EINVAL;
	}
	if (aux->call_map == CALL_MAP_UNSET)
		aux->call_map = meta->map;
	else if (aux->call_map != meta->map)
		aux->call_map = CALL_MAP_MANY;
	return 0;
}

/* The memory a helper fills was uninitialised before. */
static int mark_filled(struct vf_env *env, const struct call_meta *meta, int insn_idx)
{
	int i, err = 0;

	for (i = 0; !err && i < meta->access_size; i++)
		err = ebpf_check_mem_access(env, insn_idx, meta->regno, i, EBPF_B, ACC_WRITE,
					    PSEUDO_REG_NONE, false, false);
	return err;
}

static int release_arg(struct vf_env *env, const struct call_meta *meta)
{
	int err = -EINVAL;

	if (!meta->release_regno)
		return 0;
	if (meta->release_dynptr)
		err = ebpf_release_dynptr(env, meta->release_regno);
	else if (meta->ref_obj_id)
		err = ebpf_release_ref(env, meta->ref_obj_id);
	else if (is_null_reg(&cur_regs(env)[meta->release_regno]))
		err = 0;
	if (err)
		vlog(env, "func " FUNC_FMT " reference has not been acquired before\n",
		     FUNC_ARG(meta->func_id));
	return err;
}

static void clobber_args(struct vf_env *env)
{
	struct reg_state *regs = cur_regs(env);
	u32 i;

	for (i = EBPF_REG_0; i <= EBPF_REG_5; i++) {
		ebpf_reg_set_not_init(&regs[i]);
		regs[i].live |= LIVE_WRITTEN;
		scratch_reg(env, i);
	}
}

/* The packet may be elsewhere now: pointers into it are numbers. */
void ebpf_forget_packet(struct vf_state *st)
{
	struct func_state *func;
	u32 f, i;

	for (f = 0; f <= st->curframe; f++) {
		func = st->frame[f];
		for (i = 0; i < NR_REGS; i++)
			if (is_pkt_ptr_any(func->regs[i].type))
				ebpf_reg_set_unknown(&func->regs[i]);
		for (i = 0; i < func->nr_slots; i++)
			if (slot_is_spill(&func->stack[i]) &&
			    is_pkt_ptr_any(func->stack[i].spilled.type))
				ebpf_reg_set_unknown(&func->stack[i].spilled);
	}
}

static bool acquires(const struct call_meta *meta)
{
	switch (meta->func_id) {
	case EBPF_FUNC_ringbuf_reserve:
	case EBPF_FUNC_sk_lookup_tcp:
	case EBPF_FUNC_sk_lookup_udp:
	case EBPF_FUNC_skc_lookup_tcp:
	case EBPF_FUNC_kptr_xchg:
		return true;
	case EBPF_FUNC_map_lookup_elem:
		return meta->map && (meta->map->map_type == EBPF_MAP_TYPE_SOCKMAP ||
				     meta->map->map_type == EBPF_MAP_TYPE_SOCKHASH);
	default:
		return false;
	}
}

/* Another view of the socket that was passed: gone when that is released. */
static bool is_cast(const struct call_meta *meta)
{
	switch (meta->func_id) {
	case EBPF_FUNC_tcp_sock:
	case EBPF_FUNC_sk_fullsock:
	case EBPF_FUNC_skc_to_tcp_sock:
	case EBPF_FUNC_skc_to_tcp6_sock:
	case EBPF_FUNC_skc_to_tcp_timewait_sock:
	case EBPF_FUNC_skc_to_tcp_request_sock:
	case EBPF_FUNC_skc_to_udp6_sock:
	case EBPF_FUNC_skc_to_unix_sock:
	case EBPF_FUNC_skc_to_mptcp_sock:
		return true;
	default:
		return false;
	}
}

/* These return a length no larger than what they were given, or an errno. */
static void refine_result(struct reg_state *ret, const struct call_meta *meta)
{
	switch (meta->func_id) {
	case EBPF_FUNC_get_stack:
	case EBPF_FUNC_get_task_stack:
	case EBPF_FUNC_probe_read_str:
	case EBPF_FUNC_probe_read_kernel_str:
	case EBPF_FUNC_probe_read_user_str:
		ebpf_scalar_set_srange(&ret->n, -MAX_RET_ERRNO, (s64)meta->msize_max);
	}
}

static int set_result(struct vf_env *env, const struct ebpf_func_proto *fn,
		      const struct call_meta *meta, int insn_idx)
{
	struct reg_state *ret = &cur_regs(env)[EBPF_REG_0];
	u32 flags = fn->ret_type & ~0xffU, btf_id;
	const struct ebpf_btf *btf;
	int ref;

	switch (base_type(fn->ret_type)) {
	case EBPF_RET_INTEGER:
		ebpf_reg_set_unknown(ret);
		refine_result(ret, meta);
		return 0;
	case EBPF_RET_VOID:
		return 0;
	case EBPF_RET_PTR_TO_MAP_VALUE:
		if (!meta->map) {
			vlog(env, "kernel subsystem misconfigured verifier\n");
			return -EINVAL;
		}
		if (meta->key_exists)
			flags &= ~(u32)EBPF_PTR_MAYBE_NULL;
		ebpf_reg_set_ptr(ret, PTR_TO_MAP_VALUE | flags);
		ret->map = meta->map;
		ret->map_uid = meta->map_uid;
		break;
	case EBPF_RET_PTR_TO_MEM:
		ebpf_reg_set_ptr(ret, PTR_TO_MEM | flags);
		ret->mem_size = meta->mem_size;
		break;
	case EBPF_RET_PTR_TO_SOCKET:
		ebpf_reg_set_ptr(ret, PTR_TO_SOCKET | flags);
		break;
	case EBPF_RET_PTR_TO_SOCK_COMMON:
		ebpf_reg_set_ptr(ret, PTR_TO_SOCK_COMMON | flags);
		break;
	case EBPF_RET_PTR_TO_TCP_SOCK:
		ebpf_reg_set_ptr(ret, PTR_TO_TCP_SOCK | flags);
		break;
	case EBPF_RET_PTR_TO_MEM_OR_BTF_ID:
		ref = ebpf_set_percpu_result(env, ret, flags, meta);
		if (ref)
			return ref;
		break;
	case EBPF_RET_PTR_TO_BTF_ID:
		if (meta->kptr) {
			ebpf_reg_set_btf(ret, meta->kptr->btf, meta->kptr->btf_id, flags);
			break;
		}
		ref = ebpf_kernel_struct(env, fn->btf_struct, &btf, &btf_id);
		if (ref)
			return ref;
		ebpf_reg_set_btf(ret, btf, btf_id, flags);
		if (meta->func_id == EBPF_FUNC_get_current_task_btf)
			ret->trust = TRUST_FULL;
		break;
	default:
		vlog(env, "return type %d of func " FUNC_FMT " is not supported yet\n",
		     fn->ret_type, FUNC_ARG(meta->func_id));
		return -EINVAL;
	}
	if (may_be_null(ret->type) || has_spin_lock(ret))
		ret->id = ++env->id_gen;
	if (is_cast(meta))
		ret->ref_obj_id = meta->ref_obj_id;
	if (meta->func_id == EBPF_FUNC_dynptr_data) {
		ret->dynptr_id = meta->dynptr_id;
		ret->ref_obj_id = meta->dynptr_ref;
	}
	if (!acquires(meta))
		return 0;
	ref = ebpf_acquire_ref(env, insn_idx);
	if (ref < 0)
		return ref;
	ret->id = ref;
	ret->ref_obj_id = ref;
	return 0;
}

/* Memory of other kinds could go away before the dynptr does. */
static int check_dynptr_mem(struct vf_env *env)
{
	const struct reg_state *mem = &cur_regs(env)[EBPF_REG_1];

	if (mem->type != PTR_TO_MAP_VALUE) {
		vlog(env, "Unsupported reg type %s for bpf_dynptr_from_mem data\n",
		     ebpf_reg_type_str(env, mem->type));
		return -EACCES;
	}
	/* That it may be written was checked: it is filled, as far as that goes. */
	if (mem->map->map_flags & EBPF_F_WRONLY_PROG) {
		vlog(env, "read from map forbidden, value_size=%d off=%d size=%d\n",
		     mem->map->value_size, mem->off, (int)cur_regs(env)[EBPF_REG_2].n.umax);
		return -EACCES;
	}
	return 0;
}

/* The size of the arguments is known, but for a caller that has less of them at times: that call
 * then fails when it is made.
 */
static int check_format(struct vf_env *env, const struct call_meta *meta)
{
	u64 size = cur_regs(env)[EBPF_REG_5].n.var_off.value;

	if (size % 8)
		return -EINVAL;
	if (!ebpf_format_check(meta->str, size / 8))
		return 0;
	vlog(env, "Invalid format string\n");
	return -EINVAL;
}

static int note_special(struct vf_env *env, const struct call_meta *meta, int insn_idx)
{
	int err;

	switch (meta->func_id) {
	case EBPF_FUNC_tail_call:
		err = ebpf_check_ref_leak(env);
		if (err)
			vlog(env, "tail_call would lead to reference leak\n");
		else
			err = ebpf_check_sections(env, "tail_call");
		env->has_tail_call = true;
		return err ? err : ebpf_push_early_return(env, "tail_call", true);
	case EBPF_FUNC_get_stack:
	case EBPF_FUNC_get_stackid:
		env->has_callchain = true;
		break;
	case EBPF_FUNC_get_local_storage:
		if (is_null_reg(&cur_regs(env)[EBPF_REG_2]))
			return ebpf_mark_precise(env, EBPF_REG_2);
		vlog(env, "get_local_storage() doesn't support non-zero flags\n");
		return -EINVAL;
	case EBPF_FUNC_loop:
		return ebpf_note_loop(env, insn_idx, meta->subprogno);
	case EBPF_FUNC_dynptr_from_mem:
		return check_dynptr_mem(env);
	case EBPF_FUNC_snprintf:
		return check_format(env, meta);
	case EBPF_FUNC_snprintf_btf:
		/* It is to be there when the program runs. */
		if (!ebpf_kernel_btf(env)) {
			vlog(env, "bpf_snprintf_btf needs BTF of the running kernel, which was not found\n");
			return -EINVAL;
		}
		break;
	case EBPF_FUNC_override_return:
		env->kprobe_override = true;
	}
	return 0;
}

static bool calls_back(const struct ebpf_func_proto *fn)
{
	u32 i;

	/* Timers call later, with nothing of the state. */
	for (i = 0; i < EBPF_MAX_FUNC_REG_ARGS; i++)
		if (fn->arg_type[i] == EBPF_ARG_PTR_TO_FUNC)
			return fn->id != EBPF_FUNC_timer_set_callback;
	return false;
}

int ebpf_check_helper_call(struct vf_env *env, const struct ebpf_insn *insn, int insn_idx)
{
	const struct ebpf_func_proto *fn = find_proto(env, insn->imm);
	struct reg_state *ctx = &env->tmp_reg;
	struct call_meta meta;
	int err;

	if (!fn)
		return -EINVAL;
	if (calls_back(fn)) {
		err = ebpf_remember_call(env);
		if (err)
			return err;
	}
	memset(&meta, 0, sizeof(meta));
	meta.func_id = insn->imm;
	meta.pkt_access = fn->pkt_access;
	err = ebpf_check_helper_args(env, fn, &meta, insn_idx);
	if (!err)
		err = record_map(env, &meta, insn_idx);
	if (!err)
		err = mark_filled(env, &meta, insn_idx);
	if (!err)
		err = ebpf_make_dynptr(env, &meta, insn_idx);
	if (!err)
		err = release_arg(env, &meta);
	if (!err)
		err = note_special(env, &meta, insn_idx);
	if (err)
		return err;
	/* Callbacks are given these two. */
	*ctx = cur_regs(env)[insn->imm == EBPF_FUNC_find_vma ? EBPF_REG_4 : EBPF_REG_3];
	env->tmp_reg2 = cur_regs(env)[EBPF_REG_1];
	clobber_args(env);
	if (fn->changes_pkt)
		ebpf_forget_packet(env->cur);
	err = set_result(env, fn, &meta, insn_idx);
	if (!err)
		err = ebpf_check_map_func(env, meta.map, meta.func_id);
	if (!err && meta.func_id == EBPF_FUNC_timer_set_callback)
		err = ebpf_push_async(env, &meta);
	else if (!err && meta.has_callback)
		return ebpf_enter_callback(env, &meta, &env->tmp_reg2, ctx);
	env->insn_idx++;
	return err;
}
