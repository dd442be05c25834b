// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs that get packets, run by PROG_TEST_RUN: what they see, what their helpers
 * do to the packet, what comes back, and what is refused.
 *
 * EBPF_TEST_NATIVE=1 asks the kernel's own bpf(2) the same questions; what private
 * packets do not have (sockets, attachment) is left out then.
 */
#define _GNU_SOURCE
#include <stddef.h>
#include "ioctl_lib.h"
#include "tap.h"

#define FILTER	EBPF_PROG_TYPE_SOCKET_FILTER
#define CLS	EBPF_PROG_TYPE_SCHED_CLS
#define ACT	EBPF_PROG_TYPE_SCHED_ACT
#define XDP	EBPF_PROG_TYPE_XDP
#define CGROUP	EBPF_PROG_TYPE_CGROUP_SKB

#define SKB(field)	offsetof(struct ebpf_sk_buff, field)
#define MD(field)	offsetof(struct ebpf_xdp_md, field)

#define IP_AT	14
#define SIZE	64

/* One run: what goes in, what comes out. */
struct run {
	unsigned char in[8192], out[16384];
	unsigned int in_len, out_room, out_len, repeat, flags;
	struct ebpf_sk_buff ctx;
	bool with_ctx;
	unsigned int retval;
};

static struct run run;

/* An IPv4 packet with an UDP header; bytes behind the headers count up. */
static void packet_init(unsigned int len)
{
	static const unsigned char ip[20] = {
		0x45, 0, 0, 50, 0, 1, 0, 0, 64, 17, 0x12, 0x34, 10, 0, 0, 1, 10, 0, 0, 2,
	};
	unsigned int i;

	memset(&run, 0, sizeof(run));
	for (i = 0; i < len; i++)
		run.in[i] = i;
	memset(run.in, 0, 6);
	run.in[12] = 8;
	run.in[13] = 0;
	memcpy(run.in + IP_AT, ip, sizeof(ip));
	run.in_len = len;
	run.out_room = sizeof(run.out);
}

static long go(int fd)
{
	union ebpf_attr attr;
	long ret;

	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = fd;
	attr.test.data_in = ptr(run.in);
	attr.test.data_size_in = run.in_len;
	attr.test.data_out = ptr(run.out);
	attr.test.data_size_out = run.out_room;
	attr.test.repeat = run.repeat;
	attr.test.flags = run.flags;
	if (run.with_ctx) {
		attr.test.ctx_in = ptr(&run.ctx);
		attr.test.ctx_size_in = sizeof(run.ctx);
		attr.test.ctx_out = ptr(&run.ctx);
		attr.test.ctx_size_out = sizeof(run.ctx);
	}
	ret = err_of(bpf(EBPF_PROG_TEST_RUN, &attr));
	run.out_len = attr.test.data_size_out;
	run.retval = attr.test.retval;
	return ret;
}

static int load(unsigned int type, const struct ebpf_insn *insns, unsigned int cnt)
{
	int fd = prog_load_log(type, insns, cnt);

	if (fd < 0)
		tap_diag("load: %d: %s", fd, prog_log);
	return fd;
}

/* return helper(ctx, a, b, c, d) */
static int load_call(unsigned int type, int func, int a, int b, int c, int d)
{
	struct ebpf_insn insns[] = {
		MOV64_IMM(EBPF_REG_2, a),
		MOV64_IMM(EBPF_REG_3, b),
		MOV64_IMM(EBPF_REG_4, c),
		MOV64_IMM(EBPF_REG_5, d),
		CALL(func),
		EXIT(),
	};

	return load(type, insns, ARRAY_LEN(insns));
}

/* One call of a helper on a fresh packet of @len bytes: what it returned. */
static int call_on(unsigned int len, unsigned int type, int func, int a, int b, int c, int d)
{
	int fd = load_call(type, func, a, b, c, d);
	long err;

	packet_init(len);
	err = go(fd);
	close(fd);
	return fd < 0 ? -1000 : err ? -2000 : (int)run.retval;
}

#define call(type, func, a, b, c, d) \
	call_on(SIZE, type, EBPF_FUNC_##func, a, b, c, d)

/*
 * Loading
 */
static void test_load(void)
{
	static const unsigned int types[] = { CLS, ACT, XDP, CGROUP };
	static const unsigned int others[] = {
		EBPF_PROG_TYPE_FLOW_DISSECTOR, EBPF_PROG_TYPE_LIRC_MODE2,
		EBPF_PROG_TYPE_LWT_SEG6LOCAL,
		EBPF_PROG_TYPE_STRUCT_OPS, EBPF_PROG_TYPE_SYSCALL,
	};
	struct ebpf_insn ret0[] = { MOV64_IMM(EBPF_REG_0, 0), EXIT() };
	union ebpf_attr attr;
	unsigned int i;
	int fd;

	for (i = 0; i < ARRAY_LEN(types); i++) {
		fd = prog_ret(types[i], 0);
		tap_ok(fd >= 0, "a program of type %u loads", types[i]);
		close(fd);
	}
	prog_attr(&attr, CGROUP, ret0, 2);
	attr.expected_attach_type = EBPF_CGROUP_INET_EGRESS;
	fd = err_of(bpf(EBPF_PROG_LOAD, &attr));
	tap_ok(fd >= 0, "a cgroup program for outgoing packets loads");
	close(fd);
	attr.expected_attach_type = EBPF_CGROUP_INET_SOCK_CREATE;
	tap_eq(err_of(bpf(EBPF_PROG_LOAD, &attr)), -EINVAL, "one for another hook does not");
	if (drv_native())
		return;
	for (i = 0; i < ARRAY_LEN(others); i++)
		tap_eq(prog_ret(others[i], 0), -EINVAL, "type %u is not known", others[i]);
}

static void test_attach(void)
{
	static const struct {
		unsigned int type, hook;
	} tests[] = {
		{ XDP, EBPF_XDP }, { CGROUP, EBPF_CGROUP_INET_INGRESS }, { CLS, 0 },
	};
	union ebpf_attr attr;
	unsigned int i;
	int fd;

	if (drv_native())
		return;
	for (i = 0; i < ARRAY_LEN(tests); i++) {
		fd = prog_ret(tests[i].type, 0);
		memset(&attr, 0, sizeof(attr));
		attr.link_create.prog_fd = fd;
		attr.link_create.target_fd = 1;
		attr.link_create.attach_type = tests[i].hook;
		tap_eq(err_of(bpf(EBPF_LINK_CREATE, &attr)), -EOPNOTSUPP,
		       "type %u cannot be attached", tests[i].type);
		close(fd);
	}
}

/*
 * What programs see
 */
static void test_view(void)
{
	struct ebpf_insn len[] = { LDX(EBPF_W, EBPF_REG_0, EBPF_REG_1, SKB(len)), EXIT() };
	struct ebpf_insn proto[] = {
		LDX(EBPF_W, EBPF_REG_0, EBPF_REG_1, SKB(protocol)), EXIT(),
	};
	/* first byte at data, or -1 */
	struct ebpf_insn first[] = {
		LDX(EBPF_W, EBPF_REG_2, EBPF_REG_1, SKB(data)),
		LDX(EBPF_W, EBPF_REG_3, EBPF_REG_1, SKB(data_end)),
		MOV64_REG(EBPF_REG_4, EBPF_REG_2),
		ALU64_IMM(EBPF_ADD, EBPF_REG_4, 20),
		MOV64_IMM(EBPF_REG_0, -1),
		INSN(EBPF_JMP | EBPF_JGT | EBPF_X, EBPF_REG_4, EBPF_REG_3, 1, 0),
		LDX(EBPF_B, EBPF_REG_0, EBPF_REG_2, 0),
		JA(0),
		EXIT(),
	};
	int fd;

	packet_init(SIZE);
	fd = load(CLS, len, 2);
	tap_ok(!go(fd) && run.retval == SIZE, "traffic control sees all of the packet");
	tap_ok(run.out_len == SIZE && !memcmp(run.out, run.in, SIZE), "and it comes back");
	run.in_len = 13;
	tap_eq(go(fd), -EINVAL, "a packet shorter than an Ethernet header");
	run.in_len = 4096 - 64 - 320;
	tap_eq(go(fd), 0, "the largest packet");
	run.in_len++;
	tap_eq(go(fd), -EINVAL, "one that is too large");
	packet_init(IP_AT + 19);
	tap_eq(go(fd), -EINVAL, "an IPv4 packet with a short header");
	packet_init(IP_AT + 39);
	run.in[12] = 0x86;
	run.in[13] = 0xdd;
	tap_eq(go(fd), -EINVAL, "an IPv6 packet with a short header");
	packet_init(SIZE);
	run.flags = EBPF_F_TEST_RUN_ON_CPU;
	tap_eq(go(fd), -EINVAL, "a flag that it does not have");
	close(fd);

	packet_init(SIZE);
	fd = load(FILTER, len, 2);
	tap_ok(!go(fd) && run.retval == SIZE - IP_AT, "a socket filter sees it from IP on");
	tap_ok(run.out_len == SIZE && !run.out[12] && !memcmp(run.out + IP_AT, run.in + IP_AT,
							      SIZE - IP_AT),
	       "it comes back behind an empty header");
	close(fd);

	fd = load(CLS, proto, 2);
	tap_ok(!go(fd) && run.retval == 0x0008, "the protocol, in network order");
	run.in[12] = 0;
	tap_ok(!go(fd) && run.retval == 0x0400, "802.2 where a length is");
	memset(run.in + IP_AT, 0xff, 2);
	tap_ok(!go(fd) && run.retval == 0x0100, "raw 802.3");
	close(fd);

	packet_init(SIZE);
	run.in[0] = 0xa;
	fd = load(CLS, first, ARRAY_LEN(first));
	tap_ok(!go(fd) && run.retval == 0xa, "direct access starts at the Ethernet header");
	close(fd);
	if (drv_native())
		return;
	/* These may answer 0 and 1 only. */
	first[4].imm = 0;
	first[6] = LDX(EBPF_B, EBPF_REG_0, EBPF_REG_2, 0);
	first[7] = ALU64_IMM(EBPF_AND, EBPF_REG_0, 1);
	fd = load(CGROUP, first, ARRAY_LEN(first));
	tap_ok(!go(fd) && run.retval == (0x45 & 1), "for cgroups at the IP header");
	close(fd);
}

static void test_ctx(void)
{
	/* mark += 1, cb[0] += 1 */
	struct ebpf_insn count[] = {
		LDX(EBPF_W, EBPF_REG_0, EBPF_REG_1, SKB(mark)),
		ALU64_IMM(EBPF_ADD, EBPF_REG_0, 1),
		STX(EBPF_W, EBPF_REG_1, EBPF_REG_0, SKB(mark)),
		LDX(EBPF_W, EBPF_REG_0, EBPF_REG_1, SKB(cb)),
		ALU64_IMM(EBPF_ADD, EBPF_REG_0, 1),
		STX(EBPF_W, EBPF_REG_1, EBPF_REG_0, SKB(cb)),
		EXIT(),
	};
	struct {
		struct ebpf_sk_buff ctx;
		unsigned char more[8];
	} large;
	int fd = load(CLS, count, ARRAY_LEN(count));
	union ebpf_attr attr;

	packet_init(SIZE);
	run.with_ctx = true;
	run.ctx.mark = 100;
	run.ctx.cb[0] = 5;
	run.ctx.cb[4] = 7;
	run.ctx.priority = 3;
	run.ctx.gso_size = 10;
	run.repeat = 1000;
	tap_eq(go(fd), 0, "a context goes in");
	tap_eq(run.retval, 1005, "the program runs as often as asked");
	tap_ok(run.ctx.mark == 1100 && run.ctx.cb[0] == 1005 && run.ctx.cb[4] == 7 &&
	       run.ctx.priority == 3 && run.ctx.gso_size == 10, "and comes back");
	tap_ok(run.ctx.ifindex == 1 && run.ctx.wire_len == SIZE, "with device and length");

	run.repeat = 0;
	run.ctx.len = 1;
	tap_eq(go(fd), -EINVAL, "a length may not be given");
	run.ctx.len = 0;
	run.ctx.tstamp_type = 1;
	tap_eq(go(fd), -EINVAL, "nor a type of time stamp");
	run.ctx.tstamp_type = 0;
	run.ctx.wire_len = SIZE - 1;
	tap_eq(go(fd), -EINVAL, "on the wire, it was no shorter");
	run.ctx.wire_len = 0;
	run.ctx.gso_segs = 65536;
	tap_eq(go(fd), -EINVAL, "too many segments");
	run.ctx.gso_segs = 0;
	run.ctx.ifindex = 99999;
	tap_eq(go(fd), -ENODEV, "a device that does not exist");
	run.ctx.ifindex = 0;

	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = fd;
	attr.test.data_in = ptr(run.in);
	attr.test.data_size_in = SIZE;
	memset(&large, 0, sizeof(large));
	attr.test.ctx_in = ptr(&large);
	attr.test.ctx_size_in = sizeof(large);
	tap_eq(err_of(bpf(EBPF_PROG_TEST_RUN, &attr)), 0, "a longer context, zero behind");
	large.more[7] = 1;
	tap_eq(err_of(bpf(EBPF_PROG_TEST_RUN, &attr)), -E2BIG, "and not zero");
	attr.test.ctx_size_in = 12;
	attr.test.ctx_out = ptr(&large);
	attr.test.ctx_size_out = 12;
	tap_eq(err_of(bpf(EBPF_PROG_TEST_RUN, &attr)), -ENOSPC, "a context that does not fit");
	tap_ok(large.ctx.mark == 1, "comes back in part");
	attr.test.ctx_size_out = 0;
	tap_eq(err_of(bpf(EBPF_PROG_TEST_RUN, &attr)), -EINVAL, "a place without size");
	run.out_room = 10;
	run.with_ctx = false;
	tap_eq(go(fd), -ENOSPC, "a packet that does not fit");
	tap_eq(run.out_len, SIZE, "its size is told");
	close(fd);
}

/*
 * Bytes
 */
static void test_bytes(void)
{
	/* load 4 bytes at 26 (source address), store them at 30 */
	struct ebpf_insn copy[] = {
		MOV64_REG(EBPF_REG_6, EBPF_REG_1),
		MOV64_IMM(EBPF_REG_2, 26),
		MOV64_REG(EBPF_REG_3, EBPF_REG_10),
		ALU64_IMM(EBPF_ADD, EBPF_REG_3, -4),
		MOV64_IMM(EBPF_REG_4, 4),
		CALL(EBPF_FUNC_skb_load_bytes),
		MOV64_REG(EBPF_REG_1, EBPF_REG_6),
		MOV64_IMM(EBPF_REG_2, 30),
		MOV64_REG(EBPF_REG_3, EBPF_REG_10),
		ALU64_IMM(EBPF_ADD, EBPF_REG_3, -4),
		MOV64_IMM(EBPF_REG_4, 4),
		MOV64_IMM(EBPF_REG_5, 0),
		CALL(EBPF_FUNC_skb_store_bytes),
		EXIT(),
	};
	/* the byte at 9 of the header that r5 names; r8: error */
	struct ebpf_insn relative[] = {
		MOV64_IMM(EBPF_REG_2, 9),
		MOV64_REG(EBPF_REG_3, EBPF_REG_10),
		ALU64_IMM(EBPF_ADD, EBPF_REG_3, -8),
		MOV64_IMM(EBPF_REG_4, 1),
		MOV64_IMM(EBPF_REG_5, EBPF_HDR_START_NET),
		CALL(EBPF_FUNC_skb_load_bytes_relative),
		JMP_IMM(EBPF_JNE, EBPF_REG_0, 0, 1),
		LDX(EBPF_B, EBPF_REG_0, EBPF_REG_10, -8),
		EXIT(),
	};
	int fd = load(CLS, copy, ARRAY_LEN(copy));

	packet_init(SIZE);
	tap_ok(!go(fd) && !run.retval && !memcmp(run.out + 30, run.in + 26, 4),
	       "bytes are read and written");
	run.in_len = 34;
	tap_ok(!go(fd) && !run.retval, "up to the end");
	run.in[12] = 0;		/* no IP header needed */
	run.in_len = 33;
	tap_ok(!go(fd) && (int)run.retval == -EFAULT, "not beyond");
	close(fd);
	packet_init(SIZE);
	fd = load(FILTER, relative, ARRAY_LEN(relative));
	tap_ok(!go(fd) && run.retval == 17, "relative to the network header");
	close(fd);
	relative[4].imm = EBPF_HDR_START_MAC;
	run.in[9] = 99;
	fd = load(FILTER, relative, ARRAY_LEN(relative));
	tap_ok(!go(fd) && run.retval == 99, "relative to the Ethernet header");
	close(fd);
	relative[4].imm = 2;
	fd = load(FILTER, relative, ARRAY_LEN(relative));
	tap_ok(!go(fd) && (int)run.retval == -EFAULT, "relative to no header");
	close(fd);
	tap_eq(call(CLS, skb_pull_data, SIZE, 0, 0, 0), 0, "all of it is there");
	tap_eq(call(CLS, skb_pull_data, SIZE + 1, 0, 0, 0), -ENOMEM, "more is not");
}

static unsigned short ip_sum(const unsigned char *ip)
{
	unsigned int sum = 0, i;

	for (i = 0; i < 20; i += 2)
		sum += ip[i] << 8 | ip[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

static void test_csum(void)
{
	/* csum_diff(NULL, 0, fp-8, 8, 1) of 0xffffffff, 0x00000002 */
	struct ebpf_insn diff[] = {
		ST(EBPF_W, EBPF_REG_10, -8, -1),
		ST(EBPF_W, EBPF_REG_10, -4, 2),
		MOV64_IMM(EBPF_REG_1, 0),
		MOV64_IMM(EBPF_REG_2, 0),
		MOV64_REG(EBPF_REG_3, EBPF_REG_10),
		ALU64_IMM(EBPF_ADD, EBPF_REG_3, -8),
		MOV64_IMM(EBPF_REG_4, 8),
		MOV64_IMM(EBPF_REG_5, 1),
		CALL(EBPF_FUNC_csum_diff),
		EXIT(),
	};
	unsigned short before;
	int fd;

	/* TTL 64 and protocol 17 become 63 and 17; addresses change their values */
	packet_init(SIZE);
	before = ip_sum(run.in + IP_AT);
	tap_eq(call(CLS, l3_csum_replace, IP_AT + 10, 0x1140, 0x113f, 2), 0, "2 bytes change");
	run.out[IP_AT + 8]--;
	tap_eq(ip_sum(run.out + IP_AT), before, "the checksum follows");
	tap_eq(call(CLS, l3_csum_replace, IP_AT + 10, 0x0100000a, 0x7f00a8c0, 4), 0,
	       "4 bytes change");
	memcpy(run.out + IP_AT + 12, "\xc0\xa8\x00\x7f", 4);
	tap_eq(ip_sum(run.out + IP_AT), before, "the checksum follows");
	tap_eq(call(CLS, l3_csum_replace, IP_AT + 10, 1, 0, 0), -EINVAL,
	       "a difference has no old value");
	tap_eq(call(CLS, l3_csum_replace, IP_AT + 11, 0, 0, 2), -EFAULT, "an odd offset");
	tap_eq(call(CLS, l3_csum_replace, SIZE, 0, 0, 2), -EFAULT, "behind the packet");
	tap_eq(call(CLS, l3_csum_replace, IP_AT + 10, 0, 0, 3), -EINVAL, "3 bytes");
	tap_eq(call(CLS, l3_csum_replace, IP_AT + 10, 0, 0, 18), -EINVAL, "unknown flags");
	tap_eq(call(CLS, l4_csum_replace, 40, 0x0100, 0x0200, 2 | EBPF_F_PSEUDO_HDR), 0,
	       "a checksum of layer 4");
	tap_ok(memcmp(run.out + 40, run.in + 40, 2), "changes");
	tap_eq(call(CLS, l4_csum_replace, 0, 0x0100, 0x0200, 2 | EBPF_F_MARK_MANGLED_0), 0,
	       "where none is kept");
	tap_ok(!run.out[0] && !run.out[1], "none appears");
	fd = load(CLS, diff, ARRAY_LEN(diff));
	packet_init(SIZE);
	tap_ok(!go(fd) && run.retval == 3, "sums carry around (%u)", run.retval);
	close(fd);
	diff[6].imm = 6;
	fd = load(XDP, diff, ARRAY_LEN(diff));
	/* Newer kernels can. */
	if (!drv_native())
		tap_ok(!go(fd) && (int)run.retval == -EINVAL, "sums are of whole words");
	close(fd);
	tap_eq(call(CLS, csum_update, 1, 0, 0, 0), -ENOTSUPP, "no sum of a packet is kept");
	tap_eq(call(CLS, csum_level, EBPF_CSUM_LEVEL_QUERY, 0, 0, 0), -EACCES, "nor checked");
	tap_eq(call(CLS, csum_level, EBPF_CSUM_LEVEL_INC, 0, 0, 0), 0, "that can be claimed");
	tap_eq(call(CLS, csum_level, 9, 0, 0, 0), -EINVAL, "an unknown level command");
}

/*
 * Growing and shrinking
 */
static void test_ends(void)
{
	tap_eq(call(CLS, skb_change_tail, 100, 0, 0, 0), 0, "a longer tail");
	tap_ok(run.out_len == 100 && !memcmp(run.out, run.in, SIZE) && !run.out[SIZE] &&
	       !run.out[99], "of zeros");
	tap_eq(call(CLS, skb_change_tail, 14, 0, 0, 0), 0, "a short one");
	tap_eq(run.out_len, 14, "leaves the Ethernet header");
	tap_eq(call(CLS, skb_change_tail, 13, 0, 0, 0), -EINVAL, "which stays");
	tap_eq(call(CLS, skb_change_tail, 16064, 0, 0, 0), 0, "the longest");
	tap_eq(run.out_len, 16064, "is there");
	tap_eq(call(CLS, skb_change_tail, 16065, 0, 0, 0), -EINVAL, "a longer one");
	tap_eq(call(CLS, skb_change_tail, 100, 1, 0, 0), -EINVAL, "flags");
	tap_eq(call(CLS, skb_change_head, 20, 0, 0, 0), 0, "room in front");
	tap_ok(run.out_len == SIZE + 20 && !run.out[0] && !run.out[19] &&
	       !memcmp(run.out + 20, run.in, SIZE), "of zeros");
	tap_eq(call(CLS, skb_change_head, 8000, 0, 0, 0), 0, "much of it");
	tap_ok(run.out_len == SIZE + 8000 && !memcmp(run.out + 8000, run.in, SIZE), "is there");
	tap_eq(call(CLS, skb_change_head, 16064 - SIZE + 1, 0, 0, 0), -EINVAL, "too much");
	tap_eq(call(CLS, skb_change_head, -1, 0, 0, 0), -EINVAL, "far too much");
	tap_eq(call_on(3712, CLS, EBPF_FUNC_skb_change_head, 8000, 0, 0, 0), 0,
	       "in front of a long packet");
	tap_eq(run.out_len, 3712 + 8000, "it is there");
	/* It comes back with an Ethernet header of zeros in front, which needs room, too. */
	tap_eq(call(EBPF_PROG_TYPE_LWT_XMIT, skb_change_head, 76, 0, 0, 0), 0,
	       "all the room in front of a tunnel's packet");
	tap_eq(run.out_len, SIZE + 76, "is there");
}

static void test_vlan(void)
{
	/* push 8021Q tag 5, push 8021AD tag 6; r0: vlan_tci */
	struct ebpf_insn push[] = {
		MOV64_REG(EBPF_REG_6, EBPF_REG_1),
		MOV64_IMM(EBPF_REG_2, 0x0081),
		MOV64_IMM(EBPF_REG_3, 5),
		CALL(EBPF_FUNC_skb_vlan_push),
		MOV64_REG(EBPF_REG_1, EBPF_REG_6),
		MOV64_IMM(EBPF_REG_2, 0xa888),
		MOV64_IMM(EBPF_REG_3, 6),
		CALL(EBPF_FUNC_skb_vlan_push),
		LDX(EBPF_W, EBPF_REG_0, EBPF_REG_6, SKB(vlan_tci)),
		EXIT(),
	};
	/* the same, and back: r0 = protocol + vlan_present */
	struct ebpf_insn pop[] = {
		push[0], push[1], push[2], push[3], push[4], push[5], push[6], push[7],
		MOV64_REG(EBPF_REG_1, EBPF_REG_6),
		CALL(EBPF_FUNC_skb_vlan_pop),
		LDX(EBPF_W, EBPF_REG_7, EBPF_REG_6, SKB(vlan_tci)),
		MOV64_REG(EBPF_REG_1, EBPF_REG_6),
		CALL(EBPF_FUNC_skb_vlan_pop),
		LDX(EBPF_W, EBPF_REG_0, EBPF_REG_6, SKB(vlan_present)),
		ALU64_IMM(EBPF_LSH, EBPF_REG_0, 8),
		ALU64_REG(EBPF_ADD, EBPF_REG_0, EBPF_REG_7),
		EXIT(),
	};
	int fd = load(CLS, push, ARRAY_LEN(push));

	packet_init(SIZE);
	tap_ok(!go(fd) && run.retval == 6, "the outer tag is beside the packet");
	tap_ok(run.out_len == SIZE + 4 && !memcmp(run.out, run.in, 12) &&
	       !memcmp(run.out + 12, "\x81\x00\x00\x05\x08\x00\x45", 7), "the inner one in it");
	close(fd);
	fd = load(CLS, pop, ARRAY_LEN(pop));
	tap_ok(!go(fd) && run.retval == 5, "tags are taken off again (%#x)", run.retval);
	tap_ok(run.out_len == SIZE && !memcmp(run.out, run.in, SIZE), "the packet is as before");
	close(fd);
	fd = load_call(ACT, EBPF_FUNC_skb_vlan_pop, 0, 0, 0, 0);
	tap_ok(!go(fd) && !run.retval && run.out_len == SIZE, "no tag, nothing to take");
	memcpy(run.in + 12, "\x81\x00\x00\x07\x81\x00\x00\x08\x08\x00", 10);
	tap_ok(!go(fd) && !run.retval && run.out_len == SIZE - 8 &&
	       !memcmp(run.out + 12, "\x08\x00", 2), "a tag, and the next one behind it");
	run.in_len = 17;
	tap_ok(!go(fd) && (int)run.retval == -ENOMEM, "half a tag");
	close(fd);
}

static void test_room(void)
{
	tap_eq(call(CLS, skb_adjust_room, 8, EBPF_ADJ_ROOM_NET, 0, 0), 0, "room behind IP");
	tap_ok(run.out_len == SIZE + 8 && !memcmp(run.out, run.in, 34) && !run.out[34] &&
	       !run.out[41] && !memcmp(run.out + 42, run.in + 34, SIZE - 34), "of zeros");
	tap_eq(call(CLS, skb_adjust_room, 8, EBPF_ADJ_ROOM_MAC, 0, 0), 0, "behind Ethernet");
	tap_ok(run.out_len == SIZE + 8 && !memcmp(run.out, run.in, 14) && !run.out[21] &&
	       !memcmp(run.out + 22, run.in + 14, SIZE - 14), "of zeros");
	tap_eq(call(CLS, skb_adjust_room, -8, EBPF_ADJ_ROOM_NET, 0, 0), 0, "less behind IP");
	tap_ok(run.out_len == SIZE - 8 && !memcmp(run.out, run.in, 34) &&
	       !memcmp(run.out + 34, run.in + 42, SIZE - 42), "bytes are gone");
	tap_eq(call(CLS, skb_adjust_room, -40, EBPF_ADJ_ROOM_NET, 0, 0), -ENOTSUPP,
	       "the IP header stays");
	tap_eq(call(CLS, skb_adjust_room, 0x1000, EBPF_ADJ_ROOM_NET, 0, 0), -EFAULT, "too much");
	tap_eq(call(CLS, skb_adjust_room, 8, 2, 0, 0), -ENOTSUPP, "an unknown place");
	tap_eq(call(CLS, skb_adjust_room, 8, 0, 1 << 20, 0), -EINVAL, "an unknown flag");
	tap_eq(call(CLS, skb_adjust_room, 20, EBPF_ADJ_ROOM_MAC, EBPF_F_ADJ_ROOM_ENCAP_L3_IPV4, 0),
	       0, "room for an outer IP header");
	tap_eq(call(CLS, skb_adjust_room, 20, EBPF_ADJ_ROOM_MAC, 6, 0), -EINVAL,
	       "for two versions of it");
	tap_eq(call(CLS, skb_change_proto, 0xdd86, 0, 0, 0), 0, "IPv4 becomes IPv6");
	tap_ok(run.out_len == SIZE + 20 && !memcmp(run.out, run.in, 14) && !run.out[14] &&
	       !memcmp(run.out + 34, run.in + 14, SIZE - 14), "with a longer header");
	tap_eq(call(CLS, skb_change_proto, 0x0008, 0, 0, 0), -ENOTSUPP, "IPv4 from IPv4");
	tap_eq(call(CLS, skb_change_type, 1, 0, 0, 0), 0, "its type changes");
	tap_eq(call(CLS, skb_change_type, 5, 0, 0, 0), -EINVAL, "not to any");
	tap_eq(call(CLS, skb_set_tstamp, 0, 1, 0, 0), -EINVAL, "a time to send at is not 0");
	tap_eq(call(CLS, skb_set_tstamp, 5, 1, 0, 0), 0, "but 5");
	run.with_ctx = true;
}

/* Neither sockets nor routes nor cgroups. */
static void test_surroundings(void)
{
	struct ebpf_insn hash[] = {
		MOV64_REG(EBPF_REG_6, EBPF_REG_1),
		CALL(EBPF_FUNC_get_hash_recalc),
		MOV64_REG(EBPF_REG_7, EBPF_REG_0),
		MOV64_REG(EBPF_REG_1, EBPF_REG_6),
		CALL(EBPF_FUNC_set_hash_invalid),
		MOV64_REG(EBPF_REG_1, EBPF_REG_6),
		CALL(EBPF_FUNC_get_hash_recalc),
		ALU64_REG(EBPF_SUB, EBPF_REG_0, EBPF_REG_7),
		JMP_IMM(EBPF_JNE, EBPF_REG_0, 0, 5),
		MOV64_REG(EBPF_REG_1, EBPF_REG_6),
		MOV64_IMM(EBPF_REG_2, 77),
		CALL(EBPF_FUNC_set_hash),
		MOV64_REG(EBPF_REG_1, EBPF_REG_6),
		CALL(EBPF_FUNC_get_hash_recalc),
		EXIT(),
	};
	struct ebpf_insn redirect[] = {
		MOV64_IMM(EBPF_REG_1, 1),
		MOV64_IMM(EBPF_REG_2, 0),
		CALL(EBPF_FUNC_redirect),
		EXIT(),
	};
	struct ebpf_insn encap[] = {
		MOV64_IMM(EBPF_REG_2, 2),
		STX(EBPF_DW, EBPF_REG_10, EBPF_REG_2, -8),
		MOV64_REG(EBPF_REG_3, EBPF_REG_10),
		ALU64_IMM(EBPF_ADD, EBPF_REG_3, -8),
		MOV64_IMM(EBPF_REG_4, 8),
		CALL(EBPF_FUNC_lwt_push_encap),
		JMP_IMM(EBPF_JEQ, EBPF_REG_0, -EINVAL, 2),
		MOV64_IMM(EBPF_REG_0, 0),
		EXIT(),
		MOV64_IMM(EBPF_REG_0, 1),
		EXIT(),
	};
	/* What it says and leaves as the MTU, added. */
	struct ebpf_insn mtu[] = {
		MOV64_IMM(EBPF_REG_2, 100),
		STX(EBPF_DW, EBPF_REG_10, EBPF_REG_2, -8),
		MOV64_REG(EBPF_REG_3, EBPF_REG_10),
		ALU64_IMM(EBPF_ADD, EBPF_REG_3, -8),
		MOV64_IMM(EBPF_REG_4, 0),
		MOV64_IMM(EBPF_REG_5, 0),
		CALL(EBPF_FUNC_check_mtu),
		LDX(EBPF_W, EBPF_REG_1, EBPF_REG_10, -8),
		ALU64_REG(EBPF_ADD, EBPF_REG_0, EBPF_REG_1),
		EXIT(),
	};
	struct ebpf_insn lookup[] = {
		MOV64_IMM(EBPF_REG_2, 0),
		STX(EBPF_DW, EBPF_REG_10, EBPF_REG_2, -8),
		STX(EBPF_DW, EBPF_REG_10, EBPF_REG_2, -16),
		MOV64_REG(EBPF_REG_2, EBPF_REG_10),
		ALU64_IMM(EBPF_ADD, EBPF_REG_2, -16),
		MOV64_IMM(EBPF_REG_3, 12),
		MOV64_IMM(EBPF_REG_4, 0),
		MOV64_IMM(EBPF_REG_5, 0),
		CALL(EBPF_FUNC_sk_lookup_tcp),
		JMP_IMM(EBPF_JNE, EBPF_REG_0, 0, 2),
		MOV64_IMM(EBPF_REG_0, 11),
		EXIT(),
		MOV64_REG(EBPF_REG_1, EBPF_REG_0),
		CALL(EBPF_FUNC_sk_release),
		MOV64_IMM(EBPF_REG_0, 12),
		EXIT(),
	};
	int fd = load(CLS, hash, ARRAY_LEN(hash));

	packet_init(SIZE);
	tap_ok(!go(fd) && run.retval == 77, "a packet has a hash of its own, until given one");
	close(fd);
	fd = load(CLS, redirect, ARRAY_LEN(redirect));
	tap_ok(!go(fd) && run.retval == 7, "TC_ACT_REDIRECT");
	close(fd);
	fd = load(XDP, redirect, ARRAY_LEN(redirect));
	tap_ok(!go(fd) && run.retval == 4, "XDP_REDIRECT");
	close(fd);
	redirect[1].imm = 4;
	fd = load(XDP, redirect, ARRAY_LEN(redirect));
	tap_ok(!go(fd) && run.retval == 0, "XDP_ABORTED with flags");
	close(fd);
	tap_eq(call(CLS, get_route_realm, 0, 0, 0, 0), 0, "no route");
	fd = load(CLS, lookup, ARRAY_LEN(lookup));
	tap_ok(!go(fd) && run.retval == 11, "no such socket");
	close(fd);
	if (drv_native())
		return;
	fd = load(CLS, mtu, ARRAY_LEN(mtu));
	tap_ok(!go(fd) && (int)run.retval == -ENODEV, "no device, no MTU");
	close(fd);
	fd = load(XDP, mtu, ARRAY_LEN(mtu));
	tap_ok(!go(fd) && (int)run.retval == -ENODEV, "nor for XDP");
	close(fd);
	mtu[5].imm = 2;
	fd = load(CLS, mtu, ARRAY_LEN(mtu));
	tap_ok(!go(fd) && (int)run.retval == -EINVAL, "flags that nobody knows, and still no MTU");
	close(fd);
	mtu[5].imm = 1;
	fd = load(CLS, mtu, ARRAY_LEN(mtu));
	tap_ok(!go(fd) && (int)run.retval == -EINVAL, "segments are not asked for with a length");
	close(fd);
	fd = load(EBPF_PROG_TYPE_LWT_XMIT, encap, ARRAY_LEN(encap));
	tap_ok(!go(fd) && run.retval == 1, "no route, no tunnel");
	close(fd);
	tap_eq(call(FILTER, get_socket_cookie, 0, 0, 0, 0), 0, "no socket, no cookie");
	tap_eq(call(CLS, get_socket_uid, 0, 0, 0, 0), 65534, "nobody's socket");
	tap_eq(call(CLS, skb_cgroup_id, 0, 0, 0, 0), 0, "no cgroup");
}

static void test_event_output(void)
{
	int map = map_create(EBPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 4, 0), fd;
	struct ebpf_insn insns[] = {
		ST(EBPF_DW, EBPF_REG_10, -8, 1),
		LD_MAP_FD(EBPF_REG_2, map),
		INSN(EBPF_LD | EBPF_IMM | EBPF_DW, EBPF_REG_3, 0, 0, 1), INSN(0, 0, 0, 0, SIZE),
		MOV64_REG(EBPF_REG_4, EBPF_REG_10),
		ALU64_IMM(EBPF_ADD, EBPF_REG_4, -8),
		MOV64_IMM(EBPF_REG_5, 8),
		CALL(EBPF_FUNC_perf_event_output),
		EXIT(),
	};

	packet_init(SIZE);
	fd = load(CLS, insns, ARRAY_LEN(insns));
	tap_ok(!go(fd) && (int)run.retval == -ENOENT, "an empty entry, all of the packet");
	close(fd);
	insns[4].imm = SIZE + 1;
	fd = load(XDP, insns, ARRAY_LEN(insns));
	tap_ok(!go(fd) && (int)run.retval == -EFAULT, "more of the packet than there is");
	close(fd);
	insns[4].imm = 1 << 24;
	fd = load(FILTER, insns, ARRAY_LEN(insns));
	tap_ok(!go(fd) && (int)run.retval == -EINVAL, "unknown flags");
	close(fd);
	close(map);
}

/*
 * XDP
 */
static long go_xdp(int fd, struct ebpf_xdp_md *md)
{
	union ebpf_attr attr;
	long ret;

	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = fd;
	attr.test.data_in = ptr(run.in);
	attr.test.data_size_in = run.in_len;
	attr.test.data_out = ptr(run.out);
	attr.test.data_size_out = sizeof(run.out);
	attr.test.ctx_in = ptr(md);
	attr.test.ctx_size_in = sizeof(*md);
	attr.test.ctx_out = ptr(md);
	attr.test.ctx_size_out = sizeof(*md);
	ret = err_of(bpf(EBPF_PROG_TEST_RUN, &attr));
	run.out_len = attr.test.data_size_out;
	run.retval = attr.test.retval;
	return ret;
}

static void test_xdp(void)
{
	/* swap the first two bytes; XDP_TX */
	struct ebpf_insn swap[] = {
		LDX(EBPF_W, EBPF_REG_2, EBPF_REG_1, MD(data)),
		LDX(EBPF_W, EBPF_REG_3, EBPF_REG_1, MD(data_end)),
		MOV64_REG(EBPF_REG_4, EBPF_REG_2),
		ALU64_IMM(EBPF_ADD, EBPF_REG_4, 14),
		MOV64_IMM(EBPF_REG_0, 1),
		INSN(EBPF_JMP | EBPF_JGT | EBPF_X, EBPF_REG_4, EBPF_REG_3, 5, 0),
		LDX(EBPF_B, EBPF_REG_5, EBPF_REG_2, 0),
		LDX(EBPF_B, EBPF_REG_6, EBPF_REG_2, 1),
		STX(EBPF_B, EBPF_REG_2, EBPF_REG_6, 0),
		STX(EBPF_B, EBPF_REG_2, EBPF_REG_5, 1),
		MOV64_IMM(EBPF_REG_0, 3),
		EXIT(),
	};
	struct ebpf_insn queue[] = {
		LDX(EBPF_W, EBPF_REG_0, EBPF_REG_1, MD(ingress_ifindex)), EXIT(),
	};
	struct ebpf_xdp_md md;
	int fd = load(XDP, swap, ARRAY_LEN(swap));

	packet_init(SIZE);
	run.in[0] = 1;
	run.in[1] = 2;
	tap_ok(!go(fd) && run.retval == 3 && run.out[0] == 2 && run.out[1] == 1 &&
	       run.out_len == SIZE, "XDP changes a packet");
	run.in_len = 13;
	tap_eq(go(fd), -EINVAL, "a packet shorter than an Ethernet header");
	packet_init(4096 - 256 - 320);
	tap_ok(!go(fd) && run.retval == 3, "the largest packet of one page");

	packet_init(SIZE);
	memset(&md, 0, sizeof(md));
	md.data = 8;
	md.data_end = SIZE;
	run.in[8] = 1;
	run.in[9] = 2;
	tap_ok(!go_xdp(fd, &md) && run.out[8] == 2 && run.out_len == SIZE && md.data == 8 &&
	       md.data_end == SIZE, "metadata is in front of it");
	md.data = 6;
	tap_eq(go_xdp(fd, &md), -EINVAL, "of whole words");
	md.data = 36;
	if (!drv_native())
		tap_eq(go_xdp(fd, &md), -EINVAL, "32 bytes at most");
	md.data = 0;
	md.data_end = SIZE + 1;
	tap_eq(go_xdp(fd, &md), -EINVAL, "an end behind the end");
	md.data_end = SIZE;
	md.egress_ifindex = 1;
	tap_eq(go_xdp(fd, &md), -EINVAL, "a device to leave by");
	md.egress_ifindex = 0;
	md.rx_queue_index = 1;
	tap_eq(go_xdp(fd, &md), -EINVAL, "a queue without device");
	md.rx_queue_index = 0;
	md.ingress_ifindex = 99999;
	tap_eq(go_xdp(fd, &md), -ENODEV, "a device that does not exist");
	close(fd);
	fd = load(XDP, queue, 2);
	packet_init(SIZE);
	tap_ok(!go(fd) && run.retval == 1, "it came by the loopback device");
	if (!drv_native()) {
		run.flags = EBPF_F_TEST_XDP_LIVE_FRAMES;
		tap_eq(go(fd), -EOPNOTSUPP, "packets that go out are not supported");
	}
	close(fd);
}

static void test_xdp_ends(void)
{
	struct ebpf_insn bytes[] = {
		MOV64_REG(EBPF_REG_6, EBPF_REG_1),
		MOV64_IMM(EBPF_REG_2, 20),
		MOV64_REG(EBPF_REG_3, EBPF_REG_10),
		ALU64_IMM(EBPF_ADD, EBPF_REG_3, -4),
		MOV64_IMM(EBPF_REG_4, 4),
		CALL(EBPF_FUNC_xdp_load_bytes),
		MOV64_REG(EBPF_REG_1, EBPF_REG_6),
		MOV64_IMM(EBPF_REG_2, SIZE - 4),
		MOV64_REG(EBPF_REG_3, EBPF_REG_10),
		ALU64_IMM(EBPF_ADD, EBPF_REG_3, -4),
		MOV64_IMM(EBPF_REG_4, 4),
		CALL(EBPF_FUNC_xdp_store_bytes),
		EXIT(),
	};
	/* metadata of 4 bytes, 0x01020304 in it */
	struct ebpf_insn meta[] = {
		MOV64_REG(EBPF_REG_6, EBPF_REG_1),
		MOV64_IMM(EBPF_REG_2, -4),
		CALL(EBPF_FUNC_xdp_adjust_meta),
		LDX(EBPF_W, EBPF_REG_2, EBPF_REG_6, MD(data_meta)),
		LDX(EBPF_W, EBPF_REG_3, EBPF_REG_6, MD(data)),
		MOV64_REG(EBPF_REG_4, EBPF_REG_2),
		ALU64_IMM(EBPF_ADD, EBPF_REG_4, 4),
		INSN(EBPF_JMP | EBPF_JGT | EBPF_X, EBPF_REG_4, EBPF_REG_3, 1, 0),
		ST(EBPF_W, EBPF_REG_2, 0, 0x01020304),
		MOV64_REG(EBPF_REG_1, EBPF_REG_6),
		MOV64_IMM(EBPF_REG_2, 10),
		CALL(EBPF_FUNC_xdp_adjust_head),
		EXIT(),
	};
	int fd;

	tap_eq(call(XDP, xdp_adjust_head, -216, 0, 0, 0), 0, "all the room in front");
	tap_ok(run.out_len == SIZE + 216 && !memcmp(run.out + 216, run.in, SIZE), "is there");
	tap_eq(call(XDP, xdp_adjust_head, -217, 0, 0, 0), -EINVAL, "there is no more");
	tap_eq(call(XDP, xdp_adjust_head, SIZE - 14, 0, 0, 0), 0, "a short packet");
	tap_eq(run.out_len, 14, "is left");
	tap_eq(call(XDP, xdp_adjust_head, SIZE - 13, 0, 0, 0), -EINVAL, "no shorter one");
	tap_eq(call(XDP, xdp_adjust_tail, -50, 0, 0, 0), 0, "a tail cut off");
	tap_eq(run.out_len, 14, "leaves a short packet");
	tap_eq(call(XDP, xdp_adjust_tail, -51, 0, 0, 0), -EINVAL, "no shorter one");
	tap_eq(call(XDP, xdp_adjust_tail, 100, 0, 0, 0), 0, "a longer tail");
	tap_ok(run.out_len == SIZE + 100 && !run.out[SIZE] && !run.out[SIZE + 99], "of zeros");
	tap_eq(call(XDP, xdp_adjust_tail, 4096 - 320 - 256 - SIZE, 0, 0, 0), 0, "the longest");
	tap_eq(call(XDP, xdp_adjust_tail, 4096 - 320 - 256 - SIZE + 1, 0, 0, 0), -EINVAL,
	       "a longer one");
	tap_eq(call(XDP, xdp_adjust_tail, 0x7fffffff, 0, 0, 0), -EINVAL, "far too long");
	tap_eq(call(XDP, xdp_adjust_tail, -0x7fffffff, 0, 0, 0), -EINVAL, "far too short");
	tap_eq(call(XDP, xdp_adjust_meta, -32, 0, 0, 0), 0, "32 bytes of metadata");
	tap_eq(run.out_len, SIZE + 32, "come back, too");
	tap_eq(call(XDP, xdp_adjust_meta, -33, 0, 0, 0), -EACCES, "an odd number");
	tap_eq(call(XDP, xdp_adjust_meta, 1, 0, 0, 0), -EINVAL, "in the packet");
	tap_eq(call(XDP, xdp_get_buff_len, 0, 0, 0, 0), SIZE, "the length");
	packet_init(SIZE);
	fd = load(XDP, bytes, ARRAY_LEN(bytes));
	tap_ok(!go(fd) && !run.retval && !memcmp(run.out + SIZE - 4, run.in + 20, 4),
	       "bytes are read and written");
	run.in_len = SIZE - 1;
	tap_ok(!go(fd) && (int)run.retval == -EINVAL, "not beyond the end");
	close(fd);
	run.in_len = SIZE;
	fd = load(XDP, meta, ARRAY_LEN(meta));
	tap_ok(!go(fd) && !run.retval && run.out_len == SIZE - 10 + 4 &&
	       !memcmp(run.out, "\4\3\2\1", 4) && !memcmp(run.out + 4, run.in + 10, SIZE - 10),
	       "metadata moves with the packet");
	close(fd);
}

/* What moved may not be used: the verifier must know these helpers. */
static void test_stale(void)
{
	static const struct {
		unsigned int type;
		int func;
	} tests[] = {
		{ CLS, EBPF_FUNC_skb_change_tail }, { CLS, EBPF_FUNC_skb_change_head },
		{ CLS, EBPF_FUNC_skb_change_proto }, { CLS, EBPF_FUNC_skb_adjust_room },
		{ CLS, EBPF_FUNC_skb_pull_data }, { CLS, EBPF_FUNC_skb_vlan_push },
		{ CLS, EBPF_FUNC_skb_vlan_pop }, { CLS, EBPF_FUNC_l3_csum_replace },
		{ CLS, EBPF_FUNC_l4_csum_replace }, { XDP, EBPF_FUNC_xdp_adjust_head },
		{ XDP, EBPF_FUNC_xdp_adjust_tail }, { XDP, EBPF_FUNC_xdp_adjust_meta },
	};
	struct ebpf_insn insns[] = {
		LDX(EBPF_W, EBPF_REG_6, EBPF_REG_1, 0),
		LDX(EBPF_W, EBPF_REG_7, EBPF_REG_1, 0),
		MOV64_REG(EBPF_REG_2, EBPF_REG_6),
		ALU64_IMM(EBPF_ADD, EBPF_REG_2, 8),
		INSN(EBPF_JMP | EBPF_JGT | EBPF_X, EBPF_REG_2, EBPF_REG_7, 6, 0),
		MOV64_IMM(EBPF_REG_2, 0),
		MOV64_IMM(EBPF_REG_3, 0),
		MOV64_IMM(EBPF_REG_4, 0),
		MOV64_IMM(EBPF_REG_5, 0),
		CALL(0),
		LDX(EBPF_B, EBPF_REG_0, EBPF_REG_6, 0),
		MOV64_IMM(EBPF_REG_0, 0),
		EXIT(),
	};
	unsigned int i;
	int fd;

	for (i = 0; i < ARRAY_LEN(tests); i++) {
		insns[0].off = tests[i].type == XDP ? MD(data) : SKB(data);
		insns[1].off = tests[i].type == XDP ? MD(data_end) : SKB(data_end);
		insns[9].imm = tests[i].func;
		fd = prog_load(tests[i].type, insns, ARRAY_LEN(insns));
		tap_eq(fd, -EACCES, "a packet pointer kept over helper %d", tests[i].func);
		if (fd >= 0)
			close(fd);
	}
	insns[0].off = SKB(data);
	insns[1].off = SKB(data_end);
	insns[9].imm = EBPF_FUNC_get_hash_recalc;
	fd = load(CLS, insns, ARRAY_LEN(insns));
	tap_ok(fd >= 0, "and over one that leaves the packet alone");
	close(fd);
}

int main(void)
{
	drv_open();
	test_load();
	test_attach();
	test_view();
	test_ctx();
	test_bytes();
	test_csum();
	test_ends();
	test_vlan();
	test_room();
	test_surroundings();
	test_event_output();
	test_xdp();
	test_xdp_ends();
	test_stale();
	return tap_end();
}
