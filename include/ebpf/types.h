/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The types and small macros that the engines (verifier/, jit/) are written in.
 *
 * This is the one header that knows whether the engines are being built into
 * the module or into a user-space library. Engines include nothing else from
 * the kernel or from libc.
 */
#ifndef _EBPF_TYPES_H
#define _EBPF_TYPES_H

#ifdef __KERNEL__

#include <linux/types.h>
#include <linux/kernel.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/errno.h>
#include <linux/err.h>
#include <linux/bug.h>

#else /* user space */

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <linux/types.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
/* As in the kernel on x86_64, so that %llu and %llx fit in both builds. */
typedef unsigned long long u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef long long s64;

#define U8_MAX		((u8)~0U)
#define U16_MAX		((u16)~0U)
#define S8_MIN		((s8)-128)
#define S8_MAX		((s8)127)
#define S16_MIN		((s16)-32768)
#define S16_MAX		((s16)32767)

#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))
#define round_up(x, y)	((((x) - 1) | ((__typeof__(x))((y) - 1))) + 1)
#define round_down(x, y) ((x) & ~((__typeof__(x))((y) - 1)))
#define min_t(t, a, b)	((t)(a) < (t)(b) ? (t)(a) : (t)(b))
#define max_t(t, a, b)	((t)(a) > (t)(b) ? (t)(a) : (t)(b))

#define MAX_ERRNO	4095
static inline bool IS_ERR(const void *p)
{
	return (unsigned long)p >= (unsigned long)-MAX_ERRNO;
}
static inline bool IS_ERR_OR_NULL(const void *p)
{
	return !p || IS_ERR(p);
}
static inline long PTR_ERR(const void *p) { return (long)p; }
static inline void *ERR_PTR(long e) { return (void *)e; }

#endif /* __KERNEL__ */

/* Not in every kernel's headers. */
#ifndef U32_MAX
#define U32_MAX		((u32)~0U)
#endif
#ifndef S32_MAX
#define S32_MAX		((s32)(U32_MAX >> 1))
#endif
#ifndef S32_MIN
#define S32_MIN		((s32)(-S32_MAX - 1))
#endif
#ifndef U64_MAX
#define U64_MAX		((u64)~0ULL)
#endif
#ifndef S64_MAX
#define S64_MAX		((s64)(U64_MAX >> 1))
#endif
#ifndef S64_MIN
#define S64_MIN		((s64)(-S64_MAX - 1))
#endif

/* Linux's internal "operation not supported", which bpf(2) hands to user
 * space for programs and maps it cannot have.
 */
#ifndef ENOTSUPP
#define ENOTSUPP	524
#endif

#define EBPF_CONTAINER_FIRST(type, member) \
	typedef char ebpf_first_##type##_##member[offsetof(struct type, member) == 0 ? 1 : -1]

#endif /* _EBPF_TYPES_H */
