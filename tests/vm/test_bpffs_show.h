/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _TEST_BPFFS_SHOW_H
#define _TEST_BPFFS_SHOW_H

enum show_enum { SHOW_ZERO, SHOW_ONE, SHOW_TWO };

struct show_part {
	int a;
	long b;
};

union show_union {
	unsigned long l;
	unsigned char c[8];
};

struct show_value {
	int x;
	unsigned int y:3;
	unsigned int z:5;
	union show_union u;
	enum show_enum e;
	struct show_part parts[2];
	char name[8];
	_Bool b;
	long long big;
	struct {
		int q;
	};
};

struct show_key {
	int a;
	short b;
	short pad;
};

#endif
