// SPDX-License-Identifier: GPL-2.0-only
/*
 * 64-bit immediate loads: plain constants, maps, addresses of map values,
 * subprograms. What they name is looked up once, before the walk, for all of
 * them, dead ones included, as Linux does.
 */
#include "verifier/arena.h"
#include "verifier/call.h"
#include "verifier/gotox.h"
#include "verifier/insn.h"
#include "verifier/log.h"
#include "verifier/walk.h"

static bool alu_opcode_known(u8 code)
{
	u8 op = EBPF_OP(code);

	if (op == EBPF_NEG)
		return EBPF_SRC(code) == EBPF_K;
	if (op == EBPF_END)
		return EBPF_CLASS(code) == EBPF_ALU || EBPF_SRC(code) == EBPF_TO_LE;
	return op <= EBPF_END;
}

static bool jmp_opcode_known(u8 code)
{
	u8 op = EBPF_OP(code);
	bool is32 = EBPF_CLASS(code) == EBPF_JMP32;

	switch (op) {
	case EBPF_JA:
		return EBPF_SRC(code) == EBPF_K || !is32;
	case EBPF_CALL:
	case EBPF_EXIT:
		return !is32 && EBPF_SRC(code) == EBPF_K;
	case EBPF_JCOND:
		return !is32 && EBPF_SRC(code) == EBPF_K;
	default:
		return op <= EBPF_JSLE;
	}
}

static bool mem_opcode_known(u8 code)
{
	u8 mode = EBPF_MODE(code), size = EBPF_SIZE(code);

	switch (EBPF_CLASS(code)) {
	case EBPF_LDX:
		return mode == EBPF_MEM || (mode == EBPF_MEMSX && size != EBPF_DW);
	case EBPF_ST:
		return mode == EBPF_MEM;
	case EBPF_STX:
		return mode == EBPF_MEM ||
		       (mode == EBPF_ATOMIC && (size == EBPF_W || size == EBPF_DW));
	default:
		if (mode == EBPF_IMM)
			return size == EBPF_DW;
		return (mode == EBPF_ABS || mode == EBPF_IND) && size != EBPF_DW;
	}
}

static bool opcode_known(u8 code)
{
	switch (EBPF_CLASS(code)) {
	case EBPF_ALU:
	case EBPF_ALU64:
		return alu_opcode_known(code);
	case EBPF_JMP:
	case EBPF_JMP32:
		return jmp_opcode_known(code);
	default:
		return mem_opcode_known(code);
	}
}

static bool is_value_load(const struct ebpf_insn *insn)
{
	return insn->src_reg == EBPF_PSEUDO_MAP_VALUE ||
	       insn->src_reg == EBPF_PSEUDO_MAP_IDX_VALUE;
}

static int map_fd(struct vf_env *env, const struct ebpf_insn *insn, int *fd)
{
	const struct ebpf_load *load = env->load;

	if (insn->src_reg != EBPF_PSEUDO_MAP_IDX && insn->src_reg != EBPF_PSEUDO_MAP_IDX_VALUE) {
		*fd = insn->imm;
		return 0;
	}
	if (!load->ops->fd_array_get) {
		vlog(env, "fd_idx without fd_array is invalid\n");
		return -EPROTO;
	}
	return load->ops->fd_array_get(load->cookie, insn->imm, fd);
}

static bool is_tracing(u32 prog_type)
{
	switch (prog_type) {
	case EBPF_PROG_TYPE_KPROBE:
	case EBPF_PROG_TYPE_TRACEPOINT:
	case EBPF_PROG_TYPE_PERF_EVENT:
	case EBPF_PROG_TYPE_RAW_TRACEPOINT:
	case EBPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE:
		return true;
	default:
		return false;
	}
}

/* A probe can fire anywhere, also where the kernel works on its timers. */
static bool has_timer(const struct ebpf_map *map)
{
	return map->timer_off >= 0 || (map->inner_map_meta && map->inner_map_meta->timer_off >= 0);
}

/* What programs get from maps of these types stays until they are done. */
static bool outlives_sleep(u32 map_type)
{
	switch (map_type) {
	case EBPF_MAP_TYPE_HASH:
	case EBPF_MAP_TYPE_LRU_HASH:
	case EBPF_MAP_TYPE_ARRAY:
	case EBPF_MAP_TYPE_PERCPU_HASH:
	case EBPF_MAP_TYPE_PERCPU_ARRAY:
	case EBPF_MAP_TYPE_LRU_PERCPU_HASH:
	case EBPF_MAP_TYPE_ARRAY_OF_MAPS:
	case EBPF_MAP_TYPE_HASH_OF_MAPS:
	case EBPF_MAP_TYPE_RINGBUF:
	case EBPF_MAP_TYPE_USER_RINGBUF:
	case EBPF_MAP_TYPE_INODE_STORAGE:
	case EBPF_MAP_TYPE_SK_STORAGE:
	case EBPF_MAP_TYPE_TASK_STORAGE:
	case EBPF_MAP_TYPE_ARENA:
	case EBPF_MAP_TYPE_INSN_ARRAY:
		return true;
	default:
		return false;
	}
}

static int check_map_prog(struct vf_env *env, const struct ebpf_map *map)
{
	u32 type = env->load->prog_type;

	if (map->spin_lock_off >= 0 && type == EBPF_PROG_TYPE_SOCKET_FILTER) {
		vlog(env, "socket filter progs cannot use bpf_spin_lock yet\n");
		return -EINVAL;
	}
	if (map->spin_lock_off >= 0 && is_tracing(type)) {
		vlog(env, "tracing progs cannot use bpf_spin_lock yet\n");
		return -EINVAL;
	}
	if (map->spin_lock_off >= 0 && is_sleepable(env)) {
		vlog(env, "sleepable progs cannot use bpf_spin_lock yet\n");
		return -EINVAL;
	}
	if (has_timer(map) && (is_tracing(type) || ebpf_prog_type_has_target(type))) {
		vlog(env, "tracing progs cannot use bpf_timer yet\n");
		return -EINVAL;
	}
	if (map->map_type == EBPF_MAP_TYPE_STRUCT_OPS) {
		vlog(env, "bpf_struct_ops map cannot be used in prog\n");
		return -EINVAL;
	}
	if (is_sleepable(env) && !outlives_sleep(map->map_type)) {
		vlog(env, "Sleepable programs can only use array, hash, and ringbuf maps\n");
		return -EINVAL;
	}
	return 0;
}

static bool is_cgroup_storage(const struct ebpf_map *map)
{
	return map->map_type == EBPF_MAP_TYPE_CGROUP_STORAGE ||
	       map->map_type == EBPF_MAP_TYPE_PERCPU_CGROUP_STORAGE;
}

/* A program has one value for itself of each kind. */
static int check_storage(struct vf_env *env, const struct ebpf_map *map)
{
	u32 i;

	for (i = 0; is_cgroup_storage(map) && i < env->map_cnt; i++) {
		if (env->maps[i] == map || env->maps[i]->map_type != map->map_type)
			continue;
		vlog(env, "only one cgroup storage of each type is allowed\n");
		return -EBUSY;
	}
	return 0;
}

/* Consumes the caller's reference on @map. Index in env->maps, or an errno. */
static int use_map(struct vf_env *env, struct ebpf_map *map)
{
	const struct ebpf_load *load = env->load;
	u32 i;

	for (i = 0; i < env->map_cnt; i++) {
		if (env->maps[i] != map)
			continue;
		load->ops->map_put(load->cookie, map);
		return i;
	}
	if (env->map_cnt >= EBPF_MAX_USED_MAPS) {
		load->ops->map_put(load->cookie, map);
		return -E2BIG;
	}
	env->maps[env->map_cnt] = map;
	return env->map_cnt++;
}

static int check_direct_value(struct vf_env *env, const struct ebpf_map *map, u32 off)
{
	u64 addr;
	int err;

	if (off >= MAX_VAR_OFF) {
		vlog(env, "direct value offset of %u is not allowed\n", off);
		return -EINVAL;
	}
	if (!map->ops->direct_value_addr) {
		vlog(env, "no direct value access support for this map type\n");
		return -EINVAL;
	}
	err = map->ops->direct_value_addr(map, &addr, off);
	if (err)
		vlog(env, "invalid access to map value pointer, value_size=%u off=%u\n",
		     map->value_size, off);
	return err;
}

static int resolve_map(struct vf_env *env, const struct ebpf_insn *insn, struct insn_aux *aux)
{
	const struct ebpf_load *load = env->load;
	struct ebpf_map *map;
	int fd, ret;

	ret = map_fd(env, insn, &fd);
	if (ret)
		return ret;
	map = load->ops->map_get(load->cookie, fd);
	if (IS_ERR(map)) {
		vlog(env, "fd %d is not pointing to valid bpf_map\n", insn[0].imm);
		return PTR_ERR(map);
	}
	/* From here on env->maps owns the reference. */
	ret = use_map(env, map);
	if (ret < 0)
		return ret;
	aux->map_index = ret;
	aux->map_off = 0;
	ret = check_map_prog(env, map);
	if (!ret)
		ret = check_storage(env, map);
	if (!ret)
		ret = ebpf_use_arena(env, map);
	if (!ret)
		ret = ebpf_claim_jumps(env, aux->map_index);
	if (ret)
		return ret;
	aux->is_map_load = true;
	if (!is_value_load(insn))
		return 0;
	aux->map_off = insn[1].imm;
	return check_direct_value(env, map, insn[1].imm);
}

static int resolve_one(struct vf_env *env, u32 idx)
{
	const struct ebpf_insn *insn = &env->insns[idx];
	struct insn_aux *aux = &env->aux[idx];

	if (idx == env->insn_cnt - 1 || insn[1].code || insn[1].dst_reg || insn[1].src_reg ||
	    insn[1].off) {
		vlog(env, "invalid bpf_ld_imm64 insn\n");
		return -EINVAL;
	}
	switch (insn->src_reg) {
	case 0:
		return 0;
	case EBPF_PSEUDO_FUNC:
		aux->is_func_load = true;
		env->has_callback = true;
		return 0;
	case EBPF_PSEUDO_BTF_ID:
		return ebpf_resolve_ksym(env, insn, aux);
	case EBPF_PSEUDO_MAP_FD:
	case EBPF_PSEUDO_MAP_IDX:
		if (insn[1].imm)
			break;
		return resolve_map(env, insn, aux);
	case EBPF_PSEUDO_MAP_VALUE:
	case EBPF_PSEUDO_MAP_IDX_VALUE:
		return resolve_map(env, insn, aux);
	}
	vlog(env, "unrecognized bpf_ld_imm64 insn\n");
	return -EINVAL;
}

int ebpf_resolve_ld_imm64(struct vf_env *env)
{
	const struct ebpf_insn *insn = env->insns;
	u32 i;
	int err;

	for (i = 0; i < env->insn_cnt; i++) {
		u8 class = EBPF_CLASS(insn[i].code), mode = EBPF_MODE(insn[i].code);

		if (class == EBPF_LDX &&
		    ((mode != EBPF_MEM && mode != EBPF_MEMSX) || insn[i].imm)) {
			vlog(env, "BPF_LDX uses reserved fields\n");
			return -EINVAL;
		}
		if (is_ld_imm64(&insn[i])) {
			err = resolve_one(env, i);
			if (err)
				return err;
			i++;
			continue;
		}
		if (!opcode_known(insn[i].code) && !is_ordered(&insn[i])) {
			vlog(env, "unknown opcode %02x\n", insn[i].code);
			return -EINVAL;
		}
	}
	return 0;
}

static int load_func(struct vf_env *env, struct reg_state *dst, const struct ebpf_insn *insn)
{
	int sub = ebpf_find_subprog(env, (s32)env->insn_idx + insn->imm + 1);

	if (sub < 0) {
		vlog(env, "verifier bug: no subprog at insn %d\n",
		     (s32)env->insn_idx + insn->imm + 1);
		return -EFAULT;
	}
	if (!env->load->func_info_cnt) {
		vlog(env, "missing btf func_info\n");
		return -EINVAL;
	}
	if (env->subprogs[sub].is_global) {
		vlog(env, "callback function not static\n");
		return -EINVAL;
	}
	/* It is entered with a context and a stack, which no helper passes. */
	if (!sub) {
		vlog(env, "callback function cannot be the main program\n");
		return -EINVAL;
	}
	ebpf_reg_set_ptr(dst, PTR_TO_FUNC);
	dst->subprogno = sub;
	dst->loaded_in = cur_func(env)->subprogno;
	env->aux[env->insn_idx].subprogno_of_func = sub;
	return 0;
}

int ebpf_check_ld_imm(struct vf_env *env, const struct ebpf_insn *insn)
{
	const struct insn_aux *aux = &env->aux[env->insn_idx];
	struct reg_state *dst;
	int err;

	if (EBPF_SIZE(insn->code) != EBPF_DW) {
		vlog(env, "invalid BPF_LD_IMM insn\n");
		return -EINVAL;
	}
	if (insn->off) {
		vlog(env, "BPF_LD_IMM64 uses reserved fields\n");
		return -EINVAL;
	}
	err = ebpf_check_reg_arg(env, insn->dst_reg, DST_OP);
	if (err)
		return err;
	dst = &cur_regs(env)[insn->dst_reg];
	if (!insn->src_reg) {
		ebpf_reg_set_known(dst, ((u64)(u32)insn[1].imm << 32) | (u32)insn->imm);
		return 0;
	}
	if (aux->is_func_load)
		return load_func(env, dst, insn);
	if (aux->is_ksym_load) {
		ebpf_load_ksym(dst, &env->ksyms[aux->map_index]);
		return 0;
	}
	if (EBPF_BUG_ON(!aux->is_map_load))
		return -EFAULT;
	if (is_value_load(insn) && env->maps[aux->map_index] == env->arena) {
		ebpf_reg_set_unknown(dst);
		return 0;
	}
	ebpf_reg_set_ptr(dst, is_value_load(insn) ? PTR_TO_MAP_VALUE : CONST_PTR_TO_MAP);
	dst->map = env->maps[aux->map_index];
	dst->off = aux->map_off;
	if (has_spin_lock(dst))
		dst->id = ++env->id_gen;
	return 0;
}
