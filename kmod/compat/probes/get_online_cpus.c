// SPDX-License-Identifier: GPL-2.0-only
/* get_online_cpus() up to 5.14. */
/* asks: get_online_cpus */
#include <linux/cpu.h>

#ifdef PROBE
void probe(void)
{
	get_online_cpus();
}
#endif
