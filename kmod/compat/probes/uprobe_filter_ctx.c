// SPDX-License-Identifier: GPL-2.0-only
/* uprobe_consumer.filter() is told why it is asked up to 6.11. */
/* asks: filter uprobe_filter_ctx */
#include <linux/uprobes.h>
#include "probe.h"

#ifdef PROBE
PROBE_TYPE(filter, ((struct uprobe_consumer *)0)->filter,
	   bool (*)(struct uprobe_consumer *, enum uprobe_filter_ctx, struct mm_struct *));
#endif
