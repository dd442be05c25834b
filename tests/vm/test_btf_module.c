// SPDX-License-Identifier: GPL-2.0-only
/*
 * harness: timeout=400 kobtf=yes
 *
 * BTF of a module: its object, programs on its functions, and what becomes of both
 * when the module goes. The module is loop where the kernel has BTF of it, else one
 * whose BTF ebpfdrv-btf has made.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <netinet/in.h>
#include <linux/loop.h>

#include <bpf/btf.h>

#include "client.h"

#define NUMBER	42

/*
 * Modules
 */
struct victim {
	const char *name;
	const char *func;
	int result;			/* of the function */
	bool (*load)(void);
	void (*hit)(void);
};

static bool run(const char *command)
{
	int status = system(command);

	return WIFEXITED(status) && !WEXITSTATUS(status);
}

static bool loop_load(void)
{
	return run("modprobe loop max_loop=0 2>/dev/null");
}

static void loop_hit(void)
{
	struct loop_info64 info;
	int control = open("/dev/loop-control", O_RDWR), dev;
	char path[32];

	if (control < 0)
		die("/dev/loop-control");
	if (ioctl(control, LOOP_CTL_ADD, NUMBER) != NUMBER && errno != EEXIST)
		die("LOOP_CTL_ADD");
	snprintf(path, sizeof(path), "/dev/loop%d", NUMBER);
	dev = open(path, O_RDONLY);
	if (dev < 0)
		die(path);
	if (!ioctl(dev, LOOP_GET_STATUS64, &info) || errno != ENXIO)
		die("LOOP_GET_STATUS64");
	close(dev);
	if (ioctl(control, LOOP_CTL_REMOVE, NUMBER) < 0)
		die("LOOP_CTL_REMOVE");
	close(control);
}

static bool ours_load(void)
{
	char command[4096];

	snprintf(command, sizeof(command), "insmod %s/test_btf_module_ko.ko", getenv("EBPFDRV_TEST_DIR"));
	return run(command);
}

static void ours_hit(void)
{
	int fd = open("/sys/module/test_btf_module_ko/parameters/hit", O_WRONLY);

	if (fd < 0 || dprintf(fd, "%d", NUMBER) < 0)
		die("hit");
	close(fd);
}

static const struct victim victims[] = {
	{ "loop", "loop_get_status", -ENXIO, loop_load, loop_hit },
	{ "test_btf_module_ko", "test_btf_hit", NUMBER + 1, ours_load, ours_hit },
};
static const struct victim *mod;

/* 0 or an errno */
static int unload(void)
{
	return syscall(SYS_delete_module, mod->name, O_NONBLOCK) ? errno : 0;
}

/*
 * Objects
 */

/* The id above @id of the kernel's BTF called @name, or 0. */
static __u32 btf_after(__u32 id, const char *name, __u32 *size)
{
	__u32 found = 0;

	while (!found && !bpf_btf_get_next_id(id, &id)) {
		char got[64] = "";
		struct bpf_btf_info info = { .name = (unsigned long)got, .name_len = sizeof(got) };
		__u32 len = sizeof(info);
		int fd = bpf_btf_get_fd_by_id(id);

		if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &len) && info.kernel_btf &&
		    !strcmp(got, name)) {
			found = info.id;
			*size = info.btf_size;
		}
		close(fd);
	}
	return found;
}

static __u32 btf_named(const char *name, __u32 *size)
{
	return btf_after(0, name, size);
}

static bool find_victim(void)
{
	__u32 size, i;

	for (i = 0; i < sizeof(victims) / sizeof(victims[0]); i++) {
		mod = &victims[i];
		if (mod->load() && btf_named(mod->name, &size))
			return true;
		unload();
	}
	return false;
}

static void test_object(void)
{
	__u32 size = 0, id = btf_named(mod->name, &size);
	struct btf *base = btf__load_vmlinux_btf(), *btf;

	tap_ok(id > 1 && size > 0, "%s has an object", mod->name);
	btf = btf__load_from_kernel_by_id_split(id, base);
	tap_ok(btf != NULL, "which is read on top of the kernel's");
	tap_ok(btf && btf__find_by_name_kind(btf, mod->func, BTF_KIND_FUNC) >=
	       (int)btf__type_cnt(base), "and has its function, which the kernel's has not");
	tap_eq(btf_named(mod->name, &size), id, "the id stays");
	tap_ok(btf_named("ebpfdrv", &size), "this module has one of the functions that programs call");
	btf__free(btf);
	btf__free(base);
}

/*
 * Programs
 */

struct vars {
	int entries, exits, number, result, probes, wrong;
};

static struct vars vars(void)
{
	struct vars v = { 0 };
	__u32 zero = 0;
	struct bpf_map *bss = bpf_object__find_map_by_name(obj, "test_btf.bss");

	if (!bss || bpf_map_lookup_elem(bpf_map__fd(bss), &zero, &v))
		die("the programs' variables");
	return v;
}

static bool load_progs(void)
{
	client_open("test_btf_module");
	bpf_program__set_autoload(prog_named("probe"), false);
	if (bpf_program__set_attach_target(prog_named("entry"), 0, mod->func) ||
	    bpf_program__set_attach_target(prog_named("leave"), 0, mod->func))
		return false;
	return !bpf_object__load(obj);
}

static void test_programs(void)
{
	struct bpf_link *entry, *leave;
	struct bpf_prog_info info = { 0 };
	__u32 len = sizeof(info), size;

	tap_ok(load_progs(), "programs on %s() load", mod->func);
	bpf_obj_get_info_by_fd(bpf_program__fd(prog_named("entry")), &info, &len);
	tap_eq(info.attach_btf_obj_id, btf_named(mod->name, &size), "and say whose it is");
	entry = bpf_program__attach(prog_named("entry"));
	leave = bpf_program__attach(prog_named("leave"));
	tap_ok(entry && leave, "and attach");
	mod->hit();
	tap_eq(vars().entries, 1, "the entry is seen");
	tap_eq(vars().number, NUMBER, "with what the module's struct says");
	tap_eq(vars().exits, 1, "and the exit");
	tap_eq(vars().result, mod->result, "with the result");
	tap_eq(unload(), EAGAIN, "meanwhile the module cannot go");
	bpf_link__destroy(entry);
	bpf_link__destroy(leave);
	mod->hit();
	tap_eq(vars().entries, 1, "nothing is seen afterwards");
}

/* The same id in the kernel's BTF is something else, or nothing. */
static void test_wrong_object(void)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_TRACE_FENTRY);
	static const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K }, { .code = BPF_JMP | BPF_EXIT },
	};
	struct bpf_prog_info info = { 0 };
	__u32 len = sizeof(info);

	bpf_obj_get_info_by_fd(bpf_program__fd(prog_named("entry")), &info, &len);
	opts.attach_btf_id = info.attach_btf_id;
	tap_eq(bpf_prog_load(BPF_PROG_TYPE_TRACING, "x", "GPL", insns, 2, &opts), -EINVAL,
	       "its id is not one of the kernel's");
}

static void test_going(void)
{
	__u32 size, id = btf_named(mod->name, &size), again;
	int fd = bpf_btf_get_fd_by_id(id), fd2;
	struct bpf_btf_info info = { 0 };
	__u32 len = sizeof(info);
	unsigned char head[64] = "";
	struct bpf_link *link;
	int tries;

	for (tries = 0; tries < 100 && unload(); tries++)
		usleep(100000);
	tap_ok(tries < 100, "the module goes");
	info.btf_size = sizeof(head);
	info.btf = (unsigned long)head;
	tap_ok(!bpf_obj_get_info_by_fd(fd, &info, &len) && head[0] == 0x9f && head[1] == 0xeb,
	       "BTF that programs are of stays");
	close(fd);
	link = bpf_program__attach(prog_named("entry"));
	tap_ok(!link && errno == ENOENT, "what was to be traced is gone");
	tap_ok(mod->load(), "the module is loaded again");
	again = btf_after(id, mod->name, &size);
	tap_ok(again > id, "and is another one");
	link = bpf_program__attach(prog_named("entry"));
	tap_ok(!link && errno == ENOENT, "to which old programs do not belong");
	bpf_object__close(obj);
	fd2 = bpf_btf_get_fd_by_id(id);
	for (tries = 0; tries < 100 && fd2 >= 0; tries++) {
		close(fd2);
		usleep(100000);
		fd2 = bpf_btf_get_fd_by_id(id);
	}
	tap_eq(fd2, -ENOENT, "the last program gone, so is the old BTF");
	tap_ok(load_progs(), "new programs load");
	link = bpf_program__attach(prog_named("entry"));
	tap_ok(link != NULL, "and attach");
	mod->hit();
	tap_eq(vars().number, NUMBER, "and see");
	bpf_link__destroy(link);
	bpf_object__close(obj);
	for (tries = 0; tries < 100 && unload(); tries++)
		usleep(100000);
	tap_ok(tries < 100, "the module can go");
}

/*
 * A tracepoint of a module: SCTP's, whose first argument is a struct of the module.
 */
static void sctp_talk(void)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET, .sin_port = htons(7655),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int server = socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP);
	int client = socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP), conn;
	char buf[16] = "hello";

	if (bind(server, (void *)&addr, sizeof(addr)) || listen(server, 1) ||
	    connect(client, (void *)&addr, sizeof(addr)))
		die("sctp");
	conn = accept(server, NULL, NULL);
	if (send(client, buf, sizeof(buf), 0) != sizeof(buf) ||
	    recv(conn, buf, sizeof(buf), 0) != sizeof(buf))
		die("sctp data");
	close(conn);
	close(client);
	close(server);
}

static void test_tracepoint(void)
{
	struct bpf_link *link;
	int tries;
	__u32 size;

	if (!run("modprobe sctp 2>/dev/null") || !btf_named("sctp", &size)) {
		tap_skip("no module sctp with BTF");
		return;
	}
	client_open("test_btf_module");
	bpf_program__set_autoload(prog_named("entry"), false);
	bpf_program__set_autoload(prog_named("leave"), false);
	tap_ok(!bpf_program__set_attach_target(prog_named("probe"), 0, "sctp_probe") &&
	       !bpf_object__load(obj), "a tp_btf program of a module's tracepoint loads");
	link = bpf_program__attach(prog_named("probe"));
	tap_ok(link != NULL, "and attaches");
	for (tries = 0; tries < 50 && !vars().probes; tries++)
		sctp_talk();
	tap_ok(vars().probes > 0, "and runs");
	tap_eq(vars().wrong, 0, "with the module's structs as they are");
	tap_ok(syscall(SYS_delete_module, "sctp", O_NONBLOCK) && (errno == EAGAIN || errno == EBUSY),
	       "the module cannot go");
	bpf_link__destroy(link);
	bpf_object__close(obj);
}

int main(int argc, char **argv)
{
	client_preload(argv);
	if (!find_victim()) {
		tap_skip("no module with BTF can be loaded");
		return tap_end();
	}
	test_object();
	test_programs();
	test_wrong_object();
	test_going();
	test_tracepoint();
	return tap_end();
}
