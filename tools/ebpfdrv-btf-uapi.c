// SPDX-License-Identifier: GPL-2.0-only
/*
 * The types of the eBPF interface: contexts, what bpf(2) takes and gives, what
 * helpers fill, and the enums that say what there is. A program's relocations must
 * meet the module's, not none (kernels without bpf(2)) and not those of the kernel's
 * own bpf(2), which are of its age.
 *
 * They are read from uapi/ebpfdrv/bpf.h itself, which the Makefile puts in here as
 * the preprocessor leaves it. Only what that header uses of C is understood.
 */
#include "ebpfdrv-btf.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char header_text[] =
#include "ebpfdrv-btf-uapi.inc"
	;

#define MEMBERS_MAX	96
#define VALUES_MAX	512
#define NAME_MAX_LEN	64

/* --- words --------------------------------------------------------------------- */

struct reader {
	const char *at;
	char word[NAME_MAX_LEN];	/* the current one; empty at the end */
};

static bool is_word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static void next_word(struct reader *in)
{
	size_t len = 0;

	while (isspace((unsigned char)*in->at))
		in->at++;
	while (is_word_char(in->at[len]))
		len++;
	if (!len && *in->at)
		len = 1;
	if (len >= sizeof(in->word))
		die("bpf.h: a name of %zu characters", len);
	memcpy(in->word, in->at, len);
	in->word[len] = 0;
	in->at += len;
}

static bool is(const struct reader *in, const char *word)
{
	return !strcmp(in->word, word);
}

static bool take(struct reader *in, const char *word)
{
	if (!is(in, word))
		return false;
	next_word(in);
	return true;
}

static void expect(struct reader *in, const char *word)
{
	if (!take(in, word))
		die("bpf.h: '%s' where '%s' should be", in->word, word);
}

static void take_name(struct reader *in, char *name)
{
	if (!is_word_char(*in->word) || isdigit((unsigned char)*in->word))
		die("bpf.h: '%s' where a name should be", in->word);
	strcpy(name, in->word);
	next_word(in);
}

static __u32 take_number(struct reader *in)
{
	char *end;
	unsigned long number = strtoul(in->word, &end, 0);

	if (end == in->word || end[strspn(end, "UL")])
		die("bpf.h: '%s' where a number should be", in->word);
	next_word(in);
	return number;
}

/* Attributes, of which only aligned(N) says something. Return: N, or 1. */
static __u32 take_attributes(struct reader *in)
{
	__u32 align = 1;

	while (take(in, "__attribute__")) {
		expect(in, "(");
		expect(in, "(");
		expect(in, "aligned");
		expect(in, "(");
		align = take_number(in);
		expect(in, ")");
		expect(in, ")");
		expect(in, ")");
	}
	return align;
}

/* The rest of a declaration that no relocation can name. */
static void skip_block(struct reader *in)
{
	int depth = 0;

	do {
		if (!*in->word)
			die("bpf.h: ends within a declaration");
		depth += is(in, "{") - is(in, "}");
		next_word(in);
	} while (depth);
}

/* --- names ----------------------------------------------------------------------- */

/* Linux's name of one of ours. */
static const char *linux_name(const char *ours, char *buffer)
{
	static const char *const others[][2] = {
		{ "ebpf_sk_buff", "__sk_buff" }, { "ebpf_xdp_md", "xdp_md" },
		{ "ebpf_sk_msg_md", "sk_msg_md" }, { "ebpf_btf_ptr", "btf_ptr" },
		{ "ebpf_sk_reuseport_md", "sk_reuseport_md" },
	};
	const char *prefix;
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (!strcmp(ours, others[i][0]))
			return others[i][1];
	prefix = strstr(ours, "EBPF_");
	if (!prefix && !strncmp(ours, "ebpf_", 5))
		prefix = ours;
	if (!prefix)
		return ours;
	memcpy(buffer, ours, prefix - ours);
	strcpy(buffer + (prefix - ours), prefix + 1);
	return buffer;
}

/* --- types ------------------------------------------------------------------------- */

/* A type as a member's. */
struct shape {
	__u32 id, size, align;
};

static __u32 alias_type(struct btf *btf, const char *name, __u32 of)
{
	struct ebpf_btf_type new = { .info = TYPE_INFO(TYPEDEF, 0), .type = of };

	new.name_off = add_name(btf, name);
	return add_type(btf, &new, sizeof(new));
}

static const struct base {
	const char *name, *number;
	__u32 size, encoding;
} bases[] = {
	{ "__u8", "unsigned char", 1, 0 },
	{ "__u16", "short unsigned int", 2, 0 },
	{ "__u32", "unsigned int", 4, 0 },
	{ "__u64", "long long unsigned int", 8, 0 },
	{ "__s16", "short int", 2, EBPF_BTF_INT_SIGNED },
	{ "__s32", "int", 4, EBPF_BTF_INT_SIGNED },
	{ "__s64", "long long int", 8, EBPF_BTF_INT_SIGNED },
	{ "__be16", "short unsigned int", 2, 0 },
	{ "__be32", "unsigned int", 4, 0 },
};

static struct shape named_number(struct btf *btf, const char *name)
{
	const struct base *base = bases;
	__u32 id;

	while (strcmp(base->name, name))
		if (++base == bases + sizeof(bases) / sizeof(bases[0]))
			die("bpf.h: the type %s is not known", name);
	id = find_type(btf, EBPF_BTF_KIND_TYPEDEF, name);
	if (!id)
		id = alias_type(btf, name, int_type(btf, base->number, base->size,
						       base->encoding));
	return (struct shape){ id, base->size, base->size };
}

/* struct NAME, union NAME or enum NAME where it is only named. */
static struct shape named_type(struct btf *btf, __u32 kind, const char *ours)
{
	struct ebpf_btf_type fwd = { .info = TYPE_INFO(FWD, 0) };
	char buffer[NAME_MAX_LEN];
	const char *name = linux_name(ours, buffer);
	struct shape shape = { find_type(btf, kind, name), 0, 0 };

	if (!shape.id) {
		if (kind == EBPF_BTF_KIND_ENUM)
			die("bpf.h: enum %s is used before it is defined", ours);
		fwd.name_off = add_name(btf, name);
		shape.id = add_type(btf, &fwd, sizeof(fwd));
		return shape;
	}
	/* Structs within structs are all anonymous; of a named one only pointers are made. */
	if (kind == EBPF_BTF_KIND_ENUM)
		shape.size = shape.align = type_at(btf, shape.id - 1)->size;
	return shape;
}

static __u32 array_type(struct btf *btf, __u32 of, __u32 count)
{
	struct {
		struct ebpf_btf_type type;
		struct ebpf_btf_array array;
	} new = { .type.info = TYPE_INFO(ARRAY, 0) };

	new.array.type = of;
	new.array.index_type = int_type(btf, "unsigned int", 4, 0);
	new.array.nelems = count;
	return add_type(btf, &new, sizeof(new));
}

/* --- structs and unions ------------------------------------------------------------ */

struct record {
	struct ebpf_btf_type type;
	struct ebpf_btf_member members[MEMBERS_MAX];
	/* The rest is not written. */
	__u8 bits[MEMBERS_MAX];		/* width of a bit field, or 0 */
	__u32 kind, count;
	__u32 end, size, align;		/* end in bits, in a union always 0 */
	bool fields;			/* has bit fields */
};

static __u32 round_up(__u32 value, __u32 to)
{
	return (value + to - 1) / to * to;
}

/* Where the next member goes, in bits. */
static __u32 place(struct record *record, const struct shape *shape, __u32 width)
{
	__u32 unit = shape->size * 8, at = record->end;

	if (!width || at / unit != (at + width - 1) / unit)
		at = round_up(at, shape->align * 8);
	if (record->kind == EBPF_BTF_KIND_STRUCT)
		record->end = at + (width ? width : unit);
	if (record->size < (at + (width ? width : unit) + 7) / 8)
		record->size = (at + (width ? width : unit) + 7) / 8;
	return at;
}

/* @width: of a bit field, or 0; only those may lack a name without having members. */
static void add_member(struct btf *btf, struct record *record, const char *name,
		       const struct shape *shape, __u32 width)
{
	struct ebpf_btf_member *member = &record->members[record->count];
	__u32 at = shape->size ? place(record, shape, width) : round_up(record->end,
									 shape->align * 8);

	if (width && !*name)
		return;
	if (record->align < shape->align)
		record->align = shape->align;
	if (record->count >= MEMBERS_MAX)
		die("bpf.h: a struct of more than %d members", MEMBERS_MAX);
	member->name_off = *name ? add_name(btf, name) : 0;
	member->type = shape->id;
	member->offset = at;
	record->bits[record->count++] = width;
	record->fields |= width != 0;
}

static struct shape take_record(struct btf *btf, struct reader *in, __u32 kind, const char *name);

/* What stands before a member's name. */
static struct shape take_type(struct btf *btf, struct reader *in)
{
	char name[NAME_MAX_LEN];
	__u32 kind = is(in, "struct") ? EBPF_BTF_KIND_STRUCT :
		     is(in, "union") ? EBPF_BTF_KIND_UNION :
		     is(in, "enum") ? EBPF_BTF_KIND_ENUM : 0;

	if (kind) {
		next_word(in);
		if (is(in, "{"))
			return take_record(btf, in, kind, "");
		take_name(in, name);
		return named_type(btf, kind, name);
	}
	if (take(in, "void"))
		return (struct shape){ 0, 0, 1 };
	if (take(in, "unsigned")) {
		expect(in, "char");
		return (struct shape){ int_type(btf, "unsigned char", 1, 0), 1, 1 };
	}
	if (take(in, "char"))
		return (struct shape){ int_type(btf, "char", 1, EBPF_BTF_INT_SIGNED), 1, 1 };
	take_name(in, name);
	return named_number(btf, name);
}

static void take_member(struct btf *btf, struct reader *in, struct record *record)
{
	struct shape shape = take_type(btf, in);
	char name[NAME_MAX_LEN] = "";
	__u32 align = take_attributes(in), count, width = 0;

	while (take(in, "*")) {
		struct ebpf_btf_type ptr = { .info = TYPE_INFO(PTR, 0), .type = shape.id };

		shape = (struct shape){ add_type(btf, &ptr, sizeof(ptr)), 8, 8 };
	}
	if (is_word_char(*in->word))
		take_name(in, name);
	if (take(in, "[")) {
		count = take_number(in);
		expect(in, "]");
		shape.id = array_type(btf, shape.id, count);
		shape.size *= count;
	}
	if (take(in, ":"))
		width = take_number(in);
	if (align > shape.align)
		shape.align = align;
	expect(in, ";");
	add_member(btf, record, name, &shape, width);
}

/* From the brace on, to what follows the last attribute. */
static struct shape take_record(struct btf *btf, struct reader *in, __u32 kind, const char *name)
{
	struct record *record = check_alloc(calloc(1, sizeof(*record)));
	struct shape shape;
	__u32 i, align;

	record->kind = kind;
	record->align = 1;
	expect(in, "{");
	while (!take(in, "}"))
		take_member(btf, in, record);
	align = take_attributes(in);
	if (align > record->align)
		record->align = align;
	for (i = 0; record->fields && i < record->count; i++)
		record->members[i].offset |= (__u32)record->bits[i] << 24;
	record->type.name_off = *name ? add_name(btf, name) : 0;
	record->type.info = kind << 24 | (__u32)record->fields << 31 | record->count;
	record->type.size = round_up(record->size, record->align);
	shape.size = record->type.size;
	shape.align = record->align;
	shape.id = add_type(btf, record, type_size(&record->type));
	free(record);
	return shape;
}

/* --- enums ------------------------------------------------------------------------- */

struct values {
	struct ebpf_btf_type type;
	struct ebpf_btf_enum values[VALUES_MAX];
};

static __s32 value_of(const struct btf *btf, const struct values *new, __u32 count,
		      const char *ours)
{
	char buffer[NAME_MAX_LEN];
	const char *name = linux_name(ours, buffer);

	while (count--)
		if (!strcmp(name_of(btf, new->values[count].name_off), name))
			return new->values[count].val;
	die("bpf.h: the value %s is not known", ours);
}

static void take_enum(struct btf *btf, struct reader *in, const char *name)
{
	struct values *new = check_alloc(calloc(1, sizeof(*new)));
	char value[NAME_MAX_LEN], buffer[NAME_MAX_LEN];
	__u32 count = 0;
	__s32 next = 0;

	expect(in, "{");
	while (!take(in, "}")) {
		take_name(in, value);
		if (take(in, "=")) {
			if (isdigit((unsigned char)*in->word)) {
				next = take_number(in);
			} else {
				next = value_of(btf, new, count, in->word);
				next_word(in);
			}
		}
		if (count >= VALUES_MAX)
			die("bpf.h: an enum of more than %d values", VALUES_MAX);
		new->values[count].name_off = add_name(btf, linux_name(value, buffer));
		new->values[count++].val = next++;
		take(in, ",");
	}
	new->type.name_off = add_name(btf, name);
	new->type.info = TYPE_INFO(ENUM, count);
	new->type.size = 4;
	add_type(btf, new, type_size(&new->type));
	free(new);
}

/* --- in the kernel's place --------------------------------------------------------- */

static bool says_the_same(const struct btf *btf, __u32 a, __u32 b);

static bool same_member(const struct btf *btf, const struct ebpf_btf_member *a,
			const struct ebpf_btf_member *b)
{
	if (a->offset != b->offset || strcmp(name_of(btf, a->name_off), name_of(btf, b->name_off)))
		return false;
	/* Those without a name are structs and unions; the module's nest a few deep. */
	return *name_of(btf, a->name_off) || (a->type && b->type &&
					      says_the_same(btf, a->type, b->type));
}

static bool same_value(const struct btf *btf, const struct ebpf_btf_enum *a,
		       const struct ebpf_btf_enum *b)
{
	return a->val == b->val && !strcmp(name_of(btf, a->name_off), name_of(btf, b->name_off));
}

/*
 * Structs, unions or enums with the same members, by name and place, or values. @b is the
 * module's, which ends the recursion.
 */
static bool says_the_same(const struct btf *btf, __u32 a, __u32 b)
{
	struct ebpf_btf_type *x = type_at(btf, a - 1), *y = type_at(btf, b - 1);
	__u32 i, kind = EBPF_BTF_INFO_KIND(x->info);

	if (x->info != y->info || x->size != y->size)
		return false;
	if (kind != EBPF_BTF_KIND_STRUCT && kind != EBPF_BTF_KIND_UNION && kind != EBPF_BTF_KIND_ENUM)
		return true;
	for (i = 0; i < EBPF_BTF_INFO_VLEN(x->info); i++)
		if (kind == EBPF_BTF_KIND_ENUM ?
		    !same_value(btf, (struct ebpf_btf_enum *)(x + 1) + i,
				(struct ebpf_btf_enum *)(y + 1) + i) :
		    !same_member(btf, members_of(x) + i, members_of(y) + i))
			return false;
	return true;
}

/* The kernel's own functions take the kernel's. */
static bool is_the_kernels(const char *name)
{
	return !strcmp(name, "bpf_attr");
}

/*
 * struct NAME { ... };  Taken back when the kernel's says the same, so that a second
 * run over a file changes nothing.
 * Return: whether something was added.
 */
static bool take_definition(struct btf *btf, struct reader *in, __u32 kind, const char *ours)
{
	__u32 count = btf->count, old;
	size_t types = btf->types.size, strings = btf->strings.size;
	char buffer[NAME_MAX_LEN];
	const char *name = linux_name(ours, buffer);

	old = find_type(btf, kind, name);
	if (old && is_the_kernels(name)) {
		skip_block(in);
		take_attributes(in);
		return false;
	}
	if (kind == EBPF_BTF_KIND_ENUM)
		take_enum(btf, in, name);
	else
		take_record(btf, in, kind, name);
	if (!old || !says_the_same(btf, old, btf->count)) {
		/* Copies, too. */
		if (old)
			replace_types(btf, kind, name, btf->count);
		return true;
	}
	forget_names(btf);
	btf->count = count;
	btf->types.size = types;
	btf->strings.size = strings;
	return false;
}

unsigned int add_interface(struct btf *btf)
{
	struct reader in = { header_text, "" };
	char name[NAME_MAX_LEN];
	unsigned int added = 0;
	__u32 kind;

	next_word(&in);
	while (*in.word) {
		kind = is(&in, "struct") ? EBPF_BTF_KIND_STRUCT :
		       is(&in, "union") ? EBPF_BTF_KIND_UNION : EBPF_BTF_KIND_ENUM;
		if (kind == EBPF_BTF_KIND_ENUM && !is(&in, "enum"))
			die("bpf.h: '%s' where a type should be", in.word);
		next_word(&in);
		if (is(&in, "{")) {
			skip_block(&in);
		} else {
			take_name(&in, name);
			if (is(&in, "{"))
				added += take_definition(btf, &in, kind, name);
		}
		expect(&in, ";");
	}
	return added;
}
