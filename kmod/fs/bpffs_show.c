// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading a pinned map: a line for each element, by the map's BTF. What it looks
 * like, oddities included, is what Linux shows.
 */
#include "kmod/fs/bpffs.h"
#include "kmod/btf/btf.h"
#include "kmod/map/map_internal.h"

#include <ebpf/btf.h>

#define SHOW_FLAGS	(EBPF_BTF_F_COMPACT | EBPF_BTF_F_NONAME | EBPF_BTF_F_ZERO)

/**
 * struct map_show - one open file
 * @map:    held by the file
 * @key:    the element under way
 * @next:   room for the one after it
 * @value:  a copy of its value, per-CPU ones of all CPUs
 * @at:     which it is, from 1; 0: the heading
 * @done:   there are no more
 * @mem:    for ebpf_btf_show()
 */
struct map_show {
	struct ebpf_map *map;
	void *key;
	void *next;
	void *value;
	loff_t at;
	bool done;
	u64 mem[EBPF_BTF_SHOW_MEM / sizeof(u64)];
};

bool ebpf_map_can_be_shown(const struct ebpf_map *map)
{
	if (!map->btf || !map->btf_value_type_id)
		return false;
	switch (map->map_type) {
	case EBPF_MAP_TYPE_ARRAY:
	case EBPF_MAP_TYPE_PERCPU_ARRAY:
	case EBPF_MAP_TYPE_HASH:
	case EBPF_MAP_TYPE_PERCPU_HASH:
	case EBPF_MAP_TYPE_LRU_HASH:
	case EBPF_MAP_TYPE_LRU_PERCPU_HASH:
	case EBPF_MAP_TYPE_PROG_ARRAY:
		return true;
	default:
		return false;
	}
}

static bool is_hash(const struct ebpf_map *map)
{
	return map->map_type != EBPF_MAP_TYPE_ARRAY &&
	       map->map_type != EBPF_MAP_TYPE_PERCPU_ARRAY &&
	       map->map_type != EBPF_MAP_TYPE_PROG_ARRAY;
}

/*
 * One value
 */
static void show_write(void *cookie, const char *text, u32 len)
{
	seq_write(cookie, text, len);
}

/* From copies of a key or value, which are as large as their types. One value can be a quarter
 * of a million numbers, and each be looked for among 65,535 names.
 */
static int show_read(void *dst, u64 src, u32 size)
{
	cond_resched();
	if (fatal_signal_pending(current))
		return -EINTR;
	memcpy(dst, (const void *)(unsigned long)src, size);
	return 0;
}

static void show_ptr(char *buf, u32 size, u64 value)
{
	snprintf(buf, size, "0x%p", (void *)(unsigned long)value);
}

static void show_typed(struct seq_file *m, u32 type_id, const void *data)
{
	struct map_show *ms = m->private;
	struct ebpf_btf_show show = {
		.write = show_write,
		.read = show_read,
		.ptr = show_ptr,
		.cookie = m,
		.flags = SHOW_FLAGS,
		.mem = ms->mem,
	};

	ebpf_btf_show(ms->map->btf, type_id, (unsigned long)data, &show);
}

static void show_key(struct seq_file *m, const struct map_show *ms)
{
	if (is_hash(ms->map))
		show_typed(m, ms->map->btf_key_type_id, ms->key);
	else
		seq_printf(m, "%u", *(u32 *)ms->key);
}

static void show_all_cpus(struct seq_file *m, const struct map_show *ms)
{
	u32 step = round_up(ms->map->value_size, 8), pos = 0;
	int cpu;

	seq_puts(m, "{\n");
	for_each_possible_cpu(cpu) {
		seq_printf(m, "\tcpu%d: ", cpu);
		show_typed(m, ms->map->btf_value_type_id, ms->value + pos);
		seq_puts(m, "\n");
		pos += step;
	}
	seq_puts(m, "}\n");
}

static void show_element(struct seq_file *m)
{
	struct map_show *ms = m->private;

	/* It may be gone, or be an entry that was never set. */
	if (ebpf_map_lookup_one(ms->map, ms->key, ms->value, 0))
		return;
	if (ms->map->btf_key_type_id) {
		show_key(m, ms);
		seq_puts(m, ": ");
	}
	if (ebpf_map_value_size_user(ms->map) != ms->map->value_size) {
		show_all_cpus(m, ms);
		return;
	}
	show_typed(m, ms->map->btf_value_type_id, ms->value);
	seq_puts(m, "\n");
}

/*
 * The walk
 */
static void advance(struct map_show *ms)
{
	if (ms->done)
		return;
	if (ebpf_map_next_key(ms->map, ms->at ? ms->key : NULL, ms->next)) {
		ms->done = true;
		return;
	}
	swap(ms->key, ms->next);
	ms->at++;
}

static void *current_place(struct map_show *ms)
{
	if (ms->done)
		return NULL;
	return ms->at ? ms->key : SEQ_START_TOKEN;
}

/* Before 4.19 one goes on to the next element by asking to start there. */
static void *show_start(struct seq_file *m, loff_t *pos)
{
	struct map_show *ms = m->private;

	if (*pos < ms->at) {
		ms->at = 0;
		ms->done = false;
	}
	while (ms->at < *pos && !ms->done)
		advance(ms);
	return current_place(ms);
}

static void *show_next(struct seq_file *m, void *v, loff_t *pos)
{
	(*pos)++;
	advance(m->private);
	return current_place(m->private);
}

static void show_stop(struct seq_file *m, void *v)
{
}

static int show_show(struct seq_file *m, void *v)
{
	if (v == SEQ_START_TOKEN)
		seq_puts(m, "# WARNING!! The output is for debug purpose only\n"
			    "# WARNING!! The output format will change\n");
	else
		show_element(m);
	return 0;
}

static const struct seq_operations show_ops = {
	.start = show_start,
	.next = show_next,
	.stop = show_stop,
	.show = show_show,
};

static void map_show_free(struct map_show *ms)
{
	compat_kvfree(ms->value);
	kfree(ms->next);
	kfree(ms->key);
	kfree(ms);
}

static struct map_show *map_show_new(struct ebpf_map *map)
{
	struct map_show *ms = kzalloc(sizeof(*ms), GFP_KERNEL);

	if (!ms)
		return NULL;
	ms->map = map;
	ms->key = kzalloc(map->key_size, GFP_KERNEL | __GFP_NOWARN);
	ms->next = kzalloc(map->key_size, GFP_KERNEL | __GFP_NOWARN);
	ms->value = compat_kvzalloc(ebpf_map_value_size_user(map));
	if (ms->key && ms->next && ms->value)
		return ms;
	map_show_free(ms);
	return NULL;
}

/* The inode holds the map. */
static int show_open(struct inode *inode, struct file *file)
{
	struct map_show *ms = map_show_new(inode->i_private);
	int err;

	if (!ms)
		return -ENOMEM;
	err = seq_open(file, &show_ops);
	if (err)
		map_show_free(ms);
	else
		((struct seq_file *)file->private_data)->private = ms;
	return err;
}

static int show_release(struct inode *inode, struct file *file)
{
	map_show_free(((struct seq_file *)file->private_data)->private);
	return seq_release(inode, file);
}

const struct file_operations ebpf_map_show_fops = {
	.owner = THIS_MODULE,
	.open = show_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = show_release,
};
