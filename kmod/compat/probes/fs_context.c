// SPDX-License-Identifier: GPL-2.0-only
/* file_system_type.init_fs_context and get_tree_nodev() since 5.2. */
/* asks: fs_context.h fs_parser.h fs_context init_fs_context get_tree_nodev fs_value_is_string */
#include <linux/fs.h>

#ifdef PROBE
#include <linux/fs_context.h>
#include <linux/fs_parser.h>

int probe(struct file_system_type *type, struct fs_context *fc, struct fs_parameter *param,
	  int (*fill)(struct super_block *, struct fs_context *))
{
	if (type->init_fs_context(fc) || param->type != fs_value_is_string)
		return 1;
	return get_tree_nodev(fc, fill);
}
#endif
