// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arenas: run by test_arena.c.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define ARENA		33	/* newer than the headers */
#define PAGES		1000

struct bpf_arena {
	__u64 user_vm_start;
	__u64 user_vm_end;
} __attribute__((preserve_access_index));

struct {
	__uint(type, ARENA);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, PAGES);
} arena SEC(".maps");

extern void *bpf_arena_alloc_pages(void *map, void *addr, __u32 page_cnt, int node_id, __u64 flags) __ksym;
extern void bpf_arena_free_pages(void *map, void *ptr, __u32 page_cnt) __ksym;
extern int bpf_arena_reserve_pages(void *map, void *ptr, __u32 page_cnt) __ksym;

__u64 result;

/* A program that names its arena has one. */
#define USES_ARENA()	asm volatile("" : : "r" (&arena))

/* What clang 14 has no name for: rX = addr_space_cast(rX, ...). */
#define REG(n)	".ifc %[reg], r" #n "\n.byte 0x" #n #n "\n.endif\n"
#define CAST(var, imm)							\
	asm volatile(".byte 0xbf\n"					\
		     REG(0) REG(1) REG(2) REG(3) REG(4) REG(5) REG(6) REG(7) REG(8) REG(9) \
		     ".short 1\n.long " #imm "\n" : [reg] "+r" (var))
#define TO_ARENA(var)	CAST(var, 1)
#define TO_USER(var)	CAST(var, 0x10000)

SEC("raw_tp")
int load(struct bpf_raw_tracepoint_args *ctx)
{
	__u64 at = ctx->args[1], size = ctx->args[2];

	USES_ARENA();
	TO_ARENA(at);
	if (size == 1)
		result = *(volatile __u8 *)at;
	else if (size == 2)
		result = *(volatile __u16 *)at;
	else if (size == 4)
		result = *(volatile __u32 *)at;
	else
		result = *(volatile __u64 *)at;
	return 0;
}

SEC("raw_tp")
int store(struct bpf_raw_tracepoint_args *ctx)
{
	__u64 at = ctx->args[1], size = ctx->args[2], val = ctx->args[3];

	USES_ARENA();
	TO_ARENA(at);
	if (size == 1)
		*(volatile __u8 *)at = val;
	else if (size == 2)
		*(volatile __u16 *)at = val;
	else if (size == 4)
		*(volatile __u32 *)at = val;
	else
		*(volatile __u64 *)at = val;
	return 0;
}

SEC("raw_tp")
int add(struct bpf_raw_tracepoint_args *ctx)
{
	__u64 at = ctx->args[1];

	USES_ARENA();
	TO_ARENA(at);
	result = __sync_fetch_and_add((__u64 *)at, ctx->args[3]);
	__sync_fetch_and_add((__u32 *)(at + 8), 1);
	return 0;
}

/* Forth and back, and what is NULL. */
SEC("raw_tp")
int cast(struct bpf_raw_tracepoint_args *ctx)
{
	__u64 at = ctx->args[1], null = 0;

	USES_ARENA();
	TO_ARENA(at);
	at += 8;
	TO_USER(at);
	TO_USER(null);
	result = at + null;
	return 0;
}

SEC("raw_tp")
int where(struct bpf_raw_tracepoint_args *ctx)
{
	struct bpf_arena *a = (struct bpf_arena *)&arena;

	result = a->user_vm_start;
	return a->user_vm_end - a->user_vm_start == PAGES * 4096;
}

SEC("raw_tp")
int get(struct bpf_raw_tracepoint_args *ctx)
{
	result = (__u64)bpf_arena_alloc_pages(&arena, (void *)ctx->args[1], ctx->args[2], -1, 0);
	return 0;
}

SEC("raw_tp")
int put(struct bpf_raw_tracepoint_args *ctx)
{
	bpf_arena_free_pages(&arena, (void *)ctx->args[1], ctx->args[2]);
	return 0;
}

SEC("raw_tp")
int keep(struct bpf_raw_tracepoint_args *ctx)
{
	return bpf_arena_reserve_pages(&arena, (void *)ctx->args[1], ctx->args[2]);
}

/* Freed, and got again at once. */
SEC("raw_tp")
int again(struct bpf_raw_tracepoint_args *ctx)
{
	__u64 at = (__u64)bpf_arena_alloc_pages(&arena, 0, 1, -1, 0);

	bpf_arena_free_pages(&arena, (void *)at, 1);
	result = (__u64)bpf_arena_alloc_pages(&arena, (void *)at, 1, -1, 0);
	return result && result == at;
}

struct request {
	__u64 addr;
	__u64 cnt;
};

SEC("syscall")
int get_asleep(struct request *req)
{
	result = (__u64)bpf_arena_alloc_pages(&arena, (void *)req->addr, req->cnt, -1, 0);
	return 0;
}

SEC("syscall")
int put_asleep(struct request *req)
{
	bpf_arena_free_pages(&arena, (void *)req->addr, req->cnt);
	return 0;
}

char _license[] SEC("license") = "GPL";
