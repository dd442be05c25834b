/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hashing and comparing of keys. Keys of 4 and 8 bytes, which most tools use,
 * cost a few instructions; callers pass a constant size for them.
 *
 * The hash folds 128-bit products. It is seeded per map, so that who chooses keys
 * (file names, addresses) cannot choose the buckets; it is no cryptographic one.
 */
#ifndef _KMOD_HASH_KEY_H
#define _KMOD_HASH_KEY_H

#include <ebpf/types.h>

#define HASH_K1		0x9e3779b97f4a7c15ULL	/* 2^64 / golden ratio, odd */
#define HASH_K2		0xd6e8feb86659fd93ULL

/* Both halves of a * b. Not unsigned __int128: gcc aligns the stack for it. */
static __always_inline u64 hash_mix(u64 a, u64 b)
{
	u64 high;

	asm("mulq %2" : "+a" (a), "=d" (high) : "rm" (b) : "cc");
	return a ^ high;
}

/* x86 loads and stores of any alignment are whole. */
static __always_inline u64 key_u64(const u8 *p)
{
	return *(const u64 *)p;
}

static __always_inline u32 key_u32(const u8 *p)
{
	return *(const u32 *)p;
}

/* 1 to 7 bytes: all of them, some twice. */
static __always_inline u64 key_short(const u8 *p, u32 size)
{
	if (size >= 4)
		return (u64)key_u32(p) << 32 | key_u32(p + size - 4);
	return (u64)p[0] << 16 | (u64)p[size >> 1] << 8 | p[size - 1];
}

static __always_inline u32 hash_long_key(const u8 *p, u32 size, u64 seed)
{
	u64 h = seed ^ size;

	for (; size > 16; size -= 16, p += 16)
		h = hash_mix(key_u64(p) ^ HASH_K2, key_u64(p + 8) ^ h);
	/* The last 9 to 16 bytes by two loads that may overlap. */
	if (size > 8)
		h = hash_mix(key_u64(p) ^ HASH_K2, key_u64(p + size - 8) ^ h);
	else if (size == 8)
		h = hash_mix(key_u64(p) ^ h, HASH_K2);
	else
		h = hash_mix(key_short(p, size) ^ h, HASH_K2);
	return (u32)hash_mix(h, HASH_K1);
}

static __always_inline u32 hash_key(const void *key, u32 size, u64 seed)
{
	if (size == 4)
		return (u32)hash_mix(key_u32(key) ^ seed, HASH_K1);
	if (size == 8)
		return (u32)hash_mix(key_u64(key) ^ seed, HASH_K1);
	return hash_long_key(key, size, seed);
}

static __always_inline bool key_equal(const u8 *a, const u8 *b, u32 size)
{
	if (size == 4)
		return key_u32(a) == key_u32(b);
	for (; size >= 8; size -= 8, a += 8, b += 8)
		if (key_u64(a) != key_u64(b))
			return false;
	if (size & 4) {
		if (key_u32(a) != key_u32(b))
			return false;
		a += 4;
		b += 4;
	}
	if (size & 2) {
		if (*(const u16 *)a != *(const u16 *)b)
			return false;
		a += 2;
		b += 2;
	}
	return !(size & 1) || *a == *b;
}

/* memcpy() that spends no call on what keys and values mostly are. */
static __always_inline void key_copy(void *dst, const void *src, u32 size)
{
	if (size == 8)
		*(u64 *)dst = *(const u64 *)src;
	else if (size == 4)
		*(u32 *)dst = *(const u32 *)src;
	else
		memcpy(dst, src, size);
}

#endif /* _KMOD_HASH_KEY_H */
