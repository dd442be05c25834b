// SPDX-License-Identifier: GPL-2.0-only
/*
 * harness: timeout=400
 *
 * Sockets by their kernel pointers: what they are, what is kept for them and how long;
 * and packets of the kernel in perf buffers.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "faults.h"
#include "tap.h"
#include "test_sock.h"

#ifndef SO_COOKIE
#define SO_COOKIE	57
#endif

#define ROUNDS		300
#define UDP_HEADERS	28
#define SMALL		600

static struct bpf_object *obj;
static unsigned char sent[MAX_PACKET], got[MAX_PACKET + 64];
static unsigned int got_len, got_nr;

static void die(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(1);
}

static int map_fd(const char *name)
{
	return bpf_object__find_map_fd_by_name(obj, name);
}

static struct seen seen_read(void)
{
	struct seen seen;
	__u32 zero = 0;

	if (bpf_map_lookup_elem(map_fd("out"), &zero, &seen))
		die("out");
	return seen;
}

static void seen_reset(bool files, __u32 want_len, bool delete)
{
	struct seen seen = { .tgid = files ? getpid() : 0, .want_len = want_len,
			     .delete = delete };
	__u32 zero = 0;

	if (bpf_map_update_elem(map_fd("out"), &zero, &seen, 0))
		die("out");
}

/* Writes to @fd, whatever comes of it. */
static struct seen look_at(int fd, bool delete)
{
	struct seen seen;

	/* The program counts writes. */
	faults_hold(true);
	seen_reset(true, 0, delete);
	if (write(fd, "x", 1) < 0)
		errno = 0;
	seen = seen_read();
	seen_reset(false, 0, false);
	faults_hold(false);
	return seen;
}

static void test_kinds(void)
{
	static const struct {
		const char *name;
		int family, type;
		__u32 kinds;
	} socks[] = {
		{ "TCP over IPv4", AF_INET, SOCK_STREAM, IS_TCP },
		{ "TCP over IPv6", AF_INET6, SOCK_STREAM, IS_TCP | IS_TCP6 },
		{ "UDP over IPv4", AF_INET, SOCK_DGRAM, 0 },
		{ "UDP over IPv6", AF_INET6, SOCK_DGRAM, IS_UDP6 },
		{ "a UNIX stream", AF_UNIX, SOCK_STREAM, IS_UNIX },
		{ "UNIX datagrams", AF_UNIX, SOCK_DGRAM, IS_UNIX },
		{ "netlink", AF_NETLINK, SOCK_RAW, 0 },
	};
	struct seen seen;
	unsigned int i;
	int fd;

	for (i = 0; i < sizeof(socks) / sizeof(socks[0]); i++) {
		fd = socket(socks[i].family, socks[i].type, 0);
		if (fd < 0) {
			tap_skip("no sockets: %s", socks[i].name);
			continue;
		}
		seen = look_at(fd, false);
		if (seen.kinds & NO_UDP6) {
			seen.kinds &= ~NO_UDP6;
			seen.kinds |= socks[i].kinds & IS_UDP6;
		}
		if (!tap_ok(seen.hits == 1 && seen.is_socket && seen.kinds == socks[i].kinds &&
			    (int)seen.type == socks[i].type, "%s is just that", socks[i].name))
			tap_diag("%u hits, socket %u, kinds %x, type %u", seen.hits,
				 seen.is_socket, seen.kinds, seen.type);
		close(fd);
	}
	fd = open("/dev/null", O_WRONLY);
	seen = look_at(fd, false);
	tap_ok(seen.hits == 1 && !seen.is_socket, "a file that is no socket has none");
	close(fd);
}

static void test_cookie(void)
{
	int a = socket(AF_INET, SOCK_STREAM, 0), b = socket(AF_INET, SOCK_DGRAM, 0);
	__u64 of_a = look_at(a, false).cookie, of_b = look_at(b, false).cookie, cookie = 0;
	socklen_t len = sizeof(cookie);

	tap_ok(of_a && of_b && of_a != of_b, "two sockets have two cookies");
	tap_ok(look_at(a, false).cookie == of_a, "and keep them");
	if (getsockopt(a, SOL_SOCKET, SO_COOKIE, &cookie, &len))
		tap_skip("this kernel does not tell programs cookies");
	else
		tap_ok(cookie == of_a, "the kernel tells the same");
	close(a);
	close(b);
}

/* Of new sockets none finds what one before it left at the same address. */
static void test_life(const char *name, int family, int type)
{
	unsigned int i, k, stale = 0, kept = 0, reused = 0;
	static __u64 addr[ROUNDS];
	struct seen seen;
	int fd;

	for (i = 0; i < ROUNDS; i++) {
		fd = socket(family, type, 0);
		if (fd < 0)
			die(name);
		seen = look_at(fd, false);
		stale += seen.found != NOTHING;
		kept += seen.now == START + 1 && look_at(fd, false).found == START + 1;
		addr[i] = seen.sk;
		for (k = 0; k < i && addr[k] != seen.sk; k++)
			;
		reused += k < i;
		close(fd);
	}
	if (!tap_ok(!stale && kept == ROUNDS, "values of %u %s sockets end with them", ROUNDS, name))
		tap_diag("%u found another's, %u kept their own", stale, kept);
	tap_diag("%u had an address that was used before", reused);
}

static void test_storage(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), file = open("/dev/null", O_RDWR), none = 999;
	int map = map_fd("socks");
	struct seen seen;
	__u64 v = 50;

	seen = look_at(fd, false);
	tap_ok(seen.found == NOTHING && seen.now == START + 1, "a value is made");
	tap_ok(!bpf_map_lookup_elem(map, &fd, &v) && v == START + 1, "a command finds it");
	v = 50;
	tap_ok(!bpf_map_update_elem(map, &fd, &v, 0) && look_at(fd, false).found == 50,
	       "and changes it");
	tap_ok(bpf_map_update_elem(map, &fd, &v, BPF_NOEXIST) && errno == EEXIST, "not twice");
	seen = look_at(fd, true);
	tap_ok(!seen.deleted && seen.found == 51, "a program deletes it");
	tap_ok(look_at(fd, true).deleted == -ENOENT, "once");
	tap_ok(bpf_map_lookup_elem(map, &fd, &v) && errno == ENOENT, "then it is gone");
	tap_ok(!bpf_map_update_elem(map, &fd, &v, BPF_NOEXIST), "a command makes one");
	tap_ok(!bpf_map_delete_elem(map, &fd) && bpf_map_delete_elem(map, &fd) && errno == ENOENT,
	       "and deletes it");
	tap_ok(bpf_map_lookup_elem(map, &file, &v) && errno == ENOTSOCK, "a file is no socket");
	tap_ok(bpf_map_lookup_elem(map, &none, &v) && errno == EBADF, "nor is nothing");
	close(fd);
	close(file);
	test_life("TCP", AF_INET, SOCK_STREAM);
	test_life("UDP", AF_INET, SOCK_DGRAM);
	test_life("UNIX", AF_UNIX, SOCK_STREAM);
}

static void on_sample(void *ctx, int cpu, void *data, __u32 size)
{
	struct meta *meta = data;

	if (size < sizeof(*meta) + 1 || meta->magic != MAGIC || meta->len > sizeof(got) ||
	    meta->len > size - sizeof(*meta))
		return;
	got_len = meta->len;
	memcpy(got, meta + 1, meta->len);
	got_nr++;
}

/* Is what was sent at the end of what came? */
static void check_packet(struct perf_buffer *pb, const char *what, unsigned int payload)
{
	struct seen seen;
	int i;

	for (i = 0; i < 50 && !got_nr; i++)
		perf_buffer__poll(pb, 100);
	seen = seen_read();
	if (!tap_ok(got_nr && got_len == seen.want_len && got_len >= payload &&
		    !memcmp(got + got_len - payload, sent, payload), "%s arrives whole", what))
		tap_diag("%u samples, %u packets, length %u, output %lld", got_nr, seen.packets,
			 got_len, seen.sent);
	tap_ok(got_len > 20 && got[0] >> 4 == 4, "from its IP header on");
}

static int bound(int type, struct sockaddr_in *at)
{
	socklen_t len = sizeof(*at);
	int fd = socket(AF_INET, type, 0);

	memset(at, 0, sizeof(*at));
	at->sin_family = AF_INET;
	at->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (void *)at, sizeof(*at)) || getsockname(fd, (void *)at, &len))
		die("bind");
	return fd;
}

static void test_packets(void)
{
	struct perf_buffer *pb = perf_buffer__new(map_fd("events"), 16, on_sample, NULL, NULL,
						  NULL);
	struct sockaddr_in at;
	int server, client, big = 5000;
	struct seen seen;
	unsigned int i;

	if (!pb)
		die("perf_buffer__new");
	for (i = 0; i < sizeof(sent); i++)
		sent[i] = i * 7 + (i >> 8);
	server = bound(SOCK_DGRAM, &at);
	client = socket(AF_INET, SOCK_DGRAM, 0);
	seen_reset(false, SMALL + UDP_HEADERS, false);
	sendto(client, sent, SMALL, 0, (void *)&at, sizeof(at));
	check_packet(pb, "a datagram", SMALL);
	seen = seen_read();
	tap_ok(!seen.sent && seen.too_long == -EFAULT && seen.bad_flags == -EINVAL &&
	       seen.null_skb == -EFAULT, "what is asked for in vain is refused");
	close(server);
	close(client);

	/* TCP keeps what it sends in pages. Its header here: 20 bytes and a time stamp. */
	got_nr = got_len = 0;
	server = bound(SOCK_STREAM, &at);
	client = socket(AF_INET, SOCK_STREAM, 0);
	if (listen(server, 1) || connect(client, (void *)&at, sizeof(at)))
		die("connect");
	seen_reset(false, big + 52, false);
	if (send(client, sent, big, 0) != big)
		die("send");
	check_packet(pb, "a segment in pages", big);
	close(client);
	close(server);
	perf_buffer__free(pb);
}

int main(int argc, char **argv)
{
	const char *shim = getenv("EBPFDRV_SHIM");
	char path[4096];

	if (shim && !getenv("LD_PRELOAD")) {
		setenv("LD_PRELOAD", shim, 1);
		execv("/proc/self/exe", argv);
		die("exec");
	}
	unsetenv("LD_PRELOAD");
	signal(SIGPIPE, SIG_IGN);
	snprintf(path, sizeof(path), "%s/test_sock.bpf.o", getenv("EBPFDRV_TEST_DIR"));
	obj = bpf_object__open_file(path, NULL);
	/* Hundreds of allocations in each of some loads. */
	faults_dense(20);
	if (!obj || bpf_object__load(obj))
		die(path);
	faults_dense(FAULTS_DENSE);
	seen_reset(false, 0, false);
	if (!bpf_program__attach(bpf_object__find_program_by_name(obj, "on_write")) ||
	    !bpf_program__attach(bpf_object__find_program_by_name(obj, "on_packet")))
		die("attach");
	test_kinds();
	test_cookie();
	test_storage();
	test_packets();
	bpf_object__close(obj);
	return tap_end();
}
