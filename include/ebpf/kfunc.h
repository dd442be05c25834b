/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel functions that programs call by their type's number in BTF, not by one of a fixed
 * list as helpers. The table is helpers/kfuncs.c.
 */
#ifndef _EBPF_KFUNC_H
#define _EBPF_KFUNC_H

#include <ebpf/helper.h>

struct ebpf_btf;

/* What is passed and returned. */
enum ebpf_kfunc_type {
	EBPF_KFUNC_NONE = 0,		/* void; ends the arguments */
	EBPF_KFUNC_INT,			/* any number */
	EBPF_KFUNC_PTR_TO_INT,		/* returned: 4 bytes to read, until the iterator's end */
	EBPF_KFUNC_PTR_TO_ITER,		/* an iterator in the program's stack, of the function's kind */
	EBPF_KFUNC_CTX,			/* void *: the program's context, unmoved */
	EBPF_KFUNC_ANY,			/* void *: whatever the register holds */
	EBPF_KFUNC_STRING,		/* const char *: whatever the register holds */
	EBPF_KFUNC_CHAR,		/* any number, of which that much is used */
	EBPF_KFUNC_SIZE,		/* size_t: any number */
	EBPF_KFUNC_U32,			/* any number, of which that much is used */
	EBPF_KFUNC_U64,			/* any number */
	EBPF_KFUNC_MAP,			/* void *: a map */
	EBPF_KFUNC_WORDS,		/* const u64 *: whatever the register holds */
	EBPF_KFUNC_CONST,		/* a number that is known when the program is loaded */
	EBPF_KFUNC_PTR,			/* returned: void *, enum ebpf_kfunc_cast says of what, or a number */
	EBPF_KFUNC_MEM,			/* char *: memory that is written, whose size is next */
	EBPF_KFUNC_MEM_SIZE,		/* size_t */
	/* Pointers to structs of the kernel's: ebpf_kfunc_struct(). */
	EBPF_KFUNC_TASK,
	EBPF_KFUNC_TASK_OR_NULL,
	EBPF_KFUNC_FILE,
	EBPF_KFUNC_PATH,
};

/* What a function does with objects of the kernel, and who may call it. Without EBPF_KF_RCU a pointer
 * to one must be trusted: held by who calls the program, or by the program.
 */
#define EBPF_KF_ACQUIRE		0x01	/* what it returns is held by the program */
#define EBPF_KF_RELEASE		0x02	/* its argument is not any more */
#define EBPF_KF_RET_NULL	0x04	/* it may return NULL */
#define EBPF_KF_RCU		0x08	/* takes what is there for the time of an RCU section */
#define EBPF_KF_GENERIC		0x10	/* not for all types of programs */
#define EBPF_KF_LSM		0x20	/* for LSM programs only */
#define EBPF_KF_UNLOCKED	0x40	/* where hooks may sleep only, as no lock is held there */

/* Calls that only change what the verifier takes their first argument for. */
enum ebpf_kfunc_cast {
	EBPF_KFUNC_CAST_NO = 0,
	EBPF_KFUNC_CAST_KERN_CTX,	/* the kernel's struct that the context is */
	EBPF_KFUNC_CAST_RDONLY,		/* whatever the number of a type in R2 says, to be read only */
};

/* What a call does to the iterator that its first argument points to. */
enum ebpf_kfunc_iter {
	EBPF_KFUNC_ITER_NO = 0,
	EBPF_KFUNC_ITER_NEW,		/* makes it, which may fail; it is one all the same */
	EBPF_KFUNC_ITER_NEXT,		/* moves it on: NULL when it is at its end, then always */
	EBPF_KFUNC_ITER_DESTROY,
};

enum ebpf_iter_kind {
	EBPF_ITER_NUM,
	EBPF_ITER_BITS,
	EBPF_ITER_TASK,
	EBPF_NR_ITER_KINDS,
};

/**
 * struct ebpf_iter_type - what there is to know of a kind of iterators
 * @name:  in BTF it is struct bpf_@name
 * @slots: its size, in slots of 8 bytes
 * @rcu:   it is made, used and ended in one RCU section
 */
struct ebpf_iter_type {
	const char *name;
	u32 slots;
	bool rcu;
};

#define EBPF_ITER_SLOTS_MAX	3

/* Constant data, any context. */
extern const struct ebpf_iter_type ebpf_iter_types[EBPF_NR_ITER_KINDS];

/* Calls that open or close a section of the program. Nothing is done when it runs. */
enum ebpf_kfunc_section {
	EBPF_KFUNC_SECTION_NO = 0,
	EBPF_KFUNC_RCU_LOCK,
	EBPF_KFUNC_RCU_UNLOCK,
	EBPF_KFUNC_PREEMPT_DISABLE,
	EBPF_KFUNC_PREEMPT_ENABLE,
};

/**
 * struct ebpf_kfunc - contract of one kernel function
 * @func: what the call is compiled to; in any context, as helpers. Of casts and sections it is
 *        their address only: one move takes the place of their calls
 * @name: as in BTF
 * @sleepable: the same where the call may sleep; NULL: it never does
 * @prepare: makes what the calls need, when a program with one is loaded; 0 or an errno.
 *        Process context, may sleep. NULL: nothing
 * @iter: what it does to an iterator, of kind @iter_kind
 * @ret:  enum ebpf_kfunc_type
 * @arg:  the same, up to the first EBPF_KFUNC_NONE
 * @arg_name: as in BTF
 * @flags: EBPF_KF_*
 *
 * Each NEXT call that does not return NULL brings the iterator nearer to its end, of which it
 * has at most EBPF_MAX_LOOPS: the verifier takes that as the proof that loops end.
 */
struct ebpf_kfunc {
	ebpf_func_t func;
	const char *name;
	ebpf_func_t sleepable;
	int (*prepare)(void);
	enum ebpf_kfunc_iter iter;
	enum ebpf_iter_kind iter_kind;
	enum ebpf_kfunc_cast cast;
	enum ebpf_kfunc_section section;
	enum ebpf_kfunc_type ret;
	enum ebpf_kfunc_type arg[EBPF_MAX_FUNC_REG_ARGS];
	const char *arg_name[EBPF_MAX_FUNC_REG_ARGS];
	u32 flags;
};

/* Constant data, any context. @nr from 0; NULL after the last. */
const struct ebpf_kfunc *ebpf_kfunc_at(u32 nr);

/* The struct that is pointed to, NULL for what is none. */
const char *ebpf_kfunc_struct(enum ebpf_kfunc_type type);

/* BTF of these functions, on top of the kernel's, as a module's is: raw bytes for ebpf_free(),
 * or NULL for want of memory. Functions on structs that this kernel does not have are not in it.
 * Process context.
 */
void *ebpf_kfunc_btf(const struct ebpf_btf *vmlinux, u32 *size);

/* helpers/iter_num.c */
u64 ebpf_kfunc_iter_num_new(u64 it, u64 start, u64 end, u64 r4, u64 r5);
u64 ebpf_kfunc_iter_num_next(u64 it, u64 r2, u64 r3, u64 r4, u64 r5);
u64 ebpf_kfunc_iter_num_destroy(u64 it, u64 r2, u64 r3, u64 r4, u64 r5);

/* helpers/iter_bits.c */
u64 ebpf_kfunc_iter_bits_new(u64 it, u64 words, u64 nr_words, u64 r4, u64 r5);
u64 ebpf_kfunc_iter_bits_next(u64 it, u64 r2, u64 r3, u64 r4, u64 r5);
u64 ebpf_kfunc_iter_bits_destroy(u64 it, u64 r2, u64 r3, u64 r4, u64 r5);

/* helpers/iter_task.c */
u64 ebpf_kfunc_iter_task_new(u64 it, u64 task, u64 which, u64 r4, u64 r5);
u64 ebpf_kfunc_iter_task_next(u64 it, u64 r2, u64 r3, u64 r4, u64 r5);
u64 ebpf_kfunc_iter_task_destroy(u64 it, u64 r2, u64 r3, u64 r4, u64 r5);

/* helpers/string.c */
u64 ebpf_kfunc_strcmp(u64 s1, u64 s2, u64 r3, u64 r4, u64 r5);
u64 ebpf_kfunc_strcasecmp(u64 s1, u64 s2, u64 r3, u64 r4, u64 r5);
u64 ebpf_kfunc_strncasecmp(u64 s1, u64 s2, u64 len, u64 r4, u64 r5);
u64 ebpf_kfunc_strchr(u64 s, u64 c, u64 r3, u64 r4, u64 r5);
u64 ebpf_kfunc_strchrnul(u64 s, u64 c, u64 r3, u64 r4, u64 r5);
u64 ebpf_kfunc_strnchr(u64 s, u64 count, u64 c, u64 r4, u64 r5);
u64 ebpf_kfunc_strrchr(u64 s, u64 c, u64 r3, u64 r4, u64 r5);
u64 ebpf_kfunc_strlen(u64 s, u64 r2, u64 r3, u64 r4, u64 r5);
u64 ebpf_kfunc_strnlen(u64 s, u64 count, u64 r3, u64 r4, u64 r5);
u64 ebpf_kfunc_strspn(u64 s, u64 accept, u64 r3, u64 r4, u64 r5);
u64 ebpf_kfunc_strcspn(u64 s, u64 reject, u64 r3, u64 r4, u64 r5);
u64 ebpf_kfunc_strstr(u64 s1, u64 s2, u64 r3, u64 r4, u64 r5);
u64 ebpf_kfunc_strcasestr(u64 s1, u64 s2, u64 r3, u64 r4, u64 r5);
u64 ebpf_kfunc_strnstr(u64 s1, u64 s2, u64 len, u64 r4, u64 r5);
u64 ebpf_kfunc_strncasestr(u64 s1, u64 s2, u64 len, u64 r4, u64 r5);

/* helpers/arena.c */
u64 ebpf_kfunc_arena_alloc_pages(u64 map, u64 addr, u64 page_cnt, u64 node_id, u64 flags);
u64 ebpf_kfunc_arena_alloc_pages_sleepable(u64 map, u64 addr, u64 page_cnt, u64 node_id, u64 flags);
u64 ebpf_kfunc_arena_free_pages(u64 map, u64 addr, u64 page_cnt, u64 r4, u64 r5);
u64 ebpf_kfunc_arena_free_pages_sleepable(u64 map, u64 addr, u64 page_cnt, u64 r4, u64 r5);
u64 ebpf_kfunc_arena_reserve_pages(u64 map, u64 addr, u64 page_cnt, u64 r4, u64 r5);

/* helpers/kern_task.c */
u64 ebpf_kfunc_task_acquire(u64 task, u64 r2, u64 r3, u64 r4, u64 r5);
u64 ebpf_kfunc_task_release(u64 task, u64 r2, u64 r3, u64 r4, u64 r5);
u64 ebpf_kfunc_task_from_pid(u64 pid, u64 r2, u64 r3, u64 r4, u64 r5);
u64 ebpf_kfunc_task_from_vpid(u64 vpid, u64 r2, u64 r3, u64 r4, u64 r5);

/* helpers/kern_file.c */
u64 ebpf_kfunc_get_task_exe_file(u64 task, u64 r2, u64 r3, u64 r4, u64 r5);
u64 ebpf_kfunc_put_file(u64 file, u64 r2, u64 r3, u64 r4, u64 r5);
u64 ebpf_kfunc_path_d_path(u64 path, u64 buf, u64 size, u64 r4, u64 r5);

#endif /* _EBPF_KFUNC_H */
