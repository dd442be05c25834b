// SPDX-License-Identifier: GPL-2.0-only
/*
 * Small programs of each kind, of which all runs are tried: see tests/fuzz/small.h.
 *
 * Of each that the verifier accepts no run, interpreted as loaded, interpreted as
 * rewritten, or compiled, leaves what it may touch, keeps what it must give back, or
 * finds a register or slot that is not what the verifier claimed on that path; and all
 * three forms compute the same. One that is refused when every path is walked may be
 * accepted where tests/fuzz/suspects.known says why.
 *
 *	VERIFIER_SMALL_KIND=N      of this kind only
 *	VERIFIER_SMALL_PROGRAMS, _SECONDS, _SEED, _VERBOSE: see tests/fuzz/series.h; 20,000
 *	programs if nothing is said
 */
#include <tap.h>
#include <tests/fuzz/claims.h>
#include <tests/fuzz/series.h>
#include <tests/fuzz/small.h>
#include <verifier/watch.h>
#include "services.h"
#include "verif_run.h"

#define MAX_RUNS	256	/* of one program */
#define ALL_RUNS	65536	/* of one that they must explain */

static struct {
	u64 generated, accepted, followed, cut, suspects, runs, compiled;
} stat[SMALL_KINDS];
static u64 only_kind;	/* SMALL_KINDS: all */
static u64 left, claims, differ, held, endless, other;
static struct verif_result res, full;
static struct gen gen;

static void load_program(struct verif_result *to, u32 flags, u32 level)
{
	struct ebpf_func_info funcs[GEN_MAX_FUNCS];
	struct ebpf_load load = {
		.prog_type = gen.type, .prog_flags = flags, .gpl_compatible = true,
		.insns = gen.insns, .insn_cnt = gen.cnt, .btf = small.types,
		.func_info = funcs, .func_info_cnt = gen.nr_funcs,
		.func_info_rec_size = sizeof(*funcs), .vmlinux_btf = gen.kind == SMALL_ITER ? small.kfuncs : small.kernel,
		.self = &gen,
	};
	u32 i;

	for (i = 0; i < gen.nr_funcs; i++)
		funcs[i] = (struct ebpf_func_info){ gen.start[i], gen.btf_type[i] };
	verif_load(to, &load, level);
}

static void dump(u64 seed, const char *what)
{
	printf("# seed %llu, %s: %s\n", seed, small_names[gen.kind], what);
	printf("# values %lld %lld %lld %lld\n", gen.values[0], gen.values[1], gen.values[2],
	       gen.values[3]);
	load_program(&full, 0, EBPF_LOG_LEVEL2);
	printf("%s\n", full.log);
}

static void count(int err)
{
	left += err == -EFAULT;
	claims += err == -EDOM;
	held += err == -EBUSY;
	endless += err == -ETIME;
	other += err != -EFAULT && err != -EDOM && err != -EBUSY && err != -ETIME;
}

/* One combination in all forms. */
static int run_forms(const struct interp_prog *loaded, const struct interp_prog *rewritten,
		     bool followed, bool jit)
{
	struct small_result a, b;
	int err = 0;

	memset(&a, 0, sizeof(a));
	/* Loads by kernel pointers may fault, which only the rewritten form knows. */
	if (gen.kind != SMALL_BTF)
		err = small_run(&gen, followed ? SMALL_CLAIMS : SMALL_LOADED, loaded, &a);
	if (!err)
		err = small_run(&gen, SMALL_REWRITTEN, rewritten, &b);
	if (err)
		return err;
	if (gen.kind != SMALL_BTF && (a.ret != b.ret || a.digest != b.digest ||
				      a.choices != b.choices))
		return -EILSEQ;
	if (!jit)
		return 0;
	stat[gen.kind].compiled++;
	err = small_run(&gen, SMALL_COMPILED, NULL, &a);
	if (!err && (a.ret != b.ret || a.digest != b.digest || a.choices != b.choices))
		return -EILSEQ;
	return err;
}

/* @max: how many at most; *@all: no run is left that was not made. */
static bool run_all(u64 seed, bool followed, u32 max, bool *all)
{
	struct ebpf_subprog subprogs[EBPF_MAX_SUBPROGS];
	struct interp_prog loaded = {
		.insns = gen.insns, .insn_cnt = gen.cnt, .subprogs = subprogs,
		.subprog_cnt = res.img.subprog_cnt,
	};
	struct interp_prog rewritten = {
		.insns = res.img.insns, .insn_cnt = res.img.insn_cnt,
		.subprogs = res.img.subprogs, .subprog_cnt = res.img.subprog_cnt,
	};
	u32 i, n = 0;
	bool jit;
	int err;

	for (i = 0; i < res.img.subprog_cnt; i++) {
		subprogs[i] = res.img.subprogs[i];
		subprogs[i].start = res.img.aux[subprogs[i].start].orig_idx;
	}
	err = small_compile(&gen, &res.img);
	jit = !err;
	if (err && err != -EOPNOTSUPP) {
		other++;
		printf("# seed %llu: the JIT refuses it: %d\n", seed, err);
		return false;
	}
	small_first();
	do {
		err = run_forms(&loaded, &rewritten, followed, jit);
		n++;
	} while (!err && n < max && small_next());
	if (jit)
		small_uncompile();
	stat[gen.kind].runs += n;
	*all = n < max && !err;
	stat[gen.kind].cut += !*all;
	if (!err || err == -ELOOP)
		return true;
	if (err == -EILSEQ)
		differ++;
	else
		count(err);
	printf("# run %u: error %d: %s\n", n, err,
	       err == -EILSEQ ? "the forms compute different things" : small_why());
	return false;
}

/* The ones whose claims are those of one walk from the start. */
static bool can_follow(void)
{
	return gen.kind != SMALL_GLOBAL && gen.kind != SMALL_BTF;
}

/* Ways through loops of any number of rounds have no end. */
static bool has_rounds(u32 kind)
{
	return kind == SMALL_ROUNDS || kind == SMALL_ITER || kind == SMALL_ENDS;
}

/* Most that are not found to end by then never are. */
static u32 insn_limit(u32 kind)
{
	if (kind == SMALL_ENDS)
		return 4000;
	return has_rounds(kind) ? 20000 : 0;
}

/* Loads once more without pruning; false: refused then. */
static bool load_fully(bool *followed, u32 level)
{
	*followed = false;
	if (can_follow())
		claims_record(true);
	else
		ebpf_watch.no_prune = true;
	load_program(&full, 0, level);
	claims_record(false);
	*followed = !full.err && can_follow();
	return !full.err || full.err == -ENOSPC || full.err == -E2BIG;
}

/* What only pruning accepts; @all: no run is left that was not made. */
static enum suspect_class explain(bool all)
{
	bool followed, ok;

	if (all)
		return SUSPECT_TRIED;
	ebpf_watch.mild_frozen = true;
	ok = load_fully(&followed, 0);
	ebpf_watch.mild_frozen = false;
	return ok ? SUSPECT_FROZEN : SUSPECT_UNEXPLAINED;
}

static bool try_program(u64 seed, u32 kind)
{
	bool followed = false, suspect = false, all = false;

	gen_seed(seed);
	small_program(&gen, kind);
	stat[kind].generated++;
	ebpf_watch.insn_limit = insn_limit(kind);
	load_program(&res, gen_below(2) ? EBPF_F_TEST_STATE_FREQ : 0, 0);
	if (res.err)
		return true;
	stat[kind].accepted++;
	if (!has_rounds(kind))
		suspect = !load_fully(&followed, 0);
	stat[kind].suspects += suspect;
	stat[kind].followed += followed;
	if (!run_all(seed, followed, suspect ? ALL_RUNS : MAX_RUNS, &all)) {
		dump(seed, "see above");
		return false;
	}
	if (suspect && (!suspects_add(explain(all)) || series.verbose)) {
		dump(seed, "accepted by pruning; with all paths walked:");
		load_fully(&followed, EBPF_LOG_LEVEL1);
		printf("%s\n", full.log);
	}
	return true;
}

static void say_counts(void)
{
	u32 k;

	for (k = 0; k < SMALL_KINDS; k++) {
		if (!stat[k].generated)
			continue;
		tap_diag("%s: %llu accepted of %llu, %llu with all paths recorded, %llu runs (%llu programs have more), %llu compiled; only pruning accepts %llu",
			 small_names[k], stat[k].accepted, stat[k].generated, stat[k].followed,
			 stat[k].runs, stat[k].cut, stat[k].compiled, stat[k].suspects);
		tap_ok(stat[k].accepted > stat[k].generated / 100 && stat[k].runs,
		       "programs worth running: %s", small_names[k]);
	}
}

static bool try_seed(u64 seed)
{
	return try_program(seed, only_kind < SMALL_KINDS ? only_kind : seed % SMALL_KINDS);
}

int main(void)
{
	series_begin("SMALL", 20000);
	only_kind = series_number("KIND", SMALL_KINDS);
	ebpf_watch.rounds = INTERP_ROUNDS;
	if (!small_init() || !suspects_init()) {
		tap_ok(false, "maps, types and suspects.known");
		return tap_end();
	}
	series_run(try_seed);
	say_counts();
	tap_ok(!left, "no accepted program left its objects");
	tap_ok(!held, "what was taken was given back");
	tap_ok(!endless, "every run came to its end");
	tap_ok(!claims, "every register was what the verifier claimed");
	tap_ok(!differ, "loaded, rewritten and compiled programs compute the same");
	tap_ok(!other, "every run could be made");
	series_end();
	ebpf_btf_destroy(small.types);
	return tap_end();
}
