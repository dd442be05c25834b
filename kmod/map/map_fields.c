// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/map/map_fields.h"
#include "kmod/map/timer.h"
#include "helpers/helpers.h"

void ebpf_map_copy_around_fields(const struct ebpf_map *map, void *dst, const void *src)
{
	const struct ebpf_map_fields *tab = map->fields;
	u32 pos = 0, i;

	for (i = 0; i < tab->nr; i++) {
		memcpy((u8 *)dst + pos, (const u8 *)src + pos, tab->field[i].off - pos);
		pos = tab->field[i].off + tab->field[i].size;
	}
	memcpy((u8 *)dst + pos, (const u8 *)src + pos, map->value_size - pos);
}

int ebpf_map_copy_value_locked(const struct ebpf_map *map, void *dst, const void *src,
			       const void *elem)
{
	u64 lock = (unsigned long)elem + map->spin_lock_off;

	if (unlikely(!ebpf_value_trylock(lock)))
		return -EBUSY;
	ebpf_map_copy_around_fields(map, dst, src);
	ebpf_value_unlock(lock);
	return 0;
}

static void end_kptr(const struct ebpf_map_field *field, void **ptr)
{
	void *old = xchg(ptr, NULL);

	/* A value that is mapped nowhere: the program's own xchg put it there. */
	if (old && field->kind == EBPF_FIELD_KPTR_REF)
		field->dtor(old);
}

void ebpf_map_end_fields_slow(struct ebpf_map *map, void *value)
{
	const struct ebpf_map_fields *tab = map->fields;
	u32 i;

	for (i = 0; i < tab->nr; i++) {
		switch (tab->field[i].kind) {
		case EBPF_FIELD_KPTR:
		case EBPF_FIELD_KPTR_REF:
			end_kptr(&tab->field[i], value + tab->field[i].off);
			break;
		case EBPF_FIELD_TIMER:
			ebpf_timer_end(value + tab->field[i].off);
			break;
		}
	}
}

static void zero_fields(const struct ebpf_map_fields *tab, void *value)
{
	u32 i;

	for (i = 0; i < tab->nr; i++)
		memset((u8 *)value + tab->field[i].off, 0, tab->field[i].size);
}

void ebpf_map_hide_fields_slow(const struct ebpf_map *map, void *value)
{
	u64 step = round_up(map->value_size, 8);
	u64 size = ebpf_map_value_size_user(map), pos;

	if (size == map->value_size)
		step = size;
	for (pos = 0; pos < size; pos += step)
		zero_fields(map->fields, (u8 *)value + pos);
}

struct ebpf_map_fields *ebpf_map_fields_dup(const struct ebpf_map_fields *tab)
{
	struct ebpf_map_fields *copy;

	if (!tab)
		return NULL;
	copy = kmemdup(tab, sizeof(*tab), GFP_KERNEL);
	return copy ? copy : ERR_PTR(-ENOMEM);
}
