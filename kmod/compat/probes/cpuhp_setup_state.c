// SPDX-License-Identifier: GPL-2.0-only
/* cpuhp_setup_state() with dynamic online states since 4.10 (4.9 has it too);
 * register_cpu_notifier() before, and in all of el7.
 */
/* asks: cpuhotplug.h cpuhp_setup_state CPUHP_AP_ONLINE_DYN */

#ifdef PROBE
#include <linux/cpuhotplug.h>

int probe(int (*fn)(unsigned int))
{
	return cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "probe", fn, fn);
}
#endif
