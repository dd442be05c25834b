// SPDX-License-Identifier: GPL-2.0-only
/* LOCKDOWN_BPF_READ from 5.4 to 5.13. */
/* asks: security_locked_down LOCKDOWN_BPF_READ */
#include <linux/security.h>

#ifdef PROBE
int probe(void)
{
	return security_locked_down(LOCKDOWN_BPF_READ);
}
#endif
