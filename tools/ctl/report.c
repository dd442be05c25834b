// SPDX-License-Identifier: GPL-2.0-only
/* Findings, in the order in which they were made, as text or JSON. */
#include "ctl.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FINDINGS_MAX	128

static struct finding {
	enum verdict verdict;
	const char *name;
	char text[1024], todo[1024];
} findings[FINDINGS_MAX];
static unsigned int count;

static const char *const words[] = { "ok", "note", "lacks", "FAILS" };
static const char *const json_words[] = { "ok", "note", "lacks", "fails" };

void report(enum verdict verdict, const char *name, const char *todo, const char *fmt, ...)
{
	struct finding *finding = &findings[count < FINDINGS_MAX ? count++ : FINDINGS_MAX - 1];
	va_list ap;

	finding->verdict = verdict;
	finding->name = name;
	va_start(ap, fmt);
	vsnprintf(finding->text, sizeof(finding->text), fmt, ap);
	va_end(ap);
	snprintf(finding->todo, sizeof(finding->todo), "%s", todo ? todo : "");
}

void print_json_string(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			printf("\\%c", *text);
		else if ((unsigned char)*text < ' ' || *text == 0x7f)
			printf("\\u%04x", (unsigned char)*text);
		else
			putchar(*text);
	}
	putchar('"');
}

static void print_json(enum verdict worst)
{
	unsigned int i;

	printf("{\"release\": ");
	print_json_string(machine.release);
	printf(", \"result\": \"%s\", \"findings\": [", json_words[worst]);
	for (i = 0; i < count; i++) {
		printf("%s\n  {\"about\": \"%s\", \"verdict\": \"%s\", \"text\": ", i ? "," : "",
		       findings[i].name, json_words[findings[i].verdict]);
		print_json_string(findings[i].text);
		if (findings[i].todo[0]) {
			printf(", \"do\": ");
			print_json_string(findings[i].todo);
		}
		putchar('}');
	}
	printf("\n]}\n");
}

/* Whoever wrote a script named its interpreter. */
static void print_plain(const char *text)
{
	for (; *text; text++)
		putchar(printable(*text));
	putchar('\n');
}

static void print_text(enum verdict worst)
{
	static const char *const ends[] = {
		"Programs run here.", "Programs run here.",
		"Programs run here, but not everything works.", "Programs do not run here.",
	};
	unsigned int i;

	for (i = 0; i < count; i++) {
		printf("%-6s %-10s ", words[findings[i].verdict], findings[i].name);
		print_plain(findings[i].text);
		if (!findings[i].todo[0])
			continue;
		printf("%-6s %-10s -> ", "", "");
		print_plain(findings[i].todo);
	}
	puts(ends[worst]);
}

int print_report(bool json)
{
	enum verdict worst = FINE;
	unsigned int i;

	for (i = 0; i < count; i++)
		if (findings[i].verdict > worst)
			worst = findings[i].verdict;
	if (json)
		print_json(worst);
	else
		print_text(worst);
	return worst == BROKEN ? EXIT_BROKEN : worst == LACKING ? EXIT_PARTLY : EXIT_FINE;
}
