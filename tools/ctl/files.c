// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include "ctl.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct machine machine = { .root = "" };

const char *at(const char *fmt, ...)
{
	static char paths[4][PATH_MAX];
	static unsigned int turn;
	char *path = paths[turn++ % 4];
	va_list ap;
	size_t len;

	len = snprintf(path, PATH_MAX, "%s", machine.root);
	if (len >= PATH_MAX)
		len = PATH_MAX - 1;
	va_start(ap, fmt);
	vsnprintf(path + len, PATH_MAX - len, fmt, ap);
	va_end(ap);
	return path;
}

bool exists(const char *path)
{
	return !access(path, F_OK);
}

void first_line(const char *path, char *line, size_t size)
{
	FILE *file = fopen(path, "r");

	if (!file || !fgets(line, size, file))
		line[0] = '\0';
	line[strcspn(line, "\n")] = '\0';
	if (file)
		fclose(file);
}

#define LOOKED_AT	(64UL << 20)

/* Files of /proc and /sys cannot be mapped. The caller frees. */
static char *read_all(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	size_t room = 0;
	char *data = NULL, *more;
	ssize_t got = 1;

	for (*size = 0; fd >= 0 && got > 0 && *size < LOOKED_AT; *size += got) {
		if (room - *size < 65536) {
			room = room ? room * 2 : 131072;
			more = realloc(data, room);
			if (!more)
				break;
			data = more;
		}
		got = read(fd, data + *size, room - *size);
		if (got < 0)
			got = 0;
	}
	if (fd >= 0)
		close(fd);
	return data;
}

bool word_behind(const char *path, const char *text, char *word, size_t size)
{
	size_t len, n = 0;
	char *data = read_all(path, &len), *found;

	found = data ? memmem(data, len, text, strlen(text)) : NULL;
	if (found) {
		found += strlen(text);
		while (found + n < data + len && found[n] > ' ' && n < size - 1)
			n++;
		memcpy(word, found, n);
		word[n] = '\0';
	}
	free(data);
	return found;
}

bool holds(const char *path, const char *text)
{
	char word[1];

	return word_behind(path, text, word, sizeof(word));
}

bool find_tool(const char *name, char *path, size_t size)
{
	char self[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (len <= 0)
		return false;
	self[len] = '\0';
	*strrchr(self, '/') = '\0';
	return snprintf(path, size, "%s/%s", self, name) < (int)size && !access(path, X_OK);
}
