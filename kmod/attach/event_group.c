// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/attach/event_group.h"

/* So that a group is read with no more than 16 KiB, Linux's limit. */
#define GROUP_MAX_MEMBERS	680

/* Who is in which group. Outside of every event's lock. */
static DEFINE_MUTEX(group_lock);

static struct ebpf_event *leader_of(struct ebpf_event *event)
{
	return event->group_leader ?: event;
}

static int check_pair(const struct ebpf_event *event, const struct ebpf_event *leader)
{
	if (leader->group_leader)
		return -EINVAL;
	if (event->cpu != leader->cpu || event->task != leader->task ||
	    ebpf_event_clock(event) != ebpf_event_clock(leader))
		return -EINVAL;
	if (event->task && (event->attr.flags ^ leader->attr.flags) & EBPF_PERF_ATTR_INHERIT)
		return -EINVAL;
	/* That is the leader's to ask for. */
	if (event->attr.flags & (EBPF_PERF_ATTR_EXCLUSIVE | EBPF_PERF_ATTR_PINNED))
		return -EINVAL;
	return leader->nr_members < GROUP_MAX_MEMBERS ? 0 : -E2BIG;
}

int ebpf_event_group_join(struct ebpf_event *event, struct ebpf_event *leader)
{
	int err;

	mutex_lock(&group_lock);
	err = check_pair(event, leader);
	if (!err) {
		event->group_leader = leader;
		list_add_tail(&event->group_node, &leader->group_members);
		leader->nr_members++;
	}
	mutex_unlock(&group_lock);
	return err;
}

void ebpf_event_group_leave(struct ebpf_event *event)
{
	struct ebpf_event *member, *next;

	mutex_lock(&group_lock);
	if (event->group_leader) {
		event->group_leader->nr_members--;
		event->group_leader = NULL;
		list_del_init(&event->group_node);
	}
	list_for_each_entry_safe(member, next, &event->group_members, group_node) {
		member->group_leader = NULL;
		list_del_init(&member->group_node);
	}
	event->nr_members = 0;
	mutex_unlock(&group_lock);
}

void ebpf_event_group_each(struct ebpf_event *event, void (*fn)(struct ebpf_event *event))
{
	struct ebpf_event *leader, *member;

	mutex_lock(&group_lock);
	leader = leader_of(event);
	fn(leader);
	list_for_each_entry(member, &leader->group_members, group_node)
		fn(member);
	mutex_unlock(&group_lock);
}

static u32 put_value(const struct ebpf_event *event, u64 format, u64 value, u64 *word)
{
	word[0] = value;
	return 1 + ebpf_event_put_id(format, event->id, word + 1);
}

static u32 read_group(struct ebpf_event *leader, u64 format, u64 *word)
{
	struct ebpf_event_count count;
	struct ebpf_event *member;
	u32 n = 0;

	ebpf_event_count_now(leader, &count);
	word[n++] = 1 + leader->nr_members;
	n += ebpf_event_put_times(format, count.enabled, count.running, word + n);
	n += put_value(leader, format, count.value, word + n);
	list_for_each_entry(member, &leader->group_members, group_node) {
		ebpf_event_count_now(member, &count);
		n += put_value(member, format, count.value, word + n);
	}
	return n;
}

int ebpf_event_group_read(struct ebpf_event *event, u64 **words)
{
	struct ebpf_event *leader;
	int n = -ENOMEM;

	mutex_lock(&group_lock);
	leader = leader_of(event);
	*words = kcalloc(3 + 3 * (1 + leader->nr_members), sizeof(u64), GFP_KERNEL);
	if (*words)
		n = read_group(leader, event->attr.read_format, *words);
	mutex_unlock(&group_lock);
	return n;
}
