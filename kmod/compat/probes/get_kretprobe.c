// SPDX-License-Identifier: GPL-2.0-only
/* get_kretprobe(instance) since 5.11; the instance's member rp before. */
#include <linux/kprobes.h>

struct kretprobe *probe(struct kretprobe_instance *ri)
{
	return get_kretprobe(ri);
}
