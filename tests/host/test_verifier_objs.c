// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel functions on objects of the kernel: whose pointers they take, what is given back and what may be
 * NULL; sections that programs open and close.
 */
#include <ebpf/kfunc.h>
#include <ebpf/services.h>
#include <tap.h>
#include "services.h"
#include "verif_run.h"
#include "btf_words.h"

#define FP		EBPF_REG_10
#define RET0		MOV_K(0, 0), EXIT
#define LD_FUNC(d, to)	LD64_PSEUDO(d, EBPF_PSEUDO_FUNC, to, 0)

/* A call of function number @n of the list below. */
enum { ACQUIRE, RELEASE, FROM_PID, FROM_VPID, EXE, PUT_FILE, PATH, LOCK, UNLOCK, OFF, ON, NEW, NEXT, DESTROY,
       NR_KF };
#define KF_MARK		100000
#define KF(n)		INSN(EBPF_JMP | EBPF_CALL, 0, EBPF_PSEUDO_KFUNC_CALL, 0, KF_MARK + (n))

static const char * const kfuncs[NR_KF] = {
	"bpf_task_acquire", "bpf_task_release", "bpf_task_from_pid", "bpf_task_from_vpid",
	"bpf_get_task_exe_file", "bpf_put_file", "bpf_path_d_path", "bpf_rcu_read_lock",
	"bpf_rcu_read_unlock", "bpf_preempt_disable", "bpf_preempt_enable", "bpf_iter_task_new",
	"bpf_iter_task_next", "bpf_iter_task_destroy",
};

/* Ids of the kernel's types. */
enum {
	T_INT = 1, T_PTASK, T_TASK, T_INODE, T_PINODE, T_PATH, T_FILE, T_PFILE, P_TP, T_PTP, T_TP, P_HOOK,
	F_OPEN, F_OPEN_FUNC, P_FUNC, F_TRACED, P_FREE, F_FREE, F_FREE_FUNC, F_SYSCALL, P_NONE, F_STATIC, F_GLOBAL,
	F_PERM, F_PERM_FUNC, F_OF_TASK, F_TASK_TAG, F_OF_FILE, F_FILE_TAG,
};

enum { PID = 0, REAL_PARENT = 8, LEADER = 16, PARENT = 24, F_PATH = 8, F_INODE = 24 };

/* Where a program of the test is, by its first letter in the table. */
enum where { TP, OPEN, SLEEPS, FREE, ENTRY, SYS, KPROBE, PERM };

struct obj_case {
	const char *name;
	enum where where;
	int err;
	const char *says;
	struct ebpf_insn insns[32];
	u32 global;	/* the function called, where it is global */
};

static struct ebpf_btf *kernel, *own;
static struct verif_result res;

/* R6 = the first argument: a task, of hooks a file. */
#define ARG		LDX(DW, 6, 1, 0)
/* R6 = the current task. */
#define CURRENT		HELPER(get_current_task_btf), MOV_X(6, 0)
#define HOLD(reg)	MOV_X(1, reg), KF(ACQUIRE)
#define LET_GO(reg)	MOV_X(1, reg), KF(RELEASE)
#define OR_NULL		JMP_K(JNE, 0, 0, 2), RET0
#define BUF		MOV_X(2, FP), ADD_K(2, -8), MOV_K(3, 8)
#define ONE_BYTE	MOV_X(1, FP), ADD_K(1, -8), MOV_K(2, 1), MOV_K(3, 4096), HELPER(copy_from_user)

/* Of an iterator at R10 - 24. Of tasks of R2's process, NULL: of all. */
#define ITER		MOV_X(1, FP), ADD_K(1, -24)
#define NEW_OF		ITER, MOV_K(3, 2), KF(NEW)
#define NEW_ALL		MOV_K(2, 0), ITER, MOV_K(3, 0), KF(NEW)
#define GO_ON		ITER, KF(NEXT)
#define END		ITER, KF(DESTROY)

/* What a line leaves out is zero. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

static const struct obj_case cases[] = {
	/* References */
	{ "a task is held and let go", TP, .insns = { ARG, HOLD(6), OR_NULL, LET_GO(0), RET0 } },
	{ "the current one", ENTRY, .insns = { CURRENT, HOLD(6), OR_NULL, LET_GO(0), RET0 } },
	{ "by its number", TP, .insns = { MOV_K(1, 1), KF(FROM_PID), OR_NULL, LET_GO(0), RET0 } },
	{ "by its number here", TP, .insns = { MOV_K(1, 1), KF(FROM_VPID), OR_NULL, LET_GO(0), RET0 } },
	{ "what is held is looked at", TP, .insns = { MOV_K(1, 1), KF(FROM_PID), OR_NULL, MOV_X(6, 0), LDX(W, 7, 6, PID),
	  LET_GO(6), RET0 } },
	{ "it is held by the function that calls this one", TP, .insns = { MOV_K(1, 1), KF(FROM_PID), OR_NULL,
	  MOV_X(1, 0), CALL(2), RET0, KF(RELEASE), RET0 } },
	{ "and once more", TP, .insns = { MOV_K(1, 1), KF(FROM_PID), OR_NULL, MOV_X(7, 0), HOLD(7),
	  JMP_K(JEQ, 0, 0, 2), LET_GO(0), LET_GO(7), RET0 } },
	{ "a number is no task", TP, EINVAL, "R1 pointer type STRUCT task_struct must point to scalar",
	  { MOV_K(1, 8), KF(ACQUIRE), RET0 } },
	{ "nor is the stack", TP, EINVAL, "R1 pointer type STRUCT task_struct must point to scalar",
	  { ST(DW, FP, -8, 0), MOV_X(1, FP), ADD_K(1, -8), KF(ACQUIRE), RET0 } },
	{ "NULL is none", TP, EACCES, "Possibly NULL pointer passed to trusted R1", { MOV_K(1, 0), KF(ACQUIRE), RET0 } },
	{ "what may be NULL is not let go", TP, EACCES, "Possibly NULL pointer passed to trusted R1",
	  { ARG, HOLD(6), LET_GO(0), RET0 } },
	{ "it is not looked at", TP, EACCES, "R0 invalid mem access 'ptr_or_null_'", { ARG, HOLD(6), LDX(W, 0, 0, 0), RET0 } },
	{ "never let go", TP, EINVAL, "Unreleased reference", { ARG, HOLD(6), RET0 } },
	{ "on one of two ways", TP, EINVAL, "Unreleased reference", { ARG, LDX(W, 7, 6, PID), HOLD(6), OR_NULL,
	  JMP_K(JEQ, 7, 0, 2), LET_GO(0), RET0 } },
	{ "twice", TP, EINVAL, "release kfunc bpf_task_release expects referenced PTR_TO_BTF_ID", { ARG, HOLD(6), OR_NULL, MOV_X(7, 0), LET_GO(7), LET_GO(7), RET0 } },
	{ "what is not held", TP, EINVAL, "release kfunc bpf_task_release expects referenced PTR_TO_BTF_ID passed to R1",
	  { ARG, LET_GO(6), RET0 } },
	{ "looked at when it is let go", TP, EACCES, "R7 invalid mem access 'scalar'", { ARG, HOLD(6), OR_NULL,
	  MOV_X(7, 0), LET_GO(7), LDX(W, 0, 7, 0), RET0 } },
	{ "also what was saved of it", TP, EACCES, "invalid mem access 'scalar'", { ARG, HOLD(6), OR_NULL,
	  STX(DW, FP, 0, -8), LET_GO(0), LDX(DW, 7, FP, -8), LDX(W, 0, 7, 0), RET0 } },
	{ "moved", TP, EINVAL, "R1 must have zero offset when passed to release func", { ARG, HOLD(6), OR_NULL,
	  MOV_X(1, 0), ADD_K(1, 8), KF(RELEASE), RET0 } },
	{ "another struct", OPEN, EINVAL, "kernel function bpf_task_acquire R1 expected pointer to STRUCT task_struct"
	  " but R1 has a pointer to STRUCT file", { ARG, HOLD(6), RET0 } },
	{ "a file for a task", OPEN, EINVAL, "kernel function bpf_task_release R1 expected pointer to STRUCT task_struct",
	  { CURRENT, MOV_X(1, 6), KF(EXE), OR_NULL, LET_GO(0), RET0 } },
	{ "a round of a callback lets go of what is not its own", TP, EINVAL, "kfunc bpf_task_release reference has not",
	  { ARG, HOLD(6), OR_NULL, STX(DW, FP, 0, -8), MOV_K(1, 2), LD_FUNC(2, 6), MOV_X(3, FP), MOV_K(4, 0),
	  HELPER(loop), RET0, LDX(DW, 1, 2, -8), KF(RELEASE), RET0 } },
	{ "one that it held itself", TP, .insns = { MOV_K(1, 2), LD_FUNC(2, 6), MOV_K(3, 0), MOV_K(4, 0), HELPER(loop),
	  RET0, MOV_K(1, 1), KF(FROM_PID), JMP_K(JEQ, 0, 0, 2), LET_GO(0), RET0 } },
	{ "and did not let go", TP, EINVAL, "Unreleased reference", { MOV_K(1, 2), LD_FUNC(2, 6), MOV_K(3, 0),
	  MOV_K(4, 0), HELPER(loop), RET0, MOV_K(1, 1), KF(FROM_PID), RET0 } },
	/* Trust */
	{ "what a function was called with", ENTRY, EINVAL, "R1 must be a rcu pointer", { ARG, HOLD(6), RET0 } },
	{ "what goes with the hook", FREE, EINVAL, "R1 must be a rcu pointer", { ARG, HOLD(6), RET0 } },
	{ "what a task leads to", TP, EINVAL, "R1 must be a rcu pointer", { ARG, LDX(DW, 6, 6, PARENT), HOLD(6), RET0 } },
	{ "but for its leader", TP, .insns = { ARG, LDX(DW, 6, 6, LEADER), HOLD(6), OR_NULL, LET_GO(0), RET0 } },
	{ "and the leader of its parent", TP, .insns = { ARG, LDX(DW, 6, 6, REAL_PARENT), LDX(DW, 6, 6, LEADER), HOLD(6), OR_NULL,
	  LET_GO(0), RET0 } },
	{ "not the leader of what a function was called with", ENTRY, EINVAL, "R1 must be a rcu pointer",
	  { ARG, LDX(DW, 6, 6, LEADER), HOLD(6), RET0 } },
	{ "of what is held", TP, .insns = { MOV_K(1, 1), KF(FROM_PID), OR_NULL, MOV_X(7, 0), LDX(DW, 6, 7, LEADER),
	  LET_GO(7), HOLD(6), OR_NULL, LET_GO(0), RET0 } },
	{ "the leader is not enough for who wants more", OPEN, EINVAL, "R1 must be referenced or trusted",
	  { CURRENT, LDX(DW, 1, 6, LEADER), KF(EXE), RET0 } },
	{ "in a program that sleeps it may be gone", SLEEPS, EINVAL, "R1 must be a rcu pointer",
	  { CURRENT, LDX(DW, 6, 6, LEADER), HOLD(6), RET0 } },
	{ "in a section it is not", SLEEPS, .insns = { CURRENT, KF(LOCK), LDX(DW, 6, 6, LEADER), HOLD(6), JMP_K(JEQ, 0, 0, 2),
	  LET_GO(0), KF(UNLOCK), RET0 } },
	{ "behind it", SLEEPS, EINVAL, "R1 must be a rcu pointer", { CURRENT, KF(LOCK), LDX(DW, 7, 6, LEADER), KF(UNLOCK),
	  HOLD(7), RET0 } },
	{ "saved on the stack", SLEEPS, EINVAL, "R1 must be a rcu pointer", { CURRENT, KF(LOCK), LDX(DW, 7, 6, LEADER),
	  STX(DW, FP, 7, -8), KF(UNLOCK), KF(LOCK), LDX(DW, 7, FP, -8), HOLD(7), RET0 } },
	{ "in the outer of two", SLEEPS, .insns = { CURRENT, KF(LOCK), LDX(DW, 7, 6, LEADER), KF(LOCK), KF(UNLOCK),
	  HOLD(7), JMP_K(JEQ, 0, 0, 2), LET_GO(0), KF(UNLOCK), RET0 } },
	{ "loads go on", SLEEPS, .insns = { CURRENT, KF(LOCK), LDX(DW, 7, 6, LEADER), KF(UNLOCK), LDX(W, 0, 7, PID), RET0 } },
	{ "a task that a global function was given", OPEN, .insns = { CURRENT, MOV_X(1, 6), CALL(2), RET0, KF(ACQUIRE), OR_NULL,
	  LET_GO(0), RET0 }, .global = F_OF_TASK },
	{ "a file, which may have been loaded from anywhere", OPEN, EINVAL, "R1 must be referenced or trusted", { ARG,
	  MOV_X(1, 6), CALL(2), RET0, ADD_K(1, F_PATH), ST(DW, FP, -8, 0), BUF, KF(PATH), RET0 }, F_OF_FILE },
	/* Files */
	{ "the file that a process runs", OPEN, .insns = { CURRENT, MOV_X(1, 6), KF(EXE), OR_NULL, MOV_X(1, 0),
	  KF(PUT_FILE), RET0 } },
	{ "kept", OPEN, EINVAL, "Unreleased reference", { CURRENT, MOV_X(1, 6), KF(EXE), RET0 } },
	{ "the hook's own file is not put", OPEN, EINVAL, "release kfunc bpf_put_file expects referenced",
	  { ARG, MOV_X(1, 6), KF(PUT_FILE), RET0 } },
	{ "not by other programs", TP, EACCES, "calling kernel function bpf_get_task_exe_file is not allowed",
	  { CURRENT, MOV_X(1, 6), KF(EXE), RET0 } },
	{ "the name of the hook's file", OPEN, .insns = { ARG, MOV_X(1, 6), ADD_K(1, F_PATH), ST(DW, FP, -8, 0), BUF,
	  KF(PATH), RET0 } },
	{ "into memory that is not there", OPEN, EACCES, "memory, len pair leads to invalid memory access", { ARG,
	  MOV_X(1, 6), ADD_K(1, F_PATH), ST(DW, FP, -8, 0), MOV_X(2, FP), ADD_K(2, -8), MOV_K(3, 9), KF(PATH), RET0 } },
	{ "into NULL", OPEN, EACCES, "Possibly NULL pointer passed to trusted R2", { ARG, MOV_X(1, 6), ADD_K(1, F_PATH),
	  MOV_K(2, 0), MOV_K(3, 0), KF(PATH), RET0 } },
	{ "as long as nobody knows", OPEN, EACCES, NULL, { ARG, LDX(W, 3, 6, 0), MOV_X(1, 6), ADD_K(1, F_PATH),
	  ST(DW, FP, -8, 0), MOV_X(2, FP), ADD_K(2, -8), KF(PATH), RET0 } },
	{ "into what cannot be written", OPEN, EACCES, NULL, { ARG, MOV_X(1, 6), ADD_K(1, F_PATH),
	  LD_MAP_VALUE(2, MAP_RDONLY, 0), MOV_K(3, 8), KF(PATH), RET0 } },
	{ "what was there is not known then", OPEN, EACCES, "R7 invalid mem access 'scalar'", { ARG, STX(DW, FP, FP, -8),
	  MOV_X(1, 6), ADD_K(1, F_PATH), BUF, KF(PATH), LDX(DW, 7, FP, -8), LDX(B, 0, 7, 0), RET0 } },
	{ "no path at another place", OPEN, EINVAL, "kernel function bpf_path_d_path R1 expected pointer to STRUCT path but"
	  " R1 has a pointer to STRUCT file", { ARG, MOV_X(1, 6), ST(DW, FP, -8, 0), BUF, KF(PATH), RET0 } },
	{ "where locks may be held", PERM, EACCES, "calling kernel function bpf_path_d_path is not allowed",
	  { ST(DW, FP, -8, 0), ARG, MOV_X(1, 6), ADD_K(1, F_PATH), BUF, KF(PATH), RET0 } },
	{ "who may not call it", KPROBE, EACCES, "calling kernel function bpf_task_from_pid is not allowed",
	  { MOV_K(1, 1), KF(FROM_PID), RET0 } },
	/* Iterators */
	{ "all tasks", KPROBE, .insns = { NEW_ALL, GO_ON, JMP_K(JEQ, 0, 0, 2), LDX(W, 1, 0, PID), JA(-6), END, RET0 } },
	{ "all of a process", TP, .insns = { LDX(DW, 2, 1, 0), NEW_OF, GO_ON, JMP_K(JEQ, 0, 0, 1), JA(-5), END, RET0 } },
	{ "of a process that may be none", TP, EACCES, "Possibly NULL pointer passed to trusted R2",
	  { MOV_K(1, 1), KF(FROM_PID), MOV_X(2, 0), NEW_OF, RET0 } },
	{ "of what a function was called with", ENTRY, EINVAL, "R2 must be referenced or trusted", { LDX(DW, 2, 1, 0), NEW_OF, RET0 } },
	{ "each can be held", TP, .insns = { NEW_ALL, GO_ON, JMP_K(JEQ, 0, 0, 6), HOLD(0), JMP_K(JEQ, 0, 0, 2), LET_GO(0),
	  JA(-10), END, RET0 } },
	{ "and is not let go", TP, EINVAL, "release kfunc bpf_task_release expects referenced", { NEW_ALL, GO_ON,
	  JMP_K(JEQ, 0, 0, 3), LET_GO(0), JA(-6), END, RET0 } },
	{ "it may be the end", KPROBE, EACCES, "R0 invalid mem access", { NEW_ALL, GO_ON, LDX(W, 1, 0, PID), END, RET0 } },
	{ "never ended", KPROBE, EINVAL, "Unreleased reference", { NEW_ALL, RET0 } },
	{ "no room for all of it", KPROBE, EACCES, "invalid write to stack", { MOV_K(2, 0), MOV_X(1, FP), ADD_K(1, -16),
	  MOV_K(3, 0), KF(NEW), RET0 } },
	{ "the log tells", KPROBE, EINVAL, "fp-24=iter_task(id=1,state=active,depth=0)", { NEW_ALL, KF(ON), RET0 } },
	{ "in a program that sleeps", SLEEPS, EACCES, "kernel func bpf_iter_task_new requires RCU critical section protection",
	  { NEW_ALL, RET0 } },
	{ "in a section of it", SLEEPS, .insns = { KF(LOCK), NEW_ALL, GO_ON, JMP_K(JNE, 0, 0, -4), END, KF(UNLOCK), RET0 } },
	{ "gone on with in another", SLEEPS, EPROTO, "expected an RCU CS when using bpf_iter_task_next", { KF(LOCK), NEW_ALL,
	  KF(UNLOCK), KF(LOCK), GO_ON, RET0 } },
	{ "ended behind it", SLEEPS, EPROTO, "expected an RCU CS when using bpf_iter_task_destroy", { KF(LOCK), NEW_ALL,
	  KF(UNLOCK), END, RET0 } },
	{ "what it came to, behind it", SLEEPS, EINVAL, "R1 must be a rcu pointer", { KF(LOCK), NEW_ALL, GO_ON, MOV_X(6, 0),
	  END, JMP_K(JNE, 6, 0, 3), KF(UNLOCK), RET0, KF(UNLOCK), HOLD(6), RET0 } },
	/* Sections */
	{ "a section in a section", KPROBE, .insns = { KF(LOCK), KF(OFF), KF(LOCK), KF(UNLOCK), KF(ON), KF(UNLOCK), RET0 } },
	{ "closed by a function", KPROBE, .insns = { KF(LOCK), CALL(2), RET0, KF(UNLOCK), RET0 } },
	{ "never closed", KPROBE, EINVAL, "BPF_EXIT instruction in main prog cannot be used inside bpf_rcu_read_lock-ed region",
	  { KF(LOCK), RET0 } },
	{ "without preemption", KPROBE, EINVAL,
	  "BPF_EXIT instruction in main prog cannot be used inside bpf_preempt_disable-ed region", { KF(OFF), RET0 } },
	{ "on one of two ways", KPROBE, EINVAL, "bpf_rcu_read_lock-ed region", { LDX(DW, 6, 1, 0), JMP_K(JEQ, 6, 0, 1), KF(LOCK), RET0 } },
	{ "the other one first", KPROBE, EINVAL, "bpf_rcu_read_lock-ed region", { LDX(DW, 6, 1, 0), JMP_K(JNE, 6, 0, 1), KF(LOCK), RET0 } },
	{ "never opened", KPROBE, EINVAL, "unmatched rcu read unlock (kernel function bpf_rcu_read_unlock)", { KF(UNLOCK), RET0 } },
	{ "on the other way", KPROBE, EINVAL, "unmatched attempt to enable preemption", { LDX(DW, 6, 1, 0), KF(OFF),
	  JMP_K(JEQ, 6, 0, 1), KF(ON), KF(ON), RET0 } },
	{ "the other kind", KPROBE, EINVAL, "unmatched attempt to enable preemption (kernel function bpf_preempt_enable)",
	  { KF(LOCK), KF(ON), RET0 } },
	{ "a tail call out of one", KPROBE, EINVAL, "tail_call cannot be used inside bpf_rcu_read_lock-ed region",
	  { MOV_X(6, 1), KF(LOCK), MOV_X(1, 6), LD_MAP(2, MAP_PROGS), MOV_K(3, 0), HELPER(tail_call), KF(UNLOCK), RET0 } },
	{ "sleep in one", SYS, EINVAL, "sleepable helper bpf_copy_from_user#148 in rcu_read_lock region", { KF(LOCK),
	  ST(DW, FP, -8, 0), ONE_BYTE, KF(UNLOCK), RET0 } },
	{ "or without preemption", SYS, EINVAL, "sleepable helper bpf_copy_from_user#148 in non-preemptible region", { KF(OFF),
	  ST(DW, FP, -8, 0), ONE_BYTE, KF(ON), RET0 } },
	{ "before and behind one", SYS, .insns = { ST(DW, FP, -8, 0), ONE_BYTE, KF(LOCK), KF(UNLOCK), ONE_BYTE, RET0 } },
	{ "each round of a callback its own", KPROBE, .insns = { MOV_K(1, 2), LD_FUNC(2, 6), MOV_K(3, 0), MOV_K(4, 0),
	  HELPER(loop), RET0, KF(LOCK), KF(UNLOCK), RET0 } },
	{ "in one of its caller's", KPROBE, .insns = { KF(LOCK), MOV_K(1, 2), LD_FUNC(2, 7), MOV_K(3, 0), MOV_K(4, 0),
	  HELPER(loop), KF(UNLOCK), RET0, KF(LOCK), KF(UNLOCK), RET0 } },
	{ "one that it leaves open", KPROBE, EINVAL, "Return from a callback cannot be used inside bpf_rcu_read_lock-ed region",
	  { MOV_K(1, 2), LD_FUNC(2, 6), MOV_K(3, 0), MOV_K(4, 0), HELPER(loop), RET0, KF(LOCK), RET0 } },
	{ "its caller's, which it closes", KPROBE, EINVAL, "unmatched rcu read unlock", { KF(LOCK), MOV_K(1, 2), LD_FUNC(2, 7),
	  MOV_K(3, 0), MOV_K(4, 0), HELPER(loop), KF(UNLOCK), RET0, KF(UNLOCK), KF(LOCK), RET0 } },
};

static void add_kernel(void)
{
	ADD(INT(str("int"), 4));
	ADD(PTR(T_TASK));
	ADD(TYPE(str("task_struct"), STRUCT, 4, 32), MEMBER(str("pid"), T_INT, 0),
	    MEMBER(str("real_parent"), T_PTASK, 64), MEMBER(str("group_leader"), T_PTASK, 128),
	    MEMBER(str("parent"), T_PTASK, 192));
	ADD(TYPE(str("inode"), STRUCT, 1, 8), MEMBER(str("i_ino"), T_INT, 0));
	ADD(PTR(T_INODE));
	ADD(TYPE(str("path"), STRUCT, 2, 16), MEMBER(str("mnt"), T_PINODE, 0), MEMBER(str("dentry"), T_PINODE, 64));
	ADD(TYPE(str("file"), STRUCT, 3, 32), MEMBER(str("f_flags"), T_INT, 0), MEMBER(str("f_path"), T_PATH, 64),
	    MEMBER(str("f_inode"), T_PINODE, 192));
	ADD(PTR(T_FILE));
	ADD(TYPE(0, FUNC_PROTO, 2, 0), 0, T_PTASK, 0, T_PTASK);
	ADD(PTR(P_TP));
	ADD(TYPE(str("btf_trace_ev"), TYPEDEF, 0, T_PTP));
	ADD(TYPE(0, FUNC_PROTO, 1, T_INT), str("file"), T_PFILE);
	ADD(TYPE(str("bpf_lsm_file_open"), FUNC, 0, P_HOOK));
	ADD(TYPE(str("security_file_open"), FUNC, 0, P_HOOK));
	ADD(TYPE(0, FUNC_PROTO, 1, T_INT), str("task"), T_PTASK);
	ADD(TYPE(str("traced"), FUNC, 0, P_FUNC));
	ADD(TYPE(0, FUNC_PROTO, 1, 0), str("task"), T_PTASK);
	ADD(TYPE(str("bpf_lsm_task_free"), FUNC, 0, P_FREE));
	ADD(TYPE(str("security_task_free"), FUNC, 0, P_FREE));
	ADD(TYPE(str("__x64_sys_call"), FUNC, 0, P_FUNC));
	ADD(TYPE(0, FUNC_PROTO, 0, T_INT));
	ADD(TYPE(str("f"), FUNC, EBPF_BTF_FUNC_STATIC, P_NONE));
	ADD(TYPE(str("g"), FUNC, EBPF_BTF_FUNC_GLOBAL, P_NONE));
	ADD(TYPE(str("bpf_lsm_file_set_fowner"), FUNC, 0, P_HOOK));
	ADD(TYPE(str("security_file_set_fowner"), FUNC, 0, P_HOOK));
	ADD(TYPE(str("of_task"), FUNC, EBPF_BTF_FUNC_GLOBAL, P_FUNC));
	ADD(TYPE(str("arg:trusted"), DECL_TAG, 0, F_OF_TASK), 0);
	ADD(TYPE(str("of_file"), FUNC, EBPF_BTF_FUNC_GLOBAL, P_HOOK));
	ADD(TYPE(str("arg:trusted"), DECL_TAG, 0, F_OF_FILE), 0);
}

/* BTF of the functions on top of the kernel's. */
static bool make_btf(void)
{
	u32 size;
	void *raw;

	words_begin(0);
	add_kernel();
	kernel = words_parse_vmlinux();
	if (IS_ERR(kernel))
		return false;
	raw = ebpf_kfunc_btf(kernel, &size);
	own = raw ? ebpf_btf_parse_module(raw, size, kernel, NULL) : NULL;
	return !IS_ERR_OR_NULL(own);
}

static void free_btf(void)
{
	u32 size;
	void *raw = (void *)ebpf_btf_raw(own, &size);

	ebpf_btf_destroy(own);
	ebpf_free(raw);
	words_destroy(kernel);
}

static void set_where(struct ebpf_load *load, enum where where)
{
	static const struct {
		u32 type, attach, id, flags;
	} places[] = {
		[TP] = { EBPF_PROG_TYPE_TRACING, EBPF_TRACE_RAW_TP, T_TP, 0 },
		[OPEN] = { EBPF_PROG_TYPE_LSM, EBPF_LSM_MAC, F_OPEN, 0 },
		[SLEEPS] = { EBPF_PROG_TYPE_LSM, EBPF_LSM_MAC, F_OPEN, EBPF_F_SLEEPABLE },
		[FREE] = { EBPF_PROG_TYPE_LSM, EBPF_LSM_MAC, F_FREE, 0 },
		[ENTRY] = { EBPF_PROG_TYPE_TRACING, EBPF_TRACE_FENTRY, F_TRACED, 0 },
		[SYS] = { EBPF_PROG_TYPE_SYSCALL, 0, 0, EBPF_F_SLEEPABLE },
		[KPROBE] = { EBPF_PROG_TYPE_KPROBE, 0, 0, 0 },
		[PERM] = { EBPF_PROG_TYPE_LSM, EBPF_LSM_MAC, F_PERM, 0 },
	};

	load->prog_type = places[where].type;
	load->expected_attach_type = places[where].attach;
	load->attach_btf_id = places[where].id;
	load->attach_btf = places[where].id ? kernel : NULL;
	load->prog_flags = places[where].flags;
}

static void call_by_id(struct ebpf_insn *insns, u32 cnt)
{
	u32 i;

	for (i = 0; i < cnt; i++)
		if (insns[i].src_reg == EBPF_PSEUDO_KFUNC_CALL && insns[i].code == (EBPF_JMP | EBPF_CALL))
			insns[i].imm = ebpf_btf_find(own, kfuncs[insns[i].imm - KF_MARK], EBPF_BTF_KIND_FUNC);
}

static bool ends_so(const struct obj_case *c, u32 flags)
{
	static struct ebpf_func_info funcs[32];
	u32 cnt = verif_len(c->insns, 32);
	struct ebpf_insn insns[32];
	struct ebpf_load load = {
		.gpl_compatible = true, .insns = insns, .insn_cnt = cnt, .vmlinux_btf = own, .btf = kernel,
		.func_info = funcs, .func_info_rec_size = sizeof(funcs[0]),
	};

	memcpy(insns, c->insns, sizeof(insns));
	call_by_id(insns, cnt);
	load.func_info_cnt = verif_funcs(insns, cnt, funcs, F_STATIC);
	if (c->global)
		funcs[1].type_id = c->global;
	set_where(&load, c->where);
	load.prog_flags |= flags;
	verif_load(&res, &load, EBPF_LOG_LEVEL1);
	if (res.err == -c->err && (!c->says || strstr(res.log, c->says)))
		return true;
	printf("# want %d \"%s\", got %d:\n%s\n", -c->err, c->says ? c->says : "", res.err, res.log);
	return false;
}

/* A kernel without files has no functions on them. */
static void test_without(void)
{
	struct ebpf_btf *small, *btf;
	u32 size;
	void *raw;

	words_begin(0);
	ADD(INT(str("int"), 4));
	ADD(TYPE(str("task_struct"), STRUCT, 1, 8), MEMBER(str("pid"), T_INT, 0));
	small = words_parse_vmlinux();
	raw = IS_ERR(small) ? NULL : ebpf_kfunc_btf(small, &size);
	btf = raw ? ebpf_btf_parse_module(raw, size, small, NULL) : NULL;
	if (!tap_ok(!IS_ERR_OR_NULL(btf), "BTF of a kernel without files"))
		return;
	tap_ok(ebpf_btf_find(btf, "bpf_task_acquire", EBPF_BTF_KIND_FUNC) > 0, "there are functions on tasks");
	tap_eq(ebpf_btf_find(btf, "bpf_put_file", EBPF_BTF_KIND_FUNC), -ENOENT, "and none on files");
	tap_eq(ebpf_btf_find(btf, "bpf_get_task_exe_file", EBPF_BTF_KIND_FUNC), -ENOENT, "nor one that returns one");
	ebpf_btf_destroy(btf);
	ebpf_free(raw);
	words_destroy(small);
}

int main(void)
{
	u32 i;

	verif_maps();
	if (!make_btf()) {
		tap_ok(false, "BTF for the tests");
		return tap_end();
	}
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		tap_ok(ends_so(&cases[i], 0) && ends_so(&cases[i], EBPF_F_TEST_STATE_FREQ), "%s", cases[i].name);
	tap_eq(test_bugs(), 0, "no rule of the verifier's own was broken");
	ebpf_prog_image_free(&res.img);
	free_btf();
	test_without();
	return tap_end();
}
