// SPDX-License-Identifier: GPL-2.0-only
/*
 * Linux's tests of maps, case by case: SUITE names one of its programs, unmodified, whose cases
 * this runs each in a process of its own, where they would end with the first that fails. Built
 * and run by tests/suites/test_maps.
 *
 * One line a case, CASE<tab>VERDICT<tab>LAST LINE, verdict one of OK FAIL SLOW, and the sum.
 */
#define _GNU_SOURCE
#define main suite_main
#include SUITE
#undef main

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#define SECONDS_PER_CASE	400

struct suite_case {
	const char *name;
	void (*run)(void);
};

#ifdef WITH_LRU
#define TARGET(flags) ((flags) & BPF_F_NO_COMMON_LRU ? PERCPU_FREE_TARGET : LOCAL_FREE_TARGET)
#define LRU(n, name, args, type, flags) \
	static void lru_##n##_##name(void) { test_lru_sanity##n args(type, flags); }
#define PLAIN(type, flags) (BPF_MAP_TYPE_##type, flags)
#define WITH_TARGET(type, flags) (BPF_MAP_TYPE_##type, flags, TARGET(flags))
#define LRU_ALL(name, type, flags)			\
	LRU(0, name, PLAIN, type, flags)		\
	LRU(1, name, WITH_TARGET, type, flags)		\
	LRU(2, name, WITH_TARGET, type, flags)		\
	LRU(3, name, WITH_TARGET, type, flags)		\
	LRU(4, name, WITH_TARGET, type, flags)		\
	LRU(5, name, PLAIN, type, flags)		\
	LRU(6, name, WITH_TARGET, type, flags)		\
	LRU(7, name, PLAIN, type, flags)		\
	LRU(8, name, PLAIN, type, flags)
LRU_ALL(hash, LRU_HASH, 0)
LRU_ALL(percpu, LRU_PERCPU_HASH, 0)
LRU_ALL(hash_own, LRU_HASH, BPF_F_NO_COMMON_LRU)
LRU_ALL(percpu_own, LRU_PERCPU_HASH, BPF_F_NO_COMMON_LRU)

#define CASE(n, name) { "lru" #n "/" #name, lru_##n##_##name }
#define CASES(name)							\
	CASE(0, name), CASE(1, name), CASE(2, name), CASE(3, name), CASE(4, name),	\
	CASE(5, name), CASE(6, name), CASE(7, name), CASE(8, name)

static void suite_init(void)
{
	nr_cpus = bpf_num_possible_cpus();
}

static const struct suite_case cases[] = {
	CASES(hash), CASES(percpu), CASES(hash_own), CASES(percpu_own),
};
#endif

#ifdef WITH_LPM
static void lpm_maps(void)
{
	int i;

	for (i = 1; i <= 16; i++)
		test_lpm_map(i);
}

static void suite_init(void)
{
	srand(0xf00ba1);
}

static const struct suite_case cases[] = {
	{ "lpm/basic", test_lpm_basic }, { "lpm/order", test_lpm_order }, { "lpm/map", lpm_maps },
	{ "lpm/ipaddr", test_lpm_ipaddr }, { "lpm/delete", test_lpm_delete },
	{ "lpm/get_next_key", test_lpm_get_next_key },
	{ "lpm/multi_thread", test_lpm_multi_thread },
};
#endif

#ifdef WITH_TAG
/* Of testing_helpers.c, which wants all of the tree. */
int bpf_test_load_program(enum bpf_prog_type type, const struct bpf_insn *insns, size_t insns_cnt,
			  const char *license, __u32 kern_version, char *log_buf, size_t log_buf_sz)
{
	(void)kern_version, (void)log_buf, (void)log_buf_sz;
	return bpf_prog_load(type, NULL, license, insns, insns_cnt, NULL);
}

/* Every size takes an hour where instructions are emulated. */
static void tag_sizes(int first, int fd, void (*filler)(unsigned int insns, int fd))
{
	int n, prog;

	for (n = first; n <= BPF_MAXINSNS; n += n < 48 ? 1 : n / 3) {
		uint8_t ftag[8], atag[8];

		prog = bpf_try_load_prog(n, fd, filler);
		tag_from_fdinfo(prog, ftag, sizeof(ftag));
		tag_from_alg(n, atag, sizeof(atag));
		if (memcmp(ftag, atag, sizeof(ftag)))
			tag_exit_report(n, fd, ftag, atag, sizeof(ftag));
		close(prog);
	}
}

static void tag_plain(void)
{
	tag_sizes(2, -1, bpf_gen_imm_prog);
}

static void tag_map(void)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_NO_PREALLOC);
	int fd = bpf_map_create(BPF_MAP_TYPE_HASH, NULL, sizeof(int), sizeof(int), 1, &opts);

	assert(fd > 0);
	tag_sizes(3, fd, bpf_gen_map_prog);
}

static void suite_init(void)
{
}

static const struct suite_case cases[] = {
	{ "tag/plain", tag_plain }, { "tag/map", tag_map },
};
#endif

#ifdef WITH_MAPS
/* Of testing_helpers.c, too. */
int bpf_prog_test_load(const char *file, enum bpf_prog_type type, struct bpf_object **pobj,
		       int *prog_fd)
{
	struct bpf_object *obj = bpf_object__open(file);
	struct bpf_program *prog = obj ? bpf_object__next_program(obj, NULL) : NULL;

	if (!prog)
		return -ENOENT;
	if (type != BPF_PROG_TYPE_UNSPEC)
		bpf_program__set_type(prog, type);
	if (bpf_object__load(obj)) {
		bpf_object__close(obj);
		return -EINVAL;
	}
	*pobj = obj;
	*prog_fd = bpf_program__fd(prog);
	return 0;
}

#define TASK(name) static void task_##name(void) { test_##name(0, NULL); }
#define BOTH(name, fn)							\
	static void grows_##name(void) { map_opts.map_flags = BPF_F_NO_PREALLOC; fn(); }
TASK(hashmap) TASK(hashmap_percpu) TASK(hashmap_walk) TASK(arraymap) TASK(arraymap_percpu)
TASK(devmap) TASK(devmap_hash) TASK(sockmap) TASK(queuemap) TASK(stackmap)
BOTH(hashmap, task_hashmap) BOTH(hashmap_percpu, task_hashmap_percpu)
BOTH(hashmap_walk, task_hashmap_walk) BOTH(zero_seed, test_hashmap_zero_seed)
BOTH(large, test_map_large) BOTH(parallel, test_map_parallel) BOTH(stress, test_map_stress)
BOTH(rdonly, test_map_rdonly) BOTH(wronly, test_map_wronly)

static void suite_init(void)
{
	map_opts.map_flags = 0;
}

static const struct suite_case cases[] = {
	{ "hashmap", task_hashmap }, { "hashmap_percpu", task_hashmap_percpu },
	{ "hashmap_walk", task_hashmap_walk }, { "hashmap_zero_seed", test_hashmap_zero_seed },
	{ "arraymap", task_arraymap }, { "arraymap_percpu", task_arraymap_percpu },
	{ "arraymap_percpu_many_keys", test_arraymap_percpu_many_keys },
	{ "devmap", task_devmap }, { "devmap_hash", task_devmap_hash },
	{ "sockmap", task_sockmap }, { "map_large", test_map_large },
	{ "map_parallel", test_map_parallel }, { "map_stress", test_map_stress },
	{ "map_rdonly", test_map_rdonly }, { "map_wronly", test_map_wronly },
	{ "reuseport_array", test_reuseport_array }, { "queuemap", task_queuemap },
	{ "stackmap", task_stackmap }, { "map_in_map", test_map_in_map },
	{ "hashmap/no_prealloc", grows_hashmap },
	{ "hashmap_percpu/no_prealloc", grows_hashmap_percpu },
	{ "hashmap_walk/no_prealloc", grows_hashmap_walk },
	{ "hashmap_zero_seed/no_prealloc", grows_zero_seed },
	{ "map_large/no_prealloc", grows_large }, { "map_parallel/no_prealloc", grows_parallel },
	{ "map_stress/no_prealloc", grows_stress }, { "map_rdonly/no_prealloc", grows_rdonly },
	{ "map_wronly/no_prealloc", grows_wronly },
	{ "array_map_batch_ops", test_array_map_batch_ops },
	{ "htab_map_batch_ops", test_htab_map_batch_ops },
	{ "lpm_trie_map_batch_ops", test_lpm_trie_map_batch_ops },
	{ "map_in_map_batch_ops_array", test_map_in_map_batch_ops_array },
	{ "map_in_map_batch_ops_hash", test_map_in_map_batch_ops_hash },
	{ "sk_storage_map", test_sk_storage_map },
};
#endif

/* The last line that it printed. */
static const char *last_line(FILE *out)
{
	static char line[512], last[512];

	last[0] = '\0';
	rewind(out);
	while (fgets(line, sizeof(line), out)) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0])
			strcpy(last, line);
	}
	return last;
}

static int run_case(const struct suite_case *c)
{
	FILE *out = tmpfile();
	const char *verdict;
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		dup2(fileno(out), 1);
		dup2(fileno(out), 2);
		setbuf(stdout, NULL);
		alarm(SECONDS_PER_CASE);
		setpgid(0, 0);
		suite_init();
		c->run();
		exit(0);
	}
	waitpid(pid, &status, 0);
	/* What it left behind. */
	kill(-pid, SIGKILL);
	verdict = !status ? "OK" : WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM ? "SLOW" :
		  "FAIL";
	printf("%s\t%s\t%s\n", c->name, verdict, status ? last_line(out) : "");
	fclose(out);
	return !status;
}

int main(int argc, char **argv)
{
	unsigned int i, passed = 0, n = sizeof(cases) / sizeof(cases[0]);

	(void)argc, (void)argv;
	libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
	for (i = 0; i < n; i++)
		passed += run_case(&cases[i]);
	printf("Summary: %u of %u\n", passed, n);
	return passed != n;
}
