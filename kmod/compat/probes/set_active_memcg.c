// SPDX-License-Identifier: GPL-2.0-only
/* set_active_memcg() since 5.10. */
/* asks: set_active_memcg get_mem_cgroup_from_mm */
#include <linux/memcontrol.h>

#ifdef PROBE
#include <linux/sched/mm.h>

struct mem_cgroup *probe(struct mm_struct *mm)
{
	return set_active_memcg(get_mem_cgroup_from_mm(mm));
}
#endif
