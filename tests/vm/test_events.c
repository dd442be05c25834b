// SPDX-License-Identifier: GPL-2.0-only
/*
 * harness: timeout=300 module=no
 *
 * Events that Linux has and older kernels get from the module: the same formats, the same fields
 * and the same counts for perf, ftrace and programs. On a kernel that has them, the kernel's own
 * are asked the same, and there are none of the module's.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/perf_event.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "client.h"
#include "kernel_age.h"
#include "own_module.h"
#include "test_events.h"

#define MESSAGES	20
#define MESSAGE		100
#define MARK		0x42
#define CPUS_MAX	64

/* As Linux 6.1 tells it, without the number and the fields that all have. */
#include "test_events_formats.h"

static struct event {
	const char *system, *name;
	const char *format;
	int perf[CPUS_MAX];
	long perf_count, trace_count;
	struct bpf_link *link, *raw_link, *btf_link;
	struct seen seen;
} events[NR_EVENTS] = {
#define EVENT(nr, system, name, size, port_at) [nr] = { #system, #name, name##_format, { 0 } },
	TCP_EVENTS
#undef EVENT
};

static const char *tracing;	/* its directory */
static bool ours;		/* are they the module's? */
static int cpus;
static char text[1 << 20];

/*
 * Files
 */

static ssize_t read_file(const char *path)
{
	int fd = open(path, O_RDONLY);
	ssize_t len = 0, n;

	if (fd < 0)
		return -1;
	while ((n = read(fd, text + len, sizeof(text) - 1 - len)) > 0)
		len += n;
	close(fd);
	text[len] = '\0';
	return n < 0 ? -1 : len;
}

static bool write_file(const char *path, const char *what)
{
	int fd = open(path, O_WRONLY | O_TRUNC);
	bool ok = fd >= 0 && write(fd, what, strlen(what)) == (ssize_t)strlen(what);

	if (fd >= 0)
		close(fd);
	return ok;
}

static const char *event_path(const struct event *e, const char *file)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/events/%s/%s/%s", tracing, e->system, e->name, file);
	return path;
}

static void find_tracing(void)
{
	tracing = "/sys/kernel/tracing";
	if (access("/sys/kernel/tracing/trace", F_OK))
		tracing = "/sys/kernel/debug/tracing";
	if (access(event_path(&events[0], ".."), F_OK) && access("/sys/kernel/debug/tracing", F_OK))
		die("no tracefs");
}

/* Has the module defined the event? Its tracepoint is in its part of the list of symbols. */
static bool is_ours(const struct event *e)
{
	char line[512], want[128];
	bool found = false;
	FILE *f = fopen("/proc/kallsyms", "r");

	snprintf(want, sizeof(want), " __tracepoint_%s\t[ebpfdrv]", e->name);
	while (f && fgets(line, sizeof(line), f))
		found |= strstr(line, want) != NULL;
	if (f)
		fclose(f);
	return found;
}

/*
 * Hooks
 */

/* Is there a hook of anybody's on @func? */
static bool is_hooked(const char *func)
{
	char path[256], want[128];

	snprintf(want, sizeof(want), "%s (", func);
	snprintf(path, sizeof(path), "%s/enabled_functions", tracing);
	if (read_file(path) > 0 && (!strncmp(text, want, strlen(want)) ||
				    (snprintf(want, sizeof(want), "\n%s (", func),
				     strstr(text, want))))
		return true;
	snprintf(want, sizeof(want), "  %s+0x0", func);
	return read_file("/sys/kernel/debug/kprobes/list") > 0 && strstr(text, want);
}

/* Where the module's events have theirs on this kernel. */
static const char *const hooked[] = {
	"tcp_rcv_established", "tcp_rcv_space_adjust", "__tcp_retransmit_skb", "tcp_rtx_synack",
	"tcp_v4_send_reset", "tcp_send_active_reset", "tcp_reset", "tcp_v4_destroy_sock",
	"tcp_set_state", "inet_csk_get_port", "sk_clone_lock",
};
#define NR_HOOKED	((int)(sizeof(hooked) / sizeof(hooked[0])))

static int count_hooked(void)
{
	int i, n = 0;

	for (i = 0; i < NR_HOOKED; i++)
		n += is_hooked(hooked[i]);
	return n;
}

/*
 * Perf, by the kernel's own system call
 */

static long kernel_perf_open(struct perf_event_attr *attr, int cpu)
{
	register long flags asm("r8") = PERF_FLAG_FD_CLOEXEC;
	register long group asm("r10") = -1;
	long ret;

	/* The library looks at syscall(). */
	asm volatile("syscall" : "=a"(ret) : "a"(SYS_perf_event_open), "D"(attr), "S"(-1L),
		     "d"((long)cpu), "r"(group), "r"(flags) : "rcx", "r11", "memory");
	return ret;
}

static bool event_perf_open(struct event *e, unsigned int port)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT, .size = sizeof(attr) };
	char filter[64];
	int i;

	if (read_file(event_path(e, "id")) <= 0)
		return false;
	attr.config = atoi(text);
	snprintf(filter, sizeof(filter), "sport == %u || dport == %u", port, port);
	for (i = 0; i < cpus; i++) {
		e->perf[i] = kernel_perf_open(&attr, i);
		if (e->perf[i] < 0)
			return false;
		if (port && ioctl(e->perf[i], PERF_EVENT_IOC_SET_FILTER, filter))
			return false;
	}
	return true;
}

static long event_perf_count(const struct event *e)
{
	long count, sum = 0;
	int i;

	for (i = 0; i < cpus; i++)
		if (read(e->perf[i], &count, sizeof(count)) == sizeof(count))
			sum += count;
	return sum;
}

static void event_perf_close(struct event *e)
{
	int i;

	e->perf_count = event_perf_count(e);
	for (i = 0; i < cpus; i++)
		close(e->perf[i]);
}

/*
 * Formats
 */

static void test_format(const struct event *e)
{
	char *at;

	if (!tap_ok(read_file(event_path(e, "format")) > 0, "%s:%s has a format", e->system,
		    e->name))
		return;
	at = strstr(text, "\n\n");
	if (!tap_ok(at && !strcmp(at + 2, e->format), "%s: fields and print format are Linux's",
		    e->name))
		tap_diag("%s", at ? at + 2 : text);
}

/*
 * Who listens holds the module, and the hooks are there as long
 */

static void test_hold(void)
{
	struct event *e = &events[TCP_PROBE];

	tap_eq(count_hooked(), 0, "no hook is in place while nobody listens");
	tap_ok(event_perf_open(e, 0), "perf opens %s", e->name);
	tap_ok(is_hooked(hooked[0]), "then its hook is in place");
	tap_ok(rmmod() != 0, "and the module stays");
	event_perf_close(e);
	tap_eq(count_hooked(), 0, "with perf the hook is gone");
	tap_ok(write_file(event_path(e, "enable"), "1"), "ftrace enables %s", e->name);
	tap_ok(is_hooked(hooked[0]), "its hook is in place");
	tap_ok(rmmod() != 0, "the module stays");
	tap_ok(write_file(event_path(e, "enable"), "0"), "ftrace disables it");
	tap_eq(count_hooked(), 0, "the hook is gone");
	tap_eq(rmmod(), 0, "the module can be unloaded");
	tap_ok(access(event_path(e, "id"), F_OK), "the event goes with it");
	tap_eq(insmod(), 0, "and comes again");
	tap_ok(!access(event_path(e, "id"), F_OK), "with the event");
}

/*
 * Listening in all ways at once
 */

static void trace_filter(struct event *e, unsigned int port)
{
	char filter[64];

	snprintf(filter, sizeof(filter), "sport == %u || dport == %u", port, port);
	if (!write_file(event_path(e, "filter"), port ? filter : "0") ||
	    !write_file(event_path(e, "enable"), port ? "1" : "0"))
		tap_ok(0, "ftrace takes %s", e->name);
}

static struct bpf_link *try_attach(const char *prefix, const char *name)
{
	struct bpf_link *link;
	char prog[64];

	snprintf(prog, sizeof(prog), "%s_%s", prefix, name);
	link = bpf_program__attach(prog_named(prog));
	tap_ok(link != NULL, "%s attaches", prog);
	return link;
}

static void listen_to_all(unsigned int port)
{
	char path[256];
	__u32 i, zero = 0;
	struct event *e;

	snprintf(path, sizeof(path), "%s/trace", tracing);
	write_file(path, "");
	for (i = 0; i < NR_EVENTS; i++) {
		e = &events[i];
		memset(&e->seen, 0, sizeof(e->seen));
		bpf_map_update_elem(map_fd("seen"), &i, &e->seen, 0);
		e->link = try_attach("on", e->name);
		e->raw_link = try_attach("raw", e->name);
		e->btf_link = try_attach("btf", e->name);
		tap_ok(event_perf_open(e, port), "perf opens %s", e->name);
		trace_filter(e, port);
	}
	if (bpf_map_update_elem(map_fd("port"), &zero, &port, 0))
		die("port");
}

static long count_lines(const char *name)
{
	char want[64], *at;
	long n = 0;

	snprintf(want, sizeof(want), " %s: ", name);
	for (at = text; (at = strstr(at, want)); at++)
		n++;
	return n;
}

static void listen_to_none(void)
{
	char path[256];
	struct event *e;
	__u32 i;

	for (i = 0; i < NR_EVENTS; i++) {
		e = &events[i];
		bpf_link__destroy(e->link);
		bpf_link__destroy(e->raw_link);
		bpf_link__destroy(e->btf_link);
		event_perf_close(e);
		trace_filter(e, 0);
		if (bpf_map_lookup_elem(map_fd("seen"), &i, &e->seen))
			die("seen");
	}
	snprintf(path, sizeof(path), "%s/trace", tracing);
	if (read_file(path) < 0)
		die(path);
	for (i = 0; i < NR_EVENTS; i++)
		events[i].trace_count = count_lines(events[i].name);
}

/* All that listened have seen the same: something or nothing. */
static void check_counts(const struct event *e, bool some)
{
	long hits = e->seen.hits[0] + e->seen.hits[1];

	if (!tap_ok((hits > 0) == some && hits == e->perf_count && hits == e->trace_count &&
		    hits == e->seen.raw_hits && hits == e->seen.btf_hits, "%s: perf, ftrace and programs count the same",
		    e->name))
		tap_diag("programs %ld, %u and %u, perf %ld, ftrace %ld", hits, e->seen.raw_hits,
			 e->seen.btf_hits, e->perf_count, e->trace_count);
}

/*
 * Workload
 */

static int sock_make(int family, struct sockaddr_storage *at, socklen_t *len)
{
	int fd = socket(family, SOCK_STREAM, 0);

	memset(at, 0, sizeof(*at));
	at->ss_family = family;
	if (family == AF_INET) {
		((struct sockaddr_in *)at)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		*len = sizeof(struct sockaddr_in);
	} else {
		((struct sockaddr_in6 *)at)->sin6_addr = in6addr_loopback;
		*len = sizeof(struct sockaddr_in6);
	}
	return fd;
}

static unsigned int port_of(int fd)
{
	struct sockaddr_storage at;
	socklen_t len = sizeof(at);

	if (getsockname(fd, (void *)&at, &len))
		return 0;
	return ntohs(at.ss_family == AF_INET ? ((struct sockaddr_in *)&at)->sin_port :
		     ((struct sockaddr_in6 *)&at)->sin6_port);
}

struct conn {
	int family;
	int listener, client, server;
	unsigned int port, client_port;		/* the listener's, the client's */
	struct sockaddr_storage at;
	socklen_t len;
};

static bool conn_bind(struct conn *c, int family)
{
	c->family = family;
	c->listener = sock_make(family, &c->at, &c->len);
	if (c->listener < 0 || bind(c->listener, (void *)&c->at, c->len) ||
	    getsockname(c->listener, (void *)&c->at, &c->len))
		return false;
	c->port = port_of(c->listener);
	return true;
}

static void conn_open(struct conn *c)
{
	int mark = MARK;

	c->client = socket(c->family, SOCK_STREAM, 0);
	setsockopt(c->client, SOL_SOCKET, SO_MARK, &mark, sizeof(mark));
	if (listen(c->listener, 8) || connect(c->client, (void *)&c->at, c->len))
		die("connect");
	c->server = accept(c->listener, NULL, NULL);
	c->client_port = port_of(c->client);
}

static void say(int from, int to)
{
	char message[MESSAGE];

	memset(message, 'x', sizeof(message));
	if (send(from, message, sizeof(message), 0) != MESSAGE ||
	    recv(to, message, sizeof(message), MSG_WAITALL) != MESSAGE)
		die("message");
}

/* Each message is answered, so each is a packet and is read as such. */
static void talk(struct conn *c, struct tcp_info *info)
{
	socklen_t len = sizeof(*info);
	int i;

	for (i = 0; i < MESSAGES; i++) {
		say(c->client, c->server);
		say(c->server, c->client);
	}
	getsockopt(c->server, IPPROTO_TCP, TCP_INFO, info, &len);
}

static void conn_close(struct conn *c)
{
	char byte;

	close(c->client);
	/* Its end has arrived. */
	while (recv(c->server, &byte, 1, 0) > 0)
		;
	close(c->server);
	close(c->listener);
	/* Late acknowledgements */
	usleep(300000);
}

/*
 * Fields
 */

static __u16 u16_at(const __u8 *record, int at)
{
	__u16 v;

	memcpy(&v, record + at, sizeof(v));
	return v;
}

static __u32 u32_at(const __u8 *record, int at)
{
	__u32 v;

	memcpy(&v, record + at, sizeof(v));
	return v;
}

static __u64 u64_at(const __u8 *record, int at)
{
	__u64 v;

	memcpy(&v, record + at, sizeof(v));
	return v;
}

static bool is_address(const struct conn *c, const __u8 *v4, const __u8 *v6)
{
	static const __u8 mapped[16] = { [10] = 0xff, 0xff, 127, 0, 0, 1 };

	if (c->family == AF_INET)
		return !memcmp(v4, mapped + 12, 4) && !memcmp(v6, mapped, 16);
	/* What sockets of IPv6 have in the other, differs from socket to socket. */
	return !memcmp(v6, &in6addr_loopback, 16);
}

/* A cookie is a small number or none. */
static bool is_cookie(__u64 cookie)
{
	return kernel_is_since(4, 1) ? cookie > 0 && cookie < 1ULL << 40 : cookie == 0;
}

static void check_adjust(const struct event *e, const struct conn *c)
{
	const __u8 *r = e->seen.record[0][0];

	tap_eq(e->seen.hits[0], MESSAGES, "%s: each message that the server read", e->name);
	tap_eq(e->seen.hits[1], MESSAGES, "%s: and the client", e->name);
	tap_ok(u64_at(r, 8) >> 63, "%s: a socket's address", e->name);
	tap_ok(u16_at(r, 16) == c->port && u16_at(r, 18) == c->client_port,
	       "%s: ports in host order", e->name);
	tap_eq(u16_at(r, 20), c->family, "%s: the family", e->name);
	tap_ok(is_address(c, r + 22, r + 30) && is_address(c, r + 26, r + 46),
	       "%s: addresses in both forms", e->name);
	tap_ok(is_cookie(u64_at(r, 64)), "%s: a cookie where the kernel has some", e->name);
}

static bool is_end(const struct conn *c, const __u8 *end, unsigned int port)
{
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	__u8 want[28] = { 0 };

	v6.sin6_port = v4.sin_port = htons(port);
	v6.sin6_addr = in6addr_loopback;
	v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (c->family == AF_INET)
		memcpy(want, &v4, sizeof(v4));
	else
		memcpy(want, &v6, sizeof(v6));
	return !memcmp(want, end, sizeof(want));
}

/* The first packet with data that comes to the server. */
static const __u8 *first_message(const struct event *e)
{
	unsigned int i;

	for (i = 0; i < NR_KEPT && i < e->seen.kept[0]; i++)
		if (u16_at(e->seen.record[0][i], 76) == MESSAGE)
			return e->seen.record[0][i];
	return NULL;
}

static void check_probe(const struct event *e, const struct conn *c, const struct tcp_info *info)
{
	const __u8 *r = first_message(e);

	tap_ok(e->seen.hits[0] >= MESSAGES && e->seen.hits[1] >= MESSAGES,
	       "%s: each message that arrived (%u, %u)", e->name, e->seen.hits[0],
	       e->seen.hits[1]);
	if (!tap_ok(r != NULL, "%s: the length of a message", e->name))
		return;
	tap_ok(is_end(c, r + 8, c->port) && is_end(c, r + 36, c->client_port),
	       "%s: both ends", e->name);
	tap_ok(u16_at(r, 64) == c->port && u16_at(r, 66) == c->client_port,
	       "%s: ports in host order", e->name);
	tap_eq(u16_at(r, 68), c->family, "%s: the family", e->name);
	tap_eq(u32_at(r, 72), MARK, "%s: the mark", e->name);
	/* The server has sent nothing yet. */
	tap_eq(u32_at(r, 80), u32_at(r, 84), "%s: nothing is on its way", e->name);
	tap_ok(u32_at(r, 80) != 0, "%s: sequence numbers", e->name);
	tap_eq(u32_at(r, 88), 10, "%s: ten segments may be on their way", e->name);
	tap_eq(u32_at(r, 92), info->tcpi_snd_ssthresh, "%s: slow start's end", e->name);
	tap_ok(u32_at(r, 96) > 1000 && u32_at(r, 104) > 1000, "%s: windows (%u, %u)", e->name,
	       u32_at(r, 96), u32_at(r, 104));
	tap_ok(u32_at(r, 100) < 1000000, "%s: a round trip of %u us", e->name, u32_at(r, 100));
	tap_ok(is_cookie(u64_at(r, 112)), "%s: a cookie where the kernel has some", e->name);
}

/* Pairs of states, old and new */
static bool are_states(const struct event *e, int side, const __u8 (*want)[2], unsigned int nr)
{
	unsigned int i;
	bool same = e->seen.hits[side] == nr;

	for (i = 0; i < nr && i < e->seen.kept[side]; i++)
		same &= u32_at(e->seen.record[side][i], 16) == want[i][0] &&
			u32_at(e->seen.record[side][i], 20) == want[i][1];
	for (i = 0; !same && i < e->seen.kept[side]; i++)
		tap_diag("state %u to %u", u32_at(e->seen.record[side][i], 16),
			 u32_at(e->seen.record[side][i], 20));
	return same;
}

static void check_states(const struct event *e, const struct conn *c)
{
	/* LISTEN; a copy of the listener, and its life; the listener's end */
	static const __u8 server[][2] = {
		{ 7, 10 }, { 10, 3 }, { 3, 1 }, { 1, 8 }, { 8, 9 }, { 9, 7 }, { 10, 7 },
	};
	static const __u8 client[][2] = { { 7, 2 }, { 2, 1 }, { 1, 4 }, { 4, 5 }, { 5, 7 } };
	const __u8 *r = e->seen.record[0][2];

	tap_ok(are_states(e, 0, server, 7), "%s: each state of the server, old before new",
	       e->name);
	tap_ok(are_states(e, 1, client, 5), "%s: and of the client", e->name);
	tap_ok(u16_at(r, 24) == c->port && u16_at(r, 26) == c->client_port,
	       "%s: ports in host order", e->name);
	tap_eq(u16_at(r, 28), c->family, "%s: the family", e->name);
	tap_eq(u16_at(r, 30), IPPROTO_TCP, "%s: the protocol", e->name);
	tap_ok(is_address(c, r + 32, r + 40) && is_address(c, r + 36, r + 56),
	       "%s: addresses in both forms", e->name);
	/* The new connection is still a copy of the listener. */
	r = e->seen.record[0][1];
	tap_ok(u64_at(r, 8) != u64_at(e->seen.record[0][0], 8) && !u16_at(r, 26),
	       "%s: a new connection has an address and no other end", e->name);
}

/* @server: sockets of the server's port */
static void check_destroyed(const struct event *e, const struct conn *c, unsigned int server)
{
	const __u8 *r = e->seen.record[1][0];

	tap_eq(e->seen.hits[0], server, "%s: the server's sockets", e->name);
	tap_eq(e->seen.hits[1], 1, "%s: the client's", e->name);
	tap_ok(u16_at(r, 16) == c->client_port && u16_at(r, 18) == c->port,
	       "%s: ports in host order", e->name);
	tap_eq(u16_at(r, 20), c->family, "%s: the family", e->name);
	tap_ok(is_address(c, r + 22, r + 30) && is_address(c, r + 26, r + 46),
	       "%s: addresses in both forms", e->name);
}

/* @at: where its ports are */
static void check_ends(const struct event *e, const __u8 *r, int at, const struct conn *c,
		       unsigned int sport, unsigned int dport)
{
	if (!tap_ok(u16_at(r, at) == sport && u16_at(r, at + 2) == dport &&
		    u16_at(r, at + 4) == c->family && is_address(c, r + at + 6, r + at + 14) &&
		    is_address(c, r + at + 10, r + at + 30), "%s: both ends", e->name))
		tap_diag("%u to %u, family %u", u16_at(r, at), u16_at(r, at + 2),
			 u16_at(r, at + 4));
}

static const char *printed(const struct conn *c, unsigned int a, unsigned int b)
{
	static char line[256];

	if (c->family == AF_INET)
		snprintf(line, sizeof(line), "src=127.0.0.1:%u dest=127.0.0.1:%u mark=0x42 "
			 "data_len=100", a, b);
	else
		snprintf(line, sizeof(line), "src=[::1]:%u dest=[::1]:%u mark=0x42 data_len=100",
			 a, b);
	return line;
}

static void test_talk(int family)
{
	struct tcp_info info = { 0 };
	struct conn c;
	unsigned int i;

	if (!conn_bind(&c, family)) {
		tap_skip("no IPv%d", family == AF_INET ? 4 : 6);
		return;
	}
	tap_diag("a conversation over IPv%d", family == AF_INET ? 4 : 6);
	listen_to_all(c.port);
	if (ours)
		tap_eq(count_hooked(), NR_HOOKED, "hooks are in place");
	conn_open(&c);
	talk(&c, &info);
	conn_close(&c);
	listen_to_none();
	for (i = 0; i < NR_EVENTS; i++)
		check_counts(&events[i], i != TCP_RETRANSMIT_SKB && i != TCP_RETRANSMIT_SYNACK &&
			     i != TCP_SEND_RESET && i != TCP_RECEIVE_RESET);
	check_probe(&events[TCP_PROBE], &c, &info);
	check_adjust(&events[TCP_RCV_SPACE_ADJUST], &c);
	check_states(&events[INET_SOCK_SET_STATE], &c);
	check_destroyed(&events[TCP_DESTROY_SOCK], &c, 2);
	tap_ok(strstr(text, printed(&c, c.port, c.client_port)) != NULL,
	       "ftrace prints the ends and the rest");
	if (ours)
		tap_eq(count_hooked(), 0, "no hook is left");
}

/*
 * Resets
 */

static void check_counts_of(const __u32 *some, int nr)
{
	int i, k;

	for (i = 0; i < NR_EVENTS; i++) {
		for (k = 0; k < nr && some[k] != (__u32)i; k++)
			;
		if (k < nr)
			check_counts(&events[i], true);
	}
}

/* A server that closes with something unread resets the connection. */
static void test_active_reset(int family)
{
	static const __u32 some[] = { TCP_SEND_RESET, TCP_RECEIVE_RESET, TCP_DESTROY_SOCK,
				      INET_SOCK_SET_STATE };
	const struct event *sent = &events[TCP_SEND_RESET], *got = &events[TCP_RECEIVE_RESET];
	const __u8 *r = sent->seen.record[0][0];
	struct conn c;
	char byte;

	if (!conn_bind(&c, family)) {
		tap_skip("no IPv%d", family == AF_INET ? 4 : 6);
		return;
	}
	tap_diag("a reset without a packet over IPv%d", family == AF_INET ? 4 : 6);
	listen_to_all(c.port);
	conn_open(&c);
	if (send(c.client, "x", 1, 0) != 1 || recv(c.server, &byte, 1, MSG_PEEK) != 1)
		die("message");
	close(c.server);
	tap_ok(recv(c.client, &byte, 1, 0) == -1 && errno == ECONNRESET, "the client is reset");
	close(c.client);
	close(c.listener);
	usleep(300000);
	listen_to_none();
	check_counts_of(some, 4);
	tap_ok(sent->seen.hits[0] == 1 && !sent->seen.hits[1], "%s: the server's", sent->name);
	tap_ok(!u64_at(r, 8) && u64_at(r, 16) >> 63, "%s: no packet, a socket", sent->name);
	tap_eq(u32_at(r, 24), 7, "%s: which is closed", sent->name);
	check_ends(sent, r, 28, &c, c.port, c.client_port);
	tap_ok(got->seen.hits[1] == 1 && !got->seen.hits[0], "%s: the client's", got->name);
	check_ends(got, got->seen.record[1][0], 16, &c, c.client_port, c.port);
	tap_ok(is_cookie(u64_at(got->seen.record[1][0], 64)),
	       "%s: a cookie where the kernel has some", got->name);
}

static __u16 checksum(const __u16 *data, int nr)
{
	__u32 sum = 0;

	while (nr--)
		sum += *data++;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/* An acknowledgement that nobody waits for, to a listener: it is answered by a reset. */
static void test_answering_reset(void)
{
	const struct event *sent = &events[TCP_SEND_RESET];
	const __u8 *r = sent->seen.record[0][0];
	struct {
		__u32 src, dst;
		__u16 proto, len;
		struct tcphdr th;
	} packet = { 0 };
	static const __u32 some[] = { TCP_SEND_RESET };
	struct conn c;
	int raw, i;

	if (!conn_bind(&c, AF_INET))
		die("bind");
	tap_diag("a reset that answers a packet");
	listen_to_all(c.port);
	raw = socket(AF_INET, SOCK_RAW, IPPROTO_TCP);
	packet.src = packet.dst = htonl(INADDR_LOOPBACK);
	packet.proto = htons(IPPROTO_TCP);
	packet.len = htons(sizeof(packet.th));
	packet.th.source = htons(c.port - 1);
	packet.th.dest = htons(c.port);
	packet.th.doff = 5;
	packet.th.ack = 1;
	packet.th.ack_seq = htonl(1);
	packet.th.check = checksum((__u16 *)&packet, sizeof(packet) / 2);
	if (raw < 0 || listen(c.listener, 8) ||
	    sendto(raw, &packet.th, sizeof(packet.th), 0, (void *)&c.at, c.len) < 0)
		die("raw socket");
	for (i = 0; i < 3; i++)
		usleep(100000);
	close(raw);
	close(c.listener);
	listen_to_none();
	check_counts_of(some, 1);
	tap_ok(sent->seen.hits[0] == 1 && !sent->seen.hits[1], "%s: the listener's", sent->name);
	tap_ok(u64_at(r, 8) >> 63 && u64_at(r, 16) >> 63, "%s: a packet and a socket",
	       sent->name);
	tap_eq(u32_at(r, 24), 10, "%s: which listens", sent->name);
	tap_ok(u16_at(r, 28) == c.port && !u16_at(r, 30), "%s: and has no other end", sent->name);
}

/*
 * Sending again: a filter at the receiver's socket drops what comes.
 */

/* Of its packets only those with a bit of @flags get through. */
static void drop_but(int fd, unsigned int flags)
{
	struct sock_filter insns[] = {
		{ BPF_LD | BPF_B | BPF_ABS, 0, 0, 13 },
		{ BPF_JMP | BPF_JSET | BPF_K, 0, 1, flags },
		{ BPF_RET | BPF_K, 0, 0, 0xffff },
		{ BPF_RET | BPF_K, 0, 0, 0 },
	};
	struct sock_fprog prog = { 4, insns };

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)))
		die("SO_ATTACH_FILTER");
}

static void drop_none(int fd)
{
	int zero = 0;

	if (setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &zero, sizeof(zero)))
		die("SO_DETACH_FILTER");
}

/* Asks perf: a program that a softirq starts inside of a look into its map is a miss. */
static void wait_for(const struct event *e)
{
	int i;

	for (i = 0; i < 500 && !event_perf_count(e); i++)
		usleep(20000);
}

static void test_retransmit(int family)
{
	static const __u32 some[] = { TCP_RETRANSMIT_SKB };
	const struct event *e = &events[TCP_RETRANSMIT_SKB];
	const __u8 *r = e->seen.record[1][0];
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);
	struct conn c;
	char byte;

	if (!conn_bind(&c, family)) {
		tap_skip("no IPv%d", family == AF_INET ? 4 : 6);
		return;
	}
	tap_diag("a packet that is lost over IPv%d", family == AF_INET ? 4 : 6);
	listen_to_all(c.port);
	conn_open(&c);
	drop_but(c.server, 0);
	if (send(c.client, "x", 1, 0) != 1)
		die("send");
	wait_for(e);
	drop_none(c.server);
	if (recv(c.server, &byte, 1, 0) != 1)
		die("recv");
	usleep(300000);
	getsockopt(c.client, IPPROTO_TCP, TCP_INFO, &info, &len);
	conn_close(&c);
	listen_to_none();
	check_counts_of(some, 1);
	tap_eq(e->seen.hits[1], info.tcpi_total_retrans, "%s: as often as the kernel counts",
	       e->name);
	tap_eq(e->seen.hits[0], 0, "%s: nothing of the server", e->name);
	tap_ok(u64_at(r, 8) >> 63 && u64_at(r, 16) >> 63, "%s: a packet and a socket", e->name);
	tap_eq(u32_at(r, 24), 1, "%s: which is established", e->name);
	check_ends(e, r, 28, &c, c.client_port, c.port);
}

static void test_retransmit_synack(int family)
{
	static const __u32 some[] = { TCP_RETRANSMIT_SYNACK };
	const struct event *e = &events[TCP_RETRANSMIT_SYNACK];
	const __u8 *r = e->seen.record[0][0];
	struct conn c;

	/* The end of a handshake goes to the request since 4.4, and past the filter before 4.14. */
	if (kernel_is_since(4, 4) && !kernel_is_since(4, 14)) {
		tap_skip("4.4 to 4.13 let no filter break off a handshake");
		return;
	}
	if (!conn_bind(&c, family)) {
		tap_skip("no IPv%d", family == AF_INET ? 4 : 6);
		return;
	}
	tap_diag("the end of a handshake that is lost over IPv%d", family == AF_INET ? 4 : 6);
	listen_to_all(c.port);
	drop_but(c.listener, 0x02);
	c.client = socket(c.family, SOCK_STREAM, 0);
	if (listen(c.listener, 8) || connect(c.client, (void *)&c.at, c.len))
		die("connect");
	c.client_port = port_of(c.client);
	wait_for(e);
	drop_none(c.listener);
	if (send(c.client, "x", 1, 0) != 1)
		die("send");
	c.server = accept(c.listener, NULL, NULL);
	conn_close(&c);
	listen_to_none();
	check_counts_of(some, 1);
	tap_ok(e->seen.hits[0] && !e->seen.hits[1], "%s: the listener's", e->name);
	tap_ok(u64_at(r, 8) >> 63 && u64_at(r, 16) >> 63, "%s: a socket and a request", e->name);
	check_ends(e, r, 24, &c, c.port, c.client_port);
}

int main(int argc, char **argv)
{
	unsigned int i, nr_ours = 0;
	bool again = getenv("LD_PRELOAD") != NULL;

	find_tracing();
	cpus = sysconf(_SC_NPROCESSORS_ONLN);
	if (!again)
		tap_eq(insmod(), 0, "the module loads");
	for (i = 0; i < NR_EVENTS; i++)
		nr_ours += is_ours(&events[i]);
	ours = nr_ours > 0;
	if (!again) {
		tap_ok(nr_ours == 0 || nr_ours == NR_EVENTS,
		       "%u of %u events are the module's", nr_ours, NR_EVENTS);
		for (i = 0; i < NR_EVENTS; i++)
			test_format(&events[i]);
		if (ours)
			test_hold();
		if (tap_failed)
			return tap_end();
	}
	client_preload(argv);
	client_load("test_events");
	test_talk(AF_INET);
	test_talk(AF_INET6);
	test_active_reset(AF_INET);
	test_active_reset(AF_INET6);
	test_answering_reset();
	test_retransmit(AF_INET);
	test_retransmit(AF_INET6);
	test_retransmit_synack(AF_INET);
	test_retransmit_synack(AF_INET6);
	bpf_object__close(obj);
	return tap_end();
}
