// SPDX-License-Identifier: GPL-2.0-only
/* vm_operations_struct.fault(area, fault) up to 4.10. */
/* asks: fault few many arguments */
#include <linux/mm.h>

#ifdef PROBE
long probe(const struct vm_operations_struct *ops, struct vm_area_struct *vma, struct vm_fault *vmf)
{
	return (__force long)ops->fault(vma, vmf);
}
#endif
