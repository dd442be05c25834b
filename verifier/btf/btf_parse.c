// SPDX-License-Identifier: GPL-2.0-only
/*
 * Header and sections of a BTF blob.
 */
#include "verifier/btf/btf_internal.h"

static int refuse(struct btf_env *env, int err, const char *why)
{
	btf_log(env, "%s", why);
	return err;
}

static void log_header(struct btf_env *env)
{
	const struct ebpf_btf_header *hdr = &env->btf->hdr;

	btf_log(env, "magic: 0x%x\nversion: %u\nflags: 0x%x\nhdr_len: %u\n", hdr->magic,
		hdr->version, hdr->flags, hdr->hdr_len);
	btf_log(env, "type_off: %u\ntype_len: %u\nstr_off: %u\nstr_len: %u\nbtf_total_size: %u\n",
		hdr->type_off, hdr->type_len, hdr->str_off, hdr->str_len, env->btf->size);
}

/* A header longer than ours is of a later version: fine while it says nothing
 * in what we do not know. One shorter leaves the rest zero.
 */
static int read_header(struct btf_env *env)
{
	struct ebpf_btf *btf = env->btf;
	u32 hdr_len, i;

	if (btf->size < offsetof(struct ebpf_btf_header, hdr_len) + sizeof(hdr_len))
		return refuse(env, -EINVAL, "hdr_len not found");
	memcpy(&hdr_len, btf->data + offsetof(struct ebpf_btf_header, hdr_len), sizeof(hdr_len));
	if (btf->size < hdr_len)
		return refuse(env, -EINVAL, "btf_header not found");
	for (i = sizeof(btf->hdr); i < hdr_len; i++)
		if (btf->data[i])
			return refuse(env, -E2BIG, "Unsupported btf_header");
	memcpy(&btf->hdr, btf->data, min_t(u32, hdr_len, sizeof(btf->hdr)));
	/* what the copy of a very short header leaves out */
	btf->hdr.hdr_len = hdr_len;
	log_header(env);
	return 0;
}

struct section {
	u32 off, len;
};

/* The two sections follow each other without a gap, in any order, and nothing
 * comes after them.
 */
static int check_sections(struct btf_env *env)
{
	const struct ebpf_btf_header *hdr = &env->btf->hdr;
	struct section secs[2] = { { hdr->type_off, hdr->type_len }, { hdr->str_off, hdr->str_len } };
	u32 expected = env->btf->size - hdr->hdr_len, total = 0, i;

	if (secs[1].off < secs[0].off) {
		struct section first = secs[1];

		secs[1] = secs[0];
		secs[0] = first;
	}
	for (i = 0; i < 2; i++) {
		if (expected < secs[i].off)
			return refuse(env, -EINVAL, "Invalid section offset");
		if (total < secs[i].off)
			return refuse(env, -EINVAL, "Unsupported section found");
		if (total > secs[i].off)
			return refuse(env, -EINVAL, "Section overlap found");
		if (expected - total < secs[i].len)
			return refuse(env, -EINVAL, "Total section length too long");
		total += secs[i].len;
	}
	if (expected != total)
		return refuse(env, -EINVAL, "Unsupported section found");
	return 0;
}

static int check_header(struct btf_env *env)
{
	const struct ebpf_btf_header *hdr = &env->btf->hdr;
	int err = read_header(env);

	if (err)
		return err;
	if (hdr->magic != EBPF_BTF_MAGIC)
		return refuse(env, -EINVAL, "Invalid magic");
	if (hdr->version != EBPF_BTF_VERSION)
		return refuse(env, -ENOTSUPP, "Unsupported version");
	if (hdr->flags)
		return refuse(env, -ENOTSUPP, "Unsupported flags");
	if (!env->btf->base && env->btf->size == hdr->hdr_len)
		return refuse(env, -EINVAL, "No data");
	return check_sections(env);
}

static int check_strings(struct btf_env *env)
{
	struct ebpf_btf *btf = env->btf;
	const struct ebpf_btf_header *hdr = &btf->hdr;
	const char *start = (const char *)btf->data + hdr->hdr_len + hdr->str_off;

	if (hdr->hdr_len + hdr->str_off + hdr->str_len != btf->size)
		return refuse(env, -EINVAL, "String section is not at the end");
	btf->strings = start;
	if (btf->base && !hdr->str_len)
		return 0;
	if (!hdr->str_len || hdr->str_len - 1 > EBPF_BTF_MAX_NAME_OFFSET ||
	    start[hdr->str_len - 1] || (!btf->base && start[0]))
		return refuse(env, -EINVAL, "Invalid string section");
	return 0;
}

static int check_type_section(struct btf_env *env)
{
	struct ebpf_btf *btf = env->btf;

	if (btf->hdr.type_off & 3)
		return refuse(env, -EINVAL, "Unaligned type_off");
	if (!btf->base && !btf->hdr.type_len)
		return refuse(env, -EINVAL, "No type found");
	btf->types = btf->data + btf->hdr.hdr_len + btf->hdr.type_off;
	if (EBPF_BUG_ON((unsigned long)btf->types & 3))
		return -EINVAL;
	return ebpf_btf_check_types(env);
}

static struct ebpf_btf *btf_new(const void *data, u32 size, const struct ebpf_btf *base)
{
	struct ebpf_btf *btf;

	if (size > EBPF_BTF_MAX_SIZE)
		return ERR_PTR(-E2BIG);
	btf = ebpf_alloc(sizeof(*btf));
	if (!btf)
		return ERR_PTR(-ENOMEM);
	btf->data = data;
	btf->size = size;
	btf->base = base;
	btf->start_id = base ? ebpf_btf_nr_types(base) : 1;
	btf->start_str = base ? base->start_str + base->hdr.str_len : 0;
	return btf;
}

/* Types are read as words: a header of odd length must not put them askew. */
static int copy_data(struct ebpf_btf *btf)
{
	u32 hdr_len = 0, pad;

	if (btf->size >= offsetof(struct ebpf_btf_header, hdr_len) + sizeof(hdr_len))
		memcpy(&hdr_len, btf->data + offsetof(struct ebpf_btf_header, hdr_len),
		       sizeof(hdr_len));
	pad = (0 - hdr_len) & 3;
	btf->copy = ebpf_alloc((size_t)btf->size + pad + 1);
	if (!btf->copy)
		return -ENOMEM;
	memcpy((u8 *)btf->copy + pad, btf->data, btf->size);
	btf->data = (u8 *)btf->copy + pad;
	return 0;
}

static int parse(struct btf_env *env)
{
	int err = check_header(env);

	if (err)
		return err;
	err = check_strings(env);
	if (err)
		return err;
	return check_type_section(env);
}

struct ebpf_btf *ebpf_btf_parse(const void *data, u32 size, const struct ebpf_btf *base,
				struct ebpf_log *log)
{
	struct btf_env env = { .log = log };
	int err;

	env.btf = btf_new(data, size, base);
	if (IS_ERR(env.btf))
		return env.btf;
	err = copy_data(env.btf);
	if (!err)
		err = parse(&env);
	if (!err)
		err = ebpf_btf_resolve_types(&env);
	if (!err)
		err = ebpf_btf_index(env.btf);
	if (log && log->level && log->failed)
		err = -ENOSPC;
	if (!err)
		return env.btf;
	ebpf_btf_destroy(env.btf);
	return ERR_PTR(err);
}

static struct ebpf_btf *parse_trusted(const void *data, u32 size, const struct ebpf_btf *base,
				      struct ebpf_log *log)
{
	struct btf_env env = { .log = log, .trusted = true };
	int err;

	env.btf = btf_new(data, size, base);
	if (IS_ERR(env.btf))
		return env.btf;
	err = (unsigned long)data & 3 ? -EINVAL : check_header(&env);
	if (!err && env.btf->hdr.hdr_len & 3)
		err = refuse(&env, -EINVAL, "Unaligned type_off");
	if (!err)
		err = check_strings(&env);
	if (!err)
		err = check_type_section(&env);
	if (!err)
		err = ebpf_btf_index(env.btf);
	if (!err)
		return env.btf;
	ebpf_btf_destroy(env.btf);
	return ERR_PTR(err);
}

struct ebpf_btf *ebpf_btf_parse_vmlinux(const void *data, u32 size, struct ebpf_log *log)
{
	return parse_trusted(data, size, NULL, log);
}

struct ebpf_btf *ebpf_btf_parse_module(const void *data, u32 size, const struct ebpf_btf *vmlinux,
				       struct ebpf_log *log)
{
	return parse_trusted(data, size, vmlinux, log);
}

void ebpf_btf_destroy(struct ebpf_btf *btf)
{
	if (IS_ERR_OR_NULL(btf))
		return;
	ebpf_free(btf->res_ids);
	ebpf_free(btf->res_sizes);
	ebpf_free(btf->next);
	ebpf_free(btf->hash);
	ebpf_free(btf->offs);
	ebpf_free(btf->copy);
	ebpf_free(btf);
}
