// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random programs against the verifier.
 *
 * Each is loaded as a user would, and once more with every path walked and every
 * state kept. Three things must hold:
 *   - of an accepted program no run, as loaded or as rewritten, leaves its
 *     objects, and both forms compute the same;
 *   - at each step of a run each register and stack slot is what the verifier
 *     claimed on that path, and each access lies in the object claimed;
 *   - what is refused when every path is walked is not let through by pruning,
 *     but for what tests/fuzz/suspects.known explains. Such programs are suspects:
 *     they are run a thousand times over.
 *
 *	VERIFIER_FUZZ_PROGRAMS=N   how many programs (default 12000)
 *	VERIFIER_FUZZ_SECONDS=N    stop after so long instead
 *	VERIFIER_FUZZ_SEED=N       where to start (default 1)
 *	VERIFIER_FUZZ_VERBOSE=1    show suspects
 */
#include <tap.h>
#include <tests/fuzz/claims.h>
#include <tests/fuzz/series.h>
#include <tests/fuzz/world.h>
#include <verifier/watch.h>
#include "btf_blob.h"
#include "services.h"
#include "verif_run.h"

#define RUNS		6
#define SUSPECT_RUNS	5000
/* What an experiment lets through adds paths, which are to be walked to their ends. */
#define EXPERIMENT_INSNS	(1 << 24)

static struct {
	u64 generated;
	u64 accepted;
	u64 followed;	/* all paths recorded */
	u64 too_long;	/* too many paths to record */
	u64 called_back;	/* of the accepted ones */
	u64 with_ring;
	u64 runs;
	u64 states;
	u64 steps;
	u64 left, claim, differ, suspects;
} stat;

/* 1: int, 2: int (void), 3: static main */
static const u32 types[] = {
	INT(N_INT, 4),
	TYPE(0, FUNC_PROTO, 0, 1),
	TYPE(N_MAIN, FUNC, EBPF_BTF_FUNC_STATIC, 2),
};

static struct verif_result res, full;
static struct gen gen;
static struct ebpf_load load = { .gpl_compatible = true, .insns = gen.insns };

static void dump(u64 seed, const char *what)
{
	printf("# seed %llu: %s\n", seed, what);
	verif_load(&full, &load, EBPF_LOG_LEVEL2);
	printf("%s\n", full.log);
}

/* Frames as in the rewritten program: both forms see the same addresses. */
static u32 frames_of_loaded(struct ebpf_subprog *subprogs)
{
	u32 i;

	for (i = 0; i < res.img.subprog_cnt; i++) {
		subprogs[i] = res.img.subprogs[i];
		subprogs[i].start = res.img.aux[subprogs[i].start].orig_idx;
	}
	return i;
}

/* @ended: not cut off for taking too long. */
static bool run_loaded(u64 seed, bool claims, u64 *ret, bool *ended)
{
	struct ebpf_subprog subprogs[EBPF_MAX_SUBPROGS];
	struct interp_prog prog = {
		.insns = gen.insns, .insn_cnt = gen.cnt, .subprogs = subprogs,
		.subprog_cnt = frames_of_loaded(subprogs),
	};
	int err = world_run(&prog, true, claims, ret);

	*ended = !err;
	if (!err || err == -ELOOP)
		return true;
	if (err == -EDOM)
		stat.claim++;
	else
		stat.left++;
	printf("# as loaded: error %d at %u%s%s\n", err, world_pc(), claims ? ": " : "",
	       claims ? claims_why() : "");
	return false;
}

static bool run_rewritten(u64 ret)
{
	struct interp_prog prog = {
		.insns = res.img.insns, .insn_cnt = res.img.insn_cnt,
		.subprogs = res.img.subprogs, .subprog_cnt = res.img.subprog_cnt,
	};
	u64 digest = world_digest(), other;
	int err = world_run(&prog, false, false, &other);

	if (err) {
		stat.left++;
		printf("# as rewritten: error %d at %u\n", err, world_pc());
		return false;
	}
	if (ret == other && digest == world_digest())
		return true;
	stat.differ++;
	printf("# as rewritten: another result\n");
	return false;
}

static bool run_all(u64 seed, bool claims, int runs)
{
	bool ended;
	u64 ret;
	int i;

	for (i = 0; i < runs; i++) {
		world_fill(&gen);
		stat.runs++;
		if (!run_loaded(seed, claims, &ret, &ended))
			return false;
		/* Contexts of packet programs are other structures then, and functions
		 * that are called back other addresses.
		 */
		if (gen.type != EBPF_PROG_TYPE_XDP && !gen.calls_back && ended &&
		    !run_rewritten(ret))
			return false;
	}
	return true;
}

/* Loads once more without pruning. False: the verdict is another one. */
static bool load_fully(bool *followed, u32 log_level)
{
	struct ebpf_load copy = load;

	copy.prog_flags = 0;
	claims_record(true);
	verif_load(&full, &copy, log_level);
	claims_record(false);
	*followed = !full.err;
	/* Too many states to keep, or to walk. */
	if (full.err == -ENOSPC || full.err == -E2BIG) {
		stat.too_long++;
		return true;
	}
	stat.states += claims_states();
	return !full.err;
}

/* Does a path that counts store to the stack at a place that is not known? */
static bool stores_anywhere(void)
{
	ebpf_watch.var_stores = 0;
	verif_load(&full, &load, 0);
	return ebpf_watch.var_stores;
}

/* What explains a class, each sound by itself. */
static const struct experiment {
	enum suspect_class class;
	bool link_copies, mild_math, mild_fill, mild_frozen, mild_stack;
} experiments[] = {
	{ SUSPECT_LINKED_COPIES, true, false, false, false, false },
	{ SUSPECT_MILD_MATH, false, true, false, false, false },
	{ SUSPECT_FILLED_DYNPTR, false, false, true, false, false },
	{ SUSPECT_FROZEN, false, false, false, true, false },
	{ SUSPECT_SEVERAL, true, true, true, true, false },
	{ SUSPECT_MILD_STACK, true, true, true, true, true },
};

static void watch_as(const struct experiment *e)
{
	ebpf_watch.link_copies = e && e->link_copies;
	ebpf_watch.mild_math = e && e->mild_math;
	ebpf_watch.mild_fill = e && e->mild_fill;
	ebpf_watch.mild_frozen = e && e->mild_frozen;
	ebpf_watch.mild_stack = e && e->mild_stack;
}

/*
 * Why is it accepted with pruning only? Data in place of a dynptr would explain too much
 * where nothing stores at a place that is not known.
 */
static enum suspect_class classify(void)
{
	u32 i, nr = ARRAY_SIZE(experiments) - !stores_anywhere();
	enum suspect_class class = SUSPECT_UNEXPLAINED;
	struct ebpf_load copy = load;

	copy.prog_flags = 0;
	ebpf_watch.no_prune = true;
	ebpf_watch.insn_limit = EXPERIMENT_INSNS;
	for (i = 0; i < nr && class == SUSPECT_UNEXPLAINED; i++) {
		watch_as(&experiments[i]);
		verif_load(&full, &copy, 0);
		if (!full.err)
			class = experiments[i].class;
	}
	ebpf_watch.no_prune = false;
	ebpf_watch.insn_limit = 0;
	watch_as(NULL);
	return class;
}

/* Functions that are called back have to be described. */
static void describe(void)
{
	static struct ebpf_func_info funcs[GEN_FUNCS];
	u32 i;

	for (i = 0; i < gen.nr_funcs; i++)
		funcs[i] = (struct ebpf_func_info){ gen.start[i], 3 };
	load.func_info = funcs;
	load.func_info_cnt = gen.nr_funcs;
	load.func_info_rec_size = sizeof(*funcs);
}

static bool uses(s32 helper)
{
	u32 i;

	for (i = 0; i < gen.cnt; i++)
		if (gen.insns[i].code == (EBPF_JMP | EBPF_CALL) && !gen.insns[i].src_reg &&
		    gen.insns[i].imm == helper)
			return true;
	return false;
}

/* False: something is wrong with the verifier. */
static bool try_program(u64 seed)
{
	bool followed;
	int runs = RUNS;

	gen_seed(seed);
	gen.type = gen_below(8) ? EBPF_PROG_TYPE_KPROBE : EBPF_PROG_TYPE_XDP;
	gen_program(&gen);
	stat.generated++;
	load.prog_type = gen.type;
	load.insn_cnt = gen.cnt;
	describe();
	load.prog_flags = gen_below(2) ? EBPF_F_TEST_STATE_FREQ : 0;
	verif_load(&res, &load, 0);
	if (res.err)
		return true;
	stat.accepted++;
	stat.called_back += gen.calls_back;
	stat.with_ring += uses(EBPF_FUNC_ringbuf_submit_dynptr) ||
			  uses(EBPF_FUNC_ringbuf_discard_dynptr);
	if (!load_fully(&followed, 0)) {
		stat.suspects++;
		if (!suspects_add(classify()) || series.verbose) {
			dump(seed, "accepted by pruning; with all paths walked:");
			load_fully(&followed, EBPF_LOG_LEVEL1);
			printf("%s\n", full.log);
		}
		runs = SUSPECT_RUNS;
	}
	stat.followed += followed;
	if (run_all(seed, followed, runs))
		return true;
	dump(seed, "see above");
	return false;
}

int main(void)
{
	struct blob blob = blob_make(types, sizeof(types) / 4);
	struct ebpf_btf *btf = ebpf_btf_parse(blob.data, blob.size, NULL, NULL);

	series_begin("FUZZ", 12000);
	load.btf = btf;
	if (IS_ERR(btf) || !world_init(&gen) || !suspects_init()) {
		tap_ok(false, "no memory, or no suspects.known");
		return tap_end();
	}
	series_run(try_program);
	tap_diag("%llu programs generated, %llu accepted, %llu with all paths recorded (%llu had too many)",
		 stat.generated, stat.accepted, stat.followed, stat.too_long);
	tap_diag("of the accepted ones %llu with functions that are called back, %llu with ring buffers",
		 stat.called_back, stat.with_ring);
	tap_diag("%llu states recorded, %llu runs, %llu steps checked: %llu claims, %llu accesses",
		 stat.states, stat.runs, claims_stat.steps, claims_stat.regs,
		 claims_stat.accesses);
	tap_diag("violations: %llu left their objects, %llu claims, %llu results; %llu suspects",
		 stat.left, stat.claim, stat.differ, stat.suspects);
	tap_ok(stat.accepted > stat.generated / 50 && stat.followed > stat.accepted / 4,
	       "the generator makes programs worth running");
	tap_ok(!stat.left, "no accepted program left its objects");
	tap_ok(!stat.claim, "every register was what the verifier claimed");
	tap_ok(!stat.differ, "rewritten programs compute what the loaded ones did");
	series_end();
	ebpf_btf_destroy(btf);
	blob_free(&blob);
	return tap_end();
}
