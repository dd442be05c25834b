// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/prog/sha1.h"

static __always_inline u32 rotl(u32 x, unsigned int n)
{
	return (x << n) | (x >> (32 - n));
}

static u32 be32(const u8 *p)
{
	return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
}

#define CHOOSE(b, c, d)		((d) ^ ((b) & ((c) ^ (d))))
#define PARITY(b, c, d)		((b) ^ (c) ^ (d))
#define MAJORITY(b, c, d)	(((b) & (c)) | ((d) & ((b) | (c))))

#define ROUND(a, b, c, d, e, mix, k, word)				\
	do {								\
		e += rotl(a, 5) + mix(b, c, d) + (k) + (word);		\
		b = rotl(b, 30);					\
	} while (0)

/* After five the variables are where they were. */
#define FIVE_ROUNDS(mix, k, w)						\
	do {								\
		ROUND(a, b, c, d, e, mix, k, (w)[0]);			\
		ROUND(e, a, b, c, d, mix, k, (w)[1]);			\
		ROUND(d, e, a, b, c, mix, k, (w)[2]);			\
		ROUND(c, d, e, a, b, mix, k, (w)[3]);			\
		ROUND(b, c, d, e, a, mix, k, (w)[4]);			\
	} while (0)

/* One loop for each way to mix, so that no round has to ask which it is: the tag was a
 * fifth of the cost of loading a long program.
 */
static void transform(u32 *h, const u8 *block)
{
	u32 a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], w[80];
	unsigned int i;

	for (i = 0; i < 16; i++)
		w[i] = be32(block + i * 4);
	for (; i < 80; i++)
		w[i] = rotl(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
	for (i = 0; i < 20; i += 5)
		FIVE_ROUNDS(CHOOSE, 0x5a827999, w + i);
	for (; i < 40; i += 5)
		FIVE_ROUNDS(PARITY, 0x6ed9eba1, w + i);
	for (; i < 60; i += 5)
		FIVE_ROUNDS(MAJORITY, 0x8f1bbcdc, w + i);
	for (; i < 80; i += 5)
		FIVE_ROUNDS(PARITY, 0xca62c1d6, w + i);
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
