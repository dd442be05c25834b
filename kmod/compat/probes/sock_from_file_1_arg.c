// SPDX-License-Identifier: GPL-2.0-only
/* sock_from_file(file) since 5.11; a place for an error besides before. */
/* asks: sock_from_file */
#include <linux/net.h>

#ifdef PROBE
struct socket *probe(struct file *file)
{
	return sock_from_file(file);
}
#endif
