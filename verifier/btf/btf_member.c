// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether a member fits in its struct, by the kind of its type. Offsets have
 * been checked to lie in the struct before.
 */
#include "verifier/btf/btf_internal.h"

#define COPY_BITS_MAX	128
#define ENUM_BITS	32	/* of a bit field that is an enum */

/* One member while it is checked. */
struct placed {
	struct btf_env *env;
	const struct ebpf_btf_type *t;		/* struct or union */
	struct ebpf_btf_member member;		/* of type mid, for the log as well */
	const struct ebpf_btf_type *mtype;	/* no modifier */
	u32 mid;				/* id of mtype */
	u32 bits;				/* offset */
	u32 width;				/* of a bit field, or 0 */
};

static int bad(const struct placed *p, const char *why)
{
	return ebpf_btf_log_member(p->env, p->t, &p->member, "%s", why);
}

static u32 bytes_of(u32 bits)
{
	return bits / 8 + !!(bits % 8);
}

bool ebpf_btf_int_is_regular(const struct ebpf_btf_type *t)
{
	u32 data = ebpf_btf_int_data(t), bits = EBPF_BTF_INT_BITS(data);

	return !EBPF_BTF_INT_OFFSET(data) &&
	       (bits == 8 || bits == 16 || bits == 32 || bits == 64 || bits == 128);
}

/* @width bits starting @bits bits into the struct */
static int check_bits(const struct placed *p, u32 bits, u32 width)
{
	u32 start = bits / 8, copy = width + bits % 8;

	if (copy > COPY_BITS_MAX)
		return ebpf_btf_log_member(p->env, p->t, &p->member, "nr_copy_bits exceeds %u",
					   COPY_BITS_MAX);
	if (p->t->size < start || p->t->size - start < bytes_of(copy))
		return bad(p, "Member exceeds struct_size");
	return 0;
}

static int check_int(const struct placed *p)
{
	u32 data = ebpf_btf_int_data(p->mtype);

	if (U32_MAX - p->bits < EBPF_BTF_INT_OFFSET(data))
		return bad(p, "bits_offset exceeds U32_MAX");
	return check_bits(p, p->bits + EBPF_BTF_INT_OFFSET(data), EBPF_BTF_INT_BITS(data));
}

/* In a struct whose members say their width, ints have no odd ones themselves. */
static int check_int_field(const struct placed *p)
{
	u32 bits = EBPF_BTF_INT_BITS(ebpf_btf_int_data(p->mtype));

	if (!ebpf_btf_int_is_regular(p->mtype))
		return bad(p, "Invalid member base type");
	if (!p->width && p->bits % 8)
		return bad(p, "Invalid member offset");
	if (p->width > bits)
		return bad(p, "Invalid member bitfield_size");
	return check_bits(p, p->bits, p->width ? p->width : bits);
}

static int check_enum_field(const struct placed *p)
{
	/* Linux asks for no more than an int; what is shown is the whole. */
	u32 width = p->width ? p->width : max_t(u32, ENUM_BITS, 8 * p->mtype->size);

	if (!p->width && p->bits % 8)
		return bad(p, "Member is not byte aligned");
	if (p->width > ENUM_BITS)
		return bad(p, "Invalid member bitfield_size");
	if (p->t->size < bytes_of(p->bits + width))
		return bad(p, "Member exceeds struct_size");
	return 0;
}

static int check_float(const struct placed *p)
{
	u32 align = p->mtype->size < 8 ? p->mtype->size : 8;

	if (p->bits % (align * 8))
		return bad(p, "Member is not properly aligned");
	if ((u64)p->bits / 8 + p->mtype->size > p->t->size)
		return bad(p, "Member exceeds struct_size");
	return 0;
}

static int check_whole(const struct placed *p)
{
	u32 id = p->mid, size;

	if (p->bits % 8)
		return bad(p, "Member is not byte aligned");
	if (!ebpf_btf_type_id_size(p->env->btf, &id, &size))
		return bad(p, "Invalid member");
	if (p->t->size < p->bits / 8 || p->t->size - p->bits / 8 < size)
		return bad(p, "Member exceeds struct_size");
	return 0;
}

static int check_placed(const struct placed *p)
{
	bool field = ebpf_btf_kflag(p->t);

	switch (ebpf_btf_kind(p->mtype)) {
	case EBPF_BTF_KIND_INT:
		return field ? check_int_field(p) : check_int(p);
	case EBPF_BTF_KIND_ENUM:
	case EBPF_BTF_KIND_ENUM64:
		return field ? check_enum_field(p) : check_whole(p);
	default:
		break;
	}
	if (p->width)
		return bad(p, "Invalid member bitfield_size");
	if (ebpf_btf_kind(p->mtype) == EBPF_BTF_KIND_FLOAT)
		return check_float(p);
	return check_whole(p);
}

int ebpf_btf_check_member(struct btf_env *env, const struct ebpf_btf_type *t,
			  const struct ebpf_btf_member *member, const struct ebpf_btf_type *mtype)
{
	struct placed p = { .env = env, .t = t, .member = *member, .mtype = mtype };
	u32 size;

	p.mid = member->type;
	p.bits = ebpf_btf_member_bits(t, member);
	p.width = ebpf_btf_kflag(t) ? EBPF_BTF_MEMBER_BITFIELD_SIZE(member->offset) : 0;
	if (btf_is(mtype, BTF_MODIFIERS)) {
		p.mtype = ebpf_btf_type_id_size(env->btf, &p.mid, &size);
		if (!p.mtype)
			return bad(&p, "Invalid member");
		p.member.type = p.mid;
	}
	return check_placed(&p);
}
