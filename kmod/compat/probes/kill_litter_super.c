// SPDX-License-Identifier: GPL-2.0-only
/* File systems in memory keep a reference of each of their dentries, and
 * kill_litter_super() puts them: in 6.12, no more in 7.2.
 */
/* asks: kill_litter_super */
#include <linux/fs.h>

#ifdef PROBE
void probe(struct super_block *sb)
{
	kill_litter_super(sb);
}
#endif
