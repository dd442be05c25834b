// SPDX-License-Identifier: GPL-2.0-only
/* sock_from_file(file, place for an error) up to 5.10. */
/* asks: sock_from_file */
#include <linux/net.h>

#ifdef PROBE
struct socket *probe(struct file *file)
{
	int err;

	return sock_from_file(file, &err);
}
#endif
