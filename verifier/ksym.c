// SPDX-License-Identifier: GPL-2.0-only
/*
 * Variables and functions of the kernel that a program declares as __ksym: 64-bit
 * loads that name them by their id in the kernel's BTF. Wording is Linux's.
 */
#include "verifier/call.h"
#include "verifier/log.h"
#include "verifier/mem.h"
#include "verifier/walk.h"
#include "verifier/btf/btf_internal.h"

#define MAX_KSYMS	EBPF_MAX_USED_MAPS

static const struct ebpf_btf_type *ksym_type(struct vf_env *env, const struct ebpf_btf *btf,
					     u32 id)
{
	const struct ebpf_btf_type *t = ebpf_btf_type_by_id(btf, id);

	if (!t || !id) {
		vlog(env, "ldimm64 insn specifies invalid btf_id %d.\n", id);
		return ERR_PTR(-ENOENT);
	}
	if (!btf_is(t, BTF_KIND_BIT(VAR) | BTF_KIND_BIT(FUNC))) {
		vlog(env, "pseudo btf_id %d in ldimm64 isn't KIND_VAR or KIND_FUNC.\n", id);
		return ERR_PTR(-EINVAL);
	}
	return t;
}

/* Libraries before libbpf 1.3 leave out the descriptor that function @id is of. */
static const struct ebpf_btf *without_fd(struct vf_env *env, u32 id)
{
	const struct ebpf_btf *btf = ebpf_kernel_btf(env), *own = NULL;
	const struct ebpf_load *load = env->load;

	if (btf && id >= ebpf_btf_nr_types(btf) && load->ops->kfunc_btf)
		own = load->ops->kfunc_btf(load->cookie, 0);
	return IS_ERR_OR_NULL(own) ? btf : own;
}

/* BTF that type @id is of, by the descriptor @fd or by none; or ERR_PTR. */
static const struct ebpf_btf *ksym_btf(struct vf_env *env, u32 id, int fd)
{
	const struct ebpf_load *load = env->load;
	const struct ebpf_btf *btf = NULL;

	if (!fd) {
		btf = without_fd(env, id);
		if (btf)
			return btf;
		vlog(env, "kernel is missing BTF, make sure CONFIG_DEBUG_INFO_BTF=y is specified in Kconfig.\n");
		return ERR_PTR(-EINVAL);
	}
	if (load->ops->kfunc_btf)
		btf = load->ops->kfunc_btf(load->cookie, fd);
	if (IS_ERR(btf))
		vlog(env, "invalid module BTF object FD specified.\n");
	if (btf)
		return btf;
	vlog(env, "ldimm64 of a symbol in a kernel module is not supported\n");
	return ERR_PTR(-EINVAL);
}

/* Of this module's own functions: those that can be called. */
static int own_addr(const char *name, u64 *addr)
{
	s32 nr = ebpf_find_kfunc(name);

	if (nr < 0)
		return -ENOENT;
	*addr = (unsigned long)ebpf_kfunc_at(nr)->func;
	return 0;
}

static int ksym_addr(struct vf_env *env, const struct ebpf_btf *btf,
		     const struct ebpf_btf_type *t, u64 *addr)
{
	const struct ebpf_verifier_ops *ops = env->load->ops;
	const char *name = ebpf_btf_name(btf, t->name_off);
	int err = -ENOENT;

	if (name && btf != ebpf_kernel_btf(env))
		err = own_addr(name, addr);
	else if (name && ops->ksym_addr)
		err = ops->ksym_addr(env->load->cookie, name, addr);
	if (err != -ENOENT)
		return err;
	vlog(env, "ldimm64 failed to find the address for kernel symbol '%s'.\n",
	     name ? name : "");
	return -ENOENT;
}

/* Is variable @id one of those that each CPU has a copy of? */
static bool is_percpu(const struct ebpf_btf *btf, u32 id)
{
	const struct ebpf_btf_var_secinfo *var;
	const struct ebpf_btf_type *sec;
	s32 sec_id;
	u32 i;

	sec_id = ebpf_btf_find(btf, ".data..percpu", EBPF_BTF_KIND_DATASEC);
	if (sec_id < 0)
		return false;
	sec = ebpf_btf_type_by_id(btf, sec_id);
	var = ebpf_btf_secinfos(sec);
	for (i = 0; i < ebpf_btf_vlen(sec); i++)
		if (var[i].type == id)
			return true;
	return false;
}

/* What the register is that has the address of a variable of type @id. */
static int describe_var(struct vf_env *env, const struct ebpf_btf *btf, u32 id, bool percpu,
			struct ksym *ksym)
{
	const struct ebpf_btf_type *t = ebpf_btf_skip_modifiers(btf, id, &id);

	if (!t)
		return -EINVAL;
	ksym->btf = btf;
	ksym->btf_id = id;
	if (percpu || btf_is(t, BTF_STRUCTS)) {
		ksym->reg_type = PTR_TO_BTF_ID | (percpu ? EBPF_MEM_PERCPU : 0);
		return 0;
	}
	ksym->reg_type = PTR_TO_MEM | EBPF_MEM_RDONLY;
	if (ebpf_btf_type_size(btf, id, &ksym->mem_size))
		return 0;
	vlog(env, "ldimm64 unable to resolve the size of type '%s': %d\n",
	     ebpf_kernel_type_name(btf, id), -EINVAL);
	return -EINVAL;
}

static int add_ksym(struct vf_env *env, const struct ksym *ksym)
{
	struct ksym *all;

	if (env->ksym_cnt >= MAX_KSYMS)
		return -E2BIG;
	all = ebpf_realloc(env->ksyms, env->ksym_cnt * sizeof(*all),
			   (env->ksym_cnt + 1) * sizeof(*all));
	if (!all)
		return -ENOMEM;
	env->ksyms = all;
	all[env->ksym_cnt] = *ksym;
	return env->ksym_cnt++;
}

int ebpf_resolve_ksym(struct vf_env *env, const struct ebpf_insn *insn, struct insn_aux *aux)
{
	const struct ebpf_btf *btf = ksym_btf(env, insn[0].imm, insn[1].imm);
	const struct ebpf_btf_type *t;
	struct ksym ksym;
	u32 id = insn[0].imm;
	int ret;

	if (IS_ERR(btf))
		return PTR_ERR(btf);
	t = ksym_type(env, btf, id);
	if (IS_ERR(t))
		return PTR_ERR(t);
	memset(&ksym, 0, sizeof(ksym));
	ret = ksym_addr(env, btf, t, &ksym.addr);
	if (ret)
		return ret;
	/* A function's address can be had and compared, nothing else. */
	if (btf_is(t, BTF_KIND_BIT(FUNC)))
		ksym.reg_type = PTR_TO_MEM | EBPF_MEM_RDONLY;
	else
		ret = describe_var(env, btf, t->type, is_percpu(btf, id), &ksym);
	if (!ret)
		ret = add_ksym(env, &ksym);
	if (ret < 0)
		return ret;
	aux->map_index = ret;
	aux->is_ksym_load = true;
	return 0;
}

void ebpf_load_ksym(struct reg_state *dst, const struct ksym *ksym)
{
	if (base_type(ksym->reg_type) == PTR_TO_BTF_ID) {
		ebpf_reg_set_btf(dst, ksym->btf, ksym->btf_id, ksym->reg_type & ~0xffU);
		return;
	}
	ebpf_reg_set_ptr(dst, ksym->reg_type);
	dst->mem_size = ksym->mem_size;
}

int ebpf_set_percpu_result(struct vf_env *env, struct reg_state *ret, u32 flags,
			   const struct call_meta *meta)
{
	const struct ebpf_btf_type *t;
	u32 id = 0, size;

	t = ebpf_btf_skip_modifiers(meta->ret_btf, meta->ret_btf_id, &id);
	if (t && btf_is(t, BTF_STRUCTS)) {
		/* Loads through these may fault; nothing is written by them anyway. */
		ebpf_reg_set_btf(ret, meta->ret_btf, id, flags & ~(u32)EBPF_MEM_RDONLY);
		return 0;
	}
	if (!t || !ebpf_btf_type_size(meta->ret_btf, id, &size)) {
		vlog(env, "unable to resolve the size of type '%s': %d\n",
		     ebpf_kernel_type_name(meta->ret_btf, id), -EINVAL);
		return -EINVAL;
	}
	ebpf_reg_set_ptr(ret, PTR_TO_MEM | flags);
	ret->mem_size = size;
	return 0;
}
