// SPDX-License-Identifier: GPL-2.0-only
/* uprobe_consumer.filter(consumer, mm) since 6.12. */
/* asks: filter */
#include <linux/uprobes.h>
#include "probe.h"

#ifdef PROBE
PROBE_TYPE(filter, ((struct uprobe_consumer *)0)->filter,
	   bool (*)(struct uprobe_consumer *, struct mm_struct *));
#endif
