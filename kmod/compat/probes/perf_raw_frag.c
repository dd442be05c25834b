// SPDX-License-Identifier: GPL-2.0-only
/* perf_raw_record.frag since 4.8 and in el7 since 7.5; plain .data and .size
 * before.
 */
/* asks: frag */
#include <linux/perf_event.h>

#ifdef PROBE
const void *probe(const struct perf_raw_record *raw)
{
	return raw->frag.size ? raw->frag.data : 0;
}
#endif
