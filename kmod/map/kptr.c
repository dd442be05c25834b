// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pointers that hold a reference on a kernel object, in maps: the map must be able to
 * give the reference back when an element goes, so there must be a function for it
 * that may run wherever programs run. Kernels name those functions only to their own
 * bpf(2); here are the ones that Linux 6.1 names. And of tasks, which programs hold by kernel functions of
 * this module.
 */
#include "kmod/map/map_fields.h"
#include "kmod/compat/ftrace.h"
#include "kmod/compat/task_ref.h"

static const struct {
	const char *name;	/* of the struct */
	const char *func;
} dtors[] = {
	{ "prog_test_ref_kfunc", "bpf_kfunc_call_test_release" },
	{ "prog_test_member", "bpf_kfunc_call_memb_release" },
};

/* Is it a function of one argument, a pointer to struct @name? */
static bool takes_struct(const struct ebpf_btf *btf, const char *func, const char *name)
{
	s32 id = ebpf_btf_find(btf, func, EBPF_BTF_KIND_FUNC);
	const struct ebpf_btf_type *t;
	const char *of;

	t = id < 0 ? NULL : ebpf_btf_func_proto(btf, id);
	if (!t || ebpf_btf_vlen(t) != 1)
		return false;
	t = ebpf_btf_type_by_id(btf, ebpf_btf_params(t)->type);
	if (!t || ebpf_btf_kind(t) != EBPF_BTF_KIND_PTR)
		return false;
	t = ebpf_btf_skip_modifiers(btf, t->type, NULL);
	of = t && ebpf_btf_kind(t) == EBPF_BTF_KIND_STRUCT ? ebpf_btf_name(btf, t->name_off) : NULL;
	return of && !strcmp(of, name);
}

static int func_of_kernel(const char *name, ebpf_dtor_t *dtor)
{
	unsigned long addr;
	int err = ebpf_compat_func_find(name, &addr);

	if (err)
		return err;
	/* A module and its functions go before the maps do. */
	if (compat_is_module_addr(addr))
		return -ENOENT;
	*dtor = (ebpf_dtor_t)addr;
	return 0;
}

static void put_task(void *task)
{
	ebpf_compat_task_put(task);
}

ebpf_dtor_t ebpf_kptr_own_dtor(const char *name)
{
	return strcmp(name, "task_struct") ? NULL : put_task;
}

int ebpf_kptr_dtor_of(const struct ebpf_btf *btf, const char *name, ebpf_dtor_t *dtor)
{
	u32 i;

	*dtor = ebpf_kptr_own_dtor(name);
	if (*dtor)
		return 0;
	for (i = 0; i < ARRAY_SIZE(dtors); i++)
		if (!strcmp(dtors[i].name, name) && takes_struct(btf, dtors[i].func, name))
			return func_of_kernel(dtors[i].func, dtor);
	return -ENOENT;
}
