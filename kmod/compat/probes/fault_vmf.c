// SPDX-License-Identifier: GPL-2.0-only
/* vm_operations_struct.fault(fault) since 4.11, whatever it returns. */
/* asks: fault few many arguments */
#include <linux/mm.h>

#ifdef PROBE
long probe(const struct vm_operations_struct *ops, struct vm_fault *vmf)
{
	return (__force long)ops->fault(vmf);
}
#endif
