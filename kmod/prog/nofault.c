// SPDX-License-Identifier: GPL-2.0-only
/*
 * Copies whose loads have an exception table entry each. The range is checked
 * first: on kernels with SMAP a load of a user address from here is fatal without
 * a look at the table, on others it would succeed and could even fault a page in.
 * Page faults are disabled as well, so that nothing waits for one that comes.
 */
#include "kmod/prog/nofault.h"
#include "kmod/prog/kernel_range.h"
#include "kmod/compat/compat.h"
#include <asm/asm.h>
#include <asm/processor.h>

/* Copies one unit through a scratch register; jumps to @fault when the source
 * cannot be read.
 */
#define COPY_UNIT(mov, reg, dst, src, fault)				\
	asm goto("1:	" mov " (%0), %%" reg "\n"			\
		 "	" mov " %%" reg ", (%1)\n"			\
		 _ASM_EXTABLE(1b, %l[fault])				\
		 : : "r" (src), "r" (dst) : "rax", "memory" : fault)

static long read_kernel(u8 *to, u64 src, u32 size)
{
	for (; size >= 8; size -= 8, src += 8, to += 8)
		COPY_UNIT("movq", "rax", to, src, fault);
	if (size & 4) {
		COPY_UNIT("movl", "eax", to, src, fault);
		src += 4;
		to += 4;
	}
	if (size & 2) {
		COPY_UNIT("movw", "ax", to, src, fault);
		src += 2;
		to += 2;
	}
	if (size & 1)
		COPY_UNIT("movb", "al", to, src, fault);
	return 0;
fault:
	return -EFAULT;
}

/* Addresses between the halves are not even tried. */
static bool is_canonical(u64 addr)
{
	u32 unused = 64 - boot_cpu_data.x86_virt_bits;

	return (u64)((s64)(addr << unused) >> unused) == addr;
}

/* Why nothing was read: where nothing of the kernel can be is -ERANGE, as in Linux. */
static long read_error(u64 addr)
{
	return ebpf_is_kernel_range(addr, 1) && is_canonical(addr) ? -EFAULT : -ERANGE;
}

long ebpf_read_kernel(void *dst, u64 src, u32 size)
{
	long ret;

	if (unlikely(!size))
		return read_error(src) == -ERANGE ? -ERANGE : 0;
	if (unlikely(!ebpf_is_kernel_range(src, size) || !is_canonical(src)))
		return read_error(src);
	pagefault_disable();
	ret = read_kernel(dst, src, size);
	pagefault_enable();
	return ret;
}

static long read_kernel_str(char *dst, u64 src, u32 size)
{
	u64 left = ebpf_kernel_range_left(src);
	u32 n = 0;

	do {
		if (unlikely(n >= left))
			return -EFAULT;
		COPY_UNIT("movb", "al", dst + n, src + n, fault);
	} while (dst[n++] && n < size);
	dst[n - 1] = '\0';
	return n;
fault:
	return -EFAULT;
}

long ebpf_read_kernel_str(char *dst, u64 src, u32 size)
{
	long ret;

	if (unlikely(!size))
		return 0;
	if (unlikely(!ebpf_is_kernel_range(src, 1) || !is_canonical(src)))
		return -ERANGE;
	pagefault_disable();
	ret = read_kernel_str(dst, src, size);
	pagefault_enable();
	return ret;
}

long ebpf_read_user(void *dst, u64 src, u32 size)
{
	return compat_copy_from_user_nofault(dst, (const void __user *)(unsigned long)src, size);
}

long ebpf_read_user_str(char *dst, u64 src, u32 size)
{
	const char __user *from = (const char __user *)(unsigned long)src;
	long n;

	if (unlikely(!size))
		return 0;
	if (unlikely(!compat_user_access_ok(from, 1)))
		return -EFAULT;
	pagefault_disable();
	n = strncpy_from_user(dst, from, size);
	pagefault_enable();
	if (n < 0)
		return -EFAULT;
	if (n >= size)
		n = size - 1;
	dst[n] = '\0';
	return n + 1;
}

long ebpf_write_user(u64 dst, const void *src, u32 size)
{
	void __user *to = (void __user *)(unsigned long)dst;
	long left;

	if (unlikely(!compat_user_access_ok(to, size)))
		return -EFAULT;
	pagefault_disable();
	left = __copy_to_user_inatomic(to, src, size);
	pagefault_enable();
	return left ? -EFAULT : 0;
}
