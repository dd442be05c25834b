// SPDX-License-Identifier: GPL-2.0-only
/* uprobe_consumer.handler() and ret_handler() get a place for a number of theirs, too, since
 * 6.13.
 */
/* asks: handler */
#include <linux/uprobes.h>
#include "probe.h"

#ifdef PROBE
PROBE_TYPE(handler, ((struct uprobe_consumer *)0)->handler,
	   int (*)(struct uprobe_consumer *, struct pt_regs *, __u64 *));
PROBE_TYPE(ret_handler, ((struct uprobe_consumer *)0)->ret_handler,
	   int (*)(struct uprobe_consumer *, unsigned long, struct pt_regs *, __u64 *));
#endif
