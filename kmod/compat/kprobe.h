/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kprobes and kretprobes, and whether the kernel has them.
 *
 * They are registered enabled, never first disabled and then enabled: while kprobes are
 * switched off as a whole (debugfs: kprobes/enabled) enabling says that it worked, does
 * nothing, and leaves the kernel with what it later cannot take apart. One that is
 * registered enabled begins when they are switched on.
 *
 * Unregistering tells nobody that it failed but by an address that became NULL. Such a
 * probe is still on the kernel's list.
 */
#ifndef _COMPAT_KPROBE_H
#define _COMPAT_KPROBE_H

#include "kmod/compat/compat.h"

#include <linux/kprobes.h>

/* The caller fills in what is about a kretprobe or, in rp.kp, a kprobe: rp.kp.addr, and
 * handlers. Zeroed before.
 */
struct compat_kprobe {
	struct kretprobe rp;
	bool ret;			/* a kretprobe, else a kprobe */
	bool on;			/* the kernel has it */
	bool kept;			/* it would not give it back: this memory must stay */
};

/* The address of @symbol, or of "module:symbol", plus @offset. -ENOENT: there is none;
 * other errors where the place is found by trying to probe it. Process context, as all here.
 */
int ebpf_compat_kprobe_place(const char *symbol, unsigned long offset, unsigned long *addr);

/* How many functions bear the name, where the kernel refuses kprobes on several of one name
 * (6.1.60, 6.3 and up); elsewhere, and of "module:symbol", it does not matter: 1. A name that has
 * its symbol in no list may give 0.
 */
u32 ebpf_compat_kprobe_same_name(const char *symbol);

/* Hits from now on, or from when kprobes are switched on. The errors of register_kprobe(),
 * -ENOENT for the text of a module that is going, -EBUSY by ebpf_compat_ftrace_off(), -EINVAL
 * for a kretprobe elsewhere than at the entry of a function. After an error ->kept may be set.
 */
int ebpf_compat_kprobe_add(struct compat_kprobe *ck);

/* No handler of the caller's runs any more when it returns. False, as ->kept says also later:
 * the kernel keeps the probe (ebpf_compat_keep() was told), and @ck has to stay. Of one that
 * is not on: whether it was taken back.
 */
bool ebpf_compat_kprobe_del(struct compat_kprobe *ck);

/* The same for many, of one kind; all or none. @list: room for 2 * @cnt pointers, since there
 * may be none left when it is time to go. add leaves ->kept in each after an error.
 */
int ebpf_compat_kprobes_add(struct compat_kprobe **cks, u32 cnt, void **list);
bool ebpf_compat_kprobes_del(struct compat_kprobe **cks, u32 cnt, void **list);

/* Can a kprobe's handler send the call of the function elsewhere at whose entry it is? It must
 * have a post_handler, or the kernel makes it a jump that goes on where it came from. Process
 * context.
 */
bool ebpf_compat_kprobe_can_divert(void);
/* What the handler then returns. Nothing happens, and that is 0, when the kernel is not in the
 * state where it can be done.
 */
int ebpf_compat_kprobe_divert(struct kprobe *kp, struct pt_regs *regs, unsigned long to);

/* While a kretprobe's handler runs: regs->ip is where the function returns to, as the kernel
 * has it since 5.15. Before, it is that of the kernel's trampoline, from where no unwinder
 * finds the caller. Returns what @regs had, for compat_kretprobe_leave().
 */
static inline unsigned long compat_kretprobe_enter(const struct kretprobe_instance *ri,
						   struct pt_regs *regs)
{
	unsigned long ip = regs->ip;

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 15, 0)
	regs->ip = (unsigned long)ri->ret_addr;
#endif
	return ip;
}

static inline void compat_kretprobe_leave(struct pt_regs *regs, unsigned long ip)
{
	regs->ip = ip;
}

#endif /* _COMPAT_KPROBE_H */
