// SPDX-License-Identifier: GPL-2.0-only
/*
 * TRACING programs with sockets, packets and files of the kernel: what helpers take them,
 * and what they return.
 */
#include <tap.h>
#include "services.h"
#include "verif_run.h"
#include "btf_blob.h"

#define FP	EBPF_REG_10

#define MAP_SOCKS	(MAP_CGROUPS + 1)

/* Ids of the types below, in their order. */
enum {
	T_VOID, T_INT, T_LONG, T_COMMON, T_SOCK, T_SOCK_PTR, T_SKB, T_SKB_PTR, T_FILE, T_FILE_PTR,
	T_SOCKET, T_TCP, T_TCP6, T_TIMEWAIT, T_REQUEST, T_UDP6, T_UNIX, T_XDP, T_XDP_PTR,
	T_PROTO, T_TRACED, T_STORAGE_FUNC, T_HOOK, T_TP_PROTO, T_TP_PTR, T_TP, T_END,
};

static u32 words[512];
static u32 nr_words;
static char strings[1024];
static u32 strings_len = 1;
static struct ebpf_btf *btf;
static struct verif_result res;

static u32 str(const char *s)
{
	u32 at = strings_len;

	memcpy(strings + at, s, strlen(s) + 1);
	strings_len += strlen(s) + 1;
	return at;
}

static void add(const u32 *w, u32 n)
{
	memcpy(words + nr_words, w, n * sizeof(*w));
	nr_words += n;
}

#define ADD(...)							\
	do {								\
		const u32 w_[] = { __VA_ARGS__ };			\
		add(w_, sizeof(w_) / sizeof(*w_));			\
	} while (0)

#define SOCK_KIND(name)							\
	ADD(TYPE(str(name), STRUCT, 2, 24), MEMBER(str("sk"), T_SOCK, 0),	\
	    MEMBER(str("own"), T_LONG, 128))

static void add_types(void)
{
	ADD(INT(str("int"), 4));
	ADD(INT(str("long"), 8));
	ADD(TYPE(str("sock_common"), STRUCT, 1, 8), MEMBER(str("family"), T_LONG, 0));
	ADD(TYPE(str("sock"), STRUCT, 2, 16), MEMBER(str("common"), T_COMMON, 0),
	    MEMBER(str("flags"), T_LONG, 64));
	ADD(PTR(T_SOCK));
	ADD(TYPE(str("sk_buff"), STRUCT, 3, 24), MEMBER(str("next"), T_SKB_PTR, 0),
	    MEMBER(str("sk"), T_SOCK_PTR, 64), MEMBER(str("len"), T_LONG, 128));
	ADD(PTR(T_SKB));
	ADD(TYPE(str("file"), STRUCT, 1, 8), MEMBER(str("op"), T_LONG, 0));
	ADD(PTR(T_FILE));
	ADD(TYPE(str("socket"), STRUCT, 2, 16), MEMBER(str("sk"), T_SOCK_PTR, 0),
	    MEMBER(str("type"), T_LONG, 64));
	SOCK_KIND("tcp_sock");
	SOCK_KIND("tcp6_sock");
	SOCK_KIND("tcp_timewait_sock");
	SOCK_KIND("tcp_request_sock");
	SOCK_KIND("udp6_sock");
	SOCK_KIND("unix_sock");
	ADD(TYPE(str("xdp_buff"), STRUCT, 1, 8), MEMBER(str("data"), T_LONG, 0));
	ADD(PTR(T_XDP));
	ADD(TYPE(0, FUNC_PROTO, 4, T_INT), str("sk"), T_SOCK_PTR, str("skb"), T_SKB_PTR,
	    str("file"), T_FILE_PTR, str("xdp"), T_XDP_PTR);
	ADD(TYPE(str("traced"), FUNC, 0, T_PROTO));
	ADD(TYPE(str("bpf_sk_storage_get"), FUNC, 0, T_PROTO));
	ADD(TYPE(str("security_hook"), FUNC, 0, T_PROTO));
	ADD(TYPE(0, FUNC_PROTO, 2, T_VOID), 0, T_LONG, str("sk"), T_SOCK_PTR);
	ADD(PTR(T_TP_PROTO));
	ADD(TYPE(str("btf_trace_ev"), TYPEDEF, 0, T_TP_PTR));
}

static bool make_btf(void)
{
	static u8 data[8192] __attribute__((aligned(8)));
	struct ebpf_btf_header hdr = {
		.magic = EBPF_BTF_MAGIC, .version = EBPF_BTF_VERSION, .hdr_len = sizeof(hdr),
	};

	add_types();
	hdr.type_len = hdr.str_off = nr_words * 4;
	hdr.str_len = strings_len;
	memcpy(data, &hdr, sizeof(hdr));
	memcpy(data + sizeof(hdr), words, nr_words * 4);
	memcpy(data + sizeof(hdr) + nr_words * 4, strings, strings_len);
	btf = ebpf_btf_parse_vmlinux(data, sizeof(hdr) + nr_words * 4 + strings_len, NULL);
	return !IS_ERR(btf) && ebpf_btf_nr_types(btf) == T_END;
}

struct sock_case {
	const char *name;
	u32 type;		/* 0: TRACING */
	u32 attach;		/* 0: FENTRY */
	u32 id;			/* 0: T_TRACED */
	int err;
	const char *says;
	struct ebpf_insn insns[24];
	bool not_gpl;
};

/* What a line leaves out is zero. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

#define FEXIT	EBPF_TRACE_FEXIT
#define TP_BTF	EBPF_TRACE_RAW_TP
#define FMOD	EBPF_MODIFY_RETURN
#define RET0	MOV_K(0, 0), EXIT
/* The arguments of T_TRACED */
#define SK(r)	LDX(DW, r, 1, 0)
#define SKB(r)	LDX(DW, r, 1, 8)
#define FILE_(r) LDX(DW, r, 1, 16)
#define XDP_(r)	LDX(DW, r, 1, 24)
/* R2..R5 of an output of 8 bytes of the stack */
#define REST	ST(DW, FP, -8, 0), LD_MAP(2, MAP_EVENTS), LD64(3, 0xffffffffLL), \
		MOV_X(4, FP), ADD_K(4, -8), MOV_K(5, 8)
/* R1 = map, R2 = R6, R3 = NULL, R4 = create */
#define STORE	LD_MAP(1, MAP_SOCKS), MOV_X(2, 6), MOV_K(3, 0), MOV_K(4, 1), HELPER(sk_storage_get)
#define DELETE	LD_MAP(1, MAP_SOCKS), MOV_X(2, 6), HELPER(sk_storage_delete)

static const struct sock_case cases[] = {
	/* From a socket to what it is */
	{ "a TCP socket", .insns = { SK(1), HELPER(skc_to_tcp_sock), JMP_K(JEQ, 0, 0, 1),
	  LDX(DW, 0, 0, 16), RET0 } },
	{ "... unlooked at", .err = EACCES, .says = "R0 invalid mem access 'ptr_or_null_'",
	  .insns = { SK(1), HELPER(skc_to_tcp_sock), LDX(DW, 0, 0, 16), RET0 } },
	{ "... behind its end", .err = EACCES,
	  .says = "access beyond struct tcp_sock at off 24 size 8",
	  .insns = { SK(1), HELPER(skc_to_tcp_sock), JMP_K(JEQ, 0, 0, 1), LDX(DW, 0, 0, 24), RET0 } },
	{ "... written", .err = EACCES, .says = "only read is supported",
	  .insns = { SK(1), HELPER(skc_to_tcp_sock), JMP_K(JEQ, 0, 0, 1), ST(DW, 0, 0, 0), RET0 } },
	{ "... to its address once more", .insns = { SK(1), HELPER(skc_to_tcp_sock),
	  JMP_K(JEQ, 0, 0, 2), MOV_X(1, 0), HELPER(skc_to_tcp6_sock), RET0 } },
	{ "... that may be NULL", .err = EACCES, .says = "R1 type=ptr_or_null_ expected=",
	  .insns = { SK(1), HELPER(skc_to_tcp_sock), MOV_X(1, 0), HELPER(skc_to_tcp6_sock), RET0 } },
	{ "the other kinds", .insns = { SK(6), MOV_X(1, 6), HELPER(skc_to_tcp6_sock), MOV_X(1, 6),
	  HELPER(skc_to_tcp_timewait_sock), MOV_X(1, 6), HELPER(skc_to_tcp_request_sock),
	  MOV_X(1, 6), HELPER(skc_to_udp6_sock), MOV_X(1, 6), HELPER(skc_to_unix_sock),
	  JMP_K(JEQ, 0, 0, 1), LDX(DW, 0, 0, 16), RET0 } },
	{ "a socket of a packet", .insns = { SKB(2), LDX(DW, 1, 2, 8), HELPER(skc_to_udp6_sock),
	  RET0 } },
	{ "a packet is no socket", .err = EACCES,
	  .says = "R1 is of type sk_buff but sock_common is expected",
	  .insns = { SKB(1), HELPER(skc_to_tcp_sock), RET0 } },
	{ "a number is none", .err = EACCES, .says = "R1 type=scalar expected=",
	  .insns = { MOV_K(1, 1), HELPER(skc_to_tcp_sock), RET0 } },
	{ "the context is none", .err = EACCES, .says = "R1 type=ctx expected=",
	  .insns = { HELPER(skc_to_tcp_sock), RET0 } },
	{ "inside a socket", .err = EACCES, .says = "R1 is of type sock but sock_common is expected",
	  .insns = { SK(1), ADD_K(1, 8), HELPER(skc_to_tcp_sock), RET0 } },
	{ "kprobes have none", .type = EBPF_PROG_TYPE_KPROBE, .err = EINVAL,
	  .says = "unknown func bpf_skc_to_tcp_sock#137",
	  .insns = { HELPER(skc_to_tcp_sock), RET0 } },

	/* Files */
	{ "a file's socket", .insns = { FILE_(1), HELPER(sock_from_file), JMP_K(JEQ, 0, 0, 2),
	  LDX(DW, 1, 0, 0), HELPER(skc_to_tcp_sock), RET0 } },
	{ "... unlooked at", .err = EACCES, .says = "R0 invalid mem access 'ptr_or_null_'",
	  .insns = { FILE_(1), HELPER(sock_from_file), LDX(DW, 0, 0, 0), RET0 } },
	{ "a socket is no file", .err = EACCES, .says = "R1 is of type sock but file is expected",
	  .insns = { SK(1), HELPER(sock_from_file), RET0 } },
	{ "a tracepoint program has no files' sockets", .type = EBPF_PROG_TYPE_TRACEPOINT,
	  .err = EINVAL, .says = "unknown func bpf_sock_from_file#162",
	  .insns = { HELPER(sock_from_file), RET0 } },

	/* Cookies */
	{ "a socket's cookie", .insns = { SK(1), HELPER(get_socket_cookie), RET0 } },
	{ "... for fmod_ret too", .attach = FMOD, .id = T_HOOK,
	  .insns = { SK(1), HELPER(get_socket_cookie), RET0 } },
	{ "... not of the context", .err = EACCES, .says = "R1 type=ctx expected=",
	  .insns = { HELPER(get_socket_cookie), RET0 } },
	{ "a packet's cookie is asked for by context", .type = EBPF_PROG_TYPE_SOCKET_FILTER,
	  .insns = { HELPER(get_socket_cookie), RET0 } },

	/* Storage */
	{ "a socket's value", .insns = { SK(6), STORE, JMP_K(JEQ, 0, 0, 1), ST(DW, 0, 8, 1), RET0 } },
	{ "... unlooked at", .err = EACCES, .says = "R0 invalid mem access 'map_value_or_null'",
	  .insns = { SK(6), STORE, ST(DW, 0, 8, 1), RET0 } },
	{ "... behind its end", .err = EACCES,
	  .says = "invalid access to map value, value_size=16 off=16 size=8",
	  .insns = { SK(6), STORE, JMP_K(JEQ, 0, 0, 1), ST(DW, 0, 16, 1), RET0 } },
	{ "... started from the stack", .insns = { SK(6), ST(DW, FP, -8, 0), ST(DW, FP, -16, 0),
	  LD_MAP(1, MAP_SOCKS), MOV_X(2, 6), MOV_X(3, FP), ADD_K(3, -16), MOV_K(4, 1),
	  HELPER(sk_storage_get), RET0 } },
	{ "... deleted", .attach = FEXIT, .insns = { SK(6), DELETE, RET0 } },
	{ "... in a tracepoint", .attach = TP_BTF, .id = T_TP, .insns = { SK(6), STORE, RET0 } },
	{ "... of a packet", .err = EACCES,
	  .says = "R2 is of type sk_buff but sock_common is expected",
	  .insns = { SKB(6), STORE, RET0 } },
	{ "... of NULL", .err = EACCES, .says = "R2 type=scalar expected=ptr_",
	  .insns = { MOV_K(6, 0), STORE, RET0 } },
	{ "... in a map of another kind", .err = EINVAL, .says = "cannot pass map_type 2 into func",
	  .insns = { SK(2), LD_MAP(1, MAP_ARRAY), HELPER(sk_storage_delete), RET0 } },
	{ "... looked up like in any map", .err = EINVAL, .says = "cannot pass map_type 24 into func",
	  .insns = { LD_MAP(1, MAP_SOCKS), ST(DW, FP, -8, 0), MOV_X(2, FP), ADD_K(2, -8),
		     HELPER(map_lookup_elem), RET0 } },
	{ "... where storage itself is traced", .id = T_STORAGE_FUNC, .err = EINVAL,
	  .says = "helper call is not allowed in probe", .insns = { SK(6), STORE, RET0 } },
	{ "... in fmod_ret", .attach = FMOD, .id = T_HOOK, .err = EINVAL,
	  .says = "helper call is not allowed in probe", .insns = { SK(6), DELETE, RET0 } },
	{ "... in a kprobe", .type = EBPF_PROG_TYPE_KPROBE, .err = EINVAL,
	  .says = "unknown func bpf_sk_storage_delete#108",
	  .insns = { LD_MAP(1, MAP_SOCKS), MOV_K(2, 0), HELPER(sk_storage_delete), RET0 } },

	/* Packets */
	{ "a packet is put out", .insns = { SKB(1), REST, HELPER(skb_output), RET0 } },
	{ "... by a tracepoint", .attach = TP_BTF, .id = T_TP, .err = EACCES,
	  .says = "R1 is of type sock but sk_buff is expected",
	  .insns = { SK(1), REST, HELPER(skb_output), RET0 } },
	{ "... not the context", .err = EACCES, .says = "R1 type=ctx expected=ptr_",
	  .insns = { REST, HELPER(skb_output), RET0 } },
	{ "... with nothing of the program's", .insns = { SKB(1), REST, MOV_K(5, 0),
	  HELPER(skb_output), RET0 } },
	{ "... with more than is there", .err = EACCES,
	  .says = "invalid indirect access to stack R4 off=-8 size=16",
	  .insns = { SKB(1), REST, MOV_K(5, 16), HELPER(skb_output), RET0 } },
	{ "... into no perf buffer", .err = EINVAL, .says = "cannot pass map_type 2 into func",
	  .insns = { SKB(1), REST, LD_MAP(2, MAP_ARRAY), HELPER(skb_output), RET0 } },
	{ "... under another license", .err = EINVAL, .not_gpl = true,
	  .says = "cannot call GPL-restricted function from non-GPL compatible program",
	  .insns = { SKB(1), REST, HELPER(skb_output), RET0 } },
	{ "a packet of XDP", .insns = { XDP_(1), REST, HELPER(xdp_output), RET0 } },
	{ "... is no sk_buff", .err = EACCES, .says = "R1 is of type xdp_buff but sk_buff is expected",
	  .insns = { XDP_(1), REST, HELPER(skb_output), RET0 } },
	{ "its length", .insns = { XDP_(1), HELPER(xdp_get_buff_len), RET0 } },
	{ "... is not the context's", .err = EACCES, .says = "R1 type=ctx expected=ptr_",
	  .insns = { HELPER(xdp_get_buff_len), RET0 } },
	{ "... but in XDP programs", .type = EBPF_PROG_TYPE_XDP,
	  .insns = { HELPER(xdp_get_buff_len), RET0 } },
};

static bool case_ok(const struct sock_case *c, u32 flags)
{
	struct ebpf_load load = {
		.prog_flags = flags,
		.prog_type = c->type ? c->type : EBPF_PROG_TYPE_TRACING,
		.vmlinux_btf = btf,
		.gpl_compatible = !c->not_gpl,
		.insns = c->insns,
		.insn_cnt = verif_len(c->insns, 24),
	};
	unsigned long bugs = test_bugs();
	bool ok;

	if (!c->type) {
		load.expected_attach_type = c->attach ? c->attach : EBPF_TRACE_FENTRY;
		load.attach_btf_id = c->id ? c->id : c->attach == TP_BTF ? T_TP : T_TRACED;
		load.attach_btf = btf;
	}
	verif_load(&res, &load, EBPF_LOG_LEVEL1);
	ok = res.err == -c->err && (!c->says || strstr(res.log, c->says)) && bugs == test_bugs();
	if (!ok)
		printf("# want %d \"%s\", got %d:\n%s\n", -c->err, c->says ? c->says : "", res.err,
		       res.log);
	return ok;
}

int main(void)
{
	u32 i;

	verif_maps();
	fake_map_new(EBPF_MAP_TYPE_SK_STORAGE, 4, 16, 0, 0);
	if (!make_btf()) {
		tap_ok(false, "BTF for the tests");
		return tap_end();
	}
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		tap_ok(case_ok(&cases[i], 0) && case_ok(&cases[i], EBPF_F_TEST_STATE_FREQ),
		       "%s", cases[i].name);
	ebpf_prog_image_free(&res.img);
	ebpf_btf_destroy(btf);
	return tap_end();
}
