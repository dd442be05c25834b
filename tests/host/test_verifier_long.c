// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs and types whose length the verifier must not square: the time for eight times as
 * much, and that others run meanwhile.
 */
#include <time.h>
#include <tap.h>
#include "btf_blob.h"
#include "services.h"
#include "verif_run.h"

#define FP	EBPF_REG_10

/* 1: int, 2: int (void), 3: static main */
static const u32 types[] = {
	INT(N_INT, 4),
	TYPE(0, FUNC_PROTO, 0, 1),
	TYPE(N_MAIN, FUNC, EBPF_BTF_FUNC_STATIC, 2),
};

static const struct ebpf_insn done[] = { MOV_K(0, 0), EXIT };
static struct verif_result res;

static double cpu_time(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* Seconds. */
static double load(const struct ebpf_insn *insns, u32 cnt, const struct ebpf_btf *btf, u32 callback)
{
	struct ebpf_func_info funcs[] = { { 0, 3 }, { callback, 3 } };
	struct ebpf_load load = {
		.prog_type = EBPF_PROG_TYPE_KPROBE, .gpl_compatible = true, .insns = insns,
		.insn_cnt = cnt, .btf = btf, .func_info = funcs,
		.func_info_cnt = callback ? 2 : 1, .func_info_rec_size = sizeof(funcs[0]),
	};
	double start = cpu_time();

	verif_load(&res, &load, 0);
	return cpu_time() - start;
}

#define SITE_INSNS	8
#define FEW_SITES	2000

/* if (R8 == i) bpf_loop(2, callback, 0, 0); for each i. */
static double load_sites(u32 sites, const struct ebpf_btf *btf)
{
	static const struct ebpf_insn first = LDX(DW, 8, 1, 0);
	u32 callback = 1 + sites * SITE_INSNS + 2, cnt = callback + 2, i, at;
	struct ebpf_insn *insns = calloc(cnt, sizeof(*insns));
	double took;

	insns[0] = first;
	for (i = 0; i < sites; i++) {
		at = 1 + i * SITE_INSNS;
		const struct ebpf_insn site[SITE_INSNS] = {
			JMP_K(JNE, 8, i, SITE_INSNS - 1), MOV_K(1, 2),
			LD64_PSEUDO(2, EBPF_PSEUDO_FUNC, callback - (at + 2) - 1, 0),
			MOV_K(3, 0), MOV_K(4, 0), HELPER(loop), EXIT,
		};

		memcpy(&insns[at], site, sizeof(site));
	}
	memcpy(&insns[callback - 2], done, sizeof(done));
	memcpy(&insns[callback], done, sizeof(done));
	took = load(insns, cnt, btf, callback);
	free(insns);
	return took;
}

static void test_sites(const struct ebpf_btf *btf)
{
	double few, many;
	int err;

	few = load_sites(FEW_SITES, btf);
	err = res.err;
	many = load_sites(8 * FEW_SITES, btf);
	tap_ok(!err && !res.err, "programs of many callbacks are taken: %d, %d", err, res.err);
	tap_ok(many < 24 * few, "eight times as many calls with callbacks take eight times as long (%.2f s, %.2f s)",
	       few, many);
}

#define STORES	8000

/* Each zero is looked for as far back as it came from. */
static void test_way_back(const struct ebpf_btf *btf)
{
	static const struct ebpf_insn zero = MOV_K(6, 0), store = STX(W, FP, 6, -4);
	struct ebpf_insn *insns = calloc(STORES + 3, sizeof(*insns));
	unsigned long before = test_yields();
	u32 i;

	insns[0] = zero;
	for (i = 1; i <= STORES; i++)
		insns[i] = store;
	memcpy(&insns[i], done, sizeof(done));
	load(insns, i + 2, btf, 0);
	free(insns);
	tap_ok(!res.err && test_yields() - before > 10 * STORES / 256,
	       "others run while a long way is gone back (%lu times)", test_yields() - before);
}

#define NUMBERS	4000
#define LETTERS	(4 << 20)

/* Of numbers and tags, which no compiler makes, names can be of any length. */
static void test_long_names(void)
{
	static const u32 number[] = { INT(1, 4) };
	u32 *words = malloc(NUMBERS * sizeof(number)), i;
	char *strings = malloc(LETTERS + 2);
	struct ebpf_btf *btf;
	struct blob b;
	double took;

	for (i = 0; i < NUMBERS; i++)
		memcpy(&words[4 * i], number, sizeof(number));
	strings[0] = '\0';
	memset(strings + 1, 'x', LETTERS);
	strings[LETTERS + 1] = '\0';
	b = blob_make_with(words, 4 * NUMBERS, strings, LETTERS + 2);
	took = cpu_time();
	btf = ebpf_btf_parse(b.data, b.size, NULL, NULL);
	took = cpu_time() - took;
	tap_ok(!IS_ERR(btf), "types with a long name are taken");
	tap_ok(took < 2, "a long name is not read for each type that has it (%.2f s)", took);
	ebpf_btf_destroy(btf);
	blob_free(&b);
	free(strings);
	free(words);
}

int main(void)
{
	struct blob blob = blob_make(types, ARRAY_SIZE(types));
	struct ebpf_btf *btf = ebpf_btf_parse(blob.data, blob.size, NULL, NULL);

	verif_maps();
	test_sites(btf);
	test_way_back(btf);
	test_long_names();
	tap_eq(test_bugs(), 0, "no rule of the verifier's own was broken");
	verif_load(&res, &(struct ebpf_load){ .insn_cnt = 0 }, 0);
	ebpf_btf_destroy(btf);
	blob_free(&blob);
	return tap_end();
}
