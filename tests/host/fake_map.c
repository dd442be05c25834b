// SPDX-License-Identifier: GPL-2.0-only
#include "fake_map.h"

#include <errno.h>
#include <stdlib.h>

static struct fake_map *maps[FAKE_FD_MAX];

static int array_value_addr(const struct ebpf_map *map, u64 *imm, u32 off)
{
	const struct fake_map *fake = (const struct fake_map *)map;

	if (map->max_entries != 1)
		return -ENOTSUPP;
	if (off >= map->value_size)
		return -EINVAL;
	*imm = (unsigned long)fake->data + off;
	return 0;
}

static int array_gen_lookup(struct ebpf_map *map, struct ebpf_insn *insn)
{
	/* r0 = 0: enough to see that it was asked for. */
	memset(insn, 0, sizeof(*insn));
	insn->code = EBPF_ALU64 | EBPF_MOV | EBPF_K;
	return 1;
}

static const struct ebpf_map_ops array_ops = {
	.direct_value_addr = array_value_addr,
	.gen_lookup = array_gen_lookup,
};

static const struct ebpf_map_ops other_ops;

/* Instructions: as kmod/map/kinds/insn_array.c has them, but that all of an entry is its word. */
static u32 insn_target(const struct ebpf_map *map, u32 index)
{
	return ((const struct fake_map *)map)->data[index];
}

static int insn_claim(struct ebpf_map *map)
{
	struct fake_map *fake = (struct fake_map *)map;

	if (fake->claimed)
		return -EBUSY;
	fake->claimed = true;
	return 0;
}

static void insn_release(struct ebpf_map *map)
{
	((struct fake_map *)map)->claimed = false;
}

static void insn_place(struct ebpf_map *map, u32 index, u32 xlated)
{
	if (index < ARRAY_SIZE(((struct fake_map *)map)->placed))
		((struct fake_map *)map)->placed[index] = xlated;
}

static int insn_value_addr(const struct ebpf_map *map, u64 *imm, u32 off)
{
	if (off % 8 || off / 8 >= map->max_entries)
		return -EACCES;
	*imm = (unsigned long)((const struct fake_map *)map)->data + off;
	return 0;
}

static const struct ebpf_jump_ops insn_jump_ops = {
	.target = insn_target,
	.claim = insn_claim,
	.release = insn_release,
	.place = insn_place,
};

static const struct ebpf_map_ops insn_array_ops = {
	.direct_value_addr = insn_value_addr,
	.jump = &insn_jump_ops,
};

static long walk_nothing(struct ebpf_map *map, void *callback_fn, void *callback_ctx, u64 flags,
			 u64 frame)
{
	return 0;
}

static const struct ebpf_map_ops lru_ops = {
	.for_each_callback = walk_nothing,
};

static const struct ebpf_map_ops *ops_of(u32 type)
{
	switch (type) {
	case EBPF_MAP_TYPE_ARRAY:
		return &array_ops;
	case EBPF_MAP_TYPE_LRU_HASH:
		return &lru_ops;
	case EBPF_MAP_TYPE_INSN_ARRAY:
		return &insn_array_ops;
	default:
		return &other_ops;
	}
}

int fake_map_new(u32 type, u32 key_size, u32 value_size, u32 max_entries, u32 flags)
{
	struct fake_map *fake;
	int i;

	for (i = 0; i < FAKE_FD_MAX && maps[i]; i++)
		;
	if (i == FAKE_FD_MAX)
		return -1;
	fake = calloc(1, sizeof(*fake));
	if (!fake)
		return -1;
	fake->map.ops = ops_of(type);
	fake->map.map_type = type;
	fake->map.key_size = key_size;
	fake->map.value_size = value_size;
	fake->map.max_entries = max_entries;
	fake->map.map_flags = flags;
	fake->map.spin_lock_off = -EINVAL;
	fake->map.timer_off = -EINVAL;
	fake->data = calloc(max_entries ? max_entries : 1, (value_size + 7) & ~7U);
	if (!fake->data) {
		free(fake);
		return -1;
	}
	maps[i] = fake;
	return FAKE_FD_BASE + i;
}

struct fake_map *fake_map_of(int fd)
{
	if (fd < FAKE_FD_BASE || fd >= FAKE_FD_BASE + FAKE_FD_MAX)
		return NULL;
	return maps[fd - FAKE_FD_BASE];
}

void fake_map_add_field(int fd, const struct ebpf_map_field *field)
{
	struct fake_map *fake = fake_map_of(fd);

	fake->fields.field[fake->fields.nr++] = *field;
	fake->map.fields = &fake->fields;
	if (field->kind == EBPF_FIELD_SPIN_LOCK)
		fake->map.spin_lock_off = field->off;
	else if (field->kind == EBPF_FIELD_TIMER)
		fake->map.timer_off = field->off;
	else
		fake->fields.nr_kptrs++;
}

void fake_map_close(int fd)
{
	struct fake_map *fake = fake_map_of(fd);

	if (!fake)
		return;
	maps[fd - FAKE_FD_BASE] = NULL;
	free(fake->data);
	free(fake);
}

long fake_map_refs(void)
{
	long refs = 0;
	int i;

	for (i = 0; i < FAKE_FD_MAX; i++)
		if (maps[i])
			refs += maps[i]->refs;
	return refs;
}

bool ebpf_map_is_rdonly(const struct ebpf_map *map)
{
	return map->frozen && (map->map_flags & EBPF_F_RDONLY_PROG);
}

static struct ebpf_map *map_get(void *cookie, int fd)
{
	struct fake_map *fake = fake_map_of(fd);

	if (!fake)
		return ERR_PTR(-EBADF);
	fake->refs++;
	return &fake->map;
}

static void map_put(void *cookie, struct ebpf_map *map)
{
	((struct fake_map *)map)->refs--;
}

/* Every symbol has an address but one. */
static int ksym_addr(void *cookie, const char *name, u64 *addr)
{
	*addr = 0xffffffff81000000ULL;
	return strcmp(name, "variadic") ? 0 : -ENOENT;
}

const struct ebpf_verifier_ops fake_map_verifier_ops = {
	.ksym_addr = ksym_addr,
	.map_get = map_get,
	.map_put = map_put,
};
