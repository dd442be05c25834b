// SPDX-License-Identifier: GPL-2.0-only
/* vm_area_struct.vm_flags is constant since 6.3 and changed by vm_flags_set(). */
/* asks: vm_flags_set */
#include <linux/mm.h>

#ifdef PROBE
void probe(struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_DONTCOPY);
}
#endif
