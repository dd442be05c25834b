// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/ids.h"

void ebpf_ids_init(struct ebpf_ids *ids)
{
	spin_lock_init(&ids->lock);
	idr_init(&ids->idr);
}

void ebpf_ids_exit(struct ebpf_ids *ids)
{
	idr_destroy(&ids->idr);
}

int ebpf_ids_alloc(struct ebpf_ids *ids, void *obj)
{
	unsigned long flags;
	int id;

	idr_preload(GFP_KERNEL);
	spin_lock_irqsave(&ids->lock, flags);
	id = idr_alloc_cyclic(&ids->idr, obj, 1, INT_MAX, GFP_ATOMIC);
	spin_unlock_irqrestore(&ids->lock, flags);
	idr_preload_end();
	return id;
}

void ebpf_ids_publish(struct ebpf_ids *ids, u32 id, void *obj)
{
	unsigned long flags;

	spin_lock_irqsave(&ids->lock, flags);
	idr_replace(&ids->idr, obj, id);
	spin_unlock_irqrestore(&ids->lock, flags);
}

void ebpf_ids_free(struct ebpf_ids *ids, u32 id)
{
	unsigned long flags;

	if (!id)
		return;
	spin_lock_irqsave(&ids->lock, flags);
	idr_remove(&ids->idr, id);
	spin_unlock_irqrestore(&ids->lock, flags);
}

void *ebpf_ids_find(struct ebpf_ids *ids, u32 id)
{
	unsigned long flags;
	void *obj = NULL;

	if (!id || id > INT_MAX)
		return NULL;
	spin_lock_irqsave(&ids->lock, flags);
	obj = idr_find(&ids->idr, id);
	if (obj)
		obj = ids->get(obj);
	spin_unlock_irqrestore(&ids->lock, flags);
	return obj;
}

u32 ebpf_ids_next(struct ebpf_ids *ids, u32 id)
{
	unsigned long flags;
	void *obj = NULL;
	int next;

	if (id >= INT_MAX)
		return 0;
	next = id + 1;
	spin_lock_irqsave(&ids->lock, flags);
	/* Reserved numbers hold NULL, which idr_get_next() steps over. */
	obj = idr_get_next(&ids->idr, &next);
	spin_unlock_irqrestore(&ids->lock, flags);
	return obj ? next : 0;
}
