// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of helpers against what they touch (test_helper_table.h): every helper has
 * its line, every prototype says the same, and the verifier acts on it. For each memory
 * argument of each helper that can be called here, programs pass it every kind of
 * pointer: read-only and write-only maps, keys, per-CPU variables, packets, what may be
 * NULL, NULL, sizes of 0, as large as the memory, and one more.
 */
#include <tap.h>
#include "services.h"
#include "verif_run.h"
#include "btf_words.h"
#include "test_helper_table.h"

#define FP		EBPF_REG_10
#define N		8	/* bytes passed, of the smallest: a key */
#define ARRAY_BYTES	48	/* MAP_ARRAY */
#define MAX_ARGS	EBPF_MAX_FUNC_REG_ARGS

static int map_wronly, map_queue, map_percpu, map_task, map_sk, map_walk;

/*
 * The letters that a prototype stands for
 */
static char mem_letter(u32 t)
{
	u32 use = t & (EBPF_MEM_RDONLY | EBPF_MEM_WRITE | EBPF_MEM_UNINIT);
	bool null = t & EBPF_PTR_MAYBE_NULL;

	switch (use) {
	case EBPF_MEM_RDONLY:
		return null ? 'R' : 'r';
	case EBPF_MEM_WRITE:
		return null ? 'W' : 'w';
	case EBPF_MEM_WRITE | EBPF_MEM_UNINIT:
		return null ? '?' : 'f';
	default:
		return '?';
	}
}

static char plain_letter(u32 t)
{
	switch (t) {
	case EBPF_ARG_CONST_MAP_PTR: return 'm';
	case EBPF_ARG_PTR_TO_MAP_KEY: return 'k';
	case EBPF_ARG_PTR_TO_MAP_VALUE: return 'v';
	case EBPF_ARG_PTR_TO_MAP_VALUE | EBPF_PTR_MAYBE_NULL: return 'V';
	case EBPF_ARG_PTR_TO_UNINIT_MAP_VALUE: return 'F';
	case EBPF_ARG_CONST_SIZE: return 's';
	case EBPF_ARG_CONST_SIZE_OR_ZERO: return 'z';
	case EBPF_ARG_PTR_TO_CTX: return 'c';
	case EBPF_ARG_PTR_TO_CTX_OR_NULL: return 'C';
	case EBPF_ARG_ANYTHING: return '-';
	case EBPF_ARG_PTR_TO_SPIN_LOCK: return 'L';
	case EBPF_ARG_PTR_TO_LONG | EBPF_MEM_WRITE: return 'l';
	case EBPF_ARG_PTR_TO_INT | EBPF_MEM_WRITE: return 'i';
	case EBPF_ARG_PTR_TO_BTF_ID: return 'o';
	case EBPF_ARG_PTR_TO_BTF_ID | EBPF_PTR_MAYBE_NULL | EBPF_OBJ_RELEASE: return 'O';
	case EBPF_ARG_PTR_TO_ALLOC_MEM_REL: return 'A';
	case EBPF_ARG_CONST_ALLOC_SIZE_OR_ZERO: return 'a';
	case EBPF_ARG_PTR_TO_BTF_ID_SOCK_COMMON:
	case EBPF_ARG_PTR_TO_SOCK_COMMON: return 'y';
	case EBPF_ARG_PTR_TO_BTF_ID_SOCK_COMMON | EBPF_OBJ_RELEASE: return 'Y';
	case EBPF_ARG_PTR_TO_PERCPU_BTF_ID: return 'p';
	case EBPF_ARG_PTR_TO_FUNC: return 'x';
	case EBPF_ARG_PTR_TO_STACK_OR_NULL: return 'S';
	case EBPF_ARG_PTR_TO_CONST_STR: return 't';
	case EBPF_ARG_PTR_TO_TIMER: return 'T';
	case EBPF_ARG_PTR_TO_KPTR: return 'K';
	default: return '?';
	}
}

static char dynptr_letter(u32 t)
{
	if (t & EBPF_MEM_UNINIT)
		return t & EBPF_MEM_WRITE ? 'D' : '?';
	return t & EBPF_OBJ_RELEASE ? 'g' : 'd';
}

static void letters_of(const struct ebpf_func_proto *fn, char *s)
{
	u32 i, t;

	for (i = 0; i < MAX_ARGS && fn->arg_type[i] != EBPF_ARG_DONTCARE; i++) {
		t = fn->arg_type[i];
		if (EBPF_TYPE_BASE(t) == EBPF_ARG_PTR_TO_MEM && !(t & EBPF_MEM_FIXED_SIZE))
			s[i] = mem_letter(t);
		else if (EBPF_TYPE_BASE(t) == EBPF_ARG_PTR_TO_DYNPTR)
			s[i] = dynptr_letter(t);
		else
			s[i] = plain_letter(t);
	}
	s[i] = '\0';
}

/*
 * Every helper of every type of program
 */
static bool is_kern(u32 prog_type, u32 func_id)
{
	const struct ebpf_func_proto *a = ebpf_func_proto_of(prog_type, func_id);

	return a && (prog_type == EBPF_PROG_TYPE_TRACING || prog_type == EBPF_PROG_TYPE_LSM ||
		     prog_type == EBPF_PROG_TYPE_SK_REUSEPORT);
}

/* A size follows each memory, and nothing else; NULL goes with sizes of 0 only; one
 * argument at most is filled whatever was there.
 */
static bool well_formed(const char *s)
{
	u32 i, fills = 0;

	for (i = 0; s[i]; i++) {
		bool mem = strchr("rRwWf", s[i]), size = s[i] == 's' || s[i] == 'z';

		if (mem && s[i + 1] != 's' && s[i + 1] != 'z')
			return false;
		if (touch_takes_null(s[i]) && s[i] != 'V' && s[i + 1] != 'z')
			return false;
		if (size && (!i || !strchr("rRwWf", s[i - 1])))
			return false;
		fills += s[i] == 'f' || s[i] == 'F';
	}
	return fills <= 1;
}

static void test_letters(void)
{
	u32 id, type, bad = 0, seen = 0;
	char have[MAX_ARGS + 1];

	for (id = 0; id < __EBPF_FUNC_MAX_ID; id++) {
		bool any = false;

		for (type = 0; type < 64; type++) {
			const struct ebpf_func_proto *fn = ebpf_func_proto_of(type, id);
			const char *want = touch_of(id, is_kern(type, id));

			if (!fn)
				continue;
			any = true;
			letters_of(fn, have);
			if (want && !strcmp(want, have) && well_formed(have) && fn->id == id)
				continue;
			tap_diag("%s, program type %u: the table says \"%s\", test_helper_table.h %s",
				 ebpf_func_id_name(id), type, have, want ? want : "nothing");
			bad++;
		}
		seen += any;
		if (!any && touch_of(id, false)) {
			tap_diag("%s: no such helper", ebpf_func_id_name(id));
			bad++;
		}
	}
	tap_ok(!bad && seen == sizeof(touches) / sizeof(touches[0]),
	       "all %u helpers touch what the table says", seen);
}

/*
 * Programs with one call
 */
enum source {
	STACK, VALUE, RDONLY, WRONLY, KEY, PERCPU, PACKET, NULLABLE, NULL_CONST, NUMBER, CONTEXT,
	NR_SOURCES
};

static const char *const source_names[] = {
	[STACK] = "the stack", [VALUE] = "a map's value", [RDONLY] = "a read-only map",
	[WRONLY] = "a write-only map", [KEY] = "a key", [PERCPU] = "a per-CPU variable",
	[PACKET] = "the packet", [NULLABLE] = "what may be NULL", [NULL_CONST] = "NULL",
	[NUMBER] = "a number", [CONTEXT] = "the context",
};

struct call {
	const struct ebpf_func_proto *fn;
	const char *letters;
	u32 type;
	u32 arg;		/* that gets the pointer of @source; others get sound ones */
	enum source source;
	u32 size;		/* where a size belongs to it */
};

enum { T_VOID, T_LONG, T_TASK, T_VAR, T_SEC, T_PTR, T_PATH, T_PATH_PTR, T_PROTO, T_FUNC,
       T_CB_PROTO, T_CB, T_END };

static struct ebpf_btf *btf;
static struct verif_result res;
static struct ebpf_insn insns[VERIF_INSNS];
static u32 cnt;

#define EMIT(...)								\
	do {									\
		static const struct ebpf_insn i_[] = { __VA_ARGS__ };		\
		memcpy(insns + cnt, i_, sizeof(i_));				\
		cnt += ARRAY_SIZE(i_);						\
	} while (0)

static void emit(struct ebpf_insn insn)
{
	insns[cnt++] = insn;
}

static void emit_pseudo(u32 reg, u32 kind, int lo, int hi)
{
	const struct ebpf_insn pair[] = { LD64_PSEUDO(reg, kind, lo, hi) };

	emit(pair[0]);
	emit(pair[1]);
}

static void emit_stack_ptr(u32 reg, int off)
{
	emit((struct ebpf_insn)MOV_X(reg, FP));
	emit((struct ebpf_insn)ADD_K(reg, off));
}

static bool is_xdp(u32 type)
{
	return type == EBPF_PROG_TYPE_XDP;
}

/* R7 = the pointer that is tried; R6 = the context. */
static void emit_source(const struct call *c)
{
	switch (c->source) {
	case STACK:
		emit_stack_ptr(7, -64);
		break;
	case VALUE:
		emit_pseudo(7, EBPF_PSEUDO_MAP_VALUE, MAP_ARRAY, 0);
		break;
	case RDONLY:
		emit_pseudo(7, EBPF_PSEUDO_MAP_VALUE, MAP_RDONLY, 0);
		break;
	case WRONLY:
		emit_pseudo(7, EBPF_PSEUDO_MAP_VALUE, map_wronly, 0);
		break;
	case PERCPU:
		emit_pseudo(1, EBPF_PSEUDO_BTF_ID, T_VAR, 0);
		EMIT(HELPER(this_cpu_ptr), MOV_X(7, 0));
		break;
	case PACKET:
		emit((struct ebpf_insn)LDX(W, 7, 6, is_xdp(c->type) ? 0 : 76));
		emit((struct ebpf_insn)LDX(W, 2, 6, is_xdp(c->type) ? 4 : 80));
		EMIT(MOV_X(3, 7), ADD_K(3, N), JMP_X(JLE, 3, 2, 2), MOV_K(0, 0), EXIT);
		break;
	case NULLABLE:
		/* An index that is beyond the end, so that it is not known to be there. */
		EMIT(ST(W, FP, -4, 1), MOV_X(2, FP), ADD_K(2, -4), LD_MAP(1, MAP_ARRAY),
		     HELPER(map_lookup_elem), MOV_X(7, 0));
		break;
	case NULL_CONST:
		EMIT(MOV_K(7, 0));
		break;
	case NUMBER:
		EMIT(MOV_K(7, 1));
		break;
	case CONTEXT:
		EMIT(MOV_X(7, 6));
		break;
	default:
		break;
	}
}

static int map_for(u32 func_id)
{
	switch (func_id) {
	case EBPF_FUNC_perf_event_output:
	case EBPF_FUNC_perf_event_read_value:
	case EBPF_FUNC_perf_event_read:
		return MAP_EVENTS;
	case EBPF_FUNC_ringbuf_output:
		return MAP_RINGBUF;
	case EBPF_FUNC_map_push_elem:
	case EBPF_FUNC_map_pop_elem:
	case EBPF_FUNC_map_peek_elem:
		return map_queue;
	case EBPF_FUNC_map_lookup_percpu_elem:
		return map_percpu;
	case EBPF_FUNC_task_storage_get:
		return map_task;
	case EBPF_FUNC_sk_storage_get:
		return map_sk;
	default:
		return MAP_ARRAY4;
	}
}

/* R8 = a kernel struct, or a new dynptr at fp-32, if the helper wants one. */
static void emit_objects(const struct call *c)
{
	if (strchr(c->letters, 'o')) {
		if (c->fn->id == EBPF_FUNC_d_path)
			EMIT(LDX(DW, 8, 6, 0));
		else
			EMIT(HELPER(get_current_task_btf), MOV_X(8, 0));
	}
	if (strchr(c->letters, 'd')) {
		emit_pseudo(1, EBPF_PSEUDO_MAP_VALUE, MAP_ARRAY, 0);
		EMIT(MOV_K(2, N), MOV_K(3, 0));
		emit_stack_ptr(4, -32);
		EMIT(HELPER(dynptr_from_mem));
	}
}

static void emit_arg(const struct call *c, u32 i)
{
	u32 reg = EBPF_REG_1 + i;
	char l = c->letters[i];

	if (i == c->arg) {
		emit((struct ebpf_insn)MOV_X(reg, 7));
		return;
	}
	if (touch_is_mem(l)) {
		/* bpf_dynptr_from_mem() is after more than the stack. */
		emit_stack_ptr(reg, -128 + 16 * (int)i);
		return;
	}
	switch (l) {
	case 'c':
		emit((struct ebpf_insn)MOV_X(reg, 6));
		break;
	case 'm':
		emit_pseudo(reg, EBPF_PSEUDO_MAP_FD, map_for(c->fn->id), 0);
		break;
	case 's':
	case 'z':
		emit((struct ebpf_insn)MOV_K(reg, i == c->arg + 1 ? c->size : N));
		break;
	case 't':
		emit_pseudo(reg, EBPF_PSEUDO_MAP_VALUE, MAP_RDONLY, 4);
		break;
	case 'o':
		emit((struct ebpf_insn)MOV_X(reg, 8));
		break;
	case 'd':
		emit_stack_ptr(reg, -32);
		break;
	case 'D':
		emit_stack_ptr(reg, -48);
		break;
	default:
		emit((struct ebpf_insn)MOV_K(reg, 0));
	}
}

static void emit_call(const struct call *c)
{
	u32 i;

	emit_source(c);
	emit_objects(c);
	for (i = 0; c->letters[i]; i++)
		emit_arg(c, i);
	emit((struct ebpf_insn)CALL_ID(c->fn->id));
	EMIT(MOV_K(0, 0), EXIT);
}

/* The call, or a callback with it for each element of a map of which R7 is the key. */
static void emit_prog(const struct call *c)
{
	cnt = 0;
	if (c->source != KEY) {
		EMIT(MOV_X(6, 1));
		emit_call(c);
		return;
	}
	EMIT(STX(DW, FP, 1, -8));
	emit_pseudo(1, EBPF_PSEUDO_MAP_FD, map_walk, 0);
	EMIT(LD64_PSEUDO(2, EBPF_PSEUDO_FUNC, 7, 0), MOV_X(3, FP), ADD_K(3, -8), MOV_K(4, 0),
	     HELPER(for_each_map_elem), MOV_K(0, 0), EXIT,
	     MOV_X(7, 2), LDX(DW, 6, 4, 0));
	emit_call(c);
}

static bool verdict(const struct call *c)
{
	struct ebpf_func_info funcs[4];
	struct ebpf_load load = {
		.prog_type = c->type, .gpl_compatible = true, .insns = insns,
		.vmlinux_btf = btf, .btf = btf, .attach_btf = btf,
		.prog_flags = c->fn->may_sleep || c->type == EBPF_PROG_TYPE_SYSCALL ?
			EBPF_F_SLEEPABLE : 0,
	};

	emit_prog(c);
	load.insn_cnt = cnt;
	if (c->type == EBPF_PROG_TYPE_TRACING) {
		load.expected_attach_type = EBPF_TRACE_FEXIT;
		load.attach_btf_id = T_FUNC;
	}
	if (c->source == KEY) {
		load.func_info = funcs;
		load.func_info_rec_size = sizeof(funcs[0]);
		load.func_info_cnt = verif_funcs(insns, cnt, funcs, T_CB);
	}
	verif_load(&res, &load, EBPF_LOG_LEVEL1);
	return !res.err;
}

/* By the letters alone: is it right to let that through? */
static bool should_pass(const struct call *c)
{
	char l = c->letters[c->arg], size = c->letters[c->arg + 1];
	bool sized = strchr("rRwWf", l);

	if (sized && !c->size && size != 'z')
		return false;
	/* It outlives the call. */
	if (c->fn->id == EBPF_FUNC_dynptr_from_mem && c->source != VALUE && c->source != WRONLY)
		return false;
	switch (c->source) {
	case STACK:
	case VALUE:
		return true;
	case RDONLY:
	case KEY:
		return !touch_writes(l);
	case WRONLY:
		return (l == 'f' || l == 'F') && c->fn->id != EBPF_FUNC_dynptr_from_mem;
	case PERCPU:
		return l == 'r' || l == 'R';
	case PACKET:
		return c->fn->pkt_access && !touch_writes(l);
	case NULLABLE:
	case NULL_CONST:
		return touch_takes_null(l) && (!sized || !c->size);
	case CONTEXT:
		/* What the caller of a test run passed. */
		return c->type == EBPF_PROG_TYPE_SYSCALL;
	default:
		return false;
	}
}

static u32 tried, wrong;

static void try_call(struct call *c)
{
	bool want = should_pass(c), got = verdict(c);

	tried++;
	if (want == got && (got || res.err == -EACCES))
		return;
	wrong++;
	tap_diag("bpf_%s, program type %u, argument %u: %s, size %u: %s (%d)\n%s",
		 ebpf_func_id_name(c->fn->id), c->type, c->arg + 1, source_names[c->source],
		 c->size, got ? "let through" : "refused", res.err, res.log);
}

static bool source_exists(const struct call *c)
{
	switch (c->source) {
	case PACKET:
		return c->type == EBPF_PROG_TYPE_SCHED_CLS || is_xdp(c->type);
	case KEY:
		/* Elements are walked under a lock. */
		return !c->fn->may_sleep;
	default:
		return true;
	}
}

static void try_arg(struct call *c)
{
	char l = c->letters[c->arg];
	bool sized = strchr("rRwWf", l);

	for (c->source = 0; c->source < NR_SOURCES; c->source++) {
		if (!source_exists(c))
			continue;
		c->size = N;
		try_call(c);
		if (!sized)
			continue;
		c->size = 0;
		/* Programs know per-CPU variables, packets and keys as well as values. */
		if (c->source == STACK || c->source == VALUE || c->source == NULLABLE ||
		    c->source == NULL_CONST)
			try_call(c);
	}
	if (!sized)
		return;
	c->source = VALUE;
	c->size = ARRAY_BYTES;
	try_call(c);
}

/* Sizes that are too large: never let through. */
static void try_sizes(struct call *c)
{
	static const u32 sizes[] = { ARRAY_BYTES + 1, 1U << 29, 0x7fffffff, 0xffffffff };
	u32 i;

	if (!strchr("rRwWf", c->letters[c->arg]))
		return;
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		c->source = VALUE;
		c->size = sizes[i];
		tried++;
		if (!verdict(c))
			continue;
		wrong++;
		tap_diag("bpf_%s, argument %u: size %#x let through",
			 ebpf_func_id_name(c->fn->id), c->arg + 1, c->size);
	}
}

/* Types whose programs can be made here, those with packets first. */
static const u32 types[] = {
	EBPF_PROG_TYPE_SCHED_CLS, EBPF_PROG_TYPE_XDP, EBPF_PROG_TYPE_KPROBE,
	EBPF_PROG_TYPE_PERF_EVENT, EBPF_PROG_TYPE_TRACING, EBPF_PROG_TYPE_LWT_XMIT,
	EBPF_PROG_TYPE_SYSCALL,
};

/* What no program here can call, though it is given memory. */
static bool unreachable(u32 func_id)
{
	switch (func_id) {
	/* A socket comes first, or a file, or a packet, or there is no such program. */
	case EBPF_FUNC_tcp_check_syncookie:
	case EBPF_FUNC_seq_printf:
	case EBPF_FUNC_seq_write:
	case EBPF_FUNC_seq_printf_btf:
	case EBPF_FUNC_skb_output:
	case EBPF_FUNC_xdp_output:
	case EBPF_FUNC_sk_storage_get:
	case EBPF_FUNC_getsockopt:
	case EBPF_FUNC_sk_redirect_hash:
	case EBPF_FUNC_msg_redirect_hash:
	case EBPF_FUNC_sock_map_update:
	case EBPF_FUNC_sock_hash_update:
	case EBPF_FUNC_sk_select_reuseport:
		return true;
	default:
		return false;
	}
}

/* Of these what is returned would have to be given back first. */
static bool acquires(u32 func_id)
{
	return func_id == EBPF_FUNC_sk_lookup_tcp || func_id == EBPF_FUNC_sk_lookup_udp ||
	       func_id == EBPF_FUNC_skc_lookup_tcp;
}

static bool try_helper(u32 id, u32 type)
{
	struct call c = { .type = type, .fn = ebpf_func_proto_of(type, id) };
	u32 before = tried;

	if (!c.fn)
		return false;
	c.letters = touch_of(id, is_kern(type, id));
	if (!c.letters || acquires(id))
		return false;
	for (c.arg = 0; c.letters[c.arg]; c.arg++) {
		if (!touch_is_mem(c.letters[c.arg]))
			continue;
		try_arg(&c);
		try_sizes(&c);
	}
	return tried > before;
}

static bool has_mem(const char *letters)
{
	for (; *letters; letters++)
		if (touch_is_mem(*letters))
			return true;
	return false;
}

static void test_verdicts(void)
{
	u32 id, i, helpers = 0, lost = 0;

	for (id = 0; id < __EBPF_FUNC_MAX_ID; id++) {
		const char *letters = touch_of(id, false);
		bool done = false;

		if (!letters || !has_mem(letters) || unreachable(id))
			continue;
		for (i = 0; i < ARRAY_SIZE(types) && !done; i++)
			done = try_helper(id, types[i]);
		helpers += done;
		if (done || acquires(id))
			continue;
		lost++;
		tap_diag("bpf_%s was not tried", ebpf_func_id_name(id));
	}
	tap_ok(helpers > 40 && !lost, "%u helpers with memory are tried", helpers);
	tap_ok(tried > 500 && !wrong, "%u calls, %u of them judged wrongly", tried, wrong);
}

static bool make_btf(void)
{
	words_begin(0);
	ADD(INT(str("long"), 8));
	ADD(TYPE(str("task_struct"), STRUCT, 1, 8), MEMBER(str("state"), T_LONG, 0));
	ADD(TYPE(str("some_counter"), VAR, 0, T_LONG), 1);
	ADD(TYPE(str(".data..percpu"), DATASEC, 1, 8), T_VAR, 0, 8);
	ADD(PTR(T_TASK));
	ADD(TYPE(str("path"), STRUCT, 2, 16), MEMBER(str("mnt"), T_LONG, 0),
	    MEMBER(str("dentry"), T_LONG, 64));
	ADD(PTR(T_PATH));
	ADD(TYPE(0, FUNC_PROTO, 1, T_LONG), str("path"), T_PATH_PTR);
	ADD(TYPE(str("security_inode_getattr"), FUNC, 0, T_PROTO));
	ADD(TYPE(0, FUNC_PROTO, 0, T_LONG));
	ADD(TYPE(str("callback"), FUNC, EBPF_BTF_FUNC_STATIC, T_CB_PROTO));
	btf = words_parse_vmlinux();
	return !IS_ERR(btf) && ebpf_btf_nr_types(btf) == T_END;
}

int main(void)
{
	verif_maps();
	map_wronly = fake_map_new(EBPF_MAP_TYPE_ARRAY, 4, 48, 1, EBPF_F_WRONLY_PROG);
	map_queue = fake_map_new(EBPF_MAP_TYPE_QUEUE, 0, 8, 4, 0);
	map_percpu = fake_map_new(EBPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 4, 0);
	map_walk = fake_map_new(EBPF_MAP_TYPE_LRU_HASH, 8, 16, 64, 0);
	map_task = fake_map_new(EBPF_MAP_TYPE_TASK_STORAGE, 4, 8, 0, EBPF_F_NO_PREALLOC);
	map_sk = fake_map_new(EBPF_MAP_TYPE_SK_STORAGE, 4, 8, 0, EBPF_F_NO_PREALLOC);
	if (!tap_ok(make_btf(), "BTF of a kernel"))
		return tap_end();
	test_letters();
	test_verdicts();
	words_destroy(btf);
	return tap_end();
}
