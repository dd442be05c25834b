// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/compat/ksyms.h"
#include "kmod/compat/perf.h"

/* It changes by itself, so its address is what is kept. */
u64 ebpf_compat_perf_max_rate(void)
{
	static u64 place;
	static int known;	/* el7 of 514 releases words only, no bool */
	int err;

	if (!READ_ONCE(known)) {
		err = ebpf_compat_ksym_find("sysctl_perf_event_sample_rate", &place);
		if (err)
			place = 0;
		if (err != -ENOMEM)
			smp_store_release(&known, 1);
	}
	return place ? READ_ONCE(*(int *)(unsigned long)place) : U64_MAX;
}
