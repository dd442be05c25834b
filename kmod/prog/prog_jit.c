// SPDX-License-Identifier: GPL-2.0-only
/*
 * Machine code of a program: the engine lays it out, the pool holds it.
 */
#include "kmod/prog/prog_internal.h"
#include "kmod/prog/arena_stub.h"
#include "kmod/prog/jit_pool.h"
#include "kmod/prog/load_stub.h"
#include "kmod/map/map.h"

#include <ebpf/helper.h>
#include <ebpf/services.h>

/* What compiled code must know of this kernel. */
static void jit_env(struct ebpf_jit_env *env)
{
	memset(env, 0, sizeof(*env));
	env->call_base = (unsigned long)ebpf_call_base;
	env->load_stub[0] = (unsigned long)ebpf_load_stub_1;
	env->load_stub[1] = (unsigned long)ebpf_load_stub_2;
	env->load_stub[2] = (unsigned long)ebpf_load_stub_4;
	env->load_stub[3] = (unsigned long)ebpf_load_stub_8;
	env->arena_load[0] = (unsigned long)ebpf_arena_load_1;
	env->arena_load[1] = (unsigned long)ebpf_arena_load_2;
	env->arena_load[2] = (unsigned long)ebpf_arena_load_4;
	env->arena_load[3] = (unsigned long)ebpf_arena_load_8;
	env->arena_store[0] = (unsigned long)ebpf_arena_store_1;
	env->arena_store[1] = (unsigned long)ebpf_arena_store_2;
	env->arena_store[2] = (unsigned long)ebpf_arena_store_4;
	env->arena_store[3] = (unsigned long)ebpf_arena_store_8;
	env->arena_addr[0] = (unsigned long)ebpf_arena_addr_1;
	env->arena_addr[1] = (unsigned long)ebpf_arena_addr_2;
	env->arena_addr[2] = (unsigned long)ebpf_arena_addr_4;
	env->arena_addr[3] = (unsigned long)ebpf_arena_addr_8;
	env->indirect_lfence = ebpf_compat_jump_rcx(&env->indirect_thunk_rcx) == COMPAT_JUMP_LFENCE;
	env->return_thunk = ebpf_compat_return_thunk();
	env->sls = compat_sls();
	env->endbr = compat_ibt();
	env->prog_array_max_entries_off = offsetof(struct ebpf_prog_array_map, map.max_entries);
	env->prog_array_ptrs_off = offsetof(struct ebpf_prog_array_map, ptrs);
	env->prog_tail_entry_off = offsetof(struct ebpf_prog, tail_entry);
}

/* Emits into ordinary memory first: the writable view of the pool then exists for
 * one copy only, and never with half a program behind it.
 */
static int emit_code(struct ebpf_prog *prog, struct ebpf_jit *jit)
{
	u32 size = ebpf_jit_size(jit);
	u8 *buf, *code;
	int err;

	buf = ebpf_alloc(size);
	if (!buf)
		return -ENOMEM;
	code = ebpf_jit_pool_alloc(size);
	if (IS_ERR(code)) {
		pr_warn_ratelimited("ebpfdrv: no room for %u bytes of code: %llu of %llu in use\n",
				    size, ebpf_jit_pool_used(), ebpf_jit_pool_size());
		ebpf_free(buf);
		return PTR_ERR(code);
	}
	prog->code = code;
	prog->code_size = size;
	err = ebpf_jit_emit(jit, buf, (unsigned long)prog->code);
	if (!err)
		err = ebpf_jit_pool_write(prog->code, buf, size);
	ebpf_free(buf);
	return err;
}

static int record_offsets(struct ebpf_prog *prog, const struct ebpf_jit *jit)
{
	u32 i;

	prog->jited_subprog_offs = ebpf_calloc(prog->image.subprog_cnt, sizeof(u32));
	prog->jited_line_offs = ebpf_calloc(prog->line_info_cnt, sizeof(u32));
	if (!prog->jited_subprog_offs || !prog->jited_line_offs)
		return -ENOMEM;
	for (i = 0; i < prog->image.subprog_cnt; i++)
		prog->jited_subprog_offs[i] = ebpf_jit_subprog_off(jit, i);
	for (i = 0; i < prog->line_info_cnt; i++)
		prog->jited_line_offs[i] = ebpf_jit_insn_off(jit, prog->line_info[i].insn_off);
	return 0;
}

int ebpf_prog_compile(struct ebpf_prog *prog)
{
	struct ebpf_jit_env env;
	struct ebpf_jit *jit;
	int err;

	jit_env(&env);
	jit = ebpf_jit_compile(&prog->image, &env);
	if (IS_ERR(jit))
		return PTR_ERR(jit);
	err = emit_code(prog, jit);
	if (!err)
		err = record_offsets(prog, jit);
	if (!err) {
		prog->func = prog->code;
		prog->tail_entry = (unsigned long)prog->code + ebpf_jit_tail_entry_off(jit);
		prog->stack_size = prog->image.has_tail_call ?
			EBPF_JIT_TAIL_STACK : round_up(prog->image.max_stack, 8);
	}
	ebpf_jit_free(jit);
	return err;
}

void ebpf_prog_free_code(struct ebpf_prog *prog)
{
	ebpf_jit_pool_free(prog->code, prog->code_size);
	ebpf_free(prog->jited_subprog_offs);
	ebpf_free(prog->jited_line_offs);
}
