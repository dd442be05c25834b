// SPDX-License-Identifier: GPL-2.0-only
/*
 * BTF of this module's own functions that programs may call. Libraries look for a function in
 * the BTF of the kernel, then in that of each module, and pass the latter's descriptor on.
 */
#include "kmod/btf/btf.h"

#include <ebpf/kfunc.h>
#include <ebpf/services.h>

static struct ebpf_btf_obj *own;	/* set before anybody can ask */

const struct ebpf_btf_obj *ebpf_btf_kfunc(void)
{
	return own;
}

static struct ebpf_btf_obj *make(struct ebpf_btf_obj *vmlinux)
{
	struct ebpf_btf_obj *obj;
	struct ebpf_btf *btf;
	u32 size;
	void *raw;

	raw = ebpf_kfunc_btf(vmlinux->btf, &size);
	if (!raw)
		return ERR_PTR(-ENOMEM);
	btf = ebpf_btf_parse_module(raw, size, vmlinux->btf, NULL);
	obj = IS_ERR(btf) ? ERR_CAST(btf) : ebpf_btf_obj_new_own(btf, raw, size);
	if (!IS_ERR(obj))
		return obj;
	ebpf_btf_destroy(btf);
	ebpf_free(raw);
	return obj;
}

void ebpf_btf_kfunc_init(void)
{
	struct ebpf_btf_obj *vmlinux = ebpf_btf_vmlinux(), *obj;

	if (!vmlinux)
		return;
	obj = make(vmlinux);
	if (IS_ERR(obj))
		pr_warn("ebpfdrv: programs cannot call kernel functions: no BTF of them (error %ld)\n",
			PTR_ERR(obj));
	else
		own = obj;
}

void ebpf_btf_kfunc_exit(void)
{
	ebpf_btf_obj_put(own);
}
