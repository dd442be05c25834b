// SPDX-License-Identifier: GPL-2.0-only
/*
 * LPM_TRIE: the longest of the map's prefixes that a key begins with.
 *
 * A binary tree. A node's prefix begins with its parent's and is longer; the first bit
 * behind the parent's tells which child it is. Where two prefixes part and none of the
 * map's ends, there is a node without a value, always with two children.
 *
 * Changes are made under a lock, readers take none. A node that was taken out may be
 * in use again elsewhere while a reader still stands on it; seq is changed before, and
 * a reader that sees it changed starts again.
 */
#include "kmod/map/kinds/elem_lock.h"
#include "kmod/map/kinds/maps.h"
#include "kmod/map/kinds/pool.h"

#include <ebpf/btf.h>

#include <linux/bitops.h>
#include <asm/byteorder.h>

#define LPM_FLAGS		(EBPF_F_NO_PREALLOC | EBPF_F_NUMA_NODE | EBPF_F_ACCESS_MASK)
#define LPM_HEAD		sizeof(struct ebpf_lpm_trie_key)
#define LPM_DATA_MAX		256
/* Starts of a reader that others keep disturbing, before it takes what it has. */
#define LPM_MAX_PASSES		64
/* Beyond this many entries there are fewer nodes than could be needed. */
#define LPM_MAX_NODES		(1U << 31)

struct lpm_node {
	struct lpm_node *child[2];
	u32 prefixlen;		/* bits */
	u32 link;		/* of the pool */
	u32 name;
	bool no_value;
	u8 data[] __aligned(8);	/* the prefix, padded to 8 bytes; then the value */
};

struct ebpf_lpm_trie {
	struct ebpf_map map;
	struct lpm_node *root;
	raw_spinlock_t lock;
	struct ebpf_pool pool;
	u32 seq;		/* nodes taken out so far */
	u32 nr_entries;
	u32 data_size;		/* bytes of a key without prefixlen */
	u32 max_prefixlen;
	u32 value_off;
};

static struct ebpf_lpm_trie *trie_of(const struct ebpf_map *map)
{
	return container_of(map, struct ebpf_lpm_trie, map);
}

/* A program's key, whose memory programs on other CPUs may change: read once. */
struct lpm_key {
	const u8 *data;
	u32 prefixlen;
};

static struct lpm_key key_of(const void *key)
{
	const struct ebpf_lpm_trie_key *k = key;
	struct lpm_key ret = { k->data, READ_ONCE(k->prefixlen) };

	return ret;
}

static void *node_value(const struct ebpf_lpm_trie *trie, struct lpm_node *node)
{
	return (u8 *)node + trie->value_off;
}

static u32 bit_at(const u8 *data, u32 i)
{
	return data[i / 8] >> (7 - i % 8) & 1;
}

/* How many of the first @limit bits are the same. */
static u32 common_bits(const u8 *a, const u8 *b, u32 limit)
{
	u32 i, bits, bytes = DIV_ROUND_UP(limit, 8);
	u64 diff;

	for (i = 0; i + 8 <= bytes; i += 8) {
		diff = be64_to_cpup((const __be64 *)(a + i)) ^
		       be64_to_cpup((const __be64 *)(b + i));
		if (diff) {
			bits = i * 8 + 64 - fls64(diff);
			return min(bits, limit);
		}
	}
	for (; i < bytes; i++) {
		diff = a[i] ^ b[i];
		if (diff) {
			bits = i * 8 + 8 - fls64(diff);
			return min(bits, limit);
		}
	}
	return limit;
}

/*
 * Reading. Any context, preemption off.
 */

static struct lpm_node *trie_find(const struct ebpf_lpm_trie *trie,
				  const struct lpm_key *key)
{
	struct lpm_node *node = READ_ONCE(trie->root), *found = NULL;
	/* Of a tree that changes one may see a circle. */
	u32 steps = trie->max_prefixlen + 1;
	u32 len, prefixlen;

	for (; node && steps; steps--) {
		prefixlen = READ_ONCE(node->prefixlen);
		len = common_bits(node->data, key->data, min(prefixlen, key->prefixlen));
		if (len < prefixlen)
			break;
		if (!READ_ONCE(node->no_value))
			found = node;
		if (prefixlen >= trie->max_prefixlen)
			break;
		node = READ_ONCE(node->child[bit_at(key->data, prefixlen)]);
	}
	return found;
}

static void *trie_lookup_elem(struct ebpf_map *map, const void *key)
{
	struct ebpf_lpm_trie *trie = trie_of(map);
	struct lpm_key k = key_of(key);
	int passes = LPM_MAX_PASSES;
	struct lpm_node *node;
	u32 seq;

	do {
		seq = READ_ONCE(trie->seq);
		smp_rmb();
		node = trie_find(trie, &k);
		smp_rmb();
	} while (unlikely(READ_ONCE(trie->seq) != seq) && --passes);
	return node ? node_value(trie, node) : NULL;
}

/*
 * Changing. The trie is locked.
 */

/* A complete node becomes visible. */
static void slot_set(struct lpm_node **slot, struct lpm_node *node)
{
	smp_wmb();
	WRITE_ONCE(*slot, node);
}

static void node_free(struct ebpf_lpm_trie *trie, struct lpm_node *node)
{
	smp_wmb();
	WRITE_ONCE(trie->seq, trie->seq + 1);
	smp_wmb();
	ebpf_pool_push(&trie->pool, node);
}

static struct lpm_node *node_new(struct ebpf_lpm_trie *trie, const u8 *data, u32 prefixlen,
				 const void *value)
{
	struct lpm_node *node = ebpf_pool_pop(&trie->pool);

	if (!node)
		return NULL;
	node->child[0] = NULL;
	node->child[1] = NULL;
	memcpy(node->data, data, trie->data_size);
	if (value)
		memcpy(node_value(trie, node), value, trie->map.value_size);
	WRITE_ONCE(node->no_value, !value);
	WRITE_ONCE(node->prefixlen, prefixlen);
	return node;
}

/* Where the way down by @key ends: at an empty place, at the node of just this prefix or
 * at one that parts from it after *@len bits. *@parent: the place above, or NULL.
 */
static struct lpm_node **trie_descend(struct ebpf_lpm_trie *trie,
				      const struct lpm_key *key, u32 *len,
				      struct lpm_node ***parent)
{
	struct lpm_node **slot = &trie->root, *node;

	*parent = NULL;
	while ((node = *slot)) {
		*len = common_bits(node->data, key->data, min(node->prefixlen, key->prefixlen));
		if (*len != node->prefixlen || *len == key->prefixlen)
			break;
		*parent = slot;
		slot = &node->child[bit_at(key->data, node->prefixlen)];
	}
	return slot;
}

static bool is_exact(const struct lpm_node *node, u32 len, u32 prefixlen)
{
	return node && node->prefixlen == len && len == prefixlen;
}

static int update_check(const struct ebpf_lpm_trie *trie, bool exists, u64 flags)
{
	if (exists)
		return flags == EBPF_NOEXIST ? -EEXIST : 0;
	if (flags == EBPF_EXIST)
		return -ENOENT;
	return trie->nr_entries >= trie->map.max_entries ? -ENOSPC : 0;
}

/* @node is between @slot and what is there, which parts from it after @len bits. */
static int trie_insert_above(struct ebpf_lpm_trie *trie, struct lpm_node **slot,
			     struct lpm_node *node, u32 len)
{
	struct lpm_node *old = *slot, *fork;
	u32 bit = bit_at(old->data, len);

	if (node->prefixlen == len) {
		node->child[bit] = old;
		slot_set(slot, node);
		return 0;
	}
	fork = node_new(trie, node->data, len, NULL);
	if (!fork)
		return -ENOMEM;
	fork->child[bit] = old;
	fork->child[!bit] = node;
	slot_set(slot, fork);
	return 0;
}

static void trie_replace(struct ebpf_lpm_trie *trie, struct lpm_node **slot, struct lpm_node *node)
{
	struct lpm_node *old = *slot;

	node->child[0] = old->child[0];
	node->child[1] = old->child[1];
	slot_set(slot, node);
	node_free(trie, old);
}

static int trie_update(struct ebpf_lpm_trie *trie, const struct lpm_key *key,
		       const void *value, u64 flags)
{
	struct lpm_node **slot, **parent, *node;
	bool exact, exists;
	u32 len = 0;
	int err;

	slot = trie_descend(trie, key, &len, &parent);
	exact = is_exact(*slot, len, key->prefixlen);
	exists = exact && !(*slot)->no_value;
	err = update_check(trie, exists, flags);
	if (err)
		return err;
	node = node_new(trie, key->data, key->prefixlen, value);
	if (!node)
		return -ENOMEM;
	if (exact)
		trie_replace(trie, slot, node);
	else if (*slot)
		err = trie_insert_above(trie, slot, node, len);
	else
		slot_set(slot, node);
	if (err)
		ebpf_pool_push(&trie->pool, node);	/* nobody has seen it */
	else
		trie->nr_entries += !exists;
	return err;
}

static long trie_update_elem(struct ebpf_map *map, const void *key, const void *value, u64 flags)
{
	struct ebpf_lpm_trie *trie = trie_of(map);
	struct lpm_key k = key_of(key);
	unsigned long irq;
	int err;

	if (flags > EBPF_EXIST || k.prefixlen > trie->max_prefixlen)
		return -EINVAL;
	err = ebpf_elem_lock(&trie->lock, &irq);
	if (err)
		return err;
	err = trie_update(trie, &k, value, flags);
	ebpf_elem_unlock(&trie->lock, irq);
	return err;
}

static int trie_delete(struct ebpf_lpm_trie *trie, const struct lpm_key *key)
{
	struct lpm_node **slot, **parent, *node, *above;
	u32 len = 0;

	slot = trie_descend(trie, key, &len, &parent);
	node = *slot;
	if (!is_exact(node, len, key->prefixlen) || node->no_value)
		return -ENOENT;
	trie->nr_entries--;
	if (node->child[0] && node->child[1]) {
		WRITE_ONCE(node->no_value, true);
		return 0;
	}
	above = parent ? *parent : NULL;
	if (above && above->no_value && !node->child[0] && !node->child[1]) {
		/* Nothing parts there any more. */
		slot_set(parent, above->child[above->child[0] == node]);
		node_free(trie, above);
	} else {
		slot_set(slot, node->child[0] ? node->child[0] : node->child[1]);
	}
	node_free(trie, node);
	return 0;
}

static long trie_delete_elem(struct ebpf_map *map, const void *key)
{
	struct ebpf_lpm_trie *trie = trie_of(map);
	struct lpm_key k = key_of(key);
	unsigned long irq;
	int err;

	if (k.prefixlen > trie->max_prefixlen)
		return -EINVAL;
	err = ebpf_elem_lock(&trie->lock, &irq);
	if (err)
		return err;
	err = trie_delete(trie, &k);
	ebpf_elem_unlock(&trie->lock, irq);
	return err;
}

/*
 * Commands. Process context.
 */

static int trie_sys_update(struct ebpf_map *map, void *key, void *value, u64 flags)
{
	int err;

	/* Here one can wait for memory. */
	ebpf_pool_refill(&trie_of(map)->pool);
	ebpf_map_guard_begin();
	err = trie_update_elem(map, key, value, flags);
	ebpf_map_guard_end();
	return err;
}

/* The first of the subtree in post-order. Leaves have values. */
static struct lpm_node *leftmost(struct lpm_node *node)
{
	while (node && (node->child[0] || node->child[1]))
		node = node->child[0] ? node->child[0] : node->child[1];
	return node;
}

/* The next in post-order: of the nearest node above that has something left to show,
 * its other subtree or itself. More specific prefixes come first so.
 */
static struct lpm_node *trie_next(struct ebpf_lpm_trie *trie, const struct lpm_key *key)
{
	struct lpm_node *node = trie->root, *next = NULL;
	u32 len, bit;

	while (node) {
		len = common_bits(node->data, key->data, min(node->prefixlen, key->prefixlen));
		if (len != node->prefixlen || len == key->prefixlen)
			break;
		bit = bit_at(key->data, len);
		if (!bit && node->child[1])
			next = leftmost(node->child[1]);
		else if (!node->no_value)
			next = node;
		node = node->child[bit];
	}
	if (!node || node->no_value || node->prefixlen != key->prefixlen ||
	    common_bits(node->data, key->data, key->prefixlen) != key->prefixlen)
		return leftmost(trie->root);
	return next;
}

static int trie_get_next_key(struct ebpf_map *map, void *key, void *next_key)
{
	struct ebpf_lpm_trie *trie = trie_of(map);
	struct ebpf_lpm_trie_key *next = next_key;
	struct lpm_key from = { NULL };
	struct lpm_node *node;
	unsigned long irq;
	int err;

	if (key)
		from = key_of(key);
	err = ebpf_elem_lock(&trie->lock, &irq);
	if (err)
		return err;
	if (!key || from.prefixlen > trie->max_prefixlen)
		node = leftmost(trie->root);
	else
		node = trie_next(trie, &from);
	if (node) {
		next->prefixlen = node->prefixlen;
		memcpy(next->data, node->data, trie->data_size);
	}
	ebpf_elem_unlock(&trie->lock, irq);
	return node ? 0 : -ENOENT;
}

static int trie_check_btf(const struct ebpf_map *map, const struct ebpf_btf *btf,
			  u32 key_type_id, u32 value_type_id)
{
	const struct ebpf_btf_type *t = ebpf_btf_skip_modifiers(btf, key_type_id, NULL);

	return t && EBPF_BTF_INFO_KIND(t->info) == EBPF_BTF_KIND_STRUCT ? 0 : -EINVAL;
}

/*
 * Making and freeing
 */

static int trie_alloc_check(const union ebpf_attr *attr)
{
	if (!attr->max_entries || !(attr->map_flags & EBPF_F_NO_PREALLOC) ||
	    !ebpf_map_flags_ok(attr, LPM_FLAGS))
		return -EINVAL;
	if (attr->key_size <= LPM_HEAD || attr->key_size > LPM_HEAD + LPM_DATA_MAX)
		return -EINVAL;
	if (!attr->value_size ||
	    attr->value_size > EBPF_ELEM_MAX - LPM_HEAD - LPM_DATA_MAX - sizeof(struct lpm_node))
		return -EINVAL;
	return 0;
}

static int trie_init(struct ebpf_lpm_trie *trie)
{
	struct ebpf_pool *pool = &trie->pool;

	trie->data_size = trie->map.key_size - LPM_HEAD;
	trie->max_prefixlen = trie->data_size * 8;
	trie->value_off = offsetof(struct lpm_node, data) + round_up(trie->data_size, 8);
	pool->list.stride = trie->value_off + round_up(trie->map.value_size, 8);
	pool->list.link_off = offsetof(struct lpm_node, link);
	pool->list.name_off = offsetof(struct lpm_node, name);
	/* A fork for each but the first, and one to replace another with. */
	pool->max = min_t(u64, 2ULL * trie->map.max_entries, LPM_MAX_NODES);
	raw_spin_lock_init(&trie->lock);
	return ebpf_pool_init(pool, 0);
}

static void trie_free(struct ebpf_map *map)
{
	struct ebpf_lpm_trie *trie = trie_of(map);

	ebpf_pool_destroy(&trie->pool);
	ebpf_map_area_free(trie);
}

static struct ebpf_map *trie_alloc(const union ebpf_attr *attr)
{
	struct ebpf_lpm_trie *trie = ebpf_map_area_alloc(sizeof(*trie), ebpf_map_numa_node(attr));

	if (!trie)
		return ERR_PTR(-ENOMEM);
	ebpf_map_init_from_attr(&trie->map, attr);
	if (!trie_init(trie))
		return &trie->map;
	trie_free(&trie->map);
	return ERR_PTR(-ENOMEM);
}

static u64 trie_mem_usage(const struct ebpf_map *map)
{
	return sizeof(struct ebpf_lpm_trie) + ebpf_pool_mem(&trie_of(map)->pool);
}

const struct ebpf_map_ops ebpf_lpm_trie_map_ops = {
	.alloc_check = trie_alloc_check,
	.alloc = trie_alloc,
	.free = trie_free,
	.lookup_elem = trie_lookup_elem,
	.update_elem = trie_update_elem,
	.delete_elem = trie_delete_elem,
	.sys_update = trie_sys_update,
	.get_next_key = trie_get_next_key,
	.check_btf = trie_check_btf,
	.meta_equal = ebpf_map_meta_equal,
	.mem_usage = trie_mem_usage,
};
