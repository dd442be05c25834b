// SPDX-License-Identifier: GPL-2.0-only
/*
 * A value as text, by its type. What is printed, oddities included, is what Linux's
 * snprintf_btf prints: zeros are left out below the outermost level, elements of
 * arrays have no names, nor have the members of such elements.
 *
 * May run in a probe, on a small stack: nothing recurses, and the nesting is kept in
 * memory of the caller.
 */
#include "verifier/btf/btf_internal.h"

#define MAX_DEPTH	32
#define MAX_STEPS	(1 << 18)	/* values looked at */
#define MAX_HOPS	10		/* from a type to the one its name is made of */
#define MAX_INDENT	31
#define INT_BYTES	16

/* An aggregate under way. */
struct frame {
	u64 addr;
	u32 given_id;		/* for its name */
	u32 id;			/* resolved */
	u32 next;		/* member or element to come */
};

/*
 * struct show_walk - one value being printed
 * @id:         type of the value under way as its user names it, a typedef say
 * @member:     of a struct under way, until its value is printed
 * @in_array:   an element is under way
 * @chars:      elements of the array are characters
 * @terminated: a NUL was among them
 * @trial:      depth + 1 of the aggregate that is only looked through for something
 *              to print, 0: printing
 * @found:      there is something
 * @retry:      @member of that aggregate
 */
struct show_walk {
	const struct ebpf_btf *btf;
	const struct ebpf_btf_show *out;
	const struct ebpf_btf_member *member;
	const struct ebpf_btf_member *retry;
	u32 id;
	u32 depth;
	u32 trial;
	u32 steps;
	bool in_array;
	bool chars;
	bool terminated;
	bool found;
	int err;
	struct frame frames[MAX_DEPTH];
};

static void put(const struct show_walk *w, const char *text)
{
	if (!w->trial)
		w->out->write(w->out->cookie, text, strlen(text));
}

static void put_indent(const struct show_walk *w)
{
	static const char spaces[MAX_INDENT + 1] = "                               ";

	if (!(w->out->flags & EBPF_BTF_F_COMPACT) && w->depth <= MAX_INDENT)
		put(w, spaces + MAX_INDENT - w->depth);
}

static void put_newline(const struct show_walk *w)
{
	if (!(w->out->flags & EBPF_BTF_F_COMPACT))
		put(w, "\n");
}

static void put_end(const struct show_walk *w)
{
	if (w->depth)
		put(w, ",");
	put_newline(w);
}

/*
 * Names: ".member = (struct type *)"
 */

/* How a type is written: @base with @ptrs stars and @arrays brackets. */
struct type_name {
	const char *name;
	const char *prefix;
	const char *open;
	u32 ptrs;
	u32 arrays;
};

static const char *prefix_of(const struct ebpf_btf_type *t)
{
	switch (ebpf_btf_kind(t)) {
	case EBPF_BTF_KIND_STRUCT:
		return "struct";
	case EBPF_BTF_KIND_UNION:
		return "union";
	case EBPF_BTF_KIND_ENUM:
	case EBPF_BTF_KIND_ENUM64:
		return "enum";
	default:
		return "";
	}
}

/* CONST, VOLATILE, RESTRICT and tags say nothing of a value. */
static const struct ebpf_btf_type *skip_qualifiers(const struct ebpf_btf *btf, u32 id)
{
	const struct ebpf_btf_type *t = ebpf_btf_type_by_id(btf, id);
	u32 hops;

	for (hops = 0; t && hops < MAX_HOPS; hops++) {
		if (!btf_is(t, BTF_KIND_BIT(CONST) | BTF_KIND_BIT(VOLATILE) |
			    BTF_KIND_BIT(RESTRICT) | BTF_KIND_BIT(TYPE_TAG)))
			return t;
		t = ebpf_btf_type_by_id(btf, t->type);
	}
	return NULL;
}

static bool describe(const struct ebpf_btf *btf, u32 id, struct type_name *n)
{
	const struct ebpf_btf_type *t = ebpf_btf_type_by_id(btf, id);
	bool is_typedef = false;
	u32 hops;

	memset(n, 0, sizeof(*n));
	for (hops = 0; t; hops++) {
		if (hops == MAX_HOPS)
			return false;
		if (btf_is(t, BTF_KIND_BIT(TYPEDEF))) {
			if (!n->name)
				n->name = ebpf_btf_name(btf, t->name_off);
			is_typedef = true;
			id = t->type;
		} else if (btf_is(t, BTF_KIND_BIT(ARRAY))) {
			n->arrays++;
			id = ebpf_btf_array(t)->type;
		} else if (btf_is(t, BTF_KIND_BIT(PTR))) {
			n->ptrs++;
			id = t->type;
		} else {
			/* A qualifier up front hides the name, as in Linux. */
			break;
		}
		if (!id)
			break;
		t = skip_qualifiers(btf, id);
	}
	if (!t)
		return false;
	if (!n->name)
		n->name = ebpf_btf_name(btf, t->name_off);
	if (!n->name)
		n->name = "";
	n->prefix = is_typedef ? "" : prefix_of(t);
	n->open = n->ptrs ? "" : n->arrays ? "[" : btf_is(t, BTF_STRUCTS) ? "{" : "";
	return true;
}

static void put_times(const struct show_walk *w, const char *text, u32 times)
{
	while (times--)
		put(w, text);
}

static void put_name(const struct show_walk *w)
{
	const char *member = "";
	struct type_name n;
	u32 id = w->id;

	if (w->trial || w->in_array)
		return;
	if (w->member) {
		member = ebpf_btf_name(w->btf, w->member->name_off);
		id = w->member->type;
	}
	if (!describe(w->btf, id, &n))
		return;
	if (w->out->flags & EBPF_BTF_F_NONAME) {
		put(w, n.open);
		return;
	}
	if (member && *member) {
		put(w, ".");
		put(w, member);
		put(w, " = ");
	}
	put(w, "(");
	put(w, n.prefix);
	if (*n.prefix && *n.name)
		put(w, " ");
	put(w, n.name);
	if (n.ptrs)
		put(w, " ");
	put_times(w, "*", n.ptrs);
	put_times(w, "[]", n.arrays);
	put(w, ")");
	put(w, n.open);
}

/*
 * Values without parts
 */
static void put_value(struct show_walk *w, const char *text, bool is_zero)
{
	if (is_zero && !(w->out->flags & EBPF_BTF_F_ZERO) && w->depth)
		return;
	w->found = true;
	if (w->trial)
		return;
	put_indent(w);
	put_name(w);
	put(w, text);
	put_end(w);
}

static bool fetch(struct show_walk *w, void *dst, u64 addr, u32 size)
{
	w->err = w->out->read(dst, addr, size);
	return !w->err;
}

/* @width bits from bit @shift of the byte at @addr. */
static void show_bits(struct show_walk *w, u64 addr, u32 shift, u32 width)
{
	u64 v[2] = { 0, 0 };
	char text[40];

	if (!width || shift + width > 8 * INT_BYTES) {
		w->err = -EINVAL;
		return;
	}
	if (!fetch(w, v, addr, (shift + width + 7) / 8))
		return;
	/* Up to the top, then down again. */
	if (shift)
		v[0] = v[0] >> shift | v[1] << (64 - shift);
	v[1] >>= shift;
	if (width < 64)
		v[0] &= (1ULL << width) - 1;
	v[1] = width <= 64 ? 0 : width < 128 ? v[1] & ((1ULL << (width - 64)) - 1) : v[1];
	if (v[1])
		ebpf_scnprintf(text, sizeof(text), "0x%llx%016llx", (unsigned long long)v[1],
			       (unsigned long long)v[0]);
	else
		ebpf_scnprintf(text, sizeof(text), "0x%llx", (unsigned long long)v[0]);
	put_value(w, text, !v[0] && !v[1]);
}

/* As the kernel's isprint(): Latin-1. */
static bool printable(u8 c)
{
	return (c >= 0x20 && c < 0x7f) || c >= 0xa0;
}

/* true when it was dealt with. */
static bool show_char(struct show_walk *w, u8 c)
{
	char text[4] = { '\'', c, '\'', '\0' };

	if (w->terminated)
		return true;
	if (!c) {
		w->terminated = true;
		return true;
	}
	if (!printable(c))
		return false;
	put_value(w, text, false);
	return true;
}

static s64 sign_extend(u64 v, u32 size)
{
	u32 shift = 64 - 8 * size;

	return (s64)(v << shift) >> shift;
}

static void show_number(struct show_walk *w, u64 v, u32 size, bool is_signed)
{
	char text[24];

	if (is_signed)
		ebpf_scnprintf(text, sizeof(text), "%lld", (long long)sign_extend(v, size));
	else
		ebpf_scnprintf(text, sizeof(text), "%llu", (unsigned long long)v);
	put_value(w, text, !v);
}

static void show_int(struct show_walk *w, const struct ebpf_btf_type *t, u64 addr, u32 shift)
{
	u32 data = ebpf_btf_int_data(t), width = EBPF_BTF_INT_BITS(data);
	u64 v = 0;

	shift += EBPF_BTF_INT_OFFSET(data);
	if (shift || (width != 8 && width != 16 && width != 32 && width != 64)) {
		show_bits(w, addr + shift / 8, shift % 8, width);
		return;
	}
	if (!fetch(w, &v, addr, width / 8))
		return;
	if (width == 8 && w->chars && show_char(w, v))
		return;
	show_number(w, v, width / 8, EBPF_BTF_INT_ENCODING(data) & EBPF_BTF_INT_SIGNED);
}

static const char *enumerator(const struct show_walk *w, const struct ebpf_btf_type *t, u64 v)
{
	const struct ebpf_btf_enum64 *big = (const struct ebpf_btf_enum64 *)(t + 1);
	const struct ebpf_btf_enum *small = (const struct ebpf_btf_enum *)(t + 1);
	bool is64 = btf_is(t, BTF_KIND_BIT(ENUM64));
	u32 i;

	for (i = 0; i < ebpf_btf_vlen(t); i++) {
		if (is64 && ((u64)big[i].val_hi32 << 32 | big[i].val_lo32) == v)
			return ebpf_btf_name(w->btf, big[i].name_off);
		if (!is64 && (u32)small[i].val == (u32)v)
			return ebpf_btf_name(w->btf, small[i].name_off);
	}
	return NULL;
}

static void show_enum(struct show_walk *w, const struct ebpf_btf_type *t, u64 addr)
{
	const char *name;
	u64 v = 0;

	if (!t->size || t->size > sizeof(v)) {
		w->err = -EINVAL;
		return;
	}
	if (!fetch(w, &v, addr, t->size))
		return;
	if (ebpf_btf_kflag(t) && t->size < sizeof(v))
		v = sign_extend(v, t->size);
	name = enumerator(w, t, v);
	if (name)
		put_value(w, name, false);
	else
		show_number(w, v, t->size, ebpf_btf_kflag(t));
}

static void show_ptr(struct show_walk *w, u64 addr)
{
	char text[32];
	u64 v;

	if (!fetch(w, &v, addr, sizeof(v)))
		return;
	if (w->out->ptr && !(w->out->flags & EBPF_BTF_F_PTR_RAW))
		w->out->ptr(text, sizeof(text), v);
	else
		ebpf_scnprintf(text, sizeof(text), "0x%016llx", (unsigned long long)v);
	put_value(w, text, !v);
}

/* Functions, forward declarations, floating point. */
static void show_unsupported(struct show_walk *w, const struct ebpf_btf_type *t)
{
	char text[32];

	w->found = true;
	ebpf_scnprintf(text, sizeof(text), "<unsupported kind:%u>", ebpf_btf_kind(t));
	put(w, text);
}

/*
 * Values with parts
 */
static void begin(struct show_walk *w, struct frame *f, const struct ebpf_btf_type *t)
{
	const struct ebpf_btf_type *elem;

	if (btf_is(t, BTF_KIND_BIT(ARRAY))) {
		elem = ebpf_btf_skip_modifiers(w->btf, ebpf_btf_array(t)->type, NULL);
		w->chars = elem && btf_is(elem, BTF_KIND_BIT(INT)) && elem->size == 1;
		w->terminated = false;
	}
	put_indent(w);
	put_name(w);
	put_newline(w);
	f->next = 0;
	w->depth++;
}

static void enter(struct show_walk *w, const struct ebpf_btf_type *t, u32 id, u64 addr)
{
	struct frame *f;

	if (w->depth == MAX_DEPTH) {
		w->err = -E2BIG;
		return;
	}
	if (w->depth && !w->trial && !(w->out->flags & EBPF_BTF_F_ZERO)) {
		w->trial = w->depth + 1;
		w->found = false;
		w->retry = w->member;
	}
	f = &w->frames[w->depth];
	f->addr = addr;
	f->given_id = w->id;
	f->id = id;
	begin(w, f, t);
}

static void show_value(struct show_walk *w, u32 id, u64 addr, u32 shift)
{
	const struct ebpf_btf_type *t;

	w->id = id;
	t = ebpf_btf_skip_modifiers(w->btf, id, &id);
	if (t && btf_is(t, BTF_KIND_BIT(VAR))) {
		t = ebpf_btf_skip_modifiers(w->btf, t->type, &id);
		w->id = id;
	}
	if (++w->steps > MAX_STEPS)
		w->err = -E2BIG;
	else if (!t)
		w->err = -EINVAL;
	else if (btf_is(t, BTF_KIND_BIT(INT)))
		show_int(w, t, addr, shift);
	else if (btf_is(t, BTF_KIND_BIT(ENUM) | BTF_KIND_BIT(ENUM64)))
		show_enum(w, t, addr);
	else if (btf_is(t, BTF_KIND_BIT(PTR)))
		show_ptr(w, addr);
	else if (btf_is(t, BTF_STRUCTS | BTF_KIND_BIT(ARRAY)))
		enter(w, t, id, addr);
	else
		show_unsupported(w, t);
}

/* It was looked through: again, printing, or never. */
static void end_trial(struct show_walk *w, struct frame *f)
{
	w->trial = 0;
	w->member = w->retry;
	w->id = f->given_id;
	if (w->found)
		begin(w, f, ebpf_btf_type_by_id(w->btf, f->id));
}

static void leave(struct show_walk *w, struct frame *f, const char *close)
{
	w->depth--;
	if (w->trial == w->depth + 1) {
		end_trial(w, f);
		return;
	}
	put_indent(w);
	put(w, close);
	put_end(w);
}

static void step_array(struct show_walk *w, struct frame *f, const struct ebpf_btf_type *t)
{
	const struct ebpf_btf_array *array = ebpf_btf_array(t);
	u32 size = 0;

	w->in_array = false;
	ebpf_btf_type_size(w->btf, array->type, &size);
	/* Of what has no size there may be any number. */
	if (!size || f->next >= array->nelems || w->terminated) {
		w->chars = false;
		w->terminated = false;
		leave(w, f, "]");
		return;
	}
	w->in_array = true;
	w->member = NULL;
	f->next++;
	show_value(w, array->type, f->addr + (u64)size * (f->next - 1), 0);
}

static void step_struct(struct show_walk *w, struct frame *f, const struct ebpf_btf_type *t)
{
	const struct ebpf_btf_member *m = ebpf_btf_members(t) + f->next;
	u32 bits, width;

	w->member = NULL;
	if (f->next == ebpf_btf_vlen(t)) {
		leave(w, f, "}");
		return;
	}
	f->next++;
	w->member = m;
	bits = ebpf_btf_member_bits(t, m);
	width = ebpf_btf_kflag(t) ? EBPF_BTF_MEMBER_BITFIELD_SIZE(m->offset) : 0;
	if (width)
		show_bits(w, f->addr + bits / 8, bits % 8, width);
	else
		show_value(w, m->type, f->addr + bits / 8, bits % 8);
}

static int run(struct show_walk *w)
{
	const struct ebpf_btf_type *t;
	struct frame *f;

	while (w->depth && !w->err) {
		f = &w->frames[w->depth - 1];
		t = ebpf_btf_type_by_id(w->btf, f->id);
		if (btf_is(t, BTF_KIND_BIT(ARRAY)))
			step_array(w, f, t);
		else
			step_struct(w, f, t);
	}
	return w->err;
}

static int show_one(struct show_walk *w, u32 id, u64 addr)
{
	show_value(w, id, addr, 0);
	return run(w);
}

static int show_section(struct show_walk *w, const struct ebpf_btf_type *sec, u64 addr)
{
	const struct ebpf_btf_var_secinfo *var = ebpf_btf_secinfos(sec);
	u32 i;
	int err = 0;

	put(w, "section (\"");
	put(w, ebpf_btf_name(w->btf, sec->name_off));
	put(w, "\") = {");
	put_newline(w);
	for (i = 0; i < ebpf_btf_vlen(sec) && !err; i++) {
		if (i)
			put(w, ",");
		err = show_one(w, var[i].type, addr + var[i].offset);
	}
	return err;
}

typedef char show_walk_fits[sizeof(struct show_walk) <= EBPF_BTF_SHOW_MEM ? 1 : -1];

int ebpf_btf_show(const struct ebpf_btf *btf, u32 id, u64 addr, const struct ebpf_btf_show *show)
{
	const struct ebpf_btf_type *t = ebpf_btf_type_by_id(btf, id);
	struct show_walk *w = show->mem;

	if (!t || !id)
		return -EINVAL;
	memset(w, 0, sizeof(*w));
	w->btf = btf;
	w->out = show;
	if (btf_is(t, BTF_KIND_BIT(DATASEC)))
		return show_section(w, t, addr);
	return show_one(w, id, addr);
}
