// SPDX-License-Identifier: GPL-2.0-only
/* uprobe_register() takes the place of a reference counter, too, and returns a struct uprobe *,
 * which uprobe_unregister_nosync() takes, since 6.12.
 */
/* asks: uprobe_register uprobe_unregister_nosync uprobe_unregister_sync */
#include <linux/uprobes.h>
#include "probe.h"

#ifdef PROBE
PROBE_TYPE(fn, uprobe_register,
	   struct uprobe *(struct inode *, loff_t, loff_t, struct uprobe_consumer *));

void probe(struct uprobe *uprobe, struct uprobe_consumer *uc)
{
	uprobe_unregister_nosync(uprobe, uc);
	uprobe_unregister_sync();
}
#endif
