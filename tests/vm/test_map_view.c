// SPDX-License-Identifier: GPL-2.0-only
/*
 * What programs see that look into maps, against what the maps are; and maps of sockets,
 * which exist so that programs load.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdbool.h>
#include <sys/socket.h>

#include <linux/bpf.h>

#include "client.h"
#include "test_map_view.h"

static bool native;	/* the kernel's own bpf(2), to compare with */

static void run(const char *name, __u64 arg)
{
	__u64 args[12] = { arg };
	__u32 retval;

	if (!run_raw_tp(name, args, sizeof(args), &retval))
		die(name);
}

/* Does result @index tell what the map is? */
static void check(const char *name, __u32 index, int fd)
{
	struct bpf_map_info info = { 0 };
	__u32 len = sizeof(info);
	struct seen s;

	if (bpf_obj_get_info_by_fd(fd, &info, &len) ||
	    bpf_map_lookup_elem(map_fd("results"), &index, &s))
		die(name);
	tap_ok(s.there && s.type == info.type && s.key_size == info.key_size &&
	       s.value_size == info.value_size && s.max_entries == info.max_entries &&
	       s.flags == info.map_flags, "%s: type, sizes, flags", name);
	tap_ok(!(s.has & HAS_ID) || s.id == info.id, "%s: number", name);
	tap_ok(!(s.has & HAS_NAME) || !strncmp(s.name, info.name, sizeof(s.name)), "%s: name", name);
	tap_ok(!(s.has & HAS_NODE) || s.numa_node == -1, "%s: on no node of its own", name);
	tap_ok(s.ops && (s.ops_read < 0 || native), "%s: its operations lead nowhere", name);
}

static struct seen result(__u32 index)
{
	struct seen s;

	if (bpf_map_lookup_elem(map_fd("results"), &index, &s))
		die("results");
	return s;
}

static void test_look(void)
{
	run("look_at_maps", 0);
	check("array", M_ARRAY, map_fd("results"));
	check("hash", M_HASH, map_fd("a_hash"));
	check("ring buffer", M_RING, map_fd("a_ring"));
	check("outer map", M_OUTER, map_fd("outer"));
	tap_ok(result(M_ARRAY).ops != result(M_HASH).ops, "operations differ by type");
	tap_ok(!(result(M_OUTER).has & HAS_META) || result(M_OUTER).meta_value_size == 40,
	       "what inner maps are like");
}

/* Made before the program, after it, and taken away while it could be looked at. */
static void test_inner(void)
{
	__u32 key = 1;
	int fd;

	run("look_at_inner", 0);
	check("inner map", M_INNER, map_fd("first_inner"));
	fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "later", 4, 40, 3, NULL);
	if (fd < 0 || bpf_map_update_elem(map_fd("outer"), &key, &fd, 0))
		die("later");
	run("look_at_inner", 1);
	check("a later inner map", M_INNER, fd);
	bpf_map_delete_elem(map_fd("outer"), &key);
	close(fd);
	run("look_at_inner", 1);
	tap_ok(!result(M_INNER).there, "an inner map that was taken away");
}

static int create(enum bpf_map_type type, __u32 key, __u32 value, __u32 max, __u32 flags)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = flags);
	int fd = bpf_map_create(type, "socks", key, value, max, &opts);

	return fd < 0 ? -errno : fd;
}

static void refused(enum bpf_map_type type, __u32 key, __u32 value, __u32 max, __u32 flags,
		    int err, const char *why)
{
	tap_eq(create(type, key, value, max, flags), -err, "type %u: %s", type, why);
}

static void test_attributes(void)
{
	refused(BPF_MAP_TYPE_SOCKMAP, 8, 4, 1, 0, EINVAL, "a key of 8 bytes");
	refused(BPF_MAP_TYPE_SOCKMAP, 4, 2, 1, 0, EINVAL, "a value of 2 bytes");
	refused(BPF_MAP_TYPE_SOCKMAP, 4, 4, 0, 0, EINVAL, "no entries");
	refused(BPF_MAP_TYPE_SOCKMAP, 4, 4, 1, BPF_F_NO_PREALLOC, EINVAL, "another flag");
	refused(BPF_MAP_TYPE_SOCKHASH, 0, 4, 1, 0, EINVAL, "no key");
	refused(BPF_MAP_TYPE_SOCKHASH, 513, 4, 1, 0, E2BIG, "a key of 513 bytes");
	refused(BPF_MAP_TYPE_XSKMAP, 4, 8, 1, 0, EINVAL, "a value of 8 bytes");
	refused(BPF_MAP_TYPE_REUSEPORT_SOCKARRAY, 4, 2, 1, 0, EINVAL, "a value of 2 bytes");
	refused(BPF_MAP_TYPE_REUSEPORT_SOCKARRAY, 4, 8, 1, BPF_F_MMAPABLE, EINVAL, "to be mapped");
}

/* Commands on a map of sockets that is empty. */
static void test_empty(enum bpf_map_type type, __u32 value_size, int lookup, int delete, int next)
{
	int fd = create(type, 4, value_size, 2, 0), sock = socket(AF_INET, SOCK_STREAM, 0);
	int file = open("/", O_RDONLY);
	__u32 key = 0, next_key;
	__u64 value = sock;

	if (fd < 0 || sock < 0 || file < 0)
		die("a map and a socket");
	tap_eq(bpf_map_lookup_elem(fd, &key, &value) ? -errno : 0, -lookup,
	       "type %u: look-up finds nothing", type);
	tap_eq(bpf_map_delete_elem(fd, &key) ? -errno : 0, -delete, "type %u: nor does deletion",
	       type);
	tap_eq(bpf_map_get_next_key(fd, NULL, &next_key) ? -errno : 0, -next, "type %u: first key",
	       type);
	value = sock;
	tap_eq(bpf_map_update_elem(fd, &key, &value, 0) ? -errno : 0, -EOPNOTSUPP,
	       "type %u: a socket cannot be put into it", type);
	value = file;
	tap_eq(bpf_map_update_elem(fd, &key, &value, 0) ? -errno : 0, -ENOTSOCK,
	       "type %u: nor can a file", type);
	value = 999;
	tap_eq(bpf_map_update_elem(fd, &key, &value, 0) ? -errno : 0, -EBADF,
	       "type %u: nor nothing", type);
	close(file);
	close(sock);
	close(fd);
}

static int load(enum bpf_prog_type type, const struct bpf_insn *insns, int n)
{
	int fd = bpf_prog_load(type, "socks", "GPL", insns, n, NULL);

	return fd < 0 ? -errno : fd;
}

/* An XDP program that sends to a map where nobody is does what its flags say. */
static void test_redirect(void)
{
	int map = create(BPF_MAP_TYPE_XSKMAP, 4, 4, 2, 0);
	struct bpf_insn insns[] = {
		{ .code = BPF_LD | BPF_IMM | BPF_DW, .dst_reg = 1, .src_reg = BPF_PSEUDO_MAP_FD,
		  .imm = map }, { .code = 0 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 2, .imm = 0 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 3, .imm = 2 },
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_redirect_map },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	char packet[64] = "";
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet, .data_size_in = sizeof(packet));
	int fd = load(BPF_PROG_TYPE_XDP, insns, 6);

	tap_ok(fd >= 0 && !bpf_prog_test_run_opts(fd, &opts) && opts.retval == 2,
	       "redirection to no socket passes");
	close(fd);
	insns[3].imm = 4;
	fd = load(BPF_PROG_TYPE_XDP, insns, 6);
	tap_ok(fd >= 0 && !bpf_prog_test_run_opts(fd, &opts) && opts.retval == 0,
	       "redirection with unknown flags is aborted");
	close(fd);
	close(map);
}

static void test_reuseport(void)
{
	int map = create(BPF_MAP_TYPE_REUSEPORT_SOCKARRAY, 4, 8, 2, 0);
	struct bpf_insn insns[] = {
		{ .code = BPF_ST | BPF_MEM | BPF_W, .dst_reg = 10, .off = -4 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 3, .src_reg = 10 },
		{ .code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = 3, .imm = -4 },
		{ .code = BPF_LD | BPF_IMM | BPF_DW, .dst_reg = 2, .src_reg = BPF_PSEUDO_MAP_FD,
		  .imm = map }, { .code = 0 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 4, .imm = 0 },
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_sk_select_reuseport },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_SK_LOOKUP);
	LIBBPF_OPTS(bpf_test_run_opts, run_opts);
	int fd = load(BPF_PROG_TYPE_SK_REUSEPORT, insns, 8);

	tap_ok(fd >= 0, "a program that chooses a socket loads");
	tap_ok(bpf_prog_test_run_opts(fd, &run_opts) < 0, "and is not run");
	close(fd);
	tap_eq(bpf_prog_load(BPF_PROG_TYPE_SK_REUSEPORT, "socks", "GPL", insns, 8, &opts) ? -errno : 0,
	       -EINVAL, "one for another hook does not");
	close(map);
}

int main(int argc, char *argv[])
{
	(void)argc;
	native = !getenv("EBPFDRV_SHIM");
	client_preload(argv);
	client_load("test_map_view");
	test_look();
	test_inner();
	bpf_object__close(obj);
	test_attributes();
	test_empty(BPF_MAP_TYPE_SOCKMAP, 8, ENOENT, EINVAL, 0);
	test_empty(BPF_MAP_TYPE_SOCKMAP, 4, ENOSPC, EINVAL, 0);
	test_empty(BPF_MAP_TYPE_SOCKHASH, 8, ENOENT, ENOENT, ENOENT);
	test_empty(BPF_MAP_TYPE_XSKMAP, 4, EOPNOTSUPP, 0, 0);
	test_empty(BPF_MAP_TYPE_REUSEPORT_SOCKARRAY, 8, ENOENT, ENOENT, 0);
	test_redirect();
	test_reuseport();
	return tap_end();
}
