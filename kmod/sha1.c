// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/sha1.h"

static u32 rotl(u32 x, unsigned int n)
{
	return (x << n) | (x >> (32 - n));
}

static u32 be32(const u8 *p)
{
	return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
}

/* Word @i of the schedule; w holds the last 16. */
static u32 schedule(u32 *w, const u8 *block, unsigned int i)
{
	if (i < 16)
		w[i] = be32(block + i * 4);
	else
		w[i & 15] = rotl(w[(i + 13) & 15] ^ w[(i + 8) & 15] ^ w[(i + 2) & 15] ^
				 w[i & 15], 1);
	return w[i & 15];
}

static u32 mix(unsigned int i, u32 b, u32 c, u32 d)
{
	if (i < 20)
		return ((b & c) | (~b & d)) + 0x5a827999;
	if (i < 40)
		return (b ^ c ^ d) + 0x6ed9eba1;
	if (i < 60)
		return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
	return (b ^ c ^ d) + 0xca62c1d6;
}

static void transform(u32 *h, const u8 *block)
{
	u32 a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], w[16], t;
	unsigned int i;

	for (i = 0; i < 80; i++) {
		t = rotl(a, 5) + mix(i, b, c, d) + e + schedule(w, block, i);
		e = d;
		d = c;
		c = rotl(b, 30);
		b = a;
		a = t;
	}
	h[0] += a;
	h[1] += b;
	h[2] += c;
	h[3] += d;
	h[4] += e;
}

void ebpf_sha1_init(struct ebpf_sha1 *ctx)
{
	memset(ctx, 0, sizeof(*ctx));
	ctx->h[0] = 0x67452301;
	ctx->h[1] = 0xefcdab89;
	ctx->h[2] = 0x98badcfe;
	ctx->h[3] = 0x10325476;
	ctx->h[4] = 0xc3d2e1f0;
}

void ebpf_sha1_update(struct ebpf_sha1 *ctx, const void *data, size_t len)
{
	const u8 *p = data;
	size_t fill, n;

	while (len) {
		fill = ctx->len & 63;
		n = min_t(size_t, len, 64 - fill);
		memcpy(ctx->block + fill, p, n);
		ctx->len += n;
		p += n;
		len -= n;
		if (fill + n == 64)
			transform(ctx->h, ctx->block);
	}
}

void ebpf_sha1_final(struct ebpf_sha1 *ctx, u8 out[EBPF_SHA1_SIZE])
{
	static const u8 pad[64] = { 0x80 };
	u64 bits = ctx->len * 8;
	u8 tail[8];
	int i;

	ebpf_sha1_update(ctx, pad, 1 + ((119 - (ctx->len & 63)) & 63));
	for (i = 0; i < 8; i++)
		tail[i] = bits >> (56 - 8 * i);
	ebpf_sha1_update(ctx, tail, sizeof(tail));
	for (i = 0; i < EBPF_SHA1_SIZE; i++)
		out[i] = ctx->h[i / 4] >> (24 - 8 * (i % 4));
}
