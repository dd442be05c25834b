// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arguments of helpers: does the register hold what the prototype asks for, and
 * is the memory behind it there, initialised, and of the right kind?
 */
#include "verifier/call.h"
#include "verifier/log.h"
#include "verifier/mem.h"
#include "verifier/walk.h"

#define MAX_ACCEPTED	8

#define FUNC_FMT	"%s%s#%d"
#define FUNC_ARG(id)	ebpf_helper_exists(id) ? "bpf_" : "", ebpf_func_id_name(id), (int)(id)

/* Register types an argument takes; 0 ends the list. */
struct accepted {
	u32 arg_type;
	u32 types[MAX_ACCEPTED];
};

#define MEM_TYPES	{ PTR_TO_STACK, PTR_TO_PACKET, PTR_TO_PACKET_META, PTR_TO_MAP_KEY, \
			  PTR_TO_MAP_VALUE, PTR_TO_MEM, PTR_TO_MEM | EBPF_MEM_ALLOC }

#define SOCK_TYPES	{ PTR_TO_SOCK_COMMON, PTR_TO_SOCKET, PTR_TO_TCP_SOCK, PTR_TO_XDP_SOCK }

static const struct accepted accepted[] = {
	{ EBPF_ARG_PTR_TO_MAP_KEY, MEM_TYPES },
	{ EBPF_ARG_PTR_TO_MAP_VALUE, MEM_TYPES },
	{ EBPF_ARG_PTR_TO_MEM, MEM_TYPES },
	{ EBPF_ARG_CONST_SIZE, { SCALAR_VALUE } },
	{ EBPF_ARG_CONST_SIZE_OR_ZERO, { SCALAR_VALUE } },
	{ EBPF_ARG_CONST_ALLOC_SIZE_OR_ZERO, { SCALAR_VALUE } },
	{ EBPF_ARG_CONST_MAP_PTR, { CONST_PTR_TO_MAP } },
	{ EBPF_ARG_PTR_TO_CTX, { PTR_TO_CTX } },
	{ EBPF_ARG_PTR_TO_ALLOC_MEM, { PTR_TO_MEM | EBPF_MEM_ALLOC } },
	{ EBPF_ARG_PTR_TO_STACK, { PTR_TO_STACK } },
	{ EBPF_ARG_PTR_TO_FUNC, { PTR_TO_FUNC } },
	{ EBPF_ARG_PTR_TO_SPIN_LOCK, { PTR_TO_MAP_VALUE } },
	{ EBPF_ARG_PTR_TO_TIMER, { PTR_TO_MAP_VALUE } },
	{ EBPF_ARG_PTR_TO_DYNPTR, { PTR_TO_STACK, CONST_PTR_TO_DYNPTR } },
	{ EBPF_ARG_PTR_TO_KPTR, { PTR_TO_MAP_VALUE } },
	{ EBPF_ARG_PTR_TO_CONST_STR, { PTR_TO_MAP_VALUE } },
	{ EBPF_ARG_PTR_TO_SOCK_COMMON, SOCK_TYPES },
	{ EBPF_ARG_PTR_TO_BTF_ID_SOCK_COMMON, SOCK_TYPES },
	{ EBPF_ARG_PTR_TO_SOCKET, { PTR_TO_SOCKET } },
	{ EBPF_ARG_PTR_TO_BTF_ID, { PTR_TO_BTF_ID } },
	{ EBPF_ARG_PTR_TO_PERCPU_BTF_ID, { PTR_TO_BTF_ID | EBPF_MEM_PERCPU } },
	{ EBPF_ARG_PTR_TO_INT, { PTR_TO_STACK, PTR_TO_PACKET, PTR_TO_PACKET_META, PTR_TO_MAP_KEY,
				 PTR_TO_MAP_VALUE } },
	{ EBPF_ARG_PTR_TO_LONG, { PTR_TO_STACK, PTR_TO_PACKET, PTR_TO_PACKET_META, PTR_TO_MAP_KEY,
				  PTR_TO_MAP_VALUE } },
};

static const struct accepted *find_accepted(u32 arg_type)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(accepted); i++)
		if (accepted[i].arg_type == base_type(arg_type))
			return &accepted[i];
	return NULL;
}

/* A kernel pointer to a struct that has a @need where it points. It may be NULL, or
 * to what was freed: helpers know.
 */
static int check_btf_arg(struct vf_env *env, const struct reg_state *reg, u32 regno,
			 const char *need)
{
	const struct ebpf_btf *btf;
	u32 id;
	int err;

	err = ebpf_kernel_struct(env, need, &btf, &id);
	if (err)
		return err;
	if (reg->off >= 0 && reg->btf == btf &&
	    ebpf_btf_struct_ids_match(env, btf, reg->btf_id, reg->off, id))
		return 0;
	vlog(env, "R%d is of type %s but %s is expected\n", regno,
	     ebpf_kernel_type_name(reg->btf, reg->btf_id), need);
	return -EACCES;
}

/* NULL or not, what is put into a kptr must be of its type. */
static int check_struct_arg(struct vf_env *env, const struct reg_state *reg, u32 regno,
			    const struct ebpf_func_proto *fn, const struct call_meta *meta)
{
	if (fn->id == EBPF_FUNC_d_path && !reg->from_ctx) {
		vlog(env, "R%d is not a path of an argument, which the traced function holds\n",
		     regno);
		return -EACCES;
	}
	if (fn->id != EBPF_FUNC_kptr_xchg)
		return check_btf_arg(env, reg, regno, fn->arg_struct);
	if (EBPF_BUG_ON(!meta->kptr))
		return -EFAULT;
	return ebpf_check_kptr_type(env, meta->kptr, reg, regno) ? -EACCES : 0;
}

/* Is the context passed as memory? */
static bool is_ctx_mem(const struct vf_env *env, const struct reg_state *reg, u32 arg_type)
{
	if (reg->type != PTR_TO_CTX || env->load->prog_type != EBPF_PROG_TYPE_SYSCALL)
		return false;
	switch (base_type(arg_type)) {
	case EBPF_ARG_PTR_TO_MAP_KEY:
	case EBPF_ARG_PTR_TO_MAP_VALUE:
	case EBPF_ARG_PTR_TO_MEM:
	case EBPF_ARG_PTR_TO_INT:
	case EBPF_ARG_PTR_TO_LONG:
		return true;
	default:
		return false;
	}
}

static int check_type(struct vf_env *env, const struct reg_state *reg, u32 regno, u32 arg_type,
		      const struct ebpf_func_proto *fn, const struct call_meta *meta)
{
	const struct accepted *list = find_accepted(arg_type);
	u32 type = reg->type, i;

	/* Until it is known not to be NULL it looks like a value, but is no such memory. */
	if (type == (PTR_TO_MAP_VALUE | EBPF_PTR_MAYBE_NULL) && ebpf_map_has_objects(reg->map))
		type = NOT_INIT;
	if (!list) {
		vlog(env, "argument type %d of func " FUNC_FMT " is not supported yet\n",
		     base_type(arg_type), FUNC_ARG(fn->id));
		return -EINVAL;
	}
	if (is_ctx_mem(env, reg, arg_type))
		return 0;
	/* What only reads takes read-only memory too; what takes NULL takes
	 * what may be NULL.
	 */
	if (arg_type & EBPF_MEM_RDONLY)
		type &= ~(u32)EBPF_MEM_RDONLY;
	if (arg_type & EBPF_PTR_MAYBE_NULL)
		type &= ~(u32)EBPF_PTR_MAYBE_NULL;
	if (type == PTR_TO_BTF_ID && base_type(arg_type) == EBPF_ARG_PTR_TO_BTF_ID)
		return check_struct_arg(env, reg, regno, fn, meta);
	if (type == PTR_TO_BTF_ID && base_type(arg_type) == EBPF_ARG_PTR_TO_BTF_ID_SOCK_COMMON)
		return check_btf_arg(env, reg, regno, "sock_common");
	for (i = 0; i < MAX_ACCEPTED && list->types[i]; i++)
		if (type == list->types[i])
			return 0;
	vlog(env, "R%d type=%s expected=", regno, ebpf_reg_type_str(env, reg->type));
	for (i = 0; i < MAX_ACCEPTED && list->types[i]; i++)
		vlog(env, "%s%s", i ? ", " : "", ebpf_reg_type_str(env, list->types[i]));
	vlog(env, "\n");
	return -EACCES;
}

static int check_arg_off(struct vf_env *env, const struct reg_state *reg, u32 regno, u32 arg_type)
{
	bool exact = base_type(arg_type) == EBPF_ARG_PTR_TO_ALLOC_MEM;

	if (is_ctx_mem(env, reg, arg_type))
		return 0;
	switch (base_type(reg->type)) {
	case SCALAR_VALUE:
	case PTR_TO_STACK:
	case PTR_TO_PACKET:
	case PTR_TO_PACKET_META:
	case PTR_TO_MAP_KEY:
	case PTR_TO_MAP_VALUE:
	case PTR_TO_MEM:
	case PTR_TO_BUF:
		if (!exact)
			return 0;
	}
	/* What type is at a fixed offset of a kernel struct was compared already. */
	return ebpf_check_ptr_off(env, reg, regno,
				  reg->type == PTR_TO_BTF_ID && !(arg_type & EBPF_OBJ_RELEASE));
}

/* What the helper does with the memory that is checked next. */
static void set_use(struct call_meta *meta, u32 arg_type)
{
	meta->raw_mode = arg_type & EBPF_MEM_UNINIT;
	meta->writes = arg_type & EBPF_MEM_WRITE;
}

/* NULL is no place for anything: what may be NULL comes with the size 0, also where the
 * helper takes NULL.
 */
static int check_null_size(struct vf_env *env, u32 regno, u64 size)
{
	const struct reg_state *mem = &cur_regs(env)[regno];

	if (!size || !may_be_null(mem->type))
		return 0;
	vlog(env, "R%d type=%s may be NULL, but its size is not always 0\n", regno,
	     ebpf_reg_type_str(env, mem->type));
	return -EACCES;
}

int ebpf_check_mem_size(struct vf_env *env, u32 regno, bool zero_ok, struct call_meta *meta)
{
	struct reg_state *reg = &cur_regs(env)[regno];
	struct reg_state *mem = &cur_regs(env)[regno - 1];
	bool raw_mode = meta->raw_mode;
	int err = 0;

	meta->msize_max = reg->n.umax;
	/* Of a size that varies, all of the stack must be initialised: the
	 * helper may fill less.
	 */
	if (!ebpf_tnum_is_const(reg->n.var_off) && mem->type == PTR_TO_STACK)
		meta->raw_mode = false;
	if (reg->n.smin < 0) {
		vlog(env, "R%d min value is negative, either use unsigned or 'var &= const'\n",
		     regno);
		return -EACCES;
	}
	if (!reg->n.umin)
		err = ebpf_check_helper_mem(env, regno - 1, 0, zero_ok, meta);
	if (err)
		return err;
	if (reg->n.umax >= MAX_VAR_SIZE) {
		vlog(env, "R%d unbounded memory access, use 'var &= const' or 'if (var < const)'\n",
		     regno);
		return -EACCES;
	}
	err = check_null_size(env, regno - 1, reg->n.umax);
	if (!err)
		err = ebpf_check_helper_mem(env, regno - 1, reg->n.umax, zero_ok, meta);
	meta->raw_mode = raw_mode;
	return err ? err : ebpf_mark_precise(env, regno);
}

static int check_alloc_size(struct vf_env *env, u32 regno, struct call_meta *meta)
{
	struct reg_state *reg = &cur_regs(env)[regno];

	if (!ebpf_tnum_is_const(reg->n.var_off)) {
		vlog(env, "R%d is not a known constant'\n", regno);
		return -EACCES;
	}
	/* mem_size of a register is 32 bits. */
	if (reg->n.umax >= MAX_VAR_SIZE) {
		vlog(env, "R%d size %llu is too large\n", regno, (unsigned long long)reg->n.umax);
		return -EACCES;
	}
	meta->mem_size = reg->n.var_off.value;
	return ebpf_mark_precise(env, regno);
}

static int check_number_out(struct vf_env *env, u32 regno, u32 arg_type, struct call_meta *meta)
{
	struct reg_state *reg = &cur_regs(env)[regno];
	int size = base_type(arg_type) == EBPF_ARG_PTR_TO_INT ? 4 : 8;
	int err;

	/* Written, though what is there must be initialised. */
	set_use(meta, arg_type | EBPF_MEM_WRITE);
	err = ebpf_check_helper_mem(env, regno, size, false, meta);
	if (err)
		return err;
	return ebpf_check_alignment(env, reg, 0, size, true);
}

static int check_const_str(struct vf_env *env, u32 regno, struct call_meta *meta)
{
	struct reg_state *reg = &cur_regs(env)[regno];
	const struct ebpf_map *map = reg->map;
	const char *str;
	u32 off, i;
	u64 addr;
	int err;

	if (!ebpf_map_is_rdonly(map)) {
		vlog(env, "R%d does not point to a readonly map'\n", regno);
		return -EACCES;
	}
	if (!ebpf_tnum_is_const(reg->n.var_off)) {
		vlog(env, "R%d is not a constant address'\n", regno);
		return -EACCES;
	}
	if (!map->ops->direct_value_addr) {
		vlog(env, "no direct value access support for this map type\n");
		return -EACCES;
	}
	err = ebpf_check_map_region(env, regno, reg->off, (s32)map->value_size - reg->off, false,
				    ACC_READ);
	if (err)
		return err;
	off = reg->off + (u32)reg->n.var_off.value;
	err = map->ops->direct_value_addr(map, &addr, off);
	if (err) {
		vlog(env, "direct value access on string failed\n");
		return err;
	}
	str = (const char *)(unsigned long)addr;
	meta->str = str;
	for (i = off; i < map->value_size; i++)
		if (!str[i - off])
			return 0;
	vlog(env, "string is not zero-terminated\n");
	return -EINVAL;
}

/* An array's element is there, if its index is. Maps of a map's may be longer and shorter. */
static int check_const_key(struct vf_env *env, u32 regno, struct call_meta *meta)
{
	const struct ebpf_map *map = meta->map;
	u64 index;
	int ret;

	if (meta->func_id != EBPF_FUNC_map_lookup_elem || map->is_meta ||
	    (map->map_type != EBPF_MAP_TYPE_ARRAY && map->map_type != EBPF_MAP_TYPE_PERCPU_ARRAY))
		return 0;
	ret = ebpf_stack_const(env, regno, map->key_size, &index);
	meta->key_exists = ret > 0 && index < map->max_entries;
	return ret < 0 ? ret : 0;
}

static int check_map_mem(struct vf_env *env, u32 regno, u32 arg_type, struct call_meta *meta)
{
	bool key = base_type(arg_type) == EBPF_ARG_PTR_TO_MAP_KEY;
	int err;

	if (!meta->map) {
		vlog(env, "invalid map_ptr to access map->%s\n", key ? "key" : "value");
		return -EACCES;
	}
	if (key) {
		/* Before it counts as used by the helper. */
		err = check_const_key(env, regno, meta);
		return err ? err : ebpf_check_helper_mem(env, regno, meta->map->key_size, false,
							 NULL);
	}
	if (may_be_null(arg_type) && is_null_reg(&cur_regs(env)[regno]))
		return 0;
	/* A bloom filter is asked about the value. */
	if (meta->map->map_type == EBPF_MAP_TYPE_BLOOM_FILTER)
		arg_type &= ~(u32)(EBPF_MEM_UNINIT | EBPF_MEM_WRITE);
	set_use(meta, arg_type);
	return ebpf_check_helper_mem(env, regno, meta->map->value_size, false, meta);
}

static int check_func(struct vf_env *env, const struct reg_state *reg, struct call_meta *meta)
{
	/* Its frame is counted below the function that has its address. */
	if (reg->loaded_in != cur_func(env)->subprogno) {
		vlog(env, "the address of a callback cannot be passed to another function\n");
		return -EINVAL;
	}
	meta->subprogno = reg->subprogno;
	meta->has_callback = true;
	return 0;
}

static int check_by_type(struct vf_env *env, const struct ebpf_func_proto *fn, u32 arg,
			 u32 arg_type, struct call_meta *meta)
{
	u32 regno = EBPF_REG_1 + arg;
	struct reg_state *reg = &cur_regs(env)[regno];

	switch (base_type(arg_type)) {
	case EBPF_ARG_CONST_MAP_PTR:
		if (ebpf_check_timer_map(env, reg, meta))
			return -EINVAL;
		meta->map = reg->map;
		meta->map_uid = reg->map_uid;
		return 0;
	case EBPF_ARG_PTR_TO_MAP_KEY:
	case EBPF_ARG_PTR_TO_MAP_VALUE:
		return check_map_mem(env, regno, arg_type, meta);
	case EBPF_ARG_PTR_TO_MEM:
		/* Checked with its size, the next argument. */
		set_use(meta, arg_type);
		if (!(arg_type & EBPF_MEM_FIXED_SIZE))
			return 0;
		if (check_null_size(env, regno, fn->arg_size[arg]))
			return -EACCES;
		return ebpf_check_helper_mem(env, regno, fn->arg_size[arg], false, meta);
	case EBPF_ARG_CONST_SIZE:
		return ebpf_check_mem_size(env, regno, false, meta);
	case EBPF_ARG_CONST_SIZE_OR_ZERO:
		return ebpf_check_mem_size(env, regno, true, meta);
	case EBPF_ARG_CONST_ALLOC_SIZE_OR_ZERO:
		return check_alloc_size(env, regno, meta);
	case EBPF_ARG_PTR_TO_INT:
	case EBPF_ARG_PTR_TO_LONG:
		return check_number_out(env, regno, arg_type, meta);
	case EBPF_ARG_PTR_TO_CONST_STR:
		return check_const_str(env, regno, meta);
	case EBPF_ARG_PTR_TO_FUNC:
		return check_func(env, reg, meta);
	case EBPF_ARG_PTR_TO_TIMER:
		return ebpf_check_timer_arg(env, regno, meta);
	case EBPF_ARG_PTR_TO_DYNPTR:
		return ebpf_check_dynptr_arg(env, regno, arg_type, meta);
	case EBPF_ARG_PTR_TO_KPTR:
		return ebpf_check_kptr_arg(env, regno, meta);
	case EBPF_ARG_PTR_TO_PERCPU_BTF_ID:
		meta->ret_btf = reg->btf;
		meta->ret_btf_id = reg->btf_id;
		return 0;
	case EBPF_ARG_PTR_TO_SPIN_LOCK:
		return ebpf_check_spin_lock(env, regno, fn->id == EBPF_FUNC_spin_lock);
	}
	return 0;
}

static int note_ref(struct vf_env *env, const struct reg_state *reg, u32 regno, u32 arg_type,
		    struct call_meta *meta)
{
	if (arg_type & EBPF_OBJ_RELEASE) {
		meta->release_dynptr = base_type(arg_type) == EBPF_ARG_PTR_TO_DYNPTR;
		if (meta->release_dynptr) {
			if (ebpf_check_dynptr_release(env, regno))
				return -EINVAL;
		} else if (!reg->ref_obj_id && !is_null_reg(reg)) {
			vlog(env, "R%d must be referenced when passed to release function\n",
			     regno);
			return -EINVAL;
		}
		if (EBPF_BUG_ON(meta->release_regno))
			return -EFAULT;
		meta->release_regno = regno;
	}
	if (!reg->ref_obj_id)
		return 0;
	if (meta->ref_obj_id) {
		vlog(env, "verifier internal error: more than one arg with ref_obj_id R%d %u %u\n",
		     regno, reg->ref_obj_id, meta->ref_obj_id);
		return -EFAULT;
	}
	meta->ref_obj_id = reg->ref_obj_id;
	return 0;
}

/* The values of some maps are no memory for programs. */
static int resolve_arg_type(struct vf_env *env, const struct call_meta *meta, u32 *arg_type)
{
	if (base_type(*arg_type) != EBPF_ARG_PTR_TO_MAP_VALUE)
		return 0;
	if (!meta->map) {
		vlog(env, "invalid map_ptr to access map->type\n");
		return -EACCES;
	}
	if (meta->map->map_type != EBPF_MAP_TYPE_SOCKMAP &&
	    meta->map->map_type != EBPF_MAP_TYPE_SOCKHASH)
		return 0;
	if (*arg_type != EBPF_ARG_PTR_TO_MAP_VALUE) {
		vlog(env, "invalid arg_type for sockmap/sockhash\n");
		return -EINVAL;
	}
	*arg_type = EBPF_ARG_PTR_TO_BTF_ID_SOCK_COMMON;
	return 0;
}

static int check_arg(struct vf_env *env, const struct ebpf_func_proto *fn, u32 arg,
		     struct call_meta *meta)
{
	u32 arg_type = fn->arg_type[arg], regno = EBPF_REG_1 + arg;
	struct reg_state *reg = &cur_regs(env)[regno];
	int err;

	err = ebpf_check_reg_arg(env, regno, SRC_OP);
	if (err)
		return err;
	if (base_type(arg_type) == EBPF_ARG_ANYTHING)
		return 0;
	if (is_pkt_ptr(reg->type) && !meta->pkt_access) {
		vlog(env, "helper access to the packet is not allowed\n");
		return -EACCES;
	}
	err = resolve_arg_type(env, meta, &arg_type);
	if (err)
		return err;
	if (!may_be_null(arg_type) || !is_null_reg(reg)) {
		err = check_type(env, reg, regno, arg_type, fn, meta);
		if (!err)
			err = check_arg_off(env, reg, regno, arg_type);
		if (err)
			return err;
	} else {
		/* Any other number would be a pointer. */
		err = ebpf_mark_precise(env, regno);
		if (err)
			return err;
	}
	err = note_ref(env, reg, regno, arg_type, meta);
	return err ? err : check_by_type(env, fn, arg, arg_type, meta);
}

int ebpf_check_helper_args(struct vf_env *env, const struct ebpf_func_proto *fn,
			   struct call_meta *meta, int insn_idx)
{
	u32 i;
	int err;

	(void)insn_idx;
	for (i = 0; i < EBPF_MAX_FUNC_REG_ARGS; i++) {
		if (fn->arg_type[i] == EBPF_ARG_DONTCARE)
			break;
		err = check_arg(env, fn, i, meta);
		if (err)
			return err;
	}
	return 0;
}

/* Helpers that work on certain map types only. */
struct func_maps {
	u32 func_id;
	u32 map_types[3];	/* 0 ends the list */
};

static const struct func_maps func_maps[] = {
	{ EBPF_FUNC_tail_call, { EBPF_MAP_TYPE_PROG_ARRAY } },
	{ EBPF_FUNC_perf_event_read, { EBPF_MAP_TYPE_PERF_EVENT_ARRAY } },
	{ EBPF_FUNC_perf_event_output, { EBPF_MAP_TYPE_PERF_EVENT_ARRAY } },
	{ EBPF_FUNC_perf_event_read_value, { EBPF_MAP_TYPE_PERF_EVENT_ARRAY } },
	{ EBPF_FUNC_skb_output, { EBPF_MAP_TYPE_PERF_EVENT_ARRAY } },
	{ EBPF_FUNC_xdp_output, { EBPF_MAP_TYPE_PERF_EVENT_ARRAY } },
	{ EBPF_FUNC_ringbuf_output, { EBPF_MAP_TYPE_RINGBUF } },
	{ EBPF_FUNC_ringbuf_reserve, { EBPF_MAP_TYPE_RINGBUF } },
	{ EBPF_FUNC_ringbuf_query, { EBPF_MAP_TYPE_RINGBUF } },
	{ EBPF_FUNC_ringbuf_reserve_dynptr, { EBPF_MAP_TYPE_RINGBUF } },
	{ EBPF_FUNC_user_ringbuf_drain, { EBPF_MAP_TYPE_USER_RINGBUF } },
	{ EBPF_FUNC_get_stackid, { EBPF_MAP_TYPE_STACK_TRACE } },
	{ EBPF_FUNC_current_task_under_cgroup, { EBPF_MAP_TYPE_CGROUP_ARRAY } },
	{ EBPF_FUNC_skb_under_cgroup, { EBPF_MAP_TYPE_CGROUP_ARRAY } },
	{ EBPF_FUNC_get_local_storage, { EBPF_MAP_TYPE_CGROUP_STORAGE,
					 EBPF_MAP_TYPE_PERCPU_CGROUP_STORAGE } },
	{ EBPF_FUNC_redirect_map, { EBPF_MAP_TYPE_XSKMAP } },
	{ EBPF_FUNC_sk_redirect_map, { EBPF_MAP_TYPE_SOCKMAP } },
	{ EBPF_FUNC_msg_redirect_map, { EBPF_MAP_TYPE_SOCKMAP } },
	{ EBPF_FUNC_sock_map_update, { EBPF_MAP_TYPE_SOCKMAP } },
	{ EBPF_FUNC_sk_redirect_hash, { EBPF_MAP_TYPE_SOCKHASH } },
	{ EBPF_FUNC_msg_redirect_hash, { EBPF_MAP_TYPE_SOCKHASH } },
	{ EBPF_FUNC_sock_hash_update, { EBPF_MAP_TYPE_SOCKHASH } },
	{ EBPF_FUNC_sk_select_reuseport, { EBPF_MAP_TYPE_REUSEPORT_SOCKARRAY,
					   EBPF_MAP_TYPE_SOCKMAP, EBPF_MAP_TYPE_SOCKHASH } },
	{ EBPF_FUNC_sk_storage_get, { EBPF_MAP_TYPE_SK_STORAGE } },
	{ EBPF_FUNC_sk_storage_delete, { EBPF_MAP_TYPE_SK_STORAGE } },
	{ EBPF_FUNC_task_storage_get, { EBPF_MAP_TYPE_TASK_STORAGE } },
	{ EBPF_FUNC_task_storage_delete, { EBPF_MAP_TYPE_TASK_STORAGE } },
	{ EBPF_FUNC_map_peek_elem, { EBPF_MAP_TYPE_QUEUE, EBPF_MAP_TYPE_STACK,
				     EBPF_MAP_TYPE_BLOOM_FILTER } },
	{ EBPF_FUNC_map_push_elem, { EBPF_MAP_TYPE_QUEUE, EBPF_MAP_TYPE_STACK,
				     EBPF_MAP_TYPE_BLOOM_FILTER } },
	{ EBPF_FUNC_map_pop_elem, { EBPF_MAP_TYPE_QUEUE, EBPF_MAP_TYPE_STACK } },
	{ EBPF_FUNC_map_lookup_percpu_elem, { EBPF_MAP_TYPE_PERCPU_ARRAY,
					      EBPF_MAP_TYPE_PERCPU_HASH,
					      EBPF_MAP_TYPE_LRU_PERCPU_HASH } },
};

static bool func_takes_map(const struct func_maps *f, u32 map_type)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(f->map_types); i++)
		if (f->map_types[i] == map_type)
			return true;
	return false;
}

/* Map types that only the helpers listed for them work on. */
static bool map_is_special(u32 map_type)
{
	switch (map_type) {
	case EBPF_MAP_TYPE_HASH:
	case EBPF_MAP_TYPE_ARRAY:
	case EBPF_MAP_TYPE_PERCPU_HASH:
	case EBPF_MAP_TYPE_PERCPU_ARRAY:
	case EBPF_MAP_TYPE_LRU_HASH:
	case EBPF_MAP_TYPE_LRU_PERCPU_HASH:
	case EBPF_MAP_TYPE_LPM_TRIE:
		return false;
	default:
		return true;
	}
}

/* Only where no socket can be locked already. */
static bool may_change_sockmap(struct vf_env *env, u32 func_id)
{
	u32 type = env->load->prog_type;

	if (func_id != EBPF_FUNC_map_update_elem && func_id != EBPF_FUNC_map_delete_elem)
		return false;
	switch (type) {
	case EBPF_PROG_TYPE_TRACING:
		if (env->load->expected_attach_type == EBPF_TRACE_ITER)
			return true;
		break;
	case EBPF_PROG_TYPE_SOCK_OPS:
		/* To put one in it has helpers of its own. */
		if (func_id == EBPF_FUNC_map_delete_elem)
			return true;
		break;
	case EBPF_PROG_TYPE_SOCKET_FILTER:
	case EBPF_PROG_TYPE_SCHED_CLS:
	case EBPF_PROG_TYPE_SCHED_ACT:
	case EBPF_PROG_TYPE_XDP:
	case EBPF_PROG_TYPE_SK_REUSEPORT:
	case EBPF_PROG_TYPE_FLOW_DISSECTOR:
	case EBPF_PROG_TYPE_SK_LOOKUP:
		return true;
	}
	vlog(env, "cannot update sockmap in this context\n");
	return false;
}

static bool map_func_ok(struct vf_env *env, u32 map_type, u32 func_id)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(func_maps); i++)
		if (func_maps[i].func_id == func_id)
			return func_takes_map(&func_maps[i], map_type);
	if (map_type == EBPF_MAP_TYPE_ARRAY_OF_MAPS || map_type == EBPF_MAP_TYPE_HASH_OF_MAPS)
		return func_id == EBPF_FUNC_map_lookup_elem;
	if (map_type == EBPF_MAP_TYPE_SOCKMAP || map_type == EBPF_MAP_TYPE_SOCKHASH)
		return func_id == EBPF_FUNC_map_lookup_elem || may_change_sockmap(env, func_id);
	if (map_type == EBPF_MAP_TYPE_XSKMAP)
		return func_id == EBPF_FUNC_map_lookup_elem;
	return !map_is_special(map_type);
}

int ebpf_check_map_func(struct vf_env *env, struct ebpf_map *map, u32 func_id)
{
	if (!map || map_func_ok(env, map->map_type, func_id))
		return 0;
	vlog(env, "cannot pass map_type %d into func " FUNC_FMT "\n", map->map_type,
	     FUNC_ARG(func_id));
	return -EINVAL;
}
