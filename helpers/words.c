// SPDX-License-Identifier: GPL-2.0-only
#include "helpers/words.h"
#include "kmod/compat/compat.h"
#include "kmod/map/kinds/freelist.h"

#include <linux/gfp.h>
#include <linux/mutex.h>
#include <linux/slab.h>

/* Of a CPU; others take them when their own are used up. */
#define CHUNK_SHIFT	3
#define CHUNK_CNT	(1 << CHUNK_SHIFT)
#define CHUNK_SIZE	(CHUNK_CNT * sizeof(struct buffer))
/* A machine with more CPUs has no more buffers. */
#define CHUNKS_MAX	128U

/**
 * struct buffer - one of the buffers
 * @link: of the list of those that are free
 * @name: by which that list knows it
 * @words: what it holds
 */
struct buffer {
	u32 link;
	u32 name;
	u64 words[EBPF_WORDS_MAX];
};

static struct ebpf_freelist buffers = {
	.link_off = offsetof(struct buffer, link),
	.chunk_shift = CHUNK_SHIFT,
	.stride = sizeof(struct buffer),
	.name_off = offsetof(struct buffer, name),
};
static DEFINE_MUTEX(prepare_lock);
static bool prepared;

static u32 nr_chunks(void)
{
	return min_t(u32, num_possible_cpus(), CHUNKS_MAX);
}

static void free_all(void)
{
	u32 i;

	if (!buffers.chunks)
		return;
	for (i = 0; i < nr_chunks(); i++)
		if (buffers.chunks[i])
			free_pages_exact(buffers.chunks[i], CHUNK_SIZE);
	kfree(buffers.chunks);
	buffers.chunks = NULL;
	ebpf_freelist_destroy(&buffers);
	buffers.heads = NULL;
}

static void fill(struct buffer *chunk, u32 nr, int cpu)
{
	u32 i;

	for (i = 0; i < CHUNK_CNT; i++) {
		chunk[i].name = (nr << CHUNK_SHIFT) + i + 1;
		ebpf_freelist_push_cpu(&buffers, &chunk[i], cpu);
	}
}

static int alloc_all(void)
{
	u32 nr = 0;
	int cpu;

	buffers.chunks = kcalloc(nr_chunks(), sizeof(*buffers.chunks), GFP_KERNEL);
	if (!buffers.chunks)
		return -ENOMEM;
	if (ebpf_freelist_init_chunks(&buffers))
		goto fail;
	for_each_possible_cpu(cpu) {
		if (nr == nr_chunks())
			break;
		/* Not vmalloc: an NMI must not meet an unsynced page table. */
		buffers.chunks[nr] = alloc_pages_exact(CHUNK_SIZE, GFP_KERNEL | __GFP_NOWARN);
		if (!buffers.chunks[nr])
			goto fail;
		fill(buffers.chunks[nr], nr, cpu);
		nr++;
	}
	return 0;
fail:
	free_all();
	return -ENOMEM;
}

int ebpf_words_prepare(void)
{
	int err = 0;

	mutex_lock(&prepare_lock);
	if (!prepared)
		err = alloc_all();
	prepared = !err;
	mutex_unlock(&prepare_lock);
	return err;
}

void ebpf_words_exit(void)
{
	free_all();
	prepared = false;
}

u64 *ebpf_words_get(void)
{
	struct buffer *buf = ebpf_freelist_pop(&buffers);

	return buf ? buf->words : NULL;
}

void ebpf_words_put(u64 *words)
{
	ebpf_freelist_push(&buffers, container_of(words, struct buffer, words[0]));
}
