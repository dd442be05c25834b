// SPDX-License-Identifier: GPL-2.0-only
/* security_locked_down() since 5.4. */
/* asks: security_locked_down LOCKDOWN_KPROBES LOCKDOWN_PERF */
#include <linux/security.h>

#ifdef PROBE
int probe(void)
{
	return security_locked_down(LOCKDOWN_KPROBES) | security_locked_down(LOCKDOWN_PERF);
}
#endif
