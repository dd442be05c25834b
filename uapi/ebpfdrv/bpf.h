/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The eBPF ABI: what bpf(2) takes and gives, what a program's instructions are
 * made of, what programs and maps exchange.
 *
 * Level: Linux 6.1, plus the instructions of ISA v4. Every number, field name
 * and layout is Linux's; every identifier carries EBPF_ or ebpf_ in place of
 * BPF_ or bpf_, because kernels from 4.x on define the latter themselves, and
 * for another level. This file can be included beside <linux/bpf.h>.
 * Structures of network programs that the module does not run are left out.
 */
#ifndef _UAPI_EBPFDRV_BPF_H
#define _UAPI_EBPFDRV_BPF_H

#include <linux/types.h>

/*
 * Instructions
 */

/* code, bits 0-2: class */
#define EBPF_CLASS(code)	((code) & 0x07)
#define EBPF_LD			0x00
#define EBPF_LDX		0x01
#define EBPF_ST			0x02
#define EBPF_STX		0x03
#define EBPF_ALU		0x04	/* 32-bit */
#define EBPF_JMP		0x05	/* compares 64 bits */
#define EBPF_JMP32		0x06	/* compares 32 bits */
#define EBPF_ALU64		0x07
#define EBPF_RET		0x06	/* classic BPF only */
#define EBPF_MISC		0x07	/* classic BPF only */

/* load and store: bits 3-4 are the size, bits 5-7 the mode */
#define EBPF_SIZE(code)		((code) & 0x18)
#define EBPF_W			0x00	/* 4 bytes */
#define EBPF_H			0x08	/* 2 bytes */
#define EBPF_B			0x10	/* 1 byte */
#define EBPF_DW			0x18	/* 8 bytes */
#define EBPF_MODE(code)		((code) & 0xe0)
#define EBPF_IMM		0x00
#define EBPF_ABS		0x20
#define EBPF_IND		0x40
#define EBPF_MEM		0x60
#define EBPF_MEMSX		0x80	/* ISA v4: sign-extending load */
#define EBPF_LEN		0x80	/* classic BPF only */
#define EBPF_MSH		0xa0	/* classic BPF only */
#define EBPF_ATOMIC		0xc0	/* EBPF_STX; imm says which operation */
#define EBPF_XADD		0xc0	/* older name of EBPF_ATOMIC with imm EBPF_ADD */

/* imm of EBPF_ATOMIC: EBPF_ADD, OR, AND or XOR, or one of these */
#define EBPF_FETCH		0x01	/* modifier: src receives the old value */
#define EBPF_XCHG		(0xe0 | EBPF_FETCH)
#define EBPF_CMPXCHG		(0xf0 | EBPF_FETCH)
#define EBPF_LOAD_ACQ		0x100	/* dst = memory at src */
#define EBPF_STORE_REL		0x110	/* memory at dst = src */

/* arithmetic and jumps: bit 3 is the source, bits 4-7 the operation */
#define EBPF_OP(code)		((code) & 0xf0)
#define EBPF_ADD		0x00
#define EBPF_SUB		0x10
#define EBPF_MUL		0x20
#define EBPF_DIV		0x30	/* off 1: signed (ISA v4) */
#define EBPF_OR			0x40
#define EBPF_AND		0x50
#define EBPF_LSH		0x60
#define EBPF_RSH		0x70
#define EBPF_NEG		0x80
#define EBPF_MOD		0x90	/* off 1: signed (ISA v4) */
#define EBPF_XOR		0xa0
#define EBPF_MOV		0xb0	/* off 8, 16, 32: sign-extending (ISA v4) */
#define EBPF_ARSH		0xc0
#define EBPF_END		0xd0	/* EBPF_ALU64: unconditional swap (ISA v4) */

/* EBPF_END's source bit */
#define EBPF_TO_LE		0x00
#define EBPF_TO_BE		0x08
#define EBPF_FROM_LE		EBPF_TO_LE
#define EBPF_FROM_BE		EBPF_TO_BE

#define EBPF_JA			0x00	/* EBPF_JMP32: distance in imm (ISA v4) */
#define EBPF_JEQ		0x10
#define EBPF_JGT		0x20
#define EBPF_JGE		0x30
#define EBPF_JSET		0x40
#define EBPF_JNE		0x50
#define EBPF_JSGT		0x60
#define EBPF_JSGE		0x70
#define EBPF_CALL		0x80
#define EBPF_EXIT		0x90
#define EBPF_JLT		0xa0
#define EBPF_JLE		0xb0
#define EBPF_JSLT		0xc0
#define EBPF_JSLE		0xd0
#define EBPF_JCOND		0xe0	/* what kind of condition is in src_reg */

#define EBPF_SRC(code)		((code) & 0x08)
#define EBPF_K			0x00
#define EBPF_X			0x08

#define EBPF_MAXINSNS		4096	/* of programs loaded without privilege */

enum {
	EBPF_REG_0	= 0,
	EBPF_REG_1	= 1,
	EBPF_REG_2	= 2,
	EBPF_REG_3	= 3,
	EBPF_REG_4	= 4,
	EBPF_REG_5	= 5,
	EBPF_REG_6	= 6,
	EBPF_REG_7	= 7,
	EBPF_REG_8	= 8,
	EBPF_REG_9	= 9,
	EBPF_REG_10	= 10,	/* the frame pointer */
	__MAX_EBPF_REG,
};

#define MAX_EBPF_REG		__MAX_EBPF_REG

struct ebpf_insn {
	__u8	code;
	__u8	dst_reg:4;
	__u8	src_reg:4;
	__s16	off;
	__s32	imm;
};

/* src_reg of a 64-bit immediate load (EBPF_LD | EBPF_IMM | EBPF_DW), by what
 * the first imm names; the second imm is an offset for the _VALUE forms
 */
#define EBPF_PSEUDO_MAP_FD		1	/* map: file descriptor */
#define EBPF_PSEUDO_MAP_VALUE		2	/* map value: file descriptor */
#define EBPF_PSEUDO_BTF_ID		3	/* kernel variable: type id, BTF fd */
#define EBPF_PSEUDO_FUNC		4	/* function of this program */
#define EBPF_PSEUDO_MAP_IDX		5	/* map: index into fd_array */
#define EBPF_PSEUDO_MAP_IDX_VALUE	6	/* map value: index into fd_array */

/* EBPF_ALU64 | EBPF_MOV | EBPF_X with this off casts between addresses in an arena as processes (address
 * space 1) and as programs (0) have them. imm: the space it becomes << 16 | the one it was.
 */
enum ebpf_addr_space_cast {
	EBPF_ADDR_SPACE_CAST			= 1,
};

#define EBPF_CAST_TO_ARENA		1
#define EBPF_CAST_TO_USER		(1 << 16)

/* src_reg of EBPF_CALL; 0 calls a helper */
#define EBPF_PSEUDO_CALL		1	/* function of this program */
#define EBPF_PSEUDO_KFUNC_CALL		2	/* kernel function: BTF id */

/*
 * bpf(2)
 */

/* First argument of bpf(2) */
enum ebpf_cmd {
	EBPF_MAP_CREATE				= 0,
	EBPF_MAP_LOOKUP_ELEM			= 1,
	EBPF_MAP_UPDATE_ELEM			= 2,
	EBPF_MAP_DELETE_ELEM			= 3,
	EBPF_MAP_GET_NEXT_KEY			= 4,
	EBPF_PROG_LOAD				= 5,
	EBPF_OBJ_PIN				= 6,
	EBPF_OBJ_GET				= 7,
	EBPF_PROG_ATTACH			= 8,
	EBPF_PROG_DETACH			= 9,
	EBPF_PROG_TEST_RUN			= 10,
	EBPF_PROG_RUN				= EBPF_PROG_TEST_RUN,
	EBPF_PROG_GET_NEXT_ID			= 11,
	EBPF_MAP_GET_NEXT_ID			= 12,
	EBPF_PROG_GET_FD_BY_ID			= 13,
	EBPF_MAP_GET_FD_BY_ID			= 14,
	EBPF_OBJ_GET_INFO_BY_FD			= 15,
	EBPF_PROG_QUERY				= 16,
	EBPF_RAW_TRACEPOINT_OPEN		= 17,
	EBPF_BTF_LOAD				= 18,
	EBPF_BTF_GET_FD_BY_ID			= 19,
	EBPF_TASK_FD_QUERY			= 20,
	EBPF_MAP_LOOKUP_AND_DELETE_ELEM		= 21,
	EBPF_MAP_FREEZE				= 22,
	EBPF_BTF_GET_NEXT_ID			= 23,
	EBPF_MAP_LOOKUP_BATCH			= 24,
	EBPF_MAP_LOOKUP_AND_DELETE_BATCH	= 25,
	EBPF_MAP_UPDATE_BATCH			= 26,
	EBPF_MAP_DELETE_BATCH			= 27,
	EBPF_LINK_CREATE			= 28,
	EBPF_LINK_UPDATE			= 29,
	EBPF_LINK_GET_FD_BY_ID			= 30,
	EBPF_LINK_GET_NEXT_ID			= 31,
	EBPF_ENABLE_STATS			= 32,
	EBPF_ITER_CREATE			= 33,
	EBPF_LINK_DETACH			= 34,
	EBPF_PROG_BIND_MAP			= 35,
};

/* map_type of EBPF_MAP_CREATE */
enum ebpf_map_type {
	EBPF_MAP_TYPE_UNSPEC			= 0,
	EBPF_MAP_TYPE_HASH			= 1,
	EBPF_MAP_TYPE_ARRAY			= 2,
	EBPF_MAP_TYPE_PROG_ARRAY		= 3,
	EBPF_MAP_TYPE_PERF_EVENT_ARRAY		= 4,
	EBPF_MAP_TYPE_PERCPU_HASH		= 5,
	EBPF_MAP_TYPE_PERCPU_ARRAY		= 6,
	EBPF_MAP_TYPE_STACK_TRACE		= 7,
	EBPF_MAP_TYPE_CGROUP_ARRAY		= 8,
	EBPF_MAP_TYPE_LRU_HASH			= 9,
	EBPF_MAP_TYPE_LRU_PERCPU_HASH		= 10,
	EBPF_MAP_TYPE_LPM_TRIE			= 11,
	EBPF_MAP_TYPE_ARRAY_OF_MAPS		= 12,
	EBPF_MAP_TYPE_HASH_OF_MAPS		= 13,
	EBPF_MAP_TYPE_DEVMAP			= 14,
	EBPF_MAP_TYPE_SOCKMAP			= 15,
	EBPF_MAP_TYPE_CPUMAP			= 16,
	EBPF_MAP_TYPE_XSKMAP			= 17,
	EBPF_MAP_TYPE_SOCKHASH			= 18,
	EBPF_MAP_TYPE_CGROUP_STORAGE		= 19,
	EBPF_MAP_TYPE_REUSEPORT_SOCKARRAY	= 20,
	EBPF_MAP_TYPE_PERCPU_CGROUP_STORAGE	= 21,
	EBPF_MAP_TYPE_QUEUE			= 22,
	EBPF_MAP_TYPE_STACK			= 23,
	EBPF_MAP_TYPE_SK_STORAGE		= 24,
	EBPF_MAP_TYPE_DEVMAP_HASH		= 25,
	EBPF_MAP_TYPE_STRUCT_OPS		= 26,
	EBPF_MAP_TYPE_RINGBUF			= 27,
	EBPF_MAP_TYPE_INODE_STORAGE		= 28,
	EBPF_MAP_TYPE_TASK_STORAGE		= 29,
	EBPF_MAP_TYPE_BLOOM_FILTER		= 30,
	EBPF_MAP_TYPE_USER_RINGBUF		= 31,
	EBPF_MAP_TYPE_ARENA			= 33,
	EBPF_MAP_TYPE_INSN_ARRAY		= 34,
};

/* prog_type of EBPF_PROG_LOAD */
enum ebpf_prog_type {
	EBPF_PROG_TYPE_UNSPEC			= 0,
	EBPF_PROG_TYPE_SOCKET_FILTER		= 1,
	EBPF_PROG_TYPE_KPROBE			= 2,
	EBPF_PROG_TYPE_SCHED_CLS		= 3,
	EBPF_PROG_TYPE_SCHED_ACT		= 4,
	EBPF_PROG_TYPE_TRACEPOINT		= 5,
	EBPF_PROG_TYPE_XDP			= 6,
	EBPF_PROG_TYPE_PERF_EVENT		= 7,
	EBPF_PROG_TYPE_CGROUP_SKB		= 8,
	EBPF_PROG_TYPE_CGROUP_SOCK		= 9,
	EBPF_PROG_TYPE_LWT_IN			= 10,
	EBPF_PROG_TYPE_LWT_OUT			= 11,
	EBPF_PROG_TYPE_LWT_XMIT			= 12,
	EBPF_PROG_TYPE_SOCK_OPS			= 13,
	EBPF_PROG_TYPE_SK_SKB			= 14,
	EBPF_PROG_TYPE_CGROUP_DEVICE		= 15,
	EBPF_PROG_TYPE_SK_MSG			= 16,
	EBPF_PROG_TYPE_RAW_TRACEPOINT		= 17,
	EBPF_PROG_TYPE_CGROUP_SOCK_ADDR		= 18,
	EBPF_PROG_TYPE_LWT_SEG6LOCAL		= 19,
	EBPF_PROG_TYPE_LIRC_MODE2		= 20,
	EBPF_PROG_TYPE_SK_REUSEPORT		= 21,
	EBPF_PROG_TYPE_FLOW_DISSECTOR		= 22,
	EBPF_PROG_TYPE_CGROUP_SYSCTL		= 23,
	EBPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE	= 24,
	EBPF_PROG_TYPE_CGROUP_SOCKOPT		= 25,
	EBPF_PROG_TYPE_TRACING			= 26,
	EBPF_PROG_TYPE_STRUCT_OPS		= 27,
	EBPF_PROG_TYPE_EXT			= 28,
	EBPF_PROG_TYPE_LSM			= 29,
	EBPF_PROG_TYPE_SK_LOOKUP		= 30,
	EBPF_PROG_TYPE_SYSCALL			= 31,
	EBPF_PROG_TYPE_NETFILTER		= 32,
};

/* expected_attach_type and attach_type */
enum ebpf_attach_type {
	EBPF_CGROUP_INET_INGRESS		= 0,
	EBPF_CGROUP_INET_EGRESS			= 1,
	EBPF_CGROUP_INET_SOCK_CREATE		= 2,
	EBPF_CGROUP_SOCK_OPS			= 3,
	EBPF_SK_SKB_STREAM_PARSER		= 4,
	EBPF_SK_SKB_STREAM_VERDICT		= 5,
	EBPF_CGROUP_DEVICE			= 6,
	EBPF_SK_MSG_VERDICT			= 7,
	EBPF_CGROUP_INET4_BIND			= 8,
	EBPF_CGROUP_INET6_BIND			= 9,
	EBPF_CGROUP_INET4_CONNECT		= 10,
	EBPF_CGROUP_INET6_CONNECT		= 11,
	EBPF_CGROUP_INET4_POST_BIND		= 12,
	EBPF_CGROUP_INET6_POST_BIND		= 13,
	EBPF_CGROUP_UDP4_SENDMSG		= 14,
	EBPF_CGROUP_UDP6_SENDMSG		= 15,
	EBPF_LIRC_MODE2				= 16,
	EBPF_FLOW_DISSECTOR			= 17,
	EBPF_CGROUP_SYSCTL			= 18,
	EBPF_CGROUP_UDP4_RECVMSG		= 19,
	EBPF_CGROUP_UDP6_RECVMSG		= 20,
	EBPF_CGROUP_GETSOCKOPT			= 21,
	EBPF_CGROUP_SETSOCKOPT			= 22,
	EBPF_TRACE_RAW_TP			= 23,
	EBPF_TRACE_FENTRY			= 24,
	EBPF_TRACE_FEXIT			= 25,
	EBPF_MODIFY_RETURN			= 26,
	EBPF_LSM_MAC				= 27,
	EBPF_TRACE_ITER				= 28,
	EBPF_CGROUP_INET4_GETPEERNAME		= 29,
	EBPF_CGROUP_INET6_GETPEERNAME		= 30,
	EBPF_CGROUP_INET4_GETSOCKNAME		= 31,
	EBPF_CGROUP_INET6_GETSOCKNAME		= 32,
	EBPF_XDP_DEVMAP				= 33,
	EBPF_CGROUP_INET_SOCK_RELEASE		= 34,
	EBPF_XDP_CPUMAP				= 35,
	EBPF_SK_LOOKUP				= 36,
	EBPF_XDP				= 37,
	EBPF_SK_SKB_VERDICT			= 38,
	EBPF_SK_REUSEPORT_SELECT		= 39,
	EBPF_SK_REUSEPORT_SELECT_OR_MIGRATE	= 40,
	EBPF_PERF_EVENT				= 41,
	EBPF_TRACE_KPROBE_MULTI			= 42,
	EBPF_LSM_CGROUP				= 43,
	EBPF_STRUCT_OPS				= 44,
	EBPF_NETFILTER				= 45,
	EBPF_TCX_INGRESS			= 46,
	EBPF_TCX_EGRESS				= 47,
	EBPF_TRACE_UPROBE_MULTI			= 48,
	EBPF_CGROUP_UNIX_CONNECT		= 49,
	EBPF_CGROUP_UNIX_SENDMSG		= 50,
	EBPF_CGROUP_UNIX_RECVMSG		= 51,
	EBPF_CGROUP_UNIX_GETPEERNAME		= 52,
	EBPF_CGROUP_UNIX_GETSOCKNAME		= 53,
	EBPF_NETKIT_PRIMARY			= 54,
	EBPF_NETKIT_PEER			= 55,
	EBPF_TRACE_KPROBE_SESSION		= 56,
	EBPF_TRACE_UPROBE_SESSION		= 57,
	EBPF_TRACE_FSESSION			= 58,
	EBPF_TRACE_FENTRY_MULTI			= 59,
	EBPF_TRACE_FEXIT_MULTI			= 60,
	EBPF_TRACE_FSESSION_MULTI		= 61,
	__MAX_EBPF_ATTACH_TYPE,
};

#define MAX_EBPF_ATTACH_TYPE	__MAX_EBPF_ATTACH_TYPE

/* Kinds of link */
enum ebpf_link_type {
	EBPF_LINK_TYPE_UNSPEC		= 0,
	EBPF_LINK_TYPE_RAW_TRACEPOINT	= 1,
	EBPF_LINK_TYPE_TRACING		= 2,
	EBPF_LINK_TYPE_CGROUP		= 3,
	EBPF_LINK_TYPE_ITER		= 4,
	EBPF_LINK_TYPE_NETNS		= 5,
	EBPF_LINK_TYPE_XDP		= 6,
	EBPF_LINK_TYPE_PERF_EVENT	= 7,
	EBPF_LINK_TYPE_KPROBE_MULTI	= 8,
	EBPF_LINK_TYPE_STRUCT_OPS	= 9,
	MAX_EBPF_LINK_TYPE,
};

/* Type of EBPF_ENABLE_STATS */
enum ebpf_stats_type {
	EBPF_STATS_RUN_TIME	= 0,
};

/* What EBPF_TASK_FD_QUERY found behind a file descriptor */
enum ebpf_task_fd_type {
	EBPF_FD_TYPE_RAW_TRACEPOINT	= 0,
	EBPF_FD_TYPE_TRACEPOINT		= 1,
	EBPF_FD_TYPE_KPROBE		= 2,
	EBPF_FD_TYPE_KRETPROBE		= 3,
	EBPF_FD_TYPE_UPROBE		= 4,
	EBPF_FD_TYPE_URETPROBE		= 5,
};

/* attach_flags of EBPF_PROG_ATTACH */
#define EBPF_F_ALLOW_OVERRIDE		(1U << 0)
#define EBPF_F_ALLOW_MULTI		(1U << 1)
#define EBPF_F_REPLACE			(1U << 2)

/* prog_flags of EBPF_PROG_LOAD */
#define EBPF_F_STRICT_ALIGNMENT		(1U << 0)
#define EBPF_F_ANY_ALIGNMENT		(1U << 1)
#define EBPF_F_TEST_RND_HI32		(1U << 2)
#define EBPF_F_TEST_STATE_FREQ		(1U << 3)
#define EBPF_F_SLEEPABLE		(1U << 4)
#define EBPF_F_XDP_HAS_FRAGS		(1U << 5)

/* link_create.kprobe_multi.flags */
#define EBPF_F_KPROBE_MULTI_RETURN	(1U << 0)

/* query.query_flags */
#define EBPF_F_QUERY_EFFECTIVE		(1U << 0)

/* test.flags */
#define EBPF_F_TEST_RUN_ON_CPU		(1U << 0)
#define EBPF_F_TEST_XDP_LIVE_FRAMES	(1U << 1)

/* Flags of element updates, by command and by helper */
enum {
	EBPF_ANY	= 0,	/* create or replace */
	EBPF_NOEXIST	= 1,	/* create only */
	EBPF_EXIST	= 2,	/* replace only */
	EBPF_F_LOCK	= 4,	/* under the value's spin lock */
};

/* map_flags of EBPF_MAP_CREATE, and open_flags of EBPF_MAP_GET_FD_BY_ID */
enum {
	EBPF_F_NO_PREALLOC	= (1U << 0),
	EBPF_F_NO_COMMON_LRU	= (1U << 1),
	EBPF_F_NUMA_NODE	= (1U << 2),
	EBPF_F_RDONLY		= (1U << 3),
	EBPF_F_WRONLY		= (1U << 4),
	EBPF_F_STACK_BUILD_ID	= (1U << 5),
	EBPF_F_ZERO_SEED	= (1U << 6),
	EBPF_F_RDONLY_PROG	= (1U << 7),
	EBPF_F_WRONLY_PROG	= (1U << 8),
	EBPF_F_CLONE		= (1U << 9),
	EBPF_F_MMAPABLE		= (1U << 10),
	EBPF_F_PRESERVE_ELEMS	= (1U << 11),
	EBPF_F_INNER_MAP	= (1U << 12),
	EBPF_F_SEGV_ON_FAULT	= (1U << 17),	/* arena: processes make no pages */
	EBPF_F_NO_USER_CONV	= (1U << 18),	/* arena: no cast to addresses of processes */
};

#define EBPF_OBJ_NAME_LEN	16U	/* bytes, terminating NUL included */
#define EBPF_TAG_SIZE		8
#define EBPF_BUILD_ID_SIZE	20

/* Which cgroups an iterator visits */
enum ebpf_cgroup_iter_order {
	EBPF_CGROUP_ITER_ORDER_UNSPEC		= 0,
	EBPF_CGROUP_ITER_SELF_ONLY		= 1,
	EBPF_CGROUP_ITER_DESCENDANTS_PRE	= 2,
	EBPF_CGROUP_ITER_DESCENDANTS_POST	= 3,
	EBPF_CGROUP_ITER_ANCESTORS_UP		= 4,
};

/* link_create.iter_info */
union ebpf_iter_link_info {
	struct {
		__u32 map_fd;
	} map;
	struct {
		enum ebpf_cgroup_iter_order order;
		__u32 cgroup_fd;
		__u64 cgroup_id;
	} cgroup;
	struct {
		__u32 tid;
		__u32 pid;
		__u32 pid_fd;
	} task;
};

/* Second argument of bpf(2) */
union ebpf_attr {
	struct { /* EBPF_MAP_CREATE */
		__u32 map_type;
		__u32 key_size;
		__u32 value_size;
		__u32 max_entries;
		__u32 map_flags;
		__u32 inner_map_fd;
		__u32 numa_node;
		char map_name[EBPF_OBJ_NAME_LEN];
		__u32 map_ifindex;
		__u32 btf_fd;
		__u32 btf_key_type_id;
		__u32 btf_value_type_id;
		__u32 btf_vmlinux_value_type_id;
		__u64 map_extra;
	};
	struct { /* EBPF_MAP_*_ELEM, GET_NEXT_KEY, FREEZE */
		__u32 map_fd;
		__aligned_u64 key;
		union {
			__aligned_u64 value;
			__aligned_u64 next_key;
		};
		__u64 flags;
	};
	struct { /* EBPF_MAP_*_BATCH */
		__aligned_u64 in_batch;
		__aligned_u64 out_batch;
		__aligned_u64 keys;
		__aligned_u64 values;
		__u32 count;
		__u32 map_fd;
		__u64 elem_flags;
		__u64 flags;
	} batch;
	struct { /* EBPF_PROG_LOAD */
		__u32 prog_type;
		__u32 insn_cnt;
		__aligned_u64 insns;
		__aligned_u64 license;
		__u32 log_level;
		__u32 log_size;
		__aligned_u64 log_buf;
		__u32 kern_version;
		__u32 prog_flags;
		char prog_name[EBPF_OBJ_NAME_LEN];
		__u32 prog_ifindex;
		__u32 expected_attach_type;
		__u32 prog_btf_fd;
		__u32 func_info_rec_size;
		__aligned_u64 func_info;
		__u32 func_info_cnt;
		__u32 line_info_rec_size;
		__aligned_u64 line_info;
		__u32 line_info_cnt;
		__u32 attach_btf_id;
		union {
			__u32 attach_prog_fd;
			__u32 attach_btf_obj_fd;
		};
		__u32 core_relo_cnt;
		__aligned_u64 fd_array;
		__aligned_u64 core_relos;
		__u32 core_relo_rec_size;
	};
	struct { /* EBPF_OBJ_PIN, EBPF_OBJ_GET */
		__aligned_u64 pathname;
		__u32 bpf_fd;
		__u32 file_flags;
	};
	struct { /* EBPF_PROG_ATTACH, EBPF_PROG_DETACH */
		__u32 target_fd;
		__u32 attach_bpf_fd;
		__u32 attach_type;
		__u32 attach_flags;
		__u32 replace_bpf_fd;
	};
	struct { /* EBPF_PROG_TEST_RUN */
		__u32 prog_fd;
		__u32 retval;
		__u32 data_size_in;
		__u32 data_size_out;
		__aligned_u64 data_in;
		__aligned_u64 data_out;
		__u32 repeat;
		__u32 duration;
		__u32 ctx_size_in;
		__u32 ctx_size_out;
		__aligned_u64 ctx_in;
		__aligned_u64 ctx_out;
		__u32 flags;
		__u32 cpu;
		__u32 batch_size;
	} test;
	struct { /* EBPF_*_GET_NEXT_ID, EBPF_*_GET_FD_BY_ID */
		union {
			__u32 start_id;
			__u32 prog_id;
			__u32 map_id;
			__u32 btf_id;
			__u32 link_id;
		};
		__u32 next_id;
		__u32 open_flags;
	};
	struct { /* EBPF_OBJ_GET_INFO_BY_FD */
		__u32 bpf_fd;
		__u32 info_len;
		__aligned_u64 info;
	} info;
	struct { /* EBPF_PROG_QUERY */
		__u32 target_fd;
		__u32 attach_type;
		__u32 query_flags;
		__u32 attach_flags;
		__aligned_u64 prog_ids;
		__u32 prog_cnt;
		__aligned_u64 prog_attach_flags;
	} query;
	struct { /* EBPF_RAW_TRACEPOINT_OPEN */
		__u64 name;
		__u32 prog_fd;
	} raw_tracepoint;
	struct { /* EBPF_BTF_LOAD */
		__aligned_u64 btf;
		__aligned_u64 btf_log_buf;
		__u32 btf_size;
		__u32 btf_log_size;
		__u32 btf_log_level;
	};
	struct { /* EBPF_TASK_FD_QUERY */
		__u32 pid;
		__u32 fd;
		__u32 flags;
		__u32 buf_len;
		__aligned_u64 buf;
		__u32 prog_id;
		__u32 fd_type;
		__u64 probe_offset;
		__u64 probe_addr;
	} task_fd_query;
	struct { /* EBPF_LINK_CREATE */
		__u32 prog_fd;
		union {
			__u32 target_fd;
			__u32 target_ifindex;
		};
		__u32 attach_type;
		__u32 flags;
		union {
			__u32 target_btf_id;
			struct {
				__aligned_u64 iter_info;
				__u32 iter_info_len;
			};
			struct {
				__u64 bpf_cookie;
			} perf_event;
			struct {
				__u32 flags;
				__u32 cnt;
				__aligned_u64 syms;
				__aligned_u64 addrs;
				__aligned_u64 cookies;
			} kprobe_multi;
			struct {
				__u32 target_btf_id;
				__u64 cookie;
			} tracing;
		};
	} link_create;
	struct { /* EBPF_LINK_UPDATE */
		__u32 link_fd;
		__u32 new_prog_fd;
		__u32 flags;
		__u32 old_prog_fd;
	} link_update;
	struct { /* EBPF_LINK_DETACH */
		__u32 link_fd;
	} link_detach;
	struct { /* EBPF_ENABLE_STATS */
		__u32 type;
	} enable_stats;
	struct { /* EBPF_ITER_CREATE */
		__u32 link_fd;
		__u32 flags;
	} iter_create;
	struct { /* EBPF_PROG_BIND_MAP */
		__u32 prog_fd;
		__u32 map_fd;
		__u32 flags;
	} prog_bind_map;
} __attribute__((aligned(8)));

/* What EBPF_OBJ_GET_INFO_BY_FD fills; each may grow at its end. Pointer and
 * count pairs are read first: the caller says how much room there is.
 */

/* A program */
struct ebpf_prog_info {
	__u32 type;
	__u32 id;
	__u8 tag[EBPF_TAG_SIZE];
	__u32 jited_prog_len;
	__u32 xlated_prog_len;
	__aligned_u64 jited_prog_insns;
	__aligned_u64 xlated_prog_insns;
	__u64 load_time;
	__u32 created_by_uid;
	__u32 nr_map_ids;
	__aligned_u64 map_ids;
	char name[EBPF_OBJ_NAME_LEN];
	__u32 ifindex;
	__u32 gpl_compatible:1;
	__u32 :31;
	__u64 netns_dev;
	__u64 netns_ino;
	__u32 nr_jited_ksyms;
	__u32 nr_jited_func_lens;
	__aligned_u64 jited_ksyms;
	__aligned_u64 jited_func_lens;
	__u32 btf_id;
	__u32 func_info_rec_size;
	__aligned_u64 func_info;
	__u32 nr_func_info;
	__u32 nr_line_info;
	__aligned_u64 line_info;
	__aligned_u64 jited_line_info;
	__u32 nr_jited_line_info;
	__u32 line_info_rec_size;
	__u32 jited_line_info_rec_size;
	__u32 nr_prog_tags;
	__aligned_u64 prog_tags;
	__u64 run_time_ns;
	__u64 run_cnt;
	__u64 recursion_misses;
	__u32 verified_insns;
	__u32 attach_btf_obj_id;
	__u32 attach_btf_id;
	__u32 :32;
} __attribute__((aligned(8)));

/* A map */
struct ebpf_map_info {
	__u32 type;
	__u32 id;
	__u32 key_size;
	__u32 value_size;
	__u32 max_entries;
	__u32 map_flags;
	char name[EBPF_OBJ_NAME_LEN];
	__u32 ifindex;
	__u32 btf_vmlinux_value_type_id;
	__u64 netns_dev;
	__u64 netns_ino;
	__u32 btf_id;
	__u32 btf_key_type_id;
	__u32 btf_value_type_id;
	__u32 :32;
	__u64 map_extra;
} __attribute__((aligned(8)));

/* A BTF object */
struct ebpf_btf_info {
	__aligned_u64 btf;
	__u32 btf_size;
	__u32 id;
	__aligned_u64 name;
	__u32 name_len;
	__u32 kernel_btf;
} __attribute__((aligned(8)));

/* A link */
struct ebpf_link_info {
	__u32 type;
	__u32 id;
	__u32 prog_id;
	union {
		struct {
			__aligned_u64 tp_name;
			__u32 tp_name_len;
		} raw_tracepoint;
		struct {
			__u32 attach_type;
			__u32 target_obj_id;
			__u32 target_btf_id;
		} tracing;
		struct {
			__u64 cgroup_id;
			__u32 attach_type;
		} cgroup;
		struct {
			__aligned_u64 target_name;
			__u32 target_name_len;
			union {
				struct {
					__u32 map_id;
				} map;
			};
			union {
				struct {
					__u64 cgroup_id;
					__u32 order;
				} cgroup;
				struct {
					__u32 tid;
					__u32 pid;
				} task;
			};
		} iter;
		struct {
			__u32 netns_ino;
			__u32 attach_type;
		} netns;
		struct {
			__u32 ifindex;
		} xdp;
	};
} __attribute__((aligned(8)));

/* func_info of EBPF_PROG_LOAD: where a function starts and what it is */
struct ebpf_func_info {
	__u32 insn_off;
	__u32 type_id;
};

/* line_info of EBPF_PROG_LOAD: source line of an instruction */
struct ebpf_line_info {
	__u32 insn_off;
	__u32 file_name_off;
	__u32 line_off;
	__u32 line_col;
};

#define EBPF_LINE_INFO_LINE_NUM(line_col)	((line_col) >> 10)
#define EBPF_LINE_INFO_LINE_COL(line_col)	((line_col) & 0x3ff)

/* What a CO-RE relocation asks */
enum ebpf_core_relo_kind {
	EBPF_CORE_FIELD_BYTE_OFFSET	= 0,
	EBPF_CORE_FIELD_BYTE_SIZE	= 1,
	EBPF_CORE_FIELD_EXISTS		= 2,
	EBPF_CORE_FIELD_SIGNED		= 3,
	EBPF_CORE_FIELD_LSHIFT_U64	= 4,
	EBPF_CORE_FIELD_RSHIFT_U64	= 5,
	EBPF_CORE_TYPE_ID_LOCAL		= 6,
	EBPF_CORE_TYPE_ID_TARGET	= 7,
	EBPF_CORE_TYPE_EXISTS		= 8,
	EBPF_CORE_TYPE_SIZE		= 9,
	EBPF_CORE_ENUMVAL_EXISTS	= 10,
	EBPF_CORE_ENUMVAL_VALUE		= 11,
	EBPF_CORE_TYPE_MATCHES		= 12,
};

/* core_relos of EBPF_PROG_LOAD */
struct ebpf_core_relo {
	__u32 insn_off;
	__u32 type_id;
	__u32 access_str_off;
	enum ebpf_core_relo_kind kind;
};

/*
 * Helpers
 */

/* Names in the order of their numbers, from 0; each is followed by a comma. The
 * last two came with Linux 6.2.
 */
#define __EBPF_FUNC_MAPPER(FN)	\
	FN(unspec), FN(map_lookup_elem), FN(map_update_elem), FN(map_delete_elem), \
	FN(probe_read), FN(ktime_get_ns), FN(trace_printk), FN(get_prandom_u32), \
	FN(get_smp_processor_id), FN(skb_store_bytes), FN(l3_csum_replace), \
	FN(l4_csum_replace), FN(tail_call), FN(clone_redirect), FN(get_current_pid_tgid), \
	FN(get_current_uid_gid), FN(get_current_comm), FN(get_cgroup_classid), \
	FN(skb_vlan_push), FN(skb_vlan_pop), FN(skb_get_tunnel_key), FN(skb_set_tunnel_key), \
	FN(perf_event_read), FN(redirect), FN(get_route_realm), FN(perf_event_output), \
	FN(skb_load_bytes), FN(get_stackid), FN(csum_diff), FN(skb_get_tunnel_opt), \
	FN(skb_set_tunnel_opt), FN(skb_change_proto), FN(skb_change_type), \
	FN(skb_under_cgroup), FN(get_hash_recalc), FN(get_current_task), FN(probe_write_user), \
	FN(current_task_under_cgroup), FN(skb_change_tail), FN(skb_pull_data), FN(csum_update), \
	FN(set_hash_invalid), FN(get_numa_node_id), FN(skb_change_head), FN(xdp_adjust_head), \
	FN(probe_read_str), FN(get_socket_cookie), FN(get_socket_uid), FN(set_hash), \
	FN(setsockopt), FN(skb_adjust_room), FN(redirect_map), FN(sk_redirect_map), \
	FN(sock_map_update), FN(xdp_adjust_meta), FN(perf_event_read_value), \
	FN(perf_prog_read_value), FN(getsockopt), FN(override_return), \
	FN(sock_ops_cb_flags_set), FN(msg_redirect_map), FN(msg_apply_bytes), \
	FN(msg_cork_bytes), FN(msg_pull_data), FN(bind), FN(xdp_adjust_tail), \
	FN(skb_get_xfrm_state), FN(get_stack), FN(skb_load_bytes_relative), FN(fib_lookup), \
	FN(sock_hash_update), FN(msg_redirect_hash), FN(sk_redirect_hash), FN(lwt_push_encap), \
	FN(lwt_seg6_store_bytes), FN(lwt_seg6_adjust_srh), FN(lwt_seg6_action), FN(rc_repeat), \
	FN(rc_keydown), FN(skb_cgroup_id), FN(get_current_cgroup_id), FN(get_local_storage), \
	FN(sk_select_reuseport), FN(skb_ancestor_cgroup_id), FN(sk_lookup_tcp), \
	FN(sk_lookup_udp), FN(sk_release), FN(map_push_elem), FN(map_pop_elem), \
	FN(map_peek_elem), FN(msg_push_data), FN(msg_pop_data), FN(rc_pointer_rel), \
	FN(spin_lock), FN(spin_unlock), FN(sk_fullsock), FN(tcp_sock), FN(skb_ecn_set_ce), \
	FN(get_listener_sock), FN(skc_lookup_tcp), FN(tcp_check_syncookie), \
	FN(sysctl_get_name), FN(sysctl_get_current_value), FN(sysctl_get_new_value), \
	FN(sysctl_set_new_value), FN(strtol), FN(strtoul), FN(sk_storage_get), \
	FN(sk_storage_delete), FN(send_signal), FN(tcp_gen_syncookie), FN(skb_output), \
	FN(probe_read_user), FN(probe_read_kernel), FN(probe_read_user_str), \
	FN(probe_read_kernel_str), FN(tcp_send_ack), FN(send_signal_thread), FN(jiffies64), \
	FN(read_branch_records), FN(get_ns_current_pid_tgid), FN(xdp_output), \
	FN(get_netns_cookie), FN(get_current_ancestor_cgroup_id), FN(sk_assign), \
	FN(ktime_get_boot_ns), FN(seq_printf), FN(seq_write), FN(sk_cgroup_id), \
	FN(sk_ancestor_cgroup_id), FN(ringbuf_output), FN(ringbuf_reserve), FN(ringbuf_submit), \
	FN(ringbuf_discard), FN(ringbuf_query), FN(csum_level), FN(skc_to_tcp6_sock), \
	FN(skc_to_tcp_sock), FN(skc_to_tcp_timewait_sock), FN(skc_to_tcp_request_sock), \
	FN(skc_to_udp6_sock), FN(get_task_stack), FN(load_hdr_opt), FN(store_hdr_opt), \
	FN(reserve_hdr_opt), FN(inode_storage_get), FN(inode_storage_delete), FN(d_path), \
	FN(copy_from_user), FN(snprintf_btf), FN(seq_printf_btf), FN(skb_cgroup_classid), \
	FN(redirect_neigh), FN(per_cpu_ptr), FN(this_cpu_ptr), FN(redirect_peer), \
	FN(task_storage_get), FN(task_storage_delete), FN(get_current_task_btf), \
	FN(bprm_opts_set), FN(ktime_get_coarse_ns), FN(ima_inode_hash), FN(sock_from_file), \
	FN(check_mtu), FN(for_each_map_elem), FN(snprintf), FN(sys_bpf), \
	FN(btf_find_by_name_kind), FN(sys_close), FN(timer_init), FN(timer_set_callback), \
	FN(timer_start), FN(timer_cancel), FN(get_func_ip), FN(get_attach_cookie), \
	FN(task_pt_regs), FN(get_branch_snapshot), FN(trace_vprintk), FN(skc_to_unix_sock), \
	FN(kallsyms_lookup_name), FN(find_vma), FN(loop), FN(strncmp), FN(get_func_arg), \
	FN(get_func_ret), FN(get_func_arg_cnt), FN(get_retval), FN(set_retval), \
	FN(xdp_get_buff_len), FN(xdp_load_bytes), FN(xdp_store_bytes), FN(copy_from_user_task), \
	FN(skb_set_tstamp), FN(ima_file_hash), FN(kptr_xchg), FN(map_lookup_percpu_elem), \
	FN(skc_to_mptcp_sock), FN(dynptr_from_mem), FN(ringbuf_reserve_dynptr), \
	FN(ringbuf_submit_dynptr), FN(ringbuf_discard_dynptr), FN(dynptr_read), \
	FN(dynptr_write), FN(dynptr_data), FN(tcp_raw_gen_syncookie_ipv4), \
	FN(tcp_raw_gen_syncookie_ipv6), FN(tcp_raw_check_syncookie_ipv4), \
	FN(tcp_raw_check_syncookie_ipv6), FN(ktime_get_tai_ns), FN(user_ringbuf_drain), \
	FN(cgrp_storage_get), FN(cgrp_storage_delete),

#define __EBPF_ENUM_FN(x) EBPF_FUNC_ ## x
enum ebpf_func_id {
	__EBPF_FUNC_MAPPER(__EBPF_ENUM_FN)
	__EBPF_FUNC_MAX_ID,
};
#undef __EBPF_ENUM_FN

#define EBPF_FUNC_MAPPER(FN)	__EBPF_FUNC_MAPPER(FN)

/* Flags of get_stackid and get_stack; the low byte counts frames to skip */
enum {
	EBPF_F_SKIP_FIELD_MASK	= 0xffULL,
	EBPF_F_USER_STACK	= (1ULL << 8),
	EBPF_F_FAST_STACK_CMP	= (1ULL << 9),
	EBPF_F_REUSE_STACKID	= (1ULL << 10),
	EBPF_F_USER_BUILD_ID	= (1ULL << 11),
};

/* Flags of perf_event_output, perf_event_read and perf_event_read_value */
enum {
	EBPF_F_INDEX_MASK	= 0xffffffffULL,
	EBPF_F_CURRENT_CPU	= EBPF_F_INDEX_MASK,
	EBPF_F_CTXLEN_MASK	= (0xfffffULL << 32),
};

/* Flags of skb_store_bytes */
enum {
	EBPF_F_RECOMPUTE_CSUM	= (1ULL << 0),
	EBPF_F_INVALIDATE_HASH	= (1ULL << 1),
};

/* Flags of l3_csum_replace and l4_csum_replace; the low bits are the field's size */
enum {
	EBPF_F_HDR_FIELD_MASK	= 0xfULL,
};

/* Flags of l4_csum_replace */
enum {
	EBPF_F_PSEUDO_HDR	= (1ULL << 4),
	EBPF_F_MARK_MANGLED_0	= (1ULL << 5),
	EBPF_F_MARK_ENFORCE	= (1ULL << 6),
	EBPF_F_IPV6		= (1ULL << 7),
};

/* Flags of redirect and clone_redirect */
enum {
	EBPF_F_INGRESS		= (1ULL << 0),
};

/* What csum_level does */
enum {
	EBPF_CSUM_LEVEL_QUERY,
	EBPF_CSUM_LEVEL_INC,
	EBPF_CSUM_LEVEL_DEC,
	EBPF_CSUM_LEVEL_RESET,
};

/* Flags of skb_adjust_room */
enum {
	EBPF_F_ADJ_ROOM_FIXED_GSO	= (1ULL << 0),
	EBPF_F_ADJ_ROOM_ENCAP_L3_IPV4	= (1ULL << 1),
	EBPF_F_ADJ_ROOM_ENCAP_L3_IPV6	= (1ULL << 2),
	EBPF_F_ADJ_ROOM_ENCAP_L4_GRE	= (1ULL << 3),
	EBPF_F_ADJ_ROOM_ENCAP_L4_UDP	= (1ULL << 4),
	EBPF_F_ADJ_ROOM_NO_CSUM_RESET	= (1ULL << 5),
	EBPF_F_ADJ_ROOM_ENCAP_L2_ETH	= (1ULL << 6),
};

enum {
	EBPF_ADJ_ROOM_ENCAP_L2_MASK	= 0xff,
	EBPF_ADJ_ROOM_ENCAP_L2_SHIFT	= 56,
};

/* Where skb_adjust_room makes room */
enum ebpf_adj_room_mode {
	EBPF_ADJ_ROOM_NET,
	EBPF_ADJ_ROOM_MAC,
};

/* Where the offset of skb_load_bytes_relative counts from */
enum ebpf_hdr_start_off {
	EBPF_HDR_START_MAC,
	EBPF_HDR_START_NET,
};

/* What the time stamp of a packet is */
enum {
	EBPF_SKB_TSTAMP_UNSPEC,
	EBPF_SKB_TSTAMP_DELIVERY_MONO,
};

/* Flags of read_branch_records */
enum {
	EBPF_F_GET_BRANCH_RECORDS_SIZE	= (1ULL << 0),
};

/* Flags of {sk,inode,task}_storage_get */
enum {
	EBPF_LOCAL_STORAGE_GET_F_CREATE	= (1ULL << 0),
	EBPF_SK_STORAGE_GET_F_CREATE	= EBPF_LOCAL_STORAGE_GET_F_CREATE,
};

/* Flags of ringbuf_output, ringbuf_submit and ringbuf_discard */
enum {
	EBPF_RB_NO_WAKEUP	= (1ULL << 0),
	EBPF_RB_FORCE_WAKEUP	= (1ULL << 1),
};

/* What ringbuf_query reports */
enum {
	EBPF_RB_AVAIL_DATA	= 0,
	EBPF_RB_RING_SIZE	= 1,
	EBPF_RB_CONS_POS	= 2,
	EBPF_RB_PROD_POS	= 3,
};

/* First word of a ring buffer record */
enum {
	EBPF_RINGBUF_BUSY_BIT		= (1U << 31),
	EBPF_RINGBUF_DISCARD_BIT	= (1U << 30),
	EBPF_RINGBUF_HDR_SZ		= 8,
};

/* Flags of snprintf_btf */
enum {
	EBPF_BTF_F_COMPACT	= (1ULL << 0),
	EBPF_BTF_F_NONAME	= (1ULL << 1),
	EBPF_BTF_F_PTR_RAW	= (1ULL << 2),
	EBPF_BTF_F_ZERO	= (1ULL << 3),
};

/*
 * What programs and maps hold
 */

/* struct ebpf_stack_build_id.status */
enum ebpf_stack_build_id_status {
	EBPF_STACK_BUILD_ID_EMPTY	= 0,
	EBPF_STACK_BUILD_ID_VALID	= 1,
	EBPF_STACK_BUILD_ID_IP		= 2,
};

/* Value of a stack map with EBPF_F_STACK_BUILD_ID, one per frame */
struct ebpf_stack_build_id {
	__s32 status;
	unsigned char build_id[EBPF_BUILD_ID_SIZE];
	union {
		__u64 offset;
		__u64 ip;
	};
};

/* Start of a key of EBPF_MAP_TYPE_LPM_TRIE */
struct ebpf_lpm_trie_key {
	__u32 prefixlen;
	__u8 data[0];
};

/* src_reg of EBPF_JCOND */
enum ebpf_cond_pseudo_jmp {
	EBPF_MAY_GOTO	= 0,
};

/* Value of EBPF_MAP_TYPE_INSN_ARRAY: an instruction of a program */
struct ebpf_insn_array_value {
	__u32 orig_off;		/* as it is loaded */
	__u32 xlated_off;	/* in the final program; all ones: it is not in there */
	__u32 jitted_off;	/* bytes from the start of its function's code */
	__u32 pad;
};

/* Key of EBPF_MAP_TYPE_CGROUP_STORAGE */
struct ebpf_cgroup_storage_key {
	__u64 cgroup_inode_id;
	__u32 attach_type;
};

/* Inside a map value, found through BTF by its name */
struct ebpf_spin_lock {
	__u32 val;
};

/* Likewise; opaque */
struct ebpf_timer {
	__u64 :64;
	__u64 :64;
} __attribute__((aligned(8)));

/* On the stack of a program; opaque */
struct ebpf_dynptr {
	__u64 :64;
	__u64 :64;
} __attribute__((aligned(8)));

/* Likewise: iterators of bpf_for() and of bpf_for_each(bits, ...) and (task, ...) */
struct ebpf_iter_num {
	__u64 __opaque[1];
} __attribute__((aligned(8)));

struct ebpf_iter_bits {
	__u64 __opaque[2];
} __attribute__((aligned(8)));

struct ebpf_iter_task {
	__u64 __opaque[3];
} __attribute__((aligned(8)));

/* Filled by perf_event_read_value and perf_prog_read_value */
struct ebpf_perf_event_value {
	__u64 counter;
	__u64 enabled;
	__u64 running;
};

/* Filled by get_ns_current_pid_tgid */
struct ebpf_pidns_info {
	__u32 pid;
	__u32 tgid;
};

/* Argument of snprintf_btf */
struct ebpf_btf_ptr {
	void *ptr;
	__u32 type_id;
	__u32 flags;
};

/* Context of raw tracepoint programs */
struct ebpf_raw_tracepoint_args {
	__u64 args[0];
};

/* A pointer that takes 8 bytes whatever the caller's word size. */
#define __ebpf_md_ptr(type, name)	\
	union {			\
		type name;	\
		__u64 :64;	\
	} __attribute__((aligned(8)))

/* What a packet's flow is known by */
struct ebpf_flow_keys {
	__u16 nhoff;
	__u16 thoff;
	__u16 addr_proto;
	__u8 is_frag;
	__u8 is_first_frag;
	__u8 is_encap;
	__u8 ip_proto;
	__be16 n_proto;
	__be16 sport;
	__be16 dport;
	union {
		struct {
			__be32 ipv4_src;
			__be32 ipv4_dst;
		};
		struct {
			__u32 ipv6_src[4];
			__u32 ipv6_dst[4];
		};
	};
	__u32 flags;
	__be32 flow_label;
};

/* Read and filled by fib_lookup */
struct ebpf_fib_lookup {
	__u8 family;
	__u8 l4_protocol;
	__be16 sport;
	__be16 dport;
	union {
		__u16 tot_len;
		__u16 mtu_result;
	};
	__u32 ifindex;
	union {
		__u8 tos;
		__be32 flowinfo;
		__u32 rt_metric;
	};
	union {
		__be32 ipv4_src;
		__u32 ipv6_src[4];
	};
	union {
		__be32 ipv4_dst;
		__u32 ipv6_dst[4];
	};
	union {
		struct {
			__be16 h_vlan_proto;
			__be16 h_vlan_TCI;
		};
		__u32 tbid;
	};
	__u8 smac[6];
	__u8 dmac[6];
};

/* What pointers to sockets lead to */
struct ebpf_sock {
	__u32 bound_dev_if;
	__u32 family;
	__u32 type;
	__u32 protocol;
	__u32 mark;
	__u32 priority;
	__u32 src_ip4;
	__u32 src_ip6[4];
	__u32 src_port;		/* host byte order */
	__be16 dst_port;
	__u16 :16;
	__u32 dst_ip4;
	__u32 dst_ip6[4];
	__u32 state;
	__s32 rx_queue_mapping;
};

struct ebpf_tcp_sock {
	__u32 snd_cwnd;
	__u32 srtt_us;
	__u32 rtt_min;
	__u32 snd_ssthresh;
	__u32 rcv_nxt;
	__u32 snd_nxt;
	__u32 snd_una;
	__u32 mss_cache;
	__u32 ecn_flags;
	__u32 rate_delivered;
	__u32 rate_interval_us;
	__u32 packets_out;
	__u32 retrans_out;
	__u32 total_retrans;
	__u32 segs_in;
	__u32 data_segs_in;
	__u32 segs_out;
	__u32 data_segs_out;
	__u32 lost_out;
	__u32 sacked_out;
	__u64 bytes_received;
	__u64 bytes_acked;
	__u32 dsack_dups;
	__u32 delivered;
	__u32 delivered_ce;
	__u32 icsk_retransmits;
};

/* Context of CGROUP_SOCK_ADDR programs */
struct ebpf_sock_addr {
	__u32 user_family;
	__u32 user_ip4;		/* addresses and ports in network byte order */
	__u32 user_ip6[4];
	__u32 user_port;
	__u32 family;
	__u32 type;
	__u32 protocol;
	__u32 msg_src_ip4;
	__u32 msg_src_ip6[4];
	__ebpf_md_ptr(struct ebpf_sock *, sk);
};

/* Context of SOCK_OPS programs */
struct ebpf_sock_ops {
	__u32 op;
	union {
		__u32 args[4];
		__u32 reply;
		__u32 replylong[4];
	};
	__u32 family;
	__u32 remote_ip4;
	__u32 local_ip4;
	__u32 remote_ip6[4];
	__u32 local_ip6[4];
	__u32 remote_port;	/* network byte order */
	__u32 local_port;	/* host byte order */
	__u32 is_fullsock;
	__u32 snd_cwnd;
	__u32 srtt_us;
	__u32 bpf_sock_ops_cb_flags;
	__u32 state;
	__u32 rtt_min;
	__u32 snd_ssthresh;
	__u32 rcv_nxt;
	__u32 snd_nxt;
	__u32 snd_una;
	__u32 mss_cache;
	__u32 ecn_flags;
	__u32 rate_delivered;
	__u32 rate_interval_us;
	__u32 packets_out;
	__u32 retrans_out;
	__u32 total_retrans;
	__u32 segs_in;
	__u32 data_segs_in;
	__u32 segs_out;
	__u32 data_segs_out;
	__u32 lost_out;
	__u32 sacked_out;
	__u32 sk_txhash;
	__u64 bytes_received;
	__u64 bytes_acked;
	__ebpf_md_ptr(struct ebpf_sock *, sk);
	__ebpf_md_ptr(void *, skb_data);
	__ebpf_md_ptr(void *, skb_data_end);
	__u32 skb_len;
	__u32 skb_tcp_flags;
};

/* Context of SK_MSG programs */
struct ebpf_sk_msg_md {
	__ebpf_md_ptr(void *, data);
	__ebpf_md_ptr(void *, data_end);
	__u32 family;
	__u32 remote_ip4;
	__u32 local_ip4;
	__u32 remote_ip6[4];
	__u32 local_ip6[4];
	__u32 remote_port;
	__u32 local_port;
	__u32 size;
	__ebpf_md_ptr(struct ebpf_sock *, sk);
};

/* Context of SK_LOOKUP programs */
struct ebpf_sk_lookup {
	union {
		__ebpf_md_ptr(struct ebpf_sock *, sk);
		__u64 cookie;
	};
	__u32 family;
	__u32 protocol;
	__u32 remote_ip4;
	__u32 remote_ip6[4];
	__be16 remote_port;
	__u16 :16;
	__u32 local_ip4;
	__u32 local_ip6[4];
	__u32 local_port;
	__u32 ingress_ifindex;
};

/* Context of SK_REUSEPORT programs */
struct ebpf_sk_reuseport_md {
	__ebpf_md_ptr(void *, data);	/* of TCP or UDP */
	__ebpf_md_ptr(void *, data_end);
	__u32 len;
	__u32 eth_protocol;	/* network byte order */
	__u32 ip_protocol;
	__u32 bind_inany;
	__u32 hash;
	__ebpf_md_ptr(struct ebpf_sock *, sk);
	__ebpf_md_ptr(struct ebpf_sock *, migrating_sk);
};

/* Contexts of control groups' hooks */
struct ebpf_cgroup_dev_ctx {
	__u32 access_type;
	__u32 major;
	__u32 minor;
};

struct ebpf_sysctl {
	__u32 write;
	__u32 file_pos;
};

struct ebpf_sockopt {
	__ebpf_md_ptr(struct ebpf_sock *, sk);
	__ebpf_md_ptr(void *, optval);
	__ebpf_md_ptr(void *, optval_end);
	__s32 level;
	__s32 optname;
	__s32 optlen;
	__s32 retval;
};

/* Context of socket programs (struct __sk_buff) */
struct ebpf_sk_buff {
	__u32 len;
	__u32 pkt_type;
	__u32 mark;
	__u32 queue_mapping;
	__u32 protocol;
	__u32 vlan_present;
	__u32 vlan_tci;
	__u32 vlan_proto;
	__u32 priority;
	__u32 ingress_ifindex;
	__u32 ifindex;
	__u32 tc_index;
	__u32 cb[5];
	__u32 hash;
	__u32 tc_classid;
	__u32 data;
	__u32 data_end;
	__u32 napi_id;
	__u32 family;
	__u32 remote_ip4;
	__u32 local_ip4;
	__u32 remote_ip6[4];
	__u32 local_ip6[4];
	__u32 remote_port;
	__u32 local_port;
	__u32 data_meta;
	__ebpf_md_ptr(struct ebpf_flow_keys *, flow_keys);
	__u64 tstamp;
	__u32 wire_len;
	__u32 gso_segs;
	__ebpf_md_ptr(struct ebpf_sock *, sk);
	__u32 gso_size;
	__u8 tstamp_type;
	__u32 :24;
	__u64 hwtstamp;
};

/* Context of XDP programs */
struct ebpf_xdp_md {
	__u32 data;
	__u32 data_end;
	__u32 data_meta;
	__u32 ingress_ifindex;
	__u32 rx_queue_index;
	__u32 egress_ifindex;
};

#endif /* _UAPI_EBPFDRV_BPF_H */
