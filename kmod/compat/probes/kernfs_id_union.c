// SPDX-License-Identifier: GPL-2.0-only
/* kernfs_node.id is a union with a 64-bit member from 4.14 to 5.4; before it was
 * the number ino, after it is a plain 64-bit number.
 */
/* asks: kernfs.h kernfs_node id */

#ifdef PROBE
#include <linux/kernfs.h>

u64 probe(const struct kernfs_node *kn)
{
	return kn->id.id;
}
#endif
