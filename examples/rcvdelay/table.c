// SPDX-License-Identifier: GPL-2.0-only
#include "output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "format.h"

struct row {
	struct conn_key key;
	struct conn conn;
	__u64 waiting_ns;	/* how long data has been there that nobody has read yet */
};

/*
 * Reading the map
 */

static bool is_shown(const struct row *row, const struct options *options)
{
	/* Who will read what waits is not known, so it is not shown where that is asked for. */
	bool any_process = !options->pid && !options->comm[0];

	return row->conn.reads ||
	       (any_process && row->waiting_ns && row->waiting_ns >= options->threshold_ns);
}

static bool read_row(int map, const struct conn_key *key, struct row *row)
{
	__u64 now;

	row->key = *key;
	if (bpf_map_lookup_elem(map, key, &row->conn))
		return false;
	now = now_ns();
	row->waiting_ns = 0;
	if (row->conn.first_ns && row->conn.first_ns < now)
		row->waiting_ns = now - row->conn.first_ns;
	return true;
}

static int by_key(const void *a, const void *b)
{
	return memcmp(&((const struct row *)a)->key, &((const struct row *)b)->key,
		      sizeof(struct conn_key));
}

/* Each connection once: as many rows as returned. */
static unsigned int drop_twins(struct row *rows, unsigned int count)
{
	unsigned int i, kept = 0;

	qsort(rows, count, sizeof(*rows), by_key);
	for (i = 0; i < count; i++)
		if (!kept || by_key(&rows[kept - 1], &rows[i]))
			rows[kept++] = rows[i];
	return kept;
}

/* Rows of what is to be shown, as many as returned. Where the connection that the walk came to has
 * gone, the kernel begins anew, and connections come twice.
 */
static unsigned int read_rows(int map, const struct options *options, struct row *rows)
{
	struct conn_key key, *last = NULL;
	unsigned int seen, count = 0;

	/* Connections come and go meanwhile: that many steps, lest it never ends. */
	for (seen = 0; seen < MAX_CONNS && !bpf_map_get_next_key(map, last, &key); seen++) {
		last = &key;
		if (read_row(map, &key, &rows[count]) && is_shown(&rows[count], options))
			count++;
	}
	return drop_twins(rows, count);
}

static void forget_closed(int map, const struct row *rows, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (rows[i].conn.closed)
			bpf_map_delete_elem(map, &rows[i].key);
}

/*
 * Printing
 */

static __u64 longest(const struct row *row)
{
	return row->conn.max_ns > row->waiting_ns ? row->conn.max_ns : row->waiting_ns;
}

static int by_longest(const void *a, const void *b)
{
	__u64 x = longest(a), y = longest(b);

	return x < y ? 1 : x > y ? -1 : 0;
}

static double ms(__u64 ns)
{
	return ns / 1e6;
}

static void print_row(const struct row *row)
{
	char local[END_LEN], remote[END_LEN];
	const struct conn *conn = &row->conn;

	format_end(local, sizeof(local), row->key.local, row->key.local_port);
	format_end(remote, sizeof(remote), row->key.remote, row->key.remote_port);
	/* Until the first read nobody knows whose it is. */
	if (conn->reads)
		printf("%-16.*s %7u ", COMM_LEN, conn->comm, conn->pid);
	else
		printf("%-16s %7s ", "?", "?");
	printf("%-22s %-22s %8llu %10.3f %10.3f %10.3f%s\n", local, remote, conn->reads,
	       conn->reads ? ms(conn->sum_ns / conn->reads) : 0.0, ms(conn->max_ns),
	       ms(row->waiting_ns), conn->closed ? " closed" : "");
}

static void print_head(void)
{
	/* A terminal is cleared, so that the table stays where it is. */
	fputs(isatty(STDOUT_FILENO) ? "\033[H\033[J" : "\n", stdout);
	printf("%-16s %7s %-22s %-22s %8s %10s %10s %10s\n", "PROCESS", "PID", "LOCAL", "REMOTE",
	       "READS", "AVG(ms)", "MAX(ms)", "WAITING");
}

int table_print(struct rcvdelay_bpf *skel, const struct options *options)
{
	int map = bpf_map__fd(skel->maps.conns);
	struct row *rows = calloc(MAX_CONNS, sizeof(*rows));
	unsigned int i, count;

	if (!rows)
		return -ENOMEM;
	count = read_rows(map, options, rows);
	qsort(rows, count, sizeof(*rows), by_longest);
	print_head();
	for (i = 0; i < count && i < options->rows; i++)
		print_row(&rows[i]);
	if (count > options->rows)
		printf("(%u more)\n", count - options->rows);
	fflush(stdout);
	forget_closed(map, rows, count);
	free(rows);
	return 0;
}
