// SPDX-License-Identifier: GPL-2.0-only
/* register_cpu_notifier() up to 4.9. */
/* asks: register_cpu_notifier */
#include <linux/cpu.h>
#include <linux/notifier.h>

#ifdef PROBE
int probe(struct notifier_block *nb)
{
	return register_cpu_notifier(nb);
}
#endif
