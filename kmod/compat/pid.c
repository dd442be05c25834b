// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/compat/pid.h"

#include <linux/bitops.h>
#include <linux/idr.h>

#ifdef HAVE_PID_IDR

struct pid *ebpf_compat_find_ge_pid(int nr, struct pid_namespace *ns)
{
	return idr_get_next(&ns->idr, &nr);
}

#else

#define MAP_BITS	(PAGE_SIZE * 8)

/* The next number in use, or the first of the next map. */
static int next_nr(const struct pidmap *map, int nr)
{
	const unsigned long *page = READ_ONCE(map->page);
	unsigned long at = nr % MAP_BITS;

	return nr - at + (page ? find_next_bit(page, MAP_BITS, at) : MAP_BITS);
}

/* Pages of maps stay as long as the namespace. */
struct pid *ebpf_compat_find_ge_pid(int nr, struct pid_namespace *ns)
{
	const struct pidmap *map;
	struct pid *pid;
	int next;

	while (nr < (int)PID_MAX_LIMIT) {
		map = &ns->pidmap[nr / MAP_BITS];
		next = next_nr(map, nr);
		if (next / MAP_BITS == nr / MAP_BITS) {
			/* None yet or no more: numbers come before and go after them. */
			pid = find_pid_ns(next, ns);
			if (pid)
				return pid;
			next++;
		}
		nr = next;
	}
	return NULL;
}

#endif
