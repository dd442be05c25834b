// SPDX-License-Identifier: GPL-2.0-only
/* 3.13, and el7; before, rcu_is_cpu_idle() says the opposite. */
/* asks: rcu_is_watching */
#include <linux/rcupdate.h>

#ifdef PROBE
bool probe(void);
bool probe(void)
{
	return rcu_is_watching();
}
#endif
