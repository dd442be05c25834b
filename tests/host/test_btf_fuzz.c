// SPDX-License-Identifier: GPL-2.0-only
/*
 * Damaged BTF: whatever is done to a blob, parsing ends and, where it succeeds,
 * so does every question. To be run with sanitizers.
 *
 *	test_btf_fuzz [ROUNDS [FIRST]]
 */
#include "btf_blob.h"
#include "services.h"
#include "splitmix.h"
#include "tap.h"

#define ROUNDS		40000
#define KERNEL_BTF	"/sys/kernel/btf/vmlinux"

static u64 state;

static u32 rnd(u32 n)
{
	return (u32)(splitmix(&state) % n);
}

static const u32 names[] = { 0, N_INT, N_A, N_B, N_STRUCT, N_MAIN, N_X, N_DATA, N_TAG, N_DOT };

static u32 any_name(void)
{
	return names[rnd(ARRAY_SIZE(names))];
}

/* One type with what belongs to it, most of it in order. */
static u32 make_type(u32 *w, u32 id)
{
	u32 kind = 1 + rnd(EBPF_BTF_KIND_MAX), ref = rnd(id + 3), n = rnd(4), i, at = 3;

	w[0] = kind == EBPF_BTF_KIND_PTR || kind == EBPF_BTF_KIND_CONST ||
	       kind == EBPF_BTF_KIND_VOLATILE || kind == EBPF_BTF_KIND_RESTRICT ||
	       kind == EBPF_BTF_KIND_ARRAY || kind == EBPF_BTF_KIND_FUNC_PROTO ? 0 : any_name();
	w[1] = kind << 24;
	w[2] = ref;
	switch (kind) {
	case EBPF_BTF_KIND_INT:
		w[2] = 1 << rnd(5);
		w[at++] = w[2] * 8;
		break;
	case EBPF_BTF_KIND_ARRAY:
		w[2] = 0;
		w[at++] = ref;
		w[at++] = 1;
		w[at++] = rnd(10);
		break;
	case EBPF_BTF_KIND_STRUCT:
	case EBPF_BTF_KIND_UNION:
		w[1] |= n | rnd(2) << 31;
		w[2] = 64;
		for (i = 0; i < n; i++) {
			w[at++] = any_name();
			w[at++] = rnd(id + 3);
			w[at++] = kind == EBPF_BTF_KIND_UNION ? 0 : i * 128;
		}
		break;
	case EBPF_BTF_KIND_ENUM:
	case EBPF_BTF_KIND_ENUM64:
		w[1] |= n;
		w[2] = 8;
		for (i = 0; i < n; i++) {
			w[at++] = N_A;
			w[at++] = rnd(100);
			if (kind == EBPF_BTF_KIND_ENUM64)
				w[at++] = rnd(100);
		}
		break;
	case EBPF_BTF_KIND_FWD:
		w[2] = 0;
		break;
	case EBPF_BTF_KIND_FUNC_PROTO:
		w[1] |= n;
		for (i = 0; i < n; i++) {
			w[at++] = N_A;
			w[at++] = rnd(id + 1);
		}
		break;
	case EBPF_BTF_KIND_VAR:
		w[at++] = rnd(2);
		break;
	case EBPF_BTF_KIND_DATASEC:
		w[1] |= n;
		w[2] = 256;
		for (i = 0; i < n; i++) {
			w[at++] = rnd(id + 1);
			w[at++] = 64 * i;
			w[at++] = 64;
		}
		break;
	case EBPF_BTF_KIND_FLOAT:
		w[2] = 8;
		break;
	case EBPF_BTF_KIND_DECL_TAG:
		w[at++] = rnd(3) - 1;
		break;
	}
	return at;
}

static struct blob make_blob(void)
{
	u32 words[1024] = { TYPE(N_INT, INT, 0, 4), 32 }, cnt = 4, id, n = 1 + rnd(12);

	for (id = 2; id < 2 + n; id++)
		cnt += make_type(words + cnt, id);
	return blob_make(words, cnt);
}

static void damage(struct blob *b)
{
	u32 n = rnd(4), at;

	while (n--) {
		at = rnd(b->size);
		switch (rnd(4)) {
		case 0:
			b->data[at] ^= 1 << rnd(8);
			break;
		case 1:
			b->data[at] = rnd(256);
			break;
		case 2:
			b->data[at & ~3U] = rnd(20);
			break;
		default:
			memset(b->data + (at & ~3U), rnd(2) ? 0xff : 0,
			       b->size - (at & ~3U) < 4 ? b->size - (at & ~3U) : 4);
		}
	}
	if (rnd(16))
		return;
	b->size = rnd(b->size + 1);
	b->data = realloc(b->data, b->size ? b->size : 1);
}

/* All questions to all types, and to ids that are none. */
static u32 ask(const struct ebpf_btf *btf)
{
	u32 n = ebpf_btf_nr_types(btf), id, size, sum = 0;

	for (id = 0; id < n + 2; id++) {
		const struct ebpf_btf_type *t = ebpf_btf_type_by_id(btf, id);

		sum += !!ebpf_btf_skip_modifiers(btf, id, &size);
		sum += ebpf_btf_type_size(btf, id, &size) ? size : 0;
		sum += !!ebpf_btf_find_member(btf, id, "none", &size);
		sum += !!ebpf_btf_func_proto(btf, id);
		if (t && t->name_off)
			sum += ebpf_btf_find(btf, ebpf_btf_name(btf, t->name_off),
					     ebpf_btf_kind(t)) > 0;
	}
	return sum;
}

static bool try(const struct blob *b, struct ebpf_log *log, bool trusted)
{
	struct ebpf_btf *btf = trusted ? ebpf_btf_parse_vmlinux(b->data, b->size, log) :
					 ebpf_btf_parse(b->data, b->size, NULL, log);

	if (IS_ERR(btf))
		return false;
	ask(btf);
	ebpf_btf_destroy(btf);
	return true;
}

static void test_built(u64 rounds, u64 first)
{
	static struct blob_log log;
	u64 n, good = 0;

	for (n = first; n < first + rounds; n++) {
		struct blob b;

		state = n;
		b = make_blob();
		damage(&b);
		blob_log_init(&log);
		log.log.level = rnd(2);
		good += try(&b, &log.log, false);
		try(&b, NULL, true);
		blob_free(&b);
	}
	tap_ok(good > rounds / 50, "%llu damaged blobs, %llu of them accepted", rounds, good);
}

/* Every bit of a blob with all kinds, one at a time; every length. */
static void test_each_bit(void)
{
	static const u32 words[] = {
		INT(N_INT, 4), PTR(1), ARRAY(1, 1, 4), TYPE(N_STRUCT, STRUCT, 2, 24),
		MEMBER(N_A, 3, 0), MEMBER(N_B, 2, 128), TYPE(N_A, UNION, 1, 4), MEMBER(N_X, 1, 0),
		TYPE(N_A, ENUM, 1, 4), N_B, 1, TYPE(N_B, FWD, 0, 0), TYPE(N_A, TYPEDEF, 0, 4),
		TYPE(0, VOLATILE, 0, 8), TYPE(0, CONST, 0, 9), TYPE(0, RESTRICT, 0, 2),
		TYPE(0, FUNC_PROTO, 1, 1), N_A, 2, TYPE(N_MAIN, FUNC, 1, 12),
		TYPE(N_X, VAR, 0, 1), 1, TYPE(N_DATA, DATASEC, 1, 4), 14, 0, 4,
		TYPE(N_A, FLOAT, 0, 8), TYPE(N_TAG, DECL_TAG, 0, 4), 1,
		TYPE(N_TAG, TYPE_TAG, 0, 1), TYPE(N_B, ENUM64, 1, 8), N_A, 1, 2,
	};
	struct blob whole = blob_make(words, ARRAY_SIZE(words)), b;
	u32 i, n = 0, good = 0;

	tap_ok(try(&whole, NULL, false), "a blob with all kinds");
	for (i = 0; i < whole.size * 8; i++, n++) {
		whole.data[i / 8] ^= 1 << i % 8;
		good += try(&whole, NULL, false);
		try(&whole, NULL, true);
		whole.data[i / 8] ^= 1 << i % 8;
	}
	for (b.size = 0; b.size < whole.size; b.size++, n++) {
		b.data = malloc(b.size ? b.size : 1);
		memcpy(b.data, whole.data, b.size);
		if (try(&b, NULL, false))
			break;
		try(&b, NULL, true);
		free(b.data);
	}
	tap_ok(b.size == whole.size, "cut short anywhere it is refused");
	tap_ok(good && good < n, "each of its bits flipped (%u, %u still accepted)", n, good);
	blob_free(&whole);
}

static void test_kernel(u32 rounds)
{
	struct blob b = { .data = malloc(EBPF_BTF_MAX_SIZE) };
	FILE *f = fopen(KERNEL_BTF, "r");
	u32 i, good = 0;

	if (f) {
		b.size = fread(b.data, 1, EBPF_BTF_MAX_SIZE, f);
		fclose(f);
	}
	if (!b.size) {
		tap_skip("no " KERNEL_BTF);
		blob_free(&b);
		return;
	}
	b.data = realloc(b.data, b.size);
	for (i = 0; i < rounds; i++) {
		u32 at = 24 + rnd(b.size - 24);
		u8 old = b.data[at];

		b.data[at] ^= 1 << rnd(8);
		good += try(&b, NULL, true);
		b.data[at] = old;
	}
	tap_eq(i, rounds, "the kernel's with one bit flipped (%u still accepted)", good);
	for (i = 0; i < rounds; i++) {
		u32 size = b.size;

		b.size = rnd(b.size);
		if (try(&b, NULL, true))
			break;
		b.size = size;
	}
	tap_eq(i, rounds, "the kernel's cut short is refused");
	blob_free(&b);
}

int main(int argc, char **argv)
{
	u64 rounds = argc > 1 ? strtoull(argv[1], NULL, 0) : ROUNDS;
	u64 first = argc > 2 ? strtoull(argv[2], NULL, 0) : 0;

	test_each_bit();
	test_built(rounds, first);
	test_kernel(10);
	tap_eq(test_bugs(), 0, "no internal check struck");
	return tap_end();
}
