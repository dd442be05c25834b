// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/compat/perf.h"

#include <linux/ctype.h>

/* The kernel's description of a field of a record, as far as all kernels from
 * 2.6.34 on agree. It is in no header, so nothing of it is trusted.
 */
struct field_head {
	struct list_head link;
	const char *name;
	const char *type;
	int filter_type;
	int offset;
	int size;
};

static struct list_head *event_fields(const struct perf_event *pe)
{
	if (pe->tp_event->class->get_fields)
		return pe->tp_event->class->get_fields(pe->tp_event);
	return &pe->tp_event->class->fields;
}

static bool is_name(const char *name)
{
	char c[2];

	if (compat_copy_from_kernel_nofault(c, name, sizeof(c)))
		return false;
	return c[0] == '_' || isalpha(c[0]);
}

/* The fields' list begins with the one that was defined last, at the end. */
int ebpf_compat_event_fields_end(const struct perf_event *pe)
{
	struct list_head *fields = event_fields(pe);
	struct field_head last;

	if (!fields || list_empty(fields))
		return -ENOENT;
	if (compat_copy_from_kernel_nofault(&last, fields->next, sizeof(last)))
		return -ENOENT;
	if (last.link.prev != fields || !is_name(last.name) || !is_name(last.type))
		return -ENOENT;
	if (last.offset < 8 || last.offset > 8192 || last.size < 0 || last.size > 8192)
		return -ENOENT;
	return last.offset + last.size;
}
