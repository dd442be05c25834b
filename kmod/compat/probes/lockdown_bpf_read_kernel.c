// SPDX-License-Identifier: GPL-2.0-only
/* LOCKDOWN_BPF_READ_KERNEL since 5.14. */
/* asks: security_locked_down LOCKDOWN_BPF_READ_KERNEL */
#include <linux/security.h>

#ifdef PROBE
int probe(void)
{
	return security_locked_down(LOCKDOWN_BPF_READ_KERNEL);
}
#endif
