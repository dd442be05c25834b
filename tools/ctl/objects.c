// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include "ctl.h"
#include "objects.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const prog_types[] = {
	"unspec", "socket_filter", "kprobe", "sched_cls", "sched_act", "tracepoint", "xdp", "perf_event",
	"cgroup_skb", "cgroup_sock", "lwt_in", "lwt_out", "lwt_xmit", "sock_ops", "sk_skb",
	"cgroup_device", "sk_msg", "raw_tracepoint", "cgroup_sock_addr", "lwt_seg6local", "lirc_mode2",
	"sk_reuseport", "flow_dissector", "cgroup_sysctl", "raw_tracepoint_writable", "cgroup_sockopt",
	"tracing", "struct_ops", "ext", "lsm", "sk_lookup", "syscall",
	"netfilter",
};

static const char *const map_types[] = {
	"unspec", "hash", "array", "prog_array", "perf_event_array", "percpu_hash", "percpu_array",
	"stack_trace", "cgroup_array", "lru_hash", "lru_percpu_hash", "lpm_trie", "array_of_maps",
	"hash_of_maps", "devmap", "sockmap", "cpumap", "xskmap", "sockhash", "cgroup_storage",
	"reuseport_sockarray", "percpu_cgroup_storage", "queue", "stack", "sk_storage", "devmap_hash",
	"struct_ops", "ringbuf", "inode_storage", "task_storage", "bloom_filter", "user_ringbuf",
};

static const char *const link_types[] = {
	"unspec", "raw_tracepoint", "tracing", "cgroup", "iter", "netns", "xdp", "perf_event",
	"kprobe_multi", "struct_ops",
};

const char *type_name(const struct object *object)
{
	static const struct {
		const char *const *names;
		unsigned int count;
	} kinds[] = {
		[PROGRAM] = { prog_types, sizeof(prog_types) / sizeof(prog_types[0]) },
		[MAP] = { map_types, sizeof(map_types) / sizeof(map_types[0]) },
		[LINK] = { link_types, sizeof(link_types) / sizeof(link_types[0]) },
	};

	return object->type < kinds[object->kind].count ? kinds[object->kind].names[object->type] : "?";
}

static const struct {
	unsigned int next, open;
} commands[] = {
	[PROGRAM] = { EBPF_PROG_GET_NEXT_ID, EBPF_PROG_GET_FD_BY_ID },
	[MAP] = { EBPF_MAP_GET_NEXT_ID, EBPF_MAP_GET_FD_BY_ID },
	[LINK] = { EBPF_LINK_GET_NEXT_ID, EBPF_LINK_GET_FD_BY_ID },
};

/* --- one object -------------------------------------------------------------------- */

/* What fdinfo says behind @name, or @otherwise. */
static void fdinfo_word(FILE *file, const char *name, char *word, size_t size)
{
	char line[256];
	size_t len = strlen(name);

	rewind(file);
	word[0] = '\0';
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, name, len) && line[len] == ':' && line[len + 1] == '\t') {
			snprintf(word, size, "%.*s", (int)size - 1, line + len + 2);
			return;
		}
	}
}

static const char *const id_names[] = { "prog_id", "map_id", "link_id" };

/* The kernel's own bpf(2) numbers its objects, too: what else they have in common is little. */
static bool fdinfo_key(FILE *file, enum object_kind kind, unsigned int *id, char *key, size_t size)
{
	static const char *const parts[][5] = {
		[PROGRAM] = { "prog_type", "prog_tag" },
		[MAP] = { "map_type", "key_size", "value_size", "max_entries", "map_flags" },
		[LINK] = { "link_type", "prog_tag", "prog_id" },
	};
	char word[64];
	size_t i, len = 0;

	fdinfo_word(file, id_names[kind], word, sizeof(word));
	if (!isdigit((unsigned char)word[0]))
		return false;
	*id = strtoul(word, NULL, 10);
	key[0] = '\0';
	for (i = 0; i < 5 && parts[kind][i] && len < size; i++) {
		fdinfo_word(file, parts[kind][i], word, sizeof(word));
		if (!word[0])
			return false;
		len += snprintf(key + len, size - len, "%s ", word);
	}
	return true;
}

static void read_own_fdinfo(int fd, struct object *object)
{
	char path[64], word[64];
	unsigned int id;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "r");
	if (!file)
		return;
	fdinfo_key(file, object->kind, &id, object->key, sizeof(object->key));
	fdinfo_word(file, "memlock", word, sizeof(word));
	object->memory = strtoull(word, NULL, 10);
	fclose(file);
}

static long get_info(int device, int fd, void *info, unsigned int size)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	memset(info, 0, size);
	attr.info.bpf_fd = fd;
	attr.info.info_len = size;
	attr.info.info = (unsigned long)info;
	return device_bpf(device, EBPF_OBJ_GET_INFO_BY_FD, &attr);
}

static void take_name(struct object *object, const char *name)
{
	size_t i;

	for (i = 0; i < EBPF_OBJ_NAME_LEN && name[i]; i++)
		object->name[i] = printable(name[i]);
}

static long describe(int device, int fd, struct object *object)
{
	struct ebpf_prog_info prog;
	struct ebpf_map_info map;
	struct ebpf_link_info link;
	long ret;

	switch (object->kind) {
	case PROGRAM:
		ret = get_info(device, fd, &prog, sizeof(prog));
		object->type = prog.type;
		take_name(object, prog.name);
		object->runs = prog.run_cnt;
		object->nsecs = prog.run_time_ns;
		object->misses = prog.recursion_misses;
		return ret;
	case MAP:
		ret = get_info(device, fd, &map, sizeof(map));
		object->type = map.type;
		take_name(object, map.name);
		object->key_size = map.key_size;
		object->value_size = map.value_size;
		object->max_entries = map.max_entries;
		return ret;
	default:
		ret = get_info(device, fd, &link, sizeof(link));
		object->type = link.type;
		object->prog_id = link.prog_id;
		return ret;
	}
}

/* --- all of them -------------------------------------------------------------------- */

static struct object *add_object(struct objects *objects)
{
	struct object *list = realloc(objects->list, (objects->count + 1) * sizeof(*list));

	if (!list)
		return NULL;
	objects->list = list;
	memset(&list[objects->count], 0, sizeof(*list));
	return &list[objects->count];
}

/* Those that go away meanwhile are left out. */
static int find_kind(int device, enum object_kind kind, struct objects *objects)
{
	union ebpf_attr attr;
	struct object *object;
	unsigned int id = 0;
	long fd;

	for (;;) {
		memset(&attr, 0, sizeof(attr));
		attr.start_id = id;
		if (device_bpf(device, commands[kind].next, &attr))
			return errno == ENOENT ? 0 : errno;
		id = attr.next_id;
		memset(&attr, 0, sizeof(attr));
		attr.prog_id = id;
		fd = device_bpf(device, commands[kind].open, &attr);
		if (fd < 0 && errno != ENOENT)
			return errno;
		if (fd < 0)
			continue;
		object = add_object(objects);
		if (object) {
			object->kind = kind;
			object->id = id;
			read_own_fdinfo(fd, object);
			if (!describe(device, fd, object))
				objects->count++;
		}
		close(fd);
		if (!object)
			return ENOMEM;
	}
}

int find_objects(int fd, struct objects *objects)
{
	int error = find_kind(fd, PROGRAM, objects);

	if (!error)
		error = find_kind(fd, MAP, objects);
	return error ? error : find_kind(fd, LINK, objects);
}

/* --- whose they are ------------------------------------------------------------------ */

static void add_owner(struct object *object, unsigned int pid, const char *name)
{
	size_t len = strlen(object->owners);
	char owner[64];

	snprintf(owner, sizeof(owner), "%s(%u)", name, pid);
	if (strstr(object->owners, owner) || len + strlen(owner) + 2 > sizeof(object->owners))
		return;
	snprintf(object->owners + len, sizeof(object->owners) - len, "%s%s", len ? " " : "", owner);
}

static void match_file(struct objects *objects, FILE *file, unsigned int pid, const char *name)
{
	enum object_kind kind;
	unsigned int id, i;
	char key[128];

	/* Links name their programs, too. */
	if (fdinfo_key(file, LINK, &id, key, sizeof(key)))
		kind = LINK;
	else if (fdinfo_key(file, MAP, &id, key, sizeof(key)))
		kind = MAP;
	else if (fdinfo_key(file, PROGRAM, &id, key, sizeof(key)))
		kind = PROGRAM;
	else
		return;
	for (i = 0; i < objects->count; i++)
		if (objects->list[i].kind == kind && objects->list[i].id == id &&
		    !strcmp(objects->list[i].key, key))
			add_owner(&objects->list[i], pid, name);
}

/* Tasks name themselves. */
static void make_printable(char *name)
{
	for (; *name; name++)
		*name = printable(*name);
}

static void match_process(struct objects *objects, unsigned int pid)
{
	char path[300], name[32], target[64];
	struct dirent *entry;
	FILE *file;
	ssize_t len;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	first_line(path, name, sizeof(name));
	make_printable(name);
	snprintf(path, sizeof(path), "/proc/%u/fd", pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/%u/fd/%s", pid, entry->d_name);
		len = readlink(path, target, sizeof(target) - 1);
		if (len < 11 || memcmp(target, "anon_inode:", 11))
			continue;
		snprintf(path, sizeof(path), "/proc/%u/fdinfo/%s", pid, entry->d_name);
		file = fopen(path, "r");
		if (!file)
			continue;
		match_file(objects, file, pid, name);
		fclose(file);
	}
	if (dir)
		closedir(dir);
}

void find_owners(struct objects *objects)
{
	struct dirent *entry;
	unsigned int pid;
	DIR *proc = opendir("/proc");

	while (proc && (entry = readdir(proc))) {
		pid = strtoul(entry->d_name, NULL, 10);
		if (pid && pid != (unsigned int)getpid())
			match_process(objects, pid);
	}
	if (proc)
		closedir(proc);
}
