// SPDX-License-Identifier: GPL-2.0-only
/*
 * Maps of sockets, and programs that choose between sockets.
 */
#include <stddef.h>
#include <tap.h>
#include "services.h"
#include "verif_run.h"

#define FP	EBPF_REG_10
#define SKB	EBPF_PROG_TYPE_SK_SKB
#define MSG	EBPF_PROG_TYPE_SK_MSG
#define OPS	EBPF_PROG_TYPE_SOCK_OPS
#define CLS	EBPF_PROG_TYPE_SCHED_CLS
#define XDP	EBPF_PROG_TYPE_XDP
#define REUSE	EBPF_PROG_TYPE_SK_REUSEPORT
#define SK(f)	((int)offsetof(struct ebpf_sock, f))
#define RM(f)	((int)offsetof(struct ebpf_sk_reuseport_md, f))
#define RET0	MOV_K(0, 0), EXIT

enum { MAP_SOCK = MAP_CGROUPS + 1, MAP_SOCKHASH, MAP_XSK, MAP_REUSE, MAP_OF_SOCKMAPS };

/* R0 = the socket of key 0, or out. Nine slots. */
#define FIND(map)	LOOKUP(map), JMP_K(JNE, 0, 0, 1), EXIT
#define RELEASE(r)	MOV_X(1, r), HELPER(sk_release)
/* R2 = &key, R3 = map or the other way round */
#define KEY(r)		ST(DW, FP, -8, 0), MOV_X(r, FP), ADD_K(r, -8)
/* R6 = context; R0 = a socket found for a tuple of zeros, or out */
#define SK_LOOKUP	MOV_X(6, 1), ST(DW, FP, -16, 0), ST(W, FP, -8, 0), MOV_X(2, FP), \
			ADD_K(2, -16), MOV_K(3, 12), MOV_K(4, -1), MOV_K(5, 0), \
			HELPER(sk_lookup_tcp), JMP_K(JNE, 0, 0, 1), EXIT
#define UPDATE(map)	MOV_X(3, 7), KEY(2), LD_MAP(1, map), MOV_K(4, 0), HELPER(map_update_elem)

static const struct verif_case cases[] = {
	/* Look-ups */
	{ "a socket is found and given back", SKB, .insns = { FIND(MAP_SOCK), MOV_X(6, 0),
	  LDX(W, 0, 6, SK(type)), RELEASE(6), EXIT } },
	{ "in a hash", SKB, .insns = { FIND(MAP_SOCKHASH), RELEASE(0), EXIT } },
	{ "a socket is not given back", SKB, .err = EINVAL, .says = "Unreleased reference id=2",
	  .insns = { LOOKUP(MAP_SOCK), RET0 } },
	{ "nor where it is found", SKB, .err = EINVAL, .says = "Unreleased reference id=2",
	  .insns = { FIND(MAP_SOCKHASH), RET0 } },
	{ "where none is found none is given back", SKB, .insns = { LOOKUP(MAP_SOCK),
	  JMP_K(JEQ, 0, 0, 2), RELEASE(0), RET0 } },
	{ "it may be NULL", SKB, .err = EACCES, .says = "R0 invalid mem access 'map_value_or_null'",
	  .insns = { LOOKUP(MAP_SOCK), LDX(W, 0, 0, SK(type)), RET0 } },
	{ "what may be NULL is not given back", SKB, .err = EACCES,
	  .says = "R1 type=map_value_or_null expected=sock_common",
	  .insns = { LOOKUP(MAP_SOCK), RELEASE(0), EXIT } },
	{ "it is given back twice", SKB, .err = EACCES, .says = "R1 type=scalar expected=",
	  .insns = { FIND(MAP_SOCK), MOV_X(6, 0), RELEASE(6), RELEASE(6), EXIT } },
	{ "it is looked at afterwards", SKB, .err = EACCES, .says = "R6 invalid mem access 'scalar'",
	  .insns = { FIND(MAP_SOCK), MOV_X(6, 0), RELEASE(6), LDX(W, 0, 6, SK(type)), RET0 } },
	{ "from the stack as well", SKB, .err = EACCES, .says = "R6 invalid mem access 'scalar'",
	  .insns = { FIND(MAP_SOCK), STX(DW, FP, 0, -16), RELEASE(0), LDX(DW, 6, FP, -16),
	  LDX(W, 0, 6, SK(type)), RET0 } },
	{ "a store to it", SKB, .err = EACCES, .says = "R0 cannot write into sock",
	  .insns = { FIND(MAP_SOCK), ST(W, 0, SK(mark), 1), RET0 } },
	{ "it is no value of 4 bytes", SKB, .err = EACCES, .says = "invalid sock access off=0 size=8",
	  .insns = { FIND(MAP_SOCK), LDX(DW, 0, 0, 0), RET0 } },
	{ "nor memory for helpers", SKB, .err = EACCES, .says = "R3 type=sock expected=",
	  .insns = { FIND(MAP_SOCK), MOV_X(3, 0), KEY(2), LD_MAP(1, MAP_ARRAY), MOV_K(4, 0),
	  HELPER(map_update_elem), RET0 } },
	{ "nor before it is known to be there", SKB, .err = EACCES,
	  .says = "R1 type=map_value_or_null expected=",
	  .insns = { LOOKUP(MAP_SOCK), MOV_X(1, 0), MOV_K(2, 4), LD_MAP_VALUE(3, MAP_RDONLY, 0),
	  MOV_K(4, 0), MOV_K(5, 0), HELPER(snprintf), RET0 } },
	{ "a tail call with it", SKB, .err = EINVAL, .says = "tail_call would lead to reference leak",
	  .insns = { MOV_X(6, 1), FIND(MAP_SOCK), MOV_X(1, 6), LD_MAP(2, MAP_PROGS), MOV_K(3, 0),
	  HELPER(tail_call), RET0 } },
	{ "one of two is given back", SKB, .err = EINVAL, .says = "Unreleased reference",
	  .insns = { FIND(MAP_SOCK), MOV_X(6, 0), LOOKUP(MAP_SOCK), JMP_K(JEQ, 0, 0, 2),
	  RELEASE(0), RET0 } },
	{ "two paths, one without", SKB, .err = EINVAL, .says = "Unreleased reference",
	  .insns = { LDX(W, 7, 1, 0), FIND(MAP_SOCK), JMP_K(JEQ, 7, 0, 2), RELEASE(0), RET0 } },
	{ "a map of socket maps", SKB, .insns = { LOOKUP(MAP_OF_SOCKMAPS), JMP_K(JNE, 0, 0, 1),
	  EXIT, MOV_X(1, 0), KEY(2), HELPER(map_lookup_elem), JMP_K(JNE, 0, 0, 1), EXIT,
	  RELEASE(0), EXIT } },
	{ "a leak from a map of socket maps", SKB, .err = EINVAL, .says = "Unreleased reference",
	  .insns = { LOOKUP(MAP_OF_SOCKMAPS), JMP_K(JNE, 0, 0, 1), EXIT, MOV_X(1, 0), KEY(2),
	  HELPER(map_lookup_elem), RET0 } },
	{ "queue of an XDP socket", XDP, .insns = { FIND(MAP_XSK), LDX(W, 0, 0, 0), RET0 } },
	{ "an XDP socket has nothing else", XDP, .err = EACCES,
	  .says = "invalid xdp_sock access off=4 size=4",
	  .insns = { FIND(MAP_XSK), LDX(W, 0, 0, 4), RET0 } },
	{ "part of the queue", XDP, .err = EACCES, .says = "invalid xdp_sock access off=0 size=2",
	  .insns = { FIND(MAP_XSK), LDX(H, 0, 0, 0), RET0 } },
	{ "an XDP socket may be NULL", XDP, .err = EACCES,
	  .says = "R0 invalid mem access 'map_value_or_null'",
	  .insns = { LOOKUP(MAP_XSK), LDX(W, 0, 0, 0), RET0 } },
	{ "an XDP socket is not held", XDP, .err = EINVAL,
	  .says = "R1 must be referenced when passed to release function",
	  .insns = { FIND(MAP_XSK), RELEASE(0), EXIT } },
	{ "programs do not look into groups of sockets", CLS, .err = EINVAL,
	  .says = "cannot pass map_type 20 into func bpf_map_lookup_elem#1",
	  .insns = { LOOKUP(MAP_REUSE), RET0 } },

	/* Changes */
	{ "a socket is put into a map", CLS, .insns = { SK_LOOKUP, MOV_X(7, 0), UPDATE(MAP_SOCK),
	  RELEASE(7), EXIT } },
	{ "and into a hash", CLS, .insns = { SK_LOOKUP, MOV_X(7, 0), UPDATE(MAP_SOCKHASH),
	  RELEASE(7), EXIT } },
	{ "a number is put into a map", CLS, .err = EACCES, .says = "R3 type=fp expected=sock_common",
	  .insns = { MOV_X(7, FP), ADD_K(7, -8), UPDATE(MAP_SOCK), RET0 } },
	{ "NULL is put into a map", CLS, .err = EACCES, .says = "R3 type=scalar expected=sock_common",
	  .insns = { MOV_K(7, 0), UPDATE(MAP_SOCK), RET0 } },
	{ "where sockets may be locked", SKB, .err = EINVAL,
	  .says = "cannot update sockmap in this context",
	  .insns = { SK_LOOKUP, MOV_X(7, 0), UPDATE(MAP_SOCK), RELEASE(7), EXIT } },
	{ "one is taken out", CLS, .insns = { KEY(2), LD_MAP(1, MAP_SOCK), HELPER(map_delete_elem),
	  RET0 } },
	{ "one is taken out where sockets may be locked", SKB, .err = EINVAL,
	  .says = "cannot update sockmap in this context",
	  .insns = { KEY(2), LD_MAP(1, MAP_SOCKHASH), HELPER(map_delete_elem), RET0 } },
	{ "XDP sockets are not for programs to put", XDP, .err = EINVAL,
	  .says = "cannot pass map_type 17 into func bpf_map_update_elem#2",
	  .insns = { ST(DW, FP, -16, 0), MOV_X(7, FP), ADD_K(7, -16), UPDATE(MAP_XSK), RET0 } },
	{ "a socket's event puts it", OPS, .insns = { KEY(3), LD_MAP(2, MAP_SOCK), MOV_K(4, 0),
	  HELPER(sock_map_update), RET0 } },
	{ "into a hash", OPS, .insns = { KEY(3), LD_MAP(2, MAP_SOCKHASH), MOV_K(4, 0),
	  HELPER(sock_hash_update), RET0 } },
	{ "into the other kind", OPS, .err = EINVAL,
	  .says = "cannot pass map_type 18 into func bpf_sock_map_update#53",
	  .insns = { KEY(3), LD_MAP(2, MAP_SOCKHASH), MOV_K(4, 0), HELPER(sock_map_update), RET0 } },
	{ "into no map of sockets", OPS, .err = EINVAL,
	  .says = "cannot pass map_type 2 into func bpf_sock_hash_update#70",
	  .insns = { KEY(3), LD_MAP(2, MAP_ARRAY), MOV_K(4, 0), HELPER(sock_hash_update), RET0 } },

	/* Redirection */
	{ "to an XDP socket", XDP, .insns = { LD_MAP(1, MAP_XSK), MOV_K(2, 0), MOV_K(3, 2),
	  HELPER(redirect_map), EXIT } },
	{ "to a socket of another kind", XDP, .err = EINVAL,
	  .says = "cannot pass map_type 15 into func bpf_redirect_map#51",
	  .insns = { LD_MAP(1, MAP_SOCK), MOV_K(2, 0), MOV_K(3, 2), HELPER(redirect_map), EXIT } },
	{ "of a packet", SKB, .insns = { LD_MAP(2, MAP_SOCK), MOV_K(3, 0), MOV_K(4, 0),
	  HELPER(sk_redirect_map), RET0 } },
	{ "of a packet by a hash", SKB, .insns = { KEY(3), LD_MAP(2, MAP_SOCKHASH), MOV_K(4, 0),
	  HELPER(sk_redirect_hash), RET0 } },
	{ "of a message", MSG, .insns = { LD_MAP(2, MAP_SOCK), MOV_K(3, 0), MOV_K(4, 0),
	  HELPER(msg_redirect_map), RET0 } },
	{ "of a message by a hash", MSG, .insns = { KEY(3), LD_MAP(2, MAP_SOCKHASH), MOV_K(4, 0),
	  HELPER(msg_redirect_hash), RET0 } },
	{ "of a message by an array", MSG, .err = EINVAL,
	  .says = "cannot pass map_type 15 into func bpf_msg_redirect_hash#71",
	  .insns = { KEY(3), LD_MAP(2, MAP_SOCK), MOV_K(4, 0), HELPER(msg_redirect_hash), RET0 } },

	/* SK_REUSEPORT */
	{ "what it is given", REUSE, .insns = { LDX(DW, 2, 1, RM(data)), LDX(DW, 3, 1, RM(data_end)),
	  MOV_X(4, 2), ADD_K(4, 8), JMP_X(JGT, 4, 3, 1), LDX(DW, 0, 2, 0), LDX(W, 0, 1, RM(len)),
	  LDX(B, 0, 1, RM(ip_protocol)), LDX(H, 0, 1, RM(eth_protocol)), LDX(W, 0, 1, RM(hash)),
	  LDX(DW, 2, 1, RM(sk)), LDX(W, 0, 2, SK(type)), LDX(DW, 2, 1, RM(migrating_sk)),
	  JMP_K(JEQ, 2, 0, 1), LDX(W, 0, 2, SK(family)), MOV_K(0, 5), EXIT } },
	{ "nothing is stored there", REUSE, .err = EACCES,
	  .says = "invalid bpf_context access off=16 size=4",
	  .insns = { MOV_K(2, 0), STX(W, 1, 2, RM(len)), RET0 } },
	{ "nor in its packet", REUSE, .err = EACCES, .says = "cannot write into packet",
	  .insns = { LDX(DW, 2, 1, RM(data)), LDX(DW, 3, 1, RM(data_end)), MOV_X(4, 2), ADD_K(4, 8),
	  JMP_X(JGT, 4, 3, 1), ST(DW, 2, 0, 0), RET0 } },
	{ "half a pointer", REUSE, .err = EACCES, .says = "invalid bpf_context access off=0 size=4",
	  .insns = { LDX(W, 2, 1, RM(data)), RET0 } },
	{ "part of the hash", REUSE, .err = EACCES, .says = "invalid bpf_context access off=32 size=2",
	  .insns = { LDX(H, 2, 1, RM(hash)), RET0 } },
	{ "a byte of the packet's protocol", REUSE, .err = EACCES,
	  .says = "invalid bpf_context access off=20 size=1",
	  .insns = { LDX(B, 2, 1, RM(eth_protocol)), RET0 } },
	{ "what lies between", REUSE, .err = EACCES, .says = "invalid bpf_context access off=36 size=4",
	  .insns = { LDX(W, 2, 1, RM(hash) + 4), RET0 } },
	{ "beyond", REUSE, .err = EACCES, .says = "invalid bpf_context access off=56 size=8",
	  .insns = { LDX(DW, 2, 1, sizeof(struct ebpf_sk_reuseport_md)), RET0 } },
	{ "the migrating socket may be NULL", REUSE, .err = EACCES,
	  .says = "R2 invalid mem access 'sock_common_or_null'",
	  .insns = { LDX(DW, 2, 1, RM(migrating_sk)), LDX(W, 0, 2, SK(family)), RET0 } },
	{ "a choice", REUSE, .insns = { KEY(3), LD_MAP(2, MAP_REUSE), MOV_K(4, 0),
	  HELPER(sk_select_reuseport), EXIT } },
	{ "a choice from a socket map", REUSE, .insns = { KEY(3), LD_MAP(2, MAP_SOCK), MOV_K(4, 0),
	  HELPER(sk_select_reuseport), EXIT } },
	{ "a choice from a hash", REUSE, .insns = { KEY(3), LD_MAP(2, MAP_SOCKHASH), MOV_K(4, 0),
	  HELPER(sk_select_reuseport), EXIT } },
	{ "a choice from an array", REUSE, .err = EINVAL,
	  .says = "cannot pass map_type 2 into func bpf_sk_select_reuseport#82",
	  .insns = { KEY(3), LD_MAP(2, MAP_ARRAY), MOV_K(4, 0), HELPER(sk_select_reuseport), EXIT } },
	{ "a choice by a number", REUSE, .err = EACCES,
	  .says = "R3 type=scalar expected=fp", .insns = { MOV_K(3, 0), LD_MAP(2, MAP_REUSE),
	  MOV_K(4, 0), HELPER(sk_select_reuseport), EXIT } },
	{ "the cookie of a socket", REUSE, .insns = { LDX(DW, 1, 1, RM(sk)),
	  HELPER(get_socket_cookie), RET0 } },
	{ "the cookie of its packet", REUSE, .err = EACCES, .says = "R1 type=ctx expected=sock_common",
	  .insns = { HELPER(get_socket_cookie), RET0 } },
	{ "a choice elsewhere", CLS, .err = EINVAL, .says = "unknown func bpf_sk_select_reuseport#82",
	  .insns = { KEY(3), LD_MAP(2, MAP_REUSE), MOV_K(4, 0), HELPER(sk_select_reuseport), EXIT } },
};

int main(void)
{
	struct fake_map *outer;
	u32 i;

	verif_maps();
	fake_map_new(EBPF_MAP_TYPE_SOCKMAP, 4, 4, 1, 0);
	fake_map_new(EBPF_MAP_TYPE_SOCKHASH, 4, 4, 1, 0);
	fake_map_new(EBPF_MAP_TYPE_XSKMAP, 4, 4, 1, 0);
	fake_map_new(EBPF_MAP_TYPE_REUSEPORT_SOCKARRAY, 4, 8, 1, 0);
	outer = fake_map_of(fake_map_new(EBPF_MAP_TYPE_ARRAY_OF_MAPS, 4, 4, 1, 0));
	outer->map.inner_map_meta = &fake_map_of(MAP_SOCK)->map;
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		tap_ok(verif_ok(&cases[i]), "%s", cases[i].name);
	tap_eq(test_bugs(), 0, "no rule of the verifier's own was broken");
	return tap_end();
}
