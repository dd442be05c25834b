// SPDX-License-Identifier: GPL-2.0-only
/*
 * harness: timeout=400
 *
 * What belongs to a task lives as long as it does; what a map holds besides data stays
 * out of commands' way; d_path names files.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/btf.h>

#include "client.h"
#include "faults.h"
#include "test_storage.h"

#define CHILDREN	60
#define ENOTSUPP	524

/* struct { u64 before; struct task_struct __kptr_untrusted *task; u64 after; }, as compilers that
 * know the tag write it. The plain tag is of what is held, where it is a task.
 */
static void holder_types(struct btf *btf)
{
	int word = btf__add_int(btf, "word", 4, 0), u64 = btf__add_int(btf, "u64", 8, 0);
	int task = btf__add_struct(btf, "task_struct", 0);
	int ptr = btf__add_ptr(btf, btf__add_type_tag(btf, "kptr_untrusted", task));

	if (word != 1)
		die("btf");
	btf__add_struct(btf, "holder", sizeof(struct holder_bytes));
	btf__add_field(btf, "before", u64, 0, 0);
	btf__add_field(btf, "task", ptr, 64, 0);
	btf__add_field(btf, "after", u64, 128, 0);
}

static void holder_map(const char *name, enum bpf_map_type type)
{
	struct bpf_map *map = bpf_object__find_map_by_name(obj, name);
	struct btf *btf = btf__new_empty();
	LIBBPF_OPTS(bpf_map_create_opts, opts);
	int fd;

	holder_types(btf);
	if (btf__load_into_kernel(btf))
		die("btf");
	opts.btf_fd = btf__fd(btf);
	opts.btf_key_type_id = 1;
	opts.btf_value_type_id = btf__type_cnt(btf) - 1;
	fd = bpf_map_create(type, name, 4, sizeof(struct holder_bytes), 4, &opts);
	if (fd < 0 || bpf_map__reuse_fd(map, fd))
		die(name);
	close(fd);
	btf__free(btf);
}

static void load(void)
{
	client_open("test_storage");
	holder_map("in_array", BPF_MAP_TYPE_ARRAY);
	holder_map("in_hash", BPF_MAP_TYPE_HASH);
	holder_map("in_percpu", BPF_MAP_TYPE_PERCPU_ARRAY);
	if (bpf_object__load(obj))
		die("bpf_object__load");
}

static int prog_fd(const char *name)
{
	return bpf_program__fd(prog_named(name));
}

static int run(const char *name, __u64 a, __u64 b, __u64 c)
{
	__u64 args[12] = { a, b, c };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = args, .ctx_size_in = sizeof(args));

	if (bpf_prog_test_run_opts(prog_fd(name), &opts))
		die(name);
	return opts.retval;
}

/*
 * Tasks
 */
static int task_op(int op)
{
	return run("task_op", op, 0, 0);
}

static void test_one_task(void)
{
	tap_eq(task_op(OP_GET), NOTHING, "a task has no value at first");
	tap_eq(task_op(OP_DELETE), -ENOENT, "none to delete");
	tap_eq(task_op(OP_CREATE), START, "one is made");
	tap_eq(task_op(OP_COUNT), START + 1, "it is kept");
	tap_eq(task_op(OP_CREATE), START + 1, "and not made again");
	tap_eq(task_op(OP_GET), START + 1, "and found");
	tap_eq(task_op(OP_BAD_FLAGS), NOTHING, "flags that do not exist");
	tap_eq(task_op(OP_DELETE), 0, "it is deleted");
	tap_eq(task_op(OP_GET), NOTHING, "and gone");
	tap_eq(task_op(OP_CREATE_ZERO), 0, "one of zeros, though another was there");
	tap_eq(task_op(OP_COUNT), 1, "it is kept, too");
}

static void *thread(void *arg)
{
	int *ret = arg;

	ret[0] = task_op(OP_GET);
	ret[1] = task_op(OP_CREATE);
	return NULL;
}

/* Tasks come and go at the same addresses. */
static void test_many_tasks(void)
{
	int i, status, ret[2], bad = 0;
	pthread_t t;

	if (pthread_create(&t, NULL, thread, ret) || pthread_join(t, NULL))
		die("pthread");
	tap_ok(ret[0] == NOTHING && ret[1] == START, "a thread has its own");
	tap_eq(task_op(OP_GET), 1, "this one's is what it was");
	for (i = 0; i < CHILDREN; i++) {
		pid_t pid = fork();

		if (!pid)
			_exit(task_op(OP_GET) != NOTHING || task_op(OP_CREATE) != START);
		if (pid < 0 || waitpid(pid, &status, 0) != pid)
			die("fork");
		bad += status != 0;
	}
	tap_eq(bad, 0, "no new task has an old one's value");
	tap_eq(task_op(OP_GET), 1, "this one's still is what it was");
}

static void test_task_commands(void)
{
	struct value v;
	int fd = map_fd("tasks"), key = 0, next;

	tap_eq(bpf_map_lookup_elem(fd, &key, &v), -ENOTSUPP, "no look-up by command");
	tap_eq(bpf_map_delete_elem(fd, &key), -ENOTSUPP, "no deletion by command");
	tap_eq(bpf_map_get_next_key(fd, NULL, &next), -ENOTSUPP, "no walk by command");
}

static int storage_create(__u32 flags, __u32 key_size, __u32 value_size, __u32 max, bool types)
{
	struct btf *btf = btf__new_empty();
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = flags);
	int fd;

	btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	btf__add_int(btf, "char", 1, BTF_INT_CHAR);
	btf__add_array(btf, 1, 2, value_size);
	if (btf__load_into_kernel(btf))
		die("btf");
	if (types) {
		opts.btf_fd = btf__fd(btf);
		opts.btf_key_type_id = 1;
		opts.btf_value_type_id = 3;
	}
	fd = bpf_map_create(BPF_MAP_TYPE_TASK_STORAGE, "t", key_size, value_size, max, &opts);
	btf__free(btf);
	if (fd >= 0)
		close(fd);
	return fd >= 0 ? 0 : fd;
}

static void test_create(void)
{
	tap_eq(storage_create(BPF_F_NO_PREALLOC, 4, 100, 0, true), 0, "a map for tasks");
	tap_eq(storage_create(0, 4, 100, 0, true), -EINVAL, "preallocated");
	tap_eq(storage_create(BPF_F_NO_PREALLOC | BPF_F_MMAPABLE, 4, 100, 0, true), -EINVAL,
	       "mmapable");
	tap_eq(storage_create(BPF_F_NO_PREALLOC, 8, 100, 0, true), -EINVAL, "with another key");
	tap_eq(storage_create(BPF_F_NO_PREALLOC, 4, 100, 1, true), -EINVAL, "with a limit");
	tap_eq(storage_create(BPF_F_NO_PREALLOC, 4, 100, 0, false), -EINVAL, "without types");
	tap_eq(storage_create(BPF_F_NO_PREALLOC, 4, 65536, 0, true), -E2BIG, "of large values");
}

/*
 * Kernel pointers
 */
static int kptr_op(int where, int op, int key)
{
	return run("kptr_op", where, op, key);
}

static void test_kptr(int where, const char *map)
{
	int ncpus = where == IN_PERCPU ? libbpf_num_possible_cpus() : 1, i, bad;
	int fd = map_fd(map);
	struct holder_bytes h[ncpus], zero[ncpus];
	__u32 key = 1;

	for (i = 0; i < ncpus; i++)
		h[i] = (struct holder_bytes){ 11, 0xffff888000000000ULL, 22 };
	memset(zero, 0, sizeof(zero));
	tap_eq(bpf_map_update_elem(fd, &key, h, 0), 0, "%s: a command sets a value", map);
	tap_eq(kptr_op(where, KPTR_PID, key), NOTHING, "%s: without the pointer", map);
	tap_eq(kptr_op(where, KPTR_STORE, key), 0, "%s: a program keeps a task", map);
	bad = bpf_map_lookup_elem(fd, &key, h);
	for (i = 0; i < ncpus; i++)
		bad |= h[i].before != 11 || h[i].task || h[i].after != 22;
	tap_ok(!bad, "%s: a command sees the data only", map);
	/* Another CPU has another value. */
	if (where != IN_PERCPU) {
		tap_eq(kptr_op(where, KPTR_SAME, key), 1, "%s: it is still there", map);
		tap_eq(kptr_op(where, KPTR_PID, key), syscall(SYS_gettid), "%s: and read through",
		       map);
		kptr_op(where, KPTR_CLEAR, key);
		tap_eq(kptr_op(where, KPTR_PID, key), NOTHING, "%s: a program drops it", map);
		kptr_op(where, KPTR_STORE, key);
	}
	tap_eq(bpf_map_update_elem(fd, &key, zero, 0), 0, "%s: a command replaces the value", map);
	tap_eq(kptr_op(where, KPTR_PID, key), NOTHING, "%s: and the pointer is gone", map);
	bad = bpf_map_lookup_elem(fd, &key, h);
	for (i = 0; i < ncpus; i++)
		bad |= h[i].before || h[i].task || h[i].after;
	tap_ok(!bad, "%s: and its data", map);
}

static void test_kptr_hash(void)
{
	struct holder_bytes h = { 1, 2, 3 }, out;
	int fd = map_fd("in_hash"), i, bad = 0;
	__u32 key = 2;

	for (i = 0; i < 20; i++) {
		bad |= bpf_map_update_elem(fd, &key, &h, 0);
		bad |= kptr_op(IN_HASH, KPTR_PID, key) != NOTHING;
		bad |= kptr_op(IN_HASH, KPTR_STORE, key) != 0;
		if (i % 2) {
			bad |= bpf_map_delete_elem(fd, &key);
			continue;
		}
		bad |= bpf_map_lookup_and_delete_elem(fd, &key, &out);
		bad |= out.before != 1 || out.task || out.after != 3;
	}
	tap_ok(!bad, "in_hash: no new element has an old one's pointer");
}

static void test_kptr_map(void)
{
	tap_eq(bpf_map_freeze(map_fd("in_array")), -ENOTSUPP, "it cannot be frozen");
}

/*
 * Control groups
 */
static int run_packets(const char *name)
{
	char packet[64] = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet, .data_size_in = sizeof(packet),
		    .repeat = REPEAT);

	if (bpf_prog_test_run_opts(prog_fd(name), &opts))
		die(name);
	return opts.retval;
}

static void test_cgroup(void)
{
	struct bpf_cgroup_storage_key key = { 1, 0 };
	int fd = map_fd("shared");
	struct value v = { 0 };

	tap_eq(run_packets("count_shared"), 1, "a value lasts for the runs of one command");
	tap_eq(run_packets("count_shared"), 1, "and starts as zeros with the next");
	tap_eq(run_packets("count_percpu"), 1, "a CPU's value, too");
	tap_eq(run_packets("count_percpu"), 1, "and again");
	tap_eq(bpf_map_lookup_elem(fd, &key, &v), -ENOENT, "nothing to look up");
	tap_eq(bpf_map_update_elem(fd, &key, &v, 0), -ENOENT, "nothing to update");
	tap_eq(bpf_map_update_elem(fd, &key, &v, BPF_NOEXIST), -EINVAL, "nothing to add");
	tap_eq(bpf_map_delete_elem(fd, &key), -EINVAL, "nothing to delete");
	tap_eq(bpf_map_get_next_key(fd, NULL, &key), -ENOENT, "nothing to walk over");
}

/*
 * Names
 */
static void test_names(void)
{
	struct named n = { .tgid = getpid() };
	char name[] = "/tmp/storage_name_XXXXXX";
	struct bpf_link *link;
	__u32 zero = 0;
	int fd = mkstemp(name), map = map_fd("names");

	if (fd < 0)
		die(name);
	link = bpf_program__attach(bpf_object__find_program_by_name(obj, "name_closed"));
	if (!link)
		die("attach");
	/* The program sees each file that is closed. */
	faults_hold(true);
	bpf_map_update_elem(map, &zero, &n, 0);
	close(fd);
	bpf_map_lookup_elem(map, &zero, &n);
	bpf_link__destroy(link);
	faults_hold(false);
	tap_eq(n.hits, 1, "the close is seen");
	tap_eq(n.len, (long)sizeof(name), "its name's length");
	tap_ok(!strcmp(n.path, name), "%s is %s", name, n.path);
	tap_eq(n.len_small, -ENAMETOOLONG, "no room for it");
	unlink(name);
}

int main(int argc, char **argv)
{
	client_preload(argv);
	load();
	test_one_task();
	test_many_tasks();
	test_task_commands();
	test_create();
	test_kptr(IN_ARRAY, "in_array");
	test_kptr(IN_HASH, "in_hash");
	test_kptr(IN_PERCPU, "in_percpu");
	test_kptr_hash();
	test_kptr_map();
	test_cgroup();
	test_names();
	bpf_object__close(obj);
	return tap_end();
}
