// SPDX-License-Identifier: GPL-2.0-only
/*
 * selftests_new FILE.bpf.o...: loads every program with marks of these files by itself and
 * prints what became of it, a line each:
 *
 *	FILE PROGRAM MARK LOADED MESSAGES RESULT TYPE
 *
 * MARK is what its marks say, success or failure; LOADED "yes" or the errno; MESSAGES
 * "ok", "-" where none are asked for, or "missing:TEXT"; RESULT of the run "ok", "-", "want/got"
 * or "error:ERRNO"; TYPE the program's, as bpftool names it. Programs for other architectures or for interpreters are left out.
 *
 * Before each there is a line "# FILE PROGRAM", so that it is known who took the machine down;
 * SELFTESTS_SKIP names a file of such lines without "# ", which are left out. "# end" is last.
 *
 * The marks are tags in the file's BTF, "comment:COUNTER:KEY=VALUE"; by the counter they are
 * in the order they were written in. Those for unprivileged loading are not asked.
 */
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <regex.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOG_SIZE	(8u << 20)
#define MAX_TAGS	512
#define PACKET		64
#define ANY_RESULT	0xbadcafe	/* a pointer: any number will do */
#define SECONDS		240		/* for one program */

#define F_STRICT_ALIGNMENT	(1u << 0)
#define F_ANY_ALIGNMENT		(1u << 1)
#define F_TEST_RND_HI32		(1u << 2)
#define F_TEST_STATE_FREQ	(1u << 3)
#define F_SLEEPABLE		(1u << 4)
#define F_XDP_HAS_FRAGS		(1u << 5)
#define F_TEST_REG_INVARIANTS	(1u << 7)

struct message {
	const char *text;
	bool absent;		/* must not be there */
};

struct marks {
	bool any, failure, aux, other_arch, no_jit, runs, unpriv_only;
	const char *btf_path;
	unsigned int flags;
	int result, log_level, linear;
	struct message msgs[64];
	int nr_msgs;
};

static char *log_buf;
static unsigned int base_flags;

static const char *value_of(const char *tag, const char *key)
{
	size_t len = strlen(key);

	return strncmp(tag, key, len) ? NULL : tag + len;
}

static int parse_number(const char *s)
{
	if (!strcmp(s, "_INT_MIN"))
		return -2147483647 - 1;
	return (int)strtoll(s, NULL, !strncmp(s, "0x", 2) ? 16 : 10);
}

static void add_flag(struct marks *m, const char *s)
{
	static const struct { const char *name; unsigned int flag; } names[] = {
		{ "BPF_F_STRICT_ALIGNMENT", F_STRICT_ALIGNMENT },
		{ "BPF_F_ANY_ALIGNMENT", F_ANY_ALIGNMENT },
		{ "BPF_F_TEST_RND_HI32", F_TEST_RND_HI32 },
		{ "BPF_F_TEST_STATE_FREQ", F_TEST_STATE_FREQ },
		{ "BPF_F_SLEEPABLE", F_SLEEPABLE },
		{ "BPF_F_XDP_HAS_FRAGS", F_XDP_HAS_FRAGS },
		{ "BPF_F_TEST_REG_INVARIANTS", F_TEST_REG_INVARIANTS },
	};
	bool clear = *s == '!';
	unsigned int flag, i;

	s += clear;
	flag = parse_number(s);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(s, names[i].name))
			flag = names[i].flag;
	m->flags = clear ? m->flags & ~flag : m->flags | flag;
}

static void add_message(struct marks *m, const char *text, bool absent)
{
	if (m->nr_msgs < (int)(sizeof(m->msgs) / sizeof(m->msgs[0])))
		m->msgs[m->nr_msgs++] = (struct message){ text, absent };
}

static void add_tag(struct marks *m, const char *tag, bool *arch_named)
{
	const char *v;

	if (!strcmp(tag, "test_expect_failure")) {
		m->any = m->failure = true;
	} else if (!strcmp(tag, "test_expect_success")) {
		m->any = true;
		m->failure = false;
	} else if (!strcmp(tag, "test_auxiliary")) {
		m->aux = true;
	} else if ((v = value_of(tag, "test_expect_msg="))) {
		m->any = true;
		add_message(m, v, false);
	} else if ((v = value_of(tag, "test_expect_not_msg="))) {
		m->any = true;
		add_message(m, v, true);
	} else if ((v = value_of(tag, "test_retval="))) {
		m->any = m->runs = true;
		m->result = parse_number(v);
	} else if ((v = value_of(tag, "test_log_level="))) {
		m->log_level = parse_number(v);
	} else if ((v = value_of(tag, "test_prog_flags="))) {
		add_flag(m, v);
	} else if ((v = value_of(tag, "test_arch="))) {
		if (!*arch_named)
			m->other_arch = true;
		*arch_named = true;
		if (!strcmp(v, "X86_64"))
			m->other_arch = false;
	} else if (!strcmp(tag, "load_mode=no_jited")) {
		m->no_jit = true;
	} else if ((v = value_of(tag, "test_linear_size="))) {
		m->linear = parse_number(v);
	} else if ((v = value_of(tag, "test_btf_path="))) {
		m->btf_path = v;
	} else if (strstr(tag, "_unpriv")) {
		m->unpriv_only = true;
	}
}

static int by_version(const void *a, const void *b)
{
	return strverscmp(*(const char *const *)a, *(const char *const *)b);
}

static void read_marks(const struct btf *btf, const char *name, struct marks *m)
{
	int func = btf__find_by_name_kind(btf, name, BTF_KIND_FUNC), nr = 0, at, i;
	const char *tags[MAX_TAGS];
	const struct btf_type *t;
	bool arch_named = false;

	memset(m, 0, sizeof(*m));
	m->flags = base_flags;
	for (i = 1; func > 0 && i < (int)btf__type_cnt(btf) && nr < MAX_TAGS; i++) {
		t = btf__type_by_id(btf, i);
		if (btf_is_decl_tag(t) && (int)t->type == func &&
		    btf_decl_tag(t)->component_idx == -1)
			tags[nr++] = btf__name_by_offset(btf, t->name_off);
	}
	qsort(tags, nr, sizeof(tags[0]), by_version);
	for (i = 0; i < nr; i++) {
		at = 0;
		if (sscanf(tags[i], "comment:%*d:%n", &at) >= 0 && at)
			add_tag(m, tags[i] + at, &arch_named);
	}
}

/* As a POSIX expression; what stands outside of {{ }} is meant as it is. */
static bool compile(const char *text, regex_t *re)
{
	char buf[8192];
	bool inside = false;
	size_t n = 0;

	for (; *text && n < sizeof(buf) - 3; text++) {
		if (!strncmp(text, inside ? "}}" : "{{", 2)) {
			inside = !inside;
			text++;
			continue;
		}
		if (!inside && strchr(".[]\\()*+?{}|^$", *text))
			buf[n++] = '\\';
		buf[n++] = *text;
	}
	buf[n] = '\0';
	return !regcomp(re, buf, REG_EXTENDED | REG_NEWLINE);
}

/* Where @text is found from @from on, before @end if that is given; its end in @after. */
static const char *find(const char *text, const char *from, const char *end, const char **after)
{
	const char *at = NULL;
	regmatch_t m;
	regex_t re;

	if (!strstr(text, "{{")) {
		at = strstr(from, text);
		*after = at ? at + strlen(text) : NULL;
	} else if (compile(text, &re)) {
		if (!regexec(&re, from, 1, &m, 0)) {
			at = from + m.rm_so;
			*after = from + m.rm_eo;
		}
		regfree(&re);
	}
	return at && (!end || *after <= end) ? at : NULL;
}

/* The first message that is missing, or is there against its mark; NULL: none. What must
 * not be there is looked for between its neighbours.
 */
static const char *wrong_message(const struct marks *m, const char *log)
{
	const char *from[65], *start[65] = { NULL }, *end, *after;
	const char *at = log;
	int i, j;

	for (i = 0; i < m->nr_msgs; i++) {
		from[i] = at;
		if (m->msgs[i].absent)
			continue;
		start[i] = find(m->msgs[i].text, at, NULL, &after);
		if (!start[i])
			return m->msgs[i].text;
		at = after;
	}
	for (i = 0; i < m->nr_msgs; i++) {
		if (!m->msgs[i].absent)
			continue;
		end = NULL;
		for (j = i + 1; j < m->nr_msgs && !end; j++)
			end = start[j];
		if (find(m->msgs[i].text, from[i], end, &after))
			return m->msgs[i].text;
	}
	return NULL;
}

/* Maps that the programs expect something in. */
static void fill_maps(struct bpf_object *obj)
{
	static const char *const names[] = { "map_array_ro", "map_array_48b" };
	struct { unsigned int index; int foo[11]; } value = { .index = 7 * sizeof(int) };
	struct bpf_map *map;
	unsigned int i, key = 0;

	value.foo[6] = 0xabcdef12;
	for (i = 0; i < 2; i++) {
		map = bpf_object__find_map_by_name(obj, names[i]);
		if (map && bpf_map__value_size(map) == sizeof(value))
			bpf_map_update_elem(bpf_map__fd(map), &key, &value, 0);
	}
}

static void run_prog(const struct marks *m, struct bpf_program *prog, char *result, size_t size)
{
	unsigned char in[PACKET] = { 0 }, out[PACKET * 4];
	struct __sk_buff ctx = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, with_packet, .data_in = in, .data_size_in = sizeof(in),
		    .data_out = out, .data_size_out = sizeof(out), .repeat = 1);
	LIBBPF_OPTS(bpf_test_run_opts, plain);
	struct bpf_test_run_opts *opts = &with_packet;

	if (bpf_program__type(prog) == BPF_PROG_TYPE_SYSCALL)
		opts = &plain;
	if (m->linear) {
		ctx.data_end = m->linear;
		opts->ctx_in = &ctx;
		opts->ctx_size_in = sizeof(ctx);
	}
	if (bpf_prog_test_run_opts(bpf_program__fd(prog), opts))
		snprintf(result, size, "error:%d", errno);
	else if (m->result == ANY_RESULT || (int)opts->retval == m->result)
		snprintf(result, size, "ok");
	else
		snprintf(result, size, "%d/%d", m->result, (int)opts->retval);
}

static void print_text(const char *text)
{
	for (; *text; text++)
		putchar(*text == '\t' || *text == '\n' ? ' ' : *text);
}

/* What is judged is one program: tables of functions are made for those that are in one. */
static void no_other_tables(struct bpf_object *obj, const struct bpf_program *prog)
{
	struct bpf_map *map;

	if (bpf_program__type(prog) == BPF_PROG_TYPE_STRUCT_OPS)
		return;
	bpf_object__for_each_map(map, obj)
		if (bpf_map__type(map) == BPF_MAP_TYPE_STRUCT_OPS)
			bpf_map__set_autocreate(map, false);
}

/* Loads and runs one program; returns whether it got there. */
static void try_prog(const char *path, const char *file, const char *name)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts);
	struct bpf_program *prog, *it;
	const char *wrong = NULL;
	struct bpf_object *obj;
	char result[64] = "-";
	struct marks m, other;
	int err;

	obj = bpf_object__open_file(path, &opts);
	prog = obj ? bpf_object__find_program_by_name(obj, name) : NULL;
	if (!prog) {
		printf("%s\t%s\t?\topen:%d\t-\t-\t?\n", file, name, errno);
		return;
	}
	read_marks(bpf_object__btf(obj), name, &m);
	bpf_object__for_each_program(it, obj) {
		read_marks(bpf_object__btf(obj), bpf_program__name(it), &other);
		bpf_program__set_autoload(it, it == prog || other.aux);
	}
	no_other_tables(obj, prog);
	log_buf[0] = '\0';
	bpf_program__set_log_buf(prog, log_buf, LOG_SIZE);
	/* With level 0, libbpf asks again at level 1 when the program is refused. */
	bpf_program__set_log_level(prog, m.log_level);
	bpf_program__set_flags(prog, bpf_program__flags(prog) | m.flags);
	err = bpf_object__load(obj);
	if (m.nr_msgs)
		wrong = wrong_message(&m, log_buf);
	if (!err && m.runs && !m.failure) {
		fill_maps(obj);
		run_prog(&m, prog, result, sizeof(result));
	}
	printf("%s\t%s\t%s\t", file, name, m.failure ? "failure" : "success");
	if (err)
		printf("%d\t", -err);
	else
		printf("yes\t");
	if (wrong) {
		printf("missing:");
		print_text(wrong);
	} else {
		printf("%s", m.nr_msgs ? "ok" : "-");
	}
	printf("\t%s\t%s\n", result, libbpf_bpf_prog_type_str(bpf_program__type(prog)) ?: "?");
	if (getenv("SELFTESTS_LOG"))
		printf("%s\n", log_buf);
	bpf_object__close(obj);
}

static bool is_skipped(const char *file, const char *name)
{
	const char *list = getenv("SELFTESTS_SKIP");
	char line[512], want[512];
	bool found = false;
	FILE *f;

	f = list ? fopen(list, "r") : NULL;
	if (!f)
		return false;
	snprintf(want, sizeof(want), "%s %s\n", file, name);
	while (!found && fgets(line, sizeof(line), f))
		found = !strcmp(line, want);
	fclose(f);
	return found;
}

/* In a process of its own: what a program leaves behind is gone with it. */
static void try_apart(const char *path, const char *file, const char *name)
{
	int status = 0;
	pid_t pid;

	printf("# %s %s\n", file, name);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		alarm(SECONDS);
		try_prog(path, file, name);
		fflush(stdout);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		printf("%s\t%s\t?\tdied:%d\t-\t-\t?\n", file, name, WTERMSIG(status));
}

static void try_file(const char *path)
{
	const char *base = strrchr(path, '/'), *only = getenv("SELFTESTS_PROG");
	LIBBPF_OPTS(bpf_object_open_opts, opts);
	struct bpf_program *prog;
	struct bpf_object *obj;
	char file[256];
	struct marks m;

	snprintf(file, sizeof(file), "%s", base ? base + 1 : path);
	file[strcspn(file, ".")] = '\0';
	if (strstr(path, ".v4."))
		strcat(file, "/v4");
	obj = bpf_object__open_file(path, &opts);
	if (!obj) {
		printf("%s\t*\t?\topen:%d\t-\t-\t?\n", file, errno);
		return;
	}
	bpf_object__for_each_program(prog, obj) {
		read_marks(bpf_object__btf(obj), bpf_program__name(prog), &m);
		if (!m.any || m.aux || m.other_arch || m.no_jit)
			continue;
		if (only && strcmp(only, bpf_program__name(prog)))
			continue;
		if (is_skipped(file, bpf_program__name(prog)))
			continue;
		try_apart(path, file, bpf_program__name(prog));
	}
	bpf_object__close(obj);
}

/* libbpf asks once what the kernel can do, and remembers: before there are children. */
static void warm_up(const char *path)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts);
	struct bpf_object *obj = bpf_object__open_file(path, &opts);
	struct bpf_program *prog;
	struct marks m;
	bool one = false;

	if (!obj)
		return;
	bpf_object__for_each_program(prog, obj) {
		read_marks(bpf_object__btf(obj), bpf_program__name(prog), &m);
		bpf_program__set_autoload(prog, !one && m.any && !m.failure);
		one |= m.any && !m.failure;
	}
	bpf_object__load(obj);
	bpf_object__close(obj);
}

/* Flags for tests that this kernel knows. */
static bool probe_flags(void)
{
	static const unsigned int flags[] = { F_TEST_RND_HI32, F_TEST_REG_INVARIANTS };
	struct bpf_insn insns[] = { { .code = 0xb7 }, { .code = 0x95 } };
	unsigned int i;
	int fd;

	for (i = 0; i < 2; i++) {
		LIBBPF_OPTS(bpf_prog_load_opts, opts, .prog_flags = flags[i]);

		fd = bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "flags", "GPL", insns, 2, &opts);
		if (fd < 0)
			continue;
		base_flags |= flags[i];
		close(fd);
	}
	fd = bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "none", "GPL", insns, 2, NULL);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static int say_nothing(enum libbpf_print_level level, const char *fmt, va_list args)
{
	if (getenv("SELFTESTS_LOG"))
		vprintf(fmt, args);
	return 0;
}

int main(int argc, char **argv)
{
	int i;

	log_buf = malloc(LOG_SIZE);
	if (!log_buf)
		return 1;
	libbpf_set_print(say_nothing);
	if (!probe_flags()) {
		fprintf(stderr, "no program can be loaded here: %s\n", strerror(errno));
		return 3;
	}
	printf("# flags %#x\n", base_flags);
	for (i = 1; i < argc; i++)
		if (strstr(argv[i], "/verifier_and.") || strstr(argv[i], "/verifier_array_access."))
			warm_up(argv[i]);
	/* Most and quickest first: the others want the kernel's BTF again and again. */
	for (i = 1; i < argc; i++)
		if (strstr(argv[i], "/verifier_"))
			try_file(argv[i]);
	for (i = 1; i < argc; i++)
		if (!strstr(argv[i], "/verifier_"))
			try_file(argv[i]);
	printf("# end\n");
	return 0;
}
