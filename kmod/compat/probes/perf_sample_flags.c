// SPDX-License-Identifier: GPL-2.0-only
/* perf_sample_data says in sample_flags what of it is set since 6.1; before, pointers in
 * it are NULL.
 */
/* asks: sample_flags */
#include <linux/perf_event.h>

#ifdef PROBE
u64 probe(const struct perf_sample_data *data)
{
	return data->sample_flags;
}
#endif
