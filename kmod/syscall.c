// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/syscall.h"
#include "kmod/caller.h"

#include <linux/ctype.h>
#include <linux/ratelimit.h>

/* Bytes of union ebpf_attr that a command uses, up to the end of @last. */
#define ATTR_END(last) \
	(offsetof(union ebpf_attr, last) + sizeof(((union ebpf_attr *)0)->last))

/**
 * struct command - one command
 * @fn: what carries it out
 * @attr_end: bytes of attr that it knows
 * @cap: the capability that it takes, where Linux asks for one, or 0
 * @makes: it makes an object, which takes CAP_BPF. Who holds a descriptor may do with it
 *         what its own mode and the object allow, as in Linux since 5.19: programs give up
 *         their rights once their objects are there.
 */
struct command {
	long (*fn)(const union ebpf_attr *attr, union ebpf_attr __user *uattr);
	u32 attr_end;
	int cap;
	bool makes;
};

#define CMD_CAP(id, name, last, cap) [EBPF_##id] = { ebpf_cmd_##name, ATTR_END(last), cap }
#define CMD_MAKES(id, name, last) [EBPF_##id] = { ebpf_cmd_##name, ATTR_END(last), 0, true }
#define CMD(id, name, last) CMD_CAP(id, name, last, 0)
/* Of objects and tasks that the caller holds nothing of, and of all programs. */
#define CMD_ADMIN(id, name, last) CMD_CAP(id, name, last, CAP_SYS_ADMIN)
/* Commands of Linux that need what is not built: -ENOTSUPP and a line in the log. */
#define NOT_YET(id, last) [EBPF_##id] = { NULL, ATTR_END(last), 0 }

static const struct command commands[] = {
	CMD_MAKES(MAP_CREATE, map_create, map_extra),
	CMD(MAP_LOOKUP_ELEM, map_lookup_elem, flags),
	CMD(MAP_UPDATE_ELEM, map_update_elem, flags),
	CMD(MAP_DELETE_ELEM, map_delete_elem, key),
	CMD(MAP_GET_NEXT_KEY, map_get_next_key, next_key),
	CMD_MAKES(PROG_LOAD, prog_load, core_relo_rec_size),
	CMD(OBJ_PIN, obj_pin, file_flags),
	CMD(OBJ_GET, obj_get, file_flags),
	NOT_YET(PROG_ATTACH, replace_bpf_fd),
	NOT_YET(PROG_DETACH, attach_type),
	CMD(PROG_TEST_RUN, prog_test_run, test.batch_size),
	CMD_ADMIN(PROG_GET_NEXT_ID, prog_get_next_id, next_id),
	CMD_ADMIN(MAP_GET_NEXT_ID, map_get_next_id, next_id),
	CMD_ADMIN(PROG_GET_FD_BY_ID, prog_get_fd_by_id, prog_id),
	CMD_ADMIN(MAP_GET_FD_BY_ID, map_get_fd_by_id, open_flags),
	CMD(OBJ_GET_INFO_BY_FD, obj_get_info_by_fd, info.info),
	CMD_CAP(PROG_QUERY, prog_query, query.prog_attach_flags, CAP_NET_ADMIN),
	CMD(RAW_TRACEPOINT_OPEN, raw_tracepoint_open, raw_tracepoint.prog_fd),
	CMD_MAKES(BTF_LOAD, btf_load, btf_log_level),
	CMD_ADMIN(BTF_GET_FD_BY_ID, btf_get_fd_by_id, btf_id),
	CMD_ADMIN(TASK_FD_QUERY, task_fd_query, task_fd_query.probe_addr),
	CMD(MAP_LOOKUP_AND_DELETE_ELEM, map_lookup_and_delete_elem, flags),
	CMD(MAP_FREEZE, map_freeze, map_fd),
	CMD_ADMIN(BTF_GET_NEXT_ID, btf_get_next_id, next_id),
	CMD(MAP_LOOKUP_BATCH, map_lookup_batch, batch.flags),
	CMD(MAP_LOOKUP_AND_DELETE_BATCH, map_lookup_and_delete_batch, batch.flags),
	CMD(MAP_UPDATE_BATCH, map_update_batch, batch.flags),
	CMD(MAP_DELETE_BATCH, map_delete_batch, batch.flags),
	CMD(LINK_CREATE, link_create, link_create.kprobe_multi.cookies),
	CMD(LINK_UPDATE, link_update, link_update.old_prog_fd),
	CMD_ADMIN(LINK_GET_FD_BY_ID, link_get_fd_by_id, link_id),
	CMD_ADMIN(LINK_GET_NEXT_ID, link_get_next_id, next_id),
	CMD_ADMIN(ENABLE_STATS, enable_stats, enable_stats.type),
	CMD(ITER_CREATE, iter_create, iter_create.flags),
	CMD(LINK_DETACH, link_detach, link_detach.link_fd),
	CMD(PROG_BIND_MAP, prog_bind_map, prog_bind_map.flags),
};

int ebpf_check_tail_zero(const void __user *p, size_t known, size_t size)
{
	const u8 __user *tail = p;
	u8 buf[64];
	size_t n;

	if (size > PAGE_SIZE)
		return -E2BIG;
	for (; known < size; known += n) {
		n = min_t(size_t, size - known, sizeof(buf));
		if (copy_from_user(buf, tail + known, n))
			return -EFAULT;
		if (memchr_inv(buf, 0, n))
			return -E2BIG;
	}
	return 0;
}

int ebpf_name_copy(char *dst, const char *src, size_t size)
{
	size_t i;

	memset(dst, 0, size);
	for (i = 0; i < size && src[i]; i++) {
		if (!isalnum(src[i]) && src[i] != '_' && src[i] != '.')
			return -EINVAL;
		dst[i] = src[i];
	}
	return i < size ? (int)i : -EINVAL;
}

static long copy_attr(union ebpf_attr *attr, const void __user *uattr, u32 size)
{
	int err = ebpf_check_tail_zero(uattr, sizeof(*attr), size);

	if (err)
		return err;
	memset(attr, 0, sizeof(*attr));
	if (copy_from_user(attr, uattr, min_t(u32, size, sizeof(*attr))))
		return -EFAULT;
	return 0;
}

/* Before anything is looked at, as in Linux. */
static bool may_make(u32 cmd)
{
	return cmd >= ARRAY_SIZE(commands) || !commands[cmd].makes || compat_bpf_capable();
}

static long dispatch(u32 cmd, const union ebpf_attr *attr, union ebpf_attr __user *uattr)
{
	const struct command *command;

	if (cmd >= ARRAY_SIZE(commands) || !commands[cmd].attr_end)
		return -EINVAL;
	command = &commands[cmd];
	if (memchr_inv((const u8 *)attr + command->attr_end, 0,
		       sizeof(*attr) - command->attr_end))
		return -EINVAL;
	if (command->cap && !capable(command->cap))
		return -EPERM;
	if (!command->fn) {
		pr_info_ratelimited("ebpfdrv: %s[%d]: bpf command %u is not supported\n",
				    current->comm, task_pid_nr(current), cmd);
		return -ENOTSUPP;
	}
	return command->fn(attr, uattr);
}

long ebpf_syscall(u32 cmd, void __user *uattr, u32 size)
{
	union ebpf_attr attr;
	long err;

	if (!may_make(cmd))
		return -EPERM;
	err = copy_attr(&attr, uattr, size);
	return err ? err : dispatch(cmd, &attr, uattr);
}

/* None of them answers in its attr. */
static bool programs_may(u32 cmd)
{
	switch (cmd) {
	case EBPF_MAP_CREATE:
	case EBPF_MAP_UPDATE_ELEM:
	case EBPF_MAP_DELETE_ELEM:
	case EBPF_MAP_FREEZE:
	case EBPF_MAP_GET_FD_BY_ID:
	case EBPF_PROG_LOAD:
	case EBPF_BTF_LOAD:
	case EBPF_LINK_CREATE:
	case EBPF_RAW_TRACEPOINT_OPEN:
		return true;
	default:
		return false;
	}
}

long ebpf_syscall_kernel(u32 cmd, const void *kattr, u32 size)
{
	struct ebpf_kernel_call call;
	union ebpf_attr attr;
	long err;

	if (!programs_may(cmd))
		return -EINVAL;
	if (!may_make(cmd))
		return -EPERM;
	if (size > PAGE_SIZE || (size > sizeof(attr) &&
				 memchr_inv(kattr + sizeof(attr), 0, size - sizeof(attr))))
		return -E2BIG;
	memset(&attr, 0, sizeof(attr));
	memcpy(&attr, kattr, min_t(u32, size, sizeof(attr)));
	ebpf_kernel_call_begin(&call);
	err = dispatch(cmd, &attr, NULL);
	ebpf_kernel_call_end(&call);
	return err;
}
