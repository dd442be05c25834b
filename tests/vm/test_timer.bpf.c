// SPDX-License-Identifier: GPL-2.0-only
/*
 * One program that does to timers what test_timer.c orders, and functions that the
 * timers call.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "test_timer.h"

char _license[] SEC("license") = "GPL";

struct elem {
	__u64 data;
	struct bpf_timer timer;
	__u64 behind;
};

#define MAP(name, map_type, flags)		\
	struct {				\
		__uint(type, map_type);		\
		__uint(max_entries, 8);		\
		__uint(map_flags, flags);	\
		__type(key, __u32);		\
		__type(value, struct elem);	\
	} name SEC(".maps")

MAP(array, BPF_MAP_TYPE_ARRAY, 0);
MAP(hash, BPF_MAP_TYPE_HASH, 0);
MAP(growing, BPF_MAP_TYPE_HASH, BPF_F_NO_PREALLOC);
MAP(lru, BPF_MAP_TYPE_LRU_HASH, 0);

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, NR_NOTED);
	__type(key, __u32);
	__type(value, struct noted);
} noted SEC(".maps");

/* One for each CPU: threads give orders at the same time. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, struct order);
} orders SEC(".maps");

static __always_inline struct noted *note(__u32 *key, struct elem *elem)
{
	__u32 i = *key;
	struct noted *n;

	n = bpf_map_lookup_elem(&noted, &i);
	if (!n)
		return 0;
	n->key = i;
	n->data = elem->data;
	__sync_fetch_and_add(&n->calls, 1);
	return n;
}

static int fn_count(void *map, __u32 *key, struct elem *elem)
{
	note(key, elem);
	return 0;
}

static int fn_again(void *map, __u32 *key, struct elem *elem)
{
	struct noted *n = note(key, elem);
	long ret;

	ret = bpf_timer_start(&elem->timer, elem->data, 0);
	if (n)
		n->ret = ret;
	return 0;
}

static int fn_self(void *map, __u32 *key, struct elem *elem)
{
	struct noted *n = note(key, elem);
	long ret;

	ret = bpf_timer_cancel(&elem->timer);
	if (n)
		n->ret = ret;
	return 0;
}

static int fn_delete(void *map, __u32 *key, struct elem *elem)
{
	struct noted *n = note(key, elem);
	__u32 k = *key;
	long ret;

	ret = bpf_map_delete_elem(&hash, &k);
	if (n)
		n->ret = ret;
	return 0;
}

/* Two of them stop each other. */
static int fn_other(void *map, __u32 *key, struct elem *elem)
{
	struct noted *n = note(key, elem);
	__u32 other = *key ^ 1;
	struct elem *peer;
	long ret = 0;

	peer = bpf_map_lookup_elem(&array, &other);
	if (peer)
		ret = bpf_timer_cancel(&peer->timer);
	if (n && ret < 0)
		n->ret = ret;
	return 0;
}

static __always_inline long set_fn(struct elem *elem, __u32 fn)
{
	switch (fn) {
	case FN_COUNT:
		return bpf_timer_set_callback(&elem->timer, fn_count);
	case FN_AGAIN:
		return bpf_timer_set_callback(&elem->timer, fn_again);
	case FN_SELF:
		return bpf_timer_set_callback(&elem->timer, fn_self);
	case FN_DELETE:
		return bpf_timer_set_callback(&elem->timer, fn_delete);
	default:
		return bpf_timer_set_callback(&elem->timer, fn_other);
	}
}

#define OBEY(map)							\
static __noinline int obey_##map(struct order *o)			\
{									\
	struct elem fresh = { .data = 5 }, *elem;			\
	__u32 key;							\
									\
	if (!o)								\
		return 0;						\
	key = o->key;							\
	if (o->op == OP_DELETE) {					\
		o->ret = bpf_map_delete_elem(&map, &key);		\
		return 0;						\
	}								\
	if (o->op == OP_UPDATE) {					\
		fresh.data = o->arg;					\
		o->ret = bpf_map_update_elem(&map, &key, &fresh, BPF_ANY); \
		return 0;						\
	}								\
	elem = bpf_map_lookup_elem(&map, &key);				\
	if (!elem) {							\
		o->ret = 1000;						\
		return 0;						\
	}								\
	if (o->op == OP_INIT) {						\
		o->ret = bpf_timer_init(&elem->timer, &map, o->flags);	\
	} else if (o->op == OP_SET) {					\
		o->ret = set_fn(elem, o->fn);				\
	} else if (o->op == OP_START) {					\
		o->ret = bpf_timer_start(&elem->timer, o->arg, o->flags); \
	} else if (o->op == OP_CANCEL) {				\
		o->ret = bpf_timer_cancel(&elem->timer);		\
	} else {							\
		bpf_timer_init(&elem->timer, &map, 1);			\
		set_fn(elem, o->fn);					\
		o->ret = bpf_timer_start(&elem->timer, o->arg, 0);	\
	}								\
	return 0;							\
}

OBEY(array)
OBEY(hash)
OBEY(growing)
OBEY(lru)

SEC("tc")
int obey(struct __sk_buff *skb)
{
	__u32 who = skb->mark;
	struct order *o = bpf_map_lookup_elem(&orders, &who);

	if (!o)
		return 1;
	switch (o->map) {
	case IN_ARRAY:
		return obey_array(o);
	case IN_HASH:
		return obey_hash(o);
	case IN_GROWING:
		return obey_growing(o);
	case IN_LRU:
		return obey_lru(o);
	}
	return 1;
}
