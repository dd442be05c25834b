/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between prog.c, prog_load.c, prog_jit.c, prog_info.c and main.c.
 */
#ifndef _KMOD_PROG_INTERNAL_H
#define _KMOD_PROG_INTERNAL_H

#include <ebpf/jit.h>
#include "kmod/prog/prog.h"

/* A program without code, refcnt 1, no id; ERR_PTR(-ENOMEM). */
struct ebpf_prog *ebpf_prog_alloc(void);
/* Frees a program that nobody else has seen. May sleep. */
void ebpf_prog_drop(struct ebpf_prog *prog);

/* prog_jit.c: code for prog->image. 0 or a negative errno. */
int ebpf_prog_compile(struct ebpf_prog *prog);
void ebpf_prog_free_code(struct ebpf_prog *prog);

/* First 8 bytes of the SHA-1 of the instructions as loaded, map references
 * blanked.
 */
void ebpf_prog_tag(const struct ebpf_insn *insns, u32 cnt, u8 tag[EBPF_TAG_SIZE]);

/* Guards image.used_maps of programs that have an id: PROG_BIND_MAP adds. */
void ebpf_prog_maps_lock(void);
void ebpf_prog_maps_unlock(void);

void ebpf_prog_stats_sum(const struct ebpf_prog *prog, struct ebpf_prog_stats *sum);

u64 ebpf_prog_count(void);
int ebpf_prog_init_module(void);
void ebpf_prog_flush(void);	/* waits for programs that are being freed */
void ebpf_prog_exit_module(void);

#endif /* _KMOD_PROG_INTERNAL_H */
