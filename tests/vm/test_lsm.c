// SPDX-License-Identifier: GPL-2.0-only
/*
 * LSM programs: what they refuse is refused, what they see, that nobody else is asked, and hooks
 * that return nothing.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "client.h"
#include "kernel_types.h"
#include "test_lsm.h"

static int conf_fd;

static void begin(int answer)
{
	struct conf conf = { .tgid = getpid(), .answer = answer };
	__u32 zero = 0;

	if (bpf_map_update_elem(conf_fd, &zero, &conf, 0))
		die("conf");
}

static struct conf end(void)
{
	struct conf conf;
	__u32 zero = 0;

	if (bpf_map_lookup_elem(conf_fd, &zero, &conf))
		die("conf");
	return conf;
}

/* 0 or the errno. */
static int try_open(int flags)
{
	int fd = open("/etc/passwd", flags);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static int try_bind(void)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), err;

	if (fd < 0)
		die("socket");
	err = bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ? errno : 0;
	close(fd);
	return err;
}

static int open_in_child(void)
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(try_open(O_RDONLY));
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_info(struct bpf_link *link)
{
	struct bpf_link_info info = { 0 };
	__u32 len = sizeof(info);

	tap_ok(!bpf_obj_get_info_by_fd(bpf_link__fd(link), &info, &len) &&
	       info.type == BPF_LINK_TYPE_TRACING && info.tracing.attach_type == BPF_LSM_MAC,
	       "the link is told of as of a function's");
	link = bpf_program__attach(prog_named("opens"));
	tap_ok(!link && errno == EBUSY, "once is enough");
	bpf_link__destroy(link);
}

static void test_open(void)
{
	struct bpf_link *link = attach("opens");

	begin(0);
	tap_eq(try_open(O_RDONLY | O_NOATIME), 0, "a program that says 0 refuses nothing");
	tap_ok(end().opened && end().flags & O_NOATIME, "and has seen the file");
	begin(-EXDEV);
	tap_eq(try_open(O_RDONLY), EXDEV, "an error is what open(2) answers");
	tap_eq(open_in_child(), 0, "to this process only");
	begin(7);
	tap_eq(try_open(O_RDONLY), 0, "and 0 again");
	test_info(link);
	begin(-EXDEV);
	bpf_link__destroy(link);
	tap_eq(try_open(O_RDONLY), 0, "without the program nothing is refused");
	tap_eq(end().opened, (__u32)0, "nor seen");
}

static void test_more(void)
{
	struct bpf_link *first = attach("frees"), *second = attach("names"), *third = attach("binds");
	struct bpf_link *wide = attach("wide");		/* the latest is asked first */

	begin(0);
	tap_eq(try_open(O_RDONLY), 0, "with programs at three hooks a file is opened");
	tap_ok(end().freed > 0, "a hook that returns nothing is seen when it is closed");
	tap_ok(!strcmp(end().path, "/etc/passwd"), "a program that may sleep names the file: %s", end().path);
	tap_eq(try_bind(), 0, "a socket is bound");
	begin(-EACCES);
	tap_eq(try_bind(), EACCES, "or not, though a program before said 0 with bits above it");
	tap_eq(end().bound, (__u32)1, "as its hook was asked");
	bpf_link__destroy(wide);
	bpf_link__destroy(third);
	bpf_link__destroy(second);
	bpf_link__destroy(first);
	tap_eq(try_bind(), 0, "and at last");
}

static void test_exe(void)
{
	struct bpf_link *link = attach("names_exe");
	char exe[PATH_MAX] = "";
	ssize_t len = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	begin(0);
	tap_eq(try_open(O_RDONLY), 0, "with a program that looks at the process's file");
	if (len >= (ssize_t)sizeof(end().exe))
		tap_eq(end().exe_len, -ENAMETOOLONG, "whose name has no room");
	else
		tap_ok(!strcmp(end().exe, exe) && end().exe_len == len + 1, "it has its name: %s", end().exe);
	bpf_link__destroy(link);
}

int main(int argc, char **argv)
{
	client_preload(argv);
	if (!kernel_has_type("security_file_open", BTF_KIND_FUNC)) {
		tap_skip("this kernel has no functions of security modules (CONFIG_SECURITY)");
		return tap_end();
	}
	client_load("test_lsm");
	conf_fd = map_fd("conf");
	test_open();
	test_more();
	test_exe();
	bpf_object__close(obj);
	return tap_end();
}
