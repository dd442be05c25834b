// SPDX-License-Identifier: GPL-2.0-only
/*
 * All sockets are freed by one function, large and called from several places, so that
 * no compiler takes it apart. ftrace, not a kprobe: kprobes miss what interrupts do
 * while another one is handled.
 */
#include "kmod/compat/ftrace.h"
#include "kmod/compat/sock_end.h"

#include <net/sock.h>

static void (*sock_end)(const struct sock *sk);

static __always_inline void tell(const struct sock *sk)
{
	preempt_disable_notrace();
	if (likely(compat_rcu_watching()))
		sock_end(sk);
	preempt_enable_notrace();
}

/* It has the socket itself. */
static __always_inline void sock_hit(unsigned long ip, struct pt_regs *regs)
{
	tell((const struct sock *)regs->di);
}

COMPAT_FTRACE_DEFINE(by_sock, sock_hit);

#ifdef HAVE_SK_RCU
static __always_inline void rcu_hit(unsigned long ip, struct pt_regs *regs)
{
	tell(container_of((struct rcu_head *)regs->di, struct sock, sk_rcu));
}

COMPAT_FTRACE_DEFINE(by_rcu, rcu_hit);
#endif

static struct {
	const char *func;
	struct compat_ftrace *cf;
} const ends[] = {
#ifdef HAVE_SK_RCU
	{ "__sk_destruct", &by_rcu },
#endif
	{ "sk_destruct", &by_sock },	/* 4.2 */
	{ "__sk_free", &by_sock },
};

static unsigned long place;
static struct compat_ftrace *placed;

int ebpf_compat_sock_watch(void (*end)(const struct sock *sk))
{
	unsigned long addr;
	int err = -ENOENT;
	u32 i;

	/* Only where the better one does not exist another will do. */
	for (i = 0; i < ARRAY_SIZE(ends) && err == -ENOENT; i++) {
		err = ebpf_compat_func_find(ends[i].func, &addr);
		placed = ends[i].cf;
	}
	if (err)
		return err == -ENOENT ? -EOPNOTSUPP : err;
	sock_end = end;
	place = ebpf_compat_ftrace_place(addr);
	err = ebpf_compat_ftrace_add(placed, place);
	return err == -EINVAL || err == -ENODEV ? -EOPNOTSUPP : err;
}

void ebpf_compat_sock_unwatch(void)
{
	ebpf_compat_ftrace_del(placed, place);
	compat_synchronize_rcu_sched();
	/* With preemption a task may be on its way out of the handler. */
	compat_synchronize_rcu_tasks();
}
