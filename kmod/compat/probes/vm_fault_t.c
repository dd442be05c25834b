// SPDX-License-Identifier: GPL-2.0-only
/* vm_fault_t, which handlers of page faults return since 4.17. Before: int. */
/* asks: vm_fault_t */
#include <linux/mm.h>

#ifdef PROBE
vm_fault_t probe;
#endif
