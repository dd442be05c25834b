// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include "jit_run.h"
#include "splitmix.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef HAVE_CAPSTONE
#include <capstone/capstone.h>
#endif

#define CODE_SIZE	(16U << 20)

/* One piece of memory, mapped writable and executable at two addresses. */
static u8 *code_rw, *code_exec;
static u32 code_used;

static u8 stack_area[JIT_STACK + JIT_GUARD] __attribute__((aligned(64)));
static u8 stack_copy[sizeof(stack_area)];
u8 *jit_stack_top = stack_area + JIT_STACK;
u32 jit_stack_used = EBPF_MAX_STACK + 64;

u64 jit_enter(const void *code, void *ctx, void *stack_top, u64 saved[6]);

/* Calls @code with its own marks in all registers and keeps what it leaves in
 * those that a callee has to preserve.
 */
__asm__(
"	.text\n"
"	.globl jit_enter\n"
"	.type jit_enter, @function\n"
"jit_enter:\n"
"	push %rbx\n	push %rbp\n	push %r12\n	push %r13\n	push %r14\n	push %r15\n"
"	push %rcx\n"
"	mov %rdi, %rax\n	mov %rsi, %rdi\n	mov %rdx, %rsi\n"
"	mov $0x1111111111111111, %rbx\n"
"	mov $0x2222222222222222, %rbp\n"
"	mov $0x3333333333333333, %r12\n"
"	mov $0x4444444444444444, %r13\n"
"	mov $0x5555555555555555, %r14\n"
"	mov $0x6666666666666666, %r15\n"
"	mov $0x7777777777777777, %rdx\n"
"	mov %rdx, %rcx\n	mov %rdx, %r8\n	mov %rdx, %r9\n	mov %rdx, %r10\n"
"	mov %rdx, %r11\n"
"	call *%rax\n"
"	pop %rcx\n"
"	mov %rbx, (%rcx)\n	mov %rbp, 8(%rcx)\n	mov %r12, 16(%rcx)\n"
"	mov %r13, 24(%rcx)\n	mov %r14, 32(%rcx)\n	mov %r15, 40(%rcx)\n"
"	pop %r15\n	pop %r14\n	pop %r13\n	pop %r12\n	pop %rbp\n	pop %rbx\n"
"	ret\n"
"	.size jit_enter, . - jit_enter\n"
);

/* What the module's load stubs do: address in rdi, value in rax, nothing else
 * changes. Addresses below jit_probe_limit cannot be read.
 */
u64 jit_probe_limit = 1UL << 32;
#define LOAD_STUB(name, load)						\
	__asm__("	.globl " #name "\n" #name ":\n"			\
		"	xor %eax, %eax\n"				\
		"	cmp jit_probe_limit(%rip), %rdi\n"		\
		"	jb 1f\n	" load "\n"				\
		"1:	ret\n");					\
	extern const char name[]
LOAD_STUB(jit_load1, "movzbl (%rdi), %eax");
LOAD_STUB(jit_load2, "movzwl (%rdi), %eax");
LOAD_STUB(jit_load4, "mov (%rdi), %eax");
LOAD_STUB(jit_load8, "mov (%rdi), %rax");

/* Thunks as retpoline kernels have them, only that they just jump. */
__asm__("	.globl jit_thunk_rcx\njit_thunk_rcx:	jmp *%rcx\n"
	"	.globl jit_thunk_ret\njit_thunk_ret:	ret\n");
extern const char jit_thunk_rcx[], jit_thunk_ret[];

const struct ebpf_arena *jit_arena;

struct ebpf_jit_env jit_env = {
	.prog_array_max_entries_off = offsetof(struct jit_prog_array, max_entries),
	.prog_array_ptrs_off = offsetof(struct jit_prog_array, ptrs),
	.prog_tail_entry_off = offsetof(struct jit_code, tail_entry),
};

/* Code has to be within 2 GiB of the helpers, that is of this program. */
static u8 *map_near(int fd)
{
	u64 self = (u64)(uintptr_t)jit_enter & ~0xfffffUL;
	u64 off;

	for (off = 64U << 20; off < 1U << 30; off += 64U << 20) {
		void *p = mmap((void *)(uintptr_t)(self - off), CODE_SIZE, PROT_READ | PROT_EXEC,
			       MAP_SHARED, fd, 0);
		s64 dist = (s64)((u64)(uintptr_t)p - self);

		if (p != MAP_FAILED && dist > -(1LL << 30) && dist < 1LL << 30)
			return p;
		if (p != MAP_FAILED)
			munmap(p, CODE_SIZE);
	}
	return NULL;
}

static void init(void)
{
	int fd = memfd_create("jit", 0);

	if (fd < 0 || ftruncate(fd, CODE_SIZE))
		goto fail;
	code_rw = mmap(NULL, CODE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	code_exec = map_near(fd);
	if (code_rw == MAP_FAILED || !code_exec)
		goto fail;
	close(fd);
	memset(code_rw, 0xcc, CODE_SIZE);
	jit_env.call_base = (u64)(uintptr_t)jit_enter;
	jit_env.load_stub[0] = (u64)(uintptr_t)jit_load1;
	jit_env.load_stub[1] = (u64)(uintptr_t)jit_load2;
	jit_env.load_stub[2] = (u64)(uintptr_t)jit_load4;
	jit_env.load_stub[3] = (u64)(uintptr_t)jit_load8;
	return;
fail:
	perror("executable memory");
	exit(1);
}

void jit_set_mitigations(bool on)
{
	jit_env.indirect_thunk_rcx = on ? (u64)(uintptr_t)jit_thunk_rcx : 0;
	jit_env.return_thunk = on ? (u64)(uintptr_t)jit_thunk_ret : 0;
	jit_env.sls = on;
	jit_env.endbr = on;
}

s32 jit_helper_imm(const void *func)
{
	return (s32)((const char *)func - (const char *)(const void *)jit_enter);
}

const void *jit_helper_addr(s32 imm)
{
	return (const char *)(const void *)jit_enter + imm;
}

int jit_build(struct jit_code *code, struct ebpf_insn *insns, u32 cnt,
	      struct ebpf_subprog *subs, u32 sub_cnt)
{
	int err;

	if (!code_rw)
		init();
	memset(code, 0, sizeof(*code));
	code->sub0.stack_depth = EBPF_MAX_STACK;
	code->img.insns = insns;
	code->img.insn_cnt = cnt;
	code->img.subprogs = subs ? subs : &code->sub0;
	code->img.subprog_cnt = subs ? sub_cnt : 1;
	code->img.arena = jit_arena;
	code->prog = (struct interp_prog){ insns, cnt, subs, sub_cnt };
	code->jit = ebpf_jit_compile(&code->img, &jit_env);
	if (IS_ERR(code->jit)) {
		err = PTR_ERR(code->jit);
		code->jit = NULL;
		return err;
	}
	code->size = ebpf_jit_size(code->jit);
	if (code_used + code->size > CODE_SIZE) {
		fprintf(stderr, "code memory is used up\n");
		exit(1);
	}
	code->exec = code_exec + code_used;
	err = ebpf_jit_emit(code->jit, code_rw + code_used, (u64)(uintptr_t)code->exec);
	if (err) {
		jit_destroy(code);
		return err;
	}
	code->tail_entry = (u64)(uintptr_t)code->exec + ebpf_jit_tail_entry_off(code->jit);
	code_used += code->size;
	return 0;
}

/* The last one built gives its memory back; the others' is gone for good. */
void jit_destroy(struct jit_code *code)
{
	if (code->exec && code->exec + code->size == code_exec + code_used) {
		code_used -= code->size;
		memset(code_rw + code_used, 0xcc, code->size);
	}
	ebpf_jit_free(code->jit);
	memset(code, 0, sizeof(*code));
}

bool jit_exec(const struct jit_code *code, void *ctx, u64 *ret)
{
	static const char * const names[] = { "rbx", "rbp", "r12", "r13", "r14", "r15" };
	u64 saved[6];
	bool ok = true;
	u32 i;

	*ret = jit_enter(code->exec, ctx, jit_stack_top, saved);
	for (i = 0; i < 6; i++) {
		if (saved[i] == 0x1111111111111111ULL * (i + 1))
			continue;
		printf("#   %s comes back as %#llx\n", names[i], saved[i]);
		ok = false;
	}
	return ok;
}

u64 jit_random(u64 *state)
{
	return splitmix(state);
}

u64 jit_random_edge(u64 *state)
{
	u64 r = jit_random(state);
	u64 power = 1ULL << (r >> 8 & 63);

	switch (r & 7) {
	case 0:
		return (r >> 16 & 7) - 3;
	case 1:
		return power + (r >> 16 & 3) - 1;
	case 2:
		return 0 - power + (r >> 16 & 3) - 1;
	case 3:
		return (u32)jit_random(state);
	case 4:
		return (u64)(s64)(s32)jit_random(state);
	case 5:
		return r >> 16 & 0xff;
	default:
		return jit_random(state);
	}
}

static void fill_stack(u64 seed)
{
	u64 *p = (u64 *)(void *)(jit_stack_top - jit_stack_used);
	u64 *end = (u64 *)(void *)(jit_stack_top + JIT_GUARD);

	while (p < end)
		*p++ = jit_random(&seed);
}

static bool same_bytes(const char *what, const u8 *want, const u8 *got, u32 len, long base)
{
	u32 i;

	for (i = 0; i < len; i++) {
		if (want[i] == got[i])
			continue;
		printf("#   %s%+ld: the interpreter has %02x, the JIT %02x\n", what, base + i,
		       want[i], got[i]);
		return false;
	}
	return true;
}

bool jit_same(const struct jit_code *code, const struct interp_ops *ops, void *mem, u32 len,
	      u64 seed)
{
	static u8 before[4096], after[4096];
	struct interp it = { .prog = &code->prog, .ops = ops, .max_steps = 4000000 };
	u64 ret = 0;
	bool ok;
	int err;

	if (len > sizeof(before))
		return false;
	memcpy(before, mem, len);
	fill_stack(seed);
	err = interp_run(&it, (u64)(uintptr_t)mem, (u64)(uintptr_t)jit_stack_top, false);
	if (err) {
		printf("#   the interpreter ends with %d at instruction %u\n", err, it.pc - 1);
		return false;
	}
	memcpy(after, mem, len);
	memcpy(stack_copy, jit_stack_top - jit_stack_used, jit_stack_used + JIT_GUARD);

	memcpy(mem, before, len);
	fill_stack(seed);
	ok = jit_exec(code, mem, &ret);
	if (ret != it.regs[0])
		printf("#   the interpreter returns %#llx, the JIT %#llx\n", it.regs[0], ret);
	return ok & (ret == it.regs[0]) & same_bytes("memory", after, mem, len, 0) &
	       same_bytes("stack", stack_copy, jit_stack_top - jit_stack_used,
			  jit_stack_used + JIT_GUARD, -(long)jit_stack_used);
}

#ifdef HAVE_CAPSTONE
static csh capstone(void)
{
	static csh handle;

	if (!handle && cs_open(CS_ARCH_X86, CS_MODE_64, &handle) != CS_ERR_OK)
		handle = 0;
	return handle;
}

bool jit_can_decode(void)
{
	return capstone();
}

u32 jit_undecodable(const struct jit_code *code)
{
	const u8 *p = code->exec;
	size_t left = code->size;
	uint64_t addr = 0;
	cs_insn *insn;

	if (!capstone())
		return 0;
	insn = cs_malloc(capstone());
	while (left && cs_disasm_iter(capstone(), &p, &left, &addr, insn))
		;
	cs_free(insn, 1);
	return left;
}

static void dump_x86(const struct jit_code *code)
{
	cs_insn *insns;
	size_t i, n;

	n = cs_disasm(capstone(), code->exec, code->size, 0, 0, &insns);
	for (i = 0; i < n; i++)
		printf("#     %4llx: %s %s\n", (u64)insns[i].address, insns[i].mnemonic,
		       insns[i].op_str);
	if (n)
		cs_free(insns, n);
}
#else
bool jit_can_decode(void)
{
	return false;
}

u32 jit_undecodable(const struct jit_code *code)
{
	return 0;
}

static void dump_x86(const struct jit_code *code)
{
	u32 i;

	printf("#    ");
	for (i = 0; i < code->size; i++)
		printf(" %02x", code->exec[i]);
	putchar('\n');
}
#endif

void jit_dump(const struct jit_code *code)
{
	u32 i;

	for (i = 0; i < code->img.insn_cnt; i++) {
		const struct ebpf_insn *insn = &code->img.insns[i];

		printf("#   %3u: code %02x dst %u src %u off %d imm %d\n", i, insn->code,
		       insn->dst_reg, insn->src_reg, insn->off, insn->imm);
	}
	dump_x86(code);
}
