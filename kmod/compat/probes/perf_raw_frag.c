// SPDX-License-Identifier: GPL-2.0-only
/* perf_raw_record.frag since 4.8 and in el7 since 7.5; plain .data and .size
 * before.
 */
#include <linux/perf_event.h>

const void *probe(const struct perf_raw_record *raw)
{
	return raw->frag.size ? raw->frag.data : 0;
}
