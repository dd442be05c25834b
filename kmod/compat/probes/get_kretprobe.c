// SPDX-License-Identifier: GPL-2.0-only
/* get_kretprobe(instance) since 5.11; the instance's member rp before. */
/* asks: get_kretprobe */
#include <linux/kprobes.h>

#ifdef PROBE
struct kretprobe *probe(struct kretprobe_instance *ri)
{
	return get_kretprobe(ri);
}
#endif
