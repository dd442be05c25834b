/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers of objects, one space per kind, as EBPF_*_GET_NEXT_ID shows them.
 */
#ifndef _KMOD_IDS_H
#define _KMOD_IDS_H

#include "kmod/compat/compat.h"
#include <linux/idr.h>

struct ebpf_ids {
	spinlock_t lock;	/* irq-safe: objects are put in any context but NMI */
	struct idr idr;
	/* Takes a reference, or returns NULL when the object is going away. Called
	 * with the lock held.
	 */
	void *(*get)(void *obj);
};

extern struct ebpf_ids ebpf_map_ids;
extern struct ebpf_ids ebpf_prog_ids;
extern struct ebpf_ids ebpf_link_ids;
extern struct ebpf_ids ebpf_btf_ids;

/* A fresh number above 0, or -ENOMEM, -ENOSPC. @obj NULL reserves one that
 * look-ups do not see until ebpf_ids_publish(). May sleep.
 */
int ebpf_ids_alloc(struct ebpf_ids *ids, void *obj);
void ebpf_ids_publish(struct ebpf_ids *ids, u32 id, void *obj);
/* 0 is ignored. Any context but NMI. */
void ebpf_ids_free(struct ebpf_ids *ids, u32 id);

/* The object with a reference, or NULL. */
void *ebpf_ids_find(struct ebpf_ids *ids, u32 id);
/* The first visible number above @id, or 0. */
u32 ebpf_ids_next(struct ebpf_ids *ids, u32 id);

void ebpf_ids_init(struct ebpf_ids *ids);
void ebpf_ids_exit(struct ebpf_ids *ids);

#endif /* _KMOD_IDS_H */
