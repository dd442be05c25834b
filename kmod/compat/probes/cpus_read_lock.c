// SPDX-License-Identifier: GPL-2.0-only
/* cpus_read_lock() since 4.13; get_online_cpus() before. */
/* asks: cpus_read_lock */
#include <linux/cpu.h>

#ifdef PROBE
void probe(void)
{
	cpus_read_lock();
}
#endif
