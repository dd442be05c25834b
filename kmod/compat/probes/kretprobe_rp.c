// SPDX-License-Identifier: GPL-2.0-only
/* kretprobe_instance.rp up to 5.10. */
/* asks: rp */
#include <linux/kprobes.h>

#ifdef PROBE
struct kretprobe *probe(struct kretprobe_instance *ri)
{
	return ri->rp;
}
#endif
