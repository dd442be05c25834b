// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/compat/ftrace.h"
#include "kmod/compat/func_early.h"
#include "kmod/compat/keep.h"
#include "kmod/compat/kprobe.h"

#include <linux/kallsyms.h>

/* Before 4.0, what is registered while ftrace is switched off (kernel.ftrace_enabled) is not
 * called when it is on again, but from when somebody registers another handler on.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(4, 0, 0) && defined(HAVE_EXPORT_KALLSYMS_LOOKUP_NAME)
bool ebpf_compat_ftrace_off(void)
{
	static const int *enabled;
	static bool tried;

	/* Data: only where all symbols are listed. */
	if (!tried)
		enabled = (const int *)kallsyms_lookup_name("ftrace_enabled");
	tried = true;
	if (!enabled || READ_ONCE(*enabled))
		return false;
	pr_warn_ratelimited("ebpfdrv: ftrace is switched off (sysctl kernel.ftrace_enabled): nothing is attached to functions before it is on\n");
	return true;
}
#else
bool ebpf_compat_ftrace_off(void)
{
	return false;
}
#endif

#ifdef COMPAT_FTRACE
bool ebpf_compat_ftrace_place_ok(unsigned long place)
{
	return place && !ebpf_compat_func_early(place);
}

/* An empty filter stands for all functions, so the handler must never be registered
 * with one: the first place is set before, the last one removed after.
 */
int ebpf_compat_ftrace_add(struct compat_ftrace *cf, unsigned long ip)
{
	int err;

	if (ebpf_compat_ftrace_off())
		return -EBUSY;
	if (!ebpf_compat_ftrace_place_ok(ip))
		return -EINVAL;
	err = ftrace_set_filter_ip(&cf->ops, ip, 0, cf->nr == 0);
	if (err)
		return err;
	if (!cf->nr) {
		err = register_ftrace_function(&cf->ops);
		if (err) {
			ftrace_set_filter_ip(&cf->ops, ip, 1, 0);
			return err;
		}
	}
	cf->nr++;
	return 0;
}

/* Of a handler that ftrace keeps, one place more than there are is counted: it is never
 * registered again. A place that cannot be taken out for lack of memory is called for
 * nothing, as all places are whose functions have nothing.
 */
void ebpf_compat_ftrace_del(struct compat_ftrace *cf, unsigned long ip)
{
	int err;

	if (cf->nr == 1) {
		err = unregister_ftrace_function(&cf->ops);
		if (err) {
			ebpf_compat_keep("a handler of ftrace", ip, err);
			return;
		}
	}
	cf->nr--;
	ftrace_set_filter_ip(&cf->ops, ip, 1, 0);
}
#else
int ebpf_compat_ftrace_add(struct compat_ftrace *cf, unsigned long ip)
{
	return -ENODEV;
}

void ebpf_compat_ftrace_del(struct compat_ftrace *cf, unsigned long ip)
{
}
#endif

#ifdef CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS
unsigned long (*ebpf_compat_find_direct)(unsigned long ip);

bool ebpf_compat_direct_known(void)
{
	/* Two that ask at once find the same; none asks again what is in use. */
	if (!ebpf_compat_find_direct)
		ebpf_compat_find_direct = (void *)ebpf_compat_func_addr("ftrace_find_rec_direct");
	return ebpf_compat_find_direct;
}
#endif

#define ENDBR64		0xfa1e0ff3	/* f3 0f 1e fa */
/* What the kernel puts where none is needed, up to 6.14 and since. */
#define ENDBR64_POISON_NOP4	0x001f0f66
#define ENDBR64_POISON_UDB	0xd6401f0f
#define ENDBR64_SIZE	4

unsigned long ebpf_compat_ftrace_place(unsigned long addr)
{
	u32 word;

	if (!compat_ibt() ||
	    compat_copy_from_kernel_nofault(&word, (const void *)addr, sizeof(word)))
		return addr;
	switch (word) {
	case ENDBR64:
	case ENDBR64_POISON_NOP4:
	case ENDBR64_POISON_UDB:
		return addr + ENDBR64_SIZE;
	default:
		return addr;
	}
}

int ebpf_compat_func_find(const char *name, unsigned long *addr)
{
	int err = ebpf_compat_kprobe_place(name, 0, addr);

	if (err)
		return err == -ENOMEM ? err : -ENOENT;
	/* A probe may have been put behind endbr64. */
	if (ebpf_compat_ftrace_place(*addr - ENDBR64_SIZE) == *addr)
		*addr -= ENDBR64_SIZE;
	return 0;
}

unsigned long ebpf_compat_func_addr(const char *name)
{
	unsigned long addr;

	return ebpf_compat_func_find(name, &addr) ? 0 : addr;
}

#if defined(HAVE_EXPORT_KALLSYMS_ON_EACH_SYMBOL) && defined(HAVE_EXPORT_MODULE_MUTEX)
struct name_search {
	const char *name;
	const struct module *mod;
	unsigned long addr;
	bool again;
};

static int search_name(void *data, const char *name, struct module *mod, unsigned long addr)
{
	struct name_search *s = data;

	/* The kernel's own come first. */
	if (mod && !s->mod)
		return 1;
	if (mod != s->mod || strcmp(name, s->name))
		return 0;
	s->again = s->addr && s->addr != addr;
	s->addr = addr;
	return s->again;
}

bool ebpf_compat_func_ambiguous(const char *name, const struct module *mod)
{
	struct name_search s = { .name = name, .mod = mod };

	mutex_lock(&module_mutex);
	kallsyms_on_each_symbol(search_name, &s);
	mutex_unlock(&module_mutex);
	return s.again;
}
#else
bool ebpf_compat_func_ambiguous(const char *name, const struct module *mod)
{
	return false;
}
#endif
