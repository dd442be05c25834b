// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs of hooks that nothing here runs: of UNIX sockets' addresses, of netfilter. Which
 * attach types fit, what their contexts have, what they may return.
 */
#include <stddef.h>
#include <ebpf/ctx.h>
#include <tap.h>
#include "services.h"
#include "verif_run.h"
#include "btf_tracing.h"

#define RET(n)		MOV_K(0, n), EXIT
#define ADDR(name)	offsetof(struct ebpf_sock_addr, name)
#define NF(name)	offsetof(struct ebpf_nf_kern, name)
#define FP		EBPF_REG_10

static struct ebpf_btf *btf;
static struct verif_result res;

/* What a line leaves out is zero. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

struct hook_case {
	const char *name;
	int err;
	const char *says;
	struct ebpf_insn insns[16];
};

static int load(u32 type, u32 attach, const struct ebpf_insn *insns, const struct ebpf_btf *kernel)
{
	struct ebpf_load load = {
		.prog_type = type, .expected_attach_type = attach, .gpl_compatible = true,
		.insns = insns, .insn_cnt = verif_len(insns, 16), .vmlinux_btf = kernel,
	};

	verif_load(&res, &load, EBPF_LOG_LEVEL1);
	return res.err;
}

static void try_cases(u32 type, u32 attach, const struct hook_case *cases, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++) {
		int err = load(type, attach, cases[i].insns, btf);

		if (!tap_ok(err == -cases[i].err && (!cases[i].says || strstr(res.log, cases[i].says)), "%s",
			    cases[i].name))
			tap_diag("got %d: %s", err, res.log);
	}
}

/*
 * UNIX sockets' addresses
 */
static const u32 unix_types[] = {
	EBPF_CGROUP_UNIX_CONNECT, EBPF_CGROUP_UNIX_SENDMSG, EBPF_CGROUP_UNIX_RECVMSG,
	EBPF_CGROUP_UNIX_GETPEERNAME, EBPF_CGROUP_UNIX_GETSOCKNAME,
};

static bool only_1(u32 attach)
{
	return attach != EBPF_CGROUP_UNIX_CONNECT && attach != EBPF_CGROUP_UNIX_SENDMSG;
}

static void test_unix_results(void)
{
	struct ebpf_insn insns[16] = { RET(0) };
	const char *range;
	u32 i, at;

	for (i = 0; i < ARRAY_SIZE(unix_types); i++) {
		at = unix_types[i];
		range = only_1(at) ? "should have been in (0x1; 0x0)" : "should have been in (0x0; 0x1)";
		tap_ok(ebpf_attach_type_fits(EBPF_PROG_TYPE_CGROUP_SOCK_ADDR, at), "%u: fits", at);
		tap_ok(!ebpf_attach_type_fits(EBPF_PROG_TYPE_CGROUP_SOCK, at), "%u: not another type", at);
		insns[0].imm = 0;
		tap_eq(load(EBPF_PROG_TYPE_CGROUP_SOCK_ADDR, at, insns, NULL), only_1(at) ? -EINVAL : 0, "%u: 0", at);
		insns[0].imm = 1;
		tap_eq(load(EBPF_PROG_TYPE_CGROUP_SOCK_ADDR, at, insns, NULL), 0, "%u: 1", at);
		insns[0].imm = 2;
		tap_ok(load(EBPF_PROG_TYPE_CGROUP_SOCK_ADDR, at, insns, NULL) == -EINVAL && strstr(res.log, range),
		       "%u: 2", at);
	}
}

static const struct hook_case unix_cases[] = {
	{ "what a socket's address has", .insns = { LDX(W, 2, 1, ADDR(user_family)), LDX(W, 2, 1, ADDR(family)),
	  LDX(W, 2, 1, ADDR(type)), LDX(W, 2, 1, ADDR(protocol)), LDX(DW, 2, 1, ADDR(sk)), RET(1) } },
	{ "a port is a field of all", .insns = { LDX(H, 2, 1, ADDR(user_port)), RET(1) } },
	{ "no IPv4 address", EACCES, "invalid bpf_context access", { LDX(W, 2, 1, ADDR(user_ip4)), RET(1) } },
	{ "no IPv6 address", EACCES, "invalid bpf_context access", { LDX(W, 2, 1, ADDR(user_ip6)), RET(1) } },
	{ "nor its last 8 bytes", EACCES, "invalid bpf_context access", { LDX(DW, 2, 1, ADDR(user_ip6) + 8), RET(1) } },
	{ "none is stored", EACCES, "invalid bpf_context access", { MOV_K(2, 0), STX(W, 1, 2, ADDR(user_ip6)), RET(1) } },
	{ "no IPv4 source", EACCES, "invalid bpf_context access", { LDX(W, 2, 1, ADDR(msg_src_ip4)), RET(1) } },
	{ "no IPv6 source", EACCES, "invalid bpf_context access", { LDX(DW, 2, 1, ADDR(msg_src_ip6)), RET(1) } },
};

#define GETSOCKOPT	MOV_K(2, 0), MOV_K(3, 0), MOV_X(4, FP), ADD_K(4, -8), ST(DW, FP, -8, 0), MOV_K(5, 8), \
			HELPER(getsockopt), RET(1)

static const struct hook_case option_cases[] = {
	{ "options of the socket", .insns = { GETSOCKOPT } },
};

static const struct hook_case no_option_cases[] = {
	{ "none of one that is asked for a name", EINVAL, "unknown func bpf_getsockopt#57", { GETSOCKOPT } },
};

/*
 * Netfilter
 */
static const struct hook_case nf_cases[] = {
	{ "dropped", .insns = { RET(0) } },
	{ "accepted", .insns = { RET(1) } },
	{ "stolen", EINVAL, "R0 has value (0x2; 0x0) should have been in (0x0; 0x1)", { RET(2) } },
	{ "a pointer is no verdict", EINVAL, "R0 is not a known value", { LDX(DW, 0, 1, NF(state)), EXIT } },
	{ "the hook", .insns = { LDX(DW, 2, 1, NF(state)), LDX(W, 3, 2, 4), RET(1) } },
	{ "the packet", .insns = { LDX(DW, 2, 1, NF(skb)), LDX(W, 3, 2, 0), RET(1) } },
	{ "by a pointer that was moved", .insns = { ADD_K(1, NF(skb)), LDX(DW, 2, 1, 0), LDX(W, 3, 2, 0), RET(1) } },
	{ "beyond its struct", EACCES, "access beyond struct sk_buff", { LDX(DW, 2, 1, NF(skb)), LDX(W, 3, 2, 8),
	  RET(1) } },
	{ "only to be read", EACCES, "only read is supported", { LDX(DW, 2, 1, NF(state)), ST(W, 2, 0, 0), RET(1) } },
	{ "half a pointer", EACCES, "invalid bpf_context access off=0 size=4", { LDX(W, 2, 1, NF(state)), RET(1) } },
	{ "between both", EACCES, NULL, { LDX(DW, 2, 1, 4), RET(1) } },
	{ "behind both", EACCES, "invalid bpf_context access off=16 size=8", { LDX(DW, 2, 1, 16), RET(1) } },
	{ "a store", EACCES, "invalid bpf_context access off=0 size=8", { STX(DW, 1, 1, 0), RET(1) } },
	{ "helpers of all types", .insns = { HELPER(ktime_get_ns), RET(1) } },
	{ "none of a type of packets", EINVAL, "unknown func bpf_skb_load_bytes#26", { MOV_K(2, 0), MOV_X(3, FP),
	  ADD_K(3, -8), MOV_K(4, 8), HELPER(skb_load_bytes), RET(1) } },
};

static void test_netfilter(void)
{
	static const struct ebpf_insn reads[16] = { LDX(DW, 2, 1, NF(skb)), RET(1) };

	tap_ok(ebpf_attach_type_fits(EBPF_PROG_TYPE_NETFILTER, EBPF_NETFILTER), "netfilter: its attach type");
	tap_ok(!ebpf_attach_type_fits(EBPF_PROG_TYPE_NETFILTER, 0), "netfilter: none");
	tap_ok(!ebpf_attach_type_fits(EBPF_PROG_TYPE_NETFILTER, EBPF_XDP), "netfilter: another's");
	try_cases(EBPF_PROG_TYPE_NETFILTER, EBPF_NETFILTER, nf_cases, ARRAY_SIZE(nf_cases));
	tap_ok(load(EBPF_PROG_TYPE_NETFILTER, EBPF_NETFILTER, reads, NULL) == -EACCES &&
	       strstr(res.log, "BTF of the running kernel is needed for struct sk_buff"), "netfilter: without BTF");
}

int main(void)
{
	verif_maps();
	btf = tracing_btf();
	if (!btf) {
		tap_ok(false, "BTF for the tests");
		return tap_end();
	}
	test_unix_results();
	try_cases(EBPF_PROG_TYPE_CGROUP_SOCK_ADDR, EBPF_CGROUP_UNIX_CONNECT, unix_cases, ARRAY_SIZE(unix_cases));
	try_cases(EBPF_PROG_TYPE_CGROUP_SOCK_ADDR, EBPF_CGROUP_UNIX_CONNECT, option_cases, 1);
	try_cases(EBPF_PROG_TYPE_CGROUP_SOCK_ADDR, EBPF_CGROUP_UNIX_GETPEERNAME, no_option_cases, 1);
	test_netfilter();
	tap_eq(test_bugs(), 0, "no rule of the verifier's own was broken");
	ebpf_prog_image_free(&res.img);
	words_destroy(btf);
	return tap_end();
}
