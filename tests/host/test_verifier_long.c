// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs and types that are long: what is kept for each of many calls or names is found again,
 * and others run meanwhile.
 */
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

static void load(const struct ebpf_insn *insns, u32 cnt, const struct ebpf_btf *btf,
		 struct ebpf_func_info *funcs, u32 nr_funcs)
{
	struct ebpf_load load = {
		.prog_type = EBPF_PROG_TYPE_KPROBE, .gpl_compatible = true, .insns = insns,
		.insn_cnt = cnt, .btf = btf, .func_info = funcs, .func_info_cnt = nr_funcs,
		.func_info_rec_size = sizeof(funcs[0]),
	};

	verif_load(&res, &load, 0);
}

#define SITES		500
#define SITE_INSNS	11
#define LAST		(SITES * SITE_INSNS)

/* A slot is 1; bpf_loop(2, callback, &slot, 0); where it may be something else, it is read through.
 * The last one is not read.
 */
static void add_site(struct ebpf_insn *insns, u32 site, u32 callback)
{
	static const struct ebpf_insn unread = MOV_K(0, 0);
	u32 at = site * SITE_INSNS;
	const struct ebpf_insn code[SITE_INSNS] = {
		ST(DW, FP, -16, 1), MOV_X(3, FP), ADD_K(3, -16), MOV_K(1, 2),
		LD64_PSEUDO(2, EBPF_PSEUDO_FUNC, callback - (at + 4) - 1, 0), MOV_K(4, 0),
		HELPER(loop), LDX(DW, 1, FP, -16), JMP_K(JEQ, 1, 1, 1), LDX(B, 0, 1, 0),
	};

	memcpy(&insns[at], code, sizeof(code));
	if (site == SITES)
		insns[at + SITE_INSNS - 1] = unread;
}

/* Site @odd and the last one call a function that writes the slot, all others one that does not. */
static void load_sites(u32 odd, const struct ebpf_btf *btf)
{
	static const struct ebpf_insn writes[] = { ST(DW, 2, 0, 7), MOV_K(0, 0), EXIT };
	const u32 main_end = (SITES + 1) * SITE_INSNS, quiet = main_end + 2, writer = quiet + 2;
	struct ebpf_func_info funcs[] = { { 0, 3 }, { quiet, 3 }, { writer, 3 } };
	struct ebpf_insn *insns = calloc(writer + ARRAY_SIZE(writes), sizeof(*insns));
	u32 i;

	for (i = 0; i <= SITES; i++)
		add_site(insns, i, i == odd || i == SITES ? writer : quiet);
	memcpy(&insns[main_end], done, sizeof(done));
	memcpy(&insns[quiet], done, sizeof(done));
	memcpy(&insns[writer], writes, sizeof(writes));
	load(insns, writer + ARRAY_SIZE(writes), btf, funcs, ARRAY_SIZE(funcs));
	free(insns);
}

static void test_sites(const struct ebpf_btf *btf)
{
	static const u32 odd[] = { 0, SITES / 2, SITES - 1 };
	u32 i;

	load_sites(SITES, btf);
	tap_ok(!res.err, "of many calls with callbacks each keeps what its own does not write: %d", res.err);
	for (i = 0; i < ARRAY_SIZE(odd); i++) {
		load_sites(odd[i], btf);
		tap_eq(res.err, -EACCES, "and forgets what it does: call %u", odd[i]);
	}
}

#define STORES	8000

/* Each zero is looked for as far back as it came from. */
static void test_way_back(const struct ebpf_btf *btf)
{
	static const struct ebpf_insn zero = MOV_K(6, 0), store = STX(W, FP, 6, -4);
	struct ebpf_insn *insns = calloc(STORES + 3, sizeof(*insns));
	struct ebpf_func_info func = { 0, 3 };
	unsigned long before = test_yields();
	u32 i;

	insns[0] = zero;
	for (i = 1; i <= STORES; i++)
		insns[i] = store;
	memcpy(&insns[i], done, sizeof(done));
	load(insns, i + 2, btf, &func, 1);
	free(insns);
	tap_ok(!res.err && test_yields() - before > 10 * STORES / 256,
	       "others run while a long way is gone back (%lu times)", test_yields() - before);
}

#define LETTERS	600

/* Of numbers and tags, which no compiler makes, names can be of any length; the table of names
 * reads no more than names of other kinds may have.
 */
static void test_long_names(void)
{
	static const u32 numbers[] = { INT(1, 4), INT(LETTERS + 3, 8) };
	char strings[2 * (LETTERS + 2) + 1];
	struct ebpf_btf *btf;
	struct blob b;

	memset(strings, 'x', sizeof(strings));
	strings[0] = '\0';
	strcpy(strings + LETTERS + 1, "a");
	strcpy(strings + sizeof(strings) - 2, "b");
	b = blob_make_with(numbers, ARRAY_SIZE(numbers), strings, sizeof(strings));
	btf = ebpf_btf_parse(b.data, b.size, NULL, NULL);
	if (tap_ok(!IS_ERR(btf), "types with long names are taken")) {
		tap_eq(ebpf_btf_find(btf, strings + 1, EBPF_BTF_KIND_INT), 1, "one is found");
		tap_eq(ebpf_btf_find(btf, strings + LETTERS + 3, EBPF_BTF_KIND_INT), 2,
		       "and one that is another at its end only");
		ebpf_btf_destroy(btf);
	}
	blob_free(&b);
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
