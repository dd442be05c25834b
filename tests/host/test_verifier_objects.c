// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets, locks and other things that are more than memory: one program per
 * rule.
 */
#include <stddef.h>
#include <ebpf/ctx.h>
#include <tap.h>
#include "image_run.h"
#include "services.h"
#include "verif_run.h"

#define FP	EBPF_REG_10
#define CG	EBPF_PROG_TYPE_CGROUP_SKB
#define CLS	EBPF_PROG_TYPE_SCHED_CLS
#define SKB(f)	((int)offsetof(struct ebpf_sk_buff, f))
#define SK(f)	((int)offsetof(struct ebpf_sock, f))

/* R1 = socket of the packet, or out with 0. Four slots. */
#define SKB_SK	LDX(DW, 1, 1, SKB(sk)), JMP_K(JNE, 1, 0, 2), MOV_K(0, 0), EXIT
#define DONE	MOV_K(0, 0), EXIT
/* R0 = a socket found for a tuple of zeros, R1 = context. Nine slots. */
#define SK_LOOKUP	ST(DW, FP, -16, 0), ST(W, FP, -8, 0), MOV_X(2, FP), ADD_K(2, -16), \
			MOV_K(3, 12), MOV_K(4, -1), MOV_K(5, 0), HELPER(sk_lookup_tcp)
/* R6 = value of the map whose values hold a lock at 4, or out. Ten slots. */
#define MAP_LOCK (MAP_CGROUPS + 1)
#define VALUE	LOOKUP(MAP_LOCK), JMP_K(JNE, 0, 0, 1), EXIT, MOV_X(6, 0)
#define LOCK(r)		MOV_X(1, r), ADD_K(1, 4), HELPER(spin_lock)
#define UNLOCK(r)	MOV_X(1, r), ADD_K(1, 4), HELPER(spin_unlock)

#define MSG(name)	offsetof(struct ebpf_sk_msg_md, name)
#define OPS(name)	offsetof(struct ebpf_sock_ops, name)
#define STAY	MOV_K(0, 0)
#define BACK	ADD_K(3, -1)
/* R1 = 0 or, where data + 42 is before the end, data + 14; R3 = data + 42, then it may move; R2
 * the end. 9 instructions
 */
#define BEYOND(op, then) \
	LDX(W, 2, 1, SKB(data_end)), LDX(W, 4, 1, SKB(data)), MOV_X(3, 4), ADD_K(3, 42), \
	MOV_K(1, 0), JMP_X(op, 3, 2, 2), ADD_K(4, 14), MOV_X(1, 4), then

static const struct verif_case cases[] = {
	/* The packet's end */
	{ "behind the end, asked twice", CLS, .insns = { BEYOND(JGT, STAY), JMP_X(JGT, 3, 2, 1),
	  LDX(H, 2, 1, 9), DONE } },
	{ "behind the end, asked the other way round", CLS, .insns = { BEYOND(JGT, STAY),
	  JMP_X(JLT, 2, 3, 1), LDX(H, 2, 1, 9), DONE } },
	{ "at the end or behind it is not behind it", CLS, .err = EACCES,
	  .says = "R1 invalid mem access 'scalar'", .insns = { BEYOND(JGE, STAY),
	  JMP_X(JGT, 3, 2, 1), LDX(H, 2, 1, 9), DONE } },
	{ "at the end or behind it, asked twice", CLS, .insns = { BEYOND(JGE, STAY),
	  JMP_X(JGE, 3, 2, 1), LDX(H, 2, 1, 9), DONE } },
	{ "another address than that asked about", CLS, .err = EACCES,
	  .says = "R1 invalid mem access 'scalar'", .insns = { BEYOND(JGT, BACK),
	  JMP_X(JGT, 3, 2, 1), LDX(H, 2, 1, 9), DONE } },
	{ "nothing is before the end of what is behind it", CLS, .err = EINVAL,
	  .says = "R3 offset is outside of the packet", .insns = { LDX(W, 2, 1, SKB(data_end)),
	  LDX(W, 3, 1, SKB(data)), ADD_K(3, 42), JMP_X(JGT, 3, 2, 2), DONE,
	  LDX(B, 0, 3, -1), DONE } },

	/* Contexts that are what they look like */
	{ "message", EBPF_PROG_TYPE_SK_MSG, .insns = { LDX(DW, 2, 1, MSG(data)),
	  LDX(DW, 3, 1, MSG(data_end)), MOV_X(4, 2), ADD_K(4, 8), JMP_X(JGT, 4, 3, 2),
	  LDX(DW, 0, 2, 0), STX(DW, 2, 0, 0), LDX(W, 0, 1, MSG(size)), DONE } },
	{ "half a pointer of a message", EBPF_PROG_TYPE_SK_MSG, .err = EACCES,
	  .says = "invalid bpf_context access off=0 size=4", .insns = { LDX(W, 2, 1, MSG(data)),
	  DONE } },
	{ "store to a message", EBPF_PROG_TYPE_SK_MSG, .err = EACCES,
	  .says = "invalid bpf_context access", .insns = { MOV_K(2, 0), STX(W, 1, 2, MSG(size)),
	  DONE } },
	{ "socket event", EBPF_PROG_TYPE_SOCK_OPS, .insns = { LDX(W, 2, 1, OPS(op)),
	  STX(W, 1, 2, OPS(reply)), LDX(DW, 3, 1, OPS(bytes_acked)), LDX(B, 4, 1, OPS(skb_tcp_flags)),
	  LDX(DW, 2, 1, OPS(sk)), JMP_K(JEQ, 2, 0, 1), LDX(W, 3, 2, SK(type)), DONE } },
	{ "its socket may be NULL", EBPF_PROG_TYPE_SOCK_OPS, .err = EACCES,
	  .says = "R2 invalid mem access 'sock_or_null'",
	  .insns = { LDX(DW, 2, 1, OPS(sk)), LDX(W, 3, 2, SK(type)), DONE } },
	{ "another store to it", EBPF_PROG_TYPE_SOCK_OPS, .err = EACCES,
	  .says = "invalid bpf_context access off=20", .insns = { MOV_K(2, 0),
	  STX(W, 1, 2, OPS(family)), DONE } },
	{ "its result", EBPF_PROG_TYPE_SOCK_OPS, .err = EINVAL, .says = "R0 has value (0x2; 0x0)",
	  .insns = { MOV_K(0, 2), EXIT } },
	{ "device", EBPF_PROG_TYPE_CGROUP_DEVICE, .insns = { LDX(H, 2, 1, 2), LDX(W, 2, 1, 8),
	  DONE } },
	{ "part of a device's number", EBPF_PROG_TYPE_CGROUP_DEVICE, .err = EACCES,
	  .says = "invalid bpf_context access off=8 size=2", .insns = { LDX(H, 2, 1, 8), DONE } },
	{ "sysctl", EBPF_PROG_TYPE_CGROUP_SYSCTL, .insns = { LDX(W, 2, 1, 0), STX(W, 1, 2, 4),
	  DONE } },
	{ "sysctl's direction", EBPF_PROG_TYPE_CGROUP_SYSCTL, .err = EACCES,
	  .says = "invalid bpf_context access off=0", .insns = { MOV_K(2, 0), STX(W, 1, 2, 0), DONE } },
	{ "tunnel", EBPF_PROG_TYPE_LWT_XMIT, .insns = { LDX(W, 2, 1, SKB(mark)),
	  STX(W, 1, 2, SKB(mark)), STX(W, 1, 2, SKB(cb)), DONE } },
	{ "time stamps are not tunnels'", EBPF_PROG_TYPE_LWT_IN, .err = EACCES,
	  .says = "invalid bpf_context access", .insns = { LDX(DW, 2, 1, SKB(tstamp)), DONE } },
	{ "packet of a socket map", EBPF_PROG_TYPE_SK_SKB, .insns = { LDX(W, 2, 1, SKB(family)),
	  STX(W, 1, 2, SKB(tc_index)), LDX(W, 2, 1, SKB(cb)), DONE } },
	{ "its mark", EBPF_PROG_TYPE_SK_SKB, .err = EACCES, .says = "invalid bpf_context access",
	  .insns = { LDX(W, 2, 1, SKB(mark)), DONE } },
	{ "store to its scratch space", EBPF_PROG_TYPE_SK_SKB, .err = EACCES,
	  .says = "invalid bpf_context access", .insns = { MOV_K(2, 0), STX(W, 1, 2, SKB(cb)), DONE } },

	/* Sockets. */
	{ "socket may be NULL", CG, .err = EACCES,
	  .says = "R1 invalid mem access 'sock_common_or_null'",
	  .insns = { LDX(DW, 1, 1, SKB(sk)), LDX(W, 0, 1, 0), DONE } },
	{ "family of any socket", CG, .insns = { SKB_SK, LDX(W, 0, 1, SK(family)), DONE } },
	{ "type of a full socket only", CG, .err = EACCES, .says = "invalid sock_common access off=8",
	  .insns = { SKB_SK, LDX(W, 0, 1, SK(type)), DONE } },
	{ "port as two bytes", CG, .insns = { SKB_SK, LDX(H, 0, 1, SK(dst_port)), DONE } },
	{ "padding behind the port", CG, .err = EACCES, .says = "invalid sock_common access off=50",
	  .insns = { SKB_SK, LDX(H, 0, 1, SK(dst_port) + 2), DONE } },
	{ "eight bytes of a socket", CG, .err = EACCES, .says = "invalid sock_common access",
	  .insns = { SKB_SK, LDX(DW, 0, 1, SK(src_ip4)), DONE } },
	{ "part of an address", CG, .insns = { SKB_SK, LDX(B, 0, 1, SK(src_ip6) + 5), DONE } },
	{ "part of a number", CG, .err = EACCES, .says = "invalid sock_common access",
	  .insns = { SKB_SK, LDX(B, 0, 1, SK(bound_dev_if)), DONE } },
	{ "beyond a socket", CG, .err = EACCES, .says = "invalid sock_common access",
	  .insns = { SKB_SK, LDX(W, 0, 1, sizeof(struct ebpf_sock)), DONE } },
	{ "before a socket", CG, .err = EACCES, .says = "invalid sock_common access",
	  .insns = { SKB_SK, LDX(W, 0, 1, -4), DONE } },
	{ "store to a socket", CG, .err = EACCES, .says = "R1 cannot write into sock_common",
	  .insns = { SKB_SK, ST(W, 1, SK(mark), 1), DONE } },
	{ "atomic on a socket", CG, .err = EACCES, .says = "BPF_ATOMIC stores into R1 sock_common",
	  .insns = { SKB_SK, MOV_K(2, 1), ATOMIC(W, EBPF_ADD, 1, 2, SK(mark)), DONE } },
	{ "arithmetic on a socket", CG, .err = EACCES,
	  .says = "R1 pointer arithmetic on sock_common prohibited",
	  .insns = { SKB_SK, ADD_K(1, 4), DONE } },
	{ "half of the socket's pointer", CG, .err = EACCES, .says = "invalid bpf_context access",
	  .insns = { LDX(W, 0, 1, SKB(sk)), DONE } },
	{ "socket as a map key", CG, .err = EACCES, .says = "R2 type=sock_common expected=fp",
	  .insns = { SKB_SK, MOV_X(2, 1), LD_MAP(1, MAP_ARRAY), HELPER(map_lookup_elem), DONE } },
	{ "same load from socket and context", CG, .err = EINVAL,
	  .says = "same insn cannot be used with different pointers",
	  .insns = { MOV_X(6, 1), LDX(W, 7, 1, 0), LDX(DW, 1, 1, SKB(sk)), JMP_K(JEQ, 1, 0, 2),
		     JMP_K(JEQ, 7, 3, 1), JA(1), MOV_X(1, 6), LDX(W, 0, 1, 4), DONE } },
	{ "peer of the packet", CG, .insns = { LDX(W, 0, 1, SKB(remote_port)), DONE } },
	{ "part of the peer's address", CG, .insns = { LDX(B, 0, 1, SKB(remote_ip6) + 3), DONE } },
	{ "peer is read only", CG, .err = EACCES, .says = "invalid bpf_context access",
	  .insns = { MOV_K(2, 0), STX(W, 1, 2, SKB(family)), DONE } },
	{ "peer in a socket filter", EBPF_PROG_TYPE_SOCKET_FILTER, .err = EACCES,
	  .says = "invalid bpf_context access", .insns = { LDX(W, 0, 1, SKB(family)), DONE } },

	{ "socket leaked", CLS, .err = EINVAL, .says = "Unreleased reference id=",
	  .insns = { SK_LOOKUP, DONE } },
	{ "socket found, checked, released", CLS,
	  .insns = { SK_LOOKUP, JMP_K(JEQ, 0, 0, 2), MOV_X(1, 0), HELPER(sk_release), DONE } },
	{ "released without a check", CLS, .err = EACCES, .says = "type=sock_or_null expected=",
	  .insns = { SK_LOOKUP, MOV_X(1, 0), HELPER(sk_release), DONE } },
	{ "released twice", CLS, .err = EACCES, .says = "R1 type=scalar expected=sock",
	  .insns = { SK_LOOKUP, JMP_K(JEQ, 0, 0, 5), MOV_X(6, 0), MOV_X(1, 0), HELPER(sk_release),
		     MOV_X(1, 6), HELPER(sk_release), DONE } },
	{ "used after release", CLS, .err = EACCES, .says = "R6 invalid mem access 'scalar'",
	  .insns = { SK_LOOKUP, JMP_K(JEQ, 0, 0, 4), MOV_X(6, 0), MOV_X(1, 0), HELPER(sk_release),
		     LDX(W, 0, 6, SK(type)), DONE } },
	{ "another view used after release", CLS, .err = EACCES,
	  .says = "R7 invalid mem access 'scalar'",
	  .insns = { SK_LOOKUP, JMP_K(JEQ, 0, 0, 8), MOV_X(6, 0), MOV_X(1, 0), HELPER(tcp_sock),
		     MOV_X(7, 0), MOV_X(1, 6), HELPER(sk_release), JMP_K(JEQ, 7, 0, 1),
		     LDX(W, 0, 7, 0), DONE } },
	{ "field of a TCP socket", CLS,
	  .insns = { SKB_SK, HELPER(tcp_sock), JMP_K(JEQ, 0, 0, 1), LDX(DW, 0, 0, 80), DONE } },
	{ "half a field of a TCP socket", CLS, .err = EACCES, .says = "R0 invalid tcp_sock access off=80 size=4",
	  .insns = { SKB_SK, HELPER(tcp_sock), JMP_K(JEQ, 0, 0, 1), LDX(W, 0, 0, 80), DONE } },
	{ "socket of the packet released", CLS, .err = EINVAL,
	  .says = "R1 must be referenced when passed to release function",
	  .insns = { SKB_SK, HELPER(sk_release), DONE } },
	{ "packet load with a socket in hand", CLS, .err = EINVAL,
	  .says = "BPF_LD_[ABS|IND] cannot be mixed with socket references",
	  .insns = { MOV_X(6, 1), SK_LOOKUP, MOV_X(7, 0), INSN(EBPF_LD | EBPF_ABS | EBPF_B, 0, 0, 0, 0),
		     JMP_K(JEQ, 7, 0, 2), MOV_X(1, 7), HELPER(sk_release), DONE } },
	{ "packet pointer across a change", CLS, .err = EACCES, .says = "R7 invalid mem access 'scalar'",
	  .insns = { MOV_X(6, 1), LDX(W, 7, 1, SKB(data)), LDX(W, 2, 1, SKB(data_end)),
		     MOV_X(3, 7), ADD_K(3, 8), JMP_X(JGT, 3, 2, 3), MOV_K(2, 0),
		     HELPER(skb_pull_data), LDX(B, 0, 7, 0), DONE } },

	/* Locks. */
	{ "lock and unlock", CLS, .insns = { VALUE, LOCK(6), LDX(W, 7, 6, 0), UNLOCK(6), DONE } },
	{ "lock by load", CLS, .err = EACCES, .says = "bpf_spin_lock cannot be accessed directly",
	  .insns = { VALUE, LDX(W, 0, 6, 4), DONE } },
	{ "lock by helper", CLS, .err = EACCES, .says = "bpf_spin_lock cannot be accessed directly",
	  .insns = { VALUE, MOV_X(2, 6), LD_MAP(1, MAP_HASH), HELPER(map_lookup_elem), DONE } },
	{ "not a lock", CLS, .err = EINVAL, .says = "off 0 doesn't point to 'struct bpf_spin_lock'",
	  .insns = { VALUE, MOV_X(1, 6), HELPER(spin_lock), DONE } },
	{ "a map without a lock", CLS, .err = EINVAL, .says = "has to have BTF",
	  .insns = { LOOKUP(MAP_HASH), JMP_K(JNE, 0, 0, 1), EXIT, LOCK(0), DONE } },
	{ "lock somewhere", CLS, .err = EINVAL, .says = "bpf_spin_lock has to be at the constant offset",
	  .insns = { LDX(W, 7, 1, 0), ALU_K(EBPF_AND, 7, 4), VALUE, ADD_X(6, 7),
		     MOV_X(1, 6), HELPER(spin_lock), DONE } },
	{ "never unlocked", CLS, .err = EINVAL, .says = "bpf_spin_unlock is missing",
	  .insns = { VALUE, LOCK(6), DONE } },
	{ "unlocked on one path", CLS, .err = EINVAL, .says = "bpf_spin_unlock is missing",
	  .insns = { LDX(W, 7, 1, 0), VALUE, LOCK(6), JMP_K(JEQ, 7, 1, 3), UNLOCK(6), DONE } },
	{ "not locked", CLS, .err = EINVAL, .says = "bpf_spin_unlock without taking a lock",
	  .insns = { VALUE, UNLOCK(6), DONE } },
	{ "locked twice", CLS, .err = EINVAL, .says = "function calls are not allowed while holding",
	  .insns = { VALUE, LOCK(6), LOCK(6), UNLOCK(6), DONE } },
	{ "another one unlocked", CLS, .err = EINVAL, .says = "bpf_spin_unlock of different lock",
	  .insns = { VALUE, MOV_X(7, 6), VALUE, LOCK(7), UNLOCK(6), DONE } },
	{ "another one unlocked by chance", CLS, .err = EINVAL,
	  .says = "bpf_spin_unlock of different lock",
	  .insns = { MOV_X(9, 1), VALUE, MOV_X(7, 6), VALUE, MOV_X(8, 6), LDX(W, 1, 9, 0),
		     JMP_K(JEQ, 1, 5, 2), MOV_X(8, 7), JA(0), LOCK(7), UNLOCK(8), DONE } },
	{ "helper under lock", CLS, .err = EINVAL,
	  .says = "function calls are not allowed while holding a lock",
	  .insns = { VALUE, LOCK(6), HELPER(get_prandom_u32), UNLOCK(6), DONE } },
	{ "subprogram under lock", CLS, .err = EINVAL,
	  .says = "function calls are not allowed while holding a lock",
	  .insns = { VALUE, LOCK(6), CALL(5), UNLOCK(6), DONE, DONE } },
	{ "lock kept by a subprogram", CLS, .err = EINVAL, .says = "bpf_spin_unlock is missing",
	  .insns = { VALUE, MOV_X(1, 6), CALL(2), DONE, ADD_K(1, 4), HELPER(spin_lock), DONE } },
	{ "packet load under lock", CLS, .err = EINVAL, .says = "inside bpf_spin_lock-ed region",
	  .insns = { MOV_X(7, 1), VALUE, LOCK(6), MOV_X(8, 6), MOV_X(6, 7),
		     INSN(EBPF_LD | EBPF_ABS | EBPF_B, 0, 0, 0, 0), UNLOCK(8), DONE } },
	{ "lock of a probe", EBPF_PROG_TYPE_KPROBE, .err = EINVAL,
	  .says = "tracing progs cannot use bpf_spin_lock yet", .insns = { VALUE, DONE } },
	{ "lock of a socket filter", EBPF_PROG_TYPE_SOCKET_FILTER, .err = EINVAL,
	  .says = "socket filter progs cannot use bpf_spin_lock yet", .insns = { VALUE, DONE } },
};

/* Loads of classic BPF, run: @mode, size and offset, and what comes out. */
static const struct {
	u8 mode, size;
	int off;
	u64 ret;
} loads[] = {
	{ EBPF_ABS, EBPF_B, 0, 20 }, { EBPF_ABS, EBPF_H, 1, 0x1516 },
	{ EBPF_ABS, EBPF_W, 2, 0x16171819 }, { EBPF_ABS, EBPF_W, 8, 0x1c1d1e1f },
	{ EBPF_ABS, EBPF_W, 9, 0 }, { EBPF_ABS, EBPF_B, 12, 0 },
	{ EBPF_ABS, EBPF_B, 0x7fffffff, 0 }, { EBPF_ABS, EBPF_W, 0x7ffffffd, 0 },
	{ EBPF_ABS, EBPF_B, -0x100000, 24 }, { EBPF_ABS, EBPF_B, -0x200000, 10 },
	{ EBPF_ABS, EBPF_H, -0x200000 + 1, 0x0b0c }, { EBPF_ABS, EBPF_B, -0x200001, 0 },
	{ EBPF_ABS, EBPF_B, -1, 0 }, { EBPF_ABS, EBPF_B, -0x7fffffff - 1, 0 },
	{ EBPF_IND, EBPF_B, 3, 26 }, { EBPF_IND, EBPF_W, 5, 0x1c1d1e1f },
	{ EBPF_IND, EBPF_W, 6, 0 }, { EBPF_IND, EBPF_B, -3, 20 },
	{ EBPF_IND, EBPF_B, -0x200000 - 3, 10 }, { EBPF_IND, EBPF_B, -0x200000 - 4, 0 },
	{ EBPF_IND, EBPF_B, -0x100000, 27 }, { EBPF_IND, EBPF_B, -4, 0 },
};

/* A packet of 12 bytes, 20 on, with its link layer header 10 before, and a network
 * header 4 into it. Without headers the offsets below 0 give 0.
 */
static void test_packet_loads(bool headers)
{
	static struct verif_result res;
	struct ebpf_skb_kern skb;
	u8 bytes[32];
	u64 want, ret;
	u32 i;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = i;
	memset(&skb, 0, sizeof(skb));
	skb.data = bytes + 20;
	skb.data_end = bytes + 32;
	skb.mac = headers ? bytes + 10 : NULL;
	skb.network = headers ? bytes + 24 : NULL;
	for (i = 0; i < ARRAY_SIZE(loads); i++) {
		const struct ebpf_insn insns[] = {
			MOV_X(6, 1), MOV_K(7, 3),
			INSN(EBPF_LD | loads[i].mode | loads[i].size, 0,
			     loads[i].mode == EBPF_IND ? 7 : 0, 0, loads[i].off),
			EXIT
		};
		struct ebpf_load load = {
			.prog_type = CLS, .gpl_compatible = true, .insns = insns,
			.insn_cnt = ARRAY_SIZE(insns),
		};

		want = headers || loads[i].off >= -3 ? loads[i].ret : 0;
		ret = ~want;
		verif_load(&res, &load, 0);
		tap_ok(!res.err && image_run(&res.img, &skb, &ret) && ret == want,
		       "packet load %02x at %d%s", loads[i].mode | loads[i].size, loads[i].off,
		       headers ? "" : " without headers");
	}
	verif_load(&res, &(struct ebpf_load){ .prog_type = CLS }, 0);
}

int main(void)
{
	struct ebpf_map_field lock = { .kind = EBPF_FIELD_SPIN_LOCK, .off = 4, .size = 4 };
	u32 i;

	verif_maps();
	fake_map_add_field(fake_map_new(EBPF_MAP_TYPE_HASH, 8, 16, 1, 0), &lock);
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		tap_ok(verif_ok(&cases[i]), "%s", cases[i].name);
	test_packet_loads(true);
	test_packet_loads(false);
	tap_eq(test_bugs(), 0, "no rule of the verifier's own was broken");
	return tap_end();
}
