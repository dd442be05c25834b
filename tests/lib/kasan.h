/* SPDX-License-Identifier: GPL-2.0-only */
/* Does KASAN watch this kernel's memory? It takes memory of its own, keeps what was
 * freed for a while, and makes stacks larger, so measures of these say nothing there.
 */
#ifndef KASAN_H
#define KASAN_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static inline bool kernel_has_kasan(void)
{
	char line[256], name[128];
	bool found = false;
	FILE *f = fopen("/proc/kallsyms", "r");

	while (f && !found && fgets(line, sizeof(line), f))
		found = sscanf(line, "%*x %*c %127s", name) == 1 && !strcmp(name, "kasan_report");
	if (f)
		fclose(f);
	return found;
}

#endif
