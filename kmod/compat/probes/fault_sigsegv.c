// SPDX-License-Identifier: GPL-2.0-only
/* Handlers of page faults can ask for SIGSEGV, since 3.19. */
/* asks: VM_FAULT_SIGSEGV */
#include <linux/mm.h>

#ifdef PROBE
int probe = VM_FAULT_SIGSEGV;
#endif
