/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The numbers that the kernel gave its own PMUs of probes (4.17 and up), which programs that
 * no library shows another read in sysfs.
 */
#ifndef _KMOD_PMU_TYPE_H
#define _KMOD_PMU_TYPE_H

#include "kmod/compat/compat.h"

/* They become known. May sleep. */
void ebpf_pmu_types_find(void);
/* EBPFDRV_PERF_TYPE_* where @type is the number of such a PMU, else @type. Any context. */
u32 ebpf_pmu_own_type(u32 type);

#endif /* _KMOD_PMU_TYPE_H */
