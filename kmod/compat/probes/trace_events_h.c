// SPDX-License-Identifier: GPL-2.0-only
/* <linux/trace_events.h> since 4.2; <linux/ftrace_event.h> before and in el7. */
/* asks: trace_events.h */

#ifdef PROBE
#include <linux/trace_events.h>
#endif
