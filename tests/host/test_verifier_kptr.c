// SPDX-License-Identifier: GPL-2.0-only
/*
 * What map values hold besides data: how it is found by BTF, and what programs may do
 * with kernel pointers there.
 */
#include <tap.h>
#include "services.h"
#include "verif_run.h"
#include "btf_words.h"

#define FP	EBPF_REG_10

/* The pretended kernel's */
enum { K_VOID, K_INT, K_PART, K_OBJ_PTR, K_OBJ, K_TASK_PTR, K_TASK };

static struct ebpf_btf *kernel;

static void make_kernel(void)
{
	words_begin(0);
	ADD(INT(str("int"), 4));
	ADD(TYPE(str("part"), STRUCT, 1, 8), MEMBER(str("c"), K_INT, 0));
	ADD(PTR(K_OBJ));
	ADD(TYPE(str("obj"), STRUCT, 4, 32), MEMBER(str("a"), K_INT, 0),
	    MEMBER(str("b"), K_INT, 32), MEMBER(str("in"), K_PART, 64),
	    MEMBER(str("next"), K_OBJ_PTR, 128));
	ADD(PTR(K_TASK));
	ADD(TYPE(str("task_struct"), STRUCT, 2, 16), MEMBER(str("in"), K_PART, 0),
	    MEMBER(str("parent"), K_TASK_PTR, 64));
	kernel = words_parse_vmlinux();
}

/*
 * Finding
 */
static void give_back(void *obj)
{
	(void)obj;
}

static const struct ebpf_btf *kernel_btf(void)
{
	return kernel;
}

static const struct ebpf_btf *no_kernel_btf(void)
{
	return NULL;
}

static int dtor_of(const struct ebpf_btf *btf, const char *name, ebpf_dtor_t *dtor)
{
	if (btf != kernel || strcmp(name, "obj"))
		return -ENOENT;
	*dtor = give_back;
	return 0;
}

static ebpf_dtor_t own_dtor(const char *name)
{
	return strcmp(name, "part") ? NULL : give_back;
}

static int no_memory(const struct ebpf_btf *btf, const char *name, ebpf_dtor_t *dtor)
{
	(void)btf;
	(void)name;
	(void)dtor;
	return -ENOMEM;
}

static const struct ebpf_kptr_env kenv = { kernel_btf, dtor_of, own_dtor };
static struct ebpf_map_fields tab;

/* Types that the values below are made of; the value itself comes last. */
enum {
	V_VOID, V_INT, V_LOCK, V_TIMER, V_OBJ, V_PART, V_NOBODY, V_KPTR, V_KPTR_P, V_REF, V_REF_P,
	V_PART_REF, V_PART_REF_P, V_NOBODY_T, V_NOBODY_P, V_TWICE, V_TWICE_P, V_OTHER, V_OTHER_P,
	V_HELD, V_HELD_P, V_LOOSE, V_LOOSE_P, V_LONG, V_VALUE,
};

static void value_begin(void)
{
	words_begin(0);
	ADD(INT(str("int"), 4));
	ADD(TYPE(str("bpf_spin_lock"), STRUCT, 1, 4), MEMBER(str("val"), V_INT, 0));
	ADD(TYPE(str("bpf_timer"), STRUCT, 0, 16));
	ADD(TYPE(str("obj"), STRUCT, 0, 0));
	ADD(TYPE(str("part"), STRUCT, 0, 0));
	ADD(TYPE(str("nobody"), STRUCT, 0, 0));
	ADD(TYPE(str("kptr"), TYPE_TAG, 0, V_OBJ));
	ADD(PTR(V_KPTR));
	ADD(TYPE(str("kptr_ref"), TYPE_TAG, 0, V_OBJ));
	ADD(PTR(V_REF));
	ADD(TYPE(str("kptr_ref"), TYPE_TAG, 0, V_PART));
	ADD(PTR(V_PART_REF));
	ADD(TYPE(str("kptr"), TYPE_TAG, 0, V_NOBODY));
	ADD(PTR(V_NOBODY_T));
	ADD(TYPE(str("kptr"), TYPE_TAG, 0, V_KPTR));
	ADD(PTR(V_TWICE));
	ADD(TYPE(str("user"), TYPE_TAG, 0, V_OBJ));
	ADD(PTR(V_OTHER));
	ADD(TYPE(str("kptr"), TYPE_TAG, 0, V_PART));
	ADD(PTR(V_HELD));
	ADD(TYPE(str("kptr_untrusted"), TYPE_TAG, 0, V_PART));
	ADD(PTR(V_LOOSE));
	ADD(INT(str("long"), 8));
}

/* One member: its type and byte offset; type 0 ends. */
struct place {
	u32 type;
	u32 off;
};

static int find(u32 size, const struct place *at, const struct ebpf_kptr_env *env)
{
	u32 n = 0, i;
	struct ebpf_btf *btf;
	int err;

	while (at[n].type)
		n++;
	value_begin();
	ADD(TYPE(str("value"), STRUCT, n, size));
	for (i = 0; i < n; i++)
		ADD(MEMBER(str("m"), at[i].type, at[i].off * 8));
	btf = words_parse();
	if (IS_ERR(btf))
		return PTR_ERR(btf);
	err = ebpf_map_fields_find(btf, V_VALUE, size, env, &tab);
	ebpf_btf_destroy(btf);
	return err;
}

#define FIND(size, ...)	find(size, (struct place[]){ __VA_ARGS__, { 0, 0 } }, &kenv)

static bool field_is(u32 i, u32 kind, u32 off, u32 id)
{
	const struct ebpf_map_field *f = &tab.field[i];

	return i < tab.nr && f->kind == kind && f->off == off && f->btf_id == id &&
	       !f->dtor == (kind != EBPF_FIELD_KPTR_REF) && f->btf == (id ? kernel : NULL);
}

static void test_find(void)
{
	tap_ok(!FIND(8, { V_INT, 0 }) && !tab.nr && tab.spin_lock_off == -ENOENT &&
	       tab.timer_off == -ENOENT && !tab.kptr_err, "plain data");
	tap_ok(!FIND(8, { V_INT, 0 }, { V_LOCK, 4 }) && tab.spin_lock_off == 4 && tab.nr == 1 &&
	       field_is(0, EBPF_FIELD_SPIN_LOCK, 4, 0), "a lock");
	tap_ok(!FIND(8, { V_LOCK, 0 }, { V_LOCK, 4 }) && tab.spin_lock_off == -E2BIG && !tab.nr,
	       "two locks are none");
	tap_ok(!FIND(8, { V_LOCK, 2 }) && tab.spin_lock_off == -EINVAL && !tab.nr,
	       "a lock that is not aligned");
	tap_ok(!FIND(24, { V_INT, 0 }, { V_TIMER, 8 }) && tab.timer_off == 8 &&
	       field_is(0, EBPF_FIELD_TIMER, 8, 0), "a timer");
	tap_ok(!FIND(24, { V_TIMER, 4 }) && tab.timer_off == -EINVAL && !tab.nr,
	       "a timer that is not aligned");
	tap_ok(!FIND(48, { V_TIMER, 0 }, { V_LOCK, 16 }, { V_KPTR_P, 24 }, { V_REF_P, 32 }) &&
	       tab.nr == 4 && tab.nr_kptrs == 2 && field_is(0, EBPF_FIELD_TIMER, 0, 0) &&
	       field_is(1, EBPF_FIELD_SPIN_LOCK, 16, 0) &&
	       field_is(2, EBPF_FIELD_KPTR, 24, K_OBJ) &&
	       field_is(3, EBPF_FIELD_KPTR_REF, 32, K_OBJ), "all kinds");
	tap_ok(!FIND(24, { V_INT, 0 }, { V_INT, 4 }, { V_KPTR_P, 8 }) && tab.nr == 1,
	       "a kptr behind half words");
	tap_ok(!FIND(16, { V_KPTR_P, 4 }) && tab.kptr_err == -EINVAL && !tab.nr,
	       "a kptr that is not aligned");
	tap_ok(!FIND(16, { V_KPTR_P, 0 }, { V_NOBODY_P, 8 }) && tab.kptr_err == -ENOENT &&
	       !tab.nr && !tab.nr_kptrs, "a struct that the kernel does not have spoils all kptrs");
	tap_ok(!FIND(8, { V_PART_REF_P, 0 }) && tab.kptr_err == -ENOENT && !tab.nr,
	       "no reference where nothing gives it back");
	tap_ok(!FIND(16, { V_HELD_P, 0 }, { V_LOOSE_P, 8 }) && tab.nr == 2 && tab.nr_kptrs == 2 &&
	       field_is(0, EBPF_FIELD_KPTR_REF, 0, K_PART) && field_is(1, EBPF_FIELD_KPTR, 8, K_PART),
	       "the plain tag holds what programs can hold, another does not");
	tap_ok(!find(8, (struct place[]){ { V_HELD_P, 0 }, { 0, 0 } },
		     &(struct ebpf_kptr_env){ kernel_btf, dtor_of, NULL }) &&
	       field_is(0, EBPF_FIELD_KPTR, 0, K_PART), "where they can hold nothing");
	tap_ok(!FIND(8, { V_TWICE_P, 0 }) && tab.kptr_err == -EINVAL && !tab.nr, "two tags");
	tap_ok(!FIND(8, { V_OTHER_P, 0 }) && tab.kptr_err == -EINVAL && !tab.nr, "another tag");
	tap_ok(!FIND(72, { V_KPTR_P, 0 }, { V_KPTR_P, 8 }, { V_KPTR_P, 16 }, { V_KPTR_P, 24 },
		     { V_KPTR_P, 32 }, { V_KPTR_P, 40 }, { V_KPTR_P, 48 }, { V_KPTR_P, 56 }) &&
	       tab.nr == 8 && !tab.kptr_err, "eight kptrs");
	tap_ok(!FIND(72, { V_KPTR_P, 0 }, { V_KPTR_P, 8 }, { V_KPTR_P, 16 }, { V_KPTR_P, 24 },
		     { V_KPTR_P, 32 }, { V_KPTR_P, 40 }, { V_KPTR_P, 48 }, { V_KPTR_P, 56 },
		     { V_KPTR_P, 64 }) && !tab.nr && tab.kptr_err == -E2BIG, "nine kptrs");
	tap_eq(FIND(16, { V_TIMER, 0 }, { V_KPTR_P, 8 }), -EINVAL, "two members at one place");
	tap_eq(FIND(16, { V_KPTR_P, 0 }, { V_LOCK, 4 }), -EINVAL, "a lock in a kptr");
	tap_eq(FIND(16, { V_LONG, 0 }, { V_LOCK, 0 }), 0, "data over a lock is the lock");
	tap_ok(!find(8, (struct place[]){ { V_KPTR_P, 0 }, { 0, 0 } },
		     &(struct ebpf_kptr_env){ no_kernel_btf, dtor_of, own_dtor }) &&
	       tab.kptr_err == -ENOENT && !tab.nr, "no BTF of the kernel, no kptrs");
	tap_eq(find(16, (struct place[]){ { V_KPTR_P, 0 }, { V_REF_P, 8 }, { 0, 0 } },
		    &(struct ebpf_kptr_env){ kernel_btf, no_memory, NULL }), -ENOMEM,
	       "what could not be looked for is no data");
}

static void test_find_other(void)
{
	struct ebpf_map_fields other;
	struct ebpf_btf *btf;

	value_begin();
	ADD(TYPE(str("lock"), VAR, 0, V_LOCK), 1);
	ADD(TYPE(str("ptr"), VAR, 0, V_REF_P), 1);
	ADD(TYPE(str(".data"), DATASEC, 2, 16), V_VALUE, 4, 4, V_VALUE + 1, 8, 8);
	btf = words_parse();
	tap_ok(!IS_ERR(btf) && !ebpf_map_fields_find(btf, V_VALUE + 2, 16, &kenv, &tab) &&
	       tab.nr == 2 && field_is(0, EBPF_FIELD_SPIN_LOCK, 4, 0) &&
	       field_is(1, EBPF_FIELD_KPTR_REF, 8, K_OBJ), "in a data section");
	tap_ok(!ebpf_map_fields_find(btf, V_LONG, 8, &kenv, &tab) && !tab.nr &&
	       tab.spin_lock_off == -EINVAL && tab.timer_off == -EINVAL, "a number");
	tap_ok(!ebpf_map_fields_find(btf, V_LOCK, 4, &kenv, &tab) && !tab.nr &&
	       tab.spin_lock_off == -ENOENT, "a lock as a value has none in it");
	ebpf_btf_destroy(btf);

	FIND(16, { V_KPTR_P, 8 });
	other = tab;
	tap_ok(ebpf_map_fields_equal(NULL, NULL) && !ebpf_map_fields_equal(&tab, NULL) &&
	       !ebpf_map_fields_equal(NULL, &tab) && ebpf_map_fields_equal(&tab, &other),
	       "the same values");
	FIND(16, { V_REF_P, 8 });
	tap_ok(!ebpf_map_fields_equal(&tab, &other), "another kind");
	FIND(16, { V_KPTR_P, 0 });
	tap_ok(!ebpf_map_fields_equal(&tab, &other), "another place");
	tap_ok(ebpf_map_field_at(&tab, 0) == &tab.field[0] && !ebpf_map_field_at(&tab, 8) &&
	       !ebpf_map_field_at(NULL, 0), "by place");
}

/*
 * Programs
 */

/* Made by make_maps(). The value of MAP_KPTRS: kptr to obj, kptr_ref to obj, kptr_ref to
 * part, kptr to part, kptr to task_struct, a number.
 */
enum { MAP_KPTRS = MAP_CGROUPS + 1, MAP_MANY_KPTRS, MAP_NO_KPTR, MAP_LOCK };

enum { OBJ = 0, OBJ_REF = 8, PART_REF = 16, PART = 24, TASK = 32, NUMBER = 40 };

static void add_kptr(int fd, u32 kind, u32 off, u32 id)
{
	struct ebpf_map_field f = {
		.kind = kind, .off = off, .size = 8, .btf = kernel, .btf_id = id,
		.dtor = kind == EBPF_FIELD_KPTR_REF ? give_back : NULL,
	};

	fake_map_add_field(fd, &f);
	fake_map_of(fd)->map.btf = kernel;
}

static void make_maps(void)
{
	struct ebpf_map_field lock = { .kind = EBPF_FIELD_SPIN_LOCK, .off = 0, .size = 4 };

	verif_maps();
	fake_map_new(EBPF_MAP_TYPE_ARRAY, 4, 48, 4, 0);
	add_kptr(MAP_KPTRS, EBPF_FIELD_KPTR, OBJ, K_OBJ);
	add_kptr(MAP_KPTRS, EBPF_FIELD_KPTR_REF, OBJ_REF, K_OBJ);
	add_kptr(MAP_KPTRS, EBPF_FIELD_KPTR_REF, PART_REF, K_PART);
	add_kptr(MAP_KPTRS, EBPF_FIELD_KPTR, PART, K_PART);
	add_kptr(MAP_KPTRS, EBPF_FIELD_KPTR, TASK, K_TASK);
	fake_map_new(EBPF_MAP_TYPE_ARRAY, 4, 80, 1, 0);
	fake_map_of(MAP_MANY_KPTRS)->map.btf = kernel;
	fake_map_of(MAP_MANY_KPTRS)->map.kptr_err = -E2BIG;
	fake_map_new(EBPF_MAP_TYPE_ARRAY, 4, 8, 1, 0);
	fake_map_of(MAP_NO_KPTR)->map.btf = kernel;
	fake_map_new(EBPF_MAP_TYPE_HASH, 4, 16, 1, 0);
	fake_map_add_field(MAP_LOCK, &lock);
	fake_map_of(MAP_LOCK)->map.btf = kernel;
	fake_map_of(MAP_LOCK)->map.kptr_err = 0;
}

/* R6 = R0 = a value of MAP_KPTRS. 10 slots. */
#define VALUE	LOOKUP(MAP_KPTRS), JMP_K(JNE, 0, 0, 1), EXIT, MOV_X(6, 0)
/* R6 = the same, 3 slots, of the map with one value */
#define VALUE_OF(fd)	LOOKUP(fd), JMP_K(JNE, 0, 0, 1), EXIT, MOV_X(6, 0)
#define RET0	MOV_K(0, 0), EXIT
/* Exchanges R2 for what is at @off. */
#define XCHG(off)	MOV_X(1, 6), ADD_K(1, off), HELPER(kptr_xchg)
/* The reference in @reg goes into the value again; what comes out is leaked. */
#define BACK(reg, off)	MOV_X(2, reg), XCHG(off)

static const struct verif_case cases[] = {
	/* Loads */
	{ "load", .insns = { VALUE, LDX(DW, 1, 6, OBJ), RET0 } },
	{ "what was loaded may be NULL", .err = EACCES,
	  .says = "R1 invalid mem access 'untrusted_ptr_or_null_'",
	  .insns = { VALUE, LDX(DW, 1, 6, OBJ), LDX(W, 0, 1, 0), RET0 } },
	{ "if not, it can be read through", .insns = { VALUE, LDX(DW, 1, 6, OBJ),
	  JMP_K(JEQ, 1, 0, 1), LDX(W, 0, 1, 0), RET0 } },
	{ "and what it leads to", .insns = { VALUE, LDX(DW, 1, 6, OBJ),
	  JMP_K(JEQ, 1, 0, 2), LDX(DW, 1, 1, 16), LDX(W, 0, 1, 0), RET0 } },
	{ "no further than the struct", .err = EACCES,
	  .says = "access beyond struct obj at off 32 size 8", .insns = { VALUE,
	  LDX(DW, 1, 6, OBJ), JMP_K(JEQ, 1, 0, 1), LDX(DW, 0, 1, 32), RET0 } },
	{ "never written to", .err = EACCES, .says = "only read is supported", .insns = { VALUE,
	  LDX(DW, 1, 6, OBJ), JMP_K(JEQ, 1, 0, 1), ST(W, 1, 0, 0), RET0 } },
	{ "a referenced one is loaded without reference", .insns = { VALUE,
	  LDX(DW, 1, 6, OBJ_REF), JMP_K(JEQ, 1, 0, 1), LDX(W, 0, 1, 0), RET0 } },
	{ "helpers do not take it", .err = EACCES,
	  .says = "R1 type=untrusted_ptr_ expected=ptr_", .insns = { VALUE, LDX(DW, 1, 6, TASK),
	  JMP_K(JEQ, 1, 0, 1), HELPER(task_pt_regs), RET0 } },
	{ "nor before the check", .err = EACCES,
	  .says = "R1 type=untrusted_ptr_or_null_ expected=ptr_", .insns = { VALUE,
	  LDX(DW, 1, 6, TASK), HELPER(task_pt_regs), RET0 } },
	{ "untrusted stays what it leads to", .err = EACCES,
	  .says = "R1 type=untrusted_ptr_ expected=ptr_", .insns = { VALUE, LDX(DW, 1, 6, TASK),
	  JMP_K(JEQ, 1, 0, 2), LDX(DW, 1, 1, 8), HELPER(task_pt_regs), RET0 } },
	{ "half", .err = EACCES, .says = "kptr access size must be BPF_DW",
	  .insns = { VALUE, LDX(W, 1, 6, OBJ), RET0 } },
	{ "the other half", .err = EACCES, .says = "kptr access misaligned expected=0 off=4",
	  .insns = { VALUE, LDX(W, 1, 6, OBJ + 4), RET0 } },
	{ "across two", .err = EACCES, .says = "kptr access misaligned expected=0 off=4",
	  .insns = { VALUE, LDX(DW, 1, 6, OBJ + 4), RET0 } },
	{ "into one from behind", .err = EACCES, .says = "kptr access misaligned expected=32 off=36",
	  .insns = { VALUE, LDX(DW, 1, 6, TASK + 4), RET0 } },
	{ "sign extended", .err = EACCES, .says = "kptr access size must be BPF_DW",
	  .insns = { VALUE, LDSX(W, 1, 6, OBJ), RET0 } },
	{ "data beside them", .insns = { VALUE, LDX(DW, 1, 6, NUMBER), ST(DW, 6, NUMBER, 5), RET0 } },
	{ "one byte before", .err = EACCES, .says = "kptr access misaligned expected=32 off=39",
	  .insns = { VALUE, ST(B, 6, NUMBER - 1, 5), RET0 } },
	{ "a place that varies", .err = EACCES, .says = "kptr access cannot have variable offset",
	  .insns = { VALUE, LDX(DW, 1, 6, NUMBER), ALU_K(EBPF_AND, 1, 8), ADD_X(6, 1),
		     LDX(DW, 2, 6, 0), RET0 } },
	{ "a place that varies among data", .insns = { VALUE, LDX(DW, 1, 6, NUMBER),
	  ALU_K(EBPF_AND, 1, 7), ADD_X(6, 1), LDX(B, 2, 6, NUMBER), RET0 } },

	/* Stores */
	{ "NULL, from a register", .insns = { VALUE, MOV_K(1, 0), STX(DW, 6, 1, OBJ), RET0 } },
	{ "NULL", .insns = { VALUE, ST(DW, 6, OBJ, 0), RET0 } },
	{ "a number", .err = EACCES, .says = "BPF_ST imm must be 0 when storing to kptr at off=24",
	  .insns = { VALUE, ST(DW, 6, PART, 1), RET0 } },
	{ "a number from a register", .err = EACCES,
	  .says = "invalid kptr access, R1 type=scalar expected=ptr_obj or untrusted_ptr_obj",
	  .insns = { VALUE, MOV_K(1, 1), STX(DW, 6, 1, OBJ), RET0 } },
	{ "a number nobody knows", .err = EACCES, .says = "invalid kptr access, R1 type=scalar",
	  .insns = { VALUE, LDX(DW, 1, 6, NUMBER), STX(DW, 6, 1, OBJ), RET0 } },
	{ "another pointer", .err = EACCES, .says = "invalid kptr access, R6 type=map_value",
	  .insns = { VALUE, STX(DW, 6, 6, OBJ), RET0 } },
	{ "half of NULL", .err = EACCES, .says = "kptr access size must be BPF_DW",
	  .insns = { VALUE, ST(W, 6, OBJ, 0), RET0 } },
	{ "what was loaded", .insns = { VALUE, LDX(DW, 1, 6, OBJ), STX(DW, 6, 1, OBJ), RET0 } },
	{ "what was loaded from a referenced one",
	  .insns = { VALUE, LDX(DW, 1, 6, OBJ_REF), STX(DW, 6, 1, OBJ), RET0 } },
	{ "the current task", .insns = { VALUE, HELPER(get_current_task_btf),
	  STX(DW, 6, 0, TASK), RET0 } },
	{ "a struct at its start", .insns = { VALUE, HELPER(get_current_task_btf),
	  STX(DW, 6, 0, PART), RET0 } },
	{ "a struct inside", .insns = { VALUE, LDX(DW, 1, 6, OBJ), JMP_K(JEQ, 1, 0, 2),
	  ADD_K(1, 8), STX(DW, 6, 1, PART), RET0 } },
	{ "another struct", .err = EACCES,
	  .says = "invalid kptr access, R0 type=ptr_task_struct expected=ptr_obj or untrusted_ptr_obj",
	  .insns = { VALUE, HELPER(get_current_task_btf), STX(DW, 6, 0, OBJ), RET0 } },
	{ "somewhere in a struct", .err = EACCES,
	  .says = "invalid kptr access, R1 type=untrusted_ptr_obj expected=ptr_obj",
	  .insns = { VALUE, LDX(DW, 1, 6, OBJ), JMP_K(JEQ, 1, 0, 2), ADD_K(1, 4),
		     STX(DW, 6, 1, OBJ), RET0 } },
	{ "before a struct", .err = EACCES, .says = "negative offset untrusted_ptr_ ptr R1 off=-8",
	  .insns = { VALUE, LDX(DW, 1, 6, OBJ), JMP_K(JEQ, 1, 0, 2), ADD_K(1, -8),
		     STX(DW, 6, 1, OBJ), RET0 } },
	{ "somewhere unknown", .err = EACCES,
	  .says = "variable untrusted_ptr_ access var_off=(0x0; 0x7) disallowed",
	  .insns = { VALUE, LDX(DW, 1, 6, OBJ), LDX(DW, 2, 6, NUMBER), ALU_K(EBPF_AND, 2, 7),
		     JMP_K(JEQ, 1, 0, 2), ADD_X(1, 2), STX(DW, 6, 1, OBJ), RET0 } },
	{ "NULL over a reference", .err = EACCES, .says = "store to referenced kptr disallowed",
	  .insns = { VALUE, ST(DW, 6, OBJ_REF, 0), RET0 } },
	{ "NULL over a reference, from a register", .err = EACCES,
	  .says = "store to referenced kptr disallowed",
	  .insns = { VALUE, MOV_K(1, 0), STX(DW, 6, 1, OBJ_REF), RET0 } },
	{ "atomic", .err = EACCES,
	  .says = "kptr in map can only be accessed using BPF_MEM instruction mode",
	  .insns = { VALUE, MOV_K(1, 8), ATOMIC(DW, EBPF_ADD, 6, 1, OBJ), RET0 } },
	{ "atomic exchange", .err = EACCES,
	  .says = "kptr in map can only be accessed using BPF_MEM instruction mode",
	  .insns = { VALUE, MOV_K(1, 0), ATOMIC(DW, EBPF_XCHG, 6, 1, OBJ), RET0 } },
	{ "compare and exchange", .err = EACCES,
	  .says = "kptr in map can only be accessed using BPF_MEM instruction mode",
	  .insns = { VALUE, MOV_K(1, 0), MOV_K(0, 0), ATOMIC(DW, EBPF_CMPXCHG, 6, 1, OBJ_REF),
		     RET0 } },

	/* Helpers */
	{ "read by a helper", .err = EACCES, .says = "kptr cannot be accessed indirectly by helper",
	  .insns = { VALUE, MOV_X(1, 6), MOV_K(2, 8), HELPER(trace_printk), RET0 } },
	{ "filled by a helper", .err = EACCES,
	  .says = "kptr cannot be accessed indirectly by helper",
	  .insns = { VALUE, MOV_X(1, 6), ADD_K(1, NUMBER - 4), MOV_K(2, 8), MOV_K(3, 0),
		     HELPER(probe_read_kernel), RET0 } },
	{ "data filled by a helper", .insns = { VALUE, MOV_X(1, 6), ADD_K(1, NUMBER), MOV_K(2, 8),
	  MOV_K(3, 0), HELPER(probe_read_kernel), RET0 } },
	{ "as a key", .err = EACCES, .says = "kptr cannot be accessed indirectly by helper",
	  .insns = { VALUE, LD_MAP(1, MAP_KPTRS), MOV_X(2, 6), HELPER(map_delete_elem), RET0 } },
	{ "as the value of another element", .err = EACCES,
	  .says = "kptr cannot be accessed indirectly by helper",
	  .insns = { VALUE, LD_MAP(1, MAP_KPTRS), MOV_X(2, FP), ADD_K(2, -8), MOV_X(3, 6),
		     MOV_K(4, 0), HELPER(map_update_elem), RET0 } },

	/* bpf_kptr_xchg */
	{ "NULL in, what was there back again, checked", .err = EINVAL,
	  .says = "Unreleased reference id=", .insns = { VALUE, MOV_K(2, 0), XCHG(OBJ_REF),
	  JMP_K(JEQ, 0, 0, 3), BACK(0, OBJ_REF), RET0 } },
	{ "what came out is leaked", .err = EINVAL, .says = "Unreleased reference id=",
	  .insns = { VALUE, MOV_K(2, 0), XCHG(OBJ_REF), RET0 } },
	{ "nothing leaks where nothing came out", .err = EINVAL,
	  .says = "Unreleased reference id=", .insns = { VALUE, MOV_K(2, 0), XCHG(OBJ_REF),
	  JMP_K(JEQ, 0, 0, 1), EXIT, RET0 } },
	{ "what went in is gone", .err = EACCES, .says = "R7 invalid mem access 'scalar'",
	  .insns = { VALUE, MOV_K(2, 0), XCHG(OBJ_REF), JMP_K(JNE, 0, 0, 1), EXIT, MOV_X(7, 0),
		     BACK(0, OBJ_REF), LDX(W, 1, 7, 0), RET0 } },
	{ "once only", .err = EACCES, .says = "R2 type=scalar expected=ptr_",
	  .insns = { VALUE, MOV_K(2, 0), XCHG(OBJ_REF), JMP_K(JNE, 0, 0, 1), EXIT, MOV_X(7, 0),
		     BACK(0, OBJ_REF), BACK(7, OBJ_REF), RET0 } },
	{ "not what is held can be read", .err = EINVAL, .says = "Unreleased reference",
	  .insns = { VALUE, MOV_K(2, 0), XCHG(OBJ_REF), JMP_K(JNE, 0, 0, 1), EXIT,
		     LDX(W, 1, 0, 0), RET0 } },
	{ "in without a check", .err = EINVAL, .says = "Unreleased reference", .insns = { VALUE,
	  MOV_K(2, 0), XCHG(OBJ_REF), BACK(0, OBJ_REF), RET0 } },
	{ "in a loop", .err = EINVAL, .says = "Unreleased reference", .insns = { VALUE, MOV_K(2, 0),
	  MOV_K(7, 0), XCHG(OBJ_REF), MOV_X(2, 0), ADD_K(7, 1), JMP_K(JLT, 7, 4, -6), RET0 } },
	{ "a number", .err = EACCES, .says = "R2 type=scalar expected=ptr_",
	  .insns = { VALUE, MOV_K(2, 1), XCHG(OBJ_REF), RET0 } },
	{ "what is not held", .err = EACCES, .says = "R2 type=untrusted_ptr_or_null_ expected=ptr_",
	  .insns = { VALUE, LDX(DW, 2, 6, OBJ), XCHG(OBJ_REF), RET0 } },
	{ "a pointer of another type", .err = EACCES,
	  .says = "invalid kptr access, R2 type=ptr_task_struct expected=ptr_obj",
	  .insns = { VALUE, HELPER(get_current_task_btf), MOV_X(2, 0), XCHG(OBJ_REF), RET0 } },
	{ "a reference of another type", .err = EACCES,
	  .says = "invalid kptr access, R2 type=ptr_or_null_obj expected=ptr_part",
	  .insns = { VALUE, MOV_K(2, 0), XCHG(OBJ_REF), BACK(0, PART_REF), RET0 } },
	{ "a part of what is held", .err = EACCES,
	  .says = "invalid kptr access, R2 type=ptr_obj expected=ptr_part",
	  .insns = { VALUE, MOV_K(2, 0), XCHG(OBJ_REF), JMP_K(JNE, 0, 0, 1), EXIT, ADD_K(0, 8),
		     BACK(0, PART_REF), RET0 } },
	{ "moved and in again", .err = EACCES, .says = "invalid kptr access, R2 type=ptr_obj",
	  .insns = { VALUE, MOV_K(2, 0), XCHG(OBJ_REF), JMP_K(JNE, 0, 0, 1), EXIT, ADD_K(0, 4),
		     BACK(0, OBJ_REF), RET0 } },
	{ "one without reference", .err = EACCES, .says = "off=0 kptr isn't referenced kptr",
	  .insns = { VALUE, MOV_K(2, 0), XCHG(OBJ), RET0 } },
	{ "data", .err = EACCES, .says = "off=40 doesn't point to kptr",
	  .insns = { VALUE, MOV_K(2, 0), XCHG(NUMBER), RET0 } },
	{ "a little beside", .err = EACCES, .says = "off=12 doesn't point to kptr",
	  .insns = { VALUE, MOV_K(2, 0), XCHG(OBJ_REF + 4), RET0 } },
	{ "before the value", .err = EACCES, .says = "off=-8 doesn't point to kptr",
	  .insns = { VALUE, MOV_K(2, 0), XCHG(-8), RET0 } },
	{ "behind the value", .err = EACCES, .says = "off=48 doesn't point to kptr",
	  .insns = { VALUE, MOV_K(2, 0), XCHG(48), RET0 } },
	{ "a place that varies, exchanged", .err = EINVAL,
	  .says = "R1 doesn't have constant offset. kptr has to be at the constant offset",
	  .insns = { VALUE, MOV_K(2, 0), LDX(DW, 7, 6, NUMBER), ALU_K(EBPF_AND, 7, 8),
		     ADD_X(6, 7), XCHG(OBJ_REF), RET0 } },
	{ "a value that may be absent", .err = EACCES,
	  .says = "R1 type=map_value_or_null expected=map_value",
	  .insns = { LDX(DW, 7, 1, 0), STX(W, FP, 7, -8), MOV_X(2, FP), ADD_K(2, -8),
		     LD_MAP(1, MAP_KPTRS), HELPER(map_lookup_elem), MOV_X(1, 0), MOV_K(2, 0),
		     HELPER(kptr_xchg), RET0 } },
	{ "the stack", .err = EACCES, .says = "R1 type=fp expected=map_value",
	  .insns = { ST(DW, FP, -8, 0), MOV_X(1, FP), ADD_K(1, -8), MOV_K(2, 0),
		     HELPER(kptr_xchg), RET0 } },
	{ "a map without BTF", .err = EINVAL,
	  .says = "map '' has to have BTF in order to use bpf_kptr_xchg",
	  .insns = { VALUE_OF(MAP_ARRAY), MOV_K(2, 0), XCHG(0), RET0 } },
	{ "a map with too many kptrs", .err = EINVAL, .says = "map '' has more than 8 kptr",
	  .insns = { VALUE_OF(MAP_MANY_KPTRS), MOV_K(2, 0), XCHG(0), RET0 } },
	{ "a map without kptrs", .err = EINVAL, .says = "map '' has no valid kptr",
	  .insns = { VALUE_OF(MAP_NO_KPTR), MOV_K(2, 0), XCHG(0), RET0 } },
	{ "a map with a lock only", .err = EINVAL, .says = "map '' has no valid kptr",
	  .type = EBPF_PROG_TYPE_SCHED_CLS,
	  .insns = { VALUE_OF(MAP_LOCK), MOV_K(2, 0), XCHG(0), RET0 } },
	{ "a tail call with what is held", .err = EINVAL,
	  .says = "tail_call would lead to reference leak", .insns = { MOV_X(7, 1), VALUE,
	  MOV_K(2, 0), XCHG(OBJ_REF), MOV_X(1, 7), LD_MAP(2, MAP_PROGS), MOV_K(3, 0),
	  HELPER(tail_call), RET0 } },
	{ "two paths, one pruned by the other's NULL", .err = EINVAL,
	  .says = "Unreleased reference", .insns = { VALUE, MOV_K(2, 0), XCHG(OBJ_REF),
	  LDX(DW, 1, 6, NUMBER), JMP_K(JEQ, 1, 0, 1), JMP_K(JNE, 0, 0, 0), RET0 } },
};

int main(void)
{
	u32 i;

	make_kernel();
	if (IS_ERR(kernel)) {
		tap_ok(false, "BTF for the tests");
		return tap_end();
	}
	test_find();
	test_find_other();
	make_maps();
	verif_kernel_btf = kernel;
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		tap_ok(verif_ok(&cases[i]), "%s", cases[i].name);
	words_destroy(kernel);
	return tap_end();
}
