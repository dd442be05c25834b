// SPDX-License-Identifier: GPL-2.0-only
#include "suspects.h"

#include <stdio.h>
#include <string.h>
#include <tap.h>

static const char *const names[SUSPECT_UNEXPLAINED] = {
	"linked copies", "mild arithmetic", "filled dynptr", "several of these", "mild stack",
	"tried", "frozen pointer",
};
static bool known[SUSPECT_UNEXPLAINED];
static u64 nr[SUSPECT_CLASSES];

/* Lines that begin with a name and a colon; what follows is for people. */
bool suspects_init(void)
{
	FILE *f = fopen(SUSPECTS_KNOWN, "r");
	char line[256];
	u32 i;

	if (!f)
		return false;
	while (fgets(line, sizeof(line), f))
		for (i = 0; i < SUSPECT_UNEXPLAINED; i++) {
			size_t len = strlen(names[i]);

			if (!strncmp(line, names[i], len) && line[len] == ':')
				known[i] = true;
		}
	fclose(f);
	return true;
}

bool suspects_add(enum suspect_class class)
{
	if (class < SUSPECT_UNEXPLAINED && !known[class])
		class = SUSPECT_UNEXPLAINED;
	nr[class]++;
	return class != SUSPECT_UNEXPLAINED;
}

u64 suspects_unexplained(void)
{
	return nr[SUSPECT_UNEXPLAINED];
}

void suspects_say(void)
{
	u32 i;

	for (i = 0; i < SUSPECT_UNEXPLAINED; i++)
		tap_diag("only pruning accepts: %llu (%s)", nr[i], names[i]);
	tap_diag("only pruning accepts: %llu, unexplained", nr[SUSPECT_UNEXPLAINED]);
}
