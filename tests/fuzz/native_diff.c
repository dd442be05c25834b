// SPDX-License-Identifier: GPL-2.0-only
/*
 * native_diff [PROGRAMS [SEED]]: random programs to the running kernel's verifier
 * and to ours, here in user space, and the verdicts side by side.
 *
 * NATIVE_DIFF_KNOWN=FILE names the classes of differences that are understood, see
 * tests/suites/native_diff.known. One that is in no class is a failure, and so is one
 * of which a run of the program, with every register held against what ours claims,
 * shows that ours is wrong.
 *
 * NATIVE_DIFF_VERBOSE=1 shows the logs of programs they differ about.
 */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <tap.h>
#include <verif_run.h>
#include <verifier/watch.h>
#include "claims.h"
#include "gen.h"
#include "native_cause.h"
#include "world.h"


#define LOG_SIZE	(1 << 22)
#define CLASSES_MAX	64
#define MESSAGE_MAX	160
#define LINE_SIZE	1024
#define RUNS		300
#define RUNS_FOR_FAULT	20000

/* What the kernel says of numbers it does not know well enough. */
static const char * const of_ranges[] = {
	"unbounded", "outside of the allowed memory range", "min value is negative",
	"pointer and", "misaligned", "variable-offset", "pointer be out of bounds",
	"offset is outside of the packet", "invalid indirect access to stack",
	"invalid zero-sized",
};

/**
 * struct diff_class - differences that are understood
 * @causes:   patterns of native_cause()'s answer, or of "a run faults", comma between
 * @message:  pattern of the log's last line; "range": one of of_ranges, unless the
 *            program never goes that way
 * @count:    of this run, @seed the first
 */
struct diff_class {
	char name[64], causes[256], message[MESSAGE_MAX], why[512];
	u64 count;
	u64 seed;
};

/* One program they differ about. */
struct difference {
	u64 seed;
	bool ours_accepts;
	bool dead;
	char cause[CAUSE_MAX];
	char message[MESSAGE_MAX];
};

static struct diff_class classes[CLASSES_MAX];
static u32 nr_classes;
static u64 in_no_class, broken;
static bool verbose;
static struct verif_result ours;
static struct gen gen;
static struct ebpf_insn insns[GEN_MAX_INSNS];
static int native_fd[GEN_MAPS];
static char log_buf[LOG_SIZE];
static const char license[] = "GPL";

static long sys_bpf(int cmd, union ebpf_attr *attr)
{
	return syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

static int native_map(u32 value_size)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = EBPF_MAP_TYPE_LRU_HASH;
	attr.key_size = 8;
	attr.value_size = value_size;
	attr.max_entries = 8;
	return sys_bpf(EBPF_MAP_CREATE, &attr);
}

static bool make_maps(void)
{
	u32 i;

	if (!world_init(&gen))
		return false;
	for (i = 0; i < GEN_MAPS; i++) {
		native_fd[i] = native_map(gen_value_size[i]);
		if (native_fd[i] < 0)
			return false;
	}
	return true;
}

/* The program with the file descriptors of the kernel's maps. */
static void translate(void)
{
	u32 i, m;

	memcpy(insns, gen.insns, gen.cnt * sizeof(*insns));
	for (i = 0; i < gen.cnt; i++) {
		if (insns[i].code != (EBPF_LD | EBPF_IMM | EBPF_DW))
			continue;
		for (m = 0; m < GEN_MAPS; m++)
			if (insns[i].src_reg == EBPF_PSEUDO_MAP_FD && gen.map_fd[m] == insns[i].imm) {
				insns[i].imm = native_fd[m];
				break;
			}
		i++;
	}
}

static int load_native(u32 flags, u32 log_level)
{
	union ebpf_attr attr;
	int fd;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = gen.type;
	attr.insns = (unsigned long)insns;
	attr.insn_cnt = gen.cnt;
	attr.license = (unsigned long)license;
	attr.prog_flags = flags;
	attr.log_level = log_level;
	if (log_level) {
		attr.log_buf = (unsigned long)log_buf;
		attr.log_size = LOG_SIZE;
		log_buf[0] = '\0';
	}
	fd = sys_bpf(EBPF_PROG_LOAD, &attr);
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

/* The last line before the statistics, without its numbers. */
static void message_of(char *log, char *to)
{
	char *end = strstr(log, "\nprocessed "), *from;
	u32 n = 0;

	if (end)
		*end = '\0';
	from = strrchr(log, '\n');
	for (from = from ? from + 1 : log; *from && n < MESSAGE_MAX - 1; from++) {
		if (*from >= '0' && *from <= '9') {
			if (!n || to[n - 1] != 'N')
				to[n++] = 'N';
		} else {
			to[n++] = *from;
		}
	}
	to[n] = '\0';
}

/* NAME <tab> CAUSES <tab> MESSAGE <tab> WHY; '#' begins a comment. */
static bool read_classes(const char *path)
{
	FILE *f = path ? fopen(path, "r") : NULL;
	static char line[LINE_SIZE];
	struct diff_class *c;

	if (!f)
		return false;
	while (fgets(line, sizeof(line), f)) {
		if (*line == '#' || *line == '\n')
			continue;
		c = &classes[nr_classes];
		if (nr_classes == CLASSES_MAX ||
		    sscanf(line, "%63[^\t]%*[\t]%255[^\t]%*[\t]%159[^\t]%*[\t]%511[^\n]", c->name,
			   c->causes, c->message, c->why) != 4) {
			tap_diag("%s: %s", path, line);
			fclose(f);
			return false;
		}
		nr_classes++;
	}
	fclose(f);
	return true;
}

static bool of_causes(const char *causes, const char *cause)
{
	char list[256], *save, *one;

	strcpy(list, causes);
	for (one = strtok_r(list, ",", &save); one; one = strtok_r(NULL, ",", &save)) {
		one += strspn(one, " ");
		if (!fnmatch(one, cause, 0))
			return true;
	}
	return false;
}

static bool of_message(const char *pattern, const struct difference *d)
{
	u32 i;

	if (strcmp(pattern, "range"))
		return !fnmatch(pattern, d->message, 0);
	for (i = 0; i < sizeof(of_ranges) / sizeof(*of_ranges); i++)
		if (strstr(d->message, of_ranges[i]))
			return true;
	return d->dead;
}

static void classify(const struct difference *d)
{
	u32 i;

	for (i = 0; i < nr_classes; i++) {
		if (!of_causes(classes[i].causes, d->cause) || !of_message(classes[i].message, d))
			continue;
		if (!classes[i].count++)
			classes[i].seed = d->seed;
		if (verbose)
			tap_diag("%s: seed %llu: %s: %s", classes[i].name, d->seed, d->cause,
				 d->message);
		return;
	}
	in_no_class++;
	tap_diag("in no class: only %s accepts seed %llu: %s: %s", d->ours_accepts ? "ours" :
		 "native", d->seed, d->cause, d->message);
}

static void report(void)
{
	u32 i;

	for (i = 0; i < nr_classes; i++) {
		if (!classes[i].count)
			continue;
		tap_diag("%5llu %s (first: seed %llu)", classes[i].count, classes[i].name,
			 classes[i].seed);
		tap_diag("      %s", classes[i].why);
	}
}

/* Runs what only ours accepts; false: something was not as claimed. */
static bool bears_out(const struct ebpf_load *load)
{
	struct interp_prog prog = { .insns = gen.insns, .insn_cnt = gen.cnt };
	bool claims;
	u64 ret;
	int i, err;

	claims_record(true);
	verif_load(&ours, load, 0);
	claims_record(false);
	/* Too many ways to follow: memory is checked then. */
	claims = !ours.err;
	for (i = 0; i < RUNS; i++) {
		world_fill(&gen);
		err = world_run(&prog, true, claims, &ret);
		if (err && err != -ELOOP) {
			tap_diag("run: error %d %s", err, err == -EDOM ? claims_why() : "");
			return false;
		}
	}
	return true;
}

/* Does some run of what ours refuses go where it must not? */
static bool run_faults(void)
{
	struct interp_prog prog = { .insns = gen.insns, .insn_cnt = gen.cnt };
	bool fault = false;
	u64 ret;
	int i;

	for (i = 0; !fault && i < RUNS_FOR_FAULT; i++) {
		world_change(i % 2 ? &gen : NULL);
		world_fill(&gen);
		fault = world_run(&prog, true, false, &ret) == -EFAULT;
	}
	world_change(NULL);
	return fault;
}

/* Would ours take it if pruning did not ask which numbers are equal? */
static bool only_links_refuse(const struct ebpf_load *load)
{
	static struct verif_result res;

	ebpf_watch.no_links = true;
	verif_load(&res, load, 0);
	ebpf_watch.no_links = false;
	return !res.err;
}

static const char *native_only_cause(const struct ebpf_load *load)
{
	if (only_links_refuse(load))
		return "accepted without links";
	if (run_faults())
		return "a run faults";
	if (native_offset_open(load, log_buf, ours.log))
		return "offset known better";
	return "not found";
}

static void show(u64 seed, const char *native, const char *our)
{
	printf("# seed %llu, native:\n%s\n# ours:\n%s\n", seed, native, our);
}

static void explain(const struct ebpf_load *load, u64 seed, bool ours_accepts)
{
	struct difference d = { .seed = seed, .ours_accepts = ours_accepts, .cause = "not found" };

	/* Of what it takes, the whole walk. */
	load_native(load->prog_flags, ours_accepts ? EBPF_LOG_LEVEL1 : EBPF_LOG_LEVEL2);
	verif_load(&ours, load, EBPF_LOG_LEVEL1);
	if (verbose)
		show(seed, log_buf, ours.log);
	if (ours_accepts) {
		native_cause(load, log_buf, verbose, d.cause, &d.dead);
		message_of(log_buf, d.message);
		broken += !bears_out(load);
	} else {
		strcpy(d.cause, native_only_cause(load));
		message_of(ours.log, d.message);
	}
	classify(&d);
}

static u64 accepted[2], both[2], differ[2], other_errno;

static void compare(u64 seed)
{
	struct ebpf_load load = { .gpl_compatible = true, .insns = gen.insns };
	int native;

	gen_seed(seed);
	gen.isa_v3 = true;
	gen.type = gen_below(8) ? EBPF_PROG_TYPE_KPROBE : EBPF_PROG_TYPE_XDP;
	gen_program(&gen);
	load.prog_type = gen.type;
	load.insn_cnt = gen.cnt;
	load.prog_flags = gen_below(2) ? EBPF_F_TEST_STATE_FREQ : 0;
	translate();
	verif_load(&ours, &load, 0);
	native = load_native(load.prog_flags, 0);
	accepted[0] += !ours.err;
	accepted[1] += !native;
	if (!ours.err == !native) {
		both[!native]++;
		other_errno += ours.err != native;
		return;
	}
	differ[!ours.err]++;
	explain(&load, seed, native);
}

int main(int argc, char **argv)
{
	u64 n = argc > 1 ? strtoull(argv[1], NULL, 0) : 20000;
	u64 first = argc > 2 ? strtoull(argv[2], NULL, 0) : 1, i;
	struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	struct utsname uts;

	verbose = getenv("NATIVE_DIFF_VERBOSE");
	uname(&uts);
	setrlimit(RLIMIT_MEMLOCK, &unlimited);
	if (!tap_ok(read_classes(getenv("NATIVE_DIFF_KNOWN")), "classes of differences"))
		return tap_end();
	if (!make_maps()) {
		tap_skip("no native bpf(2) here: %s", strerror(errno));
		return tap_end();
	}
	for (i = 0; i < n; i++)
		compare(first + i);
	tap_diag("native: Linux %s; %llu programs", uts.release, n);
	tap_diag("accepted: %llu by ours, %llu by native, %llu by both; refused by both: %llu (%llu with another errno)",
		 accepted[0], accepted[1], both[1], both[0], other_errno);
	tap_diag("native accepts, ours refuses: %llu; ours accepts, native refuses: %llu",
		 differ[0], differ[1]);
	report();
	tap_ok(both[1] > n / 50, "programs that both accept");
	tap_ok(!in_no_class, "each difference is of a class that is understood");
	tap_ok(!broken, "runs of what only ours accepts are as ours claims");
	return tap_end();
}
