// SPDX-License-Identifier: GPL-2.0-only
/*
 * Links to perf events: the event lives as long as the link, the program is
 * attached as long as the link.
 */
#include "kmod/attach/event.h"
#include "kmod/link/link.h"

struct perf_link {
	struct ebpf_link link;
	struct ebpf_event *event;	/* reference */
};

static void perf_link_release(struct ebpf_link *link)
{
	struct perf_link *pl = container_of(link, struct perf_link, link);

	ebpf_event_clear_prog(pl->event);
	ebpf_event_put(pl->event);
}

static void perf_link_dealloc(struct ebpf_link *link)
{
	kfree(container_of(link, struct perf_link, link));
}

static const struct ebpf_link_ops perf_link_ops = {
	.release = perf_link_release,
	.dealloc = perf_link_dealloc,
};

int ebpf_perf_link_create(struct ebpf_prog *prog, int event_fd, u64 cookie)
{
	struct ebpf_link_primer primer;
	struct ebpf_event *event;
	struct perf_link *pl;
	int err;

	event = ebpf_event_get(event_fd);
	if (IS_ERR(event))
		return PTR_ERR(event);
	err = -ENOMEM;
	pl = kzalloc(sizeof(*pl), GFP_KERNEL);
	if (!pl)
		goto put_event;
	pl->event = event;
	ebpf_link_init(&pl->link, EBPF_LINK_TYPE_PERF_EVENT, &perf_link_ops, prog);
	err = ebpf_link_prime(&pl->link, &primer);
	if (err) {
		kfree(pl);
		goto put_event;
	}
	err = ebpf_event_set_prog(event, prog, cookie);
	if (err) {
		ebpf_link_cleanup(&primer);
		goto put_event;
	}
	return ebpf_link_settle(&primer);

put_event:
	ebpf_event_put(event);
	return err;
}
