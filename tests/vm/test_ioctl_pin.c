// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pinning objects in a file system of our own, and what fds are attached to.
 *
 * With EBPF_TEST_NATIVE=1, run by root, the same on the kernel's own.
 */
#define _GNU_SOURCE
#include "ioctl_lib.h"
#include "tap.h"

#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>

#define DIR_PATH	"/tmp/ebpfdrv-pins"
#define AT(name)	DIR_PATH "/" name

static long obj_cmd(unsigned int cmd, const char *path, int fd, unsigned int flags)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.pathname = ptr(path);
	attr.bpf_fd = fd;
	attr.file_flags = flags;
	return err_of(bpf(cmd, &attr));
}

static long pin(const char *path, int fd)
{
	return obj_cmd(EBPF_OBJ_PIN, path, fd, 0);
}

static long get(const char *path)
{
	return obj_cmd(EBPF_OBJ_GET, path, 0, 0);
}

static int mount_at(const char *options)
{
	const char *type = drv_native() ? "bpf" : "ebpfdrvfs";

	return mount("none", DIR_PATH, type, 0, options) ? -errno : 0;
}

static bool mounts_say(const char *option)
{
	FILE *f = fopen("/proc/mounts", "r");
	char line[1024];
	bool found = false;

	while (f && fgets(line, sizeof(line), f))
		found |= strstr(line, " " DIR_PATH " ") && strstr(line, option);
	if (f)
		fclose(f);
	return found;
}

static void test_mount(void)
{
	struct statfs fs;
	struct stat st;

	mkdir(DIR_PATH, 0755);
	tap_eq(mount_at("mode=0700"), 0, "the file system is mounted");
	tap_ok(!statfs(DIR_PATH, &fs) && (unsigned int)fs.f_type == 0xcafe4a11,
	       "it has the number of bpffs");
	tap_ok(!stat(DIR_PATH, &st) && (st.st_mode & 07777) == 01700, "the root has its mode");
	tap_ok(mounts_say("mode=700"), "and /proc/mounts has it");
	umount(DIR_PATH);
	tap_ok(!mount_at(NULL) && !stat(DIR_PATH, &st) && (st.st_mode & 07777) == 01777,
	       "and without the option is everybody's");
}

static void test_map(void)
{
	int map = map_create(EBPF_MAP_TYPE_ARRAY, 4, 8, 1, 0), fd;
	uint64_t value = 77;
	uint32_t key = 0;
	struct stat st;

	umask(022);
	map_update(map, &key, &value, 0);
	tap_eq(pin(AT("map"), map), 0, "a map is pinned");
	tap_ok(!stat(AT("map"), &st) && st.st_mode == (S_IFREG | 0600), "as a file of its owner's");
	tap_eq(pin(AT("map"), map), -EEXIST, "not twice under a name");
	tap_eq(link(AT("map"), AT("map2")), 0, "a hard link is one more pin");
	tap_eq(rename(AT("map2"), AT("map3")), 0, "that can be renamed");
	close(map);
	tap_eq(open(AT("map"), O_RDONLY), -1, "the file itself is not opened");
	tap_eq(errno, EIO, "with EIO");
	fd = get(AT("map3"));
	value = 0;
	tap_ok(fd >= 0 && !map_lookup(fd, &key, &value) && value == 77,
	       "the map is found again, with its values");
	close(fd);
	fd = obj_cmd(EBPF_OBJ_GET, AT("map"), 0, EBPF_F_RDONLY);
	tap_eq(map_update(fd, &key, &value, 0), -EPERM, "for reading only it is not written");
	tap_eq(map_lookup(fd, &key, &value), 0, "but read");
	close(fd);
	fd = obj_cmd(EBPF_OBJ_GET, AT("map"), 0, EBPF_F_WRONLY);
	tap_eq(map_lookup(fd, &key, &value), -EPERM, "for writing only it is not read");
	close(fd);
	tap_eq(obj_cmd(EBPF_OBJ_GET, AT("map"), 0, EBPF_F_RDONLY | EBPF_F_WRONLY), -EINVAL,
	       "not both");
	tap_eq(unlink(AT("map")), 0, "a pin is removed");
	fd = get(AT("map3"));
	tap_ok(fd >= 0, "the other holds the map");
	close(fd);
	tap_eq(unlink(AT("map3")), 0, "that, too");
	tap_eq(get(AT("map3")), -ENOENT, "then it is gone");
}

static void test_prog_and_link(void)
{
	int prog = prog_ret(EBPF_PROG_TYPE_RAW_TRACEPOINT, 0), link_fd, fd;
	union ebpf_attr attr;

	tap_eq(pin(AT("prog"), prog), 0, "a program is pinned");
	fd = get(AT("prog"));
	tap_eq(run_raw_tp(fd, NULL, 0, NULL), 0, "found again, it runs");
	close(fd);
	memset(&attr, 0, sizeof(attr));
	attr.raw_tracepoint.name = ptr("sched_switch");
	attr.raw_tracepoint.prog_fd = prog;
	link_fd = err_of(bpf(EBPF_RAW_TRACEPOINT_OPEN, &attr));
	close(prog);
	if (link_fd < 0) {
		tap_skip("no raw tracepoints here");
		return;
	}
	tap_eq(pin(AT("link"), link_fd), 0, "a link is pinned");
	close(link_fd);
	tap_eq(obj_cmd(EBPF_OBJ_GET, AT("link"), 0, EBPF_F_RDONLY), -EINVAL,
	       "links have no one-way fds");
	fd = get(AT("link"));
	tap_ok(fd >= 0, "the link is found again");
	close(fd);
}

static void test_errors(void)
{
	int map = map_create(EBPF_MAP_TYPE_ARRAY, 4, 8, 1, 0);
	int file = open("/dev/null", O_RDONLY);

	tap_eq(pin(AT("x"), -1), -EINVAL, "no fd");
	tap_eq(pin(AT("x"), file), -EINVAL, "an fd of something else");
	tap_eq(obj_cmd(EBPF_OBJ_PIN, AT("x"), map, EBPF_F_RDONLY), -EINVAL, "a flag for pinning");
	tap_eq(obj_cmd(EBPF_OBJ_GET, AT("prog"), map, 0), -EINVAL, "an fd for getting");
	tap_eq(obj_cmd(EBPF_OBJ_GET, AT("prog"), 0, 1), -EINVAL, "an unknown flag");
	tap_eq(pin(NULL, map), -EFAULT, "no name");
	tap_eq(pin(AT("none/x"), map), -ENOENT, "no directory");
	tap_eq(pin("/tmp/ebpfdrv-x", map), -EPERM, "in another file system");
	tap_eq(get("/dev/null"), -EACCES, "from another file system");
	tap_eq(get(DIR_PATH), -EACCES, "a directory");
	tap_eq(pin(AT("a.b"), map), -EPERM, "a name with a dot");
	tap_ok(open(AT("file"), O_CREAT | O_WRONLY, 0600) < 0 && errno == EACCES,
	       "no file is made in it");
	close(file);
	close(map);
}

static void test_dirs(void)
{
	int map = map_create(EBPF_MAP_TYPE_ARRAY, 4, 8, 1, 0), fd;
	char buf[64] = "";
	struct stat st;

	tap_eq(mkdir(AT("dir"), 0755), 0, "a directory is made");
	tap_ok(!stat(DIR_PATH, &st) && st.st_nlink == 3, "its parent counts it");
	tap_eq(pin(AT("dir/map"), map), 0, "and pinned in");
	tap_ok(rmdir(AT("dir")) < 0 && errno == ENOTEMPTY, "then it is not removed");
	tap_eq(symlink("dir/map", AT("sym")), 0, "a symbolic link is made");
	tap_ok(readlink(AT("sym"), buf, sizeof(buf)) == 7 && !strcmp(buf, "dir/map"), "read");
	fd = get(AT("sym"));
	tap_ok(fd >= 0, "and followed");
	close(fd);
	tap_eq(unlink(AT("sym")), 0, "and removed");
	unlink(AT("dir/map"));
	tap_eq(rmdir(AT("dir")), 0, "an empty directory is removed");
	close(map);
}

static void test_umount(const struct ebpfdrv_stats *before)
{
	int map = map_create(EBPF_MAP_TYPE_ARRAY, 4, 8, 1, 0);

	mkdir(AT("deep"), 0755);
	tap_eq(pin(AT("deep/map"), map), 0, "something stays pinned");
	close(map);
	if (!drv_native()) {
		/* Not our fd but the mount must hold it. */
		drv_close();
		tap_ok(system("rmmod ebpfdrv 2>/dev/null"), "the module stays while mounted");
		drv_open();
		map = get(AT("deep/map"));
		tap_ok(map >= 0, "with its pins");
		close(map);
	}
	tap_eq(umount(DIR_PATH), 0, "unmounted");
	if (!drv_native())
		tap_ok(stats_settle(before), "nothing is left");
}

/*
 * BPF_TASK_FD_QUERY
 */
static long query(int pid, int fd, char *buf, unsigned int len, union ebpf_attr *attr)
{
	memset(attr, 0, sizeof(*attr));
	attr->task_fd_query.pid = pid;
	attr->task_fd_query.fd = fd;
	attr->task_fd_query.buf = ptr(buf);
	attr->task_fd_query.buf_len = len;
	return err_of(bpf(EBPF_TASK_FD_QUERY, attr));
}

static void test_query(void)
{
	int prog = prog_ret(EBPF_PROG_TYPE_RAW_TRACEPOINT, 0), link_fd;
	union ebpf_attr attr;
	char buf[64];
	pid_t child;

	memset(&attr, 0, sizeof(attr));
	attr.raw_tracepoint.name = ptr("sched_switch");
	attr.raw_tracepoint.prog_fd = prog;
	link_fd = err_of(bpf(EBPF_RAW_TRACEPOINT_OPEN, &attr));
	tap_eq(query(getpid(), prog, buf, sizeof(buf), &attr), -ENOTSUPP, "no attachment");
	tap_eq(query(getpid(), 12345, buf, sizeof(buf), &attr), -EBADF, "no file");
	tap_eq(query(0x7fffffff, 1, buf, sizeof(buf), &attr), -ENOENT, "no task");
	if (link_fd < 0) {
		tap_skip("no raw tracepoints here");
		return;
	}
	child = fork();
	if (!child) {
		pause();
		_exit(0);
	}
	memset(buf, 'x', sizeof(buf));
	tap_eq(query(child, link_fd, buf, sizeof(buf), &attr), 0, "a link of another task");
	tap_ok(attr.task_fd_query.fd_type == EBPF_FD_TYPE_RAW_TRACEPOINT &&
	       attr.task_fd_query.buf_len == 12 && attr.task_fd_query.prog_id &&
	       !strcmp(buf, "sched_switch"), "is told by its name");
	tap_eq(query(child, link_fd, buf, 6, &attr), -ENOSPC, "a buffer too small");
	tap_ok(!strcmp(buf, "sched") && attr.task_fd_query.buf_len == 12, "gets what fits");
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	close(link_fd);
	close(prog);
}

int main(void)
{
	struct ebpfdrv_stats before = { 0 };

	drv_open();
	if (!drv_native())
		stats_get(&before);
	test_mount();
	test_map();
	test_prog_and_link();
	test_errors();
	test_dirs();
	test_query();
	test_umount(&before);
	rmdir(DIR_PATH);
	return tap_end();
}
