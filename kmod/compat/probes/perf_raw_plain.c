// SPDX-License-Identifier: GPL-2.0-only
/* perf_raw_record.data and .size without fragments up to 4.7. */
/* asks: data */
#include <linux/perf_event.h>

#ifdef PROBE
const void *probe(const struct perf_raw_record *raw)
{
	return raw->size ? raw->data : 0;
}
#endif
