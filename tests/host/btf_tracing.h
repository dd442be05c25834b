/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The BTF of a kernel with functions, tracepoints and iterators to trace, odd ones among them.
 */
#ifndef _TESTS_HOST_BTF_TRACING_H
#define _TESTS_HOST_BTF_TRACING_H

#include "btf_words.h"

/* Ids of the types below, in their order. */
enum {
	T_VOID, T_INT, T_LONG, T_CHAR, T_INNER, T_TASK_PTR, T_TASK, T_INNERS, T_NAME, T_VOID_PTR,
	T_USER, T_USER_PTR, T_FLEX, T_TAIL, T_FLEX_PTR, T_UNION, T_UNION_PTR, T_PROTO, T_TRACED,
	T_TASK_PTR_PTR, T_PP_PROTO, T_PP, T_TP_PROTO, T_TP_PTR, T_TP, T_OTHER_TYPEDEF, T_VA_PROTO,
	T_VA, T_PAIR, T_PAIR_PROTO, T_BY_VALUE, T_BIG, T_BIG_PROTO, T_BIG_FUNC, T_DENIED,
	T_SELF, T_SELF_PTR, T_SELF_PROTO, T_SELF_FUNC, T_VOID_PROTO, T_VOID_FUNC, T_MANY_PROTO,
	T_MANY, T_GHOST_FUNC, T_EMPTY, T_EMPTIES, T_EMPTY_TAIL, T_EMPTY_TAIL_PTR, T_EMPTY_PROTO,
	T_EMPTY_FUNC, T_PERCPU, T_PERCPU_PTR, T_INT_PTR, T_CONST_INT, T_REGS,
	T_RUNQ, T_CPU_NR, T_JIFFIES, T_PERCPU_SEC,
	T_HOOK, T_PTR_HOOK, T_VOID_HOOK, T_LONG_PROTO, T_SYSCALL, T_NO_SYSCALL,
	T_VMA, T_CB_PROTO, T_CB,
	T_SEQ, T_SEQ_PTR, T_META, T_META_PTR, T_ITER_PROTO, T_ITER, T_NO_ITER, T_ITER_STRUCT,
	T_VMA_PTR, T_ITER_VMA_PROTO, T_ITER_VMA, T_FILE, T_FILE_PTR, T_ITER_FILE_PROTO, T_ITER_FILE,
	T_NUMBERS, T_NUMBERS_TAIL, T_NUMBERS_PTR, T_NUMBERS_PROTO,
	T_NUMBERS_FUNC, T_NF_STATE, T_SKB, T_END,
};

static inline void add_structs(void)
{
	ADD(INT(str("int"), 4));
	ADD(INT(str("long"), 8));
	ADD(INT(str("char"), 1));
	ADD(TYPE(str("inner"), STRUCT, 2, 8), MEMBER(str("a"), T_INT, 0),
	    MEMBER(str("b"), T_INT, 32));
	ADD(PTR(T_TASK));
	ADD(KTYPE(str("task_struct"), STRUCT, 8, 64), FIELD(str("pid"), T_INT, 0, 0),
	    FIELD(str("bits"), T_INT, 3, 33), FIELD(str("in"), T_INNER, 0, 64),
	    FIELD(str("parent"), T_TASK_PTR, 0, 128), FIELD(str("arr"), T_INNERS, 0, 192),
	    FIELD(str("comm"), T_NAME, 0, 320), FIELD(str("any"), T_VOID_PTR, 0, 384),
	    FIELD(str("user"), T_USER_PTR, 0, 448));
	ADD(ARRAY(T_INNER, T_INT, 2));
	ADD(ARRAY(T_CHAR, T_INT, 8));
	ADD(PTR(T_VOID));
	ADD(TYPE(str("user"), TYPE_TAG, 0, T_TASK));
	ADD(PTR(T_USER));
	ADD(TYPE(str("flex"), STRUCT, 2, 8), MEMBER(str("n"), T_INT, 0),
	    MEMBER(str("tail"), T_TAIL, 64));
	ADD(ARRAY(T_INNER, T_INT, 0));
	ADD(PTR(T_FLEX));
	ADD(TYPE(str("either"), UNION, 2, 8), MEMBER(str("x"), T_INT, 0),
	    MEMBER(str("t"), T_TASK_PTR, 0));
	ADD(PTR(T_UNION));
}

static inline void add_functions(void)
{
	ADD(TYPE(0, FUNC_PROTO, 6, T_INT), str("t"), T_TASK_PTR, str("n"), T_INT, str("v"),
	    T_VOID_PTR, str("f"), T_FLEX_PTR, str("u"), T_UNION_PTR, str("i"), T_INT_PTR);
	ADD(TYPE(str("traced"), FUNC, 0, T_PROTO));
	ADD(PTR(T_TASK_PTR));
	ADD(TYPE(0, FUNC_PROTO, 1, T_TASK_PTR), str("pp"), T_TASK_PTR_PTR);
	ADD(TYPE(str("takes_pp"), FUNC, 0, T_PP_PROTO));
	ADD(TYPE(0, FUNC_PROTO, 2, T_VOID), 0, T_VOID_PTR, 0, T_TASK_PTR);
	ADD(PTR(T_TP_PROTO));
	ADD(TYPE(str("btf_trace_ev"), TYPEDEF, 0, T_TP_PTR));
	ADD(TYPE(str("other"), TYPEDEF, 0, T_TP_PTR));
	ADD(TYPE(0, FUNC_PROTO, 2, T_INT), str("n"), T_INT, 0, 0);
	ADD(TYPE(str("variadic"), FUNC, 0, T_VA_PROTO));
	ADD(TYPE(str("pair"), STRUCT, 2, 16), MEMBER(str("l"), T_LONG, 0),
	    MEMBER(str("r"), T_LONG, 64));
	ADD(TYPE(0, FUNC_PROTO, 2, T_LONG), str("p"), T_PAIR, str("t"), T_TASK_PTR);
	ADD(TYPE(str("by_value"), FUNC, 0, T_PAIR_PROTO));
	ADD(TYPE(str("big"), STRUCT, 1, 24), MEMBER(str("p"), T_PAIR, 0));
	ADD(TYPE(0, FUNC_PROTO, 1, T_INT), str("b"), T_BIG);
	ADD(TYPE(str("takes_big"), FUNC, 0, T_BIG_PROTO));
	ADD(TYPE(str("migrate_disable"), FUNC, 0, T_PROTO));
}

/* What a BTF nobody has followed may hold. */
static inline void add_oddities(void)
{
	u32 i;

	ADD(TYPE(str("self"), STRUCT, 1, 8), MEMBER(str("s"), T_SELF, 0));
	ADD(PTR(T_SELF));
	ADD(TYPE(0, FUNC_PROTO, 1, T_VOID), str("s"), T_SELF_PTR);
	ADD(TYPE(str("takes_self"), FUNC, 0, T_SELF_PROTO));
	ADD(TYPE(0, FUNC_PROTO, 0, T_VOID));
	ADD(TYPE(str("returns_void"), FUNC, 0, T_VOID_PROTO));
	ADD(TYPE(0, FUNC_PROTO, 13, T_VOID));
	for (i = 0; i < 13; i++)
		ADD(str("a"), T_INT);
	ADD(TYPE(str("takes_many"), FUNC, 0, T_MANY_PROTO));
	ADD(TYPE(str("ghost"), FUNC, 0, T_INT));
	ADD(TYPE(str("empty"), STRUCT, 0, 0));
	ADD(ARRAY(T_EMPTY, T_INT, 0));
	ADD(TYPE(str("empty_tail"), STRUCT, 2, 8), MEMBER(str("n"), T_LONG, 0),
	    MEMBER(str("e"), T_EMPTIES, 64));
	ADD(PTR(T_EMPTY_TAIL));
	ADD(TYPE(0, FUNC_PROTO, 2, T_VOID), str("e"), T_EMPTY_TAIL_PTR, str("c"), T_PERCPU_PTR);
	ADD(TYPE(str("takes_empty"), FUNC, 0, T_EMPTY_PROTO));
	ADD(TYPE(str("percpu"), TYPE_TAG, 0, T_TASK));
	ADD(PTR(T_PERCPU));
	ADD(PTR(T_CONST_INT));
	ADD(TYPE(0, CONST, 0, T_INT));
	ADD(TYPE(str("pt_regs"), STRUCT, 1, 168), MEMBER(str("ip"), T_LONG, 128 * 8));
	ADD(TYPE(str("runqueues"), VAR, 0, T_TASK), 1);
	ADD(TYPE(str("cpu_number"), VAR, 0, T_INT), 1);
	ADD(TYPE(str("jiffies"), VAR, 0, T_LONG), 1);
	ADD(TYPE(str(".data..percpu"), DATASEC, 2, 72), T_RUNQ, 0, 64, T_CPU_NR, 64, 4);
	ADD(TYPE(str("security_hook"), FUNC, 0, T_PROTO));
	ADD(TYPE(str("security_ptr"), FUNC, 0, T_PP_PROTO));
	ADD(TYPE(str("security_void"), FUNC, 0, T_VOID_PROTO));
	ADD(TYPE(0, FUNC_PROTO, 0, T_LONG));
	ADD(TYPE(str("__x64_sys_call"), FUNC, 0, T_LONG_PROTO));
	ADD(TYPE(str("sys_int"), FUNC, 0, T_PROTO));
	ADD(TYPE(str("vm_area_struct"), STRUCT, 2, 16), MEMBER(str("vm_start"), T_LONG, 0),
	    MEMBER(str("vm_end"), T_LONG, 64));
	ADD(TYPE(0, FUNC_PROTO, 0, T_INT));
	ADD(TYPE(str("callback"), FUNC, EBPF_BTF_FUNC_STATIC, T_CB_PROTO));
}

static inline void add_iterators(void)
{
	ADD(TYPE(str("seq_file"), STRUCT, 1, 16), MEMBER(str("count"), T_LONG, 64));
	ADD(PTR(T_SEQ));
	ADD(TYPE(str("bpf_iter_meta"), STRUCT, 3, 24), MEMBER(str("seq"), T_SEQ_PTR, 0),
	    MEMBER(str("session_id"), T_LONG, 64), MEMBER(str("seq_num"), T_LONG, 128));
	ADD(PTR(T_META));
	ADD(TYPE(0, FUNC_PROTO, 2, T_INT), str("meta"), T_META_PTR, str("task"), T_TASK_PTR);
	ADD(TYPE(str("bpf_iter_task"), FUNC, 0, T_ITER_PROTO));
	ADD(TYPE(str("bpf_iter_nothing"), FUNC, 0, T_ITER_PROTO));
	ADD(TYPE(str("bpf_iter_struct"), STRUCT, 0, 0));
	ADD(PTR(T_VMA));
	ADD(TYPE(0, FUNC_PROTO, 3, T_INT), str("meta"), T_META_PTR, str("task"), T_TASK_PTR,
	    str("vma"), T_VMA_PTR);
	ADD(TYPE(str("bpf_iter_task_vma"), FUNC, 0, T_ITER_VMA_PROTO));
	ADD(TYPE(str("file"), STRUCT, 1, 8), MEMBER(str("flags"), T_LONG, 0));
	ADD(PTR(T_FILE));
	ADD(TYPE(0, FUNC_PROTO, 4, T_INT), str("meta"), T_META_PTR, str("task"), T_TASK_PTR,
	    str("fd"), T_INT, str("file"), T_FILE_PTR);
	ADD(TYPE(str("bpf_iter_task_file"), FUNC, 0, T_ITER_FILE_PROTO));
	ADD(TYPE(str("numbers"), STRUCT, 2, 8), MEMBER(str("n"), T_LONG, 0),
	    MEMBER(str("tail"), T_NUMBERS_TAIL, 64));
	ADD(ARRAY(T_INT, T_INT, 0));
	ADD(PTR(T_NUMBERS));
	ADD(TYPE(0, FUNC_PROTO, 1, T_INT), str("n"), T_NUMBERS_PTR);
	ADD(TYPE(str("takes_numbers"), FUNC, 0, T_NUMBERS_PROTO));
	ADD(TYPE(str("nf_hook_state"), STRUCT, 2, 8), MEMBER(str("hook"), T_INT, 0),
	    MEMBER(str("pf"), T_INT, 32));
	ADD(TYPE(str("sk_buff"), STRUCT, 1, 8), MEMBER(str("len"), T_INT, 0));
}

/* NULL when the list above is not theirs. Ends in words_destroy(). */
static inline struct ebpf_btf *tracing_btf(void)
{
	struct ebpf_btf *btf;

	words_begin(0);
	add_structs();
	add_functions();
	add_oddities();
	add_iterators();
	btf = words_parse_vmlinux();
	return !IS_ERR(btf) && ebpf_btf_nr_types(btf) == T_END ? btf : NULL;
}

#endif /* _TESTS_HOST_BTF_TRACING_H */
