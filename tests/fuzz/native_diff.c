// SPDX-License-Identifier: GPL-2.0-only
/*
 * native_diff [PROGRAMS [SEED]]: random programs to the running kernel's verifier
 * and to ours, here in user space, and the verdicts side by side.
 *
 * NATIVE_DIFF_VERBOSE=1 shows the logs of programs they differ about.
 *
 * What ours refuses and the kernel takes costs users; it is counted by message.
 * What ours takes and the kernel refuses must be explained: by the
 * kernel's message being one of those below, and by runs of the program in which
 * every register is as ours claims.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <tap.h>
#include <verif_run.h>
#include "claims.h"
#include "gen.h"
#include "world.h"

#define LOG_SIZE	(1 << 22)
#define KINDS_MAX	64
#define MESSAGE_MAX	160
#define RUNS		300

/* Messages of the kernel for programs that ours accepts: all of them say that it
 * does not know a number well enough. Ours follows numbers through operations
 * where Linux 6.1 forgets them (32-bit comparisons of numbers whose upper half is
 * known, OR and XOR of ranges, modulo, byte swaps, loads of parts of a spill), and
 * so sees that a way is never taken or an offset is small enough. Each program is
 * run to see whether that holds.
 */
static const char * const of_ranges[] = {
	"unbounded", "outside of the allowed memory range", "min value is negative",
	"pointer and", "misaligned", "invalid variable-offset", "pointer be out of bounds",
	/* On ways that ours knows to be dead. */
	"invalid write to stack", "invalid indirect access to stack", "invalid read from stack",
	"subtraction from stack pointer", "invalid access to", "offset is outside of the packet",
};

struct kind {
	char message[MESSAGE_MAX];
	u64 count;
	u64 seed;	/* the first one */
	bool ours_accepts;
	bool broken;	/* a run of such a program was not as claimed */
};

static struct kind kinds[KINDS_MAX];
static u32 nr_kinds;
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

static struct kind *count_kind(const char *message, bool ours_accepts, u64 seed)
{
	u32 i;

	for (i = 0; i < nr_kinds; i++)
		if (kinds[i].ours_accepts == ours_accepts && !strcmp(kinds[i].message, message))
			break;
	if (i == KINDS_MAX)
		i--;
	if (i == nr_kinds) {
		strcpy(kinds[i].message, message);
		kinds[i].ours_accepts = ours_accepts;
		kinds[i].seed = seed;
		nr_kinds++;
	}
	kinds[i].count++;
	return &kinds[i];
}

static bool explained(const struct kind *kind)
{
	u32 i;

	for (i = 0; i < sizeof(of_ranges) / sizeof(*of_ranges); i++)
		if (strstr(kind->message, of_ranges[i]))
			return !kind->broken;
	return false;
}

static u64 report(void)
{
	u64 unexplained = 0;
	u32 i;

	for (i = 0; i < nr_kinds; i++) {
		bool only_ours = kinds[i].ours_accepts;

		tap_diag("%5llu %s (seed %llu): %s", kinds[i].count, only_ours ?
			 "ours accepts, native refuses" : "native accepts, ours refuses",
			 kinds[i].seed, kinds[i].message);
		if (only_ours && !explained(&kinds[i])) {
			tap_diag("      %s", kinds[i].broken ? "a run was not as claimed" :
				 "why is not known");
			unexplained += kinds[i].count;
		}
	}
	return unexplained;
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

static void show(u64 seed, const char *native, const char *our)
{
	printf("# seed %llu, native:\n%s\n# ours:\n%s\n", seed, native, our);
}

static u64 accepted[2], both[2], differ[2], other_errno;

static void compare(u64 seed)
{
	struct ebpf_load load = { .gpl_compatible = true, .insns = gen.insns };
	char message[MESSAGE_MAX];
	struct kind *kind;
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
	load_native(load.prog_flags, EBPF_LOG_LEVEL1);
	verif_load(&ours, &load, EBPF_LOG_LEVEL1);
	if (verbose)
		show(seed, log_buf, ours.log);
	message_of(native ? log_buf : ours.log, message);
	kind = count_kind(message, native, seed);
	if (native && !bears_out(&load))
		kind->broken = true;
}

int main(int argc, char **argv)
{
	u64 n = argc > 1 ? strtoull(argv[1], NULL, 0) : 20000;
	u64 first = argc > 2 ? strtoull(argv[2], NULL, 0) : 1, i;
	struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	struct utsname uts;
	u64 unexplained;

	verbose = getenv("NATIVE_DIFF_VERBOSE");
	uname(&uts);
	setrlimit(RLIMIT_MEMLOCK, &unlimited);
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
	unexplained = report();
	tap_ok(both[1] > n / 50, "programs that both accept");
	tap_ok(!unexplained, "each program that only ours accepts is explained");
	return tap_end();
}
