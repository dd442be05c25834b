// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/attach/event.h"
#include "kmod/attach/event_group.h"
#include "kmod/attach/ring.h"
#include "kmod/compat/clock.h"

#include <linux/compat.h>
#include <linux/file.h>
#include <linux/poll.h>

static atomic64_t event_ids = ATOMIC64_INIT(0);
static atomic64_t event_live = ATOMIC64_INIT(0);

u64 ebpf_event_count(void)
{
	return atomic64_read(&event_live);
}

/*
 * Life
 */

int ebpf_event_init(struct ebpf_event *event, const struct ebpf_event_ops *ops,
		    const struct ebpf_event_params *params, bool hits)
{
	if (hits) {
		event->hits = alloc_percpu(u64);
		if (!event->hits)
			return -ENOMEM;
	}
	event->ops = ops;
	event->attr = params->attr;
	event->cpu = params->cpu;
	event->task = params->task;
	if (event->task)
		get_task_struct(event->task);
	event->id = atomic64_inc_return(&event_ids);
	mutex_init(&event->lock);
	INIT_LIST_HEAD(&event->ring_node);
	INIT_LIST_HEAD(&event->group_members);
	INIT_LIST_HEAD(&event->group_node);
	init_waitqueue_head(&event->waitq);
	event->enabled = !(params->attr.flags & EBPF_PERF_ATTR_DISABLED);
	event->enabled_at = compat_mono_fast_ns();
	atomic64_inc(&event_live);
	return 0;
}

void ebpf_event_fini(struct ebpf_event *event)
{
	if (event->task)
		put_task_struct(event->task);
	free_percpu(event->hits);
	atomic64_dec(&event_live);
}

static void event_destroy(struct ebpf_event_later *later)
{
	struct ebpf_event *event = container_of(later, struct ebpf_event, later);

	event->ops->destroy(event);
}

void ebpf_event_drop(struct ebpf_event *event)
{
	if (event->ops->stop)
		event->ops->stop(event);
	if (!event->kept)
		ebpf_event_later(&event->later, event_destroy);
}

static int event_release(struct inode *inode, struct file *file)
{
	struct ebpf_event *event = file->private_data;

	ebpf_event_group_leave(event);
	ebpf_ring_detach(event);
	ebpf_event_clear_prog(event);
	/* Last: a grace period may be over before this returns. */
	ebpf_event_drop(event);
	return 0;
}

struct ebpf_event *ebpf_event_get(int fd)
{
	struct file *file = fget(fd);

	if (!file)
		return ERR_PTR(-EBADF);
	if (file->f_op != &ebpf_event_fops) {
		fput(file);
		return ERR_PTR(-EBADF);
	}
	return file->private_data;
}

void ebpf_event_put(struct ebpf_event *event)
{
	fput(event->file);
}

bool ebpf_event_inherits(const struct ebpf_event *event)
{
	return event->attr.flags & EBPF_PERF_ATTR_INHERIT;
}

/*
 * Programs
 */

/* Of places that allow everything nothing is remembered. */
static int event_claim(struct ebpf_event *event, struct ebpf_prog *prog)
{
	static const struct ebpf_demand no_stacks;

	if (!event->ops->callchain || event->ops->callchain(event))
		return 0;
	return ebpf_place_claim(&event->place, prog, &no_stacks) ? -EPROTO : 0;
}

/* Ids asked for at a time. */
#define QUERY_MAX_PROGS		64

/* What may be attached at a place is asked and done in one. Outside of every event's lock. */
static DEFINE_MUTEX(set_prog_lock);

/* Is @prog of a kind that the event takes? */
static int event_suits(const struct ebpf_event *event, const struct ebpf_prog *prog)
{
	if (prog->type != event->ops->prog_type)
		return -EINVAL;
	if (prog->kprobe_override && !event->ops->override)
		return -EINVAL;
	if (prog->sleepable && !event->ops->sleeps)
		return -EINVAL;
	if (event->max_ctx && prog->image.max_ctx_offset > event->max_ctx)
		return -EACCES;
	return 0;
}

static int event_attach(struct ebpf_event *event, struct ebpf_prog *prog, u64 cookie)
{
	int err;

	mutex_lock(&event->lock);
	err = event_claim(event, prog);
	if (err)
		goto unlock;
	if (prog->kprobe_override) {
		err = event->ops->override(event, true);
		if (err)
			goto unlock;
	}
	event->cookie = cookie;
	smp_store_release(&event->prog, ebpf_prog_inc(prog));
unlock:
	mutex_unlock(&event->lock);
	return err;
}

int ebpf_event_set_prog(struct ebpf_event *event, struct ebpf_prog *prog, u64 cookie)
{
	int err;

	mutex_lock(&set_prog_lock);
	/* Where programs run on samples, this comes before all else, elsewhere after. */
	if (event->prog && event->ops->prog_type == EBPF_PROG_TYPE_PERF_EVENT)
		err = -EEXIST;
	else
		err = event_suits(event, prog);
	if (!err && event->prog)
		err = -EEXIST;
	if (!err && event->ops->admits)
		err = event->ops->admits(event, prog);
	if (!err)
		err = event_attach(event, prog, cookie);
	mutex_unlock(&set_prog_lock);
	return err;
}

/* Runs under way may go on; the program outlives them. */
void ebpf_event_clear_prog(struct ebpf_event *event)
{
	struct ebpf_prog *prog;

	mutex_lock(&event->lock);
	prog = event->prog;
	WRITE_ONCE(event->prog, NULL);
	if (prog && prog->kprobe_override)
		event->ops->override(event, false);
	ebpf_place_release(&event->place);
	mutex_unlock(&event->lock);
	if (prog)
		ebpf_prog_put(prog);
}

static int event_set_prog_fd(struct ebpf_event *event, int fd)
{
	struct ebpf_prog *prog = ebpf_prog_get(fd, EBPF_PROG_TYPE_UNSPEC);
	int err;

	if (IS_ERR(prog))
		return PTR_ERR(prog);
	err = ebpf_event_set_prog(event, prog, 0);
	ebpf_prog_put(prog);
	return err;
}

/*
 * Counting
 */

static u64 event_hits(struct ebpf_event *event)
{
	u64 sum = 0;
	int cpu;

	if (event->counted_by_kernel)
		return event->ops->kernel_count(event);
	if (!event->hits)
		return 0;
	for_each_possible_cpu(cpu)
		sum += *per_cpu_ptr(event->hits, cpu);
	return sum;
}

void ebpf_event_read_hits(struct ebpf_event *event, struct ebpf_event_count *count)
{
	count->value = event->counted;
	if (event->enabled)
		count->value += event_hits(event) - event->base;
}

/* From a program, without the lock: an event that is just being enabled or
 * disabled may tell yesterday's count.
 */
int ebpf_event_peek_hits(struct ebpf_event *event, struct ebpf_event_count *count)
{
	if (event->attr.flags & EBPF_PERF_ATTR_INHERIT)
		return -EOPNOTSUPP;
	if (event->task ? event->task != current : event->cpu != smp_processor_id())
		return -EINVAL;
	count->enabled = ebpf_event_enabled_ns(event);
	count->running = count->enabled;
	ebpf_event_read_hits(event, count);
	return 0;
}

/* Under event->lock. */
static void event_mark_enabled(struct ebpf_event *event)
{
	if (event->enabled)
		return;
	if (event->hits)
		event->base = event_hits(event);
	event->enabled_at = compat_mono_fast_ns();
	WRITE_ONCE(event->enabled, true);
}

static void event_enable(struct ebpf_event *event)
{
	mutex_lock(&event->lock);
	event_mark_enabled(event);
	if (event->ops->enable)
		event->ops->enable(event);
	mutex_unlock(&event->lock);
}

static void event_disable(struct ebpf_event *event)
{
	u64 hits;

	mutex_lock(&event->lock);
	if (event->ops->disable)
		event->ops->disable(event);
	if (event->enabled) {
		if (event->hits) {
			hits = event_hits(event);
			event->counted += hits - event->base;
			event->base = hits;
		}
		event->enabled_ns = ebpf_event_enabled_ns(event);
		WRITE_ONCE(event->enabled, false);
	}
	mutex_unlock(&event->lock);
}

void ebpf_event_reset_hits(struct ebpf_event *event)
{
	event->counted = 0;
	event->base = event_hits(event);
}

static void event_reset(struct ebpf_event *event)
{
	mutex_lock(&event->lock);
	if (event->ops->reset)
		event->ops->reset(event);
	else
		ebpf_event_reset_hits(event);
	mutex_unlock(&event->lock);
}

/* The words that read_format asks for, without a group's; returns how many. */
static u32 event_read_words(struct ebpf_event *event, u64 *word)
{
	u64 format = event->attr.read_format;
	struct ebpf_event_count count;
	u32 n = 0;

	ebpf_event_count_now(event, &count);
	word[n++] = count.value;
	n += ebpf_event_put_times(format, count.enabled, count.running, word + n);
	return n + ebpf_event_put_id(format, event->id, word + n);
}

static ssize_t words_to_user(char __user *buf, size_t size, const u64 *words, u32 n)
{
	if (size < n * sizeof(u64))
		return -ENOSPC;
	if (copy_to_user(buf, words, n * sizeof(u64)))
		return -EFAULT;
	return n * sizeof(u64);
}

static ssize_t event_read(struct file *file, char __user *buf, size_t size, loff_t *pos)
{
	struct ebpf_event *event = file->private_data;
	u64 few[5], *words;
	ssize_t ret;
	int n;

	if (!(event->attr.read_format & EBPF_PERF_FORMAT_GROUP))
		return words_to_user(buf, size, few, event_read_words(event, few));
	n = ebpf_event_group_read(event, &words);
	if (n < 0)
		return n;
	ret = words_to_user(buf, size, words, n);
	kfree(words);
	return ret;
}

int ebpf_event_read(struct ebpf_event *event, u64 *value, u64 *enabled, u64 *running)
{
	struct ebpf_event_count count;
	int err;

	if (!event->ops->peek)
		return -EINVAL;
	err = event->ops->peek(event, &count);
	if (err)
		return err;
	*value = count.value;
	if (enabled)
		*enabled = count.enabled;
	if (running)
		*running = count.running;
	return 0;
}

/*
 * ioctl
 */

static int event_set_period(struct ebpf_event *event, const void __user *arg)
{
	struct ebpf_perf_attr *attr = &event->attr;
	u64 period;
	int err = 0;

	if (copy_from_user(&period, arg, sizeof(period)))
		return -EFAULT;
	if (!attr->sample_period || !period)
		return -EINVAL;
	if (ebpf_event_check_period(attr, period))
		return -EINVAL;
	mutex_lock(&event->lock);
	if (event->ops->set_period)
		err = event->ops->set_period(event, period);
	else
		attr->sample_period = period;
	mutex_unlock(&event->lock);
	return err;
}

static int event_refresh(struct ebpf_event *event, int cnt)
{
	int err = 0;

	if (ebpf_event_inherits(event) || !event->attr.sample_period)
		return -EINVAL;
	mutex_lock(&event->lock);
	event_mark_enabled(event);
	if (event->ops->refresh)
		err = event->ops->refresh(event, cnt);
	else if (event->ops->enable)
		event->ops->enable(event);
	mutex_unlock(&event->lock);
	return err;
}

static int event_set_filter(struct ebpf_event *event, const char __user *arg)
{
	char *filter = strndup_user(arg, PAGE_SIZE);
	int err = -EINVAL;

	if (IS_ERR(filter))
		return PTR_ERR(filter);
	mutex_lock(&event->lock);
	if (event->ops->set_filter)
		err = event->ops->set_filter(event, filter);
	mutex_unlock(&event->lock);
	kfree(filter);
	return err;
}

/* Linux knows how to change breakpoints, and no others. */
static int event_modify(struct ebpf_event *event, u64 address)
{
	struct ebpf_perf_attr attr;
	int err = ebpf_event_copy_attr(&attr, address);

	if (err)
		return err;
	if (attr.type != event->attr.type)
		return -EINVAL;
	if (!event->ops->modify)
		return -EOPNOTSUPP;
	mutex_lock(&event->lock);
	err = event->ops->modify(event, &attr);
	mutex_unlock(&event->lock);
	return err;
}

static int event_redirect(struct ebpf_event *event, int fd)
{
	struct ebpf_event *to;
	int err;

	if (fd == -1)
		return ebpf_ring_redirect(event, NULL);
	to = ebpf_event_get(fd);
	if (IS_ERR(to))
		return PTR_ERR(to);
	err = ebpf_ring_redirect(event, to);
	ebpf_event_put(to);
	return err;
}

static int event_query(struct ebpf_event *event, struct ebpf_perf_query __user *uquery)
{
	struct ebpf_perf_query query;
	u32 *ids = NULL;
	int err = 0;

	if (!compat_perfmon_capable())
		return -EPERM;
	if (!event->ops->query)
		return -EINVAL;
	if (copy_from_user(&query, uquery, sizeof(query)))
		return -EFAULT;
	if (query.ids_len > QUERY_MAX_PROGS)
		return -E2BIG;
	if (query.ids_len) {
		ids = kcalloc(query.ids_len, sizeof(*ids), GFP_KERNEL);
		if (!ids)
			return -ENOMEM;
	}
	query.prog_cnt = event->ops->query(event, ids, query.ids_len);
	if (copy_to_user(&uquery->prog_cnt, &query.prog_cnt, sizeof(query.prog_cnt)) ||
	    copy_to_user(uquery + 1, ids,
			 min(query.ids_len, query.prog_cnt) * sizeof(*ids)))
		err = -EFAULT;
	else if (query.ids_len && query.ids_len < query.prog_cnt)
		err = -ENOSPC;
	kfree(ids);
	return err;
}

/* @arg: PERF_IOC_FLAG_GROUP, or this event alone */
static long event_switch(struct ebpf_event *event, void (*fn)(struct ebpf_event *event),
			 unsigned long arg)
{
	if (arg & EBPF_PERF_IOC_FLAG_GROUP)
		ebpf_event_group_each(event, fn);
	else
		fn(event);
	return 0;
}

static long event_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct ebpf_event *event = file->private_data;

	switch (cmd) {
	case EBPF_PERF_IOC_ENABLE:
		return event_switch(event, event_enable, arg);
	case EBPF_PERF_IOC_DISABLE:
		return event_switch(event, event_disable, arg);
	case EBPF_PERF_IOC_RESET:
		return event_switch(event, event_reset, arg);
	case EBPF_PERF_IOC_PERIOD:
		return event_set_period(event, (void __user *)arg);
	case EBPF_PERF_IOC_REFRESH:
		return event_refresh(event, arg);
	case EBPF_PERF_IOC_ID:
		return put_user(event->id, (u64 __user *)arg);
	case EBPF_PERF_IOC_SET_OUTPUT:
		return event_redirect(event, arg);
	case EBPF_PERF_IOC_SET_FILTER:
		return event_set_filter(event, (void __user *)arg);
	case EBPF_PERF_IOC_SET_BPF:
		return event_set_prog_fd(event, arg);
	case EBPF_PERF_IOC_PAUSE_OUTPUT:
		return ebpf_ring_pause(event, arg);
	case EBPF_PERF_IOC_QUERY_BPF:
		return event_query(event, (void __user *)arg);
	case EBPF_PERF_IOC_MODIFY_ATTRIBUTES:
		return event_modify(event, arg);
	default:
		return -ENOTTY;
	}
}

#ifdef CONFIG_COMPAT
/* Numbers that carry the size of a pointer differ for 32-bit callers. */
static long event_compat_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	switch (_IOC_NR(cmd)) {
	case _IOC_NR(EBPF_PERF_IOC_ID):
	case _IOC_NR(EBPF_PERF_IOC_QUERY_BPF):
	case _IOC_NR(EBPF_PERF_IOC_SET_FILTER):
	case _IOC_NR(EBPF_PERF_IOC_MODIFY_ATTRIBUTES):
		if (_IOC_SIZE(cmd) == sizeof(compat_uptr_t)) {
			cmd &= ~IOCSIZE_MASK;
			cmd |= sizeof(void *) << IOCSIZE_SHIFT;
		}
		break;
	}
	return event_ioctl(file, cmd, arg);
}
#endif

/*
 * The rest of the file
 */

static int event_mmap(struct file *file, struct vm_area_struct *vma)
{
	return ebpf_ring_mmap(file->private_data, vma);
}

static compat_poll_t event_poll(struct file *file, poll_table *wait)
{
	return (__force compat_poll_t)ebpf_ring_poll(file->private_data, file, wait);
}

static int event_fasync(int fd, struct file *file, int on)
{
	struct ebpf_event *event = file->private_data;
	int err = fasync_helper(fd, file, on, &event->fasync);

	return err < 0 ? err : 0;
}

static compat_fdinfo_t event_show_fdinfo(struct seq_file *m, struct file *file)
{
	struct ebpf_event *event = file->private_data;

	mutex_lock(&event->lock);
	seq_printf(m, "event_type:\t%u\nevent_id:\t%llu\ncpu:\t%d\nenabled:\t%d\n",
		   event->attr.type, event->id, event->cpu, event->enabled);
	if (event->prog)
		seq_printf(m, "prog_id:\t%u\n", event->prog->id);
	mutex_unlock(&event->lock);
	return COMPAT_FDINFO_DONE;
}

const struct file_operations ebpf_event_fops = {
	.owner = THIS_MODULE,
	.release = event_release,
	.read = event_read,
	.poll = event_poll,
	.unlocked_ioctl = event_ioctl,
#ifdef CONFIG_COMPAT
	.compat_ioctl = event_compat_ioctl,
#endif
	.mmap = event_mmap,
	.fasync = event_fasync,
	.show_fdinfo = event_show_fdinfo,
};
