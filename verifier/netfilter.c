// SPDX-License-Identifier: GPL-2.0-only
/*
 * Context of NETFILTER programs: two pointers to structs of the kernel's BTF, which lead on from
 * there. Nothing runs such programs here.
 */
#include <ebpf/ctx.h>
#include "verifier/mem.h"
#include "verifier/walk.h"

bool ebpf_netfilter_ctx_valid(struct vf_env *env, s32 off, int size, int acc, u32 *reg_type)
{
	const char *name;

	if (acc != ACC_READ || size != REG_SIZE)
		return false;
	switch (off) {
	case offsetof(struct ebpf_nf_kern, state):
		name = "nf_hook_state";
		break;
	case offsetof(struct ebpf_nf_kern, skb):
		name = "sk_buff";
		break;
	default:
		return false;
	}
	if (ebpf_kernel_struct(env, name, &env->ctx_btf, &env->ctx_btf_id))
		return false;
	*reg_type = PTR_TO_BTF_ID;
	return true;
}
