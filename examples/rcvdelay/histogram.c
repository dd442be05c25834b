// SPDX-License-Identifier: GPL-2.0-only
#include "output.h"

#include <stdio.h>

#define BAR_LEN	40

static void print_slot(unsigned int slot, __u64 count, __u64 most)
{
	unsigned int i, bar = count * BAR_LEN / most;
	__u64 from = slot ? 1ull << slot : 0;

	printf("%10llu - %-10llu : %-8llu |", from, (2ull << slot) - 1, count);
	for (i = 0; i < BAR_LEN; i++)
		putchar(i < bar ? '*' : ' ');
	puts("|");
}

void histogram_print(const struct rcvdelay_bpf *skel)
{
	/* The kernel goes on counting, so each is read once. */
	unsigned int i, last = 0;
	__u64 slots[NR_SLOTS], most = 0;

	for (i = 0; i < NR_SLOTS; i++) {
		slots[i] = *(const volatile __u64 *)&skel->bss->slots[i];
		if (slots[i])
			last = i;
		if (slots[i] > most)
			most = slots[i];
	}
	if (most)
		printf("\n%23s : %-8s\n", "microseconds", "reads");
	else
		puts("no reads yet");
	for (i = 0; most && i <= last; i++)
		print_slot(i, slots[i], most);
	fflush(stdout);
}
