// SPDX-License-Identifier: GPL-2.0-only
/* uprobe_consumer.handler(consumer, registers) up to 6.12. */
/* asks: handler */
#include <linux/uprobes.h>
#include "probe.h"

#ifdef PROBE
PROBE_TYPE(handler, ((struct uprobe_consumer *)0)->handler,
	   int (*)(struct uprobe_consumer *, struct pt_regs *));
#endif
