/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hostile calls made of bytes: an input is a string of bytes, each call takes from it
 * what it needs to choose, and ends when it is used up. The same input makes the same
 * calls, as far as other threads let it. Inputs can be changed, cut and joined without
 * a thought of what they mean, so any that reached new code is worth keeping.
 */
#ifndef _TESTS_HOSTILE_H
#define _TESTS_HOSTILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INPUT_MAX	512	/* bytes of an input */
#define SLOTS		48	/* descriptors that the threads of a worker share */
#define ARENA_SIZE	(256 * 1024)

struct input {
	const uint8_t *data;
	size_t len, pos;
};

/* 0 once the input is used up */
uint8_t in_u8(struct input *in);
uint16_t in_u16(struct input *in);
uint32_t in_u32(struct input *in);
uint64_t in_u64(struct input *in);
bool in_end(const struct input *in);
/* below @n */
uint32_t in_below(struct input *in, uint32_t n);
/* true once in @n */
bool in_once_in(struct input *in, uint32_t n);
/* mostly small or at an edge: of a page, of a type, of a sign */
uint64_t in_edge(struct input *in);
/* @usual, but for one in 24 */
uint64_t in_or(struct input *in, uint64_t usual);
void in_bytes(struct input *in, void *to, size_t size);

struct rng {
	uint64_t state;
};

uint32_t rng_below(struct rng *r, uint32_t n);
/* A new input in @to (INPUT_MAX bytes), of nothing or of others of the corpus. */
size_t input_make(struct rng *r, uint8_t *to);

/* The corpus, which all processes share; begun with the files of @dir, if there is one. */
bool corpus_init(const char *dir);
void corpus_add(const uint8_t *data, size_t len);
unsigned int corpus_size(void);
/* Writes the entries from number @from on into @dir. */
void corpus_save(const char *dir, unsigned int from);

/*
 * What calls need: memory and descriptors that all threads of a worker share.
 */
extern int slots[SLOTS];
extern uint8_t *arena;		/* ARENA_SIZE bytes; behind it is no memory */

/* What kinds of call there are, for the count of what succeeded. */
enum hostile_kind {
	HK_MAP_CREATE,
	HK_MAP_ELEM,
	HK_MAP_BATCH,
	HK_MAP_OTHER,
	HK_PROG_LOAD,
	HK_PROG_RUN,
	HK_BTF,
	HK_INFO,
	HK_ID,
	HK_PIN,
	HK_RAW_TP,
	HK_LINK_CREATE,
	HK_LINK_OTHER,
	HK_ITER,
	HK_PERF_OPEN,
	HK_PERF_IOCTL,
	HK_MMAP,
	HK_FILE,
	HK_DEVICE,
	HK_NR,
};

struct hostile_counts {
	uint64_t calls[HK_NR], done[HK_NR];
};

extern const char *const hostile_names[HK_NR];
/* shared by all workers */
extern struct hostile_counts *counts;

/* A descriptor of a slot, or of another kind, or none at all. */
int some_fd(struct input *in);
/* As some_fd(), but half the time a program of that attach type (EBPF_PERF_EVENT: a kprobe's,
 * EBPF_TRACE_RAW_TP: a raw tracepoint's), or a link: slots forget theirs soon.
 */
int some_prog(struct input *in, uint32_t attach_type);
int some_link(struct input *in);
/* Puts @fd (>= 0) into a slot, closing what was there; counts the call. */
void took(struct input *in, enum hostile_kind kind, long result, bool is_fd);
/* An address in the arena with @size bytes behind it; sometimes fewer, or another one. */
uint64_t some_memory(struct input *in, size_t size);

extern int device_fd;

/* The worker's process is adopted: bpf(2) and perf_event_open(2) are the module's, too. */
extern bool hostile_adopted;

/* Of kernel functions that programs may be for; 0: none */
extern uint32_t hostile_btf_ids[8];

/* A map of each kind and some programs, for a worker to begin with */
void hostile_bpf_start(void);
void hostile_prog_start(void);

/* One bpf(2) command, one PROG_LOAD, one call on descriptors. */
void hostile_bpf(struct input *in);
void hostile_prog(struct input *in);
void hostile_file(struct input *in);
long hostile_bpf_call(unsigned int cmd, uint64_t attr, unsigned int size);

#endif /* _TESTS_HOSTILE_H */
