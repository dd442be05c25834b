/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Links: an attachment with an fd and an id of its own.
 */
#ifndef _KMOD_LINK_H
#define _KMOD_LINK_H

#include "kmod/compat/compat.h"
#include <ebpf/types.h>
#include <ebpfdrv/bpf.h>

struct ebpf_link;
struct ebpf_prog;
struct seq_file;

/* All in process context; may sleep. */
struct ebpf_link_ops {
	/* Detaches: after this returns and a grace period the program does not
	 * fire any more. Called once, before dealloc.
	 */
	void (*release)(struct ebpf_link *link);
	/* Frees the object that contains @link. */
	void (*dealloc)(struct ebpf_link *link);
	/* BPF_LINK_DETACH, BPF_LINK_UPDATE: NULL means -EOPNOTSUPP / -EINVAL as Linux. */
	int (*detach)(struct ebpf_link *link);
	int (*update_prog)(struct ebpf_link *link, struct ebpf_prog *new_prog,
			   struct ebpf_prog *old_prog);
	/* Adds the type's part; user buffers named in @info may be written. */
	int (*fill_info)(const struct ebpf_link *link, struct ebpf_link_info *info);
	void (*show_fdinfo)(const struct ebpf_link *link, struct seq_file *seq);
};

/* First member of every link. */
struct ebpf_link {
	atomic64_t refcnt;
	u32 id;
	u32 type;			/* enum ebpf_link_type */
	const struct ebpf_link_ops *ops;
	struct ebpf_prog *prog;		/* one reference, put on release */
	struct list_head free_node;
};

void ebpf_link_init(struct ebpf_link *link, u32 type, const struct ebpf_link_ops *ops,
		    struct ebpf_prog *prog);

/* Making a link, in this order:
 *	err = ebpf_link_prime(link, &primer);	fd, file and id reserved
 *	if (err) -> free the link yourself
 *	err = attach...
 *	if (err) -> ebpf_link_cleanup(&primer)	releases all; ops->dealloc will run,
 *						ops->release will not
 *	return ebpf_link_settle(&primer);	the fd becomes visible; returns it
 */
struct ebpf_link_primer {
	struct ebpf_link *link;
	struct file *file;
	int fd;
	u32 id;
};
int ebpf_link_prime(struct ebpf_link *link, struct ebpf_link_primer *primer);
void ebpf_link_cleanup(struct ebpf_link_primer *primer);
int ebpf_link_settle(struct ebpf_link_primer *primer);

struct ebpf_link *ebpf_link_get(int fd);
struct ebpf_link *ebpf_link_inc_not_zero(struct ebpf_link *link);
void ebpf_link_put(struct ebpf_link *link);
int ebpf_link_new_fd(struct ebpf_link *link);
/* Its program with a reference, or NULL. May sleep. */
struct ebpf_prog *ebpf_link_prog_get(const struct ebpf_link *link);
/* ebpf_link_ops.update_prog of links that look up their program by the function above:
 * -EPERM when it is not @old_prog (NULL: any), -EINVAL when @new_prog is of another kind.
 */
int ebpf_link_replace_prog(struct ebpf_link *link, struct ebpf_prog *new_prog,
			   struct ebpf_prog *old_prog);

extern const struct file_operations ebpf_link_fops;

#endif /* _KMOD_LINK_H */
