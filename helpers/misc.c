// SPDX-License-Identifier: GPL-2.0-only
/*
 * Small things: processor, node, random numbers, strings to numbers; and what
 * helpers keep per CPU.
 */
#include <linux/cpumask.h>
#include <linux/percpu.h>
#include <linux/random.h>
#include <linux/topology.h>
#include "helpers/find_vma.h"
#include "helpers/helpers.h"
#include "helpers/scratch.h"
#include "helpers/signal.h"
#include "helpers/words.h"
#include "kmod/compat/branch.h"
#include "kmod/compat/clock.h"
#include "kmod/compat/sock.h"
#include "kmod/compat/task_ref.h"

/* Kernels changed their own generator's name and kind over time, and not all of
 * them may be used in an NMI. Interrupted updates only mix the state more.
 */
static DEFINE_PER_CPU(u64, prandom_state);

EBPF_HELPER(get_prandom_u32)
{
	u64 *state = this_cpu_ptr(&prandom_state);
	u64 x = *state;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	*state = x;
	/* The low bits of a plain xorshift are weak; a product's high ones are not. */
	return (u32)((x * 0x9e3779b97f4a7c15ULL) >> 32);
}

EBPF_HELPER(get_smp_processor_id)
{
	return raw_smp_processor_id();
}

EBPF_HELPER(get_numa_node_id)
{
	return numa_node_id();
}

/* variable, CPU */
EBPF_HELPER(per_cpu_ptr)
{
	u32 cpu = r2;

	if (cpu >= nr_cpu_ids || !cpu_possible(cpu))
		return 0;
	return (u64)(unsigned long)per_cpu_ptr((const void __percpu *)(unsigned long)r1, cpu);
}

EBPF_HELPER(this_cpu_ptr)
{
	return (u64)(unsigned long)this_cpu_ptr((const void __percpu *)(unsigned long)r1);
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

#define STRTO_BASE_MASK 0x1fULL

/* As the kernel's own: base 0 looks at the prefix. */
static u32 skip_prefix(const char *s, u32 len, u32 *base)
{
	bool hex = len > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X') && digit_of(s[2]) < 16;

	if (hex && (!*base || *base == 16)) {
		*base = 16;
		return 2;
	}
	if (!*base)
		*base = len && s[0] == '0' ? 8 : 10;
	return 0;
}

/* Returns bytes used or an errno. */
static long parse_number(const char *s, u32 len, u64 flags, u64 *value, bool *negative)
{
	u32 base = flags & STRTO_BASE_MASK, i = 0, first, digit;
	u64 v = 0;

	if ((base && base != 8 && base != 10 && base != 16) || flags & ~STRTO_BASE_MASK)
		return -EINVAL;
	while (i < len && is_space(s[i]))
		i++;
	*negative = i < len && s[i] == '-';
	i += *negative;
	i += skip_prefix(s + i, len - i, &base);
	for (first = i; i < len; i++) {
		/* The text may change: a digit is what was looked at. */
		digit = digit_of(READ_ONCE(s[i]));
		if (digit >= base)
			break;
		if (v > (U64_MAX - digit) / base)
			return -ERANGE;
		v = v * base + digit;
	}
	if (i == first)
		return -EINVAL;
	*value = v;
	return i;
}

EBPF_HELPER(strtol)
{
	s64 *res = (s64 *)(unsigned long)r4;
	bool negative;
	u64 value;
	long used = parse_number((const char *)(unsigned long)r1, r2, r3, &value, &negative);

	*res = 0;
	if (used < 0)
		return used;
	if (value > (u64)S64_MAX + negative)
		return -ERANGE;
	*res = negative ? (s64)(0 - value) : (s64)value;
	return used;
}

EBPF_HELPER(strtoul)
{
	u64 *res = (u64 *)(unsigned long)r4;
	bool negative;
	u64 value;
	long used = parse_number((const char *)(unsigned long)r1, r2, r3, &value, &negative);

	*res = 0;
	if (used < 0)
		return used;
	if (negative)
		return -EINVAL;
	*res = value;
	return used;
}

EBPF_HELPER(strncmp)
{
	return strncmp((const char *)(unsigned long)r1, (const char *)(unsigned long)r3, r2);
}

int ebpf_helpers_init(void)
{
	int cpu, err;

	for_each_possible_cpu(cpu) {
		u64 *state = per_cpu_ptr(&prandom_state, cpu);

		get_random_bytes(state, sizeof(*state));
		*state |= 1;	/* never stuck at 0 */
	}
	err = compat_clock_init();
	if (err)
		return err;
	err = ebpf_compat_sock_init();
	if (err)
		goto exit_clock;
	err = ebpf_scratch_init();
	if (err)
		goto exit_clock;
	err = ebpf_find_vma_init();
	if (err)
		goto exit_scratch;
	ebpf_signal_init();
	ebpf_compat_task_ref_init();
	ebpf_compat_branch_init();
	return 0;

exit_scratch:
	ebpf_scratch_exit();
exit_clock:
	compat_clock_exit();
	return err;
}

void ebpf_helpers_exit(void)
{
	ebpf_compat_task_ref_exit();
	ebpf_signal_exit();
	ebpf_find_vma_exit();
	ebpf_words_exit();
	ebpf_scratch_exit();
	compat_clock_exit();
}
