// SPDX-License-Identifier: GPL-2.0-only
/* LOCKDOWN_BPF_WRITE_USER since 5.14, and ported back. */
/* asks: security_locked_down LOCKDOWN_BPF_WRITE_USER */
#include <linux/security.h>

#ifdef PROBE
int probe(void)
{
	return security_locked_down(LOCKDOWN_BPF_WRITE_USER);
}
#endif
