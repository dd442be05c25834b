// SPDX-License-Identifier: GPL-2.0-only
/* `ebpfdrvctl status` and `ebpfdrvctl top`. */
#include "ctl.h"
#include "objects.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

/* Return: the device's descriptor, or -1 with a line on stderr. */
static int ask_device(struct device *device)
{
	open_device(device);
	if (device->ours && device->info.abi_version == EBPFDRV_ABI_VERSION)
		return device->fd;
	if (device->fd < 0)
		fprintf(stderr, "ebpfdrvctl: %s: %s", machine.device, strerror(device->error));
	else if (!device->ours)
		fprintf(stderr, "ebpfdrvctl: %s: not the device of ebpfdrv.ko", machine.device);
	else
		fprintf(stderr, "ebpfdrvctl: the module speaks ABI %u, these tools ABI %u",
			device->info.abi_version, EBPFDRV_ABI_VERSION);
	fputs("; ebpfdrvctl doctor says more\n", stderr);
	return -1;
}

static bool list_objects(int fd, struct objects *objects)
{
	int error = find_objects(fd, objects);

	if (error)
		fprintf(stderr, "ebpfdrvctl: %s: to see objects by number takes CAP_SYS_ADMIN\n",
			strerror(error));
	return !error;
}

/* --- as text ------------------------------------------------------------------------- */

static const struct {
	unsigned long long bit;
	const char *name;
} features[] = {
	{ EBPFDRV_FEATURE_KPROBE, "kprobe" }, { EBPFDRV_FEATURE_UPROBE, "uprobe" },
	{ EBPFDRV_FEATURE_TRACEPOINT, "tracepoint" },
	{ EBPFDRV_FEATURE_RAW_TRACEPOINT, "raw_tracepoint" },
	{ EBPFDRV_FEATURE_PERF_SAMPLING, "perf_sampling" }, { EBPFDRV_FEATURE_BTF, "btf" },
	{ EBPFDRV_FEATURE_FTRACE, "ftrace" }, { EBPFDRV_FEATURE_ADOPT, "adopt" },
};

#define FEATURES	(sizeof(features) / sizeof(features[0]))

static void print_module(const struct device *device, const struct ebpfdrv_stats *stats)
{
	size_t i;

	printf("module    version %s, ABI %u\n", device->info.version, device->info.abi_version);
	printf("objects   %llu programs, %llu maps, %llu links, %llu BTF, %llu perf events\n",
	       (unsigned long long)stats->progs, (unsigned long long)stats->maps,
	       (unsigned long long)stats->links, (unsigned long long)stats->btfs,
	       (unsigned long long)stats->events);
	printf("code      %llu of %llu KiB\n", (unsigned long long)stats->jit_bytes >> 10,
	       (unsigned long long)stats->jit_size >> 10);
	printf("missed    %llu runs\n", (unsigned long long)stats->missed);
	for (i = 0; i < FEATURES; i++)
		if (!(device->info.features & features[i].bit))
			printf("off       %s: %s\n", features[i].name,
			       features[i].bit == EBPFDRV_FEATURE_BTF ?
			       "no BTF was taken; ebpfdrvctl doctor says why" :
			       "this kernel has not what it needs; dmesg says what");
}

static const char *owners_of(const struct object *object)
{
	return object->owners[0] ? object->owners : "-";
}

static void print_objects(const struct objects *objects)
{
	const struct object *object;
	unsigned int i;

	puts("\nPROGRAMS\n    ID TYPE            NAME                   RUNS     NS/RUN   MISSED  OWNERS");
	for (i = 0; i < objects->count; i++) {
		object = &objects->list[i];
		if (object->kind == PROGRAM)
			printf("%6u %-15s %-16s %10llu %10llu %8llu  %s\n", object->id, type_name(object),
			       object->name, object->runs,
			       object->runs ? object->nsecs / object->runs : 0, object->misses,
			       owners_of(object));
	}
	puts("\nMAPS\n    ID TYPE            NAME                ENTRIES    KEY  VALUE      BYTES  OWNERS");
	for (i = 0; i < objects->count; i++) {
		object = &objects->list[i];
		if (object->kind == MAP)
			printf("%6u %-15s %-16s %10u %6u %6u %10llu  %s\n", object->id, type_name(object),
			       object->name, object->max_entries, object->key_size, object->value_size,
			       object->memory, owners_of(object));
	}
	puts("\nLINKS\n    ID TYPE            PROGRAM  OWNERS");
	for (i = 0; i < objects->count; i++) {
		object = &objects->list[i];
		if (object->kind == LINK)
			printf("%6u %-15s %7u  %s\n", object->id, type_name(object), object->prog_id,
			       owners_of(object));
	}
	puts("\nRuns and their time are counted while somebody asks for it, as ebpfdrvctl top does.\n"
	     "\"-\": held by a link, a program or a file where it is pinned, or by no process that is"
	     " seen.");
}

/* --- as JSON -------------------------------------------------------------------------- */

static void print_json_object(const struct object *object)
{
	static const char *const kinds[] = { "program", "map", "link" };

	printf("{\"kind\": \"%s\", \"id\": %u, \"type\": \"%s\", \"name\": ", kinds[object->kind],
	       object->id, type_name(object));
	print_json_string(object->name);
	if (object->kind == PROGRAM)
		printf(", \"runs\": %llu, \"ns\": %llu, \"missed\": %llu", object->runs, object->nsecs,
		       object->misses);
	if (object->kind == MAP)
		printf(", \"entries\": %u, \"key\": %u, \"value\": %u, \"bytes\": %llu",
		       object->max_entries, object->key_size, object->value_size, object->memory);
	if (object->kind == LINK)
		printf(", \"program\": %u", object->prog_id);
	printf(", \"owners\": ");
	print_json_string(object->owners);
	putchar('}');
}

static void print_json(const struct device *device, const struct ebpfdrv_stats *stats,
		       const struct objects *objects)
{
	unsigned int i;

	printf("{\"version\": ");
	print_json_string(device->info.version);
	printf(", \"abi\": %u, \"programs\": %llu, \"maps\": %llu, \"links\": %llu, \"btf\": %llu, "
	       "\"events\": %llu, \"code_bytes\": %llu, \"code_size\": %llu, \"missed\": %llu,\n",
	       device->info.abi_version, (unsigned long long)stats->progs,
	       (unsigned long long)stats->maps, (unsigned long long)stats->links,
	       (unsigned long long)stats->btfs, (unsigned long long)stats->events,
	       (unsigned long long)stats->jit_bytes, (unsigned long long)stats->jit_size,
	       (unsigned long long)stats->missed);
	printf(" \"features\": {");
	for (i = 0; i < FEATURES; i++)
		printf("%s\"%s\": %s", i ? ", " : "", features[i].name,
		       device->info.features & features[i].bit ? "true" : "false");
	printf("},\n \"objects\": [");
	for (i = 0; i < objects->count; i++) {
		printf("%s\n  ", i ? "," : "");
		print_json_object(&objects->list[i]);
	}
	printf("\n]}\n");
}

int status(bool json)
{
	struct objects objects = { NULL, 0 };
	struct ebpfdrv_stats stats = { 0 };
	struct device device;
	int fd = ask_device(&device);

	if (fd < 0 || !list_objects(fd, &objects))
		return EXIT_BROKEN;
	ioctl(fd, EBPFDRV_IOC_STATS, &stats);
	find_owners(&objects);
	if (json) {
		print_json(&device, &stats, &objects);
	} else {
		print_module(&device, &stats);
		print_objects(&objects);
	}
	free(objects.list);
	return EXIT_FINE;
}

/* --- top ------------------------------------------------------------------------------- */

/* What was counted since @before was listed stands in @now then. */
static void subtract(struct objects *now, const struct objects *before)
{
	unsigned int i, j;

	for (i = 0; i < now->count; i++)
		for (j = 0; j < before->count; j++)
			if (now->list[i].kind == PROGRAM && before->list[j].kind == PROGRAM &&
			    now->list[i].id == before->list[j].id) {
				now->list[i].runs -= before->list[j].runs;
				now->list[i].nsecs -= before->list[j].nsecs;
				now->list[i].misses -= before->list[j].misses;
			}
}

static int by_cost(const void *a, const void *b)
{
	const struct object *x = a, *y = b;

	if (x->nsecs != y->nsecs)
		return x->nsecs < y->nsecs ? 1 : -1;
	return (x->id > y->id) - (x->id < y->id);
}

static void print_top(struct objects *delta, double elapsed)
{
	const struct object *object;
	unsigned int i, shown = 0;

	qsort(delta->list, delta->count, sizeof(*delta->list), by_cost);
	if (isatty(1))
		fputs("\033[H\033[J", stdout);
	puts("    ID TYPE            NAME               RUNS/S     NS/RUN   CPU %   MISSED  OWNERS");
	for (i = 0; i < delta->count && shown < 40; i++) {
		object = &delta->list[i];
		if (object->kind != PROGRAM)
			continue;
		shown++;
		printf("%6u %-15s %-16s %8.0f %10llu %7.3f %8llu  %s\n", object->id, type_name(object),
		       object->name, object->runs / elapsed,
		       object->runs ? object->nsecs / object->runs : 0,
		       object->nsecs / elapsed / 1e7, object->misses, owners_of(object));
	}
	fflush(stdout);
}

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

int top(unsigned int seconds, unsigned int rounds)
{
	struct objects before = { NULL, 0 }, now, delta;
	union ebpf_attr attr;
	struct device device;
	double start, end;
	int fd = ask_device(&device);
	unsigned int i;

	if (fd < 0)
		return EXIT_BROKEN;
	/* Counted as long as this descriptor is open. */
	memset(&attr, 0, sizeof(attr));
	attr.enable_stats.type = EBPF_STATS_RUN_TIME;
	if (device_bpf(fd, EBPF_ENABLE_STATS, &attr) < 0) {
		fprintf(stderr, "ebpfdrvctl: runs cannot be counted: %s\n", strerror(errno));
		return EXIT_BROKEN;
	}
	start = seconds_now();
	if (!list_objects(fd, &before))
		return EXIT_BROKEN;
	for (i = 0; !rounds || i < rounds; i++) {
		sleep(seconds ? seconds : 1);
		memset(&now, 0, sizeof(now));
		if (!list_objects(fd, &now))
			return EXIT_BROKEN;
		end = seconds_now();
		delta.count = now.count;
		delta.list = malloc((now.count + 1) * sizeof(*now.list));
		if (!delta.list)
			return EXIT_BROKEN;
		memcpy(delta.list, now.list, now.count * sizeof(*now.list));
		subtract(&delta, &before);
		find_owners(&delta);
		print_top(&delta, end - start);
		free(delta.list);
		free(before.list);
		before = now;
		start = end;
	}
	free(before.list);
	return EXIT_FINE;
}
